"""A rule pack of a stranger that misbehaves on recordings of certain hosts, as an installed distribution.

The engine takes it for any other pack, so what its rule does to the process is what a fault in the engine, in a
library or in the system would do.
"""

import os
from pathlib import Path

_RULE = '''"""A rule that does things to its process.

Why it matters
    It does not.
What to do
    Nothing.
Stays quiet when
    Always.
"""
import fcntl
import mmap
import os
import socket
import subprocess
import time
from pathlib import Path

from haranalyze.findings import Layer, Owner, Passed, Severity
from haranalyze.rule import rule
from haranalyze.text import Sentence

HERE = Path(__file__).parent


FILE = os.open(HERE / "visits.log", os.O_RDWR)
LOG = mmap.mmap(FILE, 0)  # memory that all children share: no limit on written files counts it


def note(host):
    """One line for each visit."""
    fcntl.lockf(FILE, fcntl.LOCK_EX)  # of this process; a lock of flock belongs to all that were forked with FILE
    line = f"{host} {os.getpid()}\\n".encode()
    end = LOG.find(bytes(1))
    LOG[end : end + len(line)] = line
    fcntl.lockf(FILE, fcntl.LOCK_UN)


@rule(id="stranger", severity=Severity.LOW, owner=Owner.API, layer=Layer.TOKEN, since="1", references=("none",))
def stranger(facts):
    hosts = {one.request.url.host for one in facts.exchanges}
    host = next((one for one in hosts if one.endswith(".stranger.example")), "")
    did = host.partition(".")[0]
    if did:
        note(did)
    if did == "abort":
        os.abort()
    if did == "leave":
        os._exit(7)
    if did == "killed":
        os.kill(os.getpid(), 9)
    if did == "hang":
        time.sleep(3600)
    if did == "slow":
        time.sleep(0.5)
    if did == "spin":
        while True:
            pass
    if did == "memory":
        kept = [bytearray(2**20) for _ in range(1000)]  # above every limit of the tests, below what a machine has
        raise AssertionError(len(kept))
    if did == "raise":
        raise SystemExit(3)
    if did == "print":
        print("x" * 100_000)
        os.write(1, b"y" * 100_000)
    if did == "connect":
        socket.create_connection(("127.0.0.1", 9), 1)
    if did == "write":
        (HERE / "written").write_text("x")
    if did == "remove":
        (HERE / "keep").unlink()
    if did == "start":
        subprocess.run(["true"])
    if did == "files":
        kept = [open(__file__) for _ in range(500)]
    if did.startswith("first"):  # dies on its first visit only
        if LOG[:].count(did.encode()) == 1:
            os.abort()
    yield Passed(Sentence("nothing"))


RULES = (stranger,)
'''


def install(folder: Path) -> str:
    """Make the distribution in ``folder``; the PYTHONPATH that installs it."""
    folder.mkdir(exist_ok=True)
    (folder / "stranger_pack.py").write_text(_RULE, encoding="utf-8")
    (folder / "keep").touch()
    (folder / "visits.log").write_bytes(bytes(2**18))
    about = folder / "stranger_pack-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger-pack\nVersion: 1.0\n", encoding="utf-8")
    (about / "entry_points.txt").write_text("[haranalyze.rules]\nstranger = stranger_pack\n", encoding="utf-8")
    before = os.environ.get("PYTHONPATH", "")
    return f"{folder}{os.pathsep}{before}" if before else str(folder)


def visits(folder: Path, did: str) -> list[int]:
    """Processes that met the recording ``did``, in order; one number for each time."""
    lines = (folder / "visits.log").read_text(encoding="utf-8").rstrip("\0").splitlines()
    return [int(pid) for name, pid in map(str.split, lines) if name == did]


def recording(did: str) -> bytes:
    """A recording on which the rule does ``did``; harmless without the pack."""
    from haranalyze.capture.transcript import transcript_to_har

    story = f"> GET https://{did}.stranger.example/api/me\n> Authorization: Bearer abc\n< 200\n"
    return transcript_to_har(story)
