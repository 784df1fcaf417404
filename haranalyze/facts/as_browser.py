"""What a browser would have made of calls that another client made: which gates stand open, and which is closed.

A command-line client or an API tool knows no origin: it sets any header, keeps any cookie and reads any answer. Each
gate here is one that only browsers have (Fetch standard; W3C Mixed Content; RFC 6265bis).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Final

from haranalyze.facts._cookie_steps import Step
from haranalyze.protocol.browsers import CHROMIUM
from haranalyze.protocol.cookie_store import SAME_SITE_REASONS, CookieStore, Reason
from haranalyze.protocol.cors_check import (
    CorsStep,
    Refusal,
    cors_refusal,
    is_forbidden_header,
    needs_preflight,
    preflight_refusal,
    unsafe_header_names,
)
from haranalyze.protocol.same_site import Context, is_same_site
from haranalyze.protocol.set_cookie import SameSite, SetCookie
from haranalyze.protocol.url import Url, parse_url, registrable_domain
from haranalyze.text import Kind, Place, Sentence, Text

if TYPE_CHECKING:
    from haranalyze.capture.model import Exchange
    from haranalyze.facts import Facts

__all__ = ["AsBrowser", "Gate", "Outcome", "Passage", "Step"]


class Outcome(StrEnum):
    """What a browser would have made of the call."""

    PASSES = "passes"
    BLOCKED = "blocked"  # not sent, or its answer kept from the page
    WITHOUT_COOKIES = "without-cookies"  # it goes through, but the session does not travel
    CANNOT_TELL = "cannot-tell"  # the recording holds no answer to what a browser would have asked


class Gate(StrEnum):
    """A check that only browsers make."""

    MIXED_CONTENT = "mixed-content"
    CORS = "cors"
    CREDENTIALS_MODE = "credentials-mode"
    SAME_SITE = "same-site"
    COOKIE = "cookie"  # attributes other than SameSite


@dataclass(frozen=True, slots=True)
class Passage:
    """One call seen through a browser. ``gate`` is the first that is closed or cannot be told, None when it passes."""

    exchange: Exchange
    outcome: Outcome
    gate: Gate | None
    steps: tuple[Step, ...]


# What clients add by themselves and a page's script would not set.
_CLIENTS_OWN: Final = frozenset(
    """
    accept accept-encoding accept-language cache-control connection content-length host pragma postman-token
    user-agent x-client-data
    """.split()
)
_STEPS: Final = {
    CorsStep.ALLOW_ORIGIN_MISSING: Sentence("the answer has no Access-Control-Allow-Origin"),
    CorsStep.ALLOW_ORIGIN_MULTIPLE: Sentence("several values in Access-Control-Allow-Origin"),
    CorsStep.ALLOW_ORIGIN_WILDCARD: Sentence("Access-Control-Allow-Origin is *, which does not go with cookies"),
    CorsStep.ALLOW_ORIGIN_INVALID: Sentence("Access-Control-Allow-Origin is no origin"),
    CorsStep.ALLOW_ORIGIN_MISMATCH: Sentence("Access-Control-Allow-Origin names another origin"),
    CorsStep.ALLOW_CREDENTIALS: Sentence(
        "Access-Control-Allow-Credentials is not true, which a call with cookies needs"
    ),
}
_NOT_ASKED: Final = Sentence(
    "the client did not send this Origin, and many servers allow only what they are asked for: send it and record again"
)
_ORIGIN_STEPS: Final = frozenset(_STEPS) - {CorsStep.ALLOW_CREDENTIALS, CorsStep.ALLOW_ORIGIN_WILDCARD}


class AsBrowser:
    """A recording of another client, seen from a page at ``origin``."""

    def __init__(self, facts: Facts, origin: str) -> None:
        self._facts = facts
        self.origin: Url = parse_url(origin)
        self._passages: dict[int, Passage] = {}

    def passage(self, exchange: Exchange) -> Passage:
        """What a browser would have made of the call."""
        known = self._passages.get(exchange.index)
        if known is None:
            known = self._passages[exchange.index] = self._judge(exchange)
        return known

    def _judge(self, exchange: Exchange) -> Passage:
        url = exchange.request.url
        steps: list[Step] = []
        if not url.ok or url.scheme not in ("http", "https"):
            return Passage(exchange, Outcome.CANNOT_TELL, None, ())
        if self.origin.scheme == "https" and not url.is_trustworthy:
            words = Sentence("a page loaded over https may not call http: the request never leaves")
            steps.append(Step("stop", Sentence("Mixed content"), words, "W3C Mixed Content", exchange.url_place))
            return Passage(exchange, Outcome.BLOCKED, Gate.MIXED_CONTENT, tuple(steps))
        steps.append(Step("ok", Sentence("Mixed content"), Sentence("the schemes go together"), "", None))
        steps += self._own_headers_steps(exchange)
        outcome, gate = Outcome.PASSES, None
        if url.origin == self.origin.origin:
            steps.append(Step("ok", Sentence("CORS"), Sentence("same origin: nothing to ask"), "", None))
        else:
            for asked in (self._preflight(exchange), self._answer(exchange)):
                steps += asked[2]
                if outcome is Outcome.PASSES or (outcome is Outcome.CANNOT_TELL and asked[0] is Outcome.BLOCKED):
                    outcome, gate = asked[:2]
        closed, cookie_steps = self._cookies(exchange)
        steps += cookie_steps
        if outcome is Outcome.PASSES and closed is not None:
            outcome, gate = Outcome.WITHOUT_COOKIES, closed
        return Passage(exchange, outcome, gate, tuple(steps))

    # headers and preflight

    def _own_headers_steps(self, exchange: Exchange) -> list[Step]:
        """Headers the client set that a page cannot set."""
        set_by_client = [
            header
            for header in exchange.request.headers
            if header.name.lower() not in _CLIENTS_OWN and is_forbidden_header(header.name, header.value)
        ]
        return [
            Step(
                "info",
                Sentence("Headers"),
                Sentence(
                    "a page cannot set {name}: the browser sends its own", name=Text(header.name, Kind.HEADER_NAME)
                ),
                "Fetch 2.2.2",
                exchange.request.place(header.name.lower()),
            )
            for header in set_by_client[:5]
        ]

    def _page_headers(self, exchange: Exchange) -> list[tuple[str, str]]:
        """Headers a script would set for this call."""
        return [
            (header.name, header.value)
            for header in exchange.request.headers
            if not header.name.startswith(":")
            and header.name.lower() not in _CLIENTS_OWN
            and not is_forbidden_header(header.name, header.value)
        ]

    def _preflight(self, exchange: Exchange) -> tuple[Outcome, Gate | None, list[Step]]:
        check, method = Sentence("Preflight"), exchange.request.method
        headers = self._page_headers(exchange)
        if not needs_preflight(method, headers):
            return Outcome.PASSES, None, [Step("ok", check, Sentence("none is needed"), "", None)]
        names = unsafe_header_names(headers)
        answer = self._options.get(exchange.request.raw_url.partition("?")[0])
        listed = Text(", ".join(names), Kind.HEADER_VALUE, "access-control-request-headers")
        if answer is None:
            words = (
                Sentence("a browser first asks for {method} with {names}, and no answer to OPTIONS is recorded",
                         method=exchange.method, names=listed)
                if names
                else Sentence("a browser first asks for {method}, and no answer to OPTIONS is recorded",
                              method=exchange.method)
            )  # fmt: skip
            return Outcome.CANNOT_TELL, Gate.CORS, [Step("info", check, words, "Fetch 4.8", None)]
        refused = preflight_refusal(
            self.origin.origin,
            answer.response.status,
            answer.response.raw_all,
            method,
            names,
            credentialed=exchange.request.has("cookie"),
        )
        if refused is None:
            return Outcome.PASSES, None, [Step("ok", check, Sentence("#{n} allows it", n=answer.index), "", None)]
        return self._refused(answer, refused, check)

    @cached_property
    def _options(self) -> dict[str, Exchange]:
        """The last answer to OPTIONS by URL without its query."""
        return {
            one.request.raw_url.partition("?")[0]: one
            for one in self._facts.exchanges
            if one.request.method == "OPTIONS" and one.response.status
        }

    # the answer

    def _answer(self, exchange: Exchange) -> tuple[Outcome, Gate | None, list[Step]]:
        check, answer = Sentence("CORS"), exchange.response
        if not answer.status:
            words = Sentence("nothing came back that could allow it")
            return Outcome.CANNOT_TELL, Gate.CORS, [Step("info", check, words, "", exchange.status_place)]
        credentialed = exchange.request.has("cookie")
        refused = cors_refusal(self.origin.origin, answer.raw_all, credentialed=credentialed)
        if refused is None:
            return (
                Outcome.PASSES,
                None,
                [Step("ok", check, Sentence("the answer allows the page to read it"), "", None)],
            )
        if credentialed and cors_refusal(self.origin.origin, answer.raw_all, credentialed=False) is None:
            words = _STEPS[refused.step]
            place = answer.place(refused.header)
            step = Step("stop", Sentence("Credentials mode"), words, "Fetch 4.10", place)
            return Outcome.BLOCKED, Gate.CREDENTIALS_MODE, [step]
        return self._refused(exchange, refused, check)

    def _refused(self, at: Exchange, refused: Refusal, check: Sentence) -> tuple[Outcome, Gate | None, list[Step]]:
        """A refusal; where the client named no origin, the server may merely have had nothing to answer."""
        place: Place = at.response.place(refused.header) if refused.header else at.status_place
        asked = at.request.raw("origin")
        if refused.step in _ORIGIN_STEPS and asked != self.origin.origin:
            seen = Step("info", check, _STEPS[refused.step], "Fetch 4.10", place)
            return (
                Outcome.CANNOT_TELL,
                Gate.CORS,
                [seen, Step("info", check, _NOT_ASKED, "", at.request.place("origin"))],
            )
        words = _STEPS.get(refused.step) or (
            Sentence("not allowed: {names}", names=Text(", ".join(refused.missing), Kind.HEADER_VALUE, "vary"))
            if refused.missing
            else Sentence("the answer to OPTIONS does not allow it")
        )
        return Outcome.BLOCKED, Gate.CORS, [Step("stop", check, words, "Fetch 4.10", place)]

    # cookies

    def _cookies(self, exchange: Exchange) -> tuple[Gate | None, list[Step]]:
        """Cookies of the answer that would not be kept, and of the request that would not have gone."""
        url = exchange.request.url
        together = is_same_site(self.origin, url)
        context = Context.STRICT if together else Context.CROSS_SITE
        closed: Gate | None = None
        steps: list[Step] = []
        store = CookieStore(CHROMIUM)
        for event in self._facts.cookie_jar.set_by(exchange):
            reason = store.refusal(event.raw_parsed, url, 0.0, context=context, third_party=not together)
            if event.is_deletion:
                continue
            if reason is None:
                steps.append(
                    Step("ok", Sentence("Cookie kept"), Sentence("{name} is kept", name=event.name), "", event.place)
                )
                continue
            closed = closed or _gate(reason)
            words = Sentence("{name} is not kept", name=event.name)
            steps.append(Step("stop", Sentence("Cookie kept"), words, reason.value, event.place))
        if not together:
            for name, line in self._sent(exchange):
                if line is None:
                    words = Sentence("{name} goes along only with SameSite=None; Secure", name=name)
                    steps.append(Step("info", Sentence("Cookie sent"), words, "RFC 6265bis 5.8", None))
                elif line.same_site is not SameSite.NONE:
                    closed = closed or Gate.SAME_SITE
                    words = Sentence("{name} does not go along with a call from another site", name=name)
                    steps.append(
                        Step(
                            "stop", Sentence("Cookie sent"), words, "RFC 6265bis 5.8", exchange.request.place("cookie")
                        )
                    )
        return closed, steps[:12]

    def _sent(self, exchange: Exchange) -> Iterator[tuple[Text, SetCookie | None]]:
        """Cookies of the request with the Set-Cookie line that set them, None where the recording holds none."""
        lines = self._lines.get(registrable_domain(exchange.request.url.host), {})
        for name, _ in exchange.request.raw_cookie_pairs()[:20]:
            yield Text(name, Kind.COOKIE_NAME), lines.get(name)

    @cached_property
    def _lines(self) -> dict[str, dict[str, SetCookie]]:
        """The last line that sets each cookie, by site and name."""
        found: dict[str, dict[str, SetCookie]] = {}
        for event in self._facts.cookie_jar.events:
            if not event.is_deletion:
                site = registrable_domain(event.exchange.request.url.host)
                found.setdefault(site, {})[event.raw_parsed.name] = event.raw_parsed
        return found


def _gate(reason: Reason) -> Gate:
    return Gate.SAME_SITE if reason in SAME_SITE_REASONS else Gate.COOKIE
