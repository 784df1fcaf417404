"""The steps of a recording under names that another recording of the same flow has too."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Final

from haranalyze.facts.session import Role, SignInResult
from haranalyze.text import Kind, Text

if TYPE_CHECKING:
    from haranalyze.capture.model import Exchange
    from haranalyze.facts import Facts

# Segments that name one thing of many: numbers, UUIDs, hexadecimal and long mixed runs. Bounded, hence linear.
_ONE_OF_MANY: Final = re.compile(
    r"\d{1,40}"
    r"|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
    r"|(?=[a-fA-F]*\d)[0-9a-fA-F]{8,200}"
    r"|(?=[A-Za-z_-]*\d)[A-Za-z0-9_-]{20,400}"
)
_ASIDE: Final = frozenset((Role.STATIC, Role.THIRD_PARTY))


class Flow:
    """What happened in the user's own session, step by step, so that it can be laid beside another recording.

    ``steps`` are exchanges in client order, static files and third parties left out.
    """

    steps: tuple[Exchange, ...]

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self.steps = tuple(one for one in facts.exchanges if facts.session.role(one) not in _ASIDE)

    @property
    def hosts(self) -> frozenset[str]:
        """Hosts of all exchanges."""
        return frozenset(exchange.request.url.host for exchange in self._facts.exchanges)

    @cached_property
    def cookies_used(self) -> frozenset[Text]:
        """Names of the cookies that steps carry."""
        return frozenset(name for step in self.steps for name in cookie_names(step))

    def key(self, exchange: Exchange, shared: frozenset[str]) -> Text:
        """Equal for the same step in another recording: method, kind, host where both know it, normalised path.

        Args:
            shared: hosts that both recordings know; another host may be the same service in another environment.
        """
        request, timeline = exchange.request, self._facts.timeline
        kind = "preflight" if timeline.is_preflight(exchange) else "page" if exchange.is_page else "call"
        host = request.url.host if request.url.host in shared else ""
        return Text("\n".join((request.method, kind, host, normal_path(request.url.path))), Kind.SIZE)

    def tail(self, exchange: Exchange) -> Text:
        """The last segment of the path with method and kind: what stays where an API moves to another base path."""
        kind = "preflight" if self._facts.timeline.is_preflight(exchange) else "call"
        last = normal_path(exchange.request.url.path).rstrip("/").rpartition("/")[2]
        return Text(f"{exchange.request.method}\n{kind}\n{last}", Kind.SIZE)

    def chapters(self) -> dict[int, int]:
        """Number of the sign-in each exchange comes after, by index: 0 before the first one.

        A chapter begins with each sign-in that works, else with the last one tried.
        """
        session, position = self._facts.session, self._facts.timeline.position
        begins = [one.exchange for one in session.sign_ins if one.result is SignInResult.OK]
        if not begins and session.sign_ins:
            begins = [session.sign_ins[-1].exchange]
        starts = sorted(position(self._with_preflight(exchange)) for exchange in begins)
        found, chapter = {}, 0
        for exchange in self._facts.exchanges:
            while chapter < len(starts) and position(exchange) >= starts[chapter]:
                chapter += 1
            found[exchange.index] = chapter
        return found

    def _with_preflight(self, exchange: Exchange) -> Exchange:
        return self._facts.timeline.preflight_of(exchange) or exchange


def cookie_names(exchange: Exchange) -> tuple[Text, ...]:
    """Names of the cookies on the request, in order, repeats kept."""
    return tuple(Text(name, Kind.COOKIE_NAME) for name, _ in exchange.request.raw_cookie_pairs())


def normal_path(path: str) -> str:
    """The path with each segment that names one thing of many as ``{}``."""
    return "/".join("{}" if _ONE_OF_MANY.fullmatch(segment) else segment for segment in path.split("/"))
