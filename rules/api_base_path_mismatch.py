"""The app asks for sign-in and refresh at a path the API does not serve.

Why it matters
    Front end and backend have different base paths, so every session call ends at 404 and nobody can sign in.
What to do
    Give both sides the same base path, gateway prefix included.
Stays quiet when
    Other session calls on the host are answered by the session API, or only one call is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.session import Refresh, SignIn
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import rule
from haranalyze.text import Sentence

from ._words import flow, later, seen

_UNKNOWN_ROUTE = frozenset((404, 405))
_NO_ANSWER = frozenset((0, 502, 503, 504))


@rule(
    id="api-base-path-mismatch",
    severity=Severity.HIGH,
    owner=Owner.FRONTEND,
    layer=Layer.ROUTING,
    since="0.1",
    references=("https://supertokens.com/docs (appInfo.apiBasePath)",),
    explains=(
        "refresh-failing",
        "anonymous-401",
        "interceptor-missing",
        "cookie-not-sent",
    ),
)
def api_base_path_mismatch(facts: Facts) -> Iterator[Said]:
    calls: tuple[Refresh | SignIn, ...] = (*facts.session.refreshes, *facts.session.sign_ins)
    known = [one.exchange for one in calls if one.system is not None]
    missed = [one for one in known if one.response.status in _UNKNOWN_ROUTE]
    served = [one for one in known if one.response.status not in _UNKNOWN_ROUTE | _NO_ANSWER]
    if not missed or served:
        yield Passed(seen(len(known), "session calls"))
        return
    missed.sort(key=facts.timeline.sent)
    call = missed[0]
    yield Match(
        message=Sentence(
            "{count} session calls are answered {status}: {path} is not served.",
            count=len(missed),
            status=call.response.status,
            path=call.path,
        ),
        headline=Sentence(
            "Nobody can sign in: the app looks for the session API at {path} on {host}, which answers {status}.",
            path=call.path,
            host=call.host,
            status=call.response.status,
        ),
        at=call.status_place,
        caption=Sentence("decides it: this path is not served"),
        related=later(missed[1:], "the same"),
        confidence=Confidence.CERTAIN if len(missed) > 1 else Confidence.LIKELY,
        flow=flow(missed),
        fixes=(
            Fix(
                Owner.FRONTEND,
                Sentence("in appInfo, on both sides"),
                Sentence("Set the same apiBasePath (and apiGatewayPath) in the front end and in the backend."),
                Sentence('apiBasePath: "/api/auth"  // here, "/auth" there'),
                Sentence('apiBasePath: "/auth"      // on both sides'),
            ),
        ),
    )
