"""Run: the phases of the buttons in a loop, on one bundle of live tensors.

Most cycles only execute their lines and write down the loss and the parameters. Now and then one is recorded: its
phases go through `autograd.phase`, as if pressed, so that there is a whole Snapshot to show. Where a run ends between
two of those, its last cycles are done again from a state that was kept shortly before, and recorded. So every moment
of a run is a Snapshot that presses would have left, on the CPU to the last bit.
"""

import logging
import math
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace

from perceptron_gui.core import deposits, lines, memory
from perceptron_gui.core.actions import Checkpoint, Ending, Operation, Ran, Run
from perceptron_gui.core.autograd import LEAVES, Namespace, phase, read
from perceptron_gui.core.control import Control, Frame
from perceptron_gui.core.finiteness import is_finite
from perceptron_gui.core.recording import Recorder
from perceptron_gui.core.schedule import Schedule
from perceptron_gui.core.snapshot import Deposit, FloatArray, Snapshot, TensorName, Zeroing, blocks, same_numbers, zeros

MOST_CHECKPOINTS = 256
MOST_CHECKPOINT_BYTES = 128 * 2**20
"""Beyond either, every second checkpoint is dropped, and from then on they are twice as far apart."""
CHECKPOINT_EVERY = 512
"""So many cycles lie between two checkpoints at first."""
_SHARE = 40
"""After a recorded cycle none is recorded for so many times as long, and nothing kept after keeping a state."""
_KEEP_EVERY = 0.05
"""Seconds between two states that are kept, at least."""
_KEEP_AFTER = 0.75
"""Seconds after which one is kept, whatever it takes: what comes behind it is done again at the end of a run."""
_WATCHED = 2**13
"""Numbers of W that are looked at after each Update, in the CPU's memory: whether one is not finite. Of more, and
elsewhere, only those that the curve has are; the rest where a cycle is recorded, since it takes a good part of a step."""
_LONG_CYCLE = 1.0
"""Seconds from which on every cycle of several Backwards is recorded: to do one again would keep a person waiting."""
_Call = Callable[[], object]
_log = logging.getLogger(__name__)


def execute(run: Run, start: Snapshot, names: Namespace, control: Control) -> tuple[Frame, Namespace]:
    """Run until a condition or `control` ends it; return the end, and its live tensors.

    `names` are those of `start`.

    Raises:
        Problem: OUT_OF_MEMORY or DEVICE_LOST. The last frame is what there is then.
    """
    recording = _Recording(run, start, names, control)
    return recording.go(), recording.names


def moment(run: Run, start: Snapshot, base: Checkpoint, phases: int, device: str) -> tuple[Snapshot, Namespace]:
    """Return the state of a run after so many phases, computed again from a checkpoint before it.

    `start` is the state that the run began with, also what it was after no phase. The live tensors come with it.
    """
    if not phases:
        return replace(start), Namespace(start, device)
    return _again(run, Schedule(run, start), base, phases, Namespace(base.snapshot, device))


def nearest(ran: Ran, start: Snapshot, phases: int) -> Checkpoint:
    """Return the last checkpoint from which all that is kept of a moment can be recorded, or the start of the run."""
    begin = Checkpoint(0, replace(start, forward=None))
    return _before(ran.run, (begin, *ran.checkpoints), phases)


