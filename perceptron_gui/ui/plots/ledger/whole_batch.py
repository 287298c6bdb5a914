"""The gradient of the whole batch beside a batch that is taken in parts: when to ask for it, and what it shows."""

from dataclasses import dataclass
from enum import Enum

import numpy as np

from perceptron_gui.core import deposits, parts
from perceptron_gui.core.questions import Answer, Gradients, Question, WholeBatch
from perceptron_gui.core.snapshot import FloatArray, Reduction, Snapshot

MOST_WEIGHTED = 2**22
"""Numbers in all deposits up to which their weighted sum is formed too."""


class Stage(Enum):
    """What a comparison of the stack with the whole batch tells."""

    OLD = "old"
    PARTLY = "partly"
    ADDS_UP = "adds up"
    MEANS = "means"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """The stored gradient beside that of all rows.

    `difference` is the largest over all parameters; `rows` of the `m` rows are in `.grad`; `weighted` is the sum of the
    deposits as it had to be where they are means of parts, `weighted_difference` its largest to the whole batch.
    """

    whole: Gradients
    stage: Stage
    difference: float
    rows: int
    m: int
    weighted: Gradients | None = None
    weighted_difference: float = 0.0


class Outline:
    """Knows the gradient of the whole batch while it is wanted, and asks for it once for one state of the tensors."""

    def __init__(self) -> None:
        self._question: WholeBatch | None = None
        self._answer: Gradients | None = None

    def question(self, snapshot: Snapshot) -> WholeBatch | None:
        """Return what has to be asked now; None where the answer is not wanted, known, or on its way."""
        if self._is_of(snapshot):
            return None
        self._answer = None
        self._question = WholeBatch(snapshot) if deposits.is_in_parts(snapshot) else None
        return self._question

    def take(self, question: Question, answer: Answer | None) -> bool:
        """Take an answer; return whether it is the one to the last question."""
        if question is not self._question or not isinstance(answer, Gradients):
            return False
        self._answer = answer
        return True

    def known(self, snapshot: Snapshot) -> Gradients | None:
        """Return the gradient of the whole batch in this state, where it is wanted and known."""
        return self._answer if self._is_of(snapshot) else None

    def _is_of(self, snapshot: Snapshot) -> bool:
        asked = self._question
        return (
            asked is not None
            and deposits.is_in_parts(snapshot)
            and _tensors(asked.snapshot) == _tensors(snapshot)
            and _is_sum(asked.snapshot) == _is_sum(snapshot)
        )


def compared(snapshot: Snapshot, whole: Gradients | None) -> Comparison | None:
    """Compare the stored gradient with that of all rows; None where one of them is not there."""
    if whole is None or snapshot.W_grad is None or snapshot.b_grad is None:
        return None
    difference = deposits.largest_difference(Gradients(snapshot.W_grad, snapshot.b_grad), whole)
    rows = len(parts.covered(snapshot))
    if any(deposits.age(snapshot, deposit) for deposit in snapshot.deposits):
        return Comparison(whole, Stage.OLD, difference, rows, snapshot.m)
    if rows < snapshot.m:
        return Comparison(whole, Stage.PARTLY, difference, rows, snapshot.m)
    rounding = deposits.ROUNDING * deposits.magnitude(snapshot.deposits)
    if difference <= rounding:
        return Comparison(whole, Stage.ADDS_UP, difference, rows, snapshot.m)
    is_small = snapshot.W.size * len(snapshot.deposits) <= MOST_WEIGHTED
    weighted = deposits.weighted(snapshot) if is_small else None
    rest = np.inf if weighted is None else deposits.largest_difference(weighted, whole)
    if rest <= rounding:
        return Comparison(whole, Stage.MEANS, difference, rows, snapshot.m, weighted, rest)
    return Comparison(whole, Stage.DIFFERS, difference, rows, snapshot.m)


def _tensors(snapshot: Snapshot) -> tuple[int, ...]:
    held: tuple[FloatArray, ...] = (snapshot.x, snapshot.y_true, snapshot.W, snapshot.b)
    return tuple(map(id, held))


def _is_sum(snapshot: Snapshot) -> bool:
    return snapshot.reduction is Reduction.SUM
