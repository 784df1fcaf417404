"""A browser's cookie store over time (RFC 6265bis sections 5.5 to 5.8): what it keeps, refuses, sends, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from enum import StrEnum
from typing import Any, Final

from haranalyze.protocol.browsers import CHROMIUM, Browser
from haranalyze.protocol.cookie_eviction import over_all, over_partition, over_site
from haranalyze.protocol.same_site import Context
from haranalyze.protocol.set_cookie import (
    MAX_PAIR,
    SameSite,
    SetCookie,
    default_path,
    domain_matches,
    path_matches,
)
from haranalyze.protocol.stored_cookies import FOREVER, LOOK_AT, NamedCookies, SiteCookies, StoredCookie
from haranalyze.protocol.url import Url, is_ip, is_public_suffix, registrable_domain

_MINUTE: Final = 60_000.0


class Reason(StrEnum):
    """Why a cookie was not stored or not sent, under Chromium's names (CookieInclusionStatus)."""

    DOMAIN_MISMATCH = "DomainMismatch"
    PUBLIC_SUFFIX = "InvalidDomain"  # Domain is a public suffix
    NOT_ON_PATH = "NotOnPath"
    SECURE_ONLY = "SecureOnly"
    HTTP_ONLY = "HttpOnly"
    OVERWRITE_SECURE = "OverwriteSecure"
    OVERWRITE_HTTP_ONLY = "OverwriteHttpOnly"
    SAME_SITE_STRICT = "SameSiteStrict"
    SAME_SITE_LAX = "SameSiteLax"
    SAME_SITE_UNSPECIFIED = "SameSiteUnspecifiedTreatedAsLax"
    SAME_SITE_NONE_INSECURE = "SameSiteNoneInsecure"
    INVALID_PREFIX = "InvalidPrefix"
    INVALID_PARTITIONED = "InvalidPartitioned"
    OTHER_PARTITION = "OtherPartition"  # not Chromium's: it never looks there
    TOO_LARGE = "NameValuePairExceedsMaxSize"
    DISALLOWED_CHARACTER = "DisallowedCharacter"
    NO_COOKIE_CONTENT = "NoCookieContent"
    THIRD_PARTY = "UserPreferences"  # third-party cookies are blocked
    EXPIRED = "Expired"
    CREDENTIALS_OMITTED = "CredentialsOmitted"  # not Chromium's: fetch credentials mode
    UNKNOWN = "Unknown"


SAME_SITE_REASONS: Final = frozenset((Reason.SAME_SITE_LAX, Reason.SAME_SITE_STRICT, Reason.SAME_SITE_UNSPECIFIED))
_BY_SAME_SITE: Final = {
    SameSite.STRICT: Reason.SAME_SITE_STRICT,
    SameSite.LAX: Reason.SAME_SITE_LAX,
    SameSite.UNSET: Reason.SAME_SITE_UNSPECIFIED,
}


