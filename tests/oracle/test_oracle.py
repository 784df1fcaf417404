"""The parts of the oracle that need no browser: scenarios, recordings, comparison, figures."""

from pathlib import Path
from typing import Any

import pytest

from tests.oracle.comparison import LEFT_OUT, SENT, STORED, UNSEEN, Check, cookie_checks, full_site_checks
from tests.oracle.cookie_scenarios import cookie_scenarios
from tests.oracle.cors_comparison import BLIND, CREDENTIALS, EXPORTED, cors_checks
from tests.oracle.cors_scenarios import cors_scenarios
from tests.oracle.figures import Figures, known_reasons
from tests.oracle.full_sites import full_site_scenarios
from tests.oracle.recording import Event, Recording
from tests.oracle.scenario import Call, Scenario
from tests.oracle.server import key_of

PAGE, API = "https://a.example/?k=t.0", "https://b.example/?k=t.1"


def play(recording: Recording, url: str, **how: Any) -> None:
    """The events of one exchange."""
    number = len(recording.hops)
    name = how.get("request_id", str(number))
    type_ = how.get("type", "Document")
    headers = {"Host": "h", **how.get("headers", {})}
    request = {"url": url, "method": how.get("method", "GET"), "headers": {}}
    initiator = {"type": "preflight" if type_ == "Preflight" else "script"}
    event: Event = {
        "requestId": name,
        "request": request,
        "type": type_,
        "initiator": initiator,
        "wallTime": 1_800_000_000.0 + number,
        "timestamp": 10.0 + number,
        "frameId": how.get("frame", "top"),
    }
    recording.on_request(event)
    recording.on_sent({"requestId": name, "headers": headers, "associatedCookies": how.get("cookies", [])})
    answer = {
        "requestId": name,
        "headers": how.get("answer", {}),
        "statusCode": how.get("status", 200),
        "blockedCookies": how.get("blocked", []),
    }
    recording.on_received(answer)
    timing = {"requestTime": 10.0 + number, "sendStart": 1.0, "sendEnd": 2.0, "receiveHeadersEnd": 3.0}
    if how.get("error"):
        failed = {"errorText": "net::ERR_FAILED", "corsErrorStatus": {"corsError": how["error"]}}
        recording.on_failed({"requestId": name, "timestamp": 10.1 + number, **failed})
    else:
        recording.on_response({"requestId": name, "response": {"timing": timing}, "hasExtraInfo": True})
        recording.on_finished({"requestId": name, "timestamp": 10.1 + number})
    recording.results.append({"resolved": not how.get("error"), "type": "cors", "read": {}})
    assert recording.settle()


def story(*calls: Call) -> Scenario:
    return Scenario("t", "cookies", calls=list(calls))


def verdicts(checks: list[Check], area: str) -> list[tuple[str, str, bool]]:
    return [(check.chromium, check.ours, check.agrees) for check in checks if check.area == area]


def test_the_same_seed_gives_the_same_scenarios_and_more_begin_with_them() -> None:
    for made in (cookie_scenarios, cors_scenarios):
        assert made(3, 20) == made(3, 40)[:20]
        assert made(3, 5) != made(4, 5)


def test_scenarios_share_no_host_and_every_url_has_an_answer() -> None:
    seen: dict[str, str] = {}
    for scenario in cookie_scenarios(1, 300) + cors_scenarios(1, 100):
        keys = {key for key, _ in scenario.answers}
        for call in scenario.calls:
            host = call.url.split("/")[2].rpartition("@")[2]
            assert seen.setdefault(host, scenario.name) == scenario.name
            assert key_of(call.url) in keys
            assert call.how == "type" or call.origin


def test_scenarios_cover_the_ways_and_places() -> None:
    stories = "\n".join(scenario.story for scenario in cookie_scenarios(1, 500))
    for word in (
        "image", "script", "frame", "form", "link", "fetch-in-frame", "redirected", "herokuapp.com", "github.io",
        ".localhost", "https://127.", "SameSite=None", "Partitioned", "__Host-", "Max-Age", "Expires", "http://",
    ):  # fmt: skip
        assert word in stories


def test_a_cookie_that_both_keep_and_send_agrees() -> None:
    recording = Recording("top")
    play(recording, PAGE, answer={"Set-Cookie": "x=1; Path=/\ny=2; Path=/no"})
    sent = {"name": "x", "domain": "a.example", "path": "/"}
    left = {"name": "y", "domain": "a.example", "path": "/no"}
    both = [{"cookie": sent, "blockedReasons": []}, {"cookie": left, "blockedReasons": ["NotOnPath"]}]
    play(recording, PAGE, headers={"Cookie": "x=1", "Sec-Fetch-Site": "none"}, cookies=both)
    checks = list(cookie_checks(story(Call("type", PAGE), Call("type", PAGE)), recording))
    assert verdicts(checks, STORED) == [("stored", "stored", True)] * 2
    assert verdicts(checks, SENT) == [("x=1", "x=1", True)]
    assert verdicts(checks, LEFT_OUT) == [("NotOnPath", "NotOnPath", True)]


def test_what_the_browser_refused_and_we_keep_is_told() -> None:
    recording = Recording("top")
    refused = [{"cookieLine": "x=1", "blockedReasons": ["UserPreferences"]}]
    play(recording, PAGE, answer={"Set-Cookie": "x=1"}, blocked=refused)
    play(recording, PAGE, headers={"Sec-Fetch-Site": "none"})
    checks = list(cookie_checks(story(Call("type", PAGE), Call("type", PAGE)), recording))
    assert verdicts(checks, STORED) == [("UserPreferences", "stored", False)]
    assert verdicts(checks, SENT) == [("(nothing)", "x=1", False)]


