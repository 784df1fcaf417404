"""The first look: hosts, first parties, and which session system guards which host.

Cheap and one pass: it reads host, path and the presence of a few headers, so that everything dearer is done
for the user's own session hosts only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from haranalyze.facts._answers import members, read_answer
from haranalyze.facts._recognised import LEAST_TRUST, Recognition, Sign, set_cookie_place, trust
from haranalyze.protocol.url import parse_url, registrable_domain
from haranalyze.systems import SessionSystem, name_matches, path_ends
from haranalyze.text import Kind, Sentence, Text

if TYPE_CHECKING:
    from haranalyze.capture.model import Exchange
    from haranalyze.facts import Facts

STATIC_TYPES: Final = frozenset(
    ("image", "imageset", "font", "stylesheet", "media", "script", "texttrack", "manifest", "wasm",
     "signed-exchange", "csp_report")
)  # fmt: skip
_STATIC_ENDINGS: Final = (
    ".js", ".mjs", ".css", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".avif", ".ico", ".woff",
    ".woff2", ".ttf", ".otf", ".eot", ".mp4", ".webm", ".mp3", ".wasm", ".map", ".webmanifest",
)  # fmt: skip
_ENOUGH_ANSWERS = 40  # refusing answers per host read for a system's words
_TOKEN_ANSWERS = 50  # token answers searched for a token sent elsewhere
_PASSWORDS: Final = ("passw", "Passw", "PASSW", "pwd")
_SETTLED = 4  # kinds of signs that tie a system to a host; more are not looked for


class Survey:
    """Hosts of the capture, first parties, identity providers and guards.

    Attributes:
        first_parties: registrable domains of the pages the user visited, and of those where these pages sign the user
            in (empty: not recorded in a browser).
        page_hosts: hosts of those pages; provider_hosts: hosts of OAuth authorization pages on the way.
        guards: session host -> the system that guards it; providers: host -> the identity provider that answers there;
        signs: what showed it, heaviest first.
        records_cookies: whether any Cookie or Set-Cookie is in the recording.
    """

    first_parties: frozenset[str]
    page_hosts: frozenset[str]
    provider_hosts: frozenset[str]
    guards: dict[str, SessionSystem]
    providers: dict[str, SessionSystem]
    signs: tuple[Sign, ...]
    records_cookies: bool

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._timeline = facts.timeline
        self._signs: dict[tuple[str, str, str], Sign] = {}
        self._bound: dict[tuple[str, str], int] = {}
        self._answers_read: dict[str, int] = {}
        self.records_cookies = False
        self._named = tuple(s for s in facts.systems if not s.plain and not s.marks_only)
        self._generic = {s.transport: s for s in facts.systems if s.generic}
        self._sign_in_paths = tuple(dict.fromkeys(sum((s.sign_in_paths for s in self._generic.values()), ())))
        self._find_first_parties()
        self._interesting = [e for e in facts.timeline.exchanges if not self.is_static(e)]
        if self.first_parties:
            self.first_parties |= frozenset(self._sites_signed_in_at())
        recognition = Recognition(s for s in facts.systems if s.like or s.provider)
        called_by_us: set[str] = set()
        for exchange in self._interesting:
            self._look_for_named(exchange)
            host = self.host(exchange)
            recognition.look(host, self.path(exchange), exchange)
            if host not in called_by_us and recognition.has_signs(host) and self.is_from_us(exchange):
                called_by_us.add(host)
        self.guards = self._named_guards()
        self.providers = self._find_providers(recognition, called_by_us)
        self._look_for_generic()
        self._name_generic(recognition, called_by_us)
        focus = facts.options.focus
        if focus:
            self.guards = {host: system for host, system in self.guards.items() if host in focus}
        self.signs = tuple(sorted(self._signs.values(), key=lambda sign: -sign.weight))

    # hosts and paths

    def host(self, exchange: Exchange) -> str:
        """Host of the request, lower case; ``""`` when its URL has none."""
        return exchange.request.host

    def path(self, exchange: Exchange) -> str:
        """Path of the request as recorded, without query and fragment."""
        return path_of(exchange.request.raw_url)

    def is_static(self, exchange: Exchange) -> bool:
        """Whether it loads a part of a page: script, style, image, font, media."""
        kind = exchange.resource_type
        if kind:
            if kind in STATIC_TYPES:
                return True
            if kind != "other":
                return False
        if exchange.request.method != "GET":
            return False
        return self.path(exchange).lower().endswith(_STATIC_ENDINGS)

    def is_first_party(self, host: str) -> bool:
        """Whether the host belongs to a site the user visited (every host where no page is recorded)."""
        return not self.first_parties or (bool(host) and registrable_domain(host) in self.first_parties)

    @property
    def interesting(self) -> list[Exchange]:
        """Exchanges that are not parts of pages, in client order."""
        return self._interesting

    def _find_first_parties(self) -> None:
        """Sites of the pages in the address bar; a recording of a proxy or an app has no address bar of its own."""
        hosts = {page.url.host for page in self._facts.capture.pages if page.url is not None and page.url.host}
        providers: set[str] = set()
        seen_pages: set[str] = set()
        follows: set[int] = set()
        for exchange in self._timeline.exchanges:
            kind = exchange.resource_type
            if kind not in ("document", "") or exchange.request.method == "OPTIONS" or not exchange.is_page:
                continue
            if self._timeline.in_frame(exchange):
                continue
            page = exchange.raw_page_id
            is_visit = exchange.index in follows or (page not in seen_pages if page else _is_visit(exchange))
            seen_pages.add(page)
            if not is_visit:  # a frame, as far as this exporter tells
                continue
            if (target := self._timeline.redirected_to(exchange)) is not None:
                follows.add(target.index)
            host = self.host(exchange)
            (providers if is_authorization_request(exchange.request.raw_url) else hosts).add(host)
        own = {host for host in hosts - providers if host} or {host for host in hosts if host}
        self.page_hosts = frozenset(own)
        self.provider_hosts = frozenset(providers - own)
        own_sites = own if self._facts.quality.is_browser or self._facts.capture.pages else ()
        told = self._facts.options.api_domains | self._facts.options.website_domains
        self.first_parties = frozenset(registrable_domain(host) for host in (*own_sites, *told))

    def _sites_signed_in_at(self) -> Iterator[str]:
        """Other sites whose API gets a password from our pages: the user's session is there. A session cookie alone
        does not tell, for advertisers' answers set such too."""
        for exchange in self._interesting:
            host = self.host(exchange)
            if not host or self.is_first_party(host) or host in self.provider_hosts or exchange.is_page:
                continue
            if not self._is_accepted(exchange, self._sign_in_paths) or not self.is_from_us(exchange):
                continue
            if exchange.request.body.present and any(map(exchange.request.raw_body_may_contain, _PASSWORDS)):
                yield registrable_domain(host)

    def _is_accepted(self, exchange: Exchange, paths: tuple[str, ...]) -> bool:
        """Whether it is a POST to one of the paths that is answered with success and no page."""
        if exchange.request.method != "POST" or not 200 <= exchange.response.status < 300:
            return False
        if not path_ends(self.path(exchange), paths):
            return False
        return exchange.response.body.raw_mime_type not in ("text/html", "application/xhtml+xml")

    # named systems

    def _add(self, sign: Sign) -> None:
        key = (sign.system.id, sign.host, sign.kind)
        if key not in self._signs:
            self._signs[key] = sign
            if sign.binds:
                self._bound[key[:2]] = self._bound.get(key[:2], 0) + 1

    def _look_for_named(self, exchange: Exchange) -> None:
        request, response = exchange.request, exchange.response
        cookie = request.raw("cookie")
        if cookie or response.has("set-cookie"):
            self.records_cookies = True
        host = self.host(exchange)
        for system in self._named:
            if self._bound.get((system.id, host), 0) >= _SETTLED:
                continue
            for name in system.response_marks:
                if response.has(name):
                    self._header_sign(system, exchange, name, "response-mark", 0.9, answer=True)
            for name in system.request_marks:
                if request.has(name):
                    self._header_sign(system, exchange, name, "request-mark", 0.6, answer=False)
            for name in system.access_headers:
                if response.has(name):
                    self._header_sign(system, exchange, name, "token-header", 0.8, answer=True)
            if cookie:
                self._cookie_signs(system, exchange, cookie)
            self._set_cookie_signs(system, exchange)
            if exchange.response.status in (401, 403) or exchange.response.status >= 500:
                self._answer_sign(system, exchange)
            if request.method == "POST" and path_ends(self.path(exchange), system.refresh_paths):
                words = Sentence("a call of its refresh path")
                self._add(Sign(system, self.host(exchange), "path", 0.4, False, exchange.url_place, words))

    def _header_sign(
        self, system: SessionSystem, exchange: Exchange, name: str, kind: str, weight: float, *, answer: bool
    ) -> None:
        host = self.host(exchange)
        if (system.id, host, f"{kind}:{name}") in self._signs:
            return
        message = exchange.response if answer else exchange.request
        words = Sentence(
            "the response has the header {name}" if answer else "the request has the header {name}",
            name=Text(name, Kind.HEADER_NAME),
        )
        self._add(Sign(system, host, f"{kind}:{name}", weight, True, message.place(name), words))

    def _cookie_signs(self, system: SessionSystem, exchange: Exchange, cookie: str) -> None:
        for names, kind, weight, binds in (
            (_server_cookies(system), "cookie", 0.6, True),
            (system.state_cookies, "state-cookie", 0.6, False),
        ):
            found = next((name for name in names if name + "=" in cookie), "")
            if not found or (system.id, self.host(exchange), kind) in self._signs:
                continue
            if any(name == found for name, _ in exchange.request.raw_cookie_pairs()):
                words = Sentence("the request sends the cookie {name}", name=Text(found, Kind.COOKIE_NAME))
                place = exchange.request.place("cookie")
                self._add(Sign(system, self.host(exchange), kind, weight, binds, place, words))

    def _set_cookie_signs(self, system: SessionSystem, exchange: Exchange) -> None:
        if not exchange.response.has("set-cookie"):
            return
        key = (system.id, self.host(exchange), "set-cookie")
        if key in self._signs:
            return
        names = _server_cookies(system)
        for position, line in enumerate(exchange.response.raw_set_cookies()):
            name = _cookie_name(line)
            if name_matches(name, names):
                place = set_cookie_place(exchange, position)
                words = Sentence("the response sets the cookie {name}", name=Text(name, Kind.COOKIE_NAME))
                self._add(Sign(system, key[1], "set-cookie", 0.8, True, place, words))
                return

    def _answer_sign(self, system: SessionSystem, exchange: Exchange) -> None:
        host = self.host(exchange)
        if (system.id, host, "answer") in self._signs or not self._may_read_answer(host):
            return
        if (read := read_answer(exchange, (system,), fault=True)) is not None:
            words = Sentence("the answer uses its words")
            self._add(Sign(system, host, "answer", 0.6, True, read.place, words))

    def _may_read_answer(self, host: str) -> bool:
        count = self._answers_read.get(host, 0)
        self._answers_read[host] = count + 1
        return count < _ENOUGH_ANSWERS

    def _named_guards(self) -> dict[str, SessionSystem]:
        """Hosts with a named system's session that can be the user's own.

        Signs are weighed site by site. Parts of other companies in a page (a chat, a shop window) may use the same
        system: a host of another site counts only where our own sites show none, and shows more than its answers.
        """
        sites: dict[tuple[str, str], list[Sign]] = {}
        for sign in self._signs.values():
            if not sign.system.generic and sign.host:
                sites.setdefault((sign.system.id, registrable_domain(sign.host)), []).append(sign)
        shown = [signs for signs in sites.values() if trust(signs) >= LEAST_TRUST and any(sign.binds for sign in signs)]
        own = [signs for signs in shown if self.is_first_party(signs[0].host)]
        if not own or not self.first_parties:
            strong = [signs for signs in shown if any(sign.binds and sign.kind != "answer" for sign in signs)]
            alone = shown if len(shown) == 1 and not self.first_parties else []
            own = own if self.first_parties and own else strong or alone
        guards: dict[str, SessionSystem] = {}
        for signs in own:
            for sign in signs:
                if sign.binds:
                    guards.setdefault(sign.host, sign.system)
        return guards

    # systems known by names

    def speaker(self, host: str) -> SessionSystem | None:
        """The system whose paths and words count on a host: its guard, else the identity provider there."""
        guard = self.guards.get(host)
        if guard is not None and (host not in self.providers or not guard.generic):
            return guard
        return self.providers.get(host)

    def is_from_us(self, exchange: Exchange) -> bool:
        """Whether a page of ours made the call itself: a frame of somebody else names its own origin."""
        origin = exchange.request.raw("origin")
        if origin and origin != "null" and not self.is_first_party(parse_url(origin).host):
            return False
        return self._is_called_by_us(exchange)

    def _find_providers(self, recognition: Recognition, called_by_us: set[str]) -> dict[str, SessionSystem]:
        """Identity providers that our pages call or the user visited; those of other sites join the provider hosts."""
        found: dict[str, SessionSystem] = {}
        bearer = self._generic.get("bearer")
        for host in recognition.hosts:
            if host in self.guards or not (host in called_by_us or host in self.provider_hosts or self._is_site(host)):
                continue
            for system, signs in recognition.shown(host):
                if system.provider and bearer is not None:
                    found[host] = system.on(bearer)
                    for sign in signs:
                        self._add(sign)
                    break
        self.provider_hosts |= frozenset(host for host in found if not self._is_site(host))
        return found

    def _is_site(self, host: str) -> bool:
        """Whether the host belongs to a site whose pages the recording shows."""
        return bool(host) and registrable_domain(host) in self.first_parties

    def _name_generic(self, recognition: Recognition, called_by_us: set[str]) -> None:
        """Hosts with a generic session whose system shows get its name, and so do hosts of a vendor that we call."""
        for host in recognition.hosts:
            guard = self.guards.get(host)
            if (guard is not None and not guard.generic) or host in self.providers:
                continue
            for system, signs in recognition.shown(host):
                ours = guard or self._adopted_like(system, signs, host, called_by_us)
                if ours is None or ours.id not in system.like:
                    continue
                self.guards[host] = system.on(ours)
                for sign in signs:
                    self._add(sign)
                break

    def _adopted_like(
        self, system: SessionSystem, signs: Iterable[Sign], host: str, called_by_us: set[str]
    ) -> SessionSystem | None:
        """The generic system whose way a host goes that shows no session but by a name: a vendor's API that we call, or
        a cookie of ours under a name of its own whose value tells."""
        if system.hosts and host in called_by_us:
            return self._generic.get("bearer")
        by_value = any(sign.kind.startswith("cookie-value") for sign in signs)
        return self._generic.get("cookie") if by_value and self._is_own(host) else None

    # generic systems

    def _look_for_generic(self) -> None:
        bearer, cookies = self._generic.get("bearer"), self._generic.get("cookie")
        if cookies is not None:  # systems that keep their sessions in the same way add the names of their cookies
            like = [s.access_cookies for s in self._facts.systems if cookies.id in s.like]
            self._session_names = tuple(dict.fromkeys(sum(like, cookies.access_cookies)))
        sent_elsewhere: dict[str, set[str]] = {}
        self._named_sites = frozenset(map(registrable_domain, self.guards))
        for exchange in self._interesting:
            host = self.host(exchange)
            if host in self.guards or not host or host in self.provider_hosts:
                continue
            own = self._is_own(host) or self._follows_own(exchange)
            if exchange.request.method == "OPTIONS":
                if bearer is not None and own:
                    self._preflight_sign(bearer, exchange)
                continue
            if bearer is not None:
                self._bearer_signs(bearer, exchange, own, sent_elsewhere)
                if own and exchange.request.method == "POST":
                    self._token_answer_sign(bearer, exchange)
            if cookies is not None and own:
                self._session_cookie_signs(cookies, exchange)
                if not self.records_cookies and self._is_accepted(exchange, cookies.sign_in_paths):
                    words = Sentence("the sign-in is answered with success")
                    self._add(Sign(cookies, host, "sign-in", 0.3, True, exchange.url_place, words))
        generic: dict[str, SessionSystem] = {}
        heaviest = sorted(self._signs.values(), key=lambda sign: -sign.weight)
        for sign in heaviest:
            if sign.system.generic:
                generic.setdefault(sign.host, sign.system)
        if bearer is not None:
            self._adopt(bearer, sent_elsewhere, generic)
        self.guards |= generic

    def _is_own(self, host: str) -> bool:
        """First party; without pages, on the site of a named system where one was found."""
        if self.first_parties or not self._named_sites:
            return self.is_first_party(host)
        return registrable_domain(host) in self._named_sites

    def _follows_own(self, exchange: Exchange) -> bool:
        """Whether the browser was sent here by an API call of ours (a redirect to another site)."""
        if exchange.is_page:
            return False
        before = self._timeline.redirected_from(exchange)
        return before is not None and self.is_first_party(self.host(before))

    def _is_called_by_us(self, exchange: Exchange) -> bool:
        """Whether a page of ours made the call, as far as the request tells."""
        page = parse_url(self._timeline.page_url(exchange))
        return not page.ok or not page.host or self.is_first_party(page.host)

    def _bearer_signs(
        self, system: SessionSystem, exchange: Exchange, own: bool, sent_elsewhere: dict[str, set[str]]
    ) -> None:
        host = self.host(exchange)
        value = exchange.request.raw("authorization")
        if value is not None and not value.lower().startswith(("basic ", "digest ", "negotiate ", "aws4-", "ntlm ")):
            if own:
                words = Sentence("the request has the header {name}", name=Text("authorization", Kind.HEADER_NAME))
                place = exchange.request.place("authorization")
                self._add(Sign(system, host, "authorization", 0.7, True, place, words))
            elif self._is_called_by_us(exchange) and len(values := sent_elsewhere.setdefault(host, set())) < 5:
                values.add(value.split(" ")[-1])
        status = exchange.response.status
        if own and status == 401 and (system.id, host, "answer") not in self._signs and self._may_read_answer(host):
            challenge = exchange.response.raw("www-authenticate") or ""
            if challenge.lower().startswith(("basic", "digest", "negotiate", "ntlm")):
                return
            read = read_answer(exchange, self._facts.systems)
            if read is not None and not (read.system.generic and read.system.transport == "cookie"):
                words = Sentence("the answer asks for a token")
                self._add(Sign(system, host, "answer", _answer_weight(system, read.system), True, read.place, words))

    def _preflight_sign(self, system: SessionSystem, exchange: Exchange) -> None:
        """Exports without Authorization headers still show that the browser asked to send one."""
        host = self.host(exchange)
        asked = (exchange.request.raw("access-control-request-headers") or "").lower()
        if "authorization" in asked and (system.id, host, "preflight") not in self._signs:
            words = Sentence("the preflight asks for the header {name}", name=Text("authorization", Kind.HEADER_NAME))
            place = exchange.request.place("access-control-request-headers")
            self._add(Sign(system, host, "preflight", 0.5, True, place, words))

    def _token_answer_sign(self, system: SessionSystem, exchange: Exchange) -> None:
        host, body = self.host(exchange), exchange.response.body
        if (system.id, host, "token-answer") in self._signs or not 200 <= exchange.response.status < 300:
            return
        if "json" not in body.raw_mime_type or not path_ends(self.path(exchange), system.sign_in_paths):
            return
        table = body.json() if body.present else None
        if any(isinstance(value, str) for name in system.token_members for value in members(table, name)):
            words = Sentence("the answer to the sign-in hands out a token")
            self._add(Sign(system, host, "token-answer", 0.45, True, body.place, words))

    def _session_cookie_signs(self, system: SessionSystem, exchange: Exchange) -> None:
        host = self.host(exchange)
        if (system.id, host, "set-cookie") not in self._signs and exchange.response.has("set-cookie"):
            for position, line in enumerate(exchange.response.raw_set_cookies()):
                name = _cookie_name(line)
                if name_matches(name, self._session_names):
                    place = set_cookie_place(exchange, position)
                    words = Sentence("the response sets the cookie {name}", name=Text(name, Kind.COOKIE_NAME))
                    self._add(Sign(system, host, "set-cookie", 0.5, True, place, words))
                    break
        if (system.id, host, "cookie") not in self._signs and exchange.request.has("cookie"):
            for name, _ in exchange.request.raw_cookie_pairs():
                if name_matches(name, self._session_names):
                    words = Sentence("the request sends the cookie {name}", name=Text(name, Kind.COOKIE_NAME))
                    place = exchange.request.place("cookie")
                    self._add(Sign(system, host, "cookie", 0.4, True, place, words))
                    break

    def _adopt(self, bearer: SessionSystem, sent: dict[str, set[str]], generic: dict[str, SessionSystem]) -> None:
        """Hosts of other sites are ours when they get a token our own sign-in handed out, or when nothing
        else here has a session and one single such host gets the user's JWT."""
        if not sent:
            return
        issued = list(self._token_answers(bearer))
        for host, values in sent.items():
            if any(len(value) >= 16 and value in text for value in values for text in issued):
                generic[host] = bearer
                self._adopted(bearer, host)
        jwt_hosts = [host for host, values in sent.items() if any(value.startswith("eyJ") for value in values)]
        if not generic and not self.guards and len(jwt_hosts) == 1:
            generic[jwt_hosts[0]] = bearer
            self._adopted(bearer, jwt_hosts[0])

    def _adopted(self, bearer: SessionSystem, host: str) -> None:
        for exchange in self._interesting:
            if self.host(exchange) == host and exchange.request.has("authorization"):
                words = Sentence("the request carries the user's token")
                place = exchange.request.place("authorization")
                self._add(Sign(bearer, host, "authorization", 0.5, True, place, words))
                return

    def _token_answers(self, bearer: SessionSystem) -> Iterable[str]:
        left = _TOKEN_ANSWERS
        paths = bearer.sign_in_paths + bearer.refresh_paths + bearer.sign_up_paths
        for exchange in self._interesting:
            host = self.host(exchange)
            if exchange.request.method != "POST" or not path_ends(self.path(exchange), paths) or left == 0:
                continue
            if (self.is_first_party(host) or host in self.provider_hosts) and exchange.response.body.present:
                left -= 1
                yield exchange.response.body.raw_text() or ""


