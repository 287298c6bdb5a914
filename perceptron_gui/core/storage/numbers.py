"""Arrays as lists of numbers in JSON: every float32 in full, NaN and infinities as strings."""

import msgspec
import numpy as np
import numpy.typing as npt

from perceptron_gui.core.parsing import FIRST_TOO_LARGE, shortest_texts
from perceptron_gui.core.snapshot import FloatArray, Rows

_PIECE = 2**20
"""Characters read at a time: what a list of numbers takes besides itself."""
_SHORT = 2048
_OF_NUMBERS = b"0123456789+-.eE, \t\r\n"
_NOT_FINITE = ("nan", "inf", "-inf")
_QUOTED = [(f'"{name}"'.encode(), name.encode()) for name in _NOT_FINITE]
_decode = msgspec.json.Decoder(list[float | str]).decode


class DamagedError(ValueError):
    """What was read cannot be what the program wrote; the text says why, for a person who repairs it."""


def written(values: FloatArray) -> msgspec.Raw:
    """Return all numbers of an array as one list, row after row, in the shortest texts that read back the same."""
    flat = values.reshape(-1)
    texts = shortest_texts(flat)
    for index in np.flatnonzero(~np.isfinite(flat)):
        texts[index] = f'"{texts[index]}"'
    return msgspec.Raw(f"[{','.join(texts)}]".encode())


def read_floats(raw: msgspec.Raw, count: int) -> FloatArray:
    """Read `count` float32 numbers; what is not needed to keep them takes no memory, whatever the text is.

    Raises:
        DamagedError: no such list, another number of them, or one that is no float32.
    """
    text = bytes(raw)
    if len(text) <= _SHORT:
        return _few(text, count)
    text = _inside(text)
    if text.count(b",") + 1 != count:
        raise DamagedError(f"{count} numbers were expected")
    values = np.empty(count, np.float32)
    filled, start = 0, 0
    while start < len(text):
        end = _end_of_piece(text, start)
        piece = _parsed(text[start:end])
        values[filled : filled + len(piece)] = piece
        filled, start = filled + len(piece), end + 1
    return values


def read_ints(raw: msgspec.Raw, count: int) -> npt.NDArray[np.int64]:
    """Read at most `count` whole numbers from 0 up. Raises DamagedError as `read_floats` does."""
    text = _inside(bytes(raw))
    found = text.count(b",") + 1
    if found > count or text.translate(None, b"0123456789, \t\r\n"):
        raise DamagedError("this is no list of whole numbers")
    values = np.empty(found, np.int64)
    filled, start = 0, 0
    while start < len(text):
        end = _end_of_piece(text, start)
        piece = _floats(text[start:end])
        if piece.max() > 2**53:
            raise DamagedError("a whole number is too large")
        values[filled : filled + len(piece)] = piece
        filled, start = filled + len(piece), end + 1
    return values


def read_rows(raw: msgspec.Raw, m: int) -> Rows:
    """Read which of m samples Forward takes: some in ascending order, or null for all."""
    if bytes(raw) == b"null":
        return None
    rows = read_ints(raw, m)
    if len(rows) >= m or rows[-1] >= m or not (np.diff(rows) > 0).all():
        raise DamagedError("these are no rows of x")
    return tuple(rows.tolist())


def _inside(text: bytes) -> bytes:
    text = text.strip()
    if not (text.startswith(b"[") and text.endswith(b"]") and text[1:-1].strip()):
        raise DamagedError("this is no list of numbers")
    return text[1:-1]


def _end_of_piece(text: bytes, start: int) -> int:
    end = text.find(b",", start + _PIECE)
    return len(text) if end < 0 else end


def _parsed(text: bytes) -> FloatArray:
    """Read numbers that JSON allows, strings for those that are not finite among them, by way of float64."""
    strings = text.count(b'"') // 2
    plain = text
    for quoted, name in _QUOTED if strings else ():
        plain, text = plain.replace(quoted, b"0"), text.replace(quoted, name)
    if plain.translate(None, _OF_NUMBERS):
        raise DamagedError("something in a list of numbers is none")
    with np.errstate(over="ignore"):
        values = _floats(text).astype(np.float32)
    if len(values) - np.count_nonzero(np.isfinite(values)) != strings:
        raise DamagedError("a number is beyond float32")
    return values


def _floats(text: bytes) -> npt.NDArray[np.float64]:
    try:
        return np.fromstring(text.decode("ascii"), sep=",", dtype=np.float64)
    except ValueError as error:
        raise DamagedError("this is no list of numbers") from error


def _few(text: bytes, count: int) -> FloatArray:
    """Read numbers as `_parsed` does, by way of Python's: quicker where they are few."""
    try:
        values = _decode(text)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise DamagedError(str(error)) from error
    if len(values) != count:
        raise DamagedError(f"{count} numbers were expected")
    finite = [value for value in values if isinstance(value, float)]
    if len(finite) < count and not {value for value in values if isinstance(value, str)} <= {*_NOT_FINITE}:
        raise DamagedError("something in a list of numbers is none")
    if finite and max(map(abs, finite)) >= FIRST_TOO_LARGE:
        raise DamagedError("a number is beyond float32")
    return np.array(values, np.float32)
