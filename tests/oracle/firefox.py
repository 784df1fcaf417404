"""Driving the real Firefox by WebDriver BiDi, as far as its protocol tells: what was asked, answered and sent.

BiDi gives no reasons for a cookie that stays behind, so the comparison is about what arrived. All hosts lead to the
servers of the run through a proxy on the loopback interface: Firefox has no rules that map names.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from websockets.asyncio.client import ClientConnection, connect

from haranalyze.facts.cookie_jar import JarCookie
from haranalyze.text import raw
from tests.oracle.chromium import init_of
from tests.oracle.comparison import SENT, UNSEEN, Check, facts_of, how_of, is_credentialed
from tests.oracle.recording import Event
from tests.oracle.scenario import Call, Scenario
from tests.oracle.server import Server

_LISTENS = re.compile(rb"WebDriver BiDi listening on (ws://\S+)")
_EMPTY_AGE = re.compile(r"max-age\s*=\s*-\s*(;|$)", re.IGNORECASE)
_PATIENCE: Final = 30.0  # s for one command: Firefox is slow to start where others use the machine
# Upgrades that the servers here know nothing of, and calls to Mozilla's own services.
_PREFERENCES: Final[dict[str, object]] = {
    "network.proxy.type": 1,
    "network.proxy.no_proxies_on": "",
    "network.proxy.allow_hijacking_localhost": True,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.dns.disablePrefetch": True,
    "network.prefetch-next": False,
    "dom.security.https_first": False,
    "dom.security.https_first_schemeless": False,
    "security.mixed_content.upgrade_display_content": False,
    "app.update.auto": False,
    "app.normandy.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.startup.homepage": "about:blank",
    "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.enabled": False,
    "privacy.trackingprotection.enabled": False,
}


def executable() -> str | None:
    """The Firefox of this machine."""
    return shutil.which("firefox-esr") or shutil.which("firefox")


@dataclass
class Hop:
    """One request as the protocol tells it. Times in ms since the epoch."""

    url: str
    method: str
    headers: list[tuple[str, str]]
    begun: float
    call: int
    status: int = 0
    answer: list[tuple[str, str]] = field(default_factory=list)
    over: float | None = None

    @property
    def cookie(self) -> str:
        """The Cookie header that left."""
        return next((value for name, value in self.headers if name.lower() == "cookie"), "")


@dataclass
class Recording:
    """What one tab did during one scenario."""

    context: str
    hops: dict[tuple[str, int], Hop] = field(default_factory=dict)  # by request and position in its redirects
    visits: list[tuple[float, str]] = field(default_factory=list)  # start and URL of each page in the address bar
    troubles: list[str] = field(default_factory=list)
    calls: int = 0

    def on(self, method: str, told: Event) -> None:
        """Take one event."""
        if method.startswith("network.") and told["request"]["url"].startswith("http"):
            self._on_network(method, told)

    def _on_network(self, method: str, told: Event) -> None:
        asked, at = told["request"], (told["request"]["request"], told.get("redirectCount", 0))
        if method == "network.beforeRequestSent":
            headers = _headers(asked["headers"])
            self.hops[at] = Hop(asked["url"], asked["method"], headers, float(told["timestamp"]), self.calls)
            if told.get("navigation") and told.get("context") == self.context and not told.get("redirectCount"):
                self.visits.append((float(told["timestamp"]), asked["url"]))
        elif (hop := self.hops.get(at)) is not None:
            hop.over = float(told["timestamp"])
            hop.headers = _headers(asked["headers"]) or hop.headers
            if response := told.get("response"):
                hop.status, hop.answer = int(response["status"]), _headers(response["headers"])

    @property
    def is_settled(self) -> bool:
        """Whether every request is over."""
        return all(hop.over is not None for hop in self.hops.values())

    def har(self) -> Event:
        """The HAR that Firefox's devtools would export, without Cookie headers."""
        hops = sorted(self.hops.values(), key=lambda hop: hop.begun)
        visits = sorted(self.visits)
        pages = [
            {"id": f"page_{number}", "title": url, "startedDateTime": _stamp(begun), "pageTimings": {}}
            for number, (begun, url) in enumerate(visits, start=1)
        ]
        entries = []
        for hop in hops:
            page = sum(begun <= hop.begun for begun, _ in visits)
            entries.append(_entry(hop) | ({"pageref": f"page_{page}"} if page else {}))
        firefox = {"name": "Firefox", "version": "153.0"}
        return {"log": {"version": "1.2", "creator": firefox, "browser": firefox, "pages": pages, "entries": entries}}


def _headers(listed: list[Event]) -> list[tuple[str, str]]:
    return [(one["name"], str(one["value"].get("value", ""))) for one in listed]


def _stamp(milliseconds: float) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds")


