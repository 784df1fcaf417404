"""What a rule hands over (Match and the other outcomes) and what the engine makes of it (Finding)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from haranalyze.options import Accepted
from haranalyze.text import Place, Sentence, Text


class Severity(StrEnum):
    """How bad it is for the user's session. ``medium`` and above make the verdict a fault."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for info to 4 for critical."""
        return list(Severity).index(self)


class Confidence(StrEnum):
    """How sure the capture makes us."""

    POSSIBLE = "possible"
    LIKELY = "likely"
    CERTAIN = "certain"

    @property
    def rank(self) -> int:
        """0 for possible to 2 for certain."""
        return list(Confidence).index(self)


class Owner(StrEnum):
    """Who must act."""

    BROWSER = "browser"
    FRONTEND = "frontend"
    API = "api"
    PROXY = "proxy"
    IDENTITY_PROVIDER = "identity-provider"
    CAPTURE = "capture"


class Outcome(StrEnum):
    """What one rule said about one capture."""

    FINDING = "finding"
    PASS = "pass"  # noqa: S105
    NOT_APPLICABLE = "not-applicable"
    CANNOT_TELL = "cannot-tell"
    QUESTION = "question"
    NOT_RUN = "not-run"


class Layer(IntEnum):
    """Order of explanation: a finding of an earlier layer may explain one of a later layer on the same flow."""

    CAPTURE = 1
    ROUTING = 2
    TRANSPORT = 3  # CORS, header sizes, proxies, caches
    COOKIE = 4  # acceptance and sending
    TOKEN = 5  # presence and validity of credentials
    STATE = 6  # loops and lost state
    PERMISSION = 7


@dataclass(frozen=True, slots=True)
class Wire:
    """What a change does to the traffic: one recorded line, and the same line once the change works.

    Attributes:
        name: the header in lower case, or ``status``.
        at: where the line stands; a place without text where it is missing.
        works: its value then. What the recording cannot know is written as "…".
    """

    name: str
    at: Place
    works: Sentence


@dataclass(frozen=True, slots=True)
class Fix:
    """One change: who makes it, where, the words, and the lines before and after (None where there are none).

    ``wire`` is what the change does to the traffic, where one line tells it; ``good_to_know`` a limit or a side effect
    of the change that a standard, a vendor or the change itself lays down.
    """

    owner: Owner
    place: Sentence  # "in the nginx server block", "where the SuperTokens backend is initialised"
    text: Sentence
    before: Sentence | None = None
    after: Sentence | None = None
    wire: Wire | None = None
    good_to_know: Sentence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What one rule saw, where.

    Attributes:
        message: what happened, one or two plain sentences, for the findings list.
        headline: the verdict sentence if this finding leads: what works, then what breaks, then why (at most
            30 words, names the user's symptom first).
        at: the primary place; caption: a few words about it.
        related: further places with captions, in time order.
        confidence: how sure; owner, severity: where they differ from the rule's own.
        subject: the cookie or header name the finding is about (part of the fingerprint).
        flow: indexes of the exchanges this finding is about, beyond those of its places; used to tell which
            finding follows from which.
        fixes: what to change, best first.
        alternatives: other explanations the capture leaves open; decides: what observation would tell.
        is_trouble: for informational rules: this is what the user suffers from (a permission, a password, a
            server), so that it leads the verdict where the session set-up is fine.
    """

    message: Sentence
    headline: Sentence
    at: Place
    caption: Sentence
    related: tuple[tuple[Place, Sentence], ...] = ()
    confidence: Confidence = Confidence.CERTAIN
    owner: Owner | None = None
    severity: Severity | None = None
    subject: Text | str = ""
    flow: tuple[int, ...] = ()
    fixes: tuple[Fix, ...] = ()
    alternatives: tuple[Sentence, ...] = ()
    decides: Sentence | None = None
    is_trouble: bool = False


@dataclass(frozen=True, slots=True)
class Passed:
    """The rule looked and found nothing wrong; ``reason`` says with numbers what it looked at."""

    reason: Sentence


@dataclass(frozen=True, slots=True)
class NotApplicable:
    """The question does not arise in this capture."""

    reason: Sentence


@dataclass(frozen=True, slots=True)
class CannotTell:
    """The recording lacks what the rule needs; ``reason`` names it. ``about`` are the exchanges in question."""

    reason: Sentence
    about: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A cause no recording can show whose pattern fits: ``text`` is what to ask, ``why`` what fits."""

    text: Sentence
    why: Sentence


Said = Match | Passed | NotApplicable | CannotTell | Question


@dataclass(frozen=True, slots=True)
class Finding:
    """A match with the rule's identity, severity, layer and fingerprint. Places are still symbolic and unprojected.

    Attributes:
        id: ``f1``, ``f2``, ... in the order of the report; exchanges: every exchange it touches.
        cause: what the fingerprint is made of: rule, path shape, cookie or header, kind of hop.
        consequence_of: id of the finding that explains this one, or None.
        accepted: what the options say of it while it is accepted, or None; it does not lead a verdict then.
    """

    id: str
    rule: str
    title: str
    severity: Severity
    layer: Layer
    confidence: Confidence
    owner: Owner
    fingerprint: str
    cause: tuple[str, str, str, str]
    match: Match
    exchanges: tuple[int, ...]
    consequence_of: str | None = None
    accepted: Accepted | None = None


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """What became of one rule: its outcome and the reason (None only for findings, which speak themselves)."""

    rule: str
    outcome: Outcome
    reason: Sentence
