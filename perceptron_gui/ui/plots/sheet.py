"""The numbers of a plot as a table of their own: what is drawn, with all its digits."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from perceptron_gui.core.exporting.tables import text_cell
from perceptron_gui.core.exporting.watching import Watch, unwatched
from perceptron_gui.core.parsing import shortest_texts
from perceptron_gui.core.snapshot import FloatArray

_ROWS_AT_ONCE = 4096
Column = FloatArray | npt.NDArray[np.int64] | tuple[str, ...]
"""float32 numbers, counts, or texts; a masked number is an empty cell."""


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """Columns of one length, each with its name: PyTorch's, or the word that the README gives for it."""

    columns: tuple[tuple[str, Column], ...]

    @property
    def rows(self) -> int:
        """How many rows there are under the header."""
        return len(self.columns[0][1])


def sheet_csv(sheet: Sheet, watch: Watch = unwatched) -> Iterator[bytes]:
    """Yield a sheet as CSV. A number is the shortest text that reads back the same; a text is never a formula."""
    yield _lines([tuple(text_cell(name) for name, _ in sheet.columns)])
    for start in range(0, sheet.rows, _ROWS_AT_ONCE):
        watch(start, sheet.rows)
        pieces = [_texts(column[start : start + _ROWS_AT_ONCE]) for _, column in sheet.columns]
        yield _lines(list(zip(*pieces, strict=True)))


def updates_column(counts: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Return update counts, which the plots keep as floats, as whole numbers."""
    return np.asarray(counts).astype(np.int64)


def _texts(column: Column) -> list[str]:
    if isinstance(column, tuple):
        return [text_cell(text) for text in column]
    filled = np.ma.getdata(column)
    texts = list(map(str, filled.tolist())) if column.dtype.kind == "i" else shortest_texts(filled)
    is_empty = np.ma.getmaskarray(column)
    return ["" if empty else text for text, empty in zip(texts, is_empty, strict=True)]


def _lines(rows: list[tuple[str, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode(errors="backslashreplace")
