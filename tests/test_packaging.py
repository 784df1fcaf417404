"""What is installed is what stands in the tree: the wheel is complete, and runs away from the checkout."""

import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = ("haranalyze", "rules", "templates")
SAMPLE = ROOT / "samples" / "refresh-loop-foreign-401" / "capture.har"
SHIPPED = {".py", ".toml", ".json", ".j2", ".css", ".js", ".typed", ".txt"}
UNSHIPPED = {"__pycache__"}


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """Standard output of a command that must succeed; nothing of this process's Python leaks into it."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=clean | environment,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"{command} ended with {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return done.stdout


def shipped_files() -> set[str]:
    """Every source and data file of the tree, under the path it must have in an installation."""
    found = set()
    for source in SOURCES:
        for path in (ROOT / source).rglob("*"):
            inside = path.relative_to(ROOT).parts
            if path.is_file() and path.suffix in SHIPPED and not UNSHIPPED & set(inside):
                found.add("/".join(inside if source == "haranalyze" else ("haranalyze", *inside)))
    return found


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as a release makes it: through the source archive, from a copy without left-overs of other builds."""
    tree, out = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("dist")
    for source in SOURCES:
        shutil.copytree(ROOT / source, tree / source, ignore=shutil.ignore_patterns(*UNSHIPPED))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, tree / name)
    run(sys.executable, "-m", "build", "--outdir", out, tree, cwd=out)
    (built,) = out.glob("*.whl")
    return built


@dataclass
class Installation:
    """The wheel in an environment of its own; the libraries it needs are those of this environment."""

    scripts: Path
    home: Path

    @property
    def python(self) -> Path:
        return self.scripts / ("python.exe" if os.name == "nt" else "python")


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=False)
    paths = sysconfig.get_paths(scheme="venv", vars={"base": str(home), "platbase": str(home)})
    here = Installation(Path(paths["scripts"]), home)
    run(
        sys.executable,
        "-m",
        "pip",
        "-q",
        "--python",
        here.python,
        "install",
        "--no-deps",
        "--no-index",
        wheel,
        cwd=home,
    )
    # A directory added by a .pth file comes last on the path and its own .pth files (our editable install) stay unread.
    libraries = "\n".join(sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}))
    (Path(paths["purelib"]) / "libraries-of-the-test-run.pth").write_text(libraries + "\n", encoding="utf-8")
    return here


def test_the_wheel_holds_every_source_and_data_file_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert held == shipped_files()


def test_the_package_list_names_every_package_of_the_tree() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    folders = {name.rpartition("/")[0] for name in shipped_files()}
    assert sorted(settings["packages"]) == sorted(folder.replace("/", ".") for folder in folders)


def test_the_installed_pack_is_found_through_its_entry_point(installed: Installation) -> None:
    code = (
        "import importlib.metadata as m, importlib.util as u, json\n"
        "(point,) = m.entry_points(group='haranalyze.rules')\n"
        "print(json.dumps([point.value, len(point.load().RULES), u.find_spec('haranalyze.rules').origin,\n"
        "                  u.find_spec('rules') is None, u.find_spec('templates') is None]))"
    )
    value, count, origin, no_rules, no_templates = json.loads(run(installed.python, "-c", code, cwd=installed.home))
    assert value == "haranalyze.rules"
    assert count > 0
    assert Path(origin).is_relative_to(installed.home)
    assert (no_rules, no_templates) == (True, True)


def test_the_installed_command_lists_the_rules_of_the_tree(installed: Installation) -> None:
    listed = json.loads(run(installed.scripts / "haranalyze", "rules", "--json", cwd=installed.home))
    modules = {path.stem.replace("_", "-") for path in (ROOT / "rules").glob("[a-z]*.py")}
    assert {one["id"] for one in listed} == modules


@pytest.mark.parametrize("format_", ["json", "html", "text"])
def test_every_way_to_start_it_gives_the_same_report(installed: Installation, format_: str) -> None:
    arguments = ("analyze", "-q", SAMPLE, "--format", format_)
    from_wheel = run(installed.scripts / "haranalyze", *arguments, cwd=installed.home)
    as_module = run(installed.python, "-m", "haranalyze", *arguments, cwd=installed.home)
    from_checkout = run(sys.executable, "-m", "haranalyze", *arguments, cwd=ROOT)
    editable = run(Path(sysconfig.get_path("scripts")) / "haranalyze", *arguments, cwd=installed.home)
    assert len(from_wheel) > 500
    assert from_wheel == as_module == from_checkout == editable


def test_a_checkout_that_is_not_installed_says_so_and_gives_no_report(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "haranalyze", tmp_path / "haranalyze", ignore=shutil.ignore_patterns(*UNSHIPPED))
    libraries = Path(sysconfig.get_path("platlib"))
    for name in ("click", "msgspec"):  # enough to start; no metadata of an installed haranalyze beside them
        shutil.copytree(libraries / name, tmp_path / name)
    done = subprocess.run(
        [sys.executable, "-S", "-m", "haranalyze", "analyze", str(SAMPLE)],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode not in (0, 1)
    assert done.stdout == ""
    assert "pip install" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_version_is_told_from_the_metadata(installed: Installation) -> None:
    told = run(installed.scripts / "haranalyze", "--version", cwd=installed.home)
    assert importlib.metadata.version("haranalyze") in told
