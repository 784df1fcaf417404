"""The session's story: which systems guard which hosts, what the calls came to, and what is no fault."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haranalyze.capture.transcript import read_transcript
from haranalyze.facts import Facts
from haranalyze.facts.server_faults import named_faults
from haranalyze.facts.session import RefreshResult, Role, Says, Session, SignInResult
from haranalyze.options import Options
from haranalyze.text import raw
from haranalyze.timeline import Timeline
from tests.facts.counting import lines_run

START = 1_795_314_863  # 2026-11-22T02:34:23Z in seconds
PAGE = "* page: https://app.example.com/\n> GET https://app.example.com/\n* type: document\n< 200\n"
API = "https://api.example.com"
RENEW, UNAUTHORISED = '{"message":"try refresh token"}', '{"message":"unauthorised"}'
REST_FRAMEWORK = '{"detail":"Authentication credentials were not provided."}'


def front(number: int) -> str:
    table = {
        "uid": "u1",
        "ate": (START + 3600) * 1000,
        "up": {"iat": START, "sessionHandle": "h1", "n": number},
    }
    return base64.b64encode(json.dumps(table).encode()).decode()


def call(path: str, status: int, body: str = "{}", *, method: str = "GET", sent: str = "", got: str = "") -> str:
    """One SDK call of the API with a JSON answer; ``sent`` and ``got`` are further header lines."""
    lines = [f"> {method} {API}{path}", "> rid: anti-csrf", "> st-auth-mode: cookie"]
    lines += [f"> {line}" for line in sent.splitlines()]
    lines += ["* type: fetch", f"< {status}", "< Content-Type: application/json"]
    lines += [f"< {line}" for line in got.splitlines()]
    return "\n".join([*lines, "<", f"< {body}", ""])


def cookies(number: int) -> str:
    return f"front-token: {front(number)}\nSet-Cookie: sAccessToken=access-token-{number}; Path=/; HttpOnly"


def sign_in(number: int = 1) -> str:
    body = '{"status":"OK","user":{"id":"u1"}}'
    return call("/auth/signin", 200, body, method="POST", sent="fdi-version: 4.1", got=cookies(number))


def refresh(status: int = 200, body: str = "{}", got: str = "", *, sent: str = "") -> str:
    return call(
        "/auth/session/refresh",
        status,
        body,
        method="POST",
        sent=f"fdi-version: 4.1\n{sent}".strip(),
        got=got,
    )


def renewed(number: int) -> str:
    return refresh(got=cookies(number))


def session_of(transcript: str, **options: Any) -> Session:
    return Facts(Timeline(read_transcript(transcript)), Options(**options)).session


def roles(session: Session, facts: Facts) -> list[str]:
    return [session.role(exchange).value for exchange in facts.exchanges]


HEALTHY = (
    PAGE
    + refresh(401, UNAUTHORISED, "front-token: remove")
    + sign_in()
    + call("/api/me", 200, sent="Cookie: sAccessToken=access-token-1")
    + call("/api/me", 401, RENEW, sent="Cookie: sAccessToken=access-token-1")
    + renewed(2)
    + call("/api/me", 200, sent="Cookie: sAccessToken=access-token-2")
    + call("/auth/signout", 200, '{"status":"OK"}', method="POST", got="front-token: remove")
    + call("/api/me", 401, UNAUTHORISED)
    + '> GET https://cdn.metrics-cdn.net/geo\n* type: fetch\n< 401\n<\n< {"error":"invalid api key"}\n'
)


def test_a_healthy_story_is_told_from_first_visit_to_sign_out() -> None:
    facts = Facts(Timeline(read_transcript(HEALTHY)))
    session = facts.session
    assert roles(session, facts) == [
        "page", "refresh", "sign-in", "session-call", "session-call", "refresh", "session-call", "sign-out",
        "session-call", "third-party",
    ]  # fmt: skip
    assert [r.result for r in session.refreshes] == [RefreshResult.NO_SESSION, RefreshResult.OK]
    renewal = session.refreshes[1]
    assert renewal.after is not None
    assert renewal.retry is not None
    assert (renewal.after.index, renewal.retry.index) == (4, 6)
    assert renewal.new_token is not None
    assert renewal.new_token.value == "access-token-2"
    assert [(s.exchange.index, s.result) for s in session.sign_ins] == [(2, SignInResult.OK)]
    assert [e.index for e in session.sign_outs] == [7]
    assert not session.loops
    assert not session.redirect_loops
    (span,) = session.spans
    assert span.sign_out is facts.capture.exchanges[7]
    assert span.lost is None


def test_refusals_name_what_the_answer_says_and_whose_words_it_uses() -> None:
    session = session_of(HEALTHY)
    said = [(r.exchange.index, r.says, r.by.id if r.by else None, r.foreign) for r in session.refusals]
    assert said == [
        (1, Says.NO_CREDENTIALS, "supertokens", False),
        (4, Says.RENEW, "supertokens", False),
        (8, Says.NO_CREDENTIALS, "supertokens", False),
    ]


def test_a_session_exists_between_sign_in_and_sign_out_only() -> None:
    facts = Facts(Timeline(read_transcript(HEALTHY)))
    alive = [facts.session.signed_in_before(exchange) for exchange in facts.capture.exchanges]
    assert alive == [False, False, False, True, True, True, True, True, False, False]


def test_the_detected_system_comes_with_evidence_and_hosts() -> None:
    session = session_of(HEALTHY)
    (detected,) = session.systems
    assert detected.system.id == "supertokens"
    assert detected.confidence > 0.95
    assert detected.hosts == session.hosts == {"api.example.com"}
    assert all(place.pointer.startswith("/log/entries/") for place, _ in detected.evidence)


def test_hosts_of_other_sites_without_session_marks_are_never_ours() -> None:
    facts = Facts(Timeline(read_transcript(HEALTHY)))
    assert not facts.session.is_ours(facts.capture.exchanges[-1])
    assert facts.session.refusal(facts.capture.exchanges[-1]) is None


def test_an_api_on_another_site_is_ours_when_its_system_is_seen_there() -> None:
    story = HEALTHY.replace("api.example.com", "api.other.net")
    assert session_of(story).hosts == {"api.other.net"}


def loop_story(rounds: int, body: str, path: str = "/api/legacy", status: int = 401) -> str:
    story = PAGE + sign_in() + call(path, status, body)
    for number in range(rounds):
        story += renewed(number + 2) + call(path, status, body)
    return story


def elsewhere(method: str, path: str, *lines: str, host: str = "api.barn.example") -> str:
    """A call of an API on another site, as a browser's page makes it, up to its answer."""
    asked = [f"> {method} https://{host}{path}", "> Origin: https://app.example.com", "> Sec-Fetch-Site: cross-site"]
    return "\n".join([*asked, *(f"> {line}" for line in lines), "* type: fetch", ""])


