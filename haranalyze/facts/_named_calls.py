"""Authentication calls that tell by a query, body or header what they do: ``calls`` of a system's data file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from haranalyze.facts._answers import members
from haranalyze.systems import AuthCall, SessionSystem, name_matches, path_ends

if TYPE_CHECKING:
    from haranalyze.capture.model import Exchange

_WRITING = ("POST", "PUT", "PATCH")
_LARGEST_BODY = 64 * 1024
_MOST_FIELDS = 100


def named_call(exchange: Exchange, path: str, system: SessionSystem) -> AuthCall | None:
    """The first of the system's ``calls`` that the exchange is, None when it is none of them.

    Args:
        path: path of the request, without query.
    """
    method = exchange.request.method
    for call in system.calls:
        if (method != call.method if call.method else method not in _WRITING) or (
            call.path and not path_ends(path, (call.path,))
        ):
            continue
        if not call.where or any(name_matches(value, (call.text or "*",)) for value in _values(exchange, call.where)):
            return call
    return None


def query_value(url: str, name: str) -> str:
    """The first value of a query parameter, ``""`` without one; long queries are not read."""
    query = url.partition("?")[2].partition("#")[0]
    if f"{name}=" not in query or query.count("&") >= _MOST_FIELDS:
        return ""
    return parse_qs(query, max_num_fields=_MOST_FIELDS).get(name, [""])[0]


def body_value(exchange: Exchange, name: str) -> str:
    """The value of a form field or JSON member of a small request body, ``""`` without one."""
    body = exchange.request.body
    text = body.raw_text() or "" if (body.size or 0) <= _LARGEST_BODY else ""
    if text.lstrip().startswith("{"):
        return str(next(members(body.json(), name), ""))
    if f"{name}=" not in text or text.count("&") >= _MOST_FIELDS:
        return ""
    return parse_qs(text, max_num_fields=_MOST_FIELDS).get(name, [""])[0]


def _values(exchange: Exchange, where: str) -> Iterator[str]:
    place, _, name = where.partition(":")
    if place == "header":
        yield from exchange.request.raw_all(name)
    else:
        value = query_value(exchange.request.raw_url, name) if place == "query" else body_value(exchange, name)
        if value:
            yield value
