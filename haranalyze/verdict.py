"""One verdict per capture: which finding leads, what follows from it, or why there is no answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from haranalyze.facts import Facts
from haranalyze.facts.quality import Sanitized
from haranalyze.facts.session import RefreshResult, Refusal, Role, Says, SignInResult
from haranalyze.findings import Confidence, Finding, Owner, Severity
from haranalyze.text import Sentence


class State(StrEnum):
    """What the capture shows about the session as a whole."""

    FAULT = "fault"
    OTHER_TROUBLE = "other-trouble"
    HEALTHY = "healthy"
    CANNOT_TELL = "cannot-tell"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer.

    Attributes:
        headline: one sentence; root: the finding that leads, None without one.
        chain: ids of the root and its consequences, root first.
        alternatives: other explanations still open; next_step: what to do, or what would decide.
        in_question: exchanges whose trouble the recording cannot explain.
    """

    state: State
    headline: Sentence
    confidence: Confidence
    owner: Owner | None
    root: Finding | None = None
    chain: tuple[str, ...] = ()
    alternatives: tuple[Sentence, ...] = ()
    next_step: Sentence | None = None
    in_question: tuple[int, ...] = ()


def judge(
    facts: Facts,
    findings: Sequence[Finding],
    in_question: Sequence[int],
    explains: Mapping[str, frozenset[str]],
) -> tuple[Verdict, tuple[Finding, ...]]:
    """Choose the leading finding and put the others in relation to it.

    Args:
        facts: the facts of the capture.
        findings: all findings, in rule order.
        in_question: exchanges that rules could not judge for lack of evidence.
        explains: rule id to the ids of the rules whose findings it explains on the same flow.

    Returns:
        The verdict, and the findings with ``consequence_of`` set, renumbered in reading order.
    """
    related = _with_consequences(facts, findings, explains)
    roots = sorted((one for one in related if one.consequence_of is None), key=lambda one: _rank(facts, one))
    ordered = _reading_order(roots, related)
    roots = [one for one in ordered if one.consequence_of is None]
    faults = [one for one in roots if _is_fault(one) and one.accepted is None]
    if faults:
        return _fault(faults[0], ordered), ordered
    unexplained = _unexplained(facts, ordered, in_question)
    if unexplained:
        return _cannot_tell(facts, unexplained), ordered
    troubles = [one for one in ordered if one.match.is_trouble and one.accepted is None]
    if troubles:
        return _other_trouble(troubles[0], ordered), ordered
    known = [one for one in roots if one.accepted is not None and (_is_fault(one) or one.match.is_trouble)]
    if known:
        return _nothing_new(known), ordered
    return _without_finding(facts), ordered


def _is_fault(finding: Finding) -> bool:
    return finding.severity.rank >= Severity.MEDIUM.rank


def _first_sent(facts: Facts, finding: Finding) -> float:
    return min(facts.timeline.sent(facts.timeline.exchange(index)) for index in finding.exchanges)


def _rank(facts: Facts, finding: Finding) -> tuple[bool, bool, int, int, int, float, str]:
    """Leading first: a fault, not a mere possibility, the worst, the surest, the earliest layer and time."""
    return (
        not _is_fault(finding),
        finding.confidence is Confidence.POSSIBLE,
        -finding.severity.rank,
        -finding.confidence.rank,
        finding.layer,
        _first_sent(facts, finding),
        finding.rule,
    )


def _with_consequences(
    facts: Facts, findings: Sequence[Finding], explains: Mapping[str, frozenset[str]]
) -> list[Finding]:
    """Set ``consequence_of``: explained by name on the same flow, or by an earlier layer on a shared exchange.

    A cause is never its own consequence's consequence: causes are looked for in one fixed order, and a finding
    that is already a consequence passes on its own cause.
    """
    order = sorted(findings, key=lambda one: (one.layer, _first_sent(facts, one), one.id))
    cause_of: dict[str, Finding] = {}
    for finding in order:
        for cause in order:
            if cause.id == finding.id or _root(cause, cause_of).id == finding.id:
                continue
            if _explains(facts, cause, finding, explains):
                cause_of[finding.id] = _root(cause, cause_of)
                break
    return [replace(one, consequence_of=_root(one, cause_of).id) if one.id in cause_of else one for one in findings]


def _root(finding: Finding, cause_of: Mapping[str, Finding]) -> Finding:
    while finding.id in cause_of:
        finding = cause_of[finding.id]
    return finding


