"""``python -m bench.page [--exchanges 10000] [--times 5]``: how fast Chromium paints a page, how smoothly it scrolls.

Prints first paint and the longest task of the page's main thread, by the clock and in processor time, for each run and
as medians. A task of 50 ms and more is a long one (W3C Long Tasks); the page's own ``PerformanceObserver`` counts them.
Needs Playwright (the test extra) and an installed Chromium. By the clock the figures hold on a quiet machine only.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from bench.captures import recording

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

LONG = 50  # ms
WATCH = """
window.longTasks = [];
new PerformanceObserver((list) => list.getEntries().forEach((one) => window.longTasks.push(one.duration)))
  .observe({ type: "longtask", buffered: true });
"""


@dataclass(frozen=True)
class Task:
    """One task of the main thread, in ms: by the clock, and in processor time."""

    wall: float
    busy: float


def tasks_after(trace: bytes, mark: str) -> list[Task]:
    """Tasks of the page's main thread that began after a mark of the page, the busiest first."""
    events = json.loads(trace)["traceEvents"]
    began = next(one for one in events if one["name"] == mark)
    main = {
        (one["pid"], one["tid"])
        for one in events
        if one["name"] == "thread_name" and one["args"]["name"] == "CrRendererMain" and one["pid"] == began["pid"]
    }
    tasks = [
        Task(one.get("dur", 0) / 1000, one["tdur"] / 1000)
        for one in events
        if one["name"].endswith("RunTask")
        and one["ts"] > began["ts"]
        and "tdur" in one
        and (one["pid"], one["tid"]) in main
    ]
    return sorted(tasks, key=lambda task: task.busy, reverse=True)


def first_paint(page: Page) -> float:
    """Milliseconds from the start of loading to the first content on the screen."""
    return float(page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))


def scrolled(browser: Browser, page: Page) -> list[Task]:
    """Tasks while a reader scrolls through the timeline with the wheel, and jumps to far places."""
    page.locator("#timeline").scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    browser.start_tracing(page=page, categories=["toplevel", "blink.user_timing"])
    page.evaluate("performance.mark('scrolling')")
    for _ in range(40):
        page.mouse.wheel(0, 2_500)
        page.wait_for_timeout(16)
    for share in (0.2, 0.9, 0.5):
        page.evaluate(f"window.scrollTo(0, document.documentElement.scrollHeight * {share})")
        page.wait_for_timeout(50)
    return tasks_after(browser.stop_tracing(), "scrolling")


def filtered(browser: Browser, page: Page) -> list[Task]:
    """Tasks while a reader types a search, switches a role off, narrows the range and opens a row."""
    browser.start_tracing(page=page, categories=["toplevel", "blink.user_timing"])
    page.evaluate("performance.mark('filtering')")
    search = page.locator(".tools-row input[type=search]")
    search.press_sequentially("assets", delay=60)
    page.wait_for_timeout(300)
    search.fill("")
    page.locator(".role-chip").first.click()
    page.wait_for_timeout(100)
    page.locator(".role-chip").first.click()
    page.locator(".grid-rows").focus()
    for key in ("+", "+", "ArrowRight", "0", "ArrowDown", "Enter", "Escape"):
        page.keyboard.press(key)
        page.wait_for_timeout(60)
    return tasks_after(browser.stop_tracing(), "filtering")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.page", description=__doc__.splitlines()[0])
    parser.add_argument("--exchanges", type=int, default=10_000)
    parser.add_argument("--times", type=int, default=5)
    options = parser.parse_args()
    from playwright.sync_api import sync_playwright

    import haranalyze

    html = haranalyze.render(
        haranalyze.analyze_file(recording(f"page-{options.exchanges}.har", exchanges=options.exchanges)), "html"
    )
    print(f"{options.exchanges:,} exchanges, page of {len(html.encode()) / 1e6:.2f} MB")
    figures: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder) / "report.html"
        file.write_text(html, encoding="utf-8")
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        for _ in range(options.times):
            context = chromium.new_context(viewport={"width": 1366, "height": 768})
            page = context.new_page()
            page.add_init_script(WATCH)
            page.goto(file.as_uri())
            paint = first_paint(page)
            loading = page.evaluate("window.longTasks.length")
            scrolling, filtering = scrolled(chromium, page), filtered(chromium, page)
            told = {
                "first paint": paint,
                "long tasks seen by the page while loading": loading,
                "long tasks seen by the page afterwards": page.evaluate("window.longTasks.length") - loading,
                "longest task while scrolling, by the clock": max(task.wall for task in scrolling),
                "longest task while scrolling, processor": scrolling[0].busy,
                "longest task while filtering, by the clock": max(task.wall for task in filtering),
                "longest task while filtering, processor": filtering[0].busy,
            }
            for name, value in told.items():
                figures.setdefault(name, []).append(value)
            context.close()
        chromium.close()
    for name, values in figures.items():
        unit = "" if name.startswith("long tasks") else " ms"
        print(f"{name:45} median {median(values):6.1f}{unit}   of {', '.join(f'{one:.1f}' for one in sorted(values))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
