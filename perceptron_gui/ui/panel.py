"""What can stand in a dock: it shows a history, and asks for the rest by signal."""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from perceptron_gui.core.history import History
from perceptron_gui.core.problems import Problem, Reason
from perceptron_gui.core.questions import Answer, Question
from perceptron_gui.ui.theme import Colors


class Panel(QWidget):
    """A panel. One that nobody sees does its work, and asks its questions, when it is seen (`catch_up`)."""

    action_requested = Signal(object)
    """An Action that a person wants done."""
    entry_requested = Signal(object)
    """The Entry whose moment a person wants to see."""
    moment_requested = Signal(object, object)
    """The Entry of a run, and after how many of its phases a person wants to see it."""
    problem_found = Signal(object)
    """A Problem with what a person did here."""
    question_raised = Signal(object)
    """A Question for PyTorch; the answer comes to `take_answer`."""

    _is_in_front = True

    @property
    def is_seen(self) -> bool:
        """Whether a person can see it: shown, and not behind the tab of another."""
        return self.isVisible() and self._is_in_front

    def set_in_front(self, is_in_front: bool) -> None:
        """Say whether it is behind a tab: there Qt has it visible, only moved out of the window."""
        self._is_in_front = is_in_front
        if not is_in_front:
            self.put_away()
        # The docks are just being laid out: what changes a size now would crash Qt.
        QTimer.singleShot(0, self, self._on_moved)

    def catch_up(self) -> None:
        """Do what was left while nobody saw it."""

    def put_away(self) -> None:
        """Stop what moves, and keep alive nothing of what was shown: nobody sees it any more."""

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        # A window that is only minimized shows the same again.
        if not event.spontaneous():
            self.put_away()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.is_seen:
            self.catch_up()

    def _on_moved(self) -> None:
        if self.is_seen:
            self.catch_up()

    def copy(self) -> None:
        """Put what is selected here on the clipboard. Raises Problem where there is nothing to copy."""
        raise Problem(Reason.NO_CELLS)

    def title(self) -> str:
        """Return the name of the panel, for the title bar around it."""
        raise NotImplementedError

    def display(self, history: History) -> None:
        """Show a history."""
        raise NotImplementedError

    def set_colors(self, colors: Colors) -> None:
        """Paint in other colours."""
        raise NotImplementedError

    def retranslate(self) -> None:
        """Put every word in the language of now. A panel does so as it is made."""
        raise NotImplementedError

    def take_answer(self, question: Question, answer: Answer | None) -> None:
        """Take the answer to a question, which may be another panel's or an older one; None: it has no answer."""

    def set_animated(self, is_animated: bool) -> None:
        """Show changes as movements, or at once. No press ever waits for a movement."""
