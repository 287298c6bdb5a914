"""Whatever is done in whatever order: saved, opened, verified and run as a script, it is the same to the last bit."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from perceptron_gui.core import storage
from perceptron_gui.core.actions import (
    STEP,
    Assign,
    Axis,
    Configure,
    Delete,
    Gesture,
    Insert,
    MarkRows,
    Ran,
    Randomize,
    Request,
    Resize,
    Run,
)
from perceptron_gui.core.exporting.script import script
from perceptron_gui.core.history import Entry, History
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.presets import PRESETS
from perceptron_gui.core.snapshot import Reduction, TensorName, Zeroing, frozen
from perceptron_gui.core.verification import verified
from perceptron_gui.document import Document
from perceptron_gui.journal import Journal
from perceptron_gui.recovery import leftovers
from perceptron_gui.session import Session
from tests.core.exporting.plain import PlainPython
from tests.core.notebook import state
from tests.executors import InlineExecutor
from tests.histories import contents
from tests.strategies import numbers, operations, runs, seeds

# A run is looked at with a timer.
pytestmark = pytest.mark.usefixtures("qapp")
ENGINE = Engine()
places = st.integers(0, 3)
UNTOLD = {"replaced", "__weakref__"}
"""What is not kept, and what is no value."""


class Lesson(RuleBasedStateMachine):
    """A person who presses, edits, walks back and forth, saves and opens."""

    plain: PlainPython
    place: Path

    @initialize(preset=st.sampled_from(sorted(PRESETS)))
    def begin(self, preset: str) -> None:
        self.folder = Path(tempfile.mkdtemp(dir=self.place))
        self.path = self.folder / "lesson.perceptron"
        self.session = Session(History.begin(preset, "cpu"), InlineExecutor(), lambda: ENGINE)
        self.session.prepare()
        self.document = Document(self.session, InlineExecutor(), Journal(self.folder / "journals", InlineExecutor()))
        self.problems: list[object] = []
        self.document.failed.connect(self.problems.append)
        self.document.save(self.path)

    def do(self, *actions: Request) -> None:
        self.session.perform(*actions)

    @rule(operation=operations)
    def press(self, operation: Any) -> None:
        self.do(operation)

    @rule()
    def press_many(self) -> None:
        for _ in range(5):
            self.do(*STEP)

    @rule(run=runs())
    def run(self, run: Run) -> None:
        self.do(run)

    @rule(place=st.floats(0, 1), goes_on=st.booleans())
    def visit(self, place: float, *, goes_on: bool) -> None:
        """Look at a moment of the last run, and go on from there, or back to where it ended."""
        entry = next((entry for entry in self.session.history.entries[::-1] if isinstance(entry.action, Ran)), None)
        if entry is not None and isinstance(entry.action, Ran):
            self.session.travel_within(entry, round(place * entry.action.phases))
            if goes_on:
                self.do(*STEP)
            else:
                self.session.travel(entry)

    @rule(tensor=st.sampled_from(TensorName), row=places, column=places, value=numbers)
    def write(self, tensor: TensorName, row: int, column: int, value: float) -> None:
        self.do(Assign(tensor, row, column, frozen([[value]]), Gesture.TYPE))

    @rule(rows=st.one_of(st.none(), st.sets(places, max_size=3)))
    def mark(self, rows: set[int] | None) -> None:
        self.do(MarkRows(None if rows is None else tuple(sorted(rows))))

    @rule(
        setting=st.one_of(
            st.builds(Configure, st.just("lr"), st.sampled_from([0.0, 0.1, 1.0, -1.0, 1e30])),
            st.builds(Configure, st.just("retain_graph"), st.booleans()),
            st.builds(Configure, st.just("zeroing"), st.sampled_from(Zeroing)),
            st.builds(Configure, st.just("reduction"), st.sampled_from(Reduction)),
            st.builds(Configure, st.just("part"), st.integers(0, 2)),
            st.builds(Configure, st.just("twin"), st.booleans()),
            st.builds(Configure, st.just("seed"), seeds),
        )
    )
    def configure(self, setting: Configure) -> None:
        self.do(setting)

    @rule(axis=st.sampled_from(Axis), size=st.integers(1, 4))
    def resize(self, axis: Axis, size: int) -> None:
        self.do(Resize(axis, size))

    @rule(axis=st.sampled_from(Axis), at=places)
    def insert(self, axis: Axis, at: int) -> None:
        self.do(Insert(axis, at, 1))

    @rule(axis=st.sampled_from(Axis), at=places)
    def delete(self, axis: Axis, at: int) -> None:
        self.do(Delete(axis, at, 1))

    @rule()
    def randomize(self) -> None:
        self.do(Randomize())

    @rule(preset=st.sampled_from(sorted(PRESETS)))
    def restart(self, preset: str) -> None:
        self.session.restart(preset)

    @rule(steps=st.integers(1, 4))
    def undo(self, steps: int) -> None:
        for _ in range(steps):
            self.session.undo()

    @rule()
    def redo(self) -> None:
        self.session.redo()

    @rule(place=st.floats(0, 1))
    def travel(self, place: float) -> None:
        entries: tuple[Entry, ...] = self.session.history.entries
        self.session.travel(entries[round(place * (len(entries) - 1))])

    @rule()
    def save(self) -> None:
        self.document.save()
        assert not self.document.is_modified

    @rule()
    def save_and_open(self) -> None:
        before = contents(self.session.history, with_futures=False)
        self.document.save()
        self.document.new()
        self.document.open(self.path)
        assert contents(self.session.history, with_futures=False) == before
        assert not self.document.is_modified

    def teardown(self) -> None:
        if not hasattr(self, "session"):
            return
        history = self.session.history
        is_modified = self.document.is_modified
        self.document.close()
        if is_modified:
            (leftover,) = leftovers(self.folder / "journals")
            assert contents(leftover.read()) == contents(history)
            leftover.delete()
        self.document.save()
        opened = storage.load(self.path).history
        assert contents(opened, with_futures=False) == contents(history, with_futures=False)
        assert self.problems == []
        verification = verified(opened, 0, ENGINE)
        assert verification.holds, verification.difference
        left, _ = self.plain.run(b"".join(script(opened)))
        assert left == state(history.current)


@pytest.fixture(scope="module", autouse=True)
def _plain_python(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    Lesson.place = tmp_path_factory.mktemp("lessons")
    with PlainPython(Lesson.place) as Lesson.plain:
        yield


TestLesson = Lesson.TestCase
TestLesson.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)
