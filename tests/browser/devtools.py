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
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

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
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--no-proxy-server",
                "--ignore-certificate-errors",
                f"--remote-debugging-port={port}",
                "--remote-allow-origins=*",
                f"--host-resolver-rules=MAP *:80 127.0.0.1:{server.http}, MAP *:443 127.0.0.1:{server.https}",
                "--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,LocalNetworkAccessChecks",
            ],
        )
        try:
            page = browser.new_page(ignore_https_errors=True)
            session = page.context.new_cdp_session(page)
            target = session.send("Target.getTargetInfo")["targetInfo"]["targetId"]
            tools = browser.new_page()
            here = f"127.0.0.1:{port}/devtools"
            tools.goto(f"http://{here}/inspector.html?ws={here}/page/{target}&panel=network")
            _until_ready(tools)
            play(page)
            page.wait_for_timeout(500)  # the last answers' events
            return Exports(*(json.loads(tools.evaluate(_WRITE, sanitize)) for sanitize in (False, True)))
        finally:
            browser.close()


def _until_ready(tools: Page) -> None:
    """DevTools registers its settings while it starts."""
    for _ in range(100):
        try:
            if tools.evaluate(_READY):
                tools.wait_for_timeout(500)  # the network agent is attached after the settings
                return
        except Exception:
            tools.wait_for_timeout(100)
    raise TimeoutError("DevTools did not start")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
