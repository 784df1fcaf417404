"""Threats that have no better place for their test, and that docs/threats.md names a real test for each of them."""

import ast
import base64
import importlib
import json
import pkgutil
import re
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import quote

import pytest
from click.testing import CliRunner

import haranalyze
from haranalyze.capture.model import Capture
from haranalyze.cli import main

ROOT = Path(__file__).parents[1]
BAIT = (
    "a", "0", " ", "\"", "\\", "\\\"", "%", "%25", "%41", "<", "<input ", "&", "=", ".", "-", "/", ":", "ey", "eyJa.",
    "\t",
    ",", ";", "(", "http://", "{", "[", "1.", "a=", '"a', "aA", "a.", "a-", "a ", "\n", "\r\n", "-a", "_", "é", "//",
    "a/",
    "Bearer ", "a,", "a;", "=a", "<a ", "value=", "${", "{{", 'W/"', "a:", "::", "(a", "1,", "~", "+", "W3", "\x00",
)  # fmt: skip
LENGTH = 2_000
SUSPICIOUS = 0.02  # seconds of CPU for so few characters: then four times as many are tried
SOUND_ONLY = {"haranalyze.sanitizer._texts._STRING": "reads only what was found to be sound JSON: every string ends"}


def test_the_page_names_a_real_test_for_each_threat() -> None:
    rows = [line for line in (ROOT / "docs" / "threats.md").read_text(encoding="utf-8").splitlines() if "::" in line]
    assert len(rows) > 40
    for row in rows:
        found = re.search(r"`(tests/[\w/]+\.py)::(\w+)` \|$", row)
        assert found, row
        tree = ast.parse((ROOT / found[1]).read_text(encoding="utf-8"))
        assert found[2] in {one.name for one in tree.body if isinstance(one, ast.FunctionDef)}, row


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(haranalyze.__path__, "haranalyze."):
        if "__main__" not in found.name and "migrations" not in found.name:
            yield importlib.import_module(found.name)


def patterns_in(value: Any) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        yield from patterns_in(tuple(value.values()))
    elif isinstance(value, tuple | list | set | frozenset):
        for one in value:
            yield from patterns_in(one)


def cost(pattern: re.Pattern[Any], text: Any, methods: set[str]) -> float:
    """CPU seconds of the ways in which the code uses a pattern."""
    began = time.process_time()
    for method in methods:
        if method in ("match", "fullmatch", "search"):
            getattr(pattern, method)(text)
        else:
            for _ in pattern.finditer(text):
                pass
    return time.process_time() - began


def one_of(pattern: re.Pattern[Any], text: str) -> Any:
    """A text of the type the pattern wants."""
    return text.encode() if isinstance(pattern.pattern, bytes) else text


def methods_of(name: str, sources: dict[Path, str]) -> set[str]:
    """How the code asks a pattern: of a private one only its own module counts."""
    module, _, short = name.rpartition(".")
    own = Path(str(importlib.import_module(module).__file__))
    text = sources[own] if short.startswith("_") else "\n".join(sources.values())
    called = rf"\b{short}\b(?:\[[^\]]+\])?\.(search|match|fullmatch|sub|finditer|findall|split)\b"
    return set(re.findall(called, text)) or {"finditer"}


def test_every_pattern_is_linear() -> None:
    """Four times the bait may cost ten times the time; a pattern that runs to the end from everywhere costs sixteen."""
    known: dict[re.Pattern[Any], str] = {}
    slow = []
    for module in modules():
        for name, value in vars(module).items():
            for pattern in patterns_in(value):
                known.setdefault(pattern, f"{module.__name__}.{name}")
    assert len(known) > 100
    sources = {path: path.read_text(encoding="utf-8") for path in (ROOT / "haranalyze").rglob("*.py")}
    for pattern, name in known.items():
        methods = methods_of(name, sources)
        for bait in BAIT if name not in SOUND_ONLY else ():
            for end in ("", "!", "\n~"):
                text, longer = (one_of(pattern, f"{(bait * size)[:size]}{end}") for size in (LENGTH, 4 * LENGTH))
                if cost(pattern, text, methods) < SUSPICIOUS:
                    continue
                short = min(cost(pattern, text, methods) for _ in range(3))
                long = min(cost(pattern, longer, methods) for _ in range(3))
                if short > SUSPICIOUS / 2 and long > 10 * short:
                    slow.append((name, bait, end, short, long))
    assert slow == []


def recording(**request: Any) -> Capture:
    asked = {"method": "POST", "url": "https://a.example/login", "headers": [], **request}
    answered = {"status": 401, "headers": [], "content": {"mimeType": "application/json", "text": "{}"}}
    entry = {"startedDateTime": "2026-11-22T02:34:23Z", "time": 1, "request": asked, "response": answered}
    return haranalyze.read_capture(json.dumps({"log": {"version": "1.2", "entries": [entry]}}).encode())


def test_a_bomb_in_a_saml_message_stays_packed() -> None:
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = squeeze.compress(b"<a>" + b" " * 50_000_000) + squeeze.flush()
    message = quote(base64.b64encode(packed).decode(), safe="")
    capture = recording(url=f"https://idp.example/sso?SAMLRequest={message}")
    began = time.process_time()
    haranalyze.analyze(capture)
    copy = haranalyze.sanitize([capture]).documents[0]
    assert time.process_time() - began < 10
    assert len(copy) < 3 * len(message)


def test_many_members_cost_what_their_size_costs() -> None:
    """Names whose hashes would collide cannot be made: Python's hash of text has a secret key."""
    took = []
    for count in (10_000, 40_000):
        body = json.dumps({f"m{number}": number for number in range(count)})
        capture = recording(postData={"mimeType": "application/json", "text": body})
        began = time.process_time()
        haranalyze.analyze(capture)
        haranalyze.sanitize([capture], keep_bodies=True)
        took.append(time.process_time() - began)
    assert took[1] < 12 * took[0]


@pytest.mark.parametrize("command", ["analyze", "timeline", "sanitize", "convert", "compare"])
def test_no_name_or_note_forges_a_line(command: str, tmp_path: Path) -> None:
    forged = "x\nError: all is well\x1b[2J\u202e.har"
    path = tmp_path / forged
    path.write_bytes(b"no recording")
    words = {"sanitize": [str(path), "-o", str(tmp_path / "safe.har")], "compare": [str(path), str(path)]}
    done = CliRunner().invoke(main, [command, "-v", *words.get(command, [str(path)])])
    assert done.exit_code == 3
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", done.output)
    assert not [line for line in done.output.splitlines() if line.startswith("Error: all is well")]