class CookieStore:
    """The cookies of one profile. Times are ms on one clock; ``epoch`` turns them into ms since 1970.

    Every question may be asked about any moment: a replaced cookie stays with the time at which it ended.
    """

    def __init__(
        self,
        browser: Browser = CHROMIUM,
        *,
        epoch: float = 0.0,
        is_suffix: Callable[[str], bool] = is_public_suffix,
        registrable: Callable[[str], str] = registrable_domain,
        before_eviction: Callable[[float], None] | None = None,
    ) -> None:
        """An empty store.

        Args:
            browser: whose rules it keeps.
            epoch: ms since 1970 of the moment 0.
            is_suffix, registrable: the public suffix list.
            before_eviction: called with the moment before cookies go by their last use, so that the caller can
                :meth:`touch` those that requests have carried.
        """
        self.browser = browser
        self._epoch = epoch
        self._is_suffix = is_suffix
        self._registrable = registrable
        self._before_eviction = before_eviction
        self._sites: dict[str, SiteCookies] = {}
        self._shared = 0  # unpartitioned cookies of all sites that nothing has ended

    # storing

    def refusal(
        self,
        cookie: SetCookie,
        url: Url,
        at: float,
        *,
        context: Context = Context.STRICT,
        by_script: bool = False,
        third_party: bool = False,
    ) -> Reason | None:
        """Why a Set-Cookie line is not stored (RFC 6265bis section 5.7, in its order), None if it is.

        ``third_party``: the answer is for a part of a page of another site.
        """
        browser = self.browser
        if browser.is_browser and cookie.pair_bytes > MAX_PAIR:
            return Reason.TOO_LARGE  # while the line is parsed, before anything else is looked at
        found = cookie_domain(url.host, cookie.domain_attribute, self._is_suffix)
        if isinstance(found, Reason):
            return found
        if not browser.is_browser:
            return None
        if third_party and browser.third_party == "blocked":
            return Reason.THIRD_PARTY
        if self._has_long_path(cookie, url):
            return Reason.TOO_LARGE
        trusted = self._is_trusted(url)
        if browser.prefix_first and self._breaks_prefix(cookie, url, found[1], by_script=by_script, trusted=trusted):
            return Reason.INVALID_PREFIX
        if browser.prefix_first and self._breaks_partition(cookie, trusted=trusted):
            return Reason.INVALID_PARTITIONED
        if browser.refuses_ambiguous and not cookie.name and "=" in cookie.value:
            return Reason.NO_COOKIE_CONTENT
        if browser.drops_nameless and not cookie.name:
            return Reason.NO_COOKIE_CONTENT
        if cookie.secure and not trusted:
            return Reason.SECURE_ONLY
        if cookie.http_only and by_script:
            return Reason.HTTP_ONLY
        if not trusted and not cookie.secure and self._hides_secure(cookie, url, found[0], at):
            return Reason.OVERWRITE_SECURE
        if context is Context.CROSS_SITE and (reason := self._cross_site(cookie.same_site)):
            return reason
        if browser.none_needs_secure and cookie.same_site is SameSite.NONE and not cookie.secure:
            return Reason.SAME_SITE_NONE_INSECURE
        if self._breaks_prefix(cookie, url, found[1], by_script=by_script, trusted=trusted):
            return Reason.INVALID_PREFIX
        if self._breaks_partition(cookie, trusted=trusted):
            return Reason.INVALID_PARTITIONED
        if by_script and self._hides_http_only(cookie, url, found, at):
            return Reason.OVERWRITE_HTTP_ONLY
        return None

    def store(
        self,
        cookie: SetCookie,
        url: Url,
        at: float,
        *,
        partition: str | None = None,
        third_party: bool = False,
        server_time: float | None = None,
        by: Any = None,
        by_script: bool = False,
    ) -> StoredCookie | None:
        """Keep a cookie that :meth:`refusal` accepts; None where it only removes one.

        Args:
            partition: the top-level site, used for a Partitioned cookie, and for any cookie of a third party where the
                browser keeps a jar per page.
            server_time: the answer's Date in ms since 1970; Expires is read by the server's clock.
        """
        domain, host_only = self._kept_for(cookie, url)
        path = cookie.path or default_path(url.path)
        now = at + self._epoch
        expiry = cookie.expiry(now, server_time, early=self.browser.early_dates)
        kept = StoredCookie(
            cookie.name,
            cookie.value,
            domain,
            host_only,
            path,
            cookie.secure,
            cookie.http_only,
            cookie.same_site,
            None if expiry is None else expiry - self._epoch,
            at,
            at,
            partition=partition if self._is_partitioned(cookie, third_party=third_party) else None,
        )
        kept.by, kept.by_script, kept.priority = by, by_script, cookie.priority
        self._replace(kept, at)
        if expiry is not None and expiry <= now:
            return None
        return self._add(kept, by)

    def learn(
        self,
        name: str,
        value: str,
        url: Url,
        at: float,
        *,
        like: StoredCookie | None = None,
        path: str = "",
        seen: Any = None,
    ) -> StoredCookie:
        """Keep a cookie first seen on a request: from before, or written by a script.

        Args:
            like: the cookie whose place it takes, with its attributes.
            path: where it was seen to be sent, in place of ``like``'s.
            seen: what shows it, for ``ended_by`` of the cookie it replaces.
        """
        if like is None:
            kept = StoredCookie(name, value, url.host, True, "/", False, False, SameSite.UNSET, None, at, at)
            return self._add(kept, seen)
        site = self._sites[self._registrable(like.domain)]
        lives = like.end > at
        same = like.value == value
        # Written out: dataclasses.replace takes ten times as long, and pages renew cookies with every call.
        kept = StoredCookie(
            like.name,
            value,
            like.domain,
            like.host_only,
            path or like.path,
            like.secure,
            like.http_only,
            like.same_site,
            like.expires,
            at,
            like.created if same or not self.browser.renews_order else at,
            partition=like.partition,
            evicted=like.evicted,
            learnt=like.learnt,
            steady=same and like.steady,
            excused=like.excused,
            by=like.by if same else None,
            priority=like.priority,
            by_script=like.by_script if same else not like.http_only,
        )
        if lives and like.end == FOREVER:
            kept.used = at
            site.renew(like, kept, seen)
            return kept
        if lives:
            self._end(site, like, at, seen)
        return self._add(kept, seen)

    def end(self, cookie: StoredCookie, at: float, *, lacked: bool = False, seen: Any = None) -> None:
        """The cookie is gone from now on; ``lacked``: as far as a request without it (``seen``) shows."""
        if cookie.end > at:
            self._end(self._sites[self._registrable(cookie.domain)], cookie, at, seen)
            cookie.lacked = lacked

    def drop_scripts(self, name: str, at: float, *, seen: Any = None) -> None:
        """Nobody came to the site ``name`` for ``script_days``: what scripts wrote there is gone."""
        site = self._sites.get(name)
        for cookie in [one for named in site.living.values() for one in named.living] if site else ():
            if site is not None and cookie.by_script:
                self._end(site, cookie, at, seen)
                cookie.aged = True

    def touch(self, cookie: StoredCookie, at: float) -> None:
        """A request carried the cookie; Chromium notes that once a minute (kDefaultAccessUpdateThresholdSeconds)."""
        if at - cookie.used >= _MINUTE:
            cookie.used = at

    def excuse(self, cookie: StoredCookie, reason: Reason) -> None:
        """A request carried the cookie although it should have been withheld for this reason."""
        if reason is Reason.SAME_SITE_UNSPECIFIED:  # the whole policy is another: an older browser, a switch
            self.browser = replace(self.browser, lax_by_default=False)
        else:
            cookie.excused |= {reason}

    def _is_partitioned(self, cookie: SetCookie, *, third_party: bool) -> bool:
        if not self.browser.is_browser:
            return False
        if cookie.partitioned and self.browser.partitions:
            return True
        return third_party and self.browser.third_party == "partitioned"

    def _add(self, kept: StoredCookie, seen: Any) -> StoredCookie:
        kept.used = kept.begin
        name = self._registrable(kept.domain)
        site = self._sites.get(name)
        if site is None:
            site = self._sites[name] = SiteCookies()
        site.add(kept)
        if kept.partition is None:
            self._shared += 1
        if self.browser.is_browser:
            self._make_room(site, kept, seen)
        return kept

    def _end(self, site: SiteCookies, cookie: StoredCookie, at: float, by: Any) -> bool:
        """Whether that ended a living one."""
        ended = site.end(cookie, at, by)
        if ended and cookie.partition is None:
            self._shared -= 1
        return ended

    def _replace(self, kept: StoredCookie, at: float) -> None:
        """End the cookie of the same name, domain and path; the new one keeps its place in the order."""
        site = self._sites.get(self._registrable(kept.domain))
        named = site.named.get(kept.name) if site is not None else None
        for other in named.kept[-LOOK_AT:] if named else ():
            if site is not None and other.identity == kept.identity and other.end > at:
                self._end(site, other, at, kept.by)
                stays = other.value == kept.value or not self.browser.renews_order
                if stays and (other.expires is None or other.expires > at):
                    kept.created = other.created

    def _make_room(self, site: SiteCookies, new: StoredCookie, seen: Any) -> None:
        """Over a limit the expired go first, then the others by their last use; limits of the site, then of all."""
        browser, partition, at = self.browser, new.partition, new.begin
        if site.counts[partition] > browser.per_site or site.sizes.get(partition, 0) > browser.partition_bytes:
            living = self._unexpired([site], partition, at)
            gone = over_site(living, browser) if partition is None else over_partition(living, browser)
            self._evict(gone, at, seen)
        if self._shared > browser.in_all and partition is None:
            self._evict(over_all(self._unexpired(self._sites.values(), None, at), browser, at), at, seen)

    def _unexpired(self, sites: Iterable[SiteCookies], partition: str | None, at: float) -> list[StoredCookie]:
        """The living of one partition; those that have expired end now."""
        if self._before_eviction is not None:
            self._before_eviction(at)
        living = []
        for site in sites:
            for cookie in [one for named in site.living.values() for one in named.living]:
                if cookie.partition != partition:
                    continue
                if cookie.expires is not None and cookie.expires <= at:
                    self._end(site, cookie, cookie.expires, None)
                else:
                    living.append(cookie)
        return living

    def _evict(self, cookies: list[StoredCookie], at: float, seen: Any) -> None:
        for cookie in cookies:
            self._end(self._sites[self._registrable(cookie.domain)], cookie, at, seen)
            cookie.evicted = True

    def _kept_for(self, cookie: SetCookie, url: Url) -> tuple[str, bool]:
        found = cookie_domain(url.host, cookie.domain_attribute, self._is_suffix)
        return (url.host, True) if isinstance(found, Reason) else found

    def _is_trusted(self, url: Url) -> bool:
        """Whether a Secure cookie may go here."""
        if url.scheme in ("https", "wss"):
            return True
        return self.browser.secure_on_loopback and url.is_trustworthy

    def _cross_site(self, same_site: SameSite) -> Reason | None:
        if same_site is SameSite.UNSET and not self.browser.lax_by_default:
            return None
        return _BY_SAME_SITE.get(same_site)

    def _has_long_path(self, cookie: SetCookie, url: Url) -> bool:
        longest = self.browser.longest_path
        return longest is not None and len(cookie.path or default_path(url.path)) > longest

    def _breaks_partition(self, cookie: SetCookie, *, trusted: bool) -> bool:
        """Partitioned asks for Secure and a place where that may be set (CHIPS; IsCookiePartitionedValid)."""
        return cookie.partitioned and self.browser.partitions and not (cookie.secure and trusted)

    def _breaks_prefix(self, cookie: SetCookie, url: Url, host_only: bool, *, by_script: bool, trusted: bool) -> bool:
        """Name prefixes (RFC 6265bis section 5.4, compared without case; ``__Http-`` of its 2025 drafts).

        ``trusted``: the answer came from where a Secure cookie may be set; a prefix promises that it did.
        """
        low = cookie.name.lower()
        if not low.startswith("__"):
            return not low and cookie.value.lower().startswith(("__secure-", "__host-", "__http-"))
        if low.startswith(("__secure-", "__http-", "__host-")) and not (cookie.secure and trusted):
            return True
        if low.startswith("__secure-"):
            return False
        if low.startswith("__http-"):
            return not cookie.http_only or by_script
        if not low.startswith("__host-"):
            return False
        if low.startswith("__host-http-") and (not cookie.http_only or by_script):
            return True
        path = cookie.path
        if path is None and not self.browser.host_prefix_needs_path:
            path = default_path(url.path)
        takes = self.browser.host_prefix_takes_ip and cookie.domain_attribute == url.host and is_ip(url.host)
        return not (host_only and (takes or not cookie.domain_attribute) and path == "/")

    def _current(self, name: str, domain: str, at: float) -> Iterator[StoredCookie]:
        for other in self.named(name, domain)[-LOOK_AT:]:
            if other.begin <= at < other.end and (other.expires is None or other.expires > at):
                yield other

    def _hides_secure(self, cookie: SetCookie, url: Url, domain: str, at: float) -> bool:
        """Whether it would stand before a Secure cookie, though it comes over http (step 15)."""
        path = cookie.path or default_path(url.path)
        return any(
            other.secure
            and (domain_matches(other.domain, domain) or domain_matches(domain, other.domain))
            and path_matches(path, other.path)
            for other in self._current(cookie.name, domain, at)
        )

    def _hides_http_only(self, cookie: SetCookie, url: Url, found: tuple[str, bool], at: float) -> bool:
        """Whether a script would replace an HttpOnly cookie (step 24)."""
        identity = (*found, cookie.path or default_path(url.path))
        return any(
            other.http_only and (other.domain, other.host_only, other.path) == identity
            for other in self._current(cookie.name, found[0], at)
        )

    # sending

    def withheld(
        self,
        cookie: StoredCookie,
        url: Url,
        at: float,
        *,
        context: Context = Context.STRICT,
        by_script: bool = False,
        partition: str | None = None,
        third_party: bool = False,
    ) -> Reason | None:
        """Why a stored cookie does not go with a request (RFC 6265bis section 5.8.3), None when it does."""
        reason = self._kept_back(cookie, url, at, context, by_script, partition, third_party)
        return None if reason in cookie.excused else reason

    def _kept_back(
        self,
        cookie: StoredCookie,
        url: Url,
        at: float,
        context: Context,
        by_script: bool,
        partition: str | None,
        third_party: bool,
    ) -> Reason | None:
        if url.host != cookie.domain if cookie.host_only else not domain_matches(url.host, cookie.domain):
            return Reason.DOMAIN_MISMATCH
        if cookie.partition is not None and cookie.partition != partition:
            return Reason.OTHER_PARTITION
        if third_party and cookie.partition is None and self.browser.third_party != "allowed":
            return Reason.THIRD_PARTY if self.browser.third_party == "blocked" else Reason.OTHER_PARTITION
        if cookie.expires is not None and cookie.expires <= at:
            return Reason.EXPIRED
        if (cookie.path != "/" or url.path[:1] != "/") and not path_matches(url.path, cookie.path):
            return Reason.NOT_ON_PATH
        if cookie.secure and not self._is_trusted(url):
            return Reason.SECURE_ONLY
        if not self.browser.is_browser:
            return None
        if cookie.http_only and by_script:
            return Reason.HTTP_ONLY
        return None if context is Context.STRICT else self._withheld_by_site(cookie, at, context)

    def _withheld_by_site(self, cookie: StoredCookie, at: float, context: Context) -> Reason | None:
        reason = self._cross_site(cookie.same_site)
        if reason is None:
            return None
        if cookie.same_site is SameSite.STRICT or context is Context.CROSS_SITE:
            return reason
        if context is Context.LAX:
            return None
        is_young = at - cookie.created <= self.browser.lax_post_window
        return None if reason is Reason.SAME_SITE_UNSPECIFIED and is_young else reason

    def alive(self, host: str, at: float) -> list[StoredCookie]:
        """Cookies kept at a moment for the site of a host, sent to this host or not."""
        site = self._sites.get(self._registrable(host))
        return site.alive(at) if site is not None else []

    def named(self, name: str, host: str) -> list[StoredCookie]:
        """Cookies of a name ever kept for the site of a host, in the order in which they were stored."""
        named = self._named(name, host)
        return named.kept if named else []

    def of_site(self, name: str) -> SiteCookies | None:
        """All that was ever kept for a registrable domain."""
        return self._sites.get(name)

    def of_value(self, name: str, value: str, host: str) -> list[StoredCookie]:
        """As :meth:`named`, those with this value, in the order in which they were learnt of."""
        named = self._named(name, host)
        return named.by_value.get(value, []) if named else []

    def _named(self, name: str, host: str) -> NamedCookies | None:
        site = self._sites.get(self._registrable(host))
        return site.named.get(name) if site is not None else None

    def sent(
        self,
        url: Url,
        at: float,
        *,
        context: Context = Context.STRICT,
        by_script: bool = False,
        partition: str | None = None,
        third_party: bool = False,
    ) -> list[StoredCookie]:
        """Cookies that go with a request, in the order of the Cookie header: longest path, then oldest."""
        going = self.going(url, at, context=context, by_script=by_script, partition=partition, third_party=third_party)
        return sorted(going, key=lambda cookie: (-len(cookie.path), cookie.created))

    def going(
        self,
        url: Url,
        at: float,
        *,
        context: Context = Context.STRICT,
        by_script: bool = False,
        partition: str | None = None,
        third_party: bool = False,
    ) -> list[StoredCookie]:
        """As :meth:`sent`, in no order."""
        return [
            cookie
            for cookie in self.alive(url.host, at)
            if (reason := self._kept_back(cookie, url, at, context, by_script, partition, third_party)) is None
            or reason in cookie.excused
        ]

    def everything(self, at: float) -> Iterator[StoredCookie]:
        """All cookies kept at a moment, of all sites."""
        for site in self._sites.values():
            for named in site.named.values():
                for cookie in named.kept:
                    expired = cookie.expires is not None and cookie.expires <= at
                    if cookie.begin <= at < cookie.end and not expired:
                        yield cookie


