"""A service worker answers a call with a refusal from before the sign-in.

Why it matters
    The worker keeps answers and hands them out again. A 401 it kept while nobody was signed in then meets the user who
    has just signed in, and no request reaches the server.
What to do
    Let the worker keep no answers of the API, or only those with a success status, and empty its store at sign-in.
Stays quiet when
    The worker asked the network, the refusal is as young as the sign-in, or it came from the network itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.worker_answers import refusals_by_worker
from haranalyze.findings import Fix, Layer, Match, Owner, Passed, Question, Said, Severity
from haranalyze.rule import Needs, rule
from haranalyze.text import Sentence

from ._words import flow, later


@rule(
    id="service-worker-replays-refusal",
    severity=Severity.HIGH,
    owner=Owner.FRONTEND,
    layer=Layer.TRANSPORT,
    since="0.1",
    references=("Service Workers section 5.4 (Cache)",),
    explains=(
        "credentials-omitted",
        "cookie-not-sent",
        "missing-auth-header",
        "interceptor-missing",
        "refresh-loop",
        "anonymous-401",
    ),
    needs=(Needs.BROWSER,),
)
def service_worker_replays_refusal(facts: Facts) -> Iterator[Said]:
    answers = facts.derive(refusals_by_worker)
    found = [one for one in answers if one.is_older]
    if not found and answers:
        yield Question(
            Sentence("Does the service worker of the website keep answers of the API?"),
            Sentence("#{index} is refused by it after the sign-in", index=answers[0].exchange.index),
        )
        return
    if not found:
        yield Passed(Sentence("no refusal comes out of a service worker's store"))
        return
    one = found[0]
    call = one.exchange
    yield Match(
        message=Sentence(
            "#{index} is answered {status} by the service worker, with an answer older than the sign-in #{sign_in}.",
            index=call.index,
            status=call.response.status,
            sign_in=one.sign_in.index,
        ),
        headline=Sentence(
            "Sign-in works, but the website's service worker answers {path} with a refusal it kept from before.",
            path=call.path,
        ),
        at=call.response.place("date"),
        caption=Sentence("decides it: made before the sign-in"),
        related=(
            *(((one.kept.response.place("date"), Sentence("the answer it kept")),) if one.kept is not None else ()),
            (one.sign_in.response.place("date"), Sentence("the sign-in")),
            *later([other.exchange for other in found[1:]], "the same"),
        ),
        flow=flow(other.exchange for other in found),
        fixes=(
            Fix(
                Owner.FRONTEND,
                Sentence("in the service worker"),
                Sentence("Let calls of the API through to the network, or keep answers with a success status only."),
                Sentence("cache.put(event.request, answer.clone())"),
                Sentence("if (answer.ok && !isApi(event.request)) cache.put(event.request, answer.clone())"),
                good_to_know=Sentence(
                    "The kept answers stay until the worker deletes its cache, and a new worker waits until the old "
                    "one's tabs are closed (Service Workers, waiting worker)."
                ),
            ),
        ),
    )
