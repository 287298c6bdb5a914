"""Run mode flat out, with the loss, the weights and the activation seen: its speed, and how the window answers."""

import time
from functools import partial
from statistics import median, quantiles
from typing import TypedDict

from tests.benchmarks.baselines import bare_loop
from tests.benchmarks.hands import FRAME_MS, Runner, Ticks, be_ready, has_run, is_seen, show_below, wait
from tests.benchmarks.processes import Process, plain_python, program
from tests.benchmarks.row import Effort, Measured, NotThereError, Pair, Row

PLOTS = ("loss_plot", "weights_plot", "activation_plot")


class Ran(TypedDict):
    """Updates a second; the 95th percentile and the maximum of the stalls in ms."""

    speed: float
    p95: float
    longest: float


def show_plots() -> None:
    """Have the three plots seen at once."""
    show_below("weights_plot", "loss_plot")
    assert all(map(is_seen, PLOTS))


def run_for(seconds: float) -> Ran:
    """Run flat out so long, beginning when the first updates are seen."""
    runner = Runner()
    seen: list[tuple[float, int]] = []

    def look() -> None:
        count = runner.count
        if not seen or count != seen[-1][1]:
            seen.append((time.perf_counter(), count))

    runner.start()
    wait(min(seconds, 1))
    ticks = Ticks(look)
    wait(seconds)
    ticks.stop()
    runner.stop()
    # From one change of the number to another: in between it is older than the tick.
    (begin, first), (end, last) = seen[min(1, len(seen) - 1)], seen[-1]
    if end == begin:
        raise TimeoutError(f"update_count_label changed {len(seen) - 1} times in {seconds} s")
    gaps = sorted(ticks.gaps[1:])
    return {"speed": (last - first) / (end - begin), "p95": quantiles(gaps, n=20)[-1], "longest": gaps[-1]}


def ready(window: Process, n: int, k: int) -> None:
    """Bring the window so far that it can run. Raises NotThereError without a Run mode."""
    window.call(be_ready, n, k)
    if not window.call(has_run):
        raise NotThereError("there is no Run yet")


def measure_speed(n: int, k: int, effort: Effort) -> Measured:
    pairs, stalls = [], []
    with program() as window, plain_python() as plain:
        ready(window, n, k)
        window.call(show_plots)
        window.call(run_for, 0.5)
        for _ in range(effort.repeats):
            theirs = plain.call(bare_loop, n, k, effort.seconds)
            ran = window.call(run_for, effort.seconds)
            pairs.append(Pair(ran["speed"], theirs))
            stalls.append(ran["p95"])
    return Measured(tuple(pairs), "steps/s", f"stall p95 {median(stalls):.1f} ms")


def measure_stall(n: int, k: int, effort: Effort) -> Measured:
    pairs, longest = [], []
    with program() as window:
        ready(window, n, k)
        window.call(show_plots)
        window.call(run_for, 0.5)
        for _ in range(effort.repeats):
            ran = window.call(run_for, effort.seconds)
            pairs.append(Pair(ran["p95"], FRAME_MS))
            longest.append(ran["longest"])
    worst = max(longest) / FRAME_MS
    return Measured(tuple(pairs), "ms", f"maximum over a frame {worst:.2f}, which should be under 1")


ROWS = (
    Row("run-3x1", "Run mode steps/s over the bare loop, 3 × 1, three live plots",
        0.80, 0.95, partial(measure_speed, 3, 1), more_is_better=True),
    Row("run-256x64", "Run mode steps/s over the bare loop, 256 × 64, three live plots",
        0.70, 0.90, partial(measure_speed, 256, 64), more_is_better=True, is_quick=False),
    Row("run-stall", "GUI stall p95 in Run mode over a frame (16.7 ms)", 0.6, 0.35, partial(measure_stall, 3, 1)),
)  # fmt: skip
