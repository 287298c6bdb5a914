"""CSV and TSV files as columns of float32 numbers.

What separates the cells, which mark is the decimal point and whether the first line names the columns is detected for
the whole file, and a person can say otherwise. A comma that may be either is never guessed.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, islice

import numpy as np

from perceptron_gui.core.editing import LARGEST
from perceptron_gui.core.importing import dialects
from perceptron_gui.core.importing.values import Dialect, Table
from perceptron_gui.core.parsing import parse_numbers
from perceptron_gui.core.problems import Problem, Reason
from perceptron_gui.core.snapshot import FloatArray, TensorName, sealed

LARGEST_TABLE = 16 * 2**20
"""Bytes of a file."""
MOST_ROWS, MOST_COLUMNS = 2**20, 2**14
"""As spreadsheets have them."""
SUFFIXES = (".csv", ".tsv", ".txt")
HEAD = 20
"""So many rows are kept as text, for a person to look at."""
LONGEST_TEXT = 60
_PIECE = 4096
_LONGEST_LINE = 2**20

Rows = list[list[str]]
Roles = tuple[TensorName | None, ...]
"""What becomes of each column: x, y_true, or nothing."""


def read(data: bytes, file: str, wished: Dialect) -> Table:
    """Read a table.

    Args:
        data: what stands in the file.
        file: its name, for a Problem.
        wished: what is not to be detected.

    Raises:
        Problem: NOT_A_TABLE, TABLE_TOO_LARGE: there is nothing in it that a person could choose from.
    """
    plain, encoding = _plain(data, file)
    lines_before = len(plain) - len(plain.lstrip(b"\n"))
    plain = plain.strip(b"\n")
    if not plain.strip():
        raise Problem(Reason.NOT_A_TABLE, file=file)
    most = plain.count(b"\n") + 1
    _check_size(most, 1, file)
    dialect = dialects.detected(plain, encoding, wished)
    first = _first(_Rows(plain, encoding, dialect.separator, lines_before))
    if not first:
        raise Problem(Reason.NOT_A_TABLE, file=file)
    dialect = replace(dialect, has_header=dialects.has_header(first, dialect))
    head = tuple(tuple(map(shortened, cells)) for cells in first[bool(dialect.has_header) :])
    width = len(first[0])
    _check_size(most, width, file)
    names = tuple(map(shortened, first[0])) if dialect.has_header else ("",) * width
    rows = _Rows(plain, encoding, dialect.separator, lines_before)
    columns: Sequence[FloatArray | Problem]
    if dialect.separator is None or dialect.decimal is None:
        text = dialects.example(plain, encoding, dialect.separator)
        columns = [Problem(Reason.WHICH_COMMA, text=shortened(text))] * width
    else:
        if dialect.has_header:
            rows.take(1)
        try:
            columns = _columns(rows, width, dialect.decimal, most)
        except Problem as problem:
            columns = [problem] * width
    if not head:
        raise Problem(Reason.NOT_A_TABLE, file=file)
    return Table(dialect, encoding, names, head[:HEAD], tuple(columns))


def usual_roles(table: Table) -> Roles:
    """Return what becomes of the columns unless a person says otherwise: the last is y_true, the others are x.

    A column of words, none of its first cells a number, is not taken.
    """
    is_words = [
        isinstance(column, Problem)
        and column.reason is Reason.BAD_CELL
        and not any(dialects.is_number(row[index], table.dialect.decimal) for row in table.head if index < len(row))
        for index, column in enumerate(table.columns)
    ]
    taken = [index for index, words in enumerate(is_words) if not words]
    last = taken[-1] if len(taken) > 1 else -1
    return tuple(
        None if words else TensorName.Y_TRUE if index == last else TensorName.X for index, words in enumerate(is_words)
    )


def shapes(table: Table, roles: Roles) -> tuple[tuple[TensorName, tuple[int, int]], ...]:
    """Return the shapes of what `tensors` would return.

    Raises:
        Problem: why a column that is to be taken cannot be; NO_COLUMNS where none is.
    """
    rows = 0
    for column, role in zip(table.columns, roles, strict=True):
        if role is not None and isinstance(column, Problem):
            raise column
        if role is not None and not isinstance(column, Problem):
            rows = len(column)
    found = tuple((name, (rows, roles.count(name))) for name in (TensorName.X, TensorName.Y_TRUE) if name in roles)
    if not found:
        raise Problem(Reason.NO_COLUMNS)
    return found


def tensors(table: Table, roles: Roles) -> tuple[tuple[TensorName, FloatArray], ...]:
    """Return x (m, n) and y_true (m, k) of the columns that are taken. Raises what `shapes` raises."""
    found: list[tuple[TensorName, FloatArray]] = []
    for name, shape in shapes(table, roles):
        array = np.empty(shape, np.float32)
        taken = [column for column, role in zip(table.columns, roles, strict=True) if role is name]
        for index, column in enumerate(taken):
            if not isinstance(column, Problem):
                array[:, index] = column
        found.append((name, sealed(array)))
    return tuple(found)


def shortened(text: str) -> str:
    """Return a cell in one line that is not too long."""
    text = " ".join(text[: 4 * LONGEST_TEXT].split())
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


def _plain(data: bytes, file: str) -> tuple[bytes, str]:
    """Return the text with line feeds alone at the ends of lines, still encoded, and its encoding."""
    if b"\0" in data:
        raise Problem(Reason.NOT_A_TABLE, file=file)
    encoding = next((name for name in ("utf-8", "cp1251") if dialects.is_encoded(data, name)), None)
    if encoding is None:
        raise Problem(Reason.NOT_A_TABLE, file=file)
    plain = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    start = 0
    while len(plain) - start > _LONGEST_LINE:
        start = plain.rfind(b"\n", start, start + _LONGEST_LINE) + 1
        if start == 0:
            raise Problem(Reason.NOT_A_TABLE, file=file)
    return plain, encoding


def _check_size(rows: int, columns: int, file: str) -> None:
    if rows > MOST_ROWS or columns > MOST_COLUMNS or rows * columns > LARGEST:
        raise Problem(
            Reason.TABLE_TOO_LARGE,
            file=file,
            rows=rows,
            columns=columns,
            limit=LARGEST,
            most_rows=MOST_ROWS,
            most_columns=MOST_COLUMNS,
        )


class _Rows:
    """The rows of a text, a piece at a time."""

    def __init__(self, plain: bytes, encoding: str, separator: str | None, lines_before: int) -> None:
        text = io.TextIOWrapper(io.BytesIO(plain), encoding, newline="\n")
        # Without a separator a whole line is a cell: this mark stands in no text that was let through.
        self._reader = csv.reader(text, delimiter=separator or "\0", strict=True)
        self._lines_before = lines_before
        self._first_line = 0

    def take(self, count: int) -> Rows:
        """Return the next rows, at most `count`. Raises BROKEN_QUOTES."""
        self._first_line = self._line
        try:
            return list(islice(self._reader, count))
        except csv.Error as error:
            raise Problem(Reason.BROKEN_QUOTES, line=self._line - 1) from error

    def line_of(self, rows: Rows, index: int) -> int:
        """Return the number of the line, from 1, in which one of the rows just taken begins."""
        return self._first_line + index + sum(cell.count("\n") for row in rows[:index] for cell in row)

    @property
    def _line(self) -> int:
        return self._lines_before + self._reader.line_num + 1


def _first(rows: _Rows) -> Rows:
    """Return the first rows, those before what quotes left broken at most."""
    found: Rows = []
    try:
        while len(found) <= HEAD and (row := rows.take(1)):
            found += row
    except Problem:
        return found
    return found


def _columns(rows: _Rows, width: int, decimal: str, most: int) -> list[FloatArray | Problem]:
    """Read all cells, a piece at a time; a column ends with its first cell that is no number.

    Raises:
        Problem: RAGGED_LINE or BROKEN_QUOTES.
    """
    values = np.empty((width, most), np.float32)
    problems: dict[int, Problem] = {}
    alive = list(range(width))
    count = 0
    while alive and (piece := rows.take(max(1, _PIECE // width))):
        widths = list(map(len, piece))
        if widths.count(width) < len(widths):
            index = next(index for index, found in enumerate(widths) if found != width)
            line = rows.line_of(piece, index)
            raise Problem(Reason.RAGGED_LINE, line=line, found=widths[index], expected=width)
        read = _numbers(piece, alive, decimal)
        if read is None:
            for index, (row, reason, text) in _bad_cells(piece, alive, decimal).items():
                line = rows.line_of(piece, row)
                problems[index] = Problem(reason, line=line, column=index + 1, text=text, mark=decimal)
            alive = [index for index in alive if index not in problems]
            read = _numbers(piece, alive, decimal)
        if read is not None:
            values[alive, count : count + len(piece)] = read.T
        count += len(piece)
    return [problems.get(index) or sealed(values[index, :count]) for index in range(width)]


def _numbers(piece: Rows, columns: list[int], decimal: str) -> FloatArray | None:
    """Return the numbers of some columns, (rows, columns); None where a cell is none."""
    whole = len(piece[0]) == len(columns)
    cells = list(chain.from_iterable(piece if whole else ([row[index] for index in columns] for row in piece)))
    text = "".join(cells)
    if " " in text or "\n" in text:
        cells = [cell.strip() for cell in cells]
        text = "".join(cells)
    if not cells or dialects.OTHER_MARK[decimal] in text or "\n" in text:
        return None
    try:
        return parse_numbers(cells).reshape(len(piece), len(columns))
    except Problem:
        return None


def _bad_cells(piece: Rows, columns: list[int], decimal: str) -> dict[int, tuple[int, Reason, str]]:
    """Return of each column that has one the row of the first cell that is no number, why, and its text."""
    found: dict[int, tuple[int, Reason, str]] = {}
    for row, cells in enumerate(piece):
        for index in columns:
            if index not in found and not dialects.is_number(cells[index], decimal):
                other = dialects.is_number(cells[index], dialects.OTHER_MARK[decimal])
                found[index] = row, Reason.WRONG_MARK if other else Reason.BAD_CELL, shortened(cells[index])
    return found
