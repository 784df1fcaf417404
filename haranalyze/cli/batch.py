"""``haranalyze batch``: many tickets, grouped by cause."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from haranalyze.cli.shell import (
    EXIT_CODES,
    INTERRUPTED,
    common,
    configured,
    exit_with,
    limited,
    limits_from,
    options_from,
    settings_from,
    shown_name,
)
from haranalyze.cli.shell import RULE_BROKE as RULE_BROKE_CODE
from haranalyze.cli.shell import UNREADABLE as UNREADABLE_CODE
from haranalyze.errors import OptionsError

if TYPE_CHECKING:
    from haranalyze.batch.engines import Engine
    from haranalyze.batch.run import Progress, Summary

_WORDS: Final = {
    "fault": "fault",
    "other-trouble": "other trouble",
    "cannot-tell": "cannot tell",
    "healthy": "healthy",
    "not-read": "not read",
}
_SLOW_SECONDS: Final = 5.0
_SHOWN_GROUPS: Final = 10


@click.command(epilog=EXIT_CODES)
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("-o", "--output", required=True, metavar="DIR", help="Folder or bucket URL for reports and tables.")
@click.option("--jobs", type=click.IntRange(1), help="Captures at the same time (default: one for each core).")
@click.option("--dask", metavar="ADDRESS", help="Run on this Dask scheduler; 'local' starts one on this machine.")
@click.option("--groups", type=click.Path(path_type=Path), help="TOML file with names, merges and splits of groups.")
@click.option("--csv", is_flag=True, help="Write the tables as CSV too.")
@click.option("--timeline", is_flag=True, help="Write a table of every request too (timeline/, by day).")
@click.option("--memory", default="2G", metavar="SIZE", help="Most memory for one capture (default 2G).")
@click.option("--seconds", type=click.FloatRange(1), default=120.0, help="Most time for one capture (default 120).")
@click.option("--retry-failed", is_flag=True, help="Try failed captures again although nothing changed.")
@click.option("--select", multiple=True, metavar="RULES", help="Run only these rules (comma-separated, repeatable).")
@click.option("--ignore", multiple=True, metavar="RULES", help="Leave these rules out (comma-separated, repeatable).")
@click.option("--json-progress", is_flag=True, help="Progress as JSON Lines on stderr.")
@limited
@configured
@common
def batch(
    sources: tuple[str, ...],
    output: str,
    jobs: int | None,
    dask: str | None,
    groups: Path | None,
    csv: bool,
    timeline: bool,
    memory: str,
    seconds: float,
    retry_failed: bool,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    json_progress: bool,
    limits: tuple[str, ...],
    config: Path | None,
    quiet: bool,
    verbose: bool,
) -> None:
    """Turn thousands of tickets into causes, each with its proof, fix and customers.

    SOURCE is a folder (the folder that holds a recording is its ticket), a glob, an archive, a manifest (CSV or JSON
    Lines with the columns ticket and capture; others are carried through), an export of Zendesk or Jira as a folder,
    or a URL such as s3://bucket/tickets; - reads a manifest or a list of paths from standard input.

    What is done is not done again: run the same command to resume, or to add what is new.

    \b
    Examples:
      haranalyze batch tickets/ -o out
      haranalyze batch manifest.csv -o out --csv --groups groups.toml
      find /mail -name '*.har' | haranalyze batch - -o out
      haranalyze batch s3://support/week-47 -o s3://support/out
      haranalyze batch tickets/ -o out --dask tls://scheduler:8786
    """
    from haranalyze.batch.engines import DaskEngine, LocalEngine
    from haranalyze.batch.run import Wanted
    from haranalyze.batch.run import batch as run
    from haranalyze.batch.sources import items
    from haranalyze.rulebook import Rulebook
    from haranalyze.workers import ChildLimits

    settings = settings_from(config, quiet=quiet)
    if settings.rule_packs:
        raise OptionsError("a batch uses installed rule packs only; install those that the settings name")
    options = replace(options_from(select, ignore, (), settings), limits=limits_from(limits, settings))
    Rulebook.installed().selected(options)  # a wrong rule id is told before the sources are listed
    child = ChildLimits(memory_bytes=_bytes(memory), seconds=seconds)
    wanted = Wanted(output, options, child, groups, csv, timeline, retry_failed)
    count = jobs or _cores()
    shown = _json if json_progress else _nothing if quiet or not sys.stderr.isatty() else _bar
    engine: Engine = DaskEngine(dask, count, child) if dask else LocalEngine(count, child)
    with engine, _finishing(engine) as stopped, shown() as tell:
        summary = run(items(sources), wanted, engine, tell)
    if not quiet:
        _say(summary, output, verbose=verbose)
    if stopped or not summary.complete:
        sys.exit(INTERRUPTED)
    exit_with([UNREADABLE_CODE] * bool(summary.failed) + [RULE_BROKE_CODE] * bool(summary.rules_not_run))


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _bytes(size: str) -> int:
    number, unit = size[:-1], size[-1:].upper()
    powers = {"K": 1, "M": 2, "G": 3}
    try:
        count = int(float(number) * 1024 ** powers[unit]) if unit in powers else int(size)
    except ValueError as error:
        raise OptionsError(f"--memory {size} is not a size; write 512M or 2G") from error
    if count < 256 * 1024**2:
        raise OptionsError(f"--memory {size} is less than an analysis needs to start; 256M is the least")
    return count


@contextmanager
def _finishing(engine: Engine) -> Iterator[list[int]]:
    """Ctrl-C once: what runs is finished and the tables are written. Twice: everything ends at once."""
    seen: list[int] = []

    def stop(number: int, _: Any) -> None:
        if seen:
            raise KeyboardInterrupt
        seen.append(number)
        engine.stop()
        click.echo("\nFinishing what runs; press Ctrl-C again to stop at once.", err=True)

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield seen
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _nothing() -> Iterator[Any]:
    yield None


@contextmanager
def _json() -> Iterator[Any]:
    """A line for every second and one at the end: ``{"done", "total", "reused", "verdicts", "rate", "slow"}``."""
    import json

    began = last = time.monotonic()

    def tell(progress: Progress, engine: Engine) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < 1 and progress.done < progress.total:
            return
        last = now
        slow = [one for one in engine.running()[:5] if one.seconds >= _SLOW_SECONDS]
        told = {
            "done": progress.done,
            "total": progress.total,
            "reused": progress.reused,
            "verdicts": dict(progress.states),
            "rate": round(progress.done / max(now - began, 0.001), 1),
            "slow": [{"name": one.name, "seconds": round(one.seconds, 1)} for one in slow],
        }
        click.echo(json.dumps(told), err=True)

    yield tell


@contextmanager
def _bar() -> Iterator[Any]:
    """A bar with rate, time left and verdicts so far; below it what takes long."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    columns = (BarColumn(20), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn())
    with Bar(*columns, TextColumn("{task.fields[told]}"), console=console, transient=True) as bar:
        task = bar.add_task("", total=None, rate="listing", told="")
        began = time.monotonic()

        def tell(progress: Progress, engine: Engine) -> None:
            from rich.markup import escape

            counts = ", ".join(f"{progress.states[one]} {word}" for one, word in _WORDS.items() if progress.states[one])
            slow = [one for one in engine.running() if one.seconds >= _SLOW_SECONDS]
            late = f"; {slow[0].seconds:.0f} s: {escape(shown_name(slow[0].name))}" if slow else ""
            rate = progress.done / max(time.monotonic() - began, 0.001)
            bar.update(
                task, total=progress.total, completed=progress.done, rate=f"{rate:.0f}/s", told=f"{counts}{late}"
            )

        yield tell


def _say(summary: Summary, output: str, *, verbose: bool) -> None:
    """What came out, on stderr; the output holds it all."""
    states = ", ".join(f"{count} {_WORDS[state]}" for state, count in summary.states.items())
    reused = f", {summary.progress.reused} from an earlier run" if summary.progress.reused else ""
    click.echo(f"{_n(summary.captures, 'recording')} of {_n(summary.tickets, 'ticket')}{reused}: {states}", err=True)
    shown = summary.groups if verbose else summary.groups[:_SHOWN_GROUPS]
    if shown:
        click.echo(f"{_n(len(summary.groups), 'cause')}:", err=True)
    for one in shown:
        click.echo(f"{one.tickets:6}  {one.name}{f' ({one.rise})' if one.rise else ''}", err=True)
    if len(shown) < len(summary.groups):
        click.echo(f"        and {len(summary.groups) - len(shown)} more", err=True)
    if summary.failed:
        click.echo(f"{_n(summary.failed, 'file')} could not be read; failures.csv says why", err=True)
    if not summary.complete:
        left = summary.progress.total - summary.progress.done
        click.echo(f"{_n(left, 'file')} left; run the same command again to resume", err=True)
    click.echo(f"written to {shown_name(output)}", err=True)


def _n(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
