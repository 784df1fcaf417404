"""aws-incomplete-signature: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.findings import Confidence
from haranalyze.testing import check_rule
from tests.rules.aws_stories import NO_ROUTE, SERVED, SIGNED, aws_call, said
from tests.rules.stories import PAGE, bearer_sign_in, jwt, marked

RULE = "aws-incomplete-signature"
TOKEN = jwt()
BEARER = f"Bearer {TOKEN}"
OWN = "api.example.com"  # a custom domain of the gateway
START = PAGE + bearer_sign_in(TOKEN)
NOT_ONE = '{"message": "Invalid key=value pair (missing equal-sign) in Authorization header (hashed): \'x\'."}'


def test_a_token_where_a_signature_is_wanted() -> None:
    answer = said(403, "IncompleteSignatureException", NOT_ONE, "as an AWS signature")
    call = marked(aws_call("/dev/orders", answer, BEARER), "> Authorization", "not an AWS signature")
    check_rule(RULE, START + call, confidence=Confidence.LIKELY)


def test_the_words_alone_are_enough() -> None:
    answer = f"< 403\n< x-amz-apigw-id: 2\n<\n< {NOT_ONE}   # want: as an AWS signature\n"
    call = marked(aws_call("/dev/orders", answer, BEARER), "> Authorization", "not an AWS signature")
    check_rule(RULE, START + call)


def test_a_call_that_is_served_when_it_is_signed() -> None:
    signed = marked(aws_call("/dev/orders", SERVED, SIGNED, host=OWN), "> Authorization", "served with a signature")
    bare = aws_call(
        "/dev/orders", said(403, "MissingAuthenticationTokenException", NO_ROUTE, "is not signed"), host=OWN
    )
    check_rule(RULE, PAGE + signed + bare, confidence=Confidence.CERTAIN)


@pytest.mark.parametrize(
    ("error", "words", "confidence"),
    [
        ("InvalidSignatureException", "not accepted", Confidence.LIKELY),
        ("ExpiredTokenException", "expired", Confidence.CERTAIN),
        ("UnrecognizedClientException:http://internal", "not accepted", Confidence.LIKELY),
    ],
)
def test_a_signature_that_is_refused(error: str, words: str, confidence: Confidence) -> None:
    call = aws_call("/dev/orders", said(403, error, "{}", words), SIGNED, host=OWN)
    check_rule(RULE, PAGE + marked(call, "> Authorization", "the signature sent"), confidence=confidence)


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(
            START + aws_call("/dev/a", said(403, "MissingAuthenticationTokenException", NO_ROUTE), BEARER),
            id="an unknown route",
        ),
        pytest.param(
            START + aws_call("/dev/a", said(401, "UnauthorizedException", "{}"), BEARER), id="the authorizer's refusal"
        ),
        pytest.param(
            START + aws_call("/dev/a", said(403, "AccessDeniedException", "{}"), BEARER), id="the authorizer's policy"
        ),
        pytest.param(
            START + aws_call("/a", f"< 403\n<\n< {NOT_ONE}\n", BEARER, host="api.example.com"), id="not the gateway"
        ),
        pytest.param(START + aws_call("/dev/a", SERVED, BEARER), id="served"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
