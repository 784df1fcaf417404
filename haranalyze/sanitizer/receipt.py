"""What sanitizing did: for people (text) and programs (JSON). Holds counts and our own words only."""

from __future__ import annotations

from textwrap import wrap
from typing import Final

import msgspec

SCHEMA: Final = "haranalyze-sanitize-receipt/0"


class File(msgspec.Struct, frozen=True):
    """One written recording: its name as the caller gave it (control characters spelled out), exchanges, bytes."""

    name: str
    exchanges: int
    bytes: int


class Masked(msgspec.Struct, frozen=True):
    """How many different values of a kind were replaced."""

    kind: str
    count: int


class Kept(msgspec.Struct, frozen=True):
    """What stayed readable, and why."""

    what: str
    why: str


class Scan(msgspec.Struct, frozen=True):
    """The second look: how many secrets of the original were looked for, in which spellings, how many were found."""

    secrets: int
    spellings: tuple[str, ...]
    hits: int


class Receipt(msgspec.Struct, frozen=True):
    """What happened to the recordings of one call."""

    schema: str
    version: str
    files: tuple[File, ...]
    masked: tuple[Masked, ...]
    removed: tuple[Masked, ...]
    left_out: tuple[str, ...]
    kept: tuple[Kept, ...]
    scan: Scan

    def to_json(self) -> str:
        """The receipt as indented JSON."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2).decode() + "\n"

    def to_text(self) -> str:
        """The receipt for people, 80 columns."""
        lines = [f"{file.name}: {file.exchanges} exchanges, {file.bytes} bytes" for file in self.files]
        lines += ["", "masked (different values), each by a stand-in of the same length and shape"]
        lines += [f"  {one.count:7}  {one.kind}" for one in self.masked] or ["        0"]
        if self.removed:
            lines += ["", "removed, as no check reads them (--keep-bodies masks those that can be read)"]
            lines += [f"  {one.count:7}  {one.kind}" for one in self.removed]
        lines += ["", *wrap("left out: " + ", ".join(self.left_out), 78, subsequent_indent="  ")]
        lines += ["", "kept, because the diagnosis needs it"]
        for one in self.kept:
            lines += wrap(f"{one.what}: {one.why}", 78, initial_indent="  ", subsequent_indent="      ")
        spellings = ", ".join(self.scan.spellings)
        scan = (
            f"second look: {self.scan.secrets} secrets of the original searched ({spellings}): {self.scan.hits} found"
        )
        return "\n".join([*lines, "", *wrap(scan, 78, subsequent_indent="  ")]) + "\n"


LEFT_OUT: Final = (
    "comments", "page titles", "WebSocket messages and events", "IP addresses and TLS details of servers",
    "status texts", "function names of call stacks", "bodies that are not text", "members that are not listed here",
)  # fmt: skip

KEPT: Final = (
    Kept("times, durations and sizes", "clocks, expiry, overlapping calls and headers that grow too large"),
    Kept("methods, status codes, failure names, resource types", "what the browser asked and what came of it"),
    Kept("scheme, host names of plain words, ports", "cookies, CORS and redirects are decided by them"),
    Kept("words of our own list in paths, and names of parameters", "they tell a sign-in from a refresh"),
    Kept("names of headers and cookies, attributes of cookies", "why the browser stored or sent a cookie, or not"),
    Kept("CORS, caching, content and browser headers, by their words", "what browser and caches were told"),
    Kept("algorithm, times and key family of JWTs; issuer and audience as addresses", "expiry and wrong audience"),
    Kept("names of JSON members, error words and codes", "what an answer refuses a call for"),
    Kept("undefined, null, {{name}}, a missing or doubled scheme", "faults that show in the value itself"),
)
