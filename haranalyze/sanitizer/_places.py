"""Which place of an exchange is masked how: headers by their names, cookies, bodies by what facts read in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from haranalyze.capture.body import Body, read_json
from haranalyze.capture.model import Exchange
from haranalyze.protocol.oauth import parameters
from haranalyze.sanitizer._texts import Texts

_COOKIE_DATE: Final = 4  # digits of a year
_SCHEMES: Final = frozenset(
    """
    basic bearer concealed digest dpop gnap hoba mutual negotiate ntlm oauth privatetoken scram-sha-1 scram-sha-256
    vapid aws4-hmac-sha256 token jwt apikey key
    """.split()
)
_NAMES: Final = re.compile(r"[^,\s]+")
_CHUNK: Final = re.compile(r"(.{1,200}?)(\.|C)([0-9]{1,2})")
_K8S: Final = "base64url.bearer.authorization.k8s.io."
_LARGEST_BODY: Final = 256 * 1024  # characters: facts read no longer ones
_SMALL_BODY: Final = 256  # of a plain answer: says "nobody is signed in" or "done"
_ESCAPED: Final = 6  # characters of JSON that one character takes at most
_MAY_MATTER: Final = ("eyJ", "oken", '"keys"', "jwks_uri", "csrf", "SAMLRe", "AADSTS", "web_message", '"error"', "Kind")


def _words(texts: Texts, value: str) -> str:
    return texts.prose(value, 4)


def _counts(texts: Texts, value: str) -> str:
    return texts.prose(value, 12)


def _name_list(texts: Texts, value: str) -> str:
    return _NAMES.sub(lambda found: texts.addresses.name(found.group()), value)


def _origins(texts: Texts, value: str) -> str:
    return _NAMES.sub(lambda found: texts.addresses.origin(found.group()), value)


def _credentials(texts: Texts, value: str) -> str:
    at = 0
    for word in value.split(" "):
        if word.lower() not in _SCHEMES:
            break
        at += len(word) + 1
    return value[:at] + texts.secret(value[at:], "credential")


def _cookies(texts: Texts, value: str) -> str:
    return ";".join([_cookie(texts, part) for part in value.split(";")])


def _cookie(texts: Texts, part: str) -> str:
    name, equals, value = part.partition("=")
    if not equals:
        return texts.secret(name, "cookie")
    plain = name.strip()
    shown = texts.addresses.name(plain)
    if shown != plain:
        start = len(name) - len(name.lstrip())
        name = name[:start] + shown + name[start + len(plain) :]
    return f"{name}={texts.secret(value, 'cookie')}"


def _set_cookies(texts: Texts, value: str) -> str:
    return "\n".join(_set_cookie(texts, line) for line in value.split("\n"))


def _set_cookie(texts: Texts, line: str) -> str:
    first, *attributes = line.split(";")
    return ";".join([_cookie(texts, first), *(_attribute(texts, one) for one in attributes)])


def _attribute(texts: Texts, attribute: str) -> str:
    name, equals, value = attribute.partition("=")
    kind = name.strip().lower()
    if kind == "domain":
        made = texts.addresses.host(value)
    elif kind == "path":
        made = texts.addresses.path(value)
    elif kind == "max-age":
        made = _counts(texts, value)
    else:
        made = texts.prose(value, _COOKIE_DATE)
    return f"{texts.prose(name)}{equals}{made}"


def _tag(texts: Texts, value: str) -> str:
    start = len(value) - len(value.lstrip())
    if value.startswith("W/", start):
        start += 2
        return value[:start] + texts.secret(value[start:], "header value")
    return texts.secret(value, "header value")


def _subprotocols(texts: Texts, value: str) -> str:
    parts = []
    for part in value.split(","):
        item = part.strip()
        start = part[: len(part) - len(part.lstrip())]
        if item.startswith(_K8S):
            parts.append(f"{start}{_K8S}{texts.unpacked(item[len(_K8S) :])}")
        else:
            parts.append(start + texts.prose(item))
    return ",".join(parts)


def _url(texts: Texts, value: str) -> str:
    return texts.addresses.url(value)


def _host(texts: Texts, value: str) -> str:
    return texts.addresses.host(value)


_HEADERS: Final[dict[str, Callable[[Texts, str], str]]] = {
    **dict.fromkeys(
        """
        accept accept-encoding accept-language accept-ch accept-ranges access-control-allow-credentials
        access-control-allow-private-network access-control-request-private-network allow cache-status cdn-cache-control
        cf-cache-status connection content-disposition content-encoding content-language content-security-policy
        content-security-policy-report-only content-type cross-origin-embedder-policy cross-origin-opener-policy
        cross-origin-resource-policy date expires fdi-version if-modified-since if-unmodified-since keep-alive
        last-modified permissions-policy pragma priority proxy-authenticate proxy-connection referrer-policy rid
        sec-ch-ua sec-ch-ua-arch sec-ch-ua-bitness sec-ch-ua-mobile sec-ch-ua-platform sec-fetch-dest sec-fetch-mode
        sec-fetch-site sec-fetch-storage-access sec-fetch-user sec-gpc sec-purpose server service-worker st-auth-mode te
        trailer transfer-encoding upgrade upgrade-insecure-requests user-agent via www-authenticate
        x-amzn-errortype x-amzn-remapped-www-authenticate x-cache x-cache-status x-clerk-auth-reason
        x-content-type-options x-drupal-cache x-frame-options x-nginx-cache x-powered-by x-proxy-cache x-requested-with
        x-served-by x-vercel-cache x-vercel-error x-xss-protection dnt save-data purpose :method :scheme :status
        x-forwarded-proto x-robots-tag non-authoritative-reason x-amz-target x-client-sku x-clerk-auth-status
        x-okta-user-agent-extended
        """.split(),
        _words,
    ),
    **dict.fromkeys(
        """
        access-control-max-age age cache-control content-length content-range max-forwards range retry-after
        strict-transport-security x-ratelimit-limit x-ratelimit-remaining x-ratelimit-reset
        x-envoy-upstream-service-time x-kong-proxy-latency x-kong-upstream-latency x-supabase-api-version
        """.split(),
        _counts,
    ),
    **dict.fromkeys(
        """
        access-control-allow-headers access-control-allow-methods access-control-expose-headers
        access-control-request-headers access-control-request-method vary
        """.split(),
        _name_list,
    ),
    **dict.fromkeys(("origin", "access-control-allow-origin", "timing-allow-origin"), _origins),
    **dict.fromkeys(("location", "referer", ":path", "content-location"), _url),
    **dict.fromkeys(("host", ":authority", "x-forwarded-host"), _host),
    **dict.fromkeys(("authorization", "proxy-authorization"), _credentials),
    **dict.fromkeys(("etag", "if-none-match", "if-match", "if-range"), _tag),
    "cookie": _cookies,
    "set-cookie": _set_cookies,
    "sec-websocket-protocol": _subprotocols,
}


def header(texts: Texts, name: str, value: str) -> str:
    """The value of the header ``name`` (any case); of headers that are not listed nothing stays."""
    shower = _HEADERS.get(name.lower())
    if shower is None:
        return texts.secret(value, "header value")
    return value if not value else shower(texts, value)


def request_body(texts: Texts, body: Body, *, keep: bool) -> str | None:
    """The text of a request body, masked; ``-`` where it is removed, None where none is recorded."""
    if not body.present:
        return None
    text = body.raw_text()
    if text is None or (len(text) > _LARGEST_BODY and not keep):
        texts.removed["body longer than max_body_bytes" if body.too_long() else "request body"] += 1
        return "-"  # an empty one would read as none
    texts.masked["request body"] += 1
    begin = text.lstrip()[:1]
    if begin and begin in "{[" and read_json(text) is not None:
        return texts.json(text)
    if body.raw_mime_type.startswith("multipart/") or 'name="' in text:
        return _multipart(texts, text)
    if "=" in text and not re.search(r"[\s<>{]", text[:4096].strip()):
        return texts.addresses.query(text)
    return texts.secret(text, "text of a request")


def _multipart(texts: Texts, text: str) -> str:
    lines = text.split("\n")
    return "\n".join(
        texts.prose(line)
        if 'name="' in line or line.lower().startswith("content-type:")
        else texts.secret(line, "form field")
        for line in lines
    )


def response_body(texts: Texts, exchange: Exchange, *, keep: bool) -> str | None:
    """The text of an answer, masked; ``""`` where it is removed because no fact reads it, None without one."""
    body = exchange.response.body
    if not body.present:
        return None
    text = body.raw_text() if keep or _is_read(texts, exchange) else None
    if not text or (len(text) > _LARGEST_BODY and not keep):
        if text != "":
            texts.removed["body longer than max_body_bytes" if body.too_long() else "response body"] += 1
        return ""
    texts.masked["response body"] += 1
    return _answer(texts, text)


def _answer(texts: Texts, text: str) -> str:
    begin = text.lstrip()[:1]
    if begin and begin in '{["' and read_json(text) is not None:
        return texts.json(text, answer=True)
    return texts.page(text)


def join_chunks(texts: Texts, pairs: Iterable[tuple[str, str]]) -> None:
    """Mask values that are spread over several cookies (``name.0``, ``name.1``; ``nameC1``) as wholes."""
    chunks: dict[tuple[str, str], dict[int, str]] = {}
    for name, value in pairs:
        if (found := _CHUNK.fullmatch(name)) is not None:
            chunks.setdefault((found[1], found[2]), {}).setdefault(int(found[3]), value)
    for parts in chunks.values():
        if len(parts) > 1:
            texts.secret_pieces([parts[number] for number in sorted(parts)], "cookie")


def verifiers(exchange: Exchange) -> Iterator[str]:
    """PKCE verifiers a request carries (RFC 7636 section 4.5)."""
    request = exchange.request
    if request.method != "POST" or not request.raw_body_may_contain("code_verifier"):
        return
    text = request.body.raw_text() or ""
    table = read_json(text)
    value = table.get("code_verifier") if isinstance(table, dict) else parameters(text).get("code_verifier")
    if isinstance(value, str):
        yield value


def _is_read(texts: Texts, exchange: Exchange) -> bool:
    """Whether a fact may read this answer: errors, what sign-in and refresh calls answer, tokens, key sets, notices."""
    response = exchange.response
    body = response.body
    if body.size is not None and body.size > 4 * _LARGEST_BODY:
        return False
    if response.status >= 400 or response.status == 0:
        return True
    if exchange.request.method not in ("GET", "HEAD", "OPTIONS"):
        return body.raw_mime_type not in _MEDIA
    if body.raw_mime_type.startswith(("image/", "font/", "audio/", "video/")) or body.raw_mime_type in _MEDIA:
        return False
    if body.raw_length() <= _ESCAPED * _SMALL_BODY and len(body.raw_text() or "") <= _SMALL_BODY:
        return True
    return response.raw_body_may_contain(*_MAY_MATTER) and _speaks_when_masked(texts, body)


def _speaks_when_masked(texts: Texts, body: Body) -> bool:
    """Whether a word that facts look for is left; otherwise a copy of the copy would not hold the body any more."""
    text = body.raw_text() or ""
    if not text or len(text) > _LARGEST_BODY:
        return False
    masked = _answer(Texts(texts.denied), text)
    return any(word in masked for word in _MAY_MATTER)


_MEDIA: Final = frozenset(
    ("text/css", "text/javascript", "application/javascript", "application/x-javascript", "application/wasm")
)
