"""The timeline by keyboard and pointer, and ten thousand rows of it."""

import json
import os
import re

import pytest
from playwright.sync_api import Browser, Page

import haranalyze
from bench import captures
from tests.browser.conftest import Opener, report

LOOP = "refresh-loop-foreign-401"
LEAST = 50  # ms of a long task, as browsers count them (W3C Long Tasks)


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
    page.wait_for_function("document.activeElement.id === 'proof-title'")
    page.wait_for_function("document.querySelector('nav.sections [aria-current]').textContent.startsWith('Proof')")


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of a recording with ten thousand exchanges."""
    path = tmp_path_factory.mktemp("large") / "large.har"
    captures.write(path, 10_000)
    return haranalyze.render(haranalyze.analyze_file(path), "html")


def busy(trace: bytes) -> list[float]:
    """Milliseconds of processor time of each task of the page's main thread after the mark, longest first.

    Processor time, because a machine that does other work beside the test makes every task long by the clock.
    """
    events = json.loads(trace)["traceEvents"]
    mark = next(one for one in events if one["name"] == "scrolling")
    began = mark["ts"]
    main = {
        (one["pid"], one["tid"])
        for one in events
        if one["name"] == "thread_name" and one["args"]["name"] == "CrRendererMain" and one["pid"] == mark["pid"]
    }
    tasks = [
        one["tdur"] / 1000
        for one in events
        if one["name"].endswith("RunTask") and one["ts"] > began and "tdur" in one and (one["pid"], one["tid"]) in main
    ]
    return sorted(tasks, reverse=True)


def test_ten_thousand_exchanges_are_painted_within_a_second_and_scroll_smoothly(
    browser: Browser, opened: Opener, large: str
) -> None:
    page = opened(large).page
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    browser.start_tracing(page=page, categories=["toplevel", "blink.user_timing"])
    page.locator("#timeline").scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    page.evaluate("performance.mark('scrolling')")
    for _ in range(40):
        page.mouse.wheel(0, 2_500)
        page.wait_for_timeout(16)
    for share in (0.2, 0.9, 0.5):
        page.evaluate(f"window.scrollTo(0, document.documentElement.scrollHeight * {share})")
        page.wait_for_timeout(50)
    tasks = busy(browser.stop_tracing())
    shown = numbers(page)
    assert shown
    assert shown[0] > 100
    longest = [round(one) for one in tasks[:5]]
    print(f"first paint {paint:.0f} ms, longest tasks while scrolling {longest} ms, page {len(large) / 1e6:.2f} MB")
    assert paint < 1_000 * slack()
    assert tasks[0] < LEAST


def slack() -> float:
    """How much slower than alone the machine runs now: other work on its processors is not the page's doing."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def test_a_page_of_ten_thousand_exchanges_keeps_to_its_size(large: str) -> None:
    assert len(large.encode()) < min(1_500_000 + 512 * 10_000, 8_000_000)
    assert len(re.findall(r"<tr id=\"x", large)) <= 200
