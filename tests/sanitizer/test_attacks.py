"""Secrets written so that a sanitizer takes them for something else: nothing of them is in a copy."""

# ruff: noqa: E501 - a list of attacks reads better with each one on a line

import json
from base64 import b64encode
from typing import Any

import pytest

import haranalyze
from haranalyze.sanitizer import sanitize
from haranalyze.sanitizer.leaks import Secrets

Entry = dict[str, Any]
WORD = "Kx93LmQvTz71"
WRAPPED = b64encode(json.dumps({"pw": WORD}).encode()).decode()


def asked(
    url: str = "https://a.example/", body: object = None, mime_type: str = "application/json", **headers: str
) -> Entry:
    """A POST with headers (``_`` for ``-``) and a body (text, or a JSON value)."""
    text = body if isinstance(body, str) else json.dumps(body)
    request = {
        "method": "POST",
        "url": url,
        "headers": [{"name": name.replace("_", "-"), "value": value} for name, value in headers.items()],
        "postData": {"mimeType": mime_type, "text": text},
    }
    response = {"status": 200, "headers": [], "content": {"size": -1, "mimeType": ""}}
    return {"startedDateTime": "2025-10-21T12:34:56Z", "time": 1, "request": request, "response": response}


def answered(text: str, mime_type: str = "text/html", status: int = 403, **headers: str) -> Entry:
    """An answer with headers (``_`` for ``-``) and a body."""
    entry = asked()
    listed = [{"name": name.replace("_", "-"), "value": value} for name, value in headers.items()]
    entry["response"] |= {
        "status": status,
        "headers": listed,
        "content": {"mimeType": mime_type, "text": text, "size": 9},
    }
    return entry


# Each with what must not be left of it.
ATTACKS: dict[str, tuple[Entry, list[str]]] = {
    "a password in angle brackets": (asked("https://a.example/?p=%3CAutumn-Leaf-9%3E", cookie="s=<Rain-77>; b={{Winter2}}"), ["Autumn", "Leaf", "Rain", "77", "Winter2"]),
    "a variable with a name of its own": (asked(authorization="Bearer {{acmeLoginOfMine}}"), ["acme"]),
    "a card and a telephone in a header of words": (asked(user_agent="App/2 4111-1111-1111-1234 (0151 2345 6789)"), ["4111-1111", "1234", "2345 6789"]),
    "a number in groups in a header of words": (asked(accept_language="123-45-6789"), ["123-45", "6789"]),
    "a code digit by digit": (asked(body={"otp": [4, 8, 2, 9, 1, 3]}), ["4, 8, 2, 9, 1, 3"]),
    "a code as a number": (asked("https://a.example/?code=482915&pin=4821", body={"code": 482913}), ["482915", "4821", "482913"]),
    "characters of HTML": (answered("<p>&#80;&#64;&#40;&#x78;</p>"), ["&#80;", "&#64;", "&#40;", "&#x78;"]),
    "two bytes a character": (answered("\0".join("hunter2secret"), "text/plain"), ["\\u0000n\\u0000t"]),
    "an address of hardware": (answered('{"message":"device ab:cd:ef:fa:ce:be is unknown"}', "application/json"), ["ab:cd", "fa:ce"]),
    "addresses of servers": (answered("", via="1.1 10.20.30.41, 1.1 db7-frank (squid)", server="10.20.30.42"), ["10.20.30", "frank"]),
    "the name of a key": (answered('{"kid":"48-29-13-77-51"}', "application/json"), ["48-29", "29-13"]),
    "an id of a request": (asked() | {"_initiator": {"type": "preflight", "requestId": "4111111111111111"}}, ["4111111"]),
    "a value behind a host": (asked(f"https://a.example/?to=a.example:{WORD}", cookie=f"s=a.example:{WORD}"), [WORD]),
    "a field without quotes": (answered("<input value=session type=password><input value='the token'>"), ["session", "the token"]),
    "times of SAML that are none": (asked(body="SAMLResponse=" + b64encode(b"<a NotBefore='4111 1111-1111'>x</a>").decode(), mime_type="application/x-www-form-urlencoded"), ["NDExMSAxMTExLTExMTE"]),
    "a token without claims": (asked(authorization=f"Bearer eyJhbGciOiJkaXIifQ..{WORD}.Zz81kLmQv0Tr99.Qq72mNbVcXz1"), [WORD, "Zz81kLmQ", "Qq72mNbV"]),
    "JSON in base64 in JSON in base64": (asked(cookie="s=" + b64encode(json.dumps({"a": WRAPPED}).encode()).decode()), [WORD, b64encode(WRAPPED[4:16].encode()).decode()[:12]]),
    "gRPC for the web": (asked(body=b64encode(f"\0\0\0\0\x10\n\x0c{WORD}".encode()).decode(), mime_type="application/grpc-web-text"), [b64encode(f"\n\x0c{WORD}"[2:].encode()).decode()[2:12]]),
    "SOAP": (asked(body="<Password>the token</Password><Username>grace</Username>", mime_type="text/xml"), ["grace", "the token"]),
    "words of our list as a password": (asked(body="username=session&password=token refresh", mime_type="application/x-www-form-urlencoded"), ["=session", "token refresh"]),
    "a mail address in a path": (asked("https://a.example/users/grace.page@mail.example/edit"), ["grace", "mail.example"]),
    "a telephone number as a member": (asked(body={"+4915123456789": 1, "grace@mail.example": {"a": 1}}), ["49151", "grace"]),
    "schemes of other programs": (asked(f"otpauth://totp/Acme:grace?secret={WORD}", referer="mailto:grace@mail.example?subject=x77"), [WORD, "grace", "x77"]),
    "cookies joined by commas": (answered("", set_cookie=f"a={WORD}, b=Zz81kLmQv0Tr; Path=/"), [WORD, "Zz81kLmQ"]),
    "a character that turns the text": (asked(cookie="a=Kx93\u202eLmQvTz71"), ["Kx93", "LmQvTz71"]),
    "numbers of all kinds": (asked(body='{"lat":48.137154,"pin":0.4829,"n":-4829,"e":4829e3}'), ["137154", "4829"]),
    "scopes and errors of an address": (asked("https://a.example/?scope=user:grace%20read:acme77&error_description=hi+grace"), ["grace", "acme77"]),
}  # fmt: skip


