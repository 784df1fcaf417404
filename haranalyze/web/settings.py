"""What a server can be told, and which set-ups it refuses because strangers could read recordings there."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from haranalyze.errors import OptionsError
from haranalyze.options import Options

MB = 1024**2

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Provider:
    """An OpenID Connect provider people sign in with.

    Attributes:
        issuer: its address, ``/.well-known/openid-configuration`` is read below it.
        allowed: e-mail addresses, or domains as ``@example.com``, that may come in.
    """

    issuer: str
    client_id: str
    client_secret: str
    allowed: frozenset[str]


@dataclass(frozen=True, slots=True)
class Settings:
    """One server.

    Attributes:
        data: folder of the database, the uploads that wait, and the audit log; made with mode 0700.
        url: the public address, when people reach the server by another one than ``http://host:port``.
        database: SQLAlchemy URL; empty: SQLite in ``data``.
        hosts: further names the Host header may carry.
        proxy_header: header in which a trusted proxy names who is signed in; peers: where such a proxy connects from.
        max_upload: bytes of one file; max_unpacked: bytes after unpacking (design: 200 MB and 1 GB).
        queue: captures that may wait; beyond it an upload is answered 429.
        keep_days: how long reports live; keep_captures: keep the sanitized copy as long as the report.
        jobs: captures read at the same time, each in a process of its own with ``memory`` bytes and ``seconds``.
        dask: address of a Dask scheduler whose workers read instead, ``jobs`` captures at the same time.
        per_minute, at_once: uploads of one person (capture-safety.md section 6, U12: 30 and 5).
        header_seconds, body_seconds: deadlines for slow clients; body_rate: bytes a second that extend the latter.
        reserve: bytes that stay free on the disk.
        options: what the settings file says about the analysis.
    """

    data: Path
    host: str = "127.0.0.1"
    port: int = 8321
    url: str = ""
    database: str = ""
    hosts: frozenset[str] = frozenset()
    password_file: Path | None = None
    provider: Provider | None = None
    proxy_header: str = ""
    peers: tuple[Network, ...] = ()
    max_upload: int = 200 * MB
    max_unpacked: int = 1024 * MB
    queue: int = 100
    keep_days: float = 30.0
    keep_captures: bool = False
    jobs: int = 2
    dask: str = ""
    memory: int = 2048 * MB
    seconds: float = 120.0
    per_minute: int = 30
    at_once: int = 5
    session_hours: float = 12.0
    header_seconds: float = 13.0  # with the second between two looks at a connection: cut within 15 (U3)
    body_seconds: float = 30.0
    body_rate: int = 4096
    reserve: int = 256 * MB
    options: Options = field(default_factory=Options)
    allowed: frozenset[str] = field(default=frozenset(), init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "allowed", self._allowed())

    @property
    def loopback(self) -> bool:
        """Only programs of this machine can connect."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def has_sign_in(self) -> bool:
        """People prove who they are in a way that outlives the terminal's one-time link."""
        return bool(self.password_file or self.provider or (self.proxy_header and self.peers))

    @property
    def https(self) -> bool:
        """People reach the server by https."""
        return self.url.startswith("https://")

    @property
    def address(self) -> str:
        """Where people find the server, without a final slash."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.url.rstrip("/") or f"http://{host}:{self.port}"

    @property
    def database_url(self) -> str:
        """The SQLAlchemy URL in use; a bare ``postgresql:`` one is opened with psycopg."""
        if not self.database:
            return f"sqlite:///{self.data / 'haranalyze.db'}"
        scheme, separator, rest = self.database.partition("://")
        return f"postgresql+psycopg://{rest}" if separator and scheme in ("postgres", "postgresql") else self.database

    def _allowed(self) -> frozenset[str]:
        """Host header values that are ours (DNS rebinding: capture-safety.md section 6)."""
        names = set(self.hosts)
        if self.url:
            names.add(urlsplit(self.url).netloc.lower())
        if self.loopback or not self.url:
            names |= {f"{name}:{self.port}" for name in ("127.0.0.1", "localhost", "[::1]")}
        return frozenset(names)

    def check(self) -> None:
        """Refuse what would let strangers in.

        Raises:
            OptionsError: says what is missing.
        """
        if self.url and urlsplit(self.url).scheme not in ("http", "https"):
            raise OptionsError("--url is the address people type, such as https://haranalyze.example.com")
        if bool(self.proxy_header) != bool(self.peers):
            raise OptionsError("--proxy-header needs --proxy-peer, the addresses the proxy connects from")
        if self.password_file and not self.password_file.is_file():
            raise OptionsError(f"the password file {self.password_file} is not there; make it with --add-person NAME")
        if self.loopback:
            return
        if not self.has_sign_in:
            raise OptionsError(
                f"{self.host} can be reached by others: give --password-file, --oidc-issuer, or --proxy-header with "
                "--proxy-peer, so that nobody reads recordings unasked"
            )
        if not self.https:
            raise OptionsError(
                f"{self.host} can be reached by others: put a proxy with TLS in front and name its address with "
                "--url https://..., so that sign-ins and recordings cannot be overheard"
            )
