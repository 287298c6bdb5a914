"""A panel as a picture: the very items on the screen, painted into a file."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint, QRectF
from PySide6.QtGui import QImage, QImageWriter, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QGraphicsItem, QGraphicsView, QWidget

SCALE = 2
"""Pixels of a PNG for one on the screen."""
_EMPTY_PATH = re.compile(rb'<path\b[^>]*\bd=""[^>]*/>\s*')


def png(panel: QWidget) -> bytes:
    """Return what a panel shows, twice as fine."""
    return png_of(image(panel))


def png_of(picture: QImage) -> bytes:
    """Return an image as a PNG file."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(picture)
    return bytes(data.data())


def image(panel: QWidget) -> QImage:
    """Return what a panel shows, SCALE times as fine."""
    picture = QImage(panel.size() * SCALE, QImage.Format.Format_RGB32)
    picture.setDevicePixelRatio(SCALE)
    painter = QPainter(picture)
    with _as_drawing(panel):
        panel.render(painter, QPoint())
    painter.end()
    return picture


def svg(panel: QWidget, title: str) -> bytes:
    """Return what a panel shows as a drawing: curves are curves, and words are words.

    pyqtgraph's own exporter raises on newer versions of Qt.
    """
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)
    generator.setOutputDevice(buffer)
    generator.setResolution(panel.logicalDpiX())
    generator.setSize(panel.size())
    generator.setViewBox(QRectF(panel.rect()))
    generator.setTitle(title)
    painter = QPainter(generator)
    with _as_drawing(panel):
        panel.render(painter, QPoint())
    painter.end()
    # Qt's own reader, for one, complains of a path with nothing in it.
    return _EMPTY_PATH.sub(b"", bytes(data.data()))


@contextmanager
def _as_drawing(panel: QWidget) -> Iterator[None]:
    """Have everything painted anew, with nothing from a cache of pixels."""
    views = panel.findChildren(QGraphicsView)
    modes = [view.cacheMode() for view in views]
    items: list[Any] = [item for view in views for item in view.scene().items()]
    cached = [(item, item.cacheMode()) for item in items if item.cacheMode() is not QGraphicsItem.CacheMode.NoCache]
    drawn = [item for item in items if isinstance(item, pg.PlotCurveItem | pg.ScatterPlotItem)]
    for view in views:
        view.setCacheMode(QGraphicsView.CacheModeFlag.CacheNone)
    for item, _ in cached:
        item.setCacheMode(QGraphicsItem.CacheMode.NoCache)
    for item in drawn:
        item.setExportMode(True, {"antialias": True})
    try:
        yield
    finally:
        for item in drawn:
            item.setExportMode(False)
        for item, mode in cached:
            item.setCacheMode(mode)
        for view, view_mode in zip(views, modes, strict=True):
            view.setCacheMode(view_mode)
