"""The API as scripts use it: upload in every way, state, reports, share, delete."""

import io
import json
import time
import zipfile

import pytest
import requests

from tests.web.conftest import HEALTHY, LOOP, Server


def test_a_raw_upload_is_read_and_its_report_comes_in_each_format(server: Server) -> None:
    capture = server.upload(LOOP.read_bytes(), name="loop.har", ticket="4711")
    done = server.done(capture)
    assert (done["state"], done["ticket"], done["uploaded_by"]) == ("done", "4711", "owner")
    assert done["verdict"]["state"] == "fault"
    assert done["verdict"]["rule"] == "foreign-401"
    for name, begin in (("json", "{"), ("html", "<!doctype html>"), ("text", "")):
        answer = server.ask("GET", f"/api/v1/captures/{capture}/report/{name}")
        assert answer.status_code == 200
        assert answer.text.startswith(begin)
        assert "attachment" in answer.headers["Content-Disposition"]
    import haranalyze

    document = server.ask("GET", f"/api/v1/captures/{capture}/report/json").text
    own = haranalyze.analyze(haranalyze.read_capture(LOOP.read_bytes(), "loop.har"))
    assert document == haranalyze.render(own, "json")
    assert server.ask("GET", f"/api/v1/captures/{capture}/report/pdf").status_code == 404


def test_curl_style_puts_and_idempotency_keys(server: Server) -> None:
    key = {"Idempotency-Key": f"k{time.time_ns()}"}
    first = server.ask("PUT", "/api/v1/uploads/x.har", data=HEALTHY.read_bytes(), headers=key)
    again = server.ask("PUT", "/api/v1/uploads/x.har", data=HEALTHY.read_bytes(), headers=key)
    other = server.ask("PUT", "/api/v1/uploads/x.har", data=LOOP.read_bytes(), headers=key)
    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert first.json()["id"] == again.json()["id"]
    assert again.headers["Idempotent-Replayed"] == "true"
    assert other.headers["Content-Type"] == "application/problem+json"


def test_a_chunked_body_is_taken_as_it_comes(server: Server) -> None:
    data = HEALTHY.read_bytes()
    pieces = (data[at : at + 7000] for at in range(0, len(data), 7000))
    answer = server.ask("POST", "/api/v1/captures", data=pieces)
    assert answer.status_code == 201
    assert answer.json()["bytes"] == len(data)


def test_the_state_comes_as_events_until_the_verdict(server: Server) -> None:
    capture = server.upload(LOOP.read_bytes())
    with server.ask("GET", f"/api/v1/captures/{capture}/events", stream=True) as stream:
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        lines = [line[6:] for line in stream.iter_lines(decode_unicode=True) if line.startswith("data: ")]
    states = [json.loads(line)["state"] for line in lines]
    assert states[-1] == "done"
    assert states == sorted(states, key=["accepted", "reading", "done"].index)


def test_an_archive_gives_a_report_for_each_recording(server: Server) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(LOOP, "a.har")
        archive.write(HEALTHY, "b.har")
    done = server.done(server.upload(packed.getvalue(), name="week.zip"))
    assert done["verdict"] is None
    parts = [server.ask("GET", f"/api/v1/captures/{part}").json() for part in done["parts"]]
    assert [part["verdict"]["state"] for part in parts] == ["fault", "healthy"]
    assert {part["archive"] for part in parts} == {done["id"]}
    assert server.ask("DELETE", f"/api/v1/captures/{done['id']}").status_code == 204
    assert server.ask("GET", f"/api/v1/captures/{parts[0]['id']}").status_code == 404


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<!doctype html><html></html>", "web page"),
        (b'{"log": {}}', "entries"),
        (b"PK\x03\x04 cut", ""),
        (b"\x00" * 1000, ""),
    ],
)
def test_what_is_no_recording_fails_with_its_reason(server: Server, data: bytes, reason: str) -> None:
    done = server.done(server.upload(data))
    assert done["state"] == "failed"
    assert reason in done["reason"]
    answer = server.ask("GET", f"/api/v1/captures/{done['id']}/report/json")
    assert (answer.status_code, answer.json()["detail"]) == (404, done["reason"])


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/captures", b"", 400),
        ("POST", "/captures?ticket=" + "9" * 81, b"x", 400),
        ("GET", "/captures?state=nonsense", None, 400),
        ("GET", "/captures?limit=0", None, 400),
        ("GET", "/captures?before=x", None, 400),
        ("GET", "/captures/none", None, 404),
        ("PATCH", "/captures/none", b"{}", 404),
        ("DELETE", "/captures/none/shares/none", None, 404),
        ("DELETE", "/tokens/none", None, 404),
        ("POST", "/tokens", b"{}", 403),
    ],
)
def test_wrong_requests_get_problem_documents(
    server: Server, method: str, path: str, body: bytes | None, status: int
) -> None:
    answer = server.ask(method, f"/api/v1{path}", data=body)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert answer.json()["detail"]


def test_forms_belong_to_the_page_and_not_to_the_api(server: Server) -> None:
    answer = server.ask("POST", "/api/v1/captures", files={"file": HEALTHY.read_bytes()})
    assert answer.status_code == 415
    assert "-T FILE" in answer.json()["detail"]


