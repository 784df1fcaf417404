"""The same-site context of requests, and what is stored or sent in it (RFC 6265bis section 5.2)."""

from collections.abc import Iterator
from typing import Any

from haranalyze.protocol.browsers import CHROMIUM, SAFARI, STANDARD, Browser
from haranalyze.protocol.cookie_store import CookieStore, Reason
from haranalyze.protocol.same_site import Context, request_context, response_context
from haranalyze.protocol.set_cookie import parse_set_cookie
from haranalyze.protocol.url import Url, parse_url

_REASONS = {
    "samesite-strict": Reason.SAME_SITE_STRICT,
    "samesite-lax": Reason.SAME_SITE_LAX,
    "samesite-unspecified-treated-as-lax": Reason.SAME_SITE_UNSPECIFIED,
    "samesite-none-insecure": Reason.SAME_SITE_NONE_INSECURE,
    None: None,
}


def differences(vector: dict[str, Any]) -> Iterator[str]:
    given, then = vector["given"], vector["then"]
    if given["kind"] == "context":
        found = _context(given, STANDARD if vector["status"] == "browsers-differ" else CHROMIUM)
        if found != then["context"]:
            yield f"{found}, not {then['context']}"
        return
    browser = CHROMIUM if given["semantics"] == "modern" else SAFARI
    context = Context(given["context"]["schemeful" if browser.schemeful else "schemeless"])
    cookie = parse_set_cookie(given["set_cookie"])
    assert cookie is not None
    store, url = CookieStore(browser), parse_url(given["url"])
    if given["kind"] == "set":
        reason = store.refusal(cookie, url, 0.0, context=context, by_script=given.get("via") == "script")
        outcome = then["stored"]
    else:
        kept = store.store(cookie, url, 0.0)
        assert kept is not None
        reason = store.withheld(kept, url, given["cookie_age_seconds"] * 1000.0, context=context)
        outcome = then["sent"]
    if (reason is None) != outcome or reason is not _REASONS.get(then.get("reason"), reason):
        yield f"{reason}, not {then.get('reason')}"


def _context(given: dict[str, Any], browser: Browser) -> str:
    chain = [parse_url(one) for one in given["url_chain"]]
    top, initiator = _url(given["site_for_cookies"]), _url(given["initiator"])
    opaque = given["initiator"] == "null"
    navigates = bool(given.get("main_frame_navigation"))
    if given["for"] in ("response", "script-set"):
        return response_context(
            chain, top, initiator, navigates=navigates, opaque_initiator=opaque, browser=browser
        ).value
    return request_context(
        chain,
        top,
        initiator,
        method=given.get("method") or "GET",
        navigates=navigates,
        opaque_initiator=opaque,
        by_script=given["for"] == "script-get",
        browser=browser,
    ).value


def _url(text: str | None) -> Url | None:
    return None if text is None or text == "null" else parse_url(text)