def _entry(hop: Hop) -> Event:
    took = max((hop.over or hop.begun) - hop.begun, 0.0)
    shown = [{"name": name, "value": value} for name, value in hop.headers if name.lower() != "cookie"]
    answer = [{"name": name, "value": value} for name, value in hop.answer]
    target = next((value for name, value in hop.answer if name.lower() == "location"), "")
    common = {"httpVersion": "HTTP/1.1", "cookies": [], "headersSize": -1, "bodySize": -1}
    return {
        "startedDateTime": _stamp(hop.begun),
        "time": took,
        "request": {"method": hop.method, "url": hop.url, "headers": shown, "queryString": [], **common},
        "response": {
            "status": hop.status,
            "statusText": "",
            "headers": answer,
            "content": {"size": 0, "mimeType": ""},
            "redirectURL": target,
            **common,
        },
        "cache": {},
        "timings": {"blocked": 0, "dns": 0, "connect": 0, "ssl": 0, "send": 0, "wait": took, "receive": 0},
    }


class Proxy:
    """Leads every host to the two servers: plain requests to one, tunnels to the other."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.port = 0

    async def start(self) -> None:
        """Listen on a free loopback port."""
        self._listening = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._listening.sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Listen no longer."""
        self._listening.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            tunnel = head.startswith(b"CONNECT ")
            port = self._server.https if tunnel else self._server.http
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", port)
            if tunnel:
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                there_writer.write(head)
            await asyncio.gather(_pump(reader, there_writer), _pump(there_reader, writer))
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            writer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


