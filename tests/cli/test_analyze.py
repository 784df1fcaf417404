"""The command line: where output goes, exit codes, and what is left behind."""

import json
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from haranalyze.cli import main
from haranalyze.cli.analyze import FORMATS
from haranalyze.report import FORMATS as RENDERERS

SAMPLES = Path(__file__).parents[2] / "samples"
LOOP = str(SAMPLES / "refresh-loop-foreign-401" / "capture.har")
HEALTHY = str(SAMPLES / "healthy-bearer" / "capture.har")


def run(*arguments: str, input: bytes | None = None) -> Result:  # noqa: A002
    return CliRunner().invoke(main, arguments, input=input)


def test_the_report_goes_to_stdout_and_nothing_to_stderr() -> None:
    result = run("analyze", LOOP)
    assert result.exit_code == 0
    assert "FAULT  The session is refreshed 10 times" in result.stdout
    assert result.stderr == ""


def test_no_line_of_the_text_is_wider_than_80_columns() -> None:
    for story in sorted(SAMPLES.glob("*/capture.har")):
        assert [line for line in run("analyze", str(story)).stdout.splitlines() if len(line) > 80] == []


def test_json_is_the_document() -> None:
    document = json.loads(run("analyze", LOOP, "--format", "json").stdout)
    assert document["verdict"]["state"] == "fault"


def test_several_files_give_one_json_array() -> None:
    documents = json.loads(run("analyze", LOOP, HEALTHY, "--format", "json").stdout)
    assert [one["verdict"]["state"] for one in documents] == ["fault", "healthy"]


def test_the_ending_of_the_output_chooses_the_format(tmp_path: Path) -> None:
    result = run("analyze", LOOP, "-o", str(tmp_path / "report.html"))
    assert result.exit_code == 0
    assert (tmp_path / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert "FAULT" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_several_files_are_written_into_a_folder(tmp_path: Path) -> None:
    run("analyze", LOOP, HEALTHY, "-o", str(tmp_path / "out"), "--format", "html", "-q")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["capture-1.html", "capture-2.html"]


def test_standard_input_is_read() -> None:
    result = run("analyze", "-", input=Path(HEALTHY).read_bytes())
    assert result.exit_code == 0
    assert result.stdout.startswith("standard input")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("analyze", LOOP), 0),
        (("analyze", LOOP, "--fail-on", "high"), 1),
        (("analyze", LOOP, "--fail-on", "critical"), 0),
        (("analyze", HEALTHY, "--fail-on", "info"), 0),
        (("analyze", str(SAMPLES / "exported-without-cookies" / "capture.har"), "--fail-on", "cannot-tell"), 1),
        (("analyze", "no-such-file.har"), 3),
        (("analyze", LOOP, "no-such-file.har", "--fail-on", "high"), 3),
        (("analyze", LOOP, "--select", "no-such-rule"), 2),
        (("analyze",), 2),
        (("explain", "refresh-lop"), 2),
    ],
)
def test_exit_codes(arguments: tuple[str, ...], code: int) -> None:
    assert run(*arguments).exit_code == code


def test_an_unreadable_file_gives_one_line_that_names_it_and_no_excerpt(tmp_path: Path) -> None:
    path = tmp_path / "broken.har"
    path.write_text('{"log": {"entries": SECRET-TOKEN-12345')
    result = run("analyze", str(path))
    assert result.exit_code == 3
    assert len(result.stderr.splitlines()) == 1
    assert "broken.har" in result.stderr
    assert "byte" in result.stderr
    assert "SECRET" not in result.output


def test_a_file_in_place_of_the_command_says_how_it_is_read() -> None:
    told = run(HEALTHY)
    assert told.exit_code == 2
    assert "To read a recording: haranalyze analyze FILE" in told.stderr
    assert "To read" not in run("nothing").stderr


def test_a_wrong_rule_suggests_the_right_one() -> None:
    assert "did you mean 'refresh-loop'" in run("explain", "refresh-lop").stderr


def test_select_and_ignore_choose_the_rules() -> None:
    document = json.loads(
        run(
            "analyze", LOOP, "--select", "refresh-loop,foreign-401", "--ignore", "foreign-401", "--format", "json"
        ).stdout
    )
    assert [rule["rule"] for rule in document["rules"]] == ["refresh-loop"]


