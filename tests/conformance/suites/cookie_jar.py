"""Sequences of answers and requests on one jar: what is stored, and the Cookie header of each request."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from haranalyze.protocol.browsers import CHROMIUM, FIREFOX, STANDARD, Browser
from haranalyze.protocol.cookie_store import CookieStore, Reason
from haranalyze.protocol.same_site import Context, request_context, response_context
from haranalyze.protocol.set_cookie import parse_set_cookie
from haranalyze.protocol.stored_cookies import StoredCookie
from haranalyze.protocol.url import Url, parse_url, site
from tests.conformance.suites.suffixes import suffixes

_REASONS = {
    "domain-mismatch": Reason.DOMAIN_MISMATCH,
    "domain-non-ascii": Reason.DOMAIN_MISMATCH,
    "public-suffix": Reason.PUBLIC_SUFFIX,
    "prefix": Reason.INVALID_PREFIX,
    "name-value-too-long": Reason.TOO_LARGE,
    "secure-from-insecure-origin": Reason.SECURE_ONLY,
    "overwrite-secure": Reason.OVERWRITE_SECURE,
    "httponly-from-script": Reason.HTTP_ONLY,
    "overwrite-httponly": Reason.OVERWRITE_HTTP_ONLY,
    "samesite-strict": Reason.SAME_SITE_STRICT,
    "samesite-lax": Reason.SAME_SITE_LAX,
    "samesite-unspecified-treated-as-lax": Reason.SAME_SITE_UNSPECIFIED,
    "samesite-none-insecure": Reason.SAME_SITE_NONE_INSECURE,
    "partitioned-not-secure": Reason.INVALID_PARTITIONED,
    "control-character": Reason.DISALLOWED_CHARACTER,
    "empty-name-and-value": Reason.NO_COOKIE_CONTENT,
}


def differences(vector: dict[str, Any]) -> Iterator[str]:
    run = _Run(vector)
    expected: dict[int, list[dict[str, Any]]] = {}
    for one in vector["then"]:
        expected.setdefault(one["event"], []).append(one)
    for number, event in enumerate(vector["given"]["events"]):
        run.take(number, event)
        for one in expected.get(number, ()):
            yield from run.compare(number, one)
    if vector["status"] == "current":
        yield from run.explained(vector.get("explain", ()))


class _Run:
    def __init__(self, vector: dict[str, Any]) -> None:
        given = vector["given"]
        is_suffix, registrable = suffixes(given.get("psl_rules"))
        self.browser = _browser(vector)
        epoch = datetime.fromisoformat(given["now"]).timestamp() * 1000
        self.store = CookieStore(self.browser, epoch=epoch, is_suffix=is_suffix, registrable=registrable)
        self.fates: dict[int, list[Reason | None]] = {}
        self.kept: dict[int, list[StoredCookie | None]] = {}
        self.headers: dict[int, list[StoredCookie]] = {}
        self.jars: dict[int, list[str]] = {}
        self.clock = 0.0

    def take(self, number: int, event: dict[str, Any]) -> None:
        at = self.clock = max(self.clock, event.get("at", 0) * 1000.0) + 0.001
        if event["op"] == "dump":
            self.jars[number] = sorted(f"{one.name}={one.value}" for one in self.store.everything(at))
            return
        url, ctx = parse_url(event["url"]), event.get("ctx") or {}
        by_script = event.get("via") == "script"
        partition = _partition(ctx, url)
        if event["op"] == "get":
            self.headers[number] = self.store.sent(
                url, at, context=_request(ctx, url, self.browser, by_script), by_script=by_script, partition=partition
            )
            return
        lines = (
            event["set_cookie"]
            if "set_cookie" in event
            else [line.encode("latin-1").decode("utf-8", "replace") for line in event["set_cookie_latin1"]]
        )
        for line in lines:
            self.clock = at = at + 0.001
            context = _response(ctx, url, self.browser)
            self.fates.setdefault(number, []).append(self._set(number, line, url, at, context, by_script, partition))

    def _set(
        self, number: int, line: str, url: Url, at: float, context: Context, by_script: bool, partition: str
    ) -> Reason | None:
        cookie = parse_set_cookie(line)
        if cookie is None:
            self.kept.setdefault(number, []).append(None)
            if any((ord(character) < 32 and character != "\t") or ord(character) == 127 for character in line):
                return Reason.DISALLOWED_CHARACTER
            return Reason.NO_COOKIE_CONTENT
        reason = self.store.refusal(cookie, url, at, context=context, by_script=by_script)
        kept = None
        if reason is None:
            kept = self.store.store(cookie, url, at, partition=partition)
        self.kept.setdefault(number, []).append(kept)
        return reason

    def compare(self, number: int, then: dict[str, Any]) -> Iterator[str]:
        if "cookie" in then or "cookie_latin1" in then:
            yield from self._header(number, then)
        pairs = [f"{one.name}={one.value}" for one in self.headers.get(number, ())]
        for one in then.get("contains", ()):
            if one not in pairs:
                yield f"event {number}: {one} is not sent"
        for one in then.get("lacks", ()):
            if one in pairs:
                yield f"event {number}: {one} is sent"
        if "stored" in then:
            wanted = then["stored"] if isinstance(then["stored"], list) else [then["stored"]]
            found = [reason is None for reason in self.fates[number]]
            if wanted != found:
                yield f"event {number}: stored {found} ({self.fates[number]}), not {wanted}"
        if "path" in then:
            kept = self.kept[number][0]
            if kept is None or kept.path != then["path"]:
                yield f"event {number}: path {kept and kept.path}, not {then['path']}"
        if "jar" in then and self.jars[number] != sorted(then["jar"]):
            yield f"event {number}: jar {self.jars[number]}, not {sorted(then['jar'])}"

    def _header(self, number: int, then: dict[str, Any]) -> Iterator[str]:
        found = "; ".join(f"{one.name}={one.value}" if one.name else one.value for one in self.headers[number])
        wanted = then.get("cookie")
        if wanted is None:
            wanted = then["cookie_latin1"].encode("latin-1").decode("utf-8", "replace")
        if then.get("order") == "any":
            if sorted(found.split("; ")) != sorted(wanted.split("; ")):
                yield f"event {number}: {found!r}, not {wanted!r} in any order"
        elif found != wanted and not (then.get("or") == "response-rejected" and not found):
            yield f"event {number}: {found!r}, not {wanted!r}"

    def explained(self, explain: Any) -> Iterator[str]:
        for one in explain:
            wanted = _REASONS.get(one.get("refused"))
            if wanted is None:
                continue
            fates = self.fates[one["event"]]
            index = one.get("index", 0)
            if index < len(fates) and fates[index] is not wanted:
                yield f"event {one['event']}: refused for {fates[index]}, not {wanted}"


def _browser(vector: dict[str, Any]) -> Browser:
    """The suites of browsers judge that browser; the platform tests and curl the text, without the window.

    A note ``per_host_limit: N`` is a test that lowers the limit, and what it leaves of it, to N and N - 1.
    """
    if "/firefox/" in vector["id"]:
        limit = re.search(r"per_host_limit: (\d+)", vector.get("note") or "")
        # The suite is older than network.cookie.valueless_cookie.
        firefox = replace(FIREFOX, drops_nameless=False, bare_is_name=False)
        return firefox if limit is None else replace(firefox, per_site=int(limit[1]), purged=0)
    if "/wpt/" in vector["id"] or "/curl/" in vector["id"]:
        return STANDARD
    return CHROMIUM


def _top(ctx: dict[str, Any], url: Url) -> Url | None:
    """The page in the address bar if all frames between are of its site."""
    if ctx.get("type") == "navigation" or not ctx.get("top_level"):
        return url
    top = parse_url(ctx["top_level"])
    for frame in ctx.get("ancestors", ()):
        if frame.get("sandboxed"):
            return None
        if "inherits" not in frame and site(parse_url(frame["url"])) != site(top):
            return None
    return top


def _initiator(ctx: dict[str, Any], url: Url) -> Url | None:
    initiator = ctx.get("initiator")
    if ctx.get("reload") and initiator is None:
        return None
    return None if initiator in (None, "null") else parse_url(initiator)


def _request(ctx: dict[str, Any], url: Url, browser: Browser, by_script: bool) -> Context:
    if not ctx:
        return Context.STRICT
    if "same_site" in ctx:
        return Context(ctx["same_site"])
    chain = [parse_url(one) for one in ctx.get("redirected_from", ())]
    return request_context(
        [*chain, url],
        _top(ctx, url),
        _initiator(ctx, url),
        method=ctx.get("method", "GET"),
        navigates=ctx.get("type") == "navigation",
        opaque_initiator=ctx.get("initiator") == "null",
        by_script=by_script,
        browser=browser,
    )


def _response(ctx: dict[str, Any], url: Url, browser: Browser) -> Context:
    if not ctx:
        return Context.LAX
    if "same_site" in ctx:
        return Context(ctx["same_site"])
    chain = [parse_url(one) for one in ctx.get("redirected_from", ())]
    return response_context(
        [*chain, url],
        _top(ctx, url),
        _initiator(ctx, url),
        navigates=ctx.get("type") == "navigation",
        opaque_initiator=ctx.get("initiator") == "null",
        browser=browser,
    )


def _partition(ctx: dict[str, Any], url: Url) -> str:
    """Key of the partition: the top-level site, and whether a frame of another site lies between."""
    if not ctx.get("top_level"):
        return site(url)
    top = parse_url(ctx["top_level"])
    crossed = site(url) != site(top) or any(
        "inherits" not in frame and site(parse_url(frame["url"])) != site(top) for frame in ctx.get("ancestors", ())
    )
    return f"{site(top)} {'crossed' if crossed else ''}".strip()
