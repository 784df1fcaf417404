"""What the server writes down about itself: log lines, the audit log, counters. No capture content, no secrets."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO


def _line(values: dict[str, Any]) -> str:
    """One JSON object on one line: control characters are escaped by JSON itself."""
    return json.dumps({"time": datetime.now(UTC).isoformat(timespec="milliseconds"), **values}, ensure_ascii=True)


class Log:
    """Structured log: a JSON object a line, on standard error."""

    def __init__(self, stream: TextIO | None = None, *, quiet: bool = False) -> None:
        self._stream, self._quiet = stream or sys.stderr, quiet
        self._lock = threading.Lock()

    def __call__(self, event: str, **values: Any) -> None:
        """Write one event."""
        if not self._quiet:
            with self._lock:
                self._stream.write(_line({"event": event, **values}) + "\n")
                self._stream.flush()


class Audit:
    """Who uploaded, read, shared and deleted what: appended to a file that only this user can read."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def __call__(self, person: str, action: str, capture: str = "", **values: Any) -> None:
        """Write one event. Only the first 8 characters of a capture's id: the log lets nobody in."""
        line = _line({"person": person, "action": action, "capture": capture[:8], **values})
        os.write(self._handle, line.encode() + b"\n")

    def close(self) -> None:
        """Close the file."""
        os.close(self._handle)


class Metrics:
    """Prometheus metrics of one server, made when the first is counted: their library loads as long as Starlette.

    Args:
        waiting: counts captures accepted and not yet read.
        reading: counts captures being read now.
    """

    def __init__(self, waiting: Callable[[], int], reading: Callable[[], int]) -> None:
        self._waiting, self._reading = waiting, reading
        self._lock = threading.Lock()
        self._made: _Counters | None = None

    def __call__(self) -> _Counters:
        """The counters; any thread may ask."""
        with self._lock:
            if self._made is None:
                self._made = _Counters(self._waiting, self._reading)
            return self._made


class _Counters:
    def __init__(self, waiting: Callable[[], int], reading: Callable[[], int]) -> None:
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

        self.registry = CollectorRegistry()
        take: Any = {"registry": self.registry}
        self.requests = Counter(
            "haranalyze_requests", "Requests by route and status class", ["route", "method", "status"], **take
        )
        self.seconds = Histogram("haranalyze_request_seconds", "Time to the end of the answer", ["route"], **take)
        self.uploads = Counter("haranalyze_uploads", "Uploads accepted", **take)
        self.bytes = Counter("haranalyze_upload_bytes", "Bytes of accepted uploads", **take)
        self.refused = Counter("haranalyze_refused", "Requests refused before they were handled", ["reason"], **take)
        self.captures = Counter("haranalyze_captures", "Recordings read, by what was said of them", ["state"], **take)
        self.reading = Histogram(
            "haranalyze_reading_seconds",
            "Time to read an upload",
            buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120),
            **take,
        )
        Gauge("haranalyze_waiting", "Captures accepted and not yet read", **take).set_function(waiting)
        Gauge("haranalyze_being_read", "Captures being read now", **take).set_function(reading)
