"""No secret survives: canaries in hundreds of places, looked for in everything written about a recording."""

import json
import sqlite3
from pathlib import Path

import pandas
import pytest
import zstandard
from click.testing import CliRunner

import haranalyze
from haranalyze.capture.model import Capture
from haranalyze.cli import main
from haranalyze.cli.analyze import FORMATS
from haranalyze.errors import CaptureError
from haranalyze.report import to_table
from tests.sanitizer.canaries import CONTROLS, Canaries, readable, recording, survivors
from tests.web.conftest import serving

SEEDS = ((1, False), (2, True))


@pytest.fixture(scope="module", params=SEEDS, ids=["usual", "odd structures"])
def planted(request: pytest.FixtureRequest) -> tuple[bytes, Canaries]:
    seed, odd = request.param
    return recording(seed, odd=odd)


@pytest.fixture(scope="module")
def capture(planted: tuple[bytes, Canaries]) -> Capture:
    return haranalyze.read_capture(planted[0], "ticket.har")


def test_the_recording_has_canaries_in_at_least_200_places(planted: tuple[bytes, Canaries]) -> None:
    data, canaries = planted
    assert canaries.places >= 200
    assert len(set(canaries.values)) == len(canaries.values) > 250
    # What the search itself cannot see in the original it would not see in an output either.
    assert set(canaries.planted) - set(survivors(canaries, data)) <= {"response body deflate", "response body utf-16"}


@pytest.mark.parametrize("keep", [False, True], ids=["bodies removed", "bodies masked"])
def test_no_canary_is_in_a_sanitized_copy(planted: tuple[bytes, Canaries], capture: Capture, keep: bool) -> None:
    made = haranalyze.sanitize([capture], keep_bodies=keep)
    assert survivors(planted[1], made.documents[0]) == {}
    assert survivors(planted[1], (made.receipt.to_json() + made.receipt.to_text()).encode()) == {}
    text = readable(made.documents[0])
    kept = [one for one in CONTROLS if one in text]
    assert len(kept) >= 0.9 * len(CONTROLS), set(CONTROLS) - set(kept)


@pytest.mark.parametrize("format_", FORMATS)
def test_no_canary_is_in_a_report(planted: tuple[bytes, Canaries], capture: Capture, format_: str) -> None:
    report = haranalyze.analyze(capture)
    assert survivors(planted[1], haranalyze.render(report, format_).encode()) == {}


def test_no_canary_is_in_a_table(planted: tuple[bytes, Canaries], capture: Capture, tmp_path: Path) -> None:
    table = to_table.timeline_table(capture)
    for how in ("text", "csv", "json"):
        content = to_table.write(table, how)
        assert survivors(planted[1], content if isinstance(content, bytes) else content.encode()) == {}, how
    with sqlite3.connect(tmp_path / "tables.db") as database:
        table.astype(str).to_sql("timeline", database)
    assert survivors(planted[1], (tmp_path / "tables.db").read_bytes()) == {}


def test_no_canary_is_said_by_the_most_verbose_program(planted: tuple[bytes, Canaries], tmp_path: Path) -> None:
    data, canaries = planted
    path = tmp_path / "ticket.har"
    path.write_bytes(data)
    for words in (["analyze", "-v"], ["timeline", "-v"], ["sanitize", "-v", "-o", str(tmp_path / "safe.har")]):
        done = CliRunner().invoke(main, [*words, str(path)])
        assert done.exit_code == 0, done.output
        assert done.output
        assert survivors(canaries, done.output.encode()) == {}


def test_no_canary_is_in_an_error(planted: tuple[bytes, Canaries]) -> None:
    data, canaries = planted
    secret = canaries.values[0]
    broken = [
        data[: len(data) // 3].replace(b'"entries"', b'"' + secret.encode() + b'"'),
        f'{{"{secret}": 1}}'.encode(),
        f'{{"log": {{"version": "{secret}", "entries": "{secret}"}}}}'.encode(),
        secret.encode(),
        json.dumps([secret]).encode(),
        f"<html>{secret}".encode(),
        b"PK\x03\x04" + secret.encode(),
    ]
    for one in broken:
        try:
            capture = haranalyze.read_capture(one, "x")
        except CaptureError as error:
            assert survivors(canaries, str(error).encode()) == {}  # noqa: PT017 - either outcome is right
        else:
            assert survivors(canaries, repr(capture.notes).encode()) == {}


def test_no_canary_is_in_anything_a_batch_writes(tmp_path: Path) -> None:
    data, canaries = recording(3, odd=True)
    (tmp_path / "tickets" / "T-1").mkdir(parents=True)
    (tmp_path / "tickets" / "T-1" / "ticket.har").write_bytes(data)
    (tmp_path / "tickets" / "T-1" / "broken.har").write_bytes(data[: len(data) // 2].replace(b'"entries"', b'"x"'))
    out = tmp_path / "out"
    told = ["batch", str(tmp_path / "tickets"), "-o", str(out), "--csv", "--timeline", "--jobs", "1", "-v"]
    done = CliRunner().invoke(main, told)
    assert done.exit_code in (0, 3), done.output
    assert survivors(canaries, done.output.encode()) == {}
    written = [path for path in out.rglob("*") if path.is_file()]
    assert {".html", ".json", ".parquet", ".csv"} <= {path.suffix for path in written}
    assert any("ledger" in str(path.relative_to(out)) for path in written)
    assert any("timeline" in str(path.relative_to(out)) for path in written)
    said = [str(path.relative_to(out)).encode() for path in written]
    for path in written:
        said.append(path.read_bytes())
        if path.suffix == ".parquet":
            said.append(pandas.read_parquet(path).to_csv().encode())
    assert survivors(canaries, b"\n".join(said)) == {}


def test_no_canary_is_in_the_database_the_log_or_the_answers_of_the_upload_page(tmp_path: Path) -> None:
    data, canaries = recording(4, odd=True)
    with serving(tmp_path / "data") as server:
        read = server.done(server.upload(data, name="ticket.har"))
        broken = server.done(server.upload(data[: len(data) // 2].replace(b'"entries"', b'"x"'), name="broken.har"))
        assert (read["state"], broken["state"]) == ("done", "failed")
        answers = [
            server.ask("GET", path).content for path in ("/", "/api/v1/captures", f"/captures/{read['id']}/report")
        ]
        said = [*answers, json.dumps([read, broken]).encode()]
        with sqlite3.connect(next((tmp_path / "data").glob("*.db"))) as database:
            said += _values(database)
        said += [path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file()]
    said.append(server.log.read_bytes())
    assert any(b"refused" in one or b"401" in one for one in said)
    assert survivors(canaries, b"\n".join(said)) == {}


def _values(database: sqlite3.Connection) -> list[bytes]:
    """Every value of every table, unpacked."""
    found = []
    names = [row[0] for row in database.execute("select name from sqlite_master where type = 'table'")]
    for name in names:
        for row in database.execute(f'select * from "{name}"'):
            for value in row:
                content = value if isinstance(value, bytes) else str(value).encode()
                packed = content.startswith(b"\x28\xb5\x2f\xfd")  # zstd
                found.append(zstandard.ZstdDecompressor().decompressobj().decompress(content) if packed else content)
    assert len(names) > 3
    assert sum(map(len, found)) > 10_000
    return found
