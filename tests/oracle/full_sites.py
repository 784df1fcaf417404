"""Sites that set more cookies than a browser keeps: which of them go (Chromium, net/cookies/cookie_monster.cc)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tests.oracle.scenario import Answer, Call, Scenario

# Attributes of the cookie with a number, how many there are, and the bytes of each value.
_KINDS: Final[tuple[tuple[str, Callable[[int], str], int, int], ...]] = (
    ("the oldest go", lambda n: "", 185, 1),
    ("insecure ones first", lambda n: "; Secure" if n < 100 else "", 185, 1),
    ("of low priority 30 stay", lambda n: "; Priority=Low" if n < 40 else "", 185, 1),
    ("few of low priority stay", lambda n: "; Priority=Low" if n < 10 else "", 185, 1),
    ("high priority goes last", lambda n: "" if n < 120 else "; Priority=High", 185, 1),
    (
        "all together",
        lambda n: ("; Secure" if n % 3 else "") + (("; Priority=Low", "; Priority=High")[n % 2] if n % 5 else ""),
        185,
        1,
    ),
    ("180 in a partition", lambda n: "; Secure; Partitioned", 185, 1),
    ("10240 bytes in a partition", lambda n: "; Secure; Partitioned", 70, 200),
)


def full_site_scenarios() -> list[Scenario]:
    """The same in every run: two answers fill a site, a third page shows what is left."""
    return [_scenario(f"f{number}", *kind) for number, kind in enumerate(_KINDS)]


def _scenario(name: str, story: str, attributes: Callable[[int], str], count: int, size: int) -> Scenario:
    lines = tuple(
        ("Set-Cookie", f"{name}c{number}={'x' * size}; Path=/{attributes(number)}") for number in range(count)
    )
    made = Scenario(name, "full", story)
    for part, headers in enumerate((lines[:90], lines[90:], ())):
        made.answer(f"{name}.{part}", Answer(200, headers, "page"))
        made.calls.append(Call("type", f"https://{name}.example/?k={name}.{part}"))
    return made
