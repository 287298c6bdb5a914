"""From the click on a phase button to everything painted that follows from it."""

import time
from functools import partial
from statistics import median

from perceptron_gui.core.actions import STEP
from tests.benchmarks import notebook
from tests.benchmarks.hands import be_ready, click, phase_button, session, settle
from tests.benchmarks.processes import plain_python, program
from tests.benchmarks.row import Effort, Measured, NotThereError, Pair, Row

_STEPS, _CELLS = 10, 15
_WARM_UP = 4


def clicks(steps: int) -> float:
    """Click the four phases so many times, each when the last one is painted; return the median of the seconds."""
    took, now, buttons = [], session(), [phase_button(phase.value) for phase in STEP]
    for _ in range(steps):
        for button in buttons:
            begin = time.perf_counter()
            click(button)
            took.append(settle(now) - begin)
    return median(took)


def measure(n: int, k: int, effort: Effort) -> Measured:
    if not notebook.is_there():
        raise NotThereError("there is no notebook: pip install -e '.[benchmark]'")
    pairs = []
    with program() as window, plain_python() as jupyter:
        window.call(be_ready, n, k)
        window.call(clicks, _WARM_UP)
        for _ in range(effort.repeats):
            theirs = jupyter.call(notebook.cells, n, k, _CELLS)
            pairs.append(Pair(1000 * window.call(clicks, _STEPS), 1000 * theirs))
    return Measured(tuple(pairs), "ms")


ROWS = (
    Row("press-3x1", "click to everything painted, 3 × 1, over a Jupyter cell that steps and replots",
        0.08, 0.045, partial(measure, 3, 1)),
    Row("press-256x64", "click to everything painted, 256 × 64, over a Jupyter cell that steps and replots",
        0.16, 0.13, partial(measure, 256, 64), is_quick=False),
)  # fmt: skip
