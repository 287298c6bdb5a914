"""A report on paper: pages of A4 as a PDF, its text as text."""

from collections.abc import Sequence

from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QCoreApplication,
    QEventLoop,
    QIODevice,
    QMarginsF,
    QRectF,
    QSizeF,
    Qt,
    QUrl,
)
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QFont,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QTextDocument,
)

from perceptron_gui import __version__
from perceptron_gui.core.exporting.watching import Watch, share, unwatched
from perceptron_gui.ui.report.breaks import Slice, places, slices
from perceptron_gui.ui.report.pictures import Picture

translate = QCoreApplication.translate
_RESOLUTION = 300
_MARGIN_MM, _FOOT_MM = 15.0, 10.0
_MM = _RESOLUTION / 25.4
_FONT = "DejaVu Sans"


def address(index: int) -> str:
    """Return what a picture is called within the document."""
    return f"picture:{index}"


def pdf(parts: Sequence[str], title: str, pictures: Sequence[Picture], watch: Watch = unwatched) -> bytes:
    """Print HTML documents, one under the other, on any thread and without a window.

    Their pictures have the names that `address` gives. They are parts, because Qt lets nobody in while it lays out one.
    A third of the work was done before, making them.
    """
    # A document sets a timer for the rest of its layout, which needs a thread that Qt could run.
    QEventLoop()
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(_RESOLUTION)
    writer.setTitle(title)
    writer.setCreator(f"perceptron-gui {__version__}")
    margins = QMarginsF(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM, _MARGIN_MM)
    writer.setPageLayout(QPageLayout(QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, margins))
    paper = QSizeF(writer.width(), writer.height())
    documents: list[QTextDocument] = []
    for number, part in enumerate(parts):
        share(watch, 1, 3)(number, len(parts))
        documents.append(_laid_out(part, writer, pictures))
    pages = slices(documents, paper.height() - _FOOT_MM * _MM)
    painter = QPainter(writer)
    for number, one in enumerate(pages):
        share(watch, 2, 3)(number, len(pages))
        if number:
            writer.newPage()
        _print(documents, painter, one)
        _foot(painter, paper, title, number + 1, len(pages))
    painter.end()
    return bytes(data.data())


def _laid_out(part: str, writer: QPdfWriter, pictures: Sequence[Picture]) -> QTextDocument:
    document = QTextDocument()
    document.setDefaultFont(QFont(_FONT, 10))
    document.setDocumentMargin(0)
    document.documentLayout().setPaintDevice(writer)
    for index, picture in enumerate(pictures):
        document.addResource(QTextDocument.ResourceType.ImageResource, QUrl(address(index)), picture.image)
    document.setHtml(part)
    document.setTextWidth(writer.width())
    return document


def _print(documents: Sequence[QTextDocument], painter: QPainter, page: Slice) -> None:
    below = 0.0
    for top, bottom in filter(None, (page.head, (page.top, page.bottom))):
        for document, begin in zip(documents, places(documents), strict=True):
            above, end = max(top, begin), min(bottom, begin + document.size().height())
            if above >= end:
                continue
            part = QRectF(0, above - begin, document.textWidth(), end - above)
            context = QAbstractTextDocumentLayout.PaintContext()
            context.clip = part
            painter.save()
            painter.translate(0, below + begin - top)
            painter.setClipRect(part)
            document.documentLayout().draw(painter, context)
            painter.restore()
        below += bottom - top


def _foot(painter: QPainter, paper: QSizeF, title: str, number: int, count: int) -> None:
    place = QRectF(0, paper.height() - 6 * _MM, paper.width(), 6 * _MM)
    said = translate("Report", "page {number} of {count}").format(number=number, count=count)
    painter.save()
    painter.setFont(QFont(_FONT, 8))
    painter.setPen(QColor("#5b6270"))
    width = painter.fontMetrics().horizontalAdvance(said)
    room = round(paper.width() - 5 * _MM) - width
    name = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, room)
    painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, name)
    painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom, said)
    painter.restore()
