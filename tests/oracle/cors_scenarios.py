"""Scenarios about CORS: who asks, how, and what the server allows. One seed, one set."""

from __future__ import annotations

from random import Random

from tests.oracle.scenario import Answer, Call, Scenario

READ = ("content-type", "x-exposed", "st-access-token", "x-other", "cache-control")
_REQUEST_HEADERS = (
    (), (), (("Content-Type", "application/json"),),
    (("Content-Type", "application/json"), ("Authorization", "Bearer x")),
    (("Authorization", "Bearer x"),), (("X-Custom", "1"),), (("rid", "session"), ("fdi-version", "1.17")),
    (("Content-Type", "text/plain"),), (("Accept", "application/json"),),
    (("X-B", "1"), ("X-A", "2"), ("anti-csrf", "3")),
    (("Content-Type", "application/x-www-form-urlencoded"), ("X-Requested-With", "XMLHttpRequest")),
    (("Accept-Language", "de"), ("Range", "bytes=0-10")), (("X-Custom", "v" * 200),), (("Accept", "a" * 140),),
)  # fmt: skip
_PREFLIGHT_STATUS = (
    (200, 30),
    (204, 40),
    (201, 1),
    (301, 2),
    (302, 2),
    (400, 2),
    (401, 3),
    (403, 2),
    (404, 3),
    (405, 3),
    (500, 3),
)
_STATUS = (
    (200, 60),
    (201, 2),
    (204, 3),
    (400, 2),
    (401, 6),
    (403, 3),
    (404, 2),
    (500, 4),
    (302, 6),
    (303, 2),
    (307, 6),
    (308, 2),
)


def cors_scenarios(seed: int, count: int) -> list[Scenario]:
    """``count`` scenarios; the same seed gives the same ones, and more of them begin with the same ones."""
    return [_scenario(Random(f"{seed} cors {number}"), number) for number in range(count)]


def _pick(rng: Random, weighted: tuple[tuple[int, int], ...]) -> int:
    return rng.choices([value for value, _ in weighted], [weight for _, weight in weighted])[0]


class _Writer:
    def __init__(self, rng: Random, number: int) -> None:
        self.rng = rng
        self.scenario = Scenario(f"o{number}", "cors")
        self._keys = 0

    def url(self, origin: str, path: str, answers: dict[str, Answer]) -> str:
        key = f"{self.scenario.name}.{self._keys}"
        self._keys += 1
        for method, answer in answers.items():
            self.scenario.answer(key, answer, method)
        return f"{origin}{path}?k={key}"


