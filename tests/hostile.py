"""A recording and a document whose every string is an attack: each calls ``marker`` if it ever runs."""

from typing import Any, TypeVar

import msgspec

T = TypeVar("T", bound=msgspec.Struct)

ATTACKS = (
    "<script>marker(1)</script>",
    "<img src=x onerror=marker(2)>",
    "</script><script>marker(3)</script>",
    "<svg onload=marker(4)>",
    "javascript:marker(5)",
    "{{marker(6)}}{%raw%}",
    '"><iframe srcdoc=<script>parent.marker(7)</script>>',
    "\u202emarker(8)\u202c\x1b[31m",
    "=cmd|' /C marker'!A0",
    "<style>@import url(http://evil.example/x)</style>",
    "<base href=http://evil.example/><form action=http://evil.example/>",
    "[marker(10)](javascript:marker(10)) ![x](http://evil.example/x.png)",
    "`marker(11)` ``` <details ontoggle=marker(11) open>",
    "]]><script xmlns='http://www.w3.org/1999/xhtml'>marker(12)</script>&xxe;",
    "[bold red]marker(13)[/] {0} ${marker(13)} <%= marker(13) %>",
    "\x1b]8;;http://evil.example/\x07marker(14)\x1b]8;;\x07\x9b31m",
    "@octocat #1 https://evil.example/marker(15) www.evil.example",
    "<?xml-stylesheet href='http://evil.example/x.xsl'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>",
)


def hostile_story() -> str:
    """A failing bearer login with attacks in every place a stranger can fill."""
    lines = ["* page: https://app.example.com/<script>marker(0)</script>"]
    lines += [
        "> POST https://api.example.com/login",
        "< 200",
        "<",
        '< {"access_token": "abc<script>marker(9)</script>"}',
    ]
    for attack in ATTACKS:
        clean = attack.replace(" ", "%20").replace("\x1b", "").replace("#", "%23")
        lines += [
            f"> GET https://api.example.com/{clean}?{clean}={clean}#x",
            f"> X-{clean.replace(':', '')}: {attack}",
            f"> Authorization: {attack}",
            f"> Cookie: {clean.replace(';', '')}={clean}; sid={attack}",
            f"> Origin: {clean}",
            f"* error: {attack}",
            f"* type: {attack}",
            "< 401",
            f"< Set-Cookie: {clean}={clean}; Domain={clean}; Path=/{clean}",
            f'< WWW-Authenticate: Bearer error="{clean}", {clean}',
            f"< Server: {attack}",
            f"< Location: {clean}",
            f"< Access-Control-Allow-Origin: {attack}",
            f"< Access-Control-Allow-Headers: {attack}",
            f"< front-token: {attack}",
            "<",
            f"< {attack} No authorization token was found",
        ]
    return "\n".join(line.replace("\n", " ") for line in lines)


# Members with a closed list of words, which a renderer may use to choose a shape.
CLOSED = frozenset(
    "state confidence owner for severity outcome role mark side source rule id finding consequence_of findings chain "
    "sanitized started ended sha256 fingerprint schema kind weight".split()
)
COUNTED = frozenset(("folded", "minor"))  # names with counts


def poisoned(document: T, attacks: tuple[str, ...] = ATTACKS) -> T:
    """The report or comparison with an attack in every open string, as if nothing had been projected."""
    count = 0

    def attack(value: Any, name: str = "") -> Any:
        nonlocal count
        if isinstance(value, str) and name not in CLOSED:
            count += 1
            return attacks[count % len(attacks)]
        if isinstance(value, list):
            return [attack(item, name) for item in value]
        if isinstance(value, dict) and name in COUNTED:
            return {attacks[place % len(attacks)]: number for place, number in enumerate(value.values())}
        if isinstance(value, dict):
            return {key: attack(item, key) for key, item in value.items()}
        return value

    return msgspec.convert(attack(msgspec.to_builtins(document)), type(document))
