"""The plots of a report: the panels of the window themselves, off the screen, in light colours."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

import shiboken6
from PySide6.QtCore import QObject, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFont, QImage
from PySide6.QtWidgets import QApplication

from perceptron_gui.core.history import History
from perceptron_gui.core.questions import Answer, Question
from perceptron_gui.ui import theme
from perceptron_gui.ui.plots import pictures
from perceptron_gui.ui.plots.activation import ActivationPlot
from perceptron_gui.ui.plots.gradient import GradientPlot
from perceptron_gui.ui.plots.loss import LossPlot
from perceptron_gui.ui.plots.plot import Plot
from perceptron_gui.ui.plots.weights import WeightsPlot

KINDS: tuple[type[Plot], ...] = (LossPlot, GradientPlot, WeightsPlot, ActivationPlot)
SIZE = QSize(660, 280)
_FONT = QFont("DejaVu Sans", 9)


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One plot: its title, and what it shows, `pictures.SCALE` times as fine as its `size`."""

    title: str
    image: QImage

    @property
    def size(self) -> tuple[int, int]:
        """Pixels of the panel, across and down."""
        return SIZE.width(), SIZE.height()


class Sitting(QObject):
    """A panel that shows a history, until its picture is taken. What it asks is in `questions` until answered."""

    def __init__(self, kind: type[Plot]) -> None:
        super().__init__()
        self.questions: list[Question] = []
        self._panel = kind("report_plot", theme.LIGHT)
        # Shown, for a panel that nobody sees draws nothing; but never on a screen.
        self._panel.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        # Nobody clicks here: nothing invites to it.
        self._panel.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._panel.setPalette(theme.palette(theme.LIGHT))
        self._panel.setFont(_FONT)
        self._panel.set_colors(theme.LIGHT)
        self._panel.question_raised.connect(self._on_question_raised)
        self._panel.resize(SIZE)
        self._panel.show()

    def display(self, history: History) -> None:
        """Show a history; what has to be asked for it is in `questions` then."""
        self._panel.display(history)

    def take_answer(self, question: Question, answer: Answer | None) -> None:
        """Take the answer to one of `questions`; another's is let be."""
        if any(one is question for one in self.questions):
            self.questions = [one for one in self.questions if one is not question]
            self._panel.take_answer(question, answer)

    def take_picture(self) -> Picture:
        """Return what is seen by now, and send the panel away."""
        # What was asked for by signal (layouts, sizes, the view around the data) is done now.
        self._settle()
        picture = Picture(self._panel.title(), pictures.image(self._panel))
        # At once, and all that is in it: else Python's collector might delete it later, on another thread.
        shiboken6.delete(self._panel)
        return picture

    def _settle(self) -> None:
        layout = self._panel.layout()
        if layout is not None:
            layout.activate()
        self._panel.show_all()
        QApplication.sendPostedEvents(self._panel)

    @Slot(object)
    def _on_question_raised(self, question: Question) -> None:
        self.questions.append(question)


def taken(history: History, answer: Callable[[Question], Answer | None]) -> tuple[Picture, ...]:
    """Return the pictures of all plots, in one go."""
    found = []
    for kind in KINDS:
        sitting = Sitting(kind)
        sitting.display(history)
        while sitting.questions:
            question = sitting.questions[0]
            sitting.take_answer(question, answer(question))
        found.append(sitting.take_picture())
    return tuple(found)


class Album(QObject):
    """Takes the pictures one after the other, so that the window never waits for more than one of them."""

    question_raised = Signal(object)
    """A Question for PyTorch; the answer comes to `take_answer`."""

    def __init__(self, history: History, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.pictures: Future[tuple[Picture, ...]] = Future()
        """All of them, in the order of KINDS."""
        self._history = history
        self._kinds = deque(KINDS)
        self._sitting: Sitting | None = None
        self._has_displayed = False
        self._found: list[Picture] = []
        self._turn = QTimer(self, singleShot=True, interval=0)
        self._turn.timeout.connect(self._go_on)
        self._turn.start()

    @Slot(object, object)
    def take_answer(self, question: Question, answer: Answer | None) -> None:
        """Take the answer to a question, which may be another's."""
        if self._sitting is not None and self._sitting.questions:
            asked = self._sitting.questions
            self._sitting.take_answer(question, answer)
            self._raise_others(asked)
            self._wait_or_go_on()

    @Slot()
    def _go_on(self) -> None:
        try:
            self._take_next()
        except Exception as error:  # noqa: BLE001  who waits for the pictures is told
            self.pictures.set_exception(error)

    def _take_next(self) -> None:
        """Make a panel, show the history, take the picture: a turn each, for the window has things to do between."""
        if self._sitting is None and not self._kinds:
            self.pictures.set_result(tuple(self._found))
        elif self._sitting is None:
            self._sitting, self._has_displayed = Sitting(self._kinds.popleft()), False
            self._turn.start()
        elif not self._has_displayed:
            self._sitting.display(self._history)
            self._has_displayed = True
            self._raise_others([])
            self._wait_or_go_on()
        else:
            self._found.append(self._sitting.take_picture())
            self._sitting = None
            self._turn.start()

    def _raise_others(self, asked: list[Question]) -> None:
        """Ask what the panel wants to know that was not asked yet."""
        sitting = self._sitting
        for question in tuple(sitting.questions) if sitting is not None else ():
            if not any(question is one for one in asked):
                self.question_raised.emit(question)

    def _wait_or_go_on(self) -> None:
        if self._sitting is not None and not self._sitting.questions:
            self._turn.start()
