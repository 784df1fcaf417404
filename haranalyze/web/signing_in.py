"""Ways in: the terminal's one-time link, a password, an OpenID Connect provider; and the way out."""

from __future__ import annotations

import asyncio
import base64
import json
import secrets
from functools import lru_cache
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from haranalyze.errors import HaranalyzeError
from haranalyze.web.gate import client_of, cookie_name, person_of, start_session
from haranalyze.web.pages import page, safe_path, sign_in_page, small_form
from haranalyze.web.problems import ProblemError, missing
from haranalyze.web.settings import Provider
from haranalyze.web.site import Site

WRONG_SECONDS = 0.5  # a wrong try waits so long; never more, so that nobody can be locked out
LOGIN_SECONDS = 600  # from the start of a sign-in at a provider to its end
# Asymmetric algorithms only: a provider's keys are public, so HS256 with one would be forgeable (RFC 8725 section 3.1).
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")


async def sign_in(site: Site, request: Request) -> Response:
    """GET /sign-in: the page, or a one-time link from the terminal."""
    key = request.query_params.get("key")
    if key is None:
        return sign_in_page(site, request)
    if await run_in_threadpool(site.grants.find, ("link",), key) is None:
        _let_try(site, request)  # a right link always gets in, whatever others tried: it cannot be guessed
    grant = await run_in_threadpool(site.grants.use_once, "link", key)
    if grant is None:
        await _wrong(site, request, "link")
        return sign_in_page(site, request, 403, "This link was used before or is old. The terminal shows a new one.")
    if site.link_used is not None:
        await run_in_threadpool(site.link_used)
    return await _welcome(site, request, grant.person, "link", "/")


async def sign_in_with_password(site: Site, request: Request) -> Response:
    """POST /sign-in."""
    if site.passwords is None:
        raise missing()
    _let_try(site, request)
    form = await small_form(request)
    name, password = str(form.get("name", "")), str(form.get("password", ""))
    if len(password) > 1_000 or not await run_in_threadpool(site.passwords.knows, name, password):
        await _wrong(site, request, "password")
        return sign_in_page(site, request, 403, "The name or the password is not right.")
    return await _welcome(site, request, name, "password", safe_path(str(form.get("next", "/"))))


async def sign_out(site: Site, request: Request) -> Response:
    """POST /sign-out: the session ends here and on the server."""
    person = person_of(request)
    if person.secret:
        await run_in_threadpool(site.grants.end, person.secret)
    site.audit(person.name, "sign-out")
    response = RedirectResponse("/sign-in", 303, {"Clear-Site-Data": '"cache", "storage"'})
    response.delete_cookie(cookie_name(site), "/", secure=site.settings.https, httponly=True, samesite="lax")
    return response


async def _welcome(site: Site, request: Request, person: str, way: str, where: str) -> Response:
    """A session, and on to the page. By a page of our own, not a redirect: where another site sent the browser here,
    a redirect would count as that site's request still."""
    site.audit(person, "sign-in", way=way, peer=client_of(site, request))
    response = page(site, request, "welcome", onward=where) if way == "provider" else RedirectResponse(where, 303)
    await run_in_threadpool(start_session, site, response, person)
    return response


def _let_try(site: Site, request: Request) -> None:
    site.sign_ins.check(client_of(site, request))


async def _wrong(site: Site, request: Request, way: str) -> None:
    client = client_of(site, request)
    site.sign_ins.count(client)
    site.audit("", "sign-in-refused", way=way, peer=client)
    await asyncio.sleep(WRONG_SECONDS)


# OpenID Connect, authorization code with PKCE (https://openid.net/specs/openid-connect-core-1_0.html section 3.1)


async def provider_start(site: Site, request: Request) -> Response:
    """GET /oidc/start: off to the provider."""
    provider = _provider(site)
    _let_try(site, request)
    about = await _in_touch(_metadata, provider.issuer)
    login = {
        "state": secrets.token_urlsafe(24),
        "nonce": secrets.token_urlsafe(24),
        "verifier": secrets.token_urlsafe(48),
        "next": safe_path(request.query_params.get("next", "/")),
    }
    session = _session(site, provider)
    url, _ = session.create_authorization_url(
        about["authorization_endpoint"], state=login["state"], nonce=login["nonce"], code_verifier=login["verifier"]
    )
    response = RedirectResponse(url, 303)
    packed = base64.urlsafe_b64encode(json.dumps(login).encode()).decode()
    response.set_cookie(
        _login_cookie(site),
        packed,
        max_age=LOGIN_SECONDS,
        path="/",
        secure=site.settings.https,
        httponly=True,
        samesite="lax",
    )
    return response


