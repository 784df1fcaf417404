"""The app may not read the session header of a cross-origin answer.

Why it matters
    The tokens arrive, but the browser hides the header that tells the app about its session: signed in for the API,
    signed out for the app.
What to do
    Expose the header by name on the answer itself.
Stays quiet when
    App and API share an origin, the header is exposed, or no script needs it.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Exchange, Facts
from haranalyze.findings import Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import Needs, rule
from haranalyze.text import Sentence

from ._fixes import in_stacks
from ._snippets import CORS_EXPOSE
from ._words import seen


@rule(
    id="cors-missing-expose-headers",
    severity=Severity.HIGH,
    owner=Owner.API,
    layer=Layer.TRANSPORT,
    since="0.1",
    references=("Fetch standard 3.2.3 (Access-Control-Expose-Headers)",),
    explains=(
        "refresh-state-not-stored",
        "refresh-loop",
        "cookie-not-sent",
    ),
    needs=(Needs.BROWSER,),
)
def cors_missing_expose_headers(facts: Facts) -> Iterator[Said]:
    looked = 0
    for exchange, header in _session_headers(facts):
        looked += 1
        if facts.cors.exposes(exchange, header):
            continue
        yield Match(
            message=Sentence(
                "#{index} carries {header}, and Access-Control-Expose-Headers does not name it.",
                index=exchange.index,
                header=header,
            ),
            headline=Sentence(
                "Sign-in works for the API, but the app cannot read {header}: the answer of {host} does not expose it.",
                header=header,
                host=exchange.host,
            ),
            at=exchange.response.place("access-control-expose-headers"),
            caption=Sentence("decides it: {header} is not named here", header=header),
            related=((exchange.response.place(header), Sentence("sent, but hidden from the app")),),
            subject=header,
            flow=tuple(other.index for other, name in _session_headers(facts) if not facts.cors.exposes(other, name)),
            fixes=in_stacks(
                facts,
                exchange,
                CORS_EXPOSE,
                Fix(
                    Owner.API,
                    Sentence("where Access-Control-Expose-Headers is set after the session SDK"),
                    Sentence("Append {header} to the exposed headers instead of replacing them.", header=header),
                    None,
                    Sentence("Access-Control-Expose-Headers: {header}", header=header),
                ),
                header=header,
            ),
        )
        return
    yield Passed(seen(looked, "answers with session headers"))


def _session_headers(facts: Facts) -> Iterator[tuple[Exchange, str]]:
    """Answers of named systems with the headers their front end reads: the session's state, the proof against forged
    requests, and in header mode the tokens themselves. An empty header removes something and need not be read."""
    for exchange in facts.exchanges:
        system = facts.session.system_of(exchange)
        if system is None or not system.front_token_header or not facts.session.is_ours(exchange):
            continue
        names = (*system.response_marks, system.anti_csrf_header)
        if facts.session.transport(exchange) == "header" and not exchange.response.has("set-cookie"):
            names += (*system.access_headers, *system.refresh_headers)
        for name in dict.fromkeys(name for name in names if name and exchange.response.get(name)):
            yield exchange, name
