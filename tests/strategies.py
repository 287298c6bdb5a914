"""What hypothesis draws from: float32 numbers, snapshots, and sequences of what a person might do."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from perceptron_gui.core.actions import (
    Assign,
    AssignElements,
    Configure,
    Edit,
    Gesture,
    Import,
    MarkRows,
    Operation,
    Run,
)
from perceptron_gui.core.snapshot import Element, FloatArray, Reduction, Snapshot, TensorName, Zeroing, frozen

briefly = settings(max_examples=60, deadline=None)
thoroughly = settings(max_examples=200, deadline=None)

tame = st.floats(-4, 4, width=32)
"""Numbers of a size that one meets in a lesson, both zeros and subnormals among them."""
finite = st.floats(width=32, allow_nan=False, allow_infinity=False)
numbers = st.one_of(tame, tame, tame, finite)
learning_rates = st.one_of(st.floats(-2, 2), st.sampled_from([0.0, 1.0, 0.1, 1e30]))
seeds = st.one_of(st.integers(0, 2**64 - 1), st.sampled_from([0, 2**40, 2**63, 2**64 - 1]))
operations = st.sampled_from(Operation)
sources = st.one_of(
    st.text(max_size=12), st.sampled_from(['"""; import os #', "a\nimport os", "<b>", "\u2028x\r", "\ud800"])
)
"""Names of files, hostile ones among them."""


@dataclass(frozen=True)
class GoBack:
    """Show the state so many states ago (modulo those there were), and go on from there."""

    states: int


Step = Operation | Edit


@dataclass(frozen=True)
class Scenario:
    """A start, and what is done then."""

    start: Snapshot
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Journey:
    """A start, and what is done then, with ways back."""

    start: Snapshot
    steps: tuple[Step | GoBack, ...]


def float32_arrays(shape: tuple[int, ...], elements: st.SearchStrategy[float] = tame) -> st.SearchStrategy[FloatArray]:
    """Draw read-only arrays of a shape."""
    drawn: st.SearchStrategy[npt.NDArray[np.float32]] = arrays(np.float32, shape, elements=elements)
    return drawn.map(frozen)


@st.composite
def snapshots(draw: st.DrawFn, elements: st.SearchStrategy[float] = tame) -> Snapshot:
    """Draw start states, each size up to 4."""
    m, n, k = draw(st.integers(1, 4)), draw(st.integers(1, 4)), draw(st.integers(1, 4))
    return Snapshot(
        x=draw(float32_arrays((m, n), elements)),
        y_true=draw(float32_arrays((m, k), elements)),
        W=draw(float32_arrays((n, k), elements)),
        b=draw(float32_arrays((k,), elements)),
    )


@st.composite
def assignments(draw: st.DrawFn, snapshot: Snapshot, elements: st.SearchStrategy[float] = numbers) -> Assign:
    """Draw blocks that fit into a tensor of the snapshot; most are single numbers."""
    name = draw(st.sampled_from(TensorName))
    rows, columns = np.atleast_2d(snapshot.tensor(name)).shape
    row, column = draw(st.integers(0, rows - 1)), draw(st.integers(0, columns - 1))
    shape = draw(st.one_of(st.just((1, 1)), st.tuples(st.integers(1, rows - row), st.integers(1, columns - column))))
    return Assign(name, row, column, draw(float32_arrays(shape, elements)), Gesture.TYPE)


@st.composite
def placements(draw: st.DrawFn, snapshot: Snapshot) -> AssignElements:
    """Draw one or two numbers for elements of W and b, as a click on a plot gives them."""
    places = [Element("W", i, j) for i in range(snapshot.n) for j in range(snapshot.k)]
    places += [Element("b", 0, j) for j in range(snapshot.k)]
    chosen = draw(st.lists(st.sampled_from(places), min_size=1, max_size=2, unique=True))
    return AssignElements(tuple((place, draw(numbers)) for place in chosen))


@st.composite
def imports(draw: st.DrawFn, elements: st.SearchStrategy[float] = tame) -> Import:
    """Draw imports of some of the tensors, which fit each other, of any sizes up to 4."""
    m, n, k = draw(st.integers(1, 4)), draw(st.integers(1, 4)), draw(st.integers(1, 4))
    shapes = {TensorName.X: (m, n), TensorName.Y_TRUE: (m, k), TensorName.W: (n, k), TensorName.B: (k,)}
    names = draw(st.lists(st.sampled_from(TensorName), min_size=1, unique=True))
    arrays = tuple((name, draw(float32_arrays(shapes[name], elements))) for name in names)
    return Import(draw(sources), arrays, is_transposed=draw(st.booleans()))


def runs(least: int = 1) -> st.SearchStrategy[Run]:
    """Draw runs of at least so many and at most 20 updates; 0 are without an end."""
    return st.builds(
        Run,
        updates=st.integers(least, 20),
        loss=st.one_of(st.none(), st.floats(0, 2)),
        zeroes=st.booleans(),
        backwards=st.integers(1, 3),
        seed=st.one_of(st.none(), st.integers(0, 2**32 - 1)),
    )


def marks(snapshot: Snapshot) -> st.SearchStrategy[MarkRows]:
    """Draw which samples Forward takes."""
    some = st.sets(st.integers(0, snapshot.m - 1), min_size=1).map(lambda rows: tuple(sorted(rows)))
    return st.one_of(st.none(), some).map(MarkRows)


def settings_of_a_step(snapshot: Snapshot) -> st.SearchStrategy[Configure]:
    """Draw what is set beside the tensors."""
    return st.one_of(
        st.builds(Configure, st.just("lr"), learning_rates),
        st.builds(Configure, st.just("retain_graph"), st.booleans()),
        st.builds(Configure, st.just("zeroing"), st.sampled_from(Zeroing)),
        st.builds(Configure, st.just("reduction"), st.sampled_from(Reduction)),
        st.builds(Configure, st.just("part"), st.integers(0, snapshot.m - 1)),
    )


def edits(snapshot: Snapshot) -> st.SearchStrategy[Edit]:
    """Draw edits that keep the sizes of the snapshot."""
    written = assignments(snapshot)
    return st.one_of(written, written, written, placements(snapshot), marks(snapshot), settings_of_a_step(snapshot))


def step_lists(start: Snapshot) -> st.SearchStrategy[list[Step]]:
    """Draw some steps or none, or many: half of them Forward or Backward, where the lessons are."""
    forward_or_backward = st.sampled_from([Operation.FORWARD, Operation.BACKWARD])
    step = st.one_of(operations, forward_or_backward, edits(start))
    return st.one_of(st.lists(step, max_size=4), st.lists(step, min_size=12, max_size=20))


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """Draw a start state and what is done then."""
    start = draw(snapshots(numbers))
    return Scenario(start, tuple(draw(step_lists(start))))


@st.composite
def journeys(draw: st.DrawFn) -> Journey:
    """Draw a start state and what is done then, going back now and then."""
    start = draw(snapshots(numbers))
    stretch = st.tuples(step_lists(start), st.builds(GoBack, st.integers(0, 20)))
    stretches = draw(st.lists(stretch, min_size=1, max_size=3))
    return Journey(start, tuple(step for steps, back in stretches for step in (*steps, back)))
