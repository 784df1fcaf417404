"""Refusals by a check against forged requests (CSRF): what the answer says, and what the request brought."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from haranalyze.facts.session import Says
from haranalyze.protocol.url import registrable_domain
from haranalyze.text import Kind, Place, Text, raw

if TYPE_CHECKING:
    from haranalyze.capture.model import Exchange
    from haranalyze.facts import Facts
    from haranalyze.facts.cookie_jar import SetCookieEvent

_STATUSES: Final = frozenset((400, 403, 419, 422, 500))
_READING: Final = frozenset(("GET", "HEAD", "OPTIONS"))
_LONGEST: Final = 256 * 1024  # characters of an answer that are searched; debug pages are long
_LONGEST_REQUEST: Final = 256 * 1024


class Lack(StrEnum):
    """What a check against forged requests found wanting."""

    COOKIE = "cookie"  # the cookie (or the session that keeps the secret) did not come back
    TOKEN = "token"  # noqa: S105 - the header or form field is not on the request
    MATCH = "match"  # both came and do not belong together
    ORIGIN = "origin"  # Origin or Referer is not allowed
    UNKNOWN = "unknown"


# Words of an answer, the framework that writes them, what they say. The first that stands in the answer counts, so
# precise words come before general ones. Sources: django/middleware/csrf.py, views/csrf.py; laravel
# VerifyCsrfToken.php; rails request_forgery_protection.rb, public/422.html; spring-security csrf package; csurf and
# csrf-csrf index.js; ASP.NET Core Antiforgery resources.resx and ASP.NET MVC's; flask-wtf csrf.py; gorilla/csrf;
# symfony validators; SvelteKit respond.js; Next.js action-handler.ts; ory/kratos.
_WORDS: Final[tuple[tuple[str, str, Lack], ...]] = (
    ("CSRF cookie not set", "Django", Lack.COOKIE),
    ("this site requires a CSRF cookie when submitting forms", "Django", Lack.COOKIE),
    ("CSRF token missing", "Django", Lack.TOKEN),
    ("HTTP header missing", "Django", Lack.TOKEN),
    ("HTTP header incorrect", "Django", Lack.MATCH),
    ("CSRF token from POST", "Django", Lack.MATCH),
    ("HTTP header has incorrect length", "Django", Lack.MATCH),
    ("Origin checking failed", "Django", Lack.ORIGIN),
    ("Referer checking failed", "Django", Lack.ORIGIN),
    ("this HTTPS site requires a", "Django", Lack.ORIGIN),
    ("CSRF verification failed. Request aborted.", "Django", Lack.UNKNOWN),
    ("CSRF Failed", "Django REST framework", Lack.UNKNOWN),
    ("CSRF token mismatch.", "Laravel", Lack.UNKNOWN),
    ("TokenMismatchException", "Laravel", Lack.UNKNOWN),
    ("HTTP Origin header (", "Rails", Lack.ORIGIN),
    ("InvalidAuthenticityToken", "Rails", Lack.UNKNOWN),
    ("verify CSRF token authenticity", "Rails", Lack.UNKNOWN),
    ("The change you wanted was rejected (422)", "Rails", Lack.UNKNOWN),
    ("Could not verify the provided CSRF token because", "Spring Security", Lack.COOKIE),
    ("Invalid CSRF Token 'null' was found", "Spring Security", Lack.TOKEN),
    ("Invalid CSRF Token '", "Spring Security", Lack.MATCH),
    ("invalid csrf token", "csurf", Lack.UNKNOWN),
    ("EBADCSRFTOKEN", "csurf", Lack.UNKNOWN),
    ("The required antiforgery cookie", "ASP.NET Core", Lack.COOKIE),
    ("The required anti-forgery cookie", "ASP.NET", Lack.COOKIE),
    ("The required antiforgery", "ASP.NET Core", Lack.TOKEN),
    ("The required anti-forgery", "ASP.NET", Lack.TOKEN),
    ("antiforgery cookie token and", "ASP.NET Core", Lack.MATCH),
    ("antiforgery token could not be decrypted", "ASP.NET Core", Lack.MATCH),
    ("antiforgery token was meant for a different", "ASP.NET Core", Lack.MATCH),
    ("anti-forgery token could not be decrypted", "ASP.NET", Lack.MATCH),
    ("anti-forgery token was meant for a different", "ASP.NET", Lack.MATCH),
    ("anti-forgery cookie token and form", "ASP.NET", Lack.MATCH),
    ("The CSRF session token is missing", "Flask-WTF", Lack.COOKIE),
    ("The CSRF token is missing", "Flask-WTF", Lack.TOKEN),
    ("The CSRF tokens do not match", "Flask-WTF", Lack.MATCH),
    ("The CSRF token has expired", "Flask-WTF", Lack.MATCH),
    ("The referrer header is missing", "Flask-WTF", Lack.ORIGIN),
    ("The referrer does not match the host", "Flask-WTF", Lack.ORIGIN),
    ("CSRF token not found in request", "gorilla/csrf", Lack.TOKEN),
    ("Forbidden - CSRF token invalid", "gorilla/csrf", Lack.UNKNOWN),
    ("Forbidden - referer", "gorilla/csrf", Lack.ORIGIN),
    ("Forbidden - origin", "gorilla/csrf", Lack.ORIGIN),
    ("Invalid CSRF token", "Symfony", Lack.UNKNOWN),
    ("Cross-site POST form submissions are forbidden", "SvelteKit", Lack.ORIGIN),
    ("security_csrf_violation", "Ory Kratos", Lack.UNKNOWN),
)
_COOKIES: Final = ("csrf", "xsrf", "antiforgery", "__requestverificationtoken", "anticsrf")
_HEADERS: Final = (
    "x-csrftoken", "x-csrf-token", "x-xsrf-token", "csrf-token", "xsrf-token", "requestverificationtoken",
    "x-requestverificationtoken", "__requestverificationtoken",
)  # fmt: skip
_FIELDS: Final = (
    "csrfmiddlewaretoken", "authenticity_token", "__requestverificationtoken", "csrf_token", "csrftoken", "_csrf",
    "csrf-token", "xsrf_token", "gorilla.csrf.token",
)  # fmt: skip
# The client copies the cookie into the header unchanged; frameworks that mask it are told by another length.
_COPIED: Final = (("csrftoken", "x-csrftoken"), ("xsrf-token", "x-xsrf-token"))
_KEPT_IN_SESSION: Final = frozenset(("Laravel", "Rails", "Flask-WTF", "Spring Security", "csurf", "Symfony"))


@dataclass(frozen=True, slots=True)
class ForgeryRefusal:
    """A writing call refused by a check against forged requests.

    ``framework`` is whose words the answer uses; ``named`` False where they are general and the request alone shows the
    lack. ``cookie`` and ``token`` are the places of what the request brought, None where it brought none. ``name`` is
    the name of the cookie in question (empty where unknown), ``line`` its latest Set-Cookie line before the call.
    ``recovered``: the same call was accepted later.
    """

    exchange: Exchange
    framework: str
    named: bool
    lack: Lack
    evidence: Place
    cookie: Place | None
    token: Place | None
    name: Text
    line: SetCookieEvent | None
    recovered: bool


def forgery_refusals(facts: Facts) -> tuple[ForgeryRefusal, ...]:
    """All such refusals on the user's own hosts, in client order."""
    found = []
    for exchange in facts.exchanges:
        status = exchange.response.status
        if exchange.request.method in _READING or not (status in _STATUSES or 300 <= status < 400):
            continue
        if facts.session.is_ours(exchange) and (one := _read(facts, exchange)) is not None:
            found.append(one)
    return tuple(found)


