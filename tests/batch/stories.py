"""Small recordings of a few failures, and folders of tickets made from them."""

from __future__ import annotations

import os
from pathlib import Path

from haranalyze.capture.transcript import transcript_to_har
from haranalyze.workers import ChildLimits
from tests.workers import stranger

LIMITS = ChildLimits(memory_bytes=450 * 2**20, seconds=60)

MISSING = """
* page: https://app.{name}.example.com/
> POST https://api.{name}.example.com/login
> Origin: https://app.{name}.example.com
< 200
< Access-Control-Allow-Origin: https://app.{name}.example.com
<
< {{"access_token": "abcdefghijklmnopqrstuvwxyz012345"}}
> GET https://api.{name}.example.com/orders
> Origin: https://app.{name}.example.com
< 401
< WWW-Authenticate: Bearer
< Access-Control-Allow-Origin: https://app.{name}.example.com
<
< {{"error": "no token"}}
"""
UNDEFINED = """
* page: https://app.{name}.example.com/
> GET https://api.{name}.example.com/orders
> Origin: https://app.{name}.example.com
> Authorization: Bearer undefined
< 401
< WWW-Authenticate: Bearer error="invalid_token"
< Access-Control-Allow-Origin: https://app.{name}.example.com
"""
HEALTHY = """
* page: https://app.{name}.example.com/
> POST https://api.{name}.example.com/login
> Origin: https://app.{name}.example.com
< 200
< Access-Control-Allow-Origin: https://app.{name}.example.com
<
< {{"access_token": "abcdefghijklmnopqrstuvwxyz012345"}}
> GET https://api.{name}.example.com/orders
> Origin: https://app.{name}.example.com
> Authorization: Bearer abcdefghijklmnopqrstuvwxyz012345
< 200
< Access-Control-Allow-Origin: https://app.{name}.example.com
"""


def recording(story: str, name: str) -> bytes:
    return transcript_to_har(story.format(name=name))


def tickets(folder: Path, count: int = 9) -> Path:
    """``count`` tickets, one recording each: two causes and healthy ones in turn."""
    for number in range(count):
        story = (MISSING, UNDEFINED, HEALTHY)[number % 3]
        put(folder / f"T-{number + 1:02}" / "login.har", recording(story, f"shop{number}"))
    return folder


def put(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def poison(folder: Path) -> dict[str, str]:
    """One of each kind of bad ticket; its name and a piece of the reason it must be given."""
    put(folder / "empty" / "x.har", b"")
    put(folder / "unreadable" / "x.har", b"\x89PNG\r\n\x1a\n" + bytes(100))
    put(folder / "bomb" / "x.har.gz", bomb())
    put(folder / "crash" / "x.har", stranger.recording("abort"))
    put(folder / "hang" / "x.har", stranger.recording("hang"))
    put(folder / "memory" / "x.har", stranger.recording("memory"))
    (folder / "link").mkdir()
    (folder / "link" / "x.har").symlink_to(folder / "empty" / "x.har")
    (folder / "device").mkdir()
    os.mkfifo(folder / "device" / "x.har")
    return {
        "empty": "empty",
        "unreadable": "byte 0",
        "bomb": "max_ratio",
        "crash": "SIGABRT",
        "hang": "longer than",
        "memory": "more memory",
        "link": "links are not followed",
        "device": "not a regular file",
    }


def bomb() -> bytes:
    """50 MB of blanks around a recording, in 50 KB."""
    import gzip

    return gzip.compress(b'{"log": {' + b" " * 50_000_000 + b'"entries": []}}')


def tree(folder: Path) -> dict[str, bytes]:
    """Every finished file below a folder by its name."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.relative_to(folder).parts[0].startswith(".")
    }
