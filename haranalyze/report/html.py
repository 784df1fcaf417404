"""What all our pages are made with: the Jinja2 environment, marks, and the frame of a page that stands by itself.

Imports nothing of the analysis, so that a server shows its first page before it loads the rest.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, MutableMapping, Sequence
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from haranalyze.report.prose import CHIP, parts

if TYPE_CHECKING:
    from jinja2 import BaseLoader, Environment
    from markupsafe import Markup

_MEMBERS: Final = re.compile(r"(?<=[;,]) ")
BRIEF = 100  # characters of a cookie line of a proof card that does not decide
_ASKING: Final = "M9 9a3 3 0 1 1 4 3c-1 .5-1 1-1 2m0 3v1"
# Shapes, so that no state is told by colour alone.
_SHAPES: Final = {
    "fault": ("M7 1h10l6 6v10l-6 6H7l-6-6V7z", "M8 8l8 8M16 8l-8 8", "finding-mark"),
    "healthy": ("M12 1a11 11 0 1 0 .01 0z", "M7 12l4 4 7-8", "pass-mark"),
    "pass": ("", "M12 2a10 10 0 1 0 .01 0zM7 12l4 4 7-8", "pass-mark"),
    "cannot-tell": ("M4 1h16a3 3 0 0 1 3 3v16a3 3 0 0 1-3 3H4a3 3 0 0 1-3-3V4a3 3 0 0 1 3-3z", _ASKING, "ask-mark"),
    "other-trouble": ("M12 1l11 11-11 11L1 12z", "M12 7v7m0 3v1", "quiet-mark"),
    "ask": ("", "M4 2h16a2 2 0 0 1 2 2v16a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2z" + _ASKING, "ask-mark"),
    "warn": ("", "M12 2L1 22h22zM12 9v6m0 3v1", "ask-mark"),
    "follows": ("", "M5 4v9h13m-5-5l5 5-5 5", "quiet-mark"),
    "person": ("", "M12 4a4 4 0 1 0 .01 0zM4 21c1-5 4-7 8-7s7 2 8 7", ""),
    "copy": ("", "M8 8h12v12H8zM4 15V4h11", ""),
    "upload": ("", "M12 16V4m-6 6l6-6 6 6M4 20h16", ""),
    "lock": ("", "M5 11h14v10H5zM8 11V7a4 4 0 0 1 8 0v4", ""),
    "note": ("", "M12 2a10 10 0 1 0 .01 0zM12 11v6m0-10v1", "quiet-mark"),
    "none": ("", "M12 2a10 10 0 1 0 .01 0zM7 12h10", "quiet-mark"),
}  # fmt: skip


def page(template: str, styles: Sequence[str], scripts: Sequence[str], data: Any = None, **view: Any) -> str:
    """One of our self-contained pages, under the policy that allows its own style sheet and script by hash.

    Args:
        template: of the templates, given ``style``, ``script``, ``policy``, ``data`` and ``view``.
        styles, scripts: templates' files, one after the other.
        data: what the scripts read, for a block no browser runs; a string is JSON already.
    """
    import msgspec

    block = data if isinstance(data, str) else msgspec.json.encode(data).decode()
    return _rendered(template, styles, scripts, block.replace("<", _NO_MARKUP), view)


def page_of_much(
    template: str, styles: Sequence[str], scripts: Sequence[str], data: Iterable[bytes], **view: Any
) -> Iterator[bytes]:
    """As :func:`page`, in pieces of UTF-8, for JSON that is most of the page and comes in pieces itself."""
    before, after = _rendered(template, styles, scripts, _PLACE, view).split(_PLACE)
    yield before.encode()
    for piece in data:
        yield piece.replace(b"<", _NO_MARKUP.encode())
    yield after.encode()


_PLACE: Final = "<data>"  # for the block; whatever else is not ours is escaped and has no "<"
_NO_MARKUP: Final = "\\u003c"  # how JSON may spell "<"


def _rendered(template: str, styles: Sequence[str], scripts: Sequence[str], block: str, view: dict[str, Any]) -> str:
    from markupsafe import Markup

    style = "".join(map(_asset, styles))
    script = '"use strict";\n' + "".join(map(_asset, scripts))
    return (
        environment()
        .get_template(template)
        .render(
            # The only texts that are not escaped: our own style sheet and script, allowed by their hash, and the data
            # block, which no browser runs and in which no "<" is left to end it.
            style=Markup(style),  # noqa: S704
            script=Markup(script),  # noqa: S704
            data=Markup(block),  # noqa: S704
            policy=_policy(style, script),
            **view,
        )
    )


@cache
def environment() -> Environment:
    """The one environment of all pages: everything is escaped, and an unknown name is an error."""
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    loaders = [_compiled_loader(), PackageLoader("haranalyze.templates", "")]
    made = Environment(loader=ChoiceLoader(loaders), autoescape=True, undefined=StrictUndefined)
    made.filters["beside"] = _beside
    made.filters["brief"] = _brief
    made.filters["chips"] = _chips
    made.filters["prose"] = _prose
    made.filters["marked"] = _marked
    made.globals["mark"] = _mark
    made.globals["numbers"] = _numbers
    return made


COMPILED: Final = ("report.html.j2", "pictures.html.j2")
"""Templates whose Python form is kept in ``haranalyze.templates.compiled``: to compile them takes 0.2 s."""


def compiled(name: str) -> str:
    """The Python form of one of our templates, for this version of Jinja2; ``tests.docs`` writes it."""
    import jinja2

    made = environment().compile(_asset(name), name, None, raw=True, defer_init=True)
    return (
        f'"""Generated from {name} by ``nox -s docs``."""\n\nmade_with = "{jinja2.__version__}"\n'
        f'made_from = "{_hash(_asset(name))}"\n{made}\n'
    )


def module_of(name: str) -> str:
    """Where the Python form of a template stands."""
    return f"haranalyze.templates.compiled.{name.partition('.')[0]}"


def _compiled_loader() -> BaseLoader:
    """Takes the Python form of a template where it is of this very template and version of Jinja2."""
    from jinja2 import BaseLoader, Template, TemplateNotFound, __version__

    class Compiled(BaseLoader):
        has_source_access = False

        def load(
            self,
            environment: Environment,
            name: str,
            globals: MutableMapping[str, Any] | None = None,  # noqa: A002
        ) -> Template:
            module = import_module(module_of(name)) if name in COMPILED else None
            if module is None or (module.made_with, module.made_from) != (__version__, _hash(_asset(name))):
                raise TemplateNotFound(name)
            return environment.template_class.from_module_dict(environment, vars(module), globals or {})

    return Compiled()


@cache
def _asset(name: str) -> str:
    return files("haranalyze.templates").joinpath(name).read_text("utf-8")


def _policy(style: str, script: str) -> str:
    """Content-Security-Policy: nothing remote, only this style sheet and this script."""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _brief(text: str) -> str:
    """The first parts of a long line, such as a hundred cookies; the row of the timeline shows the others."""
    if len(text) <= BRIEF:
        return text
    kept = text[:BRIEF].rpartition("; ")[0]
    return f"{kept}; … and {text[len(kept) :].count('; ')} more" if kept else text


def _chips(text: str) -> Markup:
    """The text escaped, with masked values in a frame."""
    from markupsafe import Markup, escape

    escaped = str(escape(text))
    return Markup(CHIP.sub(r'<span class="chip">«\1»</span>', escaped))  # noqa: S704 - escaped on the line above


def _marked(text: str, spans: list[tuple[int, int]]) -> Markup:
    """The text as chips, its exact parts set off; nothing is set off where the whole line is meant."""
    from markupsafe import Markup

    out, at = [], 0
    for start, length in sorted(spans):
        if start < at or length >= len(text):
            continue
        inside = _chips(text[start : start + length])
        out += [_chips(text[at:start]), f'<b class="exact">{inside}</b>']
        at = start + length
    out.append(_chips(text[at:]))
    return Markup("".join(out))  # noqa: S704 - every piece went through _chips, which escapes


def _beside(text: str, other: str) -> Markup:
    """The value of a header as chips; members that the other value does not have are set off."""
    from markupsafe import Markup

    others = {one.rstrip(";,") for one in _MEMBERS.split(other)}
    marked = [
        inside if not other or one.rstrip(";,") in others else f"<b>{inside}</b>"
        for one, inside in ((one, _chips(one)) for one in _MEMBERS.split(text))
    ]
    return Markup(" ".join(marked))  # noqa: S704 - every piece went through _chips, which escapes


def _prose(text: str) -> Markup:
    """The sentence escaped, with masked values in a frame and names of headers, cookies, hosts and paths as code."""
    from markupsafe import Markup, escape

    framed = {"words": "{}", "name": "<code>{}</code>", "chip": '<span class="chip">{}</span>'}
    out = [framed[kind].format(escape(part)) for kind, part in parts(text)]
    return Markup("".join(out))  # noqa: S704 - every piece is escaped above


def _mark(name: str, size: str = "") -> Markup:
    """An SVG mark of our own shapes; ``size`` is "" or "big"."""
    from markupsafe import Markup

    fill, stroke, tone = _SHAPES[name]
    body = f'<path d="{fill}" fill="currentColor"/>' if fill else ""
    line = "var(--surface)" if fill else "currentColor"
    return Markup(  # noqa: S704 - our own shapes, nothing captured
        f'<svg class="mark {size} {tone}" viewBox="0 0 24 24" aria-hidden="true">{body}'
        f'<path d="{stroke}" fill="none" stroke="{line}" stroke-width="2.4" stroke-linecap="round"/></svg>'
    )


def _numbers(indexes: list[int]) -> str:
    shown = ", ".join(f"#{index}" for index in indexes[:6])
    return shown + (f" and {len(indexes) - 6} more" if len(indexes) > 6 else "")
