"""``python -m tests.wild DIR [--medium]``: reads every file of a folder and lists what the engine accuses.

Prints how many files gave a report (by format), one clear error or a crash, and every finding of severity high or
critical.
"""

import argparse
import csv
import sys
import traceback
from collections import Counter
from pathlib import Path

from haranalyze.analysis import examine
from haranalyze.capture import read_captures
from haranalyze.errors import CaptureError
from haranalyze.findings import Outcome
from haranalyze.redaction import Projector
from haranalyze.rulebook import Rulebook


def files_of(folder: Path) -> list[Path]:
    manifest = folder / "MANIFEST.tsv"
    if manifest.exists():
        with manifest.open(encoding="utf-8") as stream:
            return [folder / row["file"] for row in csv.DictReader(stream, delimiter="\t")]
    return sorted(path for path in folder.rglob("*") if path.is_file())


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.wild", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--medium", action="store_true", help="list medium findings too")
    options = parser.parse_args(arguments)
    listed = {"high", "critical"} | ({"medium"} if options.medium else set())
    rulebook, counts, states, formats = Rulebook.installed(), Counter[str](), Counter[str](), Counter[str]()
    for path in files_of(options.folder):
        try:
            for capture in read_captures(path.read_bytes(), path.name):
                analysis = examine(capture, rulebook)
                projector = Projector(analysis.facts)
                projector.say(analysis.verdict.headline)
                counts["reports"] += 1
                formats[capture.format] += 1
                states[analysis.verdict.state.value] += 1
                for finding in analysis.findings:
                    if finding.severity in listed:
                        told = projector.say(finding.match.message)
                        print(f"{finding.severity} {finding.rule} ({finding.confidence}) {path.name}: {told}")
                for outcome in analysis.outcomes:
                    if outcome.outcome is Outcome.NOT_RUN:
                        counts["rules not run"] += 1
                        print(f"not run: {outcome.rule} on {path.name}")
        except CaptureError as error:
            counts["clear errors"] += 1
            print(f"error: {path.name}: {error}")
        except Exception:
            counts["crashes"] += 1
            traceback.print_exc()
    print(dict(counts), dict(states), dict(formats))
    return 1 if counts["crashes"] or counts["rules not run"] else 0


if __name__ == "__main__":
    sys.exit(main())
