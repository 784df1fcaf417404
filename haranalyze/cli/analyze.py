"""``haranalyze analyze``: the main job."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from haranalyze.cli.shell import (
    ENDINGS,
    EXIT_CODES,
    FINDINGS,
    RULE_BROKE,
    UNREADABLE,
    common,
    exit_with,
    options_from,
    read_file,
    shown_name,
    write,
)
from haranalyze.errors import CaptureError, OptionsError

if TYPE_CHECKING:
    from haranalyze.options import Options
    from haranalyze.report.document import Report
    from haranalyze.rulebook import Rulebook

FORMATS = ("text", "html", "json")
SEVERITIES = ("info", "low", "medium", "high", "critical", "cannot-tell")


@click.command(epilog=EXIT_CODES)
@click.argument("files", nargs=-1, required=True, type=click.Path(allow_dash=True), metavar="FILE...")
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    help="Format of the report (default: by the ending of -o, else text).",
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Write to this file; for several files, a folder."
)
@click.option("--open", "open_", is_flag=True, help="Open the written report in the browser.")
@click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES),
    help="Exit with 1 when a finding is this severe, or the verdict is cannot-tell.",
)
@click.option("--select", multiple=True, metavar="RULES", help="Run only these rules (comma-separated, repeatable).")
@click.option("--ignore", multiple=True, metavar="RULES", help="Leave these rules out (comma-separated, repeatable).")
@click.option("--focus", multiple=True, metavar="HOST", help="Host whose session is asked about (repeatable).")
@common
def analyze(
    files: tuple[str, ...],
    format_: str | None,
    output: Path | None,
    open_: bool,
    fail_on: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    focus: tuple[str, ...],
    quiet: bool,
    verbose: bool,
) -> None:
    """Say what broke first, what proves it and who has to change what.

    FILE is a recording, plain or inside gzip, zip, brotli or zstd; - reads standard input. The report goes to
    standard output or to -o, everything else to standard error.

    \b
    Examples:
      haranalyze analyze ticket.har
      haranalyze analyze ticket.har -o report.html --open
      haranalyze analyze ticket.har --format json | jq .verdict.headline
      haranalyze analyze *.har -o reports/ --format html
      cat ticket.har | haranalyze analyze - --fail-on high
    """
    from haranalyze.rulebook import Rulebook

    how = format_ or (ENDINGS.get(output.suffix.lower()) if output and len(files) == 1 else None) or "text"
    if how not in FORMATS:
        raise OptionsError(f"a report cannot be written as {how}; choose --format text, html or json")
    if open_ and output is None:
        raise OptionsError("--open needs -o, the file to write and open")
    options = options_from(select, ignore, focus)
    book = Rulebook.installed()
    book.selected(options)  # a wrong rule id is told before a large file is read
    codes: list[int] = []
    written: list[tuple[str, str, Report]] = []
    for file in files:
        try:
            reports = _analyze_file(file, book, options)
        except CaptureError as error:
            click.echo(f"Error: {shown_name(file)}: {error}", err=True)
            codes.append(UNREADABLE)
            continue
        for report in reports:
            written.append((file, _rendered(report, how, output), report))
            codes.append(_code(report, fail_on))
            if verbose:
                _say_notes(report)
    _deliver(written, how, output, several=len(files) > 1, open_=open_, quiet=quiet)
    exit_with(codes)


def _analyze_file(file: str, book: Rulebook, options: Options) -> list[Report]:
    """Reports of one file: one, or one for each recording in an archive.

    The cyclic garbage collector rests meanwhile: a capture makes millions of objects and no cycles.
    """
    from haranalyze.analysis import examine
    from haranalyze.report.document import build

    gc.disable()
    try:
        return [build(examine(capture, book, options)) for capture in read_file(file)]
    finally:
        gc.freeze()
        gc.enable()


def _rendered(report: Report, how: str, output: Path | None) -> str:
    from haranalyze.report import render

    if how != "text" or output is not None:
        return render(report, how)
    terminal = sys.stdout.isatty()
    width = min(os.get_terminal_size().columns, 100) if terminal else 80
    return render(report, how, width=max(width, 40), color=terminal and "NO_COLOR" not in os.environ)


def _deliver(
    written: list[tuple[str, str, Report]], how: str, output: Path | None, *, several: bool, open_: bool, quiet: bool
) -> None:
    if not written:
        return
    many = several or len(written) > 1
    if output is None:
        if many and how == "html":
            raise OptionsError(f"{len(written)} pages do not go to standard output; name a folder with -o")
        texts = [text for _, text, _ in written]
        click.echo("[" + ",".join(texts) + "]" if how == "json" and many else "\n".join(texts), nl=False)
        return
    if many and output.suffix.lower() in ENDINGS and not output.is_dir():
        raise OptionsError(f"{len(written)} reports do not go to one file; name a folder with -o")
    for number, (file, text, report) in enumerate(written, start=1):
        path = output / _report_name(file, how, number, written) if many or output.is_dir() else output
        write(path, text)
        if not quiet:
            click.echo(f"{report.verdict.state.upper()}  {report.verdict.headline}", err=True)
            click.echo(f"report written to {shown_name(str(path))}", err=True)
        if open_:
            click.launch(path.resolve().as_uri())


def _report_name(file: str, how: str, number: int, written: list[tuple[str, str, Report]]) -> str:
    """A file name of our own for the report of a file; numbered where two would be the same."""
    ending = {"text": ".txt", "html": ".html", "json": ".json"}[how]
    stem = "stdin" if file == "-" else Path(file).stem
    same = sum(Path(other).stem == stem for other, _, _ in written) > 1
    return f"{stem}-{number}{ending}" if same else stem + ending


def _say_notes(report: Report) -> None:
    for note in report.notes:
        click.echo(f"note: {note.message} ({note.pointer or 'whole file'}, {note.count} times)", err=True)
    for rule in report.rules:
        click.echo(f"{rule.outcome:15} {rule.rule}: {rule.reason}", err=True)


def _code(report: Report, fail_on: str | None) -> int:
    if any(rule.outcome == "not-run" for rule in report.rules):
        return RULE_BROKE
    if fail_on is None:
        return 0
    if report.verdict.state == "cannot-tell" and fail_on == "cannot-tell":
        return FINDINGS
    if fail_on == "cannot-tell":
        return 0
    worst = SEVERITIES.index(fail_on)
    return FINDINGS if any(SEVERITIES.index(one.severity) >= worst for one in report.findings) else 0
