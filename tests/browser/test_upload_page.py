"""The upload page in a real Chromium: from the printed link to the deleted report, with scripts and without."""

import json
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from haranalyze.capture.transcript import transcript_to_har
from tests.browser.conftest import violations
from tests.hostile import hostile_story
from tests.web.conftest import HEALTHY, LOOP, SAMPLES, Server, large_capture, serving

LONG = 60_000.0  # milliseconds on a busy machine
expect.set_options(timeout=LONG)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("upload") / "data", "--uploads-per-minute", "1000") as running:
        yield running


def trouble_of(page: Page) -> list[str]:
    """Everything that goes wrong in a page, as it happens."""
    trouble: list[str] = []
    page.on("console", lambda message: trouble.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on(
        "response", lambda answer: trouble.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None
    )
    return trouble


def signed_in(browser: Browser, server: Server, *, scripts: bool = True) -> BrowserContext:
    """A fresh profile that used the link the terminal shows."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, java_script_enabled=scripts)
    context.set_default_timeout(LONG)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page, link = context.new_page(), server.newest_link()
    page.goto(link)
    assert page.url == server.address + "/"
    page.close()
    until = time.monotonic() + 30
    while server.newest_link() == link and time.monotonic() < until:
        time.sleep(0.02)
    return context


@pytest.fixture
def profile(browser: Browser, server: Server) -> Iterator[BrowserContext]:
    context = signed_in(browser, server)
    yield context
    context.close()


def drop(page: Page, *files: Path) -> None:
    """Let go of files over the page. A probe input lends them, since only a person can drag."""
    page.evaluate("""() => {
      const probe = Object.assign(document.createElement('input'), {type: 'file', id: 'probe', multiple: true});
      document.body.append(probe);
    }""")
    page.set_input_files("#probe", files)
    page.evaluate("""() => {
      const held = new DataTransfer();
      for (const file of document.getElementById('probe').files) held.items.add(file);
      document.getElementById('probe').remove();
      for (const kind of ['dragenter', 'dragover', 'drop'])
        document.body.dispatchEvent(new DragEvent(kind, {dataTransfer: held, bubbles: true, cancelable: true}));
    }""")


def test_from_the_link_to_the_deleted_report(
    browser: Browser, profile: BrowserContext, server: Server, tmp_path: Path
) -> None:
    page = profile.new_page()
    trouble = trouble_of(page)
    page.goto(server.address)
    assert violations(page) == []
    page.evaluate("""() => {
      window.seen = [];
      const look = () => window.seen.push([...document.querySelectorAll('.bars progress')].map((one) => one.value));
      const all = {subtree: true, childList: true, attributes: true, characterData: true};
      new MutationObserver(look).observe(document.getElementById('uploads'), all);
    }""")
    recording = tmp_path / "support-4711.har"
    recording.write_bytes(large_capture(50))
    page.fill("#ticket", "4711")
    drop(page, recording)
    expect(page.locator("ul.uploads .what")).to_contain_text("Fault: The session is refreshed 10 times")
    shares = [one for one in page.evaluate("window.seen") if len(one) == 2]
    assert any(0 < upload < 1 for upload, _ in shares), "the upload bar moved"
    assert any(0 < read < 1 for _, read in shares), "the reading bar moved"
    assert page.locator("#uploads-title").inner_text() == "1 file: 1 done"
    frame = page.frame_locator("#report-place iframe")
    expect(frame.locator("h1")).to_contain_text("refreshed 10 times")
    assert violations(page) == []

    page.click("ul.uploads a.button")
    frame = page.frame_locator("iframe.report")
    frame.locator("nav a[href='#timeline']").click()
    expect(frame.locator("#timeline")).to_be_visible()
    frame.locator("button[data-copy=text-customer]").first.click()
    expect(frame.locator("button[data-copy=text-customer]").first).to_contain_text("Copied")
    assert "session" in page.evaluate("navigator.clipboard.readText()")
    assert violations(page) == []

    page.click("text=Share link")
    link = page.locator("#link").input_value()
    assert violations(page) == []
    other = browser.new_context()
    stranger = other.new_page()
    stranger.goto(link)
    expect(stranger.frame_locator("iframe").locator("h1")).to_contain_text("refreshed 10 times")
    assert violations(stranger) == []
    stranger.goto(server.address + "/recent")
    expect(stranger.locator("h1")).to_have_text("Sign in")
    assert violations(stranger) == []

    page.on("dialog", lambda dialog: dialog.accept())
    page.click("text=Delete")
    page.wait_for_url("**/recent")
    stranger.goto(link)
    expect(stranger.locator("h1")).to_contain_text("Not Found")
    other.close()
    assert list((server.data / "uploads").iterdir()) == []
    with sqlite3.connect(server.data / "haranalyze.db") as database:
        assert database.execute("SELECT count(*) FROM captures WHERE ticket = '4711'").fetchone() == (0,)
        assert database.execute("SELECT count(*) FROM grants WHERE kind = 'share'").fetchone() == (0,)
    assert [one for one in trouble if "Sign in" not in one] == []


def test_several_files_of_every_kind_each_get_their_row(
    profile: BrowserContext, server: Server, tmp_path: Path
) -> None:
    page = profile.new_page()
    page.goto(server.address)
    (tmp_path / "login.har").write_text("<!doctype html><title>x</title>", encoding="utf-8")
    (tmp_path / "empty.har").touch()
    page.fill("#ticket", "4788")
    drop(page, LOOP, HEALTHY, tmp_path / "login.har", tmp_path / "empty.har")
    expect(page.locator("#uploads-title")).to_have_text("4 files: 2 done, 2 could not be read")
    rows = page.locator("ul.uploads li")
    expect(rows.nth(0)).to_contain_text("Fault:")
    expect(rows.nth(1)).to_contain_text("Healthy:")
    expect(rows.nth(2)).to_contain_text("web page")
    expect(rows.nth(3)).to_contain_text("empty")
    expect(page.locator("#recent tr", has_text="4788")).to_have_count(3)  # the empty one never left this computer
    assert violations(page) == []


def test_two_dropped_files_are_compared_and_a_row_is_deleted_by_its_menu(
    profile: BrowserContext, server: Server
) -> None:
    page = profile.new_page()
    trouble = trouble_of(page)
    page.goto(server.address)
    page.click("text=Copy for a customer >> visible=true")
    assert "1. In Chrome" in page.evaluate("navigator.clipboard.readText()")
    page.fill("#ticket", "4799")
    drop(page, LOOP, HEALTHY)
    page.click("text=Compare these")
    page.wait_for_url("**/compared/*")
    frame = page.frame_locator("iframe.report")
    expect(frame.locator("h1")).to_contain_text("/api/legacy")
    assert violations(page) == []
    page.goto(server.address + "/recent?ticket=4799")
    page.locator("details.dots").first.click()
    assert violations(page) == []
    asked: list[str] = []
    page.on("dialog", lambda dialog: asked.append(dialog.message))
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("details.dots[open] >> text=Delete").click()
    page.wait_for_url("**/recent")
    assert asked == ["Delete the report of ticket 4799? This cannot be undone."]
    page.goto(server.address + "/recent?ticket=4799")
    assert page.locator("table.recent tbody tr").count() == 1
    assert trouble == []


def test_a_pasted_recording_is_read(profile: BrowserContext, server: Server) -> None:
    page = profile.new_page()
    page.goto(server.address)
    page.evaluate("(text) => navigator.clipboard.writeText(text)", HEALTHY.read_text(encoding="utf-8"))
    page.keyboard.press("Control+V")
    expect(page.locator("ul.uploads li")).to_contain_text("Healthy:")
    expect(page.locator("ul.uploads li")).to_contain_text("pasted.har")


def test_with_scripts_off_the_same_way_works(browser: Browser, server: Server, tmp_path: Path) -> None:
    profile = signed_in(browser, server, scripts=False)
    page = profile.new_page()
    trouble = trouble_of(page)
    page.goto(server.address)
    recording = tmp_path / "support-4712.har"
    recording.write_bytes(large_capture(50))
    page.set_input_files("#files", recording)
    page.fill("#ticket", "4712")
    page.click("button.without-script")
    page.wait_for_url("**/captures/*")
    expect(page.frame_locator("iframe.report").locator("h1")).to_contain_text("refreshed 10 times")
    assert "support-4712.har" in page.title()
    expect(page.frame_locator("iframe.report").locator("section#timeline")).to_be_visible()
    page.click("text=Share link")
    link = page.locator("#link").input_value()
    page.goto(link)
    expect(page.frame_locator("iframe").locator("h1")).to_contain_text("refreshed 10 times")
    page.go_back()
    page.click("text=Delete")
    page.wait_for_url("**/recent")
    assert page.locator("text=4712").count() == 0
    assert trouble == []
    profile.close()


def test_nothing_of_a_hostile_recording_runs_or_leaves(profile: BrowserContext, server: Server, tmp_path: Path) -> None:
    page = profile.new_page()
    page.add_init_script("window.called = []; window.marker = (n) => window.called.push(n);")
    elsewhere: list[str] = []
    page.on("request", lambda one: None if one.url.startswith((server.address, "data:")) else elsewhere.append(one.url))
    page.goto(server.address)
    hostile = tmp_path / "'><img src=x onerror=marker(0)>.har"
    hostile.write_bytes(transcript_to_har(hostile_story()))
    page.fill("#ticket", "<script>marker(1)</script>")
    drop(page, hostile)
    expect(page.locator("#report-place")).to_be_visible()
    page.frame_locator("#report-place iframe").locator("h1").wait_for()
    page.goto(server.address + "/recent")
    page.goto(server.address + "/causes")
    page.goto(server.address + "/recent")
    page.click("td.headline a >> nth=0")
    page.frame_locator("iframe.report").locator("h1").wait_for()
    page.wait_for_timeout(200)
    assert [frame.evaluate("window.called") for frame in page.frames] == [[]] * len(page.frames)
    assert elsewhere == []


@pytest.mark.parametrize("width", [320, 390, 1024])
def test_no_page_scrolls_sideways(profile: BrowserContext, server: Server, width: int) -> None:
    server.done(server.upload((SAMPLES / "sign-in-502-big-headers" / "capture.har").read_bytes()))
    page = profile.new_page()
    page.set_viewport_size({"width": width, "height": 800})
    for path in ("/", "/recent", "/causes", "/compare", "/account", "/sign-in"):
        page.goto(server.address + path)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
        assert violations(page) == []


def test_the_first_page_and_a_verdict_come_fast(browser: Browser, tmp_path: Path) -> None:
    """Times are printed, and held to ten times their target: the machine of a test may be busy."""
    recording = tmp_path / "five.har"
    recording.write_bytes(large_capture(5))
    profile = browser.new_context()
    page = profile.new_page()
    began = time.monotonic()
    with serving(tmp_path / "data") as server:
        page.goto(server.link)
        page.locator("#drop").wait_for()
        first = time.monotonic() - began
        page.evaluate("""() => {
          const send = XMLHttpRequest.prototype.send;
          XMLHttpRequest.prototype.send = function (body) {
            this.upload.addEventListener('load', () => { window.sent = performance.now(); });
            send.call(this, body);
          };
          new MutationObserver(() => {
            const faults = document.querySelectorAll('.glyph.fault').length;
            if (faults > (window.faults || 0)) { window.faults = faults; window.told = performance.now(); }
          }).observe(document.body, {subtree: true, childList: true, attributes: true});
        }""")
        verdicts = []
        for number in (1, 2):
            drop(page, recording)
            expect(page.locator(".glyph.fault")).to_have_count(number, timeout=LONG)
            page.wait_for_timeout(50)
            verdicts.append(page.evaluate("(window.told - window.sent) / 1000"))
        profile.close()
    figures = {"serve to first page, s": first, "upload of 5 MB to verdict, s": verdicts[1]}
    figures["the same at the moment the first page is there, s"] = verdicts[0]  # processes are still starting
    print(json.dumps({name: round(seconds, 2) for name, seconds in figures.items()}))
    assert first < 15
    assert max(verdicts) < 10
