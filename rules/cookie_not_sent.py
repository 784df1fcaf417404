"""A call that needs the session cookie goes without it.

Why it matters
    The API sees an anonymous visitor and answers 401 although the user has signed in.
What to do
    Find out why the browser keeps the cookie back: credentials mode, its attributes, or the browser's own policy.
Stays quiet when
    The session travels in headers, the recording leaves cookies out, or nobody has signed in.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.session import Refusal, Says
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import Needs, rule
from haranalyze.text import Sentence

from ._words import SAID, flow, lacks_session, later, seen


@rule(
    id="cookie-not-sent",
    severity=Severity.MEDIUM,
    owner=Owner.FRONTEND,
    layer=Layer.COOKIE,
    since="0.1",
    references=("RFC 6265bis section 5.8",),
    explains=(
        "refresh-failing",
        "anonymous-401",
    ),
    needs=(Needs.COOKIES,),
)
def cookie_not_sent(facts: Facts) -> Iterator[Said]:
    found = []
    for refusal in facts.session.refusals:
        call = refusal.exchange
        if refusal.foreign or facts.session.refresh(call) or facts.session.transport(call) != "cookie":
            continue
        if facts.session.signed_in_before(call) and _goes_without(facts, refusal):
            found.append(refusal)
    if not found:
        yield Passed(seen(len(facts.session.refusals), "refused calls"))
        return
    call = found[0].exchange
    others = call.request.has("cookie")
    yield Match(
        message=Sentence(
            "#{index} carries other cookies, not the session's, and is answered {status}."
            if others
            else "#{index} carries no cookie at all and is answered {status}.",
            index=call.index,
            status=call.response.status,
        ),
        headline=Sentence(
            "Sign-in works, but {path} on {host} is called without the session cookie and answered {status}.",
            path=call.path,
            host=call.host,
            status=call.response.status,
        ),
        at=call.request.place("cookie"),
        caption=Sentence("missing: no session cookie"),
        related=(
            (found[0].evidence, Sentence(SAID[found[0].says])),
            *later([one.exchange for one in found[1:]], "the same"),
        ),
        confidence=Confidence.LIKELY,
        subject="cookie",
        flow=flow(one.exchange for one in found),
        fixes=(_IN_A_BROWSER if facts.quality.is_browser else _IN_AN_APP,),
        alternatives=_BROWSERS if facts.quality.is_browser else _APPS,
        decides=Sentence(
            "In devtools, look at the Cookies tab of #{index}: it names why a cookie was kept back.",
            index=call.index,
        )
        if facts.quality.is_browser
        else Sentence("Look for code of the app that sets Cookie or credentials on #{index}.", index=call.index),
    )


def _goes_without(facts: Facts, refusal: Refusal) -> bool:
    """Whether the call is shown to lack the session cookie. Only browsers keep cookies by themselves: of other clients,
    and where a 401 does not say what it lacks, the recording must hold the answer that set it."""
    call, names = refusal.exchange, facts.session.session_cookie_names()
    if not lacks_session(refusal):
        return False
    if any(cookie.name in names for cookie in facts.cookie_jar.missing(call)):
        return True
    says_so = refusal.says is Says.NO_CREDENTIALS
    return says_so and facts.quality.is_browser and facts.quality.shows_absence(call, "cookie")


_IN_A_BROWSER = Fix(
    Owner.FRONTEND,
    Sentence("where this call is made"),
    Sentence("Make the call with credentials, and check in the browser whether the session cookie was stored."),
)
_IN_AN_APP = Fix(
    Owner.FRONTEND,
    Sentence("where the app makes its HTTP client"),
    Sentence("Let the platform keep cookies and set no Cookie header by hand, or carry the session in headers."),
    Sentence('fetch(url, {{ credentials: "omit", headers: {{ Cookie: "theme=dark" }} }})'),
    Sentence("fetch(url)"),
)
_BROWSERS = (
    Sentence("the browser blocks cookies of other sites"),
    Sentence("the call is made without credentials"),
)
_APPS = (
    Sentence("the client keeps no cookies"),
    Sentence("code of the app sets a Cookie header of its own, which replaces the kept cookies"),
)
