"""Changes in the words of the software that the recording shows: its own directives, before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from haranalyze.facts import Exchange, Facts
from haranalyze.facts.hops import Hop
from haranalyze.facts.stack import PROXIES, Stack, stacks_of
from haranalyze.findings import Fix, Owner
from haranalyze.text import Sentence, Text

from . import _snippets
from ._snippets import Snippet

_PLACES = {
    Stack.NGINX: Sentence("in the nginx location that proxies the API"),
    Stack.APACHE: Sentence("in the Apache virtual host of the API"),
    Stack.HAPROXY: Sentence("in the HAProxy frontend and backend of the API"),
    Stack.ENVOY: Sentence("in the Envoy route of the API"),
    Stack.TRAEFIK: Sentence("in the Traefik middleware of the API's router"),
    Stack.CADDY: Sentence("in the Caddyfile site of the API"),
    Stack.KONG: Sentence("in the Kong plugins of the API's service and route"),
    Stack.API_GATEWAY: Sentence("in the API Gateway configuration of the API"),
    Stack.CLOUDFRONT: Sentence("in the CloudFront behaviour of the API"),
    Stack.CLOUDFLARE: Sentence("in the Cloudflare dashboard of the zone"),
    Stack.EXPRESS: Sentence("where the Express app is made"),
    Stack.FASTIFY: Sentence("where the Fastify server is made"),
    Stack.NESTJS: Sentence("in main.ts of the NestJS app"),
    Stack.NEXTJS: Sentence("in the Next.js app"),
    Stack.FASTAPI: Sentence("where the FastAPI app is made"),
    Stack.DJANGO: Sentence("in Django's settings.py"),
    Stack.FLASK: Sentence("where the Flask app is made"),
    Stack.SPRING: Sentence("in the Spring application's configuration"),
    Stack.RAILS: Sentence("in the Rails configuration"),
    Stack.LARAVEL: Sentence("in the Laravel configuration"),
    Stack.ASPNET: Sentence("in Program.cs of the ASP.NET Core app"),
    Stack.GO: Sentence("in the Go handler"),
}
_BY_LINE = frozenset((Stack.NGINX, Stack.APACHE, Stack.KONG, Stack.DJANGO, Stack.FLASK))
"""Their limit is for one header line (gunicorn for the Python ones); that of the others for all headers."""
_SMALLEST = 16 * 1024
_MOST_APPS, _MOST_PROXIES = 2, 1


def in_stacks(
    facts: Facts,
    exchange: Exchange,
    topic: dict[Stack, Snippet],
    fix: Fix,
    *,
    keep: bool = False,
    names: Sequence[Text] = (),
    **values: Text | str | int,
) -> tuple[Fix, ...]:
    """A change in the words of the software that the exchange's host shows.

    Args:
        topic: a table of ``_snippets``; fix: the change in general words, used where no software shows that has lines.
        keep: the general words stay first. names: header names for ``%NAMES%``; values: what the marks stand for,
            by their names in lower case.
    """
    fix = _general(fix, names, values)
    apps: list[Fix] = []
    proxies: list[Fix] = []
    for stack in stacks_of(facts, exchange):
        snippet = topic.get(stack)
        if snippet is None or (lines := _filled(snippet, names, values)) is None:
            continue
        if stack in PROXIES:
            proxies.append(_in_words_of(stack, Owner.PROXY, fix, lines))
        else:
            apps.append(_in_words_of(stack, Owner.API, fix, lines))
    apps, proxies = apps[:_MOST_APPS], proxies[:_MOST_PROXIES]
    shown = proxies if fix.owner is Owner.PROXY else apps
    head = [fix] if keep or not shown else []
    return tuple(head + (proxies + apps if fix.owner is Owner.PROXY else apps + proxies))


def _in_words_of(stack: Stack, owner: Owner, fix: Fix, lines: tuple[Sentence | None, Sentence]) -> Fix:
    return replace(fix, owner=owner, place=_PLACES[stack], before=lines[0], after=lines[1])


def _general(fix: Fix, names: Sequence[Text], values: dict[str, Text | str | int]) -> Fix:
    """The change in general words, its marks filled in."""
    if fix.after is None or "%" not in fix.after.template:
        return fix
    lines = _filled((None, fix.after.template), names, values)
    return replace(fix, after=lines[1] if lines is not None else None)


def pass_request_header(facts: Facts, exchange: Exchange, header: str) -> tuple[Fix, ...]:
    """Let a request header (our own spelling) through to the API, in the words of the server that answered."""
    stack = _stack(facts.header_budget.hop(exchange))
    words = Sentence("Let the {header} header through to the API, unchanged.", header=header)
    fixes = [_in(stack, _snippets.PASS_REQUEST_HEADER, words, header)]
    if stack is Stack.APACHE and header == "Authorization":  # httpd keeps it from CGI, FastCGI and WSGI programs
        words = Sentence("If the API is a CGI, FastCGI or WSGI program, let httpd hand Authorization to it.")
        fixes.append(Fix(Owner.PROXY, _place(stack), words, None, Sentence("CGIPassAuth On")))
    return tuple(fixes)


def pass_answer_header(facts: Facts, exchange: Exchange, header: str, words: Sentence) -> Fix:
    """Let a response header through to the browser, in the words of the server that answered."""
    return _in(_stack(facts.header_budget.hop(exchange)), _snippets.PASS_ANSWER_HEADER, words, header)


def larger_answers(facts: Facts, hop: Hop | None) -> tuple[Sentence | None, Sentence | None]:
    """Lines that raise the buffer for the headers of an answer, before and after; None where we know none.

    The size is twice that of the largest session answer recorded, at least 16 KiB, as a power of two. nginx refuses to
    start with ``proxy_buffer_size`` alone: ``proxy_busy_buffers_size`` follows it to twice its size and has to stay
    below the whole of ``proxy_buffers`` less one (ngx_http_proxy_module.c).
    """
    handing = [one.exchange for one in facts.session.sign_ins] + [one.exchange for one in facts.session.refreshes]
    largest = max((facts.header_budget.response(one).total for one in handing), default=0)
    return _sized(hop, _snippets.LARGER_ANSWERS, 2 * largest)


def larger_requests(hop: Hop | None, line: int, total: int) -> tuple[Sentence | None, Sentence | None]:
    """Lines that raise the limit for request headers above what was sent, as a power of two of at least 16 KiB.

    Args:
        line: bytes of the longest header line; total: of all headers.
    """
    return _sized(hop, _snippets.LARGER_REQUESTS, line if _stack(hop) in _BY_LINE else total)


def _sized(hop: Hop | None, topic: dict[Stack, Snippet], needed: int) -> tuple[Sentence | None, Sentence | None]:
    size = _SMALLEST
    while size < 1.25 * needed:
        size *= 2
    stack = _stack(hop)
    snippet = topic.get(stack) if stack is not None else None
    lines = _filled(snippet, (), {"size": size, "kib": size // 1024}) if snippet is not None else None
    return lines or (None, None)


def _in(stack: Stack | None, topic: dict[Stack, Snippet], words: Sentence, header: str) -> Fix:
    snippet = topic.get(stack) if stack is not None else None
    variable = header.lower().replace("-", "_") if stack is Stack.NGINX else header.lower()
    lines = _filled(snippet, (), {"header": header, "variable": variable}) if snippet is not None else None
    return Fix(Owner.PROXY, _place(stack), words, *(lines or (None, None)))


def _place(stack: Stack | None) -> Sentence:
    return _PLACES[stack] if stack is not None else Sentence("in the proxy, gateway or CDN in front of the API")


def _stack(hop: Hop | None) -> Stack | None:
    return next((stack for stack in Stack if hop is not None and stack.value == hop.name), None)


def _filled(
    snippet: Snippet, names: Sequence[Text], values: dict[str, Text | str | int]
) -> tuple[Sentence | None, Sentence] | None:
    """The lines with their marks filled in, None where the recording has no value for one."""
    known: dict[str, Text | str | int] = dict(values)
    known |= {f"name{place}": name for place, name in enumerate(names)}
    found: list[Sentence | None] = []
    for text in snippet:
        if text is None:
            found.append(None)
            continue
        if ("%NAMES%" in text or "%WORDS%" in text) and not names:
            return None
        line = text.replace("{", "{{").replace("}", "}}")
        line = line.replace("%NAMES%", _places(len(names), ", ")).replace("%WORDS%", _places(len(names), " "))
        for name in values:
            line = line.replace(f"%{name.upper()}%", f"{{{name}}}")
        if "%" in line and any(f"%{mark}%" in line for mark in _MARKS):
            return None
        used = {name: value for name, value in known.items() if f"{{{name}}}" in line}
        found.append(Sentence(line, **used))
    before, after = found
    assert after is not None
    return before, after


def with_names(now: Text, names: Sequence[Text]) -> Sentence:
    """The value of a list header with more names at its end."""
    lines = _filled((None, "%NOW%, %NAMES%"), names, {"now": now})
    assert lines is not None
    return lines[1]


def _places(count: int, between: str) -> str:
    """Placeholders for so many names, one after the other."""
    listed = ""
    for place in range(count):
        listed += (between if listed else "") + f"{{name{place}}}"
    return listed


_MARKS = ("ORIGIN", "HEADER", "VARIABLE", "SIZE", "KIB", "DOMAIN")
