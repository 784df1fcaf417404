"""``haranalyze sanitize``: a copy of a recording that is safe to send, with a receipt."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import click

from haranalyze.cli.shell import (
    UNREADABLE,
    common,
    configured,
    exit_with,
    give_back,
    limited,
    limits_from,
    read_source,
    settings_from,
    shown_name,
    told,
    uncollected,
    whole_file,
    within_seconds,
    write,
)
from haranalyze.errors import CaptureError, OptionsError

if TYPE_CHECKING:
    from haranalyze.capture.model import Capture
    from haranalyze.options import Limits
    from haranalyze.sanitizer import Receipt


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(allow_dash=True), metavar="FILE...")
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    help="Write the copy to this file (- for standard output); for several recordings, a folder.",
)
@click.option("--receipt", type=click.Path(path_type=Path), help="Write the receipt here too; as JSON with .json.")
@click.option("--keep-bodies", is_flag=True, help="Mask all text bodies instead of removing those no check reads.")
@limited
@configured
@common
def sanitize(
    files: tuple[str, ...],
    output: Path,
    receipt: Path | None,
    keep_bodies: bool,
    limits: tuple[str, ...],
    config: Path | None,
    quiet: bool,
    verbose: bool,
) -> None:
    """Write a copy that is safe to send and gives the same findings.

    Cookies, tokens, passwords, personal data and everything else that is not known to be needed is replaced by
    stand-ins of the same length and kind of characters, or left out. Files given together share their stand-ins, so
    that they can be compared. A second look searches the copy for every secret of the original; if it finds one,
    no copy is left. The receipt goes to standard error.

    \b
    Examples:
      haranalyze sanitize ticket.har -o ticket.safe.har
      haranalyze sanitize before.har after.har -o safe/ --receipt safe/receipt.json
      cat ticket.har | haranalyze sanitize - -o - | gzip > ticket.safe.har.gz
    """
    bounds = limits_from(limits, settings_from(config, quiet=quiet))
    with uncollected():
        sources, captures, codes = _read(files, bounds)
        if codes and captures:
            click.echo("Nothing was written: the files of one call share their stand-ins.", err=True)
        elif captures:
            paths = _paths([file for file, _ in captures], output)
            with within_seconds(bounds):
                made = _sanitized([capture for _, capture in captures], sources, paths, keep_bodies=keep_bodies)
            _deliver(made, paths, receipt, quiet=quiet)
            if verbose:
                click.echo(f"receipt schema {made.schema}", err=True)
    exit_with(codes)


def _read(files: Sequence[str], limits: Limits) -> tuple[list[Any], list[tuple[str, Capture]], list[int]]:
    """The bytes of the files, the recordings in them with the names of the files, and an exit code for each failure."""
    sources: list[Any] = []
    captures: list[tuple[str, Capture]] = []
    codes: list[int] = []
    for file in files:
        try:
            with within_seconds(limits):
                source, read = read_source(file, limits=limits)
            sources.append(source)
            captures += [(file, capture) for capture in read]
        except CaptureError as error:
            click.echo(f"Error: {shown_name(file)}: {told(error)}", err=True)
            codes.append(UNREADABLE)
    return sources, captures, codes


def _deliver(made: Receipt, paths: list[Path | None], receipt: Path | None, *, quiet: bool) -> None:
    if receipt is not None:
        write(receipt, made.to_json() if receipt.suffix.lower() == ".json" else made.to_text())
    if not quiet:
        click.echo(made.to_text(), err=True, nl=False)
        for path in paths:
            if path is not None:
                click.echo(f"copy written to {shown_name(str(path))}", err=True)


def _paths(files: list[str], output: Path) -> list[Path | None]:
    """Where each copy goes: None for standard output."""
    if str(output) == "-":
        if len(files) > 1:
            raise OptionsError(f"{len(files)} copies do not go to standard output; name a folder with -o")
        return [None]
    if len(files) == 1 and not output.is_dir() and not str(output).endswith(("/", os.sep)):
        if files[0] != "-" and output.exists() and output.samefile(files[0]):
            raise OptionsError("the copy would replace its original; name another file with -o")
        return [output]
    if output.is_file():
        raise OptionsError(f"{len(files)} copies do not go to one file; name a folder with -o")
    stems = ["stdin" if file == "-" else Path(file).name.partition(".")[0] or "recording" for file in files]
    return [
        output / (f"{stem}.safe.har" if stems.count(stem) == 1 else f"{stem}-{number}.safe.har")
        for number, stem in enumerate(stems, start=1)
    ]


def _sanitized(captures: list[Capture], sources: list[Any], paths: list[Path | None], *, keep_bodies: bool) -> Receipt:
    """Write all copies under temporary names beside their places; they get their names when all of them are sound."""
    from haranalyze.sanitizer import sanitize_to

    def give_all_back() -> None:
        for source in sources:
            give_back(source)

    with ExitStack() as stack:
        streams = [stack.enter_context(_place(path)) for path in paths]
        made = sanitize_to(captures, streams, keep_bodies=keep_bodies, give_back=give_all_back)
        if None in paths:
            streams[0].seek(0)
            shutil.copyfileobj(streams[0], sys.stdout.buffer)
        return made


def _place(path: Path | None) -> AbstractContextManager[BinaryIO]:
    return closing(cast("BinaryIO", tempfile.TemporaryFile())) if path is None else whole_file(path)
