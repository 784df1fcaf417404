"""Calls that a server made for the user: rendering a page, finishing a sign-in, without the user's credentials."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from haranalyze.facts._survey import survey_of
from haranalyze.facts.session import Role, Says, SignInResult
from haranalyze.facts.session_cookies import sends_to_sign_in
from haranalyze.facts.tokens import TokenUse

if TYPE_CHECKING:
    from haranalyze.capture.model import Exchange
    from haranalyze.facts import Facts
    from haranalyze.facts.provider_sign_in import Attempt

# How HTTP clients of server programs name themselves at the start of User-Agent. Clients of apps on a phone
# (okhttp, CFNetwork, Dalvik) are the user's own and not among them.
_SERVERS: Final = re.compile(
    r"(node|node-fetch|undici|axios|got|next\.js|deno|bun|python-requests|python-httpx|python-urllib|python|aiohttp"
    r"|go-http-client|ruby|faraday|guzzlehttp|php|java|apache-httpclient|spring)\b",
    re.IGNORECASE,
)
_RENDERING: Final = ("/_next/", "/_nuxt/", "/_app/immutable/", "/__data.json", "/_remix/", "/@remix-run/")
_DATA: Final = ("/_next/data/", "__data.json", "/_payload.json")
_SLACK: Final = 5.0  # ms: stamps of one recording are rounded
_MOST: Final = 200  # pages and refused calls looked at


def is_by_server(exchange: Exchange) -> bool:
    """Whether a server program made the call, by what it calls itself."""
    return _SERVERS.match((exchange.request.raw("user-agent") or "").strip()) is not None


def _by_browser(exchange: Exchange) -> bool:
    return (exchange.request.raw("user-agent") or "").startswith("Mozilla/")


def _bare_refusals(facts: Facts) -> list[Exchange]:
    """Calls refused for lack of credentials that are shown to carry none."""
    found = []
    for refusal in facts.session.refusals[:_MOST]:
        call = refusal.exchange
        if refusal.says is not Says.NO_CREDENTIALS and not (
            refusal.says is Says.UNKNOWN and call.response.status == 401
        ):
            continue
        if facts.quality.shows_absence(call, "cookie") and facts.quality.shows_absence(call, "authorization"):
            found.append(call)
    return found


@dataclass(frozen=True, slots=True)
class RenderedWithout:
    """A call that a server made without credentials while it rendered ``page`` for a signed-in user.

    ``carries``: the request for the page bore the user's session cookie or token.
    """

    page: Exchange
    call: Exchange
    carries: bool


def rendered_without(facts: Facts) -> tuple[RenderedWithout, ...]:
    """Refused calls of server programs within a page request of a browser, in client order."""
    calls = [call for call in _bare_refusals(facts) if is_by_server(call)]
    if not calls:
        return ()
    timeline, found = facts.timeline, []
    pages = [one for one in facts.derive(survey_of).interesting if _by_browser(one) and (one.is_page or _is_data(one))]
    for call in calls:
        began, done = timeline.started(call), timeline.answered(call)
        around = [
            page
            for page in pages[:_MOST]
            if timeline.sent(page) <= began + _SLACK and done <= timeline.ended(page) + _SLACK
        ]
        for page in around[:1]:
            carries = facts.session.carries_credentials(page)
            if carries or facts.session.signed_in_before(page):
                found.append(RenderedWithout(page, call, carries))
    return tuple(found)


def _is_data(exchange: Exchange) -> bool:
    """Whether it fetches what a framework renders on the server for a page."""
    return any(part in exchange.request.url.path for part in _DATA)


@dataclass(frozen=True, slots=True)
class SentAway:
    """A page of a framework that renders on the server, sent to the sign-in although the session answers ``accepted``,
    a call of the browser."""

    page: Exchange
    accepted: Exchange


def sent_away_while_signed_in(facts: Facts) -> tuple[SentAway, ...]:
    """Pages (or their data) answered with a redirect to the sign-in, or 401, while the browser's calls are accepted."""
    found = []
    for page in facts.derive(survey_of).interesting:
        if not (sends_to_sign_in(page) or page.response.status == 401) or not (page.is_page or _is_data(page)):
            continue
        if not facts.session.signed_in_before(page) or _is_expired(facts, page):
            continue
        if page.request.host not in facts.derive(_rendering_hosts):
            continue
        accepted = next((one for one in facts.derive(_accepted_calls) if one is not page), None)
        if accepted is not None:
            found.append(SentAway(page, accepted))
        if len(found) >= _MOST:
            break
    return tuple(found)


