"""Where things stand in the two pictures of the page: header sizes against limits, and the life of tokens.

Everything is counted in units of the picture's view box; the template only draws. The sentences are the captions.
"""

from __future__ import annotations

from math import ceil, floor, log10
from typing import Final, NamedTuple

from haranalyze.report.document import Report
from haranalyze.report.pictures import BudgetInfo, TokenInfo

WIDTH: Final = 1080.0
_KIB: Final = 1024
_COLUMNS: Final = 9  # exchanges in the picture of sizes
_LEFT, _RIGHT = 170.0, 850.0
_HALF: Final = 92.0  # height of a direction up to its limit
_BAR: Final = 52.0


class Stack(NamedTuple):
    """One message: heights of other headers, cookies and token headers, from the middle line outwards."""

    parts: tuple[tuple[str, float, float], ...]  # kind, y, height
    label: str
    label_y: float


class Column(NamedTuple):
    """One exchange: request up, response down."""

    exchange: int
    x: float
    request: Stack
    response: Stack
    cut_off: bool
    over: bool


class Limit(NamedTuple):
    """A dashed line: what a hop takes at most."""

    y: float
    label: str


class BudgetPicture(NamedTuple):
    """Header sizes; ``middle`` is the line of exchange numbers, ``height`` of the picture."""

    caption: str
    columns: list[Column]
    limits: list[Limit]
    middle: float
    height: float


def budget_picture(report: Report) -> BudgetPicture | None:
    """Bytes per request and response of the exchanges that matter; None without any."""
    chosen = _columns(report)
    if not chosen:
        return None
    limit_up, limit_down = _least(chosen, "request_limit"), _least(chosen, "response_limit")
    most_up = max([one.request for one in chosen] + [limit_up[0]])
    most_down = max([one.response for one in chosen] + [limit_down[0]])
    up, down = _HALF / (most_up or 1), _HALF / (most_down or 1)
    middle = 26.0 + _HALF + 22.0
    pitch = min((_RIGHT - _LEFT) / len(chosen), 110.0)
    columns = []
    for place, one in enumerate(chosen):
        request = (one.request_cookies, one.request_tokens, one.request)
        response = (one.response_cookies, one.response_tokens, one.response)
        columns.append(
            Column(
                one.exchange,
                round(_LEFT + place * pitch + (pitch - _BAR) / 2, 1),
                _stack(*request, up, middle - 12.0, -1.0),
                _stack(*response, down, middle + 8.0, 1.0),
                one.cut_off,
                bool(one.request_limit and one.request > one.request_limit)
                or bool(one.response_limit and one.response > one.response_limit),
            )
        )
    limits = []
    if limit_up[0]:
        limits.append(Limit(round(middle - 12.0 - limit_up[0] * up, 1), f"{limit_up[1]}: {_kb(limit_up[0])} KB a line"))
    if limit_down[0]:
        limits.append(Limit(round(middle + 8.0 + limit_down[0] * down, 1), f"{limit_down[1]}: {_kb(limit_down[0])} KB"))
    return BudgetPicture(_budget_words(chosen), columns, limits, middle, middle + 8.0 + _HALF + 34.0)


def _columns(report: Report) -> list[BudgetInfo]:
    """At most nine exchanges: what was cut off, the largest of each direction, the proof, then the others in order."""
    listed = report.facts.budget
    if len(listed) <= _COLUMNS:
        return listed
    proof = {card.exchange for card in report.facts.proof}
    largest = {max(listed, key=lambda one: one.request).exchange, max(listed, key=lambda one: one.response).exchange}
    weighed = sorted(listed, key=lambda one: (not one.cut_off, one.exchange not in largest, one.exchange not in proof))
    return sorted(weighed[:_COLUMNS], key=lambda one: one.exchange)


def _least(chosen: list[BudgetInfo], name: str) -> tuple[int, str]:
    found = [(limit, one.hop) for one in chosen if (limit := getattr(one, name))]
    return min(found, default=(0, ""))


def _stack(cookies: int, tokens: int, total: int, scale: float, start: float, direction: float) -> Stack:
    at, parts = start, []
    for kind, size in (("other", max(total - cookies - tokens, 0)), ("cookies", cookies), ("tokens", tokens)):
        high = round(size * scale, 1)
        if size:
            parts.append((kind, round(at if direction > 0 else at - high, 1), max(high, 1.0)))
        at += direction * high
    return Stack(tuple(parts), f"{total / _KIB:.1f}", round(at + (12.0 if direction > 0 else -5.0), 1))


def _kb(size: int) -> str:
    return f"{size / _KIB:.1f}".removesuffix(".0")


def _budget_words(chosen: list[BudgetInfo]) -> str:
    cut = next((one for one in chosen if one.cut_off), None)
    if cut is not None:
        return f"{cut.hop} most likely cut the answer of #{cut.exchange} off: its real size was never recorded."
    over = next((one for one in chosen if one.request_limit and one.request > one.request_limit), None)
    if over is not None and over.request_limit:
        return (
            f"#{over.exchange} sends {_kb(over.request)} KB of headers; {over.hop} takes "
            f"{_kb(over.request_limit)} KB a line."
        )
    largest = max(chosen, key=lambda one: one.response / (one.response_limit or 10**9))
    if largest.response_limit:
        word = "All within the limits" if largest.response <= largest.response_limit else "One is too large"
        of = f"{_kb(largest.response)} of {_kb(largest.response_limit)} KB"
        return f"{word}; the answer of #{largest.exchange} is the largest at {of}."
    largest = max(chosen, key=lambda one: one.response)
    return (
        f"No limit of a hop is known here; the largest answer is #{largest.exchange} with {_kb(largest.response)} KB."
    )


