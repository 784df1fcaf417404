"""CORS decisions name the step of the Fetch standard that refused."""

import json

import pytest

from haranalyze.capture import read_capture
from haranalyze.capture.transcript import transcript_to_har
from haranalyze.facts import Facts
from haranalyze.facts.cors import CorsDecision, CorsStep, Credentials, Pairing, Tainting
from haranalyze.testing import facts_of
from haranalyze.text import raw
from haranalyze.timeline import Timeline

PREFLIGHT = """
    * page: https://app.example.com/
    > OPTIONS https://api.example.com/me
    > Origin: https://app.example.com
    > Access-Control-Request-Method: {method}
    > Access-Control-Request-Headers: rid,st-auth-mode
    * type: preflight
    < {status}
{headers}
    > {method} https://api.example.com/me
    > rid: anti-csrf
    > st-auth-mode: cookie
    * error: net::ERR_FAILED
"""
ORIGIN = "    < Access-Control-Allow-Origin: https://app.example.com\n"
CREDENTIALS = "    < Access-Control-Allow-Credentials: true\n"
HEADERS = "    < Access-Control-Allow-Headers: RID, st-auth-mode\n"


@pytest.mark.parametrize(
    ("method", "status", "headers", "step"),
    [
        ("GET", 204, ORIGIN + CREDENTIALS + HEADERS, None),
        ("GET", 401, ORIGIN + CREDENTIALS + HEADERS, CorsStep.PREFLIGHT_STATUS),
        ("GET", 302, ORIGIN + CREDENTIALS + HEADERS, CorsStep.PREFLIGHT_REDIRECT),
        ("GET", 204, CREDENTIALS + HEADERS, CorsStep.ALLOW_ORIGIN_MISSING),
        ("GET", 204, ORIGIN * 2 + CREDENTIALS + HEADERS, CorsStep.ALLOW_ORIGIN_MULTIPLE),
        (
            "GET",
            204,
            ORIGIN.replace("https://app.example.com", "*") + CREDENTIALS + HEADERS,
            CorsStep.ALLOW_ORIGIN_WILDCARD,
        ),
        ("GET", 204, ORIGIN.replace("https", "http") + CREDENTIALS + HEADERS, CorsStep.ALLOW_ORIGIN_MISMATCH),
        ("GET", 204, ORIGIN + CREDENTIALS.replace("true", "True") + HEADERS, CorsStep.ALLOW_CREDENTIALS),
        ("GET", 204, ORIGIN + CREDENTIALS, CorsStep.ALLOW_HEADERS),
        ("GET", 204, ORIGIN + CREDENTIALS + "    < Access-Control-Allow-Headers: *\n", CorsStep.ALLOW_HEADERS),
        ("PUT", 204, ORIGIN + CREDENTIALS + HEADERS, CorsStep.ALLOW_METHODS),
        ("PUT", 204, ORIGIN + CREDENTIALS + HEADERS + "    < Access-Control-Allow-Methods: GET, PUT\n", None),
    ],
)
def test_the_step_that_refused(method: str, status: int, headers: str, step: CorsStep | None) -> None:
    facts = facts_of(PREFLIGHT.format(method=method, status=status, headers=headers))
    decision = facts.cors.decision(facts.capture.exchanges[1])
    assert decision is not None
    assert decision.step is step
    assert decision.allowed is (None if step is None else False)


def test_the_headers_that_were_not_allowed_are_named() -> None:
    facts = facts_of(PREFLIGHT.format(method="GET", status=204, headers=ORIGIN + CREDENTIALS))
    decision = facts.cors.decision(facts.capture.exchanges[1])
    assert decision is not None
    assert [raw(name) for name in decision.missing] == ["rid", "st-auth-mode"]


