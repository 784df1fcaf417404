"""JSON reports of Newman and of the Postman CLI: what was sent and what came back, one execution after the other.

Bodies are lists of byte values (``{"type": "Buffer", "data": [123, ...]}``, older reports ``body`` text). No execution
has a time of its own: only the run says when it began and ended. Both write the last hop of a redirected request only.
The Postman CLI has a structure of its own (``run.meta``, ``requestExecuted``, ``headers``, ``tests``, ``errors``) and
writes Newman's with ``--reporter-json-structure newman``; either may leave out headers and bodies (``omitHeaders``).
Sources: newman ``lib/reporters/json/index.js``, ``lib/run/summary.js``, postman-runtime; observed with Newman 6.2 and
Postman CLI 1.34.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import msgspec

from haranalyze.capture.har_log import Content, Half, HarLog, text_body
from haranalyze.capture.json_parts import MemberLater, items_of, members_of, object_of, value_of
from haranalyze.capture.postman import RAW_BODY, Scope, header_pairs, read_request
from haranalyze.capture.stamps import date_of
from haranalyze.capture.values import as_duration, as_status, as_text
from haranalyze.errors import CaptureError
from haranalyze.options import Limits

_NUMBERS: Final = msgspec.json.Decoder(list[int])
_NEAR: Final = 60_000.0  # ms: how far Date headers may lie outside the run and its clock still be the server's
_AS_SENT: Final = Scope({})
_WITHOUT_HEADERS: Final = Scope({}, scripted=True)  # what was sent is not known: nothing is proven absent


def read_report(data: Any, limits: Limits) -> HarLog:
    """The executions of a report, in their order.

    Raises:
        CaptureError: the run sent nothing; LimitError: too many executions.
    """
    run = members_of(members_of(data).get("run", b"{}"))
    executions = items_of(run.get("executions", b"[]"))
    if not executions:
        raise CaptureError("this report of a collection run holds no executions: the run sent no request")
    of_cli, dates, took = False, [], []
    for written in executions:  # a first look, so that a large report is never held in objects
        execution = members_of(written)
        of_cli = of_cli or "requestExecuted" in execution
        response = members_of(execution.get("response", b"{}"))
        dates.append(date_of(_headers(response)))
        took.append(_took(response))
    log = HarLog("postman-cli", "Postman CLI", limits) if of_cli else HarLog("newman", "Newman", limits)
    began, ended = _run_times(run)
    for written, start in zip(executions, _starts(began, ended, took, dates), strict=True):
        _add(log, members_of(written), start)
    log.note(
        "newman-no-start-times",
        "the report has no start times; they come from the Date headers of the answers, or are spread over the run",
    )
    return log


def _run_times(run: dict[str, Any]) -> tuple[float | None, float | None]:
    """When the run began and ended, ms since the epoch."""
    times = object_of(run.get("timings")) or object_of(run.get("meta"))
    began, ended = as_duration(times.get("started")), as_duration(times.get("completed"))
    spent = as_duration(times.get("duration"))
    return began, began + spent if ended is None and began is not None and spent is not None else ended


def _headers(response: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(header_pairs(value_of(response.get("header", response.get("headers")))))


def _took(response: dict[str, Any]) -> float:
    return as_duration(value_of(response.get("responseTime"))) or 0.0


def _add(log: HarLog, execution: dict[str, Any], started: float | None) -> None:
    response = members_of(execution.get("response", b"{}"))
    name = "request" if object_of(execution.get("request")) else "requestExecuted"
    asked = object_of(execution.get(name))
    asked = {**asked, "auth": None, "header": asked.get("header", asked.get("headers"))}
    again = MemberLater(execution[name], RAW_BODY) if name in execution else None
    method, url, half = read_request(asked, _AS_SENT if asked["header"] else _WITHOUT_HEADERS, again)
    if not asked["header"]:
        log.note("newman-headers-omitted", "requests are recorded without their headers", here=True)
    failure = _failure(execution)
    if failed := _failed_tests(execution):
        log.note("newman-assertions-failed", "assertions of the run failed", failed, here=True)
    title = object_of(execution.get("item")).get("name") or asked.get("name")
    log.add(
        method,
        url,
        half,
        as_status(value_of(response.get("code"))),
        Half(_headers(response), _body(response, log.limits)),
        status_text=as_text(value_of(response.get("status"))),
        started=started,
        time=_took(response),
        error=(as_text(failure.get("code")) or as_text(failure.get("message")) or "failed")[:200] if failure else "",
        comment=as_text(title)[:200],
    )


def _failure(execution: dict[str, Any]) -> dict[str, Any]:
    """Why no answer came; errors of scripts are none. Empty where the request went out and came back."""
    told = [one for one in _list(value_of(execution.get("errors"))) if isinstance(one, dict)]
    of_request = next((one for one in told if one.get("source") == "request"), {})
    return object_of(execution.get("requestError")) or of_request


def _failed_tests(execution: dict[str, Any]) -> int:
    told = _list(value_of(execution.get("assertions"))) or _list(value_of(execution.get("tests")))
    return sum(1 for one in told if isinstance(one, dict) and (one.get("error") or one.get("status") == "failed"))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _starts(
    began: float | None, ended: float | None, took: Sequence[float], dates: Sequence[float | None]
) -> list[float | None]:
    """When each execution began, ms since the epoch.

    From the Date header of its answer where the server's clock fits the run, else evenly between the begin and the
    end of the run; never before the one before was answered.
    """
    if began is None:
        return [None if date is None else date - spent for date, spent in zip(dates, took, strict=True)]
    ended = max(ended or began, began + sum(took))
    known = [date for date in dates if date is not None]
    fits = bool(known) and all(began - _NEAR <= date <= ended + _NEAR for date in known)
    gap = max(0.0, ended - began - sum(took)) / len(took)
    starts: list[float | None] = []
    free = began
    for spent, date in zip(took, dates, strict=True):
        start = max(free, date - spent) if fits and date is not None else free + (0.0 if fits else gap)
        starts.append(start)
        free = start + spent
    return starts


def _body(response: dict[str, Any], limits: Limits) -> Content | None:
    stream = response.get("stream")
    size = as_duration(value_of(response.get("responseSize")))
    if stream is not None and bytes(memoryview(stream)[:1]) == b"{":
        return Content(
            partial(_bytes_of_numbers, stream, limits.max_body_bytes), size=None if size is None else int(size)
        )
    text = value_of(response.get("body"))
    return text_body(text, MemberLater(response["body"], ())) if isinstance(text, str) else None


def _bytes_of_numbers(stream: Any, limit: int) -> bytes:
    """A body that stands as a list of numbers; a long one only as far as a fact would look."""
    view = memoryview(stream)
    long = len(view) > 8 * limit  # at most four characters a byte, and the limit twice
    head = bytes(view[: 8 * limit + 4_096] if long else view)
    _, opened, numbers = head.partition(b"[")
    numbers = numbers.rpartition(b",")[0] if long else numbers.partition(b"]")[0]
    try:
        return bytes(_NUMBERS.decode(b"[" + numbers + b"]")) if opened else b""
    except (msgspec.MsgspecError, ValueError):
        return b""
