"""Which format a recording has, told by its content, and who reads it. One table; docs/inputs.md has the dialects."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import msgspec

from haranalyze.capture.containers import Document, Wanted
from haranalyze.capture.har import Origin, read_har
from haranalyze.capture.json_parts import items_of, members_of
from haranalyze.capture.model import Capture
from haranalyze.capture.values import late
from haranalyze.errors import CaptureError
from haranalyze.options import Limits

if TYPE_CHECKING:
    from haranalyze.capture.har_log import HarLog

_HEAD: Final = 20_000
_HAR_FIRST: Final = re.compile(rb'\s*\{\s*"log"\s*:')
_FLOW: Final = re.compile(rb"(?!\d\d:\d\d:\d\d\.\d)\d{1,10}:(?:\d|[^\s\d])")  # and no time of day
_BURP: Final = re.compile(rb"<items\s[^<>]{0,200}burpVersion")
_FIRST_NAME: Final = re.compile(rb'\s*\{\s*"([^"\\]{1,40})"')

_OF_CHARLES: Final = "in Charles choose File > Export Session and the format JSON Session File or HTTP Archive"
_OF_INSOMNIA: Final = "an Insomnia collection, which holds no answers; export the requests as HAR from Insomnia"
# What files of nobody's reader begin with -> what they are.
_BINARIES: Final = (
    (  # Java's object serialization: stream magic and version 5
        (b"\xac\xed\x00\x05",),
        f"a session in Charles' own binary form (.chls), which only Charles reads; {_OF_CHARLES}",
    ),
    (  # libpcap in both byte orders, with micro- and nanoseconds, and pcapng
        (b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4", b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d", b"\x0a\x0d\x0d\x0a"),
        "a capture of packets (pcap), in which HTTPS stays encrypted; record in the browser or with a proxy instead",
    ),
)
# What one of the first lines begins with, in lower case -> what the file is.
_TEXTS: Final = (
    (b"http-trace-version:", f"a trace file of Charles; {_OF_CHARLES}"),
    (b"<charles-session", f"a session of Charles in XML; {_OF_CHARLES}"),
    (b"<issues", "Burp's report of issues, not its items: select the requests in Burp and choose Save items"),
    (b"type: collection.insomnia.rest/", _OF_INSOMNIA),
    (b"_type: export", _OF_INSOMNIA),
    (b"{_type: export", _OF_INSOMNIA),
)

Reader = Callable[[Any, Limits], "HarLog"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a run gives the readers besides the bytes.

    ``environments``: exported Postman environments, whose variables fill in those of collections.
    """

    limits: Limits
    environments: tuple[bytes, ...] = ()


def read(document: Document, origin: Origin, reading: Reading) -> Capture:
    """Read one document with the reader of its format.

    Raises:
        CaptureError: no reader knows it, or its reader cannot use it; LimitError: a limit stops the reading.
    """
    if document.data is None:
        log = _bundle_reader(list(document.files or ()))(document.files, reading.limits)
    else:
        kind = _kind_of(document.data)
        if kind == "har":
            return read_har(document.data, origin, reading.limits, document.files)
        log = _reader_of(kind, reading, document)(document.data, reading.limits)
    origin = replace(origin, notes=(*origin.notes, *log.notes))
    made = read_har(log.har(), origin, reading.limits, log.bodies or None)
    notes = tuple(note for note in made.notes if note.code != "stamp-unreadable" or note.count > log.unstamped)
    return replace(made, format=log.format, notes=notes, salvaged=made.salvaged or log.salvaged)


def _reader_of(kind: str, reading: Reading, document: Document) -> Reader:
    from haranalyze.capture import (
        burp,
        charles,
        curl_transcript,
        header_blocks,
        mitmproxy_flows,
        netlog,
        newman,
        postman,
    )

    if kind == "postman":
        beside = [content for content in (document.files or {}).values() if _is_environment(content)]
        return lambda data, limits: postman.read_collection(data, limits, (*beside, *reading.environments))
    return {
        "newman": newman.read_report,
        "netlog": netlog.read_netlog,
        "charles": charles.read_session,
        "burp": burp.read_items,
        "mitmproxy": mitmproxy_flows.read_flows,
        "curl": curl_transcript.read_transcript_of_curl,
        "http-text": header_blocks.read_blocks,
        "transcript": _read_notation,
    }[kind]


def _bundles() -> tuple[tuple[Callable[[Sequence[str]], bool], Reader], ...]:
    """What tells an archive that is one recording, by the names of its members, and who reads it."""
    from haranalyze.capture import charles, fiddler, playwright_trace, proxyman

    return (
        (playwright_trace.is_trace, playwright_trace.read_trace),
        (fiddler.is_archive, fiddler.read_archive),
        (charles.is_archive, charles.read_archive),
        (proxyman.is_archive, proxyman.read_archive),
    )


def _bundle_reader(names: Sequence[str]) -> Reader:
    return next(reader for is_one, reader in _bundles() if is_one(names))


def _is_bundle(names: Sequence[str]) -> bool:
    return any(is_one(names) for is_one, _ in _bundles())


