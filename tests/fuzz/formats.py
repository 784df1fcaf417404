"""Small recordings of every format that is not HAR: what the fuzzer begins with."""

import io
import json
import zipfile
from base64 import b64encode
from typing import Any

from tests.capture import test_mitmproxy_flows, test_netlog, test_proxyman


def seeds() -> list[bytes]:
    """The least of each format, and one with whatever else its reader looks at."""
    return [*_least(), *_rich()]


def zipped(*members: tuple[str, bytes]) -> bytes:
    """The same archive every time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


def _least() -> list[bytes]:
    asked = b"GET /x HTTP/1.1\r\nHost: a.example\r\n\r\n"
    answered = b"HTTP/1.1 401 No\r\nTransfer-Encoding: chunked\r\nSet-Cookie: a=1\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
    entry = b'{"request":{"method":"GET","url":"http://a.example/"},"response":{"content":{"_file":"resources/b"}}}'
    event = b'{"params":%b,"phase":%d,"source":{"id":7,"type":1},"time":"5","type":%d},\n'
    constants = b'{"logEventTypes":{"URL_REQUEST_START_JOB":1,"HTTP_TRANSACTION_READ_RESPONSE_HEADERS":2},'
    constants += b'"logSourceType":{"URL_REQUEST":1},"timeTickOffset":1795757000000}'
    return [
        b'{"collection":{},"run":{"timings":{"started":1},"executions":[{"request":{"url":{"host":["a"],"path":["b"]},'
        b'"header":[{"key":"A","value":"b"}]},"response":{"code":401,"stream":{"type":"Buffer","data":[123,125]}}}]}}',
        b'{"run":{"meta":{"started":1},"executions":[{"requestExecuted":{"url":{"host":["a"]},"headers":[{"key":"A"}]},'
        b'"response":{"code":401,"headers":[],"stream":{"data":[1]}},"errors":[{"source":"request"}],"tests":[{}]}]}}',
        b'{"info":{},"variable":[{"key":"v","value":"{{v}}"}],"auth":{"type":"bearer","bearer":[{"key":"token"}]},"item":'
        b'[{"item":[{"request":"{{v}}","response":[{"code":200,"header":[{"key":"Date","value":"x"}],"body":"{}"}]}]}]}',
        b"158:7:request;80:6:method;3:GET;6:scheme;4:http;4:path;2:/x;7:headers;23:19:4:Host,9:a.example,]]}8:response;"
        b"49:11:status_code;3:401#7:headers;0:]7:content;2:{},}}",
        b"> GET /x HTTP/1.1\n> Host: a.example\n>\n< HTTP/1.1 401 No\n< Date: x\n<\n{}* Connection #0 left intact\n",
        asked + b"\n" + answered,
        b'[{"scheme":"https","host":"a","request":{},"response":{"status":200,"body":{"encoded":"e30="}}}]',
        b'<items burpVersion="1"><item><request>'
        + asked
        + b"</request><response>"
        + answered
        + b"</response></item></items>",
        b'{"constants":%b,\n"events": [\n%b%b]}'
        % (
            constants,
            event % (b'{"url":"http://a.example/","method":"GET"}', 1, 1),
            event % (b'{"headers":["HTTP/1.1 200 OK","A: b"]}', 0, 2),
        ),
        zipped(("raw/1_c.txt", asked), ("raw/1_s.txt", answered), ("raw/1_m.xml", b"<S><SessionTimers a='x'/></S>")),
        zipped(("a.trace", b"{}"), ("a.network", b'{"snapshot":' + entry + b"}"), ("resources/b", b"{}")),
        zipped(("0-meta.json", b'{"scheme":"http","host":"a","request":{},"response":{}}'), ("0-res.txt", b"{}")),
    ]


_LONG = json.dumps({"error": "jwt expired", "filler": "x" * 600})
_JSON = {"name": "Content-Type", "value": "application/json"}


def _rich() -> list[bytes]:
    asked = f"POST /login HTTP/1.1\r\nHost: a.example\r\nContent-Type: application/json\r\n\r\n{_LONG}"
    answered = f"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 401 No\r\nContent-Type: application/json\r\n\r\n{_LONG}"
    proxyman = json.dumps(test_proxyman.flow(None, test_proxyman.side(_LONG.encode(), ("Content-Encoding", "gzip"))))
    return [
        _netlog(),
        _charles(),
        _postman(),
        _mitmproxy(),
        _burp(asked, answered),
        _curl(),
        _trace_of_curl(),
        f"=== 1 ==========\n{asked}\n\n{answered}\n\n=== 2 ==========\nGET http://a.example/x HTTP/1.1\n\n".encode(),
        b":method: GET\n:path: /x\n:authority: a.example\nCookie: sid=1\n\n:status: 401\nSet-Cookie: a=1\n\n{}\n",
        b"> GET https://a.example/x\n> Cookie: sid=1\n* type: fetch\n< 401\n< Set-Cookie: a=1\n<\n< {}\n",
        zipped(("request_0_1", proxyman.encode()), ("request_1_2", b'{"request":{"method":{"name":"CONNECT"}}}')),
        zipped(
            ("raw/01_c.txt", asked.encode()),
            ("raw/01_s.txt", answered.encode()),
            ("raw/01_m.xml", b"<S><SessionTimers ClientBeginRequest='2026-11-22T02:34:23.1234567+01:00'/></S>"),
            ("raw/02_c.txt", b"CONNECT a:443 HTTP/1.1\r\n\r\n"),
        ),
        _playwright(),
        zipped(("c.json", _postman()), ("e.json", b'{"name":"e","values":[{"key":"host","value":"a.example"}]}')),
    ]


def _netlog() -> bytes:
    types = {"CORS_REQUEST": 8, "CORS_PREFLIGHT_URL_REQUEST": 9, "CORS_PREFLIGHT_ERROR": 10, "CANCELLED": 11}
    types |= {"HTTP_TRANSACTION_QUIC_SEND_REQUEST_HEADERS": 12}

    def event(kind: str, time: int, phase: int = 0, **params: Any) -> dict[str, Any]:
        one = test_netlog.event("REQUEST_ALIVE", time, phase, **params)
        return {**one, "type": (types | test_netlog.TYPES)[kind]}

    packed = b64encode(_LONG.encode()).decode()
    return test_netlog.netlog(
        *test_netlog.request("https://a.example/x", 100, "Cookie: sid=1"),
        event(
            "COOKIE_INCLUSION_STATUS", 110, name="sid", operation="store", status="EXCLUDE_SAMESITE_LAX, DO_NOT_WARN"
        ),
        test_netlog.answer(120, "Content-Type: application/json", "Set-Cookie: a=1"),
        event("URL_REQUEST_JOB_FILTERED_BYTES_READ", 130, byte_count=len(_LONG), bytes=packed),
        event("CORS_REQUEST", 140, 1, headers="Origin: https://b.example", url="https://a.example/y", method="PUT"),
        event("CORS_PREFLIGHT_URL_REQUEST", 141, source_dependency={"id": 7}),
        event("CORS_PREFLIGHT_ERROR", 142, error="ERR_FAILED", **{"cors-error": 5}),
        event("CORS_REQUEST", 143, 2, **{"net_error": -3}),
        event("URL_REQUEST_START_JOB", 150, 2, net_error=-3),
        logEventTypes=types | test_netlog.TYPES,
    )


def _charles() -> bytes:
    half = {"header": {"headers": [_JSON]}, "body": {"text": _LONG}}
    packed = {**half, "contentEncoding": "gzip", "body": {"encoded": b64encode(_LONG.encode()).decode()}, "status": 401}
    one = {
        "status": "FAILED", "errorMessage": "x", "method": "POST", "scheme": "https", "host": "a.example",
        "actualPort": 8443, "path": "/login", "query": "a=1", "protocolVersion": "HTTP/2.0",
        "times": {"start": "2026-11-22T02:34:23.123+01:00"},
        "durations": {"total": 12, "dns": 1, "connect": 2, "ssl": 1, "request": 1, "latency": 7, "response": 1},
        "request": half, "response": packed,
    }  # fmt: skip
    return json.dumps([one, {**one, "method": "CONNECT"}]).encode()


def _postman() -> bytes:
    helpers: list[dict[str, Any]] = [
        {"type": "basic", "basic": [{"key": "username", "value": "{{host}}"}, {"key": "password", "value": "p"}]},
        {"type": "apikey", "apikey": {"key": "x-api-key", "value": "k", "in": "header"}},
        {"type": "oauth2", "oauth2": [{"key": "accessToken", "value": "t"}, {"key": "headerPrefix", "value": "B"}]},
    ]
    bodies: list[dict[str, Any]] = [
        {"mode": "raw", "raw": _LONG, "options": {"raw": {"language": "json"}}},
        {"mode": "urlencoded", "urlencoded": [{"key": "a", "value": "{{host}}"}, {"key": "b", "disabled": True}]},
        {"mode": "graphql", "graphql": {"query": "{me}"}},
    ]
    url = {"protocol": "https", "host": ["{{host}}"], "port": "8443", "path": ["u", ":id"], "variable": [{"key": "id"}]}
    headers = [{"key": "Date", "value": "Sat, 22 Nov 2025 02:34:23 GMT"}, {"key": "Content-Length", "value": "9"}]
    items = [
        {
            "request": {"method": "POST", "url": {**url, "query": [{"key": "q"}]}, "auth": helper, "body": body},
            "event": [{"listen": "prerequest", "script": {"exec": ["pm.request.headers.add({})"]}}],
            "response": [
                {
                    "originalRequest": {"url": url, "method": "GET"},
                    "code": 401,
                    "status": "No",
                    "header": headers,
                    "body": "{}",
                    "responseTime": 3,
                }
            ],
        }
        for helper, body in zip(helpers, bodies, strict=True)
    ]
    return json.dumps({"info": {"schema": "https://schema.getpostman.com/"}, "item": [{"item": items}]}).encode()


def _mitmproxy() -> bytes:
    server = {"id": "s", "peername": ["10.0.0.7", 443], "timestamp_start": 1.0, "timestamp_tcp_setup": 1.1}
    server |= {"timestamp_tls_setup": 1.2}
    socket = {"messages": [[1, True, b"ping", 1.5, False], [2, False, b"\xff", 1.6, False]]}
    failed = test_mitmproxy_flows.flow({"method": b"CONNECT"}, None, error={"msg": "connection refused"})
    return test_mitmproxy_flows.flow(server_conn=server, websocket=socket) + failed


def _burp(asked: str, answered: str) -> bytes:
    request, response = (b64encode(one.encode()).decode() for one in (asked, answered))
    item = (
        f'<item><url><![CDATA[https://a.example/login]]></url><request base64="true"><![CDATA[{request}]]></request>'
        f'<response base64="true"><![CDATA[{response}]]></response></item>'
    )
    return f'<!DOCTYPE items [<!ELEMENT items (item*)>]><items burpVersion="2023">{item}</items>'.encode()


def _curl() -> bytes:
    return (
        b"* Connected to a.example (10.0.0.7) port 443 (#0)\n* SSL connection using TLSv1.3\n"
        b"12:00:00.123456 > POST /login HTTP/1.1\n> Host: a.example\n>\n} [5 bytes data]\n"
        b"< HTTP/1.1 302 Found\r\n< Location: /b\r\n<\r\n{ [5 bytes data]\n"
        b"100     7    0     7    0     0    350      0 --:--:-- --:--:-- --:--:--   350* Connection #0 left intact\n"
        b"* Issue another request to this URL: 'http://b.example/b'\n* Connected to b.example (1.2.3.4) port 80 (#1)\n"
        b"> GET /b HTTP/1.1\n>\n* Recv failure\ncurl: (56) Recv failure\n"
    )


def _trace_of_curl() -> bytes:
    return (
        b"12:00:00.123456 == Info: x\n== Info: Connected to a.example (10.0.0.7) port 80 (#0)\n"
        b"=> Send header, 40 bytes (0x28)\n0000: POST /login HTTP/1.1\n0016: Host: a.example\n0028: \n"
        b"=> Send data, 5 bytes (0x5)\n0000: abc=1\n<= Recv header, 17 bytes (0x11)\n0000: HTTP/1.1 200 OK\n"
        b"<= Recv header, 2 bytes (0x2)\n0000: \n<= Recv data, 2 bytes (0x2)\n0000: {}\n== Info: Connection #0 left\n"
    )


def _playwright() -> bytes:
    entry = {"request": {"method": "GET", "url": "http://a.example/"}, "response": {"content": {"_sha1": "b"}}}
    entry |= {"startedDateTime": {}, "_monotonicTime": 5.5}
    context = {"browserName": "chromium", "wallTime": 1_795_757_100_000, "monotonicTime": 5}
    lines = json.dumps({"snapshot": entry}) + "\n{\n"
    return zipped(
        ("0-trace.trace", json.dumps(context).encode()), ("0-trace.network", lines.encode()), ("resources/b", b"{}")
    )
