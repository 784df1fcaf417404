"""Text in the manner of ``curl -v`` as a capture: the notation of rule tests, also good for pasting.

    * page: https://app.example.com/          the page the following requests belong to
    * +1500 ms                                 the next request starts this long after the first one
    > POST https://api.example.com/signin      a request: method and absolute URL
    > Content-Type: application/json           its headers
    >                                          then its body, after a bare ">"
    > {"email": "..."}
    * type: fetch                              about this exchange: resource type,
    * error: net::ERR_FAILED                   failure text,
    * from: disk-cache                         what answered (memory-cache, disk-cache, service-worker),
    * took: 40 ms                              duration,
    * version: h2                              HTTP version,
    * initiator: preflight                     and what started it
    < 200                                      the answer: status, or nothing at all when none came
    < Set-Cookie: sid=1; Path=/                its headers
    <                                          then its body, after a bare "<"
    < {"status": "OK"}

``* exporter: mitmproxy`` at the start changes who recorded it (WebInspector, Chromium's devtools, otherwise), and
``* date: 2026-11-22T02:34:23Z`` the first start. Requests without ``+`` follow each other by 100 ms. Blank lines
and lines that start with ``#`` are skipped; `` # ...`` at a line's end is left out. Everything goes through the
ordinary HAR reader. A ``Host`` header is added where none is written, so that headers count as complete.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

from haranalyze.capture.har import Origin, read_har
from haranalyze.capture.model import Capture
from haranalyze.errors import CaptureError
from haranalyze.options import Limits

_REQUEST = re.compile(r"([A-Z]+) (\S+)")
_STATUS = re.compile(r"(\d{3})\b.*")
_ABOUT = re.compile(r"([a-z]+): (.*)")
_AFTER = re.compile(r"\+(\d+)(?: ms)?")
_MARK = re.compile(r"\s# (want|related): (.*)$")
_COMMENT = re.compile(r"(?<!\s)\s+# .*$")
_LONGEST = 366 * 86_400_000.0  # ms after the first line
_START: Final = "2026-11-22T02:34:23Z"
_CACHES: Final = {"memory-cache": "memory", "disk-cache": "disk"}
_VERSIONS: Final = {"h1": "http/1.1", "h2": "http/2.0", "h3": "h3"}


@dataclass(frozen=True, slots=True)
class Mark:
    """A ``# want: words`` or ``# related: words`` at the end of a line, and the pointers that line stands for."""

    line: int
    kind: str
    words: str
    pointers: frozenset[str]


def read_marked(text: str) -> tuple[Capture, tuple[Mark, ...]]:
    """Read a transcript and its marks. A request line stands for the exchange, its address and its header list; a
    status line for the status, the header list and the body. Raises CaptureError as :func:`read_transcript`."""
    writer = _Writer()
    marks = []
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        writer.line(_COMMENT.sub("", stripped), number)
        if found := _MARK.search(stripped):
            marks.append(Mark(number, found[1], found[2].strip(), writer.pointers()))
    return _read(msgspec.json.encode({"log": writer.log()}), "transcript"), tuple(marks)


def read_transcript(text: str, name: str = "transcript") -> Capture:
    """Read a transcript.

    Raises:
        CaptureError: a line fits nowhere; names the line.
    """
    return _read(transcript_to_har(text), name)


def _read(har: bytes, name: str) -> Capture:
    return read_har(har, Origin(name, hashlib.sha256(har).hexdigest, len(har)), Limits())


def looks_like_notation(head: str) -> bool:
    """Whether a text is written in this notation: its first request names an absolute URL and no HTTP version."""
    for line in head.splitlines():
        if line.startswith(">"):
            found = _REQUEST.fullmatch(line[1:].strip())
            return found is not None and "://" in found[2]
    return False