def as_read_by(browser: Browser, cookie: SetCookie) -> SetCookie:
    """The line as the browser takes it: to some, text without "=" is a name and no value."""
    if cookie.bare and browser.bare_is_name:
        return replace(cookie, name=cookie.value, value="", bare=False)
    return cookie


def cookie_domain(
    host: str, attribute: str | None, is_suffix: Callable[[str], bool] = is_public_suffix
) -> tuple[str, bool] | Reason:
    """(domain, host-only) a cookie is kept for, or why not (RFC 6265bis section 5.7, steps 8 to 11).

    Args:
        host: of the answer, lower case. attribute: Domain as written, None when absent or empty.
    """
    if host.endswith(".."):
        return Reason.DOMAIN_MISMATCH  # an empty label can only be the last (RFC 6265bis section 5.1.2)
    if not attribute:
        return host, True
    if not attribute.isascii():
        return Reason.DOMAIN_MISMATCH
    domain = attribute.removeprefix(".").lower()
    if domain.startswith("[") and domain.endswith("]"):
        domain = domain[1:-1]
    if domain == host:
        alone = is_ip(host) or is_suffix(domain)
        return host, alone
    bare = domain.lstrip(".")
    if not bare:
        return Reason.DOMAIN_MISMATCH  # "Domain=.": browsers refuse it
    if "." not in bare or is_suffix(bare):
        return Reason.PUBLIC_SUFFIX
    return (domain, False) if domain_matches(host, domain) else Reason.DOMAIN_MISMATCH
