"""A table that shows other values, at two sizes of the tensor behind it."""

import time
from statistics import median

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QTableView

from perceptron_gui.ui.tensor_model import TensorModel
from tests.benchmarks.hands import be_ready, find, settle
from tests.benchmarks.processes import program
from tests.benchmarks.row import Effort, Measured, Pair, Row

LARGE, USUAL = (4096, 4096), (256, 64)
_TIMES = 15


def refreshes(times: int) -> tuple[float, int]:
    """Give W's table other values and paint it; return the median of the seconds, and how many cells it shows."""
    table = find(QTableView, "W_table")
    model = table.model()
    assert isinstance(model, TensorModel)
    first = model.content
    find(QAction, "randomize").trigger()
    settle()
    second = model.content
    assert first.values is not second.values
    took = []
    for _ in range(times):
        for content in (first, second):
            begin = time.perf_counter()
            model.display(content)
            table.viewport().repaint()
            took.append(time.perf_counter() - begin)
    size = table.viewport().size()
    across = 1 + table.columnAt(size.width() - 1) - table.columnAt(0)
    return median(took), across * (1 + table.rowAt(size.height() - 1) - table.rowAt(0))


def measure(effort: Effort) -> Measured:
    pairs, seen = [], (0, 0)
    with program() as large, program() as usual:
        large.call(be_ready, *LARGE)
        usual.call(be_ready, *USUAL)
        for _ in range(effort.repeats):
            theirs, fewer = usual.call(refreshes, _TIMES)
            ours, cells = large.call(refreshes, _TIMES)
            pairs.append(Pair(1000 * ours, 1000 * theirs))
            seen = cells, fewer
    return Measured(tuple(pairs), "ms", "{} and {} cells are seen".format(*seen))


ROWS = (
    Row("table", "table refresh at 4096 × 4096 over 256 × 64, same viewport", 1.3, 1.0, measure),
)  # fmt: skip
