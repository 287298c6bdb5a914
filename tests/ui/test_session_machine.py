"""Whatever is wished in whatever order, with the worker working at any moment: what always holds of a Session."""

from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from perceptron_gui.core.actions import (
    Assign,
    Axis,
    Configure,
    Delete,
    Gesture,
    Import,
    Insert,
    MarkRows,
    Paste,
    Randomize,
    Request,
    Resize,
    Run,
)
from perceptron_gui.core.history import History
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.presets import PRESETS
from perceptron_gui.core.problems import Problem, Reason
from perceptron_gui.core.snapshot import Snapshot, TensorName, Zeroing, frozen
from perceptron_gui.session import Session
from tests.core.notebook import accumulated, bits
from tests.executors import ManualExecutor
from tests.strategies import imports, numbers, operations, runs, seeds

# A run is looked at with a timer.
pytestmark = pytest.mark.usefixtures("qapp")
ENGINE = Engine()
DONE_TO_SIZES = {Reason.NOT_A_SIZE, Reason.LAST_ONE}
DONE_TO_CELLS = {Reason.DOES_NOT_FIT, Reason.RAGGED, Reason.NOT_A_NUMBER, Reason.NOTHING_TO_PASTE, Reason.NO_ROWS}
places = st.integers(0, 4)
sizes = st.integers(0, 4)
axes = st.sampled_from(Axis)
tensors = st.sampled_from(TensorName)
cells = st.one_of(numbers.map(lambda value: str(np.float32(value))), st.sampled_from(["0,5", "-.5", "1e-3", "x", ""]))
texts = st.lists(st.lists(cells, min_size=1, max_size=3), min_size=1, max_size=3).map(
    lambda lines: "\n".join("\t".join(line) for line in lines)
)


def contents(snapshot: Snapshot) -> list[bytes]:
    """Return the bytes of every array of a snapshot."""
    return [array.tobytes() for array in snapshot.arrays().values()]


