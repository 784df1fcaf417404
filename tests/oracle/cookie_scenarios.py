"""Scenarios about cookies: lines a server sets x ways a request is made x places it goes to. One seed, one set."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from tests.oracle.scenario import Answer, Call, Scenario

_SUFFIXES = ("example", "com", "co.uk", "de", "org", "com.au", "io", "test")
_TENANTS = ("herokuapp.com", "github.io", "cloudfront.net", "azurewebsites.net", "s3.amazonaws.com", "blogspot.com")
_PATHS = ("/", "/app", "/app/", "/app/x", "/app/x/y", "/application", "/other", "/App/x", "/app/x?q=/z")
COOKIE_PATHS = ("/", "/app", "/app/", "/app/x", "/other", "/App", "/app/x/y/z")
_REDIRECTS = (301, 302, 303, 307, 308)

# Ways to reach a target, with weights. "same", "sub" and "foreign" name where the page is that makes the request.
_WAYS = (
    ("typed", 4),
    ("link same", 2), ("link sub", 1), ("link foreign", 3), ("link other-scheme", 2),
    ("form same", 1), ("form foreign", 3),
    ("fetch same", 2), ("fetch sub", 3), ("fetch foreign", 3), ("fetch other-scheme", 1),
    ("fetch-default same", 1), ("fetch-default foreign", 1), ("fetch-omit same", 1), ("fetch-omit foreign", 1),
    ("image same", 1), ("image sub", 1), ("image foreign", 2), ("script sub", 1), ("script foreign", 1),
    ("frame sub", 2), ("frame foreign", 3), ("link-in-frame foreign", 1), ("form-in-frame foreign", 1),
    ("fetch-in-frame foreign", 3), ("fetch-in-frame sub", 1),
    ("typed redirected foreign", 1), ("link redirected same", 2), ("link redirected foreign", 1),
    ("fetch redirected foreign", 1), ("image redirected same", 1), ("image redirected foreign", 1),
    ("frame redirected sub", 1), ("form redirected foreign", 1), ("fetch redirected same", 1),
)  # fmt: skip


@dataclass(frozen=True)
class Land:
    """The site a scenario is about and another one."""

    scheme: str
    hosts: tuple[str, ...]  # of the site; more than one unless it is an IP address
    foreign: str
    suffix: str


def cookie_scenarios(seed: int, count: int) -> list[Scenario]:
    """``count`` scenarios; the same seed gives the same ones, and more of them begin with the same ones."""
    return [_scenario(Random(f"{seed} cookies {number}"), number) for number in range(count)]


def _land(rng: Random, number: int) -> Land:
    scheme = rng.choices(("https", "http"), (3, 1))[0]
    kind = rng.choices(("plain", "tenant", "ip", "localhost", "label"), (60, 17, 7, 9, 4))[0]
    foreign = f"f{number}.{rng.choice(_SUFFIXES)}"
    if kind == "ip":
        host = f"127.{number // 250 + 1}.{number % 250}.1"
        return Land(scheme, (host,), rng.choice((foreign, f"127.{number // 250 + 1}.{number % 250}.2")), "")
    if kind == "label":
        return Land(scheme, (f"intranet{number}",), foreign, "")
    suffix = rng.choice(_SUFFIXES) if kind == "plain" else rng.choice(_TENANTS) if kind == "tenant" else "localhost"
    apex = f"s{number}.{suffix}"
    if kind == "tenant" and rng.random() < 0.6:
        foreign = f"t{number}.{suffix}"
    return Land(scheme, (apex, f"www.{apex}", f"api.{apex}", f"a.www.{apex}"), foreign, suffix)


class _Writer:
    """Puts calls and answers into one scenario."""

    def __init__(self, rng: Random, number: int, land: Land) -> None:
        self.rng, self.land = rng, land
        self.scenario = Scenario(f"c{number}", "cookies")
        self.told: list[str] = []
        self._keys = 0
        self._page = ""
        self._frames = 0

    def url(self, scheme: str, host: str, path: str, answer: Answer, methods: tuple[str, ...] = ("*",)) -> str:
        """A URL whose answer this is."""
        key = f"{self.scenario.name}.{self._keys}"
        self._keys += 1
        for method in methods:
            self.scenario.answer(key, answer, method)
        return f"{scheme}://{host}{path}{'&' if '?' in path else '?'}k={key}"

    def open(self, scheme: str, host: str) -> None:
        """Have a page of this host open."""
        if self._page == f"{scheme}://{host}":
            return
        policy = (("Referrer-Policy", "no-referrer"),) if self.rng.random() < 0.15 else ()
        path = self.rng.choice(("/", "/page", "/app/page"))
        self.scenario.calls.append(Call("type", self.url(scheme, host, path, Answer(200, policy, "page"))))
        self._page = f"{scheme}://{host}"

    def reach(self, way: str, scheme: str, host: str, path: str, lines: tuple[str, ...] = ()) -> bool:
        """Make a request to the target in this way; whether it carries credentials."""
        how, *words = way.split()
        where = words[-1] if words else "same"
        at_scheme, at = self._place(where, scheme, host)
        body = {"image": "image", "script": "script"}.get(how, "json" if how.startswith("fetch") else "page")
        origin = f"{at_scheme}://{at}"
        headers = tuple(("Set-Cookie", line) for line in lines)
        if how.startswith("fetch"):
            headers += (("Access-Control-Allow-Origin", origin), ("Access-Control-Allow-Credentials", "true"))
        target = self.url(scheme, host, path, Answer(200, headers, body))  # type: ignore[arg-type]
        if "redirected" in words:
            target = self._through(target, how, scheme, host, where, origin)
        self.told.append(f"{way} {origin if how != 'typed' else ''} -> {scheme}://{host}{path}")
        return self._call(how, target, at_scheme, at, origin, host)

    def _through(self, target: str, how: str, scheme: str, host: str, where: str, origin: str) -> str:
        """A URL that redirects to the target: of another site when the page is the target's, else any."""
        over = self.land.foreign if where == "same" or self.rng.random() < 0.7 else host
        allow = (("Access-Control-Allow-Origin", origin), ("Access-Control-Allow-Credentials", "true"))
        headers = (("Location", target), *(allow if how == "fetch" else ()))
        return self.url(scheme, over, "/go", Answer(self.rng.choice(_REDIRECTS), headers, ""))

    def _place(self, where: str, scheme: str, host: str) -> tuple[str, str]:
        if where == "same":
            return scheme, host
        if where == "sub":
            return scheme, self.rng.choice([one for one in self.land.hosts if one != host] or [host])
        if where == "other-scheme":  # from https only to http pages: nothing but links crosses downwards
            return ("http" if scheme == "https" else "https"), self.rng.choice(self.land.hosts)
        return scheme, self.land.foreign

    def _call(self, how: str, target: str, at_scheme: str, at: str, origin: str, host: str) -> bool:
        calls = self.scenario.calls
        base = how.partition("-")[0]
        if how == "typed":
            calls.append(Call("type", target))
            self._page = ""
            return True
        if base == "fetch" and target.startswith("http:") and at_scheme == "https":
            at_scheme, origin = "http", f"http://{at}"
        self.open(at_scheme, at)
        if how.endswith("-in-frame"):
            frame = self.frame(target.partition("://")[0], host)
            there = f"{target.partition('://')[0]}://{host}"
            if base == "fetch":
                calls.append(Call("fetch", target, credentials="include", within=frame, origin=there))
            else:
                calls.append(Call(base, target, "POST" if base == "form" else "GET", within=frame, origin=there))  # type: ignore[arg-type]
            return True
        if base == "fetch":
            mode = {"fetch": "include", "fetch-default": "", "fetch-omit": "omit"}[how]
            method = self.rng.choice(("GET", "GET", "POST"))
            calls.append(Call("fetch", target, method, credentials=mode, origin=origin))
            return mode == "include" or (mode == "" and target.startswith(origin + "/"))
        name = ""
        if base == "frame":
            self._frames += 1
            name = f"frame{self._frames}"
        calls.append(Call(base, target, "POST" if base == "form" else "GET", name=name, origin=origin))  # type: ignore[arg-type]
        if base in ("link", "form"):
            self._page = ""
        return True

    def frame(self, scheme: str, host: str) -> str:
        """A frame of this host in the open page; its name."""
        self._frames += 1
        name = f"frame{self._frames}"
        url = self.url(scheme, host, "/framed", Answer(200, (), "page"))
        self.scenario.calls.append(Call("frame", url, name=name, origin=self._page))
        return name


