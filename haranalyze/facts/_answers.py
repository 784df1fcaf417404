"""What a refusing answer says, by the phrases of the session systems' data files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from haranalyze.systems import Phrase, ServerFault, SessionSystem, name_matches
from haranalyze.text import Kind, Place, Text

if TYPE_CHECKING:
    from haranalyze.capture.model import Exchange

LONGEST: Final = 64 * 1024  # characters of a refusing answer that are searched: error answers are short


@dataclass(frozen=True, slots=True)
class Answer:
    """The first phrase (or fault) of the given systems that an answer bears, and where."""

    system: SessionSystem
    phrase: Phrase | ServerFault
    place: Place


def read_answer(
    exchange: Exchange, systems: Iterable[SessionSystem], *, fault: bool = False, credentials: bool = False
) -> Answer | None:
    """The first phrase that fits, systems in the given order, phrases in the order of their file.

    Args:
        fault: look for the words of broken set-ups too.
        credentials: the request is known to carry some; phrases that servers write whatever they were sent do
            not count then.
    """
    words = _Words(exchange)
    status = exchange.response.status
    for system in systems:
        for phrase in system.phrases:
            if (phrase.status and status not in phrase.status) or (phrase.without_credentials and credentials):
                continue
            if (place := words.find(phrase)) is not None:
                return Answer(system, phrase, place)
        for named in system.faults if fault else ():
            if (not named.status or status in named.status) and (place := words.find(named)) is not None:
                return Answer(system, named, place)
    return None


def fault_answer(exchange: Exchange, system: SessionSystem) -> Answer | None:
    """What an answer of any status says of a broken set-up (its phrase is a :class:`ServerFault`), or None."""
    words = _Words(exchange)
    status = exchange.response.status
    for fault in system.faults:
        if (not fault.status or status in fault.status) and (place := words.find(fault)) is not None:
            return Answer(system, fault, place)
    return None


class _Words:
    """The words of one answer, read at most once."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._response = exchange.response
        self._text: str | None = None
        self._json: Any = None
        self._has_json = False

    def find(self, phrase: Phrase | ServerFault) -> Place | None:
        where, _, member = phrase.where.partition(":")
        if where == "json":
            found = any(value == phrase.text for value in members(self.json, member))
            return self._body_place(phrase.text) if found else None
        if where == "header":
            value = self._response.raw(member)
            return self._response.place(member) if value is not None and phrase.text in value else None
        if where == "challenge":
            return self._in_challenges(phrase.text.lower())
        text = self.text
        if where == "text":
            found = text.strip() == phrase.text
        elif where == "title":
            start = text.lower().find("<title>")
            found = start >= 0 and phrase.text in text[start : start + 300].partition("</")[0]
        else:
            found = phrase.text in text
        return self._body_place(phrase.text) if found else None

    def _in_challenges(self, part: str) -> Place | None:
        values = self._response.raw_all("www-authenticate")
        for position, value in enumerate(values):
            if part in value.lower():
                places = self._response.places("www-authenticate")
                return places[position] if position < len(places) else self._response.place("www-authenticate")
        return None

    def _body_place(self, words: str) -> Place:
        body = self._response.body.place
        return Place(body.exchange, body.pointer, Text(words, Kind.PHRASE))

    @property
    def text(self) -> str:
        if self._text is None:
            body = self._response.body
            small = body.present and (body.size is None or body.size <= LONGEST)
            self._text = ((body.raw_text() or "") if small else "")[:LONGEST]
        return self._text

    @property
    def json(self) -> Any:
        if not self._has_json:
            self._has_json = True
            if self.text.lstrip()[:1] in ("{", "["):
                self._json = self._response.body.json()
        return self._json


def members(value: Any, path: str) -> Iterator[Any]:
    """The values at a dotted path of a JSON value; of an array its first element (AWS, GraphQL wrap so)."""
    for name in path.split("."):
        if isinstance(value, list) and value:
            value = value[0]
        if not isinstance(value, dict) or name not in value:
            return
        value = value[name]
    yield value


def marked(value: Any, marks: Iterable[str]) -> bool:
    """Whether a JSON value has one of the ``path=value`` marks; ``*`` in a value stands for any characters."""
    for mark in marks:
        path, _, wanted = mark.partition("=")
        if any(isinstance(found, str) and name_matches(found, (wanted,)) for found in members(value, path)):
            return True
    return False
