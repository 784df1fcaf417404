"""hsts-without-https: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import ACCEPTED, PAGE, jwt, sign_in

RULE = "hsts-without-https"
START = PAGE.replace("https", "http") + sign_in(jwt())


def upgraded(after: str, want: str = "", reason: str = "HSTS") -> str:
    """The browser's own redirect, and the call over https."""
    return f"""
    > GET http://api.example.com/api/me
    * type: fetch
    < 307
    < Location: https://api.example.com/api/me
    < Non-Authoritative-Reason: {reason}{want}
    > GET https://api.example.com/api/me
    * type: fetch
    {after}
    """


FAILED = "* error: net::ERR_CONNECTION_REFUSED\n"


def test_points_at_the_browsers_own_redirect() -> None:
    lines = upgraded(FAILED, "   # want: by itself").replace("> GET https", "> GET https")
    head, _, tail = lines.rpartition("> GET https://api.example.com/api/me")
    check_rule(RULE, START + head + "> GET https://api.example.com/api/me   # related: no answer" + tail)


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(START + upgraded(ACCEPTED), id="answered"),
        pytest.param(START + upgraded("< 503\n"), id="answered with an error"),
        pytest.param(START + upgraded("* error: net::ERR_ABORTED\n"), id="the page was left"),
        pytest.param(START + upgraded(FAILED, reason="WebRequest API"), id="an extension redirects"),
        pytest.param(START + upgraded(FAILED).replace("api.example.com", "pixel.tracker.net"), id="another site"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
