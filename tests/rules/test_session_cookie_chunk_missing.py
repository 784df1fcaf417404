"""session-cookie-chunk-missing: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule

RULE = "session-cookie-chunk-missing"
AUTH = "__Secure-authjs.session-token"
NET = ".AspNetCore.Cookies"


def ask(cookie: str, answer: str, path: str = "/account", mark: str = "", answer_mark: str = "") -> str:
    status, _, rest = answer.partition("\n")
    return f"""
    * page: https://shop.example.com/
    > GET https://shop.example.com{path}
    * type: fetch
    > Sec-Fetch-Site: same-origin
    > Cookie: {cookie}{mark}
    < {status}{answer_mark}
    {rest}
    """


WANT = {"mark": "   # want: lacks piece", "answer_mark": "   # related: as without a session"}
LOGIN = "302\n    < Location: /login"


@pytest.mark.parametrize(
    ("cookie", "answer", "path"),
    [
        pytest.param(f"{AUTH}.1=b; {AUTH}.2=c", "401", "/account", id="Auth.js, the first"),
        pytest.param(
            f"{AUTH}.0=a; {AUTH}.2=c", "200\n    <\n    < null", "/api/auth/session", id="Auth.js, no session"
        ),
        pytest.param("__session__0=a; __session__2=c", LOGIN, "/account", id="nextjs-auth0"),
        pytest.param(f"{NET}=chunks-2; {NET}C1=a", LOGIN, "/account", id="ASP.NET Core"),
        pytest.param(f"{NET}=chunks-2", LOGIN, "/account", id="ASP.NET Core, none"),
        pytest.param("sb-abc-auth-token.0=a; sb-abc-auth-token.2=b", "401", "/account", id="Supabase"),
    ],
)
def test_a_piece_is_missing(cookie: str, answer: str, path: str) -> None:
    check_rule(RULE, ask(cookie, answer, path, **WANT))


def test_the_last_piece_is_known_from_the_answer_that_set_it() -> None:
    large = "x" * 4100
    check_rule(
        RULE,
        ask(
            "a=1",
            f"200\n    < Set-Cookie: {AUTH}.0=a; Path=/; Secure; HttpOnly"
            f"\n    < Set-Cookie: {AUTH}.1={large}; Path=/; Secure; HttpOnly   # related: not stored",
            "/api/auth/callback",
        )
        + ask(f"{AUTH}.0=a", "401", **WANT),
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(ask(f"{AUTH}.0=a; {AUTH}.1=b", "401"), id="all pieces"),
        pytest.param(ask(f"{AUTH}.1=b", "200\n    <\n    < {{}}"), id="accepted"),
        pytest.param(ask(f"{NET}=chunks-1; {NET}C1=a", LOGIN), id="one piece of one"),
        pytest.param(ask("userSessionC2=a; x=1", "401"), id="a name that ends so"),
        pytest.param(ask("my_session__2=a", "401"), id="a numbered name"),
        pytest.param(ask("theme.1=a", "401"), id="no session"),
        pytest.param(ask(f"{AUTH}=a", "401"), id="in one piece"),
        pytest.param(ask(f"{AUTH}.0=a", "200\n    <\n    < null", "/api/auth/session"), id="one piece, nothing known"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
