"""The laws about all rules, applied to the built-in pack."""

from pathlib import Path

from haranalyze.findings import Severity
from haranalyze.rulebook import Rulebook
from haranalyze.testing import check_pack

ROOT = Path(__file__).parents[1]
PACK = Rulebook.installed().packs[0]


def test_every_rule_keeps_the_laws() -> None:
    check_pack(PACK.rules, universe={rule.id for rule in PACK.rules})


def test_every_module_of_the_pack_is_in_rules() -> None:
    modules = {path.stem for path in (ROOT / "rules").glob("*.py") if not path.stem.startswith("_")}
    assert modules == {rule.id.replace("-", "_") for rule in PACK.rules}


def test_every_rule_has_its_test_file() -> None:
    tests = {path.stem.removeprefix("test_") for path in (ROOT / "tests" / "rules").glob("test_*.py")}
    assert tests == {rule.id.replace("-", "_") for rule in PACK.rules}


def test_informational_rules_are_those_of_the_catalogue() -> None:
    informational = {rule.id for rule in PACK.rules if rule.severity is Severity.INFO}
    assert informational == {
        "anonymous-401",
        "claim-validation-403",
        "connection-failed",
        "gateway-5xx-other",
        "oauth-access-denied",
        "permission-denied",
        "sanitized-capture",
        "wrong-credentials",
    }


def test_every_rule_is_quiet_on_a_recording_without_a_session() -> None:
    from haranalyze.analysis import examine
    from haranalyze.capture.transcript import read_transcript

    page = (
        "> GET https://example.com/\n* type: document\n< 200\n> "
        "GET https://example.com/a.css\n* type: stylesheet\n< 200\n"
    )
    assert examine(read_transcript(page), Rulebook.installed()).findings == ()
