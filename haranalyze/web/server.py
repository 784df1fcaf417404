"""Runs a site: binds the port, tells where it is, stops without losing anything."""

from __future__ import annotations

import asyncio
import dataclasses
import gc
import os
import socket
import sys
from collections.abc import Callable
from typing import Any

import uvicorn
from starlette.concurrency import run_in_threadpool

from haranalyze.errors import OptionsError
from haranalyze.web import pages
from haranalyze.web.app import build
from haranalyze.web.connections import with_deadlines
from haranalyze.web.records import Log
from haranalyze.web.settings import Settings
from haranalyze.web.site import Site, open_site

GRACE = 20  # seconds a stopping server gives to requests under way
MOST_CONNECTIONS = 2_000
SWITCH = 0.001  # seconds that a thread computes before the others' turn: Python's 0.005 add up with every writer


def serve(settings: Settings, log: Log, say: Callable[[str], None], started: Callable[[str], None]) -> None:
    """Serve until told to stop.

    Args:
        say: prints a line for the person at the terminal.
        started: called with the address to open, once connections are taken.

    Raises:
        OptionsError: the settings are unsafe or cannot be carried out.
    """
    settings.check()
    sys.setswitchinterval(SWITCH)
    _raise_file_limit()
    bound = _bind(settings)
    settings = dataclasses.replace(settings, port=bound.getsockname()[1])
    try:
        site = open_site(settings, log)
    except BaseException:
        bound.close()
        raise
    site.api_token = os.environ.get("HARANALYZE_TOKEN", "")
    config = uvicorn.Config(
        build(site),
        http=with_deadlines(settings.header_seconds, settings.body_seconds, settings.body_rate),
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=20,
        timeout_graceful_shutdown=GRACE,
        limit_concurrency=MOST_CONNECTIONS,
        backlog=1024,
    )
    server = _Server(config, site)
    site.desk.start()

    def ready() -> None:
        gc.freeze()
        gc.enable()
        _greet(site, say, started)

    server.ready = ready
    server.stopped = lambda: say("Stopped. Recordings that were accepted are kept, and read at the next start.")
    server.run(sockets=[bound])


def _greet(site: Site, say: Callable[[str], None], started: Callable[[str], None]) -> None:
    site.log("started", address=site.settings.address, database=site.store.engine.dialect.name)
    if site.settings.has_sign_in:
        say(f"haranalyze is at {site.settings.address}")
        started(site.settings.address)
        return
    site.grants.end_kind("link")
    link = site.new_link()
    say(f"Open this link once to sign in:\n\n    {link}\n\nOnly this computer can reach it. Stop with Ctrl-C.")
    site.link_used = lambda: say(f"Signed in. For another browser:\n\n    {site.new_link()}\n")
    started(link)


class _Server(uvicorn.Server):
    """Tells when it listens, and ends streams that would hold a stop up."""

    def __init__(self, config: uvicorn.Config, site: Site) -> None:
        super().__init__(config)
        self._site = site
        self.ready: Callable[[], None] = lambda: None
        self.stopped: Callable[[], None] = lambda: None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then say so."""
        await super().startup(sockets)
        if self.started:
            self.ready()
            self._loading = asyncio.create_task(run_in_threadpool(pages.load))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the requests, then the reading. Here, because uvicorn raises the signal anew after it."""
        await super().shutdown(sockets)
        await asyncio.get_running_loop().run_in_executor(None, self._site.close)
        self.stopped()

    def handle_exit(self, sig: int, frame: Any) -> None:
        """First signal: stop gracefully; a second one: at once."""
        self._site.stopping.set()
        super().handle_exit(sig, frame)


def _bind(settings: Settings) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        return socket.create_server((settings.host, settings.port), family=family, backlog=1024)
    except OSError as error:
        reason = error.strerror or "it cannot be used"
        raise OptionsError(
            f"{settings.host} port {settings.port} cannot be listened on: {reason}; see --port"
        ) from error


def _raise_file_limit() -> None:
    """As many open files as the system lets us have."""
    if sys.platform != "win32":
        import resource

        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        wanted = 65_536 if hard == resource.RLIM_INFINITY else hard
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
