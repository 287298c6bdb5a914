"""Large blocks of memory: kept by the process, where the C library is glibc.

glibc gives a block above 32 MiB back to the system when it is freed, and takes fresh pages for the next one: a step at
4096 × 4096 touches 32,770 of them, and that is three quarters of its time. Kept, they are there for the next step.
Elsewhere nothing is done here.
"""

import ctypes
import os
import sys
from functools import lru_cache
from pathlib import Path

LARGE = 4 << 20
"""Bytes of a tensor from which on its blocks are worth keeping."""
MOST_RESIDENT = 5 << 28
"""Bytes of a process from which on freed blocks are given back after all."""
_STATM = Path("/proc/self/statm")
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
_KEPT = 1 << 30
"""Bytes: more than any tensor has."""


def use_one_heap() -> bool:
    """Have all threads that start from now on take their memory from one heap; return whether they do.

    A heap of a thread's own holds no block above 64 MiB: those of a worker would never be kept.
    """
    return _set(_ARENA_MAX, 1)


def keep_blocks_of(nbytes: int) -> bool:
    """Keep freed blocks from now on, if a tensor is that large; return whether they are kept."""
    return nbytes >= LARGE and _keep_blocks()


@lru_cache(maxsize=1)
def _keep_blocks() -> bool:
    return _set(_MMAP_THRESHOLD, _KEPT) and _set(_TRIM_THRESHOLD, _KEPT)


def give_back() -> bool:
    """Give freed blocks back to the system if the process has become so large; return whether there were any."""
    if not _has_glibc() or _resident() <= MOST_RESIDENT:
        return False
    return bool(ctypes.CDLL(None).malloc_trim(0))


def _resident() -> int:
    try:
        return int(_STATM.read_bytes().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def _set(option: int, value: int) -> bool:
    return _has_glibc() and ctypes.CDLL(None).mallopt(option, value) == 1


def _has_glibc() -> bool:
    try:
        return sys.platform == "linux" and (os.confstr("CS_GNU_LIBC_VERSION") or "").startswith("glibc")
    except (ValueError, OSError):
        return False
