"""Calls of curl, seen through a browser: which gate is closed, and where the recording cannot tell."""

import pytest

import haranalyze
from haranalyze.facts import Facts
from haranalyze.facts.as_browser import AsBrowser, Passage
from haranalyze.redaction import Projector
from haranalyze.timeline import Timeline

ORIGIN = "https://app.example.com"
ASKED = f"Origin: {ORIGIN}"


def curl(*calls: str, port: int = 443) -> Facts:
    """A transcript of ``curl -v``; calls from :func:`call`."""
    head = f"* Connected to api.example.com (127.0.0.2) port {port} (#0)\n"
    capture = haranalyze.read_capture("".join(head + call for call in calls).encode(), "curl.txt")
    return Facts(Timeline(capture))


def call(line: str, request: tuple[str, ...] = (), response: tuple[str, ...] = (), status: str = "200 OK") -> str:
    sent = [f"> {line} HTTP/1.1", "> Host: api.example.com", "> User-Agent: curl/8.5.0", "> Accept: */*"]
    lines = [
        *sent,
        *(f"> {one}" for one in request),
        "> ",
        f"< HTTP/1.1 {status}",
        *(f"< {one}" for one in response),
        "< ",
    ]
    return "\n".join([*lines, '{"status": "OK"}', "* Connection #0 to host api.example.com left intact", ""])


def seen(facts: Facts, index: int = 0, origin: str = ORIGIN) -> Passage:
    return AsBrowser(facts, origin).passage(facts.timeline.exchange(index))


def words(facts: Facts, passage: Passage) -> list[str]:
    say = Projector(facts).say
    return [f"{step.outcome} {say(step.check)}: {say(step.finding)}" for step in passage.steps]


@pytest.mark.parametrize(
    ("request_lines", "response_lines", "outcome", "gate"),
    [
        ((ASKED,), (f"Access-Control-Allow-Origin: {ORIGIN}",), "passes", None),
        ((), ("Access-Control-Allow-Origin: *",), "passes", None),
        ((ASKED,), (), "blocked", "cors"),
        ((ASKED,), ("Access-Control-Allow-Origin: https://other.example.com",), "blocked", "cors"),
        ((), (), "cannot-tell", "cors"),
        ((), ("Access-Control-Allow-Origin: https://other.example.com",), "cannot-tell", "cors"),
        ((ASKED, "Cookie: sid=1"), ("Access-Control-Allow-Origin: *",), "blocked", "credentials-mode"),
        (
            (ASKED, "Cookie: sid=1"),
            (f"Access-Control-Allow-Origin: {ORIGIN}", "Access-Control-Allow-Credentials: true"),
            "passes",
            None,
        ),
        ((ASKED, "Cookie: sid=1"), (f"Access-Control-Allow-Origin: {ORIGIN}",), "blocked", "credentials-mode"),
        (("X-Api-Key: k",), ("Access-Control-Allow-Origin: *",), "cannot-tell", "cors"),
    ],
)
def test_cors_is_judged_by_what_the_answer_says_to_this_origin(
    request_lines: tuple[str, ...], response_lines: tuple[str, ...], outcome: str, gate: str | None
) -> None:
    passage = seen(curl(call("GET /api/me", request_lines, response_lines)))
    assert (passage.outcome, passage.gate) == (outcome, gate)


def test_an_https_page_never_calls_http() -> None:
    facts = curl(call("GET /api/me", (ASKED,), ("Access-Control-Allow-Origin: *",)), port=80)
    passage = seen(facts)
    assert (passage.outcome, passage.gate) == ("blocked", "mixed-content")
    assert seen(facts, origin="http://app.example.com").outcome == "passes"


def test_the_same_origin_asks_nobody() -> None:
    passage = seen(curl(call("DELETE /api/me", ("X-Api-Key: k",))), origin="https://api.example.com")
    assert (passage.outcome, passage.gate) == ("passes", None)


def test_a_recorded_answer_to_options_is_used() -> None:
    allows = ("Access-Control-Allow-Origin: https://app.example.com", "Access-Control-Allow-Headers: authorization")
    options = call("OPTIONS /api/me", (ASKED, "Access-Control-Request-Method: GET"), allows, "204 No Content")
    get = call("GET /api/me", (ASKED, "Authorization: Bearer abcdefghij"), allows[:1])
    assert seen(curl(options, get), 1).outcome == "passes"
    refused = seen(curl(options, get.replace("Authorization: Bearer", "X-Token:")), 1)
    assert (refused.outcome, refused.gate) == ("blocked", "cors")


def test_what_a_browser_would_ask_first_is_told() -> None:
    facts = curl(call("PUT /api/me", (ASKED, "Content-Type: application/json"), ("Access-Control-Allow-Origin: *",)))
    told = words(facts, seen(facts))
    assert any("first asks for PUT with content-type, and no answer to OPTIONS is recorded" in one for one in told)


def test_headers_a_page_cannot_set_are_told() -> None:
    facts = curl(call("GET /api/me", (ASKED, "Cookie: sid=1"), ("Access-Control-Allow-Origin: *",)))
    assert any("a page cannot set Cookie" in one for one in words(facts, seen(facts)))


@pytest.mark.parametrize(
    ("attributes", "outcome", "gate", "reason"),
    [
        ("SameSite=None; Secure", "passes", None, ""),
        ("SameSite=Lax", "without-cookies", "same-site", "SameSiteLax"),
        ("", "without-cookies", "same-site", "SameSiteUnspecifiedTreatedAsLax"),
        ("SameSite=None", "without-cookies", "cookie", "SameSiteNoneInsecure"),
    ],
)
def test_cookies_of_another_site_need_their_attributes(
    attributes: str, outcome: str, gate: str | None, reason: str
) -> None:
    origin = "https://app.other.net"
    allows = (f"Access-Control-Allow-Origin: {origin}", "Access-Control-Allow-Credentials: true")
    login = call("POST /login", (f"Origin: {origin}",), (*allows, f"Set-Cookie: sid=1; Path=/; {attributes}"))
    passage = seen(curl(login), origin=origin)
    assert (passage.outcome, passage.gate) == (outcome, gate)
    assert [step.source for step in passage.steps if step.outcome == "stop"] == ([reason] if reason else [])


def test_a_lax_cookie_does_not_go_along_with_a_call_from_another_site() -> None:
    origin = "https://app.other.net"
    allows = (f"Access-Control-Allow-Origin: {origin}", "Access-Control-Allow-Credentials: true")
    login = call("POST /login", (f"Origin: {origin}",), (*allows, "Set-Cookie: sid=1; Path=/; SameSite=Lax"))
    me = call("GET /api/me", (f"Origin: {origin}", "Cookie: sid=1"), allows)
    facts = curl(login, me)
    passage = seen(facts, 1, origin)
    assert (passage.outcome, passage.gate) == ("without-cookies", "same-site")
    assert "stop Cookie sent: sid does not go along with a call from another site" in words(facts, passage)


def test_no_answer_tells_nothing() -> None:
    facts = curl(call("GET /api/me", (ASKED,), ()).replace("< HTTP/1.1 200 OK\n< \n", ""))
    assert {seen(facts, one.index).outcome for one in facts.exchanges} <= {"cannot-tell"}
