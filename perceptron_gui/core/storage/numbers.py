"""Arrays as lists of numbers in JSON: every float32 in full, NaN and infinities as strings."""

from typing import TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

from perceptron_gui.core.parsing import FIRST_TOO_LARGE, shortest_texts
from perceptron_gui.core.snapshot import FloatArray, Rows

_PIECE = 2**16
"""Characters read at a time: what a list of numbers takes besides itself, and how long other threads wait."""
_OF_NUMBERS = b"0123456789+-.eE, \t\r\n"
_FEW = 64
_NOT_FINITE = {"nan", "inf", "-inf"}
_decode = msgspec.json.Decoder(list[float | str]).decode
_Scalar = TypeVar("_Scalar", np.float32, np.int64)


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
    """Read `count` float32 numbers.

    Raises:
        DamagedError: no such list, another number of them, or one that is no float32.
    """
    if count <= _FEW:
        return _few(raw, count)
    text = _inside(raw, count)
    if b'"' in text:
        return _few(raw, count)
    values = _parsed(text, count, np.dtype(np.float32))
    if not np.isfinite(values).all():
        raise DamagedError("a number is beyond float32")
    return values


def is_float32(value: float) -> bool:
    """Whether a number is a finite float32."""
    return abs(value) < FIRST_TOO_LARGE and float(np.float32(value)) == value


def read_ints(raw: msgspec.Raw, count: int) -> npt.NDArray[np.int64]:
    """Read at most `count` whole numbers. Raises DamagedError as `read_floats` does."""
    text = _inside(raw)
    found = text.count(b",") + 1
    if found > count or b"." in text or b"e" in text or b"E" in text:
        raise DamagedError("this is no list of rows")
    return _parsed(text, found, np.dtype(np.int64))


def read_rows(raw: msgspec.Raw | None, m: int) -> Rows:
    """Read which of m samples Forward takes: some in ascending order, or null for all."""
    if raw is None or bytes(raw) == b"null":
        return None
    rows = read_ints(raw, m)
    if len(rows) >= m or rows[0] < 0 or rows[-1] >= m or not (np.diff(rows) > 0).all():
        raise DamagedError("these are no rows of x")
    return tuple(rows.tolist())


def _inside(raw: msgspec.Raw, count: int | None = None) -> bytes:
    text = bytes(raw).strip()
    if not (text.startswith(b"[") and text.endswith(b"]") and text[1:-1].strip()):
        raise DamagedError("this is no list of numbers")
    if count is not None and text.count(b",") + 1 != count:
        raise DamagedError(f"{count} numbers were expected")
    return text[1:-1]


def _parsed(text: bytes, count: int, dtype: "np.dtype[_Scalar]") -> npt.NDArray[_Scalar]:
    """Read numbers that JSON allows, piece by piece, by way of float64."""
    if text.translate(None, _OF_NUMBERS):
        raise DamagedError("something in a list of numbers is none")
    values = np.empty(count, dtype)
    filled, start = 0, 0
    while start < len(text):
        end = text.find(b",", start + _PIECE)
        end = len(text) if end < 0 else end
        piece = np.fromstring(text[start:end].decode(), sep=",", dtype=np.float64)
        with np.errstate(over="ignore", invalid="ignore"):
            values[filled : filled + len(piece)] = piece
        filled, start = filled + len(piece), end + 1
    return values


def _few(raw: msgspec.Raw, count: int) -> FloatArray:
    """Read numbers, strings for those that are not finite among them, by way of Python's."""
    try:
        values = _decode(raw)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise DamagedError(str(error)) from error
    if len(values) != count:
        raise DamagedError(f"{count} numbers were expected")
    finite = [value for value in values if isinstance(value, float)]
    if len(finite) < count and not {value for value in values if isinstance(value, str)} <= _NOT_FINITE:
        raise DamagedError("something in a list of numbers is none")
    if finite and max(map(abs, finite)) >= FIRST_TOO_LARGE:
        raise DamagedError("a number is beyond float32")
    return np.array(values, np.float32)
