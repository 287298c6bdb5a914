"""The second run: the same presses with Zero grad treated the other way, replayed by the same phases."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from perceptron_gui.core.actions import (
    CPU,
    Action,
    Assign,
    AssignElements,
    Configure,
    MarkRows,
    Operation,
    Ran,
    SwitchDevice,
)
from perceptron_gui.core.autograd import Namespace, phase
from perceptron_gui.core.editing import edited
from perceptron_gui.core.history import Entry
from perceptron_gui.core.momentum import Momentum, Rest
from perceptron_gui.core.questions import MOST_PHASES, Incomparable, Interrupted, Path, Twin, never
from perceptron_gui.core.schedule import Schedule
from perceptron_gui.core.snapshot import FloatArray, Snapshot, same_bits

MOST_PATH_BYTES = 64 * 2**20
MOST_STOP_BYTES = 64 * 2**20
"""Beyond that every second stop is dropped, and from then on they are twice as far apart."""
STOP_EVERY = 256
"""So many entries lie between two stops at first."""


@dataclass(frozen=True, slots=True, eq=False)
class _Begun:
    """Entries that are being replayed: a step of it is a phase."""

    entries: tuple[Entry, ...]
    device: str
    steps: Iterator[Twin | None]


class Replay:
    """Replays entries; what it has replayed already, the very same entries, it carries on from.

    Where only some of them are the same, it goes back to the last stop among those.
    """

    def __init__(self) -> None:
        self._run: _Run | None = None
        self._done: tuple[Entry, ...] = ()
        self._twin: Twin | None = None
        self._begun: _Begun | None = None

    def compared(
        self, entries: tuple[Entry, ...], device: str, is_awaited: Callable[[], bool] = never
    ) -> Twin:  # fmt: skip
        """Return the second run of these entries.

        A twin forgets Zero grad where the person has pressed it since the first entry; else it remembers it. What a
        device that is not there any more has done is done again on the CPU. It gives way where something `is_awaited`,
        between two phases.

        Raises:
            Problem: memory that ran out, a device that failed.
            Interrupted: something is awaited; the next time it goes on from here, as long as entries begin with these.
        """
        begun, self._begun = self._begun, None
        if begun is not None and begun.device == device and entries[: len(begun.entries)] == begun.entries:
            self._end(begun, is_awaited)
        return self._end(_Begun(entries, device, self._steps(entries, device)), is_awaited)

    def _end(self, begun: _Begun, is_awaited: Callable[[], bool]) -> Twin:
        for twin in begun.steps:
            if twin is not None:
                return twin
            if is_awaited():
                self._begun = begun
                raise Interrupted
        raise AssertionError("the last step is the twin")

    def _steps(self, entries: tuple[Entry, ...], device: str) -> Iterator[Twin | None]:
        """Replay entries phase by phase; what comes last is their twin."""
        done, run, twin = self._done, self._run, self._twin
        # An error leaves a run that is of no use, and what another mark has left is in the way.
        self.forget()
        forgets = any(map(_has_zeroed, entries[1:]))
        if run is not None and (run.device != device or run.forgets is not forgets or entries[0] is not done[0]):
            run = None
        elif twin is not None and entries == done:
            self._run, self._done, self._twin = run, done, twin
            yield twin
            return
        taken = 0 if run is None else run.back_to(_shared(entries, done))
        if run is None or not taken:
            run, taken = _Run(entries[0], device, forgets=forgets), 1
        for entry in entries[taken:]:
            for _ in run.take(entry):
                yield None
        self._run, self._done, self._twin = run, entries, run.twin()
        yield self._twin

    def forget(self) -> None:
        """Keep nothing alive."""
        self._run, self._done, self._twin, self._begun = None, (), None, None


def _shared(first: tuple[Entry, ...], second: tuple[Entry, ...]) -> int:
    """Return how many entries both begin with."""
    shorter = min(len(first), len(second))
    if first[:shorter] == second[:shorter]:
        return shorter
    return next(index for index in range(shorter) if first[index] is not second[index])


def _has_zeroed(entry: Entry) -> bool:
    if isinstance(entry.action, Ran):
        return entry.action.run.zeroes and entry.action.cycles > 0
    return entry.action is Operation.ZERO_GRAD and entry.refusal is None


class _Run:
    """The twin's live state, and the optimizer beside the run that forgets."""

    def __init__(self, mark: Entry, device: str, *, forgets: bool) -> None:
        self.device = device
        self.forgets = forgets
        # What is in `.grad` is all that a phase wants to know of its deposits.
        self._snapshot = start = replace(mark.snapshot, deposits=())
        self._names: Namespace | None = None
        self._person = mark.snapshot
        self._is_apart = self._is_over = False
        self._taken = 1
        self._stops: list[_Stop] = []
        self._stop_every = STOP_EVERY
        self._count = mark.updates
        self._losses = _Points(1, most=2**62)
        width = start.W.size + start.b.size + 1
        self._path = _Points(width, most=max(1, MOST_PATH_BYTES // (4 * width)))
        self._path.put(self._count, start.W, start.b, [False])
        if start.forward is not None and start.forward.W is start.W and start.forward.b is start.b:
            self._losses.put(self._count, start.forward.loss)
        self._momentum = Momentum(start, self._place(mark))

    def take(self, entry: Entry) -> Iterator[None]:
        """Do what was done there, but treat Zero grad the other way; after each phase there may be a pause."""
        action = entry.action
        if (isinstance(action, Ran) or action is Operation.FORWARD) and not self._is_over:
            self._stop()
        self._taken += 1
        if self._is_over:
            return
        if isinstance(action, Ran):
            self._is_over = action.phases > MOST_PHASES
            yield from self._take_run(action.first(MOST_PHASES) if self._is_over else action, self._place(entry))
            self._snapshot = replace(self._snapshot, rows=entry.snapshot.rows)
        else:
            self._take(action, entry.snapshot, self._place(entry), is_refused=entry.refusal is not None)
            yield
        self._person = entry.snapshot

    def _take_run(self, ran: Ran, place: str) -> Iterator[None]:
        """Do the phases of a run, and beside them those of the person's, of which the end alone is kept."""
        run, person, schedule = ran.run, self._person, Schedule(ran.run, self._person)
        names = Namespace(replace(person, forward=None), place)
        for index in range(ran.phases):
            cycle, at = divmod(index, len(run.cycle))
            operation = run.cycle[at]
            if operation is Operation.FORWARD:
                rows = schedule.rows(cycle * run.backwards + at // 2)
                person, self._snapshot = replace(person, rows=rows), replace(self._snapshot, rows=rows)
            person, refusal = phase(operation, person, names)
            self._take(operation, person, place, is_refused=refusal is not None)
            yield

    def _take(self, action: Action, person: Snapshot, place: str, *, is_refused: bool) -> None:
        """Do an action that has left the person's run in a state."""
        before = self._snapshot
        is_refused_here = False
        match action:
            case Operation.ZERO_GRAD if self.forgets:
                return
            case Operation():
                is_refused_here = self._run(action, place)
                if action is Operation.UPDATE and not is_refused_here and not self.forgets:
                    self._run(Operation.ZERO_GRAD, place)
                self._is_apart = self._is_apart or self._differs(action, person)
            case Assign() | AssignElements() | MarkRows() | Configure():
                self._edit(edited(before, action))
            case SwitchDevice():
                self._edit(replace(before, forward=None))
        if self._snapshot.W is not before.W or self._snapshot.b is not before.b:
            is_update = action is Operation.UPDATE
            self._path.put(self._count, self._snapshot.W, self._snapshot.b, [is_update], is_another=True)
        if self.forgets:
            self._momentum.take(action, self._snapshot, is_refused=is_refused_here)
        else:
            self._momentum.take(action, person, is_refused=is_refused)

    def back_to(self, entries: int) -> int:
        """Return how many entries were taken, the first `entries` at most: else it is as at the last stop before.

        0 where there is none, or its points are not kept any more: it is of no use then.
        """
        if self._taken <= entries:
            return self._taken
        self._stops = [stop for stop in self._stops if stop.taken < entries]
        if not self._stops:
            return 0
        stop = self._stops[-1]
        self._taken, self._snapshot, self._names = stop.taken, stop.snapshot, None
        self._is_apart, self._count = stop.is_apart, stop.count
        self._person, self._is_over = stop.person, False
        self._momentum.go_back(stop.momentum)
        return self._taken if self._losses.go_back(stop.losses) and self._path.go_back(stop.path) else 0

    def twin(self) -> Twin:
        """Return what is known so far."""
        updates, losses = self._losses.handed()
        path, numbers = self._path.handed()
        n, k = self._snapshot.W.shape
        return Twin(
            forgets=self.forgets,
            is_apart=self._is_apart,
            updates=updates,
            losses=losses[:, 0],
            path=Path(path, numbers[:, : n * k].reshape(-1, n, k), numbers[:, n * k : -1], numbers[:, -1] > 0),
            momentum_difference=None if self._is_over else self._momentum.difference,
            incomparable=Incomparable.LONG_RUN if self._is_over else self._momentum.incomparable,
        )

    def _run(self, operation: Operation, place: str) -> bool:
        """Run a phase on a device; return whether PyTorch refused it."""
        names = self._names
        if names is None or str(names.device) != place:
            forget_forward = operation is Operation.FORWARD
            names = Namespace(replace(self._snapshot, forward=None) if forget_forward else self._snapshot, place)
        after, refusal = phase(operation, self._snapshot, names)
        self._names, self._snapshot = names, replace(after, deposits=()) if after.deposits else after
        if operation is Operation.UPDATE and refusal is None:
            self._count += 1
        elif operation is Operation.FORWARD and refusal is None and after.forward is not None:
            self._losses.put(self._count, after.forward.loss)
        return refusal is not None

    def _stop(self) -> None:
        """Remember how everything is, before a Forward: it needs no graph of before."""
        if self._taken - (self._stops[-1].taken if self._stops else 0) < self._stop_every:
            return
        stop = _Stop(
            taken=self._taken,
            snapshot=replace(self._snapshot, forward=None),
            person=self._person,
            is_apart=self._is_apart,
            count=self._count,
            losses=self._losses.end(),
            path=self._path.end(),
            momentum=self._momentum.rest(),
        )
        self._stops.append(stop)
        if sum(stop.nbytes for stop in self._stops) > MOST_STOP_BYTES:
            del self._stops[::2]
            self._stop_every *= 2

    def _differs(self, operation: Operation, person: Snapshot) -> bool:
        """Whether a phase has left the person's run something else: of `.grad` only what Backward leaves counts."""
        names = {Operation.UPDATE: ("W", "b"), Operation.BACKWARD: ("W", "b", "W_grad", "b_grad")}.get(operation, ())
        pairs = ((getattr(self._snapshot, name), getattr(person, name)) for name in names)
        return any(
            own is not other and (own is None or other is None or not same_bits(own, other)) for own, other in pairs
        )

    def _edit(self, after: Snapshot) -> None:
        if after is not self._snapshot:
            self._snapshot, self._names = after, None

    def _place(self, entry: Entry) -> str:
        return entry.device if entry.device == self.device else CPU


@dataclass(frozen=True, slots=True, eq=False)
class _End:
    """How many rows there were, and the last one, which may have become another since."""

    rows: int
    count: int
    row: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class _Stop:
    """A run as it was when it had taken so many entries."""

    taken: int
    snapshot: Snapshot
    person: Snapshot
    is_apart: bool
    count: int
    losses: _End
    path: _End
    momentum: Rest

    @property
    def nbytes(self) -> int:
        """Bytes that it may be the only one to keep alive."""
        snapshot = self.snapshot
        arrays = (snapshot.W, snapshot.b, snapshot.W_grad, snapshot.b_grad, self.losses.row, self.path.row)
        return sum(array.nbytes for array in arrays if array is not None) + self.momentum.nbytes


class _Points:
    """A row of float32 numbers for every count, growing: nothing that was handed out is written to again."""

    def __init__(self, width: int, most: int) -> None:
        self._counts = np.empty(0, np.int64)
        self._rows = np.empty((0, width), np.float32)
        self._most = most
        self._length = self._handed = self._dropped = 0

    def put(self, count: int, *arrays: npt.ArrayLike, is_another: bool = False) -> None:
        """Set the row of a count, the last one or a later one; beyond `most` rows the older half is dropped.

        Where it `is_another`, one of this count stays.
        """
        if self._length and self._counts[self._length - 1] == count and not is_another:
            self._length -= 1
        if self._length < self._handed or self._length == len(self._counts):
            first = self._length - self._most // 2 if self._length == self._most else 0
            kept = slice(first, self._length)
            room = min(max(16, 2 * (self._length - first)), self._most)
            counts, rows = np.empty(room, np.int64), np.empty((room, self._rows.shape[1]), np.float32)
            self._length -= first
            self._dropped += first
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

    def end(self) -> _End:
        """Return what `go_back` needs to come back here."""
        last = self._length - 1
        row = self._rows[last].copy() if self._length else np.empty(0, np.float32)
        return _End(self._dropped + self._length, int(self._counts[last]) if self._length else 0, row)

    def go_back(self, end: _End) -> bool:
        """Drop what came after; return False where what came before is dropped already."""
        self._length = max(end.rows - self._dropped - 1, 0)
        if end.rows > self._dropped and end.rows:
            self.put(end.count, end.row, is_another=True)
        return end.rows > self._dropped or not self._dropped
