"""Session systems told by their names, paths and headers; and everything that only looks like one."""

from __future__ import annotations

import pytest

from haranalyze.capture.transcript import read_transcript
from haranalyze.facts import Facts
from haranalyze.facts.session import RefreshResult, Role, Says, Session, SignInResult
from haranalyze.systems import builtin_systems
from haranalyze.timeline import Timeline
from tests.facts.counting import lines_run

PAGE = "* page: https://app.example.com/\n> GET https://app.example.com/\n* type: document\n< 200\n"
FROM_US = "> Origin: https://app.example.com"
LONG = "abcdefghijklmnopqrstuvwxyz0123456789"


def session(transcript: str) -> Session:
    return Facts(Timeline(read_transcript(PAGE + transcript))).session


def call(
    url: str,
    status: int = 200,
    *,
    method: str = "GET",
    sent: tuple[str, ...] = (),
    form: str = "",
    got: tuple[str, ...] = (),
    body: str = "{}",
) -> str:
    """One call of the page; ``form`` is what it posts, ``sent`` and ``got`` are header lines."""
    url = url if "://" in url else f"https://app.example.com{url}"
    lines = [f"> {method} {url}", FROM_US, *(f"> {line}" for line in sent), *((">", f"> {form}") if form else ())]
    lines += ["* type: fetch", f"< {status}", "< Content-Type: application/json", *(f"< {line}" for line in got)]
    return "\n".join([*lines, "<", f"< {body}", ""])


def sets(*cookies: str, path: str = "/home") -> str:
    return call(path, got=tuple(f"Set-Cookie: {cookie}={LONG}; Path=/; HttpOnly; Secure" for cookie in cookies))


TOKENS = f'{{"access_token":"{LONG}1","refresh_token":"{LONG}2","expires_in":300}}'
SHOWN = {
    "authjs": sets("__Secure-authjs.session-token.0"),
    "next-auth": sets("next-auth.session-token"),
    "auth0": call(
        "https://acme.eu.auth0.com/oauth/token", method="POST", sent=("Auth0-Client: eyJuYW1lIjoiYXV0aDAifQ",)
    ),
    "nextjs-auth0": sets("__session__0", "__txn_abc"),
    "okta": call("https://acme.okta.com/oauth2/default/v1/token", method="POST", form="grant_type=authorization_code"),
    "cognito": call(
        "https://cognito-idp.eu-west-1.amazonaws.com/",
        method="POST",
        sent=("X-Amz-Target: AWSCognitoIdentityProviderService.InitiateAuth",),
        form='{"AuthFlow":"USER_SRP_AUTH"}',
    ),
    "keycloak": call("https://id.example.com/realms/acme/protocol/openid-connect/token", method="POST"),
    "firebase": call("https://identitytoolkit.googleapis.com/v1/accounts:signInWithPassword", method="POST"),
    "supabase": call("https://abcd.supabase.co/auth/v1/token?grant_type=password", method="POST", body=TOKENS),
    "clerk": sets("__session") + call("/api", sent=(f"Cookie: __session={LONG}; __client_uat=1700000000",)),
    "django": sets("sessionid", "csrftoken"),
    "laravel": sets("laravel_session", "XSRF-TOKEN"),
    "rails": call("/home", got=(f"Set-Cookie: _shop_session={LONG}; HttpOnly", "X-Runtime: 0.041")),
    "spring-security": sets("JSESSIONID", "XSRF-TOKEN"),
    "aspnet-core": sets(".AspNetCore.Identity.Application"),
    "express-session": call("/home", got=(f"Set-Cookie: connect.sid=s%3A{LONG}.{LONG}; HttpOnly",)),
    "better-auth": sets("__Secure-better-auth.session_token"),
    "iron-session": call("/home", got=(f"Set-Cookie: app_session=Fe26.2*1*{LONG}; HttpOnly; Secure",)),
    "ory-kratos": sets("ory_kratos_session"),
    "ory-hydra": call(
        "https://id.example.com/oauth2/auth?client_id=a&response_type=code",
        302,
        got=(f"Set-Cookie: ory_hydra_login_csrf_123={LONG}; HttpOnly",),
    ),
    "entra": call("https://login.microsoftonline.com/common/oauth2/v2.0/token", method="POST", body=TOKENS),
}


def test_every_system_known_by_names_has_its_row() -> None:
    assert {one.id for one in builtin_systems() if one.like or one.provider} == set(SHOWN)


