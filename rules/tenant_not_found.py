"""A part of the API's path is taken for a tenant, and no such tenant exists.

Why it matters
    Where the front end's base path is longer than the backend's, the backend reads the segment between as a tenant id
    and answers that there is none: sign-in pages stay empty and nobody can sign in.
What to do
    Give both sides the same apiBasePath; where a proxy adds the prefix, set apiGatewayPath as well.
Stays quiet when
    The same route was answered well for another tenant: then this one has been deleted or misspelled.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.server_faults import TenantReading, tenant_readings
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Passed, Question, Said, Severity
from haranalyze.rule import rule
from haranalyze.text import Sentence

from ._words import flow, later


@rule(
    id="tenant-not-found",
    severity=Severity.HIGH,
    owner=Owner.FRONTEND,
    layer=Layer.ROUTING,
    since="0.1",
    references=(
        "https://github.com/supertokens/supertokens-node (lib/ts/recipeModule.ts)",
        "https://supertokens.com/docs (appInfo.apiBasePath)",
    ),
    explains=(
        "refresh-failing",
        "refresh-not-api",
        "cookie-path-mismatch",
        "anonymous-401",
        "missing-auth-header",
        "cookie-not-sent",
    ),
)
def tenant_not_found(facts: Facts) -> Iterator[Said]:
    readings = facts.derive(tenant_readings)
    found = [one for one in readings if one.served is None]
    if found:
        yield _match(found[0], found)
    elif readings:
        yield Question(
            Sentence("Does the tenant in the path of #{index} exist?", index=readings[0].fault.exchange.index),
            Sentence("the API knows the route for another tenant, and not for this one"),
        )
    else:
        yield Passed(Sentence("no answer speaks of an unknown tenant"))


def _match(one: TenantReading, found: list[TenantReading]) -> Match:
    call = one.fault.exchange
    shown = ((one.cookie_path, Sentence("the backend's own base path")),) if one.cookie_path is not None else ()
    sure = one.cookie_path is not None or one.is_route_word
    deleted = Sentence("The segment is a real tenant that was deleted or misspelled.")
    return Match(
        message=Sentence(
            "#{index} is answered {status}: the backend takes a segment of {path} for a tenant it does not have.",
            index=call.index,
            status=call.response.status,
            path=call.path,
        ),
        headline=Sentence(
            "Nobody can sign in: {host} takes a part of {path} for a tenant, and there is no such tenant.",
            host=call.host,
            path=call.path,
        ),
        at=one.fault.place,
        caption=Sentence("decides it: the tenant is not known"),
        related=(*shown, *later([other.fault.exchange for other in found[1:]], "the same")),
        confidence=Confidence.CERTAIN if one.cookie_path is not None else Confidence.LIKELY,
        flow=flow(other.fault.exchange for other in found),
        fixes=(
            Fix(
                Owner.FRONTEND,
                Sentence("in appInfo, on both sides"),
                Sentence("Set the same apiBasePath in the front end and in the backend."),
                Sentence('apiBasePath: "/api/auth"  // front end, "/api" in the backend'),
                Sentence('apiBasePath: "/api/auth"  // on both sides'),
            ),
        ),
        alternatives=() if sure else (deleted,),
        decides=None if sure else Sentence("The list of tenants of the session core tells whether it exists."),
    )
