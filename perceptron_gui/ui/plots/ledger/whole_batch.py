"""The gradient of the whole batch, beside a batch that is taken in parts: when to ask for it."""

from perceptron_gui.core import parts
from perceptron_gui.core.questions import Answer, Gradients, Question, WholeBatch
from perceptron_gui.core.snapshot import FloatArray, Reduction, Snapshot


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
        self._question = WholeBatch(snapshot) if parts.are_taken(snapshot) else None
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
            and parts.are_taken(snapshot)
            and _tensors(asked.snapshot) == _tensors(snapshot)
            and _is_sum(asked.snapshot) == _is_sum(snapshot)
        )


def _tensors(snapshot: Snapshot) -> tuple[int, ...]:
    held: tuple[FloatArray, ...] = (snapshot.x, snapshot.y_true, snapshot.W, snapshot.b)
    return tuple(map(id, held))


def _is_sum(snapshot: Snapshot) -> bool:
    return snapshot.reduction is Reduction.SUM