@pytest.mark.parametrize("system", SHOWN)
def test_a_system_is_named_where_it_shows_and_says_by_what(system: str) -> None:
    found = session(SHOWN[system]).systems
    assert [one.system.id for one in found] == [system]
    assert found[0].confidence >= 0.5
    assert found[0].evidence
    assert found[0].hosts


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(sets("JSESSIONID"), id="any servlet container"),
        pytest.param(sets("sessionid"), id="a session cookie of Django's name alone"),
        pytest.param(sets("session", "csrftoken"), id="a csrftoken beside another cookie"),
        pytest.param(sets("__session"), id="a cookie three products call so"),
        pytest.param(sets("_shop_session"), id="an underscore and _session"),
        pytest.param(sets("sid", "XSRF-TOKEN"), id="an Angular app"),
        pytest.param(call("/session/new", got=(f"Set-Cookie: sid=s%3A{LONG}.x; HttpOnly",)), id="a signed cookie"),
        pytest.param(call("/oauth/token", method="POST", body=TOKENS), id="a token endpoint of one's own"),
        pytest.param(call("/oauth2/auth?x=1", method="POST"), id="a path Hydra has too"),
    ],
)
def test_a_name_that_others_use_too_names_nobody(transcript: str) -> None:
    assert [one.system.id for one in session(transcript).systems if not one.system.generic] == []


def test_cookies_of_other_programs_on_the_same_machine_name_nobody() -> None:
    story = "* page: http://localhost:8081/\n> GET http://localhost:8081/\n> Cookie: connect.sid=s%3Aabc.def\n< 200\n"
    found = Facts(Timeline(read_transcript(story))).session.systems
    assert [one.system.id for one in found if not one.system.generic] == []


def test_a_frame_of_somebody_else_that_signs_in_at_a_provider_is_not_ours() -> None:
    url = "https://identitytoolkit.googleapis.com/v1/accounts:signInWithPassword"
    assert session(call(url, method="POST").replace(FROM_US, "> Origin: https://chat.widget.example")).systems == ()


def test_a_vendors_host_alone_names_nobody() -> None:
    assert session(call("https://widgets.supabase.co/rest/v1/stars", sent=("apikey: abc",))).systems == ()


def test_the_systems_words_are_its_own_and_never_foreign() -> None:
    story = session(
        sets("sessionid", "csrftoken")
        + call("/api/me", 401, body='{"detail":"Authentication credentials were not provided."}')
    )
    (refusal,) = story.refusals
    assert (refusal.by and refusal.by.id, refusal.foreign) == ("django-rest-framework", False)


def test_a_supertokens_backend_stays_supertokens_beside_other_cookies() -> None:
    story = session(
        call("/auth/signin", method="POST", got=("front-token: e30=", f"Set-Cookie: sAccessToken={LONG}; HttpOnly"))
        + sets("connect.sid", "sessionid", "csrftoken")
    )
    assert [one.system.id for one in story.systems] == ["supertokens"]


FIREBASE = "https://securetoken.googleapis.com/v1/token?key=abc"
COGNITO = "https://cognito-idp.eu-west-1.amazonaws.com/"
TARGET = "X-Amz-Target: AWSCognitoIdentityProviderService."
COGNITO_TOKENS = f'{{"AuthenticationResult":{{"AccessToken":"{LONG}1","IdToken":"{LONG}2"}}}}'


@pytest.mark.parametrize(
    ("transcript", "results"),
    [
        pytest.param(
            call(FIREBASE, method="POST", form="grant_type=refresh_token&refresh_token=abc", body=TOKENS),
            [RefreshResult.OK],
            id="Firebase",
        ),
        pytest.param(
            call(COGNITO, method="POST", sent=(f"{TARGET}GetTokensFromRefreshToken",), form="{}", body=COGNITO_TOKENS),
            [RefreshResult.OK],
            id="Cognito with rotation",
        ),
        pytest.param(
            call(
                COGNITO,
                method="POST",
                sent=(f"{TARGET}InitiateAuth",),
                form='{"AuthFlow":"REFRESH_TOKEN_AUTH"}',
                body=COGNITO_TOKENS,
            ),
            [RefreshResult.OK],
            id="Cognito without rotation",
        ),
        pytest.param(
            call("https://abcd.supabase.co/auth/v1/token?grant_type=refresh_token", method="POST", body=TOKENS),
            [RefreshResult.OK],
            id="Supabase, by its query",
        ),
        pytest.param(
            call(
                "https://id.example.com/realms/a/protocol/openid-connect/token",
                method="POST",
                form="grant_type=refresh_token&refresh_token=abc",
                body=TOKENS,
            ),
            [RefreshResult.OK],
            id="Keycloak, by its grant",
        ),
        pytest.param(
            call(
                "https://login.microsoftonline.com/common/oauth2/v2.0/token",
                400,
                method="POST",
                form="grant_type=refresh_token&refresh_token=abc",
                body='{"error":"invalid_grant"}',
            ),
            [RefreshResult.NO_SESSION],
            id="Entra refuses",
        ),
        pytest.param(
            call("https://abcd.supabase.co/auth/v1/token?grant_type=password", method="POST"), [], id="no refresh"
        ),
    ],
)
def test_a_renewal_is_told_by_what_the_system_says_of_it(transcript: str, results: list[RefreshResult]) -> None:
    story = session(transcript)
    assert [one.result for one in story.refreshes] == results
    assert all(one.system is not None and not one.system.generic for one in story.refreshes)


