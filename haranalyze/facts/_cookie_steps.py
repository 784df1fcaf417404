"""The decision about a cookie in steps: each check a browser makes, up to the one that stops."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from haranalyze.capture.model import Exchange
from haranalyze.protocol.cookie_store import SAME_SITE_REASONS, Reason
from haranalyze.protocol.stored_cookies import StoredCookie
from haranalyze.text import Place, Sentence, Text

if TYPE_CHECKING:
    from haranalyze.protocol.browsers import Browser


@dataclass(frozen=True, slots=True)
class Step:
    """One step of "why was it (not) sent": outcome ok / stop / info / follows, check, finding, source, place."""

    outcome: str
    check: Sentence
    finding: Sentence
    source: str
    place: Place | None


class LooksAt(Enum):
    """What a check compares the cookie with, and so where its step points."""

    LINE = auto()  # the Set-Cookie line alone
    URL = auto()  # where the request goes
    SITE = auto()  # what names the page that asks


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its name, what it finds when the cookie passes, and by reason when it does not."""

    title: Sentence
    fine: Sentence
    halted: Mapping[Reason, Sentence]
    looks_at: LooksAt = LooksAt.LINE
    quiet: bool = False  # says nothing of a cookie that passes


_SIZE: Final = Check(
    Sentence("Size"),
    Sentence("within the 4096 bytes a browser keeps"),
    {Reason.TOO_LARGE: Sentence("it exceeds what a browser keeps: 4096 bytes of name and value, or a long path")},
)
_CHARACTERS: Final = Check(
    Sentence("Characters"),
    Sentence("no control character"),
    {Reason.DISALLOWED_CHARACTER: Sentence("a control character: the browser ignores the line")},
    quiet=True,
)
_DOMAIN: Final = Check(
    Sentence("Domain"),
    Sentence("the Domain fits the host"),
    dict.fromkeys(
        (Reason.PUBLIC_SUFFIX, Reason.DOMAIN_MISMATCH),
        Sentence("the Domain is not this host's: the browser does not store it"),
    ),
)
_THIRD_PARTY: Final = Check(
    Sentence("Third party"),
    Sentence("cookies of this site are allowed here"),
    {Reason.THIRD_PARTY: Sentence("this browser keeps no cookies of another site than the page's")},
    LooksAt.SITE,
)
_PREFIX: Final = Check(
    Sentence("Prefix"),
    Sentence("no broken name prefix"),
    {Reason.INVALID_PREFIX: Sentence("its name prefix demands attributes it lacks")},
)
_PARTITIONED: Final = Check(
    Sentence("Partitioned"),
    Sentence("not Partitioned, or Secure too"),
    {Reason.INVALID_PARTITIONED: Sentence("Partitioned without Secure: the browser does not store it")},
)
_NAME: Final = Check(
    Sentence("Name"),
    Sentence("it can be told apart"),
    {Reason.NO_COOKIE_CONTENT: Sentence("without a name it cannot be told apart: the browser does not store it")},
)
_SECURE: Final = Check(
    Sentence("Secure"),
    Sentence("Secure fits the scheme"),
    {Reason.SECURE_ONLY: Sentence("Secure, but set over http: the browser does not store it")},
    LooksAt.URL,
)
_OVERWRITES: Final = Check(
    Sentence("Overwrites"),
    Sentence("it replaces no better protected cookie"),
    {
        Reason.OVERWRITE_SECURE: Sentence("a Secure cookie of this name is kept already: http may not replace it"),
        Reason.OVERWRITE_HTTP_ONLY: Sentence("an HttpOnly cookie of this name is kept: a script may not replace it"),
        Reason.HTTP_ONLY: Sentence("HttpOnly, and a script wrote it: the browser does not store it"),
    },
)
_SAME_SITE: Final = Check(
    Sentence("SameSite"),
    Sentence("SameSite allows it here"),
    dict.fromkeys(
        SAME_SITE_REASONS,
        Sentence("set by an answer to a cross-site request, and not SameSite=None: the browser does not store it"),
    ),
    LooksAt.SITE,
)
_NONE_SECURE: Final = Check(
    Sentence("None needs Secure"),
    Sentence("its attributes agree"),
    {Reason.SAME_SITE_NONE_INSECURE: Sentence("SameSite=None without Secure: the browser does not store it")},
)
_BY_THE_BROWSER: Final = Check(
    Sentence("The browser's own word"),
    Sentence("the recording names no other reason"),
    {
        Reason.UNKNOWN: Sentence("the recording says that the browser refused it, for a reason it does not tell"),
        Reason.EXPIRED: Sentence("the recording says that the browser took it for expired"),
        Reason.CREDENTIALS_OMITTED: Sentence("the call was made without credentials: the browser does not store it"),
        Reason.NOT_ON_PATH: Sentence("the recording says that its Path does not cover the request"),
        Reason.OTHER_PARTITION: Sentence("the recording says that it belongs to pages of another site"),
    },
    quiet=True,
)
SENDING: Final[tuple[Check, ...]] = (
    Check(
        Sentence("Domain"),
        Sentence("kept for this host"),
        dict.fromkeys((Reason.DOMAIN_MISMATCH, Reason.PUBLIC_SUFFIX), Sentence("kept for another host")),
        LooksAt.URL,
    ),
    Check(
        Sentence("Third party"),
        Sentence("kept for pages of this site"),
        dict.fromkeys(
            (Reason.OTHER_PARTITION, Reason.THIRD_PARTY, Reason.INVALID_PARTITIONED),
            Sentence("the page is of another site, and this browser keeps its cookies apart"),
        ),
        LooksAt.SITE,
    ),
    Check(Sentence("Expiry"), Sentence("not expired"), {Reason.EXPIRED: Sentence("expired before the request")}),
    Check(
        Sentence("Path"),
        Sentence("its Path covers the request"),
        {Reason.NOT_ON_PATH: Sentence("its Path does not cover the request")},
        LooksAt.URL,
    ),
    Check(
        Sentence("Secure"),
        Sentence("Secure fits the scheme"),
        {Reason.SECURE_ONLY: Sentence("Secure, and the request goes over http")},
        LooksAt.URL,
    ),
    Check(
        Sentence("SameSite"),
        Sentence("SameSite allows it here"),
        dict.fromkeys(SAME_SITE_REASONS, Sentence("a cross-site request, and the cookie is not SameSite=None"))
        | {Reason.SAME_SITE_NONE_INSECURE: Sentence("SameSite=None without Secure: the browser does not send it")},
        LooksAt.SITE,
    ),
    Check(
        Sentence("The browser's own word"),
        Sentence("the recording names no other reason"),
        {
            Reason.CREDENTIALS_OMITTED: Sentence("the call was made without credentials"),
            **dict.fromkeys(
                (
                    Reason.UNKNOWN,
                    Reason.HTTP_ONLY,
                    Reason.OVERWRITE_SECURE,
                    Reason.OVERWRITE_HTTP_ONLY,
                    Reason.INVALID_PREFIX,
                    Reason.TOO_LARGE,
                    Reason.DISALLOWED_CHARACTER,
                    Reason.NO_COOKIE_CONTENT,
                ),
                Sentence("the recording says that the browser left it out"),
            ),
        },
        LooksAt.URL,
        quiet=True,
    ),
)


