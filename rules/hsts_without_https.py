"""HSTS sends the browser to https on a host where nothing answers there.

Why it matters
    Once a domain has asked for https (with includeSubDomains for its sub-domains too), browsers never use http for it
    again. A host without https is then out of reach, though only for those who have visited the domain before.
What to do
    Serve https on that host, or leave includeSubDomains out until every sub-domain does.
Stays quiet when
    The https request is answered, whatever its status.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.connections import upgraded_in_vain
from haranalyze.findings import Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import Needs, rule
from haranalyze.text import Sentence

from ._words import flow


@rule(
    id="hsts-without-https",
    severity=Severity.HIGH,
    owner=Owner.PROXY,
    layer=Layer.TRANSPORT,
    since="0.1",
    references=("RFC 6797 section 8.3",),
    explains=("connection-failed", "cookie-not-sent", "missing-auth-header"),
    needs=(Needs.BROWSER,),
)
def hsts_without_https(facts: Facts) -> Iterator[Said]:
    found = facts.derive(upgraded_in_vain)
    if not found:
        yield Passed(Sentence("no call is turned to https in vain"))
        return
    one = found[0]
    yield Match(
        message=Sentence(
            "The browser turns #{asked} to https by itself (HSTS), and #{failed} gets no answer: {error}.",
            asked=one.asked.index,
            failed=one.failed.index,
            error=one.failed.failure,
        ),
        headline=Sentence(
            "{host} cannot be reached: the browser insists on https there (HSTS), and no https server answers.",
            host=one.asked.host,
        ),
        at=one.asked.response.place("non-authoritative-reason"),
        caption=Sentence("decides it: the browser's own redirect"),
        related=((one.failed.url_place, Sentence("no answer over https")),),
        flow=flow(each for pair in found for each in (pair.asked, pair.failed)),
        fixes=(
            Fix(
                Owner.PROXY,
                Sentence("on the server of {host}", host=one.asked.host),
                Sentence("Serve https with a valid certificate there; until then keep includeSubDomains out."),
                Sentence('add_header Strict-Transport-Security "max-age=31536000; includeSubDomains";'),
                Sentence('add_header Strict-Transport-Security "max-age=31536000";'),
            ),
        ),
    )
