"""The recording was exported without cookies and authorization headers.

Why it matters
    Chromium browsers leave Cookie, Set-Cookie and Authorization out of the export by default. What is not there
    proves nothing, so several questions stay open.
What to do
    Export again with sensitive data, and make a safe copy of it before sending.
Stays quiet when
    One such header is in the file, or another program made the recording.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.quality import Sanitized
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import rule
from haranalyze.text import Sentence


@rule(
    id="sanitized-capture",
    severity=Severity.INFO,
    owner=Owner.CAPTURE,
    layer=Layer.CAPTURE,
    since="0.1",
    references=("https://github.com/ChromeDevTools/devtools-frontend (front_end/models/har/Log.ts)",),
)
def sanitized_capture(facts: Facts) -> Iterator[Said]:
    quality = facts.quality
    weak = quality.sanitized is Sanitized.POSSIBLY and not facts.session.hosts
    if quality.sanitized is Sanitized.NO or weak or not facts.exchanges:
        yield Passed(Sentence("the recording is not an export without sensitive data"))
        return
    degree = {Sanitized.CERTAINLY: Confidence.CERTAIN, Sanitized.LIKELY: Confidence.LIKELY}
    yield Match(
        message=Sentence(
            "No Cookie, Set-Cookie or Authorization header is in this recording: the browser left them out."
        ),
        headline=Sentence("This recording was made without cookies and authorization headers."),
        at=facts.timeline.exchange(0).place,
        caption=Sentence("holds for the whole recording"),
        confidence=degree.get(quality.sanitized, Confidence.POSSIBLE),
        fixes=(Fix(Owner.CAPTURE, Sentence("in the browser's devtools"), quality.ask),) if quality.ask else (),
    )