def test_same_origin_navigations_and_other_clients_have_no_decision() -> None:
    same = (
        "* page: https://a.example/\n> GET https://a.example/x\n> "
        "Sec-Fetch-Mode: cors\n> Origin: https://a.example\n< 200\n"
    )
    page = "> GET https://a.example/\n> Sec-Fetch-Mode: navigate\n< 200\n"
    other = "* exporter: mitmproxy\n> GET https://b.example/\n> Origin: https://a.example\n< 200\n"
    for story in (same, page, other):
        facts = facts_of(story)
        assert facts.cors.decision(facts.capture.exchanges[0]) is None


def test_an_answer_that_the_script_saw_is_not_called_refused() -> None:
    facts = facts_of("> GET https://b.example/\n> Origin: https://a.example\n> Sec-Fetch-Mode: cors\n< 200\n")
    decision = facts.cors.decision(facts.capture.exchanges[0])
    assert decision is not None
    assert decision.allowed is None


@pytest.mark.parametrize(
    ("listed", "readable"), [("front-token", True), ("Front-Token, x", True), ("x", False), ("*", False)]
)
def test_exposed_headers(listed: str, readable: bool) -> None:
    story = f"""
        > GET https://b.example/
        > Origin: https://a.example
        > Cookie: a=b
        < 200
        < Access-Control-Allow-Credentials: true
        < Access-Control-Expose-Headers: {listed}
    """
    facts = facts_of(story)
    exchange = facts.capture.exchanges[0]
    assert facts.cors.exposes(exchange, "front-token") is readable
    assert facts.cors.exposes(exchange, "content-type")
    assert facts.cors.credentials(exchange) is Credentials.INCLUDED


def test_sites() -> None:
    facts = facts_of(
        "> GET https://api.b.example/\n> Origin: https://a.example\n< 200\n> "
        "GET https://b.example/\n> Sec-Fetch-Site: same-site\n< 200\n"
    )
    assert [facts.cors.is_cross_site(one) for one in facts.capture.exchanges] == [True, False]


def story(*parts: str) -> Facts:
    return facts_of("".join(f"{part}\n" for part in parts))


ASKS = """> GET https://api.example.com/me
> Origin: https://app.example.com
> Sec-Fetch-Mode: cors
> Host: api.example.com"""
ALLOWED = "< Access-Control-Allow-Origin: https://app.example.com"


def decided(facts: Facts, index: int = -1) -> CorsDecision:
    decision = facts.cors.decision(facts.capture.exchanges[index])
    assert decision is not None
    return decision


def test_what_stood_there_and_what_was_needed() -> None:
    found = decided(story(ASKS, "> Cookie: a=b", "* error: net::ERR_FAILED"))
    assert (found.allowed, found.step, found.sent) == (None, None, None)  # nothing came back
    facts = story(ASKS, "> Cookie: a=b", "< 200", "< Access-Control-Allow-Origin: *", "* error: net::ERR_FAILED")
    found = decided(facts)
    assert (found.step, found.allowed) == (CorsStep.ALLOW_ORIGIN_WILDCARD, False)
    assert found.sent == "*"
    assert found.needed == "https://app.example.com"
    assert found.refused_at is facts.capture.exchanges[0]


@pytest.mark.parametrize("error", ["net::ERR_CONNECTION_REFUSED", "net::ERR_BLOCKED_BY_CLIENT", "net::ERR_ABORTED"])
def test_another_cause_the_browser_names_is_no_refusal(error: str) -> None:
    facts = facts_of(PREFLIGHT.format(method="GET", status=401, headers="").replace("net::ERR_FAILED", error))
    assert decided(facts).allowed is None


def test_an_error_status_is_the_fault_whichever_headers_lack() -> None:
    found = decided(facts_of(PREFLIGHT.format(method="GET", status=401, headers="")))
    assert (found.step, found.named) == (CorsStep.PREFLIGHT_STATUS, CorsStep.ALLOW_ORIGIN_MISSING)
    assert found.sent == "401"


