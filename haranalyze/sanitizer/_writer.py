"""Writes captures anew as HAR 1.2: every member is built from what the capture model knows; nothing is copied over."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Final

import msgspec
from msgspec import Raw

from haranalyze.capture.header_lists import header_pairs, read_header
from haranalyze.capture.message import Message, Request, Response
from haranalyze.capture.model import Capture, CookieDecision, Exchange, Page, Source, Timings, read_timings
from haranalyze.capture.quirks import EXPORTERS, OF_CUT, OF_NET_LOG, OF_STRIPPED, SANITIZED_BY
from haranalyze.capture.values import as_text
from haranalyze.protocol.oauth import challenge_of
from haranalyze.sanitizer._addresses import REMEMBERED
from haranalyze.sanitizer._places import header, join_chunks, request_body, response_body, verifiers
from haranalyze.sanitizer._texts import Texts
from haranalyze.text import raw

WORDS: Final = frozenset(
    f"""
    log version comment creator name browser pages entries id title startedDateTime pageTimings onContentLoad onLoad
    time request response cache timings pageref connection _resourceType _fetchedViaServiceWorker _fromCache _initiator
    _corsErrorStatus corsError type url requestId stack callFrames functionName scriptId lineNumber columnNumber method
    httpVersion cookies headers queryString headersSize bodySize postData mimeType text value path domain sameSite
    secure httpOnly size status statusText content redirectURL _transferSize _error blocked dns connect ssl send wait
    receive cookieDecisions operation {SANITIZED_BY}
    """.replace("_", " ").split()
).union(*(one.phrase.split() for one in HTTPStatus))
"""What every copy says, whatever is in the recording: names of members, and the mark of a copy."""

_encoded: Final = msgspec.json.Encoder().encode
_EMPTY: Final = Raw(b"[]")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_VERSION: Final = re.compile(r"\d{1,5}(?:\.\d{1,6}){0,4}")
_BROWSERS: Final = (
    "Chrome",
    "Chromium",
    "Firefox",
    "Safari",
    "Edge",
    "Opera",
    "WebKit",
    "chromium",
    "firefox",
    "webkit",
)
_FAILURE: Final = re.compile(r"net::ERR_[A-Z0-9_]{1,60}|NS_(?:ERROR|BINDING)_[A-Z0-9_]{1,60}")
_CORS_ERROR: Final = re.compile(r"[A-Za-z]{1,60}")
_ID: Final = re.compile(r"\d{1,7}\.\d{1,7}")
_PAGE_ID: Final = re.compile(r"page_\d{1,6}")
_COOKIES: Final = frozenset(("cookie", "set-cookie"))
_NUMBERED: Final = re.compile(r"[.C][0-9]{1,2}=")
_SPELLED: Final = {"h1": "HTTP/1.1", "h2": "HTTP/2.0", "h3": "h3", "": ""}
_NETWORK: Final = Source.NETWORK
_SOURCES: Final = {Source.MEMORY_CACHE: "memory", Source.DISK_CACHE: "disk"}


class Line(msgspec.Struct, gc=False):
    """A header as HAR writes it."""

    name: str = ""
    value: str = ""


class Writer:
    """Writes the captures of one call with one table of pseudonyms.

    Args:
        texts: the table; keep_bodies: mask all text bodies instead of removing those that no fact reads.
    """

    def __init__(self, texts: Texts, *, keep_bodies: bool = False) -> None:
        self._texts = texts
        self._keep = keep_bodies
        self._headers: dict[bytes, bytes] = {}
        self._words: dict[str, str] = {}
        self._pages: dict[str, str] = {}
        self._initiators: dict[bytes, Raw] = {}

    def prepare(self, captures: Sequence[Capture]) -> None:
        """Look for what has to be known before the first value is masked."""
        for capture in captures:
            for exchange in capture.exchanges:
                for verifier in verifiers(exchange):
                    if (challenge := challenge_of(verifier, "S256")) is not None:
                        self._texts.challenges.setdefault(challenge, verifier)

    def pieces(self, capture: Capture) -> Iterator[bytes]:
        """The HAR document of a capture in pieces of about one exchange, each on a line of its own."""
        log = {
            "version": "1.2",
            "comment": self._comment(capture),
            "creator": self._creator(capture),
            **self._browser(capture),
            "pages": [self._page(page) for page in capture.pages],
        }
        yield b'{"log":' + _encoded(log)[:-1] + b',"entries":['
        separator = b"\n"
        for exchange in capture.exchanges:
            yield separator + _encoded(self._entry(exchange))
            separator = b",\n"
        yield b"\n]}}\n"

    def _comment(self, capture: Capture) -> str:
        """The mark of a copy, and what checks ask of the original that no other member tells."""
        codes = {note.code for note in capture.notes}
        parts = [SANITIZED_BY, "; all text bodies masked" if self._keep else "; bodies that no check reads removed"]
        if capture.format == "netlog" or "copy-of-a-net-log" in codes:
            parts.append(OF_NET_LOG)
        if "netlog-stripped" in codes:
            parts.append(OF_STRIPPED)
        if capture.salvaged:
            parts.append(OF_CUT)
        return "".join(parts)

    def _page(self, page: Page) -> dict[str, Any]:
        timings = {"onContentLoad": page.content_loaded, "onLoad": page.loaded}
        return {
            "id": self._page_id(raw(page.id)),
            "title": self._texts.addresses.url(raw(page.title)) if page.url is not None else "",
            "startedDateTime": _stamp(page.started),
            "pageTimings": {name: value for name, value in timings.items() if value is not None},
        }

    def _creator(self, capture: Capture) -> dict[str, str]:
        """The exporter's name as far as it is a known one, and a version of digits."""
        name = raw(capture.creator).strip()
        start = next((start for start, _ in EXPORTERS if name.lower().startswith(start)), "")
        return self._program(name[: len(start)], raw(capture.creator_version))

    def _browser(self, capture: Capture) -> dict[str, Any]:
        name, version = raw(capture.browser), raw(capture.browser_version)
        if not name and not version:
            return {}
        return {"browser": self._program(name if name in _BROWSERS else "", version)}

    def _program(self, listed: str, version: str) -> dict[str, str]:
        self._texts.listed.update(listed.split())
        return {"name": listed or "unknown", "version": version if _VERSION.fullmatch(version) else ""}

    def _page_id(self, written: str) -> str:
        found = self._pages.get(written)
        if found is None:
            found = written if _PAGE_ID.fullmatch(written) else self._texts.secret(written, "page id")
            self._pages[written] = found
        return found

    # one exchange

    def _entry(self, exchange: Exchange) -> dict[str, Any]:
        entry: dict[str, Any] = {
            "startedDateTime": _stamp(exchange.started),
            "time": exchange.duration if exchange.duration is not None else -1,
            "request": self._request(exchange.request),
            "response": self._response(exchange),
            "cache": {},
            "timings": _timings(exchange),
        }
        if exchange.raw_page_id:
            entry["pageref"] = self._page_id(exchange.raw_page_id)
        if exchange.raw_connection:
            written = exchange.raw_connection
            entry["connection"] = (
                written if written.isdigit() and len(written) < 9 else self._texts.secret(written, "connection")
            )
        if exchange.resource_type:
            entry["_resourceType"] = self._word(exchange.resource_type)
        if (source := exchange.source) is not _NETWORK:
            if source is Source.SERVICE_WORKER:
                entry["response"]["_fetchedViaServiceWorker"] = True
            else:
                entry["_fromCache"] = _SOURCES[source]
        if (initiator := self._initiator(exchange)) is not None:
            entry["_initiator"] = initiator
        if (error := exchange.raw_cors_error) and _CORS_ERROR.fullmatch(error):
            entry["_corsErrorStatus"] = {"corsError": self._texts.prose(error)}
        if decisions := exchange.raw_cookie_decisions:
            entry["_cookieDecisions"] = [self._decision(one) for one in decisions]
        return entry

    def _decision(self, read: CookieDecision) -> dict[str, str]:
        excluded = [f"EXCLUDE_{self._texts.prose(reason)}" for reason in read.excluded]
        return {
            "operation": self._texts.prose(read.operation),
            "name": self._texts.addresses.name(read.raw_name),
            "status": ",".join(excluded),
        }

    def _word(self, text: str) -> str:
        """A text of few different ones, by its words."""
        found = self._words.get(text)
        if found is None:
            found = self._words[text] = header(self._texts, "content-type", text)
        return found

    def _initiator(self, exchange: Exchange) -> Raw | None:
        written = bytes(exchange.raw_initiator)
        if not written:
            return None
        made = self._initiators.get(written)
        if made is None:
            read, url = exchange.initiator, self._texts.addresses.url
            if read is None:
                return None
            parts: dict[str, Any] = {"type": self._texts.prose(read.kind)}
            if read.raw_url:
                parts["url"] = url(read.raw_url)
            if read.request_id:
                known = _ID.fullmatch(read.request_id)
                parts["requestId"] = read.request_id if known else self._texts.secret(read.request_id, "request id")
            if read.raw_scripts:
                frames = [
                    {"functionName": "", "scriptId": "0", "url": url(one), "lineNumber": 0, "columnNumber": 0}
                    for one in read.raw_scripts
                ]
                parts["stack"] = {"callFrames": frames}
            made = self._initiators[written] = Raw(_encoded(parts))
        return made

    def _request(self, request: Request) -> dict[str, Any]:
        url = self._texts.addresses.url(request.raw_url)
        made: dict[str, Any] = {
            "method": self._word(request.method),
            "url": url,
            "httpVersion": _SPELLED[request.http_version],
            "cookies": self._cookies(request, "cookie"),
            "headers": self._header_list(request),
            "queryString": self._query(url),
            "headersSize": _size(request.headers_size),
            "bodySize": _size(request.body_size),
        }
        if request.has_body and (text := request_body(self._texts, request.body, keep=self._keep)) is not None:
            made["postData"] = {"mimeType": self._word(request.body.raw_mime_type), "text": text}
        return made

    def _response(self, exchange: Exchange) -> dict[str, Any]:
        response = exchange.response
        body = response.body
        content: dict[str, Any] = {
            "size": _size(body.size),
            "mimeType": self._word(body.raw_mime_type),
        }
        text = response_body(self._texts, exchange, keep=self._keep)
        if text is not None:
            content["text"] = text
        made: dict[str, Any] = {
            "status": response.status,
            "statusText": _phrase(response),
            "httpVersion": _SPELLED[response.http_version],
            "cookies": self._cookies(response, "set-cookie"),
            "headers": self._header_list(response),
            "content": content,
            "redirectURL": self._texts.addresses.url(response.raw_redirect_url),
            "headersSize": _size(response.headers_size),
            "bodySize": _size(response.body_size),
        }
        if response.transfer_size is not None:
            made["_transferSize"] = response.transfer_size
        if error := exchange.raw_error:
            made["_error"] = error if _FAILURE.fullmatch(error) else self._texts.prose(error)
        return made

    def _header_list(self, message: Message) -> Raw:
        slices = message.raw_header_slices()
        if slices is not None:
            known = self._headers
            if len(known) > REMEMBERED:
                known.clear()
            new = [one for one in slices if one not in known]
            if not new or self._add_headers(message, new):
                return Raw(b"[" + b",".join(map(known.__getitem__, slices)) + b"]")
        return self._odd_header_list(message)

    def _add_headers(self, message: Message, new: Sequence[bytes]) -> bool:
        """Mask headers that are met for the first time; False where the list was no list of usual form."""
        try:
            pairs = [read_header(one) for one in new]
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return False
        self._join_chunks(message, pairs)
        for one, (name, value) in zip(new, pairs, strict=True):
            self._headers[one] = _encoded(self._line(name, value))
        return True

    def _odd_header_list(self, message: Message) -> Raw:
        pairs = header_pairs(message.raw_header_list)
        self._join_chunks(message, pairs)
        return Raw(_encoded([self._line(name, value) for name, value in pairs]))

    def _join_chunks(self, message: Message, pairs: Sequence[tuple[str, str]]) -> None:
        cookies = [value for name, value in pairs if name.lower() in _COOKIES]
        if not any(map(_NUMBERED.search, cookies)):
            return
        if isinstance(message, Request):
            join_chunks(self._texts, message.raw_cookie_pairs())
        elif isinstance(message, Response):
            lines = (line.partition(";")[0].partition("=") for line in message.raw_set_cookies())
            join_chunks(self._texts, ((name.strip(), value.strip()) for name, _, value in lines))

    def _line(self, name: str, value: str) -> Line:
        return Line(self._texts.addresses.name(name), header(self._texts, name, value))

    def _cookies(self, message: Message, name: str) -> Any:
        """The list of cookies where it is all there is; the headers hold them otherwise."""
        if not message.raw_cookie_list or message.has(name):
            return _EMPTY
        members = message.raw_cookie_members()
        texts = self._texts
        return [
            {
                "name": texts.addresses.name(as_text(cookie.get("name"))),
                "value": texts.secret(as_text(cookie.get("value")), "cookie"),
                **({"path": texts.addresses.path(path)} if (path := as_text(cookie.get("path"))) else {}),
                **({"domain": texts.addresses.host(domain)} if (domain := as_text(cookie.get("domain"))) else {}),
                **({"sameSite": texts.prose(site)} if (site := as_text(cookie.get("sameSite"))) else {}),
                **{member: True for member in ("secure", "httpOnly") if cookie.get(member) is True},
            }
            for cookie in members
        ]

    def _query(self, url: str) -> Any:
        query = url.partition("#")[0].partition("?")[2]
        if not query:
            return _EMPTY
        pairs = [part.partition("=") for part in query.split("&") if part]
        return [{"name": name, "value": value} for name, _, value in pairs]


