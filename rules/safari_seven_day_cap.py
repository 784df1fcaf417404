"""Safari has removed cookies that a script wrote more than seven days ago.

Why it matters
    Safari keeps cookies written by scripts for seven days at most. The session's own cookie is still there, but the
    token against forged requests that goes with it is gone, so writing calls and the refresh are refused.
What to do
    Use a check that needs no cookie of a script (VIA_CUSTOM_HEADER), or header mode.
Stays quiet when
    The browser is another one, the session is younger, or the missing token is not part of this session.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Exchange, Facts
from haranalyze.facts.session import RefreshResult, Says
from haranalyze.facts.token_traits import wants_anti_csrf
from haranalyze.facts.tokens import Carrier, Token, TokenUse
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import Needs, rule
from haranalyze.text import Sentence

from ._words import flow, later, seen

_DAY = 86_400_000.0


@rule(
    id="safari-seven-day-cap",
    severity=Severity.MEDIUM,
    owner=Owner.API,
    layer=Layer.COOKIE,
    since="0.1",
    references=("https://webkit.org/tracking-prevention/ (7-day cap on script-writeable storage)",),
    explains=("anti-csrf-missing", "refresh-failing", "anonymous-401", "refresh-loop"),
    needs=(Needs.BROWSER, Needs.COOKIES),
)
def safari_seven_day_cap(facts: Facts) -> Iterator[Said]:
    found = []
    days_kept = facts.cookie_jar.browser.script_days
    for call in _refused(facts) if days_kept is not None else ():
        system = facts.session.system_of(call)
        name = system.anti_csrf_header if system is not None else ""
        if not name or call.request.has(name) or (age := _age(facts, call)) is None or age <= (days_kept or 0) * _DAY:
            continue
        found.append((call, name, age))
    if not found:
        yield Passed(seen(len(facts.session.refusals), "refused calls"))
        return
    call, name, age = found[0]
    days = int(age / _DAY)
    yield Match(
        message=Sentence(
            "#{index} carries a session cookie of {days} days ago and lacks {name}, which a script cookie had kept.",
            index=call.index,
            days=days,
            name=name,
        ),
        headline=Sentence(
            "After {days} days away the user is signed out: Safari has removed the script's cookies, and {path} lacks "
            "{name}.",
            days=days,
            path=call.path,
            name=name,
        ),
        at=call.request.place(name),
        caption=Sentence("missing: {name}", name=name),
        related=(
            (call.request.place("cookie"), Sentence("the session's own cookie, {days} days old", days=days)),
            *later([one for one, _, _ in found], "refused"),
        ),
        confidence=Confidence.LIKELY,
        subject=name,
        flow=flow(one for one, _, _ in found),
        fixes=(
            Fix(
                Owner.API,
                Sentence("where the session is set up in the backend"),
                Sentence("Use a check that needs no cookie written by a script."),
                Sentence('Session.init({{ antiCsrf: "VIA_TOKEN" }})'),
                Sentence('Session.init({{ antiCsrf: "VIA_CUSTOM_HEADER" }})'),
            ),
        ),
    )


def _refused(facts: Facts) -> list[Exchange]:
    calls = [one.exchange for one in facts.session.refusals if one.says is Says.RENEW and not one.foreign]
    refused = {RefreshResult.REFUSED, RefreshResult.NO_SESSION}
    calls += [one.exchange for one in facts.session.refreshes if one.result in refused]
    return sorted(calls, key=facts.timeline.position)


def _age(facts: Facts, call: Exchange) -> float | None:
    """How long ago the session was last renewed, by the token in its cookie; None where none wants the other proof."""
    token = _token(facts, call)
    if token is None or token.issued_at is None or token.issued is not None:
        return None
    return facts.timeline.wall(facts.timeline.sent(call)) - token.issued_at


def _token(facts: Facts, call: Exchange) -> Token | None:
    for token, sighting in facts.tokens.sent_with(call):
        if sighting.carrier is Carrier.COOKIE and token.use is TokenUse.ACCESS and wants_anti_csrf(token):
            return token
    return None
