"""Phrases and fixes that several rules of the pack share."""

from __future__ import annotations

from collections.abc import Iterable

from haranalyze.facts import Exchange, Facts
from haranalyze.facts.session import Refusal, Says
from haranalyze.findings import Fix, Owner, Wire
from haranalyze.text import Place, Sentence

MOST_PLACES = 8  # related places shown with one finding; the flow names the rest

LAST_ANSWER_ONLY = Sentence(
    "the recording keeps only the last answer of a redirected call, and a redirect to another host drops credentials"
    " too"
)

STILL_CACHED = Sentence(
    "What caches hold already stays until it expires: after the change, empty the shared cache once, and in affected "
    "browsers the data of this site."
)

# What an answer shows to a call without the session cookie.
SAID = {
    Says.NO_CREDENTIALS: "the answer says that no session came",
    Says.UNKNOWN: "answered 401, without saying why",
}


def lacks_session(refusal: Refusal) -> bool:
    """Whether an answer says that no session came, or is a 401 that does not say what it lacks."""
    return refusal.says is Says.NO_CREDENTIALS or (
        refusal.says is Says.UNKNOWN and refusal.exchange.response.status == 401
    )


def answered(exchange: Exchange) -> Sentence:
    """ "answered 401"."""
    return Sentence("answered {status}", status=exchange.response.status)


def later(exchanges: Iterable[Exchange], words: str) -> tuple[tuple[Place, Sentence], ...]:
    """Related places for exchanges: their status with the same words."""
    return tuple(
        (exchange.status_place, Sentence("{status}: " + words, status=exchange.response.status))
        for exchange in list(exchanges)[:MOST_PLACES]
    )


def flow(exchanges: Iterable[Exchange]) -> tuple[int, ...]:
    """Source indexes of exchanges."""
    return tuple(exchange.index for exchange in exchanges)


def seen(count: int, noun: str) -> Sentence:
    """ "3 refused calls looked at"."""
    return Sentence("{count} {noun} looked at", count=count, noun=noun)


def attach_token(facts: Facts, call: Exchange) -> Fix:
    """Fix for a client that does not send its token with the call."""
    asks = facts.cors.is_cross_origin(call)
    return Fix(
        Owner.FRONTEND,
        Sentence("where the API client is made"),
        Sentence("Attach the token to every call in one place, and wait for sign-in before the first call."),
        Sentence("fetch(url)"),
        Sentence("fetch(url, {{ headers: {{ Authorization: `Bearer ${{token}}` }} }})"),
        wire=Wire("authorization", call.request.place("authorization"), Sentence("Bearer …")),
        good_to_know=Sentence(
            "Page and API are two origins: with Authorization the browser asks first, so the API has to name it in "
            "Access-Control-Allow-Headers (Fetch standard, CORS-preflight fetch)."
        )
        if asks
        else None,
    )


def step(facts: Facts, exchange: Exchange) -> str:
    """How a sentence begins about this call: "The refresh" or "Sign-in"."""
    return "The refresh" if facts.session.refresh(exchange) else "Sign-in"
