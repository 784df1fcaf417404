"""The settings file: what it may say, how it explains itself, and what each key does to a report."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import haranalyze
from haranalyze.capture.transcript import read_transcript
from haranalyze.cli import main
from haranalyze.cli.shell import settings_from
from haranalyze.errors import OptionsError, PackError
from haranalyze.facts import Facts
from haranalyze.facts.session import RefreshResult, Role
from haranalyze.options import Accepted, Options
from haranalyze.report.document import Report
from haranalyze.settings import find_settings, read_settings
from haranalyze.timeline import Timeline

ROOT = Path(__file__).parents[1]
LOOP = ROOT / "samples" / "refresh-loop-foreign-401" / "capture.har"
PAGE = "* page: https://app.example.com/\n> GET https://app.example.com/\n* type: document\n< 200\n"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def written(folder: Path, text: str, name: str = "haranalyze.toml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def report_with(settings: Path, *arguments: str) -> dict[str, object]:
    result = run("analyze", str(LOOP), "--config", str(settings), "--format", "json", *arguments)
    assert result.exit_code == 0, result.stderr
    document: dict[str, object] = json.loads(result.stdout)
    return document


def session_of(transcript: str, options: Options) -> Facts:
    return Facts(Timeline(read_transcript(PAGE + transcript)), options)


# finding and reading


def test_the_nearest_file_counts_and_a_project_file_only_with_its_table(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    outer = written(tmp_path, 'ignore = ["refresh-loop"]\n')
    written(tmp_path / "a", "[tool.other]\n", "pyproject.toml")
    assert find_settings(inner) == outer
    project = written(tmp_path / "a", '[tool.haranalyze]\nignore = ["refresh-loop"]\n', "pyproject.toml")
    assert find_settings(inner) == project
    assert read_settings(project).options.ignore == {"refresh-loop"}
    own = written(tmp_path / "a", "")
    assert find_settings(inner) == own


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('ignor = ["a"]', "unknown key 'ignor'; did you mean 'ignore'?"),
        ('api_domain = ["a"]', "did you mean 'api_domains'?"),
        ("zzz = 1", "known keys: api_domains, website_domains"),
        ('select = "a"', "'select' must be an array of words"),
        ("select = [1]", "'select' must be an array of words"),
        ('api_domains = ["https://a.example"]', "without scheme, port and path, and 'https://a.example' is none"),
        ('base_paths = ["auth"]', "'base_paths' must be an array of paths that start with /"),
        ('severity = "low"', "'severity' must be a table"),
        ('[severity]\nrefresh-loop = "hgih"', "severity.refresh-loop is 'hgih'; did you mean 'high'?"),
        ('systems = ["none/"]', "cannot be read"),
        ('accepted = ["v1:0123456789ab"]', "'accepted' must be an array of tables"),
        ("[[accepted]]\nreason = 'x'\nuntil = 2027-01-01", "lacks the key 'fingerprint'"),
        ("[[accepted]]\nfingerprint = 'x'\nreason = 'x'\nuntil = 2027-01-01", "must look like v1:0123456789ab"),
        ("[[accepted]]\nfingerprint = 'v1:0123456789ab'\nreason = ' '\nuntil = 2027-01-01", "must say why"),
        ("[[accepted]]\nfingerprint = 'v1:0123456789ab'\nreason = 'x'\nuntil = '2027-01-01'", "without quotes"),
        ("[[accepted]]\nfingerprint = 'v1:0123456789ab'\nreason = 'x'\nuntill = 2027-01-01", "did you mean 'until'?"),
        ("=", "is not TOML"),
    ],
)
def test_what_cannot_be_used_is_told_with_the_file_and_the_right_word(tmp_path: Path, text: str, told: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(OptionsError) as caught:
        read_settings(path)
    assert told in str(caught.value)
    assert tmp_path.name in str(caught.value)
    result = run("analyze", str(LOOP), "--config", str(path))
    assert (result.exit_code, result.stdout) == (2, "")


def test_bytes_that_are_not_text_and_a_project_without_a_table_are_told(tmp_path: Path) -> None:
    (tmp_path / "haranalyze.toml").write_bytes(b"ignore = ['\xff']")
    with pytest.raises(OptionsError, match="not UTF-8 text: byte 11"):
        read_settings(tmp_path / "haranalyze.toml")
    with pytest.raises(OptionsError, match=r"no table \[tool.haranalyze\]"):
        read_settings(written(tmp_path, "[tool.x]\n", "pyproject.toml"))


def test_the_file_of_the_working_folder_is_taken_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, 'select = ["refresh-loop", "foreign-401"]\n')
    monkeypatch.chdir(tmp_path)
    result = run("analyze", str(LOOP), "--format", "json")
    assert {rule["rule"] for rule in json.loads(result.stdout)["rules"]} == {"refresh-loop", "foreign-401"}
    assert "settings of" in result.stderr
    assert run("analyze", str(LOOP), "-q").stderr == ""


def test_an_unknown_rule_in_the_settings_is_told_before_the_recording_is_read(tmp_path: Path) -> None:
    for text in ('ignore = ["refresh-lop"]\n', '[severity]\nrefresh-lop = "low"\n'):
        result = run("analyze", "no-such-file.har", "--config", str(written(tmp_path, text)))
        assert result.exit_code == 2
        assert "did you mean 'refresh-loop'?" in result.stderr


# what the keys do


def test_the_command_line_selects_instead_and_ignores_besides(tmp_path: Path) -> None:
    settings = written(tmp_path, 'select = ["refresh-loop", "foreign-401"]\nignore = ["refresh-loop"]\n')
    assert {rule["rule"] for rule in report_with(settings)["rules"]} == {"foreign-401"}  # type: ignore[attr-defined]
    other = report_with(settings, "--select", "refresh-loop,stale-access-token")
    assert {rule["rule"] for rule in other["rules"]} == {"stale-access-token"}  # type: ignore[attr-defined]


def test_a_severity_takes_the_place_of_the_rules_own(tmp_path: Path) -> None:
    before = haranalyze.analyze_file(LOOP)
    leading = next(one for one in before.findings if one.id == before.verdict.finding)
    settings = read_settings(written(tmp_path, f'[severity]\n{leading.rule} = "low"\n'))
    after = haranalyze.analyze_file(LOOP, options=settings.options)
    assert {one.severity for one in after.findings if one.rule == leading.rule} == {"low"}
    assert leading.severity != "low"


def test_calls_of_an_api_of_ours_on_another_site_are_session_calls() -> None:
    story = "> GET https://api.other.example/me\n* type: fetch\n< 200\n< Content-Type: application/json\n"
    without, told = session_of(story, Options()), session_of(story, Options(api_domains=frozenset({"other.example"})))
    assert without.session.role(without.exchanges[-1]) is Role.THIRD_PARTY
    assert told.session.role(told.exchanges[-1]) is Role.SESSION_CALL


def test_pages_of_ours_are_first_party_beside_those_recorded() -> None:
    story = "> GET https://login.other.example/form\n* type: fetch\n< 200\n"
    told = session_of(story, Options(website_domains=frozenset({"other.example"})))
    assert told.session.role(told.exchanges[-1]) is not Role.THIRD_PARTY


def test_only_calls_below_a_base_path_sign_in_and_renew() -> None:
    token = '{"access_token":"abcdefghijklmnopqrstuvwx"}'
    story = "".join(
        f"> POST https://app.example.com{path}\n* type: fetch\n< 200\n< Content-Type: application/json\n<\n< {token}\n"
        for path in ("/cache/refresh", "/auth/token/refresh", "/authority/login", "/auth/login")
    )
    told = session_of(story, Options(base_paths=("/auth",)))
    assert [one.exchange.request.url.path for one in told.session.refreshes] == ["/auth/token/refresh"]
    assert [one.exchange.request.url.path for one in told.session.sign_ins] == ["/auth/login"]
    assert len(session_of(story, Options()).session.refreshes) == 2


def test_a_cookie_of_ones_own_name_keeps_a_session() -> None:
    story = "> GET https://app.example.com/me\n> Cookie: acme_7=abcdefgh\n* type: fetch\n< 200\n"
    told = session_of(story, Options(cookie_names=("acme_*",)))
    assert [one.system.id for one in told.session.systems] == ["cookie-session"]
    assert "acme_7" in told.session.session_cookie_names()
    assert session_of(story, Options()).session.systems == ()


def test_the_worked_example_of_a_system_of_ones_own_does_what_the_page_says(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "session-systems.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    folder = tmp_path / "session-systems"
    written(folder, example, "acme.toml")
    settings = read_settings(written(tmp_path, 'systems = ["session-systems/"]\n'))
    cookie = "Set-Cookie: acme_sid=abcdefghijklmnopqrst; HttpOnly"
    story = f"""
