"""Asking for the second run of a history, and keeping the answer while it is true."""

from perceptron_gui.core.actions import Ending, Ran
from perceptron_gui.core.history import Entry, History
from perceptron_gui.core.questions import Answer, Comparison, Question, Twin
from perceptron_gui.core.snapshot import same_bits


class TwinAsking:
    """What a panel that draws the second run knows of it.

    `twin` is the last answer, as long as the history that it was found for is how the present one begins.
    """

    def __init__(self) -> None:
        self.twin: Twin | None = None
        self.has_failed = False
        self._question: Comparison | None = None
        self._is_asked = self._is_answered = False
        self._known: tuple[Entry, ...] = ()

    @property
    def is_on(self) -> bool:
        """Whether there is a second run beside what is shown."""
        return self._question is not None

    @property
    def mark(self) -> Entry | None:
        """The entry that both runs start from."""
        return None if self._question is None else self._question.entries[0]

    def follow(self, history: History) -> bool:
        """Take a history; return whether `twin` is no answer any more, or `is_on` is another."""
        entries = history.compared
        if history.moment is None and _goes_on(history.entry):
            # The second run takes its steps when they are all there.
            entries = entries[:-1]
        if self._question is not None and self._question.entries == entries:
            return False
        was_on, had_twin = self.is_on, self.twin is not None
        self._question = Comparison(entries) if entries else None
        self._is_asked = self._is_answered = self.has_failed = False
        if not entries or entries[: len(self._known)] != self._known:
            self.twin, self._known = None, ()
        return was_on is not self.is_on or had_twin is not (self.twin is not None)

    def next_question(self) -> Comparison | None:
        """Return what is to be asked now, once."""
        question = None if self._is_asked else self._question
        self._is_asked = True
        return question

    def take(self, question: Question, answer: Answer | None) -> bool:
        """Take an answer, which may be to another's question; return whether there is something new to draw."""
        if self._question is None or self._is_answered or question != self._question:
            return False
        before, self.twin = self.twin, answer if isinstance(answer, Twin) else None
        self._is_answered, self.has_failed = True, self.twin is None
        self._known = self._question.entries if self.twin is not None else ()
        return before is None or self.twin is None or not _is_same(before, self.twin)

    def forget(self) -> None:
        """Keep no entry alive."""
        self.twin = self._question = None
        self.has_failed = self._is_asked = self._is_answered = False
        self._known = ()


def _goes_on(entry: Entry) -> bool:
    return isinstance(entry.action, Ran) and entry.action.ending is Ending.GOES_ON


def _is_same(first: Twin, second: Twin) -> bool:
    """Whether both look the same."""

    def words(twin: Twin) -> tuple[object, ...]:
        lengths = len(twin.updates), len(twin.path.updates)
        return twin.forgets, twin.is_apart, twin.momentum_difference, twin.incomparable, *lengths

    return words(first) == words(second) and all(
        same_bits(one[-1:], other[-1:])
        for one, other in ((first.losses, second.losses), (first.path.W, second.path.W), (first.path.b, second.path.b))
    )
