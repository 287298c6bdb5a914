"""The real program is killed at any moment: what it leaves, and what the next one finds."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from perceptron_gui import journal
from perceptron_gui.core import storage
from perceptron_gui.core.actions import Ending, Ran, Run
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.verification import verified
from perceptron_gui.journal_file import Kept
from perceptron_gui.recovery import Leftover, leftovers
from tests.e2e.processes import ROOT, drive, seen

DRIVER = Path(__file__).with_name("kill_driver.py")
HOMES = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")
KILLS = 50
SAVES = 25
LONGEST = 0.5
"""Seconds that a script goes on at most before it is killed."""


class Victims:
    """Starts the real program again and again in a home, and kills it at given moments."""

    def __init__(self, home: Path) -> None:
        homes = dict.fromkeys(HOMES, str(home))
        environment = os.environ | homes | {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
        self.home = home
        self._process = subprocess.Popen(
            [sys.executable, str(DRIVER)], env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert self._line() == "ready"

    @property
    def left(self) -> list[Leftover]:
        """What a next start would find."""
        return leftovers(self.home / "perceptron-gui" / "recovery")

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def kill_one(self, plan: str, folder: Path, seed: int) -> list[tuple[int, int, int]]:
        """Let a script run and kill it; return after each action how many there were, the index, and the length."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"plan": plan, "folder": str(folder), "seed": seed}) + "\n")
        self._process.stdin.flush()
        child = int(self._line().removeprefix("born "))
        draw = random.Random(seed)  # noqa: S311  no secret
        done: list[tuple[int, int, int]] = []
        line = self._line()
        timer = threading.Timer(draw.uniform(0.0, LONGEST), os.kill, (child, signal.SIGKILL))
        timer.start()
        while line != "dead":
            count, index, length = line.split()
            done.append((int(count), int(index), int(length)))
            line = self._line()
        timer.join()
        return done

    def kill_in_a_run(self, folder: Path, written: int) -> tuple[int, int]:
        """Let a Run go on until the journal was written to so often; kill it, and return updates and entries."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"plan": "run", "folder": str(folder), "seed": 0}) + "\n")
        self._process.stdin.flush()
        child = int(self._line().removeprefix("born "))
        count = updates = entries = 0
        while count < written:
            count, updates, entries = map(int, self._line().split())
        os.kill(child, signal.SIGKILL)
        while self._line() != "dead":
            pass
        return updates, entries

    def end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


@pytest.fixture(scope="module")
def victims(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victims]:
    made = Victims(tmp_path_factory.mktemp("home"))
    yield made
    made.end()


def test_killed_at_any_moment_a_session_loses_one_action_at_most(victims: Victims, tmp_path: Path) -> None:
    """Faults 13 and 20."""
    actions = 0
    for seed in range(KILLS):
        done = victims.kill_one("press", tmp_path, seed)
        count, index, length = done[-1]
        actions += count
        found = victims.left
        if not found:
            assert count <= 1, seed
            continue
        (leftover,) = found
        if leftover.kept == Kept():
            # Killed within the first action, before it was said where the rest is kept.
            assert count <= 1, seed
            leftover.delete()
            continue
        history = leftover.read()
        assert leftover.unsaved >= count - 1, seed
        kept = (history.index, len(history.entries))
        # The one that was under way when it was killed may be there, too: said or not.
        assert kept in {(index, length)} | {before[1:] for before in done[-2:]} or leftover.unsaved == count + 1, seed
        assert leftover.kept.path == tmp_path / "hw.perceptron"
        leftover.delete()
    assert actions > KILLS


def test_killed_while_it_runs_a_session_is_offered_that_is_a_second_old(victims: Victims, tmp_path: Path) -> None:
    """Fault 13: a run that goes on is written every second, each time going on from what was there before."""
    assert journal.FRAME_EVERY <= 1
    updates, entries = victims.kill_in_a_run(tmp_path, written=5)
    (leftover,) = victims.left
    history = leftover.read()
    ran = history.entry.action
    assert isinstance(ran, Ran)
    assert (ran.run, ran.ending) == (Run(), Ending.GOES_ON)
    assert updates
    assert history.entry.updates
    assert leftover.unsaved
    assert len(history.entries) == entries == 2
    assert not history.entry.replaced
    assert verified(history, 0, Engine()).holds
    assert history.undo().redo().entry is history.entry
    leftover.delete()


def test_killed_while_it_saves_the_file_is_the_old_or_the_new(victims: Victims, tmp_path: Path) -> None:
    """Fault 12."""
    path = tmp_path / "hw.perceptron"
    for seed in range(SAVES):
        victims.kill_one("save", tmp_path, seed)
        if path.exists():
            storage.load(path)
        for leftover in victims.left:
            leftover.delete()
    assert path.exists()
    victims.kill_one("press", tmp_path, 1)
    for leftover in victims.left:
        leftover.delete()
    assert {one.name for one in tmp_path.iterdir()} <= {"hw.perceptron", ".hw.perceptron.lock", "home0"}


def test_the_next_start_offers_what_was_left(victims: Victims, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Faults 13 and 20, in the window: later keeps it, restoring it is unsaved work, the stale lock is taken over."""
    done = victims.kill_one("press", tmp_path, 3)
    assert done[-1][0] > 1
    for name in HOMES:
        monkeypatch.setenv(name, str(victims.home))
    assert (tmp_path / ".hw.perceptron.lock").exists()
    later = seen(drive("answer_notice=later_button"))
    assert later["asked"].startswith("Unsaved work was found: hw.perceptron")
    restored = seen(drive("answer_notice=recover_button"))
    assert restored["title"].startswith("hw.perceptron")
    assert restored["is_modified"]