def test_lists_filter_search_and_group(server: Server) -> None:
    ticket = f"T{time.time_ns()}"
    for path in (LOOP, HEALTHY):
        server.done(server.upload(path.read_bytes(), ticket=ticket))
    found = server.ask("GET", "/api/v1/captures", params={"ticket": ticket}).json()
    assert [one["verdict"]["state"] for one in found["captures"]] == ["healthy", "fault"]
    page = server.ask("GET", "/api/v1/captures", params={"ticket": ticket, "limit": 1}).json()
    rest = server.ask("GET", "/api/v1/captures", params={"ticket": ticket, "before": page["next"]}).json()
    assert [one["id"] for one in page["captures"] + rest["captures"]] == [one["id"] for one in found["captures"]]
    words = {"q": f"refreshed {ticket.lower()}", "state": "fault"}
    assert len(server.ask("GET", "/api/v1/captures", params=words).json()["captures"]) == 1
    causes = server.ask("GET", "/api/v1/causes").json()["causes"]
    assert any(cause["rule"] == "foreign-401" and cause["count"] >= 1 for cause in causes)


def test_a_ticket_is_attached_later(server: Server) -> None:
    capture = server.upload(HEALTHY.read_bytes())
    answer = server.ask("PATCH", f"/api/v1/captures/{capture}", json={"ticket": "late"})
    assert answer.json()["ticket"] == "late"
    assert server.ask("PATCH", f"/api/v1/captures/{capture}", json={"name": "x"}).status_code == 400


def test_a_shared_link_opens_one_report_and_nothing_else_until_it_is_revoked(server: Server) -> None:
    capture = server.upload(LOOP.read_bytes())
    server.done(capture)
    made = server.ask("POST", f"/api/v1/captures/{capture}/shares", json={"days": 3, "label": "for them"}).json()
    assert len(made["url"].rpartition("/")[2]) >= 32
    page, frame = requests.get(made["url"], timeout=60), requests.get(made["url"] + "/report", timeout=60)
    assert (page.status_code, frame.status_code) == (200, 200)
    assert "refreshed 10 times" in frame.text
    assert "sandbox allow-scripts" in frame.headers["Content-Security-Policy"]
    assert requests.get(f"{server.address}/captures/{capture}", timeout=60).status_code == 401
    (listed,) = server.ask("GET", f"/api/v1/captures/{capture}/shares").json()["grants"]
    assert (listed["id"], listed["label"]) == (made["id"], "for them")
    assert server.ask("DELETE", f"/api/v1/captures/{capture}/shares/{made['id']}").status_code == 204
    assert requests.get(made["url"], timeout=60).status_code == 404
    assert requests.get(made["url"] + "/report", timeout=60).status_code == 404


def test_deleted_is_gone_from_database_disk_and_links(server: Server) -> None:
    capture = server.upload(LOOP.read_bytes(), name="delete-me-entirely.har")
    server.done(capture)
    link = server.ask("POST", f"/api/v1/captures/{capture}/shares").json()["url"]
    assert server.ask("DELETE", f"/api/v1/captures/{capture}").status_code == 204
    assert server.ask("DELETE", f"/api/v1/captures/{capture}").status_code == 404
    assert requests.get(link, timeout=60).status_code == 404
    assert [path for path in (server.data / "uploads").iterdir() if path.name.startswith(capture)] == []
    held = b"".join(path.read_bytes() for path in server.data.iterdir() if path.name.startswith("haranalyze.db"))
    assert b"delete-me-entirely" not in held
    assert capture.encode() not in held


def test_the_recording_is_deleted_once_it_is_read(server: Server) -> None:
    server.done(server.upload(LOOP.read_bytes()))
    until = time.monotonic() + 5
    while list((server.data / "uploads").iterdir()) and time.monotonic() < until:
        time.sleep(0.05)
    assert list((server.data / "uploads").iterdir()) == []


def test_tokens_made_on_the_page_work_until_they_are_ended(server: Server) -> None:
    browser = server.browser()
    made = browser.post(f"{server.address}/api/v1/tokens", json={"label": "ci"}, timeout=60).json()
    bearer = {"Authorization": f"Bearer {made['token']}"}
    assert requests.get(f"{server.address}/api/v1/captures", headers=bearer, timeout=60).status_code == 200
    assert requests.post(f"{server.address}/api/v1/tokens", headers=bearer, timeout=60).status_code == 403
    assert made["id"] in browser.get(f"{server.address}/api/v1/tokens", timeout=60).text
    assert browser.delete(f"{server.address}/api/v1/tokens/{made['id']}", timeout=60).status_code == 204
    assert requests.get(f"{server.address}/api/v1/captures", headers=bearer, timeout=60).status_code == 401
    browser.close()


def test_health_readiness_and_metrics(server: Server) -> None:
    assert requests.get(f"{server.address}/healthz", timeout=60).text == "ok\n"
    assert requests.get(f"{server.address}/readyz", timeout=60).text == "ready\n"
    assert requests.get(f"{server.address}/metrics", timeout=60).status_code == 401
    server.done(server.upload(HEALTHY.read_bytes()))
    told = server.ask("GET", "/metrics").text
    assert 'haranalyze_captures_total{state="healthy"}' in told
    assert "haranalyze_waiting 0.0" in told
    assert 'route="/api/v1/captures/{id}"' in told


def test_the_audit_log_names_who_did_what_without_saying_what_it_was_about(server: Server) -> None:
    capture = server.upload(LOOP.read_bytes(), name="audited-name.har", ticket="audited-ticket")
    server.done(capture)
    server.ask("GET", f"/api/v1/captures/{capture}/report/json")
    server.ask("POST", f"/api/v1/captures/{capture}/shares")
    server.ask("DELETE", f"/api/v1/captures/{capture}")
    text = (server.data / "audit.jsonl").read_text(encoding="utf-8")
    actions = [one["action"] for one in map(json.loads, text.splitlines()) if one["capture"] == capture[:8]]
    assert actions == ["upload", "download", "share", "delete"]
    assert capture not in text
    assert "audited-" not in text
    assert (server.data / "audit.jsonl").stat().st_mode & 0o777 == 0o600
