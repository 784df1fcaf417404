"""The SAML answer is not valid yet, or no longer, by the clock of the app.

Why it matters
    The app must refuse an answer outside its time, although the user and the provider did everything right.
What to do
    Set the clocks of app and provider by NTP, and allow a minute or two of difference.
Stays quiet when
    The answer comes within its time, the app accepts it, or the assertion is encrypted.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.provider_sign_in import SamlSignIn
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import rule
from haranalyze.text import Place, Sentence

from ._words import flow, seen


@rule(
    id="saml-clock-skew",
    severity=Severity.HIGH,
    owner=Owner.API,
    layer=Layer.TOKEN,
    since="0.1",
    references=("SAML Core 2.0 section 2.5.1.2", "SAML Profiles 2.0 section 4.1.4.3"),
    explains=("redirect-loop",),
)
def saml_clock_skew(facts: Facts) -> Iterator[Said]:
    found = False
    for one in facts.provider_sign_in.saml:
        if one.refused and one.success and (one.early or one.late):
            found = True
            yield _match(one)
    if not found:
        yield Passed(seen(len(facts.provider_sign_in.saml), "SAML answers"))


def _match(one: SamlSignIn) -> Match:
    call = one.exchange
    seconds = one.early or one.late
    clock: tuple[tuple[Place, Sentence], ...] = (
        ((call.response.place("date"), Sentence("the app's clock")),) if one.by_server else ()
    )
    message = (
        Sentence("The answer in #{index} becomes valid {seconds} s later.", index=call.index, seconds=seconds)
        if one.early
        else Sentence("The answer in #{index} had ended {seconds} s before.", index=call.index, seconds=seconds)
    )
    return Match(
        message=message,
        headline=Sentence(
            "Sign-in at the provider works, but {host} refuses its answer: by its clock the answer is not valid yet.",
            host=call.host,
        )
        if one.early
        else Sentence(
            "Sign-in at the provider works, but {host} refuses its answer: by its clock the answer has run out.",
            host=call.host,
        ),
        at=call.status_place,
        caption=Sentence("refused, {seconds} s outside the conditions", seconds=seconds),
        related=(*clock, (call.url_place, Sentence("brings an answer with other times"))),
        confidence=Confidence.CERTAIN if one.speaks_of_time else Confidence.LIKELY,
        subject="conditions",
        flow=flow((call,)),
        fixes=(
            Fix(
                Owner.API,
                Sentence("on the machines of app and provider"),
                Sentence("Set both clocks by NTP, and allow a difference of a minute or two in the SAML settings."),
            ),
        ),
        alternatives=() if one.speaks_of_time else (Sentence("the answer was kept and sent again later"),),
        decides=None
        if one.speaks_of_time
        else Sentence("Look at the app's log for #{index}: it names the condition.", index=call.index),
    )
