"""The CORS protocol's checks; the vectors of other suites stand in tests/conformance."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haranalyze.protocol.cors_check import (
    CHROMIUM_STEPS,
    PROFILES,
    STANDARD,
    Allowed,
    CorsStep,
    Lines,
    Refusal,
    cors_refusal,
    header_members,
    is_forbidden_header,
    is_readable,
    is_safelisted_header,
    max_age,
    needs_preflight,
    normalise_method,
    preflight_refusal,
    read_allowed,
    unlisted,
    unsafe_header_names,
)

APP = "https://app.example"
ORIGIN, CREDENTIALS = "access-control-allow-origin", "access-control-allow-credentials"
METHODS, HEADERS = "access-control-allow-methods", "access-control-allow-headers"
values = st.lists(st.text(alphabet='aZ*, \t\x0b:/-é"null', max_size=12), max_size=3)
names = st.lists(st.sampled_from(("rid", "St-Auth-Mode", "authorization", "x-a")), max_size=4)


def lines(**given_lines: str | Sequence[str]) -> Lines:
    """Header lines by name, ``_`` for ``-`` and without the common beginning."""
    known = {f"access-control-{name.replace('_', '-')}": value for name, value in given_lines.items()}

    def ask(name: str) -> Sequence[str]:
        found = known.get(name, ())
        return (found,) if isinstance(found, str) else found

    return ask


@pytest.mark.parametrize(
    ("sent", "credentialed", "step"),
    [
        (APP, True, None),
        (f" {APP}\t", True, None),
        ("*", False, None),
        ((), False, CorsStep.ALLOW_ORIGIN_MISSING),
        ("", False, CorsStep.ALLOW_ORIGIN_INVALID),
        ("*", True, CorsStep.ALLOW_ORIGIN_WILDCARD),
        ("* ", True, CorsStep.ALLOW_ORIGIN_WILDCARD),
        ((APP, APP), False, CorsStep.ALLOW_ORIGIN_MULTIPLE),
        ((APP, ""), False, CorsStep.ALLOW_ORIGIN_MULTIPLE),
        (("*", "*"), False, CorsStep.ALLOW_ORIGIN_MULTIPLE),
        (f"{APP},https://b.example", False, CorsStep.ALLOW_ORIGIN_MULTIPLE),
        (f"{APP}/", False, CorsStep.ALLOW_ORIGIN_MISMATCH),
        (APP.upper(), False, CorsStep.ALLOW_ORIGIN_MISMATCH),
        ("null", False, CorsStep.ALLOW_ORIGIN_MISMATCH),
        ("app.example", False, CorsStep.ALLOW_ORIGIN_INVALID),
    ],
)
def test_the_allowed_origin(sent: str | tuple[str, ...], credentialed: bool, step: CorsStep | None) -> None:
    found = cors_refusal(APP, lines(allow_origin=sent, allow_credentials="true"), credentialed=credentialed)
    assert (found and found.step) == step
    if found is not None:
        assert (found.header, found.needed) == (ORIGIN, APP)
        assert found.sent == (None if sent == () else ", ".join(v.strip() for v in _listed(sent)))


def _listed(sent: str | tuple[str, ...]) -> tuple[str, ...]:
    return (sent,) if isinstance(sent, str) else sent


@pytest.mark.parametrize(("sent", "passes"), [("true", True), ("True", False), ("", False), (("true", "true"), False)])
def test_allowed_credentials_are_the_word_true_once(sent: str | tuple[str, ...], passes: bool) -> None:
    answer = lines(allow_origin=APP, allow_credentials=sent)
    found = cors_refusal(APP, answer, credentialed=True)
    assert (found is None) is passes
    assert found is None or found.step is CorsStep.ALLOW_CREDENTIALS
    assert cors_refusal(APP, answer, credentialed=False) is None


def test_an_opaque_origin_is_named_by_null_or_the_wildcard() -> None:
    assert cors_refusal("null", lines(allow_origin="null"), credentialed=False) is None
    assert cors_refusal("null", lines(allow_origin="*"), credentialed=False) is None
    assert cors_refusal("null", lines(allow_origin=APP), credentialed=False) is not None


@pytest.mark.parametrize(
    ("name", "value", "safe"),
    [
        ("Accept", "text/html,*/*;q=0.8", True),
        ("Accept", "a" * 128, True),
        ("Accept", "a" * 129, False),
        ("Accept", "é" * 65, False),  # 130 bytes
        ("Accept-Language", "de,en;q=0.5", True),
        ("Accept-Language", "de_DE", False),
        ("Content-Type", "application/json", False),
        ("Content-Type", "Text/Plain;charset=UTF-8", True),
        ("Content-Type", "multipart/form-data; boundary=----WebKitFormBoundaryx", True),
        ("Content-Type", "text/plain/", False),
        ("Range", "bytes=0-", True),
        ("Range", "bytes=-5", False),
        ("Range", "bytes=9-3", False),
        ("Authorization", "x", False),
        ("rid", "anti-csrf", False),
    ],
)
def test_headers_that_go_unasked(name: str, value: str, safe: bool) -> None:
    assert is_safelisted_header(name, value) is safe


def test_many_safe_headers_together_are_unsafe() -> None:
    some = [("Accept", "a" * 128)] * 8
    assert unsafe_header_names(some) == ()
    assert unsafe_header_names([*some, ("Accept-Language", "d")]) == ("accept", "accept-language")
    assert unsafe_header_names([("B", "1"), ("a", "1"), ("b", "2"), ("Accept", "*/*")]) == ("a", "b")


@pytest.mark.parametrize(
    ("method", "sent", "asks"),
    [
        ("get", "GET", False),
        ("post", "POST", False),
        ("put", "PUT", True),
        ("patch", "patch", True),
        ("PATCH", "PATCH", True),
    ],
)
def test_methods(method: str, sent: str, asks: bool) -> None:
    assert normalise_method(method) == sent
    assert needs_preflight(method, ()) is asks
    assert needs_preflight(method, [("rid", "1")])


@pytest.mark.parametrize(
    ("name", "value", "forbidden"),
    [
        ("Cookie", "", True),
        ("Sec-Fetch-Mode", "cors", True),
        ("Proxy-Authorization", "x", True),
        ("X-HTTP-Method-Override", "GET, trace", True),
        ("X-HTTP-Method-Override", "DELETE", False),
        ("Authorization", "x", False),
    ],
)
def test_headers_of_the_browser(name: str, value: str, forbidden: bool) -> None:
    assert is_forbidden_header(name, value) is forbidden


GOOD = {"allow_origin": APP, "allow_credentials": "true", "allow_methods": "PUT, GET", "allow_headers": "RID, x-a"}


@pytest.mark.parametrize(
    ("status", "changes", "step"),
    [
        (204, {}, None),
        (307, {}, CorsStep.PREFLIGHT_REDIRECT),
        (304, {}, CorsStep.PREFLIGHT_STATUS),
        (401, {}, CorsStep.PREFLIGHT_STATUS),
        (401, {"allow_origin": ()}, CorsStep.ALLOW_ORIGIN_MISSING),
        (204, {"allow_origin": "*"}, CorsStep.ALLOW_ORIGIN_WILDCARD),
        (204, {"allow_credentials": ()}, CorsStep.ALLOW_CREDENTIALS),
        (204, {"allow_methods": "GET"}, CorsStep.ALLOW_METHODS),
        (204, {"allow_methods": "put"}, CorsStep.ALLOW_METHODS),
        (204, {"allow_methods": "*"}, CorsStep.ALLOW_METHODS),
        (204, {"allow_methods": "PUT; GET"}, CorsStep.ALLOW_METHODS_INVALID),
        (204, {"allow_methods": ("GET", "PUT")}, None),
        (204, {"allow_headers": "x-a"}, CorsStep.ALLOW_HEADERS),
        (204, {"allow_headers": "*"}, CorsStep.ALLOW_HEADERS),
        (204, {"allow_headers": "rid x-a"}, CorsStep.ALLOW_HEADERS_INVALID),
        (204, {"allow_headers": (",rid", "X-A ,")}, None),
    ],
)
def test_a_preflight_with_credentials(
    status: int, changes: dict[str, str | tuple[str, ...]], step: CorsStep | None
) -> None:
    answer = lines(**{**GOOD, **changes})
    found = preflight_refusal(APP, status, answer, "PUT", ("rid", "x-a"), credentialed=True)
    assert (found and found.step) == step


def test_what_is_lacking_is_named() -> None:
    answer = lines(allow_origin=APP, allow_headers="x-a", allow_methods="GET")
    found = preflight_refusal(APP, 200, answer, "GET", ("authorization", "rid", "x-a"), credentialed=False)
    assert found == Refusal(CorsStep.ALLOW_HEADERS, HEADERS, "x-a", "authorization, rid", ("authorization", "rid"))
    found = preflight_refusal(APP, 200, answer, "PUT", (), credentialed=False)
    assert found == Refusal(CorsStep.ALLOW_METHODS, METHODS, "GET", "PUT", ("PUT",))


def test_the_wildcard_covers_authorization_in_some_browsers_only() -> None:
    answer = lines(allow_origin="*", allow_headers="*", allow_methods="*")
    for profile, covered in ((STANDARD, False), (PROFILES["Firefox"], False), (PROFILES["Chromium"], True)):
        found = preflight_refusal(APP, 200, answer, "PUT", ("authorization", "x"), credentialed=False, profile=profile)
        assert (found is None) is covered
        assert found is None or found.missing == ("authorization",)


@pytest.mark.parametrize(
    ("sent", "seconds"),
    [
        ((), 5),
        ("", 5),
        ("600", 600),
        (" 600 ", 600),
        ("-1", 0),
        ("0", 0),
        ("1.5", 5),
        ("１", 5),
        ("9" * 40, 5),
        (("10", "20"), 5),
    ],
)
def test_how_long_a_preflight_is_kept(sent: str | tuple[str, ...], seconds: int) -> None:
    assert max_age(lines(max_age=sent)) == seconds


def test_browsers_cap_the_age_of_a_preflight() -> None:
    long = lines(max_age="864000")
    assert {name: max_age(long, profile) for name, profile in PROFILES.items()} == {
        "Chromium": 7_200,
        "Firefox": 86_400,
        "Safari": 600,
    }
    assert max_age(long) == 864_000


@pytest.mark.parametrize(
    ("sent", "name", "credentialed", "readable"),
    [
        ((), "content-type", True, True),
        ((), "front-token", False, False),
        ("Front-Token, x", "front-token", True, True),
        ("*", "front-token", False, True),
        ("*", "front-token", True, False),
        ("*", "*", True, True),
        ("set-cookie, *", "set-cookie", False, False),
        ("front-token, no no", "front-token", False, False),
        (("x", "front-token"), "front-token", False, True),
    ],
)
def test_readable_headers(sent: str | tuple[str, ...], name: str, credentialed: bool, readable: bool) -> None:
    assert is_readable(name, lines(expose_headers=sent), credentialed=credentialed) is readable


def test_every_name_of_chromium_is_a_step() -> None:
    assert set(CHROMIUM_STEPS.values()) <= set(CorsStep)
    assert len(set(CHROMIUM_STEPS.values())) >= 14


@given(values, values, values, values, names, st.booleans(), st.integers(0, 600), st.text(max_size=8))
def test_nothing_raises(
    origins: list[str],
    credentials: list[str],
    methods: list[str],
    headers: list[str],
    asked: list[str],
    credentialed: bool,
    status: int,
    method: str,
) -> None:
    answer = lines(
        allow_origin=origins,
        allow_credentials=credentials,
        allow_methods=methods,
        allow_headers=headers,
        max_age=methods,
    )
    found = preflight_refusal(APP, status, answer, method, asked, credentialed=credentialed)
    assert found is None or found.step in CorsStep
    assert unsafe_header_names((name, value) for name in asked for value in headers) is not None
    assert max_age(answer) >= 0
    assert is_readable("x-a", lambda _: headers, credentialed=credentialed) in (True, False)


@given(names, names, names, st.booleans())
def test_listing_one_more_header_never_refuses_what_was_allowed(
    listed: list[str], more: list[str], asked: list[str], credentialed: bool
) -> None:
    before = read_allowed(lines(allow_headers=",".join(listed)))
    after = read_allowed(lines(allow_headers=",".join(listed + more)))
    assert isinstance(before, Allowed)
    assert isinstance(after, Allowed)
    if unlisted(before, "GET", asked, credentialed=credentialed) is None:
        assert unlisted(after, "GET", asked, credentialed=credentialed) is None
    assert unlisted(after, "GET", listed + more, credentialed=True) is None


@given(values)
def test_members_are_the_same_over_lines_and_in_one(sent: list[str]) -> None:
    together = header_members([",".join(sent)])
    assert header_members(sent) == together
