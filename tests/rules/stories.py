"""Pieces of transcripts: a SuperTokens app and a bearer app as browsers record them, with real-looking tokens."""

from base64 import b64encode, urlsafe_b64encode
from json import dumps
from typing import Any

from haranalyze.analysis import examine
from haranalyze.capture.transcript import read_transcript
from haranalyze.redaction import Projector
from haranalyze.rulebook import Rulebook

NOW = 1795314863  # 2026-11-22T02:34:23Z, when transcripts begin


def _part(value: object) -> str:
    return urlsafe_b64encode(dumps(value).encode()).rstrip(b"=").decode()


def jwt(sub: str = "user-1", *, issued: int = 0, lives: int = 3600, number: int = 0) -> str:
    """A JWT issued ``issued`` seconds after the start that lives ``lives`` seconds."""
    claims = {"sub": sub, "iat": NOW + issued, "exp": NOW + issued + lives, "sessionHandle": f"h-{sub}", "n": number}
    return f"{_part({'alg': 'RS256', 'typ': 'JWT', 'kid': 'd-1'})}.{_part(claims)}.c2lnbmF0dXJl"


def front(sub: str = "user-1", *, issued: int = 0, lives: int = 3600) -> str:
    """A front-token header value."""
    up: dict[str, Any] = {"sub": sub, "iat": NOW + issued, "exp": NOW + issued + lives, "sessionHandle": f"h-{sub}"}
    return b64encode(dumps({"uid": sub, "ate": up["exp"] * 1000, "up": up}).encode()).decode()


CORS = """
    < Access-Control-Allow-Origin: https://app.example.com
    < Access-Control-Allow-Credentials: true
    < Access-Control-Expose-Headers: front-token, st-access-token, st-refresh-token, anti-csrf
"""
PAGE = """
    * page: https://app.example.com/
    > GET https://app.example.com/
    * type: document
    < 200
"""


def asks(method: str, path: str, *lines: str, host: str = "api.example.com") -> str:
    """A request of the page to the API, with extra lines."""
    extra = "\n".join(lines)
    return f"""
    > {method} https://{host}{path}
    > Origin: https://app.example.com
    > Sec-Fetch-Site: same-site
    > Sec-Fetch-Mode: cors
    {extra}
    """


def cookies(token: str, *, attributes: str = "; Path=/; HttpOnly; Secure; SameSite=Lax", refresh: str = "r-1") -> str:
    """The two Set-Cookie lines of a SuperTokens answer."""
    path = attributes.replace("Path=/", "Path=/auth/session/refresh")
    return f"""
    < Set-Cookie: sAccessToken={token}{attributes}
    < Set-Cookie: sRefreshToken={refresh}{path}
    """


def sign_in(token: str, *, setting: str | None = None, fronted: str | None = None, mode: str = "cookie") -> str:
    """A SuperTokens sign-in answered 200."""
    fronted = f"< front-token: {front()}" if fronted is None else fronted
    return (
        asks("POST", "/auth/signin", f"> st-auth-mode: {mode}", "> rid: emailpassword", "> fdi-version: 4.1")
        + f"< 200\n{CORS}\n{fronted}\n"
        + (cookies(token) if setting is None else setting)
        + '<\n< {"status": "OK"}\n'
    )


def call(path: str = "/api/me", *lines: str, method: str = "GET") -> str:
    """A call that the SuperTokens client made."""
    return asks(method, path, "> st-auth-mode: cookie", "> rid: anti-csrf", *lines)


def refresh(cookie: str, answer: str) -> str:
    """A refresh call and its answer."""
    return (
        asks("POST", "/auth/session/refresh", "> st-auth-mode: cookie", "> rid: session", "> fdi-version: 4.1", cookie)
        + answer
    )


def renewed(token: str, *, issued: int = 0, setting: str | None = None) -> str:
    """A refresh answered with a new session."""
    return f"< 200\n{CORS}\n< front-token: {front(issued=issued)}\n{setting or cookies(token)}\n<\n< {{}}\n"


UNAUTHORISED = f'< 401\n{CORS}\n<\n< {{"message": "unauthorised"}}\n'
TRY_REFRESH = f'< 401\n{CORS}\n<\n< {{"message": "try refresh token"}}\n'
FOREIGN = f'< 401\n{CORS}\n<\n< {{"detail": "Authentication credentials were not provided."}}\n'
ACCEPTED = f'< 200\n{CORS}\n<\n< {{"userId": "user-1"}}\n'


def bearer_sign_in(token: str, host: str = "api.example.com") -> str:
    """A sign-in of a bearer API."""
    answer = f'<\n< {{"access_token": "{token}"}}\n'
    return asks("POST", "/login", host=host) + f"< 200\n{CORS}\n< Content-Type: application/json\n" + answer


def bearer_call(token: str | None, answer: str, path: str = "/orders", *lines: str) -> str:
    """A call of a bearer API with its answer."""
    header = () if token is None else (f"> Authorization: {token}",)
    return asks("GET", path, *header, *lines) + answer


NO_TOKEN = f"""< 401
{CORS}
< WWW-Authenticate: Bearer
<
< {{"code": "credentials_required", "message": "No authorization token was found"}}
"""


def marked(piece: str, begin: str, words: str, kind: str = "related") -> str:
    """The piece with a mark at its first line that begins so."""
    lines = piece.splitlines(keepends=True)
    at = next(number for number, line in enumerate(lines) if line.strip().startswith(begin))
    lines[at] = lines[at].rstrip("\n") + f"   # {kind}: {words}\n"
    return "".join(lines)


def words_of_fixes(rule_id: str, transcript: str) -> str:
    """The sentences of all changes that the one finding of a rule proposes."""
    found = examine(read_transcript(transcript), Rulebook.installed())
    (finding,) = (one for one in found.findings if one.rule == rule_id)
    return "\n".join(Projector(found.facts).say(fix.text) for fix in finding.match.fixes)


def fix_lines(rule_id: str, transcript: str) -> str:
    """All lines of the changes that the one finding of a rule proposes."""
    found = examine(read_transcript(transcript), Rulebook.installed())
    (finding,) = (one for one in found.findings if one.rule == rule_id)
    say = Projector(found.facts).say
    return "\n".join(say(line) for fix in finding.match.fixes for line in (fix.before, fix.after) if line is not None)


def wire_lines(rule_id: str, transcript: str) -> tuple[str, str]:
    """The line of traffic that the first change of the one finding of a rule mends, as recorded and once it works."""
    found = examine(read_transcript(transcript), Rulebook.installed())
    (finding,) = (one for one in found.findings if one.rule == rule_id)
    wire, projector = finding.match.fixes[0].wire, Projector(found.facts)
    assert wire is not None
    return f"{wire.name}: {projector.quote(wire.at)}", f"{wire.name}: {projector.say(wire.works)}"
