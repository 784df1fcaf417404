"""The documentation says what the program does: generated pages are fresh, and nothing is left out."""

import dataclasses
import importlib
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import jinja2
import pytest

import haranalyze
import haranalyze.errors
from haranalyze.capture.transcript import read_marked
from haranalyze.cli import EXIT_CODES as EXIT_CODES_OF_THE_PROGRAM
from haranalyze.cli import main as cli
from haranalyze.facts import Facts
from haranalyze.findings import Match
from haranalyze.options import Limits, Options
from haranalyze.redaction import Projector
from haranalyze.report import html
from haranalyze.rulebook import Rulebook
from haranalyze.timeline import Timeline
from tests.docs import COLUMNS, EXIT_CODES, FOLDER, help_of, pages, python_form

ROOT = FOLDER.parent


PAGES = pages()


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_generated_page_is_fresh(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == PAGES[name], "run: nox -s docs"


@pytest.mark.parametrize("name", html.COMPILED)
def test_the_python_form_of_a_template_is_fresh_and_used(name: str) -> None:
    module = importlib.import_module(html.module_of(name))
    used = html.environment().get_template(name).root_render_func is module.root
    if module.made_with != jinja2.__version__:
        assert not used  # the template itself is, which is slower
    else:
        assert python_form(name).read_text(encoding="utf-8") == html.compiled(name), "run: nox -s docs"
        assert used


@pytest.mark.parametrize("words", [(), *((name,) for name in sorted(cli.commands))])
def test_the_embedded_help_is_what_the_program_prints(words: tuple[str, ...]) -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "haranalyze", *words, "--help"],
        env=os.environ | {"COLUMNS": str(COLUMNS)},
        capture_output=True,
        encoding="utf-8",
        check=True,
    ).stdout
    page = (FOLDER / "cli.md").read_text(encoding="utf-8")
    assert "\n".join(line.rstrip() for line in printed.strip().splitlines()) in page


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_option_of_a_command_stands_in_its_help(name: str) -> None:
    told = help_of(name)
    for parameter in cli.commands[name].params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name
            assert all(re.search(rf"(?<![\w-]){re.escape(flag)}(?![\w-])", told) for flag in parameter.opts)


def test_the_exit_codes_of_the_page_are_those_of_the_program() -> None:
    listed = re.findall(r"^ +(\d+) +(.+)$", EXIT_CODES_OF_THE_PROGRAM, re.MULTILINE)
    assert {int(code): meaning for code, meaning in listed} == {
        code: meaning.replace("`", "") for code, meaning in EXIT_CODES.items()
    }


def test_every_option_of_the_library_is_documented() -> None:
    text = (FOLDER / "python.md").read_text(encoding="utf-8")
    assert [one.name for one in dataclasses.fields(Options) if f"`{one.name}`" not in text] == []
    assert [name for name in haranalyze.__all__ if f"haranalyze.{name}(" not in text] == []
    errors = [name for name, one in vars(haranalyze.errors).items() if isinstance(one, type)]
    assert [name for name in errors if f"`{name}`" not in text] == []


def test_the_example_of_the_library_page_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    text = (FOLDER / "python.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert blocks
    monkeypatch.chdir(ROOT)
    for block in blocks:
        exec(compile(block, "python.md", "exec"), {})


def test_the_example_of_a_rule_loads_and_finds_what_its_transcript_marks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (FOLDER / "writing-a-rule.md").read_text(encoding="utf-8")
    source, test = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    name = re.search(r"def (\w+)\(facts", source)
    transcript = re.search(r'"""\n(.*?)"""', test, re.DOTALL)
    assert name
    assert transcript
    (tmp_path / f"{name[1]}.py").write_text(source, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    rule = getattr(importlib.import_module(name[1]), name[1])
    capture, marks = read_marked(transcript[1])
    facts = Facts(Timeline(capture))
    said = list(rule.check(facts))
    (match,) = [one for one in said if isinstance(one, Match)]
    (mark,) = marks
    assert rule.id in test
    assert mark.words in Projector(facts).say(match.message)
    assert match.at.pointer in mark.pointers


def test_the_limits_page_tells_the_defaults() -> None:
    text = (FOLDER / "limits.md").read_text(encoding="utf-8")
    units = {"": 1, "MiB": 1024**2, "GiB": 1024**3}
    rows = re.findall(r"^\| `(\w+)` \| ([\d,]+)(?: ([MG]iB))?", text, re.MULTILINE)
    told = {name: int(number.replace(",", "")) * units[unit] for name, number, unit in rows}
    assert told == {one.name: one.default for one in dataclasses.fields(Limits)}


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


def test_the_map_of_the_architecture_shows_every_module_and_none_that_is_gone() -> None:
    text = (FOLDER / "architecture.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    named = {name.strip("/") for row in rows for name in re.findall(r"`([\w./]+)`", row)}
    named = {name if "/" in name or (ROOT / name).exists() else f"haranalyze/{name}" for name in named}
    assert sorted(name for name in named if not (ROOT / name).exists()) == []
    tops = [path for path in (ROOT / "haranalyze").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()]
    own_words = {"__init__.py", "__main__.py"}
    shown = {name.removeprefix("haranalyze/") for name in named}
    assert sorted(path.name for path in tops if path.name not in own_words | shown) == []


def test_links_between_pages_lead_somewhere() -> None:
    broken = [
        f"{page.name}: {target}"
        for page in [*ROOT.glob("*.md"), *FOLDER.rglob("*.md")]
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []
