"""The second look at a sanitized file: is any secret of the original in it, in any spelling?

Another method than the one that masked, with which it shares the reader and the list of words: the secrets are read
from the original by their places alone, the output is cut into runs of characters whatever they mean, and the two sets
must not meet. Looked for are the values themselves, as parts of longer runs too, percent-encoded, in base64 and
base64url, in hexadecimal, and reversed.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain
from typing import Any, Final
from urllib.parse import unquote

import msgspec

from haranalyze.capture.body import Body, read_json
from haranalyze.capture.header_lists import header_pairs, read_headers
from haranalyze.capture.message import Message
from haranalyze.capture.model import Capture, Exchange
from haranalyze.capture.values import as_text
from haranalyze.sanitizer._words import is_known

SHORTEST: Final = 8  # characters of a value that can be told from chance

SPELLINGS: Final = (
    "as it is",
    "inside longer runs",
    "percent-encoded",
    "base64",
    "base64url",
    "hexadecimal",
    "reversed",
)

_BATCH: Final = 16_384  # headers
_PIECES: Final = 65_536  # parts of lines that are remembered
_LONGEST_BODY: Final = 256 * 1024
_RUN: Final = re.compile(r"[0-9A-Za-z\u0080-\U0010ffff]{8,}")
_RUN_BYTES: Final = re.compile(rb"[0-9A-Za-z\x80-\xff]{8,}")
_ANY_RUN: Final = re.compile(rb"[0-9A-Za-z\x80-\xff]+")
_HEX: Final = re.compile(rb"(?:[0-9a-f]{2}){8,}|(?:[0-9A-F]{2}){8,}")
_PACKED: Final = re.compile(r"(?:ey[A-Za-z0-9]|W3|Wy)[A-Za-z0-9+/_-]{8,}+={0,2}")
_PACKED_RUN: Final = 16  # characters of base64 that do not decode to readable text by chance
_PORT: Final = re.compile(r":\d{1,5}\Z")
_DEEPEST: Final = 6  # values packed in values
# A time in s or ms, or most of one: those of the recording stay; nines stand for one that must not.
_EPOCH: Final = re.compile(r"1[3-9]\d{8,11}|2[0-2]\d{8}|9+")
_DATE: Final = re.compile(r"[A-Za-z]{3,9},? .{8,30}GMT|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)")
# Headers whose values describe the connection, the browser or the cache: what stands there is no secret.
_OPEN: Final = re.compile(
    r"(?::.*|accept.*|access-control-.*|age|allow|alt-svc|cache-control|connection|content-(?:type|length|encoding"
    r"|language|disposition|range|security-policy.*)|cross-origin-.*|date|dnt|expires|host|if-(?:un)?modified-since"
    r"|keep-alive|last-modified|origin|permissions-policy|pragma|priority|proxy-connection|range|referrer-policy|rid"
    r"|retry-after|sec-.*|server|service-worker.*|st-auth-mode|fdi-version|strict-transport-security|te"
    r"|transfer-encoding|upgrade.*|user-agent|vary|via|www-authenticate|x-cache.*|x-powered-by|x-frame-options"
    r"|x-content-type-options|x-xss-protection|x-requested-with|x-forwarded-(?:host|proto)|x-amzn-errortype)"
)
_is_open: Final = lru_cache(4_096)(_OPEN.fullmatch)
_TIMES: Final = frozenset(
    ("iat", "nbf", "exp", "auth_time", "expires_in", "expires_at", "expires", "max_age", "version")
)
_HOSTS: Final = frozenset(("host", "x-forwarded-host", ":authority", "origin", "access-control-allow-origin"))
_HOST: Final = re.compile(r"[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}(?::\d{1,5})?")
_ADDRESSES: Final = frozenset(("referer", "location", "content-location", ":path"))
_NOT_RUN: Final = bytes(byte if (chr(byte).isalnum() and byte < 0x80) or byte >= 0x80 else 0x20 for byte in range(256))
_NOT_TOKEN: Final = bytes(
    byte if (chr(byte).isalnum() and byte < 0x80) or byte >= 0x80 or byte in b"+/=_-%.~" else 0x20
    for byte in range(256)
)


class Secrets:
    """The secrets of some captures: whole values, and the runs of letters and digits in them."""

    def __init__(self) -> None:
        self.runs: set[bytes] = set()
        self.values: set[bytes] = set()
        self._hosts: set[str] = set()
        self._doubtful: set[str] = set()  # values that are host names, of which none is known yet
        self._met: set[str] = set()  # values of the capture that is read
        self._addresses: set[str] = set()
        self._left: list[str] = []  # the address that is read, and those that were found in it
        self._cookies: set[bytes] = set()

    @property
    def count(self) -> int:
        """How many different strings are looked for."""
        return len(self.runs) + len(self.values)

    def read(self, capture: Capture) -> None:
        """Add what a capture holds."""
        self._hosts.update([exchange.request.host for exchange in capture.exchanges])
        for exchange in capture.exchanges:
            self._in_cookies(exchange.request)
            self._in_cookies(exchange.response)
            self._in_address(exchange.request.raw_url)
            self._in_address(exchange.response.raw_redirect_url)
            if exchange.request.has_body and _is_searched(exchange.request.body):
                self._in_body(exchange.request.body)
            if _is_searched(exchange.response.body) and not _is_plain_data(exchange):
                self._in_body(exchange.response.body)
        messages = [message for exchange in capture.exchanges for message in (exchange.request, exchange.response)]
        try:
            self._in_slices(messages)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):  # some list was cut wrongly
            for message in messages:
                self._in_headers(header_pairs(message.raw_header_list))
        doubtful, self._doubtful = self._doubtful, set()
        for plain in doubtful:
            self._add_runs(plain, _RUN.findall(plain))
        for met in (self._met, self._addresses, self._cookies):
            met.clear()

    def _add(self, value: str) -> None:
        """Add a value, or the strings of the token or JSON it is."""
        if len(value) < SHORTEST or value in self._met:
            return
        self._met.add(value)
        if value.isalnum() and "ey" not in value and "W" not in value:
            self._add_runs(value, [value])
            return
        for one in _opened(value):
            plain = _unescaped(one)
            if plain.startswith(("http://", "https://")):
                self._in_address(plain)
            elif len(one) < SHORTEST or _DATE.fullmatch(one):
                continue
            elif _HOST.fullmatch(plain):
                self._doubtful.add(plain)  # a header that is read later may name it as a host
            else:
                self._add_runs(plain, _RUN.findall(plain))

    def _add_runs(self, plain: str, runs: list[str]) -> None:
        if (_PORT.sub("", plain) if ":" in plain else plain).lower() in self._hosts:
            return
        told = [one for run in runs for one in _told(run) if not is_known(one) and not _EPOCH.fullmatch(one)]
        if told:
            self.runs.update([run.encode("utf-8", "replace") for run in told])
        elif not all(is_known(part) or part.isdigit() for part in re.findall(r"\w+", plain.replace("_", " "))):
            self.values.add(plain.encode("utf-8", "replace"))

    def _in_slices(self, messages: Iterable[Message]) -> None:
        """Headers, each different one once; decoded many at a time."""
        slices: set[bytes] = set()
        for message in messages:
            written = message.raw_header_slices()
            if written is None:
                self._in_headers(header_pairs(message.raw_header_list))
                continue
            slices.update(written)
            if len(slices) > _BATCH:
                self._in_headers(read_headers(slices))
                slices.clear()
        self._in_headers(read_headers(slices))

    def _in_headers(self, pairs: Iterable[tuple[str, str]]) -> None:
        for name, value in pairs:
            if len(value) >= SHORTEST:
                self._in_header(name.lower(), value)

    def _in_cookies(self, message: Message) -> None:
        written = message.raw_cookie_list
        if written and written not in self._cookies:
            self._cookies.add(written)
            for cookie in message.raw_cookie_members():
                self._add(as_text(cookie.get("value")))

    def _in_header(self, name: str, value: str) -> None:
        if name == "cookie":
            for pair in value.split(";"):
                self._add(pair.partition("=")[2].strip())
        elif name == "set-cookie":
            for line in value.split("\n"):
                self._add(line.partition(";")[0].partition("=")[2].strip())
        elif name in _HOSTS:
            self._hosts.add(value.rpartition("//")[2].partition(":")[0].lower())
        elif name in _ADDRESSES:
            self._in_address(value)
        elif name in {"authorization", "proxy-authorization"}:
            self._add(value.rsplit(" ", maxsplit=1)[-1])
        elif not _is_open(name):
            self._add(value)

    def _in_address(self, url: str) -> None:
        """An address, and one after the other those in its parameters: any number may stand in one another."""
        self._left.append(url)
        if len(self._left) == 1:
            at = 0
            while at < len(self._left):
                self._in_parts(self._left[at])
                at += 1
            self._left.clear()

    def _in_parts(self, url: str) -> None:
        if len(url) < SHORTEST or url in self._addresses:
            return
        self._addresses.add(url)
        before, _, fragment = url.partition("#")
        start, _, query = before.partition("?")
        if "://" in start:
            user, _, host = start.partition("://")[2].partition("/")[0].rpartition("@")
            self._hosts.add(host.partition(":")[0].lower())
            for part in user.split(":"):
                self._add(part)
        if ";" in start:
            for part in start.split(";")[1:]:
                self._add(part.partition("=")[2])
        self._in_pairs(query)
        self._in_pairs(fragment)

    def _in_pairs(self, text: str) -> None:
        if len(text) >= SHORTEST:
            for pair in text.split("&"):
                name, _, value = pair.partition("=")
                if not (value.isdigit() and name.lower() in _TIMES):
                    self._add(value)

    def _in_body(self, body: Body) -> None:
        text = body.raw_text() or ""
        table = read_json(text)
        markup = "html" in body.raw_mime_type
        if table is not None:
            for value in _leaves(table):
                self._add(value)
        elif markup:
            for value in re.findall(r"\bvalue\s{0,4}=\s{0,4}[\"']([^\"'<>]{8,4000})", text):
                self._add(value)
        elif "=" in text and "\n" not in text:
            self._in_pairs(text)


def _is_searched(body: Body) -> bool:
    return body.present and body.raw_mime_type not in _CODE and body.raw_length() <= _LONGEST_BODY


def _is_plain_data(exchange: Exchange) -> bool:
    """A long answer to a read that speaks of no token: its values are nobody's key. Only a copy with all bodies has it,
    masked."""
    response = exchange.response
    if exchange.request.method != "GET" or response.status >= 400 or response.body.raw_length() < _LONG_DATA:
        return False
    return not response.raw_body_may_contain("oken", "eyJ", "assword", "ecret", "ession")


_LONG_NUMBER: Final = 10**8  # of nine digits
_LONG_DATA: Final = 4096
_CODE: Final = frozenset(("text/css", "text/javascript", "application/javascript", "application/wasm"))


def _leaves(value: Any, depth: int = 0) -> Iterator[str]:
    """Strings of a JSON value and what is packed in them; error phrases have blanks and are no secrets."""
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            left += one.values()
        elif isinstance(one, list):
            left += one
        elif isinstance(one, str) and " " not in one:
            yield from _opened(one, depth + 1)
        elif isinstance(one, int) and abs(one) >= _LONG_NUMBER:
            yield str(abs(one))


def _unescaped(text: str) -> str:
    """Percent-encoding taken off, however often it was put on."""
    for _ in range(_DEEPEST if "%" in text else 0):
        plain = unquote(text)
        if plain == text:
            break
        text = plain
    return text


def _opened(value: str, depth: int = 0) -> Iterator[str]:
    """A value, or the strings of the token or JSON it is: those have to go, not the braces around them."""
    value = value.strip('"')
    plain = unquote(value) if "%" in value else value
    if depth > _DEEPEST:
        yield value
    elif plain[:1] in ("{", "[") and (table := read_json(plain)) is not None:
        yield from _leaves(table, depth)
    elif "ey" in plain or "W" in plain:
        left = plain
        for found in _PACKED.finditer(plain):
            table = read_json(_base64(found.group().encode()).decode("utf-8", "replace"))
            if table is not None:
                left = left.replace(found.group(), " ")
                yield from _leaves(table, depth)
        yield from left.split() if left is not plain else [value]
    else:
        yield value


def _told(run: str) -> list[str]:
    """A run, or the runs of the text that it is the base64 of (a part of, at any of four offsets)."""
    if len(run) < _PACKED_RUN or not run.isascii():
        return [run]
    for offset in range(4):  # A-Z and a-f begin four characters that stand for an ASCII one
        if "9" < run[offset] < "g" and binascii.a2b_base64(run[offset : offset + 8]).isascii():
            data = binascii.a2b_base64(run[offset : offset + (len(run) - offset) // 4 * 4])
            if len(data) > SHORTEST and data.isascii() and (text := data.decode()).isprintable():
                return _RUN.findall(_unescaped(text))
    return [run]


def _base64(token: bytes) -> bytes:
    """What base64 or base64url decodes to, empty when it is none."""
    body = token.strip(b"=~").replace(b"-", b"+").replace(b"_", b"/")
    try:
        return binascii.a2b_base64(body + b"=" * (-len(body) % 4))
    except (binascii.Error, ValueError):
        return b""


class Output:
    """The runs of a written file, whatever they mean, and what comes out of decoding them."""

    def __init__(self) -> None:
        self.runs: set[bytes] = set()
        self.tokens: set[bytes] = set()  # runs of more kinds of characters, as far as they are not among the others

    def read(self, lines: Iterable[bytes]) -> None:
        """Add a file, line by line."""
        met: set[bytes] = set()  # parts of lines, of which most come back
        for line in lines:
            pieces = set(line.split(b"}")) - met
            met |= pieces
            new = b"}".join(pieces)
            runs = set(new.translate(_NOT_RUN).split())
            self.runs |= runs
            self.tokens |= set(new.translate(_NOT_TOKEN).split()) - runs
            if len(met) > _PIECES:
                met.clear()

    def hits(self, secrets: Secrets, pseudonyms: Iterable[str], listed: Iterable[str] = ()) -> set[bytes]:
        """The secrets that stand in the file in some spelling.

        Args:
            pseudonyms: what the file says instead of values; a secret that consists of such has been masked before.
            listed: other runs that are no secrets of this file; what is packed in them is looked at all the same.
        """
        stand_ins, others = _encoded(pseudonyms), _encoded(listed)
        looked_for = secrets.runs - stand_ins - others
        found = self.runs & looked_for
        for value in self.tokens & secrets.values:
            runs = _ANY_RUN.findall(value)
            if not all(run in stand_ins or run in others or _is_known(run) for run in runs):
                found.add(value)
        rest = {run for run in self.runs - stand_ins if len(run) > SHORTEST}
        tokens = {part for whole in self.tokens for part in whole.split(b"=") if len(part) > SHORTEST} - stand_ins
        rest.update(chain.from_iterable(map(_decoded, rest | tokens)))
        rest -= stand_ins
        found |= rest & looked_for
        begins = {one[:SHORTEST] for one in looked_for}
        for run in rest - others:
            turned = run[::-1] in looked_for
            inside = any(run[at : at + SHORTEST] in begins for at in range(len(run) - SHORTEST + 1))
            if not (turned or inside) or _is_known(run):
                continue  # "Connectio" in "Connection" cannot be told from chance
            if inside:
                found.update(part for part in _parts(run) if part in looked_for)
            if turned:
                found.add(run[::-1])
        return found


def _encoded(runs: Iterable[str]) -> set[bytes]:
    return {run.encode("utf-8", "replace") for run in runs}


def _is_known(run: bytes) -> bool:
    return is_known(run.decode("utf-8", "replace"))


def _parts(run: bytes) -> Iterator[bytes]:
    """The parts of a run from the shortest telling length on; of a very long run those of some usual lengths."""
    lengths = range(SHORTEST, len(run)) if len(run) <= 64 else (8, 12, 16, 20, 22, 24, 32, 36, 40, 43, 48, 64)
    for length in lengths:
        for at in range(len(run) - length + 1):
            yield run[at : at + length]


def _decoded(token: bytes) -> list[bytes]:
    """The runs in what a token decodes to."""
    if b"%" in token:
        return _RUN_BYTES.findall(_unescaped(token.decode("utf-8", "replace")).encode("utf-8", "replace"))
    found = _RUN_BYTES.findall(bytes.fromhex(token.decode())) if _HEX.fullmatch(token) else []
    for part in token.split(b"."):
        if len(part) > 10:
            found += _RUN_BYTES.findall(_base64(part))
    return found