def _scenario(rng: Random, number: int) -> Scenario:
    land = _land(rng, number)
    writer = _Writer(rng, number, land)
    names: list[str] = []
    for phase in range(rng.choices((1, 2), (7, 3))[0]):
        scheme = land.scheme if phase == 0 else rng.choice(("https", "http", land.scheme))
        way = rng.choice(_ways()) if rng.random() < 0.6 else "typed"
        host = rng.choice(land.hosts)
        if "omit" in way or "default" in way:
            lines = [f"omitted{phase}=1; Path=/" + rng.choice(("", "; Secure; SameSite=None"))]
        else:
            count = rng.choices((1, 2, 3), (4, 3, 2))[0]
            lines = [_line(rng, _name(rng, names, number), host, land) for _ in range(count)]
        writer.reach(way, scheme, host, rng.choice(_PATHS), tuple(lines))
        writer.told[-1] += " sets " + " | ".join(line if len(line) < 200 else line[:60] + "..." for line in lines)
    for _ in range(rng.choices((1, 2, 3), (3, 4, 2))[0]):
        scheme = rng.choices((land.scheme, "https", "http"), (6, 1, 1))[0]
        writer.reach(rng.choice(_ways()), scheme, rng.choice(land.hosts), rng.choice(_PATHS))
    writer.scenario.story = "; then ".join(writer.told)
    return writer.scenario


