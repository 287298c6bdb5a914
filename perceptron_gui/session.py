"""The one mutable object: it holds the history and sends work to the worker thread."""

import logging
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future, wait
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from perceptron_gui.core.actions import (
    CPU,
    Action,
    Assign,
    AssignElements,
    Configure,
    Edit,
    Ending,
    MarkRows,
    Ran,
    Request,
    Run,
    Start,
    SwitchDevice,
    Task,
)
from perceptron_gui.core.control import Control, Frame, Pace
from perceptron_gui.core.editing import edited, is_quick
from perceptron_gui.core.history import Entry, Environment, History, Refusal
from perceptron_gui.core.presets import PRESETS
from perceptron_gui.core.problems import Problem, Reason
from perceptron_gui.core.questions import Interrupted, Question
from perceptron_gui.core.snapshot import Snapshot
from perceptron_gui.onlooker import Onlooker

if TYPE_CHECKING:
    from perceptron_gui.core.devices import Device
    from perceptron_gui.core.operations import Engine, Outcome

_log = logging.getLogger(__name__)


class Travel(Enum):
    """Moves along the history."""

    UNDO = "undo"
    REDO = "redo"


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """A wish to see the run of an entry as it was after so many of its phases."""

    entry: Entry
    phases: int


Wish = Task | Edit | Start | Travel | Entry | Moment
"""An Entry is one to travel to."""


