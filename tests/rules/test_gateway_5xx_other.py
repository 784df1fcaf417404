"""gateway-5xx-other: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.aws_stories import aws_call, said
from tests.rules.stories import (
    ACCEPTED,
    PAGE,
    UNAUTHORISED,
    asks,
    bearer_sign_in,
    call,
    jwt,
    marked,
    refresh,
    sign_in,
)

RULE = "gateway-5xx-other"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        PAGE
        + sign_in(TOKEN)
        + call("/api/report", COOKIE)
        + "< 502\n< Server: nginx/1.22.1\n< Content-Type: text/html\n<\n< <html><head><title>502 Bad Gateway</title></head></html>   # want: not by the application\n",
    )


GATEWAY = "< Server: nginx/1.22.1\n< Content-Type: text/html\n<\n< <title>{status}</title>\n"


def failing(status: int, want: str = "") -> str:
    """A gateway's own error page."""
    page = f"< {status}\n" + GATEWAY.replace("{status}", f"{status} nginx")
    return marked(page, "< <title>", want, "want") if want else page


def test_a_sign_in_that_comes_too_late_is_not_a_matter_of_size() -> None:
    check_rule(
        RULE,
        PAGE
        + refresh("> Accept: */*", UNAUTHORISED)
        + asks("POST", "/auth/signin", "> st-auth-mode: cookie")
        + failing(504, "not by the application"),
    )


def test_a_sign_in_that_fails_like_other_calls_is_not_a_matter_of_size() -> None:
    check_rule(
        RULE,
        PAGE
        + refresh("> Accept: */*", UNAUTHORISED)
        + call("/api/me")
        + failing(502, "not by the application")
        + asks("POST", "/auth/signin", "> st-auth-mode: cookie")
        + marked(failing(502), "< 502", "the same"),
    )


@pytest.mark.parametrize(
    ("status", "error", "body", "words"),
    [
        (500, "AuthorizerFailureException", '{"message": null}', "authorizer crashed"),
        (504, "InternalServerErrorException", '{"message": "Endpoint request timed out"}', "longer than"),
        (502, "InternalServerErrorException", '{"message": "Internal server error"}', "could not use the answer"),
    ],
)
def test_the_classes_that_the_aws_gateway_names(status: int, error: str, body: str, words: str) -> None:
    answer = marked(said(status, error, body), "< {" if status == 504 else "< x-amzn-errortype", words, "want")
    story = PAGE + bearer_sign_in(TOKEN) + aws_call("/orders", answer, f"Bearer {TOKEN}", host="api.example.com")
    check_rule(RULE, story)


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(
            PAGE
            + refresh("> Accept: */*", UNAUTHORISED)
            + asks("POST", "/auth/signin", "> st-auth-mode: cookie")
            + "< 502\n< Server: nginx/1.22.1\n< Content-Type: text/html\n<\n< <title>502 Bad Gateway</title>\n",
            id="only sign-in fails",
        ),
        pytest.param(PAGE + sign_in(TOKEN) + call("/api/me", COOKIE) + ACCEPTED, id="accepted"),
        pytest.param(PAGE + sign_in(TOKEN) + call("/api/me", COOKIE) + UNAUTHORISED, id="refused"),
        pytest.param(
            PAGE
            + sign_in(TOKEN)
            + call("/api/report", COOKIE)
            + "< 502\n< X-Powered-By: Express\n< Content-Type: application/json\n<\n< {}\n",
            id="the application itself answers 502",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
