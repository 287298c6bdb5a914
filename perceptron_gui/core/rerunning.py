"""A run as it is stored, beside what comes of doing it again.

Where the same machine did it, every cycle is done again, and everything on the way has to be there to the last bit: the
losses and parameters of its curve, the checkpoints, the end, and that no earlier loss would have ended it. Of the
Backwards that a run only executed nothing is stored but their sum: how many they were, on which rows.

Another machine's last bits grow with every cycle. So there each stored number is compared, within its bound, with what
follows from the stored ones next to it: a loss with the parameters of the same count (of a long curve, of MOST_POINTS
counts), a sum with its deposits, the last Update with its Forward.
"""

import math
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

import numpy as np

from perceptron_gui.core import deposits, lines, running
from perceptron_gui.core.actions import CPU, Checkpoint, Ending, Operation, Ran
from perceptron_gui.core.autograd import LEAVES, Namespace, read
from perceptron_gui.core.bounds import Reals, of_forward, of_sum
from perceptron_gui.core.comparison import Comparison, Difference, Kind
from perceptron_gui.core.finiteness import is_finite
from perceptron_gui.core.history import Entry
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.parsing import full_text
from perceptron_gui.core.recording import Points
from perceptron_gui.core.schedule import Schedule
from perceptron_gui.core.snapshot import FloatArray, Snapshot, frozen, same_numbers

MOST_POINTS = 1000
_LOOK = 256
"""Phases between two looks at the clock."""


def of_ending(ran: Ran, after: Snapshot) -> Iterator[Difference]:
    """Compare why a run ended with the state that it left."""
    run, last, holds = ran.run, ran.last_phase, True
    loss = math.nan if after.forward is None else float(after.forward.loss)
    match ran.ending:
        case Ending.UPDATES:
            holds = ran.phases == run.updates * len(run.cycle)
        case Ending.LOSS:
            holds = last is Operation.FORWARD and run.loss is not None and loss <= run.loss
        case Ending.NOT_FINITE if last is Operation.FORWARD:
            holds = not math.isfinite(loss)
        case Ending.NOT_FINITE:
            holds = last is Operation.UPDATE and not (is_finite(after.W) and is_finite(after.b))
    if not holds:
        yield Difference("ending", ran.ending.value, Ending.GOES_ON.value)


def on_the_way(ran: Ran, start: Snapshot, until: float = math.inf) -> Iterator[Difference]:
    """Do every phase again, and compare the curve and the checkpoints to the last bit.

    Raises:
        TimeoutError: it is not done by `until`, in seconds of `time.monotonic`; a file may claim any number of phases.
    """
    run, schedule = ran.run, Schedule(ran.run, start)
    names = Namespace(replace(start, forward=None), CPU)
    W, b = (names.values(name) for name in LEAVES)
    code = {operation: lines.of_operation(operation, start) for operation in run.cycle}
    seen = _by_count(ran.curve.points), _by_count(ran.curve.overview)
    checkpoints = {one.cycles: one for one in ran.checkpoints}
    target = -math.inf if run.loss is None else run.loss
    turn, loss = 0, math.nan
    for phases in range(ran.phases):
        cycle, place = divmod(phases, len(run.cycle))
        operation = run.cycle[place]
        if phases % _LOOK == 0 and time.monotonic() > until:
            raise TimeoutError
        if place == 0 and cycle in checkpoints:
            yield from _of_checkpoint(checkpoints[cycle], names)
        if operation is Operation.FORWARD:
            if not phases or not schedule.is_constant:
                rows = schedule.rows(turn)
                names.names["rows"] = list(rows or ())
                code[operation] = lines.forward(rows, start.reduction, start.m)
            turn += 1
        if operation is Operation.UPDATE:
            for points in seen:
                if cycle in points:
                    yield from _of_point(cycle, *points[cycle], loss, (W(), b()))
        names.execute(code[operation])
        if operation is Operation.FORWARD:
            loss = names["loss"].item()
            if phases + 1 < ran.phases and not (math.isfinite(loss) and loss > target):
                yield Difference("phases", str(ran.phases), str(phases + 1))
    if ran.cycles in checkpoints and not ran.rest:
        yield from _of_checkpoint(checkpoints[ran.cycles], names)


def of_checkpoints(ran: Ran, start: Snapshot, device: str) -> Iterator[Difference]:
    """Compare what a checkpoint says of its Backwards with the run, and their sum with its gradients."""
    schedule, backwards = Schedule(ran.run, start), ran.run.backwards
    for one in ran.checkpoints:
        prefix, turn = _prefix(one), one.cycles * backwards
        yield from _of_rows(f"{prefix}rows", one.snapshot.rows, schedule.rows(turn))
        yield from _of_deposits(prefix, one.snapshot, (ran, start, schedule), one.cycles, turn)
        if device == CPU:
            yield from of_sums(one.snapshot, prefix)