def _ways() -> list[str]:
    return [way for way, weight in _WAYS for _ in range(weight)]


def _name(rng: Random, names: list[str], number: int) -> str:
    if names and rng.random() < 0.3:
        return rng.choice(names)
    stem = f"n{number}x{len(names)}"
    kinds = (
        "{}",
        "__Secure-{}",
        "__Host-{}",
        "__secure-{}",
        "__HOST-{}",
        "a b{}",
        "{}é",
        "__Http-{}",
        "__Host-Http-{}",
    )
    name = rng.choices(kinds, (80, 4, 5, 1, 1, 1, 1, 1, 1))[0].format(stem)
    names.append(name)
    return name


def _line(rng: Random, name: str, host: str, land: Land) -> str:
    """A Set-Cookie line: mostly what servers send, with a few odd things in it."""
    parts = [_pair(rng, name)]
    domain = _domain(rng, host, land)
    if domain is not None:
        parts.append(f"{rng.choice(('Domain', 'domain', 'DOMAIN '))}={domain}")
    if rng.random() < 0.6 or name.startswith("__Host"):
        paths = (*COOKIE_PATHS, "", "app", '"/"')
        parts.append("Path=" + rng.choices(paths, (60, 12, 6, 6, 4, 2, 2, 2, 2, 1))[0])
    same_site = rng.choices(
        (None, "None", "Lax", "Strict", "none", "LAX", "sTrict", "", "Default", "Foo"),
        (35, 25, 15, 12, 2, 2, 1, 1, 1, 1),
    )[0]
    secure = rng.random() < (0.9 if same_site in ("None", "none") or name.startswith("__") else 0.35)
    if secure:
        parts.append(rng.choices(("Secure", "secure", "Secure=false", "SECURE"), (10, 2, 1, 1))[0])
    if rng.random() < 0.3:
        parts.append("HttpOnly")
    if same_site is not None:
        parts.append(f"{rng.choice(('SameSite', 'samesite'))}={same_site}")
    parts += _lifetime(rng)
    if rng.random() < 0.06:
        parts.append("Partitioned")
    if rng.random() < 0.03:
        parts.append(rng.choice(("Priority=High", "Foo=bar", "SameSite=Lax", "Path=/app", "SameParty", "=", "Domain=")))
    first, rest = parts[0], parts[1:]
    rng.shuffle(rest)
    return rng.choices(("; ", ";", " ; "), (20, 2, 1))[0].join((first, *rest)) + rng.choices(("", ";"), (20, 1))[0]


