"""Ready texts: the reply to the customer, the note for engineering, the note for whoever runs the servers."""

from __future__ import annotations

import textwrap

import msgspec

from haranalyze.analysis import Analysis
from haranalyze.findings import Owner
from haranalyze.redaction import Projector
from haranalyze.verdict import State

WIDTH = 76

OWNERS = {
    Owner.API: "API team",
    Owner.FRONTEND: "Frontend team",
    Owner.PROXY: "Proxy team",
    Owner.IDENTITY_PROVIDER: "Identity provider",
    Owner.BROWSER: "Browser setting",
    Owner.CAPTURE: "Whoever records",
}


class Texts(msgspec.Struct, frozen=True, gc=False):
    """Plain texts, at most 76 characters a line."""

    customer: str
    engineering: str
    operations: str


def texts(analysis: Analysis, projector: Projector) -> Texts:
    """The three texts, from the same evidence."""
    return Texts(
        _wrapped(_customer(analysis, projector)),
        _wrapped(_engineering(analysis, projector)),
        _wrapped(_operations(analysis, projector)),
    )


def _customer(analysis: Analysis, projector: Projector) -> list[str]:
    verdict = analysis.verdict
    thanks = "Thank you for the recording."
    if verdict.state is State.CANNOT_TELL:
        ask = projector.say(verdict.next_step) if verdict.next_step else ""
        return [f"{thanks} {projector.say(verdict.headline)}", ask]
    if verdict.state is State.HEALTHY:
        return [
            f"{thanks} {projector.say(verdict.headline)}",
            "If the trouble is still there, please record it once more: start before signing in and stop right after"
            " you have seen it.",
        ]
    who = OWNERS.get(verdict.owner, "") if verdict.owner else ""
    sure = {"certain": "", "likely": "Most likely: ", "possible": "It may be this: "}[verdict.confidence.value]
    told = f"{thanks} {sure}{projector.say(verdict.headline)}"
    pass_on = f"Please pass this on to your {who}: {_do(analysis, projector)}" if who else _do(analysis, projector)
    if verdict.state is State.OTHER_TROUBLE:
        return [told, pass_on]
    return [told, pass_on, "Nothing is wrong with the browser or the account."]


def _do(analysis: Analysis, projector: Projector) -> str:
    return projector.say(analysis.verdict.next_step) if analysis.verdict.next_step else ""


def _engineering(analysis: Analysis, projector: Projector) -> list[str]:
    verdict, root = analysis.verdict, analysis.verdict.root
    if root is None:
        numbers = ", ".join(f"#{index}" for index in verdict.in_question[:10])
        return [
            projector.say(verdict.headline),
            f"In question: {numbers}." if numbers else "",
            _do(analysis, projector),
        ]
    match = root.match
    proof = [f"#{match.at.exchange}: {projector.say(match.caption)}."]
    proof += [f"#{place.exchange}: {projector.say(caption)}." for place, caption in match.related[:4]]
    change = [f"Change ({fix.owner.value}): {projector.say(fix.text)}" for fix in match.fixes[:2]]
    return [
        f"{root.rule} ({root.confidence.value}). {projector.say(match.message)}",
        *proof,
        *change,
        f"Fingerprint {root.fingerprint}.",
    ]


def _operations(analysis: Analysis, projector: Projector) -> list[str]:
    root = analysis.verdict.root
    if root is None:
        return [projector.say(analysis.verdict.headline)]
    exchange = analysis.facts.timeline.exchange(root.match.at.exchange)
    hop = analysis.facts.header_budget.hop(exchange)
    where = (
        f"Host {projector.show(exchange.host)}, answered by {hop.name}."
        if hop
        else f"Host {projector.show(exchange.host)}."
    )
    steps = [
        f"{projector.say(fix.place)}: {projector.say(fix.after)}"
        for fix in root.match.fixes
        if fix.owner in {Owner.PROXY, Owner.IDENTITY_PROVIDER} and fix.after
    ]
    return [projector.say(root.match.message), where, *steps]


def _wrapped(paragraphs: list[str]) -> str:
    return "\n".join(
        line
        for paragraph in paragraphs
        if paragraph
        for line in textwrap.wrap(paragraph, WIDTH, break_long_words=False, break_on_hyphens=False)
    )
