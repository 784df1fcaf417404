"""Chromium's own export: the HAR writer of DevTools, called in DevTools' own page, with and without sensitive data.

DevTools is a web page that the browser serves on its debugging port. Attached to a tab it records what the tab loads;
its modules can be imported there, and ``Writer.write`` is what the "Export HAR" button calls.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Error, Page, sync_playwright

from tests.oracle.scenario import Answer
from tests.oracle.server import Server

_READY = """async () => {
  const [common, logs] = await Promise.all(
    ['core/common/common.js', 'models/logs/logs.js'].map(path => import('/devtools/' + path)));
  if (!logs.NetworkLog.NetworkLog.instance()) return false;
  common.Settings.Settings.instance().moduleSetting('network-log.preserve-log').set(true);
  return true;
}"""
_WRITE = """async sanitize => {
  const [har, logs] = await Promise.all(
    ['models/har/har.js', 'models/logs/logs.js'].map(path => import('/devtools/' + path)));
  const parts = [], nothing = () => {};
  const progress = {canceled: false, set title(_) {}, set totalWork(_) {}, set worked(_) {}, incrementWorked: nothing,
    setTitle: nothing, setTotalWork: nothing, setWorked: nothing, done: nothing, isCanceled: () => false,
    createSubProgress: () => progress};
  await har.Writer.Writer.write({write: async part => { parts.push(part); }},
    logs.NetworkLog.NetworkLog.instance().requests(), {sanitize}, progress);
  return parts.join('');
}"""
# What the "Import HAR" button calls.
_READ = """async text => {
  const har = await import('/devtools/models/har/har.js');
  const log = new har.HARFormat.HARLog(JSON.parse(text).log);
  return har.Importer.Importer.requestsFromHARLog(log).map(one =>
    [one.requestMethod, one.url(), one.statusCode, one.requestHeaders().length, one.responseHeaders.length]);
}"""
# Whether the log has got as far as a request of ours, and that has ended.
_SEEN = """async address => {
  const logs = await import('/devtools/models/logs/logs.js');
  return logs.NetworkLog.NetworkLog.instance().requests().some(one => one.url() === address && one.finished);
}"""
_EMPTIED = "async () => (await import('/devtools/models/logs/logs.js')).NetworkLog.NetworkLog.instance().reset(true)"
_FIRST, _LAST = "data:text/html,first", "data:text/plain,last"


@dataclass(frozen=True)
class Exports:
    """One session as exported with sensitive data, and as DevTools exports by default."""

    full: dict[str, Any]
    sanitized: dict[str, Any]


def executable() -> str | None:
    """The Chromium of this machine."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def exports_of(answers: dict[tuple[str, str], Answer], play: Callable[[Page], object]) -> Exports:
    """Record what ``play`` does in a tab against a local HTTP/1.1 server (``tests.oracle.server``)."""
    with started(answers) as server:
        return recorded(server, play)


@contextmanager
def started(answers: dict[tuple[str, str], Answer]) -> Iterator[Server]:
    """A local server with these answers, for as long as it is needed."""
    server, loop = Server(), asyncio.new_event_loop()
    server.answers.update(answers)
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run_coroutine_threadsafe(server.start(Path(folder)), loop).result(10)
        try:
            yield server
        finally:
            asyncio.run_coroutine_threadsafe(server.stop(), loop).result(10)
            asyncio.run_coroutine_threadsafe(loop.shutdown_asyncgens(), loop).result(10)
            loop.call_soon_threadsafe(loop.stop)
            thread.join(10)
            loop.close()


def recorded(server: Server, play: Callable[[Page], object]) -> Exports:
    """Record what ``play`` does in a tab against the server; every host name leads to it.

    In a thread of its own: Playwright allows one loop a thread, and the tests of the page hold theirs open.
    """
    with ThreadPoolExecutor(1) as alone:
        return alone.submit(_played, server, play).result()


def _played(server: Server, play: Callable[[Page], object]) -> Exports:
    port = _free_port()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable(),
            args=[
                *_debugged(port),
                "--ignore-certificate-errors",
                f"--host-resolver-rules=MAP *:80 127.0.0.1:{server.http}, MAP *:443 127.0.0.1:{server.https}",
                "--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,LocalNetworkAccessChecks",
            ],
        )
        try:
            page = browser.new_page(ignore_https_errors=True)
            tools = _attached(page, port)
            _until_ready(tools, page)
            play(page)
            page.evaluate("address => fetch(address).catch(() => '')", _LAST)
            _until(tools, lambda: tools.evaluate(_SEEN, _LAST))
            return Exports(*(_settled(tools, sanitize) for sanitize in (False, True)))
        finally:
            browser.close()


def _debugged(port: int) -> tuple[str, ...]:
    alone = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-proxy-server")
    return (*alone, f"--remote-debugging-port={port}", "--remote-allow-origins=*")


def _attached(page: Page, port: int) -> Page:
    """DevTools in a page of its own, looking at ``page``."""
    session = page.context.new_cdp_session(page)
    target = session.send("Target.getTargetInfo")["targetInfo"]["targetId"]
    assert page.context.browser is not None
    tools = page.context.browser.new_page()
    here = f"127.0.0.1:{port}/devtools"
    tools.goto(f"http://{here}/inspector.html?ws={here}/page/{target}&panel=network")
    return tools


def imported(recordings: Sequence[bytes]) -> list[list[list[Any]]]:
    """What DevTools' own import makes of HARs: method, URL, status and numbers of headers of each request."""
    with ThreadPoolExecutor(1) as alone:
        return alone.submit(_imported, recordings).result()


def _imported(recordings: Sequence[bytes]) -> list[list[list[Any]]]:
    port = _free_port()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=list(_debugged(port)))
        try:
            tools = _attached(browser.new_page(), port)

            def started() -> bool:
                try:
                    return bool(tools.evaluate(_READY))
                except Error:  # its page is not there yet
                    return False

            _until(tools, started)
            return [tools.evaluate(_READ, one.decode()) for one in recordings]
        finally:
            browser.close()


def _until_ready(tools: Page, page: Page) -> None:
    """DevTools registers its settings while it starts, and attaches its network agent some time after that."""

    def attached() -> bool:
        page.goto(_FIRST)
        return bool(tools.evaluate(_SEEN, _FIRST))

    def started() -> bool:
        try:
            return bool(tools.evaluate(_READY))
        except Error:  # its page is not there yet
            return False

    _until(tools, started)
    _until(tools, attached)
    tools.evaluate(_EMPTIED)


def _settled(tools: Page, sanitize: bool) -> dict[str, Any]:
    """The export, once nothing comes any more: what a network service adds to an answer may follow its end."""
    exports = [""]

    def same() -> bool:
        exports.append(tools.evaluate(_WRITE, sanitize))
        return exports[-1] == exports[-2]

    _until(tools, same, every=250)
    made: dict[str, Any] = json.loads(exports[-1])
    made["log"]["entries"] = [one for one in made["log"]["entries"] if one["request"]["url"] != _LAST]
    return made


def _until(tools: Page, seen: Callable[[], bool], every: int = 100) -> None:
    until = time.monotonic() + 60
    while not seen():
        if time.monotonic() > until:
            raise TimeoutError("DevTools shows no more than that")
        tools.wait_for_timeout(every)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
