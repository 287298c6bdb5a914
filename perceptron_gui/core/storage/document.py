"""A whole history as a session document, and back."""

import errno
import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import safetensors
import safetensors.numpy
from msgspec import UNSET

from perceptron_gui import __version__
from perceptron_gui.core.actions import Ran
from perceptron_gui.core.history import Entry, History
from perceptron_gui.core.problems import Problem, Reason
from perceptron_gui.core.snapshot import FloatArray, frozen
from perceptron_gui.core.storage import schema
from perceptron_gui.core.storage.fitting import BETWEEN, MOST_ENTRIES, fitting
from perceptron_gui.core.storage.numbers import DamagedError
from perceptron_gui.core.storage.reader import Reader, refuse_twice
from perceptron_gui.core.storage.runs import shortened
from perceptron_gui.core.storage.writer import Writer

SUFFIX = ".perceptron"
LARGEST_DOCUMENT = 64 * 2**20
"""Bytes of a document: beyond that its oldest entries are left out, and at last its arrays go into a file beside it."""
_LARGEST_TENSORS = 2**31
_SHORT = 2**20
_BEGINNING = b'{"format":"%s"' % schema.FORMAT.encode()
_LONGEST_HEADER = 2**16
_BOM = b"\xef\xbb\xbf"
_UNREADABLE = (msgspec.MsgspecError, RecursionError, UnicodeDecodeError)


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """A document as bytes; how many of the oldest entries it leaves out.

    `tensors` are the bytes of the file that has to lie beside it, named by their SHA-256 `digest`; None without one.
    `undone_left_out` is how many of the last entries, which were undone, it leaves out where no older one is left.
    """

    data: bytes
    left_out: int = 0
    tensors: bytes | None = None
    digest: str = ""
    undone_left_out: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """What a document holds: a history, and how many entries were left out before its first."""

    history: History
    left_out: int = 0


@dataclass
class _Outside:
    """Takes all arrays of a document, for the file beside it."""

    arrays: dict[str, FloatArray] = field(default_factory=dict)

    def put(self, number: int, array: FloatArray) -> bool:
        self.arrays[str(number)] = array
        return True


def encoded(history: History, left_out: int = 0, limit: int = LARGEST_DOCUMENT) -> Encoded:
    """Return the document of a history.

    One that would take more than `limit` bytes begins with a later entry; one whose shown state alone would holds no
    arrays but names the file beside it that does. Of long runs it has less than there is (see `runs.shortened`).

    Args:
        history: what to write; futures that were cut off are not written.
        left_out: how many entries came before its first already.
        limit: the most bytes of a document.
    """
    entries, shown = tuple(map(shortened, history.entries)), history.index
    # Numbers have no more digits than these.
    room = limit - len(_document(history, 0, [], left_out + len(entries)))
    first, lines = fitting(entries, shown, room)
    if lines:
        behind = len(entries) - first - len(lines)
        return Encoded(_document(history, first, lines, left_out + first), left_out + first, undone_left_out=behind)
    outside = _Outside()
    lines = [Writer(outside.put).line(entries[shown], None)]
    tensors = safetensors.numpy.save(outside.arrays)
    digest = hashlib.sha256(tensors).hexdigest()
    data = _document(history, shown, lines, left_out + shown, digest)
    return Encoded(data, left_out + shown, tensors, digest, len(entries) - shown - 1)


def decoded(data: bytes, file: str = "", find_tensors: Callable[[str], Path | None] = lambda _digest: None) -> Opened:
    """Read a document.

    Args:
        data: what stands in the file.
        file: its name, for a Problem.
        find_tensors: where the file beside it with a given SHA-256 lies, or None.

    Raises:
        Problem: NOT_A_SESSION, SESSION_NEWER, SESSION_DAMAGED or TENSORS_MISSING.
    """
    header, lines = _header(data, file)
    reader = Reader()
    if header.tensors is not UNSET:
        reader = Reader(_tensors(header.tensors, file, find_tensors))
    entries: list[Entry] = []
    try:
        for line in lines:
            entries.append(reader.entry(line, entries[-1] if entries else None))
    except DamagedError as damage:
        number = header.left_out + len(entries) + 1
        raise Problem(Reason.SESSION_DAMAGED, file=file, entry=number, detail=str(damage)) from damage
    _check_shown(header, entries[header.index], file)
    held = sum(entry.new_bytes for entry in entries)
    history = History(tuple(entries), header.index, held).thinned()
    return Opened(history, header.left_out + len(entries) - len(history.entries))


