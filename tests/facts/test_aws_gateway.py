"""What AWS API Gateway answers, and what its other answers show about a route."""

import pytest

from haranalyze.facts.aws_gateway import AwsSays, RouteDoubt, aws_answers, is_gateway, is_signed, route_of, turned_down
from haranalyze.testing import facts_of
from tests.rules.aws_stories import NO_ROUTE, SERVED, SIGNED, aws_call, said
from tests.rules.stories import PAGE, bearer_sign_in, jwt

TOKEN = jwt()
START = PAGE + bearer_sign_in(TOKEN)
BEARER = f"Bearer {TOKEN}"
OWN = "api.example.com"


@pytest.mark.parametrize(
    ("status", "error", "body", "says"),
    [
        (403, "MissingAuthenticationTokenException", "{}", AwsSays.NO_ROUTE),
        (404, "MissingAuthenticationTokenException", '{"message": "no such thing"}', AwsSays.NO_ROUTE),
        (403, "", NO_ROUTE, AwsSays.NO_ROUTE),
        (403, "AccessDeniedException:http://internal.amazon.com/", "{}", AwsSays.DENIED),
        (403, "AccessDeniedException", '{"Message": "... with an explicit deny"}', AwsSays.EXPLICIT_DENY),
        (401, "UnauthorizedException", '{"message": "The incoming token has expired"}', AwsSays.TOKEN_EXPIRED),
        (429, "LimitExceededException", "{}", AwsSays.THROTTLED),
        (504, "InternalServerErrorException", '{"message": "Endpoint request timed out"}', AwsSays.INTEGRATION_TIMEOUT),
    ],
)
def test_the_header_decides_and_the_words_may_be_sharper(status: int, error: str, body: str, says: AwsSays) -> None:
    facts = facts_of(START + aws_call("/dev/x", said(status, error, body), BEARER))
    assert [one.says for one in aws_answers(facts)] == [says]


def test_the_application_behind_the_gateway_speaks_for_itself() -> None:
    facts = facts_of(START + aws_call("/dev/x", said(403, "", '{"error": "admins only"}'), BEARER))
    assert is_gateway(facts.exchanges[-1])
    assert aws_answers(facts) == ()


def test_the_same_words_of_another_server_are_not_the_gateways() -> None:
    facts = facts_of(START + aws_call("/x", f"< 403\n<\n< {NO_ROUTE}\n", BEARER, host=OWN))
    assert not is_gateway(facts.exchanges[-1])
    assert aws_answers(facts) == ()


@pytest.mark.parametrize("sent", [BEARER, ""])
def test_a_served_signed_call_shows_that_the_bare_one_lacks_its_signature(sent: str) -> None:
    story = PAGE + aws_call("/dev/x", SERVED, SIGNED, host=OWN)
    facts = facts_of(story + aws_call("/dev/x", said(403, "", NO_ROUTE), sent, host=OWN))
    signed, bare = facts.exchanges[1:]
    assert (is_signed(signed), is_signed(bare)) == (True, False)
    assert route_of(facts, bare).doubt is RouteDoubt.UNSIGNED


def test_without_any_served_call_nothing_is_known_about_the_route() -> None:
    facts = facts_of(START + aws_call("/dev/x", said(403, "", NO_ROUTE), BEARER))
    route = route_of(facts, facts.exchanges[-1])
    assert (route.doubt, route.served) == (RouteDoubt.UNKNOWN, None)


def test_an_expired_token_is_turned_down_for_its_own_sake() -> None:
    old = f"Bearer {jwt(issued=-7200)}"
    denied = said(401, "UnauthorizedException", "{}")
    assert turned_down(facts_of(START + aws_call("/dev/x", denied, old))) == ()
    assert len(turned_down(facts_of(START + aws_call("/dev/x", denied, BEARER)))) == 1