@pytest.mark.parametrize("keep", [False, True], ids=["bodies removed", "bodies masked"])
@pytest.mark.parametrize(("entry", "secrets"), ATTACKS.values(), ids=ATTACKS.keys())
def test_nothing_is_left(entry: Entry, secrets: list[str], keep: bool) -> None:
    document = json.dumps({"log": {"version": "1.2", "entries": [entry]}}).encode()
    made = sanitize([haranalyze.read_capture(document)], keep_bodies=keep).documents[0]
    assert [one for one in secrets if one in made.decode()] == []
    assert sanitize([haranalyze.read_capture(made)], keep_bodies=keep).documents[0] == made


# Words that a report uses itself; what stays in a report by design: names of variables, and of the products on the way.
OURS = {"session", "=session", "the token", "token refresh", "77", "acme", "frank"}


@pytest.mark.parametrize(("entry", "secrets"), ATTACKS.values(), ids=ATTACKS.keys())
def test_nothing_is_in_a_report(entry: Entry, secrets: list[str]) -> None:
    document = json.dumps({"log": {"version": "1.2", "entries": [entry]}}).encode()
    report = haranalyze.analyze(haranalyze.read_capture(document))
    told = "".join(haranalyze.render(report, how) for how in ("json", "text", "markdown"))
    assert [one for one in secrets if one not in OURS and one in told] == []


def test_a_variable_of_the_usual_names_stays_readable() -> None:
    entry = asked(authorization="Bearer {{access_token}}", cookie="session=<token>")
    document = json.dumps({"log": {"version": "1.2", "entries": [entry]}}).encode()
    made = sanitize([haranalyze.read_capture(document)]).documents[0]
    assert b"{{access_token}}" in made
    assert b"<token>" in made


@pytest.mark.parametrize(
    "entry",
    [
        asked(cookie=f"s=a.example:{WORD}"),
        asked(f"https://a.example/?next=https%3A%2F%2Fb.example%2F%3Ft%3D{WORD}"),
        asked(f"https://a.example/?a=%25257B{WORD}"),
        asked(body={"a": [{"b": WORD}]}),
        asked(body=f"a=1&b={WORD}", mime_type="application/x-www-form-urlencoded"),
    ],
)
def test_the_second_look_knows_it(entry: Entry) -> None:
    secrets = Secrets()
    secrets.read(haranalyze.read_capture(json.dumps({"log": {"version": "1.2", "entries": [entry]}}).encode()))
    assert any(WORD.encode() in run for run in secrets.runs)


def test_the_second_look_knows_long_numbers_of_json() -> None:
    secrets = Secrets()
    document = {"log": {"version": "1.2", "entries": [asked(body={"phone": 4915123456789, "at": 1795314863000})]}}
    secrets.read(haranalyze.read_capture(json.dumps(document).encode()))
    assert secrets.runs == {b"4915123456789"}
