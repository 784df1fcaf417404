"""What the rules about checks against forged requests share: which refusals, and how they are told."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from haranalyze.facts import Facts
from haranalyze.facts.forgery_checks import ForgeryRefusal, Lack, forgery_refusals
from haranalyze.findings import Confidence, Fix, Match, Owner, Passed, Said, Severity
from haranalyze.text import Place, Sentence

from ._words import flow, later, seen

Telling = Callable[[ForgeryRefusal], tuple[Place, Sentence, tuple[tuple[Place, Sentence], ...]]]


def refused_for(facts: Facts, lack: Lack, headline: str, telling: Telling, fixes: tuple[Fix, ...]) -> Iterator[Said]:
    """One match for all calls refused for this lack. ``telling`` gives the primary place, its caption, further places.

    A call that was accepted a moment later (the page was loaded anew) is told with severity low.
    """
    refusals = facts.derive(forgery_refusals)
    found = [one for one in refusals if one.lack is lack]
    lasting = [one for one in found if not one.recovered]
    if not found:
        yield Passed(seen(len(refusals), "refusals by a check against forged requests"))
        return
    one = (lasting or found)[0]
    call = one.exchange
    at, caption, related = telling(one)
    yield Match(
        message=Sentence(
            _MESSAGES[lack], index=call.index, status=call.response.status, method=call.method, path=call.path
        ),
        headline=Sentence(headline, method=call.method, path=call.path, status=call.response.status),
        at=at,
        caption=caption,
        related=(
            *related,
            *(((one.evidence, Sentence(_EVIDENCE[one.named])),) if one.evidence != at else ()),
            *later([other.exchange for other in found if other is not one], "the same"),
        ),
        confidence=Confidence.CERTAIN if one.named and (one.name or lack is not Lack.COOKIE) else Confidence.LIKELY,
        severity=None if lasting else Severity.LOW,
        subject=one.framework,
        flow=flow(other.exchange for other in found),
        fixes=(*_own(one), *fixes),
    )


_EVIDENCE = {True: "the answer names the check", False: "refused without a reason"}
_MESSAGES = {
    Lack.COOKIE: "#{index} ({method} {path}) comes without the cookie that proves it genuine and is answered {status}.",
    Lack.TOKEN: "#{index} ({method} {path}) comes without the token that proves it genuine and is answered {status}.",
    Lack.MATCH: "#{index} ({method} {path}) brings a token that does not fit its session and is answered {status}.",
    Lack.ORIGIN: "#{index} ({method} {path}) comes from an address that is not allowed and is answered {status}.",
}


def _own(one: ForgeryRefusal) -> tuple[Fix, ...]:
    known = _FIXES.get((one.framework, one.lack))
    if known is None:
        return ()
    owner, place, words, line = known
    return (Fix(owner, Sentence(place), Sentence(words), None, Sentence(line)),)


_FIXES: dict[tuple[str, Lack], tuple[Owner, str, str, str]] = {
    ("Django", Lack.ORIGIN): (
        Owner.API,
        "in settings.py",
        "Name the address of the page; behind a proxy tell Django the scheme.",
        'CSRF_TRUSTED_ORIGINS = ["https://app.example.com"]',
    ),
    ("Django", Lack.COOKIE): (
        Owner.API,
        "in the view that serves the page",
        "Make Django set the cookie with the page, with attributes that let it come back.",
        "@ensure_csrf_cookie",
    ),
    ("Django", Lack.TOKEN): (
        Owner.FRONTEND,
        "where this call is made",
        "Send the value of the cookie in the header.",
        'headers: {{ "X-CSRFToken": cookie("csrftoken") }}',
    ),
    ("Laravel", Lack.COOKIE): (
        Owner.FRONTEND,
        "before the first call that writes",
        "Ask for the cookie first, and send cookies along.",
        'axios.defaults.withCredentials = true; await axios.get("/sanctum/csrf-cookie")',
    ),
    ("Laravel", Lack.TOKEN): (
        Owner.FRONTEND,
        "where this call is made",
        "Send the decoded value of the cookie XSRF-TOKEN in the header.",
        "axios.defaults.withXSRFToken = true",
    ),
    ("Rails", Lack.TOKEN): (
        Owner.FRONTEND,
        "where this call is made",
        "Send the token of the page in the header.",
        'headers: {{ "X-CSRF-Token": document.querySelector("meta[name=csrf-token]").content }}',
    ),
    ("ASP.NET Core", Lack.TOKEN): (
        Owner.FRONTEND,
        "where this call is made",
        "Send the token of the page as the form field or in the header.",
        "headers: {{ RequestVerificationToken: token }}",
    ),
    ("SvelteKit", Lack.ORIGIN): (
        Owner.API,
        "in the environment of the server",
        "Tell the server the address it is reached at.",
        "ORIGIN=https://app.example.com",
    ),
}
