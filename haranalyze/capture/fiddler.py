"""Fiddler archives (SAZ): a zip with the raw request, raw response and timers of each session.

``raw/N_c.txt`` holds the request, ``raw/N_s.txt`` the response as it came (still chunked and compressed),
``raw/N_m.xml`` session flags and timers. Source: docs.telerik.com "Fiddler Archives"; fiddler.wikidot.com/saz-files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from haranalyze.capture.har_log import Half, HarLog, half_later
from haranalyze.capture.http_message import Answered, add_messages, read_request_text, read_response_text
from haranalyze.capture.stamps import parse_stamp
from haranalyze.capture.xml_parts import attributes_of
from haranalyze.errors import CaptureError
from haranalyze.options import Limits

_REQUEST: Final = re.compile(r"raw/(\d{1,9})_c\.txt", re.IGNORECASE)


def is_archive(names: Sequence[str]) -> bool:
    """Whether an archive is Fiddler's, by the names of its members."""
    return any(_REQUEST.fullmatch(name) for name in names)


def read_archive(archive: Mapping[str, bytes], limits: Limits) -> HarLog:
    """The sessions of an archive by their number.

    Raises:
        CaptureError: it holds no request, is locked or damaged; LimitError: too many sessions.
    """
    log = HarLog("fiddler", "Fiddler", limits)
    by_name = {name.lower(): name for name in archive}
    numbers = sorted(
        (found[1] for name in archive if (found := _REQUEST.fullmatch(name))), key=lambda one: (int(one), one)
    )
    tunnels = 0
    for number in numbers:
        asked = read_request_text(archive[by_name[f"raw/{number}_c.txt"]])
        if asked is None:
            log.note("saz-session-unreadable", "sessions without a readable request are left out")
        elif asked.method == "CONNECT":
            tunnels += 1
        else:
            answer = by_name.get(f"raw/{number}_s.txt", "")
            answered = read_response_text(archive[answer]) if answer else Answered(0, "", Half())
            if answer:
                half_later(answered.half, _answer, limits.max_body_bytes, archive, answer)
            started, time, timings = _times(_timers(archive, by_name.get(f"raw/{number}_m.xml", "")))
            add_messages(log, asked, answered, started=started, time=time, timings=timings)
    if tunnels:
        log.note("saz-tunnels-left-out", "CONNECT requests to the proxy are left out", tunnels)
    if not log.count:
        raise CaptureError("this Fiddler archive holds no HTTP session that was decrypted")
    return log


def _answer(archive: Mapping[str, bytes], name: str) -> Half:
    return read_response_text(archive[name]).half


def _timers(archive: Mapping[str, bytes], name: str) -> dict[str, float]:
    """Moments of a session in ms since the epoch; those Fiddler did not see (year 1) are left out."""
    found = {}
    for timer, written in attributes_of(archive[name], "SessionTimers").items() if name else ():
        read = parse_stamp(written)
        if read is not None and read[0] > 0:
            found[timer] = read[0]
    return found


def _times(timers: dict[str, float]) -> tuple[float | None, float | None, dict[str, float]]:
    """Start (ms since the epoch), duration and phases (ms) of a session."""
    began = timers.get("ClientBeginRequest", timers.get("GotRequestHeaders"))
    ended = timers.get("ClientDoneResponse", timers.get("ServerDoneResponse"))
    if began is None:
        return None, None, {}
    sent = timers.get("FiddlerBeginRequest", began)
    first = timers.get("ServerBeginResponse", timers.get("GotResponseHeaders", ended if ended is not None else sent))
    last = max(ended if ended is not None else first, first)
    timings = {"blocked": max(0.0, sent - began), "wait": max(0.0, first - sent), "receive": max(0.0, last - first)}
    return began, max(0.0, last - began), timings
