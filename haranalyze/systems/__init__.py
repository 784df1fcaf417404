"""Session systems as data: one TOML file each, read by one loader. No code knows a system by name."""

from __future__ import annotations

import tomllib
from dataclasses import MISSING, Field, dataclass, field, fields
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
class SessionSystem:
    """What issues the session. Header and cookie names are lower case where HTTP ignores case.

    Attributes (all tuples of str unless said):
        id, title, source: identity and where the facts come from.
        generic: True for the fall-backs (bearer, cookie-session), which never outrank a named system.
        marks_only: True for systems only recognised by their answers, never taken for the user's own.
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


def load_system(text: str, name: str) -> SessionSystem:
    """Read one session-system file.

    Args:
        text: the TOML text; name: how to call the file in errors (our own or the user's file name).

    Raises:
        SessionSystemError: it is not TOML, a key is unknown or missing, or a value has the wrong type.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SessionSystemError(f"{name} is not TOML: {error}") from error
    system: SessionSystem = _build(SessionSystem, table, name, "")
    return system


@cache
def builtin_systems() -> tuple[SessionSystem, ...]:
    """The systems shipped with haranalyze: named ones, then those only recognised, then the generic ones."""
    found = [
        load_system(entry.read_text(encoding="utf-8"), entry.name)
        for entry in files(__name__).iterdir()
        if entry.name.endswith(".toml")
    ]
    return tuple(sorted(found, key=lambda system: (system.generic, system.marks_only, system.id)))


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


_PARTS: Final[dict[str, type[Any]]] = {"tuple[Phrase, ...]": Phrase, "tuple[ServerFault, ...]": ServerFault}
_PLAIN: Final = {"str": str, "bool": bool, "int": int, "int | None": int}


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
    if isinstance(built, SessionSystem):
        if built.transport not in _TRANSPORTS:
            raise SessionSystemError(f"{name}: transport {built.transport!r} is none of {', '.join(_TRANSPORTS)}")
        for key in (
            "refresh_paths",
            "sign_in_paths",
            "sign_up_paths",
            "sign_out_paths",
            "callback_paths",
            "auth_paths",
        ):
            for path in getattr(built, key):
                if not path.startswith("/") or path.endswith("/") or path != path.lower():
                    raise SessionSystemError(f"{name}: {key!r} must be lower case, start with / and not end with it")
        for key in ("sign_in_ok", "sign_in_wrong"):
            if not all("=" in mark for mark in getattr(built, key)):
                raise SessionSystemError(f"{name}: {key!r} must hold path=value")
