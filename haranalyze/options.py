"""Everything one analysis can be told. Frozen; built by the shells, read by the engine."""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what one capture may cost. Each message about a limit names the field."""

    max_bytes: int = 2 * 1024**3  # unpacked size of a capture
    max_ratio: int = 200  # unpacked / packed size (capture-safety: 200:1)
    max_members: int = 1_000  # members of an archive
    max_nesting: int = 2  # containers inside containers
    max_depth: int = 200  # JSON nesting of a body that a fact reads, and of a damaged or odd file
    max_exchanges: int = 500_000
    max_headers: int = 10_000  # of one message
    max_header_bytes: int = 1024**2  # the headers of one message together, as the recording writes them
    max_body_bytes: int = 10 * 1024**2  # one body decoded for a fact
    max_seconds: int = 900  # reading and analysing one file (command line; ``batch --seconds`` for each capture there)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A finding that is known and lives on until a day: its fingerprint, why it is accepted, the last day."""

    fingerprint: str
    reason: str
    until: date


@dataclass(frozen=True, slots=True)
class Options:
    """How to analyse: which rules, whose traffic, which limits.

    Attributes:
        select: rule ids to run (empty: all); ignore: rule ids to leave out.
        focus: host names whose session is asked about (empty: found by the engine).
        as_browser: origin of a page; for recordings of other clients the report says what a browser there would have
            done (empty: it does not).
        all_exchanges: keep every exchange in the report, however large it gets.
        api_domains, website_domains: domains of the user's own, subdomains included, beside those the engine finds.
        base_paths: beginnings of paths; where given, only calls below one sign in, renew or sign out.
        cookie_names: names of session cookies of the user's own (``*`` stands for any characters).
        severity: (rule id, severity) pairs that replace what the rules say.
        systems: (file name, TOML text) pairs of session systems of the user's own.
        accepted: findings that do not count; today: the day that judges their ends (None: the day the recording began).
    """

    select: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()
    focus: frozenset[str] = frozenset()
    as_browser: str = ""
    all_exchanges: bool = False
    api_domains: frozenset[str] = frozenset()
    website_domains: frozenset[str] = frozenset()
    base_paths: tuple[str, ...] = ()
    cookie_names: tuple[str, ...] = ()
    severity: tuple[tuple[str, str], ...] = ()
    systems: tuple[tuple[str, str], ...] = ()
    accepted: tuple[Accepted, ...] = ()
    today: date | None = None
    limits: Limits = field(default_factory=Limits)


def within(host: str, domains: frozenset[str]) -> bool:
    """Whether a host is one of the domains or a subdomain of one."""
    return any(host == domain or host.endswith("." + domain) for domain in domains)
