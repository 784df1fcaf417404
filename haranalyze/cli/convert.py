"""``haranalyze convert``: any recording as HAR 1.2."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from haranalyze.cli.shell import (
    common,
    configured,
    environment_option,
    limited,
    limits_from,
    read_file,
    settings_from,
    within_seconds,
    write,
)
from haranalyze.errors import OptionsError

if TYPE_CHECKING:
    from haranalyze.timeline import Timeline


@click.command()
@click.argument("file", type=click.Path(allow_dash=True))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to this file (default: standard output).")
@environment_option
@limited
@configured
@common
def convert(
    file: str,
    output: Path | None,
    environments: Sequence[str],
    limits: tuple[str, ...],
    config: Path | None,
    quiet: bool,
    verbose: bool,
) -> None:
    """Write a recording of any format as HAR 1.2, and say what it could not hold.

    FILE is what analyze reads: a Postman collection with saved responses, a Newman report, a mitmproxy flow file, a
    Playwright trace, a transcript of curl -v, HAR of any dialect. The HAR holds live cookies and tokens, as FILE does.

    \b
    Examples:
      haranalyze convert report.json -o report.har
      haranalyze convert flows.mitm -o flows.har
      haranalyze convert collection.json --environment staging.json -o calls.har
      haranalyze convert trace.zip | jq .log.entries[0].request.url
    """
    from haranalyze.timeline import Timeline

    bounds = limits_from(limits, settings_from(config, quiet=quiet))
    with within_seconds(bounds):
        captures = read_file(file, environments, bounds)
        if len(captures) > 1:
            raise OptionsError(f"the archive holds {len(captures)} recordings; unpack it and choose one")
        timeline = Timeline(captures[0])
        if output is None:
            for piece in timeline.to_har():
                click.echo(piece.decode(), nl=False)
        else:
            write(output, timeline.to_har())
    if not quiet:
        _say_what_got_lost(timeline, output, verbose)


def _say_what_got_lost(timeline: Timeline, output: Path | None, verbose: bool) -> None:
    """On standard error: what the recording never had, and what HAR has no place for."""
    from haranalyze.cli.shell import shown_name
    from haranalyze.facts import Facts
    from haranalyze.options import Options
    from haranalyze.redaction import Projector

    capture = timeline.capture
    facts = Facts(timeline, Options())
    projector = Projector(facts)
    where = f" to {shown_name(str(output))}" if output else ""
    count = len(capture.exchanges)
    click.echo(f"{count} exchange{'' if count == 1 else 's'} of the format {capture.format} written{where}", err=True)
    for lack in facts.quality.missing:
        click.echo(f"not in the recording: {projector.say(lack)}", err=True)
    for note in capture.notes:
        times = f" ({note.count} times)" if note.count > 1 else ""
        click.echo(f"note: {note.message}{times}", err=True)
    click.echo("left out: frames of WebSockets, comments, and what single tools write beyond HAR 1.2", err=True)
    if verbose:
        click.echo("pointers of reports on the original name places in this HAR", err=True)
