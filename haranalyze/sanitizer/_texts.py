"""Masks text: secret values as wholes, prose by words, and what is packed inside: JSON, JWTs, base64, escapes, SAML.

Every method takes and gives captured characters and keeps their number. Whatever a value is packed in is opened, masked
inside and packed the same way again, so that equal values stay equal wherever they stand.
"""

from __future__ import annotations

import binascii
import json
import re
import zlib
from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final
from urllib.parse import quote, unquote

from haranalyze.capture.body import read_json
from haranalyze.protocol.auth import TEMPLATE
from haranalyze.redaction import is_plain_name
from haranalyze.sanitizer._addresses import Addresses
from haranalyze.sanitizer._pseudonyms import Pseudonyms
from haranalyze.sanitizer._words import CLOSED, COUNTS, LITERALS, SPOKEN, TIMES, is_known

_ATOM: Final = re.compile(r"[0-9A-Za-z\u0080-\U0010ffff]+")
_SPLIT: Final = re.compile(f"({_ATOM.pattern})")  # every second part is an atom
# The same where some characters are percent-encoded, once or more often (%41, %2541, %C3%A9); or one encoded character
# that is neither a letter nor a digit.
_ESCAPED: Final = re.compile(
    r"(?:[0-9A-Za-z\u0080-\U0010ffff]|%(?:25)*(?:3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa]|[89A-Fa-f][0-9A-Fa-f]))+"
    r"|(%[0-9A-Fa-f]{2})"
)
_BARE: Final = re.compile(r"(%(?:25)*)(?![0-9A-Fa-f]{2})")  # percent signs that begin no escape
_CODE: Final = re.compile(r"[0-9A-Fa-f]{2}")
_PIECE: Final = re.compile(r"%((?:25)*)([0-9A-Fa-f]{2})|[^%]")
# A JWT or base64 of JSON (``{"``, ``[{``, ``["``). It always matches to its end, so that no part is read twice.
_TOKEN: Final = re.compile(
    r"(?<![A-Za-z0-9+])(?:ey[A-Za-z0-9]|W3|Wy)[A-Za-z0-9+/_-]{4,}+(?:\.[A-Za-z0-9_-]*+){0,4}={0,2}"
)
_STRING: Final = re.compile(r'"((?:[^"\\]++|\\.)*+)"(\s*:)?|(-?)(\d+)(\.\d+)?([eE][+-]?\d+)?|([{}\[\]])', re.DOTALL)
_ADDRESS: Final = re.compile(r"(?:https?|wss?)://[^\s\"'<>\\,|]+", re.IGNORECASE)
_TAG: Final = re.compile(r"<[^<>]*>")
_INSTANT: Final = re.compile(r"\b(?:IssueInstant|NotBefore|NotOnOrAfter|AuthnInstant|SessionNotOnOrAfter)=[\"'][^\"']*")
_STAMP: Final = re.compile(r"[\"']\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)?$")
_FIELD: Final = re.compile(r"<input\b[^<>]*?\bvalue\s*=\s*(?:[\"']([^\"'<>]*)|([^\s\"'<>]+))", re.IGNORECASE)
_CHUNKS: Final = re.compile(r"chunks-\d{1,2}")
_BARE_RUNS: Final = re.compile(r"(?!chunks-|base64-)[0-9A-Za-z \"'.,=/+|_-]*")

# What is longer than its parts: four or more of one or two characters with the same sign between them (a MAC address,
# text of two bytes a character), digits in groups (a card, a telephone number), an IP address that is no version.
_SPELLED: Final = re.compile(
    r"(?<![0-9A-Za-z/.])(?:[0-9A-Za-z]{1,2}([^0-9A-Za-z\s%,;=/\"'])[0-9A-Za-z]{1,2}(?:\1[0-9A-Za-z]{1,2}){2,}+"
    r"|\d{1,4}([- ])\d{1,4}(?:\2\d{1,4})++|\d{1,3}(?:\.\d{1,3}){3}(?![\d.]))"
)
_NUMBER: Final = 9  # digits of the shortest number that is written in groups; a date has eight

