"""The pages without scripts: forms, redirects, words; and nothing of a capture in them that was not masked."""

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.web.conftest import HEALTHY, LOOP, Server

PLAIN: Any = {"allow_redirects": False, "timeout": 60}


@pytest.fixture(scope="module")
def browser(server: Server) -> Iterator[requests.Session]:
    session = server.browser()
    yield session
    session.close()


def drop(browser: requests.Session, server: Server, *files: tuple[str, bytes], ticket: str = "") -> requests.Response:
    parts = [("files", (name, data, "application/json")) for name, data in files]
    return browser.post(server.address + "/upload", files=parts, data={"ticket": ticket}, **PLAIN)


def test_one_file_leads_to_its_page_which_looks_again_until_the_report_is_there(
    browser: requests.Session, server: Server
) -> None:
    answer = drop(browser, server, ("loop.har", LOOP.read_bytes()), ticket="4711")
    assert answer.status_code == 303
    capture = answer.headers["Location"].rpartition("/")[2]
    seen = browser.get(server.address + answer.headers["Location"], timeout=60).text
    assert 'http-equiv="refresh"' in seen or "<iframe" in seen
    server.done(capture)
    page = browser.get(f"{server.address}/captures/{capture}", timeout=60).text
    assert f'src="/captures/{capture}/report"' in page
    assert 'value="4711"' in page
    report = browser.get(f"{server.address}/captures/{capture}/report", timeout=60)
    assert "refreshed 10 times" in report.text
    assert "Content-Disposition" not in report.headers


def test_several_files_lead_to_the_list(browser: requests.Session, server: Server) -> None:
    ticket = f"S{time.time_ns()}"
    files = (("a.har", LOOP.read_bytes()), ("b.har", HEALTHY.read_bytes()))
    answer = drop(browser, server, *files, ticket=ticket)
    assert answer.headers["Location"] == "/recent"
    listed = server.ask("GET", "/api/v1/captures", params={"ticket": ticket}).json()["captures"]
    assert len(listed) == 2
    for capture in listed:
        server.done(capture["id"])
    page = browser.get(f"{server.address}/recent", params={"q": ticket.lower()}, timeout=60).text
    assert page.count(f"<bdi>{ticket}</bdi>") == 2
    assert "Fault 1" in re.sub(r"<[^>]+>", "", page)


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"Content-Type": "application/json"}, b"{}", 415),
        ({"Content-Type": "multipart/form-data"}, b"", 415),
        ({"Content-Type": "multipart/form-data; boundary=x"}, b"--x\r\ncut", 400),
        (
            {"Content-Type": "multipart/form-data; boundary=x"},
            b"--x\r\nContent-Disposition: form-data; name=files; filename=a\r\n\r\nabc",
            400,
        ),
        ({"Content-Type": "multipart/form-data; boundary=x"}, b"nonsense", 400),
        ({"Content-Type": "multipart/form-data; boundary=x"}, b"--x\r\n" + b"a: b\r\n" * 50 + b"\r\n", 400),
        (
            {"Content-Type": "multipart/form-data; boundary=x"},
            b"--x\r\nContent-Disposition: form-data; name=ticket\r\n\r\n" + b"9" * 5000 + b"\r\n--x--\r\n",
            413,
        ),
        (
            {"Content-Type": "multipart/form-data; boundary=x"},
            b"".join(b"--x\r\nContent-Disposition: form-data; name=f%d\r\n\r\n1\r\n" % n for n in range(100))
            + b"--x--\r\n",
            413,
        ),
    ],
)
def test_broken_forms_are_refused_and_leave_nothing(
    browser: requests.Session, server: Server, headers: dict[str, str], body: bytes, status: int
) -> None:
    answer = browser.post(server.address + "/upload", headers=headers, data=body, **PLAIN)
    assert answer.status_code == status
    assert "text/html" in answer.headers["Content-Type"]
    assert list((server.data / "uploads").glob("*.part")) == []


def test_an_empty_form_says_what_to_do(browser: requests.Session, server: Server) -> None:
    assert "choose one first" in drop(browser, server, ("", b"")).text.lower()


def test_buttons_share_revoke_rename_and_delete(browser: requests.Session, server: Server) -> None:
    capture = server.upload(LOOP.read_bytes())
    server.done(capture)
    here = f"{server.address}/captures/{capture}"
    assert browser.post(here + "/ticket", data={"ticket": "new"}, **PLAIN).status_code == 303
    assert browser.post(here + "/share", data={"days": "2"}, **PLAIN).status_code == 303
    made = browser.get(here, timeout=60)
    link = re.search(r'value="(http[^"]+/s/[^"]+)"', made.text)
    assert link
    assert requests.get(link[1], timeout=60).status_code == 200
    assert link[1] not in browser.get(here, timeout=60).text  # shown once
    grant = re.search(r"/shares/(\w+)/revoke", browser.get(here, timeout=60).text)
    assert grant
    assert browser.post(f"{here}/shares/{grant[1]}/revoke", **PLAIN).status_code == 303
    assert requests.get(link[1], timeout=60).status_code == 404
    assert browser.post(here + "/delete", **PLAIN).headers["Location"] == "/recent"
    assert browser.get(here, timeout=60).status_code == 404


def test_names_and_tickets_of_strangers_are_only_text(browser: requests.Session, server: Server) -> None:
    attack = "<img src=x onerror=marker(1)>\u202e'\"{{7*7}}"
    answer = drop(browser, server, (attack + ".har", b"no recording"), ticket=attack)
    server.done(answer.headers["Location"].rpartition("/")[2])
    for path in (answer.headers["Location"], "/recent", "/"):
        text = browser.get(server.address + path, timeout=60).text
        assert "<img src=x" not in text
        assert "\u202e" not in text
        assert "&lt;img src=x onerror" in text


def test_causes_lead_to_their_recordings(browser: requests.Session, server: Server) -> None:
    server.done(server.upload(LOOP.read_bytes()))
    page = browser.get(f"{server.address}/causes", timeout=60).text
    link = re.search(r'href="(/recent\?fingerprint=[^"]+)"', page)
    assert link
    assert "refreshed 10 times" in browser.get(server.address + link[1], timeout=60).text


def test_a_search_without_a_match_offers_a_way_out(browser: requests.Session, server: Server) -> None:
    text = browser.get(f"{server.address}/recent", params={"q": "matches-nothing"}, timeout=60).text
    assert "Clear the search" in text
