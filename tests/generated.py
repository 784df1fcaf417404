"""Made-up recordings for property tests: a session on an API host, third parties, everything that may go wrong."""

import json
from base64 import b64encode, urlsafe_b64encode
from typing import Any

from hypothesis import strategies as st

SECRETS = st.text("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", min_size=16, max_size=40).filter(
    lambda text: any(one.isdigit() for one in text) and any(one.isupper() for one in text)
)
HOSTS = st.sampled_from(("api.example.com", "app.example.com", "cdn.other.net", "id.provider.io"))
PATHS = st.sampled_from(
    ("/", "/auth/session/refresh", "/auth/signin", "/api/items/4711", "/login", "/oauth/token", "/logout", "/a/b.js")
)
STATUSES = st.sampled_from((200, 200, 204, 302, 304, 400, 401, 401, 403, 404, 500, 502, 0))
NAMES = st.sampled_from(("sAccessToken", "sRefreshToken", "sid", "sFrontToken", "theme", "XSRF-TOKEN"))
ATTRIBUTES = st.lists(
    st.sampled_from(
        ("Path=/", "HttpOnly", "Secure", "SameSite=None", "SameSite=Lax", "Domain=example.com", "Max-Age=0")
    ),
    max_size=4,
    unique=True,
)
BODIES = st.sampled_from(
    (
        "",
        "{}",
        '{"message":"unauthorised"}',
        '{"message":"try refresh token"}',
        '{"error":"invalid_grant"}',
        "<h1>502</h1>",
    )
)


def _jwt(user: str, expires: int, signature: str) -> str:
    parts = ({"alg": "RS256", "typ": "JWT"}, {"sub": user, "iat": expires - 3600, "exp": expires})
    return ".".join([*(urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=").decode() for one in parts), signature])


TOKENS = st.one_of(SECRETS, st.builds(_jwt, SECRETS, st.integers(1795314000, 1795324000), SECRETS))


@st.composite
def entries(draw: st.DrawFn, second: int) -> dict[str, Any]:
    """One exchange, at its own second."""
    host, path = draw(HOSTS), draw(PATHS)
    asked = [("Host", host)]
    answered = [
        ("Date", f"Sun, 22 Nov 2026 02:{second // 60:02d}:{second % 60:02d} GMT"),
        ("Content-Type", "application/json"),
    ]
    if draw(st.booleans()):
        asked.append(("Origin", "https://app.example.com"))
    if draw(st.booleans()):
        answered.append(("Access-Control-Allow-Origin", draw(st.sampled_from(("*", "https://app.example.com")))))
    if draw(st.booleans()):
        asked.append(("Cookie", "; ".join(f"{draw(NAMES)}={draw(TOKENS)}" for _ in range(draw(st.integers(1, 3))))))
    if draw(st.booleans()):
        asked.append(
            ("Authorization", draw(st.sampled_from(("Bearer ", "", "bearer ", "Bearer Bearer "))) + draw(TOKENS))
        )
    lines = range(draw(st.integers(0, 2)))
    answered += [("Set-Cookie", "; ".join([f"{draw(NAMES)}={draw(TOKENS)}", *draw(ATTRIBUTES)])) for _ in lines]
    if draw(st.booleans()):
        front = {"uid": draw(SECRETS), "ate": 1795314863000, "up": {}}
        answered.append(("front-token", b64encode(json.dumps(front).encode()).decode()))
    method = draw(st.sampled_from(("GET", "GET", "POST", "OPTIONS")))
    query = draw(
        st.sampled_from(("", "?page=1", f"?code={draw(SECRETS)}&state={draw(SECRETS)}", f"?token={draw(SECRETS)}"))
    )
    request = {
        "method": method, "url": f"https://{host}{path}{query}", "httpVersion": "HTTP/1.1", "cookies": [],
        "headers": [{"name": name, "value": value} for name, value in asked], "queryString": [],
        "headersSize": -1, "bodySize": 0,
    }  # fmt: skip
    if method == "POST":
        request["postData"] = {"mimeType": "application/json", "text": json.dumps({"refresh_token": draw(TOKENS)})}
    body = draw(BODIES)
    status = draw(STATUSES)
    return {
        "startedDateTime": f"2026-11-22T02:{second // 60:02d}:{second % 60:02d}.000Z", "time": 20,
        "request": request,
        "response": {
            "status": status, "statusText": "", "httpVersion": "HTTP/1.1", "cookies": [],
            "headers": [{"name": name, "value": value} for name, value in answered], "redirectURL": "",
            "content": {"size": len(body), "mimeType": "application/json", "text": body},
            "headersSize": -1, "bodySize": -1,
        },
        "cache": {}, "timings": {"send": 1, "wait": 18, "receive": 1}, "_resourceType": "fetch",
    }  # fmt: skip


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """A HAR document of up to twelve exchanges."""
    made = [draw(entries(7 * number)) for number in range(draw(st.integers(1, 12)))]
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "WebInspector", "version": "537.36"},
            "pages": [
                {"id": "page_1", "title": "https://app.example.com/", "startedDateTime": "2026-11-22T02:00:00.000Z",
                 "pageTimings": {}}
            ],
            "entries": made,
        }
    }  # fmt: skip
