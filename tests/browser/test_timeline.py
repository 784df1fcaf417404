"""The timeline by keyboard and pointer, and ten thousand rows of it."""

import os
import re
from itertools import pairwise

import pytest
from playwright.sync_api import Browser, Page, expect

import haranalyze
from bench import captures
from bench.page import LONG, first_paint, scrolled
from tests.browser.conftest import Opener, report

LOOP = "refresh-loop-foreign-401"


def counted(page: Page) -> str:
    return page.locator(".counted").text_content() or ""


def numbers(page: Page) -> list[int]:
    return [int(text[1:]) for text in page.locator(".grid-body .c-n b").all_text_contents()]


def test_search_and_rows_work_by_keyboard_alone(opened: Opener) -> None:
    page = opened(report(LOOP)).page
    page.keyboard.press("/")
    page.keyboard.type("legacy")
    assert counted(page) == "12 of 36 exchanges shown"
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "treegrid"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    active = page.locator(f"#{page.locator('.grid-rows').get_attribute('aria-activedescendant')}")
    assert active.get_attribute("aria-expanded") == "true"
    assert "sAccessToken" in (page.locator(".detail").text_content() or "")
    page.keyboard.press("Escape")
    assert page.locator(".detail").count() == 0
    page.keyboard.press("Escape")
    assert page.locator(".tools-row input[type=search]").input_value() == ""


def test_a_search_without_result_says_so_and_offers_a_way_out(opened: Opener) -> None:
    page = opened(report(LOOP)).page
    page.locator(".tools-row input[type=search]").fill("sAcess")
    assert page.locator(".empty").text_content() == "No exchange matches “sAcess”. Show everything"
    page.locator(".empty button").click()
    assert counted(page).startswith("15 of 36")


def test_roles_can_be_switched_off_and_findings_alone_be_shown(opened: Opener) -> None:
    page = opened(report(LOOP)).page
    chip = page.locator(".role-chip", has_text="preflight")
    chip.focus()
    page.keyboard.press("Space")
    assert chip.get_attribute("aria-pressed") == "false"
    assert counted(page).startswith("11 of 36")
    page.locator(".role-chip", has_text="static").click()
    assert page.locator(".fold-row", has_text="static").count() == 0
    page.locator(".only input").check()
    assert counted(page).startswith("22 of 36")


def test_findings_are_reached_by_key_and_links_open_rows(opened: Opener) -> None:
    page = opened(report(LOOP)).page
    page.keyboard.press("f")
    page.keyboard.press("f")
    assert "#14" in (page.locator(".is-active").text_content() or "")
    page.keyboard.press("Shift+F")
    assert "#8" in (page.locator(".is-active").text_content() or "")
    page.locator("#p14 a[data-exchange]").click()
    assert page.locator(".detail .decisive").count() == 1
    page.locator(".detail a", has_text="#16").first.click()
    assert page.locator(".detail").count() == 2


def test_the_range_narrows_and_widens_by_key_and_by_slider(opened: Opener) -> None:
    page = opened(report(LOOP), size=(1366, 1000)).page
    page.locator(".overview input").first.focus()
    for _ in range(5):
        page.keyboard.press("PageUp")
    assert page.locator(".overview input").first.get_attribute("aria-valuetext") == "1.32 s"
    assert "1.32 s" in (page.locator(".under-overview b").text_content() or "")
    assert 0 not in numbers(page)
    page.keyboard.press("0")
    page.locator(".grid-rows").focus()
    page.keyboard.press("0")
    assert 0 in numbers(page)
    page.keyboard.press("+")
    assert page.locator(".under-overview b").text_content() == "0.66 s – 1.98 s of 2.64 s"
    page.keyboard.press("ArrowRight")
    assert page.locator(".under-overview b").text_content() == "0.99 s – 2.31 s of 2.64 s"


def test_lanes_group_by_host_and_rounds_unfold(opened: Opener) -> None:
    page = opened(report(LOOP)).page
    fold = page.locator(".fold-row", has_text="more rounds")
    before = len(numbers(page))
    fold.click()
    assert len(numbers(page)) > before
    page.locator(".tools-row select").select_option("host")
    assert "api.example.com 28 exchanges" in page.locator(".group-row").all_text_contents()


