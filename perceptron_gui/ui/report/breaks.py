"""Where pages end: between blocks of text and between rows of tables, never within one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from PySide6.QtGui import QAbstractTextDocumentLayout, QTextBlock, QTextDocument, QTextTable


@dataclass(frozen=True, slots=True)
class Slice:
    """What one page shows: from `top` down to `bottom`, under the head (from, to) of a cut table."""

    top: float
    bottom: float
    head: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class _Piece:
    """What stays on one page: a block or a row. `head` is that of its table; one that leads keeps the next with it.

    Where it is higher than a page, it is cut at one of its `edges`.
    """

    top: float
    bottom: float
    leads: bool
    head: tuple[float, float] | None = None
    edges: tuple[float, ...] = ()
    is_text: bool = False

    def moved(self, down: float) -> "_Piece":
        """Return the same piece so much further down."""
        head = None if self.head is None else (self.head[0] + down, self.head[1] + down)
        edges = tuple(edge + down for edge in self.edges)
        return replace(self, top=self.top + down, bottom=self.bottom + down, head=head, edges=edges)


def places(documents: Sequence[QTextDocument]) -> list[float]:
    """Return where each document begins, one under the other."""
    return list(accumulate((document.size().height() for document in documents), initial=0.0))[:-1]


def slices(documents: Sequence[QTextDocument], height: float) -> list[Slice]:
    """Return what each page of so much height shows; a piece that is higher than a page is cut within."""
    found: list[Slice] = []
    top = None
    room, head = height, None
    end = 0.0
    for piece in _together(_placed(documents)):
        if top is None:
            top = piece.top
        if piece.bottom - top > room and end > top:
            found.append(Slice(top, end, head))
            top, head = piece.top, piece.head
            room = height - (0.0 if head is None else head[1] - head[0])
        while piece.bottom - top > room:
            cut = max((edge for edge in piece.edges if top < edge <= top + room), default=top + room)
            found.append(Slice(top, cut, head))
            top = cut
        end = piece.bottom
    return [*found, Slice(top or 0.0, end, head)]


def _together(pieces: Iterator[_Piece]) -> Iterator[_Piece]:
    """Join a heading with what comes after it."""
    held: _Piece | None = None
    for piece in pieces:
        joined = piece if held is None else _Piece(held.top, piece.bottom, piece.leads, edges=piece.edges)
        if joined.leads:
            held = joined
        else:
            yield joined
            held = None
    if held is not None:
        yield held


def _placed(documents: Sequence[QTextDocument]) -> Iterator[_Piece]:
    """Yield the pieces of all; a table without a head that follows one with a head goes on with it."""
    head: tuple[float, float] | None = None
    for document, begin in zip(documents, places(documents), strict=True):
        for piece in _pieces(document):
            placed = piece.moved(begin)
            if placed.is_text:
                head = None
            elif placed.head is not None:
                head = placed.head
            elif not placed.leads:
                placed = replace(placed, head=head)
            yield placed


def _pieces(document: QTextDocument) -> Iterator[_Piece]:
    layout = document.documentLayout()
    place = document.rootFrame().begin()
    while not place.atEnd():
        frame, block = place.currentFrame(), place.currentBlock()
        if isinstance(frame, QTextTable):
            yield from _rows(frame, layout)
        elif block.text():
            box = layout.blockBoundingRect(block)
            yield _Piece(box.top(), box.bottom(), leads=block.blockFormat().headingLevel() > 0, is_text=True)
        place += 1


def _rows(table: QTextTable, layout: QAbstractTextDocumentLayout) -> Iterator[_Piece]:
    """Yield the rows from border to border."""
    count, box = table.rows(), layout.frameBoundingRect(table)
    heads = table.format().toTableFormat().headerRowCount()
    edges = [box.top()]
    for row in range(1, count):
        above = max(bottom for _, bottom in _blocks(table, row - 1, layout))
        below = min(top for top, _ in _blocks(table, row, layout))
        edges.append((above + below) / 2)
    edges.append(box.bottom())
    head = (edges[0], edges[heads]) if heads else None
    for row in range(count):
        inside = tuple(bottom for _, bottom in _blocks(table, row, layout))
        # A head alone at the foot of a page would lead nowhere.
        yield _Piece(edges[row], edges[row + 1], row < heads, None if row < heads else head, inside)


def _blocks(table: QTextTable, row: int, layout: QAbstractTextDocumentLayout) -> Iterator[tuple[float, float]]:
    """Yield the top and the bottom of every block of text in a row."""
    for column in range(table.columns()):
        cell = table.cellAt(row, column)
        block: QTextBlock = cell.firstCursorPosition().block()
        end: QTextBlock = cell.lastCursorPosition().block().next()
        while block.isValid() and block != end:
            box = layout.blockBoundingRect(block)
            yield box.top(), box.bottom()
            block = block.next()
