"""Pages of a sign-in that do not exist where the browser is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from haranalyze.facts._survey import survey_of
from haranalyze.facts.connections import lost_posts

if TYPE_CHECKING:
    from haranalyze.capture.model import Exchange
    from haranalyze.facts import Facts

_GONE: Final = frozenset((404, 405, 410))
_LAST: Final = frozenset(
    (
        "auth",
        "login",
        "log-in",
        "signin",
        "sign-in",
        "sign_in",
        "signup",
        "sign-up",
        "verify-email",
        "reset-password",
        "forgot-password",
    )
)
_MOST: Final = 50


@dataclass(frozen=True, slots=True)
class MissingPage:
    """A page of the sign-in that the website does not serve.

    ``sent_by`` is the answer that sent the browser there; ``from_provider``: the user comes back from an identity
    provider; ``served`` a page of the same host that is served, None without one.
    """

    page: Exchange
    sent_by: Exchange | None
    from_provider: bool
    served: Exchange | None


def missing_pages(facts: Facts) -> tuple[MissingPage, ...]:
    """Pages of the sign-in answered 404, 405 or 410 to which the browser was sent, in client order."""
    callbacks = {
        one.callback.index: one
        for one in facts.provider_sign_in.attempts
        if one.callback is not None and one.ours and one.error is None
    }
    lost = {one.got.index for one in facts.derive(lost_posts)}
    found: list[MissingPage] = []
    for page in facts.derive(survey_of).interesting:
        if page.response.status not in _GONE or page.request.method not in {"GET", "POST"} or not page.is_page:
            continue
        if not facts.session.is_ours(page) and page.index not in callbacks:
            continue
        sent_by = facts.timeline.redirected_from(page)
        if page.index in lost:
            continue
        from_provider = page.index in callbacks
        if from_provider or (sent_by is not None and _is_of_sign_in(page.request.url.path)):
            found.append(MissingPage(page, sent_by, from_provider, _served(facts, page)))
        if len(found) >= _MOST:
            break
    return tuple(found)


def _is_of_sign_in(path: str) -> bool:
    parts = [part.lower().partition(".")[0] for part in path.split("/") if part]
    return bool(parts) and (parts[-1] in _LAST or "callback" in parts[-2:])


def _served(facts: Facts, page: Exchange) -> Exchange | None:
    host = page.request.host
    for one in facts.derive(survey_of).interesting:
        if one.is_page and one.request.host == host and 200 <= one.response.status < 300:
            return one
    return None
