"""The page in a real Chromium, opened from disk."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import haranalyze
from haranalyze.capture.transcript import read_transcript
from tests.browser.conftest import Opener, report, violations
from tests.hostile import hostile_story, poisoned
from tests.samples import recording, stories

NAMES = [story.name for story in stories()]
LOOP = "refresh-loop-foreign-401"


UNFOLD = "document.querySelectorAll('details').forEach(fold => fold.open = true)"
# The long tables are alike on every page: one sample unfolds them.
UNFOLD_SHORT = (
    "document.querySelectorAll('details:not(#checked details, figure details)').forEach(fold => fold.open = true)"
)
# Leaves one of each run of alike elements (rows, items, marks): what axe says of the others it says of the first.
THIN = """() => {
  const shape = (node) => [node.nodeName, ...[...node.attributes].map((one) =>
    ['class', 'role', 'hidden', 'open', 'tabindex'].includes(one.name) ? `${one.name}=${one.value}` : one.name),
    node.textContent.trim() ? 'text' : '', ...[...node.children].map(shape)].join(' ');
  const thin = (parent) => {
    const seen = new Set();
    for (const child of [...parent.children]) {
      const own = shape(child);
      if (seen.has(own)) child.remove();
      else { seen.add(own); thin(child); }
    }
  };
  thin(document.querySelector('main'));
}"""


@pytest.mark.parametrize("name", NAMES)
def test_the_page_of_every_sample(opened: Opener, name: str) -> None:
    """The verdict on the first screen, every copy button, axe in light and dark, and nothing leaves the page."""
    made = opened(report(name), permissions=["clipboard-read", "clipboard-write"])
    page = made.page
    for selector in (".facts-line", "h1", "p.do", ".badges", ".buttons"):
        box = page.locator(selector).first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] < 768, selector
    for mark in page.locator(".pair .decisive th, .pair .missing th").all():  # what decides is seen without scrolling
        box = mark.bounding_box()
        assert box is not None
        assert box["y"] < 768 - 40
    page.evaluate(UNFOLD if name == LOOP else UNFOLD_SHORT)
    copied = page.evaluate(COPY_ALL)
    assert len(copied) >= 4
    assert [one for one in copied if one["got"] != one["wanted"] or not one["done"]] == []
    page.locator(".grid-rows").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.locator(".t-row").count() > 1
    if name != LOOP:  # which is looked at whole
        page.evaluate(THIN)
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, "color-contrast") == []  # the theme changes nothing but colours
    assert made.trouble == []


# Presses every copy button as a pointer does, and reads the clipboard after each.
COPY_ALL = """async () => {
  const told = [];
  for (const button of document.querySelectorAll('button[data-copy]')) {
    await navigator.clipboard.writeText('');
    button.click();
    for (let wait = 0; wait < 100 && !button.classList.contains('done'); wait++) {
      await new Promise(done => setTimeout(done, 10));
    }
    const wanted = document.getElementById(button.dataset.copy).textContent;
    told.push({wanted, got: await navigator.clipboard.readText(), done: button.textContent.includes('Copied')});
  }
  return told;
}"""


def test_where_the_clipboard_is_refused_the_text_is_selected(opened: Opener) -> None:
    page = opened(report(LOOP)).page
    page.evaluate(
        "Object.defineProperty(navigator, 'clipboard', {value: {writeText: () => Promise.reject(new Error('no'))}});"
        "document.execCommand = () => false"
    )
    button = page.locator("button[data-copy=text-engineering]").last
    button.click()
    expect(button).to_contain_text("Select the text below")
    assert "foreign-401" in page.evaluate("getSelection().toString()")


@pytest.mark.parametrize("name", NAMES)
def test_without_scripts_everything_is_there_to_read(opened: Opener, name: str) -> None:
    made = opened(report(name), scripts=False)
    page = made.page
    state = page.locator("p.state").text_content()
    parts = {"FAULT": ("proof", "fix"), "CANNOT TELL": ("shows", "ask"), "OTHER TROUBLE": ("proof",)}.get(
        state or "", ()
    )
    for part in ("verdict", "strip", *parts, "texts", "checked", "timeline"):
        assert page.locator(f"section#{part}").is_visible(), part
    assert page.locator("table.timeline tbody tr").count() > 1
    assert page.locator("button:visible").count() == 0
    page.locator("#checked summary").click()
    assert page.locator("#checked tr[data-outcome]").last.is_visible()
    assert made.trouble == []


@pytest.mark.parametrize("name", [LOOP, "exported-without-cookies", "healthy-login-refresh-logout"])
def test_the_page_never_scrolls_sideways(opened: Opener, name: str) -> None:
    page = opened(report(name)).page
    for width in (1024, 390, 320):
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_timeout(50)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), width
    assert violations(page) == []


def test_nothing_a_recording_holds_can_run(opened: Opener) -> None:
    made = opened(haranalyze.render(haranalyze.analyze(read_transcript(hostile_story())), "html"))
    drive(made.page)
    assert made.page.evaluate("window.called") == []
    assert made.page.locator("main img, main iframe, main script, main form, main style, main base").count() == 0
    assert made.trouble == []


@pytest.mark.parametrize(
    "name", [LOOP, "exported-without-cookies", "healthy-cookie-session", "sign-in-502-big-headers"]
)
def test_nothing_a_document_holds_can_run_even_if_nothing_had_been_masked(opened: Opener, name: str) -> None:
    sample = next(story for story in stories() if story.name == name)
    made = opened(haranalyze.render(poisoned(haranalyze.analyze_file(recording(sample))), "html"))
    drive(made.page)
    assert made.page.evaluate("window.called") == []
    assert made.page.locator("main img, main iframe, main script, main form, main style, main base").count() == 0
    assert "<script>marker(1)</script>" in (made.page.locator("main").text_content() or "")
    assert made.trouble == []


def drive(page: Page) -> None:
    """Use everything: folds, rows, search, lanes, keys."""
    page.evaluate(UNFOLD)
    page.locator(".grid-rows").focus()
    for key in ("ArrowDown", "Enter", "ArrowDown", "ArrowDown", "Enter", "f", "f", "+", "0", "?"):
        page.keyboard.press(key)
    page.keyboard.press("Escape")
    page.locator(".tools-row input[type=search]").fill("<script>")
    page.locator(".tools-row input[type=search]").fill("")
    for lanes in ("host", "page"):
        page.locator(".tools-row select").select_option(lanes)
    page.wait_for_timeout(100)


def test_text_of_a_recording_that_runs_right_to_left_does_not_disturb_the_page(opened: Opener) -> None:
    story = hostile_story().replace("/login", "/תוצאות/login")
    page = opened(haranalyze.render(haranalyze.analyze(read_transcript(story)), "html")).page
    assert "\u202e" not in (page.locator("body").text_content() or "")
    assert page.evaluate(
        "[...document.querySelectorAll('bdi')].every(node => getComputedStyle(node).unicodeBidi === 'isolate')"
    )


def test_times_are_the_readers_and_utc_is_beside_them(opened: Opener) -> None:
    page = opened(report(LOOP)).page
    time = page.locator("time").first
    assert "3:34:23" in (time.text_content() or "")
    assert time.get_attribute("title") == "2026-11-22 02:34:23 UTC"
    assert "02:34:23" in (page.locator(".lane").first.get_attribute("title") or "")
    time.focus()  # what the pointer shows as a hint, the keyboard shows in its place
    assert time.text_content() == "2026-11-22 02:34:23 UTC"
    time.evaluate("node => node.blur()")
    assert "your time" in (time.text_content() or "")


def test_equal_masked_values_of_the_proof_light_up_by_keyboard_and_say_how_many(opened: Opener) -> None:
    page = opened(report(LOOP)).page
    chips = page.locator(".proof-card .chip[tabindex='0']")
    assert chips.count() > 1
    chips.first.focus()
    alike = page.locator(".column .chip.same").all_text_contents()
    assert len(alike) > 1
    assert set(alike) == {chips.first.text_content()}
    said = (chips.first.text_content() or "").strip("«»").replace(" B", " bytes")
    assert chips.first.get_attribute("aria-label") == f"masked {said}, {len(alike)} times above the timeline"
    chips.nth(1).focus()
    assert set(page.locator(".chip.same").all_text_contents()) == {chips.nth(1).text_content()}


def test_the_facts_of_a_good_recording_take_two_lines_of_a_phone(opened: Opener) -> None:
    page = opened(report(LOOP), size=(390, 1000)).page
    tops = page.locator(".facts-line > span").evaluate_all("all => all.map(one => one.offsetTop).filter(top => top)")
    assert len(set(tops)) <= 2


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_it_prints_without_cut_rows(opened: Opener, paper: str, tmp_path: Path) -> None:
    page = opened(report(LOOP)).page
    page.pdf(path=tmp_path / "page.pdf", format=paper)
    assert (tmp_path / "page.pdf").stat().st_size > 20_000
    page.emulate_media(media="print")
    for selector in ("nav.sections", ".buttons", ".timeline-live", ".tools"):
        assert page.locator(selector).first.is_hidden(), selector
    assert page.locator("table.timeline").is_visible()
    broken = page.evaluate(
        "[...document.querySelectorAll('.card.proof-card, tr, .fix, figure, ol.steps li')]"
        ".filter(node => getComputedStyle(node).breakInside !== 'avoid').length"
    )
    assert broken == 0
