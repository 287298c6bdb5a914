"""Large blocks stay with the process where glibc would give them back, and nothing is touched elsewhere."""

import mmap
import os
import subprocess
import sys

import pytest

from perceptron_gui.core import memory

_PAGES = """
import resource, sys, threading
from perceptron_gui.core import memory

def fresh_pages():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    b"x" * (80 << 20)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

def work():
    if "keep" in sys.argv:
        assert memory.keep_blocks_of(80 << 20)
    fresh_pages()
    print(fresh_pages())

if "keep" in sys.argv:
    assert memory.use_one_heap()
worker = threading.Thread(target=work)
worker.start()
worker.join()
"""


def _fresh_pages(*words: str) -> int:
    ran = subprocess.run([sys.executable, "-c", _PAGES, *words], capture_output=True, text=True, check=True)
    return int(ran.stdout)


@pytest.mark.skipif(not memory._has_glibc(), reason="there is no other C library to tell it from")
def test_a_worker_gets_the_pages_of_a_large_block_again() -> None:
    pages = (80 << 20) // os.sysconf("SC_PAGE_SIZE")
    assert _fresh_pages() >= pages
    assert _fresh_pages("keep") < pages / 20


def test_another_library_is_let_be(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(name: str) -> str:
        raise ValueError(name)

    def load(name: object) -> object:
        raise AssertionError(name)

    monkeypatch.setattr(os, "confstr", unknown)
    monkeypatch.setattr("ctypes.CDLL", load)
    memory._keep_blocks.cache_clear()
    assert not memory.use_one_heap()
    assert not memory.keep_blocks_of(1 << 30)
    memory._keep_blocks.cache_clear()


def test_small_tensors_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(name: object) -> object:
        raise AssertionError(name)

    monkeypatch.setattr("ctypes.CDLL", load)
    assert not memory.keep_blocks_of(memory.LARGE - 1)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere NumPy takes it from the C library")
def test_a_large_array_leaves_its_memory_to_the_next_of_its_size() -> None:
    shape = (1024, memory.LARGE // 4096)
    first = memory.room(shape)
    first[...] = 1
    place = first.ctypes.data
    view = first[0]
    del first
    other = memory.room(shape)
    assert other.ctypes.data != place
    assert view.all()
    del view
    assert memory.room(shape).ctypes.data == place


def test_no_room_is_a_memory_error_as_numpys_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(12, "Cannot allocate memory")

    memory._spare.clear()
    monkeypatch.setattr(mmap, "mmap", refuse)
    monkeypatch.setattr(memory, "_is_mapped", lambda _nbytes: True)
    with pytest.raises(MemoryError, match="Cannot allocate"):
        memory.room((1 << 20, 2))


@pytest.mark.parametrize("rows", [1, 1024])
def test_zeros_are_zeros_whatever_was_there_before(rows: int) -> None:
    shape = (rows, memory.LARGE // 4096)
    memory.room(shape)[...] = 1
    assert not memory.zeros(shape).any()


def test_no_more_than_its_bound_is_kept_for_others() -> None:
    rooms = [memory.room((memory.LARGE,)) for _ in range(memory.MOST_SPARE // memory.LARGE // 4 + 3)]
    rooms.clear()
    assert sum(map(len, memory._spare)) <= memory.MOST_SPARE


def test_pages_that_somebody_has_chosen_are_let_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THP_MEM_ALLOC_ENABLE", "0")
    memory.take_huge_pages()
    assert os.environ["THP_MEM_ALLOC_ENABLE"] == "0"
