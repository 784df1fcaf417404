"""What must hold for every recording: P1 to P17. Each is tried on the recordings of real failures and on made-up ones.

P3, P7 and P15 have more tests elsewhere: canaries in every output, the order of a HAR, servers and clusters.
"""

import gzip
import io
import json
import os
import random
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import msgspec
import pytest
from click.testing import CliRunner
from haralyzer import HarParser
from hypothesis import Phase, given, settings
from jsonschema import Draft202012Validator

import haranalyze
from haranalyze.analysis import Analysis, examine
from haranalyze.capture import read_capture
from haranalyze.cli import main
from haranalyze.facts.third_party import is_third_party
from haranalyze.options import Options
from haranalyze.report.document import Report, build
from haranalyze.rulebook import Rulebook
from haranalyze.timeline import Timeline
from tests.batch.tickets import shifted
from tests.generated import documents
from tests.har_schema import HAR
from tests.lab.noise import with_noise
from tests.sanitizer.sameness import problems, told

ROOT = Path(__file__).parents[1]
SAMPLES = sorted(ROOT.glob("samples/*/capture.har"))
BOOK = Rulebook.installed()
EXAMPLES = settings(max_examples=12, phases=(Phase.explicit, Phase.generate))  # shrinking takes minutes
every_sample = pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.parent.name)
Document = dict[str, Any]


@cache
def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def analysed(data: bytes | Document, options: Options | None = None) -> Analysis:
    written = data if isinstance(data, bytes) else json.dumps(data).encode()
    return examine(read_capture(written, "capture"), BOOK, options)


def same(before: Document, after: bytes | Document) -> None:
    assert told(analysed(after)) == told(analysed(before))


# P1, P2


@EXAMPLES
@given(documents())
def test_p01_p02_a_copy_says_the_same_and_a_copy_of_it_is_the_same(document: Document) -> None:
    assert problems([read_capture(json.dumps(document).encode())]) == []


@every_sample
def test_p02_a_copy_is_a_valid_har(path: Path) -> None:
    copy = haranalyze.sanitize([read_capture(path.read_bytes())], keep_bodies=True).documents[0]
    document = json.loads(copy)
    Draft202012Validator(HAR).validate(document)
    parsed = HarParser(document)
    assert len(parsed.har_data["entries"]) == len(document["log"]["entries"])
    for page in parsed.pages:
        assert [(one.request.method, one.response.status) for one in page.entries] == [
            (one["request"]["method"], one["response"]["status"])
            for one in document["log"]["entries"]
            if one.get("pageref") == page.page_id or (page.page_id == "unknown" and "pageref" not in one)
        ]


# P3, P4


@EXAMPLES
@given(documents())
def test_p03_no_secret_is_in_any_output(document: Document) -> None:
    text = json.dumps(document)
    written = re.findall(r"(?:=|Bearer )((?!ey)[A-Za-z2-9]{16,40})\b", text)
    secrets = {one for one in written if re.search("[0-9]", one)}
    capture = read_capture(text.encode())
    report = haranalyze.analyze(capture)
    outputs = [haranalyze.render(report, how) for how in ("text", "html", "json", "sarif", "junit", "markdown")]
    outputs.append(haranalyze.sanitize([capture]).documents[0].decode())
    assert not [secret for secret in secrets for output in outputs if secret in output]


@EXAMPLES
@given(documents())
def test_p04_equal_secrets_look_equal_and_tags_are_ordinals(document: Document) -> None:
    value = "q7RxW2LkP0vTz9YdHb4M"
    for entry in document["log"]["entries"]:
        entry["request"]["headers"] = [
            {"name": "Cookie", "value": f"sid={value}"}, {"name": "Authorization", "value": f"Bearer {value}"},
        ]  # fmt: skip
    copy = json.loads(haranalyze.sanitize([read_capture(json.dumps(document).encode())]).documents[0])
    values = set()
    for entry in copy["log"]["entries"]:
        cookie, bearer = (line["value"] for line in entry["request"]["headers"])
        values |= {cookie.removeprefix("sid="), bearer.removeprefix("Bearer ")}
    assert len(values) == 1
    assert len(values.pop()) == len(value)


# P5 to P8


@every_sample
def test_p05_noise_changes_only_entry_numbers(path: Path) -> None:
    document = json.loads(text_of(path))
    if not document["log"].get("pages"):
        return  # nothing but the person who asks can tell whose session is meant
    sanitized = "sanitized" in json.loads((path.parent / "label.json").read_text(encoding="utf-8"))["exporter"]
    noisy = with_noise(json.loads(text_of(path)), count=40, seed=9, sanitized=sanitized)
    assert causes(analysed(noisy)) == causes(analysed(document))


