"""Paints a formula; its numbers and symbols can be pointed at, chosen and copied."""

from PySide6.QtCore import QCoreApplication, QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QGuiApplication,
    QHelpEvent,
    QHideEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget
from typing_extensions import override

from perceptron_gui.core import notation
from perceptron_gui.core.formula import Equation
from perceptron_gui.core.snapshot import Element
from perceptron_gui.ui.derivation.formula import Box, Leaf, Page, Typesetter
from perceptron_gui.ui.theme import Colors

translate = QCoreApplication.translate
_MARGIN = 4
_REACH = 2
"""Pixels by which a mark stands out around its number."""


class FormulaView(QWidget):
    """Equations in the width there is, as high as they need."""

    elements_pointed = Signal(object)
    """The elements that the number under the mouse or the keyboard's mark stands for; an empty tuple for none."""
    element_chosen = Signal(object)
    """The Element of a number that was clicked."""
    tip_requested = Signal(object, object)
    """The number or the symbol (a Leaf) that the mouse rests on, and where (a QPoint of the screen)."""

    def __init__(self, colors: Colors) -> None:
        super().__init__()
        self._colors = colors
        self._equations: tuple[Equation, ...] = ()
        self._boxes: dict[int, Box] = {}
        self._shown: Page | None = None
        self._typesetter = Typesetter(self.font(), _more)
        self._marked: frozenset[Element] = frozenset()
        self._pointed: int | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def leaves(self) -> tuple[tuple[QRectF, Leaf], ...]:
        """The numbers and symbols that stand for elements, in reading order, and where they are."""
        return self._page.leaves

    def display(self, equations: tuple[Equation, ...]) -> None:
        """Show other equations."""
        self._equations = equations
        self._point_at(None)
        self.setAccessibleDescription(notation.plain(equations))
        self._lay_out()

    def mark(self, elements: frozenset[Element]) -> None:
        """Mark what stands for one of these elements."""
        if elements != self._marked:
            self._marked = elements
            self.update()

    def set_colors(self, colors: Colors) -> None:
        """Paint in other colours."""
        self._colors = colors
        self.update()

    def retranslate(self) -> None:
        """Put every word in the language of now."""
        self._set_anew()

    def copy_latex(self) -> None:
        """Put the equations on the clipboard as LaTeX."""
        QGuiApplication.clipboard().setText(notation.latex(self._equations))

    def copy_text(self) -> None:
        """Put the equations on the clipboard as plain text."""
        QGuiApplication.clipboard().setText(notation.plain(self._equations))

    @override
    def sizeHint(self) -> QSize:
        return QSize(380, self.heightForWidth(380))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(int(self._box(0).width) + 2 * _MARGIN + 1, 0)

    @override
    def hasHeightForWidth(self) -> bool:
        return True

    @override
    def heightForWidth(self, width: int) -> int:
        return int(self._box(width).descent) + 2 * _MARGIN + 1

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._shown = None

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_marks(painter)
        page = self._page
        painter.setPen(QColor(self._colors.text))
        for glyphs in page.glyphs:
            painter.setFont(glyphs.font)
            painter.drawText(glyphs.position, glyphs.text)
        for rule in page.rules:
            painter.fillRect(rule, QColor(self._colors.text))

    @override
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            place = self._place_at(QPointF(event.pos()))
            if place is None:
                QToolTip.hideText()
            else:
                self.tip_requested.emit(self.leaves[place][1], event.globalPos())
            return True
        # Ctrl+C is an action of the window too: accepted here, the key comes to keyPressEvent.
        is_override = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride
        if is_override and event.matches(QKeySequence.StandardKey.Copy):  # type: ignore[attr-defined]
            event.accept()
            return True
        return super().event(event)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._set_anew()

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point_at(self._place_at(event.position()))

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        place = self._place_at(event.position())
        if place is not None and event.button() == Qt.MouseButton.LeftButton:
            self._choose(place)

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self._point_at(None)

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._point_at(None)

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._point_at(None)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and Right go from number to number, Return chooses one, Ctrl+C copies."""
        count, place = len(self.leaves), self._pointed
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_latex()
        elif event.key() == Qt.Key.Key_Right and count:
            self._point_at(0 if place is None else (place + 1) % count)
        elif event.key() == Qt.Key.Key_Left and count:
            self._point_at(place - 1 if place else count - 1)
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and place is not None:
            self._choose(place)
        else:
            super().keyPressEvent(event)

    def _set_anew(self) -> None:
        self._typesetter = Typesetter(self.font(), _more)
        self._lay_out()

    def _lay_out(self) -> None:
        self._typesetter.forget()
        self._boxes.clear()
        self._shown = None
        self.updateGeometry()
        self.update()

    @property
    def _page(self) -> Page:
        if self._shown is None:
            self._shown = self._box(self.width()).page(_MARGIN)
        return self._shown

    def _box(self, width: int) -> Box:
        if width not in self._boxes:
            self._boxes[width] = self._typesetter.set(self._equations, max(width - 2 * _MARGIN, 0))
        return self._boxes[width]

    def _place_at(self, position: QPointF) -> int | None:
        """Return which of the leaves is at a position."""
        return next((place for place, (rect, _) in enumerate(self.leaves) if rect.contains(position)), None)

    def _point_at(self, place: int | None) -> None:
        if place == self._pointed:
            return
        self._pointed = place
        self.setCursor(Qt.CursorShape.ArrowCursor if place is None else Qt.CursorShape.PointingHandCursor)
        self.update()
        self.elements_pointed.emit(() if place is None else self.leaves[place][1].elements)

    def _choose(self, place: int) -> None:
        self.element_chosen.emit(self.leaves[place][1].elements[0])

    def _paint_marks(self, painter: QPainter) -> None:
        """Frame what is pointed at here, what stands for the same elements, and what a table points at."""
        pointed = set() if self._pointed is None else set(self.leaves[self._pointed][1].elements)
        accent = QColor(self._colors.accent)
        tint = QColor(accent)
        tint.setAlpha(40)
        painter.setBrush(tint)
        for place, (rect, leaf) in enumerate(self.leaves):
            if place == self._pointed or not self._marked.isdisjoint(leaf.elements):
                painter.setPen(QPen(accent, 2))
            elif not pointed.isdisjoint(leaf.elements):
                painter.setPen(QPen(accent, 1))
            else:
                continue
            painter.drawRoundedRect(rect.toAlignedRect().adjusted(-_REACH, 1, _REACH, -1), 3, 3)


def _more(count: int) -> str:
    return translate("FormulaView", "… + {count} more").format(count=count)
