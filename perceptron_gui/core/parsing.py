"""Text to float32 and back: one parser for cells, the clipboard and the learning rate.

A number may have one separator, `.` or `,`, and it is the decimal point; two are an error, never a guess. The value
is the float32 nearest to the decimal text.
"""

import re
from decimal import Decimal

import numpy as np

from perceptron_gui.core.problems import Problem, Reason
from perceptron_gui.core.snapshot import FloatArray, frozen

LONGEST_NUMBER = 400
FIRST_TOO_LARGE = 2.0**128 - 2.0**103
"""Half a step above the largest float32: from here on the nearest one is infinite."""
LONGEST_PASTE = 64 * 2**20
_LARGEST = float(np.finfo(np.float32).max)
_PIECE = 4096
_LOOKALIKES = str.maketrans({"\u2212": "-", "\u00a0": None, "\u202f": None, ",": "."})
# Possessive (`++`): what is pasted may be megabytes of anything, and a pattern that goes back would take minutes on it.
_NUMBER_PATTERN = r"[+-]?(?:\d++\.?\d*+|\.\d++)(?:[eE][+-]?\d++)?"
_NUMBER = re.compile(_NUMBER_PATTERN, re.ASCII)
_NUMBERS = re.compile(rf"{_NUMBER_PATTERN}(?:\n{_NUMBER_PATTERN})*+", re.ASCII)
_TWO_SEPARATORS = re.compile(r"[+-]?\d*+(?:\.\d*+){2,}+(?:[eE][+-]?\d++)?", re.ASCII)
_NOT_FINITE = re.compile(r"[+-]?(?:nan|inf(?:inity)?)", re.IGNORECASE)
_PRINTED_TENSOR = re.compile(
    r"(?:Parameter containing:\s*+)?(?:torch\.)?tensor\("
    r"(?P<values>\s*+\[.*\]|[^,\[\]()]++)(?:,\s*+\w++=[^,\[\]()]++)*+\s*\)",
    re.DOTALL,
)
_PRINTED_ROW = re.compile(r"\[([^\[\]]*)\]")


def parse_number(text: str) -> float:
    """Read one finite decimal number in the range of float32, as the nearest Python float.

    Raises:
        Problem: NOT_A_NUMBER, TWO_SEPARATORS, NOT_FINITE or OUT_OF_FLOAT32.
    """
    plain = text.strip().translate(_LOOKALIKES)
    if len(plain) > LONGEST_NUMBER or not _NUMBER.fullmatch(plain):
        raise Problem(_what_is_wrong(plain), text=_shortened(text))
    value = float(plain)
    if abs(value) >= FIRST_TOO_LARGE:
        raise Problem(Reason.OUT_OF_FLOAT32, text=_shortened(text))
    return value


def parse_float32(text: str) -> np.float32:
    """Read one number as the float32 nearest to it. Raises what `parse_number` raises."""
    parse_number(text)
    return np.float32(parse_numbers([text])[0])


def parse_numbers(texts: list[str]) -> FloatArray:
    """Read numbers, none of which has an end of line within, as the float32 nearest to each, rounding once.

    float64 and then float32 rounds twice: where the float64 lies exactly between two float32, only the text tells
    which of them is nearer. Raises what `parse_number` raises.
    """
    plain = "\n".join(texts).translate(_LOOKALIKES)
    if not _NUMBERS.fullmatch(plain):
        values = np.array([parse_number(text) for text in texts])
    else:
        values = np.array([float(text) for text in plain.split("\n")])
    if np.abs(values).max() >= FIRST_TOO_LARGE:
        raise Problem(Reason.OUT_OF_FLOAT32, text=_shortened(texts[int(np.abs(values).argmax())]))
    nearest = values.astype(np.float32)
    for direction in (-np.inf, np.inf):
        with np.errstate(over="ignore"):  # the neighbour of the largest float32 is infinite
            neighbour = np.nextafter(nearest, np.float32(direction))
        midway = (nearest.astype(np.float64) + neighbour.astype(np.float64)) / 2
        for index in np.flatnonzero(values == midway):
            beyond = Decimal(texts[index].strip().translate(_LOOKALIKES)) - Decimal(midway[index])
            if beyond * int(np.sign(direction)) > 0:
                nearest[index] = neighbour[index]
    return nearest


