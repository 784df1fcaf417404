"""HTTP connections with deadlines. uvicorn has none (capture-safety.md section 1: its issue 157 of 2018).

The rule for bodies is that of Apache's mod_reqtimeout (``body=30,MinRate=4096``): so many seconds, plus one for every
``rate`` bytes that came. Time in which the server itself does not read is not counted against the sender.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LOOK_EVERY = 1.0  # seconds between two looks at a connection
_TOO_SLOW = (
    b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n"
    b"Content-Length: 28\r\n\r\nthe request came too slowly\n"
)


class DeadlineProtocol(HttpToolsProtocol):
    """Ends connections whose request comes too slowly. Set the limits with :func:`with_deadlines`."""

    header_seconds = 15.0
    body_seconds = 30.0
    body_rate = 4096

    def connection_made(self, transport: Any) -> None:
        """Start the clock of the first header."""
        super().connection_made(transport)
        self._since: float | None = self.loop.time()
        self._in_body = False
        self._came = 0
        self._timer = self.loop.call_later(LOOK_EVERY, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Anything that comes on a connection that was kept open starts the clock of a header."""
        if self._since is None and (self.cycle is None or self.cycle.response_complete):
            self._since = self.loop.time()
        super().data_received(data)

    def on_message_begin(self) -> None:
        """A header begins."""
        super().on_message_begin()
        if self._since is None:
            self._since = self.loop.time()

    def on_headers_complete(self) -> None:
        """The body's clock starts."""
        super().on_headers_complete()
        self._since, self._in_body, self._came = self.loop.time(), True, 0

    def on_body(self, body: bytes) -> None:
        """Bytes that came give time."""
        self._came += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Nothing more has to come."""
        self._since, self._in_body = None, False
        super().on_message_complete()

    def _look(self) -> None:
        if self.transport.is_closing():
            return
        self._timer = self.loop.call_later(LOOK_EVERY, self._look)
        if self._since is None:
            return
        if self.flow.read_paused:
            self._since += LOOK_EVERY
        given = self.body_seconds + self._came / self.body_rate if self._in_body else self.header_seconds
        if self.loop.time() - self._since > given:
            self._end()

    def _end(self) -> None:
        """Say why where no answer was begun, then cut the line without waiting for the sender."""
        cycle = self.cycle
        if cycle is None or not cycle.response_started:
            self.transport.write(_TOO_SLOW)
        self.transport.close()
        self.loop.call_later(LOOK_EVERY, self._abort, self.transport)

    @staticmethod
    def _abort(transport: asyncio.Transport) -> None:
        transport.abort()


def with_deadlines(header_seconds: float, body_seconds: float, body_rate: int) -> type[DeadlineProtocol]:
    """The protocol with these limits."""
    limits = {"header_seconds": header_seconds, "body_seconds": body_seconds, "body_rate": body_rate}
    return type("Limited", (DeadlineProtocol,), limits)
