"""One verdict: what leads, what follows, and when there is no answer."""

from haranalyze.analysis import Analysis, examine
from haranalyze.capture.transcript import read_transcript
from haranalyze.findings import Confidence, Owner
from haranalyze.redaction import Projector
from haranalyze.rulebook import Rulebook
from haranalyze.verdict import State
from tests.rules.stories import ACCEPTED, CORS, FOREIGN, PAGE, UNAUTHORISED, asks, call, jwt, refresh, renewed, sign_in

TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"


def judged(transcript: str) -> Analysis:
    return examine(read_transcript(transcript), Rulebook.installed())


def test_the_cause_leads_and_the_loop_follows_from_it() -> None:
    rounds = "".join(call("/api/legacy", COOKIE) + FOREIGN + refresh(COOKIE, renewed(jwt(number=n))) for n in range(2))
    analysis = judged(PAGE + sign_in(TOKEN) + rounds + call("/api/legacy", COOKIE) + FOREIGN)
    assert analysis.verdict.state is State.FAULT
    assert analysis.verdict.root is not None
    assert analysis.verdict.root.rule == "foreign-401"
    assert [one.rule for one in analysis.findings if one.consequence_of == analysis.verdict.root.id] == ["refresh-loop"]
    assert analysis.verdict.chain == ("f1", "f2")


def test_a_healthy_session_is_called_so_with_certainty() -> None:
    verdict = judged(PAGE + sign_in(TOKEN) + call("/api/me", COOKIE) + ACCEPTED).verdict
    assert (verdict.state, verdict.confidence, verdict.owner) == (State.HEALTHY, Confidence.CERTAIN, None)


def test_a_server_that_is_down_is_other_trouble() -> None:
    gone = "< 502\n< Server: nginx/1.22.1\n< Content-Type: text/html\n<\n< <title>502 Bad Gateway</title>\n"
    analysis = judged(PAGE + sign_in(TOKEN) + call("/api/report", COOKIE) + gone)
    assert analysis.verdict.state is State.OTHER_TROUBLE
    assert analysis.verdict.root is not None
    assert analysis.verdict.root.rule == "gateway-5xx-other"


def test_a_refusal_that_nothing_explains_cannot_be_told() -> None:
    analysis = judged(PAGE + sign_in(TOKEN) + call("/api/me", COOKIE) + "< 401\n")
    assert analysis.verdict.state is State.CANNOT_TELL
    assert analysis.verdict.owner is Owner.CAPTURE
    assert analysis.verdict.in_question == (2,)


def test_without_cookies_in_the_recording_the_verdict_asks_for_a_better_one() -> None:
    bare = sign_in(TOKEN, setting="") + (call() + ACCEPTED) * 3 + call("/api/late") + UNAUTHORISED
    analysis = judged(PAGE + bare)
    assert analysis.verdict.state is State.CANNOT_TELL
    assert analysis.verdict.next_step is not None
    assert "sensitive data" in Projector().say(analysis.verdict.next_step)


def test_a_sign_in_that_fails_without_a_known_reason_is_not_called_healthy() -> None:
    asked = asks("POST", "/auth/signin", "> st-auth-mode: cookie", "> fdi-version: 4.1")
    assert judged(PAGE + asked + f"< 409\n{CORS}\n").verdict.state is State.CANNOT_TELL
    crashed = judged(PAGE + asked + f"< 500\n{CORS}\n").verdict
    assert crashed.state is State.OTHER_TROUBLE
    assert crashed.owner is Owner.API


def test_a_recording_without_a_session_says_so() -> None:
    verdict = judged("> GET https://example.com/\n* type: document\n< 200\n").verdict
    assert verdict.state is State.HEALTHY
    assert verdict.confidence is Confidence.POSSIBLE


def test_the_same_cause_on_another_host_and_day_has_the_same_fingerprint() -> None:
    story = PAGE + sign_in(TOKEN) + asks("GET", "/api/me") + UNAUTHORISED
    one = judged(story).findings[0].fingerprint
    other = judged("* date: 2025-01-02T03:04:05Z\n" + story.replace("example.com", "acme.test")).findings[0].fingerprint
    assert one == other
    assert one.startswith("v1:")


REFUSED = "< 401\n< Content-Type: application/json\n<\n< {}\n"


def test_a_refused_call_without_any_session_is_named() -> None:
    visited = "> GET https://app.example.com/\n* type: document\n< 200\n"
    analysis = judged(visited + "> GET https://api.example.com/me\n* type: fetch\n" + REFUSED)
    assert (analysis.verdict.state, analysis.verdict.confidence) == (State.HEALTHY, Confidence.POSSIBLE)
    assert "#1, answered 401" in Projector().say(analysis.verdict.headline)


def test_a_call_refused_after_a_sign_in_without_any_cookie_in_the_recording_cannot_be_told() -> None:
    visited = "> GET https://app.example.com/\n* type: document\n< 200\n"
    signed_in = (
        "> POST https://api.example.com/login\n* type: fetch\n< 200\n< Content-Type: application/json\n<\n< {}\n"
    )
    analysis = judged(visited + signed_in + "> GET https://api.example.com/me\n* type: fetch\n" + REFUSED)
    assert analysis.verdict.state is State.CANNOT_TELL
    assert analysis.verdict.in_question == (2,)
    assert judged(visited + signed_in).verdict.state is State.HEALTHY