def _rendering_hosts(facts: Facts) -> frozenset[str]:
    """Hosts of frameworks that render pages on the server, by their own paths and headers."""
    hosts = {one.request.host for one in facts.exchanges if any(part in one.request.raw_url for part in _RENDERING)}
    pages = (one for one in facts.derive(survey_of).interesting if one.is_page)
    named = {one.request.host for one in pages if "next.js" in (one.response.raw("x-powered-by") or "").lower()}
    return frozenset(hosts | named)


def _accepted_calls(facts: Facts) -> tuple[Exchange, ...]:
    """The browser's calls of the API that were accepted with credentials while a session existed."""
    return tuple(
        one
        for one in facts.derive(survey_of).interesting
        if 200 <= one.response.status < 300
        and not one.is_page
        and facts.session.role(one) is Role.SESSION_CALL
        and facts.session.signed_in_before(one)
        and facts.session.carries_credentials(one)
    )[:_MOST]


def _is_expired(facts: Facts, page: Exchange) -> bool:
    """Whether the page came with an expired access token: then it is sent away to renew it, as it should be."""
    token = facts.tokens.access_token(page)
    left = facts.tokens.remaining(token, page) if token is not None else None
    return left is not None and left <= 0


@dataclass(frozen=True, slots=True)
class MadeElsewhere:
    """A sign-in whose answer, with the session in it, went to a server and not to the browser; ``refused`` is the
    browser's first call without it."""

    sign_in: Exchange
    refused: Exchange


def made_elsewhere(facts: Facts) -> MadeElsewhere | None:
    """The sign-in of a server program after which the browser's own calls go without a session; None without one."""
    good = [one.exchange for one in facts.session.sign_ins if one.result is SignInResult.OK]
    made = next((one for one in good if is_by_server(one)), None)
    if made is None or any(_by_browser(one) for one in good):
        return None
    done, host = facts.timeline.answered(made), made.request.host
    for call in _bare_refusals(facts):
        if _by_browser(call) and call.request.host == host and facts.timeline.sent(call) > done:
            return MadeElsewhere(made, call)
    return None


@dataclass(frozen=True, slots=True)
class BackWithoutSession:
    """A user who came back from an identity provider, and whom no answer gave a session; ``refused`` is the first call
    after that."""

    attempt: Attempt
    back: Exchange
    refused: Exchange


def back_without_session(facts: Facts) -> BackWithoutSession | None:
    """The first sign-in through a provider after which no answer hands out a session and calls go without one.

    None in recordings without cookies, where nothing shows what an answer handed out.
    """
    if not facts.quality.records_cookies:
        return None
    refused = [one for one in _bare_refusals(facts) if not is_by_server(one)]
    for attempt in facts.provider_sign_in.attempts if refused else ():
        back = attempt.callback
        if back is None or not attempt.ours or not attempt.succeeded or attempt.silent or attempt.token_calls:
            continue
        at = facts.timeline.answered(back)
        call = next((one for one in refused if facts.timeline.sent(one) > at), None)
        if call is not None and not _session_handed_out(facts, facts.timeline.sent(back)):
            return BackWithoutSession(attempt, back, call)
    return None


def _session_handed_out(facts: Facts, since: float) -> bool:
    """Whether any answer after that moment gave a token, a session cookie or any cookie that scripts cannot read."""
    timeline = facts.timeline
    if any(one.at >= since and not one.is_deletion and one.http_only for one in facts.cookie_jar.events):
        return True
    names = facts.session.session_cookie_names()
    if any(one.at >= since and not one.is_deletion and one.name in names for one in facts.cookie_jar.events):
        return True
    if any(
        token.issued is not None and token.issued.at >= since for token in facts.tokens.all if _is_session(token.use)
    ):
        return True
    return any(
        one.result is SignInResult.OK and timeline.answered(one.exchange) >= since for one in facts.session.sign_ins
    )


def _is_session(use: TokenUse) -> bool:
    return use in {TokenUse.ACCESS, TokenUse.REFRESH}
