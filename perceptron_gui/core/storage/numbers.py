"""Arrays as lists of numbers in JSON: every float32 in full, NaN and infinities as strings.

A processor makes NaNs of more than one kind, and the bits say which: `nan`, `-nan`, and `nan 7fc00001` for any other.
"""

import re
from collections.abc import Iterable, Iterator

import msgspec
import numpy as np
import numpy.typing as npt

from perceptron_gui.core.parsing import FIRST_TOO_LARGE, shortest_texts
from perceptron_gui.core.snapshot import FloatArray, Rows

_PIECE = 2**16
"""Characters read at a time: what a list of numbers takes besides itself, and how long other threads wait."""
_SHORT = 2048
_OF_NUMBERS = b"0123456789+-.eE, \t\r\n"
_NOT_FINITE = {"nan": 0x7FC00000, "-nan": 0xFFC00000, "inf": 0x7F800000, "-inf": 0xFF800000}
_NAMES = {bits: name for name, bits in _NOT_FINITE.items()}
_OTHER_NAN = re.compile(r"nan ([0-9a-f]{8})")
_decode = msgspec.json.Decoder(list[float | str]).decode


class DamagedError(ValueError):
    """What was read cannot be what the program wrote; the text says why, for a person who repairs it."""


def written(values: FloatArray) -> msgspec.Raw:
    """Return all numbers of an array as one list, row after row, in the shortest texts that read back the same."""
    flat = values.reshape(-1)
    texts = shortest_texts(flat)
    for index in np.flatnonzero(~np.isfinite(flat)):
        bits = int(flat.view(np.uint32)[index])
        texts[index] = f'"{_NAMES.get(bits) or f"nan {bits:08x}"}"'
    return msgspec.Raw(f"[{','.join(texts)}]".encode())


def written_ints(values: Iterable[int]) -> msgspec.Raw:
    """Return whole numbers as one list."""
    return msgspec.Raw(f"[{','.join(map(str, values))}]".encode())


def read_floats(raw: msgspec.Raw, count: int) -> FloatArray:
    """Read `count` float32 numbers; what is not needed to keep them takes no memory, whatever the text is.

    Raises:
        DamagedError: no such list, another number of them, or one that is no float32.
    """
    text = bytes(raw)
    if len(text) <= _SHORT:
        return _exactly(count, _by_python(text))
    if text.count(b",") + 1 != count:
        raise DamagedError(f"{count} numbers were expected")
    values = np.empty(count, np.float32)
    filled = 0
    for part in _pieces(text):
        piece = _parsed(part)
        values[filled : filled + len(piece)] = piece
        filled += len(piece)
    return values


def is_float32(value: float) -> bool:
    """Whether a number is a finite float32."""
    return abs(value) < FIRST_TOO_LARGE and float(np.float32(value)) == value


def read_ints(raw: msgspec.Raw, count: int) -> npt.NDArray[np.int64]:
    """Read at most `count` whole numbers from 0 up. Raises DamagedError as `read_floats` does."""
    text = bytes(raw)
    found = text.count(b",") + 1
    if found > count:
        raise DamagedError("there are more rows than in x")
    values = np.empty(found, np.int64)
    filled = 0
    for part in _pieces(text):
        if part.translate(None, b"0123456789, \t\r\n"):
            raise DamagedError("this is no list of whole numbers")
        piece = _floats(part)
        if piece.max() > 2**53:
            raise DamagedError("a whole number is too large")
        values[filled : filled + len(piece)] = piece
        filled += len(piece)
    return values


def read_rows(raw: msgspec.Raw, m: int) -> Rows:
    """Read which of m samples Forward takes: some in ascending order, or null for all."""
    if bytes(raw) == b"null":
        return None
    rows = read_ints(raw, m)
    if len(rows) >= m or rows[-1] >= m or not (np.diff(rows) > 0).all():
        raise DamagedError("these are no rows of x")
    return tuple(rows.tolist())


def _pieces(text: bytes) -> Iterator[bytes]:
    """Cut a list into texts of some numbers each."""
    last = len(text) - 1
    if not (text.startswith(b"[") and text.endswith(b"]") and text[1:2048].strip(b" \t\r\n]")):
        raise DamagedError("this is no list of numbers")
    start = 1
    while start < last:
        end = text.find(b",", start + _PIECE, last)
        end = last if end < 0 else end
        yield text[start:end]
        start = end + 1


def _parsed(text: bytes) -> FloatArray:
    """Read finite numbers that JSON allows, by way of float64."""
    if b'"' in text:
        return _by_python(b"[%b]" % text)
    if text.translate(None, _OF_NUMBERS):
        raise DamagedError("something in a list of numbers is none")
    with np.errstate(over="ignore"):
        values = _floats(text).astype(np.float32)
    if not np.isfinite(values).all():
        raise DamagedError("a number is beyond float32")
    return values


def _floats(text: bytes) -> npt.NDArray[np.float64]:
    try:
        return np.fromstring(text.decode("ascii"), sep=",", dtype=np.float64)
    except ValueError as error:
        raise DamagedError("this is no list of numbers") from error


def _by_python(text: bytes) -> FloatArray:
    """Read a list of numbers, strings for those that are not finite among them: quick where they are few."""
    try:
        values = _decode(text)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise DamagedError(str(error)) from error
    finite = [0.0 if isinstance(value, str) else value for value in values]
    if finite and max(map(abs, finite)) >= FIRST_TOO_LARGE:
        raise DamagedError("a number is beyond float32")
    array = np.array(finite, np.float32)
    for index, value in enumerate(values) if b'"' in text else ():
        if isinstance(value, str):
            array.view(np.uint32)[index] = _bits(value)
    return array


def _bits(name: str) -> int:
    """Return the float32 that is not finite, of a name, as a whole number."""
    bits = _NOT_FINITE.get(name)
    other = _OTHER_NAN.fullmatch(name)
    if bits is None and other is not None:
        bits = int(other[1], 16)
    if bits is None or (other is not None and (bits in _NAMES or bits & 0x7F800000 != 0x7F800000)):
        raise DamagedError("something in a list of numbers is none")
    return bits


def _exactly(count: int, values: FloatArray) -> FloatArray:
    if len(values) != count:
        raise DamagedError(f"{count} numbers were expected")
    return values
