"""mitmproxy flow files: tnetstrings, one per flow, of every version from 0.11 to 12.

Read here and not with mitmproxy's own library, which needs Python 3.12, brings 24 further distributions and pins
brotli, zstandard and cryptography to versions other than ours (docs/inputs.md has the measurement). The format is
small: ``LENGTH:DATA`` and one character for the type. Sources: mitmproxy ``io/tnetstring.py``, ``io/compat.py``,
``http.py`` (``pretty_url``), ``addons/savehar.py`` (phases); the tests compare with the HAR that mitmproxy writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from haranalyze.capture.har_log import Content, Half, HarLog, text_of
from haranalyze.capture.values import as_duration
from haranalyze.errors import CaptureError
from haranalyze.options import Limits
from haranalyze.protocol.url import DEFAULT_PORTS

_LONGEST_LENGTH: Final = 12  # digits
_DEEPEST: Final = 40
_MOST: Final = 100_000  # values in one list or dictionary: frames of a long WebSocket are the most


class _DamagedError(Exception):
    """A tnetstring that breaks off or is none; ``at`` is the byte."""

    def __init__(self, at: int) -> None:
        self.at = at


def read_flows(data: Any, limits: Limits) -> HarLog:
    """The HTTP flows of a file in their order.

    Raises:
        CaptureError: it holds none, or not one can be read; LimitError: too many.
    """
    log = HarLog("mitmproxy", "mitmproxy", limits)
    connections: set[Any] = set()
    others = 0
    view = memoryview(data)
    try:
        for flow in _flows(view):
            kind = _word(flow.get("type")) or "http"
            if kind == "http" and isinstance(flow.get("request"), dict):
                _add(log, flow, connections)
            else:
                others += 1
    except _DamagedError as damage:
        if not log.count:
            raise CaptureError(f"this is not a mitmproxy flow file: it is damaged at byte {damage.at}") from damage
        message = f"the file is cut off or damaged at byte {damage.at}; the complete flows before it were read"
        log.cut(message)
    if others:
        log.note("flows-not-http", "flows that are not HTTP (TCP, UDP, DNS) are left out", others)
    if not log.count:
        raise CaptureError(f"this mitmproxy flow file holds {others} flows and none of them is HTTP")
    return log


def _flows(view: memoryview) -> Iterator[dict[str, Any]]:
    at = 0
    while at < len(view):
        value, at = _value(view, at, len(view), 0)
        if not isinstance(value, dict):
            raise _DamagedError(at)
        yield value


def _value(view: memoryview, at: int, end: int, depth: int) -> tuple[Any, int]:
    """The value that begins at ``at`` and the place after it. Bytes stay slices of the file."""
    colon = bytes(view[at : min(at + _LONGEST_LENGTH + 1, end)]).find(b":")
    digits = bytes(view[at : at + max(colon, 0)])
    if colon < 1 or not digits.isdigit() or depth > _DEEPEST:
        raise _DamagedError(at)
    start = at + colon + 1
    stop = start + int(digits)
    if stop >= end:
        raise _DamagedError(at)
    mark = view[stop]
    if mark == ord(","):
        return view[start:stop], stop + 1
    if mark == ord(";"):
        return bytes(view[start:stop]).decode("utf-8", "replace"), stop + 1
    if mark == ord("}"):
        return _dictionary(view, start, stop, depth), stop + 1
    if mark == ord("]"):
        found = []
        while start < stop:
            one, start = _value(view, start, stop, depth + 1)
            found.append(one)
            if len(found) > _MOST:
                raise _DamagedError(at)
        return found, stop + 1
    return _scalar(bytes(view[start : min(stop, start + 64)]), mark, at), stop + 1


def _dictionary(view: memoryview, start: int, stop: int, depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    while start < stop:
        name, start = _value(view, start, stop, depth + 1)
        if start >= stop or len(found) > _MOST:
            raise _DamagedError(start)
        found[_word(name)], start = _value(view, start, stop, depth + 1)
    return found


def _scalar(written: bytes, mark: int, at: int) -> Any:
    try:
        match chr(mark):
            case "#":
                return int(written)
            case "^":
                return float(written)
            case "!":
                return written == b"true"
            case "~":
                return None
    except ValueError:
        pass
    raise _DamagedError(at)


def _word(value: Any) -> str:
    """A text, whether the version wrote it as bytes or as text."""
    if isinstance(value, str):
        return value
    return text_of(value) if isinstance(value, memoryview) else ""


def _add(log: HarLog, flow: dict[str, Any], connections: set[Any]) -> None:
    request = flow["request"]
    response = flow.get("response") if isinstance(flow.get("response"), dict) else None
    failure = flow.get("error") if isinstance(flow.get("error"), dict) else None
    asked = _half(request)
    method = _word(request.get("method"))
    url = _url(request, asked)
    members: dict[str, Any] = {}
    if isinstance(flow.get("websocket"), dict):
        members = {"_resourceType": "websocket", "_webSocketMessages": _messages(flow["websocket"])}
    written = flow.get("server_conn")
    server: dict[str, Any] = written if isinstance(written, dict) else {}
    if address := _address(server):
        members["serverIPAddress"] = address
    timings, total = _phases(request, response, server, connections)
    began = as_duration(request.get("timestamp_start"))
    status = as_duration(response.get("status_code", response.get("code"))) if response else None
    log.add(
        method.upper(),
        url,
        asked,
        int(status or 0),
        _half(response) if response else Half(),
        status_text=_word(response.get("reason", response.get("msg"))) if response else "",
        started=None if began is None else began * 1000.0,
        time=total,
        timings=timings,
        error=_word(failure.get("msg"))[:200] if failure else "",
        comment=_word(flow.get("comment"))[:200],
        **members,
    )


def _half(message: dict[str, Any]) -> Half:
    written = message.get("headers")
    pairs = [one for one in written if isinstance(one, list) and len(one) == 2] if isinstance(written, list) else []
    half = Half([(_word(name), _word(value)) for name, value in pairs], version=_version(message))
    content = message.get("content", message.get("body"))
    if isinstance(content, memoryview) and len(content):
        encodings = half.first("content-encoding")
        size = None if encodings else len(content)
        half.body = Content(content, encodings, half.first("content-type"), size, len(content))
    return half


def _version(message: dict[str, Any]) -> str:
    written = message.get("http_version", message.get("httpversion"))
    if isinstance(written, list):
        return "HTTP/" + ".".join(str(one) for one in written if isinstance(one, int))
    return _word(written)


def _url(request: dict[str, Any], asked: Half) -> str:
    """As mitmproxy's ``pretty_url``: the authority the client named, not the address it was routed to."""
    scheme, path = _word(request.get("scheme")) or "http", _word(request.get("path"))
    authority = _word(request.get("authority")) or asked.first("host")
    if _word(request.get("method")).upper() == "CONNECT":
        return f"https://{authority or _word(request.get('host'))}/"
    if not authority:
        host, port = _word(request.get("host")), request.get("port")
        host = f"[{host}]" if ":" in host else host
        authority = host if port == DEFAULT_PORTS.get(scheme) or not isinstance(port, int) else f"{host}:{port}"
    else:
        authority = authority.removesuffix(f":{DEFAULT_PORTS.get(scheme, 0)}")
    if "://" in path[:12]:
        return path
    return f"{scheme}://{authority}{path if path.startswith('/') else '/' + path}"


