"""CORS decisions name the step of the Fetch standard that refused."""

import pytest

from haranalyze.facts.cors import CorsStep, Credentials
from haranalyze.testing import facts_of
from haranalyze.text import raw

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