ALLOWED = "< Access-Control-Allow-Origin: https://app.example.com\n< Access-Control-Allow-Credentials: true\n"
SIGN_IN_ELSEWHERE = elsewhere(
    "POST", "/login", "Content-Type: application/json", "", '{"email":"a@b.example","password":"x"}'
)
SESSION_COOKIE = "< Set-Cookie: connect.sid=s%3Aabcdef0123456789; Path=/; HttpOnly; Secure; SameSite=Lax\n"
JSON_ANSWER = "< Content-Type: application/json\n"
REFUSED_ELSEWHERE = elsewhere("GET", "/me") + "< 401\n" + ALLOWED + JSON_ANSWER + '<\n< {"error":"not signed in"}\n'


def test_an_api_on_another_site_is_ours_when_our_page_sends_it_a_password() -> None:
    answered = "< 200\n" + ALLOWED + JSON_ANSWER + SESSION_COOKIE + "<\n< {}\n"
    session = session_of(PAGE + SIGN_IN_ELSEWHERE + answered + REFUSED_ELSEWHERE)
    assert session.hosts == {"api.barn.example"}
    assert [one.result for one in session.sign_ins] == [SignInResult.OK]
    assert [one.exchange.index for one in session.refusals] == [2]


def test_where_bodies_are_not_recorded_a_session_cookie_alone_makes_no_site_ours() -> None:
    answered = "< 200\n" + ALLOWED + JSON_ANSWER + SESSION_COOKIE + "<\n< {}\n"
    session = session_of(PAGE + elsewhere("POST", "/login") + answered + REFUSED_ELSEWHERE)
    assert session.hosts == frozenset()


