"""The jar stores, refuses, sends and leaves out as a browser does, and says why."""

import pytest

from haranalyze.facts._cookie_steps import SENDING, storing
from haranalyze.facts.cookie_jar import Absence, Reason
from haranalyze.protocol.browsers import CHROMIUM, FIREFOX, SAFARI
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
    assert [step.outcome for step in steps] == ["ok", "ok", "stop", "follows"]
    assert steps[2].source == "DomainMismatch"


EARLIER = "> GET https://api.example.com/before\n> Cookie: x=1\n< 200\n"
SET = setting("a=b; Path=/")
ASKED = "* +5000\n> GET https://api.example.com/\n> Sec-Fetch-Site: same-site\n< 200\n"


@pytest.mark.parametrize(
    ("story", "check", "finding", "pointer"),
    [
        (ASKED, "Set", "no request before carries it", "0/request/headers"),
        (EARLIER.replace("x=", "a=") + ASKED, "Set", "#0 is the first", "0/request/headers/1"),
        (SET + setting("a=; Path=/; Max-Age=0") + ASKED, "Kept", "#1 deletes it", "1/response/headers/0"),
        (
            SET + "> GET https://api.example.com/1\n> Cookie: a=c\n< 200\n" + ASKED,
            "Kept",
            "#1 carries another",
            "1/request/headers/1",
        ),
        (
            SET + "> GET https://api.example.com/1\n> Cookie: z=c\n< 200\n" + ASKED,
            "Kept",
            "#1 goes without it",
            "1/request/headers/1",
        ),
        (SET.replace("Path=/", "Path=/x") + ASKED, "Path", "does not cover", "1/request/url"),
        (SET.replace("Path=/", "Path=/; Max-Age=1") + ASKED, "Expiry", "expired", "0/response/headers/0"),
        (SET + ASKED.replace("same-site", "cross-site"), "SameSite", "cross-site request", "1/request/headers/1"),
        (
            SET.replace("Path=/", "Path=/; Secure") + ASKED.replace("https:", "http:"),
            "Secure",
            "goes over http",
            "1/request/url",
        ),
        (setting("a=b; Secure", url="http://api.example.com/") + ASKED, "Secure", "over http", "0/request/url"),
        (setting("__Host-a=b; Secure; Domain=example.com") + ASKED, "Prefix", "demands", "0/response/headers/0"),
        (
            setting("a=b", url="https://api.other.net/", site="cross-site") + ASKED.replace("example.com", "other.net"),
            "SameSite",
            "not SameSite=None",
            "0/request/headers/1",
        ),
        (setting("=a=b") + ASKED, "Name", "told apart", "0/response/headers/0"),
    ],
)
def test_every_step_of_why_points_at_what_decides(story: str, check: str, finding: str, pointer: str) -> None:
    facts = facts_of(story)
    name = "__Host-a" if "__Host-" in story else "" if "=a=b" in story else "a"
    steps = facts.cookie_jar.why(name, facts.capture.exchanges[-1])
    deciding = [step for step in steps if step.outcome == "stop" or step.check.template == "Set"][-1]
    assert deciding.check.template == check
    assert finding in deciding.finding.template.format(**deciding.finding.values)
    assert deciding.place is not None
    assert pointer in deciding.place.pointer
    assert all(step.place is not None for step in steps)


def test_every_reason_has_a_step_of_its_own_for_storing_and_for_sending() -> None:
    for browser in (CHROMIUM, FIREFOX, SAFARI):
        for checks in (storing(browser), SENDING):
            for reason in Reason:
                assert sum(reason in check.halted for check in checks) == 1, (browser.name, reason)


def test_why_a_cookie_went_because_the_site_had_too_many() -> None:
    lines = "".join(f"< Set-Cookie: c{number}=1; Path=/\n" for number in range(181))
    facts = facts_of(f"{PAGE}> GET https://api.example.com/\n< 200\n{lines}" + ASKED)
    [gone] = [step for step in facts.cookie_jar.why("c0", facts.capture.exchanges[1]) if step.outcome == "stop"]
    assert "more cookies than a browser keeps" in gone.finding.template
    assert gone.place is not None
    assert gone.place.pointer.endswith("0/response/headers/180")
    assert len(facts.cookie_jar.predicted(facts.capture.exchanges[1])) == 150


