"""A whole history as a session document, and back."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import numpy as np
import safetensors.numpy
from msgspec import UNSET

from perceptron_gui import __version__
from perceptron_gui.core.history import Entry, History
from perceptron_gui.core.problems import Problem, Reason
from perceptron_gui.core.snapshot import FloatArray, frozen
from perceptron_gui.core.storage import schema
from perceptron_gui.core.storage.numbers import DamagedError
from perceptron_gui.core.storage.reader import Reader, refuse_twice
from perceptron_gui.core.storage.writer import Writer

SUFFIX = ".perceptron"
LARGEST_DOCUMENT = 64 * 2**20
"""Bytes of a document: beyond that its oldest entries are left out, and at last its arrays go into a file beside it."""
_LARGEST_TENSORS = 2**31
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """A document as bytes; how many of the oldest entries it leaves out.

    `tensors` are the bytes of the file that has to lie beside it, named by their SHA-256 `digest`; None without one.
    """

    data: bytes
    left_out: int = 0
    tensors: bytes | None = None
    digest: str = ""


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
    arrays but names the file beside it that does.

    Args:
        history: what to write; futures that were cut off are not written.
        left_out: how many entries came before its first already.
        limit: the most bytes of a document.
    """
    room = limit - len(_with_header(history, 0, [], left_out))
    first, lines = _fitting(history, room)
    if lines:
        return Encoded(_with_header(history, first, lines, left_out + first), left_out + first)
    shown = history.index
    outside = _Outside()
    lines = _lines(history.entries[shown : shown + 1], Writer(outside.put))
    tensors = safetensors.numpy.save(outside.arrays)
    digest = hashlib.sha256(tensors).hexdigest()
    return Encoded(_with_header(history, shown, lines, left_out + shown, digest), left_out + shown, tensors, digest)


def decoded(data: bytes, file: str = "", find_tensors: Callable[[str], Path | None] = lambda _digest: None) -> Opened:
    """Read a document.

    Args:
        data: what stands in the file.
        file: its name, for a Problem.
        find_tensors: where the file beside it with a given SHA-256 lies, or None.

    Raises:
        Problem: NOT_A_SESSION, SESSION_NEWER, SESSION_DAMAGED or TENSORS_MISSING.
    """
    header = _header(data.removeprefix(_BOM), file)
    reader = Reader()
    if header.tensors is not UNSET:
        reader = Reader(_tensors(header.tensors, file, find_tensors))
    entries: list[Entry] = []
    for number, line in enumerate(header.entries):
        try:
            entries.append(reader.entry(line, entries[-1] if entries else None))
        except DamagedError as damage:
            entry = header.left_out + number + 1
            raise Problem(Reason.SESSION_DAMAGED, file=file, entry=entry, detail=str(damage)) from damage
    _check_shown(header, entries[header.index], file)
    held = sum(entry.new_bytes for entry in entries)
    return Opened(History(tuple(entries), header.index, held).thinned(), header.left_out)


def load(path: Path) -> Opened:
    """Read a document from a file.

    Raises:
        Problem: what `decoded` raises; FILE_UNREADABLE or FILE_TOO_LARGE.
    """
    data = read_bytes(path, LARGEST_DOCUMENT)
    return decoded(data, path.name, lambda digest: tensors_beside(path, digest))


def tensors_beside(path: Path, digest: str) -> Path | None:
    """Return the file with the arrays of a document in its folder, by the beginning of its SHA-256."""
    return next(iter(sorted(path.parent.glob(f"*.{digest[:16]}.safetensors"))), None)


def tensors_name(path: Path, digest: str) -> str:
    """Return the name of the file with the arrays of a document."""
    return f"{path.stem}.{digest[:16]}.safetensors"


def tensors_of(path: Path) -> list[Path]:
    """Return the files with arrays of this document and of earlier ones of its name."""
    pattern = re.compile(re.escape(path.stem) + r"\.[0-9a-f]{16}\.safetensors")
    return [one for one in path.parent.iterdir() if pattern.fullmatch(one.name)]


