"""Ready texts: the reply to the customer, the note for engineering, the note for whoever runs the servers."""

from __future__ import annotations

import textwrap

import msgspec

from haranalyze.analysis import Analysis
from haranalyze.findings import Confidence, Owner
from haranalyze.redaction import Projector
from haranalyze.text import Place
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
    """Plain texts, at most 76 characters a line; paragraphs with an empty line between, list lines begin with "- "."""

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
    headline = projector.say(verdict.headline)
    thanks = "Thank you for the recording."
    if verdict.state is State.CANNOT_TELL:
        again = "Could you record it once more?" if analysis.facts.quality.ask else ""
        return [f"{thanks} {headline}", again, _do(analysis, projector)]
    if verdict.state is State.HEALTHY:
        return [
            f"{thanks} {headline}",
            "If the trouble is still there, please record it once more: start before signing in and stop right after"
            " you have seen it.",
        ]
    told = f"{thanks} {_SURE[verdict.confidence] if not _says_how_sure(headline) else ''}{headline}"
    who = OWNERS.get(verdict.owner, "") if verdict.owner else ""
    do = _do(analysis, projector)
    team = verdict.owner in _TEAMS
    pass_on = f"Please pass this on to {_TEAMS[verdict.owner]}: {do}" if team and verdict.owner and do else do
    fine = "Nothing is wrong with the browser or the account." if team and verdict.state is State.FAULT else ""
    return [told, pass_on or (f"This is for: {who}." if who else ""), fine]


_SURE = {
    Confidence.CERTAIN: "",
    Confidence.LIKELY: "Most likely this is it: ",
    Confidence.POSSIBLE: "It may be this: ",
}
_TEAMS = {
    Owner.API: "the team that runs the API",
    Owner.FRONTEND: "the team that builds the app",
    Owner.PROXY: "the team that runs the proxy in front of the API",
    Owner.IDENTITY_PROVIDER: "whoever runs the identity provider",
}


def _says_how_sure(headline: str) -> bool:
    return any(word in headline for word in ("most likely", " may "))


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
    places = [(match.at, match.caption), *match.related[:4]]
    proof = [f"- {_exchange(analysis, place, projector, projector.say(words))}" for place, words in places]
    change = [
        f"Change ({fix.owner.value}), {projector.say(fix.place)}: {projector.say(fix.text)}" for fix in match.fixes[:2]
    ]
    return [
        f"{root.rule} ({root.confidence.value}): {projector.say(match.message)}",
        *proof,
        *change,
        f"Fingerprint {root.fingerprint}",
    ]


def _exchange(analysis: Analysis, place: Place, projector: Projector, caption: str) -> str:
    """``#12 GET /api/me 401: sent without it``."""
    exchange = analysis.facts.timeline.exchange(place.exchange)
    status = exchange.response.status or "no answer"
    said = caption.removeprefix("decides it: ").removeprefix(f"{status}: ")
    return f"#{exchange.index} {projector.show(exchange.method)} {projector.show(exchange.path)} {status}: {said}"


def _operations(analysis: Analysis, projector: Projector) -> list[str]:
    root = analysis.verdict.root
    if root is None:
        return [projector.say(analysis.verdict.headline)]
    exchange = analysis.facts.timeline.exchange(root.match.at.exchange)
    hop = analysis.facts.header_budget.hop(exchange)
    host = projector.show(exchange.host)
    where = f"Host {host}, answered by {hop.name}." if hop else f"Host {host}."
    steps = [
        f"- {projector.say(fix.place)}: {projector.say(fix.text)}"
        for fix in root.match.fixes
        if fix.owner in {Owner.PROXY, Owner.IDENTITY_PROVIDER}
    ]
    return [projector.say(root.match.message), where, *steps]


def _wrapped(paragraphs: list[str]) -> str:
    """The paragraphs, lines of a list directly below each other."""
    text = ""
    for paragraph in filter(None, paragraphs):
        listed = paragraph.startswith("- ")
        lines = textwrap.wrap(
            paragraph,
            WIDTH,
            subsequent_indent="  " if listed else "",
            break_long_words=False,
            break_on_hyphens=False,
        )
        gap = "" if not text else "\n" if listed and text.rpartition("\n\n")[2].startswith("- ") else "\n\n"
        text += gap + "\n".join(lines)
    return text
