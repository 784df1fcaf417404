"""``python -m tests.replay DIR...``: the jar over every recording that holds cookies, header by header."""

import argparse
import sys
from pathlib import Path

from haranalyze.capture import read_capture
from haranalyze.errors import CaptureError
from haranalyze.facts import Facts
from haranalyze.timeline import Timeline
from tests.replay.replaying import Fate, Tally, replay


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.replay", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="+", help="folders of recordings")
    parser.add_argument("-v", "--verbose", action="store_true", help="name every unexplained header")
    options = parser.parse_args(arguments)
    tally, recordings = Tally(), 0
    for folder in options.folder:
        for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "label.json"):
            try:
                capture = read_capture(path.read_bytes(), path.name)
            except CaptureError:
                continue
            before = tally.fates.total()
            replay(Facts(Timeline(capture)), f"{path.parent.name}/{path.name}", tally)
            recordings += tally.fates.total() > before
    print(f"{tally.fates.total()} Cookie headers in {recordings} recordings")
    for fate in Fate:
        print(f"{tally.fates[fate]:>8}  {fate.value}")
    print(f"explained: {tally.explained:.2%}")
    for line in tally.rest if options.verbose else tally.rest[:20]:
        print(f"    {line}")
    return 0 if tally.explained >= 0.99 else 1


if __name__ == "__main__":
    sys.exit(main())