class _Session:
    """One BiDi session: commands with their answers, events to the recording of the moment."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Event]] = {}
        self.recording: Recording | None = None
        self._task = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        async for message in self._socket:
            told = json.loads(message)
            if "id" in told and told["id"] in self._waiting:
                self._waiting.pop(told["id"]).set_result(told)
            elif told.get("type") == "event" and self.recording is not None:
                self.recording.on(told["method"], told["params"])

    async def ask(self, method: str, **parameters: Any) -> Event:
        """The result of a command.

        Raises:
            RuntimeError: Firefox refused it; TimeoutError: it did not answer.
        """
        number = next(self._numbers)
        future = self._waiting[number] = asyncio.get_running_loop().create_future()
        await self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        told = await asyncio.wait_for(future, _PATIENCE)
        if told.get("type") == "error":
            raise RuntimeError(f"{method}: {told.get('error')}: {str(told.get('message', ''))[:200]}")
        result: Event = told["result"]
        return result


class Firefox:
    """What a run needs: a browser with a fresh profile, a server and a proxy."""

    def __init__(self) -> None:
        self.version = ""

    async def play(self, scenarios: list[Scenario]) -> dict[str, Recording]:
        """Play all scenarios in one tab; name -> recording."""
        server = Server()
        for scenario in scenarios:
            server.answers.update(scenario.answers)
        with tempfile.TemporaryDirectory() as folder:
            await server.start(Path(folder))
            proxy = Proxy(server)
            await proxy.start()
            process = await _launch(Path(folder) / "profile", proxy.port)
            try:
                return await self._play(scenarios, await _address(process))
            finally:
                process.kill()
                await process.wait()
                proxy.stop()
                await server.stop()

    async def _play(self, scenarios: list[Scenario], address: str) -> dict[str, Recording]:
        async with connect(f"{address}/session", max_size=None, proxy=None) as socket:
            session = _Session(socket)
            opened = await session.ask("session.new", capabilities={"alwaysMatch": {"acceptInsecureCerts": True}})
            self.version = f"Firefox/{opened['capabilities']['browserVersion']}"
            await session.ask("session.subscribe", events=["network"])
            tree = await session.ask("browsingContext.getTree")
            context = tree["contexts"][0]["context"]
            found = {}
            for scenario in scenarios:
                found[scenario.name] = await _scenario(session, context, scenario)
            return found


async def _launch(profile: Path, port: int) -> asyncio.subprocess.Process:
    profile.mkdir()
    settings = _PREFERENCES | {
        f"network.proxy.{kind}{end}": value
        for kind in ("http", "ssl")
        for end, value in (("", "127.0.0.1"), ("_port", port))
    }
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in settings.items()]
    (profile / "user.js").write_text("\n".join(lines), encoding="utf-8")
    return await asyncio.create_subprocess_exec(
        executable() or "firefox",
        *("--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0", "about:blank"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    async with asyncio.timeout(60):
        async for line in process.stderr:
            if found := _LISTENS.search(line):
                asyncio.create_task(_drain(process.stderr))  # noqa: RUF006 - ends with the process
                return found[1].decode()
    raise RuntimeError("Firefox ended before it listened")


async def _drain(stream: asyncio.StreamReader) -> None:
    while await stream.read(65_536):
        pass


async def _scenario(session: _Session, context: str, scenario: Scenario) -> Recording:
    await session.ask("browsingContext.navigate", context=context, url="about:blank", wait="complete")
    recording = session.recording = Recording(context)
    for number, call in enumerate(scenario.calls):
        recording.calls = number
        try:
            await _make(session, context, call)
        except (RuntimeError, TimeoutError) as error:
            recording.troubles.append(f"{call.how}: {error}")
        for _ in range(40):
            if recording.is_settled:
                break
            await asyncio.sleep(0.01)
    session.recording = None
    return recording


async def _make(session: _Session, context: str, call: Call) -> None:
    if call.how == "type":
        await session.ask("browsingContext.navigate", context=context, url=call.url, wait="complete")
        return
    place = await _frame(session, context, call.within) if call.within else context
    written = json.dumps(
        {
            "how": call.how,
            "url": call.url,
            "method": call.method,
            "name": call.name,
            "reads": list(call.reads),
            "init": init_of(call),
        }
    )
    if call.how in ("link", "form"):
        before = await _title(session, place)
        await _evaluate(session, place, f"setTimeout(() => call({written}), 0)")
        await _arrived(session, place, before)
        return
    await _evaluate(session, place, f"call({written}).then(JSON.stringify)")


async def _title(session: _Session, place: str) -> str:
    """Title of a document that has loaded: the name of its answer; ``""`` while it loads."""
    try:
        told = await _evaluate(session, place, "document.readyState === 'complete' ? document.title : ''")
    except RuntimeError:  # the document changes just now
        return ""
    return str(told.get("result", {}).get("value", ""))


async def _arrived(session: _Session, place: str, before: str) -> None:
    """Wait until the page of a link or form has loaded."""
    for _ in range(200):
        if (await _title(session, place)) not in ("", before):
            return
        await asyncio.sleep(0.02)
    raise TimeoutError("the page did not load")


async def _evaluate(session: _Session, place: str, expression: str) -> Event:
    return await session.ask(
        "script.evaluate", expression=expression, target={"context": place}, awaitPromise=True, userActivation=True
    )


async def _frame(session: _Session, context: str, name: str) -> str:
    """The browsing context of the frame with this name."""
    tree = await session.ask("browsingContext.getTree", root=context)
    for child in tree["contexts"][0]["children"]:
        told = await _evaluate(session, child["context"], "window.name")
        if told.get("result", {}).get("value") == name:
            return str(child["context"])
    raise RuntimeError(f"no frame {name}")


def sent_checks(scenario: Scenario, recording: Recording) -> Iterator[Check]:
    """What left with each request of one scenario, against what the jar foresees with Firefox's policy."""
    facts = facts_of(recording.har())
    hops = sorted(recording.hops.values(), key=lambda hop: hop.begun)
    unseen = {index for index, hop in enumerate(hops) if not is_credentialed(scenario.calls[hop.call], hop.url)}
    for index, hop in enumerate(hops):
        if "k=" not in hop.url or hop.method == "OPTIONS":
            continue
        exchange = facts.capture.exchanges[index]
        cookies = [
            cookie
            for cookie in facts.cookie_jar.predicted(exchange)
            if cookie.by is None or cookie.by.exchange.index not in unseen
        ]
        ours = "; ".join(
            f"{raw(cookie.name)}={raw(cookie.value)}" if cookie.name else raw(cookie.value) for cookie in cookies
        )
        if not ours and not hop.cookie:
            continue
        where = f"#{index} {hop.method} {hop.url} ({how_of(scenario.calls[hop.call])})"
        if index in unseen:
            yield Check(UNSEEN, scenario.name, where, hop.cookie, ours, "sent without credentials" if ours else "")
            continue
        kind = _kind(hop.cookie, ours)
        if kind and not exchange.request.has("sec-fetch-site"):
            kind += ", http without Sec-Fetch"
        elif kind and any(_has_empty_age(cookie) for cookie in cookies):
            kind += ", Max-Age=-"
        yield Check(SENT, scenario.name, where, hop.cookie or "(nothing)", ours or "(nothing)", kind)


def _has_empty_age(cookie: JarCookie) -> bool:
    """Whether the line that set the cookie has a Max-Age of a lone minus."""
    line = cookie.by.place.text if cookie.by else None
    return line is not None and _EMPTY_AGE.search(raw(line)) is not None


def _kind(theirs: str, ours: str) -> str:
    """How two Cookie headers differ, ``""`` when they do not."""
    if theirs == ours:
        return ""
    sent, foreseen = set(theirs.split("; ")) - {""}, set(ours.split("; ")) - {""}
    if sent == foreseen:
        return "Firefox: order"
    nameless = all("=" not in one for one in sent ^ foreseen)
    who = "Firefox alone" if foreseen < sent else "ours alone" if sent < foreseen else "both"
    return f"Firefox: {who}{', without a name' if nameless else ''}"
