"""``haranalyze convert`` as a person runs it."""

import json
from pathlib import Path

from tests.cli.test_analyze import SAMPLES, run

NEWMAN = str(SAMPLES / "newman-unset-variable" / "capture.json")
ENVIRONMENT = {"name": "staging", "values": [{"key": "base", "value": "https://api.example.com"}]}
COLLECTION = {
    "info": {"name": "Shop"},
    "item": [
        {
            "name": "Me",
            "request": "{{base}}/me",
            "response": [{"code": 200, "header": [{"key": "Date", "value": "Fri, 27 Nov 2026 05:24:21 GMT"}]}],
        }
    ],
}


def test_to_a_file_with_what_got_lost(tmp_path: Path) -> None:
    done = run("convert", NEWMAN, "-o", str(tmp_path / "out.har"))
    assert done.exit_code == 0
    assert done.stdout == ""
    log = json.loads((tmp_path / "out.har").read_bytes())["log"]
    assert (log["version"], log["creator"]["name"], len(log["entries"])) == ("1.2", "Newman", 4)
    assert "4 exchanges of the format newman written to" in done.stderr
    assert "not in the recording: redirects" in done.stderr
    assert "no start times" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["out.har"]


def test_to_standard_output_and_quietly() -> None:
    done = run("convert", NEWMAN, "-q")
    assert (done.exit_code, done.stderr) == (0, "")
    assert json.loads(done.stdout)["log"]["entries"]


def test_a_collection_with_its_environment(tmp_path: Path) -> None:
    (tmp_path / "c.json").write_text(json.dumps(COLLECTION))
    (tmp_path / "e.json").write_text(json.dumps(ENVIRONMENT))
    done = run("convert", str(tmp_path / "c.json"), "--environment", str(tmp_path / "e.json"))
    assert json.loads(done.stdout)["log"]["entries"][0]["request"]["url"] == "https://api.example.com/me"
    told = run("analyze", str(tmp_path / "c.json"), "--environment", str(tmp_path / "e.json"), "--format", "json")
    assert json.loads(told.stdout)["exchanges"][0]["host"] == "api.example.com"


def test_what_cannot_be_read_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "c.json").write_text(json.dumps({**COLLECTION, "item": []}))
    done = run("convert", str(tmp_path / "c.json"), "-o", str(tmp_path / "out.har"))
    assert done.exit_code == 3
    assert done.stderr.count("\n") == 1
    assert "nothing is recorded in it" in done.stderr
    assert not (tmp_path / "out.har").exists()
