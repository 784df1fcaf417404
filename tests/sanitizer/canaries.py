"""A recording with an unmistakable secret in every kind of place a secret can sit, and strings that must stay.

``python -m tests.sanitizer.canaries OUT.har`` writes it, to try other sanitizers on. The canaries have no common part:
a filter for a prefix would pass. Forms differ too: letters and digits, hex, base64, UUIDs, letters only, digits only.
"""

# ruff: noqa: E501 - lists of places read better with each one on a line

from __future__ import annotations

import gzip
import html
import json
import random
import re
import string
import sys
import zlib
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

PART = 8  # characters of a canary that must not be found

REQUEST_HEADERS = """
    Authorization:Bearer {} | authorization:Basic {b} | AUTHORIZATION:Digest username="x", response="{}"
    | Authorization:AWS4-HMAC-SHA256 Credential={}/20261122/eu-west-1/s3/aws4_request, SignedHeaders=host, Signature=ab
    | Authorization:token {} | Authorization:{} | Authorization:Negotiate {} | Authorization:ApiKey {}
    | Proxy-Authorization:Basic {b} | X-Api-Key:{} | x-api-token:{} | X-Auth-Token:{} | X-Access-Token:{}
    | X-Amz-Security-Token:{} | X-Goog-Api-Key:{} | Ocp-Apim-Subscription-Key:{} | PRIVATE-TOKEN:{} | X-CSRF-Token:{}
    | X-XSRF-TOKEN:{} | anti-csrf:{} | X-Hub-Signature-256:sha256={} | DPoP:{} | Cookie2:{} | X-Forwarded-For:{}
    | X-Real-IP:{} | Forwarded:for="{}" | Referer:https://app.example.com/reset/{}?token={}#{}
    | Origin:https://user:{}@app.example.com | X-Session-Id:{} | X-User-Email:{}@mail.example | X-Request-Id:{}
    | Traceparent:00-{}-01 | Tracestate:v={} | Baggage:user={} | Sec-WebSocket-Protocol:access_token, {}
    | Sec-WebSocket-Key:{} | If-None-Match:"{}" | User-Agent:Mozilla/5.0 App/{} | Accept-Language:{}
    | X-Requested-With:{} | Sec-CH-UA-Model:"{}" | Content-Type:multipart/form-data; boundary={} | X-{}:1
    | Accept:application/vnd.{}+json | Host:{}.example.com | Range:{} | Cache-Control:{}
"""
RESPONSE_HEADERS = """
    Set-Cookie:sid={}; Path=/; HttpOnly | Set-Cookie:{}=1; Path=/ | Set-Cookie:a=1; Domain={}.example.com
    | Set-Cookie:b=1; Path=/u/{} | Set-Cookie:c=1; Expires={} | Set-Cookie:d=1; {}={} | st-access-token:{} | st-refresh-token:{}
    | front-token:{j} | X-Auth-Token:{} | Authorization:Bearer {} | Link:<https://app.example.com/{}>; rel=next
    | Refresh:0;url=https://app.example.com/?token={} | Server-Timing:db;desc="{}" | WWW-Authenticate:Bearer realm="{}"
    | WWW-Authenticate:Bearer error="invalid_token", error_description="{}" | ETag:W/"{}" | X-Amzn-RequestId:{}
    | Location:https://app.example.com/cb?code={}&state={}#id_token={} | Content-Disposition:attachment; filename="{}.pdf"
    | Server:{} | Via:1.1 {} | X-Powered-By:{} | Vary:X-{} | Access-Control-Allow-Headers:x-{}
    | Access-Control-Allow-Origin:https://{}.example.com | Content-Security-Policy:script-src 'nonce-{}' | X-Cache:{}
    | Report-To:{{"url":"https://r.example/{}"}} | X-Debug:{} | X-{}-Key:1 | Cache-Control:private="{}" | Age:{d}
"""
URLS = """
    https://{}@api.example.com/a | https://u:{}@api.example.com/a | https://api.example.com/reset/{}
    | https://api.example.com/magic-link/{u} | https://api.example.com/bot{}/send | https://hooks.example.com/services/{}/{}
    | https://api.example.com/a;jsessionid={} | https://api.example.com/a?{} | https://api.example.com/a?token={}
    | https://api.example.com/a?access_token={}&x=1 | https://api.example.com/a?key={}&key={} | https://api.example.com/a?{}=1
    | https://api.example.com/a#access_token={} | https://api.example.com/a#/reset/{} | https://api.example.com/a#{}
    | data:text/plain,{} | blob:https://app.example.com/{u} | https://{}.ngrok.example/a | https://{}-dev.example.com/a
    | https://api.example.com/invite/{l} | https://api.example.com/u/{l}/edit | https://api.example.com/users/{d}
    | https://api.example.com/files/{}.pdf | https://api.example.com/files/{}.js | wss://api.example.com/ws?auth={}
    | https://api.example.com/a?url=https%3A%2F%2Fb.example%2F{}%3Ft%3D{} | https://api.example.com/a?q=%2541%2542{}
    | https://api.example.com/a?email={}%40mail.example | https://api.example.com/a?j=%7B%22t%22%3A%22{}%22%7D
    | https://api.example.com/a?d=%257B%2522t%2522%253A%2522{}%2522%257D | https://api.example.com/a?b={j}
    | https://api.example.com/a?jwt={t} | https://s3.example.com/b?X-Amz-Signature={h}&X-Amz-Credential={}
    | https://api.example.com/a?sig={}&se=2026 | https://api.example.com/a?state={}&code={}&client_id={}&nonce={}
    | https://api.example.com/a?code_challenge={}&id_token_hint={} | https://api.example.com/{}/{}/{} | https://api.example.com/@{}
    | chrome-extension://{}/x.js | https://api.example.com/a?SAMLRequest={} | https://api.example.com/a?error_description={}
    | https://api.example.com/a/..;/{} | https://api.example.com//{}//x | http://[::1]:{d}/a
"""
FORMS = """
    username={}&password={} | grant_type=password&password={}&client_secret={} | code={}&code_verifier={} | refresh_token={}
    | SAMLResponse={s} | token={}&otp={d} | data=%7B%22p%22%3A%22{}%22%7D | {} | {}=1 | assertion={t} | RelayState={}
    | email={}%40mail.example | card={d}&cvc=123 | _token={} | error_description={}
"""
JSON_BODIES = """
    {{"password":"{}"}} | {{"formFields":[{{"id":"password","value":"{}"}},{{"id":"email","value":"{}@mail.example"}}]}}
    | {{"variables":{{"input":{{"pin":"{}"}}}},"query":"mutation {{ login(t: \\"{}\\") }}"}} | [["token","{}"]]
    | {{"a":{{"b":{{"c":["{}"]}}}}}} | {{"{}":1}} | {{"nested":"{{\\"t\\":\\"{}\\"}}"}} | {{"jwt":"{t}"}} | {{"data":"{g}"}}
    | {{"n":{d}}} | {{"b64":"{b}"}} | {{"hex":"{h}"}} | {{"url":"https://b.example/x?token={}"}} | {{"error":"{}"}}
    | {{"message":"no user {} here"}} | {{"code":"{}"}} | {{"status":"{}"}} | {{"type":"{}"}} | {{"kid":"{}"}} | {{"iss":"{}"}}
    | {{"detail":[{{"msg":"{}"}}]}} | {{"expires_in":"{}"}} | {{"title":"{}","name":"{}"}} | "{}" | {{"u":"\\u0041{}"}}
"""
TEXT_BODIES = """
    <html><title>{}</title><input type="hidden" name="csrf" value="{}"></html> | <script>window.__STATE__={{"t":"{}"}}</script>
    | <a href="https://app.example.com/reset/{}">x</a> | <!-- {} --> | <p>Hello {}, your token is {}</p> | token={} | {}
    | data: {{"delta":"{}"}} | <xml><password>{}</password><x y="{}"/></xml> | name,mail\\n{},{}@mail.example
    | Error: bad token {} at /srv/{}/app.js:10 | AADSTS50011: user {} | <p>{0}&#x2F;{}</p> | callback({{"t":"{}"}})
"""

