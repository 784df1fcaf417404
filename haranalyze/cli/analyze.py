"""``haranalyze analyze``: the main job."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from haranalyze.cli.shell import (
    ENDINGS,
    EXIT_CODES,
    FINDINGS,
    RULE_BROKE,
    UNREADABLE,
    as_browser_option,
    common,
    configured,
    environment_option,
    exit_with,
    format_of,
    give_back,
    limited,
    limits_from,
    options_from,
    own_systems,
    read_source,
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
    from haranalyze.options import Options
    from haranalyze.report.document import Report
    from haranalyze.rulebook import Rulebook

FORMATS = ("text", "html", "json", "sarif", "junit", "markdown")
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
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Write to this file or, a report each, into this folder.",
)
@click.option("--open", "open_", is_flag=True, help="Open the written report in the browser.")
@click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES),
    help="Exit with 1 when a finding is this severe, or the verdict is cannot-tell.",
)
@click.option("--select", multiple=True, metavar="RULES", help="Run only these rules (comma-separated, repeatable).")
@click.option("--ignore", multiple=True, metavar="RULES", help="Leave these rules out (comma-separated, repeatable).")
@environment_option
@as_browser_option
@click.option("--focus", multiple=True, metavar="HOST", help="Host whose session is asked about (repeatable).")
@click.option(
    "--all-exchanges", is_flag=True, help="Keep every exchange of a very large recording, however large the report."
)
@click.option("--case", is_flag=True, help="Take all recordings as one ticket: one verdict (text, markdown, json).")
@limited
@configured
@own_systems
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
    environments: tuple[str, ...],
    as_browser: str,
    all_exchanges: bool,
    case: bool,
    limits: tuple[str, ...],
    config: Path | None,
    systems: tuple[Path, ...],
    quiet: bool,
    verbose: bool,
) -> None:
    """Say what broke first, what proves it and who has to change what.

    FILE is a recording (HAR, Postman, Newman, mitmproxy, Playwright trace, Chrome net log, curl -v, ...), plain or
    inside gzip, zip, brotli or zstd; - reads standard input. The report goes to standard output or to -o, everything
    else to standard error. Several recordings make one JSON array, one SARIF log, one JUnit document, or with -o and a
    folder a report each.

    \b
    Examples:
      haranalyze analyze ticket.har
      haranalyze analyze ticket.har -o report.html --open
      haranalyze analyze ticket.har --format json | jq .verdict.headline
      haranalyze analyze *.har -o reports/ --format html
      haranalyze analyze --case before.har after.har
      haranalyze analyze recordings/*.har -o results.sarif --fail-on high
      haranalyze analyze ticket.har --format markdown | gh issue comment 7 -F -
      haranalyze analyze postman.json --as-browser https://app.example.com
      cat ticket.har | haranalyze analyze - --fail-on high
    """
    from haranalyze.settings import rulebook_with

    how = format_ or format_of(output) or "text"
    if how not in FORMATS:
        raise OptionsError(f"a report cannot be written as {how}; choose --format {', '.join(FORMATS)}")
    if open_ and output is None:
        raise OptionsError("--open needs -o, the file to write and open")
    if case:
        case_format(how)
    settings = settings_from(config, systems, quiet=quiet)
    options = replace(options_from(select, ignore, focus, settings), all_exchanges=all_exchanges, as_browser=as_browser)
    options = replace(options, limits=limits_from(limits, settings))
    book = rulebook_with(settings.rule_packs)
    book.selected(options)  # a wrong rule id is told before a large file is read
    codes: list[int] = []
    made: list[tuple[str, Report]] = []
    for file in files:
        try:
            reports = _analyze_file(file, environments, book, options)
        except CaptureError as error:
            click.echo(f"Error: {shown_name(file)}: {told(error)}", err=True)
            codes.append(UNREADABLE)
            continue
        for report in reports:
            made.append((file, report))
            if as_browser and report.as_browser is None and not quiet:
                click.echo(f"{shown_name(file)}: a browser made it; --as-browser is for other clients", err=True)
            codes.append(_code(report, fail_on))
            if verbose:
                _say_notes(report)
    if case and made:
        _deliver_case([report for _, report in made], how, output, open_=open_, quiet=quiet)
    else:
        _deliver(made, how, output, open_=open_, quiet=quiet)
    exit_with(codes)


def _analyze_file(file: str, environments: tuple[str, ...], book: Rulebook, options: Options) -> list[Report]:
    """Reports of one file: one, or one for each recording in an archive."""
    from haranalyze.analysis import examine
    from haranalyze.report.document import build

    with uncollected(), within_seconds(options.limits):
        source, captures = read_source(file, environments, options.limits)
        reports = []
        for one in captures:
            analysis = examine(one, book, options)
            analysis.facts.timeline.measure()  # what the rows of the report need of the source
            give_back(source)
            reports.append(build(analysis))
        return reports


def _deliver(made: list[tuple[str, Report]], how: str, output: Path | None, *, open_: bool, quiet: bool) -> None:
    """One text to standard output or into one file, or a file each into a folder."""
    from haranalyze.report import render, render_all

    if not made:
        return
    reports = [report for _, report in made]
    if output is None:
        style = terminal_style() if how == "text" else {}
        click.echo(render_all(reports, how, **style) if len(made) > 1 else render(reports[0], how, **style), nl=False)
        return
    into_folder = output.is_dir() or (len(made) > 1 and format_of(output) is None)
    if into_folder:
        texts = [
            (output / _report_name(file, how, number, made), render(report, how), [report])
            for number, (file, report) in enumerate(made, start=1)
        ]
    else:
        texts = [(output, render_all(reports, how) if len(made) > 1 else render(reports[0], how), reports)]
    for path, text, shown in texts:
        write(path, text)
        if not quiet:
            for report in shown:
                click.echo(f"{report.verdict.state.upper()}  {report.verdict.headline}", err=True)
            click.echo(f"report written to {shown_name(str(path))}", err=True)
        if open_:
            click.launch(path.resolve().as_uri())


def case_format(how: str) -> None:
    """Refuse a format that no case is written in. Raises OptionsError."""
    from haranalyze.report.case import FORMATS as KNOWN

    if how not in KNOWN:
        raise OptionsError(f"a case is not written as {how}; choose --format {', '.join(KNOWN)}, or leave --case out")


def _deliver_case(reports: list[Report], how: str, output: Path | None, *, open_: bool, quiet: bool) -> None:
    from haranalyze.report.case import build_case, render_case

    case = build_case(reports)
    if output is None:
        click.echo(render_case(case, how, **(terminal_style() if how == "text" else {})), nl=False)
        return
    write(output, render_case(case, how))
    if not quiet:
        click.echo(f"{case.verdict.state.upper()}  {case.verdict.headline}", err=True)
        click.echo(f"case written to {shown_name(str(output))}", err=True)
    if open_:
        click.launch(output.resolve().as_uri())


def _report_name(file: str, how: str, number: int, made: list[tuple[str, Report]]) -> str:
    """A file name of our own for the report of a file; numbered where two would be the same."""
    ending = next(ending for ending, format_ in ENDINGS.items() if format_ == how)
    stem = "stdin" if file == "-" else Path(file).stem
    same = sum(Path(other).stem == stem for other, _ in made) > 1
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
    counting = (one for one in report.findings if one.accepted is None)
    return FINDINGS if any(SEVERITIES.index(one.severity) >= worst for one in counting) else 0
