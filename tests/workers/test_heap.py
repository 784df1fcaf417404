"""Threads of a process that drives a pool share one heap."""

import platform
import subprocess
import sys

import pytest

PROGRAM = """
import ctypes, threading
from haranalyze.workers.heap import share_heap

{call}
ready = threading.Barrier(9)
for _ in range(8):
    threading.Thread(target=lambda: (bytearray(10_000), ready.wait()), daemon=True).start()
ready.wait()
libc = ctypes.CDLL(None)
libc.malloc_info(0, ctypes.c_void_p.in_dll(libc, "stdout"))
libc.fflush(None)
"""


def heaps(call: str) -> int:
    command = [sys.executable, "-c", PROGRAM.format(call=call)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.count("<heap nr=")


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has heaps of threads")
def test_threads_have_one_heap() -> None:
    assert heaps("") > 1
    assert heaps("share_heap()") == 1