def causes(analysis: Analysis) -> list[tuple[object, ...]]:
    """Findings and verdict without entry numbers."""
    found = [(one.rule, one.severity, one.confidence, one.owner, one.fingerprint) for one in analysis.findings]
    root = analysis.verdict.root
    return [(analysis.verdict.state, root.rule if root else None), *sorted(found)]


@every_sample
def test_p06_what_no_finding_cites_on_a_foreign_host_can_go(path: Path) -> None:
    document = json.loads(text_of(path))
    before = analysed(document)
    cited = {index for one in before.findings for index in one.exchanges}
    ours = before.facts.session.hosts
    foreign = [
        exchange.index
        for exchange in before.facts.capture
        if exchange.index not in cited and exchange.request.host not in ours and is_third_party(before.facts, exchange)
    ]
    entries = document["log"]["entries"]
    document["log"]["entries"] = [one for index, one in enumerate(entries) if index not in foreign[::2]]
    assert {one[0] for one in causes(analysed(document))[1:]} == {one[0] for one in causes(before)[1:]}


@every_sample
def test_p07_the_order_in_the_file_does_not_matter(path: Path) -> None:
    document = json.loads(text_of(path))
    entries = document["log"]["entries"]
    stamps = [one["startedDateTime"] for one in entries]
    if len(set(stamps)) < len(stamps):
        return  # an exporter that stamps several alike leaves their order to the file
    before = analysed(document)
    random.Random(5).shuffle(entries)
    assert causes(analysed(document)) == causes(before)


@every_sample
def test_p08_other_clocks_change_only_times(path: Path) -> None:
    text = text_of(path)
    if '\\"kty\\"' in text:
        return  # tokens whose signatures are verified cannot be written anew
    later = shifted(text, timedelta(days=30), {})
    assert later != text
    assert causes(analysed(later.encode())) == causes(analysed(text.encode()))


# P9, P10


