"""The command line: obtains bytes, calls the engine, delivers text. Nothing else."""

from __future__ import annotations

import gc
import mmap
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from haranalyze.errors import CaptureError, HaranalyzeError, OptionsError

if TYPE_CHECKING:
    from haranalyze.capture.model import Capture
    from haranalyze.options import Options
    from haranalyze.report.document import Report
    from haranalyze.rulebook import Rulebook

FORMATS = ("text", "html", "json")
TABLES = ("text", "csv", "parquet", "json")
SEVERITIES = ("info", "low", "medium", "high", "critical", "cannot-tell")
FINDINGS, UNREADABLE, RULE_BROKE, INTERRUPTED = 1, 3, 4, 130
_ENDINGS = {".html": "html", ".htm": "html", ".json": "json", ".txt": "text", ".csv": "csv", ".parquet": "parquet"}
_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}

EXIT_CODES = """\b
Exit codes:
  0  analysed
  1  findings at or above --fail-on
  2  wrong use
  3  a recording could not be read
  4  a rule could not run
  130  interrupted"""


class _Group(click.Group):
    """Turns the project's errors into one line on stderr and their exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except HaranalyzeError as error:
            click.echo(f"Error: {error}", err=True)
            ctx.exit(error.exit_code)
        except KeyboardInterrupt:
            click.echo("Interrupted; nothing half-written is left.", err=True)
            ctx.exit(INTERRUPTED)


@click.group(cls=_Group, context_settings=_CONTEXT, epilog=EXIT_CODES)
@click.version_option(package_name="haranalyze", prog_name="haranalyze")
def main() -> None:
    """Read a recording of a login that does not work, and say what broke first.

    The recording is a HAR file from a browser's devtools or another tool. Reports never hold cookies, tokens or
    passwords, and nothing is sent anywhere.

    \b
    Examples:
      haranalyze analyze ticket.har
      haranalyze analyze ticket.har -o report.html --open
      haranalyze timeline ticket.har --format csv -o timeline.csv
      haranalyze explain refresh-loop
    """


def _common(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options every command has."""
    quiet = click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors on stderr.")
    verbose = click.option("-v", "--verbose", is_flag=True, help="Say more on stderr.")
    return quiet(verbose(command))


@main.command(epilog=EXIT_CODES)
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
@_common
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

    how = format_ or (_ENDINGS.get(output.suffix.lower()) if output and len(files) == 1 else None) or "text"
    if how not in FORMATS:
        raise OptionsError(f"a report cannot be written as {how}; choose --format text, html or json")
    if open_ and output is None:
        raise OptionsError("--open needs -o, the file to write and open")
    options = _options(select, ignore, focus)
    book = Rulebook.installed()
    book.selected(options)  # a wrong rule id is told before a large file is read
    codes: list[int] = []
    written: list[tuple[str, str, Report]] = []
    for file in files:
        try:
            reports = _analyze_file(file, book, options)
        except CaptureError as error:
            click.echo(f"Error: {_shown_name(file)}: {error}", err=True)
            codes.append(UNREADABLE)
            continue
        for report in reports:
            written.append((file, _rendered(report, how, output), report))
            codes.append(_code(report, fail_on))
            if verbose:
                _say_notes(report)
    _deliver(written, how, output, several=len(files) > 1, open_=open_, quiet=quiet)
    _exit(codes)


def _options(select: Sequence[str], ignore: Sequence[str], focus: Sequence[str]) -> Options:
    from haranalyze.options import Options

    def ids(given: Sequence[str]) -> frozenset[str]:
        return frozenset(part.strip() for item in given for part in item.split(",") if part.strip())

    return Options(select=ids(select), ignore=ids(ignore), focus=frozenset(host.lower() for host in focus))


def _bytes_of(file: str) -> Any:
    """The bytes of a file, mapped where possible, or of standard input.

    The map lives as long as the capture that was read from it, and closes with its last use.

    Raises:
        CaptureError: the file cannot be opened; says why.
    """
    if file == "-":
        # In pieces: one long read would not notice an interrupt that comes between two pipe-fulls.
        source: Any = sys.stdin.buffer
        return b"".join(iter(lambda: source.read1(2**20), b""))
    try:
        with open(file, "rb") as stream:  # noqa: PTH123 - the name is the user's own
            if os.fstat(stream.fileno()).st_size == 0:
                return stream.read()
            return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it cannot be read"
        raise CaptureError(f"the file cannot be opened: {reason}") from error


