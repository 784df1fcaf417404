"""``python -m tests.lab DIR [--family five|all] [--json] [-v]``: recall, false alarms, states, roots, every miss.

Ends with 1 when anything is missed, falsely accused, in the wrong state or could not run.
"""

import argparse
import dataclasses
import json
import sys
from pathlib import Path

from haranalyze.rulebook import Rulebook
from tests.lab.scoring import Score, concerns, figures, pairs, score, summary


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.lab", description=__doc__)
    parser.add_argument("folder", type=Path, help="folder of labelled captures")
    parser.add_argument("--family", choices=("five", "all"), default="all", help="which labels count (default: all)")
    parser.add_argument("--json", action="store_true", help="everything as one JSON document")
    parser.add_argument("-v", "--verbose", action="store_true", help="a line for each capture")
    parser.add_argument("--noise", type=int, default=0, metavar="N", help="add N exchanges of other sites to each")
    options = parser.parse_args(arguments)
    folders = sorted(path.parent for path in options.folder.glob("*/label.json"))
    if not folders:
        parser.error(f"no labelled captures in {options.folder}")
    rulebook = Rulebook.installed()
    chosen = [one for one in folders if concerns(json.loads((one / "label.json").read_text()), options.family)]
    scores = [score(folder, rulebook, noise=options.noise) for folder in chosen]
    if options.json:
        document = {
            "figures": figures(scores),
            "pairs": pairs(scores),
            "captures": [dataclasses.asdict(one) | {"good": one.good} for one in scores],
        }
        print(json.dumps(document, indent=1))
    else:
        for one in scores:
            if options.verbose or not one.good or one.root_wrong:
                print("\n".join(told(one)))
        print("\n".join(summary(scores)))
    return 0 if all(one.good for one in scores) else 1


def told(one: Score) -> list[str]:
    """One capture and what is wrong with its analysis."""
    wrong = [
        *(f"missed: {text}" for text in one.missed),
        *(f"false alarm: {text}" for text in one.false_alarms),
        *([f"wrong state: {one.state_wrong}"] if one.state_wrong else []),
        *([f"wrong root: {one.root_wrong}"] if one.root_wrong else []),
        *(f"not run: {text}" for text in one.broken),
    ]
    head = f"{'ok  ' if one.good else 'MISS'} {one.case}: {one.state} {one.root}".rstrip()
    return [head, *(f"       {text}" for text in wrong)]


if __name__ == "__main__":
    sys.exit(main())
