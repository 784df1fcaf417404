"""The pages of a batch in a real Chromium: filters, paging, 50,000 tickets, accessibility."""

import tempfile
import time
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from haranalyze.batch.aggregates import places_of
from haranalyze.batch.groups import Grouping
from haranalyze.batch.pages import pages
from tests.batch.rows import tickets_of
from tests.browser.conftest import Opener, violations
from tests.hostile import ATTACKS

MANY = 50_000


@cache
def made(count: int) -> dict[str, str]:
    """The pages of ``count`` tickets: 40 causes of falling size, the healthy and the unclear, three weeks long."""
    with (
        tempfile.TemporaryDirectory() as folder,
        tickets_of(Path(folder, "tickets"), map(row, range(count)), ("customer", "plan")) as tickets,
    ):
        listed = pages(tickets, *places_of(tickets, Grouping()), lambda _: None)
        return {name: b"".join(content).decode() for name, content in listed if name.endswith(".html")}


def row(number: int) -> dict[str, Any]:
    cause = int((number % 97) ** 0.8)
    state = "healthy" if cause > 35 else "cannot-tell" if cause > 32 else "fault"
    fault = {
        "fingerprint": f"v1:{cause:012x}",
        "headline": f"The session of cause {cause} breaks at /api/me.",
        "rule": f"rule-{cause % 9}",
        "owner": ("api", "proxy", "frontend")[cause % 3],
        "confidence": "certain",
        "path": "/api/me",
    }
    return {
        "ticket": f"T-{number:05}",
        "state": state,
        "headline": "The login works.",
        **(fault if state == "fault" else {}),
        "started": f"2026-11-{1 + number * 7 % 21:02}T00:00:00+00:00",
        "browser": ("Chrome 156", "Safari 26", "Firefox 153")[number % 3],
        "hosts": [f"api.shop{number % 300}.example.com"],
        "systems": ["SuperTokens"],
        "missing": ["cookies"] if state == "cannot-tell" else [],
        "report": f"report/T-{number:05}/login.har.html",
        "plan": ("enterprise", "team", "free", ATTACKS[0])[number % 4],
        "customer": f"customer {number % 900}",
    }


def causes(page: Page) -> list[str]:
    return page.locator("#causes tr:visible .number b").all_inner_texts()


def test_filters_count_anew_and_stand_in_the_address(opened: Opener) -> None:
    shown = opened(made(400)["index.html"])
    page = shown.page
    before = [int(one) for one in causes(page)]
    assert sum(before) == int(page.locator("#causes-count").inner_text().split("with ")[1].split()[0])
    page.get_by_role("checkbox", name="Proxy team").click()
    page.get_by_role("checkbox", name="Safari 26").click()
    after = [int(one) for one in causes(page)]
    assert after == sorted(after, reverse=True)
    assert 0 < sum(after) < sum(before)
    assert page.locator("#found-count").inner_text() == f"{sum(after)} tickets"
    address = page.evaluate("location.hash")
    assert address == "#owner=proxy&browser=Safari+26"
    again = opened(made(400)["index.html"], at=address).page
    assert [int(one) for one in causes(again)] == after
    page.get_by_role("button", name="Remove the filter Browser: Safari 26").click()
    page.get_by_role("button", name="Remove the filter Who must act: Proxy team").click()
    assert [int(one) for one in causes(page)] == before
    page.keyboard.press("/")
    page.keyboard.type("cause 13 ")
    assert len(causes(page)) == 1
    page.keyboard.press("Escape")
    assert [int(one) for one in causes(page)] == before
    assert shown.trouble == []


def test_fifty_thousand_tickets_stay_usable(opened: Opener) -> None:
    """A filter answers within a second on an idle machine; this one may be busy."""
    shown = opened(made(MANY)["index.html"])
    page = shown.page
    assert len(made(MANY)["index.html"]) < 8_000_000
    began = time.monotonic()
    page.get_by_role("checkbox", name="Safari 26").click()
    page.locator("#found-rows tr").first.wait_for()
    assert time.monotonic() - began < 5
    assert page.locator("#found-rows tr").count() == 50
    page.get_by_role("button", name="Next").click()
    assert page.locator("#found-range").inner_text().startswith("51 – 100 of 16")
    largest = max((name for name in made(MANY) if name.startswith("group/v1")), key=lambda name: len(made(MANY)[name]))
    group = opened(made(MANY)[largest]).page
    group.locator("#search").fill("customer 77")
    group.locator("#found-count").get_by_text("match").wait_for()
    assert 0 < group.locator("#rows tr").count() <= 50
    assert shown.trouble == []


@pytest.mark.parametrize("name", ["index.html", "group/cannot-tell.html", "group/v1-000000000003.html"])
def test_pages_are_accessible_and_run_nothing_of_a_ticket(opened: Opener, name: str) -> None:
    shown = opened(made(400)[name])
    assert violations(shown.page) == []
    shown.page.emulate_media(color_scheme="dark")
    assert violations(shown.page, "color-contrast") == []  # the theme changes nothing but colours
    assert shown.page.evaluate("window.called") == []
    assert shown.trouble == []


@pytest.mark.parametrize("width", [320, 390, 768, 1024])
@pytest.mark.parametrize("name", ["index.html", "group/v1-000000000003.html"])
def test_no_width_scrolls_sideways(opened: Opener, name: str, width: int) -> None:
    page = opened(made(400)[name], size=(width, 800)).page
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_scripts_every_cause_and_fifty_tickets_of_each_are_there(opened: Opener) -> None:
    listed: dict[str, Any] = made(4_000)
    page = opened(listed["index.html"], scripts=False).page
    assert page.locator("#causes tr:visible").count() == len([name for name in listed if name.startswith("group/v1")])
    assert page.locator(".only-script:visible").count() == 0
    group = opened(listed["group/v1-000000000001.html"], scripts=False).page
    assert group.locator("#rows tr").count() == 50
    assert group.locator(".only-script:visible").count() == 0
