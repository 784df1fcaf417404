"""``python -m tests.samples --write``: writes the expected report of every sample anew, for review as a diff."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import haranalyze

FOLDER = Path(__file__).parents[1] / "samples"


def without_version(document: dict[str, Any]) -> None:
    """The tool's and the packs' versions change with every release."""
    document["tool"]["version"] = ""
    for pack in document["tool"]["packs"]:
        pack["version"] = ""


def recording(story: Path) -> Path:
    """The recording of a sample: ``capture`` with the ending of its format."""
    return next(iter(sorted(story.glob("capture.*"))))


def expected(story: Path) -> str:
    """The report of a sample with its volatile values blanked, as text."""
    document = json.loads(haranalyze.render(haranalyze.analyze_file(recording(story)), "json"))
    without_version(document)
    proven = {card["exchange"] for card in document["facts"]["proof"]}
    document["details"] = [one for one in document["details"] if one["exchange"] in proven]  # the rest is as long again
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def stories() -> list[Path]:
    return sorted(path.parent for path in FOLDER.glob("*/capture.*"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", required=True)
    parser.parse_args()
    for story in stories():
        (story / "expected.json").write_text(expected(story), encoding="utf-8")
        print(f"written: {story.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
