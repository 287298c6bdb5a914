"""Large blocks of memory: few pages on Linux, and those of live tensors kept where the C library is glibc.

glibc gives a block above 32 MiB back to the system when it is freed, and takes fresh pages for the next one: a step at
4096 × 4096 touches 32,770 of them, and that is three quarters of its time. Kept, they are there for the next step.
What a history holds has memory of its own on Linux: between the tensors' blocks it would leave holes that fit nothing.
Elsewhere arrays are NumPy's own.
"""

import ctypes
import math
import mmap
import os
import sys
import weakref
from collections import deque
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

LARGE = 4 << 20
"""Bytes of a tensor from which on its blocks are worth keeping."""
MOST_RESIDENT = 5 << 28
"""Bytes of a process from which on freed blocks are given back after all."""
MOST_SPARE = 1 << 28
"""Bytes of memory that arrays have left, kept for others."""
_spare: deque[mmap.mmap] = deque()
_STATM = Path("/proc/self/statm")
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
_KEPT = 1 << 30
"""Bytes: more than any tensor has."""


def room(shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    """Return an array to be filled. A large one has memory of its own, and leaves it to the next of its size.

    Raises:
        MemoryError: there is no room.
    """
    nbytes = 4 * math.prod(shape)
    if not _is_mapped(nbytes):
        return np.empty(shape, np.float32)
    for mapping in tuple(_spare):
        if len(mapping) == nbytes:
            # Another thread may have taken it.
            with suppress(ValueError):
                _spare.remove(mapping)
                return _array(mapping, shape)
    # Another size is wanted now.
    _spare.clear()
    return _array(_mapping(nbytes), shape)


def zeros(shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    """Return zeros; large ones take no memory until they are written to."""
    nbytes = 4 * math.prod(shape)
    return _array(_mapping(nbytes), shape) if _is_mapped(nbytes) else np.zeros(shape, np.float32)


def _is_mapped(nbytes: int) -> bool:
    return nbytes >= LARGE and sys.platform == "linux"


def _mapping(nbytes: int) -> mmap.mmap:
    try:
        mapping = mmap.mmap(-1, nbytes, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    except OSError as error:
        raise MemoryError(str(error)) from error
    with suppress(OSError):
        mapping.madvise(mmap.MADV_HUGEPAGE)
    return mapping


def _array(mapping: mmap.mmap, shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    numbers = np.frombuffer(mapping, np.float32)
    weakref.finalize(numbers, _leave, mapping).atexit = False
    return numbers.reshape(shape)


def _leave(mapping: mmap.mmap) -> None:
    if _resident() <= MOST_RESIDENT and sum(map(len, (mapping, *tuple(_spare)))) <= MOST_SPARE:
        _spare.append(mapping)


def take_huge_pages() -> None:
    """Have torch, which is to be imported after this, ask for pages of 2 MiB: one in place of 512."""
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")


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
    if _resident() <= MOST_RESIDENT:
        return False
    _spare.clear()
    return _has_glibc() and bool(ctypes.CDLL(None).malloc_trim(0))


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