def test_lanes_by_page_name_the_page_loads(opened: Opener) -> None:
    page = opened(report(LOOP)).page
    page.locator(".tools-row select").select_option("page")
    groups = "; ".join(page.locator(".group-row").all_text_contents())
    assert sum(map(int, re.findall(r"(\d+) exchange", groups))) == 36


def test_an_opened_row_tells_headers_cookies_claims_cors_sizes_time_and_links(opened: Opener) -> None:
    page = opened(report(LOOP)).page
    page.locator("#p14 a[data-exchange]").click()
    detail = page.locator(".detail")
    headings = " ".join(detail.locator("h3").all_text_contents())
    for part in (
        "Request",
        "Response",
        "Cookies out",
        "Cookies in",
        "Token",
        "CORS",
        "Size of headers",
        "Time",
        "Links",
    ):
        assert part in headings, part
    told = detail.text_content() or ""
    assert re.search(r"sAccessToken sent «token 2, \d+ B» stored at #10", told)
    assert re.search(r"sRefreshToken not sent: NotOnPath · kept for \S+\. Right\.", told)
    assert "algorithmRS256" in told
    assert "Request 1.5 of 32 KB (nginx)" in told
    assert "eyJ" not in told


def test_single_keys_can_be_switched_off(opened: Opener) -> None:
    page = opened(report(LOOP)).page
    page.keyboard.press("?")
    assert page.locator("dialog").is_visible()
    page.locator("#key-switch").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    assert page.locator("#theme").text_content() == "Theme: auto"


def test_rules_are_filtered_by_keyboard(opened: Opener) -> None:
    page = opened(report(LOOP)).page
    page.locator(".rule-tools input").focus()
    page.keyboard.type("refresh-loop")
    assert page.locator("#checked tr[data-outcome]:visible").count() == 1
    page.locator(".rule-tools input").fill("")
    page.locator(".segments button", has_text="Not applicable").press("Enter")
    told = set(page.locator("#checked tr[data-outcome]:visible td:first-child").all_text_contents())
    assert {word.strip() for word in told} == {"Not applicable"}


def test_sections_are_reached_by_number_and_focus_follows(opened: Opener) -> None:
    page = opened(report(LOOP)).page
    page.keyboard.press("3")
    expect(page.locator("#proof-title")).to_be_focused()
    expect(page.locator("nav.sections [aria-current]")).to_have_text(re.compile(r"^\s*Proof"))


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of a recording with ten thousand exchanges."""
    path = tmp_path_factory.mktemp("large") / "large.har"
    captures.write(path, 10_000)
    return haranalyze.render(haranalyze.analyze_file(path), "html")


def test_ten_thousand_exchanges_are_painted_within_a_second_and_scroll_smoothly(
    browser: Browser, opened: Opener, large: str
) -> None:
    page = opened(large).page
    paint = first_paint(page)
    scrolling = [task.busy for task in scrolled(browser, page)]
    shown = numbers(page)
    assert shown
    assert shown[0] > 100
    print(f"first paint {paint:.0f} ms, longest task while scrolling {scrolling[0]:.0f} ms of processor time")
    assert paint < 1_000 * slack()
    assert scrolling[0] < LONG


def test_a_jump_in_a_long_list_draws_every_row_in_a_few_frames(opened: Opener, large: str) -> None:
    page = opened(large).page
    page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight * 0.5)")
    rows = "Array.from(document.querySelectorAll('.grid-body .t-row'), (row) => row.getBoundingClientRect().top)"
    tops: list[int] = []
    for _ in range(200):  # wait_for_function evaluates strings, which the page's policy forbids
        tops = sorted(round(top) for top in page.evaluate(rows))
        if tops and tops[0] <= 0 and tops[-1] >= page.evaluate("window.innerHeight") - 26:
            break
        page.wait_for_timeout(50)
    else:
        pytest.fail(f"rows from {tops[:1]} to {tops[-1:]}")
    assert {after - before for before, after in pairwise(tops)} == {26}


def slack() -> float:
    """How much slower than alone the machine runs now: other work on its processors is not the page's doing."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def test_a_page_of_ten_thousand_exchanges_keeps_to_its_size(large: str) -> None:
    assert len(large.encode()) < min(1_500_000 + 512 * 10_000, 8_000_000)
    assert len(re.findall(r"<tr id=\"x", large)) <= 200