def _cookie_name(line: str) -> str:
    return line.partition("=")[0].strip()


def survey_of(facts: Facts) -> Survey:
    """The survey, for ``Facts.derive``."""
    return Survey(facts)


def _answer_weight(bearer: SessionSystem, speaker: SessionSystem) -> float:
    """How much a refusal speaks for tokens: the words of frameworks that know cookie sessions too weigh less than a
    session cookie."""
    if speaker is bearer:
        return 0.6
    return 0.3 if speaker.like and bearer.id not in speaker.like else 0.45


def _server_cookies(system: SessionSystem) -> tuple[str, ...]:
    return system.access_cookies + system.refresh_cookies + system.marker_cookies


@lru_cache(maxsize=4096)
def path_of(url: str) -> str:
    """Path of an absolute URL as written, without query and fragment."""
    cut = url.find("/", 8)
    if cut < 0:
        return "/"
    return url[cut:].partition("?")[0].partition("#")[0]


def _is_visit(exchange: Exchange) -> bool:
    """Whether a document without a page was asked for by the user: frames send a Referer."""
    return exchange.request.raw("sec-fetch-dest") == "document" or not exchange.request.has("referer")


def is_navigation(exchange: Exchange) -> bool:
    """Whether the browser went there, redirects included (their answers have no HTML to tell by)."""
    if exchange.resource_type:
        return exchange.resource_type == "document"
    request = exchange.request
    return exchange.is_page or (request.raw("accept") or "").startswith("text/html")


def is_authorization_request(url: str) -> bool:
    """Whether the URL asks an OAuth authorization server for a code or token (RFC 6749 section 4.1.1)."""
    _, _, query = url.partition("?")
    return "client_id=" in query and ("redirect_uri=" in query or "response_type=" in query)
