"""Sign-in through an identity provider: OAuth 2.0, OpenID Connect and SAML, one record for each attempt.

The authorization request, what the provider answered, the callback, the app's own note of the attempt (its state
cookie) and the requests for tokens are put together by redirect, by the address of the callback and by ``state``.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from haranalyze.facts._provider_answers import answer_of, refuses, said_by, said_in
from haranalyze.facts._provider_model import Attempt, Delivery, Note, Parameters, Said, TokenCall
from haranalyze.facts._provider_note import note_of
from haranalyze.facts._provider_saml import SamlSignIn, saml_sign_ins
from haranalyze.facts._survey import STATIC_TYPES
from haranalyze.facts.third_party import page_host
from haranalyze.protocol.oauth import ERROR_CODES, is_authorization, parameters
from haranalyze.protocol.url import parse_url, registrable_domain
from haranalyze.text import Kind, Place, Text

if TYPE_CHECKING:
    from haranalyze.capture.model import Exchange
    from haranalyze.facts import Facts

__all__ = ["Attempt", "Delivery", "Note", "Parameters", "ProviderSignIn", "Said", "SamlSignIn", "TokenCall"]

_WAIT: Final = 30 * 60_000.0  # ms a user may take at the provider
_LARGEST_FORM: Final = 256 * 1024  # characters
_SIGN_OUT: Final = ("logout", "signout", "sign-out", "endsession", "end_session", "end-session")
_GIVEN: Final = ("code", "error", "id_token", "access_token")
_LONGEST_CHAIN: Final = 20  # redirects of one attempt at the provider
_LOOK_AT: Final = 50  # attempts of one callback address looked at for one callback
_SECRET: Final = 8  # characters of a state or code; shorter ones are words of other parameters


class ProviderSignIn:
    """What happened on the way through identity providers.

    ``attempts`` are in order of their first exchange. All of it is linear in the number of exchanges.
    """

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._timeline = facts.timeline

    @cached_property
    def attempts(self) -> tuple[Attempt, ...]:
        """OAuth and OpenID Connect attempts."""
        asked, returned, tokens = self._messages()
        if not asked and not returned and not tokens:
            return ()
        pairs = self._paired(asked, returned)
        calls = self._by_code(tokens)
        made = [self._attempt(*pair, calls) for pair in pairs]
        made.sort(key=lambda one: self._timeline.position(one.exchanges[0]))
        plain = tuple(made)
        return tuple(replace(one, note=note_of(self._facts, position, plain)) for position, one in enumerate(plain))

    @cached_property
    def saml(self) -> tuple[SamlSignIn, ...]:
        """Answers of SAML providers at the app."""
        return saml_sign_ins(self._facts)

    def attempt_of(self, exchange: Exchange) -> Attempt | None:
        """The attempt an exchange belongs to."""
        return self._by_exchange.get(exchange.index)

    @cached_property
    def _by_exchange(self) -> dict[int, Attempt]:
        return {exchange.index: one for one in self.attempts for exchange in one.exchanges}

    def signed_in_before(self, attempt: Attempt) -> Attempt | None:
        """The latest visible sign-in of the same client at the same provider that went well before; None without
        one, and where the user signed out since."""
        asked = attempt.asked
        if asked is None:
            return None
        begun = self._timeline.sent(asked.exchange)
        for one in reversed(self._visible.get(_client(asked), ())):
            assert one.asked is not None
            if (at := self._timeline.answered(one.exchanges[-1])) <= begun:
                place = bisect_left(self._sign_outs, at)
                out = place < len(self._sign_outs) and self._sign_outs[place] <= begun
                return None if out else one
        return None

    @cached_property
    def _visible(self) -> dict[tuple[str, str], list[Attempt]]:
        found: dict[tuple[str, str], list[Attempt]] = {}
        for one in self.attempts:
            if one.asked is not None and one.succeeded and not one.silent:
                found.setdefault(_client(one.asked), []).append(one)
        return found

    @cached_property
    def _sign_outs(self) -> tuple[float, ...]:
        """When the user signs out of the app or, as an address says, of a provider; in order."""
        hosts = {one.asked.exchange.request.host for one in self.attempts if one.asked is not None}
        outs = [
            one
            for one in self._facts.exchanges
            if any(word in one.request.raw_url.lower() for word in _SIGN_OUT) and one.request.host in hosts
        ]
        return tuple(sorted(map(self._timeline.sent, (*outs, *self._facts.session.sign_outs))))

    @cached_property
    def token_calls(self) -> tuple[TokenCall, ...]:
        """Requests for tokens with a code, those of no recorded attempt too."""
        return tuple(map(_token_call, self._messages()[2]))

    # reading

    def _messages(self) -> tuple[list[Parameters], list[tuple[Parameters, Delivery]], list[Parameters]]:
        """Authorization requests, what came back, and token requests."""
        return self._read

    @cached_property
    def _read(self) -> tuple[list[Parameters], list[tuple[Parameters, Delivery]], list[Parameters]]:
        asked: list[Parameters] = []
        returned: list[tuple[Parameters, Delivery]] = []
        tokens: list[Parameters] = []
        for exchange in self._facts.exchanges:
            request = exchange.request
            if request.method == "OPTIONS" or exchange.resource_type in STATIC_TYPES:
                continue
            url = request.raw_url
            if "client_id=" in url:
                given = parameters(_query(url))
                if is_authorization(given):
                    asked.append(Parameters(exchange, exchange.url_place, given))
            elif "state=" in url and exchange.is_page:
                returned += _from_address(exchange)
            if 300 <= exchange.response.status < 400 and "#" in (to := exchange.response.raw_redirect_url):
                returned += _from_fragment(exchange, to)
            if request.method == "POST":
                self._read_post(exchange, asked, returned, tokens)
        return asked, returned, tokens

    def _read_post(
        self,
        exchange: Exchange,
        asked: list[Parameters],
        returned: list[tuple[Parameters, Delivery]],
        tokens: list[Parameters],
    ) -> None:
        path = exchange.request.url.path.lower()
        is_page = exchange.is_page
        if not is_page and "token" not in path and "oauth" not in path and not path.endswith("/par"):
            return
        given = posted(exchange)
        if not given:
            return
        message = Parameters(exchange, exchange.request.body.place, given)
        if given.get("grant_type") == "authorization_code" or ("client_secret" in given and "code" in given):
            tokens.append(message)
        elif is_page and is_authorization(given):
            asked.append(message)
        elif is_page and "state" in given and any(given.get(name) for name in _GIVEN):
            returned.append((message, Delivery.FORM_POST))

    # putting together

    def _paired(
        self, asked: Sequence[Parameters], returned: Sequence[tuple[Parameters, Delivery]]
    ) -> Iterator[tuple[list[Parameters], list[tuple[Parameters, Delivery]]]]:
        """Each attempt's requests (repeated ones of one state together) and what came back for them."""
        groups: dict[tuple[str, str, str], list[Parameters]] = {}
        for one in asked:
            values = one.raw_values
            alone = "" if values.get("state") else str(one.exchange.index)
            key = (values["client_id"], values.get("redirect_uri", ""), values.get("state", "") or alone)
            groups.setdefault(key, []).append(one)
        by_address: dict[str, list[tuple[str, str, str]]] = {}
        by_state: dict[str, list[tuple[str, str, str]]] = {}
        for key in groups:
            by_address.setdefault(_address(key[1]), []).append(key)
            by_state.setdefault(key[2], []).append(key)
        back: dict[tuple[str, str, str], list[tuple[Parameters, Delivery]]] = {}
        alone_back: dict[str, list[tuple[Parameters, Delivery]]] = {}
        for message, delivery in returned:
            found = self._request_for(message, groups, by_address, by_state)
            if found is not None:
                back.setdefault(found, []).append((message, delivery))
            elif _speaks_oauth(message.raw_values):
                handle = message.raw_values.get("code") or message.raw_values.get("state", "")
                alone_back.setdefault(handle, []).append((message, delivery))
        for key, requests in groups.items():
            yield requests, back.get(key, [])
        for messages in alone_back.values():
            yield [], messages

    def _request_for(
        self,
        message: Parameters,
        groups: dict[tuple[str, str, str], list[Parameters]],
        by_address: dict[str, list[tuple[str, str, str]]],
        by_state: dict[str, list[tuple[str, str, str]]],
    ) -> tuple[str, str, str] | None:
        """The request a callback answers: of its state, else the latest to the same address without a callback."""
        at = self._timeline.started(message.exchange)
        address = _address(_target(message))
        state = message.raw_values.get("state", "")
        for candidates in (by_state.get(state, ()) if state else (), by_address.get(address, ())):
            for key in reversed(candidates[-_LOOK_AT:]):
                begun = self._timeline.started(groups[key][0].exchange)
                same = not key[1] or _address(key[1]) == address
                if same and begun <= at <= begun + _WAIT and message.exchange is not groups[key][0].exchange:
                    return key
                if same and begun <= at and _redirects_with(message, groups[key]):
                    return key
        return None

    def _by_code(self, tokens: Sequence[Parameters]) -> dict[str, list[TokenCall]]:
        calls: dict[str, list[TokenCall]] = {}
        for one in tokens:
            calls.setdefault(one.raw_values.get("code", ""), []).append(_token_call(one))
        return calls

    def _attempt(
        self,
        requests: Sequence[Parameters],
        back: Sequence[tuple[Parameters, Delivery]],
        calls: dict[str, list[TokenCall]],
    ) -> Attempt:
        asked = requests[0] if requests else None
        message, delivery = back[0] if back else (None, None)
        answers = tuple(self._answers(requests, message))
        if message is None and asked is not None:
            message = next((found for one in answers if (found := answer_of(one)) is not None), None)
            delivery = Delivery.WEB_MESSAGE if message is not None else None
        posted_back = delivery in (Delivery.QUERY, Delivery.FORM_POST)
        callback = message.exchange if message is not None and posted_back else None
        code = message.raw_values.get("code", "") if message is not None else ""
        again = tuple(one.exchange for one, _ in back[1:] if code and one.raw_values.get("code") == code)
        framed = asked is not None and self._timeline.in_frame(asked.exchange)
        return Attempt(
            asked,
            answers,
            message,
            delivery,
            callback,
            again if callback is not None else (),
            tuple(calls.get(code, ())) if code else (),
            silent=asked is not None and "none" in asked.raw_values.get("prompt", "").split(),
            framed=framed,
            said=said_by(answers, message),
            callback_said=None if callback is None else said_in(self._timeline, callback),
            refused=callback is not None and refuses(callback),
            ours=self._is_ours(asked, message),
            again_said=tuple(said for one in again if (said := said_in(self._timeline, one)) is not None),
        )

    def _answers(self, requests: Sequence[Parameters], returned: Parameters | None) -> Iterator[Exchange]:
        seen: set[int] = set()
        until = None if returned is None else returned.exchange.index
        for one in requests:
            exchange: Exchange | None = one.exchange
            for _ in range(_LONGEST_CHAIN):
                if exchange is None or exchange.index in seen:
                    break
                if exchange.index == until and exchange is not one.exchange:
                    break
                seen.add(exchange.index)
                yield exchange
                exchange = self._timeline.redirected_to(exchange)

    def _is_ours(self, asked: Parameters | None, returned: Parameters | None) -> bool:
        """Whether the page the user sees, or the user's own navigation, asks for it."""
        first = asked or returned
        if first is None:
            return False
        exchange = first.exchange
        if exchange.is_page and not self._timeline.in_frame(exchange):
            return True
        target = parse_url(first.raw_values.get("redirect_uri", "")).host
        page = page_host(self._facts, exchange)
        return bool(target and page) and registrable_domain(target) == registrable_domain(page)


