"""The page in a real Chromium, opened from disk."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

import haranalyze
from haranalyze.capture.transcript import read_transcript
from tests.hostile import hostile_story
from tests.samples import FOLDER

STORIES = ("refresh-loop-foreign-401", "sign-in-502-big-headers", "healthy-bearer", "exported-without-cookies")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield launched
        launched.close()


def opened(browser: Browser, html: str, folder: Path, *, scripts: bool = True) -> tuple[Page, list[str]]:
    """The page of a report, and everything that went wrong or left it."""
    file = folder / "report.html"
    file.write_text(html, encoding="utf-8")
    context = browser.new_context(viewport={"width": 1366, "height": 768}, java_script_enabled=scripts)
    page = context.new_page()
    trouble: list[str] = []
    page.on("console", lambda message: trouble.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: trouble.append(f"error: {error}"))
    page.on("request", lambda request: trouble.append(request.url) if not request.url.startswith("file:") else None)
    if scripts:
        page.add_init_script("window.called = []; window.marker = (n) => window.called.push(n);")
    page.goto(file.as_uri())
    return page, trouble


def report(name: str) -> str:
    return haranalyze.render(haranalyze.analyze_file(FOLDER / name / "capture.har"), "html")


@pytest.mark.parametrize("name", STORIES)
def test_the_verdict_is_on_the_first_screen_and_nothing_leaves_the_page(
    browser: Browser, name: str, tmp_path: Path
) -> None:
    page, trouble = opened(browser, report(name), tmp_path)
    box = page.locator("h1").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 768
    assert page.locator("h1").is_visible()
    assert trouble == []


@pytest.mark.parametrize("width", [320, 390, 1024])
def test_the_page_never_scrolls_sideways(browser: Browser, width: int, tmp_path: Path) -> None:
    page, _ = opened(browser, report("refresh-loop-foreign-401"), tmp_path)
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_without_scripts_everything_is_there_to_read(browser: Browser, tmp_path: Path) -> None:
    page, trouble = opened(browser, report("refresh-loop-foreign-401"), tmp_path, scripts=False)
    for part in ("verdict", "strip", "proof", "fix", "texts", "checked", "timeline"):
        assert page.locator(f"section#{part}").is_visible()
    assert page.locator("button:visible").count() == 0
    assert trouble == []


def test_copy_buttons_say_what_they_did(browser: Browser, tmp_path: Path) -> None:
    page, _ = opened(browser, report("refresh-loop-foreign-401"), tmp_path)
    button = page.locator("button[data-copy=text-customer]").first
    button.click()
    page.wait_for_timeout(100)
    assert button.text_content() in ("Copied ✓", "Select the text below")


def test_nothing_a_recording_holds_can_run(browser: Browser, tmp_path: Path) -> None:
    html = haranalyze.render(haranalyze.analyze(read_transcript(hostile_story())), "html")
    page, trouble = opened(browser, html, tmp_path)
    page.wait_for_timeout(200)
    assert page.evaluate("window.called") == []
    assert page.locator("main img, main iframe, main script, main form").count() == 0
    assert trouble == []
