"""Runs as records: what is kept of a long one, how it is written, and what has to hold of what was read."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from msgspec import UNSET, UnsetType

from perceptron_gui.core.actions import Checkpoint, Ending, Ran, Run
from perceptron_gui.core.history import Entry
from perceptron_gui.core.recording import MOST_BUCKETS, WIDEST, Curve, Points, overview
from perceptron_gui.core.snapshot import Deposit, FloatArray, Snapshot, sealed
from perceptron_gui.core.storage import schema
from perceptron_gui.core.storage.checks import check_snapshot
from perceptron_gui.core.storage.numbers import DamagedError, read_ints, read_rows, written_ints

MOST_NUMBERS = 2**15
"""Numbers of a curve; beyond that every second count is left out. The overview is written whole."""
MOST_CHECKPOINT_NUMBERS = 2**17
"""Numbers of all checkpoints, about; beyond that every second one is left out."""
_BESIDE = 32
"""What an array takes beside its numbers, in numbers."""

WriteArray = Callable[[FloatArray], schema.Reference]
WriteDeposit = Callable[[Deposit], int | schema.DepositRecord]
ReadArray = Callable[[schema.Reference], FloatArray]
ReadDeposit = Callable[[int | schema.DepositRecord], Deposit]


def shortened(entry: Entry) -> Entry:
    """Return an entry as it is written: of a long run fewer counts of the curve, and fewer checkpoints."""
    ran = entry.action
    if not isinstance(ran, Ran):
        return entry
    curve, checkpoints = ran.curve, ran.checkpoints
    every = 1
    while len(curve.losses[::every]) * (1 + curve.parameters.shape[1]) > MOST_NUMBERS:
        every *= 2
    checkpoints = _fewer(checkpoints, entry.snapshot)
    if every == 1 and checkpoints is ran.checkpoints:
        return entry
    if every > 1:
        curve = curve.every(every)
    return replace(entry, action=replace(ran, curve=curve, checkpoints=checkpoints))


def _fewer(checkpoints: tuple[Checkpoint, ...], after: Snapshot) -> tuple[Checkpoint, ...]:
    while len(checkpoints) > schema.MOST_CHECKPOINTS or _numbers(checkpoints, after) > MOST_CHECKPOINT_NUMBERS:
        checkpoints = checkpoints[1::2]
    return checkpoints


def _numbers(checkpoints: tuple[Checkpoint, ...], after: Snapshot) -> int:
    held = {key: array for one in checkpoints for key, array in one.snapshot.arrays().items()}
    known = after.arrays()
    return sum(array.size + _BESIDE for key, array in held.items() if key not in known)


def record(ran: Ran, array: WriteArray, deposit: WriteDeposit) -> schema.RanAction:
    """Return the record of a run, from what makes those of arrays and deposits."""
    run, curve = ran.run, ran.curve
    return schema.RanAction(
        phases=ran.phases,
        ending=ran.ending,
        updates=run.updates,
        loss=run.loss,
        zeroes=run.zeroes,
        backwards=run.backwards,
        seed=run.seed,
        curve=_curve_record(curve, array) if len(curve.losses) else UNSET,
        checkpoints=tuple(_checkpoint_record(one, array, deposit) for one in ran.checkpoints),
    )


def _curve_record(curve: Curve, array: WriteArray) -> schema.CurveRecord:
    losses, parameters, points = array(curve.losses), array(curve.parameters), curve.overview
    if curve.stride == 1:
        return schema.CurveRecord(losses, parameters)
    counts = written_ints(points.counts.tolist())
    seen = schema.OverviewRecord(counts, array(points.losses), array(points.parameters))
    return schema.CurveRecord(losses, parameters, curve.stride, seen)


def _checkpoint_record(one: Checkpoint, array: WriteArray, deposit: WriteDeposit) -> schema.CheckpointRecord:
    state = one.snapshot
    return schema.CheckpointRecord(
        cycles=one.cycles,
        W=array(state.W),
        b=array(state.b),
        W_grad=None if state.W_grad is None else array(state.W_grad),
        b_grad=None if state.b_grad is None else array(state.b_grad),
        rows=UNSET if state.rows is None else written_ints(state.rows),
        deposits=tuple(map(deposit, state.deposits)),
        grad_was_zeros=state.grad_was_zeros,
    )


def read(
    action: schema.RanAction, after: Snapshot, array: ReadArray, deposit: ReadDeposit, earlier: Ran | None = None
) -> Ran:  # fmt: skip
    """Return the run of a record; `after` is the state that it left.

    Where there is an `earlier` moment of it, the record has of curve and checkpoints what came since.

    Raises:
        DamagedError: what the record says cannot be.
    """
    run = Run(action.updates, action.loss, action.zeroes, action.backwards, action.seed)
    width = min(after.W.size + after.b.size, WIDEST)
    curve = _curve(action.curve, width, array)
    checkpoints = tuple(_checkpoint(one, after, array, deposit) for one in action.checkpoints)
    ran = Ran(run, action.phases, action.ending, curve, checkpoints)
    if earlier is not None:
        try:
            ran = ran.behind(earlier)
        except ValueError as error:
            raise DamagedError(str(error)) from error
        ran = replace(ran, checkpoints=_fewer(ran.checkpoints, after))
    _check(ran)
    return ran


def _curve(one: schema.CurveRecord | UnsetType, width: int, array: ReadArray) -> Curve:
    if one is UNSET:
        nothing = sealed(np.empty(0, np.float32)), sealed(np.empty((0, width), np.float32))
        return Curve(*nothing, 1, overview(Points(np.empty(0, np.int64), *nothing)))
    losses, parameters = _line(one.losses, one.parameters, width, array)
    if (one.stride == 1) is not (one.overview is UNSET):
        raise DamagedError("the overview of a curve is written where the curve is not whole")
    curve = Curve(losses, parameters, one.stride, Points(np.empty(0, np.int64), losses[:0], parameters[:0]))
    if one.overview is UNSET:
        return replace(curve, overview=overview(curve.points))
    seen = _line(one.overview.losses, one.overview.parameters, width, array)
    counts = read_ints(one.overview.counts, 2 * MOST_BUCKETS)
    if len(counts) != len(seen[0]) or not (np.diff(counts) > 0).all():
        raise DamagedError("the counts of a curve do not ascend, or are more or fewer than its losses")
    counts.flags.writeable = False
    return replace(curve, overview=Points(counts, *seen))


def _line(
    losses: schema.Reference, parameters: schema.Reference, width: int, array: ReadArray
) -> tuple[FloatArray, FloatArray]:
    heights, rows = array(losses), array(parameters)
    if heights.ndim != 1 or rows.shape != (len(heights), width):
        raise DamagedError("a curve has no such numbers")
    return heights, rows


def _checkpoint(
    one: schema.CheckpointRecord, after: Snapshot, array: ReadArray, deposit: ReadDeposit
) -> Checkpoint:  # fmt: skip
    held: dict[str, Any] = {
        name: None if (reference := getattr(one, name)) is None else array(reference)
        for name in ("W", "b", "W_grad", "b_grad")
    }
    if held["W"].shape != after.W.shape or held["b"].shape != after.b.shape:
        raise DamagedError("a checkpoint has parameters of another shape")
    state = replace(
        after,
        **held,
        rows=None if one.rows is UNSET else read_rows(one.rows, after.m),
        forward=None,
        deposits=tuple(map(deposit, one.deposits)),
        grad_was_zeros=one.grad_was_zeros,
    )
    check_snapshot(state, None)
    return Checkpoint(one.cycles, state)


def _check(ran: Ran) -> None:
    """Raise DamagedError unless the numbers of a run fit each other."""
    run, curve, seen = ran.run, ran.curve, ran.curve.overview.counts
    most = run.updates * len(run.cycle)
    if most and not ran.phases <= most:
        raise DamagedError("a run has more phases than it was to have")
    if ran.ending is Ending.UPDATES and ran.phases != most:
        raise DamagedError("a run did not end where it says")
    if len(curve.losses) != -(-ran.updates // curve.stride):
        raise DamagedError("a curve has not as many losses as a run has updates")
    if len(seen) and seen[-1] >= ran.updates:
        raise DamagedError("a curve goes on after its run")
    cycles = [0, *(one.cycles for one in ran.checkpoints)]
    if any(one >= other for one, other in pairwise(cycles)) or cycles[-1] > ran.cycles:
        raise DamagedError("the checkpoints of a run do not ascend within it")
