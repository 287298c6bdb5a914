"""What all live plots share: one pyqtgraph widget, a calm view, exact values under the pointer, words beside the data.

pyqtgraph has no types and is used, never subclassed. Its titles, legends and labels are HTML, as are Qt's tool tips:
what comes in from outside is escaped.
"""

import html
from typing import Any

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPointF, Qt, QTimer
from PySide6.QtGui import QColor, QMouseEvent, QPalette
from PySide6.QtWidgets import QGraphicsItem, QGraphicsView, QLabel, QToolTip, QVBoxLayout
from typing_extensions import override

from perceptron_gui.core.history import Entry, History
from perceptron_gui.ui.panel import Panel
from perceptron_gui.ui.plots.labels import Labels
from perceptron_gui.ui.plots.ranging import GROWTH, Span, fitted, followed, is_sound
from perceptron_gui.ui.plots.sheet import Sheet
from perceptron_gui.ui.theme import Colors

translate = QCoreApplication.translate
REACH = 20
"""Pixels from the pointer to a data point that is still meant."""
MOST_WIDE_POINTS = 5000
"""Up to so many points curves are two pixels wide; beyond, that would cost most of a frame."""
MOST_SMOOTH_POINTS = 1000
"""Up to so many points curves are antialiased."""
_SHORTEST_VIEW, _LONGEST_VIEW = 1e-40, 1e42
_GRID_ALPHA = 70
_TICK, _TICK_OFFSET = 4, 3


