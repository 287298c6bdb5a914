"""How the older runs of a history are kept in less and less.

Of a run that is thinned every second count of its curve stays, of one that is thinned again every fourth, and so on,
and as few checkpoints; its state, and how it ended, stay whole. Any moment within it can be computed again.
"""

from collections.abc import Iterator
from dataclasses import replace
from operator import is_
from typing import TYPE_CHECKING

from perceptron_gui.core.actions import Ran
from perceptron_gui.core.recording import Curve

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
    return _with(entry, replace(action, curve=Curve.empty(), checkpoints=()))


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
    replaced = entry.replaced
    if depth < _DEEPEST:
        replaced = tuple(_thinner(each, depth + 1) for each in replaced)
    ran = entry.action.thinner() if isinstance(entry.action, Ran) else None
    if (ran is None or ran is entry.action) and all(map(is_, replaced, entry.replaced)):
        return entry
    return replace(entry if ran is None else _with(entry, ran), replaced=replaced)


def _with(entry: "Entry", ran: Ran) -> "Entry":
    """Return the entry of a run with less of it.

    What the checkpoints held that are gone stays counted: to find out which of their arrays others have, too, would
    hold the window up.
    """
    given_up = entry.action.curve.nbytes - ran.curve.nbytes if isinstance(entry.action, Ran) else 0
    return replace(entry, action=ran, new_bytes=max(entry.new_bytes - given_up, 0))