class _Live:
    """The live tensors of a run, after `cycles` whole cycles and `place` phases of the next.

    `now` is the last state that was recorded: that of these phases where it `is_recorded`, else that after `recorded`
    whole cycles. Of the Backwards before `gathered` cycles only the sum is in it.
    """

    def __init__(self, run: Run, schedule: Schedule, base: Checkpoint, names: Namespace) -> None:
        self.run, self.schedule, self.names = run, schedule, names
        self.now = base.snapshot
        self.cycles = self.recorded = base.cycles
        self.place = 0
        self.is_recorded = True
        self.gathered = -deposits.MOST

    @property
    def _has_zeroed(self) -> bool:
        """Whether a Zero grad was executed since the last recorded state."""
        return self.run.zeroes and self.cycles > self.recorded

    @property
    def phases(self) -> int:
        """How many phases were done since the run began."""
        return self.cycles * len(self.run.cycle) + self.place

    def record(self, operation: Operation) -> None:
        """Do the next phase as if it was pressed: `now` is the state that it leaves."""
        turn = self.cycles * self.run.backwards + self.place // 2
        if operation is Operation.FORWARD:
            self.now = replace(self.now, rows=self.schedule.rows(turn))
        self.now, refusal = phase(operation, self.now, self.names)
        if refusal is not None:
            raise RuntimeError(str(refusal))
        if operation is Operation.BACKWARD:
            self.now = replace(self.now, rows=self.schedule.rows(turn + 1))
        self.place += 1
        if self.place == len(self.run.cycle):
            self.cycles, self.place = self.cycles + 1, 0
            self.recorded = self.cycles

    def gather(self) -> None:
        """Read what the executed phases left into `now`; of their Backwards only the sum is known."""
        now, names, schedule, count = self.now, self.names, self.schedule, self.run.backwards
        in_cycle = min(count, self.place // 2)
        end = self.cycles * count + in_cycle
        first, earlier = (self.cycles * count, ()) if self.run.zeroes else (self.recorded * count, now.deposits)
        W_grad, b_grad = map(self._gradient, LEAVES)
        added: tuple[Deposit, ...] = earlier
        if end > first and now.forward is not None:
            mixed = [name for deposit in earlier for name in deposit.mixed]
            mixed += [name for deposit in earlier for name in deposit.forward.changed_since(now.forward)]
            mixed += ["W", "b"] if schedule.is_constant else ["W", "b", "rows"]
            taken = sum((deposits.rows_taken(deposit) for deposit in earlier), schedule.taken(first, end))
            taken.flags.writeable = False
            number = sum(deposit.count for deposit in earlier) + end - first
            added = (Deposit(now.forward, W_grad, b_grad, number, tuple(dict.fromkeys(mixed)), taken),)
        self.now = replace(
            now,
            W=read(names["W"]),
            b=read(names["b"]),
            W_grad=W_grad,
            b_grad=b_grad,
            rows=schedule.rows(end),
            deposits=added,
            grad_was_zeros=now.config.zeroing is Zeroing.ZERO if self._has_zeroed else now.grad_was_zeros,
        )
        self.recorded, self.is_recorded, self.gathered = self.cycles, True, self.cycles

    def _gradient(self, name: TensorName) -> FloatArray | None:
        """Read a gradient; zeros that Zero grad left need not be copied."""
        grad = self.names[name].grad
        if grad is not None and self.run.zeroes and self.cycles and not self.place:
            return zeros(tuple(grad.shape))
        return None if grad is None else read(grad)

    def _functions(self) -> tuple[_Call, _Call, _Call, _Call | None]:
        """Return the lines of Forward, Backward, Update and Zero grad, where there is one, as functions."""
        now, names, function = self.now, self.names, self.names.function
        names.names |= {"lr": now.config.lr, "rows": list(now.rows or ())}
        codes = (lines.forward(now.rows, now.reduction, now.m), lines.backward(now.config), lines.update())
        zero_grad = function(lines.zero_grad(now.config.zeroing)) if self.run.zeroes else None
        forward, backward, update = map(function, codes)
        return forward, backward, update, zero_grad

    def execute(
        self,
        until: int,
        control: Control | None = None,
        recorder: Recorder | None = None,
        *,
        not_before: float = 0,
        at_latest: float = math.inf,
    ) -> Ending | None:
        """Execute cycles alone, until so many are done; return why to end before, if that is so.

        With a `control` also until it wants a frame, `not_before` a moment of `time.perf_counter`, and `at_latest` up
        to another.
        """
        run, schedule, names, reduction = self.run, self.schedule, self.names, self.now.reduction
        values, function = names.names, names.function
        forward, backward, update, zero_grad = self._functions()
        W, b = (names.values(name) for name in LEAVES)
        kept = (W()[:0], b()[:0]) if recorder is None else recorder.kept(W(), b())
        numbers = kept[0].tolist() + kept[1].tolist()
        is_shared = names.device.type == "cpu"
        is_watched = is_shared and recorder is not None and not recorder.is_whole and W().size <= _WATCHED
        is_constant, target = schedule.is_constant, -math.inf if run.loss is None else run.loss
        cycles, place, loss = self.cycles, 0, math.nan
        try:
            while cycles < until:
                for turn in range(run.backwards):
                    if not is_constant:
                        rows = schedule.rows(cycles * run.backwards + turn)
                        if rows is None:
                            forward = function(lines.forward(None, reduction))
                        else:
                            values["rows"] = list(rows) if len(rows) > 1 else rows[0]
                            forward = function(lines.forward_in_loop(reduction, self.now.m, str(len(rows))))
                    forward()
                    place += 1
                    if control is not None:
                        loss = values["loss"].item()
                        if not target < loss < math.inf:
                            return Ending.LOSS if math.isfinite(loss) else Ending.NOT_FINITE
                        if control.ending is not None:
                            return control.ending
                    backward()
                    place += 1
                    if control is not None and control.ending is not None:
                        return control.ending
                if recorder is not None:
                    recorder.put(loss, numbers)
                update()
                place += 1
                if control is not None and recorder is not None:
                    control.updates = cycles + 1
                    kept = kept if is_shared else recorder.kept(W(), b())
                    numbers = kept[0].tolist() + kept[1].tolist()
                    if not math.isfinite(sum(numbers)) or (is_watched and not (is_finite(W()) and is_finite(b()))):
                        return Ending.NOT_FINITE
                    if control.ending is not None and zero_grad is not None:
                        return control.ending
                if zero_grad is not None:
                    zero_grad()
                cycles, place = cycles + 1, 0
                if control is not None:
                    control.stay()
                    if control.ending is not None:
                        return control.ending
                    now = time.perf_counter()
                    if now >= at_latest or (control.wants_frame and now >= not_before):
                        return None
            return None
        finally:
            self.cycles, self.place, self.is_recorded = cycles, place, False


def _again(run: Run, schedule: Schedule, base: Checkpoint, phases: int, names: Namespace) -> tuple[Snapshot, Namespace]:
    """Do a run again from a checkpoint up to so many phases, its end recorded."""
    live = _Live(run, schedule, base, names)
    whole = phases // len(run.cycle)
    if live.now.forward is None and not run.zeroes and live.cycles < whole:
        # Of the Backwards that are only executed, the sum belongs to a Forward.
        _record(live, (live.cycles + 1) * len(run.cycle))
    until = whole - _depth(run, base.snapshot)
    # Of a large layer this is a good part of what there is room for.
    del base
    if live.cycles < until:
        live.execute(until)
        live.gather()
    _record(live, phases)
    return live.now, names


def _record(live: _Live, phases: int) -> None:
    while live.phases < phases:
        live.record(live.run.cycle[live.place])


def _depth(run: Run, snapshot: Snapshot) -> int:
    """Return of how many cycles the Backwards are kept singly: of those since the last Zero grad, within the bounds."""
    if run.zeroes:
        return 1
    most = min(deposits.MOST, deposits.MOST_BYTES // (snapshot.W.nbytes + snapshot.b.nbytes))
    return max(1, -(-most // run.backwards))


def _before(run: Run, checkpoints: tuple[Checkpoint, ...], phases: int) -> Checkpoint:
    """Return the last of some checkpoints that is deep enough before a moment, or the first."""
    until = phases // len(run.cycle) - _depth(run, checkpoints[0].snapshot)
    return next((one for one in reversed(checkpoints) if one.cycles <= until), checkpoints[0])


class _Recording:
    """A run as it goes on: what is kept of it, and shown."""

    def __init__(self, run: Run, start: Snapshot, names: Namespace, control: Control) -> None:
        self._run, self._control = run, control
        begin = Checkpoint(0, replace(start, forward=None))
        self._live = _Live(run, Schedule(run, start), begin, names)
        self._recorder = Recorder(start)
        self._checkpoints: list[Checkpoint] = []
        self._checkpoint_every = CHECKPOINT_EVERY
        self._recent: deque[Checkpoint] = deque([begin], maxlen=1 if run.zeroes else 2)
        self._depth = _depth(run, start)
        self._not_before = self._keep_at = self._waited = 0.0
        self._is_long_cycle = False
        self._next = time.monotonic()

    @property
    def names(self) -> Namespace:
        """The live tensors."""
        return self._live.names

    def go(self) -> Frame:
        """Run to the end."""
        live, limit = self._live, self._run.updates
        ending = self._control.ending
        while ending is None:
            ending = self._record_cycle() if self._is_due() else self._execute()
            if limit and live.cycles >= limit and ending is not Ending.NOT_FINITE:
                ending = Ending.UPDATES
            if ending is None and (live.cycles >= self._next_checkpoint or time.perf_counter() >= self._keep_at):
                self._keep()
        self._give_back()
        if not live.is_recorded or live.cycles - live.gathered < self._depth:
            self._record_end()
            self._give_back()
        self._control.do_jobs()
        return self._frame(ending)

    def _is_due(self) -> bool:
        """Whether the next cycle is to be recorded."""
        live, control, limit = self._live, self._control, self._run.updates
        if live.now.forward is None or self._is_long_cycle or not control.pace.is_flat_out:
            return True
        if limit and live.cycles >= limit - self._depth:
            return True
        return control.wants_frame and time.perf_counter() >= self._not_before

    def _execute(self) -> Ending | None:
        """Execute cycles until one is due to be recorded, or a state to be kept."""
        live, limit = self._live, self._run.updates
        until = self._next_checkpoint
        if limit:
            until = min(until, limit - self._depth)
        return live.execute(until, self._control, self._recorder, not_before=self._not_before, at_latest=self._keep_at)

    def _record_cycle(self) -> Ending | None:
        """Do one cycle as if pressed, and show it; return why to end before the next, if that is so."""
        live, control, began = self._live, self._control, self._worked()
        if not live.is_recorded:
            live.gather()
        for operation in self._run.cycle:
            if operation is Operation.UPDATE and live.now.forward is not None:
                W, b = self._recorder.kept(live.now.W, live.now.b)
                self._recorder.put(float(live.now.forward.loss), W.tolist() + b.tolist())
            live.record(operation)
            pace = control.pace
            if operation is Operation.UPDATE:
                control.updates += 1
            if operation is Operation.UPDATE or not (pace.whole_steps or pace.is_flat_out):
                control.show(self._frame(Ending.GOES_ON))
            ending = self._judged(operation) or control.ending
            if ending is None and not pace.whole_steps and not pace.is_flat_out:
                ending = self._wait()
            if ending is not None:
                return ending
        took = self._worked() - began
        self._is_long_cycle = self._run.backwards > 1 and took > _LONG_CYCLE
        self._not_before = time.perf_counter() + _SHARE * took
        self._give_back()
        control.do_jobs()
        return self._wait() if control.pace.whole_steps and not control.pace.is_flat_out else control.ending

    def _give_back(self) -> None:
        if self._live.now.W.nbytes >= memory.LARGE:
            memory.give_back()

    def _judged(self, operation: Operation) -> Ending | None:
        """Return why to end after a recorded phase: `execute` looks at the loss alone."""
        now, limit = self._live.now, self._run.loss
        if operation is Operation.FORWARD and now.forward is not None:
            loss = float(now.forward.loss)
            if not math.isfinite(loss):
                return Ending.NOT_FINITE
            return Ending.LOSS if limit is not None and loss <= limit else None
        is_sound = operation is not Operation.UPDATE or (is_finite(now.W) and is_finite(now.b))
        return None if is_sound else Ending.NOT_FINITE

    @property
    def _next_checkpoint(self) -> int:
        """How many cycles there are where the next state is kept for good."""
        return (self._checkpoints[-1].cycles if self._checkpoints else 0) + self._checkpoint_every

    def _worked(self) -> float:
        """Return a clock in seconds that stands still while the pace is waited for."""
        return time.perf_counter() - self._waited

    def _wait(self) -> Ending | None:
        """Wait as long as the pace wants it."""
        control, began = self._control, time.perf_counter()
        self._next = max(self._next + 1 / control.pace.per_second, time.monotonic())
        control.wait(self._next)
        self._waited += time.perf_counter() - began
        return control.ending

    def _keep(self) -> None:
        """Keep the state between two cycles: the last ones, and now and then one for good."""
        live, took = self._live, -time.perf_counter()
        while len(self._recent) > 1 and live.cycles - self._recent[1].cycles >= self._depth:
            self._recent.popleft()
        if not live.is_recorded:
            live.gather()
        # The next phase is a Forward: that of before is of no use.
        here = Checkpoint(live.cycles, replace(live.now, forward=None))
        self._recent.append(here)
        self._give_back()
        took += time.perf_counter()
        self._keep_at = time.perf_counter() + min(max(_KEEP_EVERY, _SHARE * took), _KEEP_AFTER)
        if live.cycles < self._next_checkpoint:
            return
        self._checkpoints.append(here)
        while len(self._checkpoints) > MOST_CHECKPOINTS or bytes_of(self._checkpoints) > MOST_CHECKPOINT_BYTES:
            self._checkpoints = self._checkpoints[1::2]
            self._checkpoint_every *= 2

    def _record_end(self) -> None:
        """Do again what was only executed since the last state between two cycles."""
        live, device = self._live, str(self._live.names.device)
        if not live.is_recorded:
            live.gather()
        # Where the layer is large, what is let go of here makes the room for doing it again.
        live.names.names.clear()
        self._recent = deque([_before(self._run, tuple(self._recent), live.phases)])
        names = Namespace(self._recent[0].snapshot, device)
        self._give_back()
        now, names = _again(self._run, live.schedule, self._recent.pop(), live.phases, names)
        if all(same_numbers(getattr(now, name), getattr(live.now, name)) for name in LEAVES):
            live.now, live.names = now, names
        else:
            _log.warning("%s does not compute the same twice: only sums are known of the end", device)
            live.names = Namespace(live.now, device)

    def _frame(self, ending: Ending) -> Frame:
        curve, checkpoints = self._recorder.curve(), tuple(self._checkpoints)
        return Frame(Ran(self._run, self._live.phases, ending, curve, checkpoints), self._live.now)


def bytes_of(checkpoints: Iterable[Checkpoint]) -> int:
    """Return the bytes of the arrays of checkpoints, those that several share only once."""
    return sum(blocks(array for one in checkpoints for array in one.snapshot.arrays().values()).values())
