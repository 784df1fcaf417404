"""The shape of the program, kept by tests: who imports what, who may touch captured text, what has a test."""

import ast
import functools
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "samples" / "refresh-loop-foreign-401" / "capture.har"

# Layers that analyse traffic, and the two that decide what leaves; everybody else handles Text.
MAY_TOUCH_RAW = (
    "haranalyze/protocol/",
    "haranalyze/capture/",
    "haranalyze/timeline.py",
    "haranalyze/timeline_table.py",
    "haranalyze/facts/",
    "haranalyze/systems/",
    "haranalyze/text.py",
    "haranalyze/redaction.py",
    "haranalyze/sanitizer/",
    "haranalyze/testing.py",
)
HEAVY = ("pandas", "haralyzer", "jinja2", "rich", "jwt", "publicsuffixlist", "ada_url", "http_sf", "pyarrow")
UNPREDICTABLE = frozenset(
    ("os", "time", "random", "secrets", "socket", "subprocess", "tempfile", "uuid", "shutil", "locale", "getpass")
)
SHELLS = (
    "haranalyze/cli/",
    "haranalyze/web/",
    "haranalyze/batch/",
    "haranalyze/workers/",
    "haranalyze/__main__.py",
    "haranalyze/__init__.py",
)

# Files without a test file of their own name, and why that is right.
TESTED_ELSEWHERE = {
    "haranalyze/__init__.py": "the public calls: tests/test_samples.py",
    "haranalyze/cli/__init__.py": "the group of commands: tests/cli",
    "haranalyze/cli/shell.py": "what commands share: tests/cli/test_analyze.py",
    "haranalyze/__main__.py": "one line: tests/test_packaging.py",
    "haranalyze/analysis.py": "the one path through everything: tests/test_samples.py",
    "haranalyze/errors.py": "names without behaviour",
    "haranalyze/workers/messages.py": "types and their framing: tests/workers/test_child.py",
    "haranalyze/options.py": "values without behaviour; limits: tests/capture",
    "haranalyze/vocabulary.py": "word lists without behaviour; their use: tests/test_redaction.py",
    "haranalyze/timeline_table.py": "the tables of a timeline: tests/test_timeline.py",
    "haranalyze/systems/__init__.py": "tests/test_systems.py",
    "haranalyze/protocol/__init__.py": "docstring only",
    "haranalyze/facts/hops.py": "table of proxies: tests/facts/test_header_budget.py",
    "haranalyze/facts/better_recording.py": "sentences: tests/facts/test_quality.py",
    "haranalyze/comparison/__init__.py": "the way in: tests/comparison/test_pairs.py",
    "haranalyze/capture/__init__.py": "the way in: tests/capture/test_har.py and test_containers.py",
    "haranalyze/facts/__init__.py": "names of the facts, each tested in tests/facts",
    "haranalyze/report/__init__.py": "table of formats: tests/report",
    "haranalyze/batch/__init__.py": "docstring only",
    "haranalyze/workers/__init__.py": "the pool of children: tests/workers/test_child.py",
    "haranalyze/sanitizer/__init__.py": "the way in: tests/sanitizer",
    "rules/__init__.py": "order of the pack: tests/test_rulebook.py",
    "haranalyze/web/__init__.py": "docstring only",
    "haranalyze/web/arrival.py": "uploads: tests/web/test_api.py, tests/web/test_pages.py and test_spool.py",
    "haranalyze/web/gate.py": "who comes in: tests/web/test_app.py, every route times every attempt",
    "haranalyze/web/migrations/__init__.py": "docstring only",
    "haranalyze/web/migrations/env.py": "Alembic's entry: tests/web/test_store.py",
    "haranalyze/web/migrations/versions/__init__.py": "docstring only",
    "haranalyze/web/migrations/versions/step_0001.py": "compared with the tables: tests/web/test_store.py",
    "haranalyze/web/problems.py": "words for errors: tests/web/test_api.py",
    "haranalyze/web/records.py": "logs, audit, metrics: tests/web/test_api.py and test_server.py",
    "haranalyze/web/site.py": "puts a server together: tests/web/test_server.py",
    "haranalyze/web/tables.py": "compared with the migrations: tests/web/test_store.py",
    "haranalyze/web/views.py": "what the API tells: tests/web/test_api.py and test_openapi.py",
    "templates/__init__.py": "only makes the folder a package",
}


def sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@functools.cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


COMPILED = ROOT / "templates" / "compiled"  # generated from templates, and fresh (test_docs)
ENGINE = [path for path in sources("haranalyze", "rules", "templates") if path.parent != COMPILED]


def imported_by(*arguments: str) -> set[str]:
    """Top-level names of every module that a fresh Python imports."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments], cwd=ROOT, capture_output=True, encoding="utf-8", check=True
    )
    names = re.findall(r"^import time:[^|]*\|[^|]*\|\s*(\S+)", done.stderr, re.MULTILINE)
    assert "site" in names
    return {name.partition(".")[0] for name in names}


def test_importing_the_library_loads_nothing_heavy() -> None:
    assert imported_by("-c", "import haranalyze") & {*HEAVY, "click", "msgspec"} == set()


@pytest.mark.parametrize("format_", ["json", "text", "html"])
def test_analysing_loads_no_table_library(format_: str, tmp_path: Path) -> None:
    output = str(tmp_path / "report")
    loaded = imported_by("-m", "haranalyze", "analyze", "-q", str(SAMPLE), "--format", format_, "-o", output)
    assert Path(output).stat().st_size > 0
    assert loaded & {"pandas", "haralyzer", "numpy", "pyarrow"} == set()


def test_analysing_to_json_loads_no_renderer() -> None:
    loaded = imported_by("-m", "haranalyze", "analyze", "-q", str(SAMPLE), "--format", "json")
    assert loaded & {"jinja2", "rich", "markupsafe"} == set()


def test_data_flows_one_way() -> None:
    tool = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([tool, "--no-cache"], cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout


def module_imports(path: Path) -> Iterator[str]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


@pytest.mark.parametrize("path", [one for one in ENGINE if not name_of(one).startswith(SHELLS)], ids=name_of)
def test_the_engine_meets_no_clock_chance_environment_or_network(path: Path) -> None:
    assert {name.partition(".")[0] for name in module_imports(path)} & UNPREDICTABLE == set()
    called = {
        node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
    }
    assert called & {"now", "utcnow", "today", "getenv", "urlopen", "eval", "exec", "breakpoint"} == set()


def test_heavy_libraries_are_imported_inside_functions_only() -> None:
    early = [
        f"{name_of(path)}: {name}"
        for path in ENGINE
        for node in tree_of(path).body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names])
        if name.partition(".")[0] in HEAVY
    ]
    assert early == []


def raw_names(path: Path) -> Iterator[str]:
    """Uses of names that begin with ``raw``: attributes, calls, imports, and their spelling in ``getattr``."""
    for node in ast.walk(tree_of(path)):
        match node:
            case ast.Attribute(attr=name) | ast.Name(id=name) if name == "raw" or name.startswith("raw_"):
                yield f"line {node.lineno}: {name}"
            case ast.ImportFrom(names=names):
                yield from (f"line {node.lineno}: {one.name}" for one in names if one.name.startswith("raw"))
            case ast.Call(func=ast.Name(id="getattr"), args=[_, ast.Constant(value=str(name)), *_]):
                if name.startswith("raw") or name == "_value":
                    yield f"line {node.lineno}: getattr {name}"


@pytest.mark.parametrize("path", [one for one in ENGINE if not name_of(one).startswith(MAY_TOUCH_RAW)], ids=name_of)
def test_plain_captured_strings_stay_in_the_analysing_layers(path: Path) -> None:
    assert list(raw_names(path)) == []


def test_nobody_reaches_into_captured_text() -> None:
    reached = [
        f"{name_of(path)}:{node.lineno}"
        for path in ENGINE
        if name_of(path) != "haranalyze/text.py"
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and node.attr == "_value"
        if not (isinstance(node.value, ast.Name) and node.value.id == "self")
    ]
    assert reached == []


def is_our_own_words(node: ast.expr) -> bool:
    """A literal, a choice between literals, or the name of a constant, table or parameter."""
    match node:
        case ast.Constant(value=str()) | ast.Name() | ast.Attribute() | ast.Subscript(value=ast.Name()):
            return True
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return is_our_own_words(left) and is_our_own_words(right)
        case ast.IfExp(body=body, orelse=other):
            return is_our_own_words(body) and is_our_own_words(other)
    return False


@pytest.mark.parametrize("path", ENGINE, ids=name_of)
def test_a_sentence_is_never_put_together_from_other_text(path: Path) -> None:
    composed = [
        node.lineno
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Sentence"
        if not (node.args and is_our_own_words(node.args[0]))
    ]
    assert composed == []


@pytest.mark.parametrize("path", sources("rules"), ids=name_of)
def test_a_rule_formats_nothing_itself(path: Path) -> None:
    """F-strings only of our own numbers: what comes from a recording goes into a Sentence as a value."""
    formatted = []
    for node in ast.walk(tree_of(path)):
        match node:
            case ast.FormattedValue(value=ast.Attribute()):
                formatted.append(node.lineno)
            case ast.Call(func=ast.Name(id="str" | "repr" | "format" | "print")):
                formatted.append(node.lineno)
            case ast.Call(func=ast.Attribute(attr="format" | "join" | "format_map")):
                formatted.append(node.lineno)
            case ast.BinOp(left=ast.Constant(value=str()), op=ast.Mod()):
                formatted.append(node.lineno)
    assert formatted == []


def test_no_template_switches_escaping_off() -> None:
    templates = sorted((ROOT / "templates").rglob("*.j2"))
    assert templates
    for path in templates:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*safe\b|autoescape\s+false|\bMarkup\b", text), path.name


def test_only_the_page_module_makes_markup_and_each_place_says_why() -> None:
    for path in ENGINE:
        lines = path.read_text(encoding="utf-8").splitlines()
        made = [
            node.lineno
            for node in ast.walk(tree_of(path))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Markup"
        ]
        assert not made or name_of(path) == "haranalyze/report/html.py"
        assert all("noqa: S704" in lines[line - 1] for line in made)


def test_every_environment_of_templates_escapes_and_refuses_unknown_names() -> None:
    made = [
        {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
        for path in sources("haranalyze")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Environment"
    ]
    assert made
    for settings in made:
        assert settings["autoescape"] == "True"
        assert settings["undefined"] == "StrictUndefined"


def own_test_file(path: Path) -> Path:
    inside = path.relative_to(ROOT)
    folder = inside.parent if inside.parts[0] == "rules" else inside.parent.relative_to("haranalyze")
    return ROOT / "tests" / folder / f"test_{inside.stem}.py"


def needs_a_test_file(path: Path) -> bool:
    return name_of(path) not in TESTED_ELSEWHERE and (path.stem == "__init__" or not path.stem.startswith("_"))


def test_every_source_file_has_its_test_file_or_a_reason() -> None:
    """Private modules (``_name.py``) are tested through the public module they serve."""
    assert [name_of(path) for path in ENGINE if needs_a_test_file(path) and not own_test_file(path).exists()] == []


def test_the_reasons_are_about_files_that_exist_and_have_no_test_file() -> None:
    assert [name for name in TESTED_ELSEWHERE if not (ROOT / name).exists()] == []
    assert [
        name for name in TESTED_ELSEWHERE if not name.startswith("templates") and own_test_file(ROOT / name).exists()
    ] == []


def test_names_say_what_a_file_holds() -> None:
    empty_words = {"utils", "util", "helpers", "helper", "common", "core", "manager", "base", "misc"}
    assert [name_of(path) for path in ENGINE if path.stem.strip("_") in empty_words] == []
