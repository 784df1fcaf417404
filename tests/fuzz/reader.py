"""``python -m tests.fuzz.reader --seconds 30``: coverage-guided fuzzing of the HAR reader.

Whatever the bytes are, only CaptureError may come out of the reader, and nothing out of a late decode. Inputs that
break this are kept as ``tests/fuzz/regressions/<hash>`` and replayed by ``tests/test_fuzz_regressions.py``.
"""

import argparse
import hashlib
import json
import sys
import tempfile
from pathlib import Path

REGRESSIONS = Path(__file__).parent / "regressions"
SAMPLES = Path(__file__).parents[2] / "samples"
MOST_BYTES = 4096


def seeds() -> list[bytes]:
    """Small HARs cut from samples, and odd ones."""
    found = [
        b'{"log":{"version":"1.2","creator":{"name":"x","version":"1"},"entries":[{"request":null,"response":null}]}}',
        b'{"log":{"entries":[{"startedDateTime":"2026-11-22T02:34:23.230+05:30","time":1,"request":{"method":"GET",'
        b'"url":"http://a.b/c","headers":[["Cookie","a=b"]],"cookies":{"name":"a"}},"response":{"status":200,'
        b'"headers":{"Set-Cookie":"a=b\\nc=d"},"content":{"text":"e30=","encoding":"base64"}}}]}}',
        b'onInputData({"log":{"entries":[]}});',
        b"\xff\xfe" + '{"log":{"entries":[]}}'.encode("utf-16-le"),
    ]
    for path in sorted(SAMPLES.glob("*/capture.har"))[:6]:
        log = json.loads(path.read_bytes())["log"]
        for entry in log["entries"][8:12]:
            entry.pop("_initiator", None)
            entry["response"]["content"].pop("text", None)
            log_small = {"version": "1.2", "creator": log["creator"], "entries": [entry]}
            found.append(json.dumps({"log": log_small}).encode())
    return found


def read_all(data: bytes) -> None:
    """Read a capture and every late member of it. Raises nothing but CaptureError."""
    from haranalyze.capture import read_captures
    from haranalyze.timeline import Timeline

    for capture in read_captures(data):
        timeline = Timeline(capture)
        for exchange in capture:
            request, response = exchange.request, exchange.response
            _ = (exchange.timings, exchange.initiator, exchange.is_page, exchange.url_place, exchange.status_place)
            _ = (len(request.headers), request.raw_cookie_pairs(), request.url, request.body.json())
            _ = (len(response.headers), response.raw_set_cookies(), response.body.json(), response.raw_redirect_url)
            _ = (response.places("set-cookie"), timeline.sent(exchange), timeline.retry_of(exchange))
        for exchange in capture:
            timeline.redirected_from(exchange)


def one(data: bytes) -> None:
    """One fuzz input."""
    from haranalyze.errors import CaptureError

    try:
        read_all(data)
    except CaptureError:
        pass
    except BaseException:
        REGRESSIONS.mkdir(exist_ok=True)
        (REGRESSIONS / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
        raise


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=30)
    options = parser.parse_args()
    try:
        import atheris
    except ImportError:
        print("atheris is not installed here (it has wheels for Linux): nothing fuzzed")
        return 0
    with atheris.instrument_imports(include=["haranalyze"]):
        import haranalyze.capture
        import haranalyze.timeline  # noqa: F401
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(seeds()):
            (Path(corpus) / str(number)).write_bytes(seed)
        flags = [f"-max_total_time={options.seconds}", f"-max_len={MOST_BYTES}", "-timeout=10", "-rss_limit_mb=2048"]
        atheris.Setup([sys.argv[0], *flags, "-print_final_stats=1", corpus], one)
        atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
