"""What stays in memory beside the file is a small part of it: bodies are neither copied nor kept once they were read,
and an exchange takes little."""

import json
import sys
import tracemalloc
from base64 import b64encode
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from haranalyze.analysis import examine
from haranalyze.capture import har_log, read_capture
from haranalyze.capture.model import Capture
from haranalyze.rulebook import Rulebook
from tests.capture import small, test_netlog
from tests.capture.test_mitmproxy_flows import flow

COUNT = 50
# Letters without any pattern: a packed copy of them would be half as large as they are.
BODY = json.dumps({"items": [Random(number).randbytes(1_000).hex() for number in range(30)]})
URL = "https://api.example.com/api/items"
HEADERS = (
    ("Content-Type", "application/json"),
    ("Date", "Sat, 22 Nov 2025 02:34:23 GMT"),
    ("Authorization", "Bearer abcdefghijklmnop"),
)


def har() -> bytes:
    lines = [{"name": name, "value": value} for name, value in HEADERS]
    asked: dict[str, Any] = {"method": "POST", "url": URL, "headers": lines}
    asked["postData"] = {"mimeType": "application/json", "text": BODY}
    answered = {"headers": lines, "content": {"size": len(BODY), "mimeType": "application/json", "text": BODY}}
    return small.har(*[small.entry(asked, answered)] * COUNT)


def mitmproxy() -> bytes:
    headers = [[name.encode(), value.encode()] for name, value in HEADERS]
    half = {"headers": headers, "content": BODY.encode()}
    asked = {**half, "method": b"POST", "path": b"/api/items", "host": "api.example.com"}
    return flow(asked, {**half, "status_code": 200}) * COUNT


def netlog() -> bytes:
    packed = {"byte_count": len(BODY), "bytes": b64encode(BODY.encode()).decode()}
    lines = [f"{name}: {value}" for name, value in HEADERS]
    events = []
    for number in range(COUNT):
        events += test_netlog.request(URL, 100 * number, *lines, source=number)
        events.append(test_netlog.answer(100 * number + 9, *lines, source=number))
        events.append(test_netlog.event("URL_REQUEST_JOB_FILTERED_BYTES_READ", 100 * number + 10, 0, number, **packed))
    return test_netlog.netlog(*events)


def charles() -> bytes:
    lines = [{"name": name, "value": value} for name, value in HEADERS]
    half = {"header": {"headers": lines}, "body": {"text": BODY}}
    one = {"status": "COMPLETE", "method": "POST", "scheme": "https", "host": "api.example.com", "path": "/api/items"}
    return json.dumps([{**one, "request": half, "response": {**half, "status": 200}}] * COUNT).encode()


def postman() -> bytes:
    lines = [{"key": name, "value": value} for name, value in HEADERS]
    asked = {"method": "POST", "url": URL, "header": lines, "body": {"mode": "raw", "raw": BODY}}
    saved = {"originalRequest": asked, "code": 200, "header": lines, "body": BODY}
    item = {"name": "x", "request": asked, "response": [saved]}
    schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
    return json.dumps({"info": {"name": "x", "schema": schema}, "item": [item] * COUNT}).encode()


def pasted() -> bytes:
    lines = "".join(f"{name}: {value}\n" for name, value in HEADERS)
    asked = f"POST /api/items HTTP/1.1\nHost: api.example.com\n{lines}\n{BODY}\n"
    return (f"{asked}HTTP/1.1 200 OK\n{lines}\n{BODY}\n" * COUNT).encode()


def newman() -> bytes:
    lines = [{"key": name, "value": value} for name, value in HEADERS]
    asked = {"method": "POST", "url": URL, "header": lines, "body": {"mode": "raw", "raw": BODY}}
    stream = {"type": "Buffer", "data": list(BODY.encode())}
    one = {"request": asked, "response": {"code": 200, "header": lines, "stream": stream}}
    return json.dumps({"collection": {}, "run": {"executions": [one] * COUNT}}).encode()


def burp() -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in HEADERS)
    asked, answered = (
        b64encode(f"{first}\r\n{lines}\r\n{BODY}".encode()).decode()
        for first in ("POST /api/items HTTP/1.1", "HTTP/1.1 200 OK")
    )
    item = (
        f'<item><url><![CDATA[{URL}]]></url><request base64="true"><![CDATA[{asked}]]></request>'
        f'<response base64="true"><![CDATA[{answered}]]></response></item>'
    )
    return f'<items burpVersion="2023.10">{item * COUNT}</items>'.encode()


def curl() -> bytes:
    asked = "".join(f"> {line}\n" for line in ("POST /api/items HTTP/1.1", "Host: api.example.com"))
    lines = "".join(f"< {name}: {value}\n" for name, value in HEADERS)
    return f"{asked}> \n< HTTP/1.1 200 OK\n{lines}< \n{BODY}\n* Connection #0 to host x left intact\n".encode() * COUNT


FORMATS = (har, mitmproxy, netlog, charles, postman, newman, burp, curl, pasted)
MOST_FOR_ONE = 3_800  # bytes for an exchange with three headers on each side, all of them and its bodies asked for


@pytest.mark.parametrize("make", FORMATS)
def test_an_exchange_takes_little(make: Callable[[], bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    here, count = sys.modules[__name__], 200
    monkeypatch.setattr(here, "COUNT", count)
    monkeypatch.setattr(here, "BODY", json.dumps({"items": ["x" * 600]}))
    data = make()
    ask_for_all(read_capture(data))  # what is loaded and remembered once is no part of it
    tracemalloc.start()
    try:
        capture = read_capture(data)
        ask_for_all(capture)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(capture.exchanges) == count
    assert kept / count < MOST_FOR_ONE


def ask_for_all(capture: Capture) -> None:
    for exchange in capture:
        for half in (exchange.request, exchange.response):
            _ = (half.raw("content-type"), half.body.raw_mime_type)


@pytest.mark.parametrize("make", FORMATS)
def test_bodies_stay_where_they_are(make: Callable[[], bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(har_log, "_KEPT", len(BODY))  # decoded bodies kept for a while, bounded for large files only
    data, book = make(), Rulebook.installed()
    examine(read_capture(data), book)  # what is loaded and remembered once is no part of it
    tracemalloc.start()
    try:
        analysis = examine(read_capture(data), book)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    exchanges = analysis.facts.exchanges
    assert len(exchanges) == COUNT
    assert exchanges[-1].response.body.json() == json.loads(BODY)
    assert kept < len(data) // 4