_CHANCE: Final = 7  # characters up to which two runs may be equal by chance

_WRAPPERS: Final = ("j:", "base64-", "s:")  # cookie-parser of Express, Supabase
_DEEPEST: Final = 4  # wrappings and encodings around a value that are taken off


class Texts:
    """Masks the texts of one call.

    Attributes:
        masked: how many different values of each kind were masked; removed: how many bodies were left out.
        shown: names, words and numbers that stayed for what they look like, as written.
        denied: those that must not stay, in lower case, however they are written.
        listed: runs that are no secrets although no stand-in is spelled so: of what was packed again (base64 of masked
            text, hashes of stand-ins), of stand-ins side by side, of names on a list.
        challenges: PKCE challenges of the captures by their verifiers.
    """

    def __init__(self, denied: frozenset[str] = frozenset()) -> None:
        self.table = Pseudonyms(is_known)
        self.masked: Counter[str] = Counter()
        self.removed: Counter[str] = Counter()
        self.shown: set[str] = set()
        self.denied = denied
        self.challenges: dict[str, str] = {}
        self.listed: set[str] = set()
        self._secrets: dict[str, str] = {}
        self.addresses = Addresses(self)

    def forget(self) -> None:
        """Give the memory back that is needed to mask more."""
        self._secrets.clear()
        self.addresses.forget()

    def is_denied(self, name: str) -> bool:
        """Whether a name, word or number must not stay, however it is written."""
        return bool(self.denied) and name.lower() in self.denied

    # secret values

    def secret(self, value: str, kind: str) -> str:
        """A value that is or could be a secret: nothing of it stays but its shape and telling literals."""
        found = self._secrets.get(value)
        if found is None:
            if _is_opaque(value) and value.lower() not in LITERALS:
                if value not in self.table:
                    self.masked[kind] += 1
                return self.table[value]
            found = self._secrets[value] = self.atoms(value) if _is_bare(value) else self._open(value)
            if found != value or _ATOM.search(value):
                self.masked[kind] += 1
        return found

    def secret_pieces(self, pieces: Sequence[str], kind: str) -> None:
        """Values that only together make one (a token in several cookies): masked as a whole, from now on."""
        made = self.secret("".join(pieces), kind)
        if len(made) == sum(map(len, pieces)):
            at = 0
            for piece in pieces:
                self._secrets.setdefault(piece, self.packed(made[at : at + len(piece)]))
                at += len(piece)

    def packed(self, made: str) -> str:
        """What was packed again: its runs are no secrets, although they are no stand-ins."""
        self.listed.update(run for run in _ATOM.findall(made) if len(run) > _CHANCE and not run.isdigit())
        return made

    def _open(self, value: str, depth: int = 0) -> str:
        if value.strip().lower() in LITERALS or _CHUNKS.fullmatch(value):
            return value
        if TEMPLATE.fullmatch(value) and is_plain_name(value.strip("${}<>%: ")):
            return self.prose(value)  # a variable that nothing stood in for, or a password that looks like one
        for prefix in _WRAPPERS if depth < _DEEPEST else ():
            if value.startswith(prefix):
                return prefix + self._open(value[len(prefix) :], depth + 1)
        inside = self.within_percent(value, lambda one: self._open(one, depth + 1)) if depth < _DEEPEST else None
        if inside:
            return inside
        if (begin := value.lstrip()[:1]) and begin in "{[" and read_json(value) is not None:
            return self.json(value)
        if "%" not in value and "://" in value[:10] and _ADDRESS.fullmatch(value):
            return self.addresses.url(value)
        return self._tokens(value) if "ey" in value or "W" in value else self.atoms(value)

    def atoms(self, value: str) -> str:
        """Every run of letters and digits by its pseudonym, escaped ones by the pseudonym of what they mean."""
        if "%" in value:
            return self._escaped_atoms(value)
        parts = _SPLIT.split(value)
        table = self.table
        parts[1::2] = [table[atom] for atom in parts[1::2]]
        return "".join(parts)

    def _escaped_atoms(self, value: str) -> str:
        parts = _BARE.split(value)
        for place in range(0, len(parts), 2):
            made = _ESCAPED.sub(lambda found: found.group(1) or self._escaped(found.group()), parts[place])
            if place and _CODE.match(made):  # behind a percent sign it would read as an escape, which it was not
                at = 1 if made[0].isdigit() else 0
                made = made[:at] + ("G" if made[at].isupper() else "g") + made[at + 1 :]
            parts[place] = made
        return "".join(parts)

    def _escaped(self, text: str) -> str:
        if "%" not in text:
            return self.table[text]
        pieces = [(found.group(), found.group(1), found.group(2)) for found in _PIECE.finditer(text)]
        codes = [int(code, 16) if code else ord(whole) for whole, _, code in pieces]
        if any(code > 0x7F for code in codes):  # bytes of UTF-8 or of another encoding: only their number stays
            made = "".join(f"%{deep}C3" if code else self.table[whole] for whole, deep, code in pieces)
            self.packed(once := unquote(made))
            self.packed(unquote(once))
            return made
        made = self.table["".join(map(chr, codes))]
        return "".join(
            f"%{deep}{ord(character):02X}" if code else character
            for (_, deep, code), character in zip(pieces, made, strict=True)
        )

    @staticmethod
    def within_percent(value: str, inside: Callable[[str], str]) -> str | None:
        """Percent-encoding taken off and put on again; None without one, and where it could not be put on as it was."""
        plain = unquote(value, errors="strict") if "%" in value and _is_utf8(value) else None
        if plain is None or plain == value:
            return None
        outside = re.sub(r"%[0-9A-Fa-f]{2}", "", value)
        safe = "".join(sorted({character for character in outside if not character.isalnum() and character.isascii()}))
        lower = re.search(r"%(?:[a-f][0-9a-f]|[0-9][a-f])", value) is not None

        def wrap(text: str) -> str:
            made = quote(text, safe=safe)
            return re.sub(r"%[0-9A-F]{2}", lambda found: found.group().lower(), made) if lower else made

        return wrap(inside(plain)) if wrap(plain) == value else None

    # packed values

    def _tokens(self, value: str) -> str:
        """JWTs and base64 of JSON inside a value, the rest by atoms."""
        return self.packed(self._between_tokens(value, self.atoms))

    def _between_tokens(self, text: str, mask: Callable[[str], str]) -> str:
        """Tokens opened, the text between them by ``mask``: in the order of the text, since ordinals are given in the
        order of appearance. What cannot be opened belongs to the text around it."""
        parts, at = [], 0
        for found in _TOKEN.finditer(text):
            header, *rest = found.group().split(".")
            opened = _json_in(header)
            if opened is None:
                continue
            parts += [mask(text[at : found.start()]), self._token(header, opened, rest)]
            at = found.end()
        return "".join(parts) + mask(text[at:])

    def _token(self, header: str, opened: str, rest: list[str]) -> str:
        """A JWT, or base64 of JSON alone (``rest`` is empty)."""
        parts = [self._base64(header, opened)]
        if rest:
            self.masked["token"] += 1
            claims, *signature = rest
            inside = _json_in(claims)
            parts.append(self.atoms(claims) if inside is None else self._base64(claims, inside))
            parts += map(self.atoms, signature)
        return ".".join(parts)

    def _base64(self, value: str, text: str) -> str:
        """Base64 or base64url of the JSON ``text``, masked inside."""
        body = value.rstrip("=")
        made = self.json(text).encode()
        encoded = (b64encode if "+" in body or "/" in body else urlsafe_b64encode)(made).decode()
        return self.packed(encoded.rstrip("=") + value[len(body) :])

    def unpacked(self, value: str) -> str:
        """Base64url of a token (Kubernetes hands it to WebSockets so)."""
        body = value.rstrip("=")
        try:
            text = urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode("ascii")
        except (binascii.Error, ValueError):
            return self.secret(value, "token")
        made = urlsafe_b64encode(self.secret(text, "token").encode()).decode()
        return self.packed(made.rstrip("=") + value[len(body) :])

    def packed_words(self, value: str) -> str:
        """Base64url that holds readable words among others (Google packs its error so), by its words."""
        body = value.rstrip("=")
        try:
            data = urlsafe_b64decode(body + "=" * (-len(body) % 4))
        except (binascii.Error, ValueError):
            return self.secret(value, "parameter")
        text = "".join(chr(byte) if byte < 0x80 else "?" for byte in data)
        made = urlsafe_b64encode(self.prose(text).encode("ascii")).decode()
        return self.packed(made.rstrip("=") + value[len(body) :])

    def json(self, text: str, *, answer: bool = False) -> str:
        """JSON text (sound, as ``read_json`` finds): names that are words stay, strings and numbers are masked, but for
        those of listed members. ``answer``: members that speak of errors are shown by their words."""
        parts: list[str] = []
        at, key = 0, ""
        keys: list[str] = []
        for found in _STRING.finditer(text):
            parts.append(text[at : found.start()])
            at = found.end()
            string, colon, _, whole, *_, bracket = found.groups()
            if bracket:
                if bracket in "{[":
                    keys.append(key)
                elif keys:
                    key = keys.pop()
                parts.append(bracket)
            elif whole is not None:
                parts.append(self._number(found, key, answer=answer))
            elif colon is not None:
                key = _unescaped(string).lower()
                parts.append(f'"{_escaped_like(string, self.addresses.name(_unescaped(string)))}"{colon}')
            elif string:
                parts.append(f'"{_escaped_like(string, self._member(key, _unescaped(string), answer=answer))}"')
            else:
                parts.append('""')
        parts.append(text[at:])
        return "".join(parts)

    def _member(self, key: str, value: str, *, answer: bool) -> str:
        if key in CLOSED or (answer and key in SPOKEN):
            return self.prose(value)
        if key == "kid" and value[1:2] == "-":  # the family of a key (SuperTokens: d-, s-)
            return value[:2] + self.secret(value[2:], "member of JSON")
        return self.secret(value, "member of JSON")

    def _number(self, found: re.Match[str], key: str, *, answer: bool) -> str:
        _, _, sign, whole, fraction, exponent, _ = found.groups()
        if key in (COUNTS if answer else TIMES):
            return f"{sign}{self.count(whole)}{fraction or ''}{exponent or ''}"
        masked = whole if answer and len(whole) < 2 else self.table[whole]
        after = "" if not fraction else fraction if len(fraction) < 3 else "." + self.table[fraction[1:]]
        return f"{sign}{masked}{after}{exponent or ''}"

    def saml(self, value: str) -> str:
        """A SAML message (base64, or deflated and base64): names of elements, times and states stay."""
        try:
            data = b64decode("".join(value.split()), validate=True)
            packed = data.lstrip()[:1] != b"<"
            if packed:
                stream = zlib.decompressobj(-zlib.MAX_WBITS)
                data = stream.decompress(data, 1 << 20)
            text = data.decode("utf-8")
        except (binascii.Error, ValueError, zlib.error):
            return self.secret(value, "SAML message")
        if text.lstrip()[:1] != "<":
            return self.secret(value, "SAML message")
        self.masked["SAML message"] += 1
        made = self._xml(text).encode()
        if packed:
            squeeze = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
            made = squeeze.compress(made) + squeeze.flush()
        return self.packed(b64encode(made).decode())

    def _xml(self, text: str) -> str:
        parts, at = [], 0
        for tag in _TAG.finditer(text):
            parts += [self.atoms(text[at : tag.start()]), self._tag(tag.group())]
            at = tag.end()
        return "".join(parts) + self.atoms(text[at:])

    def _tag(self, tag: str) -> str:
        parts, at = [], 0
        for found in _INSTANT.finditer(tag):
            if _STAMP.search(found.group()):
                parts += [self.prose(tag[at : found.start()]), found.group()]
                at = found.end()
        return "".join(parts) + self.prose(tag[at:])

    # prose

    def prose(self, text: str, digits: int = 0) -> str:
        """Text by its words: those of the engine's own vocabulary stay, and numbers of up to ``digits`` digits."""
        if "ey" in text and _TOKEN.search(text):
            return self.packed(self._between_tokens(text, lambda part: self._words(part, digits)))
        return self._words(text, digits)

    def _words(self, text: str, digits: int) -> str:
        made, at = [], 0
        for found in _SPELLED.finditer(text):
            if found[2] is None or sum(map(str.isdigit, found[0])) >= _NUMBER:
                made += [self._single_words(text[at : found.start()], digits), self.atoms(found[0])]
                at = found.end()
        return "".join(made) + self._single_words(text[at:], digits)

    def _single_words(self, text: str, digits: int) -> str:
        parts = _SPLIT.split(text)
        for place in range(1, len(parts), 2):
            atom = parts[place]
            if parts[place - 1].endswith("&#"):  # a character of HTML
                parts[place] = self.table[atom]
            elif len(atom) <= digits and atom.isascii() and atom.isdigit():
                parts[place] = self.count(atom)
            elif not is_known(atom) or not atom.isascii() or self.is_denied(atom):
                parts[place] = self.table[atom]
        return "".join(parts)

    def count(self, digits: str) -> str:
        """A number that stays. One that must not, as it is a secret elsewhere, becomes nines: a time far away, and no
        stand-in, which the copy of a copy would not need."""
        if self.is_denied(digits):
            return "9" * len(digits)
        self.shown.add(digits)
        return digits

    def page(self, text: str) -> str:
        """A page or text of an answer: words as in prose, values of form fields as secrets."""
        parts, at = [], 0
        for found in _FIELD.finditer(text):
            start = found.start(found.lastindex or 0)
            parts += [self.prose(text[at:start]), self.secret(text[start : found.end()], "form field")]
            at = found.end()
        return "".join(parts) + self.prose(text[at:])


