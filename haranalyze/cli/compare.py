"""``haranalyze compare``: where two recordings of the same flow part ways."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from haranalyze.cli.shell import (
    EXIT_CODES,
    UNREADABLE,
    as_browser_option,
    common,
    configured,
    environment_option,
    exit_with,
    format_of,
    limited,
    limits_from,
    options_from,
    own_systems,
    read_file,
    settings_from,
    shown_name,
    terminal_style,
    told,
    uncollected,
    within_seconds,
    write,
)
from haranalyze.errors import CaptureError, OptionsError

if TYPE_CHECKING:
    from haranalyze.capture.model import Capture
    from haranalyze.options import Limits

FORMATS = ("text", "html", "json")


@click.command(epilog=EXIT_CODES)
@click.argument("good", type=click.Path(allow_dash=True), metavar="GOOD")
@click.argument("bad", type=click.Path(allow_dash=True), metavar="BAD")
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    help="Format of the comparison (default: by the ending of -o, else text).",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to this file.")
@click.option("--open", "open_", is_flag=True, help="Open the written page in the browser.")
@click.option("--focus", multiple=True, metavar="HOST", help="Host whose session is asked about (repeatable).")
@environment_option
@as_browser_option
@limited
@configured
@own_systems
@common
def compare(
    good: str,
    bad: str,
    format_: str | None,
    output: Path | None,
    open_: bool,
    focus: tuple[str, ...],
    environments: tuple[str, ...],
    as_browser: str,
    limits: tuple[str, ...],
    config: Path | None,
    systems: tuple[Path, ...],
    quiet: bool,
    verbose: bool,
) -> None:
    """Say where two recordings of the same flow part ways.

    GOOD is a recording in which it works, BAD one in which it fails: of another browser, another day or another
    environment. Both are laid side by side step by step; the first step with another outcome is named, with the lines
    that differ there. What differs between any two recordings (dates, token values) is only counted. Where another
    client made GOOD, the gate that closed in the browser is named: CORS, SameSite, third-party cookies, credentials
    mode, mixed content.

    \b
    Examples:
      haranalyze compare works-in-chrome.har fails-in-safari.har
      haranalyze compare yesterday.har today.har -o compare.html --open
      haranalyze compare postman.json browser.har --as-browser https://app.example.com
      haranalyze compare staging.har production.har --format json | jq .headline
    """
    from haranalyze.comparison import compare as lay_side_by_side
    from haranalyze.comparison import render
    from haranalyze.settings import rulebook_with

    how = format_ or format_of(output) or "text"
    if how not in FORMATS:
        raise OptionsError(f"a comparison cannot be written as {how}; choose --format {', '.join(FORMATS)}")
    if open_ and output is None:
        raise OptionsError("--open needs -o, the file to write and open")
    if good == bad == "-":
        raise OptionsError("only one of the two recordings can come from standard input")
    settings = settings_from(config, systems, quiet=quiet)
    options = replace(
        options_from((), (), focus, settings), as_browser=as_browser, limits=limits_from(limits, settings)
    )
    book = rulebook_with(settings.rule_packs)
    try:
        with uncollected(), within_seconds(options.limits):
            made = lay_side_by_side(
                _one(good, environments, options.limits), _one(bad, environments, options.limits), book, options
            )
    except CaptureError as error:
        click.echo(f"Error: {told(error)}", err=True)
        exit_with([UNREADABLE])
        return
    style = terminal_style() if how == "text" and output is None else {}
    text = render(made, how, **style)
    if verbose:
        for side in (made.good, made.bad):
            click.echo(f"{shown_name(side.capture.name)}: {side.headline}", err=True)
    if output is None:
        click.echo(text, nl=False)
        return
    write(output, text)
    if not quiet:
        click.echo(made.headline, err=True)
        click.echo(f"comparison written to {shown_name(str(output))}", err=True)
    if open_:
        click.launch(output.resolve().as_uri())


def _one(file: str, environments: tuple[str, ...], limits: Limits) -> Capture:
    """The one recording a file holds.

    Raises:
        CaptureError: it cannot be read, or holds several; the message names the file.
    """
    try:
        captures = read_file(file, environments, limits)
    except CaptureError as error:
        raise type(error)(f"{shown_name(file)}: {error}") from error
    if len(captures) != 1:
        raise CaptureError(f"{shown_name(file)}: it holds {len(captures)} recordings; unpack it and name one")
    return captures[0]
