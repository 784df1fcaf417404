"""The page of a comparison: allowed by hash, escaped, complete without scripts."""

import hashlib
import re
from base64 import b64encode
from html import unescape

import pytest

from haranalyze.capture.transcript import read_transcript
from haranalyze.comparison import compare, render
from tests.comparison.test_pairs import PAIRS, compared
from tests.hostile import hostile_story, poisoned
from tests.report.test_to_html import Tags

LAX = ("st-fixed-lax-cross-site-heroku", "st-lax-cross-site-heroku")


def test_the_policy_allows_this_style_and_this_script_by_hash_and_nothing_else() -> None:
    html = render(compared(*LAX), "html")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', html)
    assert policy
    allowed = policy[1].replace("&#39;", "'")
    assert allowed.startswith("default-src 'none'")
    assert "unsafe" not in allowed
    assert "http" not in allowed
    for tag, directive in (("style", "style-src"), ("script", "script-src")):
        (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        digest = b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in allowed


def test_nothing_is_loaded_and_nothing_is_inline() -> None:
    body = re.sub(r"<(style|script)>.*?</\1>", "", render(compared(*LAX), "html"), flags=re.DOTALL)
    assert re.findall(r"(?:src|srcset|action|formaction|poster|data)\s*=\s*[\"']?", body) == []
    assert all(target.startswith("#") for target in re.findall(r'href="([^"]*)"', body))
    assert not re.search(r"<[^>]+\s(style|on[a-z]+)\s*=", body)


@pytest.mark.parametrize("pair", PAIRS[::3], ids=lambda pair: pair[1])
def test_an_attack_in_any_member_of_the_document_stays_text(pair: tuple[str, ...]) -> None:
    made = compared(pair[0], pair[1])
    clean, attacked = Tags(render(made, "html")), Tags(render(poisoned(made), "html"))
    assert attacked.found - clean.found == set()
    assert {name for name, _ in attacked.attributes} - {name for name, _ in clean.attributes} == set()
    assert "marker(" not in "".join(value or "" for _, value in attacked.attributes)
    assert "evil.example" not in "".join(value or "" for _, value in attacked.attributes)


def test_two_hostile_recordings_are_compared_like_any_other() -> None:
    hostile = read_transcript(hostile_story())
    html = render(compare(hostile, hostile), "html")
    body = re.sub(r"<(style|script)>.*?</\1>", "", html, flags=re.DOTALL)
    assert not re.search(r"<(script|iframe|object|embed|link|base|form|img)", body[body.index("<body") :])


def test_links_lead_to_places_of_the_page_and_the_summary_is_there_to_the_letter() -> None:
    for good, bad, *_ in PAIRS:
        made = compared(good, bad)
        html = render(made, "html")
        assert set(re.findall(r'href="#([^"]+)"', html)) - set(re.findall(r'\bid="([^"]+)"', html)) == set()
        found = re.search(r'<pre class="card" id="summary" tabindex="0">(.*?)</pre>', html, re.DOTALL)
        assert found
        assert unescape(found[1]) == made.summary


def test_only_the_part_that_differs_is_marked() -> None:
    html = render(compared(*LAX), "html")
    assert re.findall(r'class="minus"><b aria-hidden="true">−</b> <bdi>(.*?)</bdi>', html)[:1] == ["SameSite=Lax"]
    assert re.findall(r'class="plus"><b aria-hidden="true">\+</b> <bdi>(.*?)</bdi>', html)[:1] == ["SameSite=None"]