def _read(facts: Facts, exchange: Exchange) -> ForgeryRefusal | None:
    said = _said(facts, exchange)
    if said is None:
        return None
    framework, lack, evidence, named = said
    pairs = exchange.request.raw_cookie_pairs()
    own = next((name for name, value in pairs if value and _is_forgery_cookie(name)), "")
    session = _session_cookie(facts, pairs) if framework in _KEPT_IN_SESSION else ""
    shows = bool(pairs) or facts.quality.shows_absence(exchange, "cookie")
    token = _token(exchange)
    if lack is Lack.UNKNOWN:
        lack = _shown(exchange, framework, own or session, shows=shows, token=token)
    elif lack is Lack.COOKIE and own and framework not in _KEPT_IN_SESSION:
        lack = Lack.UNKNOWN  # it went along: something between has taken it, or its name is not the server's
    line = _set_before(facts, exchange)
    name = own or session or (raw(line.name) if line is not None else "")
    return ForgeryRefusal(
        exchange,
        framework,
        named,
        lack,
        evidence,
        exchange.request.place("cookie") if own or session else None,
        token,
        Text(name, Kind.COOKIE_NAME),
        line,
        _recovered(facts, exchange),
    )


def _said(facts: Facts, exchange: Exchange) -> tuple[str, Lack, Place, bool] | None:
    """Whose words the answer uses, what they say, where they stand, and whether they name the check."""
    if exchange.response.status not in _STATUSES:  # Auth.js 5 and NextAuth 4 send the browser back with a word
        query = exchange.response.raw_redirect_url.partition("?")[2].split("&")
        named = "error=MissingCSRF" in query or "csrf=true" in query
        return ("Auth.js", Lack.UNKNOWN, exchange.response.place("location"), True) if named else None
    body = exchange.response.body
    text = (body.raw_text() or "")[:_LONGEST] if body.present and (body.size or 0) <= 4 * _LONGEST else ""
    if text:
        for words, framework, lack in _WORDS:
            if words in text:
                place = Place(body.place.exchange, body.place.pointer, Text(words, Kind.PHRASE))
                return framework, lack, place, True
    if exchange.response.status == 419:
        return "Laravel", Lack.UNKNOWN, exchange.status_place, True
    refusal = facts.session.refusal(exchange)
    if refusal is not None and refusal.says is Says.CSRF:
        return refusal.by.title if refusal.by is not None else "", Lack.UNKNOWN, refusal.evidence, True
    return _unsaid(exchange, text)


