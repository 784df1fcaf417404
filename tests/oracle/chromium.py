"""Driving the real Chromium: tabs play scenarios one after the other and record what the protocol tells."""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, CDPSession, Frame, Page, async_playwright
from playwright.async_api import Error as BrowserError

from tests.oracle.cookie_scenarios import COOKIE_PATHS
from tests.oracle.recording import Recording
from tests.oracle.scenario import Answer, Call, Scenario
from tests.oracle.server import Server

TABS = 4
PATIENCE = 6_000.0  # ms for one call
# Left out: upgrades to https that the servers here know nothing of, checks of private addresses (everything is on
# the loopback interface), and one process per site (events of frames would need sessions of their own).
_FEATURES = (
    "HttpsUpgrades,HttpsFirstBalancedMode,HttpsFirstBalancedModeAutoEnable,HttpsFirstModeV2ForTypicallySecureUsers,"
    "LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests,PrivateNetworkAccessSendPreflights,"
    "IsolateOrigins,site-per-process,IsolateSandboxedIframes,OptimizationHints,Translate,MediaRouter,"
    "DestroyProfileOnBrowserClose,BackForwardCache,Prerender2,PaintHolding,LensOverlay"
)


def executable() -> str | None:
    """The Chromium of this machine."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Tab:
    """One tab: plays a scenario and gives back its recording."""

    def __init__(self, page: Page, session: CDPSession, frame: str) -> None:
        self._page, self._session, self._frame = page, session, frame
        self._recording = Recording(frame)

    @classmethod
    async def opened(cls, context: BrowserContext) -> Tab:
        """A new tab with a protocol session that listens to the network."""
        page = await context.new_page()
        session = await context.new_cdp_session(page)
        tree = await session.send("Page.getFrameTree")
        tab = cls(page, session, tree["frameTree"]["frame"]["id"])
        for name in tab._recording.handlers():
            session.on(name, tab._taking(name))
        await session.send("Network.enable")
        return tab

    def _taking(self, name: str) -> Callable[[Any], None]:
        """What hands an event of this name to the recording of the moment."""

        def take(event: Any) -> None:
            self._recording.handlers()[name](event)

        return take

    async def play(self, scenario: Scenario) -> Recording:
        """Make the calls of a scenario, one after the other."""
        await self._page.goto("about:blank")
        recording = self._recording = Recording(self._frame)
        for call in scenario.calls:
            try:
                recording.results.append(await self._make(call))
            except BrowserError as error:
                recording.results.append({"trouble": str(error).split("\n")[0]})
            await _until(recording.settle)
            await self._look(recording, len(recording.results) - 1)
        await self._session.send("Runtime.evaluate", {"expression": "0"})
        await _until(recording.settle)
        for hop in recording.hops:  # what came late belongs to the last call
            hop.call = min(hop.call, len(scenario.calls) - 1)
        return recording

    async def _look(self, recording: Recording, call: int) -> None:
        """What the jar holds after a call that set cookies: not every refusal is among the protocol's reasons."""
        for hop in recording.hops:
            if hop.call == call and hop.set_cookies:
                place = hop.url.partition("?")[0].split("/")
                paths = ("", *COOKIE_PATHS, *("/".join(place[3:end]) for end in range(4, len(place) + 1)))
                urls = [f"{'/'.join(place[:3])}/{path.lstrip('/')}" for path in paths]
                if place[0] == "http:":
                    urls += [url.replace("http:", "https:", 1) for url in urls]
                found = await self._session.send("Network.getCookies", {"urls": urls})
                hop.jar = [(one["name"], one["value"], "partitionKey" in one) for one in found["cookies"]]

    async def _make(self, call: Call) -> Any:
        if call.how == "type":
            await self._page.goto(call.url, timeout=PATIENCE)
            return {}
        place: Page | Frame = self._page
        if call.within:
            found = self._page.frame(name=call.within)
            if found is None:
                return {"trouble": f"no frame {call.within}"}
            place = found
        written = {
            "how": call.how,
            "url": call.url,
            "method": call.method,
            "name": call.name,
            "reads": list(call.reads),
            "init": init_of(call),
        }
        if call.how in ("link", "form"):
            async with place.expect_navigation(timeout=PATIENCE):
                await place.evaluate("c => { setTimeout(() => call(c), 0); }", written)
            return {}
        return await place.evaluate("c => call(c)", written)


