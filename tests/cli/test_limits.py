"""Limits are told on the command line or in the settings file, are enforced, and are named where they stop."""

import json
from dataclasses import fields
from pathlib import Path

import pytest
from click.testing import CliRunner

from haranalyze.capture import read_capture
from haranalyze.cli import main
from haranalyze.errors import LimitError
from haranalyze.options import Limits

ROOT = Path(__file__).parents[2]
SAMPLE = str(ROOT / "samples" / "healthy-bearer" / "capture.har")


@pytest.mark.parametrize("limit", ["max_bytes=1K", "max_exchanges=1", "max_headers=2", "max_header_bytes=100"])
@pytest.mark.parametrize("command", ["analyze", "sanitize", "compare"])
def test_a_limit_stops_a_recording_and_is_named(command: str, limit: str, tmp_path: Path) -> None:
    words = {"analyze": [SAMPLE], "sanitize": [SAMPLE, "-o", str(tmp_path / "x.har")], "compare": [SAMPLE, SAMPLE]}
    done = CliRunner().invoke(main, [command, *words[command], "--limit", limit])
    assert done.exit_code == 3
    assert limit.partition("=")[0] in done.output
    assert not (tmp_path / "x.har").exists()


def test_a_settings_file_tells_limits_and_the_command_line_wins(tmp_path: Path) -> None:
    file = tmp_path / "haranalyze.toml"
    file.write_text("[limits]\nmax_exchanges = 1\n", encoding="utf-8")
    told = ["analyze", SAMPLE, "--config", str(file)]
    assert CliRunner().invoke(main, told).exit_code == 3
    assert CliRunner().invoke(main, [*told, "--limit", "max_exchanges=500"]).exit_code == 0


@pytest.mark.parametrize("wrong", ["max_byte=1", "max_bytes", "max_bytes=-1", "max_bytes=x", "max_bytes=0"])
def test_a_limit_that_means_nothing_is_wrong_use(wrong: str) -> None:
    done = CliRunner().invoke(main, ["analyze", SAMPLE, "--limit", wrong])
    assert done.exit_code == 2
    assert "max_bytes" in done.output


def test_every_limit_stands_in_the_docs() -> None:
    text = (ROOT / "docs" / "limits.md").read_text(encoding="utf-8")
    assert all(f"`{one.name}`" in text for one in fields(Limits))


def test_headers_are_counted_in_every_form() -> None:
    def har(headers: object) -> bytes:
        request = {"method": "GET", "url": "https://a.example/", "headers": headers}
        return json.dumps({"log": {"version": "1.2", "entries": [{"request": request, "response": {}}]}}).encode()

    for headers in ([{"name": "A", "value": "b"}] * 4, [["A", "b"]] * 4, dict.fromkeys("abcd", "b")):
        assert len(read_capture(har(headers), limits=Limits(max_headers=4)).exchanges) == 1
        with pytest.raises(LimitError, match="/log/entries/0/request/headers are more than max_headers"):
            read_capture(har(headers), limits=Limits(max_headers=3))
