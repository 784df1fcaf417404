"""Facts: what happened, without opinion; each computed on first use and kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from haranalyze.capture.model import Exchange
from haranalyze.options import Options
from haranalyze.systems import SessionSystem, systems_with
from haranalyze.timeline import Timeline

if TYPE_CHECKING:
    from haranalyze.capture.model import Capture
    from haranalyze.facts.caching import Caching
    from haranalyze.facts.cookie_jar import CookieJar
    from haranalyze.facts.cors import Cors
    from haranalyze.facts.header_budget import HeaderBudget
    from haranalyze.facts.provider_sign_in import ProviderSignIn
    from haranalyze.facts.quality import Quality
    from haranalyze.facts.session import Session
    from haranalyze.facts.tokens import Tokens

__all__ = ["Exchange", "Facts"]

T = TypeVar("T")


class Facts:
    """A timeline and all that follows from it.

    Args:
        timeline: the exchanges in client order.
        options: how to analyse.
        systems: session systems to recognise (None: the built-in ones and those in the options).
    """

    def __init__(
        self,
        timeline: Timeline,
        options: Options | None = None,
        systems: tuple[SessionSystem, ...] | None = None,
    ) -> None:
        self.timeline = timeline
        self.capture: Capture = timeline.capture
        self.options = options or Options()
        own, names = self.options.systems, self.options.cookie_names
        self.systems = systems_with(own, names) if systems is None else systems
        self._derived: dict[Callable[[Facts], Any], Any] = {}

    @cached_property
    def exchanges(self) -> tuple[Exchange, ...]:
        """All exchanges in client order."""
        return tuple(self.timeline.exchanges)

    @cached_property
    def quality(self) -> Quality:
        """What the recording can and cannot show."""
        from haranalyze.facts.quality import Quality

        return Quality(self)

    @cached_property
    def session(self) -> Session:
        """Sign-in, use, refresh, sign-out and loss of the session."""
        from haranalyze.facts.session import Session

        return Session(self)

    @cached_property
    def tokens(self) -> Tokens:
        """Where each token was issued, who carried it, when it expired, what replaced it."""
        from haranalyze.facts.tokens import Tokens

        return Tokens(self)

    @cached_property
    def cookie_jar(self) -> CookieJar:
        """What the browser's cookie jar stored, refused, sent and left out."""
        from haranalyze.facts.cookie_jar import CookieJar

        return CookieJar(self)

    @cached_property
    def cors(self) -> Cors:
        """What CORS allowed, and the step that refused."""
        from haranalyze.facts.cors import Cors

        return Cors(self)

    @cached_property
    def header_budget(self) -> HeaderBudget:
        """How many bytes of headers each hop had to take."""
        from haranalyze.facts.header_budget import HeaderBudget

        return HeaderBudget(self)

    @cached_property
    def caching(self) -> Caching:
        """What was answered from a cache, and what could be."""
        from haranalyze.facts.caching import Caching

        return Caching(self)

    @cached_property
    def provider_sign_in(self) -> ProviderSignIn:
        """Sign-in through an identity provider: OAuth 2.0, OpenID Connect, SAML."""
        from haranalyze.facts.provider_sign_in import ProviderSignIn

        return ProviderSignIn(self)

    def derive(self, function: Callable[[Facts], T]) -> T:
        """A fact of one's own, computed once per capture; for rule packs."""
        if function not in self._derived:
            self._derived[function] = function(self)
        return self._derived[function]  # type: ignore[no-any-return]
