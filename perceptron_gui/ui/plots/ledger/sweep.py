"""The movement with which Zero grad takes a stack away: a picture of it shrinks to zero. Nothing waits for it."""

from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractAnimation, QObject, Qt, QVariantAnimation
from PySide6.QtGui import QBrush, QColor, QPen

from perceptron_gui.core.actions import Operation
from perceptron_gui.core.history import History
from perceptron_gui.ui.plots.drawing import NOTHING, Bars, Drawing, Numbers
from perceptron_gui.ui.plots.ledger.geometry import Ledger
from perceptron_gui.ui.theme import Colors

DURATION_MS = 300


class Sweep:
    """The ghost of a stack, in one view box."""

    def __init__(self, view_box: Any, parent: QObject) -> None:
        self.ghost = Bars()
        self._drawing = Drawing(view_box, (self.ghost,))
        self._whole: tuple[Numbers, ...] = ()
        self.animation = QVariantAnimation(parent, startValue=1.0, endValue=0.0, duration=DURATION_MS)
        self.animation.valueChanged.connect(self._on_value_changed)
        self.animation.finished.connect(self.end)

    @property
    def is_running(self) -> bool:
        """Whether a ghost is on the screen."""
        return self.animation.state() is QAbstractAnimation.State.Running

    def begin(self, ledger: Ledger, colors: Colors) -> None:
        """Sweep away the stacks of a ledger."""
        drawn = ledger.drawn
        before, after = (array[drawn].astype(np.float64) for array in (ledger.before, ledger.after))
        width = np.broadcast_to(ledger.width, drawn.shape)[drawn]
        self._whole = ledger.left[drawn], before, width, after - before
        self.ghost.pen = QPen(QColor(colors.muted), 1, Qt.PenStyle.DashLine)
        self.ghost.brush = QBrush(QColor(colors.stale), Qt.BrushStyle.Dense4Pattern)
        self._on_value_changed(1.0)
        self.animation.stop()
        self.animation.start()

    def end(self) -> None:
        """Take the ghost away at once."""
        self.animation.stop()
        if self.ghost.is_visible:
            self.ghost.put(NOTHING, NOTHING, NOTHING, NOTHING)
            self._drawing.arrange()

    def _on_value_changed(self, part: float) -> None:
        left, before, width, height = self._whole
        self.ghost.put(left, part * before, width, part * height)
        self.ghost.opacity = part
        self._drawing.arrange()


def is_swept(history: History, shown: Ledger) -> bool:
    """Whether the shown entry is the Zero grad that took away a stack of before."""
    before, entry = history.before, history.entry
    is_zeroed = isinstance(entry.action, Operation) and entry.action is Operation.ZERO_GRAD and entry.refusal is None
    return is_zeroed and before is not None and bool(shown.deposits) and before.deposits is shown.deposits
