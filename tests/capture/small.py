"""Small HARs built in the test, so that each test shows the one odd thing it is about."""

import json
from typing import Any

START = "2026-11-22T02:34:23.123Z"


def entry(request: Any = None, response: Any = None, **members: Any) -> dict[str, Any]:
    """One ordinary entry; ``request``, ``response`` and other members add to or replace its own."""
    asked = {
        "method": "GET",
        "url": "https://api.example.com/feed",
        "httpVersion": "h2",
        "headers": [{"name": "Host", "value": "api.example.com"}],
        "cookies": [],
        "queryString": [],
        "headersSize": -1,
        "bodySize": 0,
    }
    answered = {
        "status": 200,
        "statusText": "",
        "httpVersion": "h2",
        "headers": [{"name": "Content-Type", "value": "application/json"}],
        "cookies": [],
        "content": {"size": 2, "mimeType": "application/json", "text": "{}"},
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": -1,
    }
    made: dict[str, Any] = {
        "startedDateTime": START,
        "time": 20,
        "request": {**asked, **(request or {})},
        "response": {**answered, **(response or {})},
        "cache": {},
        "timings": {"send": 0, "wait": 20, "receive": 0},
    }
    return {**made, **members}


def log(*entries: Any, **members: Any) -> dict[str, Any]:
    """A HAR document with these entries."""
    frame: dict[str, Any] = {"version": "1.2", "creator": {"name": "WebInspector", "version": "537.36"}, "pages": []}
    return {"log": {**frame, **members, "entries": list(entries)}}


def har(*entries: Any, **members: Any) -> bytes:
    """The bytes of :func:`log`."""
    return json.dumps(log(*entries, **members)).encode()