class Wishes(RuleBasedStateMachine):
    """A person who presses everything, and a worker that takes its time."""

    @initialize(preset=st.sampled_from(sorted(PRESETS)))
    def begin(self, preset: str) -> None:
        self.worker = ManualExecutor()
        self.session = Session(History.begin(preset, "cpu"), self.worker, lambda: ENGINE)
        self.problems: list[Problem] = []
        self.histories: list[History] = []
        self.kept: dict[int, tuple[Snapshot, list[bytes]]] = {}
        self.session.failed.connect(self.problems.append)
        self.session.changed.connect(self.keep)
        self.start = contents(self.session.history.current)
        self.keep(self.session.history)
        self.session.prepare()

    def keep(self, history: History) -> None:
        """Remember what a snapshot held when it was new."""
        self.histories.append(history)
        snapshot = history.current
        self.kept.setdefault(id(snapshot), (snapshot, contents(snapshot)))

    def wish(self, action: Request) -> None:
        self.session.perform(action)

    @rule(operation=operations)
    def press(self, operation: Any) -> None:
        self.wish(operation)

    @rule(run=runs())
    def run(self, run: Run) -> None:
        self.wish(run)

    @rule(tensor=tensors, row=places, column=places, value=numbers)
    def type_a_value(self, tensor: TensorName, row: int, column: int, value: float) -> None:
        self.wish(Assign(tensor, row, column, frozen([[value]]), Gesture.TYPE))

    @rule(tensor=tensors, row=places, column=places, height=st.integers(1, 3), width=st.integers(1, 3), text=texts)
    def paste(self, tensor: TensorName, row: int, column: int, height: int, width: int, text: str) -> None:
        self.wish(Paste(tensor, row, column, height, width, text))

    @rule(axis=axes, size=sizes)
    def resize(self, axis: Axis, size: int) -> None:
        self.wish(Resize(axis, size))

    @rule(axis=axes, at=places)
    def insert(self, axis: Axis, at: int) -> None:
        self.wish(Insert(axis, at, 1))

    @rule(axis=axes, at=places, count=st.integers(1, 2))
    def delete(self, axis: Axis, at: int, count: int) -> None:
        self.wish(Delete(axis, at, count))

    @rule()
    def randomize(self) -> None:
        self.wish(Randomize())

    @rule(action=imports())
    def take_from_a_file(self, action: Import) -> None:
        self.wish(action)

    @rule(rows=st.one_of(st.none(), st.sets(places, max_size=3)))
    def mark(self, rows: set[int] | None) -> None:
        self.wish(MarkRows(None if rows is None else tuple(sorted(rows))))

    @rule(
        setting=st.one_of(
            st.builds(Configure, st.just("lr"), st.sampled_from([0.0, 0.1, 1.0, -1.0, 1e30])),
            st.builds(Configure, st.just("retain_graph"), st.booleans()),
            st.builds(Configure, st.just("zeroing"), st.sampled_from(Zeroing)),
            st.builds(Configure, st.just("seed"), seeds),
        )
    )
    def configure(self, setting: Configure) -> None:
        self.wish(setting)

    @rule()
    def undo(self) -> None:
        self.session.undo()

    @rule()
    def redo(self) -> None:
        self.session.redo()

    @rule(preset=st.sampled_from(sorted(PRESETS)))
    def restart(self, preset: str) -> None:
        self.session.restart(preset)
        assert self.session.waiting == 0
        assert contents(self.session.history.current) == contents(PRESETS[preset])

    @precondition(lambda self: self.worker.pending)
    @rule()
    def work(self) -> None:
        self.worker.work_once()

    @rule(steps=st.integers(1, 8))
    def there_and_back(self, steps: int) -> None:
        """Undo and redo lead back, unless an undone entry brings back the future that it had cut off."""
        self.worker.work_all()
        history = self.session.history
        steps = min(steps, history.index)
        if any(entry.replaced for entry in history.entries[history.index - steps + 1 : history.index + 1]):
            return
        for _ in range(steps):
            self.session.undo()
        assert self.session.history.index == history.index - steps
        for _ in range(steps):
            self.session.redo()
        assert self.session.history.entries == history.entries
        assert self.session.history.index == history.index

    @invariant()
    def shapes_and_arrays_are_sound(self) -> None:
        snapshot = self.session.history.current
        m, n, k = snapshot.m, snapshot.n, snapshot.k
        assert min(m, n, k) >= 1
        assert (snapshot.x.shape, snapshot.y_true.shape) == ((m, n), (m, k))
        assert (snapshot.W.shape, snapshot.b.shape) == ((n, k), (k,))
        assert {grad.shape for grad in (snapshot.W_grad,) if grad is not None} <= {(n, k)}
        assert {grad.shape for grad in (snapshot.b_grad,) if grad is not None} <= {(k,)}
        if snapshot.rows is not None:
            assert 0 < len(snapshot.rows) < m
            assert list(snapshot.rows) == sorted(set(snapshot.rows))
            assert snapshot.rows[-1] < m
        if snapshot.forward is not None:
            taken = m if snapshot.forward.rows is None else len(snapshot.forward.rows)
            assert snapshot.forward.y_pred.shape == (taken, k)
            assert snapshot.forward.loss.shape == ()
        for array in snapshot.arrays().values():
            assert array.dtype == np.float32
            assert not array.flags.writeable

    @invariant()
    def the_history_shows_an_entry_it_has(self) -> None:
        history = self.session.history
        assert 0 <= history.index < len(history.entries)
        assert history is self.histories[-1]

    @invariant()
    def what_was_shown_once_never_changes(self) -> None:
        current = self.session.history.current
        for snapshot, then in self.kept.values():
            if snapshot is not current:
                assert contents(snapshot) == then

    @invariant()
    def grad_is_the_sum_of_its_deposits(self) -> None:
        snapshot = self.session.history.current
        for name, grad in (("W.grad", snapshot.W_grad), ("b.grad", snapshot.b_grad)):
            expected = accumulated(snapshot)[name]
            if expected is None and snapshot.grad_was_zeros and grad is not None:
                expected = bits(np.zeros_like(grad))
            assert (None if grad is None else bits(grad)) == expected

    @invariant()
    def what_was_not_done_has_a_reason_of_its_own(self) -> None:
        assert {problem.reason for problem in self.problems} <= DONE_TO_SIZES | DONE_TO_CELLS

    def teardown(self) -> None:
        """Fault 53: undo leads to the first state, bit for bit."""
        if not hasattr(self, "session"):
            return
        self.worker.work_all()
        assert self.session.waiting == 0
        assert not self.session.is_busy
        for _ in range(self.session.history.index):
            self.session.undo()
        assert self.session.history.index == 0
        assert contents(self.session.history.current) == self.start


TestWishes = Wishes.TestCase
TestWishes.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
