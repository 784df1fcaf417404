"""The catalogue of causes: which rule answers each, which tests and recordings show it. Writes docs/causes.md."""

from __future__ import annotations

import ast
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from haranalyze.rulebook import Rulebook

ROOT = Path(__file__).parents[1]
OUTCOMES = {
    "finding": "found",
    "info": "told, no fault of the session",
    "question": "asked: no recording can prove it",
    "guard": "must not be accused",
    "none": "nothing to find",
}
_HEAD = """# Causes

Generated from `tests/causes.toml`. Every cause of a broken session that the catalogue knows, the rule that answers it,
the tests that show it (and the number of look-alikes on which the rule is tested to stay quiet), and the recording.

"Recorded" names a labelled recording of real software in a real browser or client; "Chromium" means that this project's
own tests drive a browser into it (`tests/browser`, `tests/oracle`) or hold an excerpt of such a recording. Where the
last column is empty, transcripts after the sources show the cause, and it was not met on real traffic yet.

"""


@dataclass(frozen=True)
class Cause:
    """One row. ``test`` is a function of the rule's test file, ``""`` for its first."""

    id: str
    cause: str
    rule: str
    outcome: str
    test: str = ""
    recording: str = ""
    sample: str = ""
    browser: bool = False

    @property
    def test_file(self) -> Path:
        """The test file of the rule."""
        return ROOT / "tests" / "rules" / f"test_{self.rule.replace('-', '_')}.py"

    @property
    def firing_test(self) -> str:
        """The test that shows the cause."""
        return self.test or next(name for name in functions(self.test_file) if name != "test_stays_quiet")


def causes() -> tuple[Cause, ...]:
    """All rows in their order."""
    table = tomllib.loads((ROOT / "tests" / "causes.toml").read_text(encoding="utf-8"))
    return tuple(Cause(**row) for row in table["cause"])


@cache
def functions(path: Path) -> tuple[str, ...]:
    """Names of the test functions of a file, in order."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return tuple(node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"))


@cache
def quiet_cases(path: Path) -> int:
    """How many look-alikes the quiet test of a rule has."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == "test_stays_quiet":
            lists = [one for mark in node.decorator_list for one in ast.walk(mark) if isinstance(one, ast.List)]
            return sum(len(one.elts) for one in lists[:1]) or 1
    return 0


def page() -> str:
    """docs/causes.md."""
    order = {rule.id: rule.severity.value for rule in Rulebook.installed().rules}
    rows = ["| Cause | What | Rule | Outcome | Shown by | Quiet on | Seen |", "|---|---|---|---|---|---|---|"]
    for one in causes():
        seen = [f"recorded: {one.recording}"] if one.recording else []
        if one.sample:
            seen.append(f"[sample](../samples/{one.sample})")
        if one.browser:
            seen.append("Chromium")
        shown, quiet = f"`{one.firing_test}`", str(quiet_cases(one.test_file))
        if one.outcome == "none":
            shown, quiet = "", ""
        rule = f"[{one.rule}](rules/{one.rule}.md) ({order[one.rule]})" if one.outcome != "none" else ""
        cells = (one.id, one.cause, rule, OUTCOMES[one.outcome], shown, quiet, ", ".join(seen))
        rows.append("| " + " | ".join(cells) + " |")
    return _HEAD + "\n".join(rows) + "\n"