def _unsaid(exchange: Exchange, text: str) -> tuple[str, Lack, Place, bool] | None:
    """Frameworks whose answer says nothing: they send their cookie, and the request lacks what goes with it.

    Outside development ASP.NET Core answers 400 without a body, and Spring Boot 403 with its general error object
    (its check stands before every other).
    """
    status, body = exchange.response.status, exchange.response.body
    silent = (status == 400 and body.size == 0) or (status == 403 and _is_spring_error(text))
    if not silent or not _shows_fields(exchange) or _token(exchange) is not None:
        return None
    names = [name.lower() for name, _ in exchange.request.raw_cookie_pairs()]
    if status == 400 and any(name.startswith(".aspnetcore.antiforgery") for name in names):
        return "ASP.NET Core", Lack.TOKEN, exchange.status_place, False
    if status == 403 and "xsrf-token" in names:
        return "Spring Security", Lack.TOKEN, exchange.status_place, False
    return None


def _is_spring_error(text: str) -> bool:
    """Whether a body is the error object of Spring Boot (DefaultErrorAttributes)."""
    return len(text) < 2_000 and all(f'"{name}"' in text for name in ("timestamp", "status", "error", "path"))


def _shown(exchange: Exchange, framework: str, cookie: str, *, shows: bool, token: Place | None) -> Lack:
    """What the request itself shows to be wanting, where the answer names no reason."""
    if not cookie and shows and (framework not in _KEPT_IN_SESSION or not exchange.request.raw_cookie_pairs()):
        return Lack.COOKIE
    if token is None and _shows_fields(exchange):
        return Lack.TOKEN
    if cookie and token is not None:
        return Lack.MATCH
    return Lack.UNKNOWN


