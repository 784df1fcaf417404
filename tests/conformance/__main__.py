"""``python -m tests.conformance DIR [--suite NAME] [-v]``: per suite passed, total, deviations, failures.

Ends with 1 when a vector fails, a listed deviation passes, or a suite has too many deviations.
"""

import argparse
import sys
from pathlib import Path

from tests.conformance.runner import Tally, load, run


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=__doc__)
    parser.add_argument("folder", type=Path, help="folder of vectors")
    parser.add_argument("--suite", action="append", help="only this suite (may be given several times)")
    parser.add_argument("-v", "--verbose", action="store_true", help="name deviations, and all failures")
    options = parser.parse_args(arguments)
    suites = {name: vectors for name, vectors in load(options.folder).items() if name in (options.suite or (name,))}
    if not suites:
        parser.error(f"no vectors in {options.folder}")
    tallies = [run(name, vectors) for name, vectors in suites.items()]
    print(f"{'suite':<18}{'passed':>7}{'of':>6}{'deviations':>12}{'failures':>10}")
    for tally in tallies:
        print("\n".join(told(tally, verbose=options.verbose)))
    return 0 if all(tally.is_good for tally in tallies) else 1


def told(tally: Tally, *, verbose: bool) -> list[str]:
    """The line of a suite, what it reports beside, and what is wrong."""
    share = f"{len(tally.deviations)} ({len(tally.deviations) / max(tally.total, 1):.1%})"
    lines = [f"{tally.suite:<18}{len(tally.passed):>7}{tally.total:>6}{share:>12}{len(tally.failures):>10}"]
    lines += [f"    not counted: {group}: {agreed} of {seen}" for group, (agreed, seen) in tally.reported.items()]
    shown = list(tally.failures.items())[: None if verbose else 10]
    lines += [f"    FAILS {name}: {'; '.join(problems)}" for name, problems in shown]
    if len(shown) < len(tally.failures):
        lines.append(f"    and {len(tally.failures) - len(shown)} more")
    lines += [f"    listed as a deviation, but agrees: {name}" for name in tally.needless]
    if verbose:
        lines += [f"    deviates {name}: {reason}" for name, reason in tally.deviations.items()]
    return lines


if __name__ == "__main__":
    sys.exit(main())