> POST https://app.example.com/id/enter
* type: fetch
< 200
< {cookie}
> GET https://app.example.com/me
> Cookie: acme_sid=abcdefghijklmnopqrst
* type: fetch
< 401
< Content-Type: application/json
<
< {{"code": "ACME_17"}}
> POST https://app.example.com/id/renew
> Cookie: acme_sid=abcdefghijklmnopqrst
* type: fetch
< 200
< {cookie}
"""
    session = session_of(story, settings.options).session
    assert [one.system.title for one in session.systems] == ["Acme ID"]
    assert [one.result for one in session.refreshes] == [RefreshResult.OK]
    assert [(one.says, one.by and one.by.id) for one in session.refusals] == [("expired", "acme")]
    assert [one.exchange.request.url.path for one in session.sign_ins] == ["/id/enter"]
    (tmp_path / "ticket.har").write_bytes(LOOP.read_bytes())
    assert run("analyze", str(tmp_path / "ticket.har"), "--systems", str(folder), "--format", "json").exit_code == 0
    assert session_of(story, Options()).session.refreshes == ()


def test_a_wrong_system_is_told_by_its_file_name(tmp_path: Path) -> None:
    written(tmp_path / "own", 'id = "x"\ntitle = "X"\nsource = "RFC"\nlke = ["bearer"]\n', "x.toml")
    result = run("analyze", str(LOOP), "--systems", str(tmp_path / "own"))
    assert result.exit_code == 2
    assert "x.toml: unknown key 'lke'; did you mean 'like'?" in result.stderr
    (tmp_path / "empty").mkdir()
    assert "no file there ends with .toml" in run("analyze", str(LOOP), "--systems", str(tmp_path / "empty")).stderr


def test_two_systems_of_one_id_are_refused_and_a_built_in_one_is_replaced(tmp_path: Path) -> None:
    text = 'id = "django"\ntitle = "Our Django"\nsource = "RFC"\nlike = ["cookie-session"]\n'
    signs = '[[signs]]\nwhere = "cookie"\ntext = "sid"\n'
    written(tmp_path / "own", text + signs, "a.toml")
    settings = read_settings(written(tmp_path, 'systems = ["own"]\n'))
    story = "> GET https://app.example.com/me\n> Cookie: sid=abcdefgh\n* type: fetch\n< 200\n"
    assert [one.system.title for one in session_of(story, settings.options).session.systems] == ["Our Django"]
    written(tmp_path / "own", text, "b.toml")
    assert (
        "another file has the id 'django' too" in run("analyze", str(LOOP), "--systems", str(tmp_path / "own")).stderr
    )


# rule packs


def test_own_rules_run_only_when_the_settings_file_was_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "tests" / "pack" / "acme_login_rules", tmp_path / "acme")
    settings = written(tmp_path, 'rule_packs = ["acme"]\n')
    document = report_with(settings)
    assert document["tool"]["packs"][-1]["name"] == "acme"  # type: ignore[index]
    found = {one["rule"] for one in document["findings"]}  # type: ignore[attr-defined]
    assert "acme-gateway-without-trace-id" in found
    assert "acme-gateway" in run("rules", "--config", str(settings)).stdout
    assert "trace id" in run("explain", "acme-gateway-without-trace-id", "--config", str(settings)).stdout
    monkeypatch.chdir(tmp_path)
    refused = run("analyze", str(LOOP))
    assert refused.exit_code == 2
    assert "which are programs; to run them, say --config" in refused.stderr


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("RULES = []", "has no RULES tuple"),
        ("1/0", "cannot be loaded: division by zero"),
        (None, "neither a Python file nor a folder"),
    ],
)
def test_a_rule_pack_that_cannot_be_used_is_told(tmp_path: Path, text: str | None, told: str) -> None:
    if text is not None:
        written(tmp_path, text, "rules.py")
    result = run("analyze", str(LOOP), "--config", str(written(tmp_path, 'rule_packs = ["rules.py"]\n')))
    assert result.exit_code == PackError.exit_code
    assert told in result.stderr


# accepted findings

UNTIL = date(2026, 12, 31)


def accepting(report: Report, until: date = UNTIL) -> tuple[Accepted, ...]:
    leading = next(one for one in report.findings if one.id == report.verdict.finding)
    return (Accepted(leading.fingerprint, "The old app", until), Accepted("v1:000000000000", "Gone", until))


def test_an_accepted_finding_stays_in_the_report_and_leads_nothing() -> None:
    before = haranalyze.analyze_file(LOOP)
    after = haranalyze.analyze_file(LOOP, options=Options(accepted=accepting(before), today=date(2026, 12, 31)))
    assert before.verdict.state == "fault"
    assert after.verdict.state == "healthy"
    assert "accepted" in after.verdict.headline
    known = [one for one in after.findings if one.accepted]
    assert {one.accepted.reason for one in known if one.accepted} == {"The old app"}
    assert {one.id for one in known} == set(before.verdict.chain)  # what follows from it is accepted with it
    assert [one.state for one in after.accepted] == ["in-force", "unused"]
    assert "accepted until 2026-12-31: The old app" in " ".join(haranalyze.render(after, "text").split())


def test_from_the_day_after_it_counts_again_and_the_report_says_why() -> None:
    before = haranalyze.analyze_file(LOOP)
    after = haranalyze.analyze_file(LOOP, options=Options(accepted=accepting(before), today=date(2027, 1, 1)))
    assert after.verdict == before.verdict
    assert [one.state for one in after.accepted] == ["ended", "unused"]
    assert "was accepted until 2026-12-31: The old app" in " ".join(haranalyze.render(after, "text").split())


def test_without_a_day_the_recordings_own_day_judges() -> None:
    before = haranalyze.analyze_file(LOOP)
    assert before.capture.started is not None
    day = date.fromisoformat(before.capture.started[:10])
    on_the_day = haranalyze.analyze_file(LOOP, options=Options(accepted=accepting(before, day)))
    earlier = date.fromordinal(day.toordinal() - 1)
    after = haranalyze.analyze_file(LOOP, options=Options(accepted=accepting(before, earlier)))
    assert (on_the_day.verdict.state, after.verdict.state) == ("healthy", "fault")


def test_accepted_findings_fail_nothing(tmp_path: Path) -> None:
    before = haranalyze.analyze_file(LOOP)
    listed = "".join(
        f'[[accepted]]\nfingerprint = "{fingerprint}"\nreason = "known"\nuntil = 9999-12-31\n'
        for fingerprint in sorted({one.fingerprint for one in before.findings})
    )
    settings = written(tmp_path, listed)
    assert run("analyze", str(LOOP), "--fail-on", "low", "-q").exit_code == 1
    assert run("analyze", str(LOOP), "--config", str(settings), "--fail-on", "low", "-q").exit_code == 0
    sarif = json.loads(run("analyze", str(LOOP), "--config", str(settings), "--format", "sarif").stdout)
    results = sarif["runs"][0]["results"]
    assert all(one["suppressions"][0]["status"] == "accepted" for one in results)
    junit = run("analyze", str(LOOP), "--config", str(settings), "--format", "junit").stdout
    assert "<failure" not in junit


def test_the_day_is_part_of_the_options_only_where_it_decides_something(tmp_path: Path) -> None:
    plain = settings_from(written(tmp_path, 'ignore = ["refresh-loop"]\n'), quiet=True)
    accepted = '[[accepted]]\nfingerprint = "v1:0123456789ab"\nreason = "x"\nuntil = 9999-12-31\n'
    assert plain.options.today is None
    assert settings_from(written(tmp_path, accepted), quiet=True).options.today is not None


def test_every_key_is_documented_and_the_example_is_read(tmp_path: Path) -> None:
    from haranalyze.settings import _READERS

    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert [key for key in _READERS if f"| `{key}`" not in page] == []
    (example,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    (tmp_path / "session-systems").mkdir()
    written(tmp_path / "session-systems", 'id = "x"\ntitle = "X"\nsource = "RFC"\n', "x.toml")
    options = read_settings(written(tmp_path, example)).options
    assert options.api_domains == {"api.example.com"}
    assert options.accepted[0].until == date(2027, 3, 31)
