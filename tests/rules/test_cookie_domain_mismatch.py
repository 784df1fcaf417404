"""cookie-domain-mismatch: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.findings import Confidence
from haranalyze.testing import check_rule
from tests.rules.stories import (
    ACCEPTED,
    CORS,
    FOREIGN,
    PAGE,
    UNAUTHORISED,
    asks,
    call,
    cookies,
    jwt,
    marked,
    sign_in,
)

RULE = "cookie-domain-mismatch"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        PAGE
        + sign_in(
            TOKEN,
            setting=f"< Set-Cookie: sAccessToken={TOKEN}; Path=/; Domain=.other.net; HttpOnly; Secure   # want: Domain\n",
        )
        + marked(call("/api/me", "> Accept: */*"), "> GET", "sent without it, answered 401")
        + UNAUTHORISED,
    )


def sibling(cookie: str = "> Accept: */*", want: str = "", host: str = "api2.example.com") -> str:
    """The session client's call to another host of the same site."""
    return asks("GET", f"/api/me{want}", "> st-auth-mode: cookie", "> rid: anti-csrf", cookie, host=host)


def test_a_cookie_without_domain_stays_with_the_host_that_set_it() -> None:
    setting = marked(cookies(TOKEN), "< Set-Cookie: sAccessToken", "kept for api.example.com alone", "want")
    refused = marked(UNAUTHORISED, "< 401", "the other host gets no cookie")
    check_rule(RULE, PAGE + sign_in(TOKEN, setting=setting) + sibling() + refused, confidence=Confidence.LIKELY)


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(
            PAGE
            + sign_in(TOKEN, setting=cookies(TOKEN, attributes="; Path=/; Domain=example.com; HttpOnly; Secure"))
            + sibling(COOKIE)
            + ACCEPTED,
            id="shared",
        ),
        pytest.param(PAGE + sign_in(TOKEN) + sibling() + FOREIGN, id="another system"),
        pytest.param(PAGE + sign_in(TOKEN) + sibling(host="api.other.net") + UNAUTHORISED, id="another site"),
        pytest.param(PAGE + sibling() + UNAUTHORISED + sign_in(TOKEN), id="before signing in"),
    ],
)
def test_sibling_hosts_that_share_no_session(transcript: str) -> None:
    check_rule(RULE, transcript)


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(PAGE + sign_in(TOKEN) + call("/api/me", COOKIE) + ACCEPTED, id="right attributes"),
        pytest.param(
            PAGE
            + sign_in(TOKEN)
            + asks("POST", "/auth/signout", COOKIE)
            + f"< 200\n{CORS}\n< Set-Cookie: sAccessToken=; Max-Age=0; Path=/; Domain=.other.net; HttpOnly; Secure\n",
            id="a deletion",
        ),
        pytest.param(
            PAGE + sign_in(TOKEN, setting=cookies(TOKEN, attributes="; Path=/; Domain=.example.com; HttpOnly; Secure")),
            id="a parent domain",
        ),
        pytest.param(
            """
            * page: http://jobs.paper.example/
            > GET http://jobs.paper.example/
            * type: document
            < 301
            < Set-Cookie: PHPSESSID=abcdefghijklmnop; path=/; domain=.jobs.example
            < Location: https://be.jobs.example/
            > GET https://be.jobs.example/
            * type: document
            < 200
            < Set-Cookie: PHPSESSID=qrstuvwxyzqrstuv; path=/; domain=.jobs.example
            > GET https://be.jobs.example/offers
            > Cookie: PHPSESSID=qrstuvwxyzqrstuv
            < 200
            """,
            id="a page sets a cookie for the site it only leads to",
        ),
        pytest.param(
            PAGE
            + sign_in(
                TOKEN,
                setting=cookies(TOKEN, attributes="; Path=/; Domain=.other.net; HttpOnly; Secure") + cookies(TOKEN),
            )
            + call("/api/me", COOKIE)
            + ACCEPTED,
            id="the same cookie is set for the host as well",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)


def test_a_cookie_with_a_usual_name_counts_once_the_host_refuses_a_call_without_it() -> None:
    check_rule(
        RULE,
        """
        * page: https://app.example.com/
        > GET https://app.example.com/
        * type: document
        < 200
        < Set-Cookie: PHPSESSID=abcdefghijklmnop; path=/; domain=.other.net   # want: Domain
        > GET https://app.example.com/api/me   # related: sent without it
        < 401
        """,
    )
