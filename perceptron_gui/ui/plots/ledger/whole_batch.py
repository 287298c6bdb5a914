"""The gradient of the whole batch, beside a batch that is taken in parts, and how `.grad` compares: when to ask."""

from operator import is_

from perceptron_gui.core import parts
from perceptron_gui.core.questions import Answer, Gradients, Judgement, Judging, Question, WholeBatch
from perceptron_gui.core.snapshot import FloatArray, Reduction, Snapshot
from perceptron_gui.ui.plots.ledger.geometry import visible_part


class Outline:
    """Knows the gradient of the whole batch while it is wanted, and asks for it once for one state of the tensors."""

    def __init__(self) -> None:
        self._question: WholeBatch | None = None
        self._answer: Gradients | None = None
        self._judging: Judging | None = None
        self._judgement: Judgement | None = None

    def question(self, snapshot: Snapshot) -> WholeBatch | Judging | None:
        """Return what has to be asked now; None where the answer is not wanted, known, or on its way."""
        if not self._is_of(snapshot):
            self._answer = self._judging = self._judgement = None
            self._question = WholeBatch(snapshot) if parts.are_taken(snapshot) else None
            return self._question
        if self._answer is None or parts.is_quick(snapshot) or self._is_judged(snapshot):
            return None
        self._judging, self._judgement = Judging(snapshot, self._answer), None
        return self._judging

    def take(self, question: Question, answer: Answer | None) -> bool:
        """Take an answer; return whether it is one to a last question."""
        if question is self._question and isinstance(answer, Gradients):
            self._answer = answer
        elif question is self._judging and isinstance(answer, Judgement):
            self._judgement = answer
        else:
            return False
        return True

    def known(self, snapshot: Snapshot) -> Gradients | None:
        """Return the gradient of the whole batch in this state, where it is wanted and known."""
        return self._answer if self._is_of(snapshot) else None

    def judgement(self, snapshot: Snapshot) -> Judgement | None:
        """Return how the stored gradient compares with it; where finding that takes a while, once that was asked."""
        whole = self.known(snapshot)
        if whole is not None and parts.is_quick(snapshot):
            return parts.compared(snapshot, whole)
        return self._judgement if whole is not None and self._is_judged(snapshot) else None

    def _is_judged(self, snapshot: Snapshot) -> bool:
        """Whether it was asked how this state compares."""
        asked = self._judging
        return asked is not None and all(map(is_, visible_part(asked.snapshot), visible_part(snapshot)))

    def _is_of(self, snapshot: Snapshot) -> bool:
        asked = self._question
        return (
            asked is not None
            and parts.are_taken(snapshot)
            and _tensors(asked.snapshot) == _tensors(snapshot)
            and _is_sum(asked.snapshot) == _is_sum(snapshot)
        )


def _tensors(snapshot: Snapshot) -> tuple[int, ...]:
    held: tuple[FloatArray, ...] = (snapshot.x, snapshot.y_true, snapshot.W, snapshot.b)
    return tuple(map(id, held))


def _is_sum(snapshot: Snapshot) -> bool:
    return snapshot.reduction is Reduction.SUM
