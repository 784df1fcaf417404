"""How each request stood to the site of its page: from Sec-Fetch-Site, Origin, Referer, frames and redirects."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from haranalyze.protocol.browsers import CLIENT, Browser, browser_named
from haranalyze.protocol.same_site import Context, is_same_site, request_context, response_context
from haranalyze.protocol.url import Url, parse_url, site
from haranalyze.text import raw

if TYPE_CHECKING:
    from haranalyze.capture.model import Exchange
    from haranalyze.facts import Facts

_FRAME_TARGETS: Final = frozenset(("iframe", "frame", "object", "embed"))  # Fetch Metadata, Sec-Fetch-Dest
_MAX_HOPS: Final = 20  # a browser follows no more redirects (Fetch standard 4.4)


@dataclass(frozen=True, slots=True)
class Situation:
    """What the browser looked at when it chose cookies for a request and kept those of its answer.

    ``storing`` is the context of the answer; ``partition`` the key of the top-level site; ``third_party``: part of a
    page of another site; ``navigates``: it changes the address bar.
    """

    context: Context
    storing: Context
    partition: str
    third_party: bool
    navigates: bool


_ALONE: Final = Situation(Context.STRICT, Context.LAX, "", False, False)  # a client that knows no sites


@dataclass(frozen=True, slots=True)
class _Began:
    """Who started a request: ``initiator`` None and not ``opaque``: the person, by the address bar."""

    initiator: Url | None
    opaque: bool = False


class Situations:
    """The situation of each exchange."""

    def __init__(self, facts: Facts) -> None:
        self._timeline = facts.timeline
        self._exporter = facts.capture.exporter
        self.browser: Browser = browser_named(raw(facts.quality.browser)) if facts.quality.is_browser else CLIENT
        self._known: dict[tuple[object, ...], Situation] = {}

    def of(self, exchange: Exchange) -> Situation:
        """How this exchange stood to the site of its page."""
        if not self.browser.is_browser:
            return _ALONE
        origin = self._timeline.redirected_from(exchange)
        if origin is not None:
            return self._judge(exchange)
        request = exchange.request
        key = (
            request.url.origin,
            request.method,
            request.raw("sec-fetch-site"),
            request.raw("sec-fetch-dest"),
            request.raw("origin"),
            request.raw("referer"),
            request.raw("sec-fetch-storage-access"),
            exchange.raw_page_id,
            exchange.is_page,
        )
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._judge(exchange)
        return known

    def _judge(self, exchange: Exchange) -> Situation:
        timeline, browser = self._timeline, self.browser
        hops = [exchange]
        while len(hops) < _MAX_HOPS and (before := timeline.redirected_from(hops[0])) is not None:
            hops.insert(0, before)
        chain = [hop.request.url for hop in hops]
        url = chain[-1]
        is_frame = self._is_frame(exchange)
        navigates = exchange.is_page and not is_frame
        began = self._began(hops[0], navigates=navigates)
        top = url if navigates else self._top(exchange, began, is_frame=is_frame)
        crossed = self._has_cross_site_frame(exchange, began, top, is_frame=is_frame)
        considered = None if crossed else top
        context = request_context(
            chain,
            considered,
            began.initiator,
            method=exchange.request.method,
            navigates=navigates,
            opaque_initiator=began.opaque,
            browser=browser,
        )
        storing = response_context(
            chain, considered, began.initiator, navigates=navigates, opaque_initiator=began.opaque, browser=browser
        )
        third_party = not navigates and (crossed or not is_same_site(top, url, browser))
        # Storage Access headers: the site has its own cookies here, by permission or by a rule of thumb of the browser
        third_party = third_party and exchange.request.raw("sec-fetch-storage-access") != "active"
        key = site(top) + (" crossed" if third_party else "")
        return Situation(context, storing, key, third_party, navigates)

    # who started it

    def _began(self, exchange: Exchange, *, navigates: bool) -> _Began:
        """Sec-Fetch-Site first: it tells the truth even where Origin and Referer are withheld."""
        request = exchange.request
        fetched = request.raw("sec-fetch-site")
        if fetched == "none":
            return _Began(None)
        named = self._named(exchange, navigates=navigates)
        if fetched in ("same-origin", "same-site"):
            if named is not None and is_same_site(named, request.url, self.browser):
                return _Began(named)
            return _Began(request.url)
        if fetched == "cross-site":  # the header counts the scheme, even where cookies do not
            if named is not None and site(named) != site(request.url):
                return _Began(named)
            return _Began(None, opaque=True)
        return _Began(named, opaque=navigates and named is None and self._hides_foreign_page(exchange))

    def _hides_foreign_page(self, exchange: Exchange) -> bool:
        """Whether a form's ``Origin: null`` means a page of another site.

        Over http, where browsers send no Sec-Fetch-Site, they name the page to its own site unless its policy is
        ``no-referrer`` (Fetch standard, "append a request Origin header"). Over https a null Origin without
        Sec-Fetch-Site tells nothing: the header was taken out, or the browser is an old one.
        """
        request = exchange.request
        if request.raw("origin") != "null" or request.url.scheme != "http":
            return False
        return request.host not in self._silent_hosts

    @cached_property
    def _silent_hosts(self) -> frozenset[str]:
        """Hosts with a page that forbids its browser to name it."""
        pages = (one for one in self._timeline.exchanges if one.is_page)
        return frozenset(one.request.host for one in pages if "no-referrer" in _policies(one))

    def _named(self, exchange: Exchange, *, navigates: bool) -> Url | None:
        """The document that Origin, Referer, the initiator or the page names."""
        request = exchange.request
        for name in ("origin", "referer"):
            value = request.raw(name)
            if value and value != "null" and (url := parse_url(value)).ok and url.host:
                return url
        if navigates:
            initiator = exchange.initiator
            scripts = initiator.raw_scripts if initiator is not None else ()
            written = (initiator.raw_url or (scripts[0] if scripts else "")) if initiator is not None else ""
        else:
            written = self._timeline.page_url(exchange)
        url = parse_url(written)
        return url if url.ok and url.host else None

    # frames

    def _is_frame(self, exchange: Exchange) -> bool:
        """Whether the exchange loads a frame: by Sec-Fetch-Dest, else a document that is not its page's own."""
        return exchange.is_page and (exchange.index in self._frames)

    def _top(self, exchange: Exchange, began: _Began, *, is_frame: bool) -> Url:
        """The page in the address bar."""
        if is_frame or self._in_frame(exchange, began):
            own = self._own_pages.get(exchange.raw_page_id)
            if own is not None:
                return own
            page = self._timeline.page(exchange)
            if page is not None and page.url is not None:
                return page.url
        if began.initiator is not None:
            return began.initiator
        named = parse_url(self._timeline.page_url(exchange))
        return named if named.ok and named.host else exchange.request.url

    def _has_cross_site_frame(self, exchange: Exchange, began: _Began, top: Url, *, is_frame: bool) -> bool:
        """Whether a frame of another site than the top lies between the page and the request."""
        if not is_frame and not self._in_frame(exchange, began):
            return False
        return began.initiator is not None and not is_same_site(began.initiator, top, self.browser)

    def _in_frame(self, exchange: Exchange, began: _Began) -> bool:
        """Whether the document that asks was seen to load in a frame of this page, and is not the page itself."""
        if began.initiator is None:
            return False
        origin, page = began.initiator.origin, exchange.raw_page_id
        if (page, origin) not in self._framed:
            return False
        own = self._own_pages.get(page)
        return own is None or own.origin != origin

    @cached_property
    def _frames(self) -> frozenset[int]:
        """Documents that load in frames.

        Without Sec-Fetch-Dest (http) Chromium's devtools still tell: they write a page for each navigation of the
        address bar, with its URL, so that another document on this page is a frame's. Firefox gives the address bar
        the urgency 0 and frames 4 (RFC 9218; seen in 153).
        """
        frames = set[int]()
        tells = self._exporter == "chromium"
        for exchange in self._timeline.exchanges:
            if not exchange.is_page:
                continue
            target = exchange.request.raw("sec-fetch-dest")
            if target:
                if target in _FRAME_TARGETS:
                    frames.add(exchange.index)
            elif (before := self._timeline.redirected_from(exchange)) is not None:
                if before.index in frames:
                    frames.add(exchange.index)
            elif self._exporter == "firefox":
                if (exchange.request.raw("priority") or "").startswith("u=4"):
                    frames.add(exchange.index)
            elif tells:
                page = self._timeline.page(exchange)
                if page is not None and page.url is not None and not self._leads_to(page.url, exchange):
                    frames.add(exchange.index)
        return frozenset(frames)

    def _leads_to(self, page: Url, exchange: Exchange) -> bool:
        """Whether a document, or one of those that its redirects lead to, is the page."""
        hop: Exchange | None = exchange
        for _ in range(_MAX_HOPS):
            if hop is None:
                return False
            if _same_page(page, hop.request.url):
                return True
            hop = self._timeline.redirected_to(hop)
        return False

    @cached_property
    def _framed(self) -> frozenset[tuple[str, str]]:
        """(page, origin) of documents in frames; the page is "" where the exporter names none."""
        exchanges = self._timeline.exchanges
        return frozenset((one.raw_page_id, one.request.url.origin) for one in exchanges if one.index in self._frames)

    @cached_property
    def _own_pages(self) -> dict[str, Url]:
        """URL of each page after its redirects."""
        found: dict[str, Url] = {}
        for exchange in self._timeline.exchanges:
            if exchange.is_page and exchange.raw_page_id and exchange.index not in self._frames:
                status = exchange.response.status
                if not 300 <= status < 400:
                    found.setdefault(exchange.raw_page_id, exchange.request.url)
        return found


def _policies(exchange: Exchange) -> list[str]:
    """What Referrer-Policy lists, lower case; the header may stand there more than once."""
    return [word.strip().lower() for line in exchange.response.raw_all("referrer-policy") for word in line.split(",")]


def _same_page(one: Url, other: Url) -> bool:
    return (one.origin, one.path, one.query) == (other.origin, other.path, other.query)
