"""Which entries of a history fit into a document: the newest, and always the one that is shown."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from msgspec import Raw

from perceptron_gui.core.actions import Ran
from perceptron_gui.core.history import Entry
from perceptron_gui.core.snapshot import FloatArray
from perceptron_gui.core.storage.numbers import written
from perceptron_gui.core.storage.writer import Writer

MOST_ENTRIES = 2**17
"""A document of the largest size has so many of 512 bytes each; a document of more is not read."""
BETWEEN = b",\n"
"""What stands between two entries."""
_LONGEST_NUMBER = 24
_REST = 1024
"""What a whole state takes beside its arrays, about."""


def fitting(entries: Sequence[Entry], shown: int, room: int, most: int = MOST_ENTRIES) -> tuple[int, list[bytes]]:
    """Return the first entry that is written, and the lines from it on; none where not even the shown one fits.

    The oldest entries are left out first, and where that does not do, the last of those that were undone.

    Args:
        entries: all there are.
        shown: the index of the one that has to be kept.
        room: bytes that the lines may take together.
        most: how many entries a document may have.
    """
    texts = _Texts()
    first = max(0, min(shown, len(entries) - most))
    end = min(len(entries), first + most)
    if sum(entry.new_bytes for entry in entries[first:end]) // 4 * _LONGEST_NUMBER > room:
        first, end = _by_arrays(entries, (first, shown, end), room, texts)
    margin = 0
    while end > first:
        lines = _lines(entries[first:end], texts)
        excess = _size(lines) - room
        if excess <= 0:
            return first, lines
        if end - first == 1:
            break
        first, end = _by_lines(entries, (first, shown, end), lines, room - margin, texts)
        # A kept line may have to write out what one that is left out had written: so each time more is left out.
        margin = 2 * margin + excess // 8
    return shown, []


@dataclass
class _Texts:
    """The text of each array, made once; somebody else keeps the arrays alive meanwhile."""

    of: dict[int, Raw] = field(default_factory=dict)

    def __call__(self, array: FloatArray) -> Raw:
        text = self.of.get(id(array))
        if text is None:
            text = self.of[id(array)] = written(array)
        return text

    def length(self, array: npt.NDArray[Any], room: int) -> int:
        """Return how many bytes an array takes, about; for that one that cannot fit into `room` is not written."""
        least = 2 * array.size
        is_float = array.dtype == np.float32
        return memoryview(self(array)).nbytes if is_float and least <= room else least


def _by_arrays(entries: Sequence[Entry], window: tuple[int, int, int], room: int, texts: _Texts) -> tuple[int, int]:
    """Return the first entry that is kept and the one behind the last, as far as the numbers in them tell.

    Only as many numbers are written as there is room for. `window` is the first entry, the shown one and the end.
    """
    first, shown, end = window
    seen: set[int] = set()
    left, kept = room, end
    while kept > first and (left := left - _unseen(entries[kept - 1], seen, left, texts)) >= 0:
        kept -= 1
    if kept <= shown:
        return kept, end
    seen.clear()
    left, kept = room, shown
    while kept < end and (left := left - _unseen(entries[kept], seen, left, texts)) >= 0:
        kept += 1
    return shown, kept


def _unseen(entry: Entry, seen: set[int], room: int, texts: _Texts) -> int:
    """Return how many bytes the arrays of a state take that were not seen yet."""
    length = 0
    of_run = entry.action.arrays() if isinstance(entry.action, Ran) else {}
    for key, array in (entry.snapshot.arrays() | of_run).items():
        if key not in seen:
            seen.add(key)
            length += texts.length(array, room - length)
    return length


def _by_lines(
    entries: Sequence[Entry], window: tuple[int, int, int], lines: list[bytes], room: int, texts: _Texts
) -> tuple[int, int]:
    """Return a smaller window for lines that are too long together: with a later first entry, or an earlier end."""
    first, shown, end = window
    size = _size(lines)
    for line, (before, entry) in zip(lines, pairwise(entries[first : shown + 1]), strict=False):
        first += 1
        size -= len(line) + len(BETWEEN)
        # The first line has the whole state: that is the arrays of the one before, too, as far as it shares them.
        held = before.snapshot.arrays() if size <= room else {}
        shared = [array for key, array in entry.snapshot.arrays().items() if key in held] if held else []
        if held and size + _REST + sum(texts.length(array, room) for array in shared) <= room:
            return first, end
    if first > window[0]:
        return shown, end
    while end > shown + 1 and size > room:
        end -= 1
        size -= len(lines[end - shown]) + len(BETWEEN)
    return shown, end


def _lines(entries: Sequence[Entry], texts: _Texts) -> list[bytes]:
    writer = Writer(write=texts)
    before = (None, *(entry.snapshot for entry in entries))
    return [writer.line(entry, earlier) for entry, earlier in zip(entries, before, strict=False)]


def _size(lines: list[bytes]) -> int:
    return sum(map(len, lines)) + len(BETWEEN) * len(lines)
