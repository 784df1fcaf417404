"""Answers that refuse a call for its credentials: what they say, and in whose words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from haranalyze.facts._answers import Answer, read_answer
from haranalyze.facts._session_model import Refusal, Says
from haranalyze.systems import Phrase, SessionSystem

if TYPE_CHECKING:
    from haranalyze.capture.model import Exchange

REFUSING: Final = frozenset((401, 403, 419, 440, 498))
"""Statuses that refuse a call for its credentials; 419 Laravel, 440 and 498 as vendors use them."""

_PERMISSION_WORDS: Final = (
    "permission", "forbidden", "role", "scope", "not allowed", "access denied", "not authorized to",
    "insufficient",
)  # fmt: skip
_LONGEST = 8 * 1024


class RefusalReader:
    """Reads refusing answers of one capture with the systems it was given."""

    def __init__(self, systems: tuple[SessionSystem, ...]) -> None:
        self._others = tuple(s for s in systems if s.marks_only)
        self._generic = tuple(s for s in systems if s.generic)
        self._named = tuple(s for s in systems if not s.generic and not s.marks_only)

    def read(self, exchange: Exchange, guard: SessionSystem | None, *, credentials: bool) -> Refusal | None:
        """The refusal an answer of a session host is, or None.

        Args:
            guard: the system that guards the host; credentials: the request is known to carry some.
        """
        status = exchange.response.status
        if status not in REFUSING:
            if guard is None or guard.generic or not 400 < status < 500 or status in (404, 405, 429):
                return None
            answer = read_answer(exchange, (guard,), credentials=credentials)
            if answer is None or (guard.plain and status not in answer.phrase.status):
                return None
            return _refusal(exchange, answer, False)
        if guard is not None and not guard.generic:
            answer = read_answer(exchange, (guard,), credentials=credentials)
            if answer is not None:
                return _refusal(exchange, answer, False)
        return self._read_others(exchange, guard, credentials)

    def _read_others(self, exchange: Exchange, guard: SessionSystem | None, credentials: bool) -> Refusal:
        others = tuple(s for s in self._named if s is not guard) + self._others
        answer = read_answer(exchange, others, credentials=credentials)
        named = answer is not None and _names(answer)
        generic: Answer | None = None
        if answer is None or not named or _says(answer) is Says.UNKNOWN:
            generic = read_answer(exchange, self._generic, credentials=credentials)
        if answer is not None and named:
            foreign = guard is not None and not guard.plain and _proves(answer)
            says = _says(generic) if generic is not None and _says(answer) is Says.UNKNOWN else _says(answer)
            return Refusal(exchange, says, answer.system, foreign, answer.place)
        best = generic or answer
        if best is not None and _says(best) is not Says.UNKNOWN:
            return Refusal(exchange, _says(best), None, False, best.place)
        return self._by_status(exchange, credentials)

    @staticmethod
    def _by_status(exchange: Exchange, credentials: bool) -> Refusal:
        """Words on no list: only 403 and 419 say something by themselves."""
        status = exchange.response.status
        body = exchange.response.body
        text = ""
        if body.present and (body.size or 0) <= _LONGEST:
            text = (body.raw_text() or "")[:_LONGEST].lower()
        says, place = Says.UNKNOWN, exchange.status_place
        if status in (403, 419) and ("csrf" in text or "xsrf" in text):
            says, place = Says.CSRF, body.place
        elif status == 403 and any(words in text for words in _PERMISSION_WORDS) and "html" not in body.raw_mime_type:
            says, place = Says.PERMISSION, body.place
        elif status == 403 and credentials and not text:
            says = Says.PERMISSION
        return Refusal(exchange, says, None, False, place)


def _refusal(exchange: Exchange, answer: Answer, foreign: bool) -> Refusal:
    return Refusal(exchange, _says(answer), answer.system, foreign, answer.place)


def _says(answer: Answer) -> Says:
    return Says(answer.phrase.says) if isinstance(answer.phrase, Phrase) else Says.UNKNOWN


def _names(answer: Answer) -> bool:
    return isinstance(answer.phrase, Phrase) and answer.phrase.names_system


def _proves(answer: Answer) -> bool:
    return isinstance(answer.phrase, Phrase) and answer.phrase.names_system and answer.phrase.proves_foreign
