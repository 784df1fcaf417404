"""The Path of a session cookie does not cover the address that needs it.

Why it matters
    The browser keeps the cookie and sends it to other paths only, so the refresh (or the call) arrives without a
    session and the user is signed out.
What to do
    Let the path the backend is configured with and the path the browser calls agree; behind a proxy that takes away
    a prefix, tell the backend the prefix.
Stays quiet when
    Another session cookie goes with the call, the cookie is the refresh cookie and the call is no refresh, the call may
    belong to another program of the host, or the answer does not ask for credentials.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.session_cookies import OffPath, kept_by_path
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Passed, Said, Severity, Wire
from haranalyze.rule import Needs, rule
from haranalyze.text import Sentence

from ._words import flow, later, seen


@rule(
    id="cookie-path-mismatch",
    severity=Severity.HIGH,
    owner=Owner.API,
    layer=Layer.COOKIE,
    since="0.1",
    references=("RFC 6265bis section 5.1.4", "https://supertokens.com/docs (apiBasePath, apiGatewayPath)"),
    explains=(
        "cookie-not-sent",
        "stripped-cookie-upstream",
        "refresh-failing",
        "refresh-not-api",
        "anonymous-401",
        "redirect-loop",
    ),
    needs=(Needs.BROWSER, Needs.COOKIES),
)
def cookie_path_mismatch(facts: Facts) -> Iterator[Said]:
    found = facts.derive(kept_by_path)
    if not found:
        yield Passed(seen(len(facts.session.refusals), "refused calls"))
        return
    one = found[0]
    call, cookie = one.exchange, one.cookie
    yield Match(
        message=Sentence(
            "#{index} goes to {path} without {name}, which is kept for {kept} only, and is answered {status}.",
            index=call.index,
            path=call.path,
            name=cookie.name,
            kept=cookie.path,
            status=call.response.status,
        ),
        headline=Sentence(
            "Sign-in works, but the browser keeps {name} back: its Path {kept} does not cover {path}.",
            name=cookie.name,
            kept=cookie.path,
            path=call.path,
        ),
        at=one.line,
        caption=Sentence("decides it: Path {kept}", kept=cookie.path),
        related=(
            (call.request.place("cookie"), Sentence("sent without {name}", name=cookie.name)),
            *later([other.exchange for other in found], "answered without the session"),
        ),
        confidence=Confidence.CERTAIN,
        subject=cookie.name,
        flow=flow(other.exchange for other in found),
        fixes=(_fix(facts, one),),
    )


def _fix(facts: Facts, one: OffPath) -> Fix:
    if one.prefix:
        return Fix(
            Owner.API,
            Sentence("in the backend's configuration"),
            Sentence(
                "Tell the backend the prefix {prefix} that the proxy takes away (apiGatewayPath, root_path, PathBase), "
                "so that the cookie's Path has it.",
                prefix=one.prefix,
            ),
            Sentence('apiBasePath: "/auth"'),
            Sentence('apiBasePath: "/auth", apiGatewayPath: "/prefix"'),
        )
    if one.is_refresh:
        return Fix(
            Owner.API,
            Sentence("in the configuration of the backend and of the front end"),
            Sentence("Set the same base path on both sides; users have to sign in once more after the change."),
        )
    event = one.cookie.by
    line = facts.cookie_jar.mended(event, {"path": "Path=/"}) if event is not None else None
    return Fix(
        Owner.API,
        Sentence("where the session cookie is set"),
        Sentence("Set the cookie with Path=/ (without Path it is kept for the directory of the sign-in address)."),
        wire=Wire("set-cookie", event.place, Sentence("{line}", line=line)) if event and line else None,
    )
