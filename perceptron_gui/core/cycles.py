"""The cycles of a run on its live tensors: done as if pressed, or only executed, and read afterwards."""

import math
import time
from collections.abc import Callable
from dataclasses import replace

from perceptron_gui.core import deposits, lines
from perceptron_gui.core.actions import Checkpoint, Ending, Operation, Run
from perceptron_gui.core.autograd import LEAVES, Namespace, phase, read
from perceptron_gui.core.control import Control
from perceptron_gui.core.finiteness import is_finite
from perceptron_gui.core.recording import Recorder
from perceptron_gui.core.schedule import Schedule
from perceptron_gui.core.snapshot import Deposit, FloatArray, TensorName, Zeroing, zeros

_WATCHED = 2**13
"""Numbers of W, in the CPU's memory, that are looked at after each Update: whether one is not finite.

Of more, and elsewhere, only those that the curve has are, and the rest where a cycle is recorded: to look at them takes
a good part of a step.
"""
_Call = Callable[[], object]


class Cycles:
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
