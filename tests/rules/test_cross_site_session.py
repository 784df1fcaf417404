"""cross-site-session: a fault where the cookie is lost, a note where it works here, quiet on one site."""

import pytest

from haranalyze.findings import Confidence, Severity
from haranalyze.rulebook import Rulebook
from haranalyze.testing import check_rule, facts_of
from haranalyze.verdict import State
from tests.rules.stories import (
    ACCEPTED,
    PAGE,
    UNAUTHORISED,
    asks,
    call,
    cookies,
    jwt,
    marked,
    refresh,
    renewed,
    sign_in,
)

RULE = "cross-site-session"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"
THIRD = cookies(TOKEN, attributes="; Path=/; HttpOnly; Secure; SameSite=None")
SAFARI = (
    "> User-Agent: Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.4 Safari/605.1.15"
)


def apart(story: str, api: str = "api.other.net") -> str:
    return story.replace("same-site", "cross-site").replace("api.example.com", api)


def in_safari(story: str) -> str:
    return story.replace("> Origin:", f"{SAFARI}\n    > Origin:").replace("    > Sec-Fetch-Site: cross-site\n", "")


LOST = (
    PAGE
    + sign_in(TOKEN, setting=marked(THIRD, "< Set-Cookie: sAccess", "page of another site"))
    + call("/api/me   # want: blocks cookies of other sites")
    + marked(UNAUTHORISED, "< 401", "without the session")
)
WORKS = (
    PAGE
    + sign_in(TOKEN, setting=marked(THIRD, "< Set-Cookie: sAccess", "in Safari it would be lost", "want"))
    + call("/api/me", COOKIE + "   # related: sent back across sites")
    + ACCEPTED
)


def severities(story: str) -> list[Severity]:
    from haranalyze.analysis import examine
    from haranalyze.capture.transcript import read_transcript

    found = examine(read_transcript(story), Rulebook.installed())
    return [one.severity for one in found.findings if one.rule == RULE]


@pytest.mark.parametrize("api", ["api.other.net", "acme-api.herokuapp.com"])
def test_lost_in_safari_is_a_fault(api: str) -> None:
    story = in_safari(apart(LOST, api).replace("app.example.com", "acme-web.herokuapp.com"))
    check_rule(RULE, story, confidence=Confidence.LIKELY)
    assert severities(story) == [Severity.HIGH]


@pytest.mark.parametrize("access", ["none", "inactive"])
def test_a_browser_that_says_so_itself_leaves_no_other_cause(access: str) -> None:
    told = f"> Sec-Fetch-Storage-Access: {access}"
    story = (
        PAGE
        + sign_in(TOKEN, setting=marked(THIRD, "< Set-Cookie: sAccess", "page of another site"))
        + asks("GET", "/api/me   # want: blocks cookies of other sites", f"{told}   # related: says that it has none")
        + marked(UNAUTHORISED, "< 401", "without the session")
    )
    check_rule(RULE, apart(story), confidence=Confidence.CERTAIN)
    check_rule(
        "credentials-omitted", apart(PAGE + sign_in(TOKEN, setting=THIRD) + asks("GET", "/api/me", told) + UNAUTHORISED)
    )


def test_lost_in_a_frame_of_another_site_is_a_fault() -> None:
    framed = """
    * page: https://portal.host.example/
    > GET https://portal.host.example/
    * type: document
    < 200
    > GET https://app.example.com/widget
    > Sec-Fetch-Dest: iframe
    * type: document
    < 200
    """
    story = LOST.replace(PAGE, "").replace(
        "> Sec-Fetch-Site: same-site", "> Sec-Fetch-Site: same-site\n    > Referer: https://app.example.com/widget"
    )
    check_rule(RULE, framed + story)


def test_a_refresh_of_the_session_client_that_lacks_the_cookie_tells_of_blocking() -> None:
    """A private window of a browser that otherwise allows such cookies."""
    story = LOST + refresh("> Accept: */*", marked(UNAUTHORISED, "< 401", "without the session"))
    check_rule(RULE, apart(story), confidence=Confidence.LIKELY)


def test_where_it_works_it_is_a_note_and_the_session_stays_healthy() -> None:
    from haranalyze.analysis import examine
    from haranalyze.capture.transcript import read_transcript

    story = apart(WORKS)
    check_rule(RULE, story)
    assert severities(story) == [Severity.INFO]
    assert examine(read_transcript(story), Rulebook.installed()).verdict.state is State.HEALTHY


def plain(story: str) -> str:
    return "\n".join(line.partition("   # ")[0] for line in story.splitlines())


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(plain(WORKS), id="sub-domains share the site"),
        pytest.param(plain(LOST), id="sub-domains share the site, and the call is refused"),
        pytest.param(plain(apart(WORKS)).replace("SameSite=None", "SameSite=Lax"), id="another cause: Lax"),
        pytest.param(plain(apart(WORKS)).replace("SameSite=None", "SameSite=None; Partitioned"), id="partitioned"),
        pytest.param(
            apart(
                PAGE
                + sign_in(TOKEN, setting=THIRD.replace("SameSite=None", "SameSite=None; Partitioned"))
                + call("/api/me")
                + UNAUTHORISED
            ),
            id="partitioned, and lost for another reason",
        ),
        pytest.param(
            plain(apart(WORKS, "127.0.0.1:3001").replace("https://app.example.com", "http://localhost:3000")),
            id="two loopback names",
        ),
        pytest.param(
            apart(PAGE + sign_in(TOKEN, setting=f"< st-access-token: {TOKEN}\n", mode="header"))
            + apart(call("/api/me", f"> Authorization: Bearer {TOKEN}") + ACCEPTED),
            id="header mode",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)


def test_a_call_without_credentials_beside_a_good_refresh_is_another_cause() -> None:
    story = apart(
        PAGE
        + sign_in(TOKEN, setting=THIRD)
        + call("/api/me")
        + UNAUTHORISED
        + refresh("> Cookie: sRefreshToken=r-1", renewed(TOKEN, setting=THIRD))
    )
    assert severities(story) == [Severity.INFO]


def test_third_parties_of_the_page_are_not_asked() -> None:
    from haranalyze.facts.third_party import third_party_cookies

    tracker = """
    > GET https://cdn.metrics.net/t
    * type: fetch
    > Sec-Fetch-Site: cross-site
    < 200
    < Set-Cookie: session=aaaaaaaaaaaaaaaaaaaaaaaa; Path=/; HttpOnly; Secure; SameSite=None
    """
    assert third_party_cookies(facts_of(PAGE + tracker)) == ()
