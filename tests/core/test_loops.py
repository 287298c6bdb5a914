"""A run as a loop: run by plain Python it leaves the bits of the run, and those of the same phases pressed."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perceptron_gui.core import lines, loops
from perceptron_gui.core.actions import CPU, Configure, MarkRows, Operation, Ran, Request, Run
from perceptron_gui.core.history import History
from perceptron_gui.core.schedule import Schedule
from perceptron_gui.core.snapshot import Config, Reduction, Rows, Snapshot, Zeroing
from tests.core.notebook import state
from tests.core.play import BACKWARD, FORWARD, UPDATE, after, of_size
from tests.core.sessions import ENGINE
from tests.core.test_script import begun, check, done
from tests.strategies import float32_arrays, learning_rates, tame


@st.composite
def starts(draw: st.DrawFn) -> Snapshot:
    """Draw batches of up to 9 rows, some of them marked, and settings."""
    m, n, k = draw(st.integers(1, 9)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    shapes = ((m, n), (m, k), (n, k), (k,))
    rows = draw(st.one_of(st.none(), st.sets(st.integers(0, m - 1), min_size=1, max_size=max(1, m - 1))))
    config = Config(
        lr=draw(learning_rates),
        retain_graph=draw(st.booleans()),
        zeroing=draw(st.sampled_from(Zeroing)),
        reduction=draw(st.sampled_from(Reduction)),
        part=draw(st.integers(0, m - 1)),
    )
    x, y_true, W, b = (draw(float32_arrays(shape, tame)) for shape in shapes)
    return Snapshot(
        x, y_true, W, b, rows=None if rows is None or len(rows) == m else tuple(sorted(rows)), config=config
    )


runs = st.builds(
    Run,
    updates=st.integers(1, 5),
    zeroes=st.booleans(),
    backwards=st.integers(1, 4),
    seed=st.one_of(st.none(), st.integers(0, 2**32 - 1)),
)


def up_to(history: History, phases: int) -> History:
    """Return the history as if its run had been stopped after so many phases."""
    ran, before = history.entry.action, history.before
    assert isinstance(ran, Ran)
    assert before is not None
    shorter, left = ENGINE.revisit(ran, before, 1 + phases % ran.phases, CPU)
    return replace(history, entries=history.entries[:-1], index=history.index - 1).push(shorter, left, CPU)


def pressed(start: Snapshot, ran: Ran) -> Snapshot:
    """Press the phases of a run."""
    schedule, snapshot = Schedule(ran.run, start), start
    for index in range(ran.phases):
        cycle, place = divmod(index, len(ran.run.cycle))
        operation = ran.run.cycle[place]
        if operation is Operation.FORWARD:
            snapshot = replace(snapshot, rows=schedule.rows(cycle * ran.run.backwards + place // 2))
        snapshot = after(snapshot, operation)
    return snapshot


@settings(max_examples=60, deadline=None)
@given(starts(), st.lists(st.sampled_from([FORWARD, BACKWARD, UPDATE]), max_size=3), runs, st.integers(0, 200))
def test_a_loop_leaves_the_bits_of_the_run_and_of_presses(
    start: Snapshot, before: list[Operation], run: Run, phases: int
) -> None:
    begun_with = done(begun(start), *before)
    history = up_to(done(begun_with, run), phases)
    ran = history.entry.action
    assert isinstance(ran, Ran)
    check(history)
    check(history, begun_with.index)
    assert state(history.current) == state(pressed(begun_with.current, ran))
    check(done(history, FORWARD, BACKWARD, Run(updates=2), FORWARD))


@pytest.mark.parametrize("rows", [None, (0, 2), (70,), tuple(range(3, 90, 3))])
@pytest.mark.parametrize("part", [0, 1, 13, 99])
@pytest.mark.parametrize("seed", [None, 7])
def test_a_batch_with_many_parts(rows: Rows, part: int, seed: int | None) -> None:
    start = replace(of_size(100, 2, 1, 0.5), rows=rows, config=Config(lr=0.01, part=part, reduction=Reduction.WEIGHTED))
    history = done(begun(start), Run(updates=104 if part == 1 else 12, seed=seed))
    check(history)
    check(history, 1)


def code(start: Snapshot, *actions: Request) -> str:
    history = done(begun(start), *actions)
    return lines.runnable(history.entry, history.before)


def test_a_student_reads_the_lines_of_the_buttons() -> None:
    start = of_size(1, 2, 1, 0.5)
    assert code(start, Run(updates=3)) == (
        "for step in range(3):\n"
        "    z = x @ W + b\n"
        "    y_pred = torch.sigmoid(z)\n"
        "    loss = ((y_true - y_pred) ** 2).sum()\n"
        "    loss.backward()\n"
        "    with torch.no_grad():\n"
        "        W -= lr * W.grad\n"
        "        b -= lr * b.grad\n"
        "    W.grad.zero_()\n"
        "    b.grad.zero_()"
    )
    assert "zero_" not in code(start, Run(updates=3, zeroes=False))
    parts = code(of_size(4, 2, 1, 0.5), Configure("part", 2), Run(updates=6))
    assert parts.startswith(
        "parts = [[0, 1], [2, 3]]\nfor step in range(6):\n    rows = parts[step % 2]\n    z = x[rows] @ W + b\n"
    )
    shuffled = code(of_size(4, 2, 1, 0.5), Configure("part", 2), Run(updates=6, seed=9))
    assert "torch.Generator().manual_seed(9 + step // 2)" in shuffled


def test_a_loop_that_is_shown_and_the_one_that_runs_are_one() -> None:
    start = replace(of_size(9, 2, 1, 0.5), rows=(0, 2, 3, 5, 8))
    history = done(begun(start), Run(updates=2))
    shown = lines.shown(history.entry, history.before)
    assert lines.runnable(history.entry, history.before).endswith(shown)
    assert re.search(r"^rows = ", lines.runnable(history.entry, history.before))


def test_marks_within_parts_begin_where_they_are() -> None:
    start = replace(of_size(5, 2, 1, 0.5), config=Config(part=2))
    history = done(begun(start), MarkRows((1, 3)), Run(updates=4), FORWARD)
    check(history)
    text = lines.runnable(history.entries[2], history.entries[1].snapshot)
    assert text.splitlines()[:2] == ["lead = [[1, 3], 4]", "parts = [[0, 1], [2, 3], 4]"]


def test_more_parts_than_are_written_are_a_rule() -> None:
    for part in (1, 4):
        start = of_size(loops.MOST_WRITTEN + 1, 1, 1, 0.5)
        start = replace(start, rows=tuple(range(part)), config=Config(part=part))
        text = code(start, Run(updates=2))
        assert "range(" in text.splitlines()[0]
        assert len(text.splitlines()[0]) < 100
