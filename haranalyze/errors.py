"""The errors haranalyze raises. Messages are fixed sentences with a place, never an excerpt of the capture."""

import collections.abc


class HaranalyzeError(Exception):
    """Base of all errors of this project; never raised itself. ``exit_code`` is the command line's."""

    exit_code = 2


class CaptureError(HaranalyzeError):
    """A capture cannot be read by anyone: names the byte offset or the field. Not raised for odd files."""

    exit_code = 3


class LimitError(CaptureError):
    """A capture is larger than an option allows; names the limit, its value and the option that raises it."""


class OptionsError(HaranalyzeError):
    """An option or configuration value cannot be used."""


class PackError(HaranalyzeError):
    """A rule or rule pack cannot be loaded."""

    exit_code = 4


class SessionSystemError(HaranalyzeError):
    """A session-system file cannot be loaded."""


class BatchError(HaranalyzeError):
    """A batch cannot go on: another run writes to its folder, its cluster is gone or has other code."""


class LeakError(HaranalyzeError):
    """A sanitized copy still held a secret of its original; it was thrown away."""

    exit_code = 3


def did_you_mean(word: str, known: collections.abc.Iterable[str]) -> str:
    """The end of a message about an unknown word: ``; did you mean 'refresh-loop'?``, ``""`` where nothing is near."""
    from difflib import get_close_matches

    near = get_close_matches(word, tuple(known), 1)
    return f"; did you mean {str(near[0])!r}?" if near else ""
