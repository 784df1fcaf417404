"""The jar stores, refuses, sends and leaves out as a browser does, and says why."""

import pytest

from haranalyze.facts.cookie_jar import Absence, Reason
from haranalyze.protocol.same_site import Context
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
        ("a=b; Partitioned; SameSite=Lax", "https://api.other.net/", "cross-site", Reason.INVALID_PARTITIONED),
        ("a=b; Partitioned; Secure", "http://api.example.com/", "same-site", Reason.INVALID_PARTITIONED),
        ("__Host-a=b; Secure; Path=/", "http://api.example.com/", "same-site", Reason.INVALID_PREFIX),
        ("__Host-a=b; Secure; Path=/", "http://localhost:3000/", "same-site", None),
        ("a=" + "x" * 4096 + "; Domain=other.net", "https://api.example.com/", "same-site", Reason.TOO_LARGE),
        ("a=" + "\xc3\xa9" * 2000, "https://api.example.com/", "same-site", None),
        ("a=" + "\u20ac" * 1400, "https://api.example.com/", "same-site", Reason.TOO_LARGE),
    ],
)
def test_storing(line: str, url: str, site: str, reason: Reason | None) -> None:
    events = facts_of(setting(line, url=url, site=site)).cookie_jar.events
    assert [event.refused for event in events] == [reason]


def test_the_answer_at_the_end_of_a_redirected_form_belongs_to_a_page_and_no_frame() -> None:
    """Over http there is no Sec-Fetch-Dest; the page has the URL of the last hop."""
    facts = facts_of(
        "* page: http://app.example.com/done\n"
        "> POST http://app.example.com/go\n> Referer: http://other.net/\n* type: document\n"
        "< 302\n< Location: http://app.example.com/done\n"
        "> GET http://app.example.com/done\n> Referer: http://other.net/\n* type: document\n"
        "< 200\n< Set-Cookie: a=b; SameSite=Strict\n"
    )
    assert [event.refused for event in facts.cookie_jar.events] == [None]


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


def test_a_cookie_sent_against_the_policy_overrides_it_and_is_kept_as_evidence() -> None:
    facts = facts_of(
        """
        > POST https://api.example.com/login
        > Sec-Fetch-Site: same-site
        < 200
        < Set-Cookie: a=b; SameSite=Strict; Path=/
        > GET https://api.example.com/1
        > Sec-Fetch-Site: cross-site
        > Origin: https://other.net
        > Cookie: a=b
        < 200
        > GET https://api.example.com/2
        > Sec-Fetch-Site: cross-site
        > Origin: https://other.net
        < 200
        """
    )
    jar, third = facts.cookie_jar, facts.capture.exchanges[2]
    assert [one.reason for one in jar.contradictions] == [Reason.SAME_SITE_STRICT]
    assert [cookie.name for cookie in jar.predicted(third)] == ["a"]


def test_a_script_changes_and_deletes_cookies_it_can_reach() -> None:
    facts = facts_of(
        """
        > POST https://api.example.com/login
        < 200
        < Set-Cookie: a=1; Path=/
        < Set-Cookie: b=1; Path=/
        < Set-Cookie: c=1; Path=/; HttpOnly
        > GET https://api.example.com/1
        > Cookie: b=2; c=1
        < 200
        > GET https://api.example.com/2
        > Cookie: b=2; c=1
        < 200
        """
    )
    jar, (_, second, third) = facts.cookie_jar, facts.capture.exchanges
    assert [(raw(one.name), raw(one.value)) for one in jar.foreseen(second)] == [("a", "1"), ("b", "1"), ("c", "1")]
    assert [(raw(one.name), raw(one.value)) for one in jar.foreseen(third)] == [("c", "1"), ("b", "2")]


def test_an_older_value_on_a_late_request_changes_nothing() -> None:
    facts = facts_of(
        """
        > GET https://api.example.com/1
        < 200
        < Set-Cookie: a=1; Path=/; HttpOnly
        > GET https://api.example.com/2
        < 200
        < Set-Cookie: a=2; Path=/; HttpOnly
        > GET https://api.example.com/3
        > Cookie: a=1
        < 200
        > GET https://api.example.com/4
        < 200
        """
    )
    assert [raw(one.value) for one in facts.cookie_jar.predicted(facts.capture.exchanges[3])] == ["2"]


def test_a_learnt_cookie_that_other_paths_do_not_carry_has_a_narrower_path() -> None:
    facts = facts_of(
        """
        > POST https://api.example.com/auth/refresh
        > Cookie: access=1; refresh=2
        < 200
        > GET https://api.example.com/api
        > Cookie: access=1
        < 200
        > GET https://api.example.com/api/2
        > Cookie: access=1
        < 200
        > POST https://api.example.com/auth/refresh
        > Cookie: access=1; refresh=2
        < 200
        """
    )
    jar, exchanges = facts.cookie_jar, facts.capture.exchanges
    assert [raw(one.name) for one in jar.foreseen(exchanges[2])] == ["access"]
    assert sorted(raw(one.name) for one in jar.foreseen(exchanges[3])) == ["access", "refresh"]


