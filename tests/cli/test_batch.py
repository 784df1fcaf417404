"""``haranalyze batch``: what it says, exit codes, and Ctrl-C."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from haranalyze.cli import main
from tests.batch import stories


def run(*arguments: object, input: bytes | None = None) -> Result:  # noqa: A002
    return CliRunner().invoke(main, ["batch", *(str(one) for one in arguments)], input=input)


def test_it_says_what_came_out(tmp_path: Path) -> None:
    source = stories.tickets(tmp_path / "tickets", 4)
    result = run(source, "-o", tmp_path / "out", "--jobs", 1)
    assert result.exit_code == 0, result.output
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert lines[0] == "4 recordings of 4 tickets: 3 fault, 1 healthy"
    assert lines[1] == "2 causes:"
    assert lines[2].startswith("     2  The app calls /orders on different hosts without its token")
    assert lines[-1] == f"written to {tmp_path / 'out'}"


def test_a_file_that_cannot_be_read_makes_it_3(tmp_path: Path) -> None:
    source = stories.tickets(tmp_path / "tickets", 1)
    stories.put(source / "bad" / "x.har", b"")
    result = run(source, "-o", tmp_path / "out", "--jobs", 1, "--json-progress")
    assert result.exit_code == 3
    assert "1 file could not be read; failures.csv says why" in result.stderr
    told = json.loads(next(line for line in reversed(result.stderr.splitlines()) if line.startswith("{")))
    assert (told["done"], told["total"], told["verdicts"]) == (2, 2, {"fault": 1, "not-read": 1})


def test_quiet_says_nothing_and_standard_input_is_a_source(tmp_path: Path) -> None:
    source = stories.tickets(tmp_path / "tickets", 1)
    listed = "\n".join(str(path) for path in source.rglob("*.har")).encode()
    result = run("-", "-o", tmp_path / "out", "-q", input=listed)
    assert (result.exit_code, result.output) == (0, "")
    assert json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))["tickets"] == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["/none"], "/none does not exist"),
        (["SOURCE", "--memory", "10M"], "less than an analysis needs"),
        (["SOURCE", "--memory", "much"], "is not a size"),
        (["SOURCE", "--select", "nosuch"], "there is no rule 'nosuch'"),
        (["SOURCE", "--groups", "/none.toml"], "/none.toml cannot be read"),
        (["SOURCE", "--dask", "tcp://10.0.0.1:8786"], "tls://"),
    ],
)
def test_wrong_use_is_told(tmp_path: Path, arguments: list[str], words: str) -> None:
    source = stories.tickets(tmp_path / "tickets", 1)
    result = run(*(str(source) if one == "SOURCE" else one for one in arguments), "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert words in result.stderr
    assert "Traceback" not in result.stderr


def test_ctrl_c_finishes_what_runs_writes_the_tables_and_says_how_to_resume(tmp_path: Path) -> None:
    source = stories.tickets(tmp_path / "tickets", 120)
    command = [sys.executable, "-m", "haranalyze", "batch", str(source), "-o", str(tmp_path / "out"), "--jobs", "1"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, encoding="utf-8") as process:
        while not list((tmp_path / "out").glob("ledger/*/*.json")):
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "Finishing what runs" in said
    assert "left; run the same command again to resume" in said
    told = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert not told["complete"]
    assert 0 < told["tickets"] < 120
    done = subprocess.run(command, stderr=subprocess.PIPE, encoding="utf-8", check=False)
    assert done.returncode == 0
    assert f"120 recordings of 120 tickets, {told['tickets']} from an earlier run" in done.stderr
