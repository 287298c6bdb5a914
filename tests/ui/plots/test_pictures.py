"""Each plot as a picture: the panel as it is, twice as fine, and as a drawing that any program reads."""

import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QGraphicsItem

from perceptron_gui.core.operations import Engine
from perceptron_gui.ui import theme
from perceptron_gui.ui.plots import pictures
from perceptron_gui.ui.plots.activation import ActivationPlot
from perceptron_gui.ui.plots.contour import ContourPlot
from perceptron_gui.ui.plots.gradient import GradientPlot
from perceptron_gui.ui.plots.loss import LossPlot
from perceptron_gui.ui.plots.plot import Plot
from perceptron_gui.ui.plots.weights import WeightsPlot
from tests.ui.plots.conftest import Show
from tests.ui.plots.scenes import BACKWARD, FORWARD, UPDATE, begin, done, losses

SVG = "{http://www.w3.org/2000/svg}"
KINDS = (LossPlot, GradientPlot, WeightsPlot, ActivationPlot, ContourPlot)


def shown(show: Show, engine: Engine, kind: type[Plot], preset: str = "twin_half") -> Plot:
    plot = show(kind)
    plot.question_raised.connect(lambda question: plot.take_answer(question, engine.answer(question, "cpu")))
    plot.display(done(engine, begin(preset), *[FORWARD, BACKWARD, UPDATE] * 5))
    if isinstance(plot, ContourPlot):
        plot._ask()
    return plot


def parsed(data: bytes) -> ET.Element:
    return ET.fromstring(data)  # noqa: S314  our own file


def points(svg: ET.Element) -> list[tuple[float, float]]:
    """Return every point of every line, in the coordinates of the line."""
    lines = [line.get("points", "") for line in svg.iter(f"{SVG}polyline")]
    lines += [line.get("d", "") for line in svg.iter(f"{SVG}path")]
    return [(float(x), float(y)) for line in lines for x, y in re.findall(r"([-+.e\d]+),([-+.e\d]+)", line)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_drawing_is_valid_and_draws_what_the_panel_shows(show: Show, engine: Engine, kind: type[Plot]) -> None:
    plot = shown(show, engine, kind)
    data = pictures.svg(plot, "<b>a & b</b>")
    root = parsed(data)
    assert root.tag == f"{SVG}svg"
    assert root.findtext(f"{SVG}title") == "<b>a & b</b>"
    words = "".join(root.itertext())
    for label in plot.labels.shown:
        assert all(line in words for line in label.text.split("\n"))
    # Nothing comes from elsewhere, and only what is made of pixels is an image.
    links = [value for one in root.iter() for key, value in one.attrib.items() if key.endswith("href")]
    assert all(link.startswith("data:image/png;base64,") for link in links)
    assert not any(int(image.get("width", "0")) > 200 for image in root.iter(f"{SVG}image"))
    renderer = QSvgRenderer(QByteArray(data))
    assert renderer.isValid()
    assert renderer.viewBox().size() == plot.size()
    drawn = QImage(plot.size(), QImage.Format.Format_RGB32)
    drawn.fill(QColor("white"))
    painter = QPainter(drawn)
    renderer.render(painter)
    painter.end()
    assert looks_like(drawn, pictures.image(plot))


def looks_like(first: QImage, second: QImage) -> bool:
    """Whether a picture is nearer to another one than an empty sheet is."""
    empty = QImage(second.size(), QImage.Format.Format_RGB32)
    empty.fill(QColor("white"))
    return difference(first, second) < 0.5 * difference(empty, second)


def difference(first: QImage, second: QImage) -> float:
    """Return how far two pictures are apart on average, of 255, seen from so far that letters are grey."""

    def grey(image: QImage) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        small = QImage(image)
        small.setDevicePixelRatio(1)
        small = small.scaled(44, 26, mode=Qt.TransformationMode.SmoothTransformation).convertToFormat(
            QImage.Format.Format_Grayscale8
        )
        rows = np.frombuffer(small.constBits(), np.uint8).reshape(small.height(), small.bytesPerLine())
        return rows[:, : small.width()].astype(np.float64)

    return float(np.abs(grey(first) - grey(second)).mean())


def test_the_curve_has_its_points(show: Show, engine: Engine) -> None:
    history = done(engine, begin(), *[FORWARD, BACKWARD, UPDATE] * 5)
    plot = show(LossPlot)
    plot.display(history)
    found = points(parsed(pictures.svg(plot, "loss")))
    for count, loss in losses(history).items():
        assert any(x == count and abs(y - loss) < 1e-5 * loss for x, y in found), (count, loss)


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_is_twice_as_fine_and_leaves_the_panel_as_it_was(
    show: Show, engine: Engine, kind: type[Plot]
) -> None:
    plot = shown(show, engine, kind)
    before = plot.grab().toImage()
    picture = QImage.fromData(QByteArray(pictures.png(plot)))
    assert picture.size() == plot.size() * 2
    assert plot.x_axis.cacheMode() is QGraphicsItem.CacheMode.DeviceCoordinateCache
    assert plot.grab().toImage() == before
    assert looks_like(before, picture)
    colors = {picture.pixelColor(x, y).name() for x in range(0, picture.width(), 3) for y in range(0, 500, 3)}
    assert theme.LIGHT.base in colors
    assert len(colors) > 3
