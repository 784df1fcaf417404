"""The second look at a sanitized file: is any secret of the original in it, in any spelling?

Another method than the one that masked: the secrets are read from the original by their places alone, the output is
cut into runs of characters whatever they mean, and both sets must not meet. Looked for are the values themselves, as
parts of longer runs too, percent-encoded, in base64 and base64url, in hexadecimal, and reversed.
"""

from __future__ import annotations

import binascii
import re
from base64 import urlsafe_b64decode
from collections.abc import Iterable, Iterator
from typing import Any, Final
from urllib.parse import unquote

import msgspec

from haranalyze.capture.model import Capture, Exchange, Message, as_text, header_pairs, read_json
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

_LIST: Final = msgspec.json.Decoder(list[msgspec.Raw])
_LONGEST_BODY: Final = 256 * 1024
_RUN: Final = re.compile(r"[0-9A-Za-z\u0080-\U0010ffff]{8,}")
_RUN_BYTES: Final = re.compile(rb"[0-9A-Za-z\x80-\xff]{8,}")
_ANY_RUN: Final = re.compile(rb"[0-9A-Za-z\x80-\xff]+")
_HEX: Final = re.compile(rb"(?:[0-9a-f]{2}){8,}|(?:[0-9A-F]{2}){8,}")
_PACKED: Final = re.compile(r"(?:ey[A-Za-z0-9]|W3|Wy)[A-Za-z0-9+/_-]{8,}+={0,2}")
_PACKED_RUN: Final = 16  # characters of base64 that do not decode to readable text by chance
_DEEPEST: Final = 6  # values packed in values
_EPOCH: Final = re.compile(
    r"1[3-9]\d{8,11}|2[0-2]\d{8}"
)  # a time in s or ms, or most of one: those of the recording stay
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
        self.count = 0
        self._seen: set[Any] = set()
        self._hosts: set[str] = set()

    def read(self, capture: Capture) -> None:
        """Add what a capture holds."""
        self._hosts |= {exchange.request.url.host for exchange in capture.exchanges}
        for exchange in capture.exchanges:
            for value in self._in(exchange):
                self._add(value)

    def _add(self, value: str) -> None:
        if len(value) < SHORTEST or value in self._seen or _DATE.fullmatch(value):
            return
        self._seen.add(value)
        plain = unquote(value) if "%" in value else value
        if plain.startswith(("http://", "https://")) or plain.partition(":")[0].lower() in self._hosts:
            return
        runs = [one for run in _RUN.findall(plain) for one in _told(run)]
        runs = [run for run in runs if not is_known(run) and not _EPOCH.fullmatch(run)]
        if not runs and all(is_known(part) or part.isdigit() for part in re.findall(r"\w+", plain.replace("_", " "))):
            return
        self.count += 1
        self.runs.update(run.encode("utf-8", "replace") for run in runs)
        if not runs:
            self.values.add(plain.encode("utf-8", "replace"))

    def _in(self, exchange: Exchange) -> Iterator[str]:
        for message in (exchange.request, exchange.response):
            yield from self._in_headers(message)
        yield from self._in_address(exchange.request.raw_url)
        yield from self._in_address(exchange.response.raw_redirect_url)
        for body in (exchange.request.body, exchange.response.body):
            if body.present and body.raw_length() <= _LONGEST_BODY and body.raw_mime_type not in _CODE:
                if body is exchange.response.body and _is_plain_data(exchange):
                    continue
                yield from self._in_text(body.raw_text() or "", markup="html" in body.raw_mime_type)

    def _in_headers(self, message: Message) -> Iterator[str]:
        written = bytes(memoryview(message.raw_header_list))
        if written not in self._seen:
            self._seen.add(written)
            for name, value in self._new_headers(written):
                if value:
                    yield from self._in_header(name.lower(), value)
        for cookie in message.raw_cookie_members():
            yield from _opened(as_text(cookie.get("value")))

    def _new_headers(self, written: bytes) -> Iterator[tuple[str, str]]:
        """Headers of a list that were not met before."""
        try:
            lines = [bytes(line) for line in _LIST.decode(written)]
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            yield from header_pairs(written)
            return
        new = [line for line in lines if line not in self._seen]
        self._seen.update(new)
        yield from header_pairs(b"[" + b",".join(new) + b"]")

    def _in_header(self, name: str, value: str) -> Iterator[str]:
        if name == "cookie":
            for pair in value.split(";"):
                yield from _opened(pair.partition("=")[2].strip())
        elif name == "set-cookie":
            for line in value.split("\n"):
                yield from _opened(line.partition(";")[0].partition("=")[2].strip())
        elif name in _ADDRESSES:
            yield from self._in_address(value)
        elif name in {"authorization", "proxy-authorization"}:
            yield from _opened(value.rsplit(" ", maxsplit=1)[-1])
        elif not _OPEN.fullmatch(name):
            yield from _opened(value)

    def _in_address(self, url: str) -> Iterator[str]:
        if not url or url in self._seen:
            return
        self._seen.add(url)
        before, _, fragment = url.partition("#")
        start, _, query = before.partition("?")
        if "@" in start and "://" in start:
            yield from start.partition("://")[2].rpartition("@")[0].split(":")
        for part in start.split(";")[1:]:
            yield part.partition("=")[2]
        for text in (query, fragment):
            for pair in text.split("&"):
                yield from _opened(pair.partition("=")[2])

    def _in_text(self, text: str, *, markup: bool) -> Iterator[str]:
        if not text:
            return
        table = read_json(text)
        if table is not None:
            yield from _leaves(table)
        elif not markup and "=" in text and "\n" not in text:
            for pair in text.split("&"):
                yield from _opened(pair.partition("=")[2])
        elif markup:
            yield from re.findall(r"\bvalue\s{0,4}=\s{0,4}[\"']([^\"'<>]{8,4000})", text)