def _scenario(rng: Random, number: int) -> Scenario:
    writer = _Writer(rng, number)
    scheme = rng.choices(("https", "http"), (6, 1))[0]
    page = f"{scheme}://{rng.choice(('', 'www.'))}p{number}.example"
    api_scheme = "https" if scheme == "https" or rng.random() < 0.2 else "http"
    api = (
        f"{api_scheme}://"
        + rng.choices(
            (f"api{number}.test", f"api.p{number}.example", f"p{number}.example", f"p{number}.example:8443"),
            (5, 4, 1, 1),
        )[0]
    )
    if ":8443" in api:
        api = api.replace("http://", "https://")
    other = f"{api_scheme}://elsewhere{number}.com"
    method = rng.choices(("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "patch", "QUERY"), (8, 8, 4, 3, 3, 1, 1, 1))[
        0
    ]
    credentials = rng.choices(("include", "", "omit", "same-origin"), (6, 3, 2, 1))[0]
    mode = rng.choices(("", "cors", "no-cors", "same-origin"), (20, 5, 1, 1))[0]
    headers = rng.choice(_REQUEST_HEADERS)
    if mode == "no-cors":
        method, headers = rng.choice(("GET", "POST")), ()
    has_cookie = rng.random() < 0.6
    calls = writer.scenario.calls
    if has_cookie:
        line = "session=1; Path=/; Secure; SameSite=None" if api.startswith("https") else "session=1; Path=/"
        calls.append(Call("type", writer.url(api, "/login", {"*": Answer(200, (("Set-Cookie", line),), "page")})))
    policy = (("Referrer-Policy", "no-referrer"),) if rng.random() < 0.1 else ()
    calls.append(Call("type", writer.url(page, "/", {"*": Answer(200, policy, "page")})))
    preflight = _preflight(rng, page, method, headers)
    final = _final(rng, page, writer, {"page": page, "api": api, "other": other}, preflight)
    answers = {"*": final, "OPTIONS": preflight}
    path = rng.choice(("/api/me", "/auth/session/refresh", "/api/items/1"))
    fetch = Call("fetch", writer.url(api, path, answers), method, credentials, mode, headers, reads=READ, origin=page)
    calls += [fetch] * rng.choices((1, 2), (8, 1))[0]
    told = f"{page} fetches {method} {api}{path}, credentials {credentials or 'default'}, mode {mode or 'default'}"
    if headers:
        told += f", headers {', '.join(name for name, _ in headers)}"
    told += f"{', a cookie kept' if has_cookie else ''}; preflight {_told(preflight)}; answer {_told(final)}"
    writer.scenario.story = told
    return writer.scenario


def _told(answer: Answer) -> str:
    return f"{answer.status} " + " | ".join(f"{name}: {value}" for name, value in answer.headers)


def _origins(rng: Random, page: str) -> list[tuple[str, str]]:
    """Access-Control-Allow-Origin in the ways servers write it, right ones mostly."""
    name = "Access-Control-Allow-Origin"
    host = page.partition("://")[2]
    odd: tuple[list[str], ...] = (
        ["null"], [page + "/"], [page.upper()], [page, page], [f"{page}, {page}"], [page, "*"], [host], [""],
        ["https://other.example"], [page.replace("https:", "http:") if page[4] == "s" else "https://" + host],
        [f"*.{host}"], [f"  {page} "], [f"{page}:443"], [f"https://x.example {page}"], [f"{page},"], ["**"], ["* "],
        [f"https://sub.{host}"], [f"{page}\t"],
    )  # fmt: skip
    values = rng.choices(([page], ["*"], [], rng.choice(odd)), (55, 14, 7, 24))[0]
    return [(name, value) for value in values]


def _with_credentials(rng: Random) -> list[tuple[str, str]]:
    value = rng.choices(
        ("true", None, "True", "TRUE", "false", "1", "true, true", " true ", "", "include"),
        (60, 22, 2, 1, 3, 1, 1, 1, 1, 1),
    )[0]
    return [] if value is None else [("Access-Control-Allow-Credentials", value)]


def _preflight(rng: Random, page: str, method: str, headers: tuple[tuple[str, str], ...]) -> Answer:
    names = [name for name, _ in headers]
    lines = [("Access-Control-Allow-Origin", page)] if rng.random() < 0.7 else _origins(rng, page)
    lines += [("Access-Control-Allow-Credentials", "true")] if rng.random() < 0.7 else _with_credentials(rng)
    methods = rng.choices(
        ([method], ["GET, POST, PUT, DELETE, PATCH, OPTIONS"], ["*"], [], ["GET"], [method.lower()],
         ["GET,POST", method], [f" {method} ,"], [f"{method} GET"], [f"GET; {method}"], ["*, GET"]),
        (20, 20, 6, 8, 4, 4, 3, 1, 1, 1, 1),
    )[0]  # fmt: skip
    lines += [("Access-Control-Allow-Methods", value) for value in methods]
    allowed: list[str] = rng.choices(
        ([", ".join(names)], [",".join(names).lower()], ["*"], [], [", ".join(names[1:])], [", ".join(names).upper()],
         ["content-type"], [*names], ["*, authorization"], [" ".join(names)],
         ["Content-Type, Authorization, X-Custom"]),
        (20, 16, 8, 8, 5, 3, 5, 3, 3, 1, 5),
    )[0]  # fmt: skip
    lines += [("Access-Control-Allow-Headers", value) for value in allowed]
    if rng.random() < 0.3:
        lines.append(("Access-Control-Max-Age", rng.choice(("0", "-1", "600", "86400", "junk"))))
    status = _pick(rng, _PREFLIGHT_STATUS)
    if status in (301, 302):
        lines.append(("Location", "/elsewhere"))
    return Answer(status, tuple(lines), "")


def _final(rng: Random, page: str, writer: _Writer, origins: dict[str, str], preflight: Answer) -> Answer:
    status = _pick(rng, _STATUS)
    usual = rng.random() < 0.35
    lines = [("Access-Control-Allow-Origin", page)] if usual else _origins(rng, page)
    lines += [("Access-Control-Allow-Credentials", "true")] if usual else _with_credentials(rng)
    if 300 <= status < 400:
        lines.append(("Location", _target(rng, page, writer, origins, preflight)))
        return Answer(status, tuple(lines), "")
    exposed = rng.choices(
        (None, "x-exposed", "X-Exposed, ST-Access-Token", "*", "st-access-token,x-exposed , x-other", "x exposed"),
        (4, 2, 3, 3, 2, 1),
    )[0]
    if exposed is not None:
        lines.append(("Access-Control-Expose-Headers", exposed))
    lines += [("X-Exposed", "1"), ("st-access-token", "2"), ("X-Other", "3")]
    return Answer(status, tuple(lines), "json" if status != 204 else "")


def _target(rng: Random, page: str, writer: _Writer, origins: dict[str, str], preflight: Answer) -> str:
    """Where a redirect goes: the same origin, back to the page's, or a third one (the Origin becomes null there)."""
    to = rng.choice(("page", "api", "api", "other", "other"))
    allow = rng.choice((page, "*", "null", None))
    lines = [("Access-Control-Allow-Origin", allow)] if allow is not None else []
    lines += _with_credentials(rng)
    again = preflight
    if to == "other" and rng.random() < 0.6:
        kept = [(name, value) for name, value in preflight.headers if name != "Access-Control-Allow-Origin"]
        again = Answer(200, (("Access-Control-Allow-Origin", rng.choice(("null", "*"))), *kept), "")
    answers = {"*": Answer(200, tuple(lines), "json"), "OPTIONS": again}
    url = writer.url(origins[to], "/landed", answers)
    return url if rng.random() < 0.9 else url.replace("://", "://user:word@")
