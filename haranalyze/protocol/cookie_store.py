"""A browser's cookie store over time (RFC 6265bis sections 5.5 to 5.8): what it keeps, refuses, sends, and why."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from haranalyze.protocol.browsers import CHROMIUM, Browser
from haranalyze.protocol.same_site import Context
from haranalyze.protocol.set_cookie import MAX_PAIR, SameSite, SetCookie, default_path, domain_matches, path_matches
from haranalyze.protocol.url import Url, is_ip, is_public_suffix, registrable_domain

FOREVER: Final = float("inf")
_DAY: Final = 86_400_000.0  # ms
_LOOK_AT: Final = 50  # cookies of one name looked at: hosts and paths of one site that set the same name


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


@dataclass(slots=True, eq=False)
class StoredCookie:
    """A cookie in the store from ``begin`` to ``end`` (ms); ``created`` orders it, ``expires`` None for the session.

    Attributes:
        partition: the top-level site it belongs to (CHIPS), None for an unpartitioned one.
        evicted: it ended because the store was full.
        learnt: the path of the request that first showed it, "" where an answer set it.
        lacked: it ended because a request went without it; steady: and came back.
        excused: reasons that were seen not to hold.
        by: whatever the caller noted about its origin.
    """

    name: str
    value: str
    domain: str
    host_only: bool
    path: str
    secure: bool
    http_only: bool
    same_site: SameSite
    expires: float | None
    begin: float
    created: float
    end: float = FOREVER
    partition: str | None = None
    evicted: bool = False
    learnt: str = ""
    lacked: bool = False
    steady: bool = False
    excused: frozenset[Reason] = frozenset()
    by: Any = None

    @property
    def identity(self) -> tuple[str, bool, str, str | None]:
        """What a cookie of this name replaces (RFC 6265bis section 5.7, step 23)."""
        return self.domain, self.host_only, self.path, self.partition


def _begin(cookie: StoredCookie) -> float:
    return cookie.begin


class _Named:
    """The cookies of one name on one site.

    Attributes:
        kept: all ever kept, in order of begin; living: those that nothing has ended.
        latest: ms of the last begin or end; whoever asks about a later moment finds the answer in ``living``.
        by_value: the same cookies by their value.
    """

    __slots__ = ("by_value", "kept", "latest", "living")

    def __init__(self) -> None:
        self.kept: list[StoredCookie] = []
        self.living: list[StoredCookie] = []
        self.latest = float("-inf")
        self.by_value: dict[str, list[StoredCookie]] = {}

    def add(self, cookie: StoredCookie) -> None:
        if not self.kept or self.kept[-1].begin <= cookie.begin:
            self.kept.append(cookie)
        else:
            insort(self.kept, cookie, key=_begin)
        self.by_value.setdefault(cookie.value, []).append(cookie)
        self.living.append(cookie)
        self.latest = max(self.latest, cookie.begin)

    def end(self, cookie: StoredCookie, at: float) -> bool:
        """Whether that ended a living one."""
        was_living = cookie.end == FOREVER
        cookie.end = at
        self.latest = max(self.latest, at)
        if was_living:
            self.living.remove(cookie)
        return was_living

    def alive(self, at: float) -> list[StoredCookie]:
        if at >= self.latest:
            return self.living[-_LOOK_AT:]
        place = bisect_right(self.kept, at, key=_begin)
        return [cookie for cookie in self.kept[max(0, place - _LOOK_AT) : place] if at < cookie.end]


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
    ) -> None:
        self.browser = browser
        self._epoch = epoch
        self._is_suffix = is_suffix
        self._registrable = registrable
        self._sites: dict[str, dict[str, _Named]] = {}  # site -> name -> its cookies
        self._alive: dict[str, int] = {}  # site -> cookies that nothing has ended

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
        if browser.drops_nameless_none and not cookie.name and cookie.same_site is SameSite.NONE:
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
        expiry = cookie.expiry(now, server_time)
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
        kept.by = by
        self._replace(kept, at)
        if expiry is not None and expiry <= now:
            return None
        return self._add(kept)

    def learn(
        self, name: str, value: str, url: Url, at: float, *, like: StoredCookie | None = None, path: str = ""
    ) -> StoredCookie:
        """Keep a cookie first seen on a request: from before, or written by a script.

        Args:
            like: the cookie whose place it takes, with its attributes.
            path: where it was seen to be sent, in place of ``like``'s.
        """
        if like is None:
            kept = StoredCookie(name, value, url.host, True, "/", False, False, SameSite.UNSET, None, at, at)
            return self._add(kept)
        site = self._registrable(like.domain)
        named = self._sites[site][like.name]
        takes_place = like.end > at and named.end(like, at)
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
        )
        named.add(kept)
        if not takes_place:
            self._count(site, at)
        return kept

    def end(self, cookie: StoredCookie, at: float, *, lacked: bool = False) -> None:
        """The cookie is gone from now on; ``lacked``: as far as a request without it shows."""
        if cookie.end > at:
            site = self._registrable(cookie.domain)
            self._alive[site] -= self._sites[site][cookie.name].end(cookie, at)
            cookie.lacked = lacked

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

    def _add(self, kept: StoredCookie) -> StoredCookie:
        site = self._registrable(kept.domain)
        named = self._sites.setdefault(site, {})
        if kept.name not in named:
            named[kept.name] = _Named()
        named[kept.name].add(kept)
        self._count(site, kept.begin)
        return kept

    def _count(self, site: str, at: float) -> None:
        """One more is alive; where they are too many, some go."""
        self._alive[site] = self._alive.get(site, 0) + 1
        if self.browser.is_browser and self._alive[site] > self.browser.per_site:
            self._evict(site, at)

    def _replace(self, kept: StoredCookie, at: float) -> None:
        """End the cookie of the same name, domain and path; the new one keeps its place in the order."""
        site = self._registrable(kept.domain)
        named = self._sites.get(site, {}).get(kept.name)
        for other in named.kept[-_LOOK_AT:] if named else ():
            if named is not None and other.identity == kept.identity and other.end > at:
                self._alive[site] -= named.end(other, at)
                stays = other.value == kept.value or not self.browser.renews_order
                if stays and (other.expires is None or other.expires > at):
                    kept.created = other.created

    def _evict(self, site: str, at: float) -> None:
        """Over the limit of a site the expired go first, then the insecure, then the oldest (Chromium)."""
        names = self._sites[site]
        alive = [cookie for named in names.values() for cookie in named.living]
        for cookie in alive:
            if cookie.expires is not None and cookie.expires <= at:
                names[cookie.name].end(cookie, at)
        left = [cookie for cookie in alive if cookie.end > at]
        if len(left) > self.browser.per_site:
            left.sort(key=lambda cookie: (cookie.secure, cookie.begin))
            for cookie in left[: len(left) - self.browser.per_site + self.browser.purged]:
                names[cookie.name].end(cookie, at)
                cookie.evicted = True
        self._alive[site] = sum(len(named.living) for named in names.values())

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
        return not (host_only and not cookie.domain_attribute and path == "/")

    def _current(self, name: str, domain: str, at: float) -> Iterator[StoredCookie]:
        for other in self.named(name, domain)[-_LOOK_AT:]:
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
        if not path_matches(url.path, cookie.path):
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

    def alive(self, host: str, at: float) -> Iterator[StoredCookie]:
        """Cookies kept at a moment for the site of a host, sent to this host or not."""
        for named in self._sites.get(self._registrable(host), {}).values():
            yield from named.alive(at)

    def named(self, name: str, host: str) -> list[StoredCookie]:
        """Cookies of a name ever kept for the site of a host, in the order in which they were stored."""
        named = self._sites.get(self._registrable(host), {}).get(name)
        return named.kept if named else []

    def last_before(self, name: str, value: str, host: str) -> StoredCookie | None:
        """The cookie of a name that began last, where this value was never seen under it."""
        named = self._sites.get(self._registrable(host), {}).get(name)
        return None if named is None or value in named.by_value else named.kept[-1]

    def of_value(self, name: str, value: str, host: str) -> list[StoredCookie]:
        """As :meth:`named`, those with this value, in the order in which they were learnt of."""
        named = self._sites.get(self._registrable(host), {}).get(name)
        return named.by_value.get(value, []) if named else []

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
            for named in self._sites.get(self._registrable(url.host), {}).values()
            for cookie in named.alive(at)
            if (reason := self._kept_back(cookie, url, at, context, by_script, partition, third_party)) is None
            or reason in cookie.excused
        ]

    def everything(self, at: float) -> Iterator[StoredCookie]:
        """All cookies kept at a moment, of all sites."""
        for names in self._sites.values():
            for named in names.values():
                for cookie in named.kept:
                    expired = cookie.expires is not None and cookie.expires <= at
                    if cookie.begin <= at < cookie.end and not expired:
                        yield cookie


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
