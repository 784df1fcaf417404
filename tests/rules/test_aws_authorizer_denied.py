"""aws-authorizer-denied: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.findings import Confidence, Outcome
from haranalyze.testing import check_outcome, check_rule
from haranalyze.verdict import State
from tests.rules.aws_stories import SERVED, aws_call, said
from tests.rules.stories import PAGE, bearer_sign_in, jwt, marked
from tests.test_verdict import judged

RULE = "aws-authorizer-denied"
TOKEN, OLD = jwt(), jwt(issued=-7200)
BEARER = f"Bearer {TOKEN}"
START = PAGE + bearer_sign_in(TOKEN)
IMPLICIT = '{"Message": "User is not authorized to access this resource"}'
EXPLICIT = '{"Message": "User is not authorized to access this resource with an explicit deny"}'


def refused(status: int, error: str, body: str) -> str:
    call = aws_call("/dev/orders", said(status, error, body, "not expired"), BEARER)
    return marked(call, "> Authorization", "the token it carried")


def test_a_token_that_is_accepted_elsewhere() -> None:
    served = aws_call("/dev/me", SERVED.replace("< 200", "< 200   # related: accepted here"), BEARER)
    check_rule(RULE, START + served + refused(403, "AccessDeniedException", IMPLICIT), confidence=Confidence.LIKELY)


def test_a_token_that_is_accepted_nowhere_leaves_other_reasons_open() -> None:
    answer = refused(401, "UnauthorizedException", '{"message": "Unauthorized"}')
    check_rule(RULE, START + answer, confidence=Confidence.POSSIBLE)


def test_a_missing_right_is_no_fault_of_the_session() -> None:
    analysis = judged(START + aws_call("/dev/orders", said(403, "AccessDeniedException", IMPLICIT), BEARER))
    assert analysis.verdict.state is State.OTHER_TROUBLE
    assert [one.rule for one in analysis.findings] == [RULE]


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(START + aws_call("/dev/a", said(403, "AccessDeniedException", EXPLICIT), BEARER), id="on purpose"),
        pytest.param(
            START + aws_call("/dev/a", said(401, "UnauthorizedException", "{}"), f"Bearer {OLD}"), id="expired"
        ),
        pytest.param(START + aws_call("/dev/a", said(401, "UnauthorizedException", "{}")), id="no token"),
        pytest.param(
            START + aws_call("/a", '< 403\n<\n< {"message": "Forbidden"}\n', BEARER, host="api.example.com"),
            id="not the gateway",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)


def test_cannot_tell_without_the_header_in_the_recording() -> None:
    denied = aws_call("/dev/a", said(403, "AccessDeniedException", IMPLICIT), host="api.example.com")
    bare = PAGE + bearer_sign_in(TOKEN) + aws_call("/me", SERVED, host="api.example.com") * 3
    check_outcome(RULE, bare + denied, Outcome.CANNOT_TELL)
