"""What a million steps leave in memory, and how much the largest layer may take."""

from pathlib import Path

from PySide6.QtWidgets import QAbstractButton

from tests.benchmarks.baselines import clones, resident
from tests.benchmarks.hands import Runner, be_ready, click, phase_button, settle, wait_until, window
from tests.benchmarks.processes import Process, plain_python, program
from tests.benchmarks.row import Effort, Measured, NotThereError, Pair, Row
from tests.benchmarks.run_mode import ready
from tests.benchmarks.scale import SIZE

STEPS = 10**6
WARM_UP = 2000
BACKWARDS = 30
MOST = 2 * 2**30
ZEROES = "run_zeroes_check_box"
"""The option of Run whether it zeroes the gradients."""
_MIB = 2**20
_LONGEST = 1200
_STATUS = Path("/proc/self/status")


def run_until(count: int) -> float:
    """Run flat out until so many more updates are done; return by how many bytes the process has grown meanwhile."""
    runner = Runner()
    first, before = runner.count, resident()
    runner.start()
    wait_until(lambda: runner.count - first >= count, limit=_LONGEST)
    runner.stop()
    return resident() - before


def leave_out_zero_grad() -> bool:
    """Switch Zero grad off for the next runs; return whether there is a way to."""
    option = window().findChild(QAbstractButton, ZEROES)
    if option is None:
        return False
    if option.isChecked():
        option.click()
    settle()
    return not option.isChecked()


def accumulate(backwards: int) -> float:
    """Press Forward and Backward so often; return the bytes the process held at most."""
    for _ in range(backwards):
        for phase in ("forward", "backward"):
            click(phase_button(phase))
            settle()
    return peak()


def peak() -> float:
    """Return the bytes of memory that the process has held at most."""
    lines = _STATUS.read_text(encoding="ascii").splitlines() if _STATUS.exists() else []
    return next((1024 * float(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0.0)


def measure_recorded(effort: Effort) -> Measured:
    _need_proc()

    def grown() -> float:
        with program() as window:
            ready(window, 3, 1)
            # What the first run of a process brings with it is no record.
            window.call(run_until, WARM_UP)
            return window.call(run_until, STEPS)

    def cloned() -> float:
        with plain_python() as plain:
            return plain.call(clones, STEPS)

    pairs = tuple(Pair(grown() / _MIB, cloned() / _MIB) for _ in range(min(effort.repeats, 3)))
    return Measured(pairs, "MiB", "the list has a clone of W a step")


def measure_forgetful(effort: Effort) -> Measured:
    _need_proc()
    pairs = []
    for _ in range(min(effort.repeats, 1)):
        with program() as window:
            ready(window, 3, 1)
            if not window.call(leave_out_zero_grad):
                raise NotThereError(f"there is no {ZEROES} yet")
            window.call(run_until, STEPS)
            pairs.append(_within(window))
    return Measured(tuple(pairs), "MiB", f"{STEPS:.0e} updates, measured once")


def measure_backwards(effort: Effort) -> Measured:
    _need_proc()
    pairs = []
    for _ in range(min(effort.repeats, 1)):
        with program() as window:
            window.call(be_ready, SIZE, SIZE)
            window.call(accumulate, BACKWARDS)
            pairs.append(_within(window))
    return Measured(tuple(pairs), "MiB", f"{BACKWARDS} Backwards, measured once")


def _within(window: Process) -> Pair:
    return Pair(window.call(peak) / _MIB, MOST / _MIB)


def _need_proc() -> None:
    if not resident():
        raise NotThereError("this system does not say how much memory a process holds")


ROWS = (
    Row("memory", "memory of 1e6 recorded steps, 3 × 1, over a list of clones",
        0.1, 0.04, measure_recorded, is_quick=False),
    Row("memory-forgetful", "a forgetful run of 1e6 steps over 2 GiB", 1, None, measure_forgetful, is_quick=False),
    Row("memory-large", "30 Backwards at 4096 × 4096 over 2 GiB", 1, None, measure_backwards, is_quick=False),
)  # fmt: skip
