"""Uploads as they arrive: one file as the body itself, or several in a form; durable before they are acknowledged."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from anyio import to_thread
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from haranalyze.web.gate import person_of, random_id
from haranalyze.web.problems import ProblemError
from haranalyze.web.site import Site
from haranalyze.web.spool import Incoming

BLOCK = 1 << 18  # bytes gathered before a thread seals and writes them
MOST_FILES, MOST_FIELDS, MOST_FIELD = 50, 10, 1_000  # files and fields of one form, characters of a field


@dataclass(frozen=True, slots=True)
class Upload:
    """One file to keep."""

    name: str
    ticket: str = ""
    key: str | None = None


async def receive_body(site: Site, request: Request, upload: Upload) -> tuple[str, bool]:
    """Keep the body of a request as one capture; its id, and whether it is new.

    Raises:
        HaranalyzeError: it is not kept; :func:`problem_of` gives the answer.
    """
    person = person_of(request).name
    async with _room(site, request, person) as announced:
        capture = _new(site)
        try:
            incoming = await run_in_threadpool(site.spool.begin, capture, site.settings.max_upload, announced)
            try:
                async for block in _blocks(request):
                    await to_thread.run_sync(incoming.write, block, limiter=site.writers)
                if incoming.size == 0:
                    raise ProblemError(400, "the body is empty; send the file itself as the body of the request")
                return await run_in_threadpool(_keep, site, incoming, upload, person)
            except BaseException:
                await run_in_threadpool(incoming.drop)
                raise
        finally:
            site.desk.receiving.discard(capture)


async def receive_form(site: Site, request: Request) -> list[str]:
    """Keep every file of a plain form as a capture; the ids.

    Raises:
        HaranalyzeError: nothing of the form is kept.
    """
    person = person_of(request).name
    async with _room(site, request, person):
        form = _Form(site)
        try:
            await form.read(request)
            ids = []
            for incoming, name in form.files:
                upload = Upload(name, form.ticket)
                ids.append((await run_in_threadpool(_keep, site, incoming, upload, person))[0])
            return ids
        except BaseException:
            await run_in_threadpool(form.drop)
            raise
        finally:
            site.desk.receiving -= form.captures


@asynccontextmanager
async def lent(site: Site, request: Request, *, form: bool) -> AsyncIterator[list[tuple[Incoming, str]]]:
    """The files of a request, sealed on disk, and their names, for as long as they are needed; nothing stays.

    Args:
        form: the body is a form with files; otherwise it is one file.

    Raises:
        HaranalyzeError: it cannot be taken; :func:`problem_of` gives the answer.
    """
    async with _room(site, request, person_of(request).name) as announced:
        taken = _Form(site)
        try:
            if form:
                await taken.read(request)
            else:
                await taken.read_one(request, announced)
            for incoming, _ in taken.files:
                await run_in_threadpool(incoming.keep)
            yield [(incoming, shown_name(name)) for incoming, name in taken.files]
        finally:
            await run_in_threadpool(taken.drop)
            site.desk.receiving -= taken.captures


@asynccontextmanager
async def _room(site: Site, request: Request, person: str) -> AsyncIterator[int]:
    """Room for one more of this person and in the queue, and the size that was announced (0: unknown)."""
    with site.uploads.hold(person):
        waiting = await run_in_threadpool(site.store.waiting) + len(site.desk.receiving)
        if waiting >= site.settings.queue:
            wait = str(min(60, 1 + waiting // (4 * site.settings.jobs)))
            raise ProblemError(429, f"{waiting} recordings wait to be read; try again soon", {"Retry-After": wait})
        announced = request.headers.get("content-length", "0")
        yield int(announced) if announced.isdigit() else 0


def _new(site: Site) -> str:
    capture = random_id()
    site.desk.receiving.add(capture)
    return capture


async def _blocks(request: Request) -> AsyncIterator[bytes]:
    gathered = bytearray()
    async for chunk in request.stream():
        gathered += chunk
        if len(gathered) >= BLOCK:
            yield bytes(gathered)
            gathered.clear()
    if gathered:
        yield bytes(gathered)


def _keep(site: Site, incoming: Incoming, upload: Upload, person: str) -> tuple[str, bool]:
    """Make file and row durable, in this order: a row always has its file."""
    incoming.keep()
    name = shown_name(upload.name)
    capture, is_new = site.store.accept(
        incoming.capture, name, upload.ticket, person, incoming.size, incoming.sha256, upload.key
    )
    if not is_new:
        incoming.drop()
        return capture, False
    site.audit(person, "upload", capture, size=incoming.size)
    site.metrics().uploads.inc()
    site.metrics().bytes.inc(incoming.size)
    site.desk.wake()
    return capture, True


def shown_name(given: str) -> str:
    """A file name as it may be shown: the last part, control characters made visible, 200 characters at most."""
    from haranalyze.redaction import visible

    return visible(given.replace("\\", "/").rpartition("/")[2].strip() or "recording")[:200]


def clean_ticket(given: str) -> str:
    """A ticket number as it may be shown. Raises ProblemError when it is too long."""
    from haranalyze.redaction import visible

    if len(given) > 80:
        raise ProblemError(400, "a ticket number has 80 characters at most")
    return visible(given.strip())[:80]


@dataclass
class _Form:
    """Reads multipart/form-data as it comes: files go sealed to disk, never whole into memory or another folder."""

    site: Site
    files: list[tuple[Incoming, str]] = field(default_factory=list)
    captures: set[str] = field(default_factory=set)
    fields: dict[str, bytes] = field(default_factory=dict)
    _events: list[tuple[str, bytes]] = field(default_factory=list)
    _part: dict[str, str] = field(default_factory=dict)
    _file: Incoming | None = None
    _parts: int = 0

    @property
    def ticket(self) -> str:
        """The ticket number of the form."""
        return clean_ticket(self.fields.get("ticket", b"").decode("utf-8", "replace"))

    async def read(self, request: Request) -> None:
        """Read the form to its end. Raises ProblemError when it is none."""
        from python_multipart.exceptions import MultipartParseError
        from python_multipart.multipart import MultipartParser, parse_options_header

        kind, options = parse_options_header(request.headers.get("content-type", ""))
        if kind != b"multipart/form-data" or b"boundary" not in options:
            raise ProblemError(415, "this address takes forms with files (multipart/form-data)")
        parser = MultipartParser(options[b"boundary"], self._callbacks())
        try:
            async for block in _blocks(request):
                for start in range(0, len(block), BLOCK):
                    parser.write(block[start : start + BLOCK])
                    await to_thread.run_sync(self._apply, limiter=self.site.writers)
            parser.finalize()
        except MultipartParseError as error:
            raise ProblemError(400, "the form is cut off or not in the format that it names") from error
        if self._file is not None:
            raise ProblemError(400, "the form is cut off")
        if not self.files:
            raise ProblemError(400, "the form holds no file; choose one first")

    async def read_one(self, request: Request, announced: int) -> None:
        """Take the body as the one file. Raises ProblemError when it is empty."""
        capture = _new(self.site)
        self.captures.add(capture)
        incoming = await run_in_threadpool(self.site.spool.begin, capture, self.site.settings.max_upload, announced)
        self.files.append((incoming, ""))
        async for block in _blocks(request):
            await to_thread.run_sync(incoming.write, block, limiter=self.site.writers)
        if incoming.size == 0:
            raise ProblemError(400, "the body is empty; send the file itself as the body of the request")

    def drop(self) -> None:
        """Forget what was received."""
        for incoming in [one for one, _ in self.files] + ([self._file] if self._file else []):
            incoming.drop()

    def _callbacks(self) -> Any:
        def note(name: str) -> Any:
            return lambda data=b"", start=0, end=0: self._events.append((name, data[start:end]))

        return {
            "on_part_begin": note("begin"),
            "on_header_field": note("field"),
            "on_header_value": note("value"),
            "on_header_end": note("header"),
            "on_headers_finished": note("open"),
            "on_part_data": note("data"),
            "on_part_end": note("end"),
        }

    def _apply(self) -> None:
        """Carry out what the parser saw; runs in a thread because it writes to disk."""
        events, self._events = self._events, []
        for name, data in events:
            getattr(self, f"_on_{name}")(data)

    def _on_begin(self, _: bytes) -> None:
        self._parts += 1
        if self._parts > MOST_FILES + MOST_FIELDS:
            raise ProblemError(413, f"a form holds {MOST_FILES} files at most")
        self._part = {"field": "", "value": "", "name": "", "filename": ""}

    def _on_field(self, data: bytes) -> None:
        self._part["field"] += data.decode("latin-1")

    def _on_value(self, data: bytes) -> None:
        self._part["value"] += data.decode("utf-8", "replace")

    def _on_header(self, _: bytes) -> None:
        from python_multipart.multipart import parse_options_header

        if self._part["field"].lower() == "content-disposition":
            _, options = parse_options_header(self._part["value"].encode())
            self._part["name"] = options.get(b"name", b"").decode("utf-8", "replace")
            if b"filename" in options:
                self._part["filename"] = options[b"filename"].decode("utf-8", "replace")
                self._part["is_file"] = "yes"
        self._part["field"] = self._part["value"] = ""

    def _on_open(self, _: bytes) -> None:
        if "is_file" in self._part:
            capture = _new(self.site)
            self.captures.add(capture)
            self._file = self.site.spool.begin(capture, self.site.settings.max_upload)

    def _on_data(self, data: bytes) -> None:
        if self._file is not None:
            self._file.write(data)
            return
        name = self._part["name"]
        self.fields[name] = self.fields.get(name, b"") + data
        if len(self.fields[name]) > MOST_FIELD:
            raise ProblemError(413, f"a field of a form has {MOST_FIELD} bytes at most")

    def _on_end(self, _: bytes) -> None:
        if self._file is not None:
            if self._file.size == 0 and not self._part["filename"]:
                self._file.drop()
            else:
                self.files.append((self._file, self._part["filename"]))
            self._file = None
