"""Calls that make, renew and end sessions: recognised by path and method, judged by their answers."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Final

from haranalyze.facts._answers import marked, read_answer
from haranalyze.facts._named_calls import body_value, named_call, query_value
from haranalyze.facts._session_model import RefreshResult, SignInResult
from haranalyze.facts._survey import Survey, path_of
from haranalyze.protocol.set_cookie import parse_set_cookie
from haranalyze.protocol.url import parse_url
from haranalyze.systems import SessionSystem, name_matches, path_ends

if TYPE_CHECKING:
    from haranalyze.capture.model import Exchange
    from haranalyze.facts import Facts
    from haranalyze.facts.tokens import Tokens

_REDIRECTS: Final = (301, 302, 303, 307, 308)
_LARGEST_BODY = 64 * 1024
_TOKEN_TROUBLE: Final = ("no-credentials", "expired", "renew", "malformed")
_ENOUGH_PATHS = 100_000  # paths whose kind is remembered
_NOT_SESSIONS: Final = ("csrf", "xsrf", "state", "nonce", "pkce", "device", "visitor", "locale")
_WRONG_WORDS: Final = ("password", "credential", "invalid_grant", "incorrect", "passwort", "user not found")
_SESSION_WORDS: Final = (
    "auth",
    "token",
    "session",
    "login",
    "user",
    "account",
    "identity",
    "oauth",
    "jwt",
    "me",
)


class CallKind(Enum):
    """What a path and method promise."""

    NONE = auto()
    SIGN_IN = auto()
    SIGN_UP = auto()
    SIGN_OUT = auto()
    REFRESH = auto()
    CALLBACK = auto()


class AuthCalls:
    """Tells what kind of authentication call an exchange is and what came of it."""

    def __init__(self, facts: Facts, survey: Survey, tokens: Tokens) -> None:
        self._facts = facts
        self._survey = survey
        self._tokens = tokens
        self._timeline = facts.timeline
        self._systems = facts.systems
        self._generic = tuple(s for s in facts.systems if s.generic)
        self._kinds: dict[tuple[str, str, str], CallKind] = {}  # kept by id: hashing a whole system is dear
        self._cookie_names = tuple(name for s in self._generic for name in s.access_cookies)
        self._token_paths = tuple(path for s in self._generic for path in s.token_paths)

    def kind(self, exchange: Exchange) -> CallKind:
        """By host, path, method and (token endpoints) grant type; third parties are never ours."""
        host = self._survey.host(exchange)
        system = self._survey.speaker(host)
        if system is None and not (self._survey.is_first_party(host) or host in self._survey.provider_hosts):
            return CallKind.NONE
        method = exchange.request.method
        if method in ("OPTIONS", "HEAD"):
            return CallKind.NONE
        path = path_of(exchange.request.raw_url)
        if system is not None and system.calls and (call := named_call(exchange, path, system)) is not None:
            return _DOES[call.does]
        key = (path, method, system.id if system is not None else "")
        kind = self._kinds.get(key)
        if kind is None:
            named = system is not None and not system.plain
            systems = (system, *self._generic) if system is not None and not system.generic else self._generic
            kind = _kind_by_path(path, method, systems, named)
            if len(self._kinds) < _ENOUGH_PATHS:
                self._kinds[key] = kind
        if kind not in (CallKind.NONE, CallKind.CALLBACK) and not self._is_below_base(host, path):
            return CallKind.NONE
        if kind is CallKind.SIGN_IN and path_ends(path, (system and system.token_paths) or self._token_paths):
            return _kind_by_grant(exchange)
        if kind is CallKind.CALLBACK and not _has_code(exchange.request.raw_url, method):
            return CallKind.NONE
        return kind

    def _is_below_base(self, host: str, path: str) -> bool:
        """Whether the path is below a base path of the options; providers have paths of their own."""
        bases = self._facts.options.base_paths
        if not bases or host in self._survey.providers or host in self._survey.provider_hosts:
            return True
        return any(path == base or path.startswith(base.rstrip("/") + "/") for base in bases)

    # sign-in

    def sign_in_result(self, exchange: Exchange, kind: CallKind) -> SignInResult | None:
        """What a sign-in attempt came to; None where the answer shows neither success nor refusal."""
        system = self._system(exchange)
        status = exchange.response.status
        if status == 0 or status >= 500 or status in (404, 405):
            if kind is CallKind.CALLBACK:
                return None
            return SignInResult.FAILED
        if kind is CallKind.CALLBACK:
            return self._callback_result(exchange, status)
        if system is not None and not system.plain:
            return self._named_sign_in(exchange, system, status)
        return self._generic_sign_in(exchange, system, kind, status)

    def _named_sign_in(self, exchange: Exchange, system: SessionSystem, status: int) -> SignInResult | None:
        own_path = bool(path_ends(path_of(exchange.request.raw_url), system.sign_in_paths + system.sign_up_paths))
        if status >= 400:
            return self._refused(exchange, status) if own_path or status == 401 else None
        if self.hands_out_session(exchange, system):
            return SignInResult.OK
        table = _answer_json(exchange)
        if marked(table, system.sign_in_wrong):
            return SignInResult.WRONG_CREDENTIALS
        if not own_path:
            return None
        if marked(table, system.sign_in_ok):
            return SignInResult.OK if isinstance(table, dict) and isinstance(table.get("user"), dict) else None
        if table is None and _is_html(exchange) and system.sign_in_ok:
            return SignInResult.FAILED
        return SignInResult.REFUSED if isinstance(table, dict) and "status" in table else None

    def _generic_sign_in(
        self, exchange: Exchange, system: SessionSystem | None, kind: CallKind, status: int
    ) -> SignInResult | None:
        if status >= 400:
            return self._refused(exchange, status) if kind is CallKind.SIGN_IN else None
        wrong = system.sign_in_wrong if system is not None else ()
        if wrong and marked(_answer_json(exchange), wrong):
            return SignInResult.WRONG_CREDENTIALS
        if self._tokens.issued_by(exchange) or self.sets_session_cookie(exchange):
            location = exchange.response.raw_redirect_url
            back = status in _REDIRECTS and _leads_to_sign_in(location, self._generic)
            return SignInResult.WRONG_CREDENTIALS if back and kind is CallKind.SIGN_IN else SignInResult.OK
        if kind is CallKind.SIGN_UP:
            return None
        if status in _REDIRECTS:
            if _corrects_address(exchange):
                return None
            if _leads_to_sign_in(exchange.response.raw_redirect_url, self._generic):
                return SignInResult.WRONG_CREDENTIALS
            return SignInResult.OK if self._goes_on_signed_in(exchange) else None
        if not self._survey.records_cookies and not _is_html(exchange) and 200 <= status < 300:
            return SignInResult.OK  # the Set-Cookie line cannot be in such a recording
        return None

    def _goes_on_signed_in(self, exchange: Exchange) -> bool:
        """A form that redirects elsewhere succeeded when the session cookie had been there before, or when
        the recording has no cookies at all."""
        if not self._survey.records_cookies:
            return True
        return any(name_matches(name, self._cookie_names) for name, _ in exchange.request.raw_cookie_pairs())

    def _refused(self, exchange: Exchange, status: int) -> SignInResult | None:
        """None where the answer speaks of tokens: then the call is refused like others."""
        text = _small_text(exchange).lower()
        if status in (400, 401, 403, 422) and any(part in text for part in _WRONG_WORDS):
            return SignInResult.WRONG_CREDENTIALS
        if status != 401:
            return SignInResult.REFUSED
        # Servers write the bare challenge for a wrong password too, so it counts as if a token had been sent.
        read = read_answer(exchange, self._systems, credentials=True)
        says = getattr(read.phrase, "says", "") if read is not None else ""
        if says in _TOKEN_TROUBLE:
            return None
        return SignInResult.REFUSED if says == "csrf" else SignInResult.WRONG_CREDENTIALS

    def _callback_result(self, exchange: Exchange, status: int) -> SignInResult | None:
        if status >= 400:
            return SignInResult.REFUSED
        if self._tokens.issued_by(exchange) or self.sets_session_cookie(exchange):
            return SignInResult.OK
        system = self._system(exchange)
        if system is not None and self.hands_out_session(exchange, system):
            return SignInResult.OK
        return None

    def hands_out_session(self, exchange: Exchange, system: SessionSystem) -> bool:
        """Whether the answer bears new tokens, session cookies or the readable header of the system."""
        response = exchange.response
        if system.front_token_header:
            value = response.raw(system.front_token_header)
            if value is not None:
                return value.strip() != system.removed_value
        if any((response.raw(name) or "") not in ("", system.removed_value) for name in _handing(system)):
            return True
        if not response.has("set-cookie"):
            return False
        names = system.access_cookies + system.refresh_cookies
        return any(_makes_cookie(line, names) for line in exchange.response.raw_set_cookies())

    def sets_session_cookie(self, exchange: Exchange) -> bool:
        """Whether the answer sets (not removes) a cookie that by name or build carries a session."""
        if not exchange.response.has("set-cookie"):
            return False
        system = self._system(exchange)
        names = system.access_cookies if system is not None and system.like else ()
        return any(
            _makes_session_cookie(line, self._cookie_names + names) for line in exchange.response.raw_set_cookies()
        )

    # refresh

    def is_refresh(self, exchange: Exchange) -> bool:
        """Whether a call of a refresh-like path renews a session; generic paths need a second sign."""
        system = self._system(exchange)
        if system is not None and not system.plain:
            return exchange.request.method == "POST"
        path = path_of(exchange.request.raw_url)
        if system is not None and system.calls:
            call = named_call(exchange, path, system)
            if call is not None and call.does == "refresh":
                return True
        if system is not None and system.like and exchange.request.method != "GET":
            ending = path_ends(path, system.refresh_paths)
            if ending and not any(ending in generic.refresh_paths for generic in self._generic):
                return True  # its own file says so
        issues = bool(self._tokens.issued_by(exchange))
        if issues:
            return True
        if exchange.request.method == "GET":
            return False
        if any(sighting.carrier == "body" for _, sighting in self._tokens.sent_with(exchange)):
            return True
        parts = [part for part in path.lower().split("/") if part]
        return len(parts) == 1 or any(word in part for part in parts[:-1] for word in _SESSION_WORDS)

    def refresh_result(self, exchange: Exchange, had_session: bool) -> RefreshResult:
        """What a refresh came to; ``had_session``: one was alive when the request was sent."""
        system = self._system(exchange)
        status = exchange.response.status
        if status == 401 or (status == 400 and "invalid_grant" in _small_text(exchange)):
            if system is not None:
                read = read_answer(exchange, (system,))
                if read is not None and getattr(read.phrase, "says", "") == "theft":
                    return RefreshResult.THEFT
            return RefreshResult.REFUSED if had_session else RefreshResult.NO_SESSION
        if not 200 <= status < 300:
            return RefreshResult.FAILED
        if system is not None and not system.plain:
            return self._named_refresh(exchange, system)
        if self._tokens.issued_by(exchange) or self.sets_session_cookie(exchange):
            return RefreshResult.OK
        if _is_html(exchange):
            return RefreshResult.NOT_API
        body = exchange.response.body
        may_hold_tokens = not body.present and body.size != 0  # it was not recorded
        return RefreshResult.NOT_API if self._survey.records_cookies and not may_hold_tokens else RefreshResult.OK

    def _named_refresh(self, exchange: Exchange, system: SessionSystem) -> RefreshResult:
        if self.hands_out_session(exchange, system):
            return RefreshResult.OK
        text = _small_text(exchange)
        if system.refresh_cleared and system.refresh_cleared in text:
            return RefreshResult.CLEARED_DUPLICATES
        if exchange.response.has(system.front_token_header):  # it says "removed"
            return RefreshResult.FAILED
        return RefreshResult.OK if text.strip() == "{}" else RefreshResult.NOT_API

    def _system(self, exchange: Exchange) -> SessionSystem | None:
        return self._survey.speaker(self._survey.host(exchange))


_DOES: Final = {
    "refresh": CallKind.REFRESH,
    "sign-in": CallKind.SIGN_IN,
    "sign-up": CallKind.SIGN_UP,
    "sign-out": CallKind.SIGN_OUT,
}


def _kind_by_path(path: str, method: str, systems: tuple[SessionSystem, ...], named: bool) -> CallKind:
    writes = method in ("POST", "PUT", "PATCH")
    first = systems[:1] if named else systems
    if (writes or (method == "GET" and not named)) and any(path_ends(path, s.refresh_paths) for s in first):
        return CallKind.REFRESH
    if writes and any(path_ends(path, s.sign_in_paths) for s in systems):
        return CallKind.SIGN_IN
    if writes and any(path_ends(path, s.sign_up_paths) for s in systems):
        return CallKind.SIGN_UP
    if any(path_ends(path, s.sign_out_paths) for s in systems):
        return CallKind.SIGN_OUT
    if method in ("GET", "POST") and any(path_ends(path, s.callback_paths) for s in systems):
        return CallKind.CALLBACK
    return CallKind.NONE


def _kind_by_grant(exchange: Exchange) -> CallKind:
    """RFC 6749 sections 4 and 6: what is asked of a token endpoint."""
    grant = query_value(exchange.request.raw_url, "grant_type") or body_value(exchange, "grant_type")
    if grant == "refresh_token":
        return CallKind.REFRESH
    return CallKind.NONE if grant == "client_credentials" else CallKind.SIGN_IN


def _has_code(url: str, method: str) -> bool:
    return method == "POST" or "code=" in url or "state=" in url


def _leads_to_sign_in(location: str, systems: tuple[SessionSystem, ...]) -> bool:
    path, _, query = location.partition("?")
    path = path_of(path) if "://" in path else path.partition("#")[0]
    if query.startswith("error") or "&error" in query:
        return True
    return any(path_ends(path, s.sign_in_paths) for s in systems)


def _corrects_address(exchange: Exchange) -> bool:
    """Whether a redirect only leads to another spelling of the same address: https, www, a final slash."""
    here, there = exchange.request.url, parse_url(exchange.response.raw_redirect_url, exchange.request.raw_url)
    if not there.ok or here.path.rstrip("/") != there.path.rstrip("/"):
        return False
    return here.origin != there.origin or here.path != there.path


def _handing(system: SessionSystem) -> tuple[str, ...]:
    marks = tuple(name for name in system.response_marks if name != system.front_token_header)
    return system.access_headers + system.refresh_headers + marks


def _makes_cookie(line: str, names: tuple[str, ...]) -> bool:
    name, _, rest = line.partition("=")
    return name_matches(name.strip(), names) and bool(rest.partition(";")[0].strip().strip('"'))


def _makes_session_cookie(line: str, names: tuple[str, ...]) -> bool:
    if _makes_cookie(line, names):
        return True
    parsed = parse_set_cookie(line)
    if parsed is None or not parsed.http_only or len(parsed.value) < 16:
        return False
    name = parsed.name.lower()
    return not any(part in name for part in _NOT_SESSIONS)


def session_cookies_set(exchange: Exchange, names: tuple[str, ...], *, by_build: bool) -> Iterator[str]:
    """Names of the session cookies an answer sets: those in ``names``, and with ``by_build`` (a sign-in that
    worked) those built like one: HttpOnly and long."""
    for line in exchange.response.raw_set_cookies():
        if _makes_cookie(line, names) or (by_build and _makes_session_cookie(line, names)):
            yield line.partition("=")[0].strip()


def _is_html(exchange: Exchange) -> bool:
    return exchange.response.body.raw_mime_type in ("text/html", "application/xhtml+xml")


def _answer_json(exchange: Exchange) -> Any:
    body = exchange.response.body
    if not body.present or _is_html(exchange) or (body.size or 0) > 4 * _LARGEST_BODY:
        return None
    return body.json()


def _small_text(exchange: Exchange) -> str:
    body = exchange.response.body
    if not body.present or (body.size or 0) > _LARGEST_BODY:
        return ""
    return (body.raw_text() or "")[:_LARGEST_BODY]
