"""HAR 1.2 as JSON Schema: members, their types, and which are required (w3c.github.io/web-performance, HAR, 2012)."""

from typing import Any


def _object(required: str, **members: Any) -> dict[str, Any]:
    return {"type": "object", "required": required.split(), "properties": members}


def _list(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


TEXT = {"type": "string"}
NUMBER = {"type": "number", "minimum": -1}
WHOLE = {"type": "integer", "minimum": -1}
MOMENT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$|^$"}
PROGRAM = _object("name version", name=TEXT, version=TEXT, comment=TEXT)
PAIR = _object("name value", name=TEXT, value=TEXT)
COOKIE = _object("name value", name=TEXT, value=TEXT, path=TEXT, domain=TEXT, httpOnly={"type": "boolean"})
POSTED = _object("mimeType", mimeType=TEXT, text=TEXT, params=_list(_object("name", name=TEXT)))
MESSAGE: dict[str, Any] = {
    "httpVersion": TEXT, "cookies": _list(COOKIE), "headers": _list(PAIR), "headersSize": WHOLE, "bodySize": WHOLE,
}  # fmt: skip
REQUEST = _object(
    "method url httpVersion cookies headers queryString headersSize bodySize",
    method=TEXT, url=TEXT, queryString=_list(PAIR), postData=POSTED, **MESSAGE,
)  # fmt: skip
RESPONSE = _object(
    "status statusText httpVersion cookies headers content redirectURL headersSize bodySize",
    status={"type": "integer", "minimum": 0}, statusText=TEXT, redirectURL=TEXT,
    content=_object("size mimeType", size=WHOLE, mimeType=TEXT, text=TEXT, encoding=TEXT), **MESSAGE,
)  # fmt: skip
TIMINGS = _object("send wait receive", **dict.fromkeys("blocked dns connect send wait receive ssl".split(), NUMBER))
ENTRY = _object(
    "startedDateTime time request response cache timings",
    pageref=TEXT, startedDateTime=MOMENT, time=NUMBER, request=REQUEST, response=RESPONSE, cache={"type": "object"},
    timings=TIMINGS, serverIPAddress=TEXT, connection=TEXT, comment=TEXT,
)  # fmt: skip
PAGE = _object("startedDateTime id title pageTimings", startedDateTime=MOMENT, id=TEXT, title=TEXT,
               pageTimings=_object("", onContentLoad=NUMBER, onLoad=NUMBER))  # fmt: skip
HAR = _object(
    "log",
    log=_object("version creator entries", version=TEXT, creator=PROGRAM, browser=PROGRAM, pages=_list(PAGE),
                entries=_list(ENTRY), comment=TEXT),
)  # fmt: skip
