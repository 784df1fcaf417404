"""An opened row: what it shows of headers, cookies, claims, CORS, sizes and links, and nothing secret."""

import shlex

import msgspec
import pytest

from haranalyze.analysis import examine
from haranalyze.capture.transcript import read_transcript
from haranalyze.redaction import Projector
from haranalyze.report import details as module
from haranalyze.report.details import Curl, Detail, curl, details
from haranalyze.rulebook import Rulebook
from tests.rules.stories import ACCEPTED, NO_TOKEN, PAGE, asks, bearer_call, bearer_sign_in, call, jwt, sign_in


def told(story: str) -> dict[int, Detail]:
    analysis = examine(read_transcript(story), Rulebook.installed())
    return {one.exchange: one for one in details(analysis, Projector(analysis.facts))}


def command(story: str) -> Curl:
    analysis = examine(read_transcript(story), Rulebook.installed())
    made = curl(analysis, Projector(analysis.facts))
    assert made
    return made


def test_cookies_sent_and_left_out_carry_their_reasons() -> None:
    token = jwt()
    story = PAGE + sign_in(token) + call("/api/me", f"> Cookie: sAccessToken={token}") + ACCEPTED
    made = told(story)
    assert [(one.name, one.set_by) for one in made[2].sent] == [("sAccessToken", 1)]
    assert [(one.name, one.reason, one.finding) for one in made[2].left] == [("sRefreshToken", "NotOnPath", None)]
    assert [(one.fate, one.reason) for one in made[1].set] == [("stored", ""), ("stored", "")]


def test_a_refused_cookie_says_why() -> None:
    line = "\n< Set-Cookie: sAccessToken=abc; Path=/; Domain=other.net\n"
    made = told(PAGE + sign_in(jwt(), setting=line))
    assert [(one.fate, one.reason) for one in made[1].set] == [("refused", "DomainMismatch")]


def test_claims_are_shown_as_origins_lengths_and_times() -> None:
    token = jwt(lives=60)
    story = PAGE + bearer_sign_in(token) + bearer_call(f"Bearer {token}", ACCEPTED)
    claims = told(story)[2].claims[0]
    assert (claims.algorithm, claims.side, claims.signature) == ("RS256", "request", "unknown")
    assert claims.left is not None
    assert 55_000 < claims.left <= 60_000
    assert claims.shown["subject"].startswith("«subject 1, ")
    assert "user-1" not in msgspec.json.encode(claims).decode()


def test_sizes_links_and_cors_stand_beside() -> None:
    story = PAGE + bearer_sign_in(jwt()) + bearer_call(f"Bearer {jwt()}", ACCEPTED) + asks("GET", "/orders") + NO_TOKEN
    made = told(story)
    assert made[3].sizes.request > 50
    assert made[2].cors.startswith(("allowed", "refused", "cannot"))


def test_only_so_many_exchanges_have_details_and_those_that_findings_name_come_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MOST", 30)
    story = PAGE + bearer_sign_in(jwt()) + bearer_call(f"Bearer {jwt()}", ACCEPTED) * 200 + asks("GET", "/orders")
    made = told(story + NO_TOKEN)
    assert len(made) == 30
    assert 202 in made
    assert 1 in made


def test_the_command_repeats_the_call_with_chips_for_secrets() -> None:
    token = jwt()
    story = PAGE + bearer_sign_in(token) + bearer_call(f"Bearer {token}", ACCEPTED) + asks("GET", "/orders") + NO_TOKEN
    made = command(story)
    words = shlex.split(made.command.replace("\\\n", " "))
    assert made.exchange == 3
    assert words[:5] == ["curl", "-i", "-X", "GET", "https://api.example.com/orders"]
    assert "origin: https://app.example.com" in words
    assert token not in made.command


def test_a_quote_in_a_header_cannot_end_the_word_of_the_command() -> None:
    story = PAGE + bearer_sign_in(jwt()) + asks("GET", "/orders", "> rid: a'; touch /tmp/x; '") + NO_TOKEN
    words = shlex.split(command(story).command.replace("\\\n", " "))
    assert "touch" not in words
