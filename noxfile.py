"""The one task runner: every check behind a name. Sessions run in the environment that nox runs in.

README's test command makes that environment and then runs the default list below, cheap checks first.
"""

import shutil
import sys
from pathlib import Path

import nox

nox.needs_version = ">=2025.5"
nox.options.default_venv_backend = "none"
nox.options.sessions = ["lint", "types", "layers", "fuzz", "bench", "browser", "tests"]

PYTHON = sys.executable
SOURCES = ("haranalyze", "rules", "tests", "bench", "noxfile.py")


@nox.session
def lint(session: nox.Session) -> None:
    """Style and formatting."""
    session.run(PYTHON, "-m", "ruff", "check", *SOURCES)
    session.run(PYTHON, "-m", "ruff", "format", "--check", *SOURCES)


@nox.session
def types(session: nox.Session) -> None:
    """Strict types."""
    session.run(PYTHON, "-m", "mypy", "haranalyze", "rules", "tests", "bench")


@nox.session
def layers(session: nox.Session) -> None:
    """Data flows one way: the import contracts."""
    session.run(str(Path(PYTHON).with_name("lint-imports")))


@nox.session
def tests(session: nox.Session) -> None:
    """All tests but those in a browser; PostgreSQL, which some start, is installed when there is none."""
    _with_postgresql(session)
    arguments = ("-n", "2", "--dist", "loadfile", "--ignore=tests/browser")
    session.run(PYTHON, "-m", "pytest", *arguments, *session.posargs)


@nox.session
def packaging(session: nox.Session) -> None:
    """The wheel against the tree, alone (the tests session holds it too)."""
    session.run(PYTHON, "-m", "pytest", "tests/test_packaging.py", *session.posargs)


@nox.session
def browser(session: nox.Session) -> None:
    """The page in a real Chromium, which is installed when there is none."""
    _with_chromium(session)
    session.run(PYTHON, "-m", "pytest", "-n", "2", "--dist", "loadfile", "tests/browser", *session.posargs)


@nox.session
def screens(session: nox.Session) -> None:
    """Write the pictures of the page under docs/screens anew; look at each."""
    _with_chromium(session)
    session.run(PYTHON, "-m", "pytest", "tests/browser/test_screens.py", "--write-screens", *session.posargs)


@nox.session
def oracle(session: nox.Session) -> None:
    """Cookies and CORS against a real Chromium, a small part; ``nox -s oracle -- --seed 7`` for a full run."""
    _with_chromium(session)
    session.run(PYTHON, "-m", "tests.oracle", *(session.posargs or ("--cookies", "22", "--cors", "10")))


def _with_chromium(session: nox.Session) -> None:
    if not _chromium():
        if shutil.which("apt-get"):
            session.log("no Chromium here: installing Debian's package")
            session.run("apt-get", "update", "-qq", external=True)
            session.run("apt-get", "install", "-y", "-qq", "chromium", external=True, silent=True)
        else:
            session.log("no Chromium here: installing Playwright's")
            session.run(PYTHON, "-m", "playwright", "install", "chromium")


def _with_postgresql(session: nox.Session) -> None:
    found = shutil.which("initdb") or any(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found and shutil.which("apt-get"):
        session.log("no PostgreSQL here: installing Debian's package")
        session.run("apt-get", "update", "-qq", external=True)
        session.run("apt-get", "install", "-y", "-qq", "postgresql", external=True, silent=True)


def _chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@nox.session
def fuzz(session: nox.Session) -> None:
    """Coverage-guided fuzzing of reader, facts and rules, sanitizer and renderers (Linux): the same inputs every time;
    ``nox -s fuzz -- --seconds 1800`` explores, ``--target sanitizer`` tries one of them."""
    session.run(PYTHON, "-m", "tests.fuzz.reader", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """The bench on small captures, to see that it runs; ``nox -s bench -- --full`` prints the ratios."""
    session.run(PYTHON, "-m", "bench", *(session.posargs or ("--quick",)))
    session.run(PYTHON, "-m", "bench.facts", *(() if session.posargs else ("--quick",)))


@nox.session
def samples(session: nox.Session) -> None:
    """Write the expected reports of the samples anew; review the diff like code."""
    session.run(PYTHON, "-m", "tests.samples", "--write")


@nox.session
def docs(session: nox.Session) -> None:
    """Write the generated pages (rules, help texts, schema) anew."""
    session.run(PYTHON, "-m", "tests.docs", "--write")