def _address(server: dict[str, Any]) -> str:
    for name in ("peername", "ip_address", "address"):
        written = server.get(name)
        if isinstance(written, dict):
            written = written.get("address")
        if isinstance(written, list) and written and (text := _word(written[0])) and text.replace(".", "").isdigit():
            return text
    return ""


def _phases(
    request: dict[str, Any], response: dict[str, Any] | None, server: dict[str, Any], connections: set[Any]
) -> tuple[dict[str, float], float]:
    """Phases in ms as mitmproxy's HAR has them; a connection is set up for its first exchange only."""
    phases = {"connect": -1.0, "ssl": -1.0, "send": 0.0, "wait": 0.0, "receive": 0.0}
    opened, tcp = as_duration(server.get("timestamp_start")), as_duration(server.get("timestamp_tcp_setup"))
    tls = as_duration(server.get("timestamp_tls_setup", server.get("timestamp_ssl_setup")))
    name = _word(server.get("id")) or (opened, tcp)
    if name not in connections and opened is not None and tcp is not None:
        connections.add(name)
        phases["connect"] = max(0.0, (tcp - opened) * 1000.0)
        if tls is not None:
            phases["ssl"] = max(0.0, (tls - tcp) * 1000.0)
    begin, end = as_duration(request.get("timestamp_start")), as_duration(request.get("timestamp_end"))
    if begin is not None and end is not None:
        phases["send"] = max(0.0, (end - begin) * 1000.0)
    if response is not None:
        first, last = as_duration(response.get("timestamp_start")), as_duration(response.get("timestamp_end"))
        if first is not None and end is not None:
            phases["wait"] = max(0.0, (first - end) * 1000.0)
        if first is not None and last is not None:
            phases["receive"] = max(0.0, (last - first) * 1000.0)
    return phases, sum(one for one in phases.values() if one > 0)


def _messages(socket: dict[str, Any]) -> list[dict[str, Any]]:
    """WebSocket messages as HAR writers have them: direction, time in seconds, opcode and text."""
    found = []
    written = socket.get("messages")
    for one in written if isinstance(written, list) else ():
        if isinstance(one, list) and len(one) >= 4 and isinstance(one[0], int):
            direction = "send" if one[1] is True else "receive"
            found.append({"type": direction, "time": as_duration(one[3]), "opcode": one[0], "data": _word(one[2])})
    return found
