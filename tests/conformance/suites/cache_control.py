"""Reading Cache-Control (RFC 9111 section 5.2)."""

from collections.abc import Iterator
from typing import Any

from haranalyze.protocol.cache_control import Side, read_cache_control

HUGE = 2**31


def differences(vector: dict[str, Any]) -> Iterator[str]:
    given, then = vector["given"], vector["then"]
    lines = tuple(given.get("lines", [given["value"]]))
    read = read_cache_control(lines, Side(given["kind"]))
    if then.get("invalid") and not read.faults:
        yield "nothing is wrong with it"
    for name, expected in then.get("directives", {}).items():
        if name == "max-stale" and expected is None and read.argument(name) is None:
            continue  # given without a number
        seconds = read.seconds(name)
        if expected is True or expected is False:
            found: object = name in read
        elif expected == "huge":
            found = "huge" if (seconds or 0) > HUGE else seconds
        elif expected is None or isinstance(expected, int):
            found = seconds
        else:
            found = read.argument(name)
        if found != expected:
            yield f"{name}: {found}, not {expected}"
    for name, fields in then.get("fields", {}).items():
        if read.fields(name) != {one.lower() for one in fields}:
            yield f"fields of {name}: {sorted(read.fields(name))}"
    for name in then.get("conflict", []):
        if name not in read.conflicts:
            yield f"no conflict in {name}"
