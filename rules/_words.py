"""Phrases and fixes that several rules of the pack share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from haranalyze.facts import Exchange, Facts
from haranalyze.findings import Fix, Owner
from haranalyze.text import Place, Sentence

MOST_PLACES = 8  # related places shown with one finding; the flow names the rest


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


def attach_token() -> Fix:
    """Fix for a client that does not send its token."""
    return Fix(
        Owner.FRONTEND,
        Sentence("where the API client is made"),
        Sentence("Attach the token to every call in one place, and wait for sign-in before the first call."),
        Sentence("fetch(url)"),
        Sentence("fetch(url, {{ headers: {{ Authorization: `Bearer ${{token}}` }} }})"),
    )


def pass_header(facts: Facts, exchange: Exchange, header: str) -> tuple[Fix, ...]:
    """Fixes for a hop that takes a request header away, for the server seen in the capture first."""
    hop = facts.header_budget.hop(exchange)
    name = hop.name if hop else ""
    known = {
        "nginx": (
            Sentence("in the nginx location that proxies the API"),
            Sentence('proxy_set_header {header} "";', header=header),
            Sentence("proxy_set_header {header} $http_{variable};", header=header, variable=header.lower()),
        ),
        "Apache httpd": (
            Sentence("in the Apache virtual host"),
            Sentence("# CGI and FastCGI do not get Authorization"),
            Sentence("CGIPassAuth On"),
        ),
    }
    place, before, after = known.get(name, (Sentence("in the proxy or gateway in front of the API"), None, None))
    words = Sentence("Let the {header} header through to the API, unchanged.", header=header)
    return (Fix(Owner.PROXY, place, words, before, after),)


def first(exchanges: Sequence[Exchange]) -> Exchange:
    """The first of them."""
    return exchanges[0]
