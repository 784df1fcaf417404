"""The receipt says what was masked, removed, kept and searched, and holds nothing of the recording."""

import json
from pathlib import Path

import haranalyze

SAMPLE = Path(__file__).parents[2] / "samples" / "refresh-loop-foreign-401" / "capture.har"


def test_the_receipt_counts_and_explains() -> None:
    receipt = haranalyze.sanitize([haranalyze.read_capture(SAMPLE.read_bytes(), "ticket\x1b[31m.har")]).receipt
    table = json.loads(receipt.to_json())
    assert table["schema"] == "haranalyze-sanitize-receipt/0"
    assert table["files"][0]["exchanges"] == len(json.loads(SAMPLE.read_bytes())["log"]["entries"])
    assert {"cookie", "token"} <= {one["kind"] for one in table["masked"]}
    assert table["scan"]["secrets"] > 20
    assert table["scan"]["hits"] == 0
    assert all(one["why"] for one in table["kept"])
    text = receipt.to_text()
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) <= 80
    assert "second look" in text


def test_the_receipt_holds_no_value_of_the_recording() -> None:
    capture = haranalyze.read_capture(SAMPLE.read_bytes())
    receipt = haranalyze.sanitize([capture]).receipt
    values = {value for one in capture.exchanges for _, value in one.request.raw_cookie_pairs() if len(value) >= 8}
    assert values
    assert not any(value in receipt.to_json() + receipt.to_text() for value in values)
