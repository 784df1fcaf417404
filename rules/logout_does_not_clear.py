"""The user signs out, and the session goes on.

Why it matters
    After a sign-out that was answered well the browser still sends the session cookie, and the server still answers
    with the user's data: the next person at this machine is signed in as the one before.
What to do
    End the session on the server, and expire the cookie with the domain and path it was set with.
Stays quiet when
    Somebody signs in again, the answer comes from a cache, differs, or does not speak of the user.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.sign_in_traces import lasting_sessions
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import Needs, rule
from haranalyze.text import Sentence

from ._words import flow, seen


@rule(
    id="logout-does-not-clear",
    severity=Severity.HIGH,
    owner=Owner.API,
    layer=Layer.STATE,
    since="0.1",
    references=(
        "https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html",
        "RFC 6265bis 5.7",
    ),
    needs=(Needs.COOKIES, Needs.BODIES),
)
def logout_does_not_clear(facts: Facts) -> Iterator[Said]:
    found = facts.derive(lasting_sessions)
    if not found:
        yield Passed(seen(len(facts.session.sign_outs), "sign-outs"))
        return
    one = found[0]
    yield Match(
        message=Sentence(
            "After the sign-out #{out}, #{index} still carries {name} and gets the same answer about the user.",
            out=one.sign_out.index,
            index=one.after.index,
            name=one.name,
        ),
        headline=Sentence(
            "The sign-out is answered {status}, but the session goes on: {path} still answers with the user's data.",
            status=one.sign_out.response.status,
            path=one.after.path,
        ),
        at=one.after.request.place("cookie"),
        caption=Sentence("decides it: the same {name} after the sign-out", name=one.name),
        related=(
            (one.before.status_place, Sentence("the answer before")),
            (
                one.sign_out.response.place("set-cookie"),
                Sentence("removes {name} in a way that does not meet it", name=one.name)
                if one.cleared
                else Sentence("does not remove {name}", name=one.name),
            ),
            (one.after.status_place, Sentence("the same answer afterwards")),
        ),
        confidence=Confidence.CERTAIN,
        subject=one.name,
        flow=flow((one.before, one.sign_out, one.after)),
        fixes=(
            Fix(
                Owner.API,
                Sentence("in the sign-out of the API"),
                Sentence("End the session in the store, and expire the cookie with its own Domain and Path."),
                None,
                Sentence("Set-Cookie: {name}=; Path=/; Max-Age=0", name=one.name),
            ),
        ),
    )
