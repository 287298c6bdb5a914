"""What entries hold in bytes, and how the older runs of a history are kept in less and less.

Of a run that is thinned every second count of its curve stays, of one that is thinned again every fourth, and so on,
and as few checkpoints; its state, and how it ended, stay whole. Any moment within it can be computed again.
"""

from collections.abc import Iterator
from dataclasses import replace
from operator import is_
from typing import TYPE_CHECKING

from perceptron_gui.core.actions import Action, Ran
from perceptron_gui.core.recording import Curve
from perceptron_gui.core.snapshot import Snapshot, blocks

if TYPE_CHECKING:
    from perceptron_gui.core.history import Entry

MOST_BYTES = 32 * 2**20
"""Bytes that all runs but the last may be recorded in; the last one may take as many as its Recorder allows."""
_ROOM = MOST_BYTES // 16
"""So much more than needed is freed at once: not each run has older ones thinned."""
_OF_CHECKPOINT = 4096
"""Bytes that a checkpoint of a small layer takes."""
_DEEPEST = 100
"""A future that was cut off may hold one that was cut off before. Beyond so many they are left as they are."""


def bytes_held(action: Action, snapshot: Snapshot, before: Snapshot | None = None) -> int:
    """Return the bytes of the arrays that an entry keeps alive, but for those that the state before it does."""
    held = snapshot.arrays() | (action.arrays() if isinstance(action, Ran) else {})
    already = blocks(before.arrays().values()) if before is not None else {}
    return sum(nbytes for key, nbytes in blocks(held.values()).items() if key not in already)


def with_thinner_runs(entries: "tuple[Entry, ...]") -> "tuple[Entry, ...]":
    """Return entries whose runs, but for the last entry, are recorded in MOST_BYTES: the oldest are thinned first."""
    sizes = [_recorded(entry) for entry in entries[:-1]]
    total = sum(sizes)
    if total <= MOST_BYTES:
        return entries
    thinned = list(entries)
    has_thinned = True
    while total > MOST_BYTES - _ROOM and has_thinned:
        has_thinned = False
        for place, size in enumerate(sizes):
            if not size or total <= MOST_BYTES - _ROOM:
                continue
            thinner = _thinner(thinned[place])
            if thinner is not thinned[place]:
                thinned[place], has_thinned = thinner, True
                sizes[place] = _recorded(thinner)
                total += sizes[place] - size
    return tuple(thinned)


def bare(entry: "Entry") -> "Entry":
    """Return an entry without what was recorded of a run on its way: for who only follows what happened."""
    action = entry.action
    if not isinstance(action, Ran):
        return entry
    without = replace(action, curve=Curve.empty(), checkpoints=())
    given_up = bytes_held(action, entry.snapshot) - bytes_held(without, entry.snapshot)
    return replace(entry, action=without, new_bytes=max(entry.new_bytes - given_up, 0))


def _recorded(entry: "Entry") -> int:
    """Return about how many bytes the runs of an entry are recorded in, those of futures that it cut off too."""
    runs = (each.action for each in _all_of(entry) if isinstance(each.action, Ran))
    return sum(run.curve.nbytes + _OF_CHECKPOINT * len(run.checkpoints) for run in runs)


def _all_of(entry: "Entry") -> "Iterator[Entry]":
    left = [entry]
    while left:
        left += (one := left.pop()).replaced
        yield one


def _thinner(entry: "Entry", depth: int = 0) -> "Entry":
    """Return an entry whose runs are thinned once more; the same one where that is no less."""
    replaced, action, given_up = entry.replaced, entry.action, 0
    if depth < _DEEPEST:
        replaced = tuple(_thinner(each, depth + 1) for each in replaced)
    if isinstance(action, Ran):
        thinner = action.thinner()
        # What the checkpoints held that are gone stays counted: to find out which of their arrays others have, too,
        # would hold the window up.
        action, given_up = thinner, action.curve.nbytes - thinner.curve.nbytes
    if action is entry.action and all(map(is_, replaced, entry.replaced)):
        return entry
    return replace(entry, action=action, replaced=replaced, new_bytes=max(entry.new_bytes - given_up, 0))
