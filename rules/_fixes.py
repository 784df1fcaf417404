"""Changes to make in the hop that the capture shows: its own directives, before and after."""

from __future__ import annotations

from haranalyze.facts import Exchange, Facts
from haranalyze.facts.hops import Hop
from haranalyze.findings import Fix, Owner
from haranalyze.text import Sentence

_PLACES = {
    "nginx": Sentence("in the nginx location that proxies the API"),
    "Apache httpd": Sentence("in the Apache virtual host of the API"),
    "HAProxy": Sentence("in the HAProxy frontend and backend of the API"),
    "Envoy": Sentence("in the Envoy route of the API"),
    "Kong": Sentence("in the Kong plugins of the API's service and route"),
}
# Request header: lines that take it away, and lines that let it through. {header} and {variable} are ours.
_REQUEST_LINES = {
    "nginx": ('proxy_set_header {header} "";', "proxy_set_header {header} $http_{variable};"),
    "Apache httpd": ("RequestHeader unset {header}", "# RequestHeader unset {header}  (removed)"),
    "HAProxy": ("http-request del-header {header}", "# http-request del-header {header}  (removed)"),
    "Envoy": ("request_headers_to_remove: [{variable}]", "request_headers_to_remove: []"),
}
_ANSWER_LINES = {
    "nginx": ("proxy_hide_header {header};", "# proxy_hide_header {header};  (removed)"),
    "Apache httpd": ("Header unset {header}", "# Header unset {header}  (removed)"),
    "HAProxy": ("http-response del-header {header}", "# http-response del-header {header}  (removed)"),
    "Envoy": ("response_headers_to_remove: [{variable}]", "response_headers_to_remove: []"),
}


def pass_request_header(facts: Facts, exchange: Exchange, header: str) -> tuple[Fix, ...]:
    """Let a request header (our own spelling) through to the API, in the words of the server that answered."""
    name = _name(facts.header_budget.hop(exchange))
    place = _place(name)
    words = Sentence("Let the {header} header through to the API, unchanged.", header=header)
    fixes = [Fix(Owner.PROXY, place, words, *_lines(_REQUEST_LINES, name, header))]
    if name == "Apache httpd" and header == "Authorization":  # httpd keeps it from CGI, FastCGI and WSGI programs
        words = Sentence("If the API is a CGI, FastCGI or WSGI program, let httpd hand Authorization to it.")
        fixes.append(Fix(Owner.PROXY, place, words, None, Sentence("CGIPassAuth On")))
    return tuple(fixes)


def pass_answer_header(facts: Facts, exchange: Exchange, header: str, words: Sentence) -> Fix:
    """Let a response header through to the browser, in the words of the server that answered."""
    name = _name(facts.header_budget.hop(exchange))
    return Fix(Owner.PROXY, _place(name), words, *_lines(_ANSWER_LINES, name, header))


def larger_answers(hop: Hop | None) -> tuple[Sentence | None, Sentence | None]:
    """Lines that raise the buffer for the headers of an answer, before and after; None where we know none.

    nginx refuses to start with ``proxy_buffer_size 16k`` alone: ``proxy_busy_buffers_size`` follows it to 32k and
    has to stay below the whole of ``proxy_buffers`` (8 of 4k) less one (ngx_http_proxy_module.c).
    """
    return _LARGER.get(_name(hop), (None, None))


_LARGER: dict[str, tuple[Sentence | None, Sentence | None]] = {
    "nginx": (
        Sentence("# proxy_buffer_size 4k;  (default)"),
        Sentence("proxy_buffer_size 16k;  proxy_buffers 8 16k;"),
    ),
    "Apache httpd": (
        Sentence("ProxyPass / http://api:3000/"),
        Sentence("ProxyPass / http://api:3000/ responsefieldsize=16384"),
    ),
    "HAProxy": (Sentence("# tune.bufsize 16384  (default)"), Sentence("tune.bufsize 32768")),
    "Kong": (
        Sentence("# nginx_proxy_proxy_buffer_size = 4k  (default)"),
        Sentence("nginx_proxy_proxy_buffer_size = 16k,  nginx_proxy_proxy_buffers = 8 16k"),
    ),
}


def _lines(table: dict[str, tuple[str, str]], name: str, header: str) -> tuple[Sentence | None, Sentence | None]:
    if name not in table:
        return None, None
    words = {"header": header, "variable": header.lower().replace("-", "_") if name == "nginx" else header.lower()}
    template, replaced = table[name]
    return Sentence(template, **_used(template, words)), Sentence(replaced, **_used(replaced, words))


def _used(line: str, words: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in words.items() if f"{{{key}}}" in line}


def _place(name: str) -> Sentence:
    return _PLACES.get(name) or Sentence("in the proxy, gateway or CDN in front of the API")


def _name(hop: Hop | None) -> str:
    return hop.name if hop is not None else ""
