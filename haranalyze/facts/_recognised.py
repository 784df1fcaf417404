"""Which session systems show on which host: the signs of their data files, looked for in one pass."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from haranalyze.systems import SessionSystem, SystemSign, name_matches
from haranalyze.text import Kind, Place, Sentence, Text

if TYPE_CHECKING:
    from haranalyze.capture.model import Exchange

LEAST_TRUST = 0.5  # below this much evidence no system is named
_ENOUGH_COOKIES = 64  # different Cookie headers of one host that are looked at
_ENOUGH_CALLS = 1_000  # exchanges of one host that are looked at
_TELLING = 80  # characters of a cookie value that are compared with a sign
_VENDOR_HOST = 0.4  # a host of the vendor alone names no system: parts of a page may use it for themselves


@dataclass(frozen=True, slots=True)
class Sign:
    """One trace of a session system: how much it weighs (0 to 1), whether it ties the system to the host."""

    system: SessionSystem
    host: str
    kind: str
    weight: float
    binds: bool
    place: Place
    words: Sentence


def trust(signs: Iterable[Sign]) -> float:
    """How sure the signs make us, 0 to 1; the same kind of sign counts once however many hosts show it."""
    doubt = 1.0
    kinds: dict[str, float] = {}
    for sign in signs:
        kinds[sign.kind] = max(sign.weight, kinds.get(sign.kind, 0.0))
    for weight in kinds.values():
        doubt *= 1 - weight
    return round(1 - doubt, 4)


def set_cookie_place(exchange: Exchange, position: int) -> Place:
    """Place of one Set-Cookie line; found only where it is shown, because it decodes all headers."""
    places = exchange.response.places("set-cookie")
    return places[position] if position < len(places) else exchange.response.place("set-cookie")


class Recognition:
    """The signs of systems that are known by names only, host by host."""

    def __init__(self, systems: Iterable[SessionSystem]) -> None:
        self._headers: dict[bool, dict[str, list[tuple[SessionSystem, SystemSign]]]] = {False: {}, True: {}}
        self._cookies: list[tuple[SessionSystem, SystemSign]] = []
        self._paths: list[tuple[SessionSystem, SystemSign]] = []
        systems = tuple(systems)
        self._vendors = [system for system in systems if system.hosts]
        for system in systems:
            for sign in system.signs:
                place, _, name = sign.where.partition(":")
                if place in ("cookie", "cookie-value"):
                    self._cookies.append((system, sign))
                elif place == "path":
                    self._paths.append((system, sign))
                else:
                    self._headers[place == "response-header"].setdefault(name, []).append((system, sign))
        parts = {max(sign.text.split("*"), key=len) for _, sign in self._paths}
        self._path_parts = re.compile("|".join(re.escape(part) for part in sorted(parts)) or r"(?!)")
        self._found: dict[str, dict[tuple[str, str], Sign]] = {}
        self._seen_cookies: dict[str, set[str]] = {}
        self._looked_at: dict[str, int] = {}

    def look(self, host: str, path: str, exchange: Exchange) -> None:
        """Take the signs that an exchange shows."""
        count = self._looked_at.get(host, 0)
        self._looked_at[host] = count + 1
        if count >= _ENOUGH_CALLS:
            return
        if host not in self._found:
            self._found[host] = {}
            for system in self._vendors:
                if name_matches(host, system.hosts):
                    words = Sentence("the host is the vendor's own")
                    self._add(system, host, "host", _VENDOR_HOST, exchange.url_place, words)
        for is_answer, names in self._headers.items():
            message = exchange.response if is_answer else exchange.request
            for name, wanted in names.items():
                if (value := message.raw(name)) is not None:
                    self._header(host, exchange, name, value, wanted, is_answer=is_answer)
        if self._path_parts.search(low := path.lower()):
            for system, sign in self._paths:
                if name_matches(low, (sign.text,)):
                    words = Sentence("the call goes to one of its paths")
                    self._add(system, host, f"path:{sign.text}", sign.weight, exchange.url_place, words)
        # Programs on one's own machine see each other's cookies, whatever their port.
        if not _is_loopback(host) and (cookie := exchange.request.raw("cookie")) is not None:
            seen = self._seen_cookies.setdefault(host, set())
            if cookie not in seen and len(seen) < _ENOUGH_COOKIES:
                seen.add(cookie)
                sent = ((0, name, value) for name, value in exchange.request.raw_cookie_pairs())
                self._cookie(host, exchange, sent, is_set=False)
        if exchange.response.has("set-cookie"):
            lines = exchange.response.raw_set_cookies()
            pairs = (line.partition(";")[0].partition("=") for line in lines)
            made = ((at, name.strip(), value) for at, (name, _, value) in enumerate(pairs))
            self._cookie(host, exchange, made, is_set=True)

    def _header(
        self,
        host: str,
        exchange: Exchange,
        name: str,
        value: str,
        wanted: list[tuple[SessionSystem, SystemSign]],
        *,
        is_answer: bool,
    ) -> None:
        for system, sign in wanted:
            if sign.text and not name_matches(value[:200].lower(), (sign.text.lower(),)):
                continue
            message = exchange.response if is_answer else exchange.request
            words = Sentence(
                "the response has the header {name}" if is_answer else "the request has the header {name}",
                name=Text(name, Kind.HEADER_NAME),
            )
            if (system.id, kind := f"{sign.where}:{sign.text}") not in self._found[host]:
                self._add(system, host, kind, sign.weight, message.place(name), words)

    def _cookie(self, host: str, exchange: Exchange, cookies: Iterable[tuple[int, str, str]], *, is_set: bool) -> None:
        for at, name, value in cookies:
            for system, sign in self._cookies:
                kind = f"{sign.where}:{sign.text}"
                told = name if sign.where == "cookie" else value[:_TELLING]
                if (system.id, kind) in self._found[host] or not name_matches(told, (sign.text,)):
                    continue
                words = Sentence(
                    "the response sets the cookie {name}" if is_set else "the request sends the cookie {name}",
                    name=Text(name, Kind.COOKIE_NAME),
                )
                place = set_cookie_place(exchange, at) if is_set else exchange.request.place("cookie")
                self._add(system, host, kind, sign.weight, place, words)

    def _add(self, system: SessionSystem, host: str, kind: str, weight: float, place: Place, words: Sentence) -> None:
        self._found[host].setdefault((system.id, kind), Sign(system, host, kind, weight, True, place, words))

    @property
    def hosts(self) -> Iterable[str]:
        """The hosts that were looked at, in order of first appearance."""
        return self._found

    def has_signs(self, host: str) -> bool:
        """Whether the host has shown any sign so far."""
        return bool(self._found.get(host))

    def shown(self, host: str) -> Iterator[tuple[SessionSystem, list[Sign]]]:
        """The systems that a host shows well enough to be named, the surest first."""
        signs: dict[str, list[Sign]] = {}
        for sign in self._found.get(host, {}).values():
            signs.setdefault(sign.system.id, []).append(sign)
        sure = [(trust(found), found) for found in signs.values()]
        for confidence, found in sorted(sure, key=lambda one: (-one[0], one[1][0].system.id)):
            if confidence >= LEAST_TRUST:
                yield found[0].system, found


def _is_loopback(host: str) -> bool:
    return host in ("localhost", "[::1]") or host.endswith(".localhost") or host.startswith("127.")