def zipped(text: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("capture.har", text)
    return out.getvalue()


def turned(value: Any) -> Any:
    """The value with the members of every object in reverse order."""
    if isinstance(value, dict):
        return {key: turned(value[key]) for key in reversed(value)}
    return [turned(one) for one in value] if isinstance(value, list) else value


WRITINGS: dict[str, Callable[[str], bytes]] = {
    "gzip": lambda text: gzip.compress(text.encode()),
    "zip": zipped,
    "mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "indented": lambda text: json.dumps(json.loads(text), indent=3).encode(),
    "turned": lambda text: json.dumps(turned(json.loads(text))).encode(),
    "crlf": lambda text: json.dumps(json.loads(text), indent=1).replace("\n", "\r\n").encode(),
    "plain": lambda text: json.dumps(json.loads(text), ensure_ascii=False).encode(),
}


@every_sample
def test_p09_how_a_recording_is_written_changes_nothing(path: Path) -> None:
    expected = told(analysed(text_of(path).encode()))
    for name, write in WRITINGS.items():
        assert told(analysed(write(text_of(path)))) == expected, name


@every_sample
def test_p10_case_of_names_and_spelling_of_versions_change_nothing(path: Path) -> None:
    document = json.loads(text_of(path))
    spelled = {"http/2.0": "HTTP/2", "HTTP/2": "h2", "HTTP/1.1": "http/1.1", "http/1.1": "HTTP/1.1", "h3": "HTTP/3"}
    before = causes(analysed(document))
    for entry in document["log"]["entries"]:
        for half in (entry["request"], entry["response"]):
            half["httpVersion"] = spelled.get(half.get("httpVersion", ""), half.get("httpVersion", ""))
            for line in half["headers"]:
                line["name"] = line["name"].swapcase()
    assert causes(analysed(document)) == before


# P11 to P16


def refused(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")


@every_sample
def test_p11_p13_p14_twice_the_same_and_read_back_the_same(path: Path) -> None:
    capture = read_capture(path.read_bytes(), "capture.har")
    report = build(examine(capture, BOOK))
    written = haranalyze.render(report, "json")
    assert written == haranalyze.render(build(examine(read_capture(path.read_bytes(), "capture.har"), BOOK)), "json")
    assert msgspec.json.decode(written, type=Report) == report
    document = json.loads(written, parse_constant=refused)
    Draft202012Validator(SCHEMA).validate(document)
    assert json.loads(haranalyze.render(report, "sarif"))["version"] == "2.1.0"
    assert ElementTree.fromstring(haranalyze.render(report, "junit")).tag == "testsuites"
    again = read_capture(b"".join(Timeline(capture).to_har()), "capture.har")
    assert told(examine(again, BOOK))["findings"] == told(examine(capture, BOOK))["findings"]


@every_sample
def test_p12_without_bodies_nothing_else_is_accused(path: Path) -> None:
    document = json.loads(text_of(path))
    before = {one.rule for one in analysed(document).findings if one.severity != "info"}
    for entry in document["log"]["entries"]:
        entry["response"].get("content", {}).pop("text", None)
    after = {one.rule for one in analysed(document).findings if one.severity != "info"}
    assert after <= before


def test_p15_command_line_and_batch_give_the_same_bytes(tmp_path: Path) -> None:
    folder = tmp_path / "tickets" / "T-1"
    folder.mkdir(parents=True)
    (folder / "capture.har").write_bytes(SAMPLES[-3].read_bytes())
    alone = CliRunner().invoke(main, ["analyze", str(folder / "capture.har"), "-o", str(tmp_path / "alone.json")])
    together = CliRunner().invoke(
        main, ["batch", str(tmp_path / "tickets"), "-o", str(tmp_path / "out"), "--jobs", "1"]
    )
    assert (alone.exit_code, together.exit_code) == (0, 0)
    written = next((tmp_path / "out" / "report").rglob("*.json"))
    assert written.read_bytes() == (tmp_path / "alone.json").read_bytes()


def test_p16_no_clock_locale_seed_zone_or_width_decides() -> None:
    said = set()
    for variables in (
        {"TZ": "Asia/Kathmandu", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "1", "COLUMNS": "40"},
        {"TZ": "America/Los_Angeles", "LC_ALL": "de_DE.UTF-8", "PYTHONHASHSEED": "77", "COLUMNS": "200"},
    ):
        told_ = [sys.executable, "-m", "haranalyze", "analyze", "-q", *map(str, SAMPLES[:4]), "--format", "json"]
        done = subprocess.run(told_, capture_output=True, check=True, env={**os.environ, **variables})
        said.add(done.stdout)
    assert len(said) == 1


# P17


def calls(work: Callable[[], object]) -> int:
    """How many Python calls ``work`` makes: tells linear from quadratic without a clock."""
    count = 0

    def see(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(see)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


GROWTH: dict[str, Callable[[int], Document]] = {}


def grown(name: str) -> Callable[[Callable[[int], Document]], Callable[[int], Document]]:
    def keep(make: Callable[[int], Document]) -> Callable[[int], Document]:
        GROWTH[name] = make
        return make

    return keep


def document_of(count: int, **changes: Any) -> Document:
    entries = []
    for number in range(count):
        second = f"2026-11-22T{number // 3600 % 24:02d}:{number // 60 % 60:02d}:{number % 60:02d}.000Z"
        request = {
            "method": "GET", "url": f"https://api.example.com/api/items/{number}", "httpVersion": "HTTP/1.1",
            "headers": [{"name": "Cookie", "value": f"sid={number:x}k7RxW2LkP0v"}], **changes,
        }  # fmt: skip
        response: dict[str, Any] = {
            "status": 401 if number % 9 == 0 else 200,
            "headers": [],
            "content": {"size": 2, "text": "{}"},
        }
        entries.append({"startedDateTime": second, "time": 5, "request": request, "response": response})
    return {"log": {"version": "1.2", "creator": {"name": "WebInspector", "version": "1"}, "entries": entries}}


@grown("entries")
def more_entries(size: int) -> Document:
    return document_of(size // 2)


@grown("header length")
def longer_header(size: int) -> Document:
    return document_of(4, headers=[{"name": "X-Long", "value": "a1 " * (20 * size)}])


@grown("cookies")
def more_cookies(size: int) -> Document:
    pairs = "; ".join(f"c{number}=v{number}k7RxW2" for number in range(size))
    return document_of(4, headers=[{"name": "Cookie", "value": pairs}])


@grown("path depth")
def deeper_path(size: int) -> Document:
    return document_of(4, url="https://api.example.com" + "".join(f"/p{number}x" for number in range(size)))


@pytest.mark.parametrize("what", GROWTH)
def test_p17_twice_the_size_costs_at_most_a_little_more_than_twice(what: str) -> None:
    work = []
    for size in (300, 600):
        data = json.dumps(GROWTH[what](size)).encode()

        def both(data: bytes = data) -> None:
            capture = read_capture(data)
            build(examine(capture, BOOK))
            haranalyze.sanitize([capture])

        both()
        work.append(calls(both))
    assert work[1] <= 2.3 * work[0], work


SCHEMA = json.loads((ROOT / "docs" / "report.schema.json").read_text(encoding="utf-8"))
