"""Everything that happened, as one value: undo and travel are `at(i)`, curves and sessions are read off it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

from perceptron_gui.core.actions import Action, Delete, Ending, Import, Insert, Operation, Ran, Randomize, Resize, Start
from perceptron_gui.core.presets import NOTEBOOK, PRESETS
from perceptron_gui.core.snapshot import Snapshot, blocks, owner
from perceptron_gui.core.thinning import bare, with_thinner_runs

LARGEST_HISTORY = 512 * 2**20
"""Bytes of arrays a history may keep alive before its oldest entries are dropped: those of three phases of the largest
layer, so that the program stays within 2 GiB, a run that goes on and a journal that lags behind with it."""


_MAKE_NEW_TENSORS = (Start, Resize, Insert, Delete, Import, Randomize)


class Cause(Enum):
    """Why PyTorch refused a phase, as far as the state before tells."""

    NO_GRADIENT = "no gradient"
    NO_LOSS = "no loss"
    GRAPH_FREED = "graph freed"
    X_CHANGED = "x changed"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Refusal:
    """PyTorch's own words: the class and the text of the live exception; and what they mean here."""

    exception: str
    text: str
    cause: Cause = Cause.OTHER

    def __str__(self) -> str:
        return f"{self.exception}: {self.text}"


@dataclass(frozen=True, slots=True)
class Environment:
    """What decides the last bits of a result: `torch.__version__`, the system and its processor, and torch's threads.

    `capability` is the instruction set that torch's CPU kernels use (`torch.backends.cpu.get_cpu_capability()`).
    """

    torch: str
    system: str
    capability: str
    threads: int


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One action and the state it left.

    A refused action is an entry like any other: its snapshot is what was read back from the tensors after the
    exception. `updates` counts the Updates done since the tensors were made. `replaced` is the future that this entry
    cut off; undoing the entry brings it back. `preset` is the last one chosen up to here. `printed` is what PyTorch
    prints of the tensors that a phase made or changed. `environment` is where it was done; None before torch came.
    """

    action: Action
    snapshot: Snapshot
    device: str
    refusal: Refusal | None = None
    updates: int = 0
    replaced: "tuple[Entry, ...]" = ()
    new_bytes: int = 0
    preset: str = NOTEBOOK
    printed: str = ""
    environment: Environment | None = None

    def following(self, before: "Entry") -> "Entry":
        """Return this entry with what follows from the one before: the updates done, and the preset."""
        updates, preset = following(before, self.action, is_refused=self.refusal is not None)
        return replace(self, updates=updates, preset=preset)

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays it brought, and of the futures it cut off."""
        found, entries = 0, [self]
        while entries:
            entry = entries.pop()
            found += entry.new_bytes
            entries += entry.replaced
        return found

    @property
    def last_phase(self) -> Operation | None:
        """The phase that was done last in it; None where it did none."""
        match self.action:
            case Operation():
                return self.action
            case Ran():
                return self.action.last_phase
            case _:
                return None

    @property
    def makes_new_tensors(self) -> bool:
        """Whether curves begin anew here."""
        return isinstance(self.action, _MAKE_NEW_TENSORS)


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """The entries, and which of them is shown.

    `moment` is shown in place of the entry at `index`, where that is a run: the same run up to a moment within it.
    """

    entries: tuple[Entry, ...]
    index: int = 0
    nbytes: int = 0
    moment: Entry | None = None

    @classmethod
    def begin(cls, preset: str, device: str) -> "History":
        """Return a history whose one entry is the start values of a preset."""
        # A new object: by its identity a result of before is told from one of after.
        return cls((), -1).push(Start(preset), replace(PRESETS[preset]), device)

    @property
    def entry(self) -> Entry:
        """The entry that is shown."""
        return self.entries[self.index] if self.moment is None else self.moment

    @property
    def current(self) -> Snapshot:
        """The state that is shown."""
        return self.entry.snapshot

    @property
    def before(self) -> Snapshot | None:
        """The state that the shown entry changed; None at the start."""
        return self.entries[self.index - 1].snapshot if self.index > 0 else None

    @property
    def preset(self) -> str:
        """The preset whose start values Reset returns to: the last one chosen up to here."""
        return self.entry.preset if self.entries else NOTEBOOK

    @property
    def path(self) -> tuple[Entry, ...]:
        """The entries up to the shown one."""
        return (*self.entries[: self.index], self.entry)

    @property
    def segment(self) -> tuple[Entry, ...]:
        """The entries up to the shown one, from the last that made new tensors: what the curves are drawn from."""
        first = self.index
        while first > 0 and not self.entries[first].makes_new_tensors:
            first -= 1
        return (*self.entries[first : self.index], self.entry)

    @property
    def compared(self) -> "tuple[Entry, ...]":
        """The entries from the one that switched the twin on up to the shown one; none while there is no twin."""
        entries, first = self.entries, self.index + 1
        while first > 0 and entries[first - 1].snapshot.config.twin:
            first -= 1
            if isinstance(entries[first].action, Start):
                break
        return (*entries[first : self.index], self.entry) if first <= self.index else ()

    def push(
        self,
        action: Action,
        snapshot: Snapshot,
        device: str,
        refusal: Refusal | None = None,
        *,
        printed: str = "",
        environment: Environment | None = None,
    ) -> "History":
        """Return the history with one more entry behind the shown one; a future that was undone is cut off."""
        before = self.entry if self.entries else None
        entry = Entry(
            action,
            snapshot,
            device,
            refusal,
            new_bytes=_bytes_held(action, snapshot, None if before is None else before.snapshot),
            preset=action.preset if isinstance(action, Start) else NOTEBOOK,
            printed=printed,
            environment=environment,
        )
        return self.pushed(entry if before is None else entry.following(before))

    def pushed(self, entry: Entry) -> "History":
        """Return the history with a whole entry behind the shown one; a future that was undone is cut off."""
        if self.moment is not None:
            before = self.undo()
            # A run of no phase is none.
            is_begun = not isinstance(self.moment.action, Ran) or self.moment.action.phases > 0
            return (before.pushed(self.moment) if is_begun else before).pushed(entry)
        kept, tail = self.entries[: self.index + 1], self.entries[self.index + 1 :]
        entry = replace(entry, replaced=tail) if tail else entry
        history = History((*kept, entry), len(kept), self.nbytes + entry.new_bytes)
        has_ended = isinstance(entry.action, Ran) and not is_going_on(entry)
        return (history.with_thinner_runs() if has_ended else history).thinned()

    def undo(self) -> "History":
        """Return the history one entry earlier; the future that the undone entry had cut off is back."""
        if self.index == 0:
            return self
        undone, after = self.entry, self.entries[self.index + 1 :]
        entries = self.entries
        if undone.replaced:
            future = _queued(undone.replaced, (replace(undone, replaced=()), *after))
            entries = (*self.entries[: self.index], *future)
        return replace(self, entries=entries, index=self.index - 1, moment=None)

    def redo(self) -> "History":
        """Return the history one entry later."""
        later = self.index if self.moment is not None else min(self.index + 1, len(self.entries) - 1)
        return replace(self, index=later, moment=None)

    def showing(self, entry: Entry) -> "History":
        """Return the history with that entry shown; unchanged where it is not among the entries."""
        if entry is self.entry:
            return self
        try:
            return self.at(self.entries.index(entry))
        except ValueError:
            return self

    def at(self, index: int) -> "History":
        """Return the history with another entry shown."""
        return replace(self, index=index, moment=None)

    def at_moment(self, entry: Entry, ran: Ran, snapshot: Snapshot) -> "History":
        """Return the history at a moment within the run of an entry; unchanged where it is not among the entries."""
        if entry not in self.entries:
            return self
        index = self.entries.index(entry)
        moment = replace(entry, action=ran, snapshot=snapshot, printed="", replaced=())
        return replace(self, index=index, moment=moment.following(self.entries[index - 1]))

    def thinned(self) -> "History":
        """Drop the oldest entries, and the futures they cut off, while the arrays take more than LARGEST_HISTORY.

        The shown one and the one before it stay: there is always something to undo. Where that is not enough, futures
        that were cut off go, first those that such a future had cut off itself.
        """
        first, later = 0, self.nbytes
        while later > LARGEST_HISTORY and first < self.index - 1:
            history = self.since(first + 1)
            first, later = first + 1, history.nbytes
        return _with_fewer_futures(self.since(first))

    def with_thinner_runs(self) -> "History":
        """Return the history with older runs recorded in less where all of them take too much."""
        entries = with_thinner_runs(self.entries)
        if entries is self.entries:
            return self
        return replace(self, entries=entries, nbytes=sum(entry.nbytes for entry in entries))

    def with_room_for(self, later: "History") -> "History":
        """Return the history without what is no more in one that has an entry behind this; the shown one stays."""
        return self.since(self.index + 1 - later.index)

    def since(self, first: int) -> "History":
        """Return the history without the entries before `first`, and without the futures that one cut off.

        It holds all that its state is made of, also what earlier entries brought.
        """
        if not first:
            return self
        start = self.entries[first]
        held = _bytes_held(start.action, start.snapshot)
        nbytes = self.nbytes - sum(entry.nbytes for entry in self.entries[: first + 1]) + held
        kept = (replace(start, replaced=(), new_bytes=held), *self.entries[first + 1 :])
        return replace(self, entries=kept, index=self.index - first, nbytes=nbytes)


