"""Charles sessions in JSON: ``.chlsj`` (a list of transactions) and ``.chlz`` (a zip with one file each).

Bodies are ``text``, or ``encoded`` in base64 with their content coding still on. Times carry an offset. Charles' binary
``.chls`` is Java's own serialization and is not read. Sources: Charles' JSON session export; public files of Charles 4
and 5. No ``.chlz`` recorded by Charles could be obtained: its layout is taken from descriptions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from msgspec import Raw

from haranalyze.capture.har_log import LONG, Content, Half, HarLog, text_body
from haranalyze.capture.json_parts import MemberLater, items_of, value_of
from haranalyze.capture.stamps import parse_stamp
from haranalyze.capture.values import as_bytes, as_duration, as_object, as_status, as_text
from haranalyze.errors import CaptureError
from haranalyze.options import Limits
from haranalyze.protocol.url import DEFAULT_PORTS

_META: Final = re.compile(r"(?:.*/)?(\d{1,9})-meta\.json")
_PHASES: Final = {
    "dns": "dns",
    "connect": "connect",
    "ssl": "ssl",
    "send": "request",
    "wait": "latency",
    "receive": "response",
}
_TEXT: Final = {name: (name, "body", "text") for name in ("request", "response")}
_PACKED: Final = {name: (name, "body", "encoded") for name in ("request", "response")}


def is_archive(names: Sequence[str]) -> bool:
    """Whether an archive is a ``.chlz``, by the names of its members."""
    return any(_META.fullmatch(name) for name in names)


def is_session(transaction: Any) -> bool:
    """Whether the first item of a JSON list is a transaction of Charles."""
    return isinstance(transaction, dict) and {"scheme", "host", "request"} <= set(transaction)


def read_session(data: Any, limits: Limits) -> HarLog:
    """The transactions of a ``.chlsj``. Raises CaptureError: it holds none; LimitError: too many."""
    return _log(((value_of(one), one) for one in items_of(data)), limits)


def read_archive(archive: Mapping[str, bytes], limits: Limits) -> HarLog:
    """The transactions of a ``.chlz`` by their number. Raises as :func:`read_session`."""
    found = sorted((int(match[1]), name) for name in archive if (match := _META.fullmatch(name)))
    return _log(((_with_bodies(archive, name, number), None) for number, name in found), limits)


def _with_bodies(archive: Mapping[str, bytes], name: str, number: int) -> Any:
    """A transaction with the bodies that lie beside it."""
    transaction = _value(archive[name])
    folder = name.rpartition("/")[0]
    start = f"{folder}/{number}-" if folder else f"{number}-"
    for half, mark in (("request", "req"), ("response", "res")):
        beside = next((one for one in archive if one.startswith(start + mark)), None)
        if beside is not None and isinstance(transaction, dict) and isinstance(transaction.get(half), dict):
            transaction[half].setdefault("body", {"beside": archive[beside]})
    return transaction


def _value(data: bytes) -> Any:
    items = items_of(b"[" + data + b"]")
    return value_of(items[0]) if items else None


def _log(transactions: Iterable[tuple[Any, Raw | None]], limits: Limits) -> HarLog:
    """A log of transactions and of what they are in the file, where bodies can be read again."""
    log = HarLog("charles", "Charles", limits)
    for transaction, written in transactions:
        if is_session(transaction) and as_text(transaction.get("method")) != "CONNECT":
            _add(log, transaction, written)
        else:
            log.note("charles-transaction-left-out", "transactions that are no readable request are left out")
    if not log.count:
        raise CaptureError("this Charles session holds no request")
    return log


def _add(log: HarLog, transaction: dict[str, Any], written: Raw | None) -> None:
    answered = as_object(transaction, "response")
    state = as_text(transaction.get("status"))
    started = parse_stamp(as_text(as_object(transaction, "times").get("start")))
    durations = as_object(transaction, "durations")
    spans = {phase: as_duration(durations.get(name)) for phase, name in _PHASES.items()}
    log.add(
        as_text(transaction.get("method")).upper(),
        _url(transaction),
        _half(transaction, "request", written),
        as_status(answered.get("status")),
        _half(transaction, "response", written),
        started=started[0] if started else None,
        time=as_duration(durations.get("total")),
        timings={phase: value for phase, value in spans.items() if value is not None},
        error=as_text(transaction.get("errorMessage")) or (f"charles: {state[:40]}" if state != "COMPLETE" else ""),
    )


def _url(transaction: dict[str, Any]) -> str:
    scheme, host = as_text(transaction.get("scheme")), as_text(transaction.get("host"))
    port = transaction.get("actualPort") or transaction.get("port")
    if isinstance(port, int) and port != DEFAULT_PORTS.get(scheme):
        host = f"{host}:{port}"
    path, query = as_text(transaction.get("path")), as_text(transaction.get("query"))
    return f"{scheme}://{host}{path if path.startswith('/') else '/' + path}{'?' + query if query else ''}"


def _half(transaction: dict[str, Any], name: str, written: Raw | None) -> Half:
    side = as_object(transaction, name)
    lines = as_object(side, "header").get("headers")
    headers = [
        (as_text(one.get("name")), as_text(one.get("value")))
        for one in (lines if isinstance(lines, list) else ())
        if isinstance(one, dict)
    ]
    half = Half(headers, version=as_text(transaction.get("protocolVersion")))
    body = as_object(side, "body")
    encodings = as_text(side.get("contentEncoding")) or half.first("content-encoding")
    if isinstance(body.get("beside"), bytes):
        half.body = Content(body["beside"], encodings)
    elif isinstance(text := body.get("text"), str):
        again = MemberLater(written, _TEXT[name]) if written is not None else None
        half.body = text_body(text, again)
    elif isinstance(packed := body.get("encoded"), str):
        data: Any = as_bytes(packed)
        if data and len(data) > LONG and written is not None:
            data = partial(_unpacked_again, MemberLater(written, _PACKED[name]))
        half.body = Content(data, encodings) if data else None
    return half


def _unpacked_again(read: Callable[[], bytes]) -> bytes:
    return as_bytes(read())