def test_a_gateways_error_page_is_marked() -> None:
    assert decided(story(ASKS, "< 502", "* error: net::ERR_FAILED")).error_page
    assert not decided(story(ASKS, "< 401", "* error: net::ERR_FAILED")).error_page
    assert not decided(story(ASKS, "< 502", ALLOWED)).error_page


def test_blocked_by_the_network_it_calls_into() -> None:
    error = "* error: net::ERR_BLOCKED_BY_PRIVATE_NETWORK_ACCESS_CHECKS"
    found = decided(story(ASKS, error))
    assert (found.step, found.allowed) == (CorsStep.PRIVATE_NETWORK, False)


def test_an_origin_lost_on_the_way() -> None:
    hops = (
        "* page: https://app.example.com/",
        "> GET https://a.example/1",
        "* type: fetch",
        "< 302",
        "< Location: https://b.example/2",
        "> GET https://b.example/2",
        "* type: fetch",
        "< 302",
        "< Location: https://app.example.com/3",
        "> GET https://app.example.com/3",
        "* type: fetch",
        "< 200",
        ALLOWED,
        "* error: net::ERR_FAILED",
    )
    facts = story(*hops)
    assert [raw(decided(facts, index).origin) for index in range(3)] == ["https://app.example.com", "null", "null"]
    found = decided(facts)
    assert found.origin_lost
    assert found.step is CorsStep.ALLOW_ORIGIN_MISMATCH
    assert found.needed == "null"
    assert any("redirects" in step.finding.template for step in facts.cors.why(found.exchange))


def test_a_redirect_with_a_password_in_its_url() -> None:
    there = "< Location: https://me:secret@b.example/2"
    found = decided(story(ASKS, "< 302", ALLOWED, there, "* error: net::ERR_FAILED"))
    assert (found.step, found.allowed) == (CorsStep.REDIRECT_CREDENTIALS, False)
    assert decided(story(ASKS, "< 302", ALLOWED, "< Location: https://b.example/2")).step is None


@pytest.mark.parametrize(
    ("error", "step"),
    [
        ("MissingAllowOriginHeader", CorsStep.ALLOW_ORIGIN_MISSING),
        ("PreflightMissingAllowOriginHeader", CorsStep.ALLOW_ORIGIN_MISSING),
        ("HeaderDisallowedByPreflightResponse", CorsStep.ALLOW_HEADERS),
        ("SomethingNew", None),
    ],
)
def test_the_browsers_own_word_where_it_is_recorded(error: str, step: CorsStep | None) -> None:
    entry = {
        "startedDateTime": "2026-01-01T00:00:00Z",
        "time": 1,
        "request": {
            "method": "GET",
            "url": "https://api.example.com/me",
            "headers": [{"name": "Origin", "value": "https://app.example.com"}],
        },
        "response": {"status": 0, "headers": []},
        "_resourceType": "fetch",
        "_corsErrorStatus": {"corsError": error, "failedParameter": ""},
    }
    log = {"version": "1.2", "creator": {"name": "WebInspector", "version": "1"}, "entries": [entry]}
    facts = Facts(Timeline(read_capture(json.dumps({"log": log}).encode())))
    found = decided(facts)
    assert (found.allowed, found.step) == (False, step)


