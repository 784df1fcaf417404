"""``haranalyze sanitize``: copies, receipts, and nothing left when something is wrong."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from haranalyze.cli import main
from haranalyze.sanitizer import _places

SAMPLES = Path(__file__).parents[2] / "samples"
FIRST = SAMPLES / "refresh-loop-foreign-401" / "capture.har"
SECOND = SAMPLES / "healthy-bearer" / "capture.har"


def run(*arguments: str | Path, data: bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["sanitize", *map(str, arguments)], input=data)


def test_writes_a_copy_and_tells_what_it_did(tmp_path: Path) -> None:
    output, receipt = tmp_path / "safe.har", tmp_path / "receipt.json"
    done = run(FIRST, "-o", output, "--receipt", receipt)
    assert done.exit_code == 0
    assert done.stdout == ""
    assert "second look" in done.stderr
    assert json.loads(output.read_bytes())["log"]["comment"].startswith("sanitized by haranalyze")
    assert json.loads(receipt.read_text())["scan"]["hits"] == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["receipt.json", "safe.har"]


def test_a_receipt_may_be_text(tmp_path: Path) -> None:
    assert run("-q", FIRST, "-o", tmp_path / "a.har", "--receipt", tmp_path / "receipt.txt").stderr == ""
    assert "kept, because" in (tmp_path / "receipt.txt").read_text()


def test_several_files_go_to_a_folder_and_share_their_stand_ins(tmp_path: Path) -> None:
    done = run(FIRST, SECOND, "-o", tmp_path / "out")
    assert done.exit_code == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["capture-1.safe.har", "capture-2.safe.har"]
    assert run(FIRST, SECOND, "-o", "-").exit_code == 2
    assert run(FIRST, SECOND, "-o", SECOND).exit_code == 2


def test_reads_standard_input_and_writes_standard_output() -> None:
    done = run("-q", "-", "-o", "-", data=FIRST.read_bytes())
    assert done.exit_code == 0
    assert json.loads(done.stdout)["log"]["version"] == "1.2"


def test_never_replaces_its_original(tmp_path: Path) -> None:
    path = tmp_path / "ticket.har"
    path.write_bytes(FIRST.read_bytes())
    done = run(path, "-o", path)
    assert done.exit_code == 2
    assert path.read_bytes() == FIRST.read_bytes()


def test_one_unreadable_file_stops_all(tmp_path: Path) -> None:
    broken = tmp_path / "broken.har"
    broken.write_bytes(b"<html>")
    done = run(FIRST, broken, "-o", tmp_path / "out")
    assert done.exit_code == 3
    assert "broken.har" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_leak_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(_places._HEADERS, "cookie", lambda _texts, value: value)
    done = run(FIRST, "-o", tmp_path / "safe.har", "--receipt", tmp_path / "receipt.txt")
    assert done.exit_code == 3
    assert "second look" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = run(FIRST, "-o", tmp_path / "file" / "safe.har")
    assert done.exit_code == 2
    assert "cannot be written" in done.stderr