def load(path: Path) -> Opened:
    """Read a document from a file.

    Raises:
        Problem: what `decoded` raises; FILE_UNREADABLE or FILE_TOO_LARGE.
    """
    data = read_bytes(path, LARGEST_DOCUMENT)
    return decoded(data, path.name, lambda digest: tensors_beside(path, digest))


def tensors_beside(path: Path, digest: str) -> Path | None:
    """Return the file with the arrays of a document in its folder, by the beginning of its SHA-256."""
    expected = path.with_name(tensors_name(path, digest))
    return next(
        (found for found in (expected, *sorted(path.parent.glob(f"*.{digest[:16]}.safetensors"))) if found.exists()),
        None,
    )


def tensors_name(path: Path, digest: str) -> str:
    """Return the name of the file with the arrays of a document."""
    return f"{path.stem}.{digest[:16]}.safetensors"


def tensors_named(path: Path) -> str:
    """Return the SHA-256 of the file with the arrays of a document; "" where it needs none, or is none."""
    try:
        with path.open("rb") as file:
            # It says so behind its only entry, which is short without its arrays.
            data = file.read(_SHORT)
    except OSError:
        return ""
    found = re.search(rb'"tensors":"([0-9a-f]{64})"\}\s*\Z', data)
    return "" if found is None else found[1].decode()


def read_bytes(path: Path, limit: int) -> bytes:
    """Read a file of at most `limit` bytes; nothing is read of a larger one, or of what is no file.

    Raises:
        Problem: FILE_UNREADABLE or FILE_TOO_LARGE.
    """
    size = _size_of_file(path, limit)
    try:
        with path.open("rb") as file:
            return file.read(size)
    except OSError as error:
        raise Problem(Reason.FILE_UNREADABLE, file=str(path), detail=str(error)) from error


