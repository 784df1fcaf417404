"""What browsers do differently with cookies, as data."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

_TWO_MINUTES: Final = 120_000.0  # ms


@dataclass(frozen=True, slots=True)
class Browser:
    """The cookie policy of a browser as it is shipped.

    Attributes:
        name: for people; ``""`` for a client that is no browser and knows neither sites nor prefixes.
        lax_by_default: a cookie without SameSite is treated as Lax (RFC 6265bis section 5.6.7).
        lax_post_window: ms for which such a young cookie also goes with a cross-site POST navigation.
        schemeful: http and https of one domain are different sites.
        none_needs_secure: SameSite=None without Secure is refused.
        secure_on_loopback: http on localhost may set and get Secure cookies.
        host_prefix_needs_path: ``__Host-`` asks for ``Path=/`` in writing.
        host_prefix_takes_ip: ``__Host-`` may name the IP address the answer came from as its Domain.
        redirect_taint: a cross-site hop in a redirect chain makes the request cross-site.
        taints_storing: such a hop also counts where the answer sets cookies.
        renews_order: a new value puts a cookie behind the older ones; otherwise it keeps its place.
        prefix_first: name prefixes are judged before Secure, SameSite and what stands in the jar.
        refuses_ambiguous: a cookie without a name whose value holds "=" is dropped (it would come back with a name).
        drops_nameless: a cookie without a name is not kept.
        bare_is_name: a line without "=" gives a cookie with that name and no value, which comes back as ``name=``.
        longest_path: characters of a path a cookie is kept for, None without a limit.
        per_site, purged: cookies kept per registrable domain, and how many are taken away beyond it.
        quotas: cookies of low, medium and high priority that stay when a site has too many; None: priorities do not
            count, and insecure ones go first.
        in_all, purged_in_all: as ``per_site``, for all sites together.
        partition_bytes: bytes of names and values kept per registrable domain in one partition.
        early_dates: Expires with a year before 1601 is long past; otherwise it is no date.
        partitions: knows the Partitioned attribute (CHIPS).
        third_party: whether a cookie goes to another site than the page's: ``allowed``, ``partitioned`` or ``blocked``.
        script_days: days without a request of its site after which a cookie that a script wrote is gone, None without a
            limit.
    """

    name: str
    lax_by_default: bool = False
    lax_post_window: float = 0.0
    schemeful: bool = False
    none_needs_secure: bool = False
    secure_on_loopback: bool = True
    host_prefix_needs_path: bool = True
    host_prefix_takes_ip: bool = False
    redirect_taint: bool = False
    taints_storing: bool = True
    renews_order: bool = False
    prefix_first: bool = False
    refuses_ambiguous: bool = False
    drops_nameless: bool = False
    bare_is_name: bool = False
    longest_path: int | None = None
    per_site: int = 180
    purged: int = 30
    quotas: tuple[int, int, int] | None = None
    in_all: int = 3_300
    purged_in_all: int = 300
    partition_bytes: int = 10_240
    early_dates: bool = False
    partitions: bool = True
    third_party: str = "allowed"
    script_days: int | None = None

    @property
    def is_browser(self) -> bool:
        """Whether it keeps a browser's rules at all."""
        return bool(self.name)


CHROMIUM: Final = Browser(
    # net/cookies of Chromium; third-party cookies stay allowed (Privacy Sandbox decision of April 2025)
    "Chromium",
    lax_by_default=True,
    lax_post_window=_TWO_MINUTES,
    schemeful=True,
    none_needs_secure=True,
    host_prefix_takes_ip=True,  # HasValidHostPrefixAttributes of cookie_util.cc
    renews_order=True,
    prefix_first=True,
    refuses_ambiguous=True,
    quotas=(30, 50, 70),  # kDomainCookiesQuotaLow, Medium and High
    early_dates=True,
)
FIREFOX: Final = Browser(
    # network.cookie.* preferences of the release channel; None needs Secure since Firefox 131 (bug 1909673);
    # Total Cookie Protection keeps a jar per top-level site. Redirects, cookies without a name and lines without "=" as
    # Firefox 153 was seen to treat them (docs/oracle.md; NS_IsSameSiteForeign of netwerk/base)
    "Firefox",
    none_needs_secure=True,
    host_prefix_needs_path=False,
    redirect_taint=True,
    taints_storing=False,
    drops_nameless=True,  # network.cookie.valueless_cookie, on by default (netwerk/cookie/test/unit)
    bare_is_name=True,
    purged=29,  # network.cookie.maxPerHost 180 and quotaPerHost 150, looked at before the new one is added
    longest_path=1_024,
    third_party="partitioned",
)
SAFARI: Final = Browser(
    # webkit.org/tracking-prevention: third-party cookies are blocked, and what scripts have written is deleted after
    # seven days of no user interaction with the site ("7-Day Cap on All Script-Writeable Storage"). Its cap of 24 hours
    # for pages reached by decorated links depends on what that browser has learnt of the linking site: no recording
    # shows it
    "Safari",
    secure_on_loopback=False,
    third_party="blocked",
    script_days=7,
)
STANDARD: Final = Browser(
    # RFC 6265bis with the redirect taint of the Fetch standard, without the optional Lax+POST window
    "RFC 6265bis",
    lax_by_default=True,
    schemeful=True,
    none_needs_secure=True,
    redirect_taint=True,
)
CLIENT: Final = Browser("")  # curl, Postman, an app: domain, path, Secure and expiry only

# Until a version (exclusive) the policy was another one: Chromium status entries 5088147346030592 (Lax by default, 80),
# 5096179480133632 (schemeful, 89), 5179189105786880 (CHIPS, 114); Firefox release notes 103 (Total Cookie Protection
# for all) and 131 (None needs Secure; CHIPS came with 141); WebKit blog, March 2020 (third parties blocked, 13.1)
# and February 2019 (cookies of scripts, 12.1).
_BEFORE: Final[dict[str, tuple[tuple[int, dict[str, object]], ...]]] = {
    "Chromium": (
        (114, {"partitions": False}),
        (89, {"schemeful": False}),
        (80, {"lax_by_default": False, "none_needs_secure": False}),
    ),
    "Firefox": (
        (153, {"drops_nameless": False, "bare_is_name": False}),  # seen in 153; it may have come a little earlier
        (141, {"partitions": False}),
        (131, {"none_needs_secure": False}),
        (103, {"third_party": "allowed"}),
    ),
    "Safari": ((13, {"third_party": "allowed"}), (12, {"script_days": None})),
}
_ENGINES: Final = (
    ("firefox", FIREFOX),
    ("chrom", CHROMIUM),
    ("edge", CHROMIUM),
    ("opera", CHROMIUM),
    ("samsung", CHROMIUM),
    ("safari", SAFARI),
    ("webkit", SAFARI),
)
_VERSION = re.compile(r"\d{1,4}")


def browser_named(name: str) -> Browser:
    """The policy for a browser's name and version such as ``Firefox 140``; today's Chromium for one not known."""
    low = name.lower()
    browser = next((browser for word, browser in _ENGINES if word in low), CHROMIUM)
    found = _VERSION.search(low)
    if found is None:
        return browser
    changes: dict[str, object] = {}
    for version, older in _BEFORE[browser.name]:
        if int(found.group()) < version:
            changes |= older
    return replace(browser, **changes) if changes else browser  # type: ignore[arg-type]