def test_how_calls_stand_to_their_preflights() -> None:
    preflight = (
        "* page: https://app.example.com/",
        "> OPTIONS https://api.example.com/me",
        "> Origin: https://app.example.com",
        "> Access-Control-Request-Method: GET",
        "> Access-Control-Request-Headers: rid",
        "< 204",
        ALLOWED,
        "< Access-Control-Allow-Headers: rid",
        "< Access-Control-Max-Age: 60",
    )
    call = (ASKS, "> rid: x", "< 200", ALLOWED)
    facts = story(*preflight, *call, "* +30000 ms", *call, "* +90000 ms", *call, ASKS, "< 200", ALLOWED)
    exchanges = facts.capture.exchanges
    assert [facts.cors.pairing(one) for one in exchanges] == [
        Pairing.BY_TIME,
        Pairing.BY_TIME,
        Pairing.CACHED,
        Pairing.MISSING,
        Pairing.NOT_NEEDED,
    ]
    assert facts.cors.cached_preflight(exchanges[2]) is exchanges[0]
    alone = story(*preflight)
    assert alone.cors.pairing(alone.capture.exchanges[0]) is Pairing.ALONE
    none = story(*call)
    assert none.cors.pairing(none.capture.exchanges[0]) is Pairing.NOT_RECORDED
    linked = facts_of(PREFLIGHT.format(method="GET", status=204, headers=ORIGIN))
    assert linked.cors.pairing(linked.capture.exchanges[1]) is Pairing.LINKED


def test_what_a_script_sees() -> None:
    facts = story(
        ASKS,
        "< 200",
        ASKS.replace("cors", "no-cors"),
        "< 200",
        ASKS.replace("api.", "app."),
        "< 200",
        ASKS.replace("cors", "navigate"),
        "< 200",
    )
    found = [facts.cors.tainting(one) for one in facts.capture.exchanges]
    assert found == [Tainting.CORS, Tainting.OPAQUE, Tainting.BASIC, None]


@pytest.mark.parametrize(
    ("header", "mode", "name"),
    [
        ("> Cookie: a=b", Credentials.INCLUDED, "cookie"),
        ("> Sec-Fetch-Storage-Access: active", Credentials.INCLUDED, "sec-fetch-storage-access"),
        ("> st-auth-mode: cookie", Credentials.INCLUDED, "st-auth-mode"),
        ("> X-A: b", Credentials.UNKNOWN, None),
    ],
)
def test_the_credentials_mode_has_its_place(header: str, mode: Credentials, name: str | None) -> None:
    facts = story(ASKS, header, "< 200")
    exchange = facts.capture.exchanges[0]
    place = facts.cors.credentials_place(exchange)
    assert facts.cors.credentials(exchange) is mode
    assert (place.text.name if place and place.text else None) == name


WILD = "< 200\n< Access-Control-Allow-Origin: *\n"


@pytest.mark.parametrize(
    ("answer", "mode", "allowed", "step"),
    [
        (WILD, Credentials.UNKNOWN, True, None),
        ("* error: net::ERR_FAILED\n" + WILD, Credentials.INCLUDED, False, CorsStep.ALLOW_ORIGIN_WILDCARD),
        ("* error: net::ERR_CONNECTION_RESET\n" + WILD, Credentials.UNKNOWN, True, None),
        ("* error: net::ERR_FAILED\n< 200\n" + ORIGIN, Credentials.INCLUDED, False, CorsStep.ALLOW_CREDENTIALS),
        ("* error: net::ERR_FAILED\n< 200\n", Credentials.UNKNOWN, False, CorsStep.ALLOW_ORIGIN_MISSING),
        ("* error: net::ERR_FAILED\n< 200\n" + ORIGIN + CREDENTIALS, Credentials.UNKNOWN, None, None),
    ],
)
def test_a_blocked_answer_shows_the_credentials_mode(
    answer: str, mode: Credentials, allowed: bool | None, step: CorsStep | None
) -> None:
    facts = story(ASKS, answer)
    exchange = facts.capture.exchanges[0]
    decision = facts.cors.decision(exchange)
    assert decision is not None
    assert (decision.credentials, decision.allowed, decision.step) == (mode, allowed, step)
    if mode is Credentials.INCLUDED:
        place = facts.cors.credentials_place(exchange)
        assert place is not None
        assert "/response/headers" in place.pointer
        assert any("by what happened" in step.finding.template for step in facts.cors.why(exchange))