@pytest.mark.parametrize(
    ("transcript", "result"),
    [
        (
            call("https://abcd.supabase.co/auth/v1/token?grant_type=password", method="POST", body=TOKENS),
            SignInResult.OK,
        ),
        (
            call(
                "https://abcd.supabase.co/auth/v1/token?grant_type=password",
                400,
                method="POST",
                body='{"error_code":"invalid_credentials","msg":"Invalid login credentials"}',
            ),
            SignInResult.WRONG_CREDENTIALS,
        ),
        (
            call(
                COGNITO,
                400,
                method="POST",
                sent=(f"{TARGET}InitiateAuth",),
                form="{}",
                body='{"message":"Incorrect username or password."}',
            ),
            SignInResult.WRONG_CREDENTIALS,
        ),
        (
            sets("authjs.csrf-token", "authjs.session-token")
            + call(
                "/api/auth/callback/credentials",
                method="POST",
                body='{"url":"https://app.example.com/signin?error=CredentialsSignin&code=credentials"}',
            ),
            SignInResult.WRONG_CREDENTIALS,
        ),
        (
            call(
                "/api/auth/sign-in/email",
                method="POST",
                got=(f"Set-Cookie: better-auth.session_token={LONG}; HttpOnly",),
            ),
            SignInResult.OK,
        ),
    ],
)
def test_what_a_sign_in_came_to(transcript: str, result: SignInResult) -> None:
    assert [one.result for one in session(transcript).sign_ins][-1] is result


def test_a_sign_out_at_the_provider_is_one() -> None:
    story = session(SHOWN["auth0"] + call("https://acme.eu.auth0.com/v2/logout?client_id=a"))
    assert [one.request.url.path for one in story.sign_outs] == ["/v2/logout"]


@pytest.mark.parametrize(
    ("transcript", "says", "by"),
    [
        (
            SHOWN["laravel"] + call("/api/me", 401, body='{"message":"Unauthenticated."}'),
            Says.NO_CREDENTIALS,
            "laravel",
        ),
        (
            SHOWN["clerk"] + call("/api/me", 401, got=("x-clerk-auth-reason: session-token-expired",)),
            Says.EXPIRED,
            "clerk",
        ),
        (
            SHOWN["rails"] + call("/orders", 422, method="POST", body="ActionController::InvalidAuthenticityToken"),
            Says.CSRF,
            "rails",
        ),
        (
            SHOWN["supabase"] + call("https://abcd.supabase.co/rest/v1/x", 401, body='{"message":"JWT expired"}'),
            Says.EXPIRED,
            "supabase",
        ),
        (
            SHOWN["ory-kratos"]
            + call("/sessions/whoami", 401, body='{"error":{"reason":"No active session was found in this request."}}'),
            Says.NO_CREDENTIALS,
            "ory-kratos",
        ),
    ],
)
def test_a_refusal_is_read_in_the_words_of_the_system(transcript: str, says: Says, by: str) -> None:
    refusal = session(transcript).refusals[-1]
    assert (refusal.says, refusal.by and refusal.by.id, refusal.foreign) == (says, by, False)


def test_an_api_that_gets_the_providers_token_is_ours_and_the_provider_is_no_api() -> None:
    token = f'{{"access_token":"{LONG}","token_type":"Bearer"}}'
    story = session(
        call(
            "https://acme.eu.auth0.com/oauth/token",
            method="POST",
            sent=("Auth0-Client: eyJuYW1lIjoiYXV0aDAifQ",),
            form="grant_type=authorization_code&code=abc",
            body=token,
        )
        + call("https://api.other.example/me", sent=(f"Authorization: Bearer {LONG}",))
    )
    assert {one.system.id: set(one.hosts) for one in story.systems} == {
        "auth0": {"acme.eu.auth0.com"},
        "bearer": {"api.other.example"},
    }
    assert "acme.eu.auth0.com" not in story.hosts
    assert [(one.result, one.system and one.system.id) for one in story.sign_ins] == [(SignInResult.OK, "auth0")]


def test_the_cookie_of_a_named_system_is_a_session_cookie() -> None:
    story = session(SHOWN["authjs"])
    assert "__Secure-authjs.session-token.0" in story.session_cookie_names()
    assert not any("*" in name for name in story.session_cookie_names())


def test_calls_of_an_api_named_so_keep_their_roles() -> None:
    story = Facts(Timeline(read_transcript(PAGE + SHOWN["django"] + call("/api/me"))))
    assert story.session.role(story.exchanges[-1]) is Role.SESSION_CALL


def test_looking_costs_the_same_for_each_exchange() -> None:
    def work(count: int) -> int:
        story = PAGE + sets("sessionid", "csrftoken") + call("/api/me", sent=(f"Cookie: sessionid={LONG}",)) * count
        facts = Facts(Timeline(read_transcript(story)))
        return lines_run(lambda: facts.session.systems)

    assert work(400) < 2.3 * work(200)
