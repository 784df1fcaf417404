"""Tokens are found wherever a browser carries them: cookies of every build, forms, JSON, URLs, redirects, sockets."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haranalyze.capture import read_capture
from haranalyze.facts import Facts, _token_places
from haranalyze.facts.tokens import Carrier, Token, TokenUse
from haranalyze.text import raw
from haranalyze.timeline import Timeline
from tests.capture.small import entry, har
from tests.facts.test_tokens import START, facts_of, jwt

PAGE = "* page: https://app.example.com/\n> GET https://app.example.com/\n* type: document\n< 200\n"
ACCESS = jwt(sub="u1", iat=START, exp=START + 3600, aud="api")
ID = jwt(sub="u1", iat=START, aud="client")
REFRESH = "opaque-refresh-token-0123456789"
SESSION = {"access_token": ACCESS, "refresh_token": REFRESH, "user": {"id": "u1"}}


def encoded(value: Any) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def call(line: str, *, sent: str = "", got: str = "", status: int = 200, body: str = "", posted: str = "") -> str:
    lines = [f"> {line}", *(f"> {one}" for one in sent.splitlines())]
    lines += [">", f"> {posted}"] if posted else []
    lines += ["* type: fetch", f"< {status}", *(f"< {one}" for one in got.splitlines())]
    lines += ["<", f"< {body}"] if body else []
    return "\n".join([*lines, ""])


def found(facts: Facts) -> dict[str, Token]:
    return {raw(token.value): token for token in facts.tokens.all}


def only_use(token: Token) -> tuple[Carrier, str]:
    assert token.uses is not None
    assert len(token.uses) == 1
    return token.uses[0].carrier, raw(token.uses[0].name)


def sent_cookie(line: str) -> dict[str, Token]:
    return found(facts_of(PAGE + call("GET https://api.example.com/me", sent=f"Cookie: theme=dark; {line}")))


@pytest.mark.parametrize(
    "value",
    [
        "base64-" + encoded(SESSION),
        "base64-" + b64encode(json.dumps(SESSION).encode()).decode(),
        quote(json.dumps(SESSION)),
        quote("j:" + json.dumps(SESSION)),
        encoded(SESSION),
        quote(json.dumps([ACCESS, REFRESH, None]).replace(f'"{REFRESH}"', json.dumps({"refresh_token": REFRESH}))),
    ],
)
def test_tokens_in_json_cookies_are_read_however_they_are_wrapped(value: str) -> None:
    tokens = sent_cookie(f"sb-abc-auth-token={value}")
    assert set(tokens) == {ACCESS, REFRESH}
    assert tokens[REFRESH].use is TokenUse.REFRESH
    assert only_use(tokens[ACCESS]) == (Carrier.COOKIE, "sb-abc-auth-token")


@pytest.mark.parametrize(("first", "mark"), [(0, "."), (1, "C")])
def test_chunks_are_put_together(first: int, mark: str) -> None:
    value = "base64-" + encoded(SESSION)
    parts = [value[:50], value[50:120], value[120:]]
    line = "; ".join(f"sb-auth{mark}{first + number}={part}" for number, part in reversed(list(enumerate(parts))))
    assert set(sent_cookie(line)) == {ACCESS, REFRESH}


def test_chunks_of_a_plain_token_are_put_together() -> None:
    tokens = sent_cookie(f"access_token.0={ACCESS[:60]}; access_token.1={ACCESS[60:]}")
    assert tokens[ACCESS].use is TokenUse.ACCESS
    assert only_use(tokens[ACCESS]) == (Carrier.COOKIE, "access_token")


def test_a_jwt_under_any_name_is_a_token_and_no_credential() -> None:
    got = f"front-token: remove\nSet-Cookie: sAccessToken={ID}; HttpOnly"
    facts = facts_of(
        PAGE
        + call("POST https://api.example.com/auth/signin", got=got)
        + call("GET https://api.example.com/me", sent=f"Cookie: helpdesk={ACCESS}; sAccessToken={ID}")
    )
    assert found(facts)[ACCESS].use is TokenUse.UNKNOWN
    assert facts.tokens.access_token(facts.exchanges[2]) is found(facts)[ID]
    assert [raw(token.value) for token, _ in facts.tokens.sent_with(facts.exchanges[2])] == [ID]


def test_chunks_with_a_gap_are_not() -> None:
    assert ACCESS not in sent_cookie(f"access_token.0={ACCESS[:60]}; access_token.2={ACCESS[60:]}")


def test_chunks_in_set_cookie_lines_have_the_place_of_the_first() -> None:
    value = "base64-" + encoded(SESSION)
    got = f"Set-Cookie: theme=dark\nSet-Cookie: sb-auth.0={value[:80]}\nSet-Cookie: sb-auth.1={value[80:]}"
    facts = facts_of(PAGE + call("POST https://api.example.com/login", got=got))
    token = found(facts)[ACCESS]
    assert token.issued is not None
    assert token.issued.carrier is Carrier.COOKIE
    assert token.issued.place.text is not None
    assert raw(token.issued.place.text).startswith("sb-auth.0=")


def test_a_refresh_by_form_shows_its_token() -> None:
    form = urlencode({"grant_type": "refresh_token", "refresh_token": REFRESH, "client_id": "app"})
    answer = json.dumps({"token_type": "Bearer", "access_token": ACCESS, "id_token": ID, "expires_in": 60})
    facts = facts_of(
        PAGE
        + call(
            "POST https://id.example.com/tenant/token",
            sent="Content-Type: application/x-www-form-urlencoded",
            got="Content-Type: application/json",
            posted=form,
            body=answer,
        )
    )
    tokens = found(facts)
    assert {value: token.use for value, token in tokens.items()} == {
        REFRESH: TokenUse.REFRESH,
        ACCESS: TokenUse.ACCESS,
        ID: TokenUse.ID,
    }
    assert only_use(tokens[REFRESH]) == (Carrier.BODY, "refresh_token")
    assert tokens[ACCESS].issued is not None


@pytest.mark.parametrize(
    ("hint", "use"),
    [("refresh_token", TokenUse.REFRESH), ("access_token", TokenUse.ACCESS), ("", None)],
)
def test_a_revoked_token_has_the_use_its_hint_says(hint: str, use: TokenUse | None) -> None:
    form = urlencode({"token": REFRESH, "token_type_hint": hint})
    sent = "Content-Type: application/x-www-form-urlencoded"
    tokens = found(facts_of(PAGE + call("POST https://id.example.com/revoke", sent=sent, posted=form)))
    assert (tokens[REFRESH].use if REFRESH in tokens else None) is use


def test_an_id_token_that_a_page_posts_is_issued_by_that_page() -> None:
    page = f'<form method="post"><input type="hidden" name="id_token" value="{ID}"/><INPUT name=code value="x"></form>'
    facts = facts_of(
        PAGE
        + call("GET https://login.example.com/authorize", got="Content-Type: text/html", body=page)
        + call(
            "POST https://app.example.com/callback",
            sent="Content-Type: application/x-www-form-urlencoded",
            posted=urlencode({"id_token": ID, "state": "s"}),
        )
    )
    token = found(facts)[ID]
    assert token.use is TokenUse.ID
    assert token.issued is not None
    assert (token.issued.exchange.index, token.issued.carrier) == (1, Carrier.BODY)
    assert only_use(token) == (Carrier.BODY, "id_token")
    assert not facts.session.carries_credentials(facts.exchanges[2])


@pytest.mark.parametrize("mark", ["#", "?", "#/done?"])
def test_a_redirect_hands_out_the_tokens_in_its_target(mark: str) -> None:
    target = f"https://app.example.com/callback{mark}access_token={ACCESS}&id_token={ID}&expires_in=60"
    facts = facts_of(PAGE + call("GET https://id.example.com/authorize", status=302, got=f"Location: {target}"))
    token = found(facts)[ACCESS]
    assert token.issued is not None
    assert (token.issued.carrier, raw(token.issued.name)) == (Carrier.URL, "access_token")
    assert token.issued.place.pointer.startswith("/log/entries/1/response/headers/")
    assert found(facts)[ID].use is TokenUse.ID


def test_a_hint_in_a_redirect_is_not_handed_out() -> None:
    location = f"Location: https://id.example.com/logout?id_token_hint={ID}"
    facts = facts_of(PAGE + call("GET https://app.example.com/logout", status=302, got=location))
    assert facts.tokens.all == ()


def test_a_fragment_is_not_sent() -> None:
    facts = facts_of(PAGE + call(f"GET https://app.example.com/callback#access_token={ACCESS}"))
    token = found(facts)[ACCESS]
    assert token.uses is None
    assert token.issued is not None
    assert token.issued.place.pointer == "/log/entries/1/request/url"


def test_a_token_in_a_query_is_carried() -> None:
    facts = facts_of(PAGE + call(f"GET https://api.example.com/file?access_token={ACCESS}"))
    token = found(facts)[ACCESS]
    assert only_use(token) == (Carrier.URL, "access_token")
    assert facts.tokens.access_token(facts.exchanges[1]) is token


def test_a_link_with_a_token_of_another_kind_carries_no_credential() -> None:
    facts = facts_of(
        PAGE
        + call(f"GET https://app.example.com/verify-email?token={ACCESS}")
        + call("GET https://app.example.com/invite?token=0123456789abcdef0123456789")
    )
    assert [token.use for token in facts.tokens.all] == [TokenUse.UNKNOWN]
    assert facts.tokens.sent_with(facts.exchanges[1]) == ()


@pytest.mark.parametrize(
    ("line", "sent", "token"),
    [
        (f"GET wss://api.example.com/ws?token={ACCESS}", "", ACCESS),
        ("GET wss://api.example.com/ws", f"Sec-WebSocket-Protocol: graphql-ws, access_token, {REFRESH}", REFRESH),
        ("GET wss://api.example.com/ws", f"Sec-WebSocket-Protocol: v1.app, bearer.{ACCESS}", ACCESS),
        (
            "GET wss://api.example.com/ws",
            "Sec-WebSocket-Protocol: base64url.bearer.authorization.k8s.io."
            + urlsafe_b64encode(REFRESH.encode()).decode().rstrip("="),
            REFRESH,
        ),
    ],
)
def test_sockets_carry_tokens_in_the_query_or_as_a_subprotocol(line: str, sent: str, token: str) -> None:
    facts = facts_of(PAGE + call(line, sent=sent, status=101))
    assert found(facts)[token].use is TokenUse.ACCESS
    assert facts.tokens.access_token(facts.exchanges[1]) is found(facts)[token]


def test_ordinary_subprotocols_are_no_tokens() -> None:
    sent = "Sec-WebSocket-Protocol: graphql-transport-ws, a-long-name-of-a-subprotocol"
    assert facts_of(PAGE + call("GET wss://api.example.com/ws", sent=sent, status=101)).tokens.all == ()


@pytest.mark.parametrize("name", ["X-Access-Token", "X-Auth-Token", "X-Session-Token", "X-Id-Token"])
def test_tokens_in_headers_of_other_names(name: str) -> None:
    token = found(facts_of(PAGE + call("GET https://api.example.com/me", sent=f"{name}: {ACCESS}")))[ACCESS]
    assert only_use(token) == (Carrier.HEADER, name.lower())


def test_a_jwt_in_an_answer_shows_its_use_when_it_is_sent() -> None:
    body = json.dumps({"chat": {"token": ID}, "accessToken": ACCESS, "expires": "soon"})
    answer = call("GET https://app.example.com/api/session", got="Content-Type: application/json", body=body)
    before = facts_of(PAGE + answer)
    assert {token.use for token in before.tokens.all} == {TokenUse.UNKNOWN}
    assert before.tokens.issued_by(before.exchanges[1]) == ()
    sent = call("GET https://api.example.com/me", sent=f"Authorization: Bearer {ACCESS}")
    after = facts_of(PAGE + answer + sent)
    assert found(after)[ACCESS].use is TokenUse.ACCESS
    assert [raw(token.value) for token, _ in after.tokens.issued_by(after.exchanges[1])] == [ACCESS]


def test_a_pass_for_something_else_replaces_no_token_of_the_session() -> None:
    sign_in = json.dumps({"token_type": "Bearer", "access_token": ACCESS})
    chat = json.dumps({"token": jwt(sub="u1", iat=START + 9, chat=True)})
    got = "Content-Type: application/json"
    facts = facts_of(
        PAGE
        + call("POST https://api.example.com/oauth/token", got=got, body=sign_in)
        + call("GET https://api.example.com/chat", sent=f"Authorization: Bearer {ACCESS}", got=got, body=chat)
    )
    assert found(facts)[ACCESS].replaced_by is None


def test_tokens_for_two_audiences_do_not_replace_each_other() -> None:
    other = jwt(sub="u1", iat=START + 5, exp=START + 3600, aud=["files", "api2"])
    newer = jwt(sub="u1", iat=START + 9, exp=START + 3609, aud="api")
    got = "Content-Type: application/json"
    facts = facts_of(
        PAGE
        + "".join(
            call(
                "POST https://api.example.com/oauth/token",
                got=got,
                body=json.dumps({"token_type": "Bearer", "access_token": value}),
            )
            for value in (ACCESS, other, newer)
        )
    )
    tokens = found(facts)
    assert tokens[ACCESS].replaced_by is tokens[newer]
    assert tokens[other].replaced_by is None


def test_third_parties_are_left_alone() -> None:
    got = "Content-Type: application/json"
    facts = facts_of(
        PAGE
        + call(f"GET https://cdn.tracker.net/p?access_token={ACCESS}", got=got, body=json.dumps(SESSION))
        + call(
            "POST https://cdn.tracker.net/p",
            sent=f"Content-Type: application/x-www-form-urlencoded\nCookie: s={quote(json.dumps(SESSION))}",
            got=f"Set-Cookie: s={quote(json.dumps(SESSION))}",
            posted=urlencode({"id_token": ID}),
        )
    )
    assert facts.tokens.all == ()


@given(st.lists(st.tuples(st.text(max_size=8), st.text(max_size=40)), max_size=4), st.text(max_size=80))
def test_no_text_makes_a_reader_raise(pairs: list[tuple[str, str]], text: str) -> None:
    _token_places.cookie_tokens(tuple(pairs))
    _token_places.cookie_tokens((("a.0", "base64-" + text), ("b", "%7B" + text), ("cC1", "eyJ" + text)))
    for reader in (_token_places.form_tokens, _token_places.subprotocol_tokens, _token_places.posted_form_tokens):
        reader(text)
        reader("access_token=" + text)
        reader("token, " + text)
    _token_places.url_tokens("https://a.b/?token" + text)


JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=5) | st.just(ACCESS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


@given(JSON)
def test_every_jwt_of_a_json_value_is_found_in_order(table: Any) -> None:
    wanted = json.dumps(table).count(ACCESS)
    values = [one.value for one in _token_places.json_tokens(table)]
    assert values == [ACCESS] * min(wanted, _token_places.MOST)


ANY = st.text(st.characters(), max_size=30)


@given(ANY, ANY, ANY, st.sampled_from(["", "eyJ", "eyJhbGciOiJIUzI1NiJ9.e30.", "base64-eyJ", "%7B%22", "token=eyJ"]))
def test_no_recording_makes_it_raise(first: str, second: str, third: str, start: str) -> None:
    cookie = [{"name": "Cookie", "value": f"a.0={start}{first}; b={start}{second}; cC1={start}{third}"}]
    form = {"mimeType": "application/x-www-form-urlencoded", "text": f"id_token={start}{second}&{third}"}
    made = entry(
        {
            "method": "POST",
            "url": f"https://app.example.com/{first}?access_token={start}{second}#id_token={start}{third}",
            "headers": [*cookie, {"name": "Sec-WebSocket-Protocol", "value": f"token, {start}{first}"}],
            "postData": form,
        },
        {
            "status": 302,
            "headers": [
                {"name": "Location", "value": f"{first}#access_token={start}{third}"},
                {"name": "Set-Cookie", "value": f"s={start}{first}"},
            ],
            "content": {"mimeType": "application/json", "text": json.dumps({first: start + second})},
        },
    )
    facts = Facts(Timeline(read_capture(har(made))))
    for token in facts.tokens.all:
        assert facts.tokens.verified(token) is None
        assert facts.tokens.contradicted_by(token) is None
        assert facts.tokens.reused_after_replacement(token) == ()
        assert all(use.place.exchange == 0 for use in token.uses or ())
