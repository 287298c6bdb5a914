"""The row header of x: a check box a sample, for what Forward takes."""

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter
from PySide6.QtWidgets import QHeaderView, QStyle, QStyleOptionButton, QWidget
from typing_extensions import override

from perceptron_gui.core.snapshot import Rows


class RowHeader(QHeaderView):
    """Row numbers with check boxes. A click on a box asks for that row's mark; elsewhere it selects, as always."""

    row_toggled = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Vertical, parent, sectionsClickable=True)
        self.setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._rows: Rows = None
        self._has_boxes = False

    def display(self, rows: Rows, samples: int) -> None:
        """Show which rows are marked; a single sample has no box."""
        if rows != self._rows:
            self._rows = rows
            self.viewport().update()
        if self._has_boxes is not (samples > 1):
            self._has_boxes = samples > 1
            self.updateGeometry()
            self.viewport().update()

    def is_marked(self, row: int) -> bool:
        """Whether Forward takes the row."""
        return self._rows is None or row in self._rows

    @override
    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(hint.width() + (self._box_width() if self._has_boxes else 0), hint.height())

    @override
    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        painter.save()
        super().paintSection(painter, rect, logicalIndex)
        painter.restore()
        if self._has_boxes:
            option = QStyleOptionButton()
            option.rect = self._box(rect)
            states = QStyle.StateFlag
            mark = states.State_On if self.is_marked(logicalIndex) else states.State_Off
            option.state = states.State_Enabled | mark
            self.style().drawPrimitive(QStyle.PrimitiveElement.PE_IndicatorCheckBox, option, painter, self)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self.logicalIndexAt(event.position().toPoint())
        in_box = self._has_boxes and row >= 0 and event.position().x() < self._box_width()
        if in_box and event.button() is Qt.MouseButton.LeftButton:
            self.row_toggled.emit(row)
        else:
            super().mousePressEvent(event)

    def _box_width(self) -> int:
        return self.style().pixelMetric(QStyle.PixelMetric.PM_IndicatorWidth, None, self) + 8

    def _box(self, rect: QRect) -> QRect:
        side = self._box_width() - 8
        return QRect(rect.left() + 4, rect.center().y() - side // 2, side, side)