def test_the_module_runs_like_the_command(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "haranalyze", "analyze", "-q", HEALTHY, "-o", str(tmp_path / "r.json")]
    assert subprocess.run(command, check=False).returncode == 0
    assert json.loads((tmp_path / "r.json").read_text())["verdict"]["state"] == "healthy"


def test_the_same_recording_gives_the_same_bytes_wherever_it_lies(tmp_path: Path) -> None:
    shutil.copyfile(LOOP, tmp_path / "capture.har")
    assert (
        run("analyze", str(tmp_path / "capture.har"), "--format", "json").stdout
        == run("analyze", LOOP, "--format", "json").stdout
    )


def test_reports_do_not_share_one_file_or_one_stream(tmp_path: Path) -> None:
    assert run("analyze", LOOP, HEALTHY, "-o", str(tmp_path / "report.html")).exit_code == 2
    assert run("analyze", LOOP, HEALTHY, "--format", "html").exit_code == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("ending", "begins"),
    [
        (".sarif", '{\n  "$schema": "https://docs.oasis-open.org/sarif'),
        (".sarif.json", '{\n  "$schema": "https://docs.oasis-open.org/sarif'),
        (".xml", '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites'),
        (".md", "### ❌ FAULT: The session is refreshed 10 times"),
        (".JSON", '{\n  "schema": "haranalyze-report/'),
        (".txt", "capture.har · "),
        ("", "capture.har · "),
    ],
)
def test_every_ending_names_its_format(ending: str, begins: str, tmp_path: Path) -> None:
    path = tmp_path / f"report{ending}"
    assert run("analyze", LOOP, "-q", "-o", str(path)).exit_code == 0
    assert path.read_text(encoding="utf-8").startswith(begins)


def test_the_option_and_the_renderers_know_the_same_formats() -> None:
    assert set(FORMATS) == set(RENDERERS)


@pytest.mark.parametrize("format_", ["sarif", "junit"])
def test_several_recordings_go_into_one_log_or_document(format_: str, tmp_path: Path) -> None:
    path = tmp_path / {"sarif": "results.sarif", "junit": "results.xml"}[format_]
    result = run("analyze", LOOP, HEALTHY, "-o", str(path), "--fail-on", "high")
    assert result.exit_code == 1
    text = path.read_text(encoding="utf-8")
    assert text == run("analyze", LOOP, HEALTHY, "--format", format_).stdout
    parts = json.loads(text)["runs"] if format_ == "sarif" else ElementTree.fromstring(text).findall("testsuite")
    assert len(parts) == 2
    assert result.stderr.count("FAULT") == result.stderr.count("HEALTHY") == 1


def test_several_recordings_in_a_folder_have_a_report_each(tmp_path: Path) -> None:
    run("analyze", LOOP, HEALTHY, "-o", str(tmp_path), "--format", "sarif", "-q")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["capture-1.sarif", "capture-2.sarif"]


def test_a_folder_takes_the_report_of_one_file(tmp_path: Path) -> None:
    assert run("analyze", LOOP, "-o", str(tmp_path), "--format", "json", "-q").exit_code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["capture.json"]


def test_an_archive_with_several_recordings_gives_one_json_array(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "ticket.zip", "w") as archive:
        archive.write(LOOP, "one.har")
        archive.write(HEALTHY, "two.har")
    documents = json.loads(run("analyze", str(tmp_path / "ticket.zip"), "--format", "json").stdout)
    assert [one["verdict"]["state"] for one in documents] == ["fault", "healthy"]


def test_opening_a_report_needs_a_file(tmp_path: Path) -> None:
    result = run("analyze", LOOP, "--open")
    assert result.exit_code == 2
    assert result.stdout == ""


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ there")
def test_an_interrupt_ends_with_130_and_leaves_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "haranalyze", "analyze", "-", "-o", str(tmp_path / "report.html")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as running:
        assert running.stdin
        running.stdin.write(b"x" * 200_000)  # more than a pipe holds: comes back once the command reads
        running.send_signal(signal.SIGINT)
        assert running.wait(20) == 130
    assert list(tmp_path.iterdir()) == []
