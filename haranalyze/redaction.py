"""What counts as secret and what may be shown. The one place that turns captured text into strings.

A report is a projection: only listed, typed things are shown; everything else becomes a chip such as
``«cookie 5, 187 B»``. The number is an ordinal in order of first appearance in this report: equal values look
equal, nothing derived from a value leaves.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from haranalyze.capture.message import Message, as_lines
from haranalyze.facts import Facts
from haranalyze.protocol.auth import Credential, parse_authorization, parse_challenges
from haranalyze.protocol.headers import split_list
from haranalyze.protocol.jwt import Jwt
from haranalyze.protocol.set_cookie import SameSite, parse_cookie_header, parse_set_cookie
from haranalyze.protocol.url import parse_url
from haranalyze.text import Kind, Place, Sentence, Text, Value, raw
from haranalyze.vocabulary import PATH_WORDS, PHRASES

if TYPE_CHECKING:
    from haranalyze.capture.model import Capture

_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~:\[\]-]{1,40}")
_SECRET_RUN = re.compile(r"[0-9a-fA-F]{12}|[A-Za-z0-9+/_-]{33}")
# Headers of the platform (MDN, Private Network Access) that are longer than other names of words.
_LONG_HEADERS = frozenset(
    """
    access-control-allow-private-network access-control-request-private-network content-security-policy-report-only
    cross-origin-embedder-policy-report-only cross-origin-opener-policy-report-only x-permitted-cross-domain-policies
    """.split()
)
_CREDENTIALS: Final = ("authorization", "cookie")
_SHORTEST_ECHO = 8  # characters of a credential that are not in a name by chance
_MOST_LINES = 20_000  # different Authorization and Cookie headers that are looked at
_LONGEST_NAME = 200  # characters of a name or a label; anything longer is none
_LONG_RUN = re.compile(r"[A-Za-z0-9]{8,}")
_DIGIT_INSIDE = re.compile(r"[A-Za-z][0-9]+[A-Za-z]")
_NUMBERED_WORD = re.compile(r"(?i:oauth2|base64|http2|ipv[46]|sha(?:1|256|512)|utf8|md5)")  # words with a digit
_RANDOM_LETTERS = re.compile(
    r"[bcdfghjklmnpqrstvwxz]{7}|(?!w)(.)\1\1|(?:[A-Z]{1,2}[a-z]{1,2}){4}|(?:[a-z]{1,2}[A-Z]{1,2}){4}"
    r"|[A-Za-z][0-9]+[A-Za-z]+[0-9]|[0-9][A-Za-z]+[0-9]+[A-Za-z]"
)
_HOST_LABEL = re.compile(r"[a-z0-9_-]{1,40}")
_VARIABLE = re.compile(r"(?:\{\{|\$\{)\s{0,9}([A-Za-z_][A-Za-z0-9_.-]{0,39})\s{0,9}\}\}?")
_BLANK_WORDS = frozenset(("your", "here", "bearer", "placeholder"))
_WORD_SPLIT = re.compile(r"[-_.]|(?<=[a-z])(?=[A-Z])")
_NUMBERED = re.compile(r"v\d{1,3}(\.\d{1,3})?|[a-z]{2}(-[a-zA-Z]{2})?")
_FILE_ENDING = re.compile(r"\.(js|mjs|css|html?|json|svg|png|jpe?g|gif|webp|ico|woff2?|ttf|map|php|aspx?|jsp|txt|xml)")
_VISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u00ab\u00bb\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_FAILURE = re.compile(r"net::ERR_[A-Z0-9_]{1,60}|NS_ERROR_[A-Z0-9_]{1,60}|NS_BINDING_[A-Z]{1,30}")
_DATE_OR_NUMBER = re.compile(r"[A-Za-z]{3}, \d{2} [A-Za-z]{3} \d{4} \d{2}:\d{2}:\d{2} GMT|-?\d{1,11}")
_PRODUCT = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,30}([/ ](\d{1,4}(\.\d{1,6}){0,3}|\([A-Za-z0-9 ]{1,20}\)))*")
_MEDIA_TYPE = re.compile(r"(\*|[a-z]{1,20})/(\*|[a-zA-Z0-9.+-]{1,60})")
_CACHE_WORD = re.compile(
    r"\b(hit|miss|stale|expired|bypass|dynamic|revalidated|updating|error from cloudfront|refresh|none|pass|fwd|stored"
    r"|tcp_hit|tcp_miss|tcp_mem_hit|tcp_refresh_hit|from cloudfront|from)\b",
    re.IGNORECASE,
)
_METHODS = frozenset(
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE", "PROPFIND", "REPORT"]
)
_LITERALS = frozenset({"undefined", "null", "nan", "[object object]", "true", "false", "none", ""})
_DIRECTIVES = frozenset(
    [
        "no-store",
        "no-cache",
        "private",
        "public",
        "max-age",
        "s-maxage",
        "must-revalidate",
        "proxy-revalidate",
        "immutable",
        "no-transform",
        "must-understand",
        "stale-while-revalidate",
        "stale-if-error",
        "only-if-cached",
        "max-stale",
        "min-fresh",
    ]
)
_KEYS = frozenset(
    [
        "message",
        "detail",
        "error",
        "error_description",
        "code",
        "status",
        "reason",
        "claimValidationErrors",
        "id",
        "type",
        "title",
        "errors",
    ]
)


def is_plain_name(name: str) -> bool:
    """Whether a header, cookie, parameter or member name may be shown: short, of usual characters, and made of words
    rather than of what a generator of keys writes (long runs of hex digits, digits among letters)."""
    return bool(_NAME.fullmatch(name)) and (not looks_random(name) or name.lower() in _LONG_HEADERS)


def is_plain_label(label: str) -> bool:
    """Whether a label of a host name (lower case), or an IPv6 address without brackets, may be shown."""
    if ":" in label:
        return re.fullmatch(r"[0-9a-f:.]{2,45}", label) is not None
    return bool(_HOST_LABEL.fullmatch(label)) and not looks_random(label)


def looks_random(text: str) -> bool:
    """Whether some run in the text looks generated: 12 hex digits, 33 characters of base64, digits mixed into letters,
    letters without vowels, or the repetitions of a pseudonym."""
    if len(text) > _LONGEST_NAME or _SECRET_RUN.search(text):
        return True
    return any(
        _RANDOM_LETTERS.search(run) or _is_scrambled(run) for run in _LONG_RUN.findall(_NUMBERED_WORD.sub("", text))
    )


def _is_scrambled(run: str) -> bool:
    """A digit between letters in a long run, or hardly a vowel in a longer one."""
    if len(run) >= 12 and _DIGIT_INSIDE.search(run):
        return True
    letters = sum(map(str.isalpha, run))
    return letters >= 10 and sum(run.lower().count(vowel) for vowel in "aeiouy") * 6 < letters


def is_blank(token: str) -> bool:
    """Whether something that looks like a variable may be shown: ``{{name}}`` and ``${name}`` with a name of words,
    ``<your-token>`` and ``%TOKEN%`` where every word is one of ours, since a password can look like that."""
    if found := _VARIABLE.fullmatch(token):
        return is_plain_name(found[1])
    words = [word.lower() for word in _WORD_SPLIT.split(token.strip("<>%:").replace(" ", "-")) if word]
    return bool(words) and all(word in PATH_WORDS or word in _BLANK_WORDS for word in words)


def path_stem(segment: str) -> tuple[str, str]:
    """A segment of a path without and with only its file ending: ``("app", ".js")``."""
    ending = _FILE_ENDING.search(segment)
    stem = segment[: ending.start()] if ending and ending.end() == len(segment) else segment
    return stem, segment[len(stem) :]


def is_plain_stem(stem: str) -> bool:
    """Whether a segment of a path is made of words of our own vocabulary only."""
    words = [word for word in _WORD_SPLIT.split(stem) if word]
    known = all(word.lower() in PATH_WORDS or _NUMBERED.fullmatch(word) for word in words)
    return known and len(words) <= 5 and len(stem) <= 40


def visible(text: str) -> str:
    """Control, bidi and chip characters spelled out (``U+202E``), so that no output can be steered by them."""
    return _VISIBLE.sub(lambda found: f"U+{ord(found.group()):04X}", text)


class Projector:
    """Shows captured text for one report (or one call): one table of ordinals.

    Args:
        facts: give tokens their ordinals and error phrases their list, recording after recording; none for tables
            without analysis.
        capture: a recording whose credentials are hidden where they echo in names, where there are no facts.
    """

    def __init__(self, *facts: Facts, capture: Capture | None = None) -> None:
        self._captures = tuple(one.capture for one in facts) + (() if capture is None else (capture,))
        self._ordinals: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        self._shown: dict[tuple[Kind, str, str], str] = {}
        self._lines: dict[tuple[str, str], list[tuple[str, str]]] = {}  # of headers, most of which come back
        self._phrases = PHRASES
        for one in facts:
            self._phrases |= {phrase.text.lower() for system in one.systems for phrase in system.phrases if phrase.text}
            before = self._counts.get("token", 0)
            for token in one.tokens.all:
                self._ordinals.setdefault(raw(token.value), f"token {before + token.ordinal}")
                self._counts["token"] = max(before + token.ordinal, self._counts.get("token", 0))

    def show(self, text: Text) -> str:
        """What a reader may see of ``text``."""
        key = (text.kind, text.name, raw(text))
        if (shown := self._shown.get(key)) is None:
            shown = self._shown[key] = visible_but_chips(_SHOWERS[text.kind](self, text))
        return shown

    def lines(self, message: Message, most: int) -> list[tuple[str, str]]:
        """What a reader may see of names and values of the first header lines of a message."""
        listed: list[tuple[str, str]] = []
        for pair in message.raw_pairs():
            if (shown := self._lines.get(pair)) is None:
                shown = self._lines[pair] = [(self.show(name), self.show(value)) for name, value in as_lines(*pair)]
            listed += shown
            if len(listed) >= most:
                break
        return listed[:most]

    def say(self, sentence: Sentence) -> str:
        """The sentence with its placeholders filled by what may be shown."""
        return sentence.template.format_map({name: self._value(value) for name, value in sentence.values.items()})

    def quote(self, place: Place) -> str:
        """What stands at the place, ``""`` where it shows an absence."""
        return self.show(place.text) if place.text is not None else ""

    def tag(self, label: str, value: str) -> str:
        """The chip for a hidden value: ``«label ordinal, length B»``; equal values get equal chips."""
        name = self._ordinals.get(value) or self._ordinals.get(unquote(value))
        if name is None:
            self._counts[label] = self._counts.get(label, 0) + 1
            name = self._ordinals[value] = f"{label} {self._counts[label]}"
        return f"«{name}, {len(value.encode('utf-8', 'replace'))} B»"

    def name(self, name: str) -> str:
        """A header, cookie, parameter or member name, or a chip where its shape could hide a secret."""
        if self.shows_name(name):
            return name
        return self.tag("name", name)

    def file_name(self, name: Text) -> str:
        """The name of the recording's file, which its owner chose: control characters spelled out, 80 characters."""
        shown = visible(raw(name))
        return shown if len(shown) <= 80 else shown[:77] + "..."

    def host(self, host: str) -> str:
        """A host name; labels that look like identifiers become ``{label}``."""
        labels = host.split(".") if ":" not in host else [host]
        return ".".join(label if self._plain_label(label) else "{label}" for label in labels)

    def _plain_label(self, label: str) -> bool:
        return label not in self._ordinals and is_plain_label(label) and not self._echoes(label)

    def shows_name(self, name: str) -> bool:
        """Whether a name may be shown as it is."""
        return is_plain_name(name) and name not in self._ordinals and not self._echoes(name)

    def is_product(self, part: str) -> bool:
        """Whether a product name with its version may be shown."""
        return not looks_random(part) and not self._echoes(part)

    def _echoes(self, text: str) -> bool:
        """Whether a name holds a credential that the recording shows elsewhere."""
        return any(run in self._credentials for run in _LONG_RUN.findall(text)) or text in self._credentials

    @cached_property
    def _credentials(self) -> frozenset[str]:
        """Values of Authorization and Cookie headers, of 8 characters and more."""
        lines = {
            line
            for capture in self._captures
            for exchange in capture
            if exchange.request.has_any(_CREDENTIALS)
            for name in _CREDENTIALS
            if (line := exchange.request.raw(name))
        }
        if len(lines) > _MOST_LINES:
            lines = set(sorted(lines)[:_MOST_LINES])
        values = {part.rpartition("=")[2].rpartition(" ")[2].strip('" ') for line in lines for part in line.split(";")}
        return frozenset(value for value in values if len(value) >= _SHORTEST_ECHO and value.lower() not in PATH_WORDS)

    def path(self, path: str) -> str:
        """A path with every segment outside our vocabulary as ``{seg}``; parameters in segments are dropped.

        Fingerprints hold it too, since nothing in it is of one recording alone.
        """
        return "/".join(self._segment(part) for part in path.split("/")) or "/"

    def _segment(self, segment: str) -> str:
        if not segment or segment == ".well-known":
            return segment
        stem, tail = path_stem(segment)
        if segment in self._ordinals or stem in self._ordinals:
            return "{seg}" + tail
        return (stem if is_plain_stem(stem) else "{seg}") + tail

    def url(self, reference: str) -> str:
        """A URL or relative reference: scheme, host, templated path, parameter names."""
        if reference.startswith("/") and not reference.startswith("//"):
            path, _, query = reference.partition("#")[0].partition("?")
            return self.path(path) + self._query(query)
        url = parse_url(reference)
        if not url.ok:
            return self.tag("url", reference)
        if url.scheme not in {"http", "https", "ws", "wss"}:
            return f"{url.scheme}:…" if len(url.scheme) < 20 else self.tag("url", reference)
        return f"{self.origin(url.origin)}{self.path(url.path)}{self._query(url.query)}"

    def _query(self, query: str) -> str:
        if not query:
            return ""
        names = [self.name(unquote(part.partition("=")[0])) for part in query.split("&")[:12] if part]
        return "?" + "&".join(f"{name}=" for name in names)

    def origin(self, origin: str) -> str:
        """An origin or ``null``; anything else becomes a chip."""
        if origin in {"null", "*"}:
            return origin
        url = parse_url(origin)
        if not url.ok or not url.host:
            return self.tag("origin", origin)
        port = f":{url.port}" if url.port and url.port != {"https": 443, "http": 80}.get(url.scheme) else ""
        host = self.host(url.host)
        return f"{url.scheme}://{f'[{host}]' if ':' in host else host}{port}"

    def set_cookie(self, line: str) -> str:
        """Name, attributes and length of a Set-Cookie line."""
        cookie = parse_set_cookie(line)
        if cookie is None:
            return self.tag("set-cookie", line)
        shown = [f"{self.name(cookie.name)}={self.tag('cookie', cookie.value) if cookie.value else ''}"]
        if cookie.domain is not None:
            shown.append(f"Domain={self.host(cookie.domain)}")
        if cookie.path is not None:
            shown.append(f"Path={self.path(cookie.path)}")
        if cookie.max_age is not None:
            shown.append(f"Max-Age={cookie.max_age}")
        shown += [
            word
            for word, there in (
                ("Expires=…", cookie.expires is not None and cookie.max_age is None),
                ("HttpOnly", cookie.http_only),
                ("Secure", cookie.secure),
                ("Partitioned", cookie.partitioned),
            )
            if there
        ]
        if cookie.same_site is not SameSite.UNSET:
            shown.append(f"SameSite={cookie.same_site.value.capitalize()}")
        return "; ".join(shown)

    def cookies(self, value: str) -> str:
        """Names of a Cookie header with their values as chips."""
        pairs = parse_cookie_header(value)
        return "; ".join(f"{self.name(name)}={self.tag('cookie', content)}" for name, content in pairs)

    def authorization(self, value: str) -> str:
        """Scheme and a chip; telling literals (``undefined``, ``{{name}}``) stay readable."""
        read = parse_authorization(value)
        scheme = f"{read.scheme.capitalize()} " if read.scheme else ""
        if read.shape is Credential.DOUBLED_SCHEME:
            scheme *= 2
        token = read.raw_token
        if token.lower() in _LITERALS:
            return f"{scheme}{token}".strip()
        if read.shape is Credential.TEMPLATE and is_blank(token):
            return f"{scheme}{token}"
        return f"{scheme}{self.tag('token', token)}"

    def header(self, name: str, value: str) -> str:
        """A header value by the allow-list of headers; others as a chip."""
        shower = _HEADERS.get(name)
        shown = shower(self, value) if shower else None
        if shown is not None:
            return shown
        return value if value.lower() in _LITERALS else self.tag("header", value)

    def body(self, text: str, mime_type: str) -> str:
        """Type, size, listed members and phrases of a body."""
        kind = mime_type.rpartition("/")[2].rpartition("+")[2] if _MEDIA_TYPE.fullmatch(mime_type) else "text"
        size = f"{kind} {len(text.encode('utf-8', 'replace'))} B"
        said = self._body_phrases(text, kind)
        return f"{size}: {', '.join(said)}" if said else size

    def _body_phrases(self, text: str, kind: str) -> list[str]:
        if kind == "json" and len(text) < 20_000:
            try:
                members = json.loads(text)
            except (ValueError, RecursionError):
                return []
            if isinstance(members, dict):
                return [
                    f'{key} "{item}"'
                    for key, item in members.items()
                    if key in _KEYS and isinstance(item, str) and self._is_phrase(item)
                ]
            return []
        low = text[:4_000].lower()
        return sorted(f'"{phrase}"' for phrase in self._phrases if len(phrase) > 12 and phrase in low)[:2]

    def _is_phrase(self, text: str) -> bool:
        return text.lower() in self._phrases

    def phrase(self, text: str) -> str:
        """An error phrase or code on the list, else a chip."""
        if self._is_phrase(text):
            return text
        low = text.lower()
        found = max((phrase for phrase in self._phrases if len(phrase) > 8 and phrase in low), key=len, default="")
        return f"{found} …" if found else self.tag("text", text)

    def claims(self, jwt: Jwt) -> dict[str, str]:
        """What of a JWT's header and claims may be read: issuer and audience as origins, identifiers as chips."""
        shown = {
            "key": self._claim("key", jwt.header.get("kid")),
            "issuer": self._claim("issuer", jwt.raw_claim("iss")),
            "subject": self._claim("subject", _first(jwt, "sub", "userId", "user_id", "uid")),
            "session": self._claim("session", _first(jwt, "sessionHandle", "sid", "session_id", "session_state")),
        }
        meant = jwt.raw_claim("aud")
        audience = [self._claim("audience", one) for one in (meant if isinstance(meant, list) else [meant])[:5]]
        shown["audience"] = ", ".join(filter(None, audience))
        return {name: visible_but_chips(value) for name, value in shown.items() if value}

    def _claim(self, label: str, value: object) -> str:
        if not isinstance(value, str | int | float) or isinstance(value, bool) or value == "":
            return ""
        text = str(value)
        may_be_origin = label in {"issuer", "audience"} and parse_url(text).scheme in {"http", "https"}
        return self.origin(parse_url(text).origin) if may_be_origin else self.tag(label, text)

    def _value(self, value: Value) -> str:
        if isinstance(value, Text):
            return self.show(value)
        return f"{value:g}" if isinstance(value, float) else str(value)


