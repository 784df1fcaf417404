"""``haranalyze timeline``: tables in each format."""

import io
import json
from pathlib import Path

import pandas as pd
from click.testing import CliRunner, Result

from haranalyze.cli import main

SAMPLES = Path(__file__).parents[2] / "samples"
LOOP = str(SAMPLES / "refresh-loop-foreign-401" / "capture.har")
HEALTHY = str(SAMPLES / "healthy-bearer" / "capture.har")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_the_timeline_is_a_table_in_each_format(tmp_path: Path) -> None:
    rows = 36
    assert len(json.loads(run("timeline", LOOP, "--format", "json").stdout)) == rows
    assert len(pd.read_csv(io.StringIO(run("timeline", LOOP, "--format", "csv").stdout))) == rows
    assert run("timeline", LOOP, "-o", str(tmp_path / "t.parquet")).exit_code == 0
    assert len(pd.read_parquet(tmp_path / "t.parquet")) == rows
    assert len(run("timeline", LOOP).stdout.splitlines()) == rows + 1
    assert run("timeline", LOOP, "--format", "parquet").exit_code == 2


def test_pages_have_figures() -> None:
    assert "load_ms" in run("timeline", HEALTHY, "--pages").stdout
