"""Proxyman logs (``.proxymanlogv2``): a zip with one JSON file for each exchange, ``request_NUMBER_ID``.

Bodies are base64, with their content coding taken off where Proxyman could; times are seconds since the epoch. Sources:
public logs of Proxyman 5.19 beside the HAR that it exported of the same exchanges.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from haranalyze.capture.har_log import LONG, Content, Half, HarLog
from haranalyze.capture.json_parts import MemberLater, object_of
from haranalyze.capture.values import as_bytes, as_duration, as_object, as_status, as_text
from haranalyze.errors import CaptureError
from haranalyze.options import Limits
from haranalyze.protocol.url import DEFAULT_PORTS

_MEMBER: Final = re.compile(r"request_(\d{1,9})_[A-Za-z0-9-]{1,80}")


def is_archive(names: Sequence[str]) -> bool:
    """Whether an archive is Proxyman's, by the names of its members."""
    return any(_MEMBER.fullmatch(name) for name in names)


def read_archive(archive: Mapping[str, bytes], limits: Limits) -> HarLog:
    """The exchanges of a log by their number.

    Raises:
        CaptureError: it holds no request, or is damaged; LimitError: too many exchanges.
    """
    log = HarLog("proxyman", "Proxyman", limits)
    numbered = sorted((int(found[1]), name) for name in archive if (found := _MEMBER.fullmatch(name)))
    for _, name in numbered:
        flow = object_of(archive[name])
        if not isinstance(flow.get("request"), dict):
            log.note("proxyman-flow-unreadable", "files without a readable request are left out")
        elif _method(flow) == "CONNECT":
            log.note("proxyman-tunnels-left-out", "CONNECT requests to the proxy are left out")
        else:
            _add(log, flow, archive, name)
    if not log.count:
        raise CaptureError("this Proxyman log holds no HTTP request that was decrypted")
    return log


def _method(flow: dict[str, Any]) -> str:
    return as_text(as_object(flow["request"], "method").get("name")).upper()


def _add(log: HarLog, flow: dict[str, Any], archive: Mapping[str, bytes], name: str) -> None:
    asked, answered = flow["request"], as_object(flow, "response")
    status = as_object(answered, "status")
    started, took, timings = _times(as_object(flow, "timing"))
    members: dict[str, Any] = {}
    if address := as_text(as_object(flow, "summary").get("serverIpAddress")):
        members["serverIPAddress"] = address
    if asked.get("isWebSocketUpgrade") is True:
        members["_resourceType"] = "websocket"
    log.add(
        _method(flow),
        as_text(asked.get("fullPath")) or _url(asked),
        _half(asked, archive, (name, "request")),
        as_status(status.get("code")),
        _half(answered, archive, (name, "response")),
        status_text=as_text(status.get("phrase")),
        started=started,
        time=took,
        timings=timings,
        error=as_text(answered.get("error"))[:200],
        **members,
    )


def _url(asked: dict[str, Any]) -> str:
    scheme, port = as_text(asked.get("scheme")) or "https", asked.get("port")
    usual = DEFAULT_PORTS.get(scheme)
    authority = as_text(asked.get("host")) + (f":{port}" if isinstance(port, int) and port != usual else "")
    return f"{scheme}://{authority}{as_text(asked.get('uri'))}"


def _half(side: dict[str, Any], archive: Mapping[str, bytes], at: tuple[str, str]) -> Half:
    lines = as_object(side, "header").get("entries")
    headers = [
        (as_text(as_object(one, "key").get("name")), as_text(one.get("value")))
        for one in (lines if isinstance(lines, list) else ())
        if isinstance(one, dict) and one.get("isEnabled") is not False
    ]
    version = as_object(side, "version")
    half = Half(headers, version=f"HTTP/{version.get('major')}.{version.get('minor')}" if version else "")
    body = as_bytes(as_text(side.get("bodyData")))
    if body:
        encodings = _still_on(body, half.first("content-encoding"))
        size = None if encodings else len(body)
        wire = as_duration(side.get("compressedBodyDataCount"))
        later = partial(_again, archive, at) if len(body) > LONG else body
        half.body = Content(later, encodings, half.first("content-type"), size, None if wire is None else int(wire))
    return half


def _again(archive: Mapping[str, bytes], at: tuple[str, str]) -> bytes:
    name, side = at
    return as_bytes(MemberLater(archive[name], (side, "bodyData"))())


def _still_on(body: bytes, encodings: str) -> str:
    """Content codings that are still on a body: none where it reads as text."""
    if not encodings:
        return ""
    try:
        body[:LONG].decode("utf-8")
    except UnicodeDecodeError as error:
        return "" if error.start > LONG - 4 else encodings  # a character that the cut goes through is text
    return ""


def _times(timing: dict[str, Any]) -> tuple[float | None, float | None, dict[str, float]]:
    """Start (ms since the epoch), duration and phases (ms)."""
    begun, sent, first, last = (
        as_duration(timing.get(name))
        for name in ("requestStartedAt", "requestEndedAt", "responseStartedAt", "responseEndedAt")
    )
    if begun is None:
        return None, None, {}
    sent = begun if sent is None else max(begun, sent)
    first = sent if first is None else max(sent, first)
    last = first if last is None else max(first, last)
    phases = {"send": sent - begun, "wait": first - sent, "receive": last - first}
    return begun * 1000.0, (last - begun) * 1000.0, {phase: spent * 1000.0 for phase, spent in phases.items()}
