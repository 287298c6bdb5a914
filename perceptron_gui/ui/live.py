"""A run as it goes on: slow, everything is shown with each phase or step; fast, one part after the other.

The worker and this thread share the interpreter: what is done here is time that the run has not. So of a fast run
some parts are shown, in turn, and the others say that they are paused.
"""

from collections.abc import Callable, Mapping
from itertools import cycle, islice

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLabel, QWidget
from typing_extensions import override

from perceptron_gui.core.history import Entry, History
from perceptron_gui.session import Session
from perceptron_gui.ui.panel import Panel
from perceptron_gui.ui.tensor_area import TensorArea

translate = QCoreApplication.translate
SLOW = 10
"""Up to so many phases or steps a second everything is shown."""
FOLLOWING = ("loss_plot", "weights_plot", "gradient_plot", "activation_plot")
"""The panels that follow a fast run."""
_VEIL = 0.8
"""How much of what lies under it the mark of a paused panel hides."""


class PausedMark(QLabel):
    """Lies over a panel that does not follow a run: its numbers are of before."""

    def __init__(self, panel: QWidget) -> None:
        super().__init__(panel, textFormat=Qt.TextFormat.PlainText)
        self._panel = panel
        self.setObjectName("paused_mark")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setWordWrap(True)
        self.hide()
        panel.installEventFilter(self)

    def show_paused(self) -> None:
        """Say that the panel is paused."""
        if self.isHidden():
            self.setText(translate("PausedMark", "paused while Run is fast"))
            self.setGeometry(self._panel.rect())
            self.raise_()
            self.show()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._panel.rect())
        return False

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        veil = QColor(self.palette().color(QPalette.ColorRole.Window))
        veil.setAlphaF(_VEIL)
        painter.fillRect(self.rect(), veil)
        painter.end()
        super().paintEvent(event)


class Live(QObject):
    """Shows the histories of a run that goes on.

    `show_all` shows one everywhere in the window; `tables` and those of the `panels` named in FOLLOWING follow a fast
    run too.
    """

    def __init__(
        self, session: Session, show_all: Callable[[History], object], tables: TensorArea, panels: Mapping[str, Panel]
    ) -> None:
        super().__init__(tables)
        self._session = session
        self._show_all = show_all
        self._tables, self._panels = tables, panels
        self._names = cycle(["", *FOLLOWING])
        self._marks: dict[str, PausedMark] = {}
        self._is_marked = False
        self._oldest: Entry | None = None
        session.progressed.connect(self._on_progressed)
        session.changed.connect(self._on_changed)

    def _on_progressed(self, history: History) -> None:
        if self._session.pace.per_second <= SLOW:
            self._on_changed()
            self._show_all(history)
            return
        if not self._is_marked:
            self._is_marked = True
            self._mark()
        if history.entries[0] is self._oldest:
            self._show_next(history)
        else:
            # What paused would keep alive what a history that is full has let go.
            self._oldest = history.entries[0]
            self._show_all(history)

    def _mark(self) -> None:
        for name, panel in self._panels.items():
            if name not in FOLLOWING:
                if name not in self._marks:
                    self._marks[name] = PausedMark(panel)
                self._marks[name].show_paused()

    def _show_next(self, history: History) -> None:
        """Show the next part that is seen."""
        for name in islice(self._names, 1 + len(FOLLOWING)):
            part = self._tables if not name else self._panels.get(name)
            if part is not None and (part.is_seen if isinstance(part, Panel) else part.isVisible()):
                part.display(history)
                return

    def _on_changed(self) -> None:
        self._is_marked, self._oldest = False, None
        for mark in self._marks.values():
            mark.hide()