def test_a_cookie_of_a_page_in_a_foreign_frame_is_a_third_party_s() -> None:
    facts = facts_of(
        """
        * page: https://shop.net/
        > GET https://shop.net/
        > Sec-Fetch-Dest: document
        > Sec-Fetch-Site: none
        * type: document
        < 200
        > GET https://pay.example.com/frame
        > Sec-Fetch-Dest: iframe
        > Sec-Fetch-Site: cross-site
        > Referer: https://shop.net/
        * type: document
        < 200
        < Set-Cookie: lax=1; Path=/
        < Set-Cookie: none=1; Path=/; SameSite=None; Secure
        > GET https://pay.example.com/api
        > Sec-Fetch-Site: same-origin
        > Referer: https://pay.example.com/frame
        * type: fetch
        < 200
        """
    )
    jar, (_, frame, call) = facts.cookie_jar, facts.capture.exchanges
    assert [event.refused for event in jar.set_by(frame)] == [Reason.SAME_SITE_UNSPECIFIED, None]
    assert jar.situation(call).third_party
    assert [raw(one.name) for one in jar.predicted(call)] == ["none"]


def test_absences_name_what_could_explain_it() -> None:
    facts = facts_of(
        f"""
        {PAGE.strip()}
        > POST https://api.example.com/login
        > Sec-Fetch-Site: same-site
        < 200
        < Set-Cookie: a=b; HttpOnly; Path=/
        > GET https://api.example.com/me
        > Sec-Fetch-Site: same-site
        > Sec-Fetch-Mode: cors
        < 401
        """
    )
    jar, call = facts.cookie_jar, facts.capture.exchanges[1]
    (cookie,) = jar.missing(call)
    assert jar.absences(cookie, call) == (Absence.CREDENTIALS_MODE, Absence.OTHER_PROFILE, Absence.PROXY)


def test_a_redirect_chain_keeps_who_started_it() -> None:
    facts = facts_of(
        """
        > GET https://idp.net/authorize
        > Sec-Fetch-Site: none
        > Sec-Fetch-Mode: navigate
        * type: document
        < 302
        < Location: https://app.example.com/callback
        > GET https://app.example.com/callback
        > Sec-Fetch-Site: cross-site
        > Sec-Fetch-Mode: navigate
        * type: document
        < 200
        """
    )
    assert facts.cookie_jar.situation(facts.capture.exchanges[1]).context is Context.STRICT


def test_a_document_that_is_not_its_page_s_own_is_in_a_frame_even_over_http() -> None:
    facts = facts_of(
        """
        * page: http://shop.net/
        > GET http://shop.net/
        * type: document
        < 200
        > GET http://pay.example.com/frame
        > Referer: http://shop.net/
        * type: document
        < 200
        < Set-Cookie: lax=1; Path=/
        > GET http://pay.example.com/api
        > Referer: http://pay.example.com/frame
        * type: xhr
        < 200
        """
    )
    jar, (_, frame, call) = facts.cookie_jar, facts.capture.exchanges
    assert [event.refused for event in jar.set_by(frame)] == [Reason.SAME_SITE_UNSPECIFIED]
    assert not jar.situation(frame).navigates
    assert jar.situation(call).context is Context.CROSS_SITE


def test_a_blocked_call_does_not_send_what_its_own_answer_sets() -> None:
    facts = facts_of(
        """
        > GET https://api.example.com/
        * took: 0ms
        < 200
        < Set-Cookie: a=b; Path=/
        """
    )
    (call,) = facts.capture.exchanges
    assert facts.cookie_jar.predicted(call) == ()


def test_a_form_over_http_that_hides_its_page_comes_from_another_site() -> None:
    facts = facts_of("> POST http://api.example.com/form\n> Origin: null\n* type: document\n< 200\n")
    assert facts.cookie_jar.situation(facts.capture.exchanges[0]).context is Context.LAX_UNSAFE


def test_a_page_that_names_itself_to_nobody_may_post_to_its_own_site() -> None:
    facts = facts_of(
        "> GET http://api.example.com/sign-in\n* type: document\n< 200\n< Referrer-Policy: no-referrer\n\n"
        "> POST http://api.example.com/form\n> Origin: null\n* type: document\n< 200\n"
    )
    assert facts.cookie_jar.situation(facts.capture.exchanges[1]).context is Context.STRICT


def test_a_null_origin_over_https_without_sec_fetch_site_tells_nothing() -> None:
    facts = facts_of("> POST https://api.example.com/form\n> Origin: null\n* type: document\n< 200\n")
    assert facts.cookie_jar.situation(facts.capture.exchanges[0]).context is Context.STRICT
