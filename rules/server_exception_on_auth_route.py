"""An exception on the server answers a sign-in, a renewal or another call of the session.

Why it matters
    The call reached the application and broke inside it, so nothing that the browser or a proxy does can help.
What to do
    Look for the exception in the application's log at the time of the call; if the answer names it, remove its cause.
Stays quiet when
    A proxy made the error, or the answer names a reason that has a rule of its own (core, tenant, cookies, size).
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Exchange, Facts
from haranalyze.facts.server_faults import NamedFault, crashed_auth_calls, named_faults
from haranalyze.facts.session import SignInResult
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import rule
from haranalyze.text import Sentence

from ._words import flow, later


@rule(
    id="server-exception-on-auth-route",
    severity=Severity.HIGH,
    owner=Owner.API,
    layer=Layer.TRANSPORT,
    since="0.1",
    references=(
        "RFC 9110 section 15.6.1",
        "https://github.com/supertokens/supertokens-core/issues/1044",
    ),
    explains=("refresh-failing", "anonymous-401"),
)
def server_exception_on_auth_route(facts: Facts) -> Iterator[Said]:
    named = [one for one in facts.derive(named_faults) if one.means in _REASONS]
    crashed = facts.derive(crashed_auth_calls)
    if named:
        yield _named(named)
    elif crashed:
        yield _unnamed(facts, crashed)
    else:
        yield Passed(Sentence("no call of the session ends in an exception of the server"))


_REASONS = {
    "patched-http-client": (
        "its HTTP client is broken by another package",
        Sentence("Find the package that replaces https.request (an old agent-base does) and upgrade or remove it."),
        Sentence("npm ls agent-base"),
    ),
    "not-initialised": (
        "the session SDK, or the recipe asked for, is not initialised",
        Sentence("Initialise the SDK, with every recipe the front end uses, before the routes are mounted."),
        Sentence("supertokens.init({{ recipeList: [EmailPassword.init(), Session.init()] }})"),
    ),
}


def _named(found: list[NamedFault]) -> Match:
    one = found[0]
    call, (reason, text, line) = one.exchange, _REASONS[one.means]
    return Match(
        message=Sentence(
            "#{index} is answered {status} by an exception: " + reason + ".",
            index=call.index,
            status=call.response.status,
        ),
        headline=Sentence("{path} on {host} fails inside the server: " + reason + ".", path=call.path, host=call.host),
        at=one.place,
        caption=Sentence("decides it: the exception's own words"),
        related=later([other.exchange for other in found[1:]], "the same"),
        subject=one.means,
        flow=flow(other.exchange for other in found),
        fixes=(Fix(Owner.API, Sentence("on the application server"), text, None, line),),
    )


def _unnamed(facts: Facts, found: tuple[Exchange, ...]) -> Match:
    """Without the exception's words it is known where the trouble is, not what it is."""
    call = found[0]
    good = [facts.timeline.sent(one.exchange) for one in facts.session.sign_ins if one.result is SignInResult.OK]
    over = any(at > facts.timeline.sent(found[-1]) for at in good)
    return Match(
        message=Sentence(
            "#{index} is answered {status} by the application, and the answer does not say why.",
            index=call.index,
            status=call.response.status,
        ),
        headline=Sentence(
            "{method} {path} fails inside the server on {host} with {status}; only the server's log says why.",
            method=call.method,
            path=call.path,
            host=call.host,
            status=call.response.status,
        ),
        at=call.status_place,
        caption=Sentence("answered by the application itself"),
        related=later(found[1:], "the same"),
        confidence=Confidence.LIKELY,
        severity=Severity.INFO,
        flow=flow(found),
        fixes=(
            Fix(
                Owner.API,
                Sentence("in the application's log at the time of #{index}", index=call.index),
                Sentence("Find the exception behind this answer; the browser's side is not where it breaks."),
            ),
        ),
        is_trouble=not over,
    )