def _pair(rng: Random, name: str) -> str:
    kinds = (
        "1",
        "abc.def-ghi",
        "",
        '"q v"',
        "a=b=c",
        "sp ace",
        "é",
        "\x01",
        "a,b",
        "\tx ",
        "long",
        "limit",
        "nameless",
        "bare",
        "\x7f",
    )
    kind = rng.choices(kinds, (60, 14, 5, 3, 3, 2, 2, 1, 2, 1, 2, 2, 1, 1, 1))[0]
    room = 4096 - len(name.encode())
    if kind == "long":
        return f"{name}={'v' * (room + rng.choice((1, 2, 500)))}"
    if kind == "limit":
        return f"{name}={'v' * (room - rng.choice((0, 1)))}"
    if kind == "nameless":
        return f"={name}v"
    if kind == "bare":
        return rng.choice((f"{name}bare", "=", f"={name}=1"))
    return rng.choices((f"{name}={kind}", f"{name} = {kind}"), (20, 1))[0]


def _domain(rng: Random, host: str, land: Land) -> str | None:
    if rng.random() < 0.55 or len(host) > 200:
        return None
    apex, suffix = land.hosts[0], land.suffix or "com"
    kinds = {
        "host": (host, 5), "dotted host": ("." + host, 3), "apex": (apex, 8), "dotted apex": ("." + apex, 4),
        "upper": (apex.upper(), 1), "below": ("below." + host, 2), "other": (rng.choice(land.hosts), 3),
        "foreign": (land.foreign, 2), "suffix": (suffix, 4), "dotted suffix": (f".{suffix}", 1),
        "empty": ("", 1), "dot": (".", 1), "end dot": (apex + ".", 1), "url": ("https://" + apex, 1),
        "port": (apex + ":443", 1), "two dots": (".." + apex, 1), "partial": (apex[1:], 1), "blank": (f" {apex} ", 1),
    }  # fmt: skip
    values = list(kinds.values())
    return rng.choices([value for value, _ in values], [weight for _, weight in values])[0]


def _lifetime(rng: Random) -> list[str]:
    ages = ("3600", "0", "-1", "-", "", "abc", "+5", "1e3", "99999999999", "3600 ", "12x", '"3600"')
    dates = (
        "Fri, 31 Dec 2027 23:59:59 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", "Thu, 01-Jan-2030 00:00:00 GMT", "0", "",
        "Wed Nov 3 10:00:00 2027", "31 Dec 27 10:00:00", "junk", "Mon, 01 Jan 1601 00:00:00 GMT", "1 Jan 2400 00:00:00",
        "Tue, 31 Nov 2027 10:00:00 GMT", "Sat, 1 Jan 2028 25:00:00 GMT", "2027-12-31T10:00:00Z",
    )  # fmt: skip
    found = []
    if rng.random() < 0.2:
        found.append("Max-Age=" + rng.choices(ages, (20, 6, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1))[0])
    if rng.random() < 0.2:
        found.append("Expires=" + rng.choices(dates, (10, 6, 4, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1))[0])
    return found
