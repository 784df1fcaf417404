"""Two programs write one session cookie and throw each other's session away.

Why it matters
    Two hosts (or two programs behind one) use the same cookie name for the same domain. Each takes the other's value
    for nonsense and replaces it, so a visit to the one signs the user out of the other.
What to do
    Give each program a cookie name of its own, or limit its cookie to its own host and path.
Stays quiet when
    The new value is accepted by both, it was set by a sign-in or a refresh, or the user signed out.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.cookie_writers import overwritings
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import Needs, rule
from haranalyze.text import Place, Sentence

from ._words import flow, seen


@rule(
    id="session-set-by-two-writers",
    severity=Severity.HIGH,
    owner=Owner.API,
    layer=Layer.COOKIE,
    since="0.1",
    references=("RFC 6265bis section 5.7", "RFC 6265bis section 8.6"),
    explains=("anonymous-401", "refresh-failing", "redirect-loop", "stale-access-token", "stripped-cookie-upstream"),
    needs=(Needs.COOKIES,),
)
def session_set_by_two_writers(facts: Facts) -> Iterator[Said]:
    found = facts.derive(overwritings)
    if not found:
        yield Passed(seen(len(facts.cookie_jar.events), "Set-Cookie lines"))
        return
    one = found[0]
    name, second = one.first.name, one.second.exchange
    related: list[tuple[Place, Sentence]] = [(one.first.place, Sentence("the session, set first"))]
    if one.refused is not None:
        words = Sentence("sent with the new value: {status}", status=one.refused.response.status)
        related.append((one.refused.status_place, words))
    touched = [one.first.exchange, second, *([one.refused] if one.refused is not None else [])]
    yield Match(
        message=Sentence(
            "#{index} ({host}{path}) writes over {name}, which #{first} had set, "
            + ("and the session is another user's." if one.another_user else "and the session is lost."),
            index=second.index,
            host=second.host,
            path=second.path,
            name=name,
            first=one.first.exchange.index,
        ),
        headline=Sentence(
            "The user becomes somebody else: {host} writes a session of its own into {name}."
            if one.another_user
            else "The user is signed out by a visit to {host}, which writes a value of its own into {name}.",
            host=second.host,
            name=name,
        ),
        at=one.second.place,
        caption=Sentence("decides it: a second writer of {name}", name=name),
        related=tuple(related),
        confidence=Confidence.LIKELY,
        subject=name,
        flow=flow(touched),
        fixes=(
            Fix(
                Owner.API,
                Sentence("in the session settings of one of the two programs"),
                Sentence("Give its cookie another name, or leave Domain out so that it stays on its own host."),
                Sentence('session({{ name: "connect.sid", cookie: {{ domain: ".example.com" }} }})'),
                Sentence('session({{ name: "admin.sid" }})'),
            ),
        ),
    )
