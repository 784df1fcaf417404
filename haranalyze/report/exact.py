"""The exact part of a quoted line that a finding is about, so that readers see it without searching."""

from __future__ import annotations

import re
from typing import Final

from haranalyze.facts import Facts
from haranalyze.facts.cookie_jar import Reason
from haranalyze.redaction import Projector
from haranalyze.text import Kind, Place, Text

# The attribute a browser stumbled over, as it stands in a Set-Cookie line.
_ATTRIBUTE: Final = {
    Reason.DOMAIN_MISMATCH: "Domain=",
    Reason.PUBLIC_SUFFIX: "Domain=",
    Reason.NOT_ON_PATH: "Path=",
    Reason.SECURE_ONLY: "Secure",
    Reason.SAME_SITE_LAX: "SameSite=",
    Reason.SAME_SITE_STRICT: "SameSite=",
    Reason.SAME_SITE_NONE_INSECURE: "SameSite=",
    Reason.INVALID_PARTITIONED: "Partitioned",
}
_SEPARATOR: Final = "; "
_PHRASE = re.compile(r'"[^"]+"')

Span = tuple[int, int]  # first character and length, in characters of the quote


def exact_spans(quote: str, place: Place, subject: Text | str, facts: Facts, projector: Projector) -> list[Span]:
    """Where in ``quote``, the projection of ``place``, the evidence stands; the whole quote where no part decides.

    Args:
        subject: the cookie or header the finding is about.
    """
    if not quote or place.text is None:
        return []
    kind = place.text.kind
    name = projector.show(subject) if isinstance(subject, Text) else subject
    spans: list[Span] = []
    if kind is Kind.SET_COOKIE:
        spans = _attribute(quote, place, facts)
    elif kind is Kind.HEADER_VALUE and place.text.name == "cookie":
        spans = [span for span, part in _parts(quote) if part.startswith(f"{name}=")]
    elif kind is Kind.BODY:
        spans = [(found.start(), found.end() - found.start()) for found in _PHRASE.finditer(quote)]
    return spans or [(0, len(quote))]


def _attribute(quote: str, place: Place, facts: Facts) -> list[Span]:
    """The attribute the browser refused the cookie for; name and value where it is none of them."""
    events = facts.cookie_jar.set_by(facts.timeline.exchange(place.exchange))
    reason = next((event.refused for event in events if event.place.text == place.text), None)
    start = _ATTRIBUTE.get(reason, "") if reason else ""
    parts = list(_parts(quote))
    return [span for span, part in parts if start and part.startswith(start)] or [parts[0][0]]


def _parts(line: str) -> list[tuple[Span, str]]:
    """The parts of a cookie line with their places."""
    parts, at = [], 0
    for part in line.split(_SEPARATOR):
        parts.append(((at, len(part)), part))
        at += len(part) + len(_SEPARATOR)
    return parts
