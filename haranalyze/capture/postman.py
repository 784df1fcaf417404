"""Postman Collection v2.0 and v2.1: the saved responses of a collection as exchanges.

A collection says how requests are built; what was really sent and answered is in the responses somebody saved. Each
holds its own request, with variables unresolved and without what Postman adds when it sends (the headers of an auth
helper, cookies, ``Host``). Variables are resolved from the collection, its folders and an environment; the auth helper
of the request, its folders or the collection is applied. Sources: schema.getpostman.com collection v2.1.0,
postman-collection ``lib/collection/{url,request-body,request-auth,variable-scope}.js``.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import urlencode

from haranalyze.capture.har_log import Content, Half, HarLog, text_body
from haranalyze.capture.json_parts import MemberLater, items_of, members_of, object_of, value_of
from haranalyze.capture.stamps import date_of
from haranalyze.capture.values import as_duration, as_status, as_text
from haranalyze.errors import CaptureError, LimitError
from haranalyze.options import Limits

_VARIABLE = re.compile(r"\{\{([^{}]{1,256})\}\}")
_ROUNDS: Final = 5  # a variable may name another one, which may name another one
_DEEPEST: Final = 50  # folders inside folders
# Headers that only a server writes: an example that somebody typed into the documentation has none of them.
_REAL: Final = frozenset(
    "date server connection keep-alive transfer-encoding content-length via set-cookie x-powered-by".split()
)
RAW_BODY: Final = ("body", "raw")  # where a request holds a body that is a text
_ORIGINAL_BODY: Final = ("originalRequest", *RAW_BODY)
_SETS_HEADERS: Final = ("headers", "auth")  # words of a pre-request script that changes what is sent


@dataclass(frozen=True, slots=True)
class Scope:
    """What holds for a request: variables of the environment, the folders and the collection; its auth helper.

    ``scripted``: a pre-request script on the way to it may change its headers.
    """

    variables: Mapping[str, str]
    auth: Any = None
    scripted: bool = False

    def resolved(self, text: str) -> str:
        """The text with variables filled in, as far as they are known; the others stay as they are written."""
        if "{{" not in text:
            return text
        longest = 65_536 + 2 * len(text)
        for _ in range(_ROUNDS):
            after = _VARIABLE.sub(lambda found: self.variables.get(found[1].strip(), found[0]), text)
            if after == text or len(after) > longest:
                break
            text = after
        return text


@dataclass(slots=True)
class _Counts:
    requests: int = 0
    typed: int = 0
    unresolved: set[str] = field(default_factory=set)


def read_collection(data: Any, limits: Limits, environments: Iterable[bytes] = ()) -> HarLog:
    """The saved responses of a collection, in its order.

    Args:
        environments: exported environments whose variables stand above the collection's.
    Raises:
        CaptureError: it holds no saved response; LimitError: too many, or folders nested too deep.
    """
    top = members_of(data)
    if "collection" in top:  # as Postman's API answers it
        top = members_of(top["collection"])
    known = dict(_variables(value_of(top.get("variable", top.get("variables")))))
    given = dict(pair for one in environments for pair in environment_variables(one))
    scope = _within(Scope({**known, **given}), top)
    log = HarLog("postman", "Postman", limits)
    counts = _Counts()
    for folders, item in _items(top, scope, 0):
        counts.requests += 1
        _add_item(log, item, folders, counts)
    if not log.count:
        raise CaptureError(_nothing(counts))
    _notes(log, counts, bool(given))
    return log


def _nothing(counts: _Counts) -> str:
    saved = "no saved response" if not counts.typed else f"only examples that no server answered ({counts.typed})"
    ending = "" if counts.requests == 1 else "s"
    return (
        f"this Postman collection has {counts.requests} request{ending} and {saved}, so nothing is recorded in it: "
        "send the requests and save the responses (Save Response > Save as example), or run it with Newman and its "
        "JSON reporter"
    )


def _notes(log: HarLog, counts: _Counts, with_environment: bool) -> None:
    log.note(
        "postman-requests-as-written",
        "requests are recorded as they are written in the collection: what Postman adds when it sends, such as "
        "cookies, is not there",
    )
    if counts.typed:
        message = "examples that no server answered are left out"
        log.note("postman-examples-left-out", message, counts.typed)
    if counts.unresolved:
        message = (
            "variables that neither the collection nor the environment defines stay as they are written"
            if with_environment
            else "variables that the collection does not define stay as they are written; an exported environment "
            "may define them"
        )
        log.note("postman-variables-unknown", message, len(counts.unresolved))


def environment_variables(data: Any) -> Iterator[tuple[str, str]]:
    """Name and value of the enabled variables of an exported environment (or globals) file."""
    yield from _variables(value_of(members_of(data).get("values")))


def _variables(written: Any) -> Iterator[tuple[str, str]]:
    for one in written if isinstance(written, list) else ():
        if isinstance(one, dict) and one.get("enabled") is not False and one.get("disabled") is not True:
            name = as_text(one.get("key")) or as_text(one.get("id"))
            if name:
                yield name, as_text(one.get("value"))


def _items(holder: Mapping[str, Any], scope: Scope, depth: int) -> Iterator[tuple[Scope, dict[str, Any]]]:
    """Requests of a collection or folder with what holds for them, in the order of the file."""
    if depth > _DEEPEST:
        raise LimitError(f"folders of the Postman collection are nested deeper than {_DEEPEST}")
    for written in items_of(holder.get("item", b"[]")):
        item = members_of(written)
        within = _within(scope, item)
        if "item" in item:
            yield from _items(item, within, depth + 1)
        elif item:
            yield within, item


def _within(scope: Scope, holder: Mapping[str, Any]) -> Scope:
    """What holds inside a collection, folder or request."""
    own = {} if "item" not in holder else dict(_variables(value_of(holder.get("variable"))))
    auth = value_of(holder.get("auth"))
    return Scope(
        {**own, **scope.variables} if own else scope.variables,
        auth if isinstance(auth, dict) else scope.auth,
        scope.scripted or _changes_headers(value_of(holder.get("event"))),
    )


def _changes_headers(events: Any) -> bool:
    for event in events if isinstance(events, list) else ():
        script = event.get("script") if isinstance(event, dict) else None
        if not isinstance(script, dict) or event.get("listen") != "prerequest":
            continue
        lines = script.get("exec")
        text = "\n".join(as_text(line) for line in lines) if isinstance(lines, list) else as_text(lines)
        if any(word in text for word in _SETS_HEADERS):
            return True
    return False


def _add_item(log: HarLog, item: Mapping[str, Any], scope: Scope, counts: _Counts) -> None:
    request = value_of(item.get("request"))
    for saved in items_of(item.get("response", b"[]")):
        response = object_of(saved)
        headers = tuple(header_pairs(response.get("header")))
        if not any(name.lower() in _REAL for name, _ in headers) and not response.get("responseTime"):
            counts.typed += 1
            continue
        asked = response.get("originalRequest") or request
        within = replace(scope, auth=_own_auth(asked, request, scope))
        original = bool(response.get("originalRequest"))
        holder = saved if original else item.get("request")
        again = None if holder is None else MemberLater(holder, _ORIGINAL_BODY if original else RAW_BODY)
        method, url, half = read_request(asked, within, again)
        counts.unresolved.update(_VARIABLE.findall(url + "\n".join(value for _, value in half.headers)))
        took = as_duration(response.get("responseTime"))
        ended = date_of(headers)
        answer = Half(headers, body_of(response, headers, MemberLater(saved, ("body",))))
        log.add(
            method,
            url,
            half,
            as_status(response.get("code")),
            answer,
            status_text=as_text(response.get("status")),
            started=None if ended is None else ended - (took or 0.0),
            time=took,
            comment=as_text(response.get("name"))[:200],
        )


def _own_auth(asked: Any, request: Any, scope: Scope) -> Any:
    for holder in (asked, request):
        auth = holder.get("auth") if isinstance(holder, dict) else None
        if isinstance(auth, dict):
            return auth
    return scope.auth


def header_pairs(written: Any) -> Iterator[tuple[str, str]]:
    """Headers as Postman writes them: a list of key and value, or one text of lines."""
    if isinstance(written, str):
        for line in written.splitlines():
            name, colon, value = line.partition(":")
            if colon and name.strip():
                yield name.strip(), value.strip()
    for one in written if isinstance(written, list) else ():
        if isinstance(one, dict) and one.get("disabled") is not True and (name := as_text(one.get("key")).strip()):
            yield name, as_text(one.get("value"))
        elif isinstance(one, str):
            yield from header_pairs(one)


def body_of(
    response: Mapping[str, Any], headers: Iterable[tuple[str, str]], again: Callable[[], bytes]
) -> Content | None:
    """The body of a saved response; it is decoded already, whatever Content-Encoding says. ``again`` reads its text."""
    text = response.get("body")
    if not isinstance(text, str):
        return None
    size = as_duration(next((value for name, value in headers if name.lower() == "content-length"), None))
    return text_body(text, again, wire_size=None if size is None else int(size))


def read_request(asked: Any, scope: Scope, again: Callable[[], bytes] | None = None) -> tuple[str, str, Half]:
    """Method, URL and headers of a request, resolved; it may be a bare URL. ``again`` reads the text of a raw body."""
    if isinstance(asked, str):
        return "GET", absolute(scope.resolved(asked)), Half(_with_host((), "", complete=False))
    asked = asked if isinstance(asked, dict) else {}
    url = absolute(scope.resolved(url_text(asked.get("url"))))
    headers = [(scope.resolved(name), scope.resolved(value)) for name, value in header_pairs(asked.get("header"))]
    body = _request_body(asked.get("body"), scope, again)
    names = {name.lower() for name, _ in headers}
    if body is not None and body.mime_type and "content-type" not in names:
        headers.append(("Content-Type", body.mime_type))
    helper, understood = _auth_headers(scope)
    if "authorization" not in names:
        headers += helper
    elif helper:
        headers = [(name, value) for name, value in headers if name.lower() != "authorization"] + helper
    complete = understood and not scope.scripted
    method = as_text(asked.get("method")).upper() or "GET"
    return method, url, Half(_with_host(headers, url, complete=complete), body)


def _with_host(headers: Iterable[tuple[str, str]], url: str, *, complete: bool) -> tuple[tuple[str, str], ...]:
    """The headers, with ``Host`` where everything that was sent is known: without it they prove no absence."""
    pairs = tuple(headers)
    if not complete or any(name.lower() == "host" for name, _ in pairs):
        return pairs
    host = url.partition("://")[2].partition("/")[0].partition("?")[0]
    return (*pairs, ("Host", host)) if host else pairs


def absolute(url: str) -> str:
    """A URL with a scheme; Postman sends ``http`` where none is written."""
    return url if "://" in url[:32] or url.startswith("{{") or not url else f"http://{url}"


def url_text(written: Any) -> str:
    """A URL as text: ``raw`` where it is written, else put together from its parts."""
    if isinstance(written, str):
        return written
    if not isinstance(written, dict):
        return ""
    raw = as_text(written.get("raw"))
    path_variables = dict(_variables(written.get("variable")))
    if raw and not path_variables:
        return raw
    protocol = as_text(written.get("protocol"))
    host = _joined(written.get("host"), ".")
    port = as_text(written.get("port"))
    path = _joined(written.get("path"), "/", path_variables)
    query = "&".join(_query(written.get("query")))
    if raw and not host:
        return raw
    text = f"{protocol}://{host}" if protocol else host
    text += f":{port}" if port else ""
    text += "/" + path.removeprefix("/") if path else ""
    return f"{text}?{query}" if query else text


def _joined(written: Any, mark: str, values: Mapping[str, str] | None = None) -> str:
    if isinstance(written, str):
        return written
    parts = []
    for one in written if isinstance(written, list) else ():
        part = as_text(one.get("value")) if isinstance(one, dict) else as_text(one)
        if values and part.startswith(":"):
            part = values.get(part[1:]) or part
        parts.append(part)
    return mark.join(parts)


def _query(written: Any) -> Iterator[str]:
    for one in written if isinstance(written, list) else ():
        if isinstance(one, dict) and one.get("disabled") is not True:
            name, value = as_text(one.get("key")), one.get("value")
            yield name if value is None else f"{name}={as_text(value)}"


def _request_body(written: Any, scope: Scope, again: Callable[[], bytes] | None) -> Content | None:
    if not isinstance(written, dict) or written.get("disabled") is True:
        return None
    mode = written.get("mode")
    if mode == "raw" and isinstance(written.get("raw"), str):
        mime_type = "application/json" if _language(written.get("options")) == "json" else ""
        text = scope.resolved(written["raw"])
        return text_body(text, again if text == written["raw"] else None, mime_type=mime_type)
    if mode in ("urlencoded", "formdata"):
        pairs = [(scope.resolved(name), scope.resolved(value)) for name, value in _variables(written.get(mode))]
        # A form of parts is written like the other one: which fields it has is what matters.
        return Content(urlencode(pairs), mime_type="application/x-www-form-urlencoded")
    if mode == "graphql" and isinstance(written.get("graphql"), dict):
        return Content(scope.resolved(as_text(written["graphql"].get("query"))), mime_type="application/json")
    return None


def _language(options: Any) -> str:
    how = options.get("raw") if isinstance(options, dict) else None
    return as_text(how.get("language")) if isinstance(how, dict) else ""


def _auth_headers(scope: Scope) -> tuple[list[tuple[str, str]], bool]:
    """Headers of the auth helper, and whether it is understood: what others send cannot be told from the file."""
    auth = scope.auth
    if not isinstance(auth, dict) or auth.get("type") in (None, "noauth", ""):
        return [], True
    kind = as_text(auth["type"])
    given = _parameters(auth.get(kind))

    def value(name: str) -> str:
        return scope.resolved(given.get(name, ""))

    if kind == "bearer":
        return [("Authorization", f"Bearer {value('token')}")], True
    if kind == "basic":
        pair = f"{value('username')}:{value('password')}"
        return [("Authorization", "Basic " + b64encode(pair.encode("utf-8", "replace")).decode())], True
    if kind == "apikey" and value("in") != "query":
        return [(value("key"), value("value"))] if value("key") else [], True
    if kind == "oauth2" and value("addTokenTo") != "queryParams" and given.get("accessToken"):
        return [("Authorization", f"{value('headerPrefix') or 'Bearer'} {value('accessToken')}")], True
    return [], False


def _parameters(written: Any) -> dict[str, str]:
    """Parameters of an auth helper: v2.1 writes a list of key and value, v2.0 an object."""
    if isinstance(written, dict):
        return {name: as_text(one) for name, one in written.items()}
    return dict(_variables(written))
