"""Events of the Chrome DevTools Protocol, put together as the browser's own HAR export does it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Event = dict[str, Any]


@dataclass
class Hop:
    """One request on the wire (each redirect is one), with what the network service said about it."""

    request_id: str
    request: Event
    type: str
    initiator: Event
    wall: float  # seconds since the epoch
    begun: float  # seconds on the browser's clock
    top: bool  # navigation of the page itself
    call: int  # position of the scenario's call that caused it
    response: Event | None = None
    expects_extra: bool | None = None
    sent: Event | None = None  # requestWillBeSentExtraInfo
    received: Event | None = None  # responseReceivedExtraInfo
    over: float | None = None
    failed: Event | None = None
    # name, value and whether partitioned, of what is kept for the host afterwards, when it set cookies
    jar: list[tuple[str, str, bool]] | None = None

    @property
    def url(self) -> str:
        """URL without a fragment."""
        return str(self.request["url"])

    @property
    def cookie_header(self) -> str | None:
        """The Cookie header that left."""
        headers: dict[str, str] = (self.sent or {}).get("headers", {})
        return next((value for name, value in headers.items() if name.lower() == "cookie"), None)

    @property
    def set_cookies(self) -> list[str]:
        """Set-Cookie lines as received."""
        return [value for name, value in self.lines() if name.lower() == "set-cookie"]

    def associated(self) -> list[tuple[Event, list[str]]]:
        """Cookies the browser looked at for the request, each with its reasons to leave it out (none: sent)."""
        return [(one["cookie"], one["blockedReasons"]) for one in (self.sent or {}).get("associatedCookies", ())]

    def blocked(self) -> dict[str, list[str]]:
        """Set-Cookie lines the browser refused, as text -> reasons."""
        return {one["cookieLine"]: one["blockedReasons"] for one in (self.received or {}).get("blockedCookies", ())}

    def lines(self) -> list[tuple[str, str]]:
        """Response header lines; the protocol joins repeats with LF."""
        headers = (self.received or {}).get("headers") or (self.response or {}).get("headers") or {}
        return [(name, part) for name, value in headers.items() for part in value.split("\n")]

    @property
    def status(self) -> int:
        """Status from the wire, 0 when nothing came."""
        return int((self.received or {}).get("statusCode") or (self.response or {}).get("status") or 0)

    @property
    def cors_error(self) -> str:
        """Chromium's CORS error code, ``""`` for none."""
        return str(((self.failed or {}).get("corsErrorStatus") or {}).get("corsError", ""))