def test_a_cookie_in_use_outlives_older_ones_when_the_site_has_too_many() -> None:
    lines = "".join(f"< Set-Cookie: c{number}=1; Path=/{'z' if number else 'me'}\n" for number in range(180))
    story = f"{PAGE}> GET https://api.example.com/\n< 200\n{lines}"
    story += "* +90000\n> GET https://api.example.com/me\n< 200\n"
    story += "* +91000\n> GET https://api.example.com/x\n< 200\n< Set-Cookie: last=1; Path=/me\n"
    story += "* +92000\n> GET https://api.example.com/me\n< 200\n> GET https://api.example.com/z\n< 200\n"
    facts = facts_of(story)
    me, z = facts.capture.exchanges[3:]
    assert [raw(one.name) for one in facts.cookie_jar.predicted(me)] == ["c0", "last"]
    assert [raw(one.name) for one in facts.cookie_jar.predicted(z)] == [f"c{number}" for number in range(32, 180)]


SAFARI_AGENT = "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{version} Safari/605.1.15"


@pytest.mark.parametrize(
    ("version", "days", "left"),
    [("18.0", 8, ["server"]), ("18.0", 6, ["script", "server"]), ("11.1", 8, ["script", "server"])],
)
def test_safari_drops_what_a_script_wrote_after_seven_days_without_a_visit(
    version: str, days: int, left: list[str]
) -> None:
    agent = f"> User-Agent: {SAFARI_AGENT.format(version=version)}\n"
    facts = facts_of(
        f"> GET https://api.example.com/\n{agent}< 200\n< Set-Cookie: server=1; Path=/; HttpOnly\n"
        f"* +1000\n> GET https://api.example.com/1\n{agent}> Cookie: server=1\n< 200\n"
        f"* +2000\n> GET https://api.example.com/2\n{agent}> Cookie: server=1; script=2\n< 200\n"
        f"* +{days * 86_400_000}\n> GET https://api.example.com/3\n{agent}< 200\n"
    )
    jar, last = facts.cookie_jar, facts.capture.exchanges[3]
    assert jar.browser.name == "Safari"
    assert sorted(raw(one.name) for one in jar.predicted(last)) == left


FIREFOX_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0"


@pytest.mark.parametrize(("access", "sent"), [("active", ["a"]), ("none", [])])
def test_a_frame_with_storage_access_has_the_cookies_of_its_site(access: str, sent: list[str]) -> None:
    facts = facts_of(
        f"> GET https://idp.test/\n> User-Agent: {FIREFOX_AGENT}\n> Sec-Fetch-Site: none\n* type: document\n"
        "< 200\n< Set-Cookie: a=b; Secure; SameSite=None\n"
        f"* page: https://app.test/\n> GET https://idp.test/frame\n> User-Agent: {FIREFOX_AGENT}\n"
        f"> Sec-Fetch-Site: cross-site\n> Sec-Fetch-Dest: iframe\n> Sec-Fetch-Storage-Access: {access}\n"
        "> Referer: https://app.test/\n* type: document\n< 200\n"
    )
    assert [raw(one.name) for one in facts.cookie_jar.predicted(facts.capture.exchanges[1])] == sent


@pytest.mark.parametrize(("priority", "sent"), [("u=4", []), ("u=0, i", ["a"])])
def test_firefox_tells_frames_over_http_by_their_priority(priority: str, sent: list[str]) -> None:
    facts = facts_of(
        "* exporter: firefox\n* page: http://idp.test/\n"
        f"> GET http://idp.test/\n> User-Agent: {FIREFOX_AGENT}\n> Priority: u=0, i\n* type: document\n"
        "< 200\n< Set-Cookie: a=b; Path=/\n"
        f"* page: http://app.test/\n> GET http://app.test/\n> User-Agent: {FIREFOX_AGENT}\n"
        "> Priority: u=0, i\n* type: document\n< 200\n"
        f"> GET http://idp.test/frame\n> User-Agent: {FIREFOX_AGENT}\n"
        f"> Referer: http://app.test/\n> Priority: {priority}\n* type: document\n< 200\n"
    )
    assert [raw(one.name) for one in facts.cookie_jar.predicted(facts.capture.exchanges[2])] == sent


@pytest.mark.parametrize(("agent", "header"), [(FIREFOX_AGENT, "bare="), ("Chrome/156.0.0.0", "bare")])
def test_a_line_without_an_equals_sign_is_a_name_in_firefox(agent: str, header: str) -> None:
    facts = facts_of(
        f"> GET https://api.example.com/\n> User-Agent: {agent}\n< 200\n< Set-Cookie: bare; Path=/\n"
        f"> GET https://api.example.com/1\n> User-Agent: {agent}\n< 200\n"
    )
    [cookie] = facts.cookie_jar.predicted(facts.capture.exchanges[1])
    assert f"{raw(cookie.name)}={raw(cookie.value)}" == (header if "=" in header else f"={header}")


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
