"""A session cookie is cut into pieces, and not all of them come back.

Why it matters
    A session that does not fit into one cookie is spread over several. If the browser drops one of them (too large, too
    many, another path) the server cannot put the session together and takes the user for a stranger.
What to do
    Put less into the session, keep it on the server, and set all pieces with the same attributes.
Stays quiet when
    All pieces are there, the request is accepted, or the names only look like pieces.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.cookie_chunks import broken_sets
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import Needs, rule
from haranalyze.text import Place, Sentence

from ._words import flow, later


@rule(
    id="session-cookie-chunk-missing",
    severity=Severity.HIGH,
    owner=Owner.API,
    layer=Layer.COOKIE,
    since="0.1",
    references=(
        "RFC 6265bis section 6.1",
        "https://github.com/nextauthjs/next-auth (packages/core/src/lib/utils/cookie.ts)",
        "https://github.com/dotnet/aspnetcore (ChunkingCookieManager)",
    ),
    explains=("cookie-not-sent", "anonymous-401", "redirect-loop", "refresh-failing"),
    needs=(Needs.COOKIES,),
)
def session_cookie_chunk_missing(facts: Facts) -> Iterator[Said]:
    found = facts.derive(broken_sets)
    if not found:
        yield Passed(Sentence("no refused request carries a part of a cut session cookie"))
        return
    one = found[0]
    call = one.exchange
    related: list[tuple[Place, Sentence]] = []
    if one.line is not None:
        refused = one.line.refused
        words = Sentence("set here, not stored: {reason}", reason=refused) if refused else Sentence("set here")
        related.append((one.line.place, words))
    yield Match(
        message=Sentence(
            "#{index} carries {came} pieces of {name} and lacks piece {number}; it is answered as without a session.",
            index=call.index,
            came=one.came,
            name=one.name,
            number=one.missing[0],
        ),
        headline=Sentence(
            "The session is cut into pieces, and piece {number} of {name} does not come back to {host}: the user is a "
            "stranger there.",
            number=one.missing[0],
            name=one.name,
            host=call.host,
        ),
        at=call.request.place("cookie"),
        caption=Sentence("missing: piece {number} of {name}", number=one.missing[0], name=one.name),
        related=(*related, *later([other.exchange for other in found], "as without a session")),
        confidence=Confidence.CERTAIN if one.line is not None else Confidence.LIKELY,
        subject=one.name,
        flow=flow(other.exchange for other in found),
        fixes=(
            Fix(
                Owner.API,
                Sentence("where the session is filled"),
                Sentence("Put less into it, or keep it in a store on the server with a short cookie."),
            ),
            Fix(
                Owner.API,
                Sentence("where the pieces are set"),
                Sentence("Set every piece with the same Path, Domain and attributes, each below 4096 bytes."),
            ),
        ),
    )
