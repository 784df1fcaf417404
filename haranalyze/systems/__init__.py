"""Session systems as data: one TOML file each, read by one loader. No code knows a system by name.

The built-in files are also kept as one JSON file, because reading forty TOML files takes longer than a small recording;
``python -m tests.docs --write`` writes it, and a test compares it with the TOML files.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final

from haranalyze.errors import SessionSystemError, did_you_mean

SAYS: Final = (
    "no-credentials",
    "expired",
    "renew",
    "malformed",
    "audience",
    "theft",
    "csrf",
    "permission",
    "routing",
    "unknown",
)
"""What a phrase may say; equal to the values of ``facts.session.Says`` (a test checks it)."""

_WHERE: Final = ("body", "text", "json", "header", "challenge", "title")
_TRANSPORTS: Final = ("cookie", "header", "bearer", "both", "")
_SIGN_PLACES: Final = ("cookie", "cookie-value", "path", "request-header", "response-header")
_CALL_PLACES: Final = ("", "body", "header", "query")
GENERIC: Final = ("cookie-session", "bearer")
"""Ids of the generic systems, which others may be like."""
DOES: Final = ("refresh", "sign-in", "sign-up", "sign-out")
"""What a call may do; ``facts._auth_calls`` has a kind for each."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in an answer that tell what a system means.

    ``where``: ``body`` (substring of the text), ``text`` (the whole trimmed text), ``title`` (substring of an
    HTML title), ``json:path`` (dotted member equals text), ``header:name`` (substring of the value),
    ``challenge`` (substring of WWW-Authenticate, case ignored). ``status`` empty: any refusing status.
    ``says``: a value of ``facts.session.Says``. ``without_credentials``: counts only where the request shows
    no credentials, because servers write it whatever they were sent. ``names_system``: only this system
    writes these words, so they show who answered. ``proves_foreign``: they come from a check of its own
    credentials; False where it checks tokens of others too (gateways, JWT libraries) or has another reason.
    """

    where: str
    text: str
    says: str
    status: tuple[int, ...] = ()
    without_credentials: bool = False
    names_system: bool = True
    proves_foreign: bool = True


@dataclass(frozen=True, slots=True)
class ServerFault:
    """Words of an answer that name a defect of the set-up (an unreachable core). ``means`` is kebab-case."""

    where: str
    text: str
    means: str
    status: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SystemSign:
    """A trace that shows which system of the ``like`` or ``provider`` kind is at work on a host.

    ``where``: ``cookie`` (a name that is sent or set), ``cookie-value`` (what a cookie of any name
    holds), ``path`` (of the request, lower case),
    ``request-header:name`` or ``response-header:name`` (its value, case ignored). ``text``: the name or value, ``*``
    stands for any characters; empty: any value. ``weight``: how sure this sign alone makes us, 0 to 1. Signs of several
    kinds add up, and a system is named from 0.5 on, so that a name others use too is written with less.
    """

    where: str
    text: str = ""
    weight: float = 0.8


@dataclass(frozen=True, slots=True)
class AuthCall:
    """A call that tells by more than its path what it does to the session.

    ``does``: refresh, sign-in, sign-up or sign-out. ``path``: ending of the path, empty: any. ``where``:
    ``query:name``, ``body:name`` (form field or JSON member), ``header:name``, empty: the path is enough. ``text``: the
    value there, ``*`` stands for any characters. ``method``: empty: POST, PUT or PATCH.
    """

    does: str
    path: str = ""
    where: str = ""
    text: str = ""
    method: str = ""


@dataclass(frozen=True, slots=True)
class SessionSystem:
    """What issues the session. Header and cookie names are lower case where HTTP ignores case.

    Attributes (all tuples of str unless said):
        id, title, source: identity and where the facts come from.
        generic: True for the fall-backs (bearer, cookie-session), which never outrank a named system.
        marks_only: True for systems only recognised by their answers, never taken for the user's own.
        like: ids of the generic systems whose way it goes: sessions of this system are plain cookies or bearer tokens,
            and its file adds names, paths and words to theirs. Empty: it has a protocol of its own.
        provider: True for identity providers, which hand out tokens and are not the API that takes them.
        hosts: hosts of the vendor's own service, ``*`` stands for any characters; signs: what shows it.
        calls: calls that tell by a query, body or header what they do; token_paths: path endings of token endpoints,
            where the grant type tells.
        access_cookies, refresh_cookies, state_cookies: cookie names (``*`` allowed); state cookies
            are written by the front end; marker_cookies are set by the server and hold no token.
        access_headers, refresh_headers: response headers that hand out tokens; request_marks: request headers
            that only its client sends; response_marks: response headers only its server sends.
        front_token_header: name of the readable session header, or "".
        refresh_paths, sign_in_paths, sign_out_paths: path endings; auth_paths: other recipe paths;
            sign_up_paths: where an account is made and a session may begin; callback_paths: where a browser
            comes back from an identity provider.
        sign_in_ok, sign_in_wrong: JSON ``path=value`` marks in a 2xx answer.
        refresh_body: what the body of a right refresh answer looks like ("json"), or "".
        refresh_cleared: words of a 2xx refresh answer that only removes duplicate cookies.
        removed_value: value of the front-token header that says the session is gone.
        expired_status, claim_status: ints; claim_member: JSON member of answers that refuse for a claim.
        token_members: JSON members that hand out an access token; refresh_members likewise.
        phrases: what refusing answers say; faults: what broken set-ups answer.
    """

    id: str
    title: str
    source: str
    generic: bool = False
    marks_only: bool = False
    like: tuple[str, ...] = ()
    provider: bool = False
    hosts: tuple[str, ...] = ()
    signs: tuple[SystemSign, ...] = ()
    calls: tuple[AuthCall, ...] = ()
    token_paths: tuple[str, ...] = ()
    transport: str = "cookie"  # cookie, header, bearer, both
    access_cookies: tuple[str, ...] = ()
    refresh_cookies: tuple[str, ...] = ()
    state_cookies: tuple[str, ...] = ()
    marker_cookies: tuple[str, ...] = ()
    access_headers: tuple[str, ...] = ()
    refresh_headers: tuple[str, ...] = ()
    request_marks: tuple[str, ...] = ()
    response_marks: tuple[str, ...] = ()
    front_token_header: str = ""
    removed_value: str = ""
    anti_csrf_header: str = ""
    custom_csrf_header: str = ""
    transport_header: str = ""
    refresh_paths: tuple[str, ...] = ()
    sign_in_paths: tuple[str, ...] = ()
    sign_up_paths: tuple[str, ...] = ()
    sign_out_paths: tuple[str, ...] = ()
    callback_paths: tuple[str, ...] = ()
    auth_paths: tuple[str, ...] = ()
    sign_in_ok: tuple[str, ...] = ()
    sign_in_wrong: tuple[str, ...] = ()
    refresh_body: str = ""
    refresh_cleared: str = ""
    expired_status: int = 401
    claim_status: int = 403
    claim_member: str = ""
    max_retries: int | None = None
    token_members: tuple[str, ...] = ()
    refresh_members: tuple[str, ...] = ()
    id_members: tuple[str, ...] = ()
    phrases: tuple[Phrase, ...] = field(default=())
    faults: tuple[ServerFault, ...] = field(default=())

    @property
    def plain(self) -> bool:
        """Whether nothing is known of its sessions but names: generic, or like a generic one."""
        return self.generic or bool(self.like) or self.provider

    def on(self, generic: SessionSystem) -> SessionSystem:
        """This system with the names, paths and transport of the generic one whose way it goes."""
        joined: dict[str, Any] = {key: _joined(getattr(self, key), getattr(generic, key)) for key in _ADDED}
        return replace(self, transport=generic.transport, **joined)


_ADDED: Final = (
    "access_cookies", "refresh_cookies", "refresh_paths", "sign_in_paths", "sign_up_paths", "sign_out_paths",
    "callback_paths", "auth_paths", "token_paths", "token_members", "refresh_members", "id_members",
)  # fmt: skip


def _joined(own: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(own + others))


def load_system(text: str, name: str) -> SessionSystem:
    """Read one session-system file.

    Args:
        text: the TOML text; name: how to call the file in errors (our own or the user's file name).

    Raises:
        SessionSystemError: it is not TOML, a key is unknown or missing, or a value has the wrong type.
    """
    import tomllib

    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SessionSystemError(f"{name} is not TOML: {error}") from error
    system: SessionSystem = _build(SessionSystem, table, name, "")
    return system


def in_order(systems: Iterable[SessionSystem]) -> tuple[SessionSystem, ...]:
    """Systems with a protocol of their own first, then those like others, those only recognised, the generic ones."""
    return tuple(sorted(systems, key=lambda one: (one.generic, one.marks_only, one.plain, one.id)))


def toml_systems() -> tuple[SessionSystem, ...]:
    """The systems shipped with haranalyze, from their TOML files."""
    entries = (entry for entry in files(__name__).iterdir() if entry.name.endswith(".toml"))
    return in_order(load_system(entry.read_text(encoding="utf-8"), entry.name) for entry in entries)


def compiled(systems: tuple[SessionSystem, ...]) -> bytes:
    """The systems as the JSON that :func:`builtin_systems` reads, without members that have their default."""
    import json
    from dataclasses import asdict

    kinds = {"phrases": Phrase, "faults": ServerFault, "signs": SystemSign, "calls": AuthCall}

    def short(kind: type[Any], table: dict[str, Any]) -> dict[str, Any]:
        defaults = {entry.name: entry.default for entry in fields(kind)}
        kept = {key: value for key, value in table.items() if value != defaults[key]}
        return {
            key: [short(kinds[key], dict(one)) for one in value] if key in kinds else value
            for key, value in kept.items()
        }

    listed = [short(SessionSystem, asdict(system)) for system in systems]
    return (json.dumps(listed, indent=1, ensure_ascii=False) + "\n").encode()


@cache
def builtin_systems() -> tuple[SessionSystem, ...]:
    """The systems shipped with haranalyze, in the order of :func:`in_order`."""
    import msgspec

    data = files(__name__).joinpath(COMPILED).read_bytes()
    return msgspec.json.decode(data, type=tuple[SessionSystem, ...])


COMPILED: Final = "builtin.json"


@lru_cache(maxsize=8)
def systems_with(own: tuple[tuple[str, str], ...], cookie_names: tuple[str, ...]) -> tuple[SessionSystem, ...]:
    """The built-in systems and those of one's own, in the order of :func:`in_order`.

    Args:
        own: (file name, TOML text) pairs; one with the id of a built-in system takes its place.
        cookie_names: further names of cookies that keep a session.

    Raises:
        SessionSystemError: a file cannot be used, or two of them have the same id.
    """
    read: dict[str, SessionSystem] = {}
    for name, text in own:
        system = load_system(text, name)
        if system.id in read:
            raise SessionSystemError(f"{name}: another file has the id {system.id!r} too")
        read[system.id] = system
    known = {system.id: system for system in builtin_systems()} | read
    if cookie_names:
        plain = known["cookie-session"]
        known[plain.id] = replace(plain, access_cookies=_joined(cookie_names, plain.access_cookies))
    return in_order(known.values())


@lru_cache(maxsize=8192)
def name_matches(name: str, patterns: tuple[str, ...]) -> bool:
    """Whether ``name`` is one of ``patterns``, where ``*`` stands for any characters (also none). Linear."""
    return any(_like(name, pattern) if "*" in pattern else name == pattern for pattern in patterns)


@lru_cache(maxsize=8192)
def path_ends(path: str, endings: tuple[str, ...]) -> str:
    """The longest of ``endings`` that ``path`` ends with (a trailing slash ignored), or ``""``."""
    path = path.rstrip("/").lower()
    return max((ending for ending in endings if path.endswith(ending)), key=len, default="")


def _like(name: str, pattern: str) -> bool:
    first, *middle, last = pattern.split("*")
    if len(name) < len(first) + len(last) or not (name.startswith(first) and name.endswith(last)):
        return False
    place, end = len(first), len(name) - len(last)
    for part in middle:
        found = name.find(part, place, end)
        if found < 0:
            return False
        place = found + len(part)
    return True


# reading


def _build(kind: type[Any], table: dict[str, Any], name: str, within: str) -> Any:
    known = {entry.name: entry for entry in fields(kind)}
    for key in table:
        if key not in known:
            hint = did_you_mean(key, known) or f"; known keys: {', '.join(known)}"
            raise SessionSystemError(f"{name}: unknown key {within + key!r}{hint}")
    for key, entry in known.items():
        if key not in table and entry.default is MISSING:
            raise SessionSystemError(f"{name}: the key {within + key!r} is missing")
    values = {key: _value(known[key], value, name, within + key) for key, value in table.items()}
    built = kind(**values)
    _check(built, name, within)
    return built


_PARTS: Final[dict[str, type[Any]]] = {
    f"tuple[{kind.__name__}, ...]": kind for kind in (Phrase, ServerFault, SystemSign, AuthCall)
}
_PLAIN: Final = {"str": str, "bool": bool, "int": int, "int | None": int, "float": float}


def _value(entry: Field[Any], value: Any, name: str, key: str) -> Any:
    kind = str(entry.type)
    if plain := _PLAIN.get(kind):
        if type(value) is not plain:
            raise SessionSystemError(f"{name}: {key!r} must be a {plain.__name__}")
        return value
    if not isinstance(value, list):
        raise SessionSystemError(f"{name}: {key!r} must be an array")
    if part := _PARTS.get(kind):
        if not all(isinstance(item, dict) for item in value):
            raise SessionSystemError(f"{name}: {key!r} must be an array of tables")
        return tuple(_build(part, item, name, f"{key}.") for item in value)
    item_kind = int if kind == "tuple[int, ...]" else str
    if not all(type(item) is item_kind for item in value):
        raise SessionSystemError(f"{name}: {key!r} must be an array of {item_kind.__name__}")
    return tuple(value)


def _check(built: Any, name: str, within: str) -> None:
    """Values that have the right type and still mean nothing."""
    if isinstance(built, Phrase | ServerFault):
        place, _, member = built.where.partition(":")
        if place not in _WHERE or bool(member) != (place in ("json", "header")):
            raise SessionSystemError(f"{name}: {within}where {built.where!r} is none of {', '.join(_WHERE)}")
        if not built.text:
            raise SessionSystemError(f"{name}: {within}text is empty")
    if isinstance(built, Phrase) and built.says not in SAYS:
        hint = did_you_mean(built.says, SAYS) or f"; known: {', '.join(SAYS)}"
        raise SessionSystemError(f"{name}: {within}says {built.says!r} is unknown{hint}")
    if isinstance(built, SystemSign):
        _check_place(built.where, _SIGN_PLACES, name, within)
        if not 0 < built.weight <= 1:
            raise SessionSystemError(f"{name}: {within}weight must be above 0 and at most 1")
    if isinstance(built, AuthCall):
        _check_place(built.where, _CALL_PLACES, name, within)
        if built.does not in DOES:
            hint = did_you_mean(built.does, DOES) or f"; known: {', '.join(DOES)}"
            raise SessionSystemError(f"{name}: {within}does {built.does!r} is unknown{hint}")
        if not built.path and not built.where:
            raise SessionSystemError(f"{name}: {within}path or {within}where must say which call it is")
    if isinstance(built, SessionSystem):
        if built.transport not in _TRANSPORTS:
            raise SessionSystemError(f"{name}: transport {built.transport!r} is none of {', '.join(_TRANSPORTS)}")
        for generic in built.like:
            if generic not in GENERIC:
                raise SessionSystemError(f"{name}: like {generic!r} is none of {', '.join(GENERIC)}")
        for key in (
            "refresh_paths",
            "sign_in_paths",
            "sign_up_paths",
            "sign_out_paths",
            "callback_paths",
            "auth_paths",
            "token_paths",
        ):
            for path in getattr(built, key):
                if not path.startswith("/") or path.endswith("/") or path != path.lower():
                    raise SessionSystemError(f"{name}: {key!r} must be lower case, start with / and not end with it")
        for key in ("sign_in_ok", "sign_in_wrong"):
            if not all("=" in mark for mark in getattr(built, key)):
                raise SessionSystemError(f"{name}: {key!r} must hold path=value")


def _check_place(where: str, places: tuple[str, ...], name: str, within: str) -> None:
    place, _, member = where.partition(":")
    if place not in places or bool(member) != (place not in ("", "cookie", "cookie-value", "path")):
        known = ", ".join(filter(None, places))
        raise SessionSystemError(f"{name}: {within}where {where!r} is none of {known}")
