"""What decides, what matters and what is expected between two recordings."""

from haranalyze.analysis import examine
from haranalyze.capture.transcript import read_transcript
from haranalyze.comparison.document import Comparison, build
from haranalyze.rulebook import Rulebook
from tests.rules.stories import (
    ACCEPTED,
    CORS,
    NO_TOKEN,
    PAGE,
    TRY_REFRESH,
    asks,
    bearer_call,
    bearer_sign_in,
    call,
    jwt,
    refresh,
    renewed,
    sign_in,
)

BOOK = Rulebook.installed()
TOKEN = f"Bearer {jwt()}"
BEARER = PAGE + bearer_sign_in(jwt())


def compared(good: str, bad: str) -> Comparison:
    return build(*(examine(read_transcript(story), BOOK) for story in (good, bad)))


def kinds(made: Comparison) -> list[str]:
    return [one.kind for step in made.steps if step.state == "parts" for one in step.changes]


def test_a_token_in_another_form_decides() -> None:
    made = compared(BEARER + bearer_call(TOKEN, ACCEPTED), BEARER + bearer_call("Bearer undefined", NO_TOKEN))
    assert kinds(made)[0] == "token"
    assert "a well-formed Authorization header in the good recording and a literal instead of a token" in made.headline


def test_an_expired_token_decides() -> None:
    short = jwt(lives=-60)
    bad = PAGE + bearer_sign_in(short) + bearer_call(f"Bearer {short}", NO_TOKEN)
    made = compared(BEARER + bearer_call(TOKEN, ACCEPTED), bad)
    assert kinds(made)[0] == "token"
    assert "a token that is valid in the good recording and one that is over" in made.headline


def test_a_renewal_that_works_is_no_divergence() -> None:
    """The failing recording merely began with an older token: refused, renewed, repeated, accepted."""
    old, new = jwt(lives=-5), jwt(number=1)
    good = PAGE + sign_in(new) + call("/api/me", f"> Cookie: sAccessToken={new}") + ACCEPTED
    bad = (
        PAGE
        + sign_in(old)
        + call("/api/me", f"> Cookie: sAccessToken={old}")
        + TRY_REFRESH
        + refresh("> Cookie: sRefreshToken=r-1", renewed(new))
        + call("/api/me", f"> Cookie: sAccessToken={new}")
        + ACCEPTED
    )
    assert compared(good, bad).state != "parts" or "POST /auth/session/refresh" not in compared(good, bad).headline


def test_a_redirect_that_leads_elsewhere_decides() -> None:
    def leads(to: str) -> str:
        return BEARER + asks("GET", "/account") + f"< 302\n{CORS}\n< Location: https://app.example.com{to}\n"

    made = compared(leads("/home"), leads("/login"))
    assert "GET /account redirects to /home in the good recording and to /login in the failing one" in made.headline
    assert compared(leads("/home?t=1"), leads("/home?t=2")).state == "same"


def test_no_answer_decides() -> None:
    made = compared(
        BEARER + bearer_call(TOKEN, ACCEPTED),
        BEARER + asks("GET", "/orders", f"> Authorization: {TOKEN}") + "* error: net::ERR_TIMED_OUT\n",
    )
    assert "GET /orders is answered 200 in the good recording and gets no answer in the failing one" in made.headline


def test_the_good_recording_that_goes_on_alone_is_the_last_resort() -> None:
    made = compared(BEARER + bearer_call(TOKEN, ACCEPTED), BEARER)
    assert "the good recording goes on with GET /orders and the failing one does not" in made.headline


def test_dates_sizes_and_token_values_are_counted_only() -> None:
    one = bearer_call(TOKEN, ACCEPTED).replace("< 200", "< 200\n< Date: Sun, 22 Nov 2026 02:34:24 GMT\n< ETag: a")
    other = bearer_call(f"Bearer {jwt(number=7)}", ACCEPTED).replace(
        "< 200", "< 200\n< Date: Sun, 22 Nov 2026 02:34:25 GMT\n< ETag: bcd"
    )
    made = compared(BEARER + one, PAGE + bearer_sign_in(jwt(number=7)) + other)
    assert made.state == "same"
    assert made.minor == {"dates": 1}


def test_a_header_of_the_app_that_is_missing_matters_and_stands_beside_the_status() -> None:
    good = asks("GET", "/orders", f"> Authorization: {TOKEN}", "> X-Tenant: a") + ACCEPTED
    bad = asks("GET", "/orders", f"> Authorization: {TOKEN}") + ACCEPTED.replace("200", "400")
    made = compared(BEARER + good, BEARER + bad)
    assert kinds(made)[0] == "status"
    assert "x-tenant «header" in made.difference
    assert "what differs lies behind it" not in made.difference


def test_the_same_flow_in_another_environment_is_laid_side_by_side() -> None:
    good = BEARER + bearer_call(TOKEN, ACCEPTED)
    bad = (BEARER + bearer_call("Bearer undefined", NO_TOKEN)).replace("example.com", "staging.example.org")
    made = compared(good, bad)
    assert [step.state for step in made.steps] == ["same", "differs", "parts"]
    assert "GET /orders carries a well-formed Authorization header in the good recording" in made.headline


def test_what_a_recording_may_have_left_out_is_not_called_absent() -> None:
    """The failing recording shows no credential anywhere: its export may have removed them."""
    made = compared(BEARER + bearer_call(TOKEN, ACCEPTED), BEARER + bearer_call(None, NO_TOKEN))
    assert "GET /orders is answered 200 in the good recording and is answered 401" in made.headline
    assert "authorization Bearer «token" in made.difference
    assert "not recorded in the failing one" in made.difference
    assert "The recorded request is the same" not in made.difference
