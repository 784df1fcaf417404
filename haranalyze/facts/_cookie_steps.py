"""The decision about a cookie in steps: each check a browser makes, up to the one that stops."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from haranalyze.protocol.cookie_store import SAME_SITE_REASONS, Reason
from haranalyze.text import Place, Sentence


@dataclass(frozen=True, slots=True)
class Step:
    """One step of "why was it (not) sent": outcome ok / stop / info / follows, check, finding, source, place."""

    outcome: str
    check: Sentence
    finding: Sentence
    source: str
    place: Place | None


_Check = tuple[frozenset[Reason], Sentence, Sentence, Sentence]
STORING: Final[tuple[_Check, ...]] = (
    (
        frozenset((Reason.PUBLIC_SUFFIX, Reason.DOMAIN_MISMATCH)),
        Sentence("Domain"),
        Sentence("the Domain fits the host"),
        Sentence("the Domain is not this host's: the browser does not store it"),
    ),
    (
        frozenset((Reason.THIRD_PARTY,)),
        Sentence("Third party"),
        Sentence("cookies of this site are allowed here"),
        Sentence("this browser keeps no cookies of another site than the page's"),
    ),
    (
        frozenset((Reason.TOO_LARGE,)),
        Sentence("Size"),
        Sentence("within the 4096 bytes a browser keeps"),
        Sentence("name and value exceed the 4096 bytes a browser keeps"),
    ),
    (
        frozenset((Reason.SECURE_ONLY,)),
        Sentence("Secure"),
        Sentence("Secure fits the scheme"),
        Sentence("Secure, but set over http: the browser does not store it"),
    ),
    (
        frozenset((Reason.OVERWRITE_SECURE, Reason.OVERWRITE_HTTP_ONLY)),
        Sentence("Overwrites"),
        Sentence("it replaces no better protected cookie"),
        Sentence("a Secure cookie of this name is kept already: http may not replace it"),
    ),
    (
        SAME_SITE_REASONS,
        Sentence("SameSite"),
        Sentence("SameSite allows it here"),
        Sentence("set by an answer to a cross-site request, and not SameSite=None: the browser does not store it"),
    ),
    (
        frozenset((Reason.SAME_SITE_NONE_INSECURE,)),
        Sentence("None needs Secure"),
        Sentence("its attributes agree"),
        Sentence("SameSite=None without Secure: the browser does not store it"),
    ),
    (
        frozenset((Reason.INVALID_PREFIX,)),
        Sentence("Prefix"),
        Sentence("no broken name prefix"),
        Sentence("its name prefix demands attributes it lacks"),
    ),
    (
        frozenset((Reason.INVALID_PARTITIONED,)),
        Sentence("Partitioned"),
        Sentence("not Partitioned, or Secure too"),
        Sentence("Partitioned without Secure: the browser does not store it"),
    ),
)
SENDING: Final[tuple[_Check, ...]] = (
    (
        frozenset((Reason.DOMAIN_MISMATCH,)),
        Sentence("Domain"),
        Sentence("kept for this host"),
        Sentence("kept for another host"),
    ),
    (
        frozenset((Reason.OTHER_PARTITION, Reason.THIRD_PARTY)),
        Sentence("Third party"),
        Sentence("kept for pages of this site"),
        Sentence("the page is of another site, and this browser keeps its cookies apart"),
    ),
    (frozenset((Reason.EXPIRED,)), Sentence("Expiry"), Sentence("not expired"), Sentence("expired before the request")),
    (
        frozenset((Reason.NOT_ON_PATH,)),
        Sentence("Path"),
        Sentence("its Path covers the request"),
        Sentence("its Path does not cover the request"),
    ),
    (
        frozenset((Reason.SECURE_ONLY,)),
        Sentence("Secure"),
        Sentence("Secure fits the scheme"),
        Sentence("Secure, and the request goes over http"),
    ),
    (
        SAME_SITE_REASONS,
        Sentence("SameSite"),
        Sentence("SameSite allows it here"),
        Sentence("a cross-site request, and the cookie is not SameSite=None"),
    ),
)


def passed(checks: tuple[_Check, ...], place: Place | None) -> Iterator[Step]:
    """All checks, passed."""
    for _, check, fine, _ in checks:
        yield Step("ok", check, fine, "", place)


def stopped(reason: Reason, checks: tuple[_Check, ...], place: Place | None) -> Iterator[Step]:
    """The checks a browser makes, in its order, up to the one that stops."""
    for reasons, check, fine, halted in checks:
        if reason in reasons:
            yield Step("stop", check, halted, reason.value, place)
            return
        yield Step("ok", check, fine, "", place)
    yield Step("stop", Sentence("Other"), Sentence("the browser refuses it"), reason.value, place)