def _is_forgery_cookie(name: str) -> bool:
    low = name.lower()
    return any(part in low for part in _COOKIES)


def _session_cookie(facts: Facts, pairs: tuple[tuple[str, str], ...]) -> str:
    names = frozenset(raw(name) for name in facts.session.session_cookie_names())
    return next((name for name, value in pairs if value and name in names), "")


def _token(exchange: Exchange) -> Place | None:
    """Where the request brings a token against forgery: a header, a form field, a query parameter."""
    request = exchange.request
    for name in _HEADERS:
        if (request.raw(name) or "").strip() not in ("", "undefined", "null"):
            return request.place(name)
    text = (request.body.raw_text() or "")[:_LONGEST_REQUEST].lower() if request.body.present else ""
    names = (*_FIELDS, "_token")
    if any(_has_field(text, name) for name in names):
        return request.body.place
    query = request.url.query.lower()
    return exchange.url_place if any(_has_field(query, name) for name in names) else None


def _has_field(text: str, name: str) -> bool:
    """Whether a form, a multipart body or a JSON object has a field of this name with a value."""
    if name not in text:
        return False
    if f'name="{name}"' in text or f'"{name}":"' in text.replace(" ", ""):
        return True
    found = f"&{text}".partition(f"&{name}=")[2]
    return bool(found) and not found.startswith("&")


def _shows_fields(exchange: Exchange) -> bool:
    """Whether the recording has the body of the request, or there was none."""
    body = exchange.request.body
    length = (exchange.request.raw("content-length") or "0").strip()
    return body.present or (not body.size and length == "0")


def _set_before(facts: Facts, exchange: Exchange) -> SetCookieEvent | None:
    """The latest line that set a cookie against forgery on this site before the call."""
    lines = facts.derive(_forgery_cookies).get(registrable_domain(exchange.request.host), [])
    place = bisect_left(lines, facts.timeline.sent(exchange), key=lambda event: event.at)
    return lines[place - 1] if place else None


def _forgery_cookies(facts: Facts) -> dict[str, list[SetCookieEvent]]:
    """The lines that set cookies against forgery, by site, in order of arrival."""
    lines: dict[str, list[SetCookieEvent]] = {}
    for event in facts.cookie_jar.events:
        if not event.is_deletion and _is_forgery_cookie(raw(event.name)):
            lines.setdefault(registrable_domain(event.exchange.request.host), []).append(event)
    return lines


def token_differs(refusal: ForgeryRefusal) -> bool:
    """Whether the request shows two different values where the client has to copy one into the other."""
    request = refusal.exchange.request
    cookies = {name.lower(): unquote(value) for name, value in request.raw_cookie_pairs()}
    for cookie, header in _COPIED:
        kept, sent = cookies.get(cookie), request.raw(header)
        if kept and sent and len(kept) == len(unquote(sent)) and len(kept) != 64 and kept != unquote(sent):
            return True
    return False


def _recovered(facts: Facts, exchange: Exchange) -> bool:
    """Whether the same call was answered without refusal later."""
    last = facts.derive(_last_accepted).get((exchange.request.method, exchange.request.raw_url))
    return last is not None and last > facts.timeline.sent(exchange)


def _last_accepted(facts: Facts) -> dict[tuple[str, str], float]:
    """When each writing call was last sent and answered well."""
    last: dict[tuple[str, str], float] = {}
    for exchange in facts.exchanges:
        if exchange.request.method not in _READING and 200 <= exchange.response.status < 400:
            key = exchange.request.method, exchange.request.raw_url
            last[key] = max(last.get(key, 0.0), facts.timeline.sent(exchange))
    return last
