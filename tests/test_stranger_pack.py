"""A rule pack by somebody else: a distribution of its own is installed, found, selected, and named in the report."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SAMPLE = HERE.parent / "samples" / "refresh-loop-foreign-401" / "capture.har"
RULE = "acme-gateway-without-trace-id"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that pip has installed the pack into, from a copy of its sources."""
    source, target = tmp_path_factory.mktemp("source") / "pack", tmp_path_factory.mktemp("site")
    shutil.copytree(HERE / "pack", source, ignore=shutil.ignore_patterns("__pycache__", "build", "*.egg-info"))
    command = [sys.executable, "-m", "pip", "-q", "install", "--no-deps", "--target", str(target), str(source)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return target


def haranalyze(site: Path, *arguments: str) -> str:
    """What ``haranalyze`` prints in an environment that has the pack."""
    done = subprocess.run(
        [sys.executable, "-m", "haranalyze", *arguments],
        cwd=site,
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_pack_is_found_and_its_rules_are_listed_with_its_version(site: Path) -> None:
    listed = {one["id"]: one for one in json.loads(haranalyze(site, "rules", "--json"))}
    assert (listed[RULE]["pack"], listed[RULE]["version"]) == ("acme", "1.4.2")
    assert listed["refresh-loop"]["pack"] == "builtin"
    assert "did not pass through it" in haranalyze(site, "explain", RULE)


def test_the_report_names_the_pack_with_its_version_and_shows_its_finding(site: Path) -> None:
    report = json.loads(haranalyze(site, "analyze", "-q", str(SAMPLE), "--format", "json"))
    packs = {pack["name"]: pack for pack in report["tool"]["packs"]}
    assert list(packs) == ["builtin", "acme"]
    assert packs["acme"] == {"name": "acme", "distribution": "acme-login-rules", "version": "1.4.2", "rules": 1}
    assert RULE in {finding["rule"] for finding in report["findings"]}
    assert {rule["rule"]: rule["outcome"] for rule in report["rules"]}[RULE] == "finding"
    assert report["verdict"]["state"] == "fault"
    for format_ in ("text", "html"):
        assert "acme-login-rules 1.4.2" in haranalyze(site, "analyze", "-q", str(SAMPLE), "--format", format_)


def test_the_rule_can_be_selected_and_ignored(site: Path) -> None:
    alone = json.loads(haranalyze(site, "analyze", str(SAMPLE), "--select", RULE, "--format", "json"))
    assert [rule["rule"] for rule in alone["rules"]] == [RULE]
    without = json.loads(haranalyze(site, "analyze", str(SAMPLE), "--ignore", RULE, "--format", "json"))
    assert RULE not in {rule["rule"] for rule in without["rules"]}


def test_the_pack_keeps_the_laws_of_rules_and_its_test_is_written_with_the_kit(site: Path) -> None:
    code = f"""
from haranalyze.rulebook import Rulebook
from haranalyze.testing import check_pack, check_rule
book = Rulebook.installed()
check_pack(next(pack.rules for pack in book.packs if pack.name == "acme"), [rule.id for rule in book.rules])
check_rule("{RULE}", '''
    > GET https://app.example.com/
    * type: document
    < 200
    > GET https://api.example.com/items
    > Authorization: Bearer abcdefghijklmnopqrstuvwx
    < 401            # want: did not pass through the gateway
''')
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