def of_end(
    entry: Entry, ran: Ran, start: Snapshot, comparison: Comparison
) -> tuple[Iterator[Difference], Namespace]:  # fmt: skip
    """Do the end again from a checkpoint, to be compared; return the live tensors, too."""
    base = running.nearest(ran, start, ran.phases)
    found, names = running.moment(ran.run, start, base, ran.phases, CPU)
    printed = "" if ran.ending is Ending.GOES_ON else names.printed(Operation.UPDATE)
    expected = replace(entry, snapshot=found, printed=printed, refusal=None)
    if ran.run.zeroes:
        return comparison.of_entries(entry, expected), names
    # How many deposits are kept singly depends on when the run was looked at.
    kept = replace(expected, snapshot=replace(found, deposits=entry.snapshot.deposits))
    ledger = _of_ledger(entry.snapshot, found, (ran, start, Schedule(ran.run, start)), comparison)
    return chain(ledger, comparison.of_entries(entry, kept)), names


def _of_ledger(
    stored: Snapshot, found: Snapshot, of: tuple[Ran, Snapshot, Schedule], comparison: Comparison
) -> Iterator[Difference]:
    """Compare the deposits of the end of a run without Zero grad: the single ones, and how they add up."""
    ran = of[0]
    yield from _of_deposits("", stored, of, ran.cycles, _turns(ran))
    yield from of_sums(stored)
    last = len(stored.deposits) - 1
    for index, (one, other) in enumerate(zip(reversed(stored.deposits), reversed(found.deposits), strict=False)):
        if one.count == other.count == 1 and one is not other:
            yield from comparison.of_deposits(one, other, f"deposits[{last - index}].")


def by_itself(entry: Entry, ran: Ran, start: Snapshot, engine: Engine) -> Iterator[Difference]:
    """Compare the numbers of a run that another machine did, each with those next to it."""
    after, schedule = entry.snapshot, Schedule(ran.run, start)
    comparison = Comparison((), None, has_same_torch=False, has_same_environment=False)
    yield from comparison.of_snapshots(after, replace(after, x=start.x, y_true=start.y_true, config=start.config))
    yield from _of_points(ran, start, schedule, engine)
    turns = _turns(ran)
    yield from _of_rows("rows", after.rows, schedule.rows(turns))
    yield from _of_deposits("", after, (ran, start, schedule), ran.cycles, turns)
    yield from _of_update(ran, start, after, schedule, engine)


def of_sums(snapshot: Snapshot, prefix: str = "") -> Iterator[Difference]:
    """Compare `.grad` with the sum of the deposits; zeros that nothing was added to are such a sum."""
    comparison = Comparison((), None, has_same_torch=False, has_same_environment=False)
    sums = {}
    for name in ("W_grad", "b_grad"):
        stored = getattr(snapshot, name)
        parts = tuple(getattr(each, name) for each in snapshot.deposits)
        sums[name] = deposits.total(parts, onto_zeros=snapshot.grad_was_zeros)
        if sums[name] is None and stored is not None and snapshot.grad_was_zeros:
            sums[name] = np.zeros_like(stored)
    for name, added_up in sums.items():
        yield from comparison.of_arrays(name.replace("_", "."), getattr(snapshot, name), added_up, prefix)


def _turns(ran: Ran) -> int:
    """Return how many Backwards were done."""
    return ran.cycles * ran.run.backwards + ran.rest.count(Operation.BACKWARD)


def _prefix(one: Checkpoint) -> str:
    return f"checkpoint[{one.cycles}]."


def _by_count(points: Points) -> dict[int, tuple[np.float32, FloatArray]]:
    numbers = zip(points.losses, points.parameters, strict=True)
    return dict(zip(points.counts.tolist(), numbers, strict=True))


def _of_point(
    count: int, stored: np.float32, parameters: FloatArray, loss: float, now: tuple[FloatArray, FloatArray]
) -> Iterator[Difference]:
    """Compare a point of the curve with the loss, and W and b, of now."""
    comparison = Comparison((), None, has_same_torch=False, has_same_environment=False)
    yield from comparison.of_arrays("loss", frozen(stored), frozen(loss), f"curve[{count}].")
    yield from _of_parameters(count, parameters, *now)


def _of_parameters(count: int, stored: FloatArray, W: FloatArray, b: FloatArray) -> Iterator[Difference]:
    found = frozen(np.concatenate([W.reshape(-1)[: len(stored)], b])[: len(stored)])
    if same_numbers(stored, found):
        return
    is_other = (stored.view(np.uint32) != found.view(np.uint32)) & ~(np.isnan(stored) & np.isnan(found))
    index = int(np.flatnonzero(is_other)[0])
    row, column = divmod(index, W.shape[1])
    element = f"W[{row}, {column}]" if index < W.size else f"b[{index - W.size}]"
    yield Difference(f"curve[{count}].{element}", full_text(stored[index]), full_text(found[index]))


