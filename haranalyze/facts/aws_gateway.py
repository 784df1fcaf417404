"""What AWS API Gateway itself answers, and whether a route it does not know is a path, a stage or a method.

Source: AWS, "Gateway response types for API Gateway"; error types as gateways write them in ``x-amzn-errortype``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from haranalyze.facts._survey import survey_of
from haranalyze.text import Kind, Place, Text

if TYPE_CHECKING:
    from haranalyze.capture.model import Exchange
    from haranalyze.facts import Facts
    from haranalyze.facts.tokens import Token

_LONGEST: Final = 4_096  # bytes: the gateway's own answers are short


class AwsSays(StrEnum):
    """What an answer of the gateway means."""

    NO_ROUTE = "no-route"  # MissingAuthenticationToken: no such path, stage or method, or an unsigned IAM call
    INCOMPLETE_SIGNATURE = "incomplete-signature"  # an Authorization header that is no AWS signature
    BAD_SIGNATURE = "bad-signature"  # a signature that does not fit, or the key of another account
    STS_EXPIRED = "sts-expired"  # temporary AWS credentials, not the app's own token
    UNAUTHORIZED = "unauthorized"  # the authorizer refused
    TOKEN_EXPIRED = "token-expired"  # noqa: S105 - "The incoming token has expired"
    DENIED = "denied"  # the authorizer's policy does not allow this method
    EXPLICIT_DENY = "explicit-deny"  # the policy forbids it
    FORBIDDEN = "forbidden"  # API key or firewall
    AUTHORIZER_FAILED = "authorizer-failed"  # the authorizer crashed, timed out or is configured wrong
    INTEGRATION_TIMEOUT = "integration-timeout"
    THROTTLED = "throttled"
    SERVER_ERROR = "server-error"


_TYPES: Final = {
    "missingauthenticationtokenexception": AwsSays.NO_ROUTE,
    "incompletesignatureexception": AwsSays.INCOMPLETE_SIGNATURE,
    "invalidsignatureexception": AwsSays.BAD_SIGNATURE,
    "signaturedoesnotmatchexception": AwsSays.BAD_SIGNATURE,
    "unrecognizedclientexception": AwsSays.BAD_SIGNATURE,
    "expiredtokenexception": AwsSays.STS_EXPIRED,
    "unauthorizedexception": AwsSays.UNAUTHORIZED,
    "accessdeniedexception": AwsSays.DENIED,
    "forbiddenexception": AwsSays.FORBIDDEN,
    "waffilteredexception": AwsSays.FORBIDDEN,
    "authorizerfailureexception": AwsSays.AUTHORIZER_FAILED,
    "authorizerconfigurationexception": AwsSays.AUTHORIZER_FAILED,
    "toomanyrequestsexception": AwsSays.THROTTLED,
    "limitexceededexception": AwsSays.THROTTLED,
    "internalservererrorexception": AwsSays.SERVER_ERROR,
}
_WORDS: Final = (  # part of the body, the statuses it comes with, what it means
    ("Missing Authentication Token", (403,), AwsSays.NO_ROUTE),
    ("(missing equal-sign)", (403,), AwsSays.INCOMPLETE_SIGNATURE),
    ("Authorization header requires 'Credential' parameter", (403,), AwsSays.INCOMPLETE_SIGNATURE),
    ("The request signature we calculated does not match", (403,), AwsSays.BAD_SIGNATURE),
    ("The security token included in the request is invalid", (403,), AwsSays.BAD_SIGNATURE),
    ("The security token included in the request is expired", (403,), AwsSays.STS_EXPIRED),
    ("The incoming token has expired", (401,), AwsSays.TOKEN_EXPIRED),
    ("with an explicit deny", (403,), AwsSays.EXPLICIT_DENY),
    ("is not authorized to access this resource", (403,), AwsSays.DENIED),
    ("Endpoint request timed out", (504,), AwsSays.INTEGRATION_TIMEOUT),
)
_SHARPER: Final = frozenset((AwsSays.TOKEN_EXPIRED, AwsSays.EXPLICIT_DENY, AwsSays.INTEGRATION_TIMEOUT))


@dataclass(frozen=True, slots=True)
class AwsAnswer:
    """An answer that the gateway made itself; ``place`` is the header or body that says so."""

    exchange: Exchange
    says: AwsSays
    place: Place


def aws_answers(facts: Facts) -> tuple[AwsAnswer, ...]:
    """Refusing and failing answers of the gateway on our own hosts, preflights included, in client order."""
    found = []
    for exchange in facts.derive(survey_of).interesting:
        if exchange.response.status >= 400 and is_gateway(exchange) and facts.session.is_ours(exchange):
            read = _read(exchange)
            if read is not None:
                found.append(read)
    return tuple(found)


def is_gateway(exchange: Exchange) -> bool:
    """Whether the answer came through AWS API Gateway, by its headers or its own host name."""
    response = exchange.response
    names = ("x-amzn-errortype", "x-amz-apigw-id", "apigw-requestid")
    return any(response.has(name) for name in names) or is_execute_api(exchange)


def is_execute_api(exchange: Exchange) -> bool:
    """Whether the host is the gateway's own (``*.execute-api.REGION.amazonaws.com``): paths begin with a stage."""
    host = exchange.request.host
    return ".execute-api." in host and host.endswith((".amazonaws.com", ".amazonaws.com.cn"))


