"""Our sentences, taken apart: words, masked values, and names of headers, cookies, hosts and paths."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal

from haranalyze.findings import Owner

# Who must act, as every output says it.
OWNERS: Final = {
    Owner.API: "API team",
    Owner.FRONTEND: "Frontend team",
    Owner.PROXY: "Proxy team",
    Owner.IDENTITY_PROVIDER: "Identity provider",
    Owner.BROWSER: "Browser setting",
    Owner.CAPTURE: "Whoever records",
}
CHIP: Final = re.compile(r"«([^«»]{1,80})»")
# Words of a sentence that are names: set in the other type.
_NAMES: Final = re.compile(
    r"«[^«»]{1,80}»"
    r"|(?:\b(?:GET|POST|PUT|PATCH|DELETE|OPTIONS|HEAD) )?(?<![\w/.])/[\w{}.~-]+(?:/[\w{}.~-]+){0,20}"
    r"|\bSameSite=\w+(?:; Secure)?"
    r"|\b[A-Z][a-z]+(?:-[A-Z][a-z]+){1,5}\b"
    r"|\b[a-z]+(?:[A-Z][a-z]+){1,6}\b"
    r"|\b[a-z]+(?:_[a-z]+){1,6}\b"
    r"|\b(?:[a-z0-9-]{1,40}\.){1,6}[a-z]{2,12}\b"
)

_READING: Final = (
    (re.compile(r"https://\S+"), "{0}"),
    (
        re.compile(r"RFC 6265bis(?: section ([\d.]+))?"),
        "https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#section-{1}",
    ),
    (re.compile(r"RFC (\d+)(?: section ([\d.]+))?"), "https://www.rfc-editor.org/rfc/rfc{1}#section-{2}"),
    (re.compile(r"Fetch standard\b"), "https://fetch.spec.whatwg.org/"),
    (re.compile(r"Service Workers\b"), "https://www.w3.org/TR/service-workers/"),
)


def address(reference: str) -> str:
    """Where a rule's reference can be read, ``""`` where its name alone does not tell. Only https addresses."""
    for pattern, form in _READING:
        found = pattern.match(reference)
        if found is not None:
            whole = form.format(found.group(), *(part or "" for part in found.groups()))
            return whole.removesuffix("#section-")
    return ""


Part = Literal["words", "name", "chip"]


def parts(sentence: str) -> Iterator[tuple[Part, str]]:
    """The sentence in order, nothing lost: ``words``, a ``name`` to set as code, a ``chip`` (a masked value)."""
    at = 0
    for found in _NAMES.finditer(sentence):
        if found.start() > at:
            yield "words", sentence[at : found.start()]
        yield ("chip" if found.group().startswith("«") else "name"), found.group()
        at = found.end()
    if at < len(sentence):
        yield "words", sentence[at:]
