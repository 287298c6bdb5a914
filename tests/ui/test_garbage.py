"""Garbage goes in the window's thread, whoever made it."""

import gc
import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from perceptron_gui.garbage import Garbage


class Cycle:
    """Something that only the collector frees, and that remembers where it went."""

    gone_in: list[threading.Thread]

    def __init__(self) -> None:
        self.itself = self

    def __del__(self) -> None:
        Cycle.gone_in.append(threading.current_thread())


@pytest.fixture
def garbage(qtbot: QtBot) -> Iterator[Garbage]:
    del qtbot
    gc.collect()
    gc.enable()
    Cycle.gone_in = []
    garbage = Garbage()
    yield garbage
    garbage.end()
    assert gc.isenabled()
    gc.disable()


@pytest.mark.usefixtures("garbage")
def test_what_another_thread_leaves_goes_in_this_one(qtbot: QtBot) -> None:
    def make_garbage() -> None:
        for _ in range(20_000):
            Cycle()

    other = threading.Thread(target=make_garbage)
    other.start()
    other.join()
    assert Cycle.gone_in == []
    qtbot.waitUntil(lambda: len(Cycle.gone_in) == 20_000)
    assert set(Cycle.gone_in) == {threading.main_thread()}


def test_without_garbage_nothing_is_collected(garbage: Garbage) -> None:
    gc.collect()
    before = [one["collections"] for one in gc.get_stats()]
    garbage.collect()
    assert [one["collections"] for one in gc.get_stats()] == before
