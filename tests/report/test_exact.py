"""Which part of a quoted line decides."""

import haranalyze
from haranalyze.report.document import Evidence, Report
from tests.samples import FOLDER


def root_of(report: Report) -> Evidence:
    return next(one.primary for one in report.findings if one.id == report.verdict.finding)


def parts(evidence: Evidence) -> list[str]:
    return [evidence.quote[start : start + length] for start, length in evidence.exact]


def test_each_of_two_cookies_of_one_name_is_exact() -> None:
    found = root_of(haranalyze.analyze_file(FOLDER / "old-cookie-beside-new" / "capture.har"))
    assert found.line == "cookie"
    assert len(found.exact) == 2
    assert all(part.startswith("sAccessToken=«") for part in parts(found))


def test_the_attribute_a_browser_stumbled_over_is_exact() -> None:
    report = haranalyze.analyze_file(FOLDER / "sign-in-goes-in-circles" / "capture.har")
    found = root_of(report)
    assert found.line == "set-cookie"
    assert parts(found) == ["Domain=example.org"]


def test_the_phrase_of_a_body_is_exact() -> None:
    found = root_of(haranalyze.analyze_file(FOLDER / "cookies-too-large-400" / "capture.har"))
    assert found.line == "body"
    assert parts(found) == ['"request header or cookie too large"']


def test_every_exact_part_lies_inside_its_quote_and_an_absence_has_none() -> None:
    for story in sorted(FOLDER.glob("*/capture.har")):
        for finding in haranalyze.analyze_file(story).findings:
            for one in (finding.primary, *finding.related):
                assert all(start >= 0 and start + length <= len(one.quote) for start, length in one.exact)
                assert bool(one.exact) == bool(one.quote)
