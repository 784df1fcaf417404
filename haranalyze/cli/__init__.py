"""The command line: obtains bytes, calls the engine, delivers text. Nothing else.

One module per command, each adds itself to ``main`` below; ``shell`` holds what all of them share.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from haranalyze.cli.analyze import analyze
from haranalyze.cli.batch import batch
from haranalyze.cli.compare import compare
from haranalyze.cli.convert import convert
from haranalyze.cli.howto import howto
from haranalyze.cli.rules import explain, rules
from haranalyze.cli.sanitize import sanitize
from haranalyze.cli.serve import serve
from haranalyze.cli.shell import EXIT_CODES, INTERRUPTED, told
from haranalyze.cli.timeline import timeline
from haranalyze.errors import HaranalyzeError

__all__ = ["EXIT_CODES", "main"]

_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class _Group(click.Group):
    """Turns the project's errors into one line on stderr and their exit code."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            if Path(args[0]).is_file():
                raise click.UsageError(f"{error.message} To read a recording: haranalyze analyze FILE", ctx) from error
            raise

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except HaranalyzeError as error:
            click.echo(f"Error: {told(error)}", err=True)
            ctx.exit(error.exit_code)
        except KeyboardInterrupt:
            click.echo("Interrupted; nothing half-written is left.", err=True)
            ctx.exit(INTERRUPTED)


@click.group(cls=_Group, context_settings=_CONTEXT, epilog=EXIT_CODES)
@click.version_option(package_name="haranalyze", prog_name="haranalyze")
def main() -> None:
    """Read a recording of a login that does not work, and say what broke first.

    The recording is a HAR file from a browser's devtools, or what Postman, Newman, mitmproxy, Playwright, curl and
    other tools save. Reports never hold cookies, tokens or
    passwords, and nothing is sent anywhere.

    \b
    Examples:
      haranalyze analyze ticket.har
      haranalyze analyze ticket.har -o report.html --open
      haranalyze compare works.har fails.har
      haranalyze timeline ticket.har --format csv -o timeline.csv
      haranalyze sanitize ticket.har -o ticket.safe.har
      haranalyze explain refresh-loop
      haranalyze howto chrome
    """


for command in (analyze, batch, timeline, convert, sanitize, serve, rules, explain, howto, compare):
    main.add_command(command)