def _is_recording(content: bytes) -> bool:
    """Whether a member of an archive is a recording of its own; bodies and settings beside one are not."""
    head = content[:_HEAD].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").replace(b"\x00", b"")
    if head[:1] in (b"{", b"[") or b"({" in head[:200]:
        try:
            kind = "har" if b'"log"' in head else _json_kind(content, head)
        except CaptureError:
            return False
        if kind == "postman":  # a ticket may hold the collection beside the recording
            return b'"originalRequest"' in content
        return kind != "har" or b'"log"' in head
    return bool(_FLOW.match(head) or _BURP.search(head)) or _text_kind(head) in ("curl", "transcript")


WANTED: Final = Wanted(_is_recording, _is_bundle)


def _kind_of(data: Any) -> str:
    """The format of a document: our name of it.

    Raises:
        CaptureError: it is none; says what the file is instead where that is known.
    """
    head = bytes(memoryview(data)[:_HEAD])
    start = head.lstrip()
    if start[:1] in (b"{", b"["):
        return _json_kind(data, start)
    if _FLOW.match(head):
        return "mitmproxy"
    if start[:1] == b"<" and _BURP.search(start):
        return "burp"
    kind = _text_kind(head)
    if kind:
        return kind
    raise CaptureError(_other_text(head))


def _text_kind(head: bytes) -> str:
    from haranalyze.capture.curl_transcript import looks_like_transcript
    from haranalyze.capture.header_blocks import looks_like_blocks
    from haranalyze.capture.transcript import looks_like_notation

    written = head.decode("utf-8", "replace")
    if looks_like_notation(written):
        return "transcript"
    if looks_like_transcript(written):
        return "curl"
    return "http-text" if looks_like_blocks(head) else ""


def _other_text(head: bytes) -> str:
    if found := _named(head):
        return f"this is {found}"
    return "this is no recording that is known here: neither JSON nor a text of HTTP messages, at byte 0"


def _named(head: bytes) -> str:
    """What a file is instead of a recording, where its beginning tells; else ``""``."""
    low = b"\n" + head[:2_000].lstrip().lower()
    if low.startswith((b"\n<!doctype html", b"\n<html")):
        return "a web page (HTML), not a recording"
    found = next((what for marks, what in _BINARIES if head.startswith(marks)), "")
    return found or next((what for mark, what in _TEXTS if b"\n" + mark in low), "")


# Members at the top of JSON files that are read by nobody -> what they are.
_OTHERS: Final = (
    ({"_postman_variable_scope"}, "a Postman environment, not a recording: give it beside its collection"),
    ({"values", "name"}, "a Postman environment, not a recording: give it beside its collection"),
    ({"_type", "__export_format"}, _OF_INSOMNIA),
    ({"meta", "threads"}, "a Firefox profile, which holds no headers; save the requests as HAR from the Network tab"),
    ({"traceEvents"}, "a performance trace, which holds no headers; save the requests as HAR from the Network tab"),
    ({"requests", "order"}, "a Postman collection of the old format 1; export it as Collection v2.1"),
)


def _json_kind(data: Any, start: bytes) -> str:
    if start[:1] == b"[":
        from haranalyze.capture.charles import is_session

        items = items_of(data)
        if items and is_session(late(items[0])):
            return "charles"
        raise CaptureError("this is a JSON list, not a recording")
    if _HAR_FIRST.match(start):
        return "har"
    members = members_of(data)
    names = set(members) or _names_of_broken(start)
    if "run" in names and ("collection" in names or "executions" in members_of(members.get("run", b"{}"))):
        return "newman"
    if "constants" in names:
        return "netlog"
    if "item" in names or ("collection" in names and b"schema.getpostman.com" in start):
        return "postman"
    if "log" in names:
        return "har"
    what = next((what for marks, what in _OTHERS if marks <= names), "") or ("" if names else _named(start))
    if what:
        raise CaptureError(f"this is {what}")
    return "har"


def _names_of_broken(start: bytes) -> set[str]:
    """The first member of a JSON file that breaks off: more cannot be told."""
    found = _FIRST_NAME.match(start)
    return {found[1].decode("utf-8", "replace")} if found else set()


def _is_environment(content: bytes) -> bool:
    """Whether a file is an exported Postman environment or a set of globals."""
    if content[:200].lstrip()[:1] != b"{" or len(content) > 1 << 20:
        return False
    names = set(members_of(content))
    return "values" in names and bool(names & {"_postman_variable_scope", "name"})


def environments_of(files: Iterable[bytes]) -> tuple[bytes, ...]:
    """Environments that somebody names beside a recording.

    Raises:
        CaptureError: one of them is none.
    """
    given = tuple(files)
    if not all(_is_environment(one) for one in given):
        raise CaptureError("this is not an exported Postman environment: it has no list of values")
    return given


def _read_notation(data: Any, limits: Limits) -> HarLog:
    """The notation of rule tests, pasted."""
    from haranalyze.capture.har_log import HarLog
    from haranalyze.capture.transcript import transcript_to_har

    log = HarLog("transcript", "", limits)
    written = msgspec.json.decode(transcript_to_har(bytes(data).decode("utf-8", "replace")))["log"]
    log.creator, log.version = written["creator"]["name"], written["creator"]["version"]
    log.pages = written["pages"]
    for entry in written["entries"]:
        log.add_entry(entry)
    return log