def _explains(facts: Facts, cause: Finding, effect: Finding, explains: Mapping[str, frozenset[str]]) -> bool:
    if not _is_fault(cause) or cause.confidence is Confidence.POSSIBLE:
        return False
    named = effect.rule in explains.get(cause.rule, frozenset())
    if not named and (cause.layer >= effect.layer or cause.rule == effect.rule):
        return False
    if set(cause.exchanges) & set(effect.exchanges):
        return named or _first_sent(facts, cause) <= _first_sent(facts, effect)
    return named and _same_host(facts, cause, effect) and _first_sent(facts, cause) <= _first_sent(facts, effect)


def _same_host(facts: Facts, one: Finding, other: Finding) -> bool:
    def hosts(finding: Finding) -> set[str]:
        return {facts.timeline.exchange(index).request.host for index in finding.exchanges}

    return bool(hosts(one) & hosts(other))


def _reading_order(roots: Sequence[Finding], findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Each root followed by its consequences, renumbered ``f1``, ``f2``, ..."""
    ordered: list[Finding] = []
    for root in roots:
        ordered.append(root)
        ordered += [one for one in findings if one.consequence_of == root.id]
    renamed = {one.id: f"f{number}" for number, one in enumerate(ordered, start=1)}
    return tuple(
        replace(one, id=renamed[one.id], consequence_of=renamed.get(one.consequence_of or "")) for one in ordered
    )


def _chain(root: Finding, findings: Sequence[Finding]) -> tuple[str, ...]:
    return (root.id, *(one.id for one in findings if one.consequence_of == root.id))


def _fault(root: Finding, findings: Sequence[Finding]) -> Verdict:
    open_ends = bool(root.match.alternatives) and root.confidence is Confidence.CERTAIN
    fix = root.match.fixes[0].text if root.match.fixes else None
    return Verdict(
        State.FAULT,
        root.match.headline,
        Confidence.LIKELY if open_ends else root.confidence,
        root.owner,
        root,
        _chain(root, findings),
        root.match.alternatives,
        root.match.decides if root.match.alternatives and root.match.decides else fix,
    )


def _other_trouble(root: Finding, findings: Sequence[Finding]) -> Verdict:
    fix = root.match.fixes[0].text if root.match.fixes else root.match.decides
    return Verdict(
        State.OTHER_TROUBLE,
        root.match.headline,
        root.confidence,
        root.owner,
        root,
        _chain(root, findings),
        root.match.alternatives,
        fix,
    )


def _nothing_new(known: Sequence[Finding]) -> Verdict:
    """All that would lead is accepted by the options: the report shows it, the verdict does not lead with it."""
    first = min(one.accepted.until for one in known if one.accepted is not None)
    return Verdict(
        State.HEALTHY,
        Sentence(
            "Nothing new is wrong: what is found here is accepted ({rules}), the first of it until {until}.",
            rules=", ".join(sorted({one.rule for one in known})),
            until=first.isoformat(),
        ),
        Confidence.CERTAIN,
        None,
    )


def _unexplained(facts: Facts, findings: Sequence[Finding], in_question: Sequence[int]) -> tuple[int, ...]:
    """Exchanges in trouble that no finding speaks of: rules could not judge them, or nothing explains a refusal."""
    spoken_of = {index for one in findings for index in one.exchanges}
    refused = {one.exchange.index for one in facts.session.refusals if _is_unexplained(facts, one)}
    return tuple(sorted((refused | set(in_question) | _failed_sign_ins(facts)) - spoken_of))


def _failed_sign_ins(facts: Facts) -> set[int]:
    """Sign-ins and pages of a sign-in that ended in an error and that no later sign-in made good."""
    story, timeline = facts.session, facts.timeline
    good = [timeline.sent(one.exchange) for one in story.sign_ins if one.result is SignInResult.OK]
    last_good = max(good, default=float("-inf"))
    failed = [one.exchange for one in story.sign_ins if one.result in {SignInResult.REFUSED, SignInResult.FAILED}]
    failed += [
        exchange
        for exchange in facts.exchanges
        if exchange.response.status >= 400 and story.role(exchange) is Role.AUTH_PAGE
    ]
    return {exchange.index for exchange in failed if timeline.sent(exchange) > last_good}


def _is_unexplained(facts: Facts, refusal: Refusal) -> bool:
    """A refusal although a session existed, that no later success of the same call made good."""
    session, exchange = facts.session, refusal.exchange
    if refusal.says in {Says.PERMISSION, Says.CSRF, Says.ROUTING} or session.refresh(exchange):
        return False
    if not session.signed_in_before(exchange):
        sent = facts.timeline.sent(exchange)
        ended = any(facts.timeline.sent(out) < sent for out in session.sign_outs)
        if ended or not session.carries_credentials(exchange):
            return False
    return not _recovered(facts, refusal)


def _recovered(facts: Facts, refusal: Refusal) -> bool:
    """Whether the same call, or a refresh made for it, was accepted later."""
    call = refusal.exchange
    accepted = facts.session.accepted_like(call)
    if accepted and accepted.request.url.path == call.request.url.path:
        return facts.timeline.sent(accepted) > facts.timeline.sent(call)
    return any(
        one.result is RefreshResult.OK and one.after is call and one.retry is None for one in facts.session.refreshes
    )


def _cannot_tell(facts: Facts, unexplained: tuple[int, ...]) -> Verdict:
    quality = facts.quality
    exchange = facts.timeline.exchange(unexplained[0])
    if quality.sanitized is not Sanitized.NO:
        headline = Sentence(
            "This recording was made without cookies and authorization headers, so it cannot show why #{index} is "
            "answered {status}.",
            index=exchange.index,
            status=exchange.response.status,
        )
    elif exchange.failed:
        headline = Sentence("#{index} got no answer, and this recording does not show why.", index=exchange.index)
    elif exchange.index in _failed_sign_ins(facts):
        headline = Sentence(
            "The sign-in #{index} is answered {status}, and this recording does not show why.",
            index=exchange.index,
            status=exchange.response.status,
        )
    else:
        headline = Sentence(
            "#{index} is answered {status} although a session exists, and this recording does not show why."
            if facts.session.signed_in_before(exchange)
            else "#{index} is answered {status} although it carries credentials, and this recording does not show why.",
            index=exchange.index,
            status=exchange.response.status,
        )
    return Verdict(
        State.CANNOT_TELL,
        headline,
        Confidence.LIKELY,
        Owner.CAPTURE,
        next_step=quality.ask
        or Sentence("Look at the server's log for #{index}: the answer does not say its reason.", index=exchange.index),
        in_question=unexplained,
    )


def _without_finding(facts: Facts) -> Verdict:
    session, quality = facts.session, facts.quality
    if not session.sign_ins and not session.hosts and not facts.tokens.all:
        refused = session.unguarded_refusals
        return Verdict(
            State.HEALTHY,
            Sentence(
                "Nothing in this recording uses a session: whether #{index}, answered 401, was to have one it does not "
                "show.",
                index=refused[0].index,
            )
            if refused
            else Sentence("Nothing in this recording uses a session, and nothing in it is refused for one."),
            Confidence.POSSIBLE,
            None,
            next_step=Sentence(
                "If a login is the trouble, record again: start before the sign-in and stop after the trouble was seen."
            ),
        )
    refreshes = sum(one.result is RefreshResult.OK for one in session.refreshes)
    if session.refusals and not session.spans:
        return Verdict(
            State.HEALTHY,
            Sentence(
                "Nobody is signed in in this recording: {refused} without a session, as it should be.",
                refused=_refused(len(session.refusals)),
            ),
            Confidence.LIKELY,
            None,
            next_step=Sentence("If a login is the trouble, record again: start before the sign-in and go on after it."),
        )
    headline = Sentence(
        "Nothing is wrong with the session: {signs}, {refreshes} and every call that needs it went as they should.",
        signs=_count(sum(one.result == "ok" for one in session.sign_ins), "sign-in"),
        refreshes=_count(refreshes, "refresh"),
    )
    sure = quality.sanitized is Sanitized.NO and quality.records_bodies
    return Verdict(
        State.HEALTHY,
        headline,
        Confidence.CERTAIN if sure else Confidence.LIKELY,
        None,
        next_step=Sentence("If the user still complains, record the moment of the trouble and compare."),
    )


def _count(number: int, noun: str) -> str:
    """ "no sign-in", "1 refresh", "3 refreshes"."""
    plural = f"{noun}es" if noun.endswith("sh") else f"{noun}s"
    return f"no {noun}" if not number else f"{number} {noun if number == 1 else plural}"


def _refused(number: int) -> str:
    return "one call is refused" if number == 1 else f"{number} calls are refused"