CONTROLS = (
    "https://api.example.com", "https://app.example.com", "/auth/session/refresh", "/oauth/token", "sAccessToken",
    "SameSite=None", "HttpOnly", "Max-Age=3600", "Path=/auth", "no-store", "max-age=600", "Access-Control-Allow-Origin",
    "Access-Control-Allow-Credentials", "application/json", "2026-11-22T02:34:23.230Z", "net::ERR_FAILED", '"status":401',
    '"status":200', "try refresh token", "invalid_grant", "unauthorised", "grant_type=refresh_token", "redirect_uri=",
    "client_id=", "Chrome/156.0.0.0", "nginx/1.22.1", '"size":4711', "rid", "st-auth-mode", "Sun, 22 Nov 2026 02:34:24 GMT",
    "WebInspector", "Bearer undefined", "Bearer {{token}}", "RS256", "response_type=code", "cross-site", "preflight",
)  # fmt: skip
"""Strings of the recording that a useful copy keeps (``RS256`` inside a JWT)."""


@dataclass
class Canaries:
    """Makes canaries and remembers where each one was planted."""

    seed: int = 1
    planted: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def new(self, place: str, form: str = "") -> str:
        """A new canary for a place. Forms: letters and digits, ``h`` hex, ``l`` letters, ``d`` digits, ``u`` UUID."""
        draw = self._random
        if form == "d":
            value = str(draw.randrange(5 * 10**13, 9 * 10**13))
        elif form == "h":
            value = f"{draw.getrandbits(128):032x}"
        elif form == "l":
            value = "".join(draw.choice("bcdfghjklmnpqrstvwxz") + draw.choice("aeiou") for _ in range(6))
        elif form == "u":
            bits = f"{draw.getrandbits(128):032x}"
            value = "-".join((bits[:8], bits[8:12], bits[12:16], bits[16:20], bits[20:]))
        else:
            letters = string.ascii_letters + string.digits
            value = "".join(draw.choice(letters) for _ in range(9)) + draw.choice("0123456789") + draw.choice("kqxzw")
            value += "".join(draw.choice(letters) for _ in range(6))
        self.planted.setdefault(place, []).append(value)
        return value

    def fill(self, template: str, place: str) -> str:
        """A template with a canary in each ``{}``; ``{b}`` base64, ``{j}`` base64 of JSON, ``{t}`` a JWT, ``{g}`` gzip in
        base64, ``{s}`` a SAML message, ``{h} {l} {d} {u}`` other forms."""
        made = template
        for mark, wrap in self._wraps(place).items():
            while mark in made:
                made = made.replace(mark, wrap(), 1)
        return made.replace("{{", "{").replace("}}", "}")

    def _wraps(self, place: str) -> dict[str, Callable[[], str]]:
        def token() -> str:
            claims = {"sub": self.new(place), "email": self.new(place) + "@mail.example", "iat": 1795314863}
            parts = [
                urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=").decode()
                for one in ({"alg": "RS256", "typ": "JWT", "kid": self.new(place)}, claims)
            ]
            return ".".join([*parts, self.new(place)])

        return {
            "{b}": lambda: b64encode(f"user:{self.new(place)}".encode()).decode(),
            "{j}": lambda: b64encode(json.dumps({"uid": self.new(place), "ate": 1795314863000}).encode()).decode(),
            "{t}": token,
            "{g}": lambda: b64encode(gzip.compress(self.new(place).encode(), mtime=0)).decode(),
            "{s}": lambda: quote(b64encode(
                f'<Response ID="{self.new(place)}"><NameID>{self.new(place)}</NameID></Response>'.encode()).decode()),
            "{h}": lambda: self.new(place, "h"),
            "{l}": lambda: self.new(place, "l"),
            "{d}": lambda: self.new(place, "d"),
            "{u}": lambda: self.new(place, "u"),
            "{0}": lambda: self.new(place),
            "{}": lambda: self.new(place),
        }  # fmt: skip

    @property
    def values(self) -> list[str]:
        """All canaries."""
        return [value for values in self.planted.values() for value in values]

    @property
    def places(self) -> int:
        """How many kinds of places hold one."""
        return len(self.planted)


