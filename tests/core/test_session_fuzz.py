"""Whatever is in a file: a Problem, or a history that is one and that can be shown. Fault 45.

PERCEPTRON_FUZZ_CASES says how many files (20,000 without it), PERCEPTRON_FUZZ_SEED which others than always.
"""

import os
from collections.abc import Callable
from typing import Any

import hypothesis
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from perceptron_gui.core import deposits, freshness, guidance, lines, parts, storage
from perceptron_gui.core.history import History
from perceptron_gui.core.problems import Problem, Reason
from perceptron_gui.ui import problem_sentences, sentences
from tests.core.session_shapes import bent, drawn
from tests.core.sessions import contents

CASES = int(os.environ.get("PERCEPTRON_FUZZ_CASES", "20000"))
pytestmark = pytest.mark.timeout(60 + CASES // 20)
SEED = os.environ.get("PERCEPTRON_FUZZ_SEED")
REFUSALS = {Reason.NOT_A_SESSION, Reason.SESSION_NEWER, Reason.SESSION_DAMAGED, Reason.TENSORS_MISSING}


def fuzz(share: float) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return the settings of a part of the cases: always the same ones, unless others are asked for."""

    def set_up(test: Callable[..., None]) -> Callable[..., None]:
        run = settings(
            max_examples=round(CASES * share),
            derandomize=SEED is None,
            deadline=None,
            database=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        )(test)
        return run if SEED is None else hypothesis.seed(int(SEED))(run)

    return set_up


@fuzz(0.7)
@given(bent())
def test_a_good_document_that_was_bent(data: bytes) -> None:
    """Fault 45."""
    open_and_show(data)


@fuzz(0.3)
@given(drawn())
def test_a_document_drawn_from_the_schema(data: bytes) -> None:
    """Fault 45."""
    open_and_show(data)


def open_and_show(data: bytes) -> None:
    opened = opened_or_refused(data)
    if isinstance(opened, Problem):
        assert opened.reason in REFUSALS
        assert problem_sentences.of_problem(opened)
        return
    history = opened.history
    again = storage.encoded(history, opened.left_out)
    reopened = storage.decoded(again.data)
    assert reopened.left_out == opened.left_out
    assert contents(reopened.history) == contents(history)
    assert storage.encoded(reopened.history, opened.left_out).data == again.data
    for index in range(len(history.entries)):
        is_sound(history.at(index))
        show(history.at(index))


def opened_or_refused(data: bytes) -> storage.Opened | Problem:
    try:
        return storage.decoded(data, "a.perceptron")
    except Problem as problem:
        return problem


def is_sound(history: History) -> None:
    state: Any = history.current
    m, n, k = state.m, state.n, state.k
    assert (state.x.shape, state.y_true.shape, state.W.shape, state.b.shape) == ((m, n), (m, k), (n, k), (k,))
    if state.rows is not None:
        assert 0 < len(state.rows) < m
        assert list(state.rows) == sorted({*state.rows} & {*range(m)})
    for array in state.arrays().values():
        assert array.dtype in {np.dtype(np.float32), np.dtype(np.int32)}
        assert not array.flags.writeable
    for forward in {state.forward, *(each.forward for each in state.deposits)} - {None}:
        taken = m if forward.rows is None else len(forward.rows)
        assert (forward.z.shape, forward.y_pred.shape, forward.loss.shape) == ((taken, k), (taken, k), ())
    assert history.nbytes >= sum(array.nbytes for array in history.entries[0].snapshot.arrays().values())


def show(history: History) -> None:
    """Call what the window calls, apart from torch."""
    entry, before, state = history.entry, history.before, history.current
    assert isinstance(lines.shown(entry, before), str)
    code = lines.runnable(entry, before)
    compile(code, "entry", "exec")
    compile(lines.runnable(entry, None), "state", "exec")
    assert sentences.of_history(history)
    for name in ("z", "y_pred", "loss", "W.grad", "b.grad"):
        freshness.stale_since(history, name)
    deposits.numbers(state.deposits)
    deposits.tallied(state)
    guidance.next_operation(state)
    guidance.refused_at(entry)
    parts.covered(state)
    parts.make_the_batch(state)
    assert entry.nbytes >= 0
    assert history.segment
    assert isinstance(history.compared, tuple)
