"""``haranalyze howto``: how to make a recording that can be diagnosed, to paste to a customer."""

from __future__ import annotations

import textwrap

import click

from haranalyze.cli.shell import common

WIDTH = 76  # as the ready texts of a report: fits a quoted mail


@click.command()
@click.argument("program", metavar="BROWSER", default="")
@common
def howto(program: str, quiet: bool, verbose: bool) -> None:
    """Tell how to record a login, step by step, to paste to a customer.

    BROWSER is a browser or another program that records; without it all of them are listed. Reports ask for a better
    recording in the same words.

    \b
    Examples:
      haranalyze howto
      haranalyze howto chrome
      haranalyze howto mitmproxy
    """
    from haranalyze.facts.better_recording import RECIPES, recipe_named

    if not program:
        for recipe in RECIPES:
            click.echo(f"{recipe.name:18} {recipe.title}")
        return
    recipe = recipe_named(program)
    if not quiet:
        click.echo(f"How to record with {recipe.title}:", err=True)
    for number, step in enumerate(recipe.steps, start=1):
        click.echo(_wrapped(f"{number}. ", step))
    click.echo("\n" + _wrapped("", recipe.care))
    if verbose:
        click.echo(f"source: {recipe.source}", err=True)


def _wrapped(mark: str, text: str) -> str:
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=mark,
        subsequent_indent=" " * len(mark),
        break_long_words=False,
        break_on_hyphens=False,
    )