def _templates(listed: str) -> Iterator[str]:
    for one in re.split(r"\s+\|\s+", listed.strip()):
        yield one.replace("\\n", "\n")


class Recording:
    """Builds the recording with the canaries."""

    def __init__(self, seed: int = 1, *, odd: bool = False) -> None:
        self.canaries = Canaries(seed)
        self.entries: list[dict[str, Any]] = []
        self._odd = odd

    def har(self) -> bytes:
        """The recording as JSON."""
        put = self.canaries.fill
        for number, template in enumerate(_templates(REQUEST_HEADERS)):
            name, _, value = put(template, f"request header {number}: {template.partition(':')[0]}").partition(":")
            self._entry(headers=[(name, value)])
        self._cookies()
        for number, template in enumerate(_templates(URLS)):
            self._entry(url=put(template, f"url {number}"))
        for number, template in enumerate(_templates(FORMS)):
            text = put(template, f"form {number}")
            self._entry("POST", body=("application/x-www-form-urlencoded", text))
        for side in ("request", "response"):
            for number, template in enumerate(_templates(JSON_BODIES)):
                text = put(template, f"{side} JSON {number}")
                self._answer_or_ask(side, "application/json", text, 200 if number % 2 else 401)
            for number, template in enumerate(_templates(TEXT_BODIES)):
                text = put(template, f"{side} text {number}")
                self._answer_or_ask(
                    side, "text/html" if "<" in text else "text/plain", text, 200 if number % 2 else 403
                )
        self._packed_bodies()
        for number, template in enumerate(_templates(RESPONSE_HEADERS)):
            name, _, value = put(template, f"response header {number}: {template.partition(':')[0]}").partition(":")
            self._entry(answer_headers=[(name, value)], status=302 if name == "Location" else 200)
        self._metadata()
        self._echoes()
        self._controls()
        if self._odd:
            self._odd_structures()
        return json.dumps({"log": self._log()}, ensure_ascii=False).encode()

    def _answer_or_ask(self, side: str, mime_type: str, text: str, status: int) -> None:
        if side == "request":
            self._entry("POST", body=(mime_type, text))
        else:
            self._entry("POST" if status == 200 else "GET", answer=(mime_type, text), status=status)

    def _entry(
        self,
        method: str = "GET",
        url: str = "https://api.example.com/api/me",
        headers: Iterable[tuple[str, str]] = (),
        body: tuple[str, str] | None = None,
        status: int = 200,
        answer_headers: Iterable[tuple[str, str]] = (),
        answer: tuple[str, str] | None = None,
    ) -> dict[str, Any]:
        def listed(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
            return [{"name": name, "value": value} for name, value in pairs]

        query = url.partition("#")[0].partition("?")[2]
        entry: dict[str, Any] = {
            "startedDateTime": f"2026-11-22T02:34:{23 + len(self.entries) // 60 % 30:02d}.230Z",
            "time": 12.5,
            "request": {
                "method": method, "url": url, "httpVersion": "HTTP/2.0", "headersSize": -1, "bodySize": 0,
                "headers": listed(headers), "cookies": [],
                "queryString": listed(part.partition("=")[::2] for part in query.split("&") if part),
            },
            "response": {
                "status": status, "statusText": "", "httpVersion": "HTTP/2.0", "headers": listed(answer_headers),
                "cookies": [], "redirectURL": "", "headersSize": -1, "bodySize": -1,
                "content": {"size": 0, "mimeType": "x-unknown"},
            },
            "cache": {}, "timings": {"send": 1, "wait": 10, "receive": 1.5}, "_resourceType": "fetch",
        }  # fmt: skip
        if body is not None:
            entry["request"]["postData"] = {"mimeType": body[0], "text": body[1]}
            entry["request"]["bodySize"] = len(body[1])
        if answer is not None:
            entry["response"]["content"] = {"size": len(answer[1]), "mimeType": answer[0], "text": answer[1]}
        self.entries.append(entry)
        return entry

    def _cookies(self) -> None:
        new, put = self.canaries.new, self.canaries.fill
        lines = (
            "sid={}; theme={}", "{}=1", "{}", "j=%7B%22t%22%3A%22{}%22%7D", "s=s%3A{}.{}", "auth.0=base64-{j}", "t={t}", "q=\"{}\"",
            "u=https%3A%2F%2Fb.example%2F{}", "d=%25257B{}",
        )  # fmt: skip
        for number, line in enumerate(lines):
            self._entry(headers=[("Cookie", put(line, f"cookie {number}"))])
        only = self._entry()
        only["request"]["cookies"] = [
            {"name": "sid", "value": new("cookies array value"), "domain": new("cookies array domain") + ".example.com",
             "path": "/" + new("cookies array path"), "comment": new("cookies array comment")},
            {"name": new("cookies array name"), "value": "1"},
        ]  # fmt: skip
        only["response"]["cookies"] = [{"name": "r", "value": new("response cookies array")}]
        chunks = put("{j}", "chunked cookie")
        self._entry(answer_headers=[("Set-Cookie", f"c.0=base64-{chunks[:20]}"), ("Set-Cookie", f"c.1={chunks[20:]}")])

    def _packed_bodies(self) -> None:
        new = self.canaries.new
        text = new("response body base64")
        packed = [
            b64encode(json.dumps({"t": text}).encode()).decode(),
            b64encode(gzip.compress(new("response body gzip").encode() * 20, mtime=0)).decode(),
            b64encode(zlib.compress(new("response body deflate").encode() * 20)).decode(),
            b64encode(new("response body utf-16").encode("utf-16")).decode(),
        ]
        for one in packed:
            entry = self._entry("POST", answer=("application/json", one))
            entry["response"]["content"]["encoding"] = "base64"
        parts = (
            f'--B\r\nContent-Disposition: form-data; name="password"\r\n\r\n{new("multipart value")}\r\n'
            f'--B\r\nContent-Disposition: form-data; name="{new("multipart name")}"\r\n\r\n1\r\n'
            f'--B\r\nContent-Disposition: form-data; name="f"; filename="{new("multipart file name")}.txt"\r\n'
            f"Content-Type: text/plain\r\n\r\n{new('multipart file')}\r\n--B--"
        )
        self._entry("POST", body=("multipart/form-data; boundary=B", parts))
        params = self._entry("POST")
        params["request"]["postData"] = {
            "mimeType": "application/x-www-form-urlencoded",
            "params": [{"name": "p", "value": new("postData params value"), "fileName": new("postData file name"),
                        "comment": new("postData comment")}, {"name": new("postData params name"), "value": ""}],
        }  # fmt: skip
        event = self._entry(answer=("text/event-stream", f"event: a\ndata: {new('event stream')}\n\n"))
        event["_eventSourceMessages"] = [{"time": 1, "eventName": "a", "eventId": "", "data": new("event message")}]

    def _metadata(self) -> None:
        new, fill = self.canaries.new, self.canaries.fill
        entry = self._entry()
        entry |= {
            "comment": new("entry comment"),
            "serverIPAddress": new("server address"),
            "_clientIP": new("client address"),
            "connection": new("connection"),
            "_connectionId": new("connection id"),
            "pageref": new("pageref"),
            "_custom": {"a": [new("custom member")]},
            "_" + new("custom name"): 1,
            "_priority": new("priority"),
            "_resourceType": new("resource type"),
            "_error": new("error text"),
            "_securityDetails": {"subjectName": new("TLS subject"), "sanList": [new("TLS names")]},
            "_webSocketMessages": [
                {"type": "send", "time": 1, "opcode": 1, "data": f'42["login","{new("socket.io frame")}"]'},
                {"type": "receive", "time": 1, "opcode": 2, "data": b64encode(new("binary frame").encode()).decode()},
                {"type": "receive", "time": 1, "opcode": 1, "data": new("text frame")},
            ],
            "_initiator": {
                "type": "script",
                "url": fill("https://app.example.com/{}.js?t={}", "initiator url"),
                "requestId": new("initiator request id"),
                "stack": {
                    "callFrames": [
                        {"functionName": new("function name"), "scriptId": new("script id"), "lineNumber": 1,
                         "columnNumber": 2, "url": fill("https://app.example.com/{}/a.js?k={}", "stack url")}
                    ],
                    "parent": {"description": new("stack description"), "callFrames": []},
                },
            },
            "_corsErrorStatus": {"corsError": new("CORS error"), "failedParameter": new("CORS parameter")},
        }  # fmt: skip
        entry["request"] |= {
            "method": new("method"),
            "httpVersion": new("request version"),
            "comment": new("request comment"),
        }
        entry["request"]["headers"] = [{"name": "a", "value": "b", "comment": new("header comment")}]
        entry["response"] |= {
            "statusText": new("status text"), "redirectURL": fill("https://app.example.com/{}?t={}", "redirectURL"),
            "httpVersion": new("response version"), "comment": new("response comment"), "_extra": new("response member"),
        }  # fmt: skip
        entry["response"]["content"] |= {
            "mimeType": new("mime type"), "comment": new("content comment"), "encoding": new("encoding"), "text": new("odd text"),
            "_file": new("file name"),
        }  # fmt: skip
        entry["timings"]["comment"] = new("timings comment")
        entry["cache"] = {"beforeRequest": {"eTag": new("cache etag"), "lastAccess": new("cache access")}}
        relative = self._entry(status=302)
        relative["response"]["redirectURL"] = "/reset/" + new("relative redirect")

    def _echoes(self) -> None:
        """A value known to be secret from one place, where nothing names it."""
        value = self.canaries.new("echo", "l")
        self._entry(
            url=f"https://api.example.com/{value}/x",
            headers=[("Authorization", f"Bearer {value}"), (f"x-{value}", "1")],
        )
        self._entry("POST", answer=("text/html", f"<p>{value}</p>"), status=403)
        self._entry(url=f"https://{value}.example.com/", answer_headers=[("Vary", f"X-{value}"), ("Server", value)])

    def _controls(self) -> None:
        agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"
        self._entry(
            "POST",
            "https://api.example.com/auth/session/refresh",
            [("Origin", "https://app.example.com"), ("User-Agent", agent), ("rid", "session"), ("st-auth-mode", "cookie"),
             ("Sec-Fetch-Site", "cross-site"), ("Authorization", "Bearer undefined"), ("Cookie", "sAccessToken=1")],
            ("application/x-www-form-urlencoded", "grant_type=refresh_token"),
            401,
            [("Access-Control-Allow-Origin", "https://app.example.com"), ("Access-Control-Allow-Credentials", "true"),
             ("Set-Cookie", "sAccessToken=a; Path=/auth; Max-Age=3600; HttpOnly; SameSite=None"), ("Cache-Control", "no-store"),
             ("Content-Type", "application/json"), ("Server", "nginx/1.22.1"), ("Date", "Sun, 22 Nov 2026 02:34:24 GMT")],
            ("application/json", '{"message":"try refresh token"}'),
        )  # fmt: skip
        failed = self._entry(
            "POST", "https://api.example.com/oauth/token?client_id=a1&response_type=code&redirect_uri=https%3A%2F%2Fapp.example.com%2F",
            [("Authorization", "Bearer {{token}}")], None, 400,
            [("Cache-Control", "max-age=600")], ("application/json", '{"error":"invalid_grant","message":"unauthorised"}'),
        )  # fmt: skip
        failed |= {"_error": "net::ERR_FAILED", "_initiator": {"type": "preflight"}}
        failed["response"]["content"]["size"] = 4711

    def _odd_structures(self) -> None:
        """Headers as an object, as pairs, as lines; cookies as an object; a body that is no text."""
        new = self.canaries.new
        shapes: tuple[Any, ...] = (
            {"Authorization": "Bearer " + new("headers as object")},
            [["Cookie", "a=" + new("headers as pairs")]],
            ["Cookie: a=" + new("headers as lines")],
            "Cookie: a=" + new("headers as text"),
            [{"name": "Cookie", "value": {"a": new("header value as object")}}],
            [{"name": ["Cookie"], "value": new("header name as list")}],
            [{"Name": "Cookie", "Value": new("header members in upper case")}],
        )
        for shape in shapes:
            entry = self._entry()
            entry["request"]["headers"] = shape
            entry["response"]["headers"] = shape
        for member, value in (
            ("cookies", {"name": "a", "value": new("cookies as object")}), ("cookies", new("cookies as text")),
            ("queryString", new("query as text")), ("postData", new("post data as text")), ("postData", {"text": {"a": new("post object")}}),
            ("url", {"a": new("url as object")}), ("method", [new("method as list")]),
        ):  # fmt: skip
            self._entry()["request"][member] = value
        answers: tuple[tuple[str, Any], ...] = (
            ("content", new("content as text")), ("content", {"text": [new("content as list")]}), ("status", new("status as text")),
            ("redirectURL", [new("redirect as list")]), ("_error", {"a": new("error as object")}),
        )  # fmt: skip
        for member, value in answers:
            self._entry()["response"][member] = value
        self.entries.append(new("entry as text"))  # type: ignore[arg-type]

    def _log(self) -> dict[str, Any]:
        new, fill = self.canaries.new, self.canaries.fill
        return {
            "version": "1.2",
            "comment": new("log comment"),
            "creator": {"name": "WebInspector " + new("creator"), "version": new("creator version"), "comment": new("creator comment")},
            "browser": {"name": new("browser"), "version": new("browser version")},
            "_" + new("log member"): new("log member value"),
            "pages": [
                {"id": new("page id"), "title": fill("https://app.example.com/{}?t={}", "page title url"),
                 "startedDateTime": "2026-11-22T02:34:23.230Z", "pageTimings": {"comment": new("page timings")}, "comment": new("page comment")},
                {"id": "page_2", "title": "Hello " + new("page title"), "startedDateTime": "2026-11-22T02:34:23.230Z", "pageTimings": {}},
            ],
            "entries": self.entries,
        }  # fmt: skip


def recording(seed: int = 1, *, odd: bool = False) -> tuple[bytes, Canaries]:
    """The recording and its canaries."""
    made = Recording(seed, odd=odd)
    return made.har(), made.canaries


def survivors(canaries: Canaries, output: bytes) -> dict[str, list[str]]:
    """Places whose canary is in an output, whole or a part of 8 characters, in any spelling."""
    text = output.decode("utf-8", "replace")
    views = [text, text[::-1], text.lower()]
    views += [decode(text) for decode in (_unquoted, _unescaped, _base64, _hex)]
    views.append(_base64(views[3]))
    words = {word for view in views for word in re.findall(r"[\w-]{8,}", view)}  # all that canaries are made of
    grams = {word[at : at + PART] for word in words for at in range(len(word) - PART + 1)}
    found: dict[str, list[str]] = {}
    for place, values in canaries.planted.items():
        for value in values:
            parts = {one[at : at + PART] for one in (value, value.lower()) for at in range(len(one) - PART + 1)}
            if parts & grams:
                found.setdefault(place, []).append(value)
    return found


def readable(output: bytes) -> str:
    """An output with the strings and the base64 in it decoded, to look for what must stay."""
    text = output.decode("utf-8", "replace")
    return "\n".join((text, text.replace('\\"', '"'), _base64(text)))


def _unquoted(text: str) -> str:
    return unquote(unquote(text))


def _unescaped(text: str) -> str:
    plain = re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
    return html.unescape(re.sub(r"\\(.)", r"\1", plain))


def _base64(text: str) -> str:
    parts = []
    for found in set(re.findall(r"[A-Za-z0-9+/_-]{11,}", text)):
        for offset in range(4):
            part = found[offset:].replace("+", "-").replace("/", "_")
            part = part[: len(part) // 4 * 4]
            data = urlsafe_b64decode(part + "=" * (-len(part) % 4))
            parts.append(data.decode("latin-1"))
            if data[:2] == b"\x1f\x8b":
                parts.append(zlib.decompressobj(47).decompress(data, 1 << 20).decode("latin-1"))
    return "\n".join(parts)


def _hex(text: str) -> str:

    return "\n".join(
        bytes.fromhex(found[: len(found) // 2 * 2]).decode("latin-1")
        for found in set(re.findall(r"[0-9a-fA-F]{16,}", text))
    )


def main() -> int:
    data, canaries = recording(odd="--odd" in sys.argv)
    Path(sys.argv[1]).write_bytes(data)
    print(f"{len(canaries.values)} canaries in {canaries.places} places")
    return 0


if __name__ == "__main__":
    sys.exit(main())
