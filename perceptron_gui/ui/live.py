"""A run as it goes on: slow, everything is shown with each phase or step; fast, one part after the other.

The worker and this thread share the interpreter: what is done here is time that the run has not. So of a fast run
some parts are shown, in turn, and the others say that they are paused.
"""

import math
import time
from collections.abc import Callable, Mapping
from itertools import cycle, islice

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtWidgets import QLabel, QWidget
from typing_extensions import override

from perceptron_gui.core.history import History
from perceptron_gui.session import Session
from perceptron_gui.ui.panel import Panel
from perceptron_gui.ui.tensor_area import TensorArea

translate = QCoreApplication.translate
SLOW = 5
"""Up to so many phases or steps a second everything is shown."""
FOLLOWING = ("loss_plot", "weights_plot", "gradient_plot", "activation_plot")
"""The panels that follow a fast run."""
_INDENT = 6
_SHARE = 4
"""After a part of a fast run was shown and painted, none is for so many times as long."""


class PausedMark(QLabel):
    """Stands in the corner of a panel that does not follow a run."""

    def __init__(self, panel: QWidget) -> None:
        super().__init__(panel, textFormat=Qt.TextFormat.PlainText)
        self._panel = panel
        self.setObjectName("paused_mark")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAutoFillBackground(True)
        self.setMargin(_INDENT // 2)
        self.hide()
        panel.installEventFilter(self)

    def show_paused(self) -> None:
        """Say that the panel is paused."""
        if self.isHidden():
            self.setText(translate("PausedMark", "paused while Run is fast"))
            self.adjustSize()
            self._place()
            self.raise_()
            self.show()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _place(self) -> None:
        corner = self._panel.rect().bottomRight()
        self.move(corner - QPoint(self.width() + _INDENT, self.height() + _INDENT))


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
        self._began = self._not_before = 0.0
        session.progressed.connect(self._on_progressed)
        session.changed.connect(self._on_changed)

    def _on_progressed(self, history: History) -> None:
        if self._session.pace.per_second <= SLOW:
            self._on_changed()
            self._show_all(history)
            return
        for name, panel in self._panels.items():
            if name not in FOLLOWING:
                if name not in self._marks:
                    self._marks[name] = PausedMark(panel)
                self._marks[name].show_paused()
        if time.perf_counter() < self._not_before:
            return
        self._began, self._not_before = time.perf_counter(), math.inf
        # The timer comes when all that is changed now has been painted.
        QTimer.singleShot(0, self, self._on_painted)
        for name in islice(self._names, 1 + len(FOLLOWING)):
            if not name and self._tables.isVisible():
                self._tables.display(history)
                return
            if name in self._panels and self._panels[name].is_seen:
                self._panels[name].display(history)
                return

    def _on_painted(self) -> None:
        now = time.perf_counter()
        self._not_before = now + _SHARE * (now - self._began)

    def _on_changed(self) -> None:
        for mark in self._marks.values():
            mark.hide()
