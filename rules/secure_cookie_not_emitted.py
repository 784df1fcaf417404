"""The sign-in works, and the server silently keeps the session cookie to itself.

Why it matters
    express-session sends no Secure cookie over a connection it takes for http. Behind a proxy that ends https it takes
    every connection for http, says nothing, and nobody stays signed in.
What to do
    Tell Express to trust the proxy, and let the proxy say that the browser came over https.
Stays quiet when
    The host sets a cookie or hands out a token, the recording leaves Set-Cookie out, nothing is refused afterwards, or
    the server is not Express.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.sign_in_traces import silent_sign_ins
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import Needs, rule
from haranalyze.text import Sentence

from ._fixes import in_stacks
from ._snippets import FORWARD_SCHEME, TRUST_PROXY
from ._words import flow, later


@rule(
    id="secure-cookie-not-emitted",
    severity=Severity.HIGH,
    owner=Owner.API,
    layer=Layer.COOKIE,
    since="0.1",
    references=(
        "https://expressjs.com/en/resources/middleware/session.html (cookie.secure)",
        "https://expressjs.com/en/guide/behind-proxies.html",
    ),
    explains=("cookie-not-sent", "missing-auth-header", "anonymous-401", "redirect-loop"),
    needs=(Needs.BROWSER,),
)
def secure_cookie_not_emitted(facts: Facts) -> Iterator[Said]:
    found = facts.derive(silent_sign_ins)
    if not found:
        yield Passed(Sentence("no sign-in at an Express server leaves its session cookie out"))
        return
    one = found[0]
    call = one.exchange
    yield Match(
        message=Sentence(
            "The sign-in #{index} is answered {status} without any cookie, and the calls after it are sent away.",
            index=call.index,
            status=call.response.status,
        ),
        headline=Sentence(
            "Sign-in works, but Express on {host} sets no session cookie: behind a proxy it takes https for http.",
            host=call.host,
        ),
        at=call.response.place("set-cookie"),
        caption=Sentence("missing: no Set-Cookie"),
        related=(
            (call.response.place("x-powered-by"), Sentence("answered by Express")),
            *later(one.refused, "without a session"),
        ),
        confidence=Confidence.LIKELY,
        subject="set-cookie",
        flow=flow([call, *one.refused]),
        fixes=(
            *in_stacks(
                facts,
                call,
                TRUST_PROXY,
                Fix(
                    Owner.API,
                    Sentence("where the Express app is made"),
                    Sentence("Trust the proxy in front."),
                    None,
                    Sentence('app.set("trust proxy", 1)'),
                ),
            ),
            *in_stacks(
                facts,
                call,
                FORWARD_SCHEME,
                Fix(
                    Owner.PROXY,
                    Sentence("in the proxy in front of the API"),
                    Sentence("Pass the scheme of the browser's connection on."),
                    None,
                    Sentence("proxy_set_header X-Forwarded-Proto $scheme;"),
                ),
            ),
        ),
        alternatives=(Sentence("the sign-in route does not write to the session"),),
        decides=Sentence("Set cookie.secure to false for one try: if the cookie appears, this is the cause."),
    )
