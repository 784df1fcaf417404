"""SAML messages of both bindings, and what must not be read."""

import zlib
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haranalyze.protocol.saml import MAX_MESSAGE, read_instant, read_saml
from tests.rules.saml_stories import request_xml, response_xml


def packed(xml: str) -> str:
    return b64encode(xml.encode()).decode()


def deflated(xml: str) -> str:
    stream = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return b64encode(stream.compress(xml.encode()) + stream.flush()).decode()


def test_a_request_of_both_bindings() -> None:
    for value in (packed(request_xml("_r1")), deflated(request_xml("_r1"))):
        message = read_saml(value)
        assert message is not None
        assert (message.kind, message.id) == ("AuthnRequest", "_r1")


def test_a_response_with_its_conditions() -> None:
    message = read_saml(packed(response_xml("_r1", "2026-11-22T02:34:00Z", "2026-11-22T02:39:00.500Z")))
    assert message is not None
    assert message.kind == "Response"
    assert message.in_response_to == "_r1"
    assert message.success
    assert message.not_before == read_instant("2026-11-22T02:34:00Z") == 1795314840000.0
    assert message.not_on_or_after == 1795315140500.0


def test_the_narrowest_condition_counts() -> None:
    xml = response_xml("_r1", "2026-11-22T02:34:00Z", "2026-11-22T02:39:00Z")
    inner = '<SubjectConfirmationData NotOnOrAfter="2026-11-22T02:35:00Z"/></Assertion>'
    message = read_saml(packed(xml.replace("</Assertion>", inner)))
    assert message is not None
    assert message.not_on_or_after == read_instant("2026-11-22T02:35:00Z")


BOMB = '<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "&x;&x;&x;&x;">]>'


@pytest.mark.parametrize(
    "value",
    [
        "",
        "%%%",
        packed("no xml"),
        packed("<html/>"),
        packed(BOMB + request_xml("_r1")),
        packed('<!DOCTYPE a SYSTEM "file:///etc/passwd">' + request_xml("_r1")),
        packed("<Response xmlns='urn:oasis:names:tc:SAML:2.0:protocol'>" + "<a>" * 200 + "</a>" * 200 + "</Response>"),
        packed("<Response>" + "<a/>" * 6_000 + "</Response>"),
        packed("<Response"),
        deflated("<Response>" + " " * (2 * MAX_MESSAGE) + "</Response>"),
        "A" * (MAX_MESSAGE + 4),
    ],
)
def test_what_is_not_read(value: str) -> None:
    assert read_saml(value) is None


@given(st.text(max_size=200))
def test_nothing_raises(text: str) -> None:
    read_saml(text)
    read_saml(packed(text))
    read_saml(packed(f"<Response>{text}"))
    read_instant(text)


def test_instants() -> None:
    assert read_instant("2026-11-22T02:34:00") == read_instant("2026-11-22T02:34:00Z")
    assert read_instant("2026-11-22T03:34:00+01:00") == read_instant("2026-11-22T02:34:00Z")
    assert read_instant("yesterday") is None
