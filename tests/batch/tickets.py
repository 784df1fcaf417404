"""Tickets made from recordings of real failures: other hosts, users and times, and traffic that does not matter.

``python -m tests.batch.tickets SOURCE OUT 5000`` makes a folder of tickets and its ``manifest.csv``, which names the
recording that each ticket was made from; SOURCE holds folders with a ``capture.har`` and a ``label.json``.
"""

from __future__ import annotations

import argparse
import base64
import csv
import json
import random
import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from publicsuffixlist import PublicSuffixList

from tests.lab.noise import with_noise

_ISO = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d")
_HTTP_DATE = re.compile(r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d\d)([ -])(\w{3})[ -](\d{4}) (\d\d:\d\d:\d\d) GMT")
_PACKED = re.compile(r"eyJ[A-Za-z0-9_-]{12,}|ey[A-Za-z0-9+/]{16,}={0,2}")
_EPOCH = re.compile(r"\b1[789]\d{8}(?:\d{3})?\b")
_URL_HOST = re.compile(r"https?://([a-z0-9.-]+)")
_USER = re.compile(r"\b[a-z][a-z0-9._-]{2,20}(?=(?:@|%40)[a-z])")
_SUFFIXES = PublicSuffixList()


def ticket(document: dict[str, Any], seed: int, day: int, *, sanitized: bool = False) -> bytes:
    """A HAR of the same failure for somebody else, ``day`` days later."""
    dice = random.Random(seed)
    shift = timedelta(days=day, seconds=dice.randrange(3600))
    text = json.dumps(document)
    changes = {**_other_hosts(text, dice), **_other_users(text, dice)}
    verifies = '"kty"' in text or '\\"kty\\"' in text  # a signature that the recording lets one check
    if not verifies:
        text = shifted(text, shift, changes)
    text = _changed(text, changes)
    made = json.loads(text)
    if made["log"].get("pages"):  # without pages nobody can tell whose session is meant
        made = with_noise(made, count=dice.randrange(4, 20), seed=seed, sanitized=sanitized)
    return json.dumps(made, separators=(",", ":")).encode()


def shifted(text: str, shift: timedelta, changes: dict[str, str]) -> str:
    """The JSON text of a HAR with all its times later, those in tokens too, and with other words in the tokens."""
    text = _PACKED.sub(lambda found: _repacked(found.group(), changes, shift), text)
    text = _EPOCH.sub(lambda found: _later(found.group(), shift), text)
    text = _ISO.sub(lambda found: _iso(found.group(), shift), text)
    return _HTTP_DATE.sub(lambda found: _http_date(found, shift), text)


def _other_hosts(text: str, dice: random.Random) -> dict[str, str]:
    """Another name of the same length for the label before each public suffix, so that no size changes."""
    found = {}
    for host in sorted(set(_URL_HOST.findall(text))):
        site = _SUFFIXES.privatesuffix(host)
        label = (site or "").partition(".")[0]
        if len(label) > 3 and site and not re.fullmatch(r"[\d.]+|localhost", host):
            found[site] = "".join(dice.choice("bcdfghklmnprstvz") for _ in label) + site[len(label) :]
    return found


def _other_users(text: str, dice: random.Random) -> dict[str, str]:
    return {user: "".join(dice.choice("abdeiklmnorstu") for _ in user) for user in sorted(set(_USER.findall(text)))}


def _changed(text: str, changes: dict[str, str]) -> str:
    if not changes:
        return text
    words = sorted(changes, key=len, reverse=True)
    return re.compile("|".join(re.escape(word) for word in words)).sub(lambda found: changes[found.group()], text)


def _repacked(packed: str, changes: dict[str, str], shift: timedelta) -> str:
    """A JWT part or front-token with its times moved; whatever else begins like one is left."""
    standard = packed.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        inside = base64.b64decode(standard + "=" * (-len(standard) % 4)).decode()
        json.loads(inside)
    except ValueError:
        return packed
    moved = _EPOCH.sub(lambda found: _later(found.group(), shift), _changed(inside, changes))
    again = base64.b64encode(moved.encode()).decode()
    if "=" not in packed:
        again = again.rstrip("=")
    return again if "+" in packed or "/" in packed else again.replace("+", "-").replace("/", "_")


def _later(number: str, shift: timedelta) -> str:
    return str(int(number) + int(shift.total_seconds()) * (1000 if len(number) == 13 else 1))


def _iso(moment: str, shift: timedelta) -> str:
    return (datetime.fromisoformat(moment) + shift).isoformat()


def _http_date(found: re.Match[str], shift: timedelta) -> str:
    day, dash, month, year, clock = found.groups()
    if not 2020 <= int(year) < 2100:
        return found.group()
    moment = datetime.strptime(f"{day} {month} {year} {clock}", "%d %b %Y %H:%M:%S").replace(tzinfo=UTC) + shift
    text = format_datetime(moment, usegmt=True)
    return text if dash == " " else f"{text[:7]}-{text[8:11]}-{text[12:]}"


def sources(folder: Path) -> list[Path]:
    """The labelled recordings of a folder, by name."""
    return sorted(path.parent for path in folder.glob("*/capture.har"))


def make(source: Path, out: Path, count: int) -> None:
    """Write ``count`` tickets, each in its folder, and ``manifest.csv``: ticket, capture, customer, plan, source."""
    recordings = sources(source)
    read = {one.name: json.loads((one / "capture.har").read_text(encoding="utf-8")) for one in recordings}
    labels = {one.name: json.loads((one / "label.json").read_text(encoding="utf-8")) for one in recordings}
    out.mkdir(parents=True, exist_ok=True)
    with (out / "manifest.csv").open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(("ticket", "capture", "customer", "plan", "source"))
        for number in range(count):
            name = recordings[number % len(recordings)].name
            dice = random.Random(f"{number}")
            folder = out / f"{1000 + number}"
            folder.mkdir(exist_ok=True)
            hidden = "sanitized" in labels[name]["exporter"]
            content = ticket(read[name], number, dice.randrange(28), sanitized=hidden)
            (folder / "login.har").write_bytes(content)
            plan = dice.choice(("enterprise", "team", "free"))
            rows.writerow((folder.name, f"{folder.name}/login.har", f"customer {dice.randrange(400)}", plan, name))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("count", type=int)
    given = parser.parse_args()
    make(given.source, given.out, given.count)


if __name__ == "__main__":
    main()
