"""The page: self-contained, escaped, allowed by hash, complete for every state."""

import hashlib
import re
import shlex
from base64 import b64encode
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest

import haranalyze
from haranalyze.capture.transcript import read_transcript
from haranalyze.report import rows
from haranalyze.report.html import _brief
from haranalyze.report.to_html import _span
from tests.hostile import hostile_story, poisoned
from tests.rules.stories import ACCEPTED, NO_TOKEN, PAGE, asks, bearer_call, bearer_sign_in, jwt
from tests.samples import FOLDER, recording, stories


def page(name: str) -> str:
    return haranalyze.render(haranalyze.analyze_file(recording(FOLDER / name)), "html")


def test_the_policy_allows_this_style_and_this_script_by_hash_and_nothing_else() -> None:
    html = page("refresh-loop-foreign-401")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', html)
    assert policy
    allowed = policy[1].replace("&#39;", "'")
    assert "default-src 'none'" in allowed
    assert "require-trusted-types-for 'script'; trusted-types 'none'" in allowed
    assert "unsafe" not in allowed
    assert "http" not in allowed
    for tag, directive in (("style", "style-src"), ("script", "script-src")):
        content = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        assert len(content) == 1
        digest = b64encode(hashlib.sha256(content[0].encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in allowed


def test_nothing_is_loaded_and_nothing_is_inline() -> None:
    html = page("refresh-loop-foreign-401")
    body = re.sub(r"<(style|script)[^>]*>.*?</\1>", "", html, flags=re.DOTALL)
    assert re.findall(r"(?:src|srcset|action|formaction|poster|data)\s*=\s*[\"']?", body) == []
    away = {target for target in re.findall(r'href="([^"]*)"', body) if not target.startswith("#")}
    assert away == {"https://www.rfc-editor.org/rfc/rfc9110#section-15.5.2"}  # what the leading rule refers to
    assert body.count('rel="noreferrer noopener"') == len(away)
    assert not re.search(r"<[^>]+\s(style|on[a-z]+)\s*=", body)


def test_hostile_text_stays_text() -> None:
    html = haranalyze.render(haranalyze.analyze(read_transcript(hostile_story())), "html")
    body = re.sub(r"<(style|script)[^>]*>.*?</\1>", "", html, flags=re.DOTALL)
    assert "<img" not in body
    assert "marker(" not in re.sub(r"&[a-z]+;|&#\d+;", "", body) or "onerror" not in body
    assert not re.search(
        r"<(script|iframe|object|embed|link|base|form|meta http-equiv=.refresh)", body[body.index("<body") :]
    )


@pytest.mark.parametrize(
    ("name", "word", "parts"),
    [
        ("refresh-loop-foreign-401", "FAULT", ("proof", "fix", "texts", "also", "checked", "timeline", "strip")),
        ("healthy-bearer", "HEALTHY", ("texts", "checked", "timeline", "strip")),
        ("exported-without-cookies", "CANNOT TELL", ("shows", "ask", "texts", "checked", "timeline")),
        ("upstream-crash-502", "OTHER TROUBLE", ("proof", "fix", "texts", "checked", "timeline")),
    ],
)
def test_each_state_has_its_sections(name: str, word: str, parts: tuple[str, ...]) -> None:
    html = page(name)
    assert f'<p class="state">{word}</p>' in html
    assert [part for part in parts if f'<section id="{part}"' not in html] == []


def test_masked_values_stand_in_a_frame() -> None:
    assert re.search(r'<span class="chip">«token \d+, \d+ B»</span>', page("refresh-loop-foreign-401"))


def test_a_large_recording_makes_a_small_page() -> None:
    story = "> GET https://cdn.other.net/a.js\n* type: script\n< 200\n" * 3_000
    html = haranalyze.render(haranalyze.analyze(read_transcript(story)), "html")
    assert len(html) < 1_500_000 + 500 * 3_000


class Tags(HTMLParser):
    """Every element and attribute of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.attributes: set[tuple[str, str | None]] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)
        self.attributes.update(attrs)


@pytest.mark.parametrize("story", stories(), ids=lambda story: story.name)
def test_an_attack_in_any_member_of_the_document_stays_text(story: Path) -> None:
    report = haranalyze.analyze_file(recording(story))
    clean, attacked = Tags(haranalyze.render(report, "html")), Tags(haranalyze.render(poisoned(report), "html"))
    assert attacked.found - clean.found == set()
    assert {name for name, _ in attacked.attributes} - {name for name, _ in clean.attributes} == set()
    assert "marker(" not in "".join(value or "" for _, value in attacked.attributes)
    assert "evil.example" not in "".join(value or "" for _, value in attacked.attributes)


def test_names_and_paths_of_a_sentence_are_set_as_code_and_nothing_is_lost() -> None:
    story = PAGE + bearer_sign_in(jwt()) + bearer_call(f"Bearer {jwt()}", ACCEPTED) + asks("GET", "/orders") + NO_TOKEN
    report = haranalyze.analyze(read_transcript(story))
    headline = re.search(r"<h1[^>]*>(.*?)</h1>", haranalyze.render(report, "html"))
    assert headline
    assert "<code>/orders</code>" in headline[1]
    assert unescape(re.sub(r"</?code>", "", headline[1])) == report.verdict.headline


def test_red_is_for_faults_alone() -> None:
    html = page("healthy-login-refresh-logout")
    body = html[html.index("<body") :]
    assert not re.search(r'class="[^"]*(finding-mark|broken|decisive|bad)\b', body)
    assert "Looks alarming, is normal" in body


def test_what_is_copied_is_the_ready_text_to_the_letter() -> None:
    report = haranalyze.analyze_file(FOLDER / "refresh-loop-foreign-401" / "capture.har")
    found = re.search(r'<pre id="text-engineering" hidden>(.*?)</pre>', haranalyze.render(report, "html"), re.DOTALL)
    assert found
    assert unescape(found[1]) == report.verdict.texts.engineering


def test_every_link_leads_to_a_place_of_the_page() -> None:
    for story in stories():
        html = page(story.name)
        targets = set(re.findall(r'href="#([^"]+)"', html))
        assert targets - set(re.findall(r'\bid="([^"]+)"', html)) == set(), story.name


def test_the_page_of_an_empty_recording_is_complete() -> None:
    html = haranalyze.render(haranalyze.analyze(haranalyze.read_capture(b'{"log": {"entries": []}}')), "html")
    assert '<section id="checked"' in html


def test_the_table_for_readers_without_scripts_is_cut_to_the_rows_around_the_findings() -> None:
    story = PAGE + bearer_sign_in(jwt()) + bearer_call(f"Bearer {jwt()}", ACCEPTED) * 700
    html = haranalyze.render(haranalyze.analyze(read_transcript(story + asks("GET", "/orders") + NO_TOKEN)), "html")
    assert 'id="x702"' in html
    assert 'id="x20"' not in html
    assert "of 703 exchanges" in html


def test_the_failing_exchange_stands_there_as_a_command_without_secrets() -> None:
    html = page("refresh-loop-foreign-401")
    found = re.search(r'<pre id="text-curl"[^>]*>(.*?)</pre>', html, re.DOTALL)
    assert found
    words = shlex.split(unescape(found[1]).replace("\\\n", " "))
    assert words[:4] == ["curl", "-i", "-X", "GET"]
    assert any(re.fullmatch(r"cookie: sAccessToken=«token \d+, \d+ B»", word) for word in words)


def test_folded_exchanges_are_told_with_their_option(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MOST_BYTES", 300_000)
    story = PAGE + "> GET https://cdn.other.net/a.js\n* type: script\n< 200\n" * 2_000
    html = haranalyze.render(haranalyze.analyze(read_transcript(story)), "html")
    assert "2,000 third-party and static exchanges of 1 host are folded away" in html
    assert "<code>--all-exchanges</code>" in html


def test_pictures_carry_their_sentence() -> None:
    html = page("sign-in-502-big-headers")
    assert "nginx most likely cut the answer of #9 off" in html
    assert "fill-likely" in html


def test_the_exact_part_of_the_deciding_line_is_set_off_and_nothing_is_lost() -> None:
    for story in stories():
        report = haranalyze.analyze_file(recording(story))
        html = haranalyze.render(report, "html")
        root = next((one for one in report.findings if one.id == report.verdict.finding), None)
        for part in re.findall(r'<b class="exact">(.*?)</b>', html):
            assert root
            assert unescape(re.sub(r"<[^>]+>", "", part)) in root.primary.quote


def test_what_is_missing_is_told_in_plain_words_once_for_each_lack() -> None:
    report = haranalyze.analyze_file(recording(FOLDER / "exported-without-cookies"))
    html = haranalyze.render(report, "html")
    missing = html[html.index('id="missing"') : html.index('id="ask"')]
    words = re.sub(r"</?code>", "", missing)
    assert "The Authorization header leaves the client but does not reach the API" in words
    assert not [rule.rule for rule in report.rules if f">{rule.rule}<" in missing]
    lacks = re.findall(r"<tr><td>.*?</svg> (.*?)</td>", missing)
    assert lacks
    assert len(lacks) == len(set(lacks))


def test_long_recordings_are_told_in_minutes_and_hours() -> None:
    told = [_span(ms) for ms in (1_640.0, 119_900.0, 1_480_000.0, 7_500_000.0)]
    assert told == ["1.6 s", "119.9 s", "24 min 40 s", "2 h 5 min"]


def test_a_long_line_that_does_not_decide_is_cut_between_its_parts() -> None:
    line = "; ".join(f"name{number}=«cookie {number}, 40 B»" for number in range(60))
    shown = _brief(line)
    kept, more = shown.split("; … and ")
    assert line.startswith(kept + "; ")
    assert len(kept.split("; ")) + int(more.removesuffix(" more")) == 60
    assert _brief(line[:100]) == line[:100]
    assert _brief("x" * 500) == "x" * 500