@pytest.mark.parametrize(
    "part",
    [
        pytest.param(
            elsewhere("POST", "/login", "Content-Type: application/json", "", '{"visitor":"17"}', host="chat.example"),
            id="a part of the page that names its visitor",
        ),
        pytest.param(
            SIGN_IN_ELSEWHERE.replace("Origin: https://app.example.com", "Origin: https://frame.barn.example"),
            id="a frame of the other site",
        ),
    ],
)
def test_parts_of_other_companies_that_sign_in_on_their_own_are_not_ours(part: str) -> None:
    session = session_of(PAGE + part + "< 200\n" + JSON_ANSWER + SESSION_COOKIE + "<\n< {}\n" + REFUSED_ELSEWHERE)
    assert session.hosts == frozenset()
    assert session.sign_ins == ()


def test_a_call_refused_by_a_host_without_a_session_is_not_passed_over() -> None:
    tracker = elsewhere("GET", "/i", host="tracker.example") + "< 401\n"
    session = session_of(PAGE + REFUSED_ELSEWHERE + tracker)
    assert [one.index for one in session.unguarded_refusals] == [1]


def test_a_refused_call_that_refreshes_never_help_is_a_loop() -> None:
    session = session_of(loop_story(3, REST_FRAMEWORK))
    (loop,) = session.loops
    assert loop.rounds == 3
    assert [e.index for e in loop.calls] == [2, 4, 6, 8]
    assert [e.index for e in loop.refreshes] == [3, 5, 7]
    assert loop.new_tokens
    assert loop.same_answer


@pytest.mark.parametrize(
    ("body", "foreign", "by"),
    [
        (REST_FRAMEWORK, True, "django-rest-framework"),
        (UNAUTHORISED, False, "supertokens"),
        (RENEW, False, "supertokens"),
        ('{"error":"unauthorized"}', False, None),
        ('{"message":"Unauthorized"}', False, None),
        ('{"message":"jwt expired"}', False, None),
        ('{"message":"The incoming token has expired"}', False, "aws-api-gateway"),
    ],
)
def test_a_refusal_is_foreign_only_where_another_systems_own_check_speaks(
    body: str, foreign: bool, by: str | None
) -> None:
    session = session_of(loop_story(2, body))
    refusal = session.refusal(session.loops[0].calls[0])
    assert refusal is not None
    assert refusal.foreign is foreign
    assert (refusal.by.id if refusal.by else None) == by


def test_without_a_named_system_no_answer_is_foreign() -> None:
    session = session_of(
        "> GET https://api.acme.test/orders\n> Authorization: Bearer abcdefgh\n< 401\n"
        f"< Content-Type: application/json\n<\n< {REST_FRAMEWORK}\n"
    )
    (refusal,) = session.refusals
    assert not refusal.foreign
    assert refusal.by is not None
    assert refusal.by.id == "django-rest-framework"


def test_one_round_is_no_loop() -> None:
    assert not session_of(loop_story(1, REST_FRAMEWORK)).loops


def test_a_call_that_succeeds_after_each_refresh_is_no_loop() -> None:
    story = PAGE + sign_in()
    for number in range(5):
        story += call("/api/feed", 401, RENEW) + renewed(number + 2) + call("/api/feed", 200)
    assert not session_of(story).loops


def test_polling_that_is_refused_without_refreshes_is_no_loop() -> None:
    assert not session_of(PAGE + sign_in() + call("/api/me", 401, RENEW) * 12).loops


def test_parallel_refusals_that_share_a_refresh_are_no_loop() -> None:
    refused = call("/api/me", 401, RENEW).replace("* type", "* took: 90 ms\n* type")
    together = "".join(f"* +{1000 + n} ms\n{refused}" for n in range(4))
    story = PAGE + sign_in() + together + "* +1200 ms\n" + renewed(2) + call("/api/me", 200) * 4
    assert not session_of(story).loops


def test_refreshes_that_fail_make_no_loop() -> None:
    story = PAGE + sign_in() + (call("/api/me", 401, RENEW) + refresh(404, "no")) * 4
    assert not session_of(story).loops


def test_two_urls_in_turn_are_two_loops_with_the_same_refreshes() -> None:
    story = PAGE + sign_in() + call("/api/a?x=1", 401, RENEW) + call("/api/b", 401, RENEW)
    for number in range(3):
        story += renewed(number + 2) + call(f"/api/a?x={number}", 401, RENEW) + call("/api/b", 401, RENEW)
    session = session_of(story)
    assert [loop.rounds for loop in session.loops] == [3, 3]
    assert session.loops[0].refreshes == session.loops[1].refreshes


