"""What a reader may see of captured text: names, attributes, lengths and ordinals, never values."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import haranalyze
from haranalyze.redaction import Projector, visible, visible_but_chips
from haranalyze.text import Kind, Sentence, Text
from tests.test_timeline import entry

TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1c2VyIn0.c2lnbmF0dXJl"


def show(value: str, kind: Kind, name: str = "") -> str:
    return Projector().show(Text(value, kind, name))


def test_equal_values_get_equal_ordinals_and_others_the_next() -> None:
    projector = Projector()
    first = projector.show(Text("s3cret-one", Kind.COOKIE_VALUE, "sid"))
    other = projector.show(Text("s3cret-two", Kind.COOKIE_VALUE, "sid"))
    again = projector.show(Text("s3cret-one", Kind.COOKIE_VALUE, "other"))
    assert (first, other, again) == ("«cookie 1, 10 B»", "«cookie 2, 10 B»", "«cookie 1, 10 B»")


def test_a_token_in_a_cookie_and_in_a_header_is_the_same_token() -> None:
    projector = Projector()
    assert projector.cookies(f"sAccessToken={TOKEN}").endswith("«cookie 1, 53 B»")
    assert projector.authorization(f"Bearer {TOKEN}") == "Bearer «cookie 1, 53 B»"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "sid=abc; Path=/auth; HttpOnly; Secure; SameSite=Lax",
            "sid=«cookie 1, 3 B»; Path=/auth; HttpOnly; Secure; SameSite=Lax",
        ),
        ("sid=; Max-Age=0; Domain=.example.com", "sid=; Domain=example.com; Max-Age=0"),
    ],
)
def test_a_set_cookie_line_keeps_name_attributes_and_length(line: str, expected: str) -> None:
    assert show(line, Kind.SET_COOKIE) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Bearer undefined", "Bearer undefined"),
        ("Bearer null", "Bearer null"),
        ("Bearer [object Object]", "Bearer [object Object]"),
        ("Bearer {{token}}", "Bearer {{token}}"),
        ("Bearer {{ acmeLogin }}", "Bearer {{ acmeLogin }}"),
        ("Bearer ${ACCESS_TOKEN}", "Bearer ${ACCESS_TOKEN}"),
        ("Bearer <your-token>", "Bearer <your-token>"),
        ("Bearer %TOKEN%", "Bearer %TOKEN%"),
        ("Bearer :token", "Bearer :token"),
        ("Bearer <Summer-Rain-77>", "Bearer «token 1, 16 B»"),
        ("Bearer {{Winter2Snow!}}", "Bearer «token 1, 16 B»"),
        ("Bearer %Hunter%", "Bearer «token 1, 8 B»"),
        ("Bearer {{9f86d081884c7d659a2f}}", "Bearer «token 1, 24 B»"),
        (f"Bearer {TOKEN}", "Bearer «token 1, 53 B»"),
        (TOKEN, "«token 1, 53 B»"),
        (f"Bearer Bearer {TOKEN}", "Bearer Bearer «token 1, 53 B»"),
    ],
)
def test_authorization_shows_scheme_and_telling_literals_only(value: str, expected: str) -> None:
    assert show(value, Kind.HEADER_VALUE, "authorization") == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://api.example.com/auth/session/refresh", "https://api.example.com/auth/session/refresh"),
        (
            "https://api.example.com/users/4f2a9/orders?token=abc&page=2",
            "https://api.example.com/users/{seg}/orders?token=&page=",
        ),
        ("https://user:pass@api.example.com:8443/reset/Zx81k", "https://api.example.com:8443/reset/{seg}"),
        ("/account/jane.doe", "/account/{seg}"),
        ("https://example.com/app.4f2a9b.js", "https://example.com/{seg}.js"),
    ],
)
def test_a_url_keeps_host_known_path_words_and_parameter_names(url: str, expected: str) -> None:
    assert show(url, Kind.URL) == expected


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("access-control-allow-origin", "https://app.example.com", "https://app.example.com"),
        ("access-control-allow-origin", "*", "*"),
        ("access-control-allow-headers", "rid, content-type", "rid, content-type"),
        ("cache-control", "private, max-age=300, x=SECRETSECRET", "private, max-age=300"),
        ("date", "Sun, 22 Nov 2026 02:34:24 GMT", "Sun, 22 Nov 2026 02:34:24 GMT"),
        ("server", "nginx/1.22.1", "nginx/1.22.1"),
        ("x-cache", "Hit from cloudfront", "Hit from cloudfront"),
        ("x-api-key", "k-12345", "«header 1, 7 B»"),
        (
            "content-type",
            "application/json; charset=utf-8; boundary=SECRET",
            "application/json; charset=utf-8",
        ),
    ],
)
def test_only_listed_headers_show_their_value(name: str, value: str, expected: str) -> None:
    assert show(value, Kind.HEADER_VALUE, name) == expected


def test_a_body_shows_type_size_and_listed_phrases() -> None:
    body = Text('{"message":"unauthorised","user":"ada@example.com"}', Kind.BODY, "application/json")
    assert Projector().show(body) == 'json 51 B: message "unauthorised"'


def test_a_sentence_is_filled_with_what_may_be_shown() -> None:
    sentence = Sentence(
        "{name} was sent {times} times with {value}",
        name=Text("sid", Kind.COOKIE_NAME),
        times=2,
        value=Text("abcdef", Kind.COOKIE_VALUE),
    )
    assert Projector().say(sentence) == "sid was sent 2 times with «cookie 1, 6 B»"


def test_control_and_bidi_characters_are_spelled_out() -> None:
    assert visible("a\x1b[31mb\u202ec") == "aU+001B[31mbU+202Ec"


@given(st.text(st.characters() | st.sampled_from("«»\u00a0\u2060\u3164")))
def test_projected_strings_differ_from_visible_ones_by_the_marks_of_chips_alone(text: str) -> None:
    assert visible_but_chips(text).replace("«", "U+00AB").replace("»", "U+00BB") == visible(text)


def test_header_lines_are_shown_in_order_without_pseudo_headers_each_set_cookie_by_itself() -> None:
    log = {
        "version": "1.2",
        "creator": {"name": "WebInspector"},
        "entries": [
            entry(
                request=[(":path", "/"), ("Accept", " text/html "), ("X-Unknown", "s3cret"), ("x-unknown", "s3cret")],
                response=[("Set-Cookie", "a=1; Path=/\nb=2"), ("Vary", "Origin")],
            )
        ],
    }
    capture = haranalyze.read_capture(json.dumps({"log": log}).encode())
    exchange, projector = capture.exchanges[0], Projector(capture=capture)
    asked = [("accept", "text/html"), ("x-unknown", "«header 1, 6 B»"), ("x-unknown", "«header 1, 6 B»")]
    answered = [("set-cookie", "a=«cookie 1, 1 B»; Path=/"), ("set-cookie", "b=«cookie 2, 1 B»"), ("vary", "Origin")]
    for _ in range(2):  # the second time from what is known
        assert projector.lines(exchange.request, 60) == asked
        assert projector.lines(exchange.response, 60) == answered
        assert projector.lines(exchange.response, 1) == answered[:1]


@given(
    st.sampled_from(
        [kind for kind in Kind if kind not in (Kind.HEADER_NAME, Kind.COOKIE_NAME, Kind.PARAMETER_NAME, Kind.HOST)]
    ),
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=60),
)
def test_nothing_captured_raises_and_no_long_value_survives(kind: Kind, value: str) -> None:
    secret = "Zq7" + "kT9w" * 8
    shown = Projector().show(Text(value + "/" + secret, kind, "x-custom"))
    assert secret not in shown


@given(
    st.text(max_size=80),
    st.sampled_from(list(Kind)),
    st.sampled_from(["", "location", "via", "vary", "cookie", "set-cookie"]),
)
def test_every_kind_shows_any_text_without_control_characters(value: str, kind: Kind, name: str) -> None:
    shown = Projector().show(Text(value, kind, name))
    assert not any(
        ord(character) < 32 or character in "\u202a\u202b\u202d\u202e\u2066\u2067\u2068" for character in shown
    )
