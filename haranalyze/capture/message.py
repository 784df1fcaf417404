"""Request and Response: the two halves of an exchange, decoded when asked for.

What begins with ``raw`` gives captured characters, as in :mod:`haranalyze.capture.model`.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from haranalyze.capture.body import Body, Surroundings, content_body, content_may_contain, posted_body
from haranalyze.capture.header_lists import WANTED, Values, header_pairs, header_slices, wanted_headers
from haranalyze.capture.values import EMPTY, as_text, late
from haranalyze.protocol.headers import Header, Headers
from haranalyze.protocol.set_cookie import parse_cookie_header
from haranalyze.protocol.url import Url, host_of, parse_url, path_of
from haranalyze.text import Kind, Place, Text

_SHORTEST_COOKIES: Final = 5  # bytes: "", [], null and {} hold none


class Message:
    """What Request and Response share: headers in wire order, repeats and spelling kept."""

    __slots__ = (
        "_around", "_body", "_content", "_cookies", "_index", "_kept", "_lines", "_places", "body_size",
        "headers_size", "http_version",
    )  # fmt: skip

    _side = ""

    def __init__(
        self,
        index: int,
        around: Surroundings,
        lines: Any,
        cookies: Any,
        content: Any,
        version: str,
        headers_size: int | None,
        body_size: int | None,
    ) -> None:
        self._index = index
        self._around = around
        self._lines = lines  # header list, cookies and body: undecoded
        self._cookies = cookies
        self._content = content
        self._places: dict[str, int] | None = None  # of the wanted headers, and their values
        self._kept: tuple[Values, ...] = ()
        self._body: Body | None = None
        self.http_version = version
        self.headers_size = headers_size
        self.body_size = body_size

    def _at(self) -> tuple[int, str]:
        """Index and pointer of the exchange."""
        return self._index, f"{self._around.base}{self._index}"

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
        written = self._cookies
        return b"" if len(memoryview(written)) < _SHORTEST_COOKIES else bytes(written)

    def raw_cookie_members(self) -> tuple[dict[str, Any], ...]:
        """The members of the ``cookies`` array, which most exporters fill beside the headers."""
        return cookie_objects(self._cookies)

    @property
    def headers(self) -> Headers:
        """All headers, decoded now and not kept; prefer ``raw``, ``has`` and ``get`` for single names."""
        return Headers(tuple(Header(name, value, position) for position, (name, value) in enumerate(self.raw_pairs())))

    def raw_pairs(self) -> tuple[tuple[str, str], ...]:
        """Name and value of every header as they stand in the recording, decoded now and not kept."""
        return header_pairs(self._lines)

    @property
    def lines(self) -> tuple[tuple[Text, Text], ...]:
        """Name and value of every header as captured text, see :func:`as_lines`."""
        return tuple(line for name, value in self.raw_pairs() for line in as_lines(name, value))

    def _wanted(self) -> dict[str, int]:
        places = self._places
        if places is None:
            places, self._kept = wanted_headers(self._lines)
            self._places = places
        return places

    def _values(self, name: str) -> Values | None:
        places = self._places
        if places is None:
            places = self._wanted()
        at = places.get(name)
        if at is not None:
            return self._kept[at]
        if name in WANTED:
            return None
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
        if self._places is not None:
            return True
        written = bytes(self._lines)
        return name.encode() in written.lower() or b"\\u" in written

    def has_any(self, names: Collection[str]) -> bool:
        """Whether one of these headers (lower case) is recorded: cheaper than to ask for each, where most have none."""
        if not WANTED.issuperset(names):
            return any(map(self.has, names))
        return not self._wanted().keys().isdisjoint(names)

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


def as_lines(name: str, value: str) -> list[tuple[Text, Text]]:
    """Lines of one header as captured text: none for an HTTP/2 pseudo-header, several for Set-Cookie parted by LF."""
    if name.startswith(":"):
        return []
    low = name.lower()
    kind = Kind.SET_COOKIE if low == "set-cookie" else Kind.HEADER_VALUE
    parts = value.split("\n") if low == "set-cookie" else (value,)
    return [(Text(low, Kind.HEADER_NAME), Text(part.strip(), kind, low)) for part in parts]


class Request(Message):
    """The request half. ``method`` is upper case, ``""`` when unknown."""

    __slots__ = ("_host", "method", "raw_url")

    _side = "request"

    def __init__(self, method: str, url: str, *rest: Any) -> None:
        super().__init__(*rest)
        self.method = method if method.isupper() else method.upper()
        self.raw_url = url
        self._host: str | None = None

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
        return self._content is not EMPTY

    @property
    def body(self) -> Body:
        """The request body."""
        if self._body is None:
            self._body = posted_body(self._content, self.body_size, self._index, self._around)
        return self._body

    def raw_body_may_contain(self, words: str) -> bool:
        """Cheap test for a few ASCII letters in the body before it is decoded; False only when they are not in it."""
        return bool(self._around.files) or words.encode("ascii") in bytes(memoryview(self._content))

    def raw_cookie_pairs(self) -> tuple[tuple[str, str], ...]:
        """(name, value) pairs of the Cookie header in order, repeats kept; from the ``cookies`` array without one."""
        lines = self._values("cookie")
        if isinstance(lines, str):
            return parse_cookie_header(lines)
        if lines:
            return tuple(pair for line in lines for pair in parse_cookie_header(line))
        members = cookie_objects(self._cookies)
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

    __slots__ = ("_redirect", "phrase_size", "status", "transfer_size")

    _side = "response"

    def __init__(
        self, status: int, phrase_size: int | None, redirect: str, transfer_size: int | None, *rest: Any
    ) -> None:
        super().__init__(*rest)
        self.status = status
        self.phrase_size = phrase_size
        self._redirect = redirect
        self.transfer_size = transfer_size

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
            self._body = content_body(self._content, self.raw("content-type") or "", self._index, self._around)
        return self._body

    def raw_body_may_contain(self, *words: str) -> bool:
        """Cheap test of a body that is not decoded yet: False only when it holds none of the words (ASCII)."""
        if self._body is not None:
            return self._body.raw_may_contain(words)
        return content_may_contain(self._content, self._around.files, words)

    def raw_set_cookies(self) -> tuple[str, ...]:
        """Set-Cookie lines in order; built from the ``cookies`` array when the recording has no such header."""
        if self._values("set-cookie") is not None:
            return self.raw_all("set-cookie")
        members = cookie_objects(self._cookies)
        return tuple(map(_set_cookie_line, members)) if members else ()


def _set_cookie_line(cookie: dict[str, Any]) -> str:
    parts = [f"{as_text(cookie.get('name'))}={as_text(cookie.get('value'))}"]
    for member, attribute in (("path", "Path"), ("domain", "Domain"), ("sameSite", "SameSite")):
        if value := as_text(cookie.get(member)):
            parts.append(f"{attribute}={value}")
    parts += [word for member, word in (("secure", "Secure"), ("httpOnly", "HttpOnly")) if cookie.get(member) is True]
    return "; ".join(parts)