def _with_fewer_futures(history: History) -> History:
    """Return a history without futures that were cut off, while its arrays take too much."""
    if history.nbytes <= LARGEST_HISTORY:
        return history
    entries, nbytes = list(history.entries), history.nbytes
    for shorter in (_with_one_future, _without_future):
        for index, entry in enumerate(entries):
            if nbytes <= LARGEST_HISTORY or not entry.replaced:
                continue
            entries[index] = shorter(entry)
            nbytes += entries[index].nbytes - entry.nbytes
    return history if nbytes == history.nbytes else replace(history, entries=tuple(entries), nbytes=nbytes)


def _with_one_future(entry: Entry) -> Entry:
    """Return an entry with the future that it cut off, without those that this one had cut off."""
    return replace(entry, replaced=tuple(map(_without_future, entry.replaced)))


def _without_future(entry: Entry) -> Entry:
    return replace(entry, replaced=())


def following(before: Entry, action: Action, *, is_refused: bool) -> tuple[int, str]:
    """Return what follows of an action from the entry before it: the updates done, and the preset."""
    preset = action.preset if isinstance(action, Start) else before.preset
    match action:
        case Operation.UPDATE if not is_refused:
            done = 1
        case Ran():
            done = action.updates
        case _:
            done = 0
    return 0 if isinstance(action, _MAKE_NEW_TENSORS) else before.updates + done, preset


