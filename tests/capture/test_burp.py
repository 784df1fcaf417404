"""Burp's saved items."""

from base64 import b64encode

import pytest

from haranalyze.capture import read_capture
from haranalyze.errors import CaptureError

REQUEST = b"POST /me HTTP/1.1\r\nHost: api.example.com\r\nContent-Length: 2\r\n\r\nhi"
RESPONSE = (
    b'HTTP/2 401 Unauthorized\r\nDate: Fri, 27 Nov 2026 05:24:21 GMT\r\nSet-Cookie: a=1\r\n\r\n{"error": "expired"}'
)
TYPES = '<!DOCTYPE items [\n<!ELEMENT items (item*)>\n<!ATTLIST items burpVersion CDATA "">\n]>\n'


def item(request: bytes = REQUEST, response: bytes = RESPONSE) -> str:
    return (
        "<item><time>Sat Sep 30 20:11:32 IST 2023</time><url><![CDATA[https://api.example.com/me]]></url>"
        f'<request base64="true"><![CDATA[{b64encode(request).decode()}]]></request><status>401</status>'
        f'<response base64="true"><![CDATA[{b64encode(response).decode()}]]></response><comment></comment></item>\n'
    )


def items(*parts: str, types: str = TYPES) -> bytes:
    head = f'<?xml version="1.0"?>\n{types}<items burpVersion="2023.10" exportTime="Sat Sep 30 20:11:44 IST 2023">\n'
    return (head + "".join(parts) + "</items>\n").encode()


def test_an_item_is_an_exchange() -> None:
    capture = read_capture(items(item(), item()))
    exchange = capture.exchanges[0]
    assert (capture.format, capture.exporter, len(capture.exchanges)) == ("burp", "burp", 2)
    assert (exchange.request.method, exchange.request.raw_url) == ("POST", "https://api.example.com/me")
    assert (exchange.response.status, exchange.response.http_version) == (401, "h2")
    assert exchange.response.body.json() == {"error": "expired"}
    assert exchange.request.body.raw_text() == "hi"
    assert exchange.started == 1_795_757_061_000


def test_a_file_cut_off_keeps_the_whole_items() -> None:
    capture = read_capture(items(item(), item())[:-100])
    assert len(capture.exchanges) == 1
    assert capture.salvaged


@pytest.mark.parametrize(
    "data",
    [
        items(), items("<item></item>"), items(item(b"", b"")), items(item())[:300],
        items(item(), types='<!DOCTYPE items [<!ENTITY a "aaaa">]>'),
        items(item(), types='<!DOCTYPE items [<!ENTITY a SYSTEM "file:///etc/passwd">]>'),
        items("<a>" * 100), items("<item><request base64='true'>!!!</request></item>"),
    ],
)  # fmt: skip
def test_hostile_and_empty_files_give_one_clear_error(data: bytes) -> None:
    with pytest.raises(CaptureError):
        read_capture(data)


def test_entities_never_expand() -> None:
    laughs = '<!DOCTYPE items [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]>'
    with pytest.raises(CaptureError, match="entity"):
        read_capture(items(item().replace("Sat Sep", "&c;"), types=laughs))
