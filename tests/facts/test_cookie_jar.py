"""The jar stores, refuses, sends and leaves out as a browser does, and says why."""

import pytest

from haranalyze.facts.cookie_jar import Reason
from haranalyze.testing import facts_of
from haranalyze.text import raw

PAGE = "* page: https://app.example.com/\n"


def setting(line: str, *, url: str = "https://api.example.com/login", site: str = "same-site") -> str:
    return f"{PAGE}> POST {url}\n> Sec-Fetch-Site: {site}\n< 200\n< Set-Cookie: {line}\n"


@pytest.mark.parametrize(
    ("line", "url", "site", "reason"),
    [
        ("a=b; Secure; HttpOnly", "https://api.example.com/", "same-site", None),
        ("a=b; Domain=example.com", "https://api.example.com/", "same-site", None),
        ("a=b; Domain=other.net", "https://api.example.com/", "same-site", Reason.DOMAIN_MISMATCH),
        ("a=b; Domain=herokuapp.com", "https://x.herokuapp.com/", "same-site", Reason.PUBLIC_SUFFIX),
        ("a=b; Secure", "http://api.example.com/", "same-site", Reason.SECURE_ONLY),
        ("a=b; Secure", "http://localhost:3000/", "same-site", None),
        ("a=b; SameSite=None", "https://api.example.com/", "same-site", Reason.SAME_SITE_NONE_INSECURE),
        ("a=b; SameSite=Lax; Secure", "https://api.other.net/", "cross-site", Reason.SAME_SITE_LAX),
        ("a=b; SameSite=Strict; Secure", "https://api.other.net/", "cross-site", Reason.SAME_SITE_STRICT),
        ("a=b; Secure", "https://api.other.net/", "cross-site", Reason.SAME_SITE_UNSPECIFIED),
        ("a=b; SameSite=None; Secure", "https://api.other.net/", "cross-site", None),
        ("__Host-a=b; Secure; Path=/", "https://api.example.com/", "same-site", None),
        ("__Host-a=b; Secure; Path=/x", "https://api.example.com/", "same-site", Reason.INVALID_PREFIX),
        ("__secure-a=b", "https://api.example.com/", "same-site", Reason.INVALID_PREFIX),
        ("a=" + "x" * 4096, "https://api.example.com/", "same-site", Reason.TOO_LARGE),
        ("a=b; Partitioned", "https://api.example.com/", "same-site", Reason.INVALID_PARTITIONED),
    ],
)
def test_storing(line: str, url: str, site: str, reason: Reason | None) -> None:
    events = facts_of(setting(line, url=url, site=site)).cookie_jar.events
    assert [event.refused for event in events] == [reason]


def test_other_clients_have_no_browser_policy() -> None:
    events = facts_of(
        "* exporter: mitmproxy\n> GET http://api.example.com/\n< 200\n< Set-Cookie: a=b; Secure\n"
    ).cookie_jar.events
    assert events[0].refused is None


@pytest.mark.parametrize(
    ("attributes", "url", "reason"),
    [
        ("; Path=/auth", "https://api.example.com/auth/x", None),
        ("; Path=/auth", "https://api.example.com/authors", Reason.NOT_ON_PATH),
        ("; Path=/", "https://www.example.com/", Reason.DOMAIN_MISMATCH),
        ("; Path=/; Domain=example.com", "https://www.example.com/", None),
        ("; Path=/; Secure; Domain=example.com", "http://www.example.com/", Reason.SECURE_ONLY),
        ("; Path=/; Max-Age=1", "https://api.example.com/", Reason.EXPIRED),
    ],
)
def test_sending(attributes: str, url: str, reason: Reason | None) -> None:
    facts = facts_of(setting(f"a=b{attributes}") + f"* +5000\n> GET {url}\n> Sec-Fetch-Site: same-site\n< 200\n")
    later = facts.capture.exchanges[1]
    assert [raw(one.name) for one in facts.cookie_jar.predicted(later)] == (["a"] if reason is None else [])
    assert [one.reason for one in facts.cookie_jar.left_out(later)] == ([] if reason is None else [reason])


def test_a_request_that_left_before_the_answer_arrived_reads_the_older_jar() -> None:
    story = setting("a=b; Path=/") + "* took: 500 ms\n* +100\n> GET https://api.example.com/early\n< 200\n"
    story += "* +900\n> GET https://api.example.com/late\n< 200\n"
    facts = facts_of(story)
    predicted = [len(facts.cookie_jar.predicted(one)) for one in facts.capture.exchanges]
    assert predicted == [0, 0, 1]


def test_what_a_later_request_shows_overrides_the_prediction() -> None:
    facts = facts_of(setting("a=b; Domain=other.net") + "> GET https://api.example.com/\n> Cookie: a=b\n< 200\n")
    event = facts.cookie_jar.events[0]
    assert (event.refused, event.contradicted) == (None, True)


def test_missing_and_duplicate_cookies() -> None:
    story = setting("a=b; Path=/; HttpOnly") + "> GET https://api.example.com/\n> Cookie: x=1; x=2\n< 200\n"
    facts = facts_of(story)
    later = facts.capture.exchanges[1]
    assert [raw(one.name) for one in facts.cookie_jar.missing(later)] == ["a"]
    assert [(raw(name), count) for name, count in facts.cookie_jar.duplicates(later)] == [("x", 2)]


def test_a_replaced_or_deleted_cookie_is_gone() -> None:
    story = (
        setting("a=b; Path=/")
        + "> GET https://api.example.com/out\n> Cookie: a=b\n< 200\n< Set-Cookie: a=; Path=/; Max-Age=0\n"
    )
    facts = facts_of(story + "> GET https://api.example.com/\n< 200\n")
    assert facts.cookie_jar.predicted(facts.capture.exchanges[2]) == ()


def test_why_ends_at_the_request_and_names_the_reason() -> None:
    facts = facts_of(setting("a=b; Domain=other.net") + "> GET https://api.example.com/\n< 200\n")
    steps = facts.cookie_jar.why("a", facts.capture.exchanges[1])
    assert [step.outcome for step in steps] == ["ok", "stop", "follows"]
    assert steps[1].source == "DomainMismatch"


def test_a_preflight_carries_no_cookies() -> None:
    story = setting("a=b; Path=/") + "> OPTIONS https://api.example.com/\n> Access-Control-Request-Method: GET\n< 204\n"
    facts = facts_of(story)
    assert facts.cookie_jar.predicted(facts.capture.exchanges[1]) == ()
