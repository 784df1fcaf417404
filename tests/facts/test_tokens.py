"""Where tokens are handed out, who carries them, when they end and what replaces them."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haranalyze.capture.transcript import read_transcript
from haranalyze.facts import Facts
from haranalyze.facts._front_token import read_front_token
from haranalyze.facts.tokens import Carrier, Token, TokenUse
from haranalyze.text import raw
from haranalyze.timeline import Timeline

START = 1_795_314_863  # 2026-11-22T02:34:23Z in seconds
OPAQUE = "hiOFPF1rP7C+6/iQJ9aDLvnnvkDsIv=.b1c9d2e3f4a5.V2"
ENCODED = "hiOFPF1rP7C%2B6%2FiQJ9aDLvnnvkDsIv%3D.b1c9d2e3f4a5.V2"


def encoded(table: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(table).encode()).decode().rstrip("=")


def jwt(**claims: Any) -> str:
    return f"{encoded({'alg': 'RS256', 'typ': 'JWT', 'kid': 'd-1'})}.{encoded(claims)}.c2lnbmF0dXJl"


def front(uid: str, session: str, issued: int, seconds: int = 3600) -> str:
    table = {"uid": uid, "ate": (issued + seconds) * 1000, "up": {"iat": issued, "sessionHandle": session}}
    return base64.b64encode(json.dumps(table).encode()).decode()


def session_jwt(issued: int, session: str = "h1", sub: str = "u1", seconds: int = 3600) -> str:
    return jwt(sub=sub, iat=issued, exp=issued + seconds, sessionHandle=session)


FIRST, SECOND = session_jwt(START, seconds=2), session_jwt(START + 3)

COOKIE_STORY = f"""
* page: https://app.example.com/
> POST https://api.example.com/auth/signin
> rid: emailpassword
> st-auth-mode: cookie
* type: fetch
< 200
< Date: Sun, 22 Nov 2026 02:34:23 GMT
< front-token: {front("u1", "h1", START, 2)}
< Set-Cookie: sAccessToken={FIRST}; Path=/; HttpOnly; Secure
< Set-Cookie: sRefreshToken={ENCODED}; Path=/auth/session/refresh; HttpOnly; Secure
< Content-Type: application/json
<
< {{"status":"OK","user":{{"id":"u1"}}}}
* +3000 ms
> GET https://api.example.com/api/me
> rid: anti-csrf
> st-auth-mode: cookie
> Cookie: theme=dark; sAccessToken={FIRST}
* type: fetch
< 401
< Date: Sun, 22 Nov 2026 02:34:26 GMT
< Content-Type: application/json
<
< {{"message":"try refresh token"}}
* +3100 ms
> POST https://api.example.com/auth/session/refresh
> rid: session
> st-auth-mode: cookie
> Cookie: sAccessToken={FIRST}; sRefreshToken={ENCODED}
* type: fetch
< 200
< Date: Sun, 22 Nov 2026 02:34:26 GMT
< front-token: {front("u1", "h1", START + 3)}
< Set-Cookie: sAccessToken={SECOND}; Path=/; HttpOnly; Secure
< Content-Type: application/json
<
< {{}}
* +3200 ms
> GET https://api.example.com/api/me
> rid: anti-csrf
> Cookie: sAccessToken={SECOND}
* type: fetch
< 200
< Content-Type: application/json
<
< {{"id":"u1"}}
"""


def facts_of(transcript: str) -> Facts:
    return Facts(Timeline(read_transcript(transcript)))


def by_value(facts: Facts, value: str) -> Token:
    return next(token for token in facts.tokens.all if raw(token.value) == value)


def test_tokens_are_numbered_by_first_appearance() -> None:
    facts = facts_of(COOKIE_STORY)
    assert [token.ordinal for token in facts.tokens.all] == list(range(1, len(facts.tokens.all) + 1))
    issued = [token.issued.at for token in facts.tokens.all if token.issued is not None]
    assert issued == sorted(issued)


def test_a_token_knows_its_answer_its_requests_and_its_successor() -> None:
    facts = facts_of(COOKIE_STORY)
    first, second = by_value(facts, FIRST), by_value(facts, SECOND)
    assert first.use is TokenUse.ACCESS
    assert first.issued is not None
    assert first.issued.exchange.index == 0
    assert first.issued.carrier is Carrier.COOKIE
    assert [use.exchange.index for use in first.uses or []] == [1, 2]
    assert first.replaced_by is second
    assert second.issued is not None
    assert first.replaced_at == second.issued.at
    assert second.replaced_by is None


def test_the_place_of_a_token_is_its_own_header_line() -> None:
    facts = facts_of(COOKIE_STORY)
    refresh = by_value(facts, OPAQUE)
    assert refresh.issued is not None
    assert refresh.issued.place.text is not None
    assert refresh.issued.place.text.startswith("sRefreshToken=")
    assert refresh.uses
    assert refresh.uses[0].place.pointer.startswith("/log/entries/2/request/headers/")
    assert refresh.uses[0].place.text is not None
    assert "sRefreshToken" in refresh.uses[0].place.text


def test_a_percent_encoded_cookie_and_a_plain_header_are_one_token() -> None:
    facts = facts_of(
        f"""
        > POST https://api.example.com/auth/signin
        < 200
        < front-token: {front("u1", "h1", START)}
        < Set-Cookie: sRefreshToken={ENCODED}; Path=/auth/session/refresh
        > POST https://api.example.com/auth/session/refresh
        > st-auth-mode: header
        > Authorization: Bearer {OPAQUE}
        < 401
        """
    )
    token = by_value(facts, OPAQUE)
    assert token.use is TokenUse.REFRESH
    assert token.issued is not None
    assert [use.carrier for use in token.uses or []] == [Carrier.AUTHORIZATION]


def test_a_supertokens_refresh_token_has_three_parts_and_is_no_jwt() -> None:
    facts = facts_of(COOKIE_STORY)
    token = by_value(facts, OPAQUE)
    assert token.use is TokenUse.REFRESH
    assert token.jwt is None
    assert token.session == "h1"  # of the access token handed out with it


def test_the_front_token_tells_user_session_and_expiry() -> None:
    facts = facts_of(COOKIE_STORY)
    read = facts.tokens.front_token(facts.capture.exchanges[0])
    assert read is not None
    assert not read.removed
    assert read.subject == "u1"
    assert read.session == "h1"
    assert read.expires == (START + 2) * 1000
    assert read.issued_at == START * 1000
    assert facts.tokens.front_token(facts.capture.exchanges[1]) is None


def test_a_front_token_that_says_remove_holds_nothing() -> None:
    facts = facts_of("> POST https://api.example.com/auth/session/refresh\n< 401\n< front-token: remove\n")
    read = facts.tokens.front_token(facts.capture.exchanges[0])
    assert read is not None
    assert read.removed
    assert read.subject is None
    assert not facts.tokens.all


def test_what_is_left_of_a_token_is_told_by_the_servers_clock() -> None:
    story = COOKIE_STORY.replace("02:34:2", "03:34:2")  # Date runs an hour ahead
    same, ahead = facts_of(COOKIE_STORY), facts_of(story)
    exchange = same.capture.exchanges[1]
    left = same.tokens.remaining(by_value(same, FIRST), exchange)
    assert left is not None
    assert -2_500 < left < 0
    late = ahead.tokens.remaining(by_value(ahead, FIRST), ahead.capture.exchanges[1])
    assert late is not None
    assert late == pytest.approx(left - 3_600_000, abs=1)
    assert ahead.tokens.clock_skew("api.example.com") == pytest.approx(3_600_000, abs=1_000)
    assert ahead.tokens.clock_skew("elsewhere.example.com") is None


def test_a_cached_answer_does_not_set_the_clock() -> None:
    facts = facts_of(
        "> GET https://api.example.com/a\n< 200\n< Date: Sun, 22 Nov 2026 01:00:00 GMT\n< Age: 5663\n"
        "> GET https://api.example.com/b\n* from: disk-cache\n< 200\n< Date: Sun, 22 Nov 2026 01:00:00 GMT\n"
    )
    assert facts.tokens.clock_skew("api.example.com") is None


@pytest.mark.parametrize(("mark", "measured"), [("X-Cache: HIT", False), ("X-Cache: MISS", True), ("Via: 1.1 a", True)])
def test_a_hit_without_age_does_not_set_the_clock(mark: str, measured: bool) -> None:
    facts = facts_of(f"> GET https://api.example.com/a\n< 200\n< Date: Sun, 22 Nov 2026 01:00:00 GMT\n< {mark}\n")
    assert (facts.tokens.clock_skew("api.example.com") is not None) is measured


def test_sessions_of_two_users_do_not_replace_each_other() -> None:
    one, two = session_jwt(START, "h1", "u1"), session_jwt(START + 9, "h2", "u2")
    facts = facts_of(
        "".join(
            f"> POST https://api.example.com/auth/signin\n< 200\n"
            f"< front-token: {front(user, handle, START)}\n"
            f"< st-access-token: {token}\n"
            for user, handle, token in (("u1", "h1", one), ("u2", "h2", two))
        )
    )
    assert by_value(facts, one).replaced_by is None


def test_cookies_under_names_of_the_projects_own_are_recognised_next_to_a_front_token() -> None:
    facts = facts_of(
        f"""
        > POST https://api.example.com/auth/signin
        < 200
        < front-token: {front("u1", "h1", START)}
        < Set-Cookie: acme_at={FIRST}; Path=/; HttpOnly
        < Set-Cookie: acme_rt={ENCODED}; Path=/auth/session/refresh; HttpOnly
        < Set-Cookie: theme={FIRST}; Path=/
        > GET https://api.example.com/api/me
        > Cookie: acme_at={FIRST}
        < 200
        """
    )
    access = facts.tokens.access_token(facts.capture.exchanges[1])
    assert access is not None
    assert access.value == FIRST
    assert by_value(facts, OPAQUE).use is TokenUse.REFRESH
    assert {"acme_at", "acme_rt"} == {raw(name) for name in facts.tokens.learnt_cookies()}


BEARER_STORY = """
* page: https://spa.acme.test/
> POST https://api.acme.test/login
> Content-Type: application/json
>
> {"user":"ada"}
* type: fetch
< 200
< Date: Sun, 22 Nov 2026 02:34:23 GMT
< Content-Type: application/json
<
< {"access_token":"opaque-access-1","refresh_token":"opaque-refresh-1","expires_in":60}
> GET https://api.acme.test/orders
> Authorization: Bearer opaque-access-1
* type: fetch
< 200
> POST https://api.acme.test/token/refresh
> Content-Type: application/json
>
> {"refresh_token":"opaque-refresh-1"}
* type: fetch
< 200
< Content-Type: application/json
<
< {"access_token":"opaque-access-2"}
"""


def test_token_members_of_sign_in_and_refresh_answers_are_tokens() -> None:
    facts = facts_of(BEARER_STORY)
    access, refresh = by_value(facts, "opaque-access-1"), by_value(facts, "opaque-refresh-1")
    assert access.use is TokenUse.ACCESS
    assert refresh.use is TokenUse.REFRESH
    assert access.issued is not None
    assert access.issued.carrier is Carrier.BODY
    assert access.expires == (START + 60) * 1000
    assert access.replaced_by is by_value(facts, "opaque-access-2")
    assert [use.carrier for use in refresh.uses or []] == [Carrier.BODY]


def test_bodies_of_third_parties_and_of_ordinary_calls_are_not_searched() -> None:
    facts = facts_of(
        BEARER_STORY
        + """
        > POST https://tracker.elsewhere.test/oauth/token
        * type: fetch
        < 200
        < Content-Type: application/json
        <
        < {"access_token":"their-access-token"}
        > GET https://api.acme.test/reports/token
        * type: fetch
        < 200
        < Content-Type: application/json
        <
        < {"token":"a-report-number"}
        """
    )
    values = {raw(token.value) for token in facts.tokens.all}
    assert not values & {"their-access-token", "a-report-number"}


@pytest.mark.parametrize(
    "value", ["Bearer undefined", "Bearer null", "Bearer", "", "Bearer {{token}}", "Basic YWRhOnBhc3N3b3Jk"]
)
def test_placeholders_and_passwords_are_not_tokens(value: str) -> None:
    facts = facts_of(f"> GET https://api.acme.test/orders\n> Authorization: {value}\n< 401\n")
    assert not facts.tokens.all
    assert facts.tokens.access_token(facts.capture.exchanges[0]) is None
    read = facts.tokens.authorization(facts.capture.exchanges[0])
    assert read is not None
    assert read[1].pointer.startswith("/log/entries/0/request/headers/")


def test_authorization_goes_before_the_cookie() -> None:
    other = session_jwt(START - 900, "h0")
    facts = facts_of(
        f"""
        > GET https://api.example.com/api/me
        > st-auth-mode: header
        > Cookie: sAccessToken={other}
        > Authorization: Bearer {FIRST}
        < 401
        < Content-Type: application/json
        <
        < {{"message":"try refresh token"}}
        """
    )
    access = facts.tokens.access_token(facts.capture.exchanges[0])
    assert access is not None
    assert access.value == FIRST
    assert len(facts.tokens.sent_with(facts.capture.exchanges[0])) == 2


@given(st.text(max_size=60))
def test_only_base64_of_a_json_object_is_a_front_token(text: str) -> None:
    if read_front_token(text) is not None:
        assert isinstance(json.loads(base64.b64decode(text.strip() + "=" * (-len(text.strip()) % 4))), dict)


@given(st.text(min_size=1, max_size=20), st.integers(0, 4_000_000_000_000))
def test_a_front_token_is_read_as_it_was_written(uid: str, expires: int) -> None:
    table = {"uid": uid, "ate": expires, "up": {}}
    read = read_front_token(base64.b64encode(json.dumps(table).encode()).decode())
    assert read is not None
    assert (read.subject, read.expires, read.session, read.issued_at) == (uid, expires, None, None)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(("uid", "ate", "up", "iat", "sessionHandle")), inner, max_size=5)
        ),
        max_leaves=8,
    )
)
def test_a_front_token_of_any_json_gives_numbers_or_nothing(table: Any) -> None:
    read = read_front_token(base64.b64encode(json.dumps(table).encode()).decode())
    if read is not None:
        assert isinstance(table, dict)
        assert all(value is None or abs(value) < 1e20 for value in (read.expires, read.issued_at))