def _bytes_held(action: Action, snapshot: Snapshot, before: Snapshot | None = None) -> int:
    """Return the bytes of the arrays that an entry keeps alive, but for those that the state before it does."""
    held = snapshot.arrays() | (action.arrays() if isinstance(action, Ran) else {})
    already = {} if before is None else before.arrays()
    new = blocks(array for key, array in held.items() if key not in already)
    owners = {id(owner(array)) for array in already.values()}
    return sum(nbytes for key, nbytes in new.items() if key not in owners)


def goes_on(before: History, after: History) -> bool:
    """Whether both show the same run, in the second one maybe further on."""
    if before.before is None or before.before is not after.before:
        return False
    one, other = (history.entries[history.index] for history in (before, after))
    if not (is_going_on(one) and isinstance(one.action, Ran) and isinstance(other.action, Ran)):
        return False
    return other.action.run is one.action.run and other.action.phases >= one.action.phases


def is_going_on(entry: Entry) -> bool:
    """Whether it is a run that has not ended."""
    return isinstance(entry.action, Ran) and entry.action.ending is Ending.GOES_ON


def behind(mine: History, after: History) -> tuple[Entry, ...] | None:
    """Return what a history has behind the end of another that it went on from; None where it did not."""
    places = [place for place, entry in enumerate(after.entries) if entry.snapshot is mine.entries[-1].snapshot]
    if not places or mine.index < len(mine.entries) - 1:
        return None
    end = places[-1] + 1
    pairs = zip(reversed(mine.entries), reversed(after.entries[:end]), strict=False)
    return after.entries[end:] if all(one.snapshot is other.snapshot for one, other in pairs) else None


def turned_off(mine: History, after: History) -> tuple[Entry, ...] | None:
    """Return the one or two entries that a history has in place of the shown one of another, which it cut off.

    They are two where it went on from a moment within a run. None where that is not how it came about.
    """
    kept, cut = mine.entries[: mine.index], mine.entries[mine.index :]
    later = after.entries[len(kept) :]
    if not kept or after.index != len(after.entries) - 1 or len(later) not in {1, 2}:
        return None
    others = (*after.entries[: len(kept)], *later[0].replaced)
    is_same = len(later[0].replaced) == len(cut)
    return later if is_same and all(map(_is_one, mine.entries, others)) else None


def _is_one(entry: Entry, other: Entry) -> bool:
    return entry.snapshot is other.snapshot


def hollow(entry: Entry, before: Snapshot) -> Entry:
    """Return the entry of a run that goes on without what it holds: what follows is written in its place."""
    return replace(bare(entry), snapshot=replace(before))


def ahead(history: History) -> Iterator[int]:
    """Return which states are shown and ahead, by their identity."""
    return (id(entry.snapshot) for entry in history.entries[history.index :])


def common_start(first: tuple[Entry, ...], second: tuple[Entry, ...]) -> int:
    """Return how many entries both begin with: entries compare by identity, and slices at the speed of C."""
    low, high = 0, min(len(first), len(second))
    if first[:high] == second[:high]:
        return high
    while low < high - 1:
        middle = (low + high) // 2
        if first[low:middle] == second[low:middle]:
            low = middle
        else:
            high = middle
    return low


def _queued(future: tuple[Entry, ...], last: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Put `last` behind `future` and those that its first entry had cut off: undo goes round them all, none is lost."""
    futures = [future]
    while futures[-1][0].replaced:
        futures.append(futures[-1][0].replaced)
    for first, *rest in reversed(futures):
        last = (replace(first, replaced=last), *rest)
    return last
