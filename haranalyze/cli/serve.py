"""``haranalyze serve``: the upload page."""

from __future__ import annotations

import gc
import ipaddress
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from haranalyze.cli.shell import EXIT_CODES, common, configured, own_systems, settings_from
from haranalyze.errors import OptionsError

if TYPE_CHECKING:
    from haranalyze.web.settings import Network, Provider


@click.command(epilog=EXIT_CODES)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8321, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 takes a free one."
)
@click.option("--open", "open_", is_flag=True, help="Open the page in the browser, signed in.")
@click.option("--data", type=click.Path(path_type=Path), help="Folder of the server's files (default: the user's own).")
@click.option("--database", default="", metavar="URL", help="postgresql://... instead of SQLite in the data folder.")
@click.option("--url", default="", metavar="URL", help="The address people type, when a proxy is in front.")
@click.option("--allowed-host", multiple=True, metavar="HOST", help="Another Host header to answer to (repeatable).")
@click.option("--password-file", type=click.Path(path_type=Path), help="People who may sign in with a password.")
@click.option("--add-person", metavar="NAME", help="Ask for a password, write it to --password-file, and end.")
@click.option("--oidc-issuer", metavar="URL", help="Sign in at this OpenID Connect provider.")
@click.option("--oidc-client-id", metavar="ID", help="Our name there; the secret is in HARANALYZE_OIDC_CLIENT_SECRET.")
@click.option("--oidc-allow", multiple=True, metavar="WHO", help="E-mail address or @domain let in (repeatable).")
@click.option("--proxy-header", default="", metavar="NAME", help="Header in which a trusted proxy names the person.")
@click.option("--proxy-peer", multiple=True, metavar="NETWORK", help="Address of such a proxy (repeatable).")
@click.option(
    "--max-upload", default=200, show_default=True, metavar="MB", type=click.IntRange(1), help="Largest file."
)
@click.option("--queue", default=100, show_default=True, type=click.IntRange(1), help="Recordings that may wait.")
@click.option(
    "--reserve", default=256, show_default=True, metavar="MB", type=click.IntRange(0), help="Left free on disk."
)
@click.option(
    "--keep-days", default=30.0, show_default=True, type=click.FloatRange(0.01), help="How long reports live."
)
@click.option("--keep-captures", is_flag=True, help="Keep a sanitized copy of each recording as long as its report.")
@click.option("--jobs", default=2, show_default=True, type=click.IntRange(1), help="Recordings read at a time.")
@click.option(
    "--dask", default="", metavar="ADDRESS", help="Have the workers of this Dask scheduler read, --jobs at a time."
)
@click.option(
    "--memory", default=2048, show_default=True, metavar="MB", type=click.IntRange(256), help="For one of them."
)
@click.option(
    "--time-limit", default=120.0, show_default=True, type=click.FloatRange(1), help="Seconds for one of them."
)
@click.option("--uploads-per-minute", default=30, show_default=True, type=click.IntRange(1), help="Of one person.")
@click.option("--uploads-at-once", default=5, show_default=True, type=click.IntRange(1), help="Of one person.")
@click.option(
    "--session-hours", default=12.0, show_default=True, type=click.FloatRange(0.01), help="How long a sign-in lasts."
)
@configured
@own_systems
@common
def serve(**given: Any) -> None:
    """Serve a page to drop recordings on.

    My machine: nothing to configure. The terminal shows a link that signs one browser in; only this computer can
    reach the page.

    \b
      haranalyze serve --open

    A team, with passwords, behind nginx (docs/serve.md has its configuration):

    \b
      haranalyze serve --password-file people --add-person alice
      haranalyze serve --host 10.0.0.5 --url https://har.example.com
                       --password-file people --proxy-peer 10.0.0.4

    An organisation, with PostgreSQL, its own sign-in, and a Dask cluster that reads:

    \b
      haranalyze serve --host 10.0.0.5 --url https://har.example.com
                       --database postgresql://har@db/har
                       --oidc-issuer https://login.example.com
                       --oidc-client-id haranalyze --oidc-allow @example.com
                       --dask tls://dask.internal:8786 --jobs 32

    Recordings are encrypted on disk until they are read, and deleted then; with --keep-captures a sanitized copy of
    each stays, to download and to compare. HARANALYZE_TOKEN sets a bearer token for
    scripts; people make their own on the page.
    """
    if given["add_person"]:
        _add_person(given["password_file"], given["add_person"])
        return
    gc.disable()  # modules are no garbage; the server enables it when it listens
    try:
        from haranalyze.web.records import Log
        from haranalyze.web.server import serve as run
        from haranalyze.web.settings import MB, Settings
    except ImportError as error:
        raise OptionsError("the upload page needs more libraries: pip install 'haranalyze[web]'") from error
    told = settings_from(given["config"], given["systems"], quiet=given["quiet"])
    if told.rule_packs:
        raise OptionsError("a server uses installed rule packs only; install those that the settings name")
    settings = Settings(
        data=given["data"] or _data_folder(),
        host=given["host"],
        port=given["port"],
        url=given["url"],
        database=given["database"],
        hosts=frozenset(host.lower() for host in given["allowed_host"]),
        password_file=given["password_file"],
        provider=_provider(given),
        proxy_header=given["proxy_header"],
        peers=tuple(_network(peer) for peer in given["proxy_peer"]),
        max_upload=given["max_upload"] * MB,
        queue=given["queue"],
        keep_days=given["keep_days"],
        keep_captures=given["keep_captures"],
        options=told.options,
        reserve=given["reserve"] * MB,
        jobs=given["jobs"],
        dask=given["dask"],
        memory=given["memory"] * MB,
        seconds=given["time_limit"],
        per_minute=given["uploads_per_minute"],
        at_once=given["uploads_at_once"],
        session_hours=given["session_hours"],
    )

    def started(address: str) -> None:
        if given["open_"]:
            click.launch(address)

    run(settings, Log(quiet=given["quiet"]), click.echo, started)


def _data_folder() -> Path:
    from platformdirs import user_data_path

    return user_data_path("haranalyze", appauthor=False)


def _network(given: str) -> Network:
    try:
        return ipaddress.ip_network(given)
    except ValueError as error:
        raise OptionsError("--proxy-peer is an address or network such as 10.0.0.4 or 10.0.0.0/24") from error


def _provider(given: dict[str, Any]) -> Provider | None:
    from haranalyze.web.settings import Provider

    if not given["oidc_issuer"]:
        return None
    secret = os.environ.get("HARANALYZE_OIDC_CLIENT_SECRET", "")
    allowed = frozenset(who.lower() for who in given["oidc_allow"])
    if not given["oidc_client_id"] or not secret or not allowed:
        raise OptionsError(
            "--oidc-issuer needs --oidc-client-id, the secret in HARANALYZE_OIDC_CLIENT_SECRET, and --oidc-allow: who "
            "of the provider's people may come in"
        )
    return Provider(given["oidc_issuer"], given["oidc_client_id"], secret, allowed)


def _add_person(path: Path | None, name: str) -> None:
    from haranalyze.web.passwords import add_person

    if path is None:
        raise OptionsError("--add-person needs --password-file, the file to write")
    add_person(path, name, click.prompt("Password", hide_input=True, confirmation_prompt=True))
    click.echo(f"{name} can sign in with the new password", err=True)
