"""Traffic that has nothing to do with the user's session: advertising, statistics, fonts, maps, chats, status pages."""

from __future__ import annotations

import copy
import random
from typing import Any

_HOSTS = (
    "pixel.tracker-one.net",
    "api.statistics.io",
    "fonts.cdn-static.com",
    "auth.chat-widget.app",
    "maps.tiles-service.org",
    "ads.exchange-two.com",
    "errors.monitor.dev",
    "cdn.shop-images.net",
)
_PATHS = (
    "/collect",
    "/v1/events",
    "/auth/token",
    "/session/refresh",
    "/api/me",
    "/login",
    "/t.gif",
    "/sdk.js",
    "/graphql",
)
_METHODS = ("GET", "GET", "GET", "POST", "POST", "OPTIONS", "PUT")
_STATUSES = (200, 200, 200, 204, 304, 302, 400, 401, 403, 404, 419, 429, 500, 502, 503, 0)
_TYPES = ("fetch", "xhr", "image", "script", "ping", "font", "stylesheet", "websocket")
_BODIES = (
    '{"detail":"Authentication credentials were not provided."}',
    '{"message":"Unauthenticated."}',
    '{"message":"try refresh token"}',
    "<html><title>502 Bad Gateway</title><hr><center>nginx/1.25.3</center></html>",
    '{"error":"invalid_grant"}',
    "",
)


def with_noise(
    capture: dict[str, Any], count: int = 1_000, seed: int = 1, *, sanitized: bool = False
) -> dict[str, Any]:
    """A copy of a HAR document with ``count`` exchanges of other sites between its own.

    ``sanitized``: without cookies and authorization headers, as the rest of such an export.
    """
    made = copy.deepcopy(capture)
    entries = made["log"]["entries"]
    dice = random.Random(seed)
    moments = [entry["startedDateTime"] for entry in entries] or ["2026-11-22T02:00:00.000Z"]
    by_browser = any("sec-fetch-site" in str(entry["request"]["headers"]).lower() for entry in entries)
    pages = [page["id"] for page in made["log"].get("pages") or []]
    referers = [entry["request"]["url"] for entry in entries[:1]] or ["https://app.example.com/"]
    entries += [
        _exchange(dice, dice.choice(moments), pages, referers[0] if by_browser else "", sanitized=sanitized)
        for _ in range(count)
    ]
    return made


def _exchange(dice: random.Random, moment: str, pages: list[str], page_url: str, *, sanitized: bool) -> dict[str, Any]:
    host, status, method = dice.choice(_HOSTS), dice.choice(_STATUSES), dice.choice(_METHODS)
    if not page_url and method == "OPTIONS":
        method = "GET"
    number = dice.randrange(10_000)
    origin = "/".join(page_url.split("/")[:3])
    sent = {"accept": "*/*"}
    if origin:  # an app names no page
        sent |= {"referer": f"{origin}/", "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors"}
    got = {"server": dice.choice(("nginx", "cloudflare", "ESF")), "date": "Sun, 22 Nov 2026 02:47:38 GMT"}
    if origin and (method != "GET" or dice.random() < 0.4):
        sent["origin"] = origin
    if method == "OPTIONS":
        sent |= {"access-control-request-method": "POST", "access-control-request-headers": "content-type,x-client"}
    if dice.random() < 0.6:
        got["access-control-allow-origin"] = dice.choice(("*", origin or "*", "https://elsewhere.net"))
    if dice.random() < 0.3:
        got |= {"cache-control": "public, max-age=600", "age": str(dice.randrange(600)), "x-cache": "HIT"}
    if status == 401:
        got["www-authenticate"] = "Bearer"
    if status == 302:
        got["location"] = f"https://{dice.choice(_HOSTS)}/sync?id={number}"
    if not sanitized:
        _add_secrets(dice, sent, got, number)
    entry: dict[str, Any] = {
        "startedDateTime": moment,
        "time": dice.randrange(1, 400),
        "request": {
            "method": method,
            "url": f"https://{host}{dice.choice(_PATHS)}?n={number}",
            "httpVersion": "http/2.0",
            "headers": [{"name": name, "value": value} for name, value in sent.items()],
            "queryString": [],
            "cookies": [],
            "headersSize": -1,
            "bodySize": 0,
        },
        "response": {
            "status": status,
            "statusText": "",
            "httpVersion": "http/2.0",
            "headers": [] if status == 0 else [{"name": name, "value": value} for name, value in got.items()],
            "cookies": [],
            "content": {
                "size": 0,
                "mimeType": "application/json",
                "text": dice.choice(_BODIES) if status >= 400 else "",
            },
            "redirectURL": got.get("location", ""),
            "headersSize": -1,
            "bodySize": -1,
        },
        "cache": {},
        "timings": {"send": 0, "wait": 10, "receive": 1},
        "_resourceType": "preflight" if method == "OPTIONS" else dice.choice(_TYPES),
    }
    if status == 0:
        entry["response"]["_error"] = "net::ERR_FAILED"
    if pages:
        entry["pageref"] = dice.choice(pages)
    return entry


def _add_secrets(dice: random.Random, sent: dict[str, str], got: dict[str, str], number: int) -> None:
    if dice.random() < 0.4:
        sent["cookie"] = f"uid={number}; session={number}x"
    if dice.random() < 0.1:
        sent["authorization"] = f"Bearer widget-{number}-abcdefghijkl"
    if dice.random() < 0.3:
        got["set-cookie"] = dice.choice(
            (
                f"session={number}; Domain=elsewhere.net; Path=/",
                f"uid={number}; Path=/; SameSite=None; Secure",
                f"_ga={number}; Domain=com; Path=/",
                f"sid={number}; Secure; HttpOnly; SameSite=Lax",
            )
        )
