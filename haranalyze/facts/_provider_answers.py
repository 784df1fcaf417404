"""What answers on the way of a sign-in say: the provider's pages, the callback, the token endpoint."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from haranalyze.facts._provider_model import Parameters, Said
from haranalyze.protocol.oauth import (
    ERROR_CODES,
    Trouble,
    base64_text,
    entra_code,
    parameters,
    trouble_in,
    trouble_of,
)
from haranalyze.text import Kind, Place, Text

if TYPE_CHECKING:
    from haranalyze.capture.model import Exchange
    from haranalyze.timeline import Timeline

_PAGE: Final = 256 * 1024  # characters of an answer that are searched
_TOLD: Final = re.compile(r"\"error\"\s{0,8}:\s{0,8}\"([a-z_]{1,40})\"")
_ERROR_PARAMETERS: Final = ("error", "authError", "error_code")
_LOGIN_ENDS: Final = ("error", "errors", "failure", "failed")


def said_by(answers: Iterable[Exchange], returned: Parameters | None) -> Said | None:
    """What the provider says is wrong: in what it gave back, else in its own answers."""
    if returned is not None:
        error, description = (returned.raw_values.get(name, "") for name in ("error", "error_description"))
        trouble = trouble_of(error, description)
        if trouble is not None:
            return Said(trouble, returned.exchange, returned.place, entra_code(description))
        return None
    for exchange in answers:
        said = _said_in_address(exchange) or _said_in_page(exchange)
        if said is not None:
            return said
    return None


def said_in(timeline: Timeline | None, exchange: Exchange) -> Said | None:
    """What the answer of a callback or a token endpoint says is wrong, or the page it redirects to."""
    status = exchange.response.status
    if status >= 400:
        return _said_in_page(exchange)
    if 300 <= status < 400 and (location := exchange.response.raw_redirect_url):
        trouble = _in_address(location)
        if trouble is not None:
            places = exchange.response.places("location")
            return Said(trouble, exchange, places[0] if places else exchange.status_place)
        after = timeline.redirected_to(exchange) if timeline is not None else None
        return _said_in_page(after) if after is not None and after.response.status >= 400 else None
    if 200 <= status < 300:  # GitHub answers 200 with an error
        table = exchange.response.body.json() if exchange.response.body.raw_mime_type.endswith("json") else None
        if isinstance(table, dict) and isinstance(table.get("error"), str):
            description = table.get("error_description")
            trouble = trouble_of(table["error"], description if isinstance(description, str) else "")
            return Said(trouble, exchange, exchange.response.body.place) if trouble is not None else None
    return None


def refuses(callback: Exchange) -> bool:
    """Whether the callback is answered with an error: a status from 400, or a redirect to an error."""
    status = callback.response.status
    if status >= 400:
        return True
    return 300 <= status < 400 and _in_address(callback.response.raw_redirect_url) is not None


def answer_of(exchange: Exchange) -> Parameters | None:
    """The error that a page in a frame hands to the page around it (``response_mode=web_message``)."""
    if exchange.response.status != 200 or "web_message" not in exchange.request.raw_url:
        return None
    text = (exchange.response.body.raw_text() or "")[:_PAGE]
    found = _TOLD.search(text)
    if found is None or found[1] not in ERROR_CODES:
        return None
    return Parameters(exchange, exchange.response.body.place, {"error": found[1]})


def _said_in_page(exchange: Exchange) -> Said | None:
    """An answer of status 400 and above in any words; a page of status 200 only with a code of Entra's."""
    response = exchange.response
    if response.status < 200 or (300 <= response.status < 400):
        return None
    if not response.body.present:
        return None
    text = (response.body.raw_text() or "")[:_PAGE]
    code = entra_code(text) if "AADSTS" in text else ""
    if response.status < 400 and f"{code}:" not in text:
        return None
    if response.status < 400 and not code:
        return None
    table = response.body.json()
    trouble = None
    if isinstance(table, dict) and isinstance(table.get("error"), str):
        words = [value for name in ("error_description", "message") if isinstance(value := table.get(name), str)]
        trouble = trouble_of(table["error"], " ".join(words))
        if trouble is Trouble.OTHER and table["error"].lower() not in ERROR_CODES:
            trouble = trouble_in(text)
    else:
        trouble = trouble_in(text)
    return None if trouble is None else Said(trouble, exchange, response.body.place, code)


def _said_in_address(exchange: Exchange) -> Said | None:
    """Google and Cognito redirect to a page of their own that names the error in its address."""
    location = exchange.response.raw_redirect_url
    if not 300 <= exchange.response.status < 400 or not location:
        return None
    trouble = _in_address(location)
    if trouble is None:
        return None
    places = exchange.response.places("location")
    place = (
        places[0]
        if places
        else Place(exchange.index, f"{exchange.pointer}/response/redirectURL", Text(location, Kind.URL))
    )
    return Said(trouble, exchange, place)


def _in_address(location: str) -> Trouble | None:
    before, _, fragment = location.partition("#")
    path, _, query = before.partition("?")
    given = parameters(query) | parameters(fragment)
    for name in _ERROR_PARAMETERS:
        value = given.get(name, "")
        if not value:
            continue
        if name == "authError":
            return trouble_in(base64_text(value)) or Trouble.OTHER
        return trouble_of(value, given.get("error_description", ""))
    last = path.rstrip("/").rpartition("/")[2].lower()
    return Trouble.OTHER if last in _LOGIN_ENDS else None
