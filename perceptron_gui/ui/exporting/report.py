"""The report: its pictures are taken beside the window's work, all else is done by the thread that writes it."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from functools import partial

from PySide6.QtCore import QCoreApplication, QObject, Slot

from perceptron_gui.core.exporting.watching import Watch
from perceptron_gui.core.history import History
from perceptron_gui.core.questions import Question
from perceptron_gui.session import Session
from perceptron_gui.ui.exporting.formats import Format
from perceptron_gui.ui.report import forms
from perceptron_gui.ui.report.about import About
from perceptron_gui.ui.report.pictures import Album, Picture

translate = QCoreApplication.translate
_LOOK_EVERY = 0.05
"""Seconds after which the writing thread looks up again while it waits for a picture."""
Made = Callable[[History, About, Sequence[Picture], Watch], Iterator[bytes]]


class ReportPictures(QObject):
    """Has the plots of a history painted, one at a time, and what they ask answered by a session."""

    def __init__(self, session: Session, history: History, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._album = Album(history, self)
        self._album.question_raised.connect(self._on_question_raised)
        self._album.pictures.add_done_callback(self._on_done)
        session.answered.connect(self._album.take_answer)

    @property
    def pictures(self) -> "Future[tuple[Picture, ...]]":
        """What will be there."""
        return self._album.pictures

    @Slot(object)
    def _on_question_raised(self, question: Question) -> None:
        if self._session.is_loading or self._session.torch_version:
            self._session.ask(question, self)
        else:
            self._album.take_answer(question, None)

    def _on_done(self, _: object) -> None:
        self.deleteLater()


def report_formats(
    history: History, about: About, pictures: "Future[tuple[Picture, ...]]"
) -> tuple[Format, ...]:  # fmt: skip
    """Return the two forms of a report whose pictures are there by and by."""
    return (
        Format(".pdf", translate("Exporting", "Report on paper"), partial(_made, forms.pdf, history, about, pictures)),
        Format(
            ".html", translate("Exporting", "Report as a page"), partial(_made, forms.html, history, about, pictures)
        ),
    )


def _made(
    make: Made, history: History, about: About, pictures: "Future[tuple[Picture, ...]]", watch: Watch
) -> Iterator[bytes]:  # fmt: skip
    while not pictures.done():
        watch(0, 1)
        try:
            pictures.result(_LOOK_EVERY)
        except TimeoutError:
            continue
    yield from make(history, about, pictures.result(), watch)
