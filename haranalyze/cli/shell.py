"""What the commands share: exit codes, options every command has, reading inputs, writing outputs whole."""

from __future__ import annotations

import gc
import mmap
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import click

from haranalyze.errors import CaptureError, HaranalyzeError, LimitError, OptionsError

if TYPE_CHECKING:
    from haranalyze.capture.model import Capture
    from haranalyze.options import Limits, Options
    from haranalyze.settings import Settings

FINDINGS, UNREADABLE, RULE_BROKE, INTERRUPTED = 1, 3, 4, 130
_BUFFER: Final = 1 << 18  # bytes of a file that is written

ENDINGS = {
    ".html": "html",
    ".htm": "html",
    ".sarif": "sarif",
    ".sarif.json": "sarif",
    ".json": "json",
    ".xml": "junit",
    ".md": "markdown",
    ".txt": "text",
    ".csv": "csv",
    ".parquet": "parquet",
}

EXIT_CODES = """\b
Exit codes:
  0  analysed
  1  findings at or above --fail-on
  2  wrong use
  3  a recording could not be read
  4  a rule could not run
  130  interrupted"""


def common(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options every command has."""
    quiet = click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors on stderr.")
    verbose = click.option("-v", "--verbose", is_flag=True, help="Say more on stderr.")
    return quiet(verbose(command))


def configured(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option of commands that use the settings file."""
    return click.option(
        "--config",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Settings file (default: haranalyze.toml or pyproject.toml here or above).",
    )(command)


def as_browser_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option of commands that look at recordings of other clients with a browser's eyes."""
    return click.option(
        "--as-browser",
        metavar="ORIGIN",
        callback=_origin,
        default="",
        help="For a recording of another client: what a browser at this origin would have done.",
    )(command)


def _origin(_context: click.Context, _parameter: click.Parameter, given: str) -> str:
    """The origin of a page as browsers write it.

    Raises:
        OptionsError: it is none of http or https.
    """
    if not given:
        return ""
    from haranalyze.protocol.url import parse_url

    url = parse_url(given)
    if not url.ok or url.scheme not in {"http", "https"} or not url.host:
        raise OptionsError("--as-browser needs the origin of a page, such as https://app.example.com")
    return url.origin


def limited(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option of commands that read recordings."""
    return click.option(
        "--limit",
        "limits",
        multiple=True,
        metavar="NAME=VALUE",
        help="Another limit than the usual one, such as max_bytes=4G (repeatable).",
    )(command)


def limits_from(given: Sequence[str], settings: Settings | None = None) -> Limits:
    """The limits of a run: those of the settings, then those of the command line.

    Raises:
        OptionsError: one is written wrong or does not exist.
    """
    from haranalyze.options import Limits
    from haranalyze.settings import limits_with

    base = settings.options.limits if settings is not None else Limits()
    pairs = [one.partition("=")[::2] for one in given]
    return limits_with(base, ((name.strip(), value.strip()) for name, value in pairs), "--limit") if given else base


def told(error: HaranalyzeError) -> str:
    """The message of an error; for a limit with the option that changes it."""
    from dataclasses import fields

    from haranalyze.options import Limits

    name = next((one.name for one in fields(Limits) if one.name in str(error)), None)
    return f"{error}; --limit {name}=VALUE changes it" if isinstance(error, LimitError) and name else str(error)


class _Overdue(BaseException):
    """Raised in a thread whose time is over; not an Exception, since rules that raise one are told and passed over."""


@contextmanager
def within_seconds(limits: Limits) -> Iterator[None]:
    """Stop the block when it takes longer than ``max_seconds``: at its next step, wherever that is.

    A signal would not do: they are ignored in jobs of the background, reach the main thread only, and Windows lacks
    the one for it.

    Raises:
        LimitError: it took longer.
    """
    lock, state, thread = threading.Lock(), {"over": False, "done": False}, threading.get_ident()

    def stop() -> None:
        import ctypes

        with lock:
            if not state["done"]:
                state["over"] = True
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(_Overdue))

    timer = threading.Timer(limits.max_seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        try:
            yield
        finally:
            with lock:
                state["done"] = True
            timer.cancel()
            if state["over"] and not isinstance(sys.exc_info()[1], _Overdue):
                time.sleep(0.1)  # it is on its way and arrives here
                raise _Overdue
    except _Overdue:
        raise LimitError(f"it took longer than max_seconds allows ({limits.max_seconds})") from None


def own_systems(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option of commands that read session systems of the user's own."""
    return click.option(
        "--systems",
        multiple=True,
        type=click.Path(exists=True, path_type=Path),
        metavar="DIR",
        help="Folder or file with session systems of your own (repeatable).",
    )(command)


def settings_from(config: Path | None, systems: Sequence[Path] = (), *, quiet: bool = False) -> Settings:
    """The settings of a run: of the file named, else of the nearest one at or above the working folder.

    Raises:
        OptionsError: a file cannot be used, or one that was not named asks for rule packs: they are programs, and a
            folder of attachments may hold a settings file of somebody else.
        SessionSystemError: a session system cannot be used.
    """
    from haranalyze.settings import Settings, find_settings, read_settings, read_systems
    from haranalyze.systems import systems_with

    path = config or find_settings(Path.cwd())
    settings = read_settings(path) if path is not None else Settings()
    if settings.rule_packs and config is None:
        raise OptionsError(f"{path} names rule packs, which are programs; to run them, say --config {path}")
    if path is not None and not quiet:
        click.echo(f"settings of {shown_name(str(path))}", err=True)
    own = tuple(one for place in systems for one in read_systems(place))
    # Without acceptances the day decides nothing, and results that are kept stay good on another day.
    today = date.today() if settings.options.accepted else None
    options = replace(settings.options, systems=settings.options.systems + own, today=today)
    systems_with(options.systems, options.cookie_names)  # a wrong file is told before a large recording is read
    return replace(settings, options=options)


def options_from(
    select: Sequence[str], ignore: Sequence[str], focus: Sequence[str], settings: Settings | None = None
) -> Options:
    """The options of a run, as the command line gives them: lists of ids may be comma-separated.

    ``select`` takes the place of what the settings select; ``ignore`` is added to what they leave out.
    """
    from haranalyze.options import Options

    def ids(given: Sequence[str]) -> frozenset[str]:
        return frozenset(part.strip() for item in given for part in item.split(",") if part.strip())

    told = settings.options if settings is not None else Options()
    return replace(
        told,
        select=ids(select) or told.select,
        ignore=ids(ignore) | told.ignore,
        focus=frozenset(host.lower() for host in focus),
    )


def format_of(path: Path | None) -> str | None:
    """The format that the ending of a file names, None where it names none."""
    name = path.name.lower() if path is not None else ""
    return next((format_ for ending, format_ in ENDINGS.items() if name.endswith(ending)), None)


def terminal_style() -> dict[str, Any]:
    """Width and colours of standard output for a text report: 80 columns and plain where it is no terminal."""
    terminal = sys.stdout.isatty()
    width = min(os.get_terminal_size().columns, 100) if terminal else 80
    return {"width": max(width, 40), "color": terminal and "NO_COLOR" not in os.environ}


def bytes_of(file: str) -> Any:
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


def shown_name(file: str) -> str:
    """The name of an input as it may be printed: control characters made visible."""
    from haranalyze.redaction import visible

    return "standard input" if file == "-" else visible(file)


def environment_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """What fills in the variables of a Postman collection."""
    return click.option(
        "--environment",
        "environments",
        multiple=True,
        type=click.Path(),
        metavar="FILE",
        help="Exported Postman environment whose variables fill in a collection's (repeatable).",
    )(command)


def read_file(file: str, environments: Sequence[str] = (), limits: Limits | None = None) -> tuple[Capture, ...]:
    """The recordings a file holds: one, or one for each member of an archive.

    Args:
        environments: files with exported Postman environments; limits: other than the usual ones.
    Raises:
        CaptureError: it cannot be opened or read.
    """
    return read_source(file, environments, limits)[1]


def read_source(
    file: str, environments: Sequence[str] = (), limits: Limits | None = None
) -> tuple[bytes | mmap.mmap, tuple[Capture, ...]]:
    """As :func:`read_file`, with the bytes the recordings are read from: :func:`give_back` takes them."""
    from haranalyze.capture import read_captures

    name, source = "standard input" if file == "-" else Path(file).name, bytes_of(file)
    return source, read_captures(source, name, limits, [bytes(bytes_of(one)) for one in environments])


def give_back(source: bytes | mmap.mmap) -> None:
    """Give the memory of a mapped file back to the system, where it can be: what is asked for again is read again."""
    if isinstance(source, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        source.madvise(mmap.MADV_DONTNEED)


@contextmanager
def uncollected() -> Iterator[None]:
    """Let the cyclic garbage collector rest, also from what is left in the end: captures make millions of objects and
    no cycles."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def write(path: Path, text: str | bytes | Iterable[bytes]) -> None:
    """Write a text, bytes or pieces of them by a temporary name and rename, so that nobody ever sees half a file."""
    with whole_file(path) as stream:
        for piece in (text.encode(),) if isinstance(text, str) else (text,) if isinstance(text, bytes) else text:
            stream.write(piece)


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write and read that gets its name when the block ends well, and is gone when it does not.

    Raises:
        OptionsError: it cannot be written; says why.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".haranalyze-")
        try:
            with os.fdopen(handle, "w+b", buffering=_BUFFER) as stream:
                yield stream
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OptionsError(f"{shown_name(str(path))} cannot be written: {error.strerror}") from error


def exit_with(codes: list[int]) -> None:
    """The exit code of several files: 3 wins over 4, 4 over 1."""
    for code in (UNREADABLE, RULE_BROKE, FINDINGS):
        if code in codes:
            sys.exit(code)
