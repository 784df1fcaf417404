"""From and to a bucket: a real S3-compatible server as a process of its own, and s3fs as anybody would use it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from haranalyze.batch.engines import LocalEngine
from haranalyze.batch.run import Wanted, batch
from haranalyze.batch.sources import items
from tests.batch import stories

KEYS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment in which ``s3://`` is the server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield {**os.environ, **KEYS, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"}
        process.kill()


def run(server: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "haranalyze", "batch", *arguments, "--jobs", "2"],
        env=server,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


COPY = """
import sys, s3fs
system, (way, here, there) = s3fs.S3FileSystem(), sys.argv[1:]
if way == "up":
    system.mkdir(there.partition("/")[0])
    system.put(here, there, recursive=True)
else:
    system.get(there, here, recursive=True)
"""


def test_a_batch_from_and_to_a_bucket_is_the_same_as_from_and_to_a_folder(
    server: dict[str, str], engine: LocalEngine, tmp_path: Path
) -> None:
    source = stories.tickets(tmp_path / "tickets", 4)
    manifest = "ticket,capture,customer\n" + "".join(
        f"{one.name},{one.name}/login.har,Acme\n" for one in sorted(source.iterdir())
    )
    stories.put(source / "manifest.csv", manifest.encode())
    batch(items([str(source / "manifest.csv")]), Wanted(str(tmp_path / "local")), engine)
    subprocess.run([sys.executable, "-c", COPY, "up", f"{source}/", "support/week"], env=server, check=True)
    said = run(server, "s3://support/week/manifest.csv", "-o", "s3://support/out")
    assert said.startswith("4 recordings of 4 tickets: ")
    subprocess.run([sys.executable, "-c", COPY, "down", f"{tmp_path / 'copy'}/", "support/out"], env=server, check=True)
    assert stories.tree(tmp_path / "copy" / "out") == stories.tree(tmp_path / "local")
    again = run(server, "s3://support/week", "-o", "s3://support/out")
    assert again.startswith("4 recordings of 4 tickets, 4 from an earlier run: ")
