"""Key sets and discovery documents of a capture, and tokens verified with them.

RFC 7517 section 5; OpenID Connect Discovery 1.0 section 3.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from haranalyze.capture.body import read_json
from haranalyze.facts._survey import Survey, path_of
from haranalyze.protocol.jws import Outcome, Verification, verify
from haranalyze.protocol.url import parse_url, same_site
from haranalyze.text import raw

if TYPE_CHECKING:
    from haranalyze.capture.model import Exchange
    from haranalyze.facts._token_model import Token

_HINT: Final = re.compile(r"jwks|/(?:\.well-known/|certs|keys|jwk)", re.ASCII | re.IGNORECASE)  # in a path
_LARGEST: Final = 256 * 1024  # bytes of a document that is read
_MOST_SETS: Final = 50


@dataclass(frozen=True, slots=True)
class KeySet:
    """A JWK set an answer holds. ``issuer``: who names it in a discovery document of the capture, ``""`` unknown."""

    exchange: Exchange
    url: str
    issuer: str
    document: dict[str, Any]


class KeySets:
    """The JWK sets of a capture: answers with ``{"keys": [...]}``, each one used for tokens of its own issuer."""

    def __init__(self, survey: Survey) -> None:
        self._survey = survey
        self._known: dict[int, Verification | None] = {}
        documents = list(_documents(survey.interesting))
        named = {  # key set -> issuer
            table["jwks_uri"]: table["issuer"]
            for _, table in documents
            if isinstance(table.get("jwks_uri"), str) and isinstance(table.get("issuer"), str)
        }
        self.all = tuple(
            KeySet(exchange, exchange.request.raw_url, named.get(exchange.request.raw_url, ""), table)
            for exchange, table in documents
            if isinstance(table.get("keys"), list)
        )[-_MOST_SETS:]

    def verified(self, token: Token) -> Verification | None:
        """What the capture's keys say of a token; None when it is no JWT or no key of it is in the capture.

        A set that is not known to be its issuer's can confirm a token and cannot refuse it: key names such as
        ``1`` are used by many.
        """
        if token.jwt is None:
            return None
        if token.ordinal not in self._known:
            self._known[token.ordinal] = self._find(token)
        return self._known[token.ordinal]

    def _find(self, token: Token) -> Verification | None:
        refused: Verification | None = None
        for keys in reversed(self.all):  # keys are rotated: the newest set first
            found = verify(raw(token.value), keys.document)
            if found.outcome is Outcome.VERIFIED:
                return found
            if found.outcome is Outcome.REFUSED and found.key is not None and refused is None:
                refused = found if self._is_issuers(keys, token) else None
        return refused

    def _is_issuers(self, keys: KeySet, token: Token) -> bool:
        issuer = token.jwt.raw_claim("iss") if token.jwt is not None else None
        if not isinstance(issuer, str) or not issuer:
            return False
        if keys.issuer:
            return keys.issuer.rstrip("/") == issuer.rstrip("/")
        named, served = parse_url(issuer), parse_url(keys.url)
        return named.ok and served.ok and same_site(named, served) and named.host == served.host


def _documents(exchanges: Iterable[Exchange]) -> Iterator[tuple[Exchange, dict[str, Any]]]:
    for exchange in exchanges:
        url = exchange.request.raw_url
        if _HINT.search(url) is None or _HINT.search(path_of(url)) is None:
            continue
        if exchange.response.status != 200 or exchange.request.method != "GET":
            continue
        body = exchange.response.body
        if not body.present or (body.size or 0) > _LARGEST:
            continue
        table = read_json(body.raw_text() or "")
        if isinstance(table, dict):
            yield exchange, table