def test_a_permission_refused_again_and_again_is_no_loop() -> None:
    assert not session_of(loop_story(4, '{"message":"You need the admin role"}', status=403)).loops


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (refresh(404, "<html></html>"), RefreshResult.FAILED),
        (refresh(502, "bad gateway"), RefreshResult.FAILED),
        (refresh(401, UNAUTHORISED, "front-token: remove"), RefreshResult.REFUSED),
        (refresh(401, '{"message":"token theft detected"}', "front-token: remove"), RefreshResult.THEFT),
        (
            refresh(
                200,
                '{"message":"The request contains multiple session cookies. We are clearing the cookie from '
                'olderCookieDomain. Session will be refreshed in the next refresh call."}',
            ),
            RefreshResult.CLEARED_DUPLICATES,
        ),
        (refresh(200, '{"app":"index"}'), RefreshResult.NOT_API),
        (refresh(200, "{}"), RefreshResult.OK),
        (refresh(200, "{}", "Set-Cookie: sAccessToken=access-token-9; Path=/"), RefreshResult.OK),
        (refresh(200, "{}", f"front-token: {front(3)}"), RefreshResult.OK),
    ],
)
def test_what_a_refresh_came_to(answer: str, result: RefreshResult) -> None:
    session = session_of(PAGE + sign_in() + answer)
    assert [r.result for r in session.refreshes] == [result]


def test_a_refused_refresh_ends_the_session() -> None:
    session = session_of(PAGE + sign_in() + refresh(401, UNAUTHORISED) + call("/api/me", 401, UNAUTHORISED))
    (span,) = session.spans
    assert span.lost is session.refreshes[0].exchange
    assert not session.signed_in_before(session.refusals[-1].exchange)


def test_a_refresh_accepted_before_any_sign_in_shows_a_session_from_before_the_recording() -> None:
    session = session_of(PAGE + call("/api/me", 401, RENEW) + renewed(1))
    assert session.signed_in_before(session.refusals[0].exchange)
    assert session.spans[0].sign_in is None


@pytest.mark.parametrize(
    ("status", "body", "got", "result"),
    [
        (200, '{"status":"WRONG_CREDENTIALS_ERROR"}', "", SignInResult.WRONG_CREDENTIALS),
        (200, '{"status":"SIGN_IN_NOT_ALLOWED"}', "", SignInResult.REFUSED),
        (200, '{"status":"OK","user":{}}', "", SignInResult.OK),
        (200, '{"status":"OK","user":{}}', f"front-token: {front(1)}", SignInResult.OK),
        (404, "nothing here", "", SignInResult.FAILED),
        (502, "bad gateway", "", SignInResult.FAILED),
    ],
)
def test_what_a_supertokens_sign_in_came_to(status: int, body: str, got: str, result: SignInResult) -> None:
    answer = call("/auth/signin", status, body, method="POST", sent="fdi-version: 4.1", got=got)
    session = session_of(PAGE + answer)
    assert [s.result for s in session.sign_ins] == [result]
    assert not session.refusals


def test_a_sign_in_path_of_the_projects_own_counts_when_it_hands_out_a_session() -> None:
    answer = call("/api/login", 200, '{"status":"OK"}', method="POST", got=cookies(1))
    assert [s.result for s in session_of(PAGE + answer).sign_ins] == [SignInResult.OK]


def bearer(status: int, headers: str = "", body: str = "", *, sent: str = "") -> str:
    lines = [
        "> GET https://api.acme.test/orders",
        *(f"> {line}" for line in sent.splitlines()),
        f"< {status}",
    ]
    lines += [f"< {line}" for line in headers.splitlines()]
    return "\n".join([*lines, *(("<", f"< {body}") if body else ()), ""])


SPA = "* page: https://spa.acme.test/\n> GET https://spa.acme.test/\n* type: document\n< 200\n"
JSON = "Content-Type: application/json"
SENT = "Authorization: Bearer abcdefgh"


