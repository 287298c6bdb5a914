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
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """Float32 numbers, counts, or texts, (rows,). The cell is empty where `is_there` (rows,) is False."""

    name: str
    values: FloatArray | Ints | tuple[str, ...]
    is_there: Bools | None = None

    def texts(self, rows: slice) -> list[str]:
        """Return what stands in some of the cells."""
        values = self.values[rows]
        if isinstance(values, tuple):
            found = list(map(text_cell, values))
        elif values.dtype.kind == "i":
            found = list(map(str, values.tolist()))
        else:
            found = shortest_texts(values.astype(np.float32, copy=False))
        if self.is_there is None:
            return found
        return [text if is_there else "" for text, is_there in zip(found, self.is_there[rows], strict=True)]


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """Columns of one length. Their names are PyTorch's, or plain English, whatever the language of the window."""

    columns: tuple[Column, ...]

    @property
    def rows(self) -> int:
        """How many rows there are under the header."""
        return len(self.columns[0].values)


def sheet_csv(sheet: Sheet, watch: Watch = unwatched) -> Iterator[bytes]:
    """Yield a sheet as CSV. A number is the shortest text that reads back the same; a text is never a formula."""
    yield _lines([tuple(text_cell(column.name) for column in sheet.columns)])
    for start in range(0, sheet.rows, _ROWS_AT_ONCE):
        watch(start, sheet.rows)
        pieces = [column.texts(slice(start, start + _ROWS_AT_ONCE)) for column in sheet.columns]
        yield _lines(list(zip(*pieces, strict=True)))


def whole(counts: npt.ArrayLike) -> Ints:
    """Return update counts, which the plots keep as floats, as whole numbers."""
    return np.asarray(counts).astype(np.int64)


def _lines(rows: list[tuple[str, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode(errors="backslashreplace")
