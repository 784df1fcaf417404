"""Chromium's word about cookies against ours, check by check.

The engines see the HAR without any Cookie request header: the cookie jar learns from requests, and the header is what
it is asked for.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

import haranalyze
from haranalyze.capture.model import Exchange
from haranalyze.facts import Facts
from haranalyze.facts.cookie_jar import JarCookie
from haranalyze.protocol.set_cookie import parse_set_cookie
from haranalyze.text import raw
from haranalyze.timeline import Timeline
from tests.oracle.recording import Event, Hop, Recording
from tests.oracle.scenario import Call, Scenario

STORED, SENT, LEFT_OUT = "cookies stored", "cookies sent", "cookies left out"
UNSEEN = "calls without credentials"
FULL = "cookies left on full sites"
NOT_COUNTED: Final = frozenset((UNSEEN,))
_NOT_KEPT: Final = "not kept, without a reason"
# Reasons for which the protocol has no word, so that the cookie is silently missing.
_WORDLESS: Final = frozenset(("InvalidPartitioned", "DisallowedCharacter", "NoCookieContent"))
# Chromium lists neither what expired nor cookies of other hosts and partitions, unless its look-up met them.
_UNLISTED: Final = frozenset(("Expired", "DomainMismatch", "OtherPartition"))

Identity = tuple[str, str, str]  # name, domain, path


@dataclass(frozen=True)
class Check:
    """One question put to both. ``kind`` sorts disagreements, ``""`` where both say the same."""

    area: str
    scenario: str
    where: str
    chromium: str
    ours: str
    kind: str = ""

    @property
    def agrees(self) -> bool:
        """Whether both say the same."""
        return not self.kind


@dataclass(frozen=True)
class _Asked:
    """One request of a scenario and both sides' knowledge of it."""

    facts: Facts
    exchange: Exchange
    hop: Hop
    scenario: str
    where: str
    unseen: frozenset[int]  # exchanges made without credentials, which a capture does not show

    @property
    def credentialed(self) -> bool:
        return self.exchange.index not in self.unseen

    def check(self, area: str, what: str, chromium: str, ours: str, kind: str) -> Check:
        return Check(area, self.scenario, f"{self.where} {what}".strip(), chromium, ours, kind)


def facts_of(har: Event) -> Facts:
    """The engines on a recording."""
    return Facts(Timeline(haranalyze.read_capture(json.dumps(har).encode())))


def cookie_checks(scenario: Scenario, recording: Recording) -> Iterator[Check]:
    """What was stored, sent and left out in one scenario."""
    facts = facts_of(recording.har(cookies=False))
    hops = list(enumerate(recording.hops))
    unseen = frozenset(index for index, hop in hops if not is_credentialed(scenario.calls[hop.call], hop.url))
    for index, hop in hops:
        if "k=" not in hop.url or hop.type == "Preflight":
            continue
        where = f"#{index} {hop.request['method']} {hop.url} ({how_of(scenario.calls[hop.call])})"
        asked = _Asked(facts, facts.capture.exchanges[index], hop, scenario.name, where, unseen)
        yield from _stored(asked)
        if hop.sent is not None:
            yield from _sent(asked)
            if asked.credentialed:
                yield from _left_out(asked)


def full_site_checks(scenario: Scenario, recording: Recording) -> Iterator[Check]:
    """What is left of more cookies than a browser keeps: what was sent. The jar tells no refusal from an eviction."""
    for check in cookie_checks(scenario, recording):
        if check.area == SENT:
            kind = f"full site: {scenario.story}" if check.kind else ""
            yield replace(check, area=FULL, kind=kind)


def how_of(call: Call) -> str:
    """A call in a few words."""
    return f"{call.how}{f' {call.credentials}' if call.credentials else ''}{' in a frame' if call.within else ''}"


def is_credentialed(call: Call, url: str) -> bool:
    """Whether cookies may go with the request and be kept from its answer (Fetch standard, credentials mode)."""
    if call.how != "fetch" or call.credentials == "include":
        return True
    parts = urlsplit(url)
    return call.credentials != "omit" and f"{parts.scheme}://{parts.netloc}" == call.origin


def _reasons(words: list[str]) -> set[str]:
    """Chromium's words under our names."""
    names = {word.removeprefix("Schemeful") for word in words}
    if "InvalidDomain" in names:
        names.add("DomainMismatch")
    if "SyntaxError" in names:
        names |= {"DisallowedCharacter", "NoCookieContent"}
    if _NOT_KEPT in names:
        names |= _WORDLESS
    return names


