"""Whether a history is what PyTorch makes of its actions: every entry is done again, from its stored predecessor.

What an edit copies has to be there to the last bit. So has what torch computed, where the entry names the torch, the
system, the CPU capability and the thread count of here, and the device cpu. Else each number is within its bound (see
`bounds`), and what another torch says in other words is not compared: grad_fn names and the texts of refusals where the
torch is another, printed tensors where anything is. Everything is done again on the CPU, whatever device an entry
names: one of another device is compared within the bounds; a change of device may change nothing but drop the forward.

Which of two equal arrays are one object is compared as well, because staleness is read off it.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain

import numpy as np

from perceptron_gui.core import rerunning
from perceptron_gui.core.actions import (
    CPU,
    Action,
    Configure,
    Delete,
    Import,
    Insert,
    MarkRows,
    Operation,
    Ran,
    Randomize,
    Resize,
    Start,
    SwitchDevice,
)
from perceptron_gui.core.autograd import Namespace, phase
from perceptron_gui.core.bounds import Reals, of_forward, of_sum
from perceptron_gui.core.comparison import Comparison, Difference, Kind
from perceptron_gui.core.editing import edited
from perceptron_gui.core.history import Entry, History
from perceptron_gui.core.operations import Engine, Outcome
from perceptron_gui.core.presets import PRESETS
from perceptron_gui.core.problems import Problem
from perceptron_gui.core.snapshot import Config, Deposit, ForwardPass, GraphState, Snapshot, TensorName, same_bits

_COMPUTED = (Operation, Randomize, Resize, Insert, Delete, Import)
"""What leaves numbers that another machine may compute otherwise."""


@dataclass(frozen=True, slots=True, eq=False)
class StartState:
    """Where a history is to start from: a state, and the number of its entry, counted from 1; None for a preset."""

    snapshot: Snapshot
    number: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Verification:
    """What came of verifying a history.

    `shown` and `last` are numbers of entries, counted from 1 with the `left_out` ones before the first that is there.
    `loss`, `updates` (since the tensors were made) and `preset` (the last one chosen; None where that was left out) are
    those of the shown entry. Up to the first `difference`, `in_bits` entries were compared to the last bit and
    `within_bounds` ones within bounds. `starts` says whether what is shown starts from where it was to start from; None
    where that was not asked.
    """

    shown: int
    last: int
    left_out: int
    loss: float | None
    updates: int
    preset: str | None
    in_bits: int
    within_bounds: int
    difference: Difference | None = None
    starts: bool | None = None

    @property
    def holds(self) -> bool:
        """Whether nothing differs, and it starts from where it was to start from."""
        return self.difference is None and self.starts is not False


def start_of_preset(name: str) -> StartState:
    """Return the start values of a preset."""
    return StartState(PRESETS[name])


def start_of_history(history: History, left_out: int) -> StartState:
    """Return what a history shows, as the state from which others go on."""
    shown = history.current
    state = Snapshot(shown.x, shown.y_true, shown.W, shown.b, config=shown.config)
    return StartState(state, left_out + history.index + 1)


def verified(
    history: History, left_out: int, engine: Engine, start: StartState | None = None, until: float = math.inf
) -> Verification:
    """Do every entry again and compare, up to the first difference.

    A whole history begins with a Start, which is compared with its preset. Of any other first entry, whose predecessor
    was left out, only what follows from the rest of it is compared: z, y_pred and loss of its Forwards and what their
    Backwards brought, within the bounds, because which machine computed them is not stored; and that its deposits add
    up to `.grad`.

    Raises:
        TimeoutError: a run takes longer than `until`, in seconds of `time.monotonic`.
    """
    replay = _Replay(engine, until)
    in_bits = within_bounds = 0
    before: Entry | None = None
    difference: Difference | None = None
    for number, entry in enumerate(history.entries, left_out + 1):
        found = replay.difference(entry, before, is_whole=not left_out)
        if found is not None:
            difference = replace(found, entry=number, action=entry.action)
            break
        in_bits, within_bounds = in_bits + replay.is_exact, within_bounds + (not replay.is_exact)
        before = entry
    forward = history.current.forward
    return Verification(
        shown=left_out + history.index + 1,
        last=left_out + len(history.entries),
        left_out=left_out,
        loss=None if forward is None else float(forward.loss),
        updates=history.entry.updates,
        preset=None if _last_start(history) is None else history.preset,
        in_bits=in_bits,
        within_bounds=within_bounds,
        difference=difference,
        starts=None if start is None else _starts(history, left_out, start),
    )


class _Replay:
    """Does entries again, one after the other. The history keeps alive whose identities are in `_seen`.

    `_names` are the live tensors of `_snapshot`.
    """

    def __init__(self, engine: Engine, until: float) -> None:
        self.is_exact = True
        self._until = until
        self._engine = engine
        self._seen: set[int] = set()
        self._snapshot: Snapshot | None = None
        self._names: Namespace | None = None

    def difference(self, entry: Entry, before: Entry | None, *, is_whole: bool) -> Difference | None:
        """Return where an entry differs first from what its action makes of the state before; None where nowhere.

        Args:
            entry: what is stored.
            before: the entry before it; None for the first of a document.
            is_whole: whether no entries were left out before the first.
        """
        if isinstance(entry.action, Start):
            # It may hold the arrays of an earlier Start, or others with the same numbers.
            self._seen.clear()
        try:
            match entry.action:
                case _ if before is None:
                    found = self._of_first(entry, is_whole=is_whole)
                case Ran() as ran:
                    found = next(self._of_run(entry, ran, before.snapshot), None)
                case _:
                    found = self._of_next(entry, before)
        except Problem as problem:
            return Difference("", kind=Kind.IMPOSSIBLE, problem=problem)
        self._seen.update(entry.snapshot.arrays())
        return found

    def _of_next(self, entry: Entry, before: Entry) -> Difference | None:
        is_here = entry.environment == self._engine.environment and entry.device == CPU
        outcome = self._done(entry, before.snapshot, is_printed=is_here)
        leeway = partial(_leeway, entry.action, before.snapshot, outcome.snapshot)
        self.is_exact = is_here or not isinstance(entry.action, _COMPUTED)
        has_same_torch = entry.environment is not None and entry.environment.torch == self._engine.version
        comparison = Comparison(self._seen, None if self.is_exact else leeway, has_same_torch, is_here)
        found = Entry(entry.action, outcome.snapshot, outcome.device, outcome.refusal, printed=outcome.printed)
        difference = next(comparison.of_entries(entry, found), None)
        if difference is None and not comparison.is_apart:
            self._keep(entry.snapshot, outcome.snapshot)
        return difference

    def _of_run(self, entry: Entry, ran: Ran, start: Snapshot) -> Iterator[Difference]:
        """Compare a run: see `rerunning`."""
        after = entry.snapshot
        self.is_exact = entry.environment == self._engine.environment and entry.device == CPU
        yield from rerunning.of_ending(ran, after)
        yield from rerunning.of_checkpoints(ran, start, entry.device)
        for one in ran.checkpoints:
            yield from self._by_themselves(one.snapshot, f"checkpoint[{one.cycles}].")
        if self.is_exact:
            yield from rerunning.on_the_way(ran, start, self._until)
            comparison = Comparison(self._seen, None, has_same_torch=True, has_same_environment=True)
            differences, names = rerunning.of_end(entry, ran, start, comparison)
            yield from differences
            self._snapshot, self._names = after, names
        else:
            yield from rerunning.by_itself(entry, ran, start, self._engine)
            yield from self._by_themselves(after)
            if entry.device == CPU:
                yield from rerunning.of_sums(after)

    def _by_themselves(self, snapshot: Snapshot, prefix: str = "") -> Iterator[Difference]:
        """Compare what the Forwards of a state gave with what they were made with, and what the Backwards brought."""
        for index, deposit in enumerate(snapshot.deposits):
            found = self._by_itself(
                deposit.forward, f"{prefix}deposits[{index}].", deposit if deposit.count == 1 else None
            )
            yield from () if found is None else (found,)
        found = None if snapshot.forward is None else self._by_itself(snapshot.forward, prefix)
        yield from () if found is None else (found,)

    def _done(self, entry: Entry, before: Snapshot, *, is_printed: bool) -> Outcome:
        match entry.action:
            case Operation() as operation:
                return self._run(operation, entry.device, before, is_printed=is_printed)
            case Start(preset):
                return Outcome(entry.action, PRESETS[preset], entry.device)
            case MarkRows() | Configure():
                return Outcome(entry.action, edited(before, entry.action), entry.device)
            case SwitchDevice(device):
                return Outcome(entry.action, replace(before, forward=None), device)
            case Ran():
                raise TypeError("a run is compared where it is done again")
            case _:
                return replace(self._engine.execute(entry.action, before, CPU), device=entry.device)

    def _run(self, operation: Operation, device: str, before: Snapshot, *, is_printed: bool) -> Outcome:
        """Run a phase: with the live tensors where they hold the state before it, else with new ones."""
        names = self._names
        if names is None or self._snapshot is not before:
            forget_forward = operation is Operation.FORWARD
            names = Namespace(replace(before, forward=None) if forget_forward else before, CPU)
        after, refusal = phase(operation, before, names)
        self._snapshot, self._names = after, names
        printed = names.printed(operation) if is_printed and refusal is None else ""
        return Outcome(operation, after, device, refusal, printed)

    def _keep(self, stored: Snapshot, made: Snapshot) -> None:
        """Go on with the live tensors of a state that was made: the stored one holds the same numbers."""
        if self._snapshot is made:
            self._snapshot = stored

    def _of_first(self, entry: Entry, *, is_whole: bool) -> Difference | None:
        self.is_exact = isinstance(entry.action, Start)
        if is_whole and not self.is_exact:
            return Difference("action", _name(entry.action), "start")
        if entry.updates and (is_whole or entry.makes_new_tensors):
            return Difference("updates", str(entry.updates), "0")
        if self.is_exact:
            return self._of_next(entry, entry)
        snapshot = entry.snapshot
        for index, deposit in enumerate(snapshot.deposits):
            if deposit.count == 1:
                found = self._by_itself(deposit.forward, f"deposits[{index}].", deposit)
                if found is not None:
                    return found
        found = None if snapshot.forward is None else self._by_itself(snapshot.forward)
        if found is None and entry.device == CPU:
            found = next(rerunning.of_sums(snapshot), None)
        return found

    def _by_itself(self, forward: ForwardPass, prefix: str = "", deposit: Deposit | None = None) -> Difference | None:
        """Compare what a Forward gave with what it was made with, and what a Backward brought with both."""
        config = replace(Config(), reduction=forward.reduction)
        start = Snapshot(forward.x, forward.y_true, forward.W, forward.b, forward.rows, config=config)
        after = self._engine.execute(Operation.FORWARD, start, CPU).snapshot
        live = replace(forward, graph=GraphState.LIVE)
        found = next(_within_bounds(Operation.FORWARD, start, after).of_forwards(live, after.forward, prefix), None)
        if deposit is None or found is not None:
            return found
        later = self._engine.execute(Operation.BACKWARD, after, CPU).snapshot
        comparison = _within_bounds(Operation.BACKWARD, after, later)
        arrived = [name for name in ("W_grad", "b_grad") if getattr(deposit, name) is not None]
        differences = (
            comparison.of_arrays(
                name.replace("_", "."), getattr(deposit, name), getattr(later.deposits[0], name), prefix
            )
            for name in arrived
        )
        return next(chain.from_iterable(differences), None)


def _name(action: Action) -> str:
    return action.value if isinstance(action, Operation) else type(action).__name__.lower()


def _within_bounds(action: Action, before: Snapshot, after: Snapshot) -> Comparison:
    leeway = partial(_leeway, action, before, after)
    return Comparison((), leeway, has_same_torch=False, has_same_environment=False)


def _leeway(action: Action, before: Snapshot, after: Snapshot) -> Mapping[str, Reals]:
    """Return the bounds of the numbers that an action computes, by their names."""
    pairs = (("W", "W_grad"), ("b", "b_grad"))
    bounds: dict[str, Reals] = {}
    match action:
        case Operation.FORWARD if after.forward is not None:
            forward = of_forward(after.forward)
            bounds = {"z": forward.z, "y_pred": forward.y_pred, "loss": forward.loss}
        case Operation.BACKWARD if before.forward is not None and after.deposits:
            forward = of_forward(before.forward)
            for name, grad in pairs:
                apart, brought = getattr(forward, grad), getattr(after.deposits[-1], grad)
                if brought is not None:
                    kept = getattr(before, grad)
                    terms = (brought,) if kept is None else (kept, brought)
                    bounds |= {f"deposits.{name}.grad": apart, f"{name}.grad": of_sum(*terms, apart=apart)}
        case Operation.UPDATE:
            for name, grad in pairs:
                value = getattr(before, grad)
                if value is not None:
                    with np.errstate(over="ignore", invalid="ignore"):
                        step = before.config.lr * value.astype(np.float64)
                    bounds[name] = of_sum(getattr(before, name), step)
        case Randomize():
            bounds = {"x": of_sum(after.x), "W": of_sum(after.W, np.ones(1))}
        case Import(tensors=held) if TensorName.W in dict(held):
            pass
        case Resize() | Insert() | Delete() | Import():
            bounds = {"W": of_sum(after.W, np.ones(1))}
        case _:
            pass
    return bounds


def _last_start(history: History) -> int | None:
    """Return which entry is the last Start up to the shown one."""
    places = range(history.index, -1, -1)
    return next((place for place in places if isinstance(history.entries[place].action, Start)), None)


def _starts(history: History, left_out: int, start: StartState) -> bool:
    """Whether the shown entry goes on from a state, with no Start in between."""
    last = _last_start(history)
    place = last if start.number is None else start.number - left_out - 1
    if place is None or not (last or 0) <= place <= history.index:
        return False
    stored = history.entries[place].snapshot
    are_same = (same_bits(stored.tensor(name), start.snapshot.tensor(name)) for name in TensorName)
    return stored.config == start.snapshot.config and all(are_same)