def _size_of_file(path: Path, limit: int) -> int:
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        raise Problem(Reason.FILE_UNREADABLE, file=str(path), detail=str(error)) from error
    if not stat.S_ISREG(status.st_mode):
        # A pipe would never end, and a device has no size.
        code = errno.EISDIR if stat.S_ISDIR(status.st_mode) else errno.EINVAL
        raise Problem(Reason.FILE_UNREADABLE, file=str(path), detail=os.strerror(code))
    if status.st_size > limit:
        raise Problem(Reason.FILE_TOO_LARGE, file=str(path), limit=limit // 2**20)
    return status.st_size


def _document(history: History, first: int, lines: list[bytes], left_out: int, digest: str = "") -> bytes:
    """Return a document as text that can be read: a line of what it is, then an entry a line."""
    entry = history.entry
    has_runs = any(isinstance(one.action, Ran) for one in history.entries[first : first + len(lines)])
    header = schema.Header(
        format=schema.FORMAT,
        version=schema.VERSION if has_runs else schema.WITHOUT_RUNS,
        program=__version__,
        torch=entry.environment.torch if entry.environment is not None else "",
        device=entry.device,
        seed=entry.snapshot.config.seed,
        index=history.index - first,
        entries=(),
        left_out=left_out,
        tensors=digest or UNSET,
    )
    before, entries, after = msgspec.json.encode(header).partition(b'"entries":[')
    return b"".join((before, entries, b"\n", BETWEEN.join(lines), b"\n", after, b"\n"))


def _header(data: bytes, file: str) -> tuple[schema.Header, Iterator[bytes]]:
    """Return what a document is, and the lines of its entries, which are cut out one by one."""
    try:
        text, lines, count = _split(data)
        stamp = _stamp(text or data, data)
        if stamp.format == schema.FORMAT and stamp.version > schema.VERSION:
            raise Problem(Reason.SESSION_NEWER, file=file, version=stamp.version, known=schema.VERSION)
        header = msgspec.json.decode(text, type=schema.Header)
        refuse_twice(text, header)
    except (*_UNREADABLE, DamagedError) as error:
        # The line behind the last entry is missing: it was cut short.
        if data.removeprefix(_BOM).startswith(_BEGINNING) and b"\n" in data and b"\n]" not in data:
            entry = data.rstrip().count(b"\n")
            raise Problem(Reason.SESSION_DAMAGED, file=file, entry=entry, detail=str(error)) from error
        raise Problem(Reason.NOT_A_SESSION, file=file, detail=str(error)) from error
    is_known = header.format == schema.FORMAT and schema.WITHOUT_RUNS <= header.version <= schema.VERSION
    if not is_known or header.index >= count:
        raise Problem(Reason.NOT_A_SESSION, file=file, detail="format, version or index")
    return header, lines


def _split(data: bytes) -> tuple[bytes, Iterator[bytes], int]:
    """Return the first line with the last, the lines between them, and how many those are."""
    count = data.count(b"\n") - 1
    if count > MOST_ENTRIES + 1:
        raise DamagedError("there are more lines than in any session")
    start = len(_BOM) if data.startswith(_BOM) else 0
    end = len(data.rstrip())
    first, last = data.find(b"\n", start, end), data.rfind(b"\n", start, end)
    text = data[start:first] + data[last:end] if 0 <= first < last and first + end - last < _LONGEST_HEADER else b""
    return text, _between(data, first + 1, last), data.count(b"\n", first + 1, max(last, 0)) + 1


def _between(data: bytes, start: int, last: int) -> Iterator[bytes]:
    """Cut out the lines that end at `last` or before; each but the last ends with a comma."""
    while start <= last:
        end = data.find(b"\n", start, last)
        end = last if end < 0 else end
        comma = len(data[start:end].rstrip()) + start - 1
        if (data[comma : comma + 1] == b",") is (end == last):
            raise DamagedError("a line ends with a comma, unless it is the last")
        yield data[start : end if end == last else comma]
        start = end + 1


def _stamp(text: bytes, data: bytes) -> "_Stamp":
    try:
        return msgspec.json.decode(text, type=_Stamp)
    except _UNREADABLE:
        # What a newer version makes of its lines is its own affair.
        return msgspec.json.decode(data.removeprefix(_BOM), type=_Stamp)


def _check_shown(header: schema.Header, shown: Entry, file: str) -> None:
    """Raise SESSION_DAMAGED unless the head of a document says of the shown entry what the entry says."""
    torch = "" if shown.environment is None else shown.environment.torch
    if (header.device, header.seed, header.torch) != (shown.device, shown.snapshot.config.seed, torch):
        entry = header.left_out + header.index + 1
        raise Problem(Reason.SESSION_DAMAGED, file=file, entry=entry, detail="device, seed or torch of the document")


def _tensors(
    digest: str, file: str, find_tensors: Callable[[str], Path | None]
) -> Callable[[int, tuple[int, ...]], FloatArray]:
    """Return where the arrays of a document are, in the file beside it; it has to be the very one."""
    path = find_tensors(digest)
    missing = Problem(
        Reason.TENSORS_MISSING, file=file, tensors=f"*.{digest[:16]}.safetensors" if path is None else path.name
    )
    if path is None:
        raise missing
    _size_of_file(path, _LARGEST_TENSORS)
    try:
        with path.open("rb") as opened:
            if hashlib.file_digest(opened, "sha256").hexdigest() != digest:
                raise missing
        read = _float_arrays(path)
    except OSError as error:
        raise Problem(Reason.FILE_UNREADABLE, file=str(path), detail=str(error)) from error
    except safetensors.SafetensorError as error:
        raise missing from error

    def array(number: int, shape: tuple[int, ...]) -> FloatArray:
        found = read(str(number), shape)
        if found is None:
            raise DamagedError(f"array {number} is not in the file beside the document")
        return found

    return array


def _float_arrays(path: Path) -> Callable[[str, tuple[int, ...]], FloatArray | None]:
    """Return how to read an array of float32 numbers out of a file of safetensors; what nobody names is not read."""
    # It is open as long as it is read from: its header may be long.
    file: Any = safetensors.safe_open(path, "numpy")
    names = frozenset(file.keys())

    def read(name: str, shape: tuple[int, ...]) -> FloatArray | None:
        header = file.get_slice(name) if name in names else None
        if header is None or header.get_dtype() != "F32" or tuple(header.get_shape()) != shape:
            return None
        return frozen(file.get_tensor(name))

    return read


class _Stamp(msgspec.Struct):
    """What every version of a document says."""

    format: str
    version: schema.Number