def parse_block(text: str, room: tuple[int, int] | None = None) -> FloatArray:
    """Read a rectangle of numbers: tab-separated lines of a spreadsheet, or a tensor as PyTorch prints it.

    Args:
        text: what was copied.
        room: the most rows and columns there may be; a larger spreadsheet is refused before any number is read.

    Returns:
        A read-only float32 array of shape (rows, columns); a printed vector is one row.

    Raises:
        Problem: what `parse_number` raises, or NOTHING_TO_PASTE, PASTE_TOO_LONG, DOES_NOT_FIT, RAGGED, CUT_SHORT.
    """
    if len(text) > LONGEST_PASTE:
        raise Problem(Reason.PASTE_TOO_LONG, limit=LONGEST_PASTE)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if room is not None and "(" not in text[:100]:
        end = text.rstrip()
        check_fit((end.count("\n") + 1, end.partition("\n")[0].count("\t") + 1), room)
    printed = _PRINTED_TENSOR.fullmatch(text.strip())
    lines = _tensor_lines(printed["values"].strip()) if printed else _spreadsheet_lines(text)
    if not lines:
        raise Problem(Reason.NOTHING_TO_PASTE)
    width = len(lines[0])
    for number, line in enumerate(lines, 1):
        if len(line) != width:
            raise Problem(Reason.RAGGED, line=number, found=len(line), expected=width)
    cells = [cell for line in lines for cell in line]
    # Piece by piece: one long call would hold the interpreter, and so the window, all the while.
    pieces = [parse_numbers(cells[start : start + _PIECE]) for start in range(0, len(cells), _PIECE)]
    return frozen(np.concatenate(pieces).reshape(len(lines), width))


def check_fit(shape: tuple[int, ...], room: tuple[int, int]) -> None:
    """Raise DOES_NOT_FIT unless a block of `shape` has room."""
    if shape[0] > room[0] or shape[1] > room[1]:
        raise Problem(Reason.DOES_NOT_FIT, rows=shape[0], columns=shape[1], room_rows=room[0], room_columns=room[1])


def full_text(value: float) -> str:
    """Return the shortest decimal text that reads back as the same float32."""
    return str(np.float32(value))


def shortest_texts(values: FloatArray) -> list[str]:
    """Return, of a vector, the shortest texts that read back as the same float32, also by way of float64.

    The shortest text of the largest float32 is beyond it as a float64. NaN and infinities are `nan`, `inf`, `-inf`.
    """
    texts: list[str] = []
    # Piece by piece: in between another thread, the window's, has its turn.
    for start in range(0, len(values), _PIECE):
        piece = values[start : start + _PIECE]
        shortest = list(map(str, piece))
        read = np.array([float(text) for text in shortest])
        is_read_back = (np.abs(read) <= _LARGEST) & (read.astype(np.float32) == piece)
        for index in np.flatnonzero(~is_read_back & np.isfinite(piece)):
            shortest[index] = repr(float(piece[index]))
        texts += shortest
    return texts


def block_text(values: FloatArray) -> str:
    """Return a (rows, columns) block as a spreadsheet takes it: full precision, tabs, and a line a row."""
    return "\n".join("\t".join(full_text(value) for value in row) for row in values)


def display_text(value: float) -> str:
    """Return 4 decimals as PyTorch prints them; scientific from 1e5 up, and where 0.0000 would not mean 0."""
    magnitude = abs(value)
    if magnitude != 0 and (magnitude < 5e-5 or magnitude >= 1e5) and np.isfinite(value):
        return f"{value:.4e}"
    return f"{value:.4f}"


def _spreadsheet_lines(text: str) -> list[list[str]]:
    lines = text.split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    return [[_unquoted(cell) for cell in line.split("\t")] for line in lines]


def _unquoted(cell: str) -> str:
    stripped = cell.strip()
    quoted = len(stripped) > 1 and stripped[0] == stripped[-1] == '"'
    return stripped[1:-1] if quoted else stripped


def _tensor_lines(values: str) -> list[list[str]]:
    """Split what stands between the parentheses of a printed scalar, vector or matrix."""
    if "..." in values:
        raise Problem(Reason.CUT_SHORT)
    shape = re.sub(r"\s", "", _PRINTED_ROW.sub("r", values))
    if not values.startswith("["):
        return [[" ".join(values.split())]]
    if not re.fullmatch(r"r|\[r(?:,r)*\]", shape):
        raise Problem(Reason.NOT_A_NUMBER, text=_shortened(values))
    rows = [row for row in _PRINTED_ROW.findall(values) if row.strip()]
    return [[" ".join(cell.split()) for cell in row.split(",")] for row in rows]


def _what_is_wrong(plain: str) -> Reason:
    if _NOT_FINITE.fullmatch(plain):
        return Reason.NOT_FINITE
    if _TWO_SEPARATORS.fullmatch(plain):
        return Reason.TWO_SEPARATORS
    return Reason.NOT_A_NUMBER


def _shortened(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
