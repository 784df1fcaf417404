"""Two recordings side by side, over the API and the page: kept copies, sent files, and what cannot be compared."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from haranalyze.capture import read_captures
from haranalyze.comparison import compare, render
from tests.web.conftest import HEALTHY, LOOP, Server, serving

HERE = tuple(read_captures(file.read_bytes())[0] for file in (HEALTHY, LOOP))


@pytest.fixture(scope="module")
def keeper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that keeps sanitized copies."""
    with serving(tmp_path_factory.mktemp("keeper") / "data", "--keep-captures") as running:
        yield running


def archive(*files: Path) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        for number, file in enumerate(files):
            made.write(file, f"{number}.har")
    return content.getvalue()


def test_kept_copies_give_the_comparison_of_their_recordings(keeper: Server) -> None:
    good, bad = (keeper.upload(file.read_bytes()) for file in (HEALTHY, LOOP))
    assert {keeper.done(good)["state"], keeper.done(bad)["state"]} == {"done"}
    answer = keeper.ask("GET", f"/api/v1/comparisons/{good}/{bad}/json")
    assert answer.status_code == 200
    expected = json.loads(render(compare(HERE[0], HERE[1]), "json"))
    assert answer.json()["headline"] == expected["headline"]
    assert answer.json()["step"] == expected["step"]
    session = keeper.browser()
    page = session.get(f"{keeper.address}/compare", params={"id": [bad, good]}, timeout=60)
    assert page.url == f"{keeper.address}/compare/{good}/{bad}", "the healthy one is the one that works"
    frame = session.get(f"{page.url}/html", timeout=60)
    assert "sandbox allow-scripts" in frame.headers["Content-Security-Policy"]
    assert keeper.ask("DELETE", f"/api/v1/captures/{bad}").status_code == 204
    assert session.get(f"{page.url}/html", timeout=60).status_code == 404, "nothing of a deleted capture is shown"


def test_two_files_are_compared_and_nothing_of_them_stays(server: Server) -> None:
    answer = server.ask("POST", "/api/v1/comparisons", params={"format": "json"}, data=archive(HEALTHY, LOOP))
    assert answer.status_code == 200, answer.text
    expected = json.loads(render(compare(HERE[0], HERE[1]), "json"))
    assert answer.json()["headline"] == expected["headline"]
    session = server.browser()
    same = {"Sec-Fetch-Site": "same-origin", "Origin": server.address}
    files = {"good": ("works.har", HEALTHY.read_bytes()), "bad": ("fails.har", LOOP.read_bytes())}
    page = session.post(server.address + "/compare", files=files, headers=same, timeout=60)
    assert page.status_code == 200
    assert "/compared/" in page.url
    assert session.get(page.url + "/json", timeout=60).json()["bad"]["capture"]["name"] == "fails.har"
    other = requests.get(page.url, headers={"Authorization": server.session.headers["Authorization"]}, timeout=60)
    assert other.status_code == 200, "the same person by another way"
    assert requests.get(page.url, timeout=60).status_code == 401
    assert [one for one in (server.data / "uploads").iterdir() if one.suffix == ".sealed"] == []


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        (b"", 400, "empty"),
        (HEALTHY.read_bytes(), 422, "takes two recordings, and there are 1"),
        (archive(HEALTHY, LOOP, LOOP), 422, "and there are 3"),
        (b"<!doctype html>", 422, "web page"),
    ],
)
def test_what_cannot_be_compared_is_told(server: Server, body: bytes, status: int, says: str) -> None:
    answer = server.ask("POST", "/api/v1/comparisons", data=body)
    assert answer.status_code == status
    assert says in answer.json()["detail"]


def test_without_kept_copies_the_page_says_so_and_offers_files(server: Server) -> None:
    capture = server.upload(HEALTHY.read_bytes())
    server.done(capture)
    answer = server.ask("GET", f"/api/v1/comparisons/{capture}/{capture}/json")
    assert answer.status_code == 404
    assert "--keep-captures" in answer.json()["detail"]
    page = server.ask("GET", "/compare", params={"id": [capture, capture]})
    assert "No copy of a chosen recording is kept" in page.text
    assert 'type="file" name="bad"' in page.text
