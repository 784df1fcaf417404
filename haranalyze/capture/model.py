"""Capture, Exchange, Request, Response: what was recorded, decoded when asked for.

Attributes and methods that begin with ``raw`` give captured characters as plain ``str`` and are for the analysing
layers only (a test forbids them in rules, reports and shells); everything else that holds captured characters
gives :class:`haranalyze.text.Text`. Every value knows its place in the source.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from sys import intern
from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec.structs import astuple

from haranalyze.capture.body import Body, content_body, content_may_contain, posted_body
from haranalyze.capture.values import BEYOND, EMPTY, as_duration, as_text, late
from haranalyze.options import Limits
from haranalyze.protocol.headers import Header, Headers
from haranalyze.protocol.set_cookie import parse_cookie_header
from haranalyze.protocol.url import Url, host_of, parse_url, path_of
from haranalyze.text import Kind, Place, Text

if TYPE_CHECKING:
    from haralyzer import HarParser

    from haranalyze.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Note:
    """Something odd in the file: a kebab-case code, our own words, a pointer to where, and how often."""

    code: str
    message: str
    pointer: str
    count: int = 1


BODY_TOO_LONG: Final = "body-too-long"
"""Code of the note about bodies that ``Limits.max_body_bytes`` keeps from being read."""


class Source(StrEnum):
    """What answered an exchange."""

    NETWORK = "network"
    MEMORY_CACHE = "memory-cache"
    DISK_CACHE = "disk-cache"
    SERVICE_WORKER = "service-worker"


@dataclass(frozen=True, slots=True)
class Page:
    """One page load. Times in milliseconds; ``started`` since the epoch (UTC), the others after ``started``."""

    id: Text
    title: Text
    url: Url | None  # Chromium and new Firefox write the page's URL as its title
    started: float | None
    content_loaded: float | None
    loaded: float | None
    pointer: str


class Timings(msgspec.Struct, frozen=True, gc=False):
    """Phases in milliseconds, None where unknown or not applicable. ``ssl`` is never contained in ``connect``."""

    blocked: float | None = None
    dns: float | None = None
    connect: float | None = None
    ssl: float | None = None
    send: float | None = None
    wait: float | None = None
    receive: float | None = None


@dataclass(frozen=True, slots=True)
class Initiator:
    """What made the browser send the request (Chromium). ``kind``: parser, script, preflight, other, ..."""

    kind: str
    raw_url: str
    request_id: str  # Chromium: links a preflight with its request
    raw_scripts: tuple[str, ...]  # script URLs on the stack, innermost first, at most 20


class _Line(msgspec.Struct, gc=False):
    name: str = ""
    value: str = ""


_LINE = msgspec.json.Decoder(_Line)
_LINES = msgspec.json.Decoder(list[_Line])

_SHORTEST_COOKIES: Final = 5  # bytes: "", [], null and {} hold none
WANTED = frozenset(
    """
    :authority accept access-control-allow-credentials access-control-allow-headers access-control-allow-methods
    access-control-allow-origin access-control-expose-headers access-control-max-age
    access-control-request-headers access-control-request-method age anti-csrf apigw-requestid authorization
    cache-control cache-status cdn-cache cdn-cache-control cf-cache-status cf-ray content-type cookie date expires
    fdi-version front-token host id-refresh-token location origin proxy-authorization referer retry-after rid
    sec-ch-ua sec-fetch-dest sec-fetch-mode sec-fetch-site sec-fetch-storage-access sec-websocket-protocol server
    set-cookie st-access-token st-auth-mode auth0-client x-amz-target x-clerk-auth-status x-client-sku
    x-client-version x-okta-request-id x-okta-user-agent-extended x-runtime x-supabase-api-version
    st-refresh-token user-agent vary via www-authenticate x-amz-apigw-id x-amz-cf-id x-amzn-errortype
    x-amzn-remapped-www-authenticate x-amzn-requestid x-api-key x-cache x-cache-hits x-cache-status x-clerk-auth-reason
    x-csrf-token x-csrftoken x-drupal-cache x-envoy-upstream-service-time x-nextjs-cache x-nginx-cache x-powered-by
    x-access-token x-auth-token x-id-token x-proxy-cache x-served-by x-session-token x-varnish x-varnish-cache
    x-vercel-cache x-vercel-error x-vercel-id x-xsrf-token
    """.split()
)
"""Header names facts ask for often; kept per message in decoded form. Any other name costs a decode of the list."""

_REPEATING = frozenset(
    """
    :authority accept access-control-allow-credentials access-control-allow-headers access-control-allow-methods
    access-control-allow-origin access-control-expose-headers cache-control content-type host origin referer rid
    sec-ch-ua sec-fetch-dest sec-fetch-mode sec-fetch-site server st-auth-mode user-agent vary via
    """.split()
)
"""Headers whose value repeats from exchange to exchange: one string serves all of them."""

_LOWER: dict[str, str] = {}


def _wanted_name(name: str) -> str:
    """The lower-case name when it is wanted, ``""`` otherwise; remembered per spelling."""
    known = _LOWER.get(name)
    if known is None:
        low = name.lower()
        known = low if low in WANTED else ""
        if len(_LOWER) < 10_000:
            _LOWER[name] = known
    return known


class Message:
    """What Request and Response share: headers in wire order, repeats and spelling kept."""

    __slots__ = (
        "_base", "_body", "_fields", "_index", "_known", "_lines", "body_size", "headers_size", "http_version",
    )  # fmt: skip

    _side = ""

    def __init__(
        self,
        lines: Any,
        fields: Any,
        spot: tuple[int, str],
        version: str,
        sizes: tuple[int | None, int | None],
    ) -> None:
        self._lines = lines  # msgspec.Raw of the header list
        self._fields = fields  # whatever else is decoded late
        self._index, self._base = spot  # index of the exchange, and the pointer of the list it stands in
        self._known: dict[str, str | tuple[str, ...]] | None = None
        self._body: Body | None = None
        self.http_version = version
        self.headers_size, self.body_size = sizes

    def _at(self) -> tuple[int, str]:
        """Index and pointer of the exchange."""
        return self._index, f"{self._base}{self._index}"

    @property
    def raw_header_list(self) -> Any:
        """The header list as it stands in the file, undecoded JSON (empty when there is none)."""
        return self._lines

    def raw_header_slices(self) -> list[bytes] | None:
        """The header list cut into headers for :func:`read_header`; None when it is no list of ``{"name"`` objects.

        Equal headers give equal slices, so that a look-up tells the many that come back. A list of unusual form may be
        cut wrongly; ``read_header`` refuses what comes of that.
        """
        return header_slices(bytes(self._lines))

    @property
    def raw_cookie_list(self) -> bytes:
        """The ``cookies`` array as it stands in the file, undecoded JSON; empty when nothing is in it."""
        written = self._fields[0]
        return b"" if len(memoryview(written)) < _SHORTEST_COOKIES else bytes(written)

    def raw_cookie_members(self) -> tuple[dict[str, Any], ...]:
        """The members of the ``cookies`` array, which most exporters fill beside the headers."""
        return cookie_objects(self._fields[0])

    @property
    def headers(self) -> Headers:
        """All headers, decoded now and not kept; prefer ``raw``, ``has`` and ``get`` for single names."""
        return Headers(
            tuple(Header(name, value, position) for position, (name, value) in enumerate(header_pairs(self._lines)))
        )

    @property
    def lines(self) -> tuple[tuple[Text, Text], ...]:
        """Name and value of every header as captured text, HTTP/2 pseudo-headers left out; Set-Cookie split at LF."""
        found = []
        for name, value in header_pairs(self._lines):
            if name.startswith(":"):
                continue
            low = name.lower()
            kind = Kind.SET_COOKIE if low == "set-cookie" else Kind.HEADER_VALUE
            parts = value.split("\n") if low == "set-cookie" else (value,)
            found += [(Text(low, Kind.HEADER_NAME), Text(part.strip(), kind, low)) for part in parts]
        return tuple(found)

    def _wanted(self) -> dict[str, str | tuple[str, ...]]:
        known: dict[str, str | tuple[str, ...]] = {}
        try:
            for line in _LINES.decode(self._lines):
                name = _LOWER.get(line.name)
                if name is None:
                    name = _wanted_name(line.name)
                if name:
                    value = line.value
                    if name in _REPEATING:
                        value = intern(value)
                    if name in known:
                        _put(known, name, value)
                    else:
                        known[name] = value
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            known.clear()
            for spelled, value in header_pairs(self._lines):
                if name := _wanted_name(spelled):
                    _put(known, name, value)
        self._known = known
        return known

    def _values(self, name: str) -> str | tuple[str, ...] | None:
        known = self._known
        if known is None:
            known = self._wanted()
        found = known.get(name)
        if found is not None or name in WANTED:
            return found
        return tuple(value for spelled, value in header_pairs(self._lines) if spelled.lower() == name) or None

    def raw(self, name: str) -> str | None:
        """First value of the header ``name`` (lower case)."""
        values = self._values(name)
        return values[0] if isinstance(values, tuple) else values

    def raw_all(self, name: str) -> tuple[str, ...]:
        """All values of the header ``name`` (lower case) in order; Set-Cookie is split at LF already."""
        values = self._values(name)
        if values is None:
            return ()
        found = (values,) if isinstance(values, str) else values
        if name == "set-cookie" and any("\n" in value for value in found):
            return tuple(part.strip() for value in found for part in value.split("\n") if part.strip())
        return found

    def has(self, name: str) -> bool:
        """Whether the header ``name`` (lower case) is recorded."""
        return self._values(name) is not None

    def _may_have(self, name: str) -> bool:
        """Whether the header may be recorded: cheaper than to decode the list, where it is not."""
        if self._known is not None:
            return True
        written = bytes(self._lines)
        return name.encode() in written.lower() or b"\\u" in written

    def has_any(self, names: Collection[str]) -> bool:
        """Whether one of these headers (lower case) is recorded: cheaper than to ask for each, where most have none."""
        if not WANTED.issuperset(names):
            return any(map(self.has, names))
        known = self._known
        return not (self._wanted() if known is None else known).keys().isdisjoint(names)

    def get(self, name: str) -> Text | None:
        """First value of the header ``name`` as captured text."""
        value = self.raw(name)
        return None if value is None else Text(value, Kind.HEADER_VALUE, name)

    def places(self, name: str) -> tuple[Place, ...]:
        """Places of the values of the header ``name``, in order (empty when not recorded)."""
        kind = Kind.SET_COOKIE if name == "set-cookie" else Kind.HEADER_VALUE
        index, pointer = self._at()
        found = []
        for header in self.headers.all(name):
            at = f"{pointer}/{self._side}/headers/{header.position}"
            parts = header.value.split("\n") if name == "set-cookie" else [header.value]
            found += [
                Place(index, at, Text(part.strip(), kind, name)) for part in parts if part.strip() or len(parts) == 1
            ]
        return tuple(found)

    def place(self, name: str) -> Place:
        """Place of the first value of ``name``, or of the whole header list when it is not recorded."""
        found = self.places(name)
        index, pointer = self._at()
        return found[0] if found else Place(index, f"{pointer}/{self._side}/headers")


def _put(known: dict[str, str | tuple[str, ...]], name: str, value: str) -> None:
    if name in known:
        before = known[name]
        known[name] = (*((before,) if isinstance(before, str) else before), value)
    else:
        known[name] = value


def header_pairs(lines: Any) -> tuple[tuple[str, str], ...]:
    """(name, value) of every header: objects, ``[name, value]`` pairs or one object, whatever the exporter wrote."""
    try:
        return tuple([(line.name, line.value) for line in _LINES.decode(lines)])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        listed = late(lines)
    if isinstance(listed, dict):
        return tuple((name, as_text(value)) for name, value in listed.items())
    if not isinstance(listed, list):
        return ()
    pairs = []
    for item in listed:
        if isinstance(item, dict):
            pairs.append((as_text(item.get("name")), as_text(item.get("value"))))
        elif isinstance(item, list) and len(item) == 2:
            pairs.append((as_text(item[0]), as_text(item[1])))
        else:
            pairs.append(("", ""))
    return tuple(pairs)


_OPENED = re.compile(rb'\s*\[\s*\{\s*"name"')
_BETWEEN = re.compile(rb'\}\s*,\s*\{\s*"name"')


def header_slices(written: bytes) -> list[bytes] | None:
    """See :meth:`Message.raw_header_slices`. No JSON string holds what the headers are parted by."""
    opened = _OPENED.match(written)
    if opened is None:
        return None
    end = written.rfind(b"}")
    if written[end + 1 :].strip() != b"]":
        return None
    between = _BETWEEN.search(written, opened.end())
    inside = written[opened.end() : end]
    return inside.split(between.group()) if between else [inside]


def read_header(piece: bytes) -> tuple[str, str]:
    """Name and value of a header that was cut out of its list.

    Raises:
        msgspec.MsgspecError, UnicodeDecodeError, RecursionError: it is not what stands between two headers.
    """
    line = _LINE.decode(b'{"name"' + piece + b"}")
    return line.name, line.value


def read_headers(pieces: Collection[bytes]) -> list[tuple[str, str]]:
    """:func:`read_header` for many headers at once, in order; what was cut wrongly may fit together again."""
    lines = _LINES.decode(b'[{"name"' + b'},{"name"'.join(pieces) + b"}]") if pieces else ()
    return [(line.name, line.value) for line in lines]


class Request(Message):
    """The request half. ``method`` is upper case, ``""`` when unknown."""

    __slots__ = ("_host", "_limits", "method", "raw_url")

    _side = "request"

    def __init__(self, method: str, url: str, *rest: Any, limits: Limits) -> None:
        super().__init__(*rest)
        self.method = method if method.isupper() else method.upper()
        self.raw_url = url
        self._host: str | None = None
        self._limits = limits

    @property
    def url(self) -> Url:
        """The parsed URL (memoised by string)."""
        return parse_url(self.raw_url)

    @property
    def host(self) -> str:
        """Host of the URL, lower case, ``""`` without one; costs a look-up where ``url`` costs a parse."""
        if self._host is None:
            url = self.raw_url
            cut = url.find("/", 8)
            self._host = host_of(url[:cut] if cut > 0 else url)
        return self._host

    @property
    def path(self) -> str:
        """Path of the URL; where only queries differ, a look-up instead of a parse."""
        return path_of(self.raw_url.partition("?")[0])

    @property
    def has_body(self) -> bool:
        """Whether the recording has a place for a body: asking costs less than ``body``, where it has none."""
        return self._fields[1] is not EMPTY

    @property
    def body(self) -> Body:
        """The request body."""
        if self._body is None:
            spot = (self._index, self._base, "/request/postData")
            self._body = posted_body(self._fields[1], self._fields[2], self.body_size, spot, self._limits)
        return self._body

    def raw_body_may_contain(self, words: str) -> bool:
        """Cheap test for a few ASCII letters in the body before it is decoded; False only when they are not in it."""
        return bool(self._fields[2]) or words.encode("ascii") in bytes(memoryview(self._fields[1]))

    def raw_cookie_pairs(self) -> tuple[tuple[str, str], ...]:
        """(name, value) pairs of the Cookie header in order, repeats kept; from the ``cookies`` array without one."""
        lines = self._values("cookie")
        if isinstance(lines, str):
            return parse_cookie_header(lines)
        if lines:
            return tuple(pair for line in lines for pair in parse_cookie_header(line))
        members = cookie_objects(self._fields[0])
        return tuple([(as_text(item.get("name")), as_text(item.get("value"))) for item in members]) if members else ()


def cookie_objects(value: Any) -> tuple[dict[str, Any], ...]:
    """The members of a ``cookies`` array (Internet Explorer writes a single object)."""
    if len(memoryview(value)) < _SHORTEST_COOKIES:
        return ()
    listed = late(value)
    if isinstance(listed, dict):
        listed = [listed]
    return tuple(item for item in listed if isinstance(item, dict)) if isinstance(listed, list) else ()


class Response(Message):
    """The response half. ``status`` is 0 when nothing came back (negative and missing values included).

    ``phrase_size`` is the length of the reason phrase as recorded, None when the recording has none.
    """

    __slots__ = ("_limits", "_redirect", "phrase_size", "status", "transfer_size")

    _side = "response"

    def __init__(
        self,
        status: int,
        redirect: str,
        transfer_size: int | None,
        *rest: Any,
        limits: Limits,
        phrase: int | None = None,
    ) -> None:
        super().__init__(*rest)
        self.status = status
        self.phrase_size = phrase
        self._redirect = redirect
        self.transfer_size = transfer_size
        self._limits = limits

    @property
    def raw_redirect_url(self) -> str:
        """Where the answer redirects to: Location, else ``redirectURL``; ``""`` when nowhere."""
        location = (self.raw("location") or "") if self._may_have("location") else ""
        if location or not 300 <= self.status < 400 or self._redirect == "null":
            return location
        return self._redirect

    @property
    def body(self) -> Body:
        """The response body."""
        if self._body is None:
            spot = (self._index, self._base, "/response/content")
            headers_type = self.raw("content-type") or ""
            self._body = content_body(self._fields[1], self._fields[2], headers_type, spot, self._limits)
        return self._body

    def raw_body_may_contain(self, *words: str) -> bool:
        """Cheap test of a body that is not decoded yet: False only when it holds none of the words (ASCII)."""
        return content_may_contain(self._fields[1], self._fields[2], words)

    def raw_set_cookies(self) -> tuple[str, ...]:
        """Set-Cookie lines in order; built from the ``cookies`` array when the recording has no such header."""
        if self._values("set-cookie") is not None:
            return self.raw_all("set-cookie")
        members = cookie_objects(self._fields[0])
        return tuple(map(_set_cookie_line, members)) if members else ()


def _set_cookie_line(cookie: dict[str, Any]) -> str:
    parts = [f"{as_text(cookie.get('name'))}={as_text(cookie.get('value'))}"]
    for member, attribute in (("path", "Path"), ("domain", "Domain"), ("sameSite", "SameSite")):
        if value := as_text(cookie.get(member)):
            parts.append(f"{attribute}={value}")
    parts += [word for member, word in (("secure", "Secure"), ("httpOnly", "HttpOnly")) if cookie.get(member) is True]
    return "; ".join(parts)


@dataclass(frozen=True, slots=True)
class CookieDecision:
    """What the browser itself says it did with a cookie (Chrome net log).

    ``operation``: ``store`` or ``send``; ``raw_name`` ``""`` where the log leaves it out; ``excluded``: Chromium's
    reasons (``SAMESITE_LAX``), empty when the cookie was stored or sent.
    """

    operation: str
    raw_name: str
    excluded: tuple[str, ...]


class Exchange:
    """One request and what came back (possibly nothing).

    Attributes:
        index: 0-based position in the source, shown to people as ``#12``; pointer: ``/log/entries/12``.
        started: ms since the epoch (UTC), None when the stamp is unreadable; duration: ms or None.
        resource_type: document, script, xhr, fetch, preflight, websocket, ...; ``""`` unknown.
        raw_error: the client's failure text (``net::ERR_FAILED``), ``""`` when none.
        source: what answered (network, a cache, a service worker).
        raw_page_id: id of its page, ``""`` when none; raw_connection: connection id, ``""`` when unknown.
    """

    __slots__ = (
        "_base", "_cookie_decisions", "_cors_error", "_initiator", "_timings", "duration", "index", "raw_connection",
        "raw_error", "raw_page_id", "request", "resource_type", "response", "source", "started",
    )  # fmt: skip

    index: int
    request: Request
    response: Response
    started: float | None
    duration: float | None
    resource_type: str
    raw_error: str
    source: Source
    raw_page_id: str
    raw_connection: str
    _timings: Any  # undecoded
    _initiator: Any
    _cors_error: Any
    _cookie_decisions: Any
    _base: str

    @property
    def pointer(self) -> str:
        """JSON Pointer of the exchange, such as ``/log/entries/12``."""
        return f"{self._base}{self.index}"

    @property
    def timings(self) -> Timings:
        """Phases of the exchange, decoded now and not kept."""
        try:
            values = astuple(_PHASES.decode(self._timings))
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return read_timings(late(self._timings), self.duration)
        known = [value if value is not None and 0 <= value < BEYOND else None for value in values]
        return _timings_of(known, self.duration)

    @property
    def raw_initiator(self) -> Any:
        """The initiator as it stands in the file, undecoded JSON."""
        return self._initiator

    @property
    def initiator(self) -> Initiator | None:
        """What made the browser send it, where the exporter says so; decoded now and not kept."""
        return read_initiator(late(self._initiator))

    @property
    def raw_cors_error(self) -> str:
        """Chromium's name for a failed CORS check (``MissingAllowOriginHeader``), ``""`` where none is written."""
        if self._cors_error is EMPTY:
            return ""
        written = late(self._cors_error)
        return as_text(written.get("corsError") if isinstance(written, dict) else written)

    @property
    def raw_cookie_decisions(self) -> tuple[CookieDecision, ...]:
        """What the browser said about cookies of this exchange, in order; empty where the recording says nothing."""
        if self._cookie_decisions is EMPTY or len(memoryview(self._cookie_decisions)) < 5:
            return ()
        written = late(self._cookie_decisions)
        return tuple(
            CookieDecision(
                as_text(one.get("operation")),
                as_text(one.get("name")),
                tuple(
                    word.strip().removeprefix("EXCLUDE_")
                    for word in as_text(one.get("status")).split(",")
                    if word.strip().startswith("EXCLUDE_")
                ),
            )
            for one in (written if isinstance(written, list) else ())
            if isinstance(one, dict)
        )

    @property
    def is_page(self) -> bool:
        """Whether it is a navigation: document type, ``sec-fetch-mode: navigate``, or an HTML answer to a plain GET."""
        if self.resource_type:
            return self.resource_type == "document"
        if mode := self.request.raw("sec-fetch-mode"):
            return mode == "navigate"
        accepted = self.request.raw("accept") or ""
        return self.request.method in {"GET", "POST"} and accepted.startswith("text/html")

    @property
    def failed(self) -> bool:
        """Whether nothing came back."""
        return self.response.status == 0

    @property
    def method(self) -> Text:
        """The request method, for sentences."""
        return Text(self.request.method, Kind.METHOD)

    @property
    def path(self) -> Text:
        """The path of the request, for sentences."""
        return Text(self.request.url.path, Kind.PATH)

    @property
    def host(self) -> Text:
        """The host of the request, for sentences."""
        return Text(self.request.host, Kind.HOST)

    @property
    def failure(self) -> Text:
        """The client's failure text."""
        return Text(self.raw_error, Kind.FAILURE) if self.raw_error else _NO_FAILURE

    @property
    def place(self) -> Place:
        """The whole exchange."""
        return Place(self.index, self.pointer)

    @property
    def url_place(self) -> Place:
        """The request's method and URL."""
        return Place(self.index, f"{self.pointer}/request/url", Text(self.request.raw_url, Kind.URL))

    @property
    def status_place(self) -> Place:
        """The response's status."""
        return Place(self.index, f"{self.pointer}/response/status", Text(str(self.response.status), Kind.STATUS))


_NO_FAILURE: Final = Text("", Kind.FAILURE)
_PHASES = msgspec.json.Decoder(Timings)  # as written, unchecked


def read_timings(written: Any, total: float | None) -> Timings:
    """Phases of one exchange. Some exporters count TLS inside ``connect``, some beside it: the total decides."""
    if not isinstance(written, dict):
        return Timings()
    return _timings_of([as_duration(written.get(name)) for name in Timings.__struct_fields__], total)


def _timings_of(values: list[float | None], total: float | None) -> Timings:
    _, _, connect, ssl, *_ = values
    if ssl and connect is not None:
        parts = sum(value for place, value in enumerate(values) if value and place != _SSL)
        beside = total is not None and abs(parts + ssl - total) < abs(parts - total)
        if not beside:
            values[_CONNECT] = max(connect - ssl, 0.0)
    return Timings(*values)


_CONNECT: Final = 2  # places in the list
_SSL: Final = 3


def read_initiator(written: Any) -> Initiator | None:
    """The initiator as Chromium writes it; None when absent or of another form."""
    if not isinstance(written, dict):
        return None
    scripts: list[str] = []
    stack = written.get("stack")
    while isinstance(stack, dict) and len(scripts) < 20:
        frames = stack.get("callFrames")
        for frame in frames if isinstance(frames, list) else ():
            if isinstance(frame, dict) and (url := as_text(frame.get("url"))) and url not in scripts[-1:]:
                scripts.append(url)
        stack = stack.get("parent")
    return Initiator(
        as_text(written.get("type")),
        as_text(written.get("url")),
        as_text(written.get("requestId")),
        tuple(scripts[:20]),
    )


@dataclass(frozen=True, slots=True)
class Capture:
    """One recording as read.

    Attributes:
        name: the caller's name for it (a file name; ours to show only through ``Text``).
        sha256: of the bytes as given; size: their number.
        format: ``har``, ``newman``, ``postman``, ``mitmproxy``, ... (docs/inputs.md); version: ``log.version``.
        container: e.g. ``("gzip",)``, outermost first.
        creator, creator_version, browser, browser_version: as the exporter wrote them.
        exporter: our name for the dialect: chromium, firefox, safari, playwright, mitmproxy, charles, fiddler,
            insomnia, newman, postman, ... or ``""``.
        exchanges: in source order; pages; notes.
        salvaged: the file was cut off and only the exchanges before the cut are here.
    """

    name: Text
    sha256: str
    size: int
    format: str
    version: str
    container: tuple[str, ...]
    creator: Text
    creator_version: Text
    browser: Text
    browser_version: Text
    exporter: str
    exchanges: Sequence[Exchange]
    pages: tuple[Page, ...]
    notes: tuple[Note, ...]
    salvaged: bool = False

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self.exchanges)

    @property
    def timeline(self) -> Timeline:
        """The exchanges in client order, made anew at each call; ``timeline.to_frame()`` is a pandas DataFrame."""
        from haranalyze.timeline import Timeline

        return Timeline(self)

    def to_haralyzer(self) -> HarParser:
        """The capture for scripts written against haralyzer; it holds the captured text itself."""
        return self.timeline.to_haralyzer()
