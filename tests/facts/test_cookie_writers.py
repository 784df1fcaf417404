"""Two writers of one cookie: told apart by host or program, and by the harm they do."""

from haranalyze.facts.cookie_writers import overwritings
from haranalyze.testing import facts_of
from tests.rules.stories import jwt
from tests.rules.test_session_set_by_two_writers import BLOG, LOST, SHOP, SIGN_IN, VISIT, WORKS


def test_the_call_that_was_sent_away() -> None:
    (one,) = overwritings(facts_of(SIGN_IN + WORKS + VISIT + LOST))
    assert one.refused is not None
    assert (one.first.exchange.index, one.second.exchange.index, one.refused.index) == (0, 2, 3)
    assert not one.another_user


def test_a_token_of_somebody_else() -> None:
    ours, theirs = jwt("user-1"), jwt("user-2")
    story = (SIGN_IN + WORKS + VISIT).replace(SHOP, ours).replace(BLOG, theirs).replace("connect.sid", "token")
    (one,) = overwritings(facts_of(story))
    assert one.another_user
    assert one.refused is None


def test_a_newer_token_of_the_same_user_is_none() -> None:
    ours, newer = jwt("user-1"), jwt("user-1", number=2)
    story = (SIGN_IN + WORKS + VISIT).replace(SHOP, ours).replace(BLOG, newer).replace("connect.sid", "token")
    assert overwritings(facts_of(story)) == ()
