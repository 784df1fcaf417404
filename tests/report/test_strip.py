"""The strip tells the login in four to eight boxes and cuts where it breaks."""

from haranalyze.analysis import examine
from haranalyze.capture.transcript import read_transcript
from haranalyze.redaction import Projector
from haranalyze.report.strip import Box, strip
from haranalyze.rulebook import Rulebook
from tests.rules.stories import ACCEPTED, FOREIGN, PAGE, call, jwt, refresh, renewed, sign_in

TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"


def boxes(story: str) -> list[Box]:
    analysis = examine(read_transcript(story), Rulebook.installed())
    return strip(analysis, Projector(analysis.facts))


def test_a_healthy_login_is_all_right() -> None:
    made = boxes(PAGE + sign_in(TOKEN) + call("/api/me", COOKIE) + ACCEPTED)
    assert [(box.name, box.state) for box in made] == [("Page opens", "ok"), ("Sign in", "ok"), ("First call", "ok")]


def test_repeats_are_one_box_and_the_break_is_marked() -> None:
    rounds = "".join(call("/api/legacy", COOKIE) + FOREIGN + refresh(COOKIE, renewed(jwt(number=n))) for n in range(4))
    made = boxes(PAGE + sign_in(TOKEN) + rounds + call("/api/legacy", COOKIE) + FOREIGN)
    assert [(box.name, box.state) for box in made] == [
        ("Page opens", "ok"),
        ("Sign in", "ok"),
        ("First call ×5", "broken"),
        ("Refresh ×4", "follows"),
    ]


def test_there_are_never_more_than_eight() -> None:
    story = PAGE + sign_in(TOKEN)
    for number in range(12):
        story += call(f"/api/{number}", COOKIE) + (ACCEPTED if number % 2 else FOREIGN)
        story += refresh(COOKIE, renewed(jwt(number=number)))
    assert len(boxes(story)) <= 8