def _utf8(text: str) -> str:
    """The protocol shows the bytes of header lines one by one, and cookies as UTF-8."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


# storing


def _stored(asked: _Asked) -> Iterator[Check]:
    jar, hop = asked.facts.cookie_jar, asked.hop
    events = {raw(event.place.text): event for event in jar.set_by(asked.exchange) if event.place.text}
    blocked = {_utf8(line): words for line, words in hop.blocked().items()}
    for position, line in enumerate(hop.set_cookies):
        event = events.get(line)
        ours = "ignored" if event is None else "stored" if event.refused is None else event.refused.value
        shown = f"Set-Cookie: {line if len(line) < 300 else f'{line[:80]}... ({len(line)})'}"
        if not asked.credentialed:
            kind = "stored without credentials" if ours == "stored" else ""
            yield asked.check(UNSEEN, shown, "not stored", ours, kind)
            continue
        words = blocked.get(_utf8(line))
        if words is None and not _is_kept(hop, position, surely=ours not in _WORDLESS and ours != "ignored"):
            words = [_NOT_KEPT]
        theirs = "stored" if words is None else ", ".join(words)
        agrees = ours == "stored" if words is None else ours == "ignored" or ours in _reasons(words)
        yield asked.check(STORED, shown, theirs, ours, "" if agrees else f"stored: Chromium {theirs}, ours {ours}")


def _is_kept(hop: Hop, position: int, *, surely: bool) -> bool:
    """Whether the jar held the cookie of a line afterwards.

    ``surely``: a cookie that may have been replaced or have expired counts as kept.
    """
    if hop.jar is None:
        return True
    line = hop.set_cookies[position]
    name, equals, value = (part.strip(" \t") for part in line.partition(";")[0].partition("="))
    if not equals:
        name, value = "", name
    parsed = parse_set_cookie(line)
    partitioned = parsed is not None and parsed.partitioned
    if (_utf8(name), _utf8(value), partitioned) in hop.jar:
        return True
    later = hop.set_cookies[position + 1 :]
    replaced = any(one.partition("=")[0].strip() == name for one in later)
    return surely and (replaced or "max-age" in line.lower() or "expires" in line.lower())


# sending


def _header(cookies: list[JarCookie]) -> list[str]:
    pairs = ((raw(cookie.name), raw(cookie.value)) for cookie in cookies)
    return [f"{name}={value}" if name else value for name, value in pairs]


def _seen(asked: _Asked, cookie: JarCookie) -> bool:
    """Whether the cookie does not come from an answer to a call without credentials."""
    return cookie.by is None or cookie.by.exchange.index not in asked.unseen


def _sent(asked: _Asked) -> Iterator[Check]:
    jar, hop = asked.facts.cookie_jar, asked.hop
    ours = _header([cookie for cookie in jar.predicted(asked.exchange) if _seen(asked, cookie)])
    header = hop.cookie_header or ""
    theirs = header.split("; ") if header else []
    told = header or "(nothing)", "; ".join(ours) or "(nothing)"
    if not asked.credentialed:
        yield asked.check(UNSEEN, "", *told, "sent without credentials" if ours else "")
        return
    if not ours and not theirs and not hop.associated():
        return
    kind = ""
    if "; ".join(ours) != header:
        blocked = {cookie["name"]: ", ".join(words) for cookie, words in hop.associated()}
        left = {raw(one.cookie.name): one.reason.value for one in jar.left_out(asked.exchange)}
        words = {f"ours alone, Chromium {blocked.get(_name(one), 'has none')}" for one in ours if one not in theirs}
        words |= {f"Chromium alone, ours {left.get(_name(one), 'has none')}" for one in theirs if one not in ours}
        kind = "sent: " + ("; ".join(sorted(words)) or "order")
    yield asked.check(SENT, "", *told, kind)


def _name(pair: str) -> str:
    name, equals, _ = pair.partition("=")
    return name if equals else ""


def _left_out(asked: _Asked) -> Iterator[Check]:
    theirs: dict[Identity, list[str]] = {}
    sent: set[Identity] = set()
    for cookie, words in asked.hop.associated():
        identity = (cookie["name"], cookie["domain"].lstrip("."), cookie["path"])
        if words:
            theirs[identity] = words
        else:
            sent.add(identity)
    ours: dict[Identity, str] = {}
    for left in asked.facts.cookie_jar.left_out(asked.exchange):
        kept = left.cookie
        if _seen(asked, kept):
            ours[_utf8(raw(kept.name)), raw(kept.domain), raw(kept.path)] = left.reason.value
    for identity in sorted(theirs.keys() | ours.keys()):
        found, reason = theirs.get(identity), ours.get(identity, "not left out")
        if found is None and reason in _UNLISTED and identity not in sent:
            continue
        said = ", ".join(found) if found is not None else "sent" if identity in sent else "not in the jar"
        agrees = found is not None and reason in _reasons(found)
        kind = "" if agrees else f"left out: Chromium {said}, ours {reason}"
        yield asked.check(LEFT_OUT, str(identity), said, reason, kind)
