"""The screens of the page as a reader sees them; ``nox -s screens`` writes the pictures under ``docs/screens`` anew."""

import struct
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Page

from haranalyze.comparison import render
from tests.browser.conftest import Opener, report
from tests.browser.test_compare_page import LAX
from tests.comparison.test_pairs import compared

FOLDER = Path(__file__).parents[2] / "docs" / "screens"
LOOP = "refresh-loop-foreign-401"
COMPARED = "two recordings"


class Screen(NamedTuple):
    """A picture: of which sample, in which window, after which steps."""

    sample: str
    size: tuple[int, int] = (1366, 768)
    theme: str = "light"
    steps: Callable[[Page], object] = lambda page: page
    part: str = ""  # a selector, where it is not the window


def open_row(page: Page) -> None:
    page.locator("#timeline").scroll_into_view_if_needed()
    page.locator("#timeline").evaluate("node => window.scrollTo(0, node.offsetTop)")
    page.locator(".t-row", has_text="#17").click()


SCREENS = {
    "first-screen": Screen(LOOP),
    "first-screen-dark": Screen(LOOP, theme="dark"),
    "timeline": Screen(LOOP, size=(1366, 1180), steps=open_row),
    "cannot-tell": Screen("exported-without-cookies", size=(1366, 1030)),
    "healthy": Screen("healthy-login-refresh-logout", size=(1366, 1180)),
    "other-trouble": Screen("upstream-crash-502"),
    "header-budget": Screen("sign-in-502-big-headers", part="#sizes"),
    "fix": Screen("playwright-trace-secure-over-http", part="#fix"),
    "token-life": Screen(LOOP, part="#sizes figure:last-of-type"),
    "phone": Screen(LOOP, size=(390, 1000)),
    "compare": Screen(COMPARED, size=(1366, 1030)),
}


@pytest.mark.parametrize("name", SCREENS)
def test_the_picture_is_of_this_page(opened: Opener, name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    screen = SCREENS[name]
    html = render(compared(*LAX), "html") if screen.sample == COMPARED else report(screen.sample)
    page = opened(html, size=screen.size, color_scheme=screen.theme).page
    screen.steps(page)
    picture = tmp_path / f"{name}.png"
    if screen.part:
        page.locator(screen.part).screenshot(path=picture)
    else:
        page.screenshot(path=picture)
    if request.config.getoption("--write-screens"):
        FOLDER.mkdir(exist_ok=True)
        (FOLDER / picture.name).write_bytes(picture.read_bytes())
    # Fonts differ from machine to machine, so pictures are not compared dot by dot: width and kind are.
    width, height = size_of(picture)
    kept = size_of(FOLDER / picture.name)
    assert kept[0] == width
    assert abs(kept[1] - height) <= 0.1 * height


def size_of(picture: Path) -> tuple[int, int]:
    """Width and height of a PNG (its IHDR chunk)."""
    data = picture.read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", data[16:24])
    return width, height


def test_no_picture_is_left_over() -> None:
    assert {path.stem for path in FOLDER.glob("*.png")} == set(SCREENS)
