"""Masks names and addresses: of headers, cookies and parameters, hosts, paths, queries, URLs.

What is made of words stays, as the diagnosis needs it; all else is masked by ``Texts``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from haranalyze.protocol.oauth import challenge_of
from haranalyze.redaction import is_plain_label, is_plain_name, is_plain_stem, path_stem
from haranalyze.sanitizer._words import CLOSED, COUNTS, LITERALS, TIMES, is_known

if TYPE_CHECKING:
    from haranalyze.sanitizer._texts import Texts

_WORD: Final = re.compile(r"[0-9A-Za-z\u0080-\U0010ffff]+")
_URL: Final = re.compile(r"(?:([A-Za-z][A-Za-z0-9+.-]{0,30}):)?(//[^/?#\\]*)?([^?#]*)(\?[^#]*)?(#.*)?", re.DOTALL)
_IP: Final = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")

_DEEPEST: Final = 12  # addresses in addresses, their parts without a host counted as well
REMEMBERED: Final = 32_768
"""Addresses or headers whose masked form is kept for the next time; what is forgotten is masked to the same again."""

_SPOKEN_PARAMETERS: Final = frozenset(("error", "error_description", "error_code", "csrf"))
_TELLING: Final = _SPOKEN_PARAMETERS | CLOSED | COUNTS | {"samlrequest", "samlresponse", "code_challenge", "autherror"}
"""Parameters of whose values more stays than their shape."""


class Addresses:
    """Masks the names and addresses of one call.

    Args:
        texts: masks what is in them.
    """

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._names: dict[str, str] = {}
        self._urls: dict[str, str] = {}
        self._hosts: dict[str, str] = {}
        self._labels: dict[str, str] = {}
        self._segments: dict[str, str] = {}
        self._parameters: dict[str, tuple[str, str]] = {}
        self._depth = 0  # of the address that is masked, where it stands in another one

    def forget(self) -> None:
        """Give the memory back that is needed to mask more."""
        for known in (self._names, self._urls, self._hosts, self._labels, self._segments):
            known.clear()
        self._parameters.clear()

    def name(self, name: str) -> str:
        """A header, cookie, parameter or member name: shown when it is made of words."""
        found = self._names.get(name)
        if found is None:
            found = self._names[name] = self._name(name)
        return found

    def _name(self, name: str) -> str:
        if self._shows_name(name):
            self._texts.shown.add(name)
            return name
        self._texts.masked["name"] += 1
        low = name.lower() if name.isascii() else name
        made = self._texts.atoms(low)
        if low == name:
            return made
        return self._texts.packed(
            "".join(new.upper() if old.isupper() else new for old, new in zip(name, made, strict=True))
        )

    def _shows_name(self, name: str) -> bool:
        return not name or (is_plain_name(name) and not self._texts.is_denied(name))

    def host(self, host: str) -> str:
        """A host name with port: labels that look like identifiers are masked."""
        found = self._hosts.get(host)
        if found is None:
            found = self._hosts[host] = self._host(host)
        return found

    def _host(self, host: str) -> str:
        name, port = host, ""
        if found := re.fullmatch(r"(.*?)(:\d{0,5})", host):
            name, port = found.groups()
        if name.startswith("[") and name.endswith("]") and is_plain_label(name[1:-1].lower()):
            return host
        if _IP.fullmatch(name):
            return host
        return ".".join(self._label(label) for label in name.split(".")) + port

    def _label(self, label: str) -> str:
        found = self._labels.get(label)
        if found is None:
            low = label.lower()
            if not label or (is_plain_label(low) and ":" not in low and not self._texts.is_denied(low)):
                self._texts.shown.add(label)
                found = label
            else:
                self._texts.masked["host label"] += 1
                found = self._texts.atoms(low)
            self._labels[label] = found
        return found

    def origin(self, value: str) -> str:
        """An origin as CORS writes it."""
        if value in ("*", "null"):
            return value
        return self.url(value) if "://" in value else self.host(value)

    def url(self, url: str) -> str:
        """A URL or relative reference: scheme, host, known words of the path and parameter names stay."""
        found = self._urls.get(url)
        if found is None:
            if self._depth >= _DEEPEST:
                return self._texts.atoms(url)
            self._depth += 1
            found = self._url(url)
            self._depth -= 1
            if len(self._urls) > REMEMBERED:
                self._urls.clear()
            self._urls[url] = found
        return found

    def _url(self, url: str) -> str:
        match = _URL.fullmatch(url)
        if match is None:
            return self._texts.secret(url, "URL")
        scheme, authority, path, query, fragment = match.groups()
        low = scheme.lower() if scheme else ""
        if low == "data":
            return "data:,"
        if low == "blob":
            return f"{scheme}:{self.url(url[5:])}"
        if scheme and low not in ("http", "https", "ws", "wss") and is_known(low):
            return f"{scheme}:{self._texts.prose(url[len(low) + 1 :])}"
        if scheme and (not authority or low not in ("http", "https", "ws", "wss")):
            return self._texts.secret(url, "URL")
        made = f"{scheme}:" if scheme else ""
        if authority:
            user, at, host = authority[2:].rpartition("@")
            made += f"//{self._texts.secret(user, 'user in a URL') if at else ''}{at}{self.host(host)}"
        if made and path[:1] == "/" and path[1:2] != "/":  # as the header :path says it, and maybe another host
            return made + self.url(url[match.start(3) :])
        made += self.path(path)
        if query:
            made += "?" + self.query(query[1:])
        return made + ("#" + self._fragment(fragment[1:]) if fragment else "")

    def _fragment(self, text: str) -> str:
        if text.startswith(("/", "!/")):
            path, mark, query = text.partition("?")
            return self.path(path) + mark + (self.query(query) if mark else "")
        return self.query(text)

    def path(self, path: str) -> str:
        """A path: segments of known words stay, all others are masked."""
        known = self._segments
        return "/".join([known[part] if part in known else self._segment(part) for part in path.split("/")])

    def _segment(self, segment: str) -> str:
        made = self._segments[segment] = self._new_segment(segment)
        return made

    def _new_segment(self, segment: str) -> str:
        if not segment or segment == ".well-known" or segment.lower() in LITERALS:
            return segment
        if ";" in segment:
            first, *parameters = segment.split(";")
            return ";".join([self._segment(first), *(self._pair(one) for one in parameters)])
        stem, tail = path_stem(segment)
        if not self._texts.is_denied(stem) and (is_plain_stem(stem) or _is_engines(stem)):
            self._texts.shown.add(stem)
            return segment
        return self._texts.secret(stem, "path segment") + tail

    def query(self, query: str) -> str:
        """A query or a form body."""
        return "&".join([self._pair(part) for part in query.split("&")])

    def _pair(self, part: str) -> str:
        name, equals, value = part.partition("=")
        if not equals:
            return name if is_known(name) and not self._texts.is_denied(name) else self._texts.secret(name, "parameter")
        found = self._parameters.get(name)
        if found is None:
            found = self._parameters[name] = self._parameter_name(name)
        shown, low = found
        return f"{shown}={self.parameter(low, value)}" if value else f"{shown}="

    def _parameter_name(self, name: str) -> tuple[str, str]:
        """What stands for the name of a parameter, and what it means: decoded, in lower case."""
        plain = unquote(name) if "%" in name else name
        shown = name if self._shows_name(plain) else self._texts.secret(name, "name")
        if shown == name:
            self._texts.shown.add(plain)
        return shown, plain.lower()

    def parameter(self, name: str, value: str) -> str:
        """The value of a parameter, in its percent-encoding."""
        texts = self._texts
        if name not in _TELLING and value[:1] not in ("/", "%"):
            return texts.secret(value, "parameter")
        if name in _SPOKEN_PARAMETERS or name in CLOSED:
            return self._in_its_encoding(value, texts.prose)
        if name in ("samlrequest", "samlresponse"):
            return self._in_its_encoding(value, texts.saml)
        if name == "code_challenge" and (verifier := texts.challenges.get(value.rstrip("="))) is not None:
            texts.masked["code challenge"] += 1
            made = challenge_of(texts.secret(verifier, "parameter"), "S256") or ""
            return texts.packed(made + value[len(value.rstrip("=")) :])
        if name == "autherror":
            return self._in_its_encoding(value, texts.packed_words)
        if name in TIMES and value.isdigit() and len(value) < 12:
            return texts.count(value)
        if value.startswith("/") or value[:3].lower() == "%2f":
            return self._in_its_encoding(value, self.url)
        return texts.secret(value, "parameter")

    def _in_its_encoding(self, value: str, mask: Callable[[str], str]) -> str:
        return self._texts.within_percent(value, mask) or mask(value)


def _is_engines(stem: str) -> bool:
    parts = _WORD.findall(stem)
    return 0 < len(parts) <= 6 and len(stem) <= 40 and stem.isascii() and all(map(is_known, parts))
