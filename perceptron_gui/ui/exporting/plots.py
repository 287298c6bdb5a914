"""Each plot as a picture and as its numbers, and the menu that offers both."""

from collections.abc import Iterator
from functools import partial

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from typing_extensions import override

from perceptron_gui.core.exporting.watching import Watch
from perceptron_gui.ui.exporting.formats import Format
from perceptron_gui.ui.plots import pictures
from perceptron_gui.ui.plots.plot import Plot
from perceptron_gui.ui.plots.sheet import sheet_csv

translate = QCoreApplication.translate


def picture_formats(plot: Plot) -> tuple[Format, ...]:
    """Return the picture of now in its two forms."""
    whole, drawn = pictures.image(plot), pictures.svg(plot, plot.title())
    return (
        Format(".png", translate("Exporting", "Picture"), lambda _: iter([pictures.png_of(whole)])),
        Format(".svg", translate("Exporting", "Drawing of lines and words"), partial(_at_once, drawn)),
    )


def number_formats(plot: Plot) -> tuple[Format, ...]:
    """Return the numbers that are drawn now."""
    return (Format(".csv", translate("Exporting", "Table of numbers"), partial(sheet_csv, plot.sheet())),)


def plot_of(widget: QWidget | None) -> Plot | None:
    """Return the plot that a widget is part of."""
    while widget is not None and not isinstance(widget, Plot):
        widget = widget.parentWidget()
    return widget


class PlotMenu(QObject):
    """A menu on a plot, by the right button or by the key for it. A drag with that button zooms, as ever."""

    def __init__(self, plot: Plot, actions: list[QAction]) -> None:
        super().__init__(plot)
        self._plot = plot
        self._actions = actions
        self._pressed_at: QPoint | None = None
        self._viewport: QWidget = plot.plot_widget.viewport()
        for watched in (plot, self._viewport):
            watched.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QContextMenuEvent):
            is_press = watched is self._viewport and event.reason() is QContextMenuEvent.Reason.Mouse
            if not is_press:
                self._open(event.globalPos())
            return True
        if watched is self._viewport and isinstance(event, QMouseEvent):
            self._follow(event)
        return False

    def _follow(self, event: QMouseEvent) -> None:
        """Open the menu where the button is let go, unless it was a drag."""
        place = event.globalPosition().toPoint()
        match event.type():
            case QEvent.Type.MouseButtonPress:
                self._pressed_at = place if event.button() is Qt.MouseButton.RightButton else None
            case QEvent.Type.MouseMove if self._pressed_at is not None:
                if (place - self._pressed_at).manhattanLength() >= QApplication.startDragDistance():
                    self._pressed_at = None
            case QEvent.Type.MouseButtonRelease if self._pressed_at is not None:
                self._pressed_at = None
                self._open(place)

    def _open(self, place: QPoint) -> None:
        # The commands act on the plot that has the keyboard.
        self._plot.plot_widget.setFocus()
        menu = QMenu(self._plot)
        menu.setObjectName("plot_menu")
        menu.addActions(self._actions)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)


def _at_once(data: bytes, _watch: Watch) -> Iterator[bytes]:
    yield data
