"""The documentation says what the program does: generated pages are fresh, and nothing is left out."""

import dataclasses
import re
import shlex

import pytest

from haranalyze.cli import main as cli
from haranalyze.options import Limits
from haranalyze.rulebook import Rulebook
from tests.docs import FOLDER, pages

ROOT = FOLDER.parent


@pytest.mark.parametrize("name", sorted(pages()))
def test_a_generated_page_is_fresh(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == pages()[name], "run: nox -s docs"


def test_no_page_is_left_of_a_rule_that_is_gone() -> None:
    known = {rule.id for rule in Rulebook.installed().rules} | {"README"}
    assert {path.stem for path in (FOLDER / "rules").glob("*.md")} == known


def test_every_rule_has_its_line_in_the_changelog() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    missing = [rule.id for rule in Rulebook.installed().rules if f"`{rule.id}`" not in text]
    assert missing == []


def test_every_command_has_help_with_an_example() -> None:
    for name, command in cli.commands.items():
        assert command.help, name
        assert f"haranalyze {name}" in command.help, name


def test_every_limit_is_documented() -> None:
    text = (FOLDER / "limits.md").read_text(encoding="utf-8")
    assert [one.name for one in dataclasses.fields(Limits) if f"`{one.name}`" not in text] == []


def test_ci_runs_the_readme_test_command_and_nothing_else() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    command = (ROOT / ".ci" / "run").read_text(encoding="utf-8").strip().splitlines()[-1]
    assert f"```sh\n{command}\n```" in readme


def test_the_readme_demo_reads_a_sample_that_exists() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    demo = next(line for line in readme.splitlines() if line.startswith("python3 -m venv") and "analyze" in line)
    samples = [word for word in shlex.split(demo) if word.startswith("samples/")]
    assert samples
    assert all((ROOT / sample).exists() for sample in samples)


def test_links_between_pages_lead_somewhere() -> None:
    broken = []
    for page in [*ROOT.glob("*.md"), *FOLDER.rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            if not (page.parent / target).exists():
                broken.append(f"{page.name}: {target}")
    assert broken == []
