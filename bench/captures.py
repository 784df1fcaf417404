"""Generated recordings: a SuperTokens session on one API host among static files and third parties."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
START = datetime(2026, 11, 22, 2, 34, 23, tzinfo=UTC)
HOSTS = ("app.example.com", "api.example.com", "cdn.metrics-cdn.net", "static.example.com", "fonts.cdn-x.net")
WEIGHTS = (15, 20, 15, 40, 10)
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"


def recording(name: str, **how: Any) -> Path:
    """A generated recording, kept for the next run; ``how`` as :func:`write`.

    Made in a process of its own: a large parent would count into its children's memory.
    """
    path = DATA / name
    if not path.exists():
        code = f"from pathlib import Path; from bench import captures; captures.write(Path({str(path)!r}), **{how!r})"
        subprocess.run([sys.executable, "-c", code], cwd=DATA.parents[1], check=True)
    return path


def write(
    path: Path, exchanges: int, *, body_bytes: int = 0, cookies: int = 3, refresh_every: int = 400, seed: int = 1
) -> None:
    """Write a HAR of ``exchanges`` exchanges, each answer with a JSON body of about ``body_bytes``, each call of the
    API with ``cookies`` changing cookies, and a new token after about every ``refresh_every`` exchanges."""
    random.seed(seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    frame = {
        "version": "1.2",
        "creator": {"name": "WebInspector", "version": "537.36"},
        "pages": [
            {"startedDateTime": _stamp(0), "id": "page_1", "title": "https://app.example.com/", "pageTimings": {}}
        ],
    }
    with path.open("w", encoding="utf-8") as out:
        out.write('{"log":' + json.dumps(frame)[:-1] + ',"entries":[')
        for number, entry in enumerate(_entries(exchanges, body_bytes, cookies, refresh_every)):
            out.write(("," if number else "") + json.dumps(entry))
        out.write("]}}")


def _entries(exchanges: int, body_bytes: int, cookies: int, refresh_every: int) -> Iterator[dict[str, Any]]:
    token = _token(0)
    for number in range(exchanges):
        host = random.choices(HOSTS, WEIGHTS)[0]
        sets: list[str] = []
        path = f"/assets/{number % 500}.js?v={number}"
        if host == "api.example.com":
            path = f"/api/items/{number % 97}?page={number}"
            if number % refresh_every == 1 or number < 3:
                path, token = "/auth/session/refresh", _token(number)
                sets = [
                    f"sAccessToken={token}; Path=/; Expires=Mon, 22 Nov 2027 02:34:24 GMT; HttpOnly; SameSite=Lax",
                    f"sRefreshToken={random.getrandbits(600):x}; Path=/auth/session/refresh; HttpOnly; SameSite=Lax",
                ]
        yield _entry(number, host, path, token, sets, body_bytes, cookies)


def _entry(
    number: int, host: str, path: str, token: str, sets: list[str], body_bytes: int, cookies: int
) -> dict[str, Any]:
    api = host == "api.example.com"
    refresh = bool(sets)
    request = {
        ":authority": host,
        ":method": "POST" if refresh else "GET",
        ":path": path,
        ":scheme": "https",
        "accept": "*/*",
        "accept-encoding": "gzip, deflate, br, zstd",
        "accept-language": "en-US,en;q=0.9",
        "referer": "https://app.example.com/",
        "sec-fetch-dest": "empty" if api else "script",
        "sec-fetch-mode": "cors" if api else "no-cors",
        "sec-fetch-site": "same-site" if host.endswith("example.com") else "cross-site",
        "user-agent": AGENT,
    }
    response = {
        "cache-control": "no-store" if api else "max-age=31536000",
        "content-type": "application/json" if api else "text/javascript",
        "date": (START + timedelta(milliseconds=number * 37)).strftime("%a, %d %b %Y %H:%M:%S GMT"),
        "etag": f'W/"{random.getrandbits(60):x}"',
        "server": "nginx/1.22.1",
        "strict-transport-security": "max-age=63072000",
        "vary": "Origin",
        "x-request-id": f"{random.getrandbits(128):032x}",
    }
    if api:
        jar = [f"sAccessToken={token}", *(f"c{i}={random.getrandbits(80):x}" for i in range(cookies))]
        request |= {"cookie": "; ".join(jar), "origin": "https://app.example.com", "rid": "anti-csrf"}
        request["st-auth-mode"] = "cookie"
        response |= {"access-control-allow-origin": "https://app.example.com"}
        response["access-control-allow-credentials"] = "true"
    headers = _pairs(response)
    headers += [{"name": "set-cookie", "value": line} for line in sets]
    if refresh:
        headers.append({"name": "front-token", "value": _front(token)})
        headers.append({"name": "access-control-expose-headers", "value": "front-token"})
    text = "{}" if refresh else _body(body_bytes)
    content = {"size": len(text), "mimeType": response["content-type"]} | ({"text": text} if body_bytes else {})
    frames = [
        {
            "functionName": "",
            "scriptId": "8",
            "url": "https://app.example.com/app.js",
            "lineNumber": 4,
            "columnNumber": 24,
        }
    ]
    return {
        "_connectionId": str(number % 12),
        "_initiator": {"type": "script", "stack": {"callFrames": frames * 4}},
        "_priority": "High",
        "_resourceType": "fetch" if api else "script",
        "cache": {},
        "connection": "443",
        "pageref": "page_1",
        "request": {
            "method": request[":method"],
            "url": f"https://{host}{path}",
            "httpVersion": "http/2.0",
            "headers": _pairs(request),
            "queryString": [],
            "cookies": [],
            "headersSize": -1,
            "bodySize": 0,
        },
        "response": {
            "status": 200,
            "statusText": "",
            "httpVersion": "http/2.0",
            "headers": headers,
            "cookies": [],
            "content": content,
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": -1,
            "_transferSize": 700,
            "_error": None,
            "_fetchedViaServiceWorker": False,
        },
        "serverIPAddress": "10.0.0.1",
        "startedDateTime": _stamp(number * 37),
        "time": 31.2,
        "timings": {"blocked": 1.2, "dns": -1, "ssl": -1, "connect": -1, "send": 0.1, "wait": 28.0, "receive": 1.9},
    }


def _pairs(headers: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers.items()]


def _stamp(milliseconds: int) -> str:
    moment = START + timedelta(milliseconds=milliseconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def _part(value: dict[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _claims(number: int) -> dict[str, Any]:
    issued = int((START + timedelta(milliseconds=number * 37)).timestamp())
    return {"sub": "user-1", "iat": issued, "exp": issued + 360_000, "sessionHandle": "h-1", "n": number}


def _token(number: int) -> str:
    header = {"typ": "JWT", "alg": "RS256", "kid": "d-1", "version": "5"}
    return f"{_part(header)}.{_part(_claims(number))}.{random.getrandbits(2040):x}"


def _front(token: str) -> str:
    from base64 import b64encode, urlsafe_b64decode

    part = token.split(".")[1]
    claims = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return b64encode(json.dumps({"uid": claims["sub"], "ate": claims["exp"] * 1000, "up": claims}).encode()).decode()


def _body(size: int) -> str:
    if not size:
        return ""
    items = [{"id": random.getrandbits(40), "name": f"item {n}", "tags": ["a", "b"]} for n in range(max(size // 60, 1))]
    return json.dumps({"items": items})
