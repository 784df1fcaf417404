"""How calls were made: with the session client's marks, around it, or by two clients at once."""

from haranalyze.facts.session_client import (
    bare_calls,
    forgotten_retries,
    has_marks,
    never_marked,
    overlapping_refreshes,
    unknown_recipes,
)
from haranalyze.testing import facts_of
from haranalyze.text import raw
from tests.rules.stories import (
    ACCEPTED,
    PAGE,
    TRY_REFRESH,
    UNAUTHORISED,
    asks,
    bearer_call,
    bearer_sign_in,
    call,
    jwt,
    refresh,
    renewed,
    sign_in,
)

TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}; sRefreshToken=r-1"
START = PAGE + sign_in(TOKEN)


def test_the_marks_are_the_clients_own_headers() -> None:
    facts = facts_of(START + call("/api/me", COOKIE) + ACCEPTED + asks("GET", "/api/x", COOKIE) + UNAUTHORISED)
    by_client, bare = facts.exchanges[2:]
    system = facts.session.system_of(bare)
    assert system is not None
    assert (has_marks(by_client, system), has_marks(bare, system)) == (True, False)
    assert [(one.refusal.exchange, one.marked) for one in bare_calls(facts)] == [(bare, facts.exchanges[1])]


def test_a_bearer_api_has_no_client_of_its_own() -> None:
    facts = facts_of(PAGE + bearer_sign_in(TOKEN) + (bearer_call(None, "< 401\n") * 3))
    assert (bare_calls(facts), never_marked(facts), unknown_recipes(facts)) == ((), (), ())


def test_a_refresh_shows_that_the_client_was_started() -> None:
    bare = asks("GET", "/api/x", COOKIE) + UNAUTHORISED
    assert len(never_marked(facts_of(PAGE + bare * 2))) == 2
    assert never_marked(facts_of(PAGE + bare)) == ()
    assert never_marked(facts_of(PAGE + bare * 2 + asks("POST", "/auth/session/refresh") + UNAUTHORISED)) == ()


def test_a_call_counts_as_forgotten_only_where_the_page_goes_on() -> None:
    given_up = call("/api/a", COOKIE) + TRY_REFRESH + refresh(COOKIE, renewed(TOKEN))
    goes_on = "* +8000 ms\n" + call("/api/b", COOKIE) + ACCEPTED
    assert forgotten_retries(facts_of(START + given_up)) == ()
    (one,) = forgotten_retries(facts_of(START + given_up + goes_on))
    assert (one.call.index, one.refresh.exchange.index, one.retry) == (2, 3, None)


def test_two_refreshes_of_the_same_client_are_no_conflict() -> None:
    twice = refresh(COOKIE, renewed(TOKEN)) + refresh(COOKIE, UNAUTHORISED)
    assert overlapping_refreshes(facts_of(START + twice)) == ()
    own = asks("POST", "/auth/session/refresh", COOKIE) + UNAUTHORISED
    (one,) = overlapping_refreshes(facts_of(START + refresh(COOKIE, renewed(TOKEN)) + own))
    assert (one.by_client.index, one.around.index, one.refused.index) == (2, 3, 3)


def test_a_recipe_is_unknown_where_another_is_served() -> None:
    missed = asks("POST", "/auth/signinup/code", "> rid: passwordless", "> st-auth-mode: cookie") + "< 404\n"
    (one,) = unknown_recipes(facts_of(START + missed))
    assert (one.missed.index, one.served.index) == (2, 1)
    assert one.named is not None
    assert raw(one.named) == "passwordless"
