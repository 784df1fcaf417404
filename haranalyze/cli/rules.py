"""``haranalyze rules`` and ``haranalyze explain``: what is checked and why."""

from __future__ import annotations

from pathlib import Path

import click

from haranalyze.cli.shell import common, configured, settings_from


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@configured
@common
def rules(as_json: bool, config: Path | None, quiet: bool, verbose: bool) -> None:
    """List what is checked.

    \b
    Examples:
      haranalyze rules
      haranalyze rules --json | jq -r '.[].id'
    """
    from haranalyze.settings import rulebook_with

    book = rulebook_with(settings_from(config, quiet=True).rule_packs)
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
@configured
@common
def explain(rule_id: str, config: Path | None, quiet: bool, verbose: bool) -> None:
    """Tell the whole story of one rule: what it finds, why it matters, what to do, when it stays quiet.

    \b
    Examples:
      haranalyze explain refresh-loop
      haranalyze explain refresh-loop -q     # the prose only
    """
    from haranalyze.settings import rulebook_with

    book = rulebook_with(settings_from(config, quiet=True).rule_packs)
    one = book.rule(rule_id)
    if not quiet:
        click.echo(f"{one.id} ({one.severity}, {one.owner})\n")
    click.echo(f"{one.title}.")
    for heading, text in (("Why it matters", one.why), ("What to do", one.what), ("Stays quiet when", one.quiet)):
        _told(heading, text)
    click.echo("\nReferences")
    for reference in one.references:
        click.echo(f"  {reference}")
    if quiet:
        return
    if verbose:
        _told("Fingerprint", "of its findings: the rule, the path's shape, the cookie or header, the kind of hop")
    if one.needs:
        _told("Cannot tell without", ", ".join(_NEEDS[need.value] for need in one.needs))
    if one.explains:
        _told("Explains on the same calls", ", ".join(one.explains))
    explained_by = [other.id for other in book.rules if one.id in other.explains]
    if explained_by:
        _told("Is explained by", ", ".join(explained_by))
    pack = next(pack for pack in book.packs if one in pack.rules)
    origin = f"{pack.name} {pack.version}".strip() if pack.distribution else pack.name
    _told("Layer, pack, since", f"{one.layer.name.lower()}, {origin}, {one.since}")
    click.echo(f'\nTo leave it out\n  --ignore {one.id}\n  or in haranalyze.toml: ignore = ["{one.id}"]')


_NEEDS = {
    "browser": "a recording of a browser",
    "cookies": "Cookie and Set-Cookie headers",
    "authorization": "Authorization headers",
    "bodies": "response bodies",
}


def _told(heading: str, text: str) -> None:
    click.echo(f"\n{heading}")
    click.echo(click.wrap_text(text, 78, initial_indent="  ", subsequent_indent="  "))
