"""A panel as a picture: the very items on the screen, painted into a file."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint, QRectF
from PySide6.QtGui import QImage, QImageWriter, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QGraphicsItem, QGraphicsSimpleTextItem, QGraphicsView, QWidget

SCALE = 2
"""Pixels of a PNG for one on the screen."""
_BEGIN, _END = "clip {} begins", "clip {} ends"
_FAR = 1e9
"""Below, or above, everything in a view box."""
_EMPTY_PATH = re.compile(rb'<path\b[^>]*\bd=""[^>]*/>\s*')
_FLAT_RECTANGLE = re.compile(rb'<rect\b([^>]*?) x="([^"]*)" y="([^"]*)" width="([^"]*)" height="0"/>')


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
    with _as_drawing(panel, SCALE):
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
    # Of a clip the generator of SVG 1.1 does not say where it ends: clips are put in afterwards.
    generator = QSvgGenerator(QSvgGenerator.SvgVersion.SvgTiny12)
    generator.setOutputDevice(buffer)
    generator.setResolution(panel.logicalDpiX())
    generator.setSize(panel.size())
    generator.setViewBox(QRectF(panel.rect()))
    generator.setTitle(title)
    painter = QPainter(generator)
    with _as_drawing(panel), _clips_marked(panel) as clips:
        panel.render(painter, QPoint())
    painter.end()
    drawn = _clipped(bytes(data.data()).replace(b' version="1.2" baseProfile="tiny"', b' version="1.1"', 1), clips)
    # Qt's own reader, for one, complains of a path with nothing in it; and a rectangle without height is not drawn.
    return _FLAT_RECTANGLE.sub(_line, _EMPTY_PATH.sub(b"", drawn))


@contextmanager
def _clips_marked(panel: QWidget) -> Iterator[list[QRectF]]:
    """Put a mark below and above all that a view box clips, and give the places of the view boxes on the panel."""
    places: list[QRectF] = []
    marks: list[QGraphicsSimpleTextItem] = []
    for view in panel.findChildren(QGraphicsView):
        for box in view.scene().items():
            if isinstance(box, pg.ViewBox) and view.isVisibleTo(panel):
                for end, height in ((_BEGIN, -_FAR), (_END, _FAR)):
                    mark = QGraphicsSimpleTextItem(end.format(len(places)), box)
                    mark.setZValue(height)
                    marks.append(mark)
                on_view = view.mapFromScene(box.mapRectToScene(box.rect())).boundingRect()
                places.append(QRectF(on_view.translated(view.viewport().mapTo(panel, QPoint()))))
    try:
        yield places
    finally:
        for mark in marks:
            mark.scene().removeItem(mark)


def _clipped(drawn: bytes, places: list[QRectF]) -> bytes:
    """Make groups that are clipped of what stands between two marks."""
    clips = b""
    for index, place in enumerate(places):
        name = f"view{index}"
        sides = {"x": place.x(), "y": place.y(), "width": place.width(), "height": place.height()}
        rectangle = " ".join(f'{side}="{length:g}"' for side, length in sides.items())
        clips += f'<clipPath id="{name}"><rect {rectangle}/></clipPath>\n'.encode()
        drawn = _mark(_BEGIN.format(index)).sub(f'<g clip-path="url(#{name})">'.encode(), drawn, 1)
        drawn = _mark(_END.format(index)).sub(b"</g>", drawn, 1)
    return drawn.replace(b"</defs>", clips + b"</defs>", 1)


def _mark(text: str) -> re.Pattern[bytes]:
    """Return the pattern of the group that holds nothing but that text."""
    return re.compile(rb"<g\b[^>]*>\s*<text\b[^>]*>%s</text>\s*</g>" % text.encode())


def _line(flat: re.Match[bytes]) -> bytes:
    look, x, y, width = flat.groups()
    end = f"{float(x) + float(width):.6g}".encode()
    return b'<polyline fill="none"%s points="%s,%s %s,%s"/>' % (look, x, y, end, y)


@contextmanager
def _as_drawing(panel: QWidget, scale: float = 1) -> Iterator[None]:
    """Have everything painted anew, with nothing from a cache of pixels; curves so much wider.

    The width of their pens is in pixels of what is painted on, however fine that is.
    """
    views = panel.findChildren(QGraphicsView)
    modes = [view.cacheMode() for view in views]
    items: list[Any] = [item for view in views for item in view.scene().items()]
    cached = [(item, item.cacheMode()) for item in items if item.cacheMode() is not QGraphicsItem.CacheMode.NoCache]
    drawn = [item for item in items if isinstance(item, pg.PlotCurveItem | pg.ScatterPlotItem)]
    for view in views:
        view.setCacheMode(QGraphicsView.CacheModeFlag.CacheNone)
    for item, _ in cached:
        item.setCacheMode(QGraphicsItem.CacheMode.NoCache)
    pens = [item.opts["pen"] for item in drawn if isinstance(item, pg.PlotCurveItem)]
    widths = [pen.widthF() for pen in pens]
    for item in drawn:
        item.setExportMode(True, {"antialias": True})
    for pen, width in zip(pens, widths, strict=True):
        pen.setWidthF(width * scale)
    try:
        yield
    finally:
        for pen, width in zip(pens, widths, strict=True):
            pen.setWidthF(width)
        for item in drawn:
            item.setExportMode(False)
        for item, mode in cached:
            item.setCacheMode(mode)
        for view, view_mode in zip(views, modes, strict=True):
            view.setCacheMode(view_mode)
