"""SAML 2.0 messages as browsers carry them: base64 (HTTP-POST binding), deflate and base64 (HTTP-Redirect binding).

Sources: SAML Core 2.0 sections 2.5.1 (conditions), 3.2 (requests and responses), SAML Bindings 2.0 sections 3.4.4 and
3.5.4. The XML is read by expat with document types refused, so that no entity is ever declared or expanded, and with
limits for size, elements and depth. Signatures are not checked: what is read here is evidence, not identity.
"""

from __future__ import annotations

import binascii
import zlib
from base64 import b64decode
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from xml.parsers import expat

MAX_MESSAGE: Final = 512 * 1024  # characters of base64, and bytes of XML
_MOST_ELEMENTS: Final = 5_000
_DEEPEST: Final = 100
_KINDS: Final = ("AuthnRequest", "Response", "LogoutRequest", "LogoutResponse")


@dataclass(slots=True)
class SamlMessage:
    """What one message says. All strings are raw captured values.

    ``kind`` is one of our own words: AuthnRequest, Response, LogoutRequest, LogoutResponse. Times are ms since the
    epoch (UTC), None where absent or unreadable; ``not_before`` and ``not_on_or_after`` are the narrowest of all
    conditions. ``success``: the status of a response. ``encrypted``: its assertion cannot be read.
    """

    kind: str
    id: str = ""
    in_response_to: str = ""
    issued: float | None = None
    not_before: float | None = None
    not_on_or_after: float | None = None
    success: bool = False
    encrypted: bool = False


@dataclass(slots=True)
class _Reader:
    message: SamlMessage | None = None
    depth: int = 0
    elements: int = 0
    statuses: int = field(default=0)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.elements += 1
        if self.depth > _DEEPEST or self.elements > _MOST_ELEMENTS:
            raise ValueError
        local = name.rpartition(" ")[2]
        if self.message is None:
            if local not in _KINDS:
                raise ValueError
            self.message = SamlMessage(
                local,
                attributes.get("ID", ""),
                attributes.get("InResponseTo", ""),
                read_instant(attributes.get("IssueInstant", "")),
            )
        elif local == "StatusCode":
            self.statuses += 1
            if self.statuses == 1:
                self.message.success = attributes.get("Value", "").endswith(":Success")
        elif local == "EncryptedAssertion":
            self.message.encrypted = True
        elif local in ("Conditions", "SubjectConfirmationData"):
            self._narrow(self.message, attributes)

    @staticmethod
    def _narrow(message: SamlMessage, attributes: dict[str, str]) -> None:
        begin, end = (read_instant(attributes.get(name, "")) for name in ("NotBefore", "NotOnOrAfter"))
        if begin is not None:
            message.not_before = begin if message.not_before is None else max(begin, message.not_before)
        if end is not None:
            message.not_on_or_after = end if message.not_on_or_after is None else min(end, message.not_on_or_after)

    def end(self, _: str) -> None:
        self.depth -= 1


def read_instant(value: str) -> float | None:
    """An xs:dateTime as ms since the epoch; UTC where no zone is written, as SAML Core 1.3.3 demands."""
    if not value or len(value) > 64:
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp() * 1000.0
    except (ValueError, OverflowError):
        return None


def read_saml(value: str) -> SamlMessage | None:
    """Read the value of ``SAMLRequest`` or ``SAMLResponse`` of either binding; None when it is no SAML message."""
    if not value or len(value) > MAX_MESSAGE:
        return None
    try:
        data = b64decode("".join(value.split()))
    except (binascii.Error, ValueError):
        return None
    if data.lstrip()[:1] != b"<":
        data = _inflated(data)
    return _read_xml(data) if data else None


def _inflated(data: bytes) -> bytes:
    """Raw deflate (RFC 1951); empty when it is none or grows too large."""
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        found = stream.decompress(data, MAX_MESSAGE)
    except zlib.error:
        return b""
    return b"" if stream.unconsumed_tail else found


def _read_xml(data: bytes) -> SamlMessage | None:
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError):
        return None
    return reader.message


def _refuse(*_: object) -> None:
    raise ValueError