@pytest.mark.parametrize(
    ("answer", "mode", "step"),
    [
        ("< 200\n" + ORIGIN, Credentials.OMITTED, None),
        ("* error: net::ERR_FAILED\n", Credentials.INCLUDED, CorsStep.ALLOW_ORIGIN_WILDCARD),
        ("* error: net::ERR_CONNECTION_RESET\n", Credentials.UNKNOWN, None),
        ("* type: fetch\n", Credentials.UNKNOWN, None),
    ],
)
def test_a_preflight_that_passes_in_one_mode_only_shows_it(
    answer: str, mode: Credentials, step: CorsStep | None
) -> None:
    facts = story(
        ASKS.replace("GET", "OPTIONS"),
        "> Access-Control-Request-Method: PUT",
        "< 204",
        "< Access-Control-Allow-Origin: *",
        "< Access-Control-Allow-Methods: *",
        ASKS.replace("GET", "PUT"),
        answer,
    )
    call = facts.capture.exchanges[1]
    decision = facts.cors.decision(call)
    assert decision is not None
    assert decision.preflight is not None
    assert (decision.credentials, decision.step) == (mode, step)


def asked_twice(*more: str, exporter: str = "mitmproxy", headers: str = ORIGIN + HEADERS) -> CorsDecision:
    """The decision on the first of two preflights without their call, as a proxy between browser and API has them."""
    preflight = PREFLIGHT.format(method="GET", status=204, headers=headers).partition("    > GET")[0]
    preflight = preflight.replace("rid,st-auth-mode", "x-page").replace("RID, st-auth-mode", "x-page")
    written = json.loads(transcript_to_har(preflight * 2 + "\n".join(more)))
    written["log"]["creator"]["name"] = exporter
    for entry in written["log"]["entries"]:
        entry.pop("_resourceType", None)
        entry["request"]["headers"].append({"name": "Sec-Fetch-Mode", "value": "cors"})
    facts = Facts(Timeline(read_capture(json.dumps(written).encode())))
    decision = facts.cors.decision(facts.capture.exchanges[0])
    assert decision is not None
    return decision


def test_a_call_that_never_follows_its_preflight_had_credentials() -> None:
    decision = asked_twice()
    assert (decision.credentials, decision.step) == (Credentials.INCLUDED, CorsStep.ALLOW_CREDENTIALS)
    assert decision.allowed is False
    assert decision.by_silence


@pytest.mark.parametrize(
    ("more", "changed"),
    [
        ((), {"exporter": "WebInspector"}),
        (("> GET https://api.example.com/me", "> x-page: 1", "< 200", ORIGIN), {}),
        ((), {"headers": ORIGIN + CREDENTIALS + HEADERS}),
    ],
    ids=["devtools leave out what is not over", "the call followed", "credentials are allowed"],
)
def test_silence_that_shows_nothing(more: tuple[str, ...], changed: dict[str, str]) -> None:
    decision = asked_twice(*more, **changed)
    assert decision.step is None
    assert not decision.by_silence


def test_why_ends_at_the_step_that_stops() -> None:
    facts = facts_of(PREFLIGHT.format(method="PUT", status=204, headers=ORIGIN + CREDENTIALS + HEADERS))
    steps = facts.cors.why(facts.capture.exchanges[1])
    stops = [step for step in steps if step.outcome == "stop"]
    assert [step.source for step in stops] == ["allow-methods"]
    assert [step.check.template for step in steps if step.outcome == "ok"] == [
        "Preflight's status",
        "Access-Control-Allow-Origin",
        "Access-Control-Allow-Credentials",
    ]
    assert steps[-1].outcome == "follows"
    fine = story(ASKS, "< 200", ALLOWED)
    assert {step.outcome for step in fine.cors.why(fine.capture.exchanges[0])} == {"info", "ok"}
    page = story("> GET https://a.example/", "> Sec-Fetch-Mode: navigate", "< 200")
    assert page.cors.why(page.capture.exchanges[0]) == ()
