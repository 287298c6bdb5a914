"""The second run: the same presses with Zero grad treated the other way, replayed by the same phases."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from perceptron_gui.core.actions import CPU, Assign, AssignElements, Configure, MarkRows, Operation, SwitchDevice
from perceptron_gui.core.autograd import Namespace, phase
from perceptron_gui.core.editing import edited
from perceptron_gui.core.history import Entry
from perceptron_gui.core.momentum import Momentum
from perceptron_gui.core.questions import Path, Twin
from perceptron_gui.core.snapshot import FloatArray, Snapshot

MOST_PATH_BYTES = 64 * 2**20


class Replay:
    """Replays entries; what it has replayed already, the very same entries, it carries on from."""

    def __init__(self) -> None:
        self._run: _Run | None = None
        self._done: tuple[Entry, ...] = ()
        self._twin: Twin | None = None

    def compared(self, entries: tuple[Entry, ...], device: str) -> Twin:
        """Return the second run of these entries.

        A twin forgets Zero grad where the person has pressed it since the first entry; else it remembers it. What a
        device that is not there any more has done is done again on the CPU.

        Raises:
            Problem: memory that ran out, a device that failed.
        """
        done, run, twin = self._done, self._run, self._twin
        # An error leaves a run that is of no use.
        self._run = self._twin = None
        if run is None or run.device != device or entries[: len(done)] != done:
            run = None
        elif twin is not None and len(entries) == len(done):
            self._run, self._twin = run, twin
            return twin
        rest = entries[1:] if run is None else entries[len(done) :]
        forgets = (run is not None and run.forgets) or any(map(_has_zeroed, rest))
        if run is None or run.forgets is not forgets:
            run, rest = _Run(entries[0], device, forgets=forgets), entries[1:]
        for entry in rest:
            run.take(entry)
        self._done, self._run, self._twin = entries, run, run.twin()
        return self._twin


def _has_zeroed(entry: Entry) -> bool:
    return entry.action is Operation.ZERO_GRAD and entry.refusal is None


class _Run:
    """The twin's live state, and the optimizer beside the run that forgets."""

    def __init__(self, mark: Entry, device: str, *, forgets: bool) -> None:
        self.device = device
        self.forgets = forgets
        # What is in `.grad` is all that a phase wants to know of its deposits.
        self._snapshot = start = replace(mark.snapshot, deposits=())
        self._names: Namespace | None = None
        self._is_updated = False
        self._count = mark.updates
        self._losses = _Points(1, most=2**62)
        width = start.W.size + start.b.size
        self._path = _Points(width, most=max(1, MOST_PATH_BYTES // (4 * width)))
        self._path.put(self._count, start.W, start.b)
        if start.forward is not None and start.forward.W is start.W and start.forward.b is start.b:
            self._losses.put(self._count, start.forward.loss)
        self._momentum = Momentum(start, self._place(mark))

    def take(self, entry: Entry) -> None:
        """Do what was done there, but treat Zero grad the other way."""
        action, before = entry.action, self._snapshot
        is_refused = False
        match action:
            case Operation.ZERO_GRAD if self.forgets:
                return
            case Operation():
                if action is Operation.BACKWARD and self._is_updated and not self.forgets:
                    self._is_updated = False
                    self._run(Operation.ZERO_GRAD, entry)
                is_refused = self._run(action, entry)
            case Assign() | AssignElements() | MarkRows() | Configure():
                self._edit(edited(before, action))
            case SwitchDevice():
                self._edit(replace(before, forward=None))
        if self._snapshot.W is not before.W or self._snapshot.b is not before.b:
            self._path.put(self._count, self._snapshot.W, self._snapshot.b)
        if self.forgets:
            self._momentum.take(action, self._snapshot, is_refused=is_refused)
        else:
            self._momentum.take(action, entry.snapshot, is_refused=entry.refusal is not None)

    def twin(self) -> Twin:
        """Return what is known so far."""
        updates, losses = self._losses.handed()
        path, numbers = self._path.handed()
        n, k = self._snapshot.W.shape
        return Twin(
            forgets=self.forgets,
            updates=updates,
            losses=losses[:, 0],
            path=Path(path, numbers[:, : n * k].reshape(-1, n, k), numbers[:, n * k :]),
            momentum_difference=self._momentum.difference,
            incomparable=self._momentum.incomparable,
        )

    def _run(self, operation: Operation, entry: Entry) -> bool:
        """Run a phase where the person ran it; return whether PyTorch refused it."""
        place = self._place(entry)
        names = self._names
        if names is None or str(names.device) != place:
            forget_forward = operation is Operation.FORWARD
            names = Namespace(replace(self._snapshot, forward=None) if forget_forward else self._snapshot, place)
        after, refusal = phase(operation, self._snapshot, names)
        self._names, self._snapshot = names, replace(after, deposits=()) if after.deposits else after
        if operation is Operation.UPDATE and refusal is None:
            self._count += 1
            self._is_updated = True
        elif operation is Operation.FORWARD and refusal is None and after.forward is not None:
            self._losses.put(self._count, after.forward.loss)
        return refusal is not None

    def _edit(self, after: Snapshot) -> None:
        if after is not self._snapshot:
            self._snapshot, self._names = after, None

    def _place(self, entry: Entry) -> str:
        return entry.device if entry.device == self.device else CPU


class _Points:
    """A row of float32 numbers for every count, growing: nothing that was handed out is written to again."""

    def __init__(self, width: int, most: int) -> None:
        self._counts = np.empty(0, np.int64)
        self._rows = np.empty((0, width), np.float32)
        self._most = most
        self._length = self._handed = 0

    def put(self, count: int, *arrays: FloatArray) -> None:
        """Set the row of a count, the last one or a later one; beyond `most` rows the older half is dropped."""
        if self._length and self._counts[self._length - 1] == count:
            self._length -= 1
        if self._length < self._handed or self._length == len(self._counts):
            first = self._length - self._most // 2 if self._length == self._most else 0
            kept = slice(first, self._length)
            room = min(max(16, 2 * (self._length - first)), self._most)
            counts, rows = np.empty(room, np.int64), np.empty((room, self._rows.shape[1]), np.float32)
            self._length -= first
            counts[: self._length], rows[: self._length] = self._counts[kept], self._rows[kept]
            self._counts, self._rows, self._handed = counts, rows, 0
        self._counts[self._length] = count
        np.concatenate(arrays, axis=None, out=self._rows[self._length])
        self._length += 1

    def handed(self) -> tuple[npt.NDArray[np.int64], FloatArray]:
        """Return the counts (points,) and the rows (points, width), read-only."""
        self._handed = self._length
        counts, rows = self._counts[: self._length], self._rows[: self._length]
        counts.flags.writeable = rows.flags.writeable = False
        return counts, rows
