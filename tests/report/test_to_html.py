"""The page: self-contained, escaped, allowed by hash, complete for every state."""

import hashlib
import re
from base64 import b64encode

import pytest

import haranalyze
from haranalyze.capture.transcript import read_transcript
from tests.hostile import hostile_story
from tests.samples import FOLDER


def page(name: str) -> str:
    return haranalyze.render(haranalyze.analyze_file(FOLDER / name / "capture.har"), "html")


def test_the_policy_allows_this_style_and_this_script_by_hash_and_nothing_else() -> None:
    html = page("refresh-loop-foreign-401")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', html)
    assert policy
    allowed = policy[1].replace("&#39;", "'")
    assert "default-src 'none'" in allowed
    assert "unsafe" not in allowed
    assert "http" not in allowed
    for tag, directive in (("style", "style-src"), ("script", "script-src")):
        content = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        assert len(content) == 1
        digest = b64encode(hashlib.sha256(content[0].encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in allowed


def test_nothing_is_loaded_and_nothing_is_inline() -> None:
    html = page("refresh-loop-foreign-401")
    body = re.sub(r"<(style|script)>.*?</\1>", "", html, flags=re.DOTALL)
    assert re.findall(r"(?:src|srcset|action|formaction|poster|data)\s*=\s*[\"']?", body) == []
    assert all(target.startswith("#") for target in re.findall(r'href="([^"]*)"', body))
    assert not re.search(r"<[^>]+\s(style|on[a-z]+)\s*=", body)


def test_hostile_text_stays_text() -> None:
    html = haranalyze.render(haranalyze.analyze(read_transcript(hostile_story())), "html")
    body = re.sub(r"<(style|script)>.*?</\1>", "", html, flags=re.DOTALL)
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
