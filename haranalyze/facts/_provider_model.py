"""The words a sign-in through an identity provider is told in; public through ``facts.provider_sign_in``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from haranalyze.facts.cookie_jar import Reason, SetCookieEvent
from haranalyze.protocol.jwt import read_jwt
from haranalyze.protocol.oauth import Trouble, challenge_of
from haranalyze.text import Kind, Place, Text

if TYPE_CHECKING:
    from haranalyze.capture.model import Exchange

_KINDS: Final = {
    "redirect_uri": Kind.URL,
    "error": Kind.PHRASE,
    "response_type": Kind.PHRASE,
    "response_mode": Kind.PHRASE,
    "prompt": Kind.PHRASE,
    "scope": Kind.PHRASE,
    "code_challenge_method": Kind.PHRASE,
    "grant_type": Kind.PHRASE,
}


class Delivery(StrEnum):
    """How the provider's answer came back (OAuth 2.0 Multiple Response Types 2.1, Form Post Response Mode)."""

    QUERY = "query"
    FRAGMENT = "fragment"
    FORM_POST = "form_post"
    WEB_MESSAGE = "web_message"  # a page in a frame tells the page around it


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of one message, where they stand. ``raw_values`` is for analysis only."""

    exchange: Exchange
    place: Place
    raw_values: dict[str, str]

    def get(self, name: str) -> Text | None:
        """A parameter as captured text: state, code, nonce and whatever else is not plain are shown as tokens."""
        value = self.raw_values.get(name)
        return None if value is None else Text(value, _KINDS.get(name, Kind.TOKEN), name)

    def has(self, name: str) -> bool:
        """Whether the parameter is there and not empty."""
        return bool(self.raw_values.get(name))


@dataclass(frozen=True, slots=True)
class Said:
    """What an answer says is wrong, and where. ``code`` is the Entra code (``AADSTS50011``) or ``""``."""

    trouble: Trouble
    exchange: Exchange
    place: Place
    code: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """The app's own note of an attempt: the cookie set before leaving and asked for at the callback.

    Attributes:
        event: the line that set it.
        holds_state: its value contains the state of the attempt, so that the callback cannot do without it.
        sent: whether the callback carried it; None where the recording cannot show that.
        reason: why it was not, by the cookie jar; UNKNOWN where the jar would have sent it; None when sent.
        removed: an answer between deleted it.
        other_state: it was sent with a value that holds the state of another attempt, this one.
    """

    event: SetCookieEvent
    holds_state: bool
    sent: bool | None
    reason: Reason | None
    removed: bool
    other_state: Attempt | None = None


@dataclass(frozen=True, slots=True)
class TokenCall:
    """A request that changes a code for tokens (RFC 6749 section 4.1.3). ``raw_answer`` is for analysis only."""

    asked: Parameters
    raw_answer: dict[str, object]
    said: Said | None

    @property
    def exchange(self) -> Exchange:
        """The exchange."""
        return self.asked.exchange

    @property
    def succeeded(self) -> bool:
        """Whether tokens came."""
        return 200 <= self.exchange.response.status < 300 and self.said is None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to sign in, from the authorization request to the tokens, as far as it is recorded.

    Attributes:
        asked: the authorization request, None when the recording begins later.
        answers: the provider's exchanges that follow it by redirects, itself first.
        returned: what the provider gave back; delivery: how; None while nothing came back.
        callback: the exchange that took it; again: later visits of the same callback with the same code.
        token_calls: requests for tokens with the code, in order.
        silent: nobody was to be asked (``prompt=none``); framed: it ran in a frame.
        note: the app's state cookie.
        said: what the provider's own answers say is wrong; callback_said: what the callback says.
        refused: the callback was answered with an error.
        again_said: what the answers to the later visits say.
        ours: it is the visited site that signs in, not a widget of another company.
    """

    asked: Parameters | None
    answers: tuple[Exchange, ...]
    returned: Parameters | None
    delivery: Delivery | None
    callback: Exchange | None
    again: tuple[Exchange, ...]
    token_calls: tuple[TokenCall, ...]
    silent: bool
    framed: bool
    said: Said | None
    callback_said: Said | None
    refused: bool
    ours: bool
    again_said: tuple[Said, ...] = ()
    note: Note | None = None

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """All of it in order: requests to the provider, callback, token requests."""
        callback = () if self.callback is None else (self.callback,)
        return (*self.answers, *callback, *self.again, *(one.exchange for one in self.token_calls))

    @property
    def uses_pkce(self) -> bool:
        """Whether the authorization request carries a code challenge."""
        return self.asked is not None and self.asked.has("code_challenge")

    def verifier_differs(self, call: TokenCall) -> bool:
        """Whether the verifier of a token request does not give the challenge (RFC 7636 section 4.6)."""
        if self.asked is None or not call.asked.has("code_verifier") or not self.uses_pkce:
            return False
        method = self.asked.raw_values.get("code_challenge_method", "")
        expected = challenge_of(call.asked.raw_values["code_verifier"], method)
        return expected is not None and expected != self.asked.raw_values["code_challenge"].rstrip("=")

    @property
    def other_nonce(self) -> Place | None:
        """Where an ID token stands whose nonce is not the one asked for (OpenID Connect Core 3.1.3.7 number 11)."""
        if self.asked is None or not self.asked.has("nonce"):
            return None
        nonce = self.asked.raw_values["nonce"]
        found: list[tuple[object, Place]] = []
        if self.returned is not None and self.returned.get("state") == self.asked.get("state"):
            found.append((self.returned.raw_values.get("id_token"), self.returned.place))
        found += [(one.raw_answer.get("id_token"), one.exchange.response.body.place) for one in self.token_calls]
        for token, place in found:
            jwt = read_jwt(token) if isinstance(token, str) and token else None
            given = jwt.raw_claim("nonce") if jwt is not None else None
            if isinstance(given, str) and given and given != nonce:
                return place
        return None

    @property
    def error(self) -> Text | None:
        """The ``error`` the provider gave back."""
        return self.returned.get("error") if self.returned is not None and self.returned.has("error") else None

    @property
    def succeeded(self) -> bool:
        """Whether the provider gave a code or token and nothing after that refused it."""
        if self.returned is None or self.error is not None or self.refused:
            return False
        return not self.token_calls or any(one.succeeded for one in self.token_calls)