def _timings(exchange: Exchange) -> dict[str, float]:
    """Phases; those HAR demands are -1 where unknown. TLS is inside ``connect`` as HAR wants it, or beside it where a
    reader would take it for that."""
    read = exchange.timings
    if read.ssl is None:
        return _phases(read, 0.0)
    inside = _phases(read, read.ssl)
    return inside if read_timings(inside, exchange.duration) == read else _phases(read, 0.0)


def _phases(read: Timings, tls: float) -> dict[str, float]:
    connect = None if read.connect is None else read.connect + tls
    phases = {"blocked": read.blocked, "dns": read.dns, "connect": connect, "ssl": read.ssl}
    return {
        **{name: value for name, value in phases.items() if value is not None},
        "send": read.send if read.send is not None else -1,
        "wait": read.wait if read.wait is not None else -1,
        "receive": read.receive if read.receive is not None else -1,
    }


def _stamp(started: float | None) -> str:
    """ms since the epoch as HAR writes a time, with as many digits as the number has; ``""`` for an unreadable one."""
    if started is None:
        return ""
    seconds, rest = divmod(started, 1000.0)
    digits = f"{min(rest, 999.999):07.3f}".replace(".", "").rstrip("0").ljust(3, "0")
    second = _second(seconds)
    return f"{second}.{digits}Z" if second else ""


@lru_cache(1_024)
def _second(seconds: float) -> str:
    try:
        moment = _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return ""
    return f"{moment.year:04d}-{moment:%m-%dT%H:%M:%S}"


def _phrase(response: Response) -> str:
    """A reason phrase of the length of the original's: the size of the headers counts it. The usual one where none is
    recorded."""
    try:
        usual = HTTPStatus(response.status).phrase
    except ValueError:
        usual = ""
    size = response.phrase_size
    return usual if size is None or size == len(usual) else "-" * size


def _size(value: int | None) -> int:
    return -1 if value is None else value