async def provider_end(site: Site, request: Request) -> Response:
    """GET /oidc/callback: back from the provider, with a code that only this browser's verifier redeems."""
    provider = _provider(site)
    _let_try(site, request)
    login = _unpacked(request.cookies.get(_login_cookie(site), ""))
    state, code = request.query_params.get("state", ""), request.query_params.get("code", "")
    if not login or not code or not secrets.compare_digest(login["state"].encode(), state.encode()):
        await _wrong(site, request, "provider")
        return sign_in_page(site, request, 403, "The sign-in was not begun in this browser, or took too long.")
    claims = await _in_touch(_redeem, site, provider, code, login)
    person = _person(provider, claims)
    if person is None:
        await _wrong(site, request, "provider")
        return sign_in_page(site, request, 403, "You are signed in there, and are not on the list of people here.")
    response = await _welcome(site, request, person, "provider", safe_path(login["next"]))
    response.delete_cookie(_login_cookie(site), "/", secure=site.settings.https, httponly=True, samesite="lax")
    return response


def _provider(site: Site) -> Provider:
    if site.settings.provider is None:
        raise missing()
    return site.settings.provider


async def _in_touch(call: Any, *given: Any) -> Any:
    """A blocking call to the provider. Raises ProblemError where it does not answer as the standard says."""
    try:
        return await run_in_threadpool(call, *given)
    except HaranalyzeError:
        raise
    except Exception as error:
        raise ProblemError(502, "the sign-in provider did not answer as it should; try again") from error


@lru_cache(maxsize=4)
def _metadata(issuer: str) -> dict[str, Any]:
    import requests

    answer = requests.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration", timeout=10)
    answer.raise_for_status()
    about: dict[str, Any] = answer.json()
    if about["issuer"].rstrip("/") != issuer.rstrip("/"):  # OpenID Connect Discovery section 4.3
        raise ProblemError(502, "the sign-in provider names another issuer than the one configured")
    return about


def _session(site: Site, provider: Provider) -> Any:
    from authlib.integrations.requests_client import OAuth2Session

    return OAuth2Session(
        provider.client_id,
        provider.client_secret,
        scope="openid email",
        redirect_uri=f"{site.settings.address}/oidc/callback",
        code_challenge_method="S256",
    )


def _redeem(site: Site, provider: Provider, code: str, login: dict[str, str]) -> dict[str, Any]:
    """The claims of the ID token: signature, issuer, audience, times and nonce checked (section 3.1.3.7)."""
    import jwt

    about = _metadata(provider.issuer)
    answer = _session(site, provider).fetch_token(about["token_endpoint"], code=code, code_verifier=login["verifier"])
    key = _keys(about["jwks_uri"]).get_signing_key_from_jwt(answer["id_token"])
    claims: dict[str, Any] = jwt.decode(
        answer["id_token"],
        key.key,
        algorithms=list(ALGORITHMS),
        audience=provider.client_id,
        issuer=about["issuer"],
        leeway=30,
        options={"require": ["exp", "iat", "sub", "nonce"]},
    )
    if not secrets.compare_digest(str(claims["nonce"]).encode(), login["nonce"].encode()):
        raise ProblemError(403, "the sign-in provider answered another sign-in than this one")
    return claims


@lru_cache(maxsize=4)
def _keys(address: str) -> Any:
    import jwt

    return jwt.PyJWKClient(address, timeout=10)


def _person(provider: Provider, claims: dict[str, Any]) -> str | None:
    """The verified e-mail address, where it is on the list."""
    email = str(claims.get("email", "")).lower()
    if not email or claims.get("email_verified") is False or not email.isprintable() or len(email) > 200:
        return None
    domain = "@" + email.rpartition("@")[2]
    return email if {email, domain} & provider.allowed else None


def _login_cookie(site: Site) -> str:
    return cookie_name(site) + "-login"


def _unpacked(cookie: str) -> dict[str, str] | None:
    try:
        login = json.loads(base64.urlsafe_b64decode(cookie.encode()))
        return login if {"state", "nonce", "verifier", "next"} <= set(login) else None
    except (ValueError, TypeError):
        return None
