"""Text that is laid out once, against the same text as Qt paints it each time."""

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QImage, QPainter

from perceptron_gui.ui.lettering import Lettering

pytestmark = pytest.mark.usefixtures("qapp")


@pytest.mark.parametrize("text", ["0.1381", "hollow points: from\nan earlier state", "slope 0\nexactly\n0", "<b>"])
def test_it_looks_as_the_same_text_painted_by_qt(text: str) -> None:
    font = QFont()
    font.setPixelSize(16)
    letters, images = Lettering(font), []
    size = letters.laid_out(text).size()
    metrics = QFontMetricsF(font).boundingRect(QRectF(), 0, text)
    assert size.width() == pytest.approx(metrics.width(), abs=1)
    assert size.height() == pytest.approx(metrics.height(), abs=1)
    for is_static in (True, False):
        image = QImage(300, 100, QImage.Format.Format_RGB32)
        image.fill(Qt.GlobalColor.white)
        painter = QPainter(image)
        painter.setFont(font)
        if is_static:
            painter.drawStaticText(5, 5, letters.laid_out(text))
        else:
            painter.drawText(QRectF(5, 5, 300, 100), 0, text)
        painter.end()
        images.append(image)
    assert images[0] == images[1]
