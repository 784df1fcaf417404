"""The page of a comparison in a real Chromium, opened from disk."""

from pathlib import Path

from playwright.sync_api import Browser

from haranalyze.capture.transcript import read_transcript
from haranalyze.comparison import compare, render
from tests.browser.test_report_page import browser, opened
from tests.comparison.test_pairs import compared
from tests.hostile import hostile_story, poisoned

__all__ = ["browser"]  # the fixture
LAX = ("st-fixed-lax-cross-site-heroku", "st-lax-cross-site-heroku")


def test_the_sentence_is_on_the_first_screen_and_nothing_leaves_the_page(browser: Browser, tmp_path: Path) -> None:
    page, trouble = opened(browser, render(compared(*LAX), "html"), tmp_path)
    box = page.locator("h1").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 300
    assert trouble == []


def test_the_page_never_scrolls_sideways(browser: Browser, tmp_path: Path) -> None:
    page, _ = opened(browser, render(compared(*LAX), "html"), tmp_path)
    for width in (320, 390, 1024):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), width


def test_filter_swap_and_copy_work_by_keyboard(browser: Browser, tmp_path: Path) -> None:
    made = compared(*LAX)
    page, trouble = opened(browser, render(made, "html"), tmp_path)
    rows = page.locator("table.steps tbody:visible")
    assert rows.count() == len(made.steps)
    page.locator("#differences").focus()
    page.keyboard.press("Enter")
    assert rows.count() == sum(step.state != "same" for step in made.steps)
    assert page.locator("#differences").get_attribute("aria-pressed") == "true"
    page.locator("#swap").focus()
    page.keyboard.press("Enter")
    heads = [head.inner_text().strip() for head in page.locator("table.steps thead th").all()]
    assert heads == ["Step", "What happens", "Fails", "Works", "Difference"]
    parting = page.locator("tbody.parts tr").first.locator("td")
    assert "refused" in parting.nth(1).inner_text()
    page.locator("button[data-copy=summary]").focus()
    page.keyboard.press("Enter")
    page.wait_for_timeout(100)
    assert page.locator("button[data-copy=summary]").inner_text() in ("Copied ✓", "Select the text below")
    assert trouble == []


def test_without_scripts_everything_is_there_to_read(browser: Browser, tmp_path: Path) -> None:
    page, trouble = opened(browser, render(compared(*LAX), "html"), tmp_path, scripts=False)
    assert page.locator("button:visible").count() == 0
    assert page.locator("tbody.parts .minus").first.is_visible()
    assert page.locator("#summary").is_visible()
    assert trouble == []


def test_nothing_two_recordings_hold_can_run(browser: Browser, tmp_path: Path) -> None:
    hostile = read_transcript(hostile_story())
    for html in (render(compare(hostile, hostile), "html"), render(poisoned(compared(*LAX)), "html")):
        page, trouble = opened(browser, html, tmp_path)
        page.wait_for_timeout(200)
        assert page.evaluate("window.called") == []
        assert page.locator("main img, main iframe, main script, main form").count() == 0
        assert trouble == []
