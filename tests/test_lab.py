"""The scorer of labelled captures is scored itself: what is right counts, and each kind of mistake is told."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.lab.__main__ import main
from tests.samples import FOLDER


def labelled(folder: Path, case: str, sample: str, **changes: Any) -> None:
    """A labelled capture in ``folder``: a sample of ours, with changes to its label."""
    target = folder / case
    target.mkdir()
    (target / "capture.har").write_bytes((FOLDER / sample / "capture.har").read_bytes())
    label = json.loads((FOLDER / sample / "label.json").read_text(encoding="utf-8"))
    (target / "label.json").write_text(json.dumps(label | {"case": case} | changes), encoding="utf-8")


def outcome(folder: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    code = main([str(folder), "--json", *arguments])
    return code, json.loads(capsys.readouterr().out)


def test_the_samples_are_all_right(capsys: pytest.CaptureFixture[str]) -> None:
    code, told = outcome(FOLDER, capsys)
    assert code == 0
    assert told["figures"]["captures"] == [len(list(FOLDER.glob("*/label.json"))), None]
    found, must = told["figures"]["recall (must)"]
    assert found == must > 0
    assert told["figures"]["false alarms"] == [0, None]


def test_an_expected_finding_that_is_not_there_is_a_miss(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = [{"what": "refresh-loop", "entries": [1], "strength": "must"}]
    labelled(tmp_path, "wrong-label", "healthy-bearer", expected=missing, state=["fault"])
    assert main([str(tmp_path)]) == 1
    told = capsys.readouterr().out
    assert "MISS wrong-label: healthy" in told
    assert "missed: refresh-loop at [1]; found: nothing" in told
    assert "wrong state: healthy, not fault" in told
    assert "recall (must)     0/1" in told


def test_a_finding_at_other_exchanges_is_a_miss(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    elsewhere = [{"what": "missing-auth-header", "entries": [9_999], "strength": "must"}]
    labelled(tmp_path, "elsewhere", "token-not-attached", expected=elsewhere)
    code, told = outcome(tmp_path, capsys)
    assert code == 1
    assert "missing-auth-header at [9999]; found: missing-auth-header" in told["captures"][0]["missed"][0]


def test_what_only_may_be_found_is_not_missed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hint = [{"what": "refresh-loop", "entries": [1], "strength": "may"}]
    labelled(tmp_path, "hint", "healthy-bearer", expected=hint)
    code, told = outcome(tmp_path, capsys)
    assert code == 0
    assert told["figures"]["recall (must)"] == [0, 0]


def test_a_fault_outside_the_label_is_a_false_alarm(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    labelled(tmp_path, "any", "token-not-attached", expected=[], must_not=["*"], root=[])
    labelled(tmp_path, "named", "token-not-attached", expected=[], must_not=["missing-auth-header"], root=[])
    labelled(tmp_path, "other", "token-not-attached", expected=[], must_not=["refresh-loop"], root=[])
    code, told = outcome(tmp_path, capsys)
    assert code == 1
    assert {one["case"]: bool(one["false_alarms"]) for one in told["captures"]} == {
        "any": True,
        "named": True,
        "other": False,
    }


def test_an_informational_finding_is_never_a_false_alarm(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    labelled(tmp_path, "crash", "upstream-crash-502", expected=[], must_not=["*"])
    code, told = outcome(tmp_path, capsys)
    assert code == 0
    assert told["captures"][0]["state"] == "other-trouble"


def test_a_wrong_root_is_counted_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    labelled(tmp_path, "root", "token-not-attached", root=["refresh-loop"])
    assert main([str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert "wrong root: missing-auth-header, not refresh-loop" in told
    assert "roots right       0/1" in told


def test_a_pair_counts_when_fault_and_fix_are_told_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    labelled(tmp_path, "broken", "token-not-attached", pair="one,other")
    labelled(tmp_path, "fixed", "healthy-bearer", pair="one")
    labelled(tmp_path, "not-fixed", "token-undefined", pair="other", cause="healthy")
    _, told = outcome(tmp_path, capsys)
    assert told["pairs"] == {"one": True, "other": False}
    assert told["figures"]["pairs told apart"] == [1, 2]


def test_a_family_leaves_other_faults_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    labelled(tmp_path, "headline", "token-not-attached")
    labelled(tmp_path, "healthy", "healthy-bearer")
    elsewhere = [{"what": "cookie-domain-mismatch", "entries": [1], "strength": "must"}]
    labelled(tmp_path, "other", "sign-in-goes-in-circles", expected=elsewhere)
    _, told = outcome(tmp_path, capsys, "--family", "five")
    assert [one["case"] for one in told["captures"]] == ["headline", "healthy"]


def test_a_folder_without_labels_is_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([str(tmp_path)])
    assert ended.value.code == 2
    assert "no labelled captures" in capsys.readouterr().err
