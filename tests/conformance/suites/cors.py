"""CORS by the Fetch standard: single checks, and whole fetches over redirects."""

from collections.abc import Callable, Iterator
from typing import Any

from haranalyze.protocol.cookie_store import CookieStore
from haranalyze.protocol.cors_check import (
    PROFILES,
    SAFELISTED_METHODS,
    STANDARD,
    CorsProfile,
    CorsStep,
    Lines,
    Refusal,
    cors_refusal,
    header_members,
    is_forbidden_method,
    is_readable,
    is_safelisted_header,
    max_age,
    normalise_method,
    read_allowed,
    unlisted,
    unsafe_header_names,
)
from haranalyze.protocol.cors_fetch import Answer, Mode, PreflightCache, Tainting, Walk, sends_credentials
from haranalyze.protocol.set_cookie import parse_set_cookie
from haranalyze.protocol.url import Url, parse_url

_REASONS = {
    CorsStep.ALLOW_ORIGIN_MISSING: "missing-allow-origin",
    CorsStep.ALLOW_ORIGIN_MISMATCH: "allow-origin-mismatch",
    CorsStep.ALLOW_ORIGIN_MULTIPLE: "multiple-allow-origin",
    CorsStep.ALLOW_ORIGIN_INVALID: "invalid-allow-origin",
    CorsStep.ALLOW_ORIGIN_WILDCARD: "wildcard-with-credentials",
    CorsStep.ALLOW_CREDENTIALS: "bad-allow-credentials",
    CorsStep.PREFLIGHT_STATUS: "preflight-status",
    CorsStep.PREFLIGHT_REDIRECT: "preflight-status",
    CorsStep.ALLOW_METHODS_INVALID: "bad-preflight-header",
    CorsStep.ALLOW_HEADERS_INVALID: "bad-preflight-header",
    CorsStep.ALLOW_METHODS: "method-not-allowed",
    CorsStep.ALLOW_HEADERS: "header-not-allowed",
    CorsStep.REDIRECT_CREDENTIALS: "redirect-with-credentials-in-url",
}
_URL, _ORIGIN = "https://api.example/", "https://app.example"


def differences(vector: dict[str, Any]) -> Iterator[str]:
    given, then = vector["given"], vector["then"]
    answer = _ANSWERS[given["kind"]](given)
    for member, value in then.items():
        found = answer[member]
        if isinstance(value, dict):  # exposed: header name -> readable
            found = {name: found(name) for name in value}
        elif member == "preflight" and isinstance(value, bool):
            found = any(found)
        if found != value:
            yield f"{member} {found!r}, not {value!r}"
    # Above as the text says; Chromium only reports.
    if vector["status"] == "browsers-differ" and not _preflight_allows(given, PROFILES["Chromium"])["allowed"]:
        yield "Chromium refuses it too"


def lines_of(headers: list[list[str]]) -> Lines:
    return lambda name: tuple(value for given, value in headers if given.lower() == name)


def _why(refusal: Refusal | None) -> str | None:
    return None if refusal is None else _REASONS.get(refusal.step, refusal.step.value)


def _check(given: dict[str, Any]) -> dict[str, Any]:
    found = cors_refusal(given["origin"], lines_of(given["headers"]), credentialed=given["credentials"] == "include")
    return {"pass": found is None, "reason": _why(found)}


def _preflight_allows(given: dict[str, Any], profile: CorsProfile = STANDARD) -> dict[str, Any]:
    """From a cache that holds the one answer; the reason as the answer itself gives it."""
    listed = {"allow_methods": "Access-Control-Allow-Methods", "allow_headers": "Access-Control-Allow-Headers"}
    lines = lines_of([[name, given[key]] for key, name in listed.items() if given[key] is not None])
    allowed = read_allowed(lines, profile)
    if isinstance(allowed, Refusal):
        return {"allowed": False, "reason": _why(allowed)}
    with_credentials = given["request_credentials"] == "include"
    method, names = normalise_method(given["method"]), unsafe_header_names(given["headers"])
    cache = PreflightCache()
    cache.store(_ORIGIN, _URL, 0.0, allowed, credentialed=given["preflight_credentials"] == "include")
    covered = cache.covering(_ORIGIN, _URL, 1.0, method, names, credentialed=with_credentials, profile=profile)
    return {
        "allowed": covered is not None,
        "reason": _why(unlisted(allowed, method, names, credentialed=with_credentials, profile=profile)),
    }


def _fetch(given: dict[str, Any]) -> dict[str, Any]:
    request, hops = given["request"], iter(given["hops"])
    current: dict[str, Any] = {}

    def ask(url: Url, preflight: bool) -> Answer | None:
        if current.get("answered", True):
            current.update(next(hops))
            assert parse_url(current["url"]) == url
        current["answered"] = not preflight
        answer = current["preflight_response" if preflight else "response"]
        return Answer(answer["status"], lines_of(answer["headers"]))

    walk = Walk(
        request["origin"],
        request["url"],
        request["method"],
        [(name, value) for name, value in request["headers"]],
        mode=Mode(request["mode"]),
        credentials=request["credentials"],
    )
    fetched = walk.run(ask)
    last = fetched.hops[-1]
    lines = lines_of(current["response"]["headers"])
    asked = next((hop.asked for hop in fetched.hops if hop.asked is not None), None)
    return {
        "outcome": fetched.outcome,
        "reason": _why(fetched.refusal),
        "preflight": [hop.asked is not None for hop in fetched.hops],
        "request_headers": None if asked is None else ",".join(asked),
        "origin_header_last": last.origin,
        "response_type": last.tainting.value,
        "exposed": lambda name: is_readable(name, lines, credentialed=request["credentials"] == "include"),
    }


def _cookies(given: dict[str, Any]) -> dict[str, Any]:
    store = CookieStore()
    for line in given["set_cookie"]:
        cookie = parse_set_cookie(line)
        assert cookie is not None
        store.store(cookie, parse_url(given["set_at"]), 0.0)
    url = parse_url(given["then_request"])
    tainting = Tainting.BASIC if url.origin == given["origin"] else Tainting.CORS
    if not sends_credentials(given["credentials"], tainting):
        return {"cookie": ""}
    return {"cookie": "; ".join(f"{one.name}={one.value}" for one in store.sent(url, 1.0))}


def _members(given: dict[str, Any]) -> dict[str, Any]:
    found = header_members([given["value"]])
    return {"error": found is None, "names": None if found is None else list(found)}


_ANSWERS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "cors-check": _check,
    "fetch": _fetch,
    "preflight-allows": _preflight_allows,
    "cookies": _cookies,
    "safelisted-header": lambda given: {"safelisted": is_safelisted_header(given["name"], given["value"])},
    "safelisted-method": lambda given: {"safelisted": normalise_method(given["method"]) in SAFELISTED_METHODS},
    "forbidden-method": lambda given: {"forbidden": is_forbidden_method(given["method"])},
    "unsafe-header-names": lambda given: {"names": list(unsafe_header_names(given["headers"]))},
    "expose-headers": lambda given: {
        "exposed": is_readable(given["header"], lambda _: given["lines"], credentialed=given["credentials"])
    },
    "parse-allow-headers": _members,
    "parse-allow-methods": _members,
    "max-age": lambda given: {"seconds": max_age(lambda _: [given["value"]])},
}