@pytest.mark.parametrize(
    ("headers", "body", "sent", "says"),
    [
        (JSON, '{"error":"MISSING_AUTH_HEADER","message":"x"}', "", Says.NO_CREDENTIALS),
        (JSON, '{"code":"credentials_required"}', "", Says.NO_CREDENTIALS),
        ('WWW-Authenticate: Bearer realm="api"', "", "", Says.NO_CREDENTIALS),
        ('WWW-Authenticate: Bearer realm="api"', "", SENT, Says.UNKNOWN),
        ('WWW-Authenticate: Bearer error="invalid_token"', "", SENT, Says.MALFORMED),
        (
            'WWW-Authenticate: Bearer error="invalid_token", error_description="The token expired"',
            "",
            SENT,
            Says.EXPIRED,
        ),
        (JSON, '{"message":"jwt audience invalid. expected: x"}', SENT, Says.AUDIENCE),
        (JSON, '{"message":"jwt malformed"}', "Authorization: Bearer undefined", Says.MALFORMED),
        (JSON, '{"error":"unauthorized"}', SENT, Says.UNKNOWN),
        (f'{JSON}\nWWW-Authenticate: Key realm="kong"', '{"message":"No API key found in request"}', "",
         Says.NO_CREDENTIALS),
    ],
)  # fmt: skip
def test_what_a_bearer_api_says(headers: str, body: str, sent: str, says: Says) -> None:
    session = session_of(
        SPA + bearer(200, sent="Authorization: Bearer abcdefgh") + bearer(401, headers, body, sent=sent)
    )
    assert [r.says for r in session.refusals] == [says]
    assert session.transport(session.refusals[0].exchange) == "bearer"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ('{"error":"insufficient_scope"}', Says.PERMISSION),
        ('{"message":"You need the admin role"}', Says.PERMISSION),
        ('{"detail":"CSRF Failed: CSRF token missing."}', Says.CSRF),
        ('{"message":"Missing Authentication Token"}', Says.ROUTING),
        ('{"status":"odd"}', Says.UNKNOWN),
    ],
)
def test_what_a_403_says(body: str, says: Says) -> None:
    session = session_of(SPA + bearer(403, JSON, body, sent="Authorization: Bearer abcdefgh"))
    assert [r.says for r in session.refusals] == [says]


def test_a_browser_password_prompt_is_no_bearer_api() -> None:
    assert not session_of(SPA + bearer(401, "WWW-Authenticate: Basic realm=x")).hosts


def test_an_api_that_gets_the_token_our_sign_in_handed_out_is_ours_on_any_site() -> None:
    token = "opaque-token-of-32-characters-xx"
    story = (
        SPA
        + f"> POST https://api.acme.test/login\n* type: fetch\n< 200\n< {JSON}\n"
        + f'<\n< {{"access_token":"{token}"}}\n'
        + f"> GET https://eu.elsewhere.test/orders\n> Authorization: Bearer {token}\n* type: fetch\n< 200\n"
        + "> GET https://maps.vendor.test/tiles\n> Authorization: Bearer vendor-key\n* type: fetch\n< 200\n"
    )
    assert session_of(story).hosts == {"api.acme.test", "eu.elsewhere.test"}


def test_a_preflight_that_asks_for_authorization_shows_a_bearer_api_in_a_sanitized_export() -> None:
    story = (
        SPA + "> OPTIONS https://api.acme.test/orders\n> Access-Control-Request-Method: GET\n"
        "> Access-Control-Request-Headers: authorization\n* type: preflight\n< 204\n"
    )
    assert session_of(story + bearer(200)).hosts == {"api.acme.test"}


def test_token_endpoints_are_told_apart_by_their_grant() -> None:
    def asked(grant: str, status: int = 200) -> str:
        body = f'{{"access_token":"access-{grant}"}}' if status == 200 else '{"error":"invalid_grant"}'
        return (
            "> POST https://api.acme.test/oauth/token\n> Content-Type: application/x-www-form-urlencoded\n>\n"
            f"> grant_type={grant}&x=1\n* type: fetch\n< {status}\n< {JSON}\n<\n< {body}\n"
        )

    session = session_of(SPA + asked("password") + asked("refresh_token") + asked("refresh_token", 400))
    assert [s.exchange.index for s in session.sign_ins] == [1]
    assert [(r.exchange.index, r.result) for r in session.refreshes] == [
        (2, RefreshResult.OK),
        (3, RefreshResult.REFUSED),
    ]


SHOP = "https://shop.acme.test"