def _shown_name(file: str) -> str:
    from haranalyze.redaction import visible

    return "standard input" if file == "-" else visible(file)


def _read(file: str) -> tuple[Capture, ...]:
    from haranalyze.capture import read_captures

    return read_captures(_bytes_of(file), "standard input" if file == "-" else Path(file).name)


def _analyze_file(file: str, book: Rulebook, options: Options) -> list[Report]:
    """Reports of one file: one, or one for each recording in an archive.

    The cyclic garbage collector rests meanwhile: a capture makes millions of objects and no cycles.
    """
    from haranalyze.analysis import examine
    from haranalyze.report.document import build

    gc.disable()
    try:
        return [build(examine(capture, book, options)) for capture in _read(file)]
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
    if many and output.suffix.lower() in _ENDINGS and not output.is_dir():
        raise OptionsError(f"{len(written)} reports do not go to one file; name a folder with -o")
    for number, (file, text, report) in enumerate(written, start=1):
        path = output / _report_name(file, how, number, written) if many or output.is_dir() else output
        _write(path, text)
        if not quiet:
            click.echo(f"{report.verdict.state.upper()}  {report.verdict.headline}", err=True)
            click.echo(f"report written to {_shown_name(str(path))}", err=True)
        if open_:
            click.launch(path.resolve().as_uri())


def _report_name(file: str, how: str, number: int, written: list[tuple[str, str, Report]]) -> str:
    """A file name of our own for the report of a file; numbered where two would be the same."""
    ending = {"text": ".txt", "html": ".html", "json": ".json"}[how]
    stem = "stdin" if file == "-" else Path(file).stem
    same = sum(Path(other).stem == stem for other, _, _ in written) > 1
    return f"{stem}-{number}{ending}" if same else stem + ending


def _write(path: Path, text: str | bytes) -> None:
    """Write by a temporary name and rename, so that nobody ever sees half a file."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".haranalyze-")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(text.encode() if isinstance(text, str) else text)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OptionsError(f"{path} cannot be written: {error.strerror}") from error


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


def _exit(codes: list[int]) -> None:
    """The exit code of several files: 3 wins over 4, 4 over 1."""
    for code in (UNREADABLE, RULE_BROKE, FINDINGS):
        if code in codes:
            sys.exit(code)


@main.command()
@click.argument("file", type=click.Path(allow_dash=True))
@click.option(
    "--format", "format_", type=click.Choice(TABLES), help="Format (default: by the ending of -o, else text)."
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to this file.")
@click.option("--pages", is_flag=True, help="One row for each page instead: load time, first byte, sizes.")
@_common
def timeline(file: str, format_: str | None, output: Path | None, pages: bool, quiet: bool, verbose: bool) -> None:
    """Show the requests of a recording as a table, in the order the client made them.

    \b
    Examples:
      haranalyze timeline ticket.har
      haranalyze timeline ticket.har --format csv -o timeline.csv
      haranalyze timeline ticket.har -o timeline.parquet
      haranalyze timeline ticket.har --pages
    """
    from haranalyze.report import to_table

    how = format_ or (_ENDINGS.get(output.suffix.lower(), "") if output else "") or "text"
    if how not in TABLES:
        raise OptionsError(f"a timeline cannot be written as {how}; choose --format text, csv, parquet or json")
    if how == "parquet" and output is None:
        raise OptionsError("parquet is binary; name a file with -o")
    captures = _read(file)
    if len(captures) > 1:
        raise OptionsError(f"the archive holds {len(captures)} recordings; unpack it and choose one")
    table = to_table.pages_table(captures[0]) if pages else to_table.timeline_table(captures[0])
    content = to_table.write(table, how)
    if output is None:
        click.echo(content, nl=False)
    else:
        _write(output, content)
        if not quiet:
            click.echo(f"{len(table)} rows written to {output}", err=True)
    if verbose:
        for note in captures[0].notes:
            click.echo(f"note: {note.message} ({note.pointer or 'whole file'}, {note.count} times)", err=True)


@main.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@_common
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


@main.command()
@click.argument("rule_id", metavar="RULE")
@_common
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
