"""A request is refused because its headers or cookies are too large.

Why it matters
    Cookies pile up until a server in front refuses every request of this user with 400 or 431, while others sign in
    without trouble.
What to do
    Delete stale cookies, put less into the token, or raise the server's request-header limit.
Stays quiet when
    The answer does not speak of size and the headers are well below every known limit.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import rule
from haranalyze.text import Sentence

from ._fixes import larger_requests
from ._words import flow, later


@rule(
    id="request-header-too-large",
    severity=Severity.HIGH,
    owner=Owner.PROXY,
    layer=Layer.TRANSPORT,
    since="0.1",
    references=(
        "nginx large_client_header_buffers",
        "RFC 6585 section 5",
    ),
    explains=(
        "anonymous-401",
        "refresh-failing",
        "cookie-not-sent",
    ),
)
def request_header_too_large(facts: Facts) -> Iterator[Said]:
    found = facts.header_budget.too_large
    if not found:
        yield Passed(Sentence("no answer speaks of header size"))
        return
    one = found[0]
    call, hop = one.exchange, one.hop
    biggest = max(one.budget.parts, key=lambda part: part.size, default=None)
    related = [(call.request.place("cookie"), Sentence("{size} bytes of cookies", size=one.budget.cookies))]
    yield Match(
        message=Sentence(
            "#{index} sends {total} bytes of headers, {cookies} of them cookies, and is answered {status}.",
            index=call.index,
            total=one.budget.total,
            cookies=one.budget.cookies,
            status=call.response.status,
        ),
        headline=Sentence(
            "The browser's request headers have grown to {total} bytes, and {name} on {host} refuses them.",
            total=one.budget.total,
            name=hop.name if hop else "the server",
            host=call.host,
        ),
        at=one.evidence,
        caption=Sentence("decides it: refused for its size"),
        related=(*related, *later([other.exchange for other in found[1:]], "refused for its size")),
        confidence=Confidence.CERTAIN if one.named else Confidence.LIKELY,
        subject=biggest.name if biggest else "",
        flow=flow(other.exchange for other in found),
        fixes=(
            Fix(
                Owner.PROXY,
                Sentence(
                    "in the {name} configuration of {host}",
                    name=hop.name if hop else "server",
                    host=call.host,
                ),
                Sentence(
                    "Raise {knob} above {largest} bytes, the longest header line of this request.",
                    knob=(hop.request_knob if hop else "") or "the request-header limit",
                    largest=one.budget.largest_line,
                ),
                *larger_requests(hop, one.budget.largest_line, one.budget.total),
                good_to_know=Sentence(
                    "Until then, who is affected deletes the cookies of {host} in the browser: they are sent until "
                    "they expire.",
                    host=call.host,
                )
                if 2 * one.budget.cookies > one.budget.total
                else None,
            ),
            Fix(
                Owner.API,
                Sentence("where cookies are set"),
                Sentence("Set fewer and smaller cookies for this host, and delete those no longer used."),
            ),
        ),
    )
