"""An https page calls the API at an http address, and the browser does not send the call.

Why it matters
    Browsers block such calls before they leave. The app sees a network error, and no server log has a trace of it.
What to do
    Serve the API over https and use that address (apiDomain) in the app.
Stays quiet when
    The address is a loopback one such as localhost, the call got an answer, or it failed with an error of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.connections import mixed_content
from haranalyze.findings import Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import Needs, rule
from haranalyze.text import Sentence

from ._words import MOST_PLACES, flow


@rule(
    id="mixed-content-blocked",
    severity=Severity.HIGH,
    owner=Owner.FRONTEND,
    layer=Layer.TRANSPORT,
    since="0.1",
    references=("W3C Mixed Content section 5.1",),
    explains=("cookie-not-sent", "missing-auth-header", "anonymous-401", "connection-failed"),
    needs=(Needs.BROWSER,),
)
def mixed_content_blocked(facts: Facts) -> Iterator[Said]:
    found = facts.derive(mixed_content)
    if not found:
        yield Passed(Sentence("no call of an https page goes to an http address"))
        return
    call = found[0]
    yield Match(
        message=Sentence(
            "#{index} goes from an https page to {url}: the browser blocks it.",
            index=call.index,
            url=call.url_place.text or "",
        ),
        headline=Sentence(
            "The page is served over https but calls {host} over http, so the browser never sends {method} {path}.",
            host=call.host,
            method=call.method,
            path=call.path,
        ),
        at=call.url_place,
        caption=Sentence("decides it: http from an https page"),
        related=tuple((one.url_place, Sentence("blocked as well")) for one in found[1:MOST_PLACES]),
        flow=flow(found),
        fixes=(
            Fix(
                Owner.FRONTEND,
                Sentence("where the app's API address is configured"),
                Sentence("Use the API's https address; if it has none, give it a certificate first."),
                Sentence('apiDomain: "http://api.example.com"'),
                Sentence('apiDomain: "https://api.example.com"'),
            ),
        ),
    )
