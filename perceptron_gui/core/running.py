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
from collections.abc import Iterable
from dataclasses import replace

from perceptron_gui.core import deposits, memory
from perceptron_gui.core.actions import Checkpoint, Ending, Operation, Ran, Run
from perceptron_gui.core.autograd import LEAVES, Namespace
from perceptron_gui.core.control import Control, Frame
from perceptron_gui.core.cycles import Cycles
from perceptron_gui.core.finiteness import is_finite
from perceptron_gui.core.recording import Recorder
from perceptron_gui.core.schedule import Schedule
from perceptron_gui.core.snapshot import Snapshot, blocks, same_numbers

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
_LONG_CYCLE = 1.0
"""Seconds from which on every cycle of several Backwards is recorded: to do one again would keep a person waiting."""
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


def _again(run: Run, schedule: Schedule, base: Checkpoint, phases: int, names: Namespace) -> tuple[Snapshot, Namespace]:
    """Do a run again from a checkpoint up to so many phases, its end recorded."""
    live = Cycles(run, schedule, base, names)
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


def _record(live: Cycles, phases: int) -> None:
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
        self._live = Cycles(run, Schedule(run, start), begin, names)
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
        self._recorder.end()
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