def storing(browser: Browser) -> tuple[Check, ...]:
    """The checks of a Set-Cookie line in the order of the browser (``CookieStore.refusal``)."""
    early = (_PREFIX, _PARTITIONED) if browser.prefix_first else ()
    late = () if browser.prefix_first else (_PREFIX, _PARTITIONED)
    first = (_CHARACTERS, _SIZE, _DOMAIN, _THIRD_PARTY, *early)
    return (*first, _NAME, _SECURE, _OVERWRITES, _SAME_SITE, _NONE_SECURE, *late, _BY_THE_BROWSER)


def steps(reason: Reason | None, checks: tuple[Check, ...], exchange: Exchange, line: Place) -> Iterator[Step]:
    """The checks a browser makes, in its order, up to the one that stops for ``reason``; None: all are passed.

    Args:
        reason: why the cookie was refused or left out.
        checks: as :func:`storing` or ``SENDING``.
        exchange: whose answer sets the cookie, or whose request could carry it.
        line: the Set-Cookie line.
    """
    places = {LooksAt.LINE: line, LooksAt.URL: exchange.url_place, LooksAt.SITE: _page_place(exchange)}
    for check in checks:
        place = places[check.looks_at]
        if reason is not None and reason in check.halted:
            yield Step("stop", check.title, check.halted[reason], reason.value, place)
            return
        if not check.quiet:
            yield Step("ok", check.title, check.fine, "", place)


def _page_place(exchange: Exchange) -> Place:
    """The header that names the page that asks; the URL where none does."""
    present = (name for name in ("sec-fetch-site", "origin", "referer") if exchange.request.has(name))
    name = next(present, None)
    return exchange.url_place if name is None else exchange.request.place(name)


def gone(kept: StoredCookie | None, line: Place) -> Step:
    """What ended a stored cookie, at the line or the request that shows it."""
    by = kept.ended_by if kept is not None else None
    if kept is None or by is None:
        return Step("stop", Sentence("Kept"), Sentence("it had expired"), "", line)
    answered = not isinstance(by, Exchange)
    index = by.exchange.index if answered else by.index
    if kept.evicted:
        words = Sentence("the site had more cookies than a browser keeps: this one went at #{index}", index=index)
    elif kept.aged:
        words = Sentence("a script wrote it, and this browser drops such cookies after days without a visit")
    elif answered:
        words = Sentence("#{index} deletes it" if by.is_deletion else "#{index} sets it anew", index=index)
    elif kept.lacked:
        words = Sentence("#{index} goes without it: deleted by a script, or of a narrower path", index=index)
    else:
        words = Sentence("#{index} carries another value", index=index)
    return Step("stop", Sentence("Kept"), words, "", by.place if answered else by.request.place("cookie"))


def at_the_request(name: str | Text, exchange: Exchange) -> Step:
    """The last step: what the recording shows on the request."""
    was_sent = carries(exchange, name)
    finding = Sentence("it is on the request") if was_sent else Sentence("it is not on the request")
    check = Sentence("Sent with #{index}", index=exchange.index)
    return Step("ok" if was_sent else "info", check, finding, "", exchange.request.place("cookie"))


def carries(exchange: Exchange, name: str | Text) -> bool:
    """Whether a cookie of this name is on the request."""
    return any(pair[0] == name for pair in exchange.request.raw_cookie_pairs())