class Plot(Panel):
    """A live plot. What it shows follows from the history it was given last.

    A subclass says what is read from a history (`_read`), puts it into its items (`_draw`), says where they are
    (`_bounds`, `_margins`), and places in pixels what has no place in the data (`_arrange`).
    """

    x_is_fitted = False
    """Whether the x axis ends where the data do, with no room for more."""

    def __init__(self, name: str, colors: Colors, plot_widget: Any = None) -> None:
        """Make it around a widget that `new_widget` has made, where there is one yet: that is half of the work."""
        super().__init__()
        self._history: History | None = None
        self._has_drawn = False
        self._is_outdated = False
        self.is_zoomed = False
        self._is_fitted = False
        self._is_setting_view = False
        self._pointer: QPointF | None = None
        self._tip = ""
        self._start: Entry | None = None
        self._sound_view = (Span(0.0, 1.0), Span(0.0, 1.0))
        self._colors = colors
        self.plot_widget: Any = self.new_widget() if plot_widget is None else plot_widget
        self.plot_widget.setObjectName(name)
        self.plot_item: Any = self.plot_widget.getPlotItem()
        self.view_box: Any = self.plot_item.getViewBox()
        self.x_axis: Any = self.plot_item.getAxis("bottom")
        self.y_axis: Any = self.plot_item.getAxis("left")
        self.labels = Labels(self.view_box)
        # Until the scene has found what `_repaint` has painted already.
        self._painted = QTimer(self, singleShot=True, interval=0)
        self.plot_widget.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.NoViewportUpdate)
        self.plot_widget.scene().changed.connect(self._on_scene_changed)
        self.note = QLabel()
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.note.setWordWrap(True)
        self.note.setVisible(False)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(4, 2, 4, 2)
        self.column.setSpacing(2)
        self.column.addWidget(self.note)
        self.column.addWidget(self.plot_widget, 1)
        self.setAutoFillBackground(True)
        self._set_up()

    @staticmethod
    def new_widget() -> Any:
        """Return an empty pyqtgraph widget."""
        return pg.PlotWidget(enableMenu=False)

    @property
    def takes_mouse(self) -> bool:
        """Whether it may invite to a click or to pointing: not where it is only to be painted."""
        return not self.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    @override
    def display(self, history: History) -> None:
        self._history = history
        if self._start is not None and self._start not in history.entries:
            # It would keep alive what a history that is full has let go.
            self._start = None
        self._refresh()

    @override
    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Window, QColor(colors.base))
        palette.setColor(QPalette.ColorRole.WindowText, QColor(colors.text))
        self.setPalette(palette)
        self.plot_widget.setBackground(colors.base)
        for axis in (self.x_axis, self.y_axis):
            axis.setPen(colors.muted)
            axis.setTextPen(colors.text)
            axis.setTickPen(colors.muted)
        self.labels.set_colors(colors.text, colors.muted)
        self._paint(colors)
        self._redraw()

    @override
    def retranslate(self) -> None:
        self.plot_widget.setAccessibleName(self.title())
        x_label, y_label = self._axis_labels()
        self.x_axis.setLabel(html.escape(x_label))
        self.y_axis.setLabel(html.escape(y_label))
        self._take_font()
        self._redraw()

    def hover_text(self, position: QPointF) -> str:
        """Return the exact values of the data point nearest to a position in the view box, or nothing."""
        raise NotImplementedError

    def sheet(self) -> Sheet:
        """Return the numbers that are drawn, as they lie in the tensors."""
        raise NotImplementedError

    @override
    def catch_up(self) -> None:
        self._refresh()

    @override
    def put_away(self) -> None:
        self._hover(None)
        # What was read is forgotten, perhaps: until it is caught up on, there is nothing to show in other words.
        self._is_outdated = True

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "note"):
            self.y_axis.textWidth = 0
            self._take_font()
            self._redraw()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        match event.type():
            case QEvent.Type.MouseMove if isinstance(event, QMouseEvent):
                is_dragging = event.buttons() != Qt.MouseButton.NoButton
                self._hover(None if is_dragging else self._in_view(event.position()))
            case QEvent.Type.Leave:
                self._hover(None)
            case QEvent.Type.ToolTip:
                # The view's answer would be an empty tip, in place of the one that is shown.
                return True
            case QEvent.Type.MouseButtonDblClick:
                self.show_all()
        return False

    def show_all(self) -> None:
        """Return from a zoomed view to all data."""
        self.is_zoomed = False
        self._fit()

    def _read(self, history: History) -> bool:
        """Take from the history what is to be shown; return whether it is other than what is shown."""
        raise NotImplementedError

    def _first_drawn(self, history: History) -> Entry:
        """Return the first entry of what is drawn: where it makes new tensors, the view is another."""
        return history.entry

    def _draw(self) -> None:
        """Put what was read into the items, in place."""
        raise NotImplementedError

    def _arrange(self) -> None:
        """Place what is placed in pixels: the view, its size, the font or the data are others."""

    def _paint(self, colors: Colors) -> None:
        """Give the items other colours."""

    def _axis_labels(self) -> tuple[str, str]:
        """Return what stands at the axes, x and y."""
        return "", ""

    def _bounds(self) -> tuple[Span, Span]:
        """Return the least and the largest finite value of the data, x and y."""
        raise NotImplementedError

    def _margins(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Return pixels that stay free: left and right, bottom and top."""
        # A number at the axis is not drawn where it would stand out half a line.
        half_line = max(10.0, 0.6 * self.labels.height)
        return (8, 8), (half_line, half_line)

    def _notes(self) -> list[str]:
        """Return what has to be said about what is not drawn."""
        return []

    def _gap_note(self) -> str:
        return translate("Plot", "nan/inf not drawn")

    def _to_pixels(self, x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Map data to pixels of the view box."""
        (left, right), (bottom, top) = self.view_box.viewRange()
        size = self.view_box.size()
        with np.errstate(over="ignore", invalid="ignore"):
            across = (np.asarray(x, np.float64) - left) * (size.width() / (right - left))
            down = (top - np.asarray(y, np.float64)) * (size.height() / (top - bottom))
        return across, down

    def _nearest(self, x: npt.ArrayLike, y: npt.ArrayLike, position: QPointF) -> int | None:
        """Return which of the points lies nearest to `position`, if one is within reach."""
        across, down = self._to_pixels(x, y)
        if not across.size:
            return None
        with np.errstate(over="ignore", invalid="ignore"):
            distances = np.hypot(across - position.x(), down - position.y())
        distances[~np.isfinite(distances)] = np.inf
        index = int(distances.argmin())
        return index if distances[index] <= REACH else None

    def _redraw(self) -> None:
        """Show the same in other words, colours or letters."""
        if self._has_drawn and self.is_seen and not self._is_outdated:
            self._show(growth=1.0)
        else:
            self._is_outdated = True

    def _refresh(self) -> None:
        if self._history is None or not self.is_seen:
            return
        has_changed = self._read(self._history)
        start = self._first_drawn(self._history)
        is_new = not self._has_drawn or (start.makes_new_tensors and start is not self._start)
        if is_new:
            self._start = start
        if has_changed or is_new or self._is_outdated:
            self._show(is_new=is_new)

    def _show(self, growth: float = GROWTH, *, is_new: bool = False) -> None:
        """Draw what was read; new tensors are looked at anew, unless somebody has zoomed."""
        self._draw()
        self._has_drawn, self._is_outdated = True, False
        self._say_notes()
        if is_new and not self.is_zoomed:
            self._fit()
        else:
            self._follow(growth)
            self._arrange()
        self._repaint()
        if self._pointer is not None:
            self._hover(self._pointer)

    def _repaint(self) -> None:
        """Have all of it painted together with the rest of the window.

        A scene that has found what changed in it has the window painted at once: what the scenes of other plots find
        after that would be painted in passes of their own.
        """
        self.plot_widget.viewport().update()
        self._painted.start()

    def _on_scene_changed(self) -> None:
        """Paint what has changed beside what is shown of a history: a movement, what follows the mouse."""
        if not self._painted.isActive():
            self.plot_widget.viewport().update()

    def _say_notes(self) -> None:
        said = " · ".join(self._notes())
        if said != self.note.text():
            self.note.setText(said)
            self.note.setVisible(bool(said))

    def _fit(self) -> None:
        """Show all data, and nothing but them."""
        if not self._has_drawn:
            return
        self._is_fitted = True
        size, (x, y), (sides, ends) = self.view_box.size(), self._bounds(), self._margins()
        if size.width() >= 1 and size.height() >= 1:
            self._set_view(fitted(x, size.width(), sides), fitted(y, size.height(), ends))
        self._arrange()

    def _follow(self, growth: float) -> None:
        """Keep the view, unless the data leave it or would look lost in it."""
        size = self.view_box.size()
        if self.is_zoomed or size.width() < 1 or size.height() < 1:
            return
        now = self._view()
        (x, y), (sides, ends) = self._bounds(), self._margins()
        after = (
            fitted(x, size.width(), sides) if self.x_is_fitted else followed(now[0], x, size.width(), sides, growth),
            followed(now[1], y, size.height(), ends, growth),
        )
        if after != now:
            self._is_fitted = False
            self._set_view(*after)

    def _view(self) -> tuple[Span, Span]:
        x, y = self.view_box.viewRange()
        return Span(*x), Span(*y)

    def _set_view(self, x: Span, y: Span) -> None:
        self._is_setting_view = True
        self.view_box.setRange(xRange=(x.low, x.high), yRange=(y.low, y.high), padding=0, disableAutoRange=False)
        # Now, for while it is painted the items would be moved too late, and the window be painted twice.
        self.view_box.updateMatrix()
        self._is_setting_view = False

    def _view_changed(self, *_: object) -> None:
        view = self._view()
        if not all(map(is_sound, view)):
            return
        self._sound_view = view
        if self._has_drawn and not self._is_setting_view:
            self._arrange()
            self._repaint()

    def _view_resized(self, *_: object) -> None:
        """Follow the window, and the axes, whose numbers grow wider."""
        if not self._has_drawn:
            return
        self._say_notes()
        if self._is_fitted and not self.is_zoomed:
            self._fit()
        else:
            self._follow(growth=1.0)
            self._arrange()
        self._repaint()

    def _zoomed(self, *_: object) -> None:
        """Leave the view to the person, down to where floats no longer tell its ends apart."""
        self.is_zoomed = True
        if self._view() != self._sound_view:
            self._set_view(*self._sound_view)
        self._hover(self._pointer)

    def _in_view(self, position: QPointF) -> QPointF:
        in_view: QPointF = self.view_box.mapFromScene(self.plot_widget.mapToScene(position.toPoint()))
        return in_view

    def _hover(self, position: QPointF | None) -> None:
        """Show the exact values at the pointer, and take them away when it leaves."""
        self._pointer = position
        is_inside = position is not None and self._has_drawn and self.view_box.boundingRect().contains(position)
        text = self.hover_text(position) if is_inside and position is not None else ""
        if not text:
            if self._tip:
                QToolTip.hideText()
            self._tip = ""
            return
        tip = "<br>".join(html.escape(line) for line in text.split("\n"))
        if tip != self._tip or not QToolTip.isVisible():
            self._tip = tip
            scene = self.view_box.mapToScene(position)
            place = self.plot_widget.viewport().mapToGlobal(self.plot_widget.mapFromScene(scene))
            QToolTip.showText(place, f"<div style='white-space: pre'>{tip}</div>", self.plot_widget.viewport())

    def _take_font(self) -> None:
        font = self.font()
        self.labels.set_font(font)
        # pyqtgraph keeps 0.8 of a line for a line: numbers would be cut, and the label would touch them.
        for axis, margin in ((self.x_axis, 5), (self.y_axis, 12)):
            axis.setTickFont(font)
            axis.label.setFont(font)
            axis.label.document().setDocumentMargin(margin)
            axis.setLabel(axis.labelText)
        rows = 2 if self.x_axis.labelText else 1
        self.x_axis.setHeight(_TICK + _TICK_OFFSET + rows * self.labels.height + 2)

    def _set_up(self) -> None:
        self.plot_item.hideButtons()
        self.plot_item.layout.setContentsMargins(1, 1, 6, 1)
        self.plot_item.setMenuEnabled(False)
        self.view_box.disableAutoRange()
        limits = {"min": _SHORTEST_VIEW, "max": _LONGEST_VIEW}
        self.view_box.setLimits(**{f"{end}{axis}Range": limit for end, limit in limits.items() for axis in "XY"})
        for name in ("top", "right"):
            # It is not there to be seen, and would write its label anew for every view.
            self.plot_item.getAxis(name).unlinkFromView()
        for axis in (self.x_axis, self.y_axis):
            axis.enableAutoSIPrefix(False)
            axis.setStyle(maxTickLevel=0, tickLength=_TICK, tickTextOffset=_TICK_OFFSET)
            axis.setGrid(_GRID_ALPHA)
            # Else its numbers are laid out anew with every press.
            axis.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        # With its width the whole plot moves: it only grows, until the letters are others.
        self.y_axis.setStyle(autoReduceTextSpace=False)
        self.view_box.sigRangeChanged.connect(self._view_changed)
        self.view_box.sigResized.connect(self._view_resized)
        self.view_box.sigRangeChangedManually.connect(self._zoomed)
        self.plot_widget.viewport().installEventFilter(self)
        self._take_font()
