"""What the recording can and cannot show: sanitized exports, size residue, provisional headers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import cached_property
from http import HTTPStatus
from itertools import islice
from typing import TYPE_CHECKING, Final

from haranalyze.capture.message import Message
from haranalyze.capture.model import BODY_TOO_LONG, Source
from haranalyze.facts.better_recording import how_to_record
from haranalyze.text import Kind, Sentence, Text, raw

if TYPE_CHECKING:
    from haranalyze.capture.model import Exchange
    from haranalyze.facts import Facts

# Programs that record browsers; everything else must show a browser's own headers.
_BROWSERS: Final = frozenset(
    ("chromium", "firefox", "firebug", "safari", "playwright", "chrome-har", "chrome-har-capturer",
     "browsertime", "puppeteer-har", "webpagetest", "internet-explorer", "splash", "phantomjs", "cypress")
)  # fmt: skip
_CLIENTS: Final = frozenset(
    ("postman", "postman-cli", "newman", "insomnia", "advanced-rest-client", "bruno", "hoppscotch", "polly", "curl")
)
# Programs that keep the last answer of a redirected call beside its first request (observed with Newman 6.2, Postman
# CLI 1.34).
_LAST_ANSWER_ONLY: Final = frozenset(("postman", "postman-cli", "newman"))
# Exporters that leave out what their HTTP library adds, or read headers before the cookies are added.
_PARTIAL_HEADERS: Final = frozenset(("insomnia", "chrome-har", "chrome-har-capturer", "browsertime"))
_NO_PREFLIGHTS: Final = frozenset(("playwright", "safari"))
_HIDDEN: Final = ("cookie", "authorization")
_SHORTEST_COOKIE = len("Cookie: a\r\n")
_SHORTEST_SET_COOKIE = len("Set-Cookie: a\r\n")
_SLACK = 10  # bytes: old Chromium counts the blank line too, and servers pad values with spaces
_FIRST_SANITIZING_CHROME = 128  # 130 by third parties; below this no Chromium could leave the headers out
_ENOUGH = 3  # exchanges with an answer before their lack of cookies says anything
_SAMPLE = 300  # exchanges looked at for what holds for a whole recording
_LARGE_SAMPLE = 2_000

_AGENTS: Final = (
    (re.compile(r"\bEdg(?:A|iOS)?/(\d{1,4})"), "Edge"),
    (re.compile(r"\bOPR/(\d{1,4})"), "Opera"),
    (re.compile(r"\bSamsungBrowser/(\d{1,4})"), "Samsung Internet"),
    (re.compile(r"\b(?:Firefox|FxiOS)/(\d{1,4})"), "Firefox"),
    (re.compile(r"\b(?:HeadlessChrome|Chrome|CriOS)/(\d{1,4})"), "Chrome"),
    (re.compile(r"\bChromium/(\d{1,4})"), "Chromium"),
    (re.compile(r"\bVersion/(\d{1,4})[.\d]* (?:Mobile/\w{1,20} )?Safari/"), "Safari"),
    (re.compile(r"\bTrident/(\d{1,4})"), "Internet Explorer"),
)
_CHROMIUM_IN = re.compile(r"\b(?:Headless)?Chrom(?:e|ium)/(\d{1,4})")
_LEADING_NUMBER = re.compile(r"\d{1,4}")


class Sanitized(StrEnum):
    """Whether the export removed Cookie, Set-Cookie and Authorization."""

    NO = "no"
    POSSIBLY = "possibly"
    LIKELY = "likely"
    CERTAINLY = "certainly"


class Quality:
    """Answers about the recording itself.

    Attributes:
        is_browser: recorded in a browser, so cookie policy and CORS apply.
        records_requests_as_sent: requests are what left, not what somebody wrote to be sent.
        records_redirects: every hop of a redirected call is an exchange of its own.
        browser: e.g. Text("Chrome 156"), from the User-Agent, ``browser`` or sec-ch-ua; empty when unknown.
            Made of our own names and at most four digits.
        sanitized; clues: our own words for why.
        records_cookies / records_authorization / records_bodies / records_preflights: whether such things
            are in the recording at all.
        missing: what the recording lacks, e.g. ("cookies", "authorization headers", "bodies for #20 to #24",
            "preflights", "everything before sign-in"), as sentences.
        ask: how to make a better recording with the browser at hand, or None when it is good.
    """

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._capture = facts.capture
        self._exporter = facts.capture.exporter

    # what made the recording

    @cached_property
    def is_browser(self) -> bool:
        """Recorded in a browser, so cookie policy and CORS apply."""
        if self._exporter in _BROWSERS:
            return True
        if self._exporter in _CLIENTS:
            return False
        sample = list(islice(self._capture, _SAMPLE))
        marked = sum(1 for e in sample if e.request.has("sec-fetch-mode") or e.request.has("sec-fetch-site"))
        if 3 * marked > len(sample):
            return True
        return any(e.is_page and _named(e.request.raw("user-agent") or "")[0] for e in sample)

    @cached_property
    def browser(self) -> Text:
        """The browser's name and major version, empty when unknown."""
        name, version = self._name_and_version
        if self._exporter == "playwright" and name:
            name = "Playwright " + {"Chrome": "Chromium", "Safari": "WebKit"}.get(name, name)
        label = f"{name} {version}" if version else name
        return Text(label, Kind.HEADER_VALUE, "server")  # shown like a product name with its version

    @cached_property
    def _name_and_version(self) -> tuple[str, str]:
        if not self.is_browser:
            return "", ""
        for exchange in islice(self._capture, _SAMPLE):
            named = _named(exchange.request.raw("user-agent") or exchange.request.raw("sec-ch-ua") or "")
            if named[0]:
                return named
        known = {"chromium": "Chromium", "firefox": "Firefox", "safari": "Safari", "playwright": "Chromium"}
        name = known.get(self._exporter, "")
        written = raw(self._capture.browser_version) or raw(self._capture.creator_version)
        version = _LEADING_NUMBER.match(written) if name == "Firefox" else None
        return name, version.group() if version else ""

    # sanitized or not

    @property
    def sanitized(self) -> Sanitized:
        """Whether the export removed Cookie, Set-Cookie and Authorization."""
        return self._judged[0]

    @property
    def clues(self) -> tuple[Sentence, ...]:
        """Why ``sanitized`` says so."""
        return self._judged[1]

    @cached_property
    def _judged(self) -> tuple[Sanitized, tuple[Sentence, ...]]:
        if self._is_net_log:  # it leaves a trace of each header that it strips
            if not any(note.code == "netlog-stripped" for note in self._capture.notes):
                return Sanitized.NO, ()
            clue = Sentence("The net log was taken with cookies and credentials stripped, as Chrome does by default")
            return Sanitized.CERTAINLY, (clue,)
        if self._exporter != "chromium" or self._shows_credentials or self._chrome_before_sanitizing:
            return Sanitized.NO, ()
        answered = [e for e in self._capture if e.response.status and e.request.raw_url.startswith("http")]
        if len(answered) < _ENOUGH:
            return Sanitized.NO, ()
        bare = Sentence(
            "No Cookie, Set-Cookie or Authorization header and no cookie list in {count} answered exchanges "
            "of a devtools export, which leaves them out by default",
            count=len(answered),
        )
        clues = tuple(self._traces(answered))
        if self._residue_seen(answered) or len(clues) > 1:
            return Sanitized.CERTAINLY, (bare, *clues)
        return (Sanitized.LIKELY if clues else Sanitized.POSSIBLY), (bare, *clues)

    @cached_property
    def _is_net_log(self) -> bool:
        """Whether it is a Chrome net log, or a sanitized copy of one."""
        return self._capture.format == "netlog" or any(note.code == "copy-of-a-net-log" for note in self._capture.notes)

    @cached_property
    def _shows_credentials(self) -> bool:
        """Whether any of the headers that sanitizing removes, or a cookie list, is in the recording."""
        for exchange in self._capture:
            request, response = exchange.request, exchange.response
            if request.has("cookie") or request.has("authorization") or response.has("set-cookie"):
                return True
        some = islice(self._capture, _LARGE_SAMPLE)  # the lists repeat the headers; reading them all is dear
        return any(e.request.raw_cookie_pairs() or e.response.raw_set_cookies() for e in some)

    @cached_property
    def _chrome_before_sanitizing(self) -> bool:
        for exchange in islice(self._capture, _SAMPLE):
            found = _CHROMIUM_IN.search(exchange.request.raw("user-agent") or "")
            if found:
                return int(found.group(1)) < _FIRST_SANITIZING_CHROME
        return False

    def _traces(self, answered: list[Exchange]) -> Iterator[Sentence]:
        hidden = self._residue_seen(answered)
        if hidden:
            yield Sentence(
                "The sizes written beside the headers of {count} exchanges count headers that are not there",
                count=hidden,
            )
        if any(self._issues_session_without_cookie(e) for e in answered):
            yield Sentence("A session was handed out by an answer without any Set-Cookie")
        if any(
            e.request.method != "OPTIONS"
            and 200 <= e.response.status < 300
            and (e.response.raw("access-control-allow-credentials") or "").strip().lower() == "true"
            for e in answered
        ):
            yield Sentence("Calls made with credentials succeeded, and none of them shows any")

    def _issues_session_without_cookie(self, exchange: Exchange) -> bool:
        response = exchange.response
        if not 200 <= response.status < 300:
            return False
        for system in self._facts.systems:
            name = system.front_token_header
            if name and (response.raw(name) or "remove") != "remove":
                return not any(response.has(header) for header in system.access_headers if header != name)
        return False

    def _residue_seen(self, answered: list[Exchange]) -> int:
        if not hasattr(self, "_residues"):
            self._residues = sum(1 for e in answered if self.hidden_request_bytes(e) or self.hidden_response_bytes(e))
        return self._residues

    # what is there

    @cached_property
    def records_cookies(self) -> bool:
        """Whether Cookie and Set-Cookie headers would be in this recording."""
        return self.records_requests_as_sent and self._records_headers and self._full_headers("cookie", "set-cookie")

    @cached_property
    def records_authorization(self) -> bool:
        """Whether Authorization headers would be in this recording."""
        return self._records_headers and self._full_headers("authorization")

    @property
    def records_requests_as_sent(self) -> bool:
        """Whether requests are recorded as they left; a Postman collection holds them as they are written."""
        return self._exporter != "postman"

    @property
    def records_redirects(self) -> bool:
        """Whether the hops of a redirected call are there; without them an answer may be another server's."""
        return self._exporter not in _LAST_ANSWER_ONLY

    @cached_property
    def _records_headers(self) -> bool:
        sample = list(islice(self._capture, 20))
        return not sample or any(len(e.request.headers) for e in sample)

    def _full_headers(self, *names: str) -> bool:
        if self.sanitized is not Sanitized.NO:
            return False
        if self._exporter not in _PARTIAL_HEADERS:
            return True
        return any(e.request.has(name) or e.response.has(name) for e in self._capture for name in names)

    @cached_property
    def records_bodies(self) -> bool:
        """Whether response bodies are in this recording; True where no answer had one."""
        sized = (e.response.body for e in self._capture if e.response.status >= 200)
        bodies = list(islice((body for body in sized if body.size or body.present), _LARGE_SAMPLE))
        return not bodies or any(body.present for body in bodies)

    @cached_property
    def records_preflights(self) -> bool:
        """Whether CORS preflights would be in this recording."""
        if not self.is_browser:
            return False
        if self._exporter in ("chromium", "firefox"):
            return True
        return any(e.request.method == "OPTIONS" for e in self._capture)

    @cached_property
    def missing(self) -> tuple[Sentence, ...]:
        """What the recording lacks, as noun phrases."""
        lacks = []
        if not self.records_cookies:
            lacks.append(Sentence("cookies (Cookie and Set-Cookie headers)"))
        if not self.records_authorization:
            lacks.append(Sentence("Authorization headers"))
        if not self.records_bodies:
            lacks.append(Sentence("the bodies of the answers"))
        elif indexes := self._missing_bodies:
            first, last = indexes[0], indexes[-1]
            lacks.append(
                Sentence("the body of #{first}", first=first)
                if first == last
                else Sentence("{count} bodies between #{first} and #{last}", count=len(indexes), first=first, last=last)
            )
        if too_long := sum(note.count for note in self._capture.notes if note.code == BODY_TOO_LONG):
            lacks.append(Sentence("{count} bodies that are longer than max_body_bytes allows", count=too_long))
        if not self.records_redirects:
            lacks.append(Sentence("redirects (only the last answer of a call)"))
        if self.is_browser and not self.records_preflights:
            lacks.append(Sentence("preflights (OPTIONS requests)"))
        if self._capture.salvaged:
            lacks.append(Sentence("everything after the place where the file is cut off"))
        return tuple(lacks)

    @cached_property
    def _missing_bodies(self) -> tuple[int, ...]:
        """Refusing and failing answers on session hosts whose body had a size and is not in the recording."""
        hosts = self._facts.session.hosts
        return tuple(
            e.index
            for e in self._capture
            if e.response.status >= 400
            and e.request.host in hosts
            and e.response.body.size
            and not e.response.body.present
        )

    @cached_property
    def ask(self) -> Sentence | None:
        """How to make a better recording, None when this one is good."""
        complete = self.records_cookies and self.records_authorization and self.records_bodies
        if complete and not self._capture.salvaged:
            return None
        program = "netlog" if self._is_net_log else self._exporter
        return how_to_record(program, self._name_and_version[0])

    # one exchange

    def is_provisional(self, exchange: Exchange) -> bool:
        """Whether the request headers are only what the page set (blocked, cached): they prove no absence."""
        if exchange.source is Source.SERVICE_WORKER:  # the page's half: cookies are added when the worker asks on
            return True
        if self._exporter in ("chromium", "playwright"):
            return not (exchange.request.has("host") or exchange.request.has(":authority"))
        if not self.records_requests_as_sent:  # its reader writes Host where everything that was sent is known
            return not exchange.request.has("host")
        return self.is_browser and exchange.failed

    def hidden_request_bytes(self, exchange: Exchange) -> int | None:
        """Size residue of the request headers (Chromium, HTTP/1.x): bytes of removed ones; None unknown."""
        request = exchange.request
        if self._exporter != "chromium" or request.http_version != "h1" or not request.headers_size:
            return None
        if self.is_provisional(exchange):
            return None
        start_line = len(request.method) + 1 + len(_target(request.raw_url)) + len(" HTTP/1.1\r\n")
        return _residue(request.headers_size - start_line - _size(request), _SHORTEST_COOKIE)

    def hidden_response_bytes(self, exchange: Exchange) -> int | None:
        """Size residue of the response headers: bytes of removed Set-Cookie lines, None when unknown."""
        response = exchange.response
        if self._exporter != "chromium" or response.http_version != "h1" or not response.headers_size:
            return None
        if response.status < 200 or exchange.source is not Source.NETWORK:
            return None
        rest = response.headers_size - len("HTTP/1.1 200 \r\n") - 2 - _size(response)  # and the blank line
        standard = _phrase_length(response.status)
        if response.phrase_size is None:
            return _residue(rest - standard, _SHORTEST_SET_COOKIE)
        # A server's own words count as recorded; an exporter that leaves them out must not look like a residue.
        found = _residue(rest - response.phrase_size, _SHORTEST_SET_COOKIE)
        return 0 if found and not response.phrase_size and abs(rest - standard) <= _SLACK else found

    def shows_absence(self, exchange: Exchange, name: str) -> bool:
        """Whether this recording proves that the header ``name`` (lower case) was absent from this exchange.

        ``authorization`` and ``cookie`` are asked of the request, ``set-cookie`` of the response. False when
        the header is there, the file is (possibly) sanitized and no zero residue proves it, the request
        headers are provisional, or the exporter leaves such headers out.
        """
        of_response = name == "set-cookie"
        message: Message = exchange.response if of_response else exchange.request
        if message.has(name) or not self._records_headers:
            return False
        if of_response and (exchange.failed or exchange.source is not Source.NETWORK):
            return False
        if not of_response and self.is_provisional(exchange):
            return False
        if self.sanitized is Sanitized.NO:
            if name == "authorization":
                return self.records_authorization
            return self.records_cookies and not (
                exchange.response.raw_set_cookies() if of_response else exchange.request.raw_cookie_pairs()
            )
        hidden = self.hidden_response_bytes(exchange) if of_response else self.hidden_request_bytes(exchange)
        return hidden == 0

    def carries_hidden_credentials(self, exchange: Exchange) -> bool:
        """Whether the residue proves that Cookie or Authorization was sent though not recorded."""
        if any(exchange.request.has(name) for name in _HIDDEN) or self.sanitized is Sanitized.NO:
            return False
        return bool(self.hidden_request_bytes(exchange))


