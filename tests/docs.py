"""``python -m tests.docs --write``: writes the generated pages: rules, causes, help texts, the report's schema, the
session systems in one file, templates as Python."""

import argparse
import ast
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import msgspec

from haranalyze.cli import main as cli
from haranalyze.comparison.document import SCHEMA as COMPARISON
from haranalyze.comparison.document import Comparison
from haranalyze.report import html
from haranalyze.report.document import SCHEMA as REPORT
from haranalyze.report.document import Report
from haranalyze.rule import Rule
from haranalyze.rulebook import Rulebook
from haranalyze.systems import COMPILED, compiled, toml_systems
from tests import causes

FOLDER = Path(__file__).parents[1] / "docs"
SYSTEMS = FOLDER.parent / "haranalyze" / "systems" / COMPILED
ENGINE = Path(__file__).parents[1] / "haranalyze"
COLUMNS = 80
MARGIN = 2  # click leaves so much free at the right of a terminal
EXIT_CODES = {
    0: "analysed",
    1: "findings at or above `--fail-on`",
    2: "wrong use",
    3: "a recording could not be read",
    4: "a rule could not run",
    130: "interrupted",
}


def help_of(*words: str) -> str:
    """What ``haranalyze WORDS --help`` prints in a terminal of 80 columns."""
    context = click.Context(cli, info_name="haranalyze", **cli.context_settings, terminal_width=COLUMNS - MARGIN)
    command: click.Command = cli
    for word in words:
        command = cli.commands[word]
        context = click.Context(command, parent=context, info_name=word, **command.context_settings)
    return command.get_help(context)


def cli_page() -> str:
    parts = ["# Command line\n", "Reports go to standard output or `-o`; progress and messages to standard error.\n"]
    parts.append(f"```text\n{help_of()}\n```\n")
    parts += [f"## {name}\n\n```text\n{help_of(name)}\n```\n" for name in sorted(cli.commands)]
    parts.append("## Exit codes\n\n| Code | Means |\n|---|---|")
    parts += [f"| {code} | {meaning} |" for code, meaning in EXIT_CODES.items()]
    parts.append("\nWhen several apply, 3 wins over 4, and 4 over 1.\n")
    return "\n".join(line.rstrip() for line in "\n".join(parts).split("\n"))


def rule_page(rule: Rule) -> str:
    references = "\n".join(f"* {reference}" for reference in rule.references)
    links = ", ".join(f"[{other}]({other}.md)" for other in rule.explains)
    explains = f"## Explains on the same calls\n\n{links}\n\n" if links else ""
    return (
        f"# {rule.id}\n\n{rule.title}.\n\n| Severity | Who acts | Since |\n|---|---|---|\n"
        f"| {rule.severity} | {rule.owner} | {rule.since} |\n\n## Why it matters\n\n{rule.why}\n\n## What to do\n\n"
        f"{rule.what}\n\n## Stays quiet when\n\n{rule.quiet}\n\n{explains}## References\n\n{references}\n"
    )


def index_page(rules: tuple[Rule, ...]) -> str:
    rows = "\n".join(f"| [{rule.id}]({rule.id}.md) | {rule.severity} | {rule.title} |" for rule in rules)
    return f"# Rules\n\nGenerated from the rules themselves.\n\n| Rule | Severity | Fault |\n|---|---|---|\n{rows}\n"


def schema(document: type[msgspec.Struct], title: str) -> str:
    made = msgspec.json.schema(document)
    made = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, **made}
    for definition in made["$defs"].values():
        if definition.get("type") == "object" and "properties" in definition:
            definition["additionalProperties"] = False
    return json.dumps(made, indent=2) + "\n"


def engine_words() -> str:
    """Every word that the engine can look for, for ``haranalyze/sanitizer/words.txt``: from the strings of its sources
    (docstrings and sentences for people left out) and of the session systems."""
    folders = ("protocol", "facts", "systems", "../rules")
    sources = [path for folder in folders for path in sorted((ENGINE / folder).glob("*.py"))]
    found = {word for path in (*sources, ENGINE / "timeline.py") for text in _strings_of(path) for word in _words(text)}
    for path in sorted((ENGINE / "systems").glob("*.toml")):
        found |= {word for text in _leaves(tomllib.loads(path.read_text(encoding="utf-8"))) for word in _words(text)}
    return "\n".join(sorted(found)) + "\n"


def _words(text: str) -> Iterator[str]:
    for word in re.findall(r"[A-Za-z0-9]+", text):
        yield word.lower()
        yield from (part.lower() for part in re.split(r"(?<=[a-z])(?=[A-Z])", word))


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _leaves(inner)
    elif isinstance(value, str):
        yield value


def _strings_of(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    ours: set[int] = set()
    for node in ast.walk(tree):
        said = isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("Sentence", "Error", "fix", "Fix"))
        if said or isinstance(node, ast.Expr):
            ours |= {id(inner) for inner in ast.walk(node) if isinstance(inner, ast.Constant)}
    long = 400 if "rules" not in path.parts else 24  # texts of a rule are for people
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in ours:
            yield from [node.value] if len(node.value) <= long else []


def pages() -> dict[str, str]:
    """Every generated page by its path below ``docs``."""
    rules = Rulebook.installed().rules
    return {
        "cli.md": cli_page(),
        "../haranalyze/sanitizer/words.txt": engine_words(),
        "report.schema.json": schema(Report, REPORT),
        "comparison.schema.json": schema(Comparison, COMPARISON),
        "rules/README.md": index_page(rules),
        "causes.md": causes.page(),
        **{f"rules/{rule.id}.md": rule_page(rule) for rule in rules},
    }


def python_form(name: str) -> Path:
    """The file with the Python form of a template."""
    return FOLDER.parent / "templates" / "compiled" / f"{html.module_of(name).rpartition('.')[2]}.py"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", required=True)
    parser.parse_args()
    for name, text in pages().items():
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    SYSTEMS.write_bytes(compiled(toml_systems()))
    for name in html.COMPILED:
        python_form(name).write_text(html.compiled(name), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