def init_of(call: Call) -> dict[str, Any]:
    """The second argument of ``fetch``."""
    init: dict[str, Any] = {"method": call.method}
    if call.credentials:
        init["credentials"] = call.credentials
    if call.mode:
        init["mode"] = call.mode
    if call.headers:
        init["headers"] = dict(call.headers)
    return init


async def _until(settled: Callable[[], bool], most: float = 0.4) -> None:
    """Wait for events that come by another way than the page's own."""
    waited = 0.0
    while waited < most and not settled():
        await asyncio.sleep(0.01)
        waited += 0.01


class Chromium:
    """What a run needs: a browser with a fresh profile, a server, and what they are called."""

    def __init__(self) -> None:
        self.version = ""
        self.third_party = ""  # the policy in force for cookies of other sites

    async def play(self, scenarios: list[Scenario]) -> dict[str, Recording]:
        """Play all scenarios; name -> recording."""
        server = Server()
        for scenario in scenarios:
            server.answers.update(scenario.answers)
        with tempfile.TemporaryDirectory() as folder:
            await server.start(Path(folder))
            try:
                return await self._play(scenarios, server, Path(folder) / "profile")
            finally:
                await server.stop()

    async def _play(self, scenarios: list[Scenario], server: Server, profile: Path) -> dict[str, Recording]:
        (profile / "Default").mkdir(parents=True)
        preferences = {"profile": {"cookie_controls_mode": 0, "block_third_party_cookies": False}}
        (profile / "Default" / "Preferences").write_text(json.dumps(preferences))
        async with async_playwright() as playwright:
            context = await playwright.chromium.launch_persistent_context(
                profile,
                executable_path=executable(),
                headless=True,
                ignore_https_errors=True,
                args=[
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-background-networking",
                    "--no-proxy-server",
                    "--ignore-certificate-errors",
                    f"--host-resolver-rules=MAP *:80 127.0.0.1:{server.http}, MAP *:443 127.0.0.1:{server.https},"
                    f" MAP *:8443 127.0.0.1:{server.https}",
                    f"--disable-features={_FEATURES}",
                    "--disable-site-isolation-trials",
                ],
            )
            try:
                return await self._in_tabs(context, scenarios, server)
            finally:
                await context.close()

    async def _in_tabs(
        self, context: BrowserContext, scenarios: list[Scenario], server: Server
    ) -> dict[str, Recording]:
        tabs = [await Tab.opened(context) for _ in range(min(TABS, len(scenarios)))]
        version = await tabs[0]._session.send("Browser.getVersion")
        self.version = version["product"]
        self.third_party = await _third_party_policy(tabs[0], server)
        waiting = list(reversed(scenarios))
        found: dict[str, Recording] = {}

        async def work(tab: Tab) -> None:
            while waiting:
                scenario = waiting.pop()
                found[scenario.name] = await tab.play(scenario)

        await asyncio.gather(*(work(tab) for tab in tabs))
        return found


async def _third_party_policy(tab: Tab, server: Server) -> str:
    """Whether a SameSite=None cookie goes to another site, tried out before the run."""
    cookie = ("Set-Cookie", "probe=1; Secure; SameSite=None; Path=/")
    server.answers["probe.0", "*"] = Answer(200, (), "page")
    server.answers["probe.1", "*"] = Answer(200, (cookie,), "image")
    probe = Scenario("probe", "cookies")
    other = "https://probe-other.example/?k=probe.1"
    probe.calls = [
        Call("type", "https://probe.example/?k=probe.0"),
        Call("image", other),
        Call("image", other + "&n=2"),
    ]
    recording = await tab.play(probe)
    sent = [hop.cookie_header for hop in recording.hops if "n=2" in hop.url]
    return "allowed" if sent == ["probe=1"] else f"blocked ({sent})"
