"""oversized-header-502: fires on the real thing and stays quiet on its neighbours."""

import re

import pytest

from haranalyze.findings import Confidence
from haranalyze.testing import check_rule
from tests.rules.stories import (
    PAGE,
    UNAUTHORISED,
    asks,
    call,
    fix_lines,
    jwt,
    marked,
    refresh,
    sign_in,
)

RULE = "oversized-header-502"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"
BAD_GATEWAY = "< 502\n< Server: nginx/1.22.1\n< Content-Type: text/html\n<\n< <html><head><title>502 Bad Gateway</title></head></html>\n"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        PAGE
        + refresh("> Accept: */*", marked(UNAUTHORISED, "< 401", "the application itself answers here"))
        + asks("POST", "/auth/signin", "> st-auth-mode: cookie", "> rid: emailpassword")
        + BAD_GATEWAY.replace("<\n<", "<\n<", 1).replace("</html>", "</html>   # want: hands out the session"),
        confidence=Confidence.LIKELY,
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(
            PAGE
            + call("/api/me")
            + BAD_GATEWAY
            + refresh("> Accept: */*", BAD_GATEWAY)
            + asks("POST", "/auth/signin", "> st-auth-mode: cookie", "> rid: emailpassword")
            + BAD_GATEWAY,
            id="everything fails",
        ),
        pytest.param(
            PAGE + sign_in(TOKEN) + call("/api/report", COOKIE) + BAD_GATEWAY, id="a call that sets no session"
        ),
        pytest.param(
            PAGE
            + refresh("> Accept: */*", UNAUTHORISED)
            + asks("POST", "/auth/signin", "> st-auth-mode: cookie")
            + BAD_GATEWAY.replace("502", "504"),
            id="too late, not too large",
        ),
        pytest.param(
            PAGE
            + refresh("> Accept: */*", UNAUTHORISED)
            + call("/api/me")
            + BAD_GATEWAY
            + asks("POST", "/auth/signin", "> st-auth-mode: cookie", "> rid: emailpassword")
            + BAD_GATEWAY,
            id="another call fails the same way while others are answered",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)


def test_the_nginx_lines_pass_nginx_own_check() -> None:
    """nginx starts only if twice the larger buffer fits into all proxy_buffers less one (ngx_http_proxy_module.c)."""
    signed_in = asks("POST", "/auth/signin", "> st-auth-mode: cookie", "> rid: emailpassword")
    lines = fix_lines(RULE, PAGE + refresh("> Accept: */*", UNAUTHORISED) + signed_in + BAD_GATEWAY)
    found = re.search(r"proxy_buffer_size (\d+)k;\s+proxy_buffers (\d+) (\d+)k;", lines)
    assert found, lines
    head, number, size = map(int, found.groups())
    assert 2 * max(head, size) <= (number - 1) * size
