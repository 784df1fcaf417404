"""``haranalyze compare`` on the command line."""

import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from haranalyze.cli import main
from haranalyze.cli.compare import FORMATS
from haranalyze.comparison import FORMATS as RENDERERS

FOLDER = Path(__file__).parents[1] / "comparison" / "recordings"
GOOD = str(FOLDER / "px-fixed-strip.har")
BAD = str(FOLDER / "px-strip-set-cookie.har")


def run(*arguments: str, input: bytes | None = None) -> Result:  # noqa: A002
    return CliRunner().invoke(main, ["compare", *arguments], input=input)


def test_the_sentence_goes_to_stdout() -> None:
    result = run(GOOD, BAD)
    assert result.exit_code == 0
    assert "THEY PART AT STEP 5" in result.stdout
    assert "sets sAccessToken in the good recording" in " ".join(result.stdout.split())
    assert result.stderr == ""


@pytest.mark.parametrize(
    ("ending", "begins"),
    [(".html", "<!doctype html>"), (".json", '{\n  "schema": "haranalyze-comparison/'), ("", "works")],
)
def test_the_ending_chooses_the_format(ending: str, begins: str, tmp_path: Path) -> None:
    path = tmp_path / f"compare{ending}"
    result = run(GOOD, BAD, "-o", str(path))
    assert path.read_text(encoding="utf-8").startswith(begins)
    assert "sets sAccessToken" in result.stderr
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_one_of_them_may_come_from_standard_input() -> None:
    result = run("-", BAD, "--format", "json", input=Path(GOOD).read_bytes())
    assert json.loads(result.stdout)["step"] == 5
    assert run("-", "-", input=b"").exit_code == 2


def test_an_unreadable_side_is_named_and_ends_with_3(tmp_path: Path) -> None:
    broken = tmp_path / "broken.har"
    broken.write_text("{")
    result = run(GOOD, str(broken))
    assert result.exit_code == 3
    assert "broken.har" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_an_archive_of_several_recordings_is_not_guessed_about(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "ticket.zip", "w") as archive:
        archive.write(GOOD, "one.har")
        archive.write(BAD, "two.har")
    result = run(str(tmp_path / "ticket.zip"), BAD)
    assert result.exit_code == 3
    assert "holds 2 recordings" in result.stderr


def test_wrong_use_is_said(tmp_path: Path) -> None:
    assert run(GOOD).exit_code == 2
    assert run(GOOD, BAD, "--open").exit_code == 2
    assert run(GOOD, BAD, "-o", str(tmp_path / "x.sarif")).exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_the_option_and_the_renderers_know_the_same_formats() -> None:
    assert set(FORMATS) == set(RENDERERS)