def _first(jwt: Jwt, *names: str) -> object:
    return next((found for name in names if (found := jwt.raw_claim(name)) is not None), None)


def visible_but_chips(text: str) -> str:
    """:func:`visible` for projected strings: the chips' own marks stay."""
    if text.isprintable():  # Unicode's word for it; what we spell out is not
        return text
    return _VISIBLE.sub(lambda found: found.group() if found.group() in "«»" else f"U+{ord(found.group()):04X}", text)


def _names(projector: Projector, value: str) -> str:
    return ", ".join("*" if name == "*" else projector.name(name) for name in split_list(value))


def _origins(projector: Projector, value: str) -> str:
    return ", ".join(projector.origin(part) for part in split_list(value)) or "(empty)"


def _number(_: Projector, value: str) -> str | None:
    return value if _DATE_OR_NUMBER.fullmatch(value.strip()) else None


def _directives(_: Projector, value: str) -> str:
    kept = []
    for part in split_list(value):
        name, _equals, argument = part.partition("=")
        if name.strip().lower() in _DIRECTIVES:
            kept.append(part if argument.strip('" ').isdigit() else name.strip())
    return ", ".join(kept) or "(other directives)"


def _products(projector: Projector, value: str) -> str | None:
    parts = [part for part in re.split(r"[ ,]+(?![(\d])", value.strip()) if part]
    shown = [part for part in parts[:6] if _PRODUCT.fullmatch(part) and projector.is_product(part)]
    return " ".join(shown) or None