def _read(exchange: Exchange) -> AwsAnswer | None:
    """The header is sure and the words can be customised, so the header decides; the words may be sharper."""
    response, status = exchange.response, exchange.response.status
    kind = (response.raw("x-amzn-errortype") or "").partition(":")[0].strip().lower()
    typed = _TYPES.get(kind)
    body = response.body
    text = (body.raw_text() or "")[:_LONGEST] if body.present and (body.size or 0) <= _LONGEST else ""
    for words, statuses, says in _WORDS if text else ():
        if status in statuses and words in text and (typed is None or says in _SHARPER):
            return AwsAnswer(exchange, says, Place(body.place.exchange, body.place.pointer, Text(words, Kind.PHRASE)))
    return AwsAnswer(exchange, typed, response.place("x-amzn-errortype")) if typed is not None else None


@dataclass(frozen=True, slots=True)
class TurnedDown:
    """A call whose token was not expired and that the gateway's authorizer refused all the same.

    ``accepted``: a call of the same host that was served with the same token, None without one.
    """

    answer: AwsAnswer
    token: Token
    accepted: Exchange | None


def turned_down(facts: Facts) -> tuple[TurnedDown, ...]:
    """Refusals of the gateway's authorizer that the token itself does not explain, in client order."""
    found = []
    for answer in facts.derive(aws_answers):
        call = answer.exchange
        token = facts.tokens.access_token(call) if answer.says in {AwsSays.UNAUTHORIZED, AwsSays.DENIED} else None
        if token is None:
            continue
        left = facts.tokens.remaining(token, call)
        if left is None or left > 0:
            found.append(TurnedDown(answer, token, _accepted_with(token, call)))
    return tuple(found)


def _accepted_with(token: Token, call: Exchange) -> Exchange | None:
    host = call.request.host
    served = (use.exchange for use in token.uses or () if 200 <= use.exchange.response.status < 300)
    return next((one for one in served if one.request.host == host), None)


class RouteDoubt(StrEnum):
    """What the capture shows about a route the gateway does not know."""

    OPTIONS = "options"  # a preflight: the resource has no OPTIONS method
    METHOD = "method"  # another method of the same path is served
    STAGE = "stage"  # no call that was served begins with this path segment
    PATH = "path"  # other paths of the same host are served
    UNSIGNED = "unsigned"  # the same call was served when it was signed
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Route:
    """The doubt about one call, and the call of the same host that shows it (None without one)."""

    doubt: RouteDoubt
    served: Exchange | None


def route_of(facts: Facts, exchange: Exchange) -> Route:
    """Why the gateway may not know the route of this call, by what it served on the same host."""
    served = facts.derive(_served_by_host).get(exchange.request.host, ())
    path, method = exchange.request.url.path, exchange.request.method
    same = [one for one in served if one.request.url.path == path]
    signed = next((one for one in same if one.request.method == method and is_signed(one)), None)
    if signed is not None and not is_signed(exchange):
        return Route(RouteDoubt.UNSIGNED, signed)
    if method == "OPTIONS":
        return Route(RouteDoubt.OPTIONS, None)
    if other := next((one for one in same if one.request.method != method), None):
        return Route(RouteDoubt.METHOD, other)
    if not served:
        return Route(RouteDoubt.UNKNOWN, None)
    if is_execute_api(exchange) and all(_stage(one) != _stage(exchange) for one in served):
        return Route(RouteDoubt.STAGE, served[0])
    return Route(RouteDoubt.PATH, served[0])


def is_signed(exchange: Exchange) -> bool:
    """Whether the request carries an AWS signature (Signature Version 4, in the header or the URL)."""
    sent = (exchange.request.raw("authorization") or "").lower()
    return sent.startswith("aws4-hmac-sha256") or "X-Amz-Signature=" in exchange.request.raw_url


def _served_by_host(facts: Facts) -> dict[str, tuple[Exchange, ...]]:
    """Calls that an API Gateway host served (2xx, 3xx, or the application's own 4xx), by host."""
    hosts = {one.exchange.request.host for one in facts.derive(aws_answers)}
    made = {one.exchange.index for one in facts.derive(aws_answers)}
    by_host: dict[str, list[Exchange]] = {}
    for exchange in facts.derive(survey_of).interesting if hosts else ():
        host, status = exchange.request.host, exchange.response.status
        served = 200 <= status < 400 and exchange.request.method != "OPTIONS"
        if host in hosts and exchange.index not in made and served:
            by_host.setdefault(host, []).append(exchange)
    return {host: tuple(calls) for host, calls in by_host.items()}


def _stage(exchange: Exchange) -> str:
    """The first path segment, which is the stage on the gateway's own hosts."""
    return exchange.request.url.path.lstrip("/").partition("/")[0]
