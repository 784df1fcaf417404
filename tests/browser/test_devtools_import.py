"""DevTools' own import reads what sanitizing writes."""

import json
from pathlib import Path

import pytest

import haranalyze
from tests.browser.devtools import executable, imported

SAMPLES = sorted((Path(__file__).parents[2] / "samples").glob("*/capture.har"))[::4]


@pytest.mark.skipif(executable() is None, reason="no Chromium here")
def test_every_request_of_a_sanitized_copy_is_imported() -> None:
    originals = [haranalyze.read_capture(path.read_bytes()) for path in SAMPLES]
    copies = [haranalyze.sanitize([one]).documents[0] for one in originals]
    for copy, requests in zip(copies, imported(copies), strict=True):
        entries = json.loads(copy)["log"]["entries"]
        assert len(requests) == len(entries) > 0
        for entry, (method, url, status, asked, answered) in zip(entries, requests, strict=True):
            request, response = entry["request"], entry["response"]
            assert (method, url.partition("#")[0]) == (request["method"], request["url"].partition("#")[0])
            assert status == response["status"]
            assert (asked, answered) == (len(request["headers"]), len(response["headers"]))
