"""Whether a request is same-site for cookies (RFC 6265bis section 5.2, net/cookies/cookie_util.cc of Chromium)."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from haranalyze.protocol.browsers import CHROMIUM, Browser
from haranalyze.protocol.url import Url, registrable_domain, site

SAFE_METHODS: Final = frozenset(("GET", "HEAD", "OPTIONS", "TRACE"))  # RFC 9110 section 9.2.1


class Context(StrEnum):
    """How a request stands to the site of its page."""

    CROSS_SITE = "cross-site"
    LAX_UNSAFE = "same-site-lax-method-unsafe"  # a cross-site top-level navigation by POST
    LAX = "same-site-lax"  # a cross-site top-level navigation by a safe method
    STRICT = "same-site-strict"


def request_context(
    chain: Sequence[Url],
    top_level: Url | None,
    initiator: Url | None,
    *,
    method: str = "GET",
    navigates: bool = False,
    opaque_initiator: bool = False,
    by_script: bool = False,
    browser: Browser = CHROMIUM,
) -> Context:
    """The context of a request.

    Args:
        chain: URLs of the redirects before it and its own, last.
        top_level: the page in the address bar where all frames down to the request are of its site (for a
            navigation the target itself); None where a frame between is of another site.
        initiator: who started the request, None for the browser's own UI.
        method: of the request; a safe one makes a cross-site navigation Lax.
        navigates: whether it is a top-level navigation.
        opaque_initiator: a sandboxed or data: document started it, which is of no site.
        by_script: a script reads document.cookie, nothing is sent.
    """
    url = chain[-1]
    if top_level is None or not is_same_site(top_level, url, browser):
        return Context.CROSS_SITE
    begun_here = not opaque_initiator and (initiator is None or is_same_site(initiator, url, browser))
    stayed_here = not browser.redirect_taint or all(is_same_site(hop, url, browser) for hop in chain)
    if begun_here and stayed_here:
        return Context.STRICT
    if by_script:
        return Context.LAX
    if not navigates:
        return Context.CROSS_SITE
    return Context.LAX if method in SAFE_METHODS else Context.LAX_UNSAFE


def response_context(
    chain: Sequence[Url],
    top_level: Url | None,
    initiator: Url | None,
    *,
    navigates: bool = False,
    opaque_initiator: bool = False,
    browser: Browser = CHROMIUM,
) -> Context:
    """The context in which an answer sets cookies: LAX (any cookie may be stored) or CROSS_SITE.

    The answer to a top-level navigation always stores (RFC 6265bis section 5.7, step 15). Arguments as for
    :func:`request_context`.
    """
    if navigates and top_level is not None:
        return Context.LAX
    if not browser.taints_storing:
        chain = chain[-1:]
    found = request_context(chain, top_level, initiator, opaque_initiator=opaque_initiator, browser=browser)
    return Context.LAX if found is Context.STRICT else Context.CROSS_SITE


def is_same_site(one: Url, other: Url, browser: Browser = CHROMIUM) -> bool:
    """Whether two URLs are of one site, with the scheme where the browser counts it."""
    if browser.schemeful:
        return site(one) == site(other)
    return bool(one.host) and registrable_domain(one.host) == registrable_domain(other.host)
