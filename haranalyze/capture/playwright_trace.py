"""Playwright traces (``trace.zip``): their network part is HAR entries, one a line, with bodies in ``resources/``.

Sources: playwright-core ``server/trace/recorder/tracing.ts`` (``resource-snapshot`` lines of ``*.network``),
``server/har/harTracer.ts``; observed with Playwright 1.65.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from haranalyze.capture.har_log import HarLog
from haranalyze.capture.json_parts import members_of, object_of
from haranalyze.capture.stamps import stamp
from haranalyze.capture.values import as_duration, as_text
from haranalyze.errors import CaptureError
from haranalyze.options import Limits

_RESOURCES: Final = "resources/"
_HEAD: Final = 1 << 20  # bytes of a trace proper that are looked at
_CLOCK_LINES: Final = 50
_PRODUCTS: Final = ("chromium", "firefox", "webkit")


def is_trace(names: Sequence[str]) -> bool:
    """Whether an archive is a trace, by the names of its members; one of a test runner alone has no network part."""
    of_trace = [name for name in names if name.endswith((".trace", ".network", ".stacks"))]
    others = [name for name in names if not name.startswith(_RESOURCES) and name not in of_trace]
    return any(name.endswith(".trace") for name in of_trace) and (
        any(name.endswith(".network") for name in of_trace) or not others
    )


def read_trace(archive: Mapping[str, bytes], limits: Limits) -> HarLog:
    """The network part of a trace, several contexts one after the other.

    Raises:
        CaptureError: it holds no exchange, or a member cannot be unpacked; LimitError: too many exchanges.
    """
    parts = [name for name in archive if name.endswith(".network")]
    begins = {name: _context(archive[name]) for name in archive if name.endswith(".trace")}
    browser = _browser(begins.values())
    log = HarLog("playwright-trace", "Playwright", limits, browser=(browser, "") if browser else None)
    log.bodies = _Resources(archive)
    broken = 0
    for name in parts:
        begin = begins.get(name.removesuffix("network") + "trace", {})
        for line in archive[name].split(b"\n"):
            snapshot = object_of(members_of(line).get("snapshot")) if line.strip() else None
            if snapshot:
                _point_to_resources(snapshot)
                _date(snapshot, begin)
                log.add_entry(snapshot)
            elif line.strip() and not members_of(line):
                broken += 1
    if broken:
        log.note("trace-lines-unreadable", "lines of the trace cannot be read", broken)
    if not log.count:
        raise CaptureError("this Playwright trace holds no request: it was recorded without its network part")
    return log


def _context(trace: bytes) -> dict[str, Any]:
    """What the first lines of a trace proper say: what was recorded, and when by both of Playwright's clocks."""
    lines = [object_of(line) for line in trace[:_HEAD].split(b"\n")[:_CLOCK_LINES]]
    context = lines[0]
    for line in lines:
        now = line.get("monotonicTime", line.get("startTime"))
        if isinstance(line.get("wallTime"), int | float) and isinstance(now, int | float):
            return {**context, "wallTime": line["wallTime"], "monotonicTime": now}
    return context


def _browser(contexts: Iterable[dict[str, Any]]) -> str:
    """The browser's name, one of Playwright's three."""
    return next((name for one in contexts if (name := as_text(one.get("browserName"))) in _PRODUCTS), "")


def _date(snapshot: dict[str, Any], begin: dict[str, Any]) -> None:
    """Playwright 1.37 wrote an empty object for the start: its other clock, which counts from some moment, tells it."""
    if isinstance(snapshot.get("startedDateTime"), str):
        return
    wall, then = as_duration(begin.get("wallTime")), as_duration(begin.get("monotonicTime"))
    now = as_duration(snapshot.get("_monotonicTime"))
    if wall is not None and then is not None and now is not None:
        snapshot["startedDateTime"] = stamp(wall + now - then)


def _point_to_resources(snapshot: dict[str, Any]) -> None:
    """Bodies named by their SHA-1 (until Playwright 1.56) get the ``_file`` that the reader looks for."""
    for side, member in (("request", "postData"), ("response", "content")):
        half = snapshot.get(side)
        content = half.get(member) if isinstance(half, dict) else None
        if isinstance(content, dict) and (name := as_text(content.pop("_sha1", ""))):
            content["_file"] = _RESOURCES + name


class _Resources(Mapping[str, bytes]):
    """Bodies of the trace by the name the snapshot gives; a member that cannot be unpacked counts as not recorded."""

    def __init__(self, archive: Mapping[str, bytes]) -> None:
        self._archive = archive

    def __getitem__(self, name: str) -> bytes:
        if not name.startswith(_RESOURCES):
            raise KeyError(name)
        try:
            return self._archive[name]
        except CaptureError as error:
            raise KeyError(name) from error

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.startswith(_RESOURCES) and name in self._archive

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._archive if name.startswith(_RESOURCES))

    def __len__(self) -> int:
        return sum(1 for _ in self)
