"""Markdown that fits a comment and whose every captured word stays a word, by a Markdown parser's own account."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

import haranalyze
from haranalyze.report.document import Report
from haranalyze.report.markdown import code, fenced, plain, prose
from haranalyze.report.to_markdown import LONGEST
from tests.hostile import ATTACKS, poisoned
from tests.samples import FOLDER, recording, stories

PARSER = MarkdownIt("gfm-like")  # tables, strikethrough, bare links, HTML let through: the most dangerous reading
OURS = ("<details><summary>", "</details>", "<sub>", "</sub>", "</summary>")


def analyzed(name: str) -> Report:
    return haranalyze.analyze_file(recording(FOLDER / name))


def tokens(text: str) -> Iterator[Token]:
    for token in PARSER.parse(text):
        yield token
        yield from token.children or ()


def dangers(text: str) -> list[str]:
    """Links, images and HTML that are not our own folds."""
    found = []
    for token in tokens(text):
        if token.type in {"link_open", "image"}:
            found.append(f"{token.type} {token.attrs}")
        if token.type in {"html_block", "html_inline"}:
            rest = token.content.strip()
            for tag in OURS:
                rest = rest.replace(tag, "")
            if "<" in rest:
                found.append(rest)
    return found


@pytest.mark.parametrize("story", stories(), ids=lambda story: story.name)
def test_nothing_links_loads_or_runs_in_a_report_or_a_poisoned_one(story: Path) -> None:
    report = haranalyze.analyze_file(recording(story))
    for one in (report, poisoned(report)):
        text = haranalyze.render(one, "markdown")
        assert dangers(text) == []
        assert len(text) <= LONGEST
        assert not any(ord(character) < 32 and character != "\n" for character in text)
        assert "\u202e" not in text


def test_the_verdict_comes_first_and_the_proof_has_its_marks() -> None:
    text = haranalyze.render(analyzed("refresh-loop-foreign-401"), "markdown")
    assert text.startswith("### ❌ FAULT: The session is refreshed 10 times")
    places = [text.index(word) for word in ("**Steps:**", "**Proof**", "^^^", "**Fix**", "Reply to the customer")]
    assert places == sorted(places)


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_read_as_the_words_it_is(attack: str) -> None:
    for write in (plain, prose, code):
        assert dangers(f"before {write(attack)} after") == []
    block = list(tokens(fenced("text", [attack, "```", "````"])))
    assert [token.type for token in block] == ["fence"]


@pytest.mark.parametrize(
    "words", ["@octocat", "#12", "GH-12", "see https://evil.example/x", "www.evil.example", "a1b2c3d4e5f6a7b8"]
)
def test_nothing_mentions_or_refers_by_accident(words: str) -> None:
    """What trackers turn into links stands in code spans, where they leave it alone."""
    outside = "".join(token.content for token in tokens(plain(words)) if token.type == "text")
    assert not any(sign in outside for sign in ("@", "#", "GH-", "://", "www.", "a1b2c3d4"))


@pytest.mark.parametrize("words", ["a`b", "`", "``a", "a``b`c", "plain"])
def test_a_code_span_ends_where_it_should(words: str) -> None:
    spans = [token.content for token in tokens(code(words)) if token.type == "code_inline"]
    assert spans == [words]


def test_what_does_not_fit_is_left_out_from_the_end_and_the_text_says_so() -> None:
    report = analyzed("refresh-loop-foreign-401")
    long = msgspec.structs.replace(report.verdict.texts, customer="word " * 40_000)
    huge = msgspec.structs.replace(report, verdict=msgspec.structs.replace(report.verdict, texts=long))
    many = [msgspec.structs.replace(report.findings[-1], message="_" * 3_900, consequence_of=None)] * 30
    text = haranalyze.render(msgspec.structs.replace(huge, findings=[report.findings[0], *many]), "markdown")
    assert len(text) <= LONGEST
    assert "**Fix**" in text
    assert "left out to fit a comment" in text
