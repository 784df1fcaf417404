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


def test_explain_tells_what_the_rule_needs_and_how_it_relates_to_others() -> None:
    told = run("explain", "refresh-loop").stdout
    for heading in ("Explains on the same calls", "Layer, pack, since", "To leave it out"):
        assert heading in told
    assert "builtin" in told
    assert "Cannot tell without" in run("explain", "cookie-samesite-cross-site").stdout
    assert "To leave it out" not in run("explain", "refresh-loop", "-q").stdout