def test_a_cookie_missing_from_the_jar_was_refused_without_a_word() -> None:
    recording = Recording("top")
    play(recording, PAGE, answer={"Set-Cookie": "x=1; Path=/"})
    recording.hops[0].jar = []
    [check] = cookie_checks(story(Call("type", PAGE)), recording)
    assert (check.chromium, check.agrees) == ("not kept, without a reason", False)


def test_a_cookie_of_the_same_name_and_value_in_no_partition_is_another() -> None:
    recording = Recording("top")
    play(recording, PAGE, answer={"Set-Cookie": "x=1; Path=/\nx=1; Path=/; Partitioned"})
    recording.hops[0].jar = [("x", "1", False)]
    checks = list(cookie_checks(story(Call("type", PAGE)), recording))
    assert [(check.chromium, check.ours) for check in checks] == [
        ("stored", "stored"),
        ("not kept, without a reason", "InvalidPartitioned"),
    ]
    assert all(check.agrees for check in checks)


def test_the_engine_is_not_shown_the_cookie_header_it_is_asked_for() -> None:
    recording = Recording("top")
    play(recording, PAGE, headers={"Cookie": "secret=1"})
    hidden = recording.har(cookies=False)["log"]["entries"][0]["request"]["headers"]
    shown = recording.har()["log"]["entries"][0]["request"]["headers"]
    assert [header["name"] for header in shown] == ["Host", "Cookie"]
    assert [header["name"] for header in hidden] == ["Host"]


def test_calls_without_credentials_are_counted_apart() -> None:
    recording = Recording("top")
    play(recording, API, type="Fetch", answer={"Set-Cookie": "x=1"})
    scenario = story(Call("fetch", API, credentials="omit", origin="https://b.example"))
    assert {check.area for check in cookie_checks(scenario, recording)} == {UNSEEN}


@pytest.mark.parametrize(("error", "agrees"), [("MissingAllowOriginHeader", True), ("AllowOriginMismatch", False)])
def test_the_step_of_cors_is_compared(error: str, agrees: bool) -> None:
    recording = Recording("top")
    play(recording, PAGE)
    asked = {"Origin": "https://a.example", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "cross-site"}
    play(recording, API, type="Fetch", headers=asked, error=error)
    fetch = Call("fetch", API, credentials="include", origin="https://a.example")
    checks = list(cors_checks(story(Call("type", PAGE), fetch), recording))
    for area in (BLIND, EXPORTED):
        assert verdicts(checks, area) == [(error, "allow-origin-missing", agrees)]
    assert [check.agrees for check in checks if check.area == CREDENTIALS] == [True]


def test_redirects_are_hops_and_pages_are_numbered() -> None:
    recording = Recording("top")
    play(recording, PAGE, answer={"Location": API}, status=302)
    redirect = {"url": API, "method": "GET", "headers": {}}
    recording.on_request(
        {
            "requestId": "0",
            "request": redirect,
            "type": "Document",
            "initiator": {"type": "other"},
            "wallTime": 1_800_000_001.0,
            "timestamp": 11.0,
            "frameId": "top",
            "redirectResponse": {"status": 302, "headers": {"Location": API}},
            "redirectHasExtraInfo": True,
        }
    )
    assert not recording.settle()
    log = recording.har()["log"]
    assert [entry["request"]["url"] for entry in log["entries"]] == [PAGE, API]
    assert [page["title"] for page in log["pages"]] == [API]
    assert log["entries"][0]["response"]["redirectURL"] == API


def test_a_full_site_is_judged_by_what_was_sent() -> None:
    filling = full_site_scenarios()[0]
    recording = Recording("top")
    for part in range(3):
        lines = [value for _, value in filling.answers[f"f0.{part}", "*"].headers]
        sent = "" if part < 2 else "; ".join(f"f0c{number}=x" for number in range(31, 185))
        headers = {"Sec-Fetch-Site": "none"} | ({"Cookie": sent} if sent else {})
        play(recording, filling.calls[part].url, headers=headers, answer={"Set-Cookie": "\n".join(lines)})
    checks = list(full_site_checks(filling, recording))
    assert [check.agrees for check in checks] == [False, True]  # the second page was not shown the first's cookies
    assert checks[0].kind == "full site: the oldest go"


def test_figures_want_99_of_100_and_take_known_reasons(tmp_path: Path) -> None:
    known = tmp_path / "known.toml"
    known.write_text('[[known]]\nkind = "odd.*"\nreason = "r"\n')
    good, bad = Check("cookies", "t", "#0", "a", "a"), Check("cookies", "t", "#0", "a", "b", "wrong")
    odd = Check("cookies", "t", "#0", "a", "b", "odd one")
    for checks, wanted in (([good, odd], True), ([good] * 98 + [bad], False), ([good] * 99 + [bad], True)):
        figures = Figures({"t": story()}, known)
        figures.add(checks)
        assert figures.are_good is wanted
        assert any("  (known: r)" in line for line in figures.lines()) is (odd in checks)


def test_known_disagreements_have_reasons() -> None:
    assert all(reason for _, reason in known_reasons())
