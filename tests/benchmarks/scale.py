"""A step of a layer that is as large as it may be."""

import time
from statistics import median

from PySide6.QtGui import QAction

from tests.benchmarks.baselines import bare_loop
from tests.benchmarks.hands import be_ready, find, has_run, session, settle, wait_until
from tests.benchmarks.processes import plain_python, program
from tests.benchmarks.row import Effort, Measured, Pair, Row
from tests.benchmarks.run_mode import run_for

SIZE = 4096


def pressed_steps(times: int) -> float:
    """Press the whole step so often; return the median of the seconds until its four phases are done."""
    took = []
    for _ in range(times):
        begin = time.perf_counter()
        find(QAction, "step").trigger()
        # The oldest entries are dropped meanwhile: how many there are says nothing.
        wait_until(_is_done)
        took.append(time.perf_counter() - begin)
        settle()
    return median(took)


def _is_done() -> bool:
    return not session().is_busy and not session().waiting


def measure(effort: Effort) -> Measured:
    pairs = []
    with program() as window, plain_python() as plain:
        window.call(be_ready, SIZE, SIZE)
        has_to_be_pressed = not window.call(has_run)
        for _ in range(effort.repeats):
            theirs = 1000 / plain.call(bare_loop, SIZE, SIZE, effort.seconds / 2)
            if has_to_be_pressed:
                ours = 1000 * window.call(pressed_steps, 3)
            else:
                ours = 1000 / window.call(run_for, effort.seconds)["speed"]
            pairs.append(Pair(ours, theirs))
    return Measured(tuple(pairs), "ms", "pressed: there is no Run yet" if has_to_be_pressed else "in Run mode")


ROWS = (
    Row("large-step", "a 4096 × 4096 step over the bare loop with the default malloc",
        0.5, 0.26, measure, is_quick=False),
)  # fmt: skip