def _media_types(_: Projector, value: str) -> str | None:
    kept = [part.partition(";")[0].strip() for part in split_list(value)]
    shown = [part.lower() for part in kept if _MEDIA_TYPE.fullmatch(part) and not looks_random(part)]
    charset = re.search(r"charset=\"?([A-Za-z0-9-]{3,15})", value)
    return ", ".join(shown) + (f"; charset={charset.group(1)}" if charset and shown else "") or None


def _cache_words(_: Projector, value: str) -> str | None:
    return " ".join(dict.fromkeys(found.group() for found in _CACHE_WORD.finditer(value))) or None


def _short_word(projector: Projector, value: str) -> str | None:
    words = split_list(value)
    if words and all(len(word) <= 30 and projector.shows_name(word) for word in words):
        return ", ".join(words)
    return None


def _challenges(projector: Projector, value: str) -> str | None:
    shown = []
    for challenge in parse_challenges(value):
        error = challenge.parameters.get("error", "")
        name = projector.name(challenge.scheme)
        shown.append(f'{name} error="{error}"' if error and projector._is_phrase(error) else name)
    return ", ".join(shown) or None


def _error_type(projector: Projector, value: str) -> str:
    return projector.name(value.partition(":")[0])


def _front_token(projector: Projector, value: str) -> str:
    return "remove" if value == "remove" else projector.tag("token", value)


