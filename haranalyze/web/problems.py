"""Answers that are not what was asked for: problem documents (RFC 9457) for programs, the same words for people."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from haranalyze.errors import HaranalyzeError
from haranalyze.web.brakes import TooManyError
from haranalyze.web.spool import BusyError, DiskFullError, TooLargeError
from haranalyze.web.store import ConflictError


class ProblemError(HaranalyzeError):
    """An answer with an error status. ``detail`` is our own sentence, never text from a request or a capture."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, dict(headers or {})

    @property
    def document(self) -> dict[str, object]:
        """The members of a problem document; ``type`` is about:blank, so that ``title`` is the status phrase."""
        return {"type": "about:blank", "title": phrase(self.status), "status": self.status, "detail": self.detail}


def phrase(status: int) -> str:
    """The registered phrase of a status."""
    return HTTPStatus(status).phrase


def problem_of(error: HaranalyzeError) -> ProblemError:
    """The answer to one of our errors."""
    match error:
        case ProblemError():
            return error
        case TooManyError():
            return ProblemError(429, str(error), {"Retry-After": str(error.wait)})
        case TooLargeError():
            return ProblemError(413, str(error))
        case DiskFullError():
            return ProblemError(507, str(error))
        case BusyError():
            return ProblemError(503, str(error), {"Retry-After": "5"})
        case ConflictError():
            return ProblemError(409, str(error))
    return ProblemError(500, "the server met something it did not expect; its log says more")


def missing() -> ProblemError:
    """Nothing is there, or nothing for this person: both look the same."""
    return ProblemError(404, "there is nothing under this address; it may have been deleted or have expired")
