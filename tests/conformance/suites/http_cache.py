"""HTTP caches (RFC 9111): exchanges through a cache, questions about one response, stored fields after a 304."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urljoin

from haranalyze.protocol.cache_control import parse_http_date
from haranalyze.protocol.cache_fields import client_is_current, conditions, confirms, fields_of, freshened
from haranalyze.protocol.cache_store import Answer, Cache, Served
from haranalyze.protocol.http_cache import (
    HEURISTIC_STATUSES,
    CacheKind,
    CacheMode,
    CachePolicy,
    CacheRequest,
    CacheResponse,
    Need,
)

Json = dict[str, Any]


def differences(vector: Json) -> Iterator[str]:
    given, then = vector["given"], vector["then"]
    kinds = given.get("cache", ["private"])
    for kind in [kinds] if isinstance(kinds, str) else kinds:
        for problem in JUDGES[given["kind"]](CacheKind(kind), given, then):
            yield f"{kind}: {problem}"


def of_update(kind: CacheKind, given: Json, then: Json) -> Iterator[str]:
    stored, newer = (fields_of(map(tuple, given[part]["headers"])) for part in ("stored", "not_modified"))
    merged = freshened(stored, newer, browser=kind is CacheKind.PRIVATE)
    if merged != fields_of(map(tuple, then["headers"])):
        yield f"merged to {merged}"


# exchanges


def of_exchanges(kind: CacheKind, given: Json, then: list[Json]) -> Iterator[str]:
    cache, origin = Cache(kind), OriginServer(_ms(given["base_time"]))
    answers = []
    for exchange in given["exchanges"]:
        origin.exchange = exchange
        answers.append(cache.fetch(_request(exchange["request"]), origin.now, origin))
    for expected in then:
        number = expected["exchange"]
        at = origin.start + given["exchanges"][number]["at"] * 1000
        for problem in _compare(answers[number], _as_made(answers[number], expected, at), given["exchanges"][number]):
            yield f"exchange {number}: {problem}"


class OriginServer:
    """Gives the answer of the exchange at hand, the one for the right condition where the request carries it."""

    def __init__(self, start: float) -> None:
        self.start = start
        self.exchange: Json = {}
        self._validators: dict[str, dict[str, tuple[str, ...]]] = {}

    @property
    def now(self) -> float:
        return self.start + float(self.exchange["at"]) * 1000

    def __call__(self, request: CacheRequest) -> CacheResponse | None:
        given = self.exchange["origin_response"]
        if given.get("disconnect"):
            return None
        if "if_conditional_matches" in given:
            known = self._validators.get(request.url, {})
            asked = {n: v for n, v in request.fields.items() if n in ("if-none-match", "if-modified-since")}
            given = given["if_conditional_matches" if client_is_current(asked, known) else "otherwise"]
        fields = fields_of((name, _located(name, value, request.url)) for name, value in given["headers"])
        self._validators[request.url] = fields
        return CacheResponse(given["status"], fields, self.now, self.now, given.get("body"))


def _located(name: str, value: str, url: str) -> str:
    """A bare word in a Location is a query of the target: so the upstream server (WPT, http-cache.py) sends it."""
    is_bare = name.lower() in ("location", "content-location") and value.replace("_", "").isalpha()
    return f"{url}?{value}" if is_bare else value


def _request(given: Json) -> CacheRequest:
    fields = fields_of(map(tuple, given["headers"]))
    return CacheRequest(given["method"], given["url"], fields, CacheMode(given.get("cache_mode", "default")))


def _as_made(answer: Answer, expected: Json, now: float) -> Json:
    """Expected dates of an answer from the cache, told from the time the origin made it.

    The upstream runner (cache-tests, lib/header-fixup) writes an expected date relative to the ``Server-Now`` field
    of the response at hand, which in a stored response is the origin's first answer; the vectors have it relative
    to the exchange.
    """
    made = parse_http_date(answer.fields.get("date", ("",))[0])
    if answer.served is not Served.CACHE or made is None or "response_headers" not in expected:
        return expected
    headers = []
    for name, *rest in expected["response_headers"]:
        date = parse_http_date(rest[0]) if len(rest) == 1 else None
        if date is not None and name.lower() in ("date", "expires"):
            made_then = datetime.fromtimestamp((date - now + made) / 1000, UTC)
            headers.append([name, format_datetime(made_then, usegmt=True)])
        else:
            headers.append([name, *rest])
    return {**expected, "response_headers": headers}


def _compare(answer: Answer, expected: Json, exchange: Json) -> Iterator[str]:
    if "served" in expected and not _served_so(answer, expected["served"]):
        yield f"served from {answer.served} ({answer.reason}), not {expected['served']}"
    if "status" in expected and answer.status != (expected["status"] or 0):
        yield f"status {answer.status}"
    if "body" in expected and answer.body != expected["body"]:
        yield f"body {answer.body}"
    interim = exchange["origin_response"].get("interim", []) if answer.asked else []
    if "interim" in expected and interim != expected["interim"]:
        yield f"interim {interim}"
    if "method_seen_by_origin" in expected and (
        answer.asked is None or answer.asked.method != expected["method_seen_by_origin"]
    ):
        yield "the origin saw another method"
    asked = answer.asked.fields if answer.asked else {}
    for name, value in expected.get("request_headers_sent", []):
        if value not in asked.get(name.lower(), ()):
            yield f"sent {name}: {asked.get(name.lower())}"
    for name, *_ in expected.get("request_headers_not_sent", []):
        if name.lower() in asked:
            yield f"sent {name}"
    for header in expected.get("response_headers", []):
        if not _has(answer, *header):
            yield f"answered {header[0]}: {answer.fields.get(header[0].lower())}, not {header[1:]}"
    for name, *_ in expected.get("response_headers_absent", []):
        if name.lower() in answer.fields:
            yield f"answered {name}"


def _served_so(answer: Answer, expected: str) -> bool:
    asked = answer.asked.fields if answer.asked else {}
    if expected == "etag_validate":
        return "if-none-match" in asked
    if expected == "lm_validate":
        return "if-modified-since" in asked
    if expected == "origin-validated-etag":
        return answer.served is Served.VALIDATED and "if-none-match" in asked
    if expected == "origin-validated-last-modified":
        return answer.served is Served.VALIDATED and "if-modified-since" in asked
    return answer.served == expected


def _has(answer: Answer, name: str, *rest: str) -> bool:
    values = answer.fields.get(name.lower())
    if values is None or not rest:
        return values is not None
    if len(rest) == 1:
        return rest[0] in values
    operator, operand = rest
    if operator == ">":
        return float(values[0]) > float(operand)
    return values == answer.fields.get(operand.lower())


# questions about one response


def of_policy(kind: CacheKind, given: Json, then: list[Json]) -> Iterator[str]:
    received = _ms(given["received_at"])
    sent = _ms(given["request_sent_at"]) if "request_sent_at" in given else received
    response = given["response"]
    policy = CachePolicy(
        kind,
        _question_request(given["request"]),
        CacheResponse(response["status"], fields_of(map(tuple, response["headers"])), sent, received),
    )
    for expected in then:
        question = given["questions"][expected["question"]]
        now = received + question["at"] * 1000
        for problem in _ask(policy, question, expected, now):
            yield f"question {expected['question']}, {question['ask']}: {problem}"


def _question_request(given: Json) -> CacheRequest:
    fields = fields_of(map(tuple, given["headers"]))
    host = fields.get("host", ("cache.test",))[0]
    return CacheRequest(given["method"], urljoin(f"https://{host}/", given["url"]), fields)


def _ask(policy: CachePolicy, question: Json, expected: Json, now: float) -> Iterator[str]:
    ask = question["ask"]
    request = _question_request(question["request"]) if "request" in question else policy.request
    if ask == "revalidation-request":
        found: Any = {}
        if policy.matches(request) is None:
            found = {name: values[0] for name, values in conditions(policy.response.fields, request.fields).items()}
        wanted = expected["headers"]
    elif ask == "304-result":
        answer = question["response"]
        matches = answer["status"] == 304 and confirms(policy.response.fields, fields_of(map(tuple, answer["headers"])))
        found, wanted = (answer["status"] != 304, matches), (expected["body_changed"], expected["validators_match"])
    else:
        found, wanted = _answer(policy, ask, request, now), expected["answer"]
        if "reason" in expected and policy.storage.reason != expected["reason"]:
            yield f"reason {policy.storage.reason}"
    if found != wanted:
        yield f"{found}, not {wanted}"


def _answer(policy: CachePolicy, ask: str, request: CacheRequest, now: float) -> Any:
    if ask == "storable":
        return policy.storage.allowed
    if ask == "lifetime":
        return int(policy.usable_seconds)
    if ask == "age":
        return int(policy.age(now))
    if ask == "time-to-live":
        return int(max(0.0, policy.usable_seconds - policy.age(now)))
    if ask == "stale":
        return not policy.is_fresh(now)
    if ask == "reuse":
        return policy.use(request, now).need is Need.NONE
    if ask == "validation-needed":
        return policy.need(now).need.value
    if ask == "stale-while-revalidate-allowed":
        return policy.stale_while_revalidate(now)
    return policy.response.status in HEURISTIC_STATUSES


def _ms(text: str) -> float:
    return datetime.fromisoformat(text).timestamp() * 1000.0


JUDGES: dict[str, Callable[[CacheKind, Json, Any], Iterator[str]]] = {
    "exchanges": of_exchanges,
    "policy": of_policy,
    "304-update": of_update,
}