def read_bytes(path: Path, limit: int) -> bytes:
    """Read a file of at most `limit` bytes.

    Raises:
        Problem: FILE_UNREADABLE or FILE_TOO_LARGE.
    """
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except (OSError, ValueError) as error:
        raise Problem(Reason.FILE_UNREADABLE, file=str(path), detail=str(error)) from error
    if len(data) > limit:
        raise Problem(Reason.FILE_TOO_LARGE, file=str(path), limit=limit // 2**20)
    return data


def _lines(entries: tuple[Entry, ...], writer: Writer) -> list[bytes]:
    before = (None, *(entry.snapshot for entry in entries))
    return [writer.line(entry, earlier) for entry, earlier in zip(entries, before, strict=False)]


def _fitting(history: History, room: int) -> tuple[int, list[bytes]]:
    """Return the first entry from which on all fit into `room` bytes, and their lines; none where not even one does.

    Before anything is written it is known that a number takes two characters or more.
    """
    entries, shown = history.entries, history.index
    most = room * 2
    kept = len(entries)
    while kept > 0 and most >= 0:
        kept -= 1
        most -= entries[kept].new_bytes
    first = kept if most >= 0 else kept + 1
    if first > shown or 2 * sum(array.size for array in entries[shown].snapshot.arrays().values()) > room:
        return shown, []
    lines = _lines(entries[first:], Writer())
    rest = sum(map(len, lines)) + len(lines)
    if rest <= room:
        return first, lines
    for position, line in enumerate(lines[: shown - first]):
        rest -= len(line) + 1
        # What it begins with then is a whole state; what follows stays as it was.
        if (
            rest <= room
            and rest - len(lines[position + 1]) + len(Writer().line(entries[first + position + 1], None)) <= room
        ):
            return first + position + 1, _lines(entries[first + position + 1 :], Writer())
    return shown, []


def _with_header(history: History, first: int, lines: list[bytes], left_out: int, digest: str = "") -> bytes:
    """Return a document as text that can be read: a key a line, and an entry a line."""
    entry = history.entry
    header = schema.Header(
        format=schema.FORMAT,
        version=schema.VERSION,
        program=__version__,
        torch=entry.environment.torch if entry.environment is not None else "",
        device=entry.device,
        seed=entry.snapshot.config.seed,
        index=history.index - first,
        entries=(),
        left_out=left_out,
        tensors=digest or UNSET,
    )
    text = msgspec.json.encode(header).decode().replace('"entries":[]', '"entries":[\n%s\n]')
    before, after = text.split("%s")
    return b"".join((before.encode(), b",\n".join(lines), after.encode(), b"\n"))


def _header(data: bytes, file: str) -> schema.Header:
    try:
        stamp = msgspec.json.decode(data, type=_Stamp)
        if stamp.format == schema.FORMAT and stamp.version > schema.VERSION:
            raise Problem(Reason.SESSION_NEWER, file=file, version=stamp.version, known=schema.VERSION)
        header = msgspec.json.decode(data, type=schema.Header)
        refuse_twice(data, header)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError, DamagedError) as error:
        raise Problem(Reason.NOT_A_SESSION, file=file, detail=str(error)) from error
    if header.format != schema.FORMAT or header.version != schema.VERSION or header.index >= len(header.entries):
        raise Problem(Reason.NOT_A_SESSION, file=file, detail="format, version or index")
    return header


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
    if path is None:
        raise Problem(Reason.TENSORS_MISSING, file=file, tensors=f"*.{digest[:16]}.safetensors")
    data = read_bytes(path, _LARGEST_TENSORS)
    if hashlib.sha256(data).hexdigest() != digest:
        raise Problem(Reason.TENSORS_MISSING, file=file, tensors=path.name)
    arrays = safetensors.numpy.load(data)

    def array(number: int, shape: tuple[int, ...]) -> FloatArray:
        found = arrays.get(str(number))
        if found is None or found.dtype != np.float32 or found.shape != shape:
            raise DamagedError(f"array {number} is not in the file beside the document")
        return frozen(found)

    return array


class _Stamp(msgspec.Struct):
    """What every version of a document says."""

    format: str
    version: int