_SHOWN: Final = 12  # tokens in the picture
_NAMES: Final = {"access": "Access", "refresh": "Refresh", "id": "ID", "unknown": "Token"}
_FROM, _TO = 190.0, 860.0
_ROW: Final = 24.0


class Life(NamedTuple):
    """A token's row: the bar from ``x`` to ``end`` and marks on it; ``late`` is where its time was over, None never."""

    y: float
    label: str
    kind: str  # access or refresh, for the colour
    x: float
    end: float
    late: float | None
    used: list[float]
    refused: list[float]
    ending: str
    words: str


class TokenPicture(NamedTuple):
    """Lives of tokens; ``hidden`` tokens are left out after row ``gap``."""

    caption: str
    lives: list[Life]
    ticks: list[tuple[float, str]]
    height: float
    hidden: int
    gap: float


def token_picture(report: Report) -> TokenPicture | None:
    """The life of each access, refresh and ID token; None without any."""
    listed = [one for one in report.facts.tokens if one.use in _NAMES and one.born is not None]
    if not listed:
        return None
    shown, gap = _few(listed, report)
    last = max((row.at + row.took for row in report.exchanges), default=1.0)
    first = min(one.born or 0.0 for one in shown)
    first = max(first - (last - first) * 0.03, 0.0)
    scale = (_TO - _FROM) / max(last - first, 1.0)
    at = {one.ordinal: one for one in report.facts.tokens}
    lives = []
    for place, one in enumerate(shown):
        y = 8.0 + place * _ROW + (_ROW if gap is not None and place >= gap else 0.0)
        lives.append(_life(one, y, first, last, scale, at))
    rows = len(shown) + (gap is not None)
    return TokenPicture(
        _token_words(listed),
        lives,
        [(round(_FROM + (tick - first) * scale, 1), f"{tick / 1000:g} s") for tick in ticks(first, last)],
        8.0 + rows * _ROW + 24.0,
        len(listed) - len(shown),
        8.0 + (gap or 0) * _ROW,
    )


def _few(listed: list[TokenInfo], report: Report) -> tuple[list[TokenInfo], int | None]:
    """The tokens shown, and before which row others are left out."""
    if len(listed) <= _SHOWN:
        return listed, None
    named = {
        index for one in report.findings[:3] for index in (one.primary.exchange, *(e.exchange for e in one.related))
    }
    asked = [one for one in listed[3:-2] if named & set(one.uses)][: _SHOWN - 5]
    return [*listed[:3], *asked, *listed[-2:]], 3 + len(asked)


def _life(one: TokenInfo, y: float, first: float, last: float, scale: float, at: dict[int, TokenInfo]) -> Life:
    def x(moment: float) -> float:
        return round(_FROM + (min(max(moment, first), last) - first) * scale, 1)

    born, over = one.born or 0.0, last if one.over is None else one.over
    expired = one.expires if one.expires is not None and born < one.expires < over else None
    refused = set(one.refused)
    uses = list(zip(one.uses, one.used_at, strict=True))
    return Life(
        y,
        f"{_NAMES[one.use]} «token {one.ordinal}»",
        "refresh" if one.use == "refresh" else "access",
        x(born),
        max(x(over), x(born) + 2.0),
        None if expired is None else x(expired),
        [x(moment) for index, moment in uses if index not in refused],
        [x(moment) for index, moment in uses if index in refused],
        one.end,
        _ending(one, last, at),
    )


def _ending(one: TokenInfo, last: float, at: dict[int, TokenInfo]) -> str:
    if one.end == "replaced" and one.replaced_by is not None:
        by = at.get(one.replaced_by)
        return f"replaced at #{by.issued}" if by is not None and by.issued is not None else "replaced"
    if one.end == "valid" and one.expires is not None:
        return f"valid {_span(one.expires - last)} more"
    if one.end == "refused":
        return f"refused at #{one.issued}, never kept"
    return {"removed": "removed by sign-out", "expired": "expired", "unknown": "no expiry recorded"}.get(
        one.end, one.end
    )


def _span(ms: float) -> str:
    for size, word in ((86_400_000, "days"), (3_600_000, "h"), (60_000, "min")):
        if ms >= 1.5 * size:
            return f"{ms / size:.0f} {word}"
    return f"{ms / 1000:.0f} s"


def _token_words(listed: list[TokenInfo]) -> str:
    counts = [
        f"{count} {name.lower() if use != 'id' else name} token{'' if count == 1 else 's'}"
        for use, name in _NAMES.items()
        if use != "unknown" and (count := sum(one.use == use for one in listed))
    ]
    told = " and ".join(counts) or f"{len(listed)} tokens"
    never = sum(one.end == "refused" for one in listed)
    refused = sum(len(one.refused) for one in listed)
    if never:
        return f"{told}; {never} never kept by the browser."
    if refused:
        return f"{told}; {refused} use{'' if refused == 1 else 's'} answered 401."
    return f"{told}; every use was accepted." if any(one.uses for one in listed) else f"{told}; none was used."


def ticks(first: float, last: float) -> list[float]:
    """Round moments between two, four to seven of them."""
    span = max(last - first, 1.0)
    step = 10.0 ** floor(log10(span / 4))
    for factor in (1, 2, 2.5, 5, 10):
        if span / (step * factor) <= 7:
            step *= factor
            break
    return [round(step * number, 3) for number in range(ceil(first / step), floor(last / step) + 1)]