def transcript_to_har(text: str) -> bytes:
    """The HAR document a transcript stands for, as UTF-8 JSON. Raises CaptureError as :func:`read_transcript`."""
    writer = _Writer()
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if stripped and not stripped.startswith("#"):
            writer.line(_COMMENT.sub("", stripped), number)
    return msgspec.json.encode({"log": writer.log()})


def _date(value: str, number: int) -> str:
    try:
        told = datetime.fromisoformat(value)
    except ValueError:
        told = None
    if told is None or not 1970 <= told.year <= 9000:
        raise CaptureError(f"line {number} of the transcript has no date in the form 2026-11-22T09:00:00Z")
    return value


def _milliseconds(value: str, number: int) -> float:
    try:
        told = float(value)
    except ValueError:
        told = -1.0
    if not 0 <= told <= _LONGEST:
        raise CaptureError(f"line {number} of the transcript has no number of milliseconds up to a year")
    return told


class _Writer:
    """Collects lines into entries."""

    def __init__(self) -> None:
        self.creator = "WebInspector"
        self.date = _START
        self.page = ""
        self.pages: list[dict[str, Any]] = []
        self.offset = -100.0
        self.jump: float | None = None
        self.entries: list[dict[str, Any]] = []
        self.in_body = {">": False, "<": False}
        self.stands_for: tuple[str, ...] = ()

    def pointers(self) -> frozenset[str]:
        """Pointers that the last line stands for."""
        base = f"/log/entries/{len(self.entries) - 1}"
        return frozenset(base + one for one in self.stands_for)

    def line(self, line: str, number: int) -> None:
        mark, content = line[0], line[1:].strip()
        if mark == "*":
            self._about(content, number)
        elif mark == ">":
            self._request(content, number)
        elif mark == "<":
            self._response(content, number)
        else:
            raise CaptureError(f"line {number} of the transcript begins with none of > < * #")

    def _about(self, content: str, number: int) -> None:
        if found := _AFTER.fullmatch(content):
            self.jump = _milliseconds(found[1], number)
            return
        about = _ABOUT.fullmatch(content)
        if about is None:
            raise CaptureError(f"line {number} of the transcript says nothing that is known")
        word, value = about.groups()
        if word == "exporter":
            self.creator = value
        elif word == "date":
            self.date = _date(value, number)
        elif word == "page":
            self.page = f"page_{len(self.pages) + 1}"
            self.pages.append({"id": self.page, "title": value, "startedDateTime": self.date, "pageTimings": {}})
        elif self.entries:
            self._about_entry(word, value, number)
        else:
            raise CaptureError(f"line {number} of the transcript speaks of an exchange before the first one")

    def _about_entry(self, word: str, value: str, number: int) -> None:
        entry = self.entries[-1]
        if word == "type":
            entry["_resourceType"] = value
        elif word == "error":
            entry["response"]["_error"] = value
        elif word == "from":
            if value in _CACHES:
                entry["_fromCache"] = _CACHES[value]
            else:
                entry["response"]["_fetchedViaServiceWorker"] = True
        elif word == "took":
            entry["time"] = entry["timings"]["wait"] = _milliseconds(value.removesuffix("ms"), number)
        elif word == "version":
            entry["request"]["httpVersion"] = entry["response"]["httpVersion"] = _VERSIONS.get(value, value)
        elif word == "initiator":
            entry["_initiator"] = {"type": value}
        else:
            raise CaptureError(f"line {number} of the transcript says nothing that is known")

    def _request(self, content: str, number: int) -> None:
        found = _REQUEST.fullmatch(content)
        if found and "://" in found[2] and not (self.entries and self.in_body[">"] and not self._answered()):
            self._begin(found[1], found[2])
            self.stands_for = ("", "/request/url", "/request/headers")
            return
        if not self.entries:
            raise CaptureError(f"line {number} of the transcript should begin a request: METHOD https://...")
        request = self.entries[-1]["request"]
        if self.in_body[">"]:
            posted = request.setdefault("postData", {"mimeType": "application/json", "text": ""})
            posted["text"] += content
            self.stands_for = ("/request/postData",)
            request["bodySize"] = len(posted["text"].encode())
        elif content:
            request["headers"].append(_header(content, number))
            self.stands_for = (f"/request/headers/{len(request['headers']) - 1}",)
        else:
            self.in_body[">"] = True

    def _answered(self) -> bool:
        return bool(self.entries[-1]["response"]["status"])

    def _begin(self, method: str, url: str) -> None:
        self.offset = self.jump if self.jump is not None else self.offset + 100.0
        self.jump = None
        self.in_body = {">": False, "<": False}
        host = url.split("://", 1)[1].split("/", 1)[0].split("?", 1)[0]
        entry: dict[str, Any] = {
            "_offset": self.offset,
            "_connectionId": "1",
            "_resourceType": "fetch",
            "time": 20.0,
            "timings": {
                "blocked": 0,
                "dns": -1,
                "connect": -1,
                "ssl": -1,
                "send": 0,
                "wait": 20.0,
                "receive": 0,
            },
            "cache": {},
            "request": {
                "method": method,
                "url": url,
                "httpVersion": "http/2.0",
                "headers": [{"name": "Host", "value": host}],
                "queryString": [],
                "cookies": [],
                "headersSize": -1,
                "bodySize": 0,
            },
            "response": {
                "status": 0,
                "statusText": "",
                "httpVersion": "http/2.0",
                "headers": [],
                "cookies": [],
                "content": {"size": 0, "mimeType": "x-unknown"},
                "redirectURL": "",
                "headersSize": -1,
                "bodySize": -1,
                "_transferSize": 0,
                "_error": None,
                "_fetchedViaServiceWorker": False,
            },
        }
        if self.page:
            entry["pageref"] = self.page
        self.entries.append(entry)

    def _response(self, content: str, number: int) -> None:
        if not self.entries:
            raise CaptureError(f"line {number} of the transcript answers no request")
        response = self.entries[-1]["response"]
        if not response["status"]:
            found = _STATUS.fullmatch(content)
            if found is None:
                raise CaptureError(f"line {number} of the transcript should give a status")
            response["status"] = int(found[1])
            self.stands_for = ("/response/status", "/response/headers", "/response/content")
        elif self.in_body["<"]:
            body = response["content"]
            body["text"] = body.get("text", "") + content
            self.stands_for = ("/response/content",)
            body["size"] = len(body["text"].encode())
        elif content:
            header = _header(content, number)
            response["headers"].append(header)
            self.stands_for = (f"/response/headers/{len(response['headers']) - 1}",)
            if header["name"].lower() == "content-type":
                response["content"]["mimeType"] = header["value"]
            elif header["name"].lower() == "location":
                response["redirectURL"] = header["value"]
        else:
            self.in_body["<"] = True

    def log(self) -> dict[str, Any]:
        first = datetime.fromisoformat(self.date).astimezone(UTC)
        for entry in self.entries:
            moment = first + timedelta(milliseconds=entry.pop("_offset"))
            entry["startedDateTime"] = moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
            text = entry["response"]["content"].get("text", "")
            if entry["response"]["content"]["mimeType"] == "x-unknown" and text:
                entry["response"]["content"]["mimeType"] = "application/json" if text[0] in "{[" else "text/html"
        return {
            "version": "1.2",
            "creator": {"name": self.creator, "version": "537.36"},
            "pages": self.pages,
            "entries": self.entries,
        }


def _header(content: str, number: int) -> dict[str, str]:
    name, colon, value = content.partition(":")
    if content.startswith(":"):  # a pseudo-header
        name, colon, value = (":" + content[1:].partition(":")[0], *content[1:].partition(":")[1:])
    if not colon:
        raise CaptureError(f"line {number} of the transcript should be a header, NAME: VALUE")
    return {"name": name.strip(), "value": value.strip()}
