"""``haranalyze timeline``: the requests as a table."""

from __future__ import annotations

from pathlib import Path

import click

from haranalyze.cli.shell import (
    ENDINGS,
    common,
    configured,
    limited,
    limits_from,
    read_file,
    settings_from,
    within_seconds,
    write,
)
from haranalyze.errors import OptionsError

TABLES = ("text", "csv", "parquet", "json")


@click.command()
@click.argument("file", type=click.Path(allow_dash=True))
@click.option(
    "--format", "format_", type=click.Choice(TABLES), help="Format (default: by the ending of -o, else text)."
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to this file.")
@click.option("--pages", is_flag=True, help="One row for each page instead: load time, first byte, sizes.")
@limited
@configured
@common
def timeline(
    file: str,
    format_: str | None,
    output: Path | None,
    pages: bool,
    limits: tuple[str, ...],
    config: Path | None,
    quiet: bool,
    verbose: bool,
) -> None:
    """Show the requests of a recording as a table, in the order the client made them.

    \b
    Examples:
      haranalyze timeline ticket.har
      haranalyze timeline ticket.har --format csv -o timeline.csv
      haranalyze timeline ticket.har -o timeline.parquet
      haranalyze timeline ticket.har --pages
    """
    from haranalyze.report import to_table

    how = format_ or (ENDINGS.get(output.suffix.lower(), "") if output else "") or "text"
    if how not in TABLES:
        raise OptionsError(f"a timeline cannot be written as {how}; choose --format text, csv, parquet or json")
    if how == "parquet" and output is None:
        raise OptionsError("parquet is binary; name a file with -o")
    bounds = limits_from(limits, settings_from(config, quiet=quiet))
    with within_seconds(bounds):
        captures = read_file(file, limits=bounds)
        if len(captures) > 1:
            raise OptionsError(f"the archive holds {len(captures)} recordings; unpack it and choose one")
        table = to_table.pages_table(captures[0]) if pages else to_table.timeline_table(captures[0])
        content = to_table.write(table, how)
    if output is None:
        click.echo(content, nl=False)
    else:
        write(output, content)
        if not quiet:
            click.echo(f"{len(table)} rows written to {output}", err=True)
    if verbose:
        for note in captures[0].notes:
            click.echo(f"note: {note.message} ({note.pointer or 'whole file'}, {note.count} times)", err=True)
