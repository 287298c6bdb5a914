"""The gradients of many parameters as colours: what is stored, what came in, and how many Backwards reached them."""

import html
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QToolTip, QWidget
from typing_extensions import override

from perceptron_gui.core.parsing import full_text
from perceptron_gui.core.snapshot import FloatArray, Snapshot
from perceptron_gui.ui.plots.ledger import geometry as ledger
from perceptron_gui.ui.plots.ledger.heat_codes import LOWEST, ZERO, Codes, backwards, coded, strides, tables, thinned
from perceptron_gui.ui.plots.ledger.heat_codes import largest as largest_of
from perceptron_gui.ui.plots.ledger.scale_bar import ScaleBar
from perceptron_gui.ui.theme import Colors

translate = QCoreApplication.translate
_COUNTS = 2
"""The place of the map of counts."""
_STRIP = 12
"""Pixels of the row that is b."""
_NO_TABLE: Codes = np.zeros((256, 3), np.uint8)


class HeatMaps(QWidget):
    """Three maps side by side: W above, b as a strip under it. A click chooses a parameter."""

    parameter_chosen = Signal(int)
    """Its index, W in row order, then b."""

    def __init__(self, colors: Colors, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._snapshot: Snapshot | None = None
        self._chosen = 0
        self._tip = ""
        self._colors = colors
        self._tables: tuple[Codes, Codes, Codes] = (_NO_TABLE, _NO_TABLE, _NO_TABLE)
        self.plot: Any = None
        self.maps: list[tuple[Any, Any]] = []
        self.boxes: list[tuple[Any, Any]] = []
        self.marks: list[Any] = []
        self.names = [_label() for _ in range(3)]
        self.scales = [ScaleBar() for _ in range(3)]
        self._rows = QGridLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(1)
        for column, (name, scale) in enumerate(zip(self.names, self.scales, strict=True)):
            self._rows.addWidget(name, 0, column)
            self._rows.addWidget(scale, 2, column)
            self._rows.setColumnStretch(column, 1)
        self._rows.setRowStretch(1, 1)
        self.retranslate()

    def _make_maps(self) -> None:
        """Make what most layers have no need of, and what takes as long as the rest of the panel."""
        self.plot = pg.GraphicsLayoutWidget()
        self.plot.ci.layout.setContentsMargins(0, 0, 0, 0)
        self.plot.ci.layout.setSpacing(4)
        for column in range(3):
            pair = tuple(self.plot.addViewBox(row, column, enableMouse=False, enableMenu=False) for row in (0, 1))
            images = tuple(pg.ImageItem(axisOrder="row-major") for _ in pair)
            for box, image in zip(pair, images, strict=True):
                box.invertY(True)
                box.disableAutoRange()
                box.setDefaultPadding(0)
                mark = pg.ScatterPlotItem(symbol="s", size=9, brush=None)
                box.addItem(image)
                box.addItem(mark)
                self.marks.append(mark)
            pair[1].setFixedHeight(_STRIP)
            self.boxes.append((pair[0], pair[1]))
            self.maps.append((images[0], images[1]))
        self._rows.addWidget(self.plot, 1, 0, 1, 3)
        self.plot.viewport().installEventFilter(self)
        self.plot.viewport().setMouseTracking(True)
        self.set_colors(self._colors)

    def display(self, snapshot: Snapshot, chosen: int) -> None:
        """Show the gradients of a state, with one parameter marked."""
        if self.plot is None:
            self._make_maps()
        self._snapshot, self._chosen = snapshot, chosen
        self._draw()

    def set_colors(self, colors: Colors) -> None:
        """Paint in other colours: blue below zero, orange above, and zero is the ground."""
        self._colors = colors
        if self.plot is None:
            return
        self.plot.setBackground(colors.base)
        diverging, rising = tables(colors)
        self._tables = (diverging, diverging, rising)
        for scale, table in zip(self.scales, self._tables, strict=True):
            scale.set_table(table[LOWEST if table is diverging else ZERO :], colors)
        for mark in self.marks:
            mark.setPen(colors.text, width=2)
        for pair in self.boxes:
            for box in pair:
                box.setBorder(colors.border)
        self._draw()

    def retranslate(self) -> None:
        """Say everything in the language of now."""
        texts = (
            translate("HeatMaps", "stored"),
            translate("HeatMaps", "incoming"),
            translate("HeatMaps", "Backwards"),
        )
        for label, text in zip(self.names, texts, strict=True):
            label.setText(text)
        self._draw()

    def largest(self, snapshot: Snapshot) -> int:
        """Return the parameter with the largest finite stored gradient among those that are drawn."""
        if snapshot.W_grad is None:
            return 0
        down, across = strides(snapshot.W.shape)
        magnitudes = np.nan_to_num(np.abs(snapshot.W_grad[::down, ::across]), posinf=0.0)
        row, column = np.unravel_index(int(magnitudes.argmax()), magnitudes.shape)
        return int(row) * down * snapshot.k + int(column) * across

    def note(self) -> str:
        """Say what of W is drawn, where that is not all."""
        if self._snapshot is None or strides(self._snapshot.W.shape) == (1, 1):
            return ""
        rows, columns = strides(self._snapshot.W.shape)
        return translate("HeatMaps", "maps: one of {rows} × {columns} parameters drawn").format(
            rows=rows, columns=columns
        )

    def parameter_at(self, position: QPointF) -> int | None:
        """Return which parameter is drawn at a position of the graphics view."""
        snapshot = self._snapshot
        if snapshot is None:
            return None
        down, across = strides(snapshot.W.shape)
        scene = self.plot.mapToScene(position.toPoint())
        for W_box, b_box in self.boxes:
            for box, rows, first in ((W_box, -(-snapshot.n // down), 0), (b_box, 1, snapshot.n)):
                place = box.mapSceneToView(scene)
                row, column = int(np.floor(place.y())), int(np.floor(place.x()))
                if box.sceneBoundingRect().contains(scene) and 0 <= row < rows and 0 <= column * across < snapshot.k:
                    return (first + row * down) * snapshot.k + column * across
        return None

    def hover_text(self, parameter: int) -> str:
        """Tell a parameter in full."""
        snapshot = self._snapshot
        if snapshot is None:
            return ""
        at = np.array([parameter])
        name = ledger.element(parameter, (snapshot.n, snapshot.k), ".grad")
        stored, is_stored = ledger.gathered(snapshot.W_grad, snapshot.b_grad, at, snapshot.W.size)
        lines = [f"{name} = {full_text(stored[0]) if is_stored[0] else 'None'}"]
        if snapshot.deposits and snapshot.deposits[-1].count == 1:
            last = snapshot.deposits[-1]
            added, has_come = ledger.gathered(last.W_grad, last.b_grad, at, snapshot.W.size)
            lines.append(f"{self.names[1].text()}: {full_text(added[0]) if has_come[0] else 'None'}")
        return "\n".join(lines)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        match event.type():
            case QEvent.Type.MouseMove if isinstance(event, QMouseEvent):
                self._hover(event.position())
            case QEvent.Type.Leave:
                self._hover(None)
            case QEvent.Type.ToolTip:
                return True
            case QEvent.Type.MouseButtonRelease if isinstance(event, QMouseEvent):
                parameter = self.parameter_at(event.position())
                if parameter is not None and event.button() is Qt.MouseButton.LeftButton:
                    self.parameter_chosen.emit(parameter)
        return False

    def _hover(self, position: QPointF | None) -> None:
        parameter = None if position is None else self.parameter_at(position)
        text = "" if parameter is None else self.hover_text(parameter)
        if position is not None and text:
            tip = "<br>".join(html.escape(line) for line in text.split("\n"))
            place = self.plot.viewport().mapToGlobal(position.toPoint())
            QToolTip.showText(place, f"<div style='white-space: pre'>{tip}</div>", self.plot.viewport())
        elif self._tip:
            QToolTip.hideText()
        self._tip = text

    def _draw(self) -> None:
        snapshot = self._snapshot
        if snapshot is None:
            return
        last = snapshot.deposits[-1] if snapshot.deposits and snapshot.deposits[-1].count == 1 else None
        down, across = strides(snapshot.W.shape)
        shape = snapshot.W[::down, ::across].shape
        pairs: list[tuple[FloatArray | None, FloatArray | None]] = [
            (snapshot.W_grad, snapshot.b_grad),
            (None, None) if last is None else (last.W_grad, last.b_grad),
        ]
        drawn = [thinned(W, b) for W, b in pairs]
        drawn.append(backwards(snapshot))
        for index, (W, b) in enumerate(drawn):
            largest = max(largest_of(W), largest_of(b))
            for image, box, values, size in zip(
                self.maps[index], self.boxes[index], (W, b), (shape, (1, shape[1])), strict=True
            ):
                codes = coded(values, size, largest)
                image.setImage(codes, autoLevels=False, levels=(0, 255), lut=self._tables[index])
                box.setRange(xRange=(0, size[1]), yRange=(0, size[0]), padding=0)
            self._say_scale(index, None if W is None and b is None else largest)
        self._place_marks(snapshot, down, across)

    def _say_scale(self, index: int, largest: float | None) -> None:
        if largest is None:
            self.scales[index].say("None", "None")
        elif index == _COUNTS:
            self.scales[index].say("0", f"{largest:.0f}")
        else:
            self.scales[index].say(_short(-largest), _short(largest))

    def _place_marks(self, snapshot: Snapshot, down: int, across: int) -> None:
        row, column = divmod(self._chosen, snapshot.k)
        for index, mark in enumerate(self.marks):
            is_of_b = index % 2 == 1
            if is_of_b == (row >= snapshot.n):
                mark.setData([column // across + 0.5], [0.5 if is_of_b else row // down + 0.5])
            else:
                mark.setData([], [])


def _label() -> QLabel:
    label = QLabel(alignment=Qt.AlignmentFlag.AlignHCenter, textFormat=Qt.TextFormat.PlainText)
    label.setMinimumWidth(1)
    return label


def _short(number: float) -> str:
    """Return an end of a scale, rounded to what a colour can tell."""
    return f"{number:.2g}" if number else "0"