def form(location: str, *, cookie: str = "connect.sid=s%3Aabc", got: str = "") -> str:
    return (
        f"* page: {SHOP}/login\n> GET {SHOP}/login\n* type: document\n< 200\n"
        "< Set-Cookie: connect.sid=s%3Aabc; Path=/; HttpOnly\n"
        f"> POST {SHOP}/login\n> Cookie: {cookie}\n* type: document\n< 302\n< Location: {location}\n{got}"
    )


@pytest.mark.parametrize(
    ("location", "result"),
    [
        ("/dashboard", SignInResult.OK),
        ("/login", SignInResult.WRONG_CREDENTIALS),
        ("/login?error", SignInResult.WRONG_CREDENTIALS),
        (f"{SHOP}/", SignInResult.OK),
    ],
)
def test_a_login_form_succeeded_when_it_leads_away_from_itself(location: str, result: SignInResult) -> None:
    session = session_of(form(location))
    assert [s.result for s in session.sign_ins] == [result]
    assert {raw(name) for name in session.session_cookie_names()} == {"connect.sid"}


def test_a_wrong_password_is_a_sign_in_and_not_a_refusal() -> None:
    story = SPA + f'> POST https://api.acme.test/login\n* type: fetch\n< 401\n< {JSON}\n<\n< {{"error":"no"}}\n'
    session = session_of(story)
    assert [s.result for s in session.sign_ins] == [SignInResult.WRONG_CREDENTIALS]
    assert not session.refusals


def test_a_refused_call_of_a_login_like_path_that_speaks_of_tokens_is_a_refusal() -> None:
    story = (
        SPA
        + bearer(200, sent=SENT)
        + f"> POST https://api.acme.test/authenticate\n* type: fetch\n< 401\n< {JSON}\n"
        + '<\n< {"message":"No token provided"}\n'
    )
    session = session_of(story)
    assert not session.sign_ins
    assert [r.says for r in session.refusals] == [Says.NO_CREDENTIALS]
    assert session.role(session.refusals[0].exchange) is Role.SESSION_CALL


def test_a_wrong_password_answered_with_a_bare_challenge_is_still_a_wrong_password() -> None:
    answer = f"< 401\n< {JSON}\n< WWW-Authenticate: Bearer\n<\n" + '< {"detail":"Incorrect username or password"}\n'
    session = session_of(SPA + f"> POST https://api.acme.test/token/login\n* type: fetch\n{answer}")
    assert [s.result for s in session.sign_ins] == [SignInResult.WRONG_CREDENTIALS]


def hop(url: str, location: str) -> str:
    return f"> GET {url}\n* type: document\n< 302\n< Location: {location}\n"


LOGIN_LOOP = (
    hop(f"{SHOP}/", "/login")
    + hop(f"{SHOP}/login", "https://id.other.net/authorize?client_id=web&redirect_uri=x")
    + hop("https://id.other.net/authorize?client_id=web&redirect_uri=x", f"{SHOP}/callback?code=1&state=2")
    + hop(f"{SHOP}/callback?code=1&state=2", "/")
)


def test_a_navigation_that_keeps_coming_back_is_a_redirect_loop() -> None:
    session = session_of(f"* page: {SHOP}/\n" + LOGIN_LOOP * 4 + "* error: net::ERR_TOO_MANY_REDIRECTS\n")
    (loop,) = session.redirect_loops
    assert (loop.period, loop.rounds, loop.gave_up) == (4, 3, True)
    assert len(loop.exchanges) == 16


def test_one_round_through_the_identity_provider_is_no_redirect_loop() -> None:
    arrives = f"> GET {SHOP}/\n* type: document\n< 200\n"
    session = session_of(f"* page: {SHOP}/\n" + LOGIN_LOOP + arrives)
    assert not session.redirect_loops
    assert session_of(f"* page: {SHOP}/\n" + LOGIN_LOOP * 2 + arrives).redirect_loops == ()


def test_a_long_chain_of_different_urls_is_no_redirect_loop() -> None:
    chain = "".join(hop(f"{SHOP}/step/{n}", f"/step/{n - 1}") for n in range(9, 0, -1))
    assert not session_of(f"* page: {SHOP}/\n{chain}> GET {SHOP}/step/0\n* type: document\n< 200\n").redirect_loops


