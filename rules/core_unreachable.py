"""The backend cannot reach the service that keeps its sessions.

Why it matters
    The API itself runs, but the core (or database) that makes and checks sessions does not answer it. Every sign-in
    and renewal fails with a server error, whatever the browser sends.
What to do
    Check that the core runs, that the API's connection address and key are right, and that the network lets it through.
Stays quiet when
    The error names another reason, such as an unknown tenant or duplicate cookies.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.server_faults import named_faults
from haranalyze.findings import Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import rule
from haranalyze.text import Sentence

from ._words import flow, later

_MEANS = {
    "core-unreachable": "no session core answers the backend",
    "core-error": "the session core answers the backend with an error",
}


@rule(
    id="core-unreachable",
    severity=Severity.HIGH,
    owner=Owner.API,
    layer=Layer.TRANSPORT,
    since="0.1",
    references=("https://github.com/supertokens/supertokens-node (lib/ts/querier.ts)",),
    explains=(
        "refresh-failing",
        "refresh-loop",
        "server-exception-on-auth-route",
        "anonymous-401",
    ),
)
def core_unreachable(facts: Facts) -> Iterator[Said]:
    found = [one for one in facts.derive(named_faults) if one.means in _MEANS]
    if not found:
        yield Passed(Sentence("no answer speaks of a session core that cannot be reached"))
        return
    one = found[0]
    call = one.exchange
    yield Match(
        message=Sentence(
            "#{index} is answered {status}: " + _MEANS[one.means] + ".",
            index=call.index,
            status=call.response.status,
        ),
        headline=Sentence(
            "{path} on {host} fails on the server's side: the backend cannot use the service that keeps its sessions.",
            path=call.path,
            host=call.host,
        ),
        at=one.place,
        caption=Sentence("decides it: " + _MEANS[one.means]),
        related=later([other.exchange for other in found[1:]], "the same"),
        subject=one.means,
        flow=flow(other.exchange for other in found),
        fixes=(
            Fix(
                Owner.API,
                Sentence("where {system} is initialised on the backend", system=one.system.title),
                Sentence("Let connectionURI and apiKey name a core that runs and that this server can reach."),
                Sentence('supertokens: {{ connectionURI: "http://localhost:3567" }}'),
                Sentence('supertokens: {{ connectionURI: "https://core.internal:3567", apiKey: "..." }}'),
            ),
        ),
    )
