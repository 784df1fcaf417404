"""Attacks in every string of a recording and of a document, in every format, shown by a real Chromium.

A marker function is never called, nothing is loaded, and the text is there to read.
"""

from functools import cache
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from playwright.sync_api import Browser

import haranalyze
from haranalyze.capture.transcript import read_transcript
from haranalyze.comparison import FORMATS as COMPARED
from haranalyze.comparison import compare
from haranalyze.comparison import render as render_comparison
from haranalyze.report import FORMATS
from haranalyze.report.document import Report
from tests.hostile import hostile_story, poisoned
from tests.samples import FOLDER

ENDINGS = {"html": ".html", "markdown": ".html", "junit": ".xml", "sarif": ".json", "json": ".json", "text": ".txt"}
STATES = ("refresh-loop-foreign-401", "exported-without-cookies", "upstream-crash-502", "healthy-bearer")


def shown(browser: Browser, text: str, format_: str, folder: Path) -> tuple[str, list[str], list[int]]:
    """What a reader sees, what was loaded or went wrong, and which markers ran."""
    if format_ == "markdown":  # as a tracker that lets all HTML through
        text = f"<!doctype html><meta charset=utf-8><body>{MarkdownIt('gfm-like').render(text)}</body>"
    file = folder / f"shown{ENDINGS[format_]}"
    file.write_text(text, encoding="utf-8")
    page = browser.new_context().new_page()
    trouble: list[str] = []
    page.on("pageerror", lambda error: trouble.append(f"error: {error}"))
    page.on("dialog", lambda dialog: trouble.append(f"dialog: {dialog.message}"))
    page.on("request", lambda request: trouble.append(request.url) if request.url != file.as_uri() else None)
    page.add_init_script("window.called = []; window.marker = (n) => window.called.push(n);")
    page.goto(file.as_uri())
    page.wait_for_timeout(150)
    seen = page.evaluate("document.documentElement.textContent")
    called = page.evaluate("window.called")
    page.context.close()
    return seen, trouble, called


@cache
def attacked(name: str) -> Report:
    """A sample's document with an attack in every member."""
    return poisoned(haranalyze.analyze_file(FOLDER / name / "capture.har"))


@pytest.mark.parametrize("format_", FORMATS)
def test_a_hostile_recording_is_only_text(browser: Browser, format_: str, tmp_path: Path) -> None:
    report = haranalyze.analyze(read_transcript(hostile_story()))
    seen, trouble, called = shown(browser, haranalyze.render(report, format_), format_, tmp_path)
    assert (trouble, called) == ([], [])
    assert report.verdict.headline[:40].replace("`", "") in seen.replace("\\", "")


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("name", STATES)
def test_attacks_in_every_member_of_the_document_are_shown_and_do_nothing(
    browser: Browser, format_: str, name: str, tmp_path: Path
) -> None:
    report = attacked(name)
    seen, trouble, called = shown(browser, haranalyze.render(report, format_), format_, tmp_path)
    assert (trouble, called) == ([], [])
    assert "marker(" in seen


@pytest.mark.parametrize("format_", COMPARED)
def test_a_comparison_of_hostile_recordings_is_only_text(browser: Browser, format_: str, tmp_path: Path) -> None:
    hostile = read_transcript(hostile_story())
    made = compare(hostile, hostile)
    for one in (made, poisoned(made)):
        _, trouble, called = shown(browser, render_comparison(one, format_), format_, tmp_path)
        assert (trouble, called) == ([], [])