def _of_checkpoint(one: Checkpoint, names: Namespace) -> Iterator[Difference]:
    comparison = Comparison((), None, has_same_torch=False, has_same_environment=False)
    found = {name.value: read(names[name]) for name in LEAVES}
    found |= {f"{name}.grad": read(grad) for name in LEAVES if (grad := names[name].grad) is not None}
    for name in ("W", "b", "W.grad", "b.grad"):
        stored = getattr(one.snapshot, name.replace(".", "_"))
        yield from comparison.of_arrays(name, stored, found.get(name), _prefix(one))


def _of_rows(what: str, stored: object, found: object) -> Iterator[Difference]:
    if stored != found:
        yield Difference(what, str(stored), str(found))


def _of_deposits(
    prefix: str, state: Snapshot, of: tuple[Ran, Snapshot, Schedule], cycles: int, turns: int
) -> Iterator[Difference]:
    """Compare how many Backwards are in `.grad`, and on which rows: those since the last Zero grad."""
    ran, start, schedule = of
    kept = () if ran.run.zeroes and cycles else start.deposits
    begin = cycles * ran.run.backwards if ran.run.zeroes else 0
    count = sum(each.count for each in kept) + turns - begin
    yield from _of_rows(f"{prefix}deposits", sum(each.count for each in state.deposits), count)
    expected = schedule.taken(begin, turns)
    for each in kept:
        expected = expected + deposits.rows_taken(each)
    found = np.zeros_like(expected)
    for each in state.deposits:
        found = found + deposits.rows_taken(each)
    yield from _of_rows(f"{prefix}deposits.taken", found.tolist(), expected.tolist())


def _of_points(ran: Ran, start: Snapshot, schedule: Schedule, engine: Engine) -> Iterator[Difference]:
    """Compare losses with parameters: those of the curve where it has all of them, and those of the checkpoints."""
    states = {0: start} | {one.cycles: one.snapshot for one in ran.checkpoints}
    for points in (ran.curve.points, ran.curve.overview):
        every = -(-len(points.counts) // MOST_POINTS) or 1
        for place, (count, loss, row) in enumerate(
            zip(points.counts.tolist(), points.losses, points.parameters, strict=True)
        ):
            state = states.get(count)
            if state is not None:
                yield from _of_parameters(count, row, state.W, state.b)
            elif place % every or len(row) < start.W.size + start.b.size:
                continue
            else:
                W, b = frozen(row[: start.W.size].reshape(start.W.shape)), frozen(row[start.W.size :])
                state = replace(start, W=W, b=b)
            rows = schedule.rows((count + 1) * ran.run.backwards - 1)
            forward = engine.execute(Operation.FORWARD, replace(state, rows=rows, forward=None), CPU).snapshot.forward
            if forward is not None:
                leeway = {"curve.loss": of_forward(forward).loss}
                comparison = Comparison((), lambda leeway=leeway: leeway, False, False)  # type: ignore[misc]
                yield from comparison.of_arrays("loss", frozen(loss), forward.loss, f"curve[{count}].")


def _of_update(
    ran: Ran, start: Snapshot, after: Snapshot, schedule: Schedule, engine: Engine
) -> Iterator[Difference]:  # fmt: skip
    """Compare W and b of the end with what the last Forward was made with, and the Update since."""
    forward, run = after.forward, ran.run
    if forward is None:
        return
    if ran.rest and Operation.UPDATE not in ran.rest:
        for leaf in LEAVES:
            if after.tensor(leaf) is not getattr(forward, leaf.value):
                yield Difference(leaf.value, kind=Kind.IDENTITY)
        return
    grads = {"W": after.W_grad, "b": after.b_grad}
    apart: dict[str, Reals | float] = {"W": 0.0, "b": 0.0}
    if run.zeroes and not ran.rest:
        state = replace(start, W=forward.W, b=forward.b, forward=None, deposits=())
        if ran.cycles > 1:
            state = replace(state, W_grad=None, b_grad=None)
        for turn in range((ran.cycles - 1) * run.backwards, ran.cycles * run.backwards):
            state = engine.execute(Operation.FORWARD, replace(state, rows=schedule.rows(turn)), CPU).snapshot
            if state.forward is not None:
                bounds = of_forward(state.forward)
                apart = {"W": apart["W"] + bounds.W_grad, "b": apart["b"] + bounds.b_grad}
            state = engine.execute(Operation.BACKWARD, state, CPU).snapshot
        grads = {"W": state.W_grad, "b": state.b_grad}
    lr = start.config.lr
    leeway: dict[str, Reals] = {}
    found: dict[str, FloatArray] = {}
    for name, grad in grads.items():
        before = getattr(forward, name)
        with np.errstate(all="ignore"):
            step = lr * (np.zeros_like(before) if grad is None else grad).astype(np.float64)
            leeway[name] = of_sum(before, step, apart=abs(lr) * apart[name])
            found[name] = frozen((before - step).astype(np.float32))
    comparison = Comparison((), lambda: leeway, has_same_torch=False, has_same_environment=False)
    for name in ("W", "b"):
        yield from comparison.of_arrays(name, getattr(after, name), found[name])
