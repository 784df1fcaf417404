"""Header lists as they stand in a recording: read late, and of most only the values that facts ask for are kept."""

from __future__ import annotations

import re
from collections.abc import Collection
from sys import intern
from typing import Any, Final

import msgspec

from haranalyze.capture.values import as_text, late


class _Line(msgspec.Struct, gc=False):
    name: str = ""
    value: str = ""


_LINE = msgspec.json.Decoder(_Line)
_LINES = msgspec.json.Decoder(list[_Line])
_REFUSED = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)

WANTED = frozenset(
    """
    :authority accept access-control-allow-credentials access-control-allow-headers access-control-allow-methods
    access-control-allow-origin access-control-expose-headers access-control-max-age
    access-control-request-headers access-control-request-method age anti-csrf apigw-requestid authorization
    cache-control cache-status cdn-cache cdn-cache-control cf-cache-status cf-ray content-type cookie date expires
    fdi-version front-token host id-refresh-token location origin proxy-authorization referer retry-after rid
    sec-ch-ua sec-fetch-dest sec-fetch-mode sec-fetch-site sec-fetch-storage-access sec-websocket-protocol server
    set-cookie st-access-token st-auth-mode auth0-client x-amz-target x-clerk-auth-status x-client-sku
    x-client-version x-okta-request-id x-okta-user-agent-extended x-runtime x-supabase-api-version
    st-refresh-token user-agent vary via www-authenticate x-amz-apigw-id x-amz-cf-id x-amzn-errortype
    x-amzn-remapped-www-authenticate x-amzn-requestid x-api-key x-cache x-cache-hits x-cache-status x-clerk-auth-reason
    x-csrf-token x-csrftoken x-drupal-cache x-envoy-upstream-service-time x-nextjs-cache x-nginx-cache x-powered-by
    x-access-token x-auth-token x-id-token x-proxy-cache x-served-by x-session-token x-varnish x-varnish-cache
    x-vercel-cache x-vercel-error x-vercel-id x-xsrf-token
    """.split()
)
"""Header names facts ask for often; kept per message in decoded form. Any other name costs a decode of the list."""

_REPEATING = frozenset(
    """
    :authority accept access-control-allow-credentials access-control-allow-headers access-control-allow-methods
    access-control-allow-origin access-control-expose-headers cache-control content-type host origin referer rid
    sec-ch-ua sec-fetch-dest sec-fetch-mode sec-fetch-site server st-auth-mode user-agent vary via
    """.split()
)
"""Headers whose value repeats from exchange to exchange: one string serves all of them."""

Values = str | tuple[str, ...]
"""Of one header: its value, or all of them where it repeats."""


class _Shape:
    """Where the wanted headers of a list stand, told by its names alone: most messages share theirs with others.

    ``places``: lower-case name to the place of its value among those kept; ``taken``: for each of these the position
    in the list, and whether the value is one that repeats; ``repeated``: place and positions of headers that do.
    """

    __slots__ = ("places", "repeated", "taken")

    def __init__(self, names: tuple[str, ...]) -> None:
        found: dict[str, list[int]] = {}
        for position, spelled in enumerate(names):
            if (name := spelled.lower()) in WANTED:
                found.setdefault(intern(name), []).append(position)
        self.places = {name: place for place, name in enumerate(found)}
        self.taken = tuple([(positions[0], name in _REPEATING) for name, positions in found.items()])
        self.repeated = tuple([(at, tuple(many)) for at, many in enumerate(found.values()) if len(many) > 1])


_SHAPES: dict[tuple[str, ...], _Shape] = {}
_MOST_SHAPES: Final = 1_024
_LONGEST_NAMES: Final = 4_000  # characters of all names together: a shape beyond is not remembered


def _shape_of(names: tuple[str, ...]) -> _Shape:
    shape = _SHAPES.get(names)
    if shape is None:
        shape = _Shape(names)
        if sum(map(len, names)) + len(names) <= _LONGEST_NAMES:
            if len(_SHAPES) >= _MOST_SHAPES:
                _SHAPES.clear()
            _SHAPES[names] = shape
    return shape


def wanted_headers(written: Any) -> tuple[dict[str, int], tuple[Values, ...]]:
    """The headers of a list that are in :data:`WANTED`: the place of each in the values, and the values."""
    try:
        lines = _LINES.decode(written)
    except _REFUSED:
        lines = [_Line(name, value) for name, value in header_pairs(written)]
    shape = _shape_of(tuple([line.name for line in lines]))
    kept: list[Values] = [intern(lines[at].value) if shared else lines[at].value for at, shared in shape.taken]
    for place, positions in shape.repeated:
        kept[place] = tuple([lines[at].value for at in positions])
    return shape.places, tuple(kept)


def header_pairs(lines: Any) -> tuple[tuple[str, str], ...]:
    """(name, value) of every header: objects, ``[name, value]`` pairs or one object, whatever the exporter wrote."""
    try:
        return tuple([(line.name, line.value) for line in _LINES.decode(lines)])
    except _REFUSED:
        listed = late(lines)
    if isinstance(listed, dict):
        return tuple((name, as_text(value)) for name, value in listed.items())
    if not isinstance(listed, list):
        return ()
    pairs = []
    for item in listed:
        if isinstance(item, dict):
            pairs.append((as_text(item.get("name")), as_text(item.get("value"))))
        elif isinstance(item, list) and len(item) == 2:
            pairs.append((as_text(item[0]), as_text(item[1])))
        else:
            pairs.append(("", ""))
    return tuple(pairs)


_OPENED = re.compile(rb'\s*\[\s*\{\s*"name"')
_BETWEEN = re.compile(rb'\}\s*,\s*\{\s*"name"')


def header_slices(written: bytes) -> list[bytes] | None:
    """See :meth:`Message.raw_header_slices`. No JSON string holds what the headers are parted by."""
    opened = _OPENED.match(written)
    if opened is None:
        return None
    end = written.rfind(b"}")
    if written[end + 1 :].strip() != b"]":
        return None
    between = _BETWEEN.search(written, opened.end())
    inside = written[opened.end() : end]
    return inside.split(between.group()) if between else [inside]


def read_header(piece: bytes) -> tuple[str, str]:
    """Name and value of a header that was cut out of its list.

    Raises:
        msgspec.MsgspecError, UnicodeDecodeError, RecursionError: it is not what stands between two headers.
    """
    line = _LINE.decode(b'{"name"' + piece + b"}")
    return line.name, line.value


def read_headers(pieces: Collection[bytes]) -> list[tuple[str, str]]:
    """:func:`read_header` for many headers at once, in order; what was cut wrongly may fit together again."""
    lines = _LINES.decode(b'[{"name"' + b'},{"name"'.join(pieces) + b"}]") if pieces else ()
    return [(line.name, line.value) for line in lines]
