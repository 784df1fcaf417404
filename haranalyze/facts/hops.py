"""The servers and proxies that show in captures, their default header limits, and how to recognise them.

Limits are bytes, taken from the source or documentation each hop names; a limit that no such page confirms is
left out (None) rather than guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from haranalyze.capture.message import Response
    from haranalyze.capture.model import Exchange

KIB = 1024
_PAGE = 4_000  # characters of an error page that can hold a server's own marks


@dataclass(frozen=True, slots=True)
class Hop:
    """A server or proxy seen in the capture and its default header limits in bytes (None: none known).

    ``request_line_limit`` bounds one field, ``request_limit`` all of them, ``response_limit`` the answer it
    takes from upstream. ``knob`` is the directive that raises it, ``source`` the documentation.
    """

    name: str  # "nginx", "HAProxy", "Node.js", ...
    request_line_limit: int | None
    request_limit: int | None
    response_limit: int | None
    request_knob: str
    response_knob: str
    source: str


NGINX: Final = Hop(
    "nginx",
    8 * KIB,
    32 * KIB,
    4 * KIB,
    "large_client_header_buffers",
    "proxy_buffer_size",
    "nginx/nginx src/http/ngx_http_core_module.c, ngx_http_proxy_module.c",
)
KONG: Final = Hop(
    "Kong",
    8 * KIB,
    32 * KIB,
    4 * KIB,
    "nginx_http_large_client_header_buffers",
    "nginx_proxy_proxy_buffer_size",
    "Kong support: upstream sent too big header",
)
APACHE: Final = Hop(
    "Apache httpd",
    8190,
    None,
    8192,
    "LimitRequestFieldSize",
    "ProxyPass responsefieldsize",
    "apache/httpd include/httpd.h, modules/proxy/mod_proxy_http.c",
)
NODE: Final = Hop(
    "Node.js",
    None,
    16 * KIB,
    16 * KIB,
    "--max-http-header-size",
    "--max-http-header-size",
    "nodejs.org/api/cli.html",
)
ENVOY: Final = Hop(
    "Envoy",
    None,
    60 * KIB,
    80 * KIB,
    "max_request_headers_kb",
    "max_response_headers_kb",
    "envoyproxy/envoy http_connection_manager.proto, codec_impl.h",
)
HAPROXY: Final = Hop(
    "HAProxy",
    None,
    15 * KIB,
    15 * KIB,
    "tune.bufsize",
    "tune.bufsize",
    "haproxy/haproxy doc/configuration.txt",
)
VARNISH: Final = Hop(
    "Varnish",
    8 * KIB,
    32 * KIB,
    32 * KIB,
    "http_req_hdr_len, http_req_size",
    "http_resp_hdr_len, http_resp_size",
    "varnishcache/varnish-cache include/tbl/params.h",
)
GUNICORN: Final = Hop(
    "gunicorn", 8190, None, None, "limit_request_field_size", "", "benoitc/gunicorn gunicorn/config.py"
)
UVICORN: Final = Hop("uvicorn", None, 16 * KIB, None, "--h11-max-incomplete-event-size", "", "uvicorn and h11 sources")
HYPERCORN: Final = Hop("hypercorn", None, 16 * KIB, None, "h11_max_incomplete_size", "", "hypercorn config")
KESTREL: Final = Hop(
    "Kestrel",
    None,
    32 * KIB,
    None,
    "KestrelServerLimits.MaxRequestHeadersTotalSize",
    "",
    "dotnet/aspnetcore KestrelServerLimits",
)
IIS: Final = Hop("IIS", None, None, None, "MaxFieldLength, MaxRequestBytes", "", "http.sys registry settings")
TOMCAT: Final = Hop("Tomcat", None, 8 * KIB, None, "maxHttpHeaderSize", "", "apache/tomcat HTTP connector")
JETTY: Final = Hop(
    "Jetty",
    None,
    8 * KIB,
    None,
    "HttpConfiguration.requestHeaderSize",
    "HttpConfiguration.responseHeaderSize",
    "jetty HttpConfiguration",
)
CADDY: Final = Hop("Caddy", None, 1024 * KIB, None, "max_header_size", "", "Go net/http DefaultMaxHeaderBytes")
ALB: Final = Hop("AWS load balancer", 16 * KIB, 64 * KIB, 32 * KIB, "", "", "AWS Application Load Balancer quotas")
API_GATEWAY: Final = Hop("AWS API Gateway", None, 10_240, None, "", "", "AWS HTTP API quotas")
CLOUDFRONT: Final = Hop("CloudFront", None, 20_480, None, "", "", "AWS CloudFront quotas")
S3: Final = Hop("Amazon S3", None, 8 * KIB, None, "", "", "S3 RequestHeaderSectionTooLarge")
CLOUDFLARE: Final = Hop("Cloudflare", None, None, 128 * KIB, "", "", "Cloudflare, Error 520")
HEROKU: Final = Hop("Heroku router", 8 * KIB, None, 8 * KIB, "", "", "Heroku HTTP routing limits")
VERCEL: Final = Hop("Vercel", 16 * KIB, 32 * KIB, None, "", "", "Vercel, REQUEST_HEADER_TOO_LARGE")
FASTLY: Final = Hop("Fastly", None, 69 * KIB, 69 * KIB, "", "", "Fastly VCL resource limits")

SMALLEST_RESPONSE: Final = 4 * KIB  # of all hops that limit the answers they pass on
SMALLEST_REQUEST: Final = 8190  # of all hops that limit request headers

# In order: the first that fits made the answer. (header, part of its value in lower case, hop)
_HEADER_MARKS: Final = (
    ("x-vercel-error", "", VERCEL),
    ("server", "awselb", ALB),
    ("server", "cloudfront", CLOUDFRONT),
    ("server", "cloudflare", CLOUDFLARE),
    ("server", "amazons3", S3),
    ("server", "envoy", ENVOY),
    ("server", "kong", KONG),
    ("server", "openresty", NGINX),
    ("server", "nginx", NGINX),
    ("server", "apache-coyote", TOMCAT),
    ("server", "microsoft-httpapi", IIS),
    ("server", "microsoft-iis", IIS),
    ("server", "apache", APACHE),
    ("server", "gunicorn", GUNICORN),
    ("server", "uvicorn", UVICORN),
    ("server", "hypercorn", HYPERCORN),
    ("server", "kestrel", KESTREL),
    ("server", "jetty", JETTY),
    ("server", "caddy", CADDY),
    ("server", "varnish", VARNISH),
    ("server", "vercel", VERCEL),
    ("server", "heroku", HEROKU),
    ("apigw-requestid", "", API_GATEWAY),
    ("x-served-by", "cache-", FASTLY),
    ("via", "kong", KONG),
    ("via", "vegur", HEROKU),
    ("via", "heroku", HEROKU),
    ("via", "varnish", VARNISH),
    ("via", "cloudfront", CLOUDFRONT),
    ("x-kong-proxy-latency", "", KONG),
    ("x-envoy-upstream-service-time", "", ENVOY),
    ("x-powered-by", "express", NODE),
    ("x-powered-by", "next.js", NODE),
)
# Words of a hop's own error pages, in lower case.
_PAGE_MARKS: Final = (
    ("<center>nginx", NGINX),
    ("<center>openresty", NGINX),
    ("<center>cloudflare", CLOUDFLARE),
    ("cloudflare ray id", CLOUDFLARE),
    ("varnish cache server", VARNISH),
    ("guru meditation", VARNISH),
    ("generated by cloudfront", CLOUDFRONT),
    ("upstream connect error or disconnect/reset before headers", ENVOY),
    ("<h1>502 bad gateway</h1>\nthe server returned an invalid or incomplete response.", HAPROXY),
    ("<h1>503 service unavailable</h1>\nno server is available to handle this request.", HAPROXY),
    ("<h1>504 gateway time-out</h1>\nthe server didn't respond in time.", HAPROXY),
    ("<h1>400 bad request</h1>\nyour browser sent an invalid request.", HAPROXY),
    ("size of a request header field exceeds server limit", APACHE),
    ("the proxy server received an invalid response from an upstream server", APACHE),
    ("the size of the request headers is too long", IIS),
    ("request header is too large", TOMCAT),
    ("invalid http request received.", UVICORN),
    ("requestheadersectiontoolarge", S3),
    ("an invalid response was received from the upstream server", KONG),
    ("error parsing headers:", GUNICORN),
)


def page_of(response: Response) -> str:
    """The beginning of an answer's body in lower case with LF line ends, ``""`` when it is not recorded."""
    text = response.body.raw_text() if response.body.present else None
    return text[:_PAGE].replace("\r\n", "\n").lower() if text else ""


def hop_of(exchange: Exchange) -> Hop | None:
    """The hop that produced this answer: by its own error page first, then by the headers it writes."""
    response = exchange.response
    if response.status >= 400:
        page = page_of(response)
        for words, hop in _PAGE_MARKS:
            if words in page:
                return hop
        if response.status == 431 and not page and not response.has("content-type"):
            return NODE  # an empty answer that closes the connection; nginx passes it on under its own name
    for name, part, hop in _HEADER_MARKS:
        value = response.raw(name)
        if value is not None and part in value.lower():
            return hop
    return None
