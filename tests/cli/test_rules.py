"""``haranalyze rules`` and ``explain``."""

import json

from click.testing import CliRunner, Result

from haranalyze.cli import main


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_rules_and_explain_tell_what_is_checked() -> None:
    assert "refresh-loop" in run("rules").stdout
    listed = json.loads(run("rules", "--json").stdout)
    assert {"id", "severity", "title", "pack", "version"} == set(listed[0])
    told = run("explain", "refresh-loop").stdout
    assert all(heading in told for heading in ("Why it matters", "What to do", "Stays quiet when", "References"))
