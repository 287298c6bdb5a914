"""How a table of text is written: what separates its cells, its decimal mark, its header, its encoding."""

import codecs
import csv
import io
import re
from dataclasses import replace
from itertools import islice

from perceptron_gui.core.importing.values import SEPARATORS, Dialect
from perceptron_gui.core.parsing import parse_number
from perceptron_gui.core.problems import Problem

OTHER_MARK = {".": ",", ",": "."}
_LOOKALIKES = {"\u2212": b"-", "\u00a0": b"", "\u202f": b""}
_SAMPLE = 50
_PIECE = 2**20
_END = r'[ \t]*"?[ \t]*(?:[;\t\n]|\Z)'
_START = r'(?:(?<=[;\t\n])|\A)[ \t]*"?[ \t]*[+-]?'
_EXPONENT = r"(?:[eE][+-]?\d++)?"
_WITH_DOT = re.compile(rf"{_START}(?:\d++\.\d*+|\.\d++){_EXPONENT}{_END}".encode())
_WITH_COMMA = re.compile(rf"{_START}(?:\d++,\d*+|,\d++){_EXPONENT}{_END}".encode())
_GROUPED = r"[1-9]\d{0,2},\d{3}"
_WITH_CERTAIN_COMMA = re.compile(rf"{_START}(?!{_GROUPED}{_END})(?:\d++,\d*+|,\d++){_EXPONENT}{_END}".encode())
# In a file with commas between its cells a cell that has one stands in quotes, and a dot may follow a comma.
_QUOTED = rf'(?<=")[+-]?(?:\d++,\d*+|,\d++){_EXPONENT}"'
_QUOTED_COMMA = re.compile(_QUOTED.encode())
_QUOTED_CERTAIN_COMMA = re.compile(rf'(?<=")(?![+-]?{_GROUPED}")[+-]?(?:\d++,\d*+|,\d++){_EXPONENT}"'.encode())
_ANY_DOT = re.compile(rb"\d\.\d|[,\n]\.\d")
# Of such lines it cannot be told whether they are one cell or two.
_AT_MOST_ONE_COMMA = rf"[ \t]*[+-]?(?:\d++(?:,\d++)?|,\d++){_EXPONENT}[ \t]*"
_OTHER_LINE = re.compile(rf"^(?!{_AT_MOST_ONE_COMMA}$)(?=.)".encode(), re.MULTILINE)


def is_encoded(data: bytes, encoding: str) -> bool:
    """Whether bytes are text in an encoding; a piece at a time, for a text takes up to four times the room."""
    decoder = codecs.getincrementaldecoder(encoding)()
    view = memoryview(data)
    try:
        for start in range(0, len(data), _PIECE):
            decoder.decode(view[start : start + _PIECE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def is_number(text: str, decimal: str | None) -> bool:
    """Whether a cell is a finite number of float32 that has this decimal mark, if any; any mark where it is None."""
    if decimal is not None and OTHER_MARK[decimal] in text:
        return False
    try:
        parse_number(text)
    except Problem:
        return False
    return True


def detected(plain: bytes, encoding: str, wished: Dialect) -> Dialect:
    """Return how a text is written, but for its header; what was wished is as wished."""
    separator = wished.separator or _separator(plain, encoding, wished.decimal)
    if separator is None:
        return replace(wished, separator=None)
    return replace(wished, separator=separator, decimal=wished.decimal or _decimal(plain, encoding, separator))


def has_header(first: list[list[str]], dialect: Dialect) -> bool:
    """Whether the first row names the columns: it has words where the second has numbers."""
    if dialect.has_header is not None:
        return dialect.has_header
    if len(first) < 2:
        return False
    pairs = zip(first[0], first[1], strict=False)
    return any(not is_number(name, dialect.decimal) and is_number(value, dialect.decimal) for name, value in pairs)


def example(plain: bytes, encoding: str, separator: str | None) -> str:
    """Return a text whose comma may be one thing or the other."""
    if separator is None:
        return plain.partition(b"\n")[0].decode(encoding, "replace")
    found = (_QUOTED_COMMA if separator == "," else _WITH_COMMA).search(plain)
    return found[0].decode(encoding, "replace").strip(' \t\n;"') if found else ""


def _separator(plain: bytes, encoding: str, decimal: str | None) -> str | None:
    """Return what stands as often in each of the first lines; None where a comma may be a decimal mark as well."""
    start = plain[: 2 * _PIECE].decode(encoding, "replace")
    widths = {separator: _widths(start, separator) for separator in SEPARATORS}
    for separator in ("\t", ";"):
        if len(set(widths[separator])) == 1 and widths[separator][0] > 1:
            return separator
    if b"," in plain and not _OTHER_LINE.search(plain):
        return {".": ",", ",": ";", None: None}[decimal]
    if len(set(widths[","])) == 1 and widths[","][0] > 1:
        return ","
    if widths[","][0] == 1 and all(width <= 2 for width in widths[","]):
        # One column: its commas are decimal marks.
        return ";"
    return next((separator for separator in SEPARATORS if widths[separator][0] > 1), ";")


def _widths(start: str, separator: str) -> list[int]:
    try:
        rows = [len(row) for row in islice(csv.reader(io.StringIO(start), delimiter=separator), _SAMPLE)]
    except csv.Error:
        rows = []
    return rows or [0]


def _decimal(plain: bytes, encoding: str, separator: str) -> str | None:
    """Return the decimal mark; None where all commas stand as between thousands, or both marks do duty."""
    for letter, meant in _LOOKALIKES.items():
        encoded = letter.encode(encoding, "ignore")
        plain = plain.replace(encoded, meant) if encoded else plain
    if separator == ",":
        comma, certain, dot = _QUOTED_COMMA, _QUOTED_CERTAIN_COMMA, _ANY_DOT
    else:
        comma, certain, dot = _WITH_COMMA, _WITH_CERTAIN_COMMA, _WITH_DOT
    if not comma.search(plain):
        return "."
    if not certain.search(plain):
        return "." if dot.search(plain) else None
    return None if dot.search(plain) else ","
