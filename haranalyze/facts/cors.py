"""What CORS allowed (Fetch standard, section 3.2 and 4.9), and the step that refused."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from haranalyze.text import Place, Text

if TYPE_CHECKING:
    from haranalyze.capture.model import Exchange
    from haranalyze.facts import Facts


class Credentials(StrEnum):
    """Credentials mode of a request, as far as the capture shows it."""

    INCLUDED = "included"
    OMITTED = "omitted"
    UNKNOWN = "unknown"


class CorsStep(StrEnum):
    """The step of the algorithm that refused."""

    PREFLIGHT_STATUS = "preflight-status"
    PREFLIGHT_REDIRECT = "preflight-redirect"
    ALLOW_ORIGIN_MISSING = "allow-origin-missing"
    ALLOW_ORIGIN_MULTIPLE = "allow-origin-multiple"
    ALLOW_ORIGIN_WILDCARD = "allow-origin-wildcard"  # * with credentials
    ALLOW_ORIGIN_MISMATCH = "allow-origin-mismatch"
    ALLOW_CREDENTIALS = "allow-credentials"
    ALLOW_METHODS = "allow-methods"
    ALLOW_HEADERS = "allow-headers"


@dataclass(frozen=True, slots=True)
class CorsDecision:
    """The decision on one cross-origin request (the exchange may be a preflight whose request was never sent).

    ``allowed`` None when the capture lacks the evidence; ``refused_at`` the exchange whose headers decided;
    ``missing`` request-header names the preflight did not allow; ``place`` the deciding header (or its absence).
    """

    exchange: Exchange
    origin: Text
    preflight: Exchange | None
    credentials: Credentials
    allowed: bool | None
    step: CorsStep | None
    place: Place | None
    missing: tuple[Text, ...] = ()


class Cors:
    """CORS decisions by exchange."""

    def __init__(self, facts: Facts) -> None:
        raise NotImplementedError

    def decision(self, exchange: Exchange) -> CorsDecision | None:
        """The decision, None for same-origin requests, navigations, no-cors loads and non-browser captures."""
        raise NotImplementedError

    def is_cross_origin(self, exchange: Exchange) -> bool:
        """Whether the request went to another origin than its page's."""
        raise NotImplementedError

    def is_cross_site(self, exchange: Exchange) -> bool | None:
        """Whether the request went to another site than its page's (Sec-Fetch-Site first); None unknown."""
        raise NotImplementedError

    def credentials(self, exchange: Exchange) -> Credentials:
        """Credentials mode with what proves it: cookies seen, Allow-Credentials relied on, residue."""
        raise NotImplementedError

    def exposes(self, exchange: Exchange, name: str) -> bool:
        """Whether a script may read this response header (lower case): same-origin, safelisted or exposed."""
        raise NotImplementedError