def test_the_identity_provider_and_the_callback_are_auth_pages() -> None:
    facts = Facts(Timeline(read_transcript(f"* page: {SHOP}/\n" + LOGIN_LOOP)))
    shown = [facts.session.role(exchange) for exchange in facts.exchanges]
    assert shown == [Role.REDIRECT, Role.REDIRECT, Role.AUTH_PAGE, Role.AUTH_PAGE]


def test_the_nearest_accepted_call_of_the_same_path_is_the_contrast() -> None:
    with_token = {"sent": "Cookie: sAccessToken=access-token-1"}
    story = (
        PAGE
        + sign_in()
        + call("/api/me", 200, **with_token)
        + call("/api/feed", 200, **with_token)
        + call("/api/me", 401, UNAUTHORISED)
        + call("/api/other", 401, UNAUTHORISED)
    )
    session = session_of(story)
    likes = [session.accepted_like(refusal.exchange) for refusal in session.refusals]
    assert [like.index for like in likes if like is not None] == [2, 3]
    alone = session_of(PAGE + sign_in() + call("/api/me", 401, UNAUTHORISED))
    assert alone.accepted_like(alone.refusals[0].exchange) is None


def test_transport_is_what_the_client_asks_for_and_else_what_the_host_uses() -> None:
    facts = Facts(Timeline(read_transcript(HEALTHY + f"> GET {API}/api/plain\n* type: fetch\n< 401\n")))
    assert facts.session.transport(facts.capture.exchanges[-1]) == "cookie"
    header = Facts(Timeline(read_transcript(HEALTHY.replace("st-auth-mode: cookie", "st-auth-mode: header"))))
    assert header.session.transport(header.capture.exchanges[3]) == "header"
    assert facts.session.transport(facts.capture.exchanges[0]) == ""


def test_a_capture_without_any_session_is_not_given_one() -> None:
    session = session_of(PAGE + "> GET https://app.example.com/data.json\n* type: fetch\n< 200\n")
    assert (session.systems, session.hosts, session.refusals, session.spans) == ((), frozenset(), (), ())


def test_focus_limits_the_session_to_the_hosts_asked_about() -> None:
    story = HEALTHY + bearer(200, sent="Authorization: Bearer abcdefgh").replace("acme.test", "example.com").replace(
        "api.example.com", "api2.example.com"
    )
    assert session_of(story).hosts == {"api.example.com", "api2.example.com"}
    assert session_of(story, focus=frozenset({"api2.example.com"})).hosts == {"api2.example.com"}


def test_an_answer_may_name_the_broken_set_up_itself() -> None:
    story = HEALTHY + refresh(500, '{"error":"No SuperTokens core available to query"}')
    facts = Facts(Timeline(read_transcript(story)))
    (named,) = facts.derive(named_faults)
    assert (named.means, named.exchange) == ("core-unreachable", facts.capture.exchanges[-1])


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(("message", "status", "error", "detail", "user", "code")), inner, max_size=4)
    ),
    max_leaves=6,
)


@given(
    ODD,
    st.sampled_from((200, 204, 302, 400, 401, 403, 404, 419, 500)),
    st.sampled_from(("signin", "session/refresh", "me")),
)
def test_no_answer_breaks_the_story(body: Any, status: int, path: str) -> None:
    text = json.dumps(body)
    facts = Facts(Timeline(read_transcript(PAGE + sign_in() + call(f"/auth/{path}", status, text, method="POST") * 3)))
    session = facts.session
    assert session.hosts == {"api.example.com"}
    assert len({session.role(exchange) for exchange in facts.exchanges}) >= 2
    assert all(refusal.exchange.response.status >= 400 for refusal in session.refusals)


def lines_of(refreshes: int) -> int:
    """Lines that run for a call that is refused, renewed and repeated so often."""
    story = "".join(
        call("/api/poll", 401, RENEW, sent=f"Cookie: sAccessToken=access-token-{number}")
        + renewed(number + 1)
        + call("/api/poll", 200, sent=f"Cookie: sAccessToken=access-token-{number + 1}")
        for number in range(refreshes)
    )
    facts = Facts(Timeline(read_transcript(PAGE + sign_in(0) + story)))
    count = lines_run(lambda: facts.session)
    assert len(facts.session.refreshes) == refreshes
    assert all(one.after is not None and one.retry is not None for one in facts.session.refreshes)
    return count


def test_twice_the_refreshes_cost_twice_the_work() -> None:
    lines_of(2)  # what is read once per process
    assert lines_of(160) < 2.5 * lines_of(80)