def _client(asked: Parameters) -> tuple[str, str]:
    return asked.exchange.request.host, asked.raw_values["client_id"]


def posted(exchange: Exchange) -> dict[str, str]:
    """The parameters of a request body: a form, or the strings of a JSON object."""
    body = exchange.request.body
    if not body.present or (body.size or 0) > _LARGEST_FORM:
        return {}
    text = body.raw_text() or ""
    if len(text) > _LARGEST_FORM:
        return {}
    if text.lstrip()[:1] == "{":
        return _strings(body.json())
    return parameters(text) if "=" in text else {}


def _strings(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return {name: member for name, member in value.items() if isinstance(name, str) and isinstance(member, str)}


def _query(url: str) -> str:
    return url.partition("#")[0].partition("?")[2]


def _address(url: str) -> str:
    """A callback's address without query, the default port left out; ``""`` for none."""
    parsed = parse_url(url)
    return f"{parsed.origin}{parsed.path}" if parsed.ok and parsed.host else url.partition("?")[0]


def _target(message: Parameters) -> str:
    """Where a message came back to: the callback, or what a Location with a fragment names."""
    exchange = message.exchange
    if message.place.pointer.endswith("/request/url") or "/postData" in message.place.pointer:
        return exchange.request.raw_url
    return parse_url(exchange.response.raw_redirect_url, exchange.request.raw_url).origin + (
        parse_url(exchange.response.raw_redirect_url, exchange.request.raw_url).path
    )


def _redirects_with(message: Parameters, requests: Iterable[Parameters]) -> bool:
    return any(one.exchange is message.exchange for one in requests) and "/response/" in message.place.pointer


def _from_address(exchange: Exchange) -> Iterator[tuple[Parameters, Delivery]]:
    url = exchange.request.raw_url
    given = parameters(_query(url))
    if "state" in given and any(given.get(name) for name in _GIVEN):
        yield Parameters(exchange, exchange.url_place, given), Delivery.QUERY


def _from_fragment(exchange: Exchange, location: str) -> Iterator[tuple[Parameters, Delivery]]:
    given = parameters(location.partition("#")[2])
    if any(given.get(name) for name in _GIVEN) and ("state" in given or "error" in given):
        places = exchange.response.places("location")
        place = (
            places[0]
            if places
            else Place(exchange.index, f"{exchange.pointer}/response/redirectURL", Text(location, Kind.URL))
        )
        yield Parameters(exchange, place, given), Delivery.FRAGMENT


def _speaks_oauth(given: dict[str, str]) -> bool:
    """Whether a callback without a recorded request is one: other pages have a state and a code, too."""
    if given.get("error", "").lower() in ERROR_CODES:
        return True
    return len(given.get("state", "")) >= _SECRET and len(given.get("code", "")) >= _SECRET


def _token_call(asked: Parameters) -> TokenCall:
    response = asked.exchange.response
    answer = response.body.json() if (response.body.size or 0) <= _LARGEST_FORM else None
    table = answer if isinstance(answer, dict) else {}
    return TokenCall(asked, table, said_in(None, asked.exchange))