@dataclass
class Recording:
    """What one tab did during one scenario."""

    frame: str
    hops: list[Hop] = field(default_factory=list)
    results: list[Event] = field(default_factory=list)  # of the calls: what the page's script saw
    _chains: dict[str, list[Hop]] = field(default_factory=dict)
    _sent: dict[str, list[Event]] = field(default_factory=dict)
    _received: dict[str, list[Event]] = field(default_factory=dict)

    def on_request(self, event: Event) -> None:
        """Network.requestWillBeSent"""
        chain = self._chains.setdefault(event["requestId"], [])
        if chain and (answer := event.get("redirectResponse")):
            chain[-1].response, chain[-1].over = answer, event["timestamp"]
            chain[-1].expects_extra = event.get("redirectHasExtraInfo", False)
        kind = event.get("type", "Other")
        top = kind == "Document" and event.get("frameId") == self.frame
        initiator, times = event["initiator"], (event["wallTime"], event["timestamp"])
        kind = "Preflight" if initiator.get("type") == "preflight" else kind
        hop = Hop(event["requestId"], event["request"], kind, initiator, *times, top, len(self.results))
        chain.append(hop)
        self.hops.append(hop)

    def on_sent(self, event: Event) -> None:
        """Network.requestWillBeSentExtraInfo"""
        self._sent.setdefault(event["requestId"], []).append(event)

    def on_received(self, event: Event) -> None:
        """Network.responseReceivedExtraInfo"""
        self._received.setdefault(event["requestId"], []).append(event)

    def on_response(self, event: Event) -> None:
        """Network.responseReceived"""
        if chain := self._chains.get(event["requestId"]):
            chain[-1].response = event["response"]
            chain[-1].expects_extra = event.get("hasExtraInfo", False)

    def on_finished(self, event: Event) -> None:
        """Network.loadingFinished"""
        if chain := self._chains.get(event["requestId"]):
            chain[-1].over = event["timestamp"]

    def on_failed(self, event: Event) -> None:
        """Network.loadingFailed"""
        if chain := self._chains.get(event["requestId"]):
            chain[-1].over, chain[-1].failed = event["timestamp"], event

    def handlers(self) -> dict[str, Any]:
        """Event name -> what takes it."""
        return {
            "Network.requestWillBeSent": self.on_request,
            "Network.requestWillBeSentExtraInfo": self.on_sent,
            "Network.responseReceivedExtraInfo": self.on_received,
            "Network.responseReceived": self.on_response,
            "Network.loadingFinished": self.on_finished,
            "Network.loadingFailed": self.on_failed,
        }

    @property
    def troubles(self) -> list[str]:
        """What kept calls from being made."""
        return [result["trouble"] for result in self.results if result.get("trouble")]

    def save(self, folder: Path, name: str) -> None:
        """Write the HAR as exported."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.har").write_text(json.dumps(self.har(), indent=1), encoding="utf-8")

    def hops_of(self, hop: Hop) -> list[Hop]:
        """All hops of the request."""
        return self._chains[hop.request_id]

    def settle(self) -> bool:
        """Pair hops with their extra events, in order; whether every hop is over and has what it is owed."""
        done = True
        for request_id, chain in self._chains.items():
            wired = [hop for hop in chain if hop.expects_extra is not False]
            for hop, event in zip(wired, self._sent.get(request_id, ()), strict=False):
                hop.sent = event
            for hop, event in zip(wired, self._received.get(request_id, ()), strict=False):
                hop.received = event
            done = done and all(hop.over is not None for hop in chain)
            done = done and all(hop.sent and hop.received for hop in wired if hop.expects_extra)
        return done

    def har(self, *, cookies: bool = True, errors: bool = True) -> Event:
        """The HAR a person would export from DevTools.

        Args:
            cookies: whether requests show their Cookie header; errors: whether failed calls say that they failed.
        """
        pages: list[Event] = []
        entries = []
        last = ""
        for hop in self.hops:
            if hop.top and hop.request_id != last:
                last = hop.request_id
                pages.append(_page(f"page_{len(pages) + 1}", self._chains[last][-1].url, hop))
            entry = _entry(hop, cookies=cookies, errors=errors)
            if pages:
                entry["pageref"] = pages[-1]["id"]
            entries.append(entry)
        creator = {"name": "WebInspector", "version": "537.36"}
        return {"log": {"version": "1.2", "creator": creator, "pages": pages, "entries": entries}}


def _stamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _page(name: str, url: str, hop: Hop) -> Event:
    return {"id": name, "title": url, "startedDateTime": _stamp(hop.wall), "pageTimings": {}}


def _entry(hop: Hop, *, cookies: bool, errors: bool) -> Event:
    sent = (hop.sent or {}).get("headers") or hop.request["headers"]
    asked = [
        {"name": name, "value": part}
        for name, value in sent.items()
        if cookies or name.lower() != "cookie"
        for part in value.split("\n")
    ]
    response: Event = {
        "status": hop.status,
        "statusText": "",
        "httpVersion": "http/1.1" if hop.status else "",
        "headers": [{"name": name, "value": value} for name, value in hop.lines()],
        "cookies": [],
        "content": {"size": 0, "mimeType": str((hop.response or {}).get("mimeType", "x-unknown"))},
        "redirectURL": next((value for name, value in hop.lines() if name.lower() == "location"), ""),
        "headersSize": -1,
        "bodySize": -1,
        "_transferSize": 0,
    }
    if errors:
        response["_error"] = (hop.failed or {}).get("errorText")
    timings, total = _timings(hop)
    return {
        "_initiator": hop.initiator,
        "_priority": "High",
        "_resourceType": hop.type.lower(),
        "cache": {},
        "request": {
            "method": hop.request["method"],
            "url": hop.url,
            "httpVersion": "http/1.1",
            "headers": asked,
            "queryString": [],
            "cookies": [],
            "headersSize": -1,
            "bodySize": 0,
        },
        "response": response,
        "serverIPAddress": "127.0.0.1",
        "startedDateTime": _stamp(hop.wall),
        "time": total,
        "timings": timings,
    }


def _timings(hop: Hop) -> tuple[Event, float]:
    """Phases in milliseconds as DevTools splits them."""
    total = max(((hop.over or hop.begun) - hop.begun) * 1000, 0.0)
    known = (hop.response or {}).get("timing")
    if not known:
        return {"blocked": total, "dns": -1, "ssl": -1, "connect": -1, "send": 0, "wait": 0, "receive": 0}, total
    queued = max((known["requestTime"] - hop.begun) * 1000, 0.0)
    blocked = queued + max(known["sendStart"], 0.0)
    send = max(known["sendEnd"] - known["sendStart"], 0.0)
    wait = max(known["receiveHeadersEnd"] - known["sendEnd"], 0.0)
    receive = max(total - blocked - send - wait, 0.0)
    phases = {"blocked": blocked, "dns": -1, "ssl": -1, "connect": -1, "send": send, "wait": wait, "receive": receive}
    return phases, max(total, blocked + send + wait)
