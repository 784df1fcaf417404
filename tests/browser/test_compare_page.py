"""The page of a comparison in a real Chromium, opened from disk."""

from haranalyze.capture.transcript import read_transcript
from haranalyze.comparison import compare, render
from tests.browser.conftest import Opener, violations
from tests.comparison.test_pairs import compared
from tests.hostile import hostile_story, poisoned

LAX = ("st-fixed-lax-cross-site-heroku", "st-lax-cross-site-heroku")


def test_the_sentence_is_on_the_first_screen_and_nothing_leaves_the_page(opened: Opener) -> None:
    it = opened(render(compared(*LAX), "html"))
    box = it.page.locator("h1").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 300
    assert it.trouble == []


def test_the_page_never_scrolls_sideways(opened: Opener) -> None:
    page = opened(render(compared(*LAX), "html")).page
    for width in (320, 390, 1024):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), width


def test_filter_swap_and_copy_work_by_keyboard(opened: Opener) -> None:
    made = compared(*LAX)
    it = opened(render(made, "html"))
    page = it.page
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
    assert it.trouble == []


def test_without_scripts_everything_is_there_to_read(opened: Opener) -> None:
    it = opened(render(compared(*LAX), "html"), scripts=False)
    assert it.page.locator("button:visible").count() == 0
    assert it.page.locator("tbody.parts .minus").first.is_visible()
    assert it.page.locator("#summary").is_visible()
    assert it.trouble == []


def test_nothing_two_recordings_hold_can_run(opened: Opener) -> None:
    hostile = read_transcript(hostile_story())
    for html in (render(compare(hostile, hostile), "html"), render(poisoned(compared(*LAX)), "html")):
        it = opened(html)
        it.page.wait_for_timeout(200)
        assert it.page.evaluate("window.called") == []
        assert it.page.locator("main img, main iframe, main script, main form").count() == 0
        assert it.trouble == []


def test_axe_finds_nothing_in_light_and_dark(opened: Opener) -> None:
    page = opened(render(compared(*LAX), "html")).page
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, "color-contrast") == []
