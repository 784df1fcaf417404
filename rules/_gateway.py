"""Where the rules about gateway errors divide: what the size of headers explains, and what it does not."""

from __future__ import annotations

from haranalyze.facts.header_budget import ProxyError

_TIMEOUT = 504


def is_header_size(error: ProxyError) -> bool:
    """Whether only the answer that hands out the session fails while the application answers its other calls."""
    return (
        error.sets_session
        and error.host_answers is not None
        and not error.host_fails
        and error.exchange.response.status != _TIMEOUT
    )
