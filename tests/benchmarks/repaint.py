"""The loss curve when its last point is another, at two lengths."""

import time
from dataclasses import replace
from statistics import median
from typing import Any

import numpy as np

from perceptron_gui.core.actions import Operation
from perceptron_gui.core.history import Entry, History
from perceptron_gui.core.snapshot import Snapshot, frozen
from perceptron_gui.ui.plots.loss import LossPlot
from tests.benchmarks.hands import (
    Runner,
    be_ready,
    click,
    find,
    has_run,
    phase_button,
    session,
    settle,
    wait_until,
    window,
)
from tests.benchmarks.processes import program
from tests.benchmarks.row import Effort, Measured, Pair, Row

LONG, USUAL = 10**6, 10**3
_TIMES = 10
_DIFFERENT = 1000
_histories: dict[int, History] = {}


def lengthen(steps: int) -> str:
    """Have a history of so many updates, by Run where there is one; return how it was made."""
    if has_run():
        runner = Runner()
        runner.start()
        wait_until(lambda: runner.count >= steps, limit=300)
        runner.stop()
        click(phase_button("forward"))
        settle()
        _histories[steps] = session().history
        return "run"
    click(phase_button("forward"))
    settle()
    _histories[steps] = _pressed(session().history, steps)
    return "as if pressed"


def repaints(steps: int, times: int) -> float:
    """Take the last point of the loss curve away and give it back, painting each; return the median of the seconds."""
    whole = _histories[steps]
    shorter = whole.undo()
    plot = window().findChild(LossPlot)
    assert plot is not None
    view: Any = find(type(plot.plot_widget), "loss_plot").viewport()
    took = []
    for _ in range(times + 1):
        for history in (shorter, whole):
            begin = time.perf_counter()
            plot.display(history)
            view.repaint()
            took.append(time.perf_counter() - begin)
    return median(took[2:])


def _pressed(history: History, steps: int) -> History:
    """Return a history of so many Forwards, each an update after the last one, whose losses differ."""
    first = history.entry
    assert first.snapshot.forward is not None
    snapshots: list[Snapshot] = []
    for index in range(_DIFFERENT):
        loss = frozen(np.float32(1 + np.sin(index)))
        snapshots.append(replace(first.snapshot, forward=replace(first.snapshot.forward, loss=loss)))
    entries = tuple(
        Entry(Operation.FORWARD, snapshots[index % _DIFFERENT], "cpu", updates=index) for index in range(1, steps + 1)
    )
    return History((history.entries[0], *entries), steps)


def measure(effort: Effort) -> Measured:
    pairs, made = [], ""
    with program() as long, program() as usual:
        for window, steps in ((usual, USUAL), (long, LONG)):
            window.call(be_ready)
            made = window.call(lengthen, steps)
        for _ in range(effort.repeats):
            theirs = usual.call(repaints, USUAL, _TIMES)
            pairs.append(Pair(1000 * long.call(repaints, LONG, _TIMES), 1000 * theirs))
    return Measured(tuple(pairs), "ms", f"a history {made}")


ROWS = (
    Row("loss-curve", "repaint of the loss curve at 1e6 steps over at 1e3", 2, 1, measure, is_quick=False),
)  # fmt: skip
