"""The story in order of answers: sign-ins, refreshes, sign-outs, losses, and the session's lives between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from haranalyze.facts._auth_calls import AuthCalls, CallKind
from haranalyze.facts._session_model import RefreshResult, SignIn, SignInResult, Span
from haranalyze.systems import SessionSystem, name_matches

if TYPE_CHECKING:
    from haranalyze.capture.model import Exchange
    from haranalyze.facts import Facts
    from haranalyze.facts._survey import Survey

_LOOKED_AT = 400  # calls looked at for a session carried from before the recording
_JUST = 5.0  # ms


@dataclass(frozen=True, slots=True)
class Story:
    """What the authentication calls came to. ``kinds``: exchange index to kind, where it really is one."""

    sign_ins: tuple[SignIn, ...]
    sign_outs: tuple[Exchange, ...]
    refreshes: tuple[tuple[Exchange, RefreshResult], ...]
    spans: tuple[Span, ...]
    kinds: dict[int, CallKind]


def follow_story(
    facts: Facts,
    survey: Survey,
    auth_calls: AuthCalls,
    kinds: list[tuple[Exchange, CallKind]],
    calls: list[Exchange],
) -> Story:
    """Judge the authentication calls (in client order) and cut the recording into lives of the session."""
    timeline = facts.timeline
    sign_ins: list[SignIn] = []
    sign_outs: list[Exchange] = []
    results: dict[int, RefreshResult] = {}
    kept: dict[int, CallKind] = {}
    lives = _Lives(facts, survey)
    lives.carried_from_before(kinds, calls)
    for exchange, kind in sorted(kinds, key=lambda pair: (timeline.answered(pair[0]), pair[0].index)):
        system = survey.speaker(survey.host(exchange))
        if kind is CallKind.SIGN_OUT:
            if 200 <= exchange.response.status < 400:
                sign_outs.append(exchange)
                lives.sign_out(exchange)
            kept[exchange.index] = kind
        elif kind is CallKind.REFRESH:
            result = auth_calls.refresh_result(exchange, lives.alive_at(timeline.sent(exchange)))
            results[exchange.index] = result
            kept[exchange.index] = kind
            lives.refreshed(exchange, result)
        else:
            outcome = auth_calls.sign_in_result(exchange, kind)
            if outcome is not None:
                sign_ins.append(SignIn(exchange, outcome, system))
                kept[exchange.index] = kind
            elif kind is CallKind.CALLBACK or (kind is CallKind.SIGN_IN and exchange.response.status < 400):
                kept[exchange.index] = kind
            if outcome is SignInResult.OK:
                lives.sign_in(exchange)
    sign_ins.sort(key=lambda sign_in: timeline.position(sign_in.exchange))
    sign_outs.sort(key=timeline.position)
    refreshes = tuple((exchange, results[exchange.index]) for exchange, _ in kinds if exchange.index in results)
    return Story(tuple(sign_ins), tuple(sign_outs), refreshes, lives.spans(), kept)


class _Lives:
    """The lives of the session as they begin and end."""

    def __init__(self, facts: Facts, survey: Survey) -> None:
        self._facts = facts
        self._timeline = facts.timeline
        self._survey = survey
        self._done: list[Span] = []
        self._open: Span | None = None

    def alive_at(self, moment: float) -> bool:
        """Whether a session was there at ``moment``, as far as the story has been told."""
        if self._open is not None and self._open.began <= moment + _JUST:
            return True
        return any(s.began <= moment + _JUST and s.ended is not None and moment < s.ended for s in self._done)

    def spans(self) -> tuple[Span, ...]:
        return tuple(self._done) + ((self._open,) if self._open is not None else ())

    def sign_in(self, exchange: Exchange) -> None:
        at = self._timeline.answered(exchange)
        for token, _ in self._facts.tokens.issued_by(exchange):
            if token.uses:  # stamps of some exporters overlap: a token in use proves the answer had arrived
                at = min(at, max(token.uses[0].at, self._timeline.started(exchange)))
        self._close(at)
        self._open = Span(at, None, exchange, None, None, self._system(exchange))

    def sign_out(self, exchange: Exchange) -> None:
        at = self._timeline.answered(exchange)
        if self._open is not None:
            self._close(at, sign_out=exchange)

    def refreshed(self, exchange: Exchange, result: RefreshResult) -> None:
        at = self._timeline.answered(exchange)
        if result is RefreshResult.OK and self._open is None:
            began = at if self._done else 0.0
            self._open = Span(began, None, None, None, None, self._system(exchange))
        elif result in (RefreshResult.REFUSED, RefreshResult.THEFT):
            self._lose(at, exchange)

    def _lose(self, at: float, exchange: Exchange) -> None:
        """End the life, unless it began only after the refused refresh had been sent."""
        if self._open is not None and self._open.began <= self._timeline.sent(exchange) + _JUST:
            self._close(at, lost=exchange)

    def carried_from_before(self, kinds: list[tuple[Exchange, CallKind]], calls: list[Exchange]) -> None:
        """Open a life at the start of the recording when an accepted call shows a session older than that."""
        makers = (CallKind.SIGN_IN, CallKind.SIGN_UP, CallKind.CALLBACK)
        first = min((self._timeline.answered(e) for e, kind in kinds if kind in makers), default=None)
        for call in calls[:_LOOKED_AT]:
            if first is not None and self._timeline.sent(call) >= first:
                return
            if self._used_session(call):
                self._open = Span(0.0, None, None, None, None, self._system(call))
                return

    def _used_session(self, call: Exchange) -> bool:
        status = call.response.status
        if not (200 <= status < 300 or status == 304) or call.request.method == "OPTIONS":
            return False
        system = self._system(call)
        tokens = self._facts.tokens
        token = tokens.access_token(call)
        if token is not None and token.issued is None:
            remaining = tokens.remaining(token, call)
            return remaining is None or remaining > 0
        if system is None or not system.plain or system.transport != "cookie" or call.is_page:
            return False
        if "json" not in call.response.body.raw_mime_type:
            return False
        return any(name_matches(name, system.access_cookies) for name, _ in call.request.raw_cookie_pairs())

    def _system(self, exchange: Exchange) -> SessionSystem | None:
        return self._survey.guards.get(self._survey.host(exchange))

    def _close(self, at: float, *, sign_out: Exchange | None = None, lost: Exchange | None = None) -> None:
        before = self._open
        if before is not None:
            self._done.append(Span(before.began, at, before.sign_in, sign_out, lost, before.system))
        self._open = None