def _is_opaque(value: str) -> bool:
    """Whether a value is one run of letters and digits in which nothing is packed."""
    return value.isalnum() and "ey" not in value and "W" not in value


def _is_bare(value: str) -> bool:
    """Whether a value is runs of letters and digits in which nothing is packed, and none of what stays as it is."""
    if "ey" in value or "W" in value or _BARE_RUNS.fullmatch(value) is None:
        return False
    return value.strip().lower() not in LITERALS


def _json_in(value: str) -> str | None:
    """The JSON text that base64 or base64url holds; None when it holds something else."""
    body = value.rstrip("=")
    try:
        data = b64decode(body.replace("-", "+").replace("_", "/") + "=" * (-len(body) % 4), validate=True)
        text = data.decode("utf-8")
    except (binascii.Error, ValueError):
        return None
    return text if text.lstrip()[:1] in ("{", "[") and read_json(text) is not None else None


def _is_utf8(value: str) -> bool:
    try:
        unquote(value, errors="strict")
    except UnicodeDecodeError:
        return False
    return True


def _unescaped(literal: str) -> str:
    if "\\" not in literal:
        return literal
    try:
        text: str = json.loads(f'"{literal}"', strict=False)
    except ValueError:
        return literal.replace("\\", " ")
    return text


def _escaped_like(literal: str, text: str) -> str:
    """A string as JSON writes it, with the escapes the literal uses."""
    if "\\" not in literal:
        return text if '"' not in text and "\\" not in text and text.isprintable() else json.dumps(text)[1:-1]
    made = json.dumps(text, ensure_ascii="\\u" in literal)[1:-1]
    return made.replace("/", "\\/") if "\\/" in literal else made
