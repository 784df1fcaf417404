"""``python -m tests.lab DIR [--family five|all] [-v]``: recall, false alarms, states, roots, and every miss."""

import argparse
import json
import sys
from pathlib import Path

from haranalyze.rulebook import Rulebook
from tests.lab.scoring import concerns, score, summary


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.lab", description=__doc__)
    parser.add_argument("folder", type=Path, help="folder of labelled captures")
    parser.add_argument("--family", choices=("five", "all"), default="all", help="which labels count (default: all)")
    parser.add_argument("-v", "--verbose", action="store_true", help="a line for each capture")
    options = parser.parse_args(arguments)
    folders = sorted(path.parent for path in options.folder.glob("*/label.json"))
    if not folders:
        parser.error(f"no labelled captures in {options.folder}")
    rulebook = Rulebook.installed()
    chosen = [one for one in folders if concerns(json.loads((one / "label.json").read_text()), options.family)]
    scores = [score(folder, rulebook) for folder in chosen]
    for one in scores:
        if options.verbose or not one.good or one.root_wrong:
            print(f"{'ok  ' if one.good else 'MISS'} {one.case}: {one.state} {one.root}")
        for kind, texts in (
            ("missed", one.missed),
            ("false alarm", one.false_alarms),
            ("wrong state", [one.state_wrong] if one.state_wrong else []),
            ("wrong root", [one.root_wrong] if one.root_wrong else []),
            ("not run", one.broken),
        ):
            for text in texts:
                print(f"       {kind}: {text}")
    print("\n".join(summary(scores)))
    return 0 if all(one.good for one in scores) else 1


if __name__ == "__main__":
    sys.exit(main())