def _named(agent: str) -> tuple[str, str]:
    """Our name and the major version of the browser a User-Agent or Sec-CH-UA speaks of."""
    if agent.lstrip().startswith('"'):
        return _named_by_brands(agent)
    for pattern, name in _AGENTS:
        if found := pattern.search(agent):
            return name, found.group(1)
    return "", ""


_BRANDS: Final = {
    "Microsoft Edge": "Edge",
    "Opera": "Opera",
    "Google Chrome": "Chrome",
    "Chromium": "Chromium",
}
_BRAND = re.compile(r'"([A-Za-z ]{3,30})";v="(\d{1,4})')


def _named_by_brands(value: str) -> tuple[str, str]:
    found = dict(_BRAND.findall(value[:500]))
    for brand, name in _BRANDS.items():
        if brand in found:
            return name, found[brand]
    return "", ""


def _target(url: str) -> str:
    """The request target as Chromium writes it: path and query, no fragment."""
    _, _, rest = url.partition("#")[0].partition("://")
    authority_end = min((i for i in (rest.find("/"), rest.find("?")) if i >= 0), default=len(rest))
    target = rest[authority_end:]
    return target if target.startswith("/") else "/" + target


def _size(message: Message) -> int:
    return sum(len(header.name) + 2 + len(header.value) + 2 for header in message.headers)


def _residue(difference: int, shortest: int) -> int | None:
    """Bytes that headers can account for; None where the sizes contradict each other."""
    if difference >= shortest:
        return difference
    return 0 if difference >= -_SLACK else None


def _phrase_length(status: int) -> int:
    try:
        return len(HTTPStatus(status).phrase)
    except ValueError:
        return 0
