"""One Chromium for the tests of the page, and pages that note whatever goes wrong or leaves them."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

import haranalyze
from tests.samples import FOLDER, recording


@pytest.fixture(scope="session")  # one for all tests of a process; what needs its own starts it in a thread
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield launched
        launched.close()


@dataclass(frozen=True)
class Opened:
    """A page opened from disk; ``trouble`` holds console lines, errors and requests that leave it."""

    page: Page
    trouble: list[str]


Opener = Callable[..., Opened]


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Opener]:
    contexts = []

    def open_(
        html: str, *, scripts: bool = True, size: tuple[int, int] = (1366, 768), at: str = "", **how: Any
    ) -> Opened:
        file = tmp_path / "report.html"
        file.write_text(html, encoding="utf-8")
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            java_script_enabled=scripts,
            timezone_id="Europe/Berlin",
            reduced_motion="reduce",
            **how,
        )
        contexts.append(context)
        page = context.new_page()
        trouble: list[str] = []
        page.on("console", lambda message: trouble.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: trouble.append(f"error: {error}"))
        page.on("request", lambda request: None if request.url.startswith("file:") else trouble.append(request.url))
        if scripts:
            page.add_init_script("window.called = []; window.marker = (n) => window.called.push(n);")
        page.goto(file.as_uri() + at)
        return Opened(page, trouble)

    yield open_
    for context in contexts:
        context.close()


def violations(page: Page, *rules: str) -> list[str]:
    """What axe finds by these rules (none given: all): rule, and the first place."""
    options: dict[str, Any] = {"resultTypes": ["violations"]}  # else it finds a selector for all that is right as well
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    found = Axe().run(page, options=options).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['target']} {one['nodes'][0]['html'][:120]}" for one in found]


@cache
def report(name: str) -> str:
    """The page of a sample."""
    return haranalyze.render(haranalyze.analyze_file(recording(FOLDER / name)), "html")
