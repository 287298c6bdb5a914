"""What the window tells a run while it runs, and what the run shows of itself."""

import math
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from perceptron_gui.core.actions import Ending, Ran
from perceptron_gui.core.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a run goes: so many whole steps a second, or single phases; infinitely many are as fast as can be."""

    per_second: float = math.inf
    whole_steps: bool = True

    @property
    def is_flat_out(self) -> bool:
        """Whether nothing is waited for."""
        return math.isinf(self.per_second)


FLAT_OUT = Pace()
_JOBS = 0.01
"""Seconds after which a job of a run's thread that can go on later lets the run go on."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One moment of a run: what was done up to there, and the state that it left."""

    ran: Ran
    snapshot: Snapshot


class Control:
    """Lies between the window's thread and the run's. Each attribute is written by one of them alone.

    The window says the `pace`, and in `ending` why to stop at the next phase boundary. The run says how many `updates`
    it has done, and shows a `frame`: flat out the next one when the last was taken, else after every phase or step.
    """

    def __init__(self, pace: Pace = FLAT_OUT) -> None:
        self.pace = pace
        self.ending: Ending | None = None
        self.updates = 0
        self.frame: Frame | None = None
        self.wants_frame = True
        self._jobs: deque[tuple[Callable[[], object], Future[object]]] = deque()
        self._jobs_until = 0.0
        self._woken = threading.Event()
        self.is_held = False
        """Whether the window wants the run to `stay` between two cycles."""
        self._released = threading.Event()

    def stop(self, ending: Ending) -> None:
        """Stop at the next phase boundary."""
        if self.ending is None:
            self.ending = ending
        self._woken.set()
        self.release()

    def hold(self) -> None:
        """Have the run stay where its cycle ends, until it is released or told to stop."""
        self._released.clear()
        self.is_held = self.ending is None

    def release(self) -> None:
        """Let a run go on."""
        self.is_held = False
        self._released.set()

    def set_pace(self, pace: Pace) -> None:
        """Go on at another pace."""
        self.pace = pace
        self._woken.set()

    def take_frame(self) -> Frame | None:
        """Return what was shown last, if it was not taken yet; then another one is wanted."""
        frame, self.frame = self.frame, None
        if frame is not None:
            self.wants_frame = True
        return frame

    def submit(self, job: Callable[[], object]) -> "Future[object]":
        """Have something done on the run's thread, between two cycles."""
        future: Future[object] = Future()
        self._jobs.append((job, future))
        self._woken.set()
        return future

    def stay(self) -> None:
        """On the run's thread: stay as long as it is held."""
        if self.is_held:
            self._released.wait()

    def show(self, frame: Frame) -> None:
        """On the run's thread: show a moment."""
        self.wants_frame = False
        self.frame = frame

    def has_done_enough(self) -> bool:
        """On the run's thread, in a job: whether the run is to go on."""
        return self.ending is not None or time.monotonic() > self._jobs_until

    def do_jobs(self) -> None:
        """Do what was submitted: on the run's thread, or where that has ended."""
        self._jobs_until = time.monotonic() + _JOBS
        while self._jobs:
            job, future = self._jobs.popleft()
            if not future.set_running_or_notify_cancel():
                continue
            try:
                result = job()
            except Exception as error:  # noqa: BLE001  it is the asker's
                future.set_exception(error)
            else:
                future.set_result(result)

    def wait(self, until: float) -> None:
        """On the run's thread: wait until a moment of `time.monotonic`, a stop or another pace; do jobs meanwhile."""
        pace = self.pace
        while self.ending is None and self.pace is pace:
            self._woken.clear()
            self.do_jobs()
            left = until - time.monotonic()
            if left <= 0:
                return
            self._woken.wait(left)
