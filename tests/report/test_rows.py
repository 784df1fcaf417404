"""Timeline rows are in client order, and findings pin them."""

from haranalyze.analysis import examine
from haranalyze.capture.transcript import read_transcript
from haranalyze.redaction import Projector
from haranalyze.report.rows import rows
from haranalyze.rulebook import Rulebook
from tests.rules.stories import ACCEPTED, NO_TOKEN, PAGE, asks, bearer_call, bearer_sign_in, jwt


def test_rows_carry_role_times_and_pins() -> None:
    story = PAGE + bearer_sign_in(jwt()) + bearer_call(f"Bearer {jwt()}", ACCEPTED) + asks("GET", "/orders") + NO_TOKEN
    analysis = examine(read_transcript(story), Rulebook.installed())
    listed, folded = rows(analysis, Projector(analysis.facts))
    assert folded == {}
    assert [(row.exchange, row.role, row.status) for row in listed] == [
        (0, "page", 200),
        (1, "sign-in", 200),
        (2, "session-call", 200),
        (3, "session-call", 401),
    ]
    assert [row.at for row in listed] == [0.0, 100.0, 200.0, 300.0]
    assert listed[3].findings == ["f1"]
