"""A proxy answers 5xx because the headers of the sign-in answer are larger than its buffer.

Why it matters
    Sign-in and refresh answers carry the session in headers. When they outgrow the proxy's buffer, the proxy throws
    the answer away: nobody with a large session can sign in.
What to do
    Raise the proxy's response-header buffer, or put less into the token.
Stays quiet when
    Other calls on the host get the same error, the failing call hands out no session, or the answer was late.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import rule
from haranalyze.text import Sentence

from ._fixes import larger_answers
from ._gateway import is_header_size
from ._words import flow, later, seen, step


@rule(
    id="oversized-header-502",
    severity=Severity.HIGH,
    owner=Owner.PROXY,
    layer=Layer.TRANSPORT,
    since="0.1",
    references=(
        "nginx proxy_buffer_size",
        "RFC 9110 section 15.6.3",
    ),
    explains=(
        "refresh-failing",
        "anonymous-401",
        "gateway-5xx-other",
        "cookie-not-sent",
        "cors-missing-allow-origin",
    ),
)
def oversized_header_502(facts: Facts) -> Iterator[Said]:
    errors = facts.header_budget.proxy_errors
    found = [one for one in errors if is_header_size(one)]
    if not found:
        yield Passed(seen(len(errors), "gateway errors"))
        return
    error = found[0]
    call, hop = error.exchange, error.hop
    name = hop.name if hop else "the proxy"
    limit = hop.response_limit if hop else None
    related = []
    if error.host_answers is not None:
        related.append((error.host_answers.status_place, Sentence("the application itself answers here")))
    yield Match(
        message=Sentence(
            "#{index} hands out the session and is answered {status} "
            "by {name}, while the application answers other calls.",
            index=call.index,
            status=call.response.status,
            name=name,
        ),
        headline=Sentence(
            "{step} is answered {status}: most likely the session headers of {path} "
            "are larger than the buffer of {name}.",
            step=step(facts, call),
            status=call.response.status,
            path=call.path,
            name=name,
        ),
        at=error.evidence,
        caption=Sentence("{name} answers, not the application", name=name),
        related=(*related, *later([one.exchange for one in found[1:]], "the same")),
        confidence=Confidence.LIKELY,
        flow=flow(one.exchange for one in found),
        fixes=(
            Fix(
                Owner.PROXY,
                Sentence("in the {name} configuration in front of {host}", name=name, host=call.host),
                Sentence(
                    "Raise {knob} above the size of this answer's headers{limit}.",
                    knob=(hop.response_knob if hop else "") or "the response-header buffer",
                    limit=f" (the default is {limit} bytes)" if limit else "",
                ),
                *larger_answers(facts, hop),
                good_to_know=_NGINX if hop is not None and hop.name == "nginx" else None,
            ),
            Fix(
                Owner.API,
                Sentence("where claims are added to the token"),
                Sentence("Put fewer roles and permissions into the token."),
            ),
        ),
        decides=Sentence("The proxy's error log names it: 'upstream sent too big header'."),
    )


_NGINX = Sentence(
    "nginx does not start with proxy_buffer_size alone: proxy_busy_buffers_size follows it, and has to stay below the "
    "whole of proxy_buffers less one."
)
