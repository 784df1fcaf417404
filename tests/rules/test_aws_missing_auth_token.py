"""aws-missing-auth-token: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.findings import Confidence
from haranalyze.testing import check_rule
from tests.rules.aws_stories import GATEWAY, NO_ROUTE, SERVED, SIGNED, aws_call, said
from tests.rules.stories import ACCEPTED, NO_TOKEN, PAGE, asks, bearer_call, bearer_sign_in, jwt

RULE = "aws-missing-auth-token"
TOKEN = jwt()
BEARER = f"Bearer {TOKEN}"
START = PAGE + bearer_sign_in(TOKEN)
UNKNOWN = "MissingAuthenticationTokenException"


def test_points_at_the_exchange_that_proves_it() -> None:
    missing = said(403, UNKNOWN, NO_ROUTE, "no such path, stage or method")
    check_rule(RULE, START + aws_call("/dev/orders", missing, BEARER), confidence=Confidence.LIKELY)


@pytest.mark.parametrize(
    ("served", "called", "words"),
    [
        pytest.param(("GET", "/dev/orders"), ("DELETE", "/dev/orders"), "not with this method", id="method"),
        pytest.param(("GET", "/prod/orders"), ("GET", "/dev/orders"), "no such stage", id="stage"),
        pytest.param(("GET", "/dev/users"), ("GET", "/dev/orders"), "no such path", id="path"),
    ],
)
def test_a_call_that_was_served_shows_what_is_wrong(
    served: tuple[str, str], called: tuple[str, str], words: str
) -> None:
    answer = SERVED.replace("< 200", "< 200   # related: served")
    story = PAGE + aws_call(served[1], answer, BEARER, method=served[0])
    story += aws_call(called[1], said(403, UNKNOWN, NO_ROUTE, words), BEARER, method=called[0])
    check_rule(RULE, story, confidence=Confidence.CERTAIN)


def test_a_body_that_was_kept_tells_where_the_header_is_missing() -> None:
    answer = f"< 403\n< x-amz-apigw-id: 2\n<\n< {NO_ROUTE}   # want: no such\n"
    check_rule(RULE, PAGE + aws_call("/dev/orders", answer, BEARER))


def test_a_preflight_without_an_options_method() -> None:
    preflight = asks("OPTIONS", "/dev/orders", "> Access-Control-Request-Method: GET", host=GATEWAY)
    story = START + preflight + said(403, UNKNOWN, NO_ROUTE, "no OPTIONS method")
    check_rule(RULE, story + aws_call("/dev/users", SERVED, BEARER), confidence=Confidence.CERTAIN)


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(PAGE + bearer_sign_in(TOKEN) + bearer_call(BEARER, "< 403\n"), id="a plain 403"),
        pytest.param(PAGE + bearer_sign_in(TOKEN) + bearer_call(None, NO_TOKEN), id="no token"),
        pytest.param(PAGE + bearer_sign_in(TOKEN) + bearer_call(BEARER, ACCEPTED), id="accepted"),
        pytest.param(
            START + aws_call("/dev/orders", SERVED, SIGNED) + aws_call("/dev/orders", said(403, UNKNOWN, NO_ROUTE)),
            id="the same call was served when signed",
        ),
        pytest.param(
            START + aws_call("/dev/orders", said(401, "UnauthorizedException", '{"message": "Unauthorized"}')),
            id="the authorizer's 401",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
