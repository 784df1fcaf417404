"""Session systems as data: what the loader accepts, what it refuses and how it explains itself."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haranalyze.errors import SessionSystemError
from haranalyze.facts.session import Says
from haranalyze.systems import (
    SAYS,
    SessionSystem,
    builtin_systems,
    load_system,
    name_matches,
    path_ends,
    toml_systems,
)

MINIMAL = 'id = "x"\ntitle = "X"\nsource = "RFC 6750"\n'


def supertokens() -> SessionSystem:
    return next(system for system in builtin_systems() if system.id == "supertokens")


def test_named_systems_come_first_and_generic_ones_last() -> None:
    ids = [system.id for system in builtin_systems()]
    assert ids[0] == "supertokens"
    assert ids[-2:] == ["bearer", "cookie-session"]
    assert len(ids) == len(set(ids))


def test_supertokens_knows_the_names_of_all_generations() -> None:
    system = supertokens()
    assert {"sAccessToken"} == set(system.access_cookies)
    assert {"sRefreshToken"} == set(system.refresh_cookies)
    assert {"sIdRefreshToken"} == set(system.marker_cookies)
    assert {"sFrontToken", "st-last-access-token-update", "sAntiCsrf", "sIRTFrontend"} <= set(system.state_cookies)
    assert {"front-token", "id-refresh-token"} == set(system.response_marks)
    assert (system.expired_status, system.claim_status, system.max_retries) == (401, 403, 10)
    said = {phrase.text: phrase.says for phrase in system.phrases}
    assert said["unauthorised"] == "no-credentials"
    assert said["try refresh token"] == "renew"
    assert said["token theft detected"] == "theft"


def test_the_identifier_missing_auth_header_is_never_supertokens_evidence() -> None:
    texts = [phrase.text for phrase in supertokens().phrases] + [fault.text for fault in supertokens().faults]
    assert not any("MISSING_AUTH_HEADER" in text for text in texts)


def test_what_phrases_may_say_are_the_values_of_says() -> None:
    assert set(SAYS) == {says.value for says in Says}


def test_only_named_checks_of_credentials_of_their_own_prove_a_foreign_answer() -> None:
    proving = {
        system.id
        for system in builtin_systems()
        if system.marks_only and any(p.names_system and p.proves_foreign for p in system.phrases)
    }
    assert "django-rest-framework" in proving
    assert "aws-api-gateway" not in proving  # its authorizers check tokens of other systems
    assert "csurf" not in proving  # refuses for a missing CSRF token, not for the session


def test_the_one_file_that_is_read_holds_what_the_toml_files_say() -> None:
    assert builtin_systems() == toml_systems(), "run nox -s docs"


def test_a_system_that_is_like_another_has_its_names_beside_its_own() -> None:
    generic = next(system for system in builtin_systems() if system.id == "cookie-session")
    django = next(system for system in builtin_systems() if system.id == "django").on(generic)
    assert (django.id, django.transport, django.generic, django.plain) == ("django", "cookie", False, True)
    assert {"/admin/login", "/login"} <= set(django.sign_in_paths)
    assert len(django.access_cookies) == len(set(django.access_cookies))
    assert not supertokens().plain


@pytest.mark.parametrize("system", builtin_systems(), ids=lambda system: system.id)
def test_every_file_says_where_its_facts_come_from(system: SessionSystem) -> None:
    assert re.search(r"RFC \d+|https://|documentation", system.source)
    assert system.generic or system.marks_only or system.access_cookies or system.access_headers or system.signs
    assert all(name == name.lower() for name in system.request_marks + system.response_marks)


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ('acess_cookies = ["a"]', "did you mean 'access_cookies'"),
        ('refreshpaths = ["/r"]', "did you mean 'refresh_paths'"),
        ("zzz = 1", "known keys: id, title, source"),
        ('access_cookies = "sid"', "must be an array"),
        ("access_cookies = [1]", "must be an array of str"),
        ("generic = 1", "must be a bool"),
        ('expired_status = "401"', "must be a int"),
        ("expired_status = true", "must be a int"),
        ('transport = "pigeon"', "is none of cookie, header"),
        ('refresh_paths = ["refresh"]', "start with /"),
        ('sign_in_ok = ["status"]', "must hold path=value"),
        ('phrases = ["x"]', "must be an array of tables"),
        ('[[phrases]]\nwhere = "body"\ntext = "x"\nsays = "expried"', "did you mean 'expired'"),
        ('[[phrases]]\nwhere = "jsn:a"\ntext = "x"\nsays = "csrf"', "is none of body"),
        ('[[phrases]]\nwhere = "json"\ntext = "x"\nsays = "csrf"', "is none of body"),
        ('[[phrases]]\nwhere = "body"\ntext = ""\nsays = "csrf"', "text is empty"),
        ('[[phrases]]\nwhere = "body"\nsays = "csrf"', "'phrases.text' is missing"),
        ('[[phrases]]\nwhere = "body"\ntxt = "x"\nsays = "csrf"', "unknown key 'phrases.txt'"),
        ('like = ["cookies"]', "is none of cookie-session, bearer"),
        ('[[signs]]\nwhere = "cokie"\ntext = "x"', "signs.where 'cokie' is none of cookie, cookie-value"),
        ('[[signs]]\nwhere = "request-header"', "is none of cookie"),
        ('[[signs]]\nwhere = "cookie"\ntext = "x"\nweight = 1.5', "above 0 and at most 1"),
        ('[[signs]]\nwhere = "cookie"\ntext = "x"\nweight = "much"', "must be a float"),
        ('[[calls]]\ndoes = "refesh"\npath = "/r"', "did you mean 'refresh'"),
        ('[[calls]]\ndoes = "refresh"', "must say which call it is"),
        ('[[calls]]\ndoes = "refresh"\nwhere = "query"', "is none of body, header, query"),
        ("=", "is not TOML"),
    ],
)
def test_a_wrong_file_is_refused_with_its_name_and_the_right_word(line: str, hint: str) -> None:
    with pytest.raises(SessionSystemError) as caught:
        load_system(MINIMAL + line, "mine.toml")
    assert "mine.toml" in str(caught.value)
    assert hint in str(caught.value)


def test_a_file_without_an_identity_is_refused() -> None:
    with pytest.raises(SessionSystemError, match="'id' is missing"):
        load_system('title = "X"\nsource = "RFC"\n', "mine.toml")


def test_a_project_can_describe_its_own_system() -> None:
    system = load_system(
        MINIMAL + 'access_cookies = ["acme_*"]\n[[phrases]]\nwhere = "json:code"\ntext = "E1"\nsays = "expired"\n',
        "acme.toml",
    )
    assert system.access_cookies == ("acme_*",)
    assert system.phrases[0].says == "expired"
    untouched = {f.name for f in fields(SessionSystem)} - {
        "id",
        "title",
        "source",
        "access_cookies",
        "phrases",
    }
    default = load_system(MINIMAL, "x.toml")
    assert all(getattr(system, name) == getattr(default, name) for name in untouched)


@pytest.mark.parametrize(
    ("name", "patterns", "fits"),
    [
        ("sid", ("sid",), True),
        ("Sid", ("sid",), False),
        ("laravel_session", ("*_session",), True),
        ("_shop_session", ("_*_session",), True),
        ("_session", ("_*_session",), False),
        ("wordpress_logged_in_ab12", ("wordpress_logged_in_*",), True),
        ("ASPSESSIONIDABC", ("ASPSESSIONID*",), True),
        ("abc", ("a*b*c",), True),
        ("ac", ("a*b*c",), False),
        ("session_id", ("*_session",), False),
    ],
)
def test_a_star_in_a_cookie_name_stands_for_any_characters(name: str, patterns: tuple[str, ...], fits: bool) -> None:
    assert name_matches(name, patterns) is fits


@given(st.text("ab*", max_size=8), st.text("ab", max_size=10))
def test_name_patterns_agree_with_regular_expressions(pattern: str, name: str) -> None:
    expected = re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), name) is not None
    assert name_matches(name, (pattern,)) is expected


@pytest.mark.parametrize(
    ("path", "endings", "found"),
    [
        ("/auth/session/refresh", ("/refresh", "/session/refresh"), "/session/refresh"),
        ("/auth/session/refresh/", ("/session/refresh",), "/session/refresh"),
        ("/Auth/SignIn", ("/signin",), "/signin"),
        ("/resignin", ("/signin",), ""),
        ("/signin/step2", ("/signin",), ""),
        ("", ("/signin",), ""),
    ],
)
def test_paths_are_recognised_by_their_last_segments(path: str, endings: tuple[str, ...], found: str) -> None:
    assert path_ends(path, endings) == found
