"""The timeline as the page's script reads it: columns and a table of strings, as JSON that no browser can run.

The document's rows say everything by name; a page of ten thousand rows must not. Each row becomes one number in each
column, every text is written once. ``</script>`` cannot stand in it: ``<``, ``>`` and ``&`` are written as escapes
(HTML standard 4.12.1.3, restrictions for contents of script elements).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from haranalyze.report.details import Detail
from haranalyze.report.document import Report
from haranalyze.report.rows import most_bytes

_REST: Final = 600_000  # bytes of the page beside this data


class _Strings:
    """Every text once; a text is its position."""

    def __init__(self) -> None:
        self.listed: list[str] = []
        self._known: dict[str, int] = {}
        self.size = 0

    def __call__(self, text: str) -> int:
        at = self._known.get(text)
        if at is None:
            at = self._known[text] = len(self.listed)
            self.listed.append(text)
            self.size += len(text) + 8
        return at

    def all(self, texts: list[str]) -> list[int]:
        """Positions of many texts, of which few are different."""
        for text in dict.fromkeys(texts):
            self(text)
        known = self._known
        return [known[text] for text in texts]


def encode(report: Report, pins: dict[int, list[tuple[int, str]]]) -> str:
    """JSON of rows, lanes and details; ``pins`` are numbers and tones of findings by exchange.

    Details beyond the size of a page are left out, those of exchanges no finding names first.
    """
    strings = _Strings()
    rows = report.exchanges
    columns = _columns(report, strings)
    facts = report.facts
    data: dict[str, Any] = {
        "rows": columns,
        "pins": {str(place): pins[row.exchange] for place, row in enumerate(rows) if row.exchange in pins},
        "remarks": {str(place): strings(row.remark) for place, row in enumerate(rows) if row.remark},
        "failures": {str(place): strings(row.failure) for place, row in enumerate(rows) if row.failure},
        "sources": {str(place): row.source for place, row in enumerate(rows) if row.source != "network"},
        "pages": [page.url for page in report.pages],
        "started": report.capture.started,
        "total": report.capture.exchanges,
        "sessions": facts.sessions,
        "tokens": [
            [t.use, t.ordinal, t.born, t.over, t.end, t.used_at, _refused(t.uses, t.refused)] for t in facts.tokens
        ],
        "cookies": [[one.at, one.name, bool(one.refused), one.removed, one.exchange] for one in facts.cookies],
        "findings": [[one.rule, one.message] for one in report.findings],
        "marks": {
            str(card.exchange): [[line.side, line.name, line.mark, line.caption] for line in card.lines if line.mark]
            for card in facts.proof
        },
    }
    encoded = msgspec.json.encode(data)
    room = most_bytes(report.capture.exchanges) - len(encoded) - strings.size - _REST
    rest = {"details": dict(_details(report, strings, room)), "strings": strings.listed}
    return f"{_without_markup(encoded[:-1])},{_without_markup(msgspec.json.encode(rest)[1:])}"


def _without_markup(json: bytes) -> str:
    """A piece of JSON with its marks of HTML as escapes: bytes are searched in a fraction of the time of text."""
    return json.replace(b"<", b"\\u003c").replace(b">", b"\\u003e").replace(b"&", b"\\u0026").decode()


def _refused(uses: list[int], refused: list[int]) -> list[int]:
    """Positions among the uses that were refused."""
    known = set(refused)
    return [place for place, index in enumerate(uses) if index in known]


def _columns(report: Report, strings: _Strings) -> dict[str, Any]:
    rows = report.exchanges
    return {
        "n": [row.exchange for row in rows],
        "role": strings.all([row.role for row in rows]),
        "method": strings.all([row.method for row in rows]),
        "host": strings.all([row.host for row in rows]),
        "path": strings.all([row.path for row in rows]),
        "status": [row.status for row in rows],
        "at": [row.at for row in rows],
        "sent": [row.sent for row in rows],
        "answered": [row.answered for row in rows],
        "took": [row.took for row in rows],
        "page": [-1 if row.page is None else row.page for row in rows],
    }


def _details(report: Report, strings: _Strings, room: int) -> Iterable[tuple[str, Any]]:
    """Details by exchange as long as there is room, those that findings name first."""
    named = {index for one in report.findings for index in one.exchanges}
    for detail in sorted(report.details, key=lambda one: one.exchange not in named):
        before = strings.size
        packed = _packed(detail, strings)
        room -= strings.size - before + len(msgspec.json.encode(packed)) + 12
        if room < 0:
            return
        yield str(detail.exchange), packed


def _packed(detail: Detail, strings: _Strings) -> list[Any]:
    sizes, phases = detail.sizes, detail.phases
    return [
        [strings(text) for line in detail.request for text in (line.name, line.value)],
        strings(detail.request_body),
        [strings(text) for line in detail.response for text in (line.name, line.value)],
        strings(detail.response_body),
        [[strings(one.name), strings(one.value), one.set_by] for one in detail.sent],
        [[strings(one.name), one.reason, strings(one.scope), one.finding] for one in detail.left],
        [[strings(one.line), one.fate, one.reason] for one in detail.set],
        [
            [
                one.token,
                one.use,
                one.side,
                strings(one.where),
                one.algorithm,
                one.issued,
                one.expires,
                one.left,
                [strings(text) for item in one.shown.items() for text in item],
                one.signature,
                one.faults,
            ]
            for one in detail.claims
        ],
        [strings(detail.cors), detail.cors_allowed],
        [sizes.request, sizes.request_limit, sizes.response, sizes.response_limit, strings(sizes.hop), sizes.exact],
        [phases.blocked, phases.dns, phases.connect, phases.ssl, phases.send, phases.wait, phases.receive],
        [[one.kind, one.exchange] for one in detail.links],
    ]