_SEC_FETCH = dict.fromkeys(("sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest", "sec-fetch-user"), _short_word)
_HEADERS: Final[dict[str, Callable[[Projector, str], str | None]]] = {
    **_SEC_FETCH,
    "origin": _origins,
    "access-control-allow-origin": _origins,
    "access-control-allow-credentials": _short_word,
    "access-control-allow-headers": _names,
    "access-control-allow-methods": _names,
    "access-control-expose-headers": _names,
    "access-control-request-headers": _names,
    "access-control-request-method": _names,
    "access-control-max-age": _number,
    "vary": _names,
    "cache-control": _directives,
    "pragma": _directives,
    "age": _number,
    "date": _number,
    "expires": _number,
    "last-modified": _number,
    "retry-after": _number,
    "content-length": _number,
    "content-type": _media_types,
    "accept": _media_types,
    "server": _products,
    "via": _products,
    "x-powered-by": _products,
    "x-cache": _cache_words,
    "x-cache-status": _cache_words,
    "cf-cache-status": _cache_words,
    "cache-status": _cache_words,
    "x-proxy-cache": _cache_words,
    "x-amzn-errortype": _error_type,
    "rid": _short_word,
    "st-auth-mode": _short_word,
    "fdi-version": _short_word,
    "connection": _short_word,
    "transfer-encoding": _short_word,
    "content-encoding": _short_word,
    "upgrade": _short_word,
    "www-authenticate": _challenges,
    "authorization": Projector.authorization,
    "proxy-authorization": Projector.authorization,
    "cookie": Projector.cookies,
    "set-cookie": Projector.set_cookie,
    "location": Projector.url,
    "referer": Projector.url,
    "front-token": _front_token,
    "id-refresh-token": _front_token,
}