class Session(QObject):
    """Holds the history; does what is wished, one wish at a time, in the order they came.

    Edits that need no torch are done at once; everything else runs on the executor's one thread, and what is wished
    meanwhile (while torch loads, too) waits in line. Nothing in the line is lost except by `restart` and `close`.

    A Run is stopped by the next wish. While it goes on, `history` ends with the run as far as it was last seen.
    """

    changed = Signal(object)
    """The new History: it is stored already."""
    progressed = Signal(object)
    """The History with a run that goes on, further than before: it is stored already. At the end comes `changed`."""
    failed = Signal(object)
    """A Problem: the history is as it was."""
    readied = Signal()
    """torch is loaded: `torch_version` and `devices` are known."""
    waiting_changed = Signal()
    """`running` or `waiting` is another."""
    answered = Signal(object, object)
    """A Question and its Answer; None where it could not be computed."""
    _finished = Signal(object, object)
    _answer_finished = Signal(object, object, object)

    def __init__(
        self, history: History, executor: Executor, load_engine: "Callable[[], Engine]", device: str = CPU
    ) -> None:
        super().__init__()
        self.history = self._first = history
        self.device = device
        self._executor = executor
        self._load_engine = load_engine
        self._engine: Engine | None = None
        self._lost: set[str] = set()
        self._wishes: deque[tuple[Wish, object]] = deque()
        self._group: object = None
        self._future: Future[object] | None = None
        self._questions: dict[object, Question] = {}
        self._answering: Future[object] | None = None
        self._is_loading = True
        self._task: Task | None = None
        self._control: Control | None = None
        self._before_run = self._seen = history
        self._onlooker = Onlooker()
        self._onlooker.saw.connect(self._on_seen)
        self._finished.connect(self._on_finished)
        self._answer_finished.connect(self._on_answer_finished)

    @property
    def is_loading(self) -> bool:
        """Whether torch is still to be imported, or being imported."""
        return self._is_loading

    @property
    def is_busy(self) -> bool:
        """Whether the worker has something of this session's to do."""
        return self._future is not None

    @property
    def running(self) -> Task | None:
        """What the worker does now; None while it is idle or torch loads."""
        return self._task

    @property
    def is_running(self) -> bool:
        """Whether a Run goes on."""
        return self._control is not None

    @property
    def is_run_in_line(self) -> bool:
        """Whether a Run waits for what was wished before it."""
        return any(isinstance(wish, Run) for wish, _ in self._wishes)

    @property
    def is_stopping(self) -> bool:
        """Whether a Run was told to stop, and has not yet."""
        return self._control is not None and self._control.ending is not None

    @property
    def updates(self) -> int:
        """How many Updates were done since the tensors were made, those of now of a Run that goes on too."""
        if self._control is None:
            return self.history.entry.updates
        return self._before_run.entry.updates + self._control.updates

    @property
    def pace(self) -> Pace:
        """How fast a Run goes."""
        return self._onlooker.pace

    @property
    def waiting(self) -> int:
        """How many wishes wait in line."""
        return len(self._wishes)

    @property
    def torch_version(self) -> str:
        """`torch.__version__`; empty until torch is loaded."""
        return self._engine.version if self._engine is not None else ""

    @property
    def environment(self) -> Environment | None:
        """Where torch computes; None until it is loaded."""
        return self._engine.environment if self._engine is not None else None

    @property
    def devices(self) -> "tuple[Device, ...]":
        """The devices that worked when they were tried; empty until torch is loaded."""
        return self._engine.devices if self._engine is not None else ()

    @property
    def lost_devices(self) -> frozenset[str]:
        """The devices that failed since: not to be chosen again before a restart."""
        return frozenset(self._lost)

    def prepare(self) -> None:
        """Load torch on the worker. What is wished until then waits."""
        self._submit(None, self._load_engine)
        self.waiting_changed.emit()

    def perform(self, *actions: Request) -> None:
        """Do actions, after those wished before them; when one of them fails, those behind it are dropped.

        PyTorch's refusal is no failure. Start is done at once (see `restart`).
        """
        group = object()
        self._interrupt()
        for action in actions:
            if isinstance(action, Start):
                self.restart(action.preset)
            else:
                self._wishes.append((action, group))
        self._go_on()
        self.waiting_changed.emit()

    def stop(self) -> None:
        """Stop a Run at the next phase boundary; one that waits in line does not begin."""
        self._wishes = deque(wish for wish in self._wishes if not isinstance(wish[0], Run))
        self._interrupt(Ending.STOPPED)
        self.waiting_changed.emit()

    def set_pace(self, pace: Pace) -> None:
        """Let a Run go faster or slower, this one or the next."""
        self._onlooker.set_pace(pace)

    def undo(self) -> None:
        """Go one entry back, after what was wished before."""
        self._travel(Travel.UNDO)

    def redo(self) -> None:
        """Go one entry on, after what was wished before."""
        self._travel(Travel.REDO)

    def travel(self, entry: Entry) -> None:
        """Show the moment of an entry, after what was wished before; one that is gone by then is let be."""
        self._travel(entry)

    def travel_within(self, entry: Entry, phases: int) -> None:
        """Show the run of an entry as it was after so many phases, computed again on the worker."""
        self._travel(Moment(entry, phases))

    def ask(self, question: Question, asker: object = None) -> None:
        """Have a question answered on the worker, between the wishes.

        A newer one of its kind takes its place; not where another asks, who waits for that very answer.
        """
        self._questions[type(question), asker] = question
        self._answer_next()

    def restart(self, preset: str) -> None:
        """Go to the start values of a preset now: the line is dropped, and so is the result of what still runs.

        A Run ends at the next phase boundary first, as by any other wish; wished again, that is not waited for either.
        """
        is_awaited = any(isinstance(wish, Start) for wish, _ in self._wishes)
        self._wishes.clear()
        self._interrupt()
        if self._control is None or is_awaited:
            self._start(preset)
        else:
            self._wishes.append((Start(preset), None))
        self.waiting_changed.emit()

    def open(self, history: History) -> None:
        """Show another history now: the line is dropped, and so is the result of what still runs.

        It goes on on the device of its shown entry, or on the CPU where that one does not work here.
        """
        self._wishes.clear()
        self._interrupt()
        wanted = history.entry.device
        if not self._is_loading:
            self.device = self._found(wanted)
        elif wanted != CPU:
            self.device = wanted
        self._show(history)
        self.waiting_changed.emit()
        if not self._is_loading and self.device != wanted:
            self.failed.emit(Problem(Reason.NO_SUCH_DEVICE, device=wanted, current=CPU))

    def close(self, patience: float) -> bool:
        """Drop the line and wait at most `patience` seconds for what runs. Returns whether the worker is idle."""
        self._wishes.clear()
        self._questions.clear()
        self._interrupt()
        self._onlooker.end()
        self._engine = None
        self._executor.shutdown(wait=False, cancel_futures=True)
        futures = [future for future in (self._future, self._answering) if future is not None]
        is_idle = not wait([future for future in futures if not future.cancelled()], timeout=patience).not_done
        if is_idle:
            # A future is done before its callbacks are: none may come to a session that is gone.
            self._executor.shutdown(wait=True)
        return is_idle

    def _travel(self, wish: Travel | Entry | Moment) -> None:
        self._interrupt()
        self._wishes.append((wish, None))
        self._go_on()
        self.waiting_changed.emit()

    def _go_on(self) -> None:
        while self._wishes and not self.is_busy and not self._is_loading:
            wish, self._group = self._wishes.popleft()
            match wish:
                case Travel.UNDO:
                    self._show(self.history.undo())
                case Travel.REDO:
                    self._show(self.history.redo())
                case Start(preset):
                    self._start(preset)
                case Entry():
                    self._show(self.history.showing(wish))
                case Moment():
                    self._revisit(wish)
                case MarkRows() | Configure():
                    self._edit(wish)
                case Assign() | AssignElements() if is_quick(self.history.current, wish):
                    self._edit(wish)
                case _:
                    self._run(wish)

    def _start(self, preset: str) -> None:
        # A new object: by its identity a result of before is told from one of after.
        self._push(Start(preset), replace(PRESETS[preset]))

    def _edit(self, edit: Edit) -> None:
        source = self.history.current
        try:
            after = edited(source, edit)
        except Problem as problem:
            self._fail(problem)
            return
        if after is not source:
            self._push(edit, after)

    def _run(self, task: Task) -> None:
        if self._engine is None:
            self._fail(Problem(Reason.TORCH_MISSING, detail=""))
            return
        self._task = task
        source = self.history.current
        if isinstance(task, Run):
            self._before_run = self._seen = self.history
            self._control = self._onlooker.begin()
            if self._wishes:
                self._interrupt()
        self._submit(source, partial(self._engine.execute, task, source, self.device, self._control))

    def _revisit(self, moment: Moment) -> None:
        """Compute a moment of a run again; one whose entry is gone is let be."""
        entries, ran = self.history.entries, moment.entry.action
        if self._engine is None or not isinstance(ran, Ran) or moment.entry not in entries[1:]:
            return
        start = entries[entries.index(moment.entry) - 1].snapshot
        self._task = ran.run
        device = self._found(moment.entry.device)
        self._submit(moment, partial(self._engine.revisit, ran, start, moment.phases, device))

    def _interrupt(self, ending: Ending = Ending.INTERRUPTED) -> None:
        """Stop a Run that goes on."""
        if self._control is not None:
            self._control.stop(ending)

    @Slot(object)
    def _on_seen(self, frame: Frame) -> None:
        """Let the history end with the run as far as it is now."""
        self.history = self._seen = self._before_run.push(
            frame.ran, frame.snapshot, self.device, environment=self.environment
        )
        # What has no room beside the run is gone from here on.
        self._before_run = self._before_run.with_room_for(self.history)
        self.progressed.emit(self.history)

    def _submit(self, source: object, work: Callable[[], object]) -> None:
        self._future = future = self._executor.submit(work)
        future.add_done_callback(partial(self._finished.emit, source))

    @Slot(object, object)
    def _on_finished(self, source: object, future: "Future[object]") -> None:
        if future.cancelled():
            return
        task, self._task, self._future = self._task, None, None
        error = future.exception()
        if self._control is not None:
            source = self._end_run(source, has_failed=error is not None)
        if task is None:
            self._on_loaded(future, error)
        elif isinstance(error, Problem) and error.reason is Reason.DEVICE_LOST:
            self._on_device_lost(error)
        elif source is not self.history.current and not isinstance(source, Moment):
            _log.info("%s came too late", task)
        elif isinstance(error, Problem):
            _log.warning("%s", error)
            self._fail(error)
        elif error is not None:
            _log.error("%s failed", task, exc_info=error)
            self._fail(Problem(Reason.UNEXPECTED, action=task, detail=f"{type(error).__name__}: {error}"))
        elif isinstance(source, Moment):
            self._show(self.history.at_moment(source.entry, *future.result()))  # type: ignore[misc]
        else:
            self._on_outcome(future.result())  # type: ignore[arg-type]
        self._go_on()
        self.waiting_changed.emit()

    def _end_run(self, source: object, *, has_failed: bool) -> object:
        """Forget a run that has ended; return what its result belongs to: the history of before, shown again.

        Where it failed, the run as far as it was seen is what there is.
        """
        control, self._control = self._control, None
        self._onlooker.end()
        if control is not None and self._engine is not None:
            # What was asked when nobody looked any more. Without an engine it is closed: the executor takes nothing.
            self._executor.submit(control.do_jobs)
        if self.history is not self._seen:
            return None
        if has_failed:
            self.changed.emit(self.history)
            return self.history.current
        self.history = self._before_run
        return source

    def _on_outcome(self, outcome: "Outcome") -> None:
        self.device = outcome.device
        unchanged = outcome.snapshot is self.history.current and outcome.refusal is None
        if not unchanged:
            self._push(outcome.action, outcome.snapshot, outcome.refusal, outcome.printed)

    def _on_loaded(self, future: "Future[object]", error: BaseException | None) -> None:
        self._is_loading = False
        if error is not None:
            _log.error("torch could not be loaded", exc_info=error)
            self._questions.clear()
            self.failed.emit(Problem(Reason.TORCH_MISSING, detail=f"{type(error).__name__}: {error}"))
            return
        self._engine = future.result()  # type: ignore[assignment]
        wanted = self.device
        self.device = found = self._found(wanted)
        if self.history is self._first:
            self.history = History.begin(self.history.preset, self.device)
        self.readied.emit()
        self.changed.emit(self.history)
        self._answer_next()
        if found != wanted and not found.startswith(f"{wanted}:"):
            self.failed.emit(Problem(Reason.NO_SUCH_DEVICE, device=wanted, current=CPU))

    def _found(self, wanted: str) -> str:
        """Return the device of that name, with its number where it has one, if it works here; else the CPU."""
        names = [device.name for device in self.devices if device.name not in self._lost]
        return next((name for name in names if name == wanted or name.startswith(f"{wanted}:")), CPU)

    def _answer_next(self) -> None:
        if self._engine is None or self._answering is not None or not self._questions:
            return
        asker = next(iter(self._questions))
        question, control = self._questions.pop(asker), self._control
        submit: Callable[..., Future[object]] = self._executor.submit if control is None else control.submit
        is_awaited = self._is_awaited if control is None else control.has_done_enough
        self._answering = future = submit(partial(self._engine.answer, question, self.device, is_awaited))
        future.add_done_callback(partial(self._answer_finished.emit, asker, question))

    def _is_awaited(self) -> bool:
        """On the worker, in an answer: whether something else is to be done."""
        future = self._future
        return future is not None and not future.done()

    @Slot(object, object, object)
    def _on_answer_finished(self, asker: object, question: Question, future: "Future[object]") -> None:
        if future.cancelled():
            return
        self._answering = None
        error = future.exception()
        if isinstance(error, Interrupted):
            self._questions.setdefault(asker, question)
            self._answer_next()
            return
        if isinstance(error, Problem) and error.reason is Reason.DEVICE_LOST:
            self._on_device_lost(error)
        elif error is not None:
            _log.error("%s has no answer", type(question).__name__, exc_info=error)
        self.answered.emit(question, None if error is not None else future.result())
        self._answer_next()

    def _on_device_lost(self, problem: Problem) -> None:
        """Go on where the arrays are anyway: on the CPU, without the graph that the device held."""
        _log.warning("%s", problem)
        lost = str(problem.values["device"])
        if lost != CPU:
            self._lost.add(lost)
        if self.device in self._lost:
            self.device = CPU
            without_graph = replace(self.history.current, forward=None)
            self._push(SwitchDevice(CPU), without_graph)
        self._fail(problem)

    def _fail(self, problem: Problem) -> None:
        """Say what failed, and drop what was wished together with it."""
        while self._group is not None and self._wishes and self._wishes[0][1] is self._group:
            self._wishes.popleft()
        self.failed.emit(problem)

    def _push(self, action: Action, after: Snapshot, refusal: Refusal | None = None, printed: str = "") -> None:
        self._show(
            self.history.push(action, after, self.device, refusal, printed=printed, environment=self.environment)
        )

    def _show(self, history: History) -> None:
        if history is not self.history:
            self.history = history
            self.changed.emit(history)
