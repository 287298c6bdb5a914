"""From the wish for another moment of a long history to everything painted that follows from it."""

import random
import time
from itertools import cycle, islice
from statistics import median, quantiles

from perceptron_gui.core.actions import Operation
from tests.benchmarks import notebook
from tests.benchmarks.hands import FRAME_MS, be_ready, session, settle
from tests.benchmarks.processes import plain_python, program
from tests.benchmarks.row import Effort, Measured, NotThereError, Pair, Row

ENTRIES = 10_000
_JOURNEYS, _CELLS = 60, 15
_CELL_MS = 68
"""What the cell took where the goals were set."""
_PRESSES = (
    Operation.FORWARD, Operation.BACKWARD, Operation.FORWARD, Operation.BACKWARD, Operation.UPDATE, Operation.ZERO_GRAD,
)  # fmt: skip
"""Two Backwards an Update: the ledger holds none, one or two deposits."""


def fill(entries: int) -> None:
    """Open a session in which so many presses were made."""
    now = session()
    history, engine = now.history, now._engine
    assert engine is not None
    for press in islice(cycle(_PRESSES), entries):
        done = engine.execute(press, history.current, now.device)
        history = history.push(
            done.action, done.snapshot, done.device, done.refusal, printed=done.printed, environment=now.environment
        )
    now.open(history)
    settle()
    assert len(now.history.entries) > entries


def journeys(times: int, seed: int) -> list[float]:
    """Travel to entries drawn at random; return the seconds each took."""
    draw, now = random.Random(seed), session()  # noqa: S311  no secret
    took = []
    for entry in draw.sample(now.history.entries, times):
        begin = time.perf_counter()
        now.travel(entry)
        took.append(settle(now) - begin)
        assert now.history.entry is entry
    return took


def measure(effort: Effort) -> Measured:
    if not notebook.is_there():
        raise NotThereError("there is no notebook: pip install -e '.[benchmark]'")
    pairs, usual, longest = [], [], []
    with program() as window, plain_python() as jupyter:
        window.call(be_ready)
        window.call(fill, ENTRIES)
        window.call(journeys, 10, -1)
        for seed in range(effort.repeats):
            theirs = 1000 * jupyter.call(notebook.cells, 3, 1, _CELLS)
            took = [1000 * seconds for seconds in window.call(journeys, _JOURNEYS, seed)]
            pairs.append(Pair(quantiles(took, n=20)[-1], theirs))
            usual.append(median(took))
            longest.append(max(took) / theirs)
    return Measured(tuple(pairs), "ms", f"median {median(usual):.1f} ms; the longest over a cell {max(longest):.3f}")


ROWS = (
    Row("travel", "travel to any of 10,000 entries, p95, over a Jupyter cell (must: a frame over the cell's 68 ms)",
        round(FRAME_MS / _CELL_MS, 3), None, measure, is_quick=False),
)  # fmt: skip