def _failure(projector: Projector, value: str) -> str:
    return value if _FAILURE.fullmatch(value) else projector.tag("failure", value)


_SHOWERS: Final[dict[Kind, Callable[[Projector, Text], str]]] = {
    Kind.METHOD: lambda projector, text: raw(text) if raw(text) in _METHODS else projector.name(raw(text)),
    Kind.HOST: lambda projector, text: projector.origin(raw(text)) if "://" in raw(text) else projector.host(raw(text)),
    Kind.URL: lambda projector, text: projector.url(raw(text)),
    Kind.PATH: lambda projector, text: projector.path(raw(text)),
    Kind.HEADER_NAME: lambda projector, text: projector.name(raw(text)),
    Kind.HEADER_VALUE: lambda projector, text: projector.header(text.name, raw(text)),
    Kind.COOKIE_NAME: lambda projector, text: projector.name(raw(text)),
    Kind.COOKIE_VALUE: lambda projector, text: projector.tag("cookie", raw(text)),
    Kind.SET_COOKIE: lambda projector, text: projector.set_cookie(raw(text)),
    Kind.TOKEN: lambda projector, text: projector.tag("token", raw(text)),
    Kind.PARAMETER_NAME: lambda projector, text: projector.name(raw(text)),
    Kind.BODY: lambda projector, text: projector.body(raw(text), text.name),
    Kind.PHRASE: lambda projector, text: projector.phrase(raw(text)),
    Kind.FAILURE: lambda projector, text: _failure(projector, raw(text)),
    Kind.STATUS: lambda projector, text: (
        raw(text) if raw(text).isascii() and raw(text).isdigit() and len(text) < 5 else projector.tag("text", raw(text))
    ),
    Kind.SIZE: lambda _, text: f"{len(text)} characters",
}