def _is_plain_data(exchange: Exchange) -> bool:
    """A long answer to a read that speaks of no token: it is not in the copy, and its values are nobody's key."""
    response = exchange.response
    if exchange.request.method != "GET" or response.status >= 400 or response.body.raw_length() < _LONG_DATA:
        return False
    return not any(response.raw_body_may_contain(words) for words in ("oken", "eyJ", "assword", "ecret", "ession"))


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
    for offset in range(4) if len(run) >= _PACKED_RUN and run.isascii() else ():
        data = _base64(run[offset : offset + (len(run) - offset) // 4 * 4].encode())
        if len(data) > 8 and all(0x20 <= byte < 0x7F for byte in data):
            return [one.decode() for one in _RUN_BYTES.findall(data)]
    return [run]


def _base64(token: bytes) -> bytes:
    """What base64 or base64url decodes to, empty when it is none."""
    body = token.strip(b"=~").replace(b"+", b"-").replace(b"/", b"_")
    try:
        return urlsafe_b64decode(body + b"=" * (-len(body) % 4))
    except (binascii.Error, ValueError):
        return b""


class Output:
    """The runs of a written file, whatever they mean, and what comes out of decoding them."""

    def __init__(self) -> None:
        self.runs: set[bytes] = set()
        self.tokens: set[bytes] = set()

    def read(self, lines: Iterable[bytes]) -> None:
        """Add a file, line by line."""
        for line in lines:
            self.runs.update(line.translate(_NOT_RUN).split())
            self.tokens.update(line.translate(_NOT_TOKEN).split())

    def hits(self, secrets: Secrets, pseudonyms: Iterable[str]) -> set[bytes]:
        """The secrets that stand in the file in some spelling. ``pseudonyms``: what the file says instead of values;
        a secret that consists of such has been masked before."""
        made = {one.encode("utf-8", "replace") for one in pseudonyms}
        looked_for = secrets.runs - made
        found = (self.runs & looked_for) | {
            value
            for value in self.tokens & secrets.values
            if not all(part in made or is_known(part.decode("utf-8", "replace")) for part in _ANY_RUN.findall(value))
        }
        rest = {run for run in self.runs if len(run) > SHORTEST} - made
        for token in self.tokens:
            if len(token) > SHORTEST and token not in made:
                rest.update(_decoded(token))
        found |= rest & looked_for
        for run in rest:
            if is_known(run.decode("utf-8", "replace")):
                continue  # "Connectio" in "Connection" cannot be told from chance
            found.update(part for part in _parts(run) if part in looked_for)
            if (turned := run[::-1]) in looked_for:
                found.add(turned)
        return found


def _parts(run: bytes) -> Iterator[bytes]:
    """The parts of a run from the shortest telling length on; of a very long run those of some usual lengths."""
    lengths = range(SHORTEST, len(run)) if len(run) <= 64 else (8, 12, 16, 20, 22, 24, 32, 36, 40, 43, 48, 64)
    for length in lengths:
        for at in range(len(run) - length + 1):
            yield run[at : at + length]


def _decoded(token: bytes) -> Iterator[bytes]:
    """The runs in what a token decodes to."""
    if b"%" in token:
        plain = unquote(unquote(token.decode("utf-8", "replace"))).encode("utf-8", "replace")
        yield from _RUN_BYTES.findall(plain)
        return
    if _HEX.fullmatch(token):
        yield from _RUN_BYTES.findall(bytes.fromhex(token.decode()))
    for part in token.split(b"."):
        if len(part) > 10:
            yield from _RUN_BYTES.findall(_base64(part))
