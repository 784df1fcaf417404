"""``haranalyze rules`` and ``haranalyze explain``: what is checked and why."""

from __future__ import annotations

import click

from haranalyze.cli.shell import common


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@common
def rules(as_json: bool, quiet: bool, verbose: bool) -> None:
    """List what is checked.

    \b
    Examples:
      haranalyze rules
      haranalyze rules --json | jq -r '.[].id'
    """
    from haranalyze.rulebook import Rulebook

    book = Rulebook.installed()
    if as_json:
        import json

        listed = [
            {"id": one.id, "severity": one.severity, "title": one.title, "pack": pack.name, "version": pack.version}
            for pack in book.packs
            for one in pack.rules
        ]
        click.echo(json.dumps(listed, indent=2))
        return
    for pack in book.packs:
        if not quiet:
            click.echo(f"{pack.name} ({pack.distribution} {pack.version}), {len(pack.rules)} rules", err=True)
        for one in pack.rules:
            click.echo(f"{one.id:32} {one.severity:9} {one.title}")
            if verbose:
                click.echo(f"{'':42} {one.why}")


@click.command()
@click.argument("rule_id", metavar="RULE")
@common
def explain(rule_id: str, quiet: bool, verbose: bool) -> None:
    """Tell the whole story of one rule.

    \b
    Example:
      haranalyze explain refresh-loop
    """
    from haranalyze.rulebook import Rulebook

    one = Rulebook.installed().rule(rule_id)
    parts = [("Why it matters", one.why), ("What to do", one.what), ("Stays quiet when", one.quiet)]
    if not quiet:
        click.echo(f"{one.id} ({one.severity}, {one.owner})\n")
    click.echo(f"{one.title}.")
    for heading, text in parts:
        click.echo(f"\n{heading}")
        click.echo(click.wrap_text(text, 78, initial_indent="  ", subsequent_indent="  "))
    click.echo("\nReferences")
    for reference in one.references:
        click.echo(f"  {reference}")
    if verbose and one.explains:
        click.echo("\nExplains on the same calls\n  " + ", ".join(one.explains))
