"""Everything one analysis can be told. Frozen; built by the shells, read by the engine."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what one capture may cost. Each message about a limit names the field."""

    max_bytes: int = 2 * 1024**3  # unpacked size of a capture
    max_ratio: int = 200  # unpacked / packed size (capture-safety: 200:1)
    max_members: int = 1_000  # members of an archive
    max_nesting: int = 2  # containers inside containers
    max_depth: int = 200  # JSON nesting
    max_exchanges: int = 500_000
    max_header_bytes: int = 1024**2  # one header value
    max_body_bytes: int = 10 * 1024**2  # one body decoded for a fact


@dataclass(frozen=True, slots=True)
class Options:
    """How to analyse: which rules, whose traffic, which limits.

    Attributes:
        select: rule ids to run (empty: all); ignore: rule ids to leave out.
        focus: host names whose session is asked about (empty: found by the engine).
        all_exchanges: keep every exchange in the report, however large it gets.
    """

    select: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()
    focus: frozenset[str] = frozenset()
    all_exchanges: bool = False
    limits: Limits = field(default_factory=Limits)
