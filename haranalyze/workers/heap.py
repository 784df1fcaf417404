"""The memory of a process that drives a pool: one heap for all its threads."""

import ctypes
import sys
from contextlib import suppress
from typing import Final

_ARENA_MAX: Final = -8  # M_ARENA_MAX of glibc's malloc.h


def share_heap() -> None:
    """Let threads that begin later share one heap, where this is glibc (mallopt(3)).

    Else each thread has a heap of its own, which keeps the room of the largest reports that went through it.
    """
    if sys.platform == "linux":
        with suppress(AttributeError):  # another C library
            ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)
