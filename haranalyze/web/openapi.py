"""The description of the API: a table of its operations, from which the routes and the OpenAPI document are made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec

import haranalyze
from haranalyze.web import api, comparing, views
from haranalyze.web.gate import Handler
from haranalyze.web.problems import phrase
from haranalyze.web.store import STATES

ROOT = "/api/v1"
_ID = "yX2pO0d9qk1uWm3sT4vBzA7c"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an operation; ``place`` is path, query or header."""

    name: str
    place: str
    about: str
    schema: dict[str, Any] = field(default_factory=lambda: {"type": "string"})
    example: Any = None


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: how it is reached, and what it answers (status to type; None: no body)."""

    id: str
    method: str
    path: str
    handle: Handler
    about: str
    answers: dict[int, type[msgspec.Struct] | str | None]
    parameters: tuple[Parameter, ...] = ()
    body: dict[str, Any] | None = None
    problems: tuple[int, ...] = ()


_CAPTURE = Parameter("id", "path", "The id of a capture.", {"type": "string", "minLength": 1, "maxLength": 64}, _ID)
_TICKET = Parameter("ticket", "query", "A ticket number to attach.", {"type": "string", "maxLength": 80}, "4711")
_KEY = Parameter(
    "Idempotency-Key",
    "header",
    "The same key and file give the same capture again instead of a second one.",
    {"type": "string", "pattern": api.KEY},
    "ticket-4711-first",
)
_FILE = {
    "required": True,
    "description": "The file itself: a HAR, or a gzip, zip, brotli or zstd with one or several in it.",
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary", "minLength": 1}}},
}
_DAYS = {
    "required": False,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "days": {"type": "integer", "minimum": 1, "maximum": api.MOST_DAYS},
                    "label": {"type": "string", "maxLength": 80, "pattern": "^[^\\u0000]*$"},
                },
            },
            "example": {"days": 7, "label": "for the customer"},
        }
    },
}
_TICKET_BODY = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "additionalProperties": False,
                "required": ["ticket"],
                "properties": {"ticket": {"type": "string", "maxLength": 80}},
            },
            "example": {"ticket": "4711"},
        }
    },
}
_CURSOR = {"type": "string", "pattern": api.CURSOR}
_SOME = {"type": "string", "minLength": 1}
_UPLOAD_PROBLEMS = (400, 409, 413, 415, 429, 503, 507)

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "createCapture",
        "POST",
        "/captures",
        api.create,
        "Upload a file. Answered with 201 once it is safe on disk; it is then read, whatever happens to the server.",
        {201: views.CaptureView, 200: views.CaptureView},
        (Parameter("name", "query", "What to call the file.", example="ticket.har"), _TICKET, _KEY),
        _FILE,
        _UPLOAD_PROBLEMS,
    ),
    Operation(
        "putUpload",
        "PUT",
        "/uploads/{name}",
        api.create,
        "The same for `curl -T FILE`, which adds the file's name to the address.",
        {201: views.CaptureView, 200: views.CaptureView},
        (
            Parameter("name", "path", "What to call the file.", {"type": "string", "minLength": 1}, "ticket.har"),
            _TICKET,
            _KEY,
        ),
        _FILE,
        _UPLOAD_PROBLEMS,
    ),
    Operation(
        "listCaptures",
        "GET",
        "/captures",
        api.listing,
        "Captures from the newest on. An archive is listed by its recordings.",
        {200: views.CaptureList},
        (
            Parameter("state", "query", "Only those; empty: all.", {"type": "string", "enum": ["", *STATES]}, "fault"),
            Parameter("rule", "query", "Only those where this rule found the cause.", example="refresh-loop"),
            Parameter("fingerprint", "query", "Only those with this cause.", example="v1:44029600e461"),
            Parameter("owner", "query", "Only those where these people must act.", example="api"),
            Parameter("ticket", "query", "Only those of this ticket.", example="4711"),
            Parameter("q", "query", "Words that name, verdict, rule, host or ticket hold.", example="refresh"),
            Parameter("limit", "query", "At most so many.", {"type": "integer", "minimum": 1, "maximum": 200}, 50),
            Parameter("before", "query", "`next` of the page before.", _CURSOR, f"1795756483.5~{_ID}"),
        ),
        problems=(400,),
    ),
    Operation(
        "getCapture",
        "GET",
        "/captures/{id}",
        api.one,
        "One capture.",
        {200: views.CaptureView},
        (_CAPTURE,),
        None,
        (404,),
    ),
    Operation(
        "changeCapture",
        "PATCH",
        "/captures/{id}",
        api.change,
        "Attach a ticket number.",
        {200: views.CaptureView},
        (_CAPTURE,),
        _TICKET_BODY,
        (400, 404, 413, 507),
    ),
    Operation(
        "deleteCapture",
        "DELETE",
        "/captures/{id}",
        api.remove,
        "Delete a capture, its report and its links, for good.",
        {204: None},
        (_CAPTURE,),
        None,
        (404, 507),
    ),
    Operation(
        "watchCapture",
        "GET",
        "/captures/{id}/events",
        api.events,
        "The capture as server-sent events named `state`, until it is done or failed.",
        {200: "text/event-stream"},
        (_CAPTURE,),
        None,
        (404,),
    ),
    Operation(
        "getReport",
        "GET",
        "/captures/{id}/report/{format}",
        api.report,
        "The report as a file.",
        {200: "*/*"},
        (
            _CAPTURE,
            Parameter("format", "path", "json, html, text and others.", {"type": "string", "minLength": 1}, "json"),
        ),
        None,
        (404, 409),
    ),
    Operation(
        "getSanitizedCopy",
        "GET",
        "/captures/{id}/sanitized",
        api.sanitized,
        "The recording as a HAR that is safe to send and gives the same findings (with --keep-captures).",
        {200: "*/*"},
        (_CAPTURE,),
        None,
        (404, 409),
    ),
    Operation(
        "compareCaptures",
        "GET",
        "/comparisons/{good}/{bad}/{format}",
        comparing.of_captures,
        "Where two recordings part ways, from their sanitized copies (with --keep-captures).",
        {200: "*/*"},
        (
            Parameter("good", "path", "The capture in which it works.", _CAPTURE.schema, _ID),
            Parameter("bad", "path", "The capture in which it fails.", _CAPTURE.schema, _ID),
            Parameter("format", "path", "json, html or text.", _SOME, "json"),
        ),
        None,
        (404, 409, 422, 503),
    ),
    Operation(
        "compareFiles",
        "POST",
        "/comparisons",
        comparing.of_archive,
        "The same for two recordings in one archive, the one that works first. Nothing of them is kept.",
        {200: "*/*"},
        (
            Parameter(
                "format", "query", "json, html or text.", {"type": "string", "enum": [*comparing.FORMATS]}, "json"
            ),
        ),
        _FILE,
        (400, 404, 413, 422, 429, 503, 507),
    ),
    Operation("listCauses", "GET", "/causes", api.causes, "Captures grouped by what broke.", {200: views.CauseList}),
    Operation(
        "shareReport",
        "POST",
        "/captures/{id}/shares",
        api.share,
        "A link to this report alone, for people who cannot sign in. It ends by itself and can be revoked.",
        {201: views.NewGrantView},
        (_CAPTURE,),
        _DAYS,
        (400, 404, 409, 413, 507),
    ),
    Operation(
        "listShares",
        "GET",
        "/captures/{id}/shares",
        api.shares,
        "Links that last.",
        {200: views.GrantList},
        (_CAPTURE,),
        None,
        (404,),
    ),
    Operation(
        "revokeShare",
        "DELETE",
        "/captures/{id}/shares/{share}",
        api.unshare,
        "End a link at once.",
        {204: None},
        (
            _CAPTURE,
            Parameter("share", "path", "The id of the link.", {"type": "string", "minLength": 1}, "5f0c2a9e1b7d"),
        ),
        None,
        (404, 507),
    ),
    Operation("listTokens", "GET", "/tokens", api.tokens, "Your API tokens.", {200: views.GrantList}),
    Operation(
        "createToken",
        "POST",
        "/tokens",
        api.new_token,
        "A new API token. It is told once.",
        {201: views.NewGrantView},
        (),
        _DAYS,
        (400, 403, 413, 507),
    ),
    Operation(
        "endToken",
        "DELETE",
        "/tokens/{token}",
        api.end_token,
        "End one of your API tokens at once.",
        {204: None},
        (Parameter("token", "path", "The id of the token.", {"type": "string", "minLength": 1}, "5f0c2a9e1b7d"),),
        None,
        (404, 507),
    ),
)


def document(address: str) -> dict[str, Any]:
    """The OpenAPI 3.1 document.

    Args:
        address: where the server is reached, without a final slash.
    """
    kinds = [kind for one in OPERATIONS for kind in one.answers.values() if isinstance(kind, type)]
    _, components = msgspec.json.schema_components(
        [*dict.fromkeys(kinds), views.ProblemView], ref_template="#/components/schemas/{name}"
    )
    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _described(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "haranalyze",
            "version": "1",
            "description": "Upload a recording of a login that does not work, read what broke first.",
            "summary": haranalyze.__doc__.partition("\n")[0] if haranalyze.__doc__ else "",
        },
        "servers": [{"url": address + ROOT}],
        "security": [{"token": []}, {"session": []}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "An API token, made on the page."},
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "haranalyze",
                    "description": "A browser.",
                },
            },
        },
    }


def _described(operation: Operation) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for status, kind in operation.answers.items():
        answers[str(status)] = {"description": phrase(status)}
        if isinstance(kind, str):
            answers[str(status)]["content"] = {kind: {"schema": {"type": "string"}}} if kind != "*/*" else {"*/*": {}}
        elif kind is not None:
            content = {"schema": {"$ref": f"#/components/schemas/{kind.__name__}"}}
            answers[str(status)]["content"] = {"application/json": content}
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemView"}}}
    for status in sorted({401, 403, 421, *operation.problems}):
        answers[str(status)] = {"description": phrase(status), "content": problem}
    described: dict[str, Any] = {
        "operationId": operation.id,
        "summary": operation.about,
        "parameters": [_parameter(one) for one in operation.parameters],
        "responses": answers,
    }
    if operation.body is not None:
        described["requestBody"] = operation.body
    return described


def _parameter(one: Parameter) -> dict[str, Any]:
    told: dict[str, Any] = {"name": one.name, "in": one.place, "description": one.about, "schema": one.schema}
    if one.place == "path":
        told["required"] = True
    if one.example is not None:
        told["example"] = one.example
    return told
