"""Works in another client, fails in the browser: the gate that only browsers have, and that was closed."""

from __future__ import annotations

from typing import Final, NamedTuple

from haranalyze.capture.model import Exchange
from haranalyze.comparison.differences import Sides
from haranalyze.facts.cors import Credentials
from haranalyze.facts.flow import cookie_names
from haranalyze.facts.third_party import has_no_access
from haranalyze.protocol.cookie_store import SAME_SITE_REASONS, Reason
from haranalyze.protocol.url import parse_url
from haranalyze.report.proof import CORS_WORDS
from haranalyze.text import Text

_ATTRIBUTES: Final = {
    Reason.SECURE_ONLY: "Secure",
    Reason.DOMAIN_MISMATCH: "Domain",
    Reason.PUBLIC_SUFFIX: "Domain",
    Reason.NOT_ON_PATH: "Path",
    Reason.SAME_SITE_NONE_INSECURE: "SameSite=None without Secure",
}


class ClosedGate(NamedTuple):
    """A gate's name (mixed content, CORS, SameSite, third-party cookies, cookie, credentials mode), and in words why it
    was closed."""

    name: str
    told: str


def closed_gate(sides: Sides, good: Exchange | None, bad: Exchange) -> ClosedGate | None:
    """The gate that kept the browser's exchange from going as the other client's did; None where none shows.

    Only where a browser made the failing recording and none made the good one.
    """
    if sides.good.facts.quality.is_browser or not sides.bad.facts.quality.is_browser:
        return None
    bad = sides.bad.facts.timeline.preflight_for(bad) or bad
    return _mixed_content(sides, bad) or _cors(sides, bad) or _cookies(sides, good, bad)


def never_sent(sides: Sides, good: Exchange) -> ClosedGate | None:
    """The gate that keeps a browser from sending a call at all, so that its recording does not even list it."""
    facts = sides.bad.facts
    if sides.good.facts.quality.is_browser or not facts.quality.is_browser or good.request.url.is_trustworthy:
        return None
    pages = [one.request.url.scheme for one in facts.exchanges if one.is_page]
    return _MIXED if pages and set(pages) == {"https"} else None


_MIXED: Final = ClosedGate("mixed content", "the page is loaded over https and calls http, which browsers do not send")


def _mixed_content(sides: Sides, bad: Exchange) -> ClosedGate | None:
    page = parse_url(sides.bad.facts.timeline.page_url(bad))
    if page.scheme == "https" and not bad.request.url.is_trustworthy and bad.failed:
        return _MIXED
    return None


def _cors(sides: Sides, bad: Exchange) -> ClosedGate | None:
    decision = sides.bad.facts.cors.decision(bad)
    if decision is None or decision.allowed is not False:
        return None
    words = (
        CORS_WORDS[decision.step].removeprefix("refused: ") if decision.step else "the browser keeps the answer back"
    )
    return ClosedGate("CORS", words)


def _cookies(sides: Sides, good: Exchange | None, bad: Exchange) -> ClosedGate | None:
    """Why a cookie the other client carried or kept was not carried or kept by the browser."""
    jar, show = sides.bad.facts.cookie_jar, sides.projector.show
    for event in jar.set_by(bad):
        if event.refused is not None and not event.is_deletion and event.name in sides.names:
            return _by_reason(event.refused, show(event.name), "is not kept")
    held_back = next((one.name for one in jar.missing(bad) if one.name in sides.names), None)
    if held_back is not None and has_no_access(bad):
        told = f"the browser sends no cookies to other sites than the page's, so {show(held_back)} stays behind"
        return ClosedGate("third-party cookies", told)
    lacking = set(cookie_names(good)) - set(cookie_names(bad)) if good is not None else set[Text]()
    for name in sorted(lacking & sides.names, key=show):
        reason = next((one.reason for one in jar.left_out(bad) if one.cookie.name == name), None)
        reason = reason or next(
            (one.refused for one in jar.events if one.name == name and one.refused and not one.is_deletion), None
        )
        if reason is not None:
            return _by_reason(reason, show(name), "does not go along")
        if sides.bad.facts.cors.credentials(bad) is Credentials.OMITTED:
            return ClosedGate("credentials mode", f"the page calls without credentials, so {show(name)} stays behind")
    return None


def _by_reason(reason: Reason, name: str, verb: str) -> ClosedGate:
    if reason in SAME_SITE_REASONS:
        return ClosedGate("SameSite", f"{name} {verb} with a call from another site ({reason.value})")
    return ClosedGate("cookie", f"{name} {verb}: {_ATTRIBUTES.get(reason, reason.value)}")
