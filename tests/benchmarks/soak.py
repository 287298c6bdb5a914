"""Let the real window run flat out for long, while somebody edits, pauses, undoes and resizes it every few seconds.

What is done is drawn from a seed, which is printed. The memory is printed every ten seconds. Half an hour is judged
whole: at most 20 MB of growth after the first five minutes, no stall over 200 ms, no warning of Qt, no exception. A
shorter soak is judged by warnings, exceptions and gross growth alone, the rest is printed. The exit status is 1 where
anything was found wrong.
"""

import argparse
import importlib
import random
import sys
import time
from collections.abc import Sequence
from statistics import median
from typing import TypedDict

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QSpinBox, QTableView

from tests.benchmarks.baselines import resident
from tests.benchmarks.hands import (
    Runner,
    Ticks,
    be_ready,
    find,
    has_run,
    session,
    show_below,
    wait,
    wait_until,
    window,
)
from tests.benchmarks.processes import CallError, Process, program

TURN = 10.0
"""Seconds between two looks at the memory."""
WHOLE = 30.0
"""Minutes from which a soak is judged whole."""
MOST_GROWTH, GROSS_GROWTH = 20.0, 200.0
LONGEST_STALL = 200.0
_FIRST_MINUTES = 5.0
_MIB = 2**20


class Turn(TypedDict):
    """What ten seconds were like: bytes held, updates done, stalls as (ms, what was done before), the acts."""

    resident: float
    updates: int
    stalls: list[tuple[float, str]]
    acts: list[str]
    has_failed: bool


class Somebody:
    """Does one thing after the other, drawn from a seed; between them the window runs."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)  # noqa: S311  no secret
        self.runner = Runner()
        self._acts = (self._edit, self._edit, self._pause, self._undo, self._redo, self._resize, self._resize_layer)

    def act(self) -> str:
        """Do something; return what it was."""
        return self._random.choice(self._acts)()

    def think(self) -> float:
        """Return the seconds until the next act."""
        return self._random.uniform(1, 4)

    def go_on(self) -> None:
        """Press Run where nothing runs."""
        if not self.runner.is_running:
            self.runner.start()

    def _edit(self) -> str:
        name = self._random.choice(("x", "y_true", "W", "b"))
        table = find(QTableView, f"{name}_table").model()
        row, column = self._random.randrange(table.rowCount()), self._random.randrange(table.columnCount())
        value = f"{self._random.uniform(-2, 2):.4f}"
        table.setData(table.index(row, column), value)
        return f"{name}[{row}, {column}] = {value}"

    def _pause(self) -> str:
        self.runner.stop()
        seconds = self._random.uniform(0.2, 2)
        wait(seconds)
        return f"pause of {seconds:.1f} s"

    def _undo(self) -> str:
        return self._trigger("undo", self._random.randint(1, 3))

    def _redo(self) -> str:
        return self._trigger("redo", self._random.randint(1, 2))

    def _trigger(self, name: str, times: int) -> str:
        for _ in range(times):
            find(QAction, name).trigger()
        return f"{name} × {times}"

    def _resize(self) -> str:
        width, height = self._random.randint(800, 1800), self._random.randint(600, 1000)
        window().resize(width, height)
        return f"window {width} × {height}"

    def _resize_layer(self) -> str:
        name, most = self._random.choice((("n", 8), ("k", 3), ("samples", 4)))
        size = self._random.randint(1, most)
        box = find(QSpinBox, f"{name}_spin_box")
        box.setFocus()
        box.setValue(size)
        box.clearFocus()
        return f"{name} = {size}"


def begin() -> None:
    """Have all three live plots seen."""
    be_ready()
    show_below("weights_plot", "loss_plot")


def live(seed: str, seconds: float) -> Turn:
    """Run for so long, with somebody at the window."""
    somebody = Somebody(seed)
    acts = ["nothing yet"]
    stalls: list[tuple[float, str]] = []

    def look() -> None:
        if ticks.gaps[-1] > LONGEST_STALL:
            stalls.append((ticks.gaps[-1], acts[-1]))

    somebody.go_on()
    ticks = Ticks(look)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        wait(min(somebody.think(), max(end - time.monotonic(), 0)))
        acts.append(somebody.act())
        # An edit, an undo or another size ends a run at its next phase; what was wished is done behind it.
        wait_until(lambda: not session().waiting)
        somebody.go_on()
    ticks.stop()
    return {
        "resident": resident(),
        "updates": somebody.runner.count,
        "stalls": stalls,
        "acts": acts[1:],
        "has_failed": any(dialog.isVisible() for dialog in window().findChildren(QDialog, "error_dialog")),
    }


def end() -> None:
    """Stop what runs."""
    Runner().stop()


def soak(process: Process, minutes: float, seed: int) -> list[str]:
    """Soak a window that is ready; return what was found wrong."""
    wrong: list[str] = []
    held: list[tuple[float, float]] = []
    stalls: list[tuple[float, str]] = []
    started = time.monotonic()
    while (passed := (time.monotonic() - started) / 60) < minutes:
        turn = process.call(live, f"{seed}/{len(held)}", TURN)
        held.append((passed, turn["resident"] / _MIB))
        stalls += turn["stalls"]
        _say(f"{passed:5.1f} min  {held[-1][1]:7.1f} MiB  {turn['updates']} updates  {'; '.join(turn['acts'])}")
        for length, act in turn["stalls"]:
            _say(f"           a stall of {length:.0f} ms after: {act}")
        if turn["has_failed"]:
            return [*wrong, "an error dialog stands open"]
    process.call(end)
    grown, most = growth(held, minutes), MOST_GROWTH if minutes >= WHOLE else GROSS_GROWTH
    _say(f"grown by {grown:.1f} MiB, at most {most:g}; {len(stalls)} stalls over {LONGEST_STALL:g} ms")
    if grown > most:
        wrong.append(f"the memory has grown by {grown:.1f} MiB")
    if stalls and minutes >= WHOLE:
        wrong.append(f"{len(stalls)} stalls over {LONGEST_STALL:g} ms, the longest {max(stalls)[0]:.0f} ms")
    return wrong


def growth(held: Sequence[tuple[float, float]], minutes: float) -> float:
    """Return by how many MiB the last minute is above the one that follows the first five.

    Args:
        held: (minutes passed, MiB held), in their order.
        minutes: how long the whole is; of less than half an hour, the first sixth stands for five minutes.
    """
    first = min(_FIRST_MINUTES, minutes / 6)
    early = [size for passed, size in held if passed >= first][:6]
    return median([size for _, size in held][-6:]) - median(early) if early else 0.0


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.soak",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--minutes", type=float, default=WHOLE, help="how long; 30 without it")
    parser.add_argument("--seed", type=int, help="what is done; drawn without it")
    options = parser.parse_args(argv)
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(10**6)
    _say(f"--minutes {options.minutes:g} --seed {seed}")
    with program() as process:
        process.call(begin)
        if not process.call(has_run):
            _say("there is no Run yet")
            return 0
        try:
            wrong = soak(process, options.minutes, seed)
        except CallError as error:
            wrong = [str(error)]
        wrong += process.warnings()
    for line in wrong:
        _say(line)
    return 1 if wrong else 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    # Its functions are called in another process, by the name of their module.
    sys.exit(importlib.import_module("tests.benchmarks.soak").main())
