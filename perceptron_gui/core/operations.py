"""The only door to autograd: what the worker thread does with an action and a snapshot."""

import logging
import platform
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch

from perceptron_gui.core import autograd, checking, devices, finiteness, graph, landscape, memory, parts, running, twin
from perceptron_gui.core.actions import (
    Action,
    Assign,
    AssignElements,
    Delete,
    Import,
    Insert,
    Operation,
    Paste,
    Ran,
    Randomize,
    Resize,
    Run,
    SwitchDevice,
    Task,
)
from perceptron_gui.core.autograd import Namespace, phase
from perceptron_gui.core.control import Control
from perceptron_gui.core.deposits import tallied
from perceptron_gui.core.devices import Device
from perceptron_gui.core.editing import assigned, elements_assigned, pasted
from perceptron_gui.core.history import Environment, Refusal
from perceptron_gui.core.importing import reading
from perceptron_gui.core.problems import Problem, Reason
from perceptron_gui.core.questions import (
    Answer,
    Check,
    Comparison,
    Interrupted,
    Judging,
    Landscape,
    Question,
    ReadFile,
    Tally,
    Walk,
    WholeBatch,
    never,
)
from perceptron_gui.core.randomness import imported, randomized, resized
from perceptron_gui.core.snapshot import Snapshot

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What an action became: the action as the history keeps it, the next snapshot, where it ran, and a refusal.

    `printed` is what PyTorch prints of the tensors that a phase made or changed.
    """

    action: Action
    snapshot: Snapshot
    device: str
    refusal: Refusal | None = None
    printed: str = ""


def environment() -> Environment:
    """Return where torch computes now."""
    return Environment(
        torch=str(torch.__version__),
        system=f"{platform.system()} {platform.machine()}",
        capability=torch.backends.cpu.get_cpu_capability(),
        threads=torch.get_num_threads(),
    )


class Engine:
    """PyTorch, ready to run. Lives on the worker thread.

    It keeps the live tensors of the snapshot it made last; for any other snapshot they are rebuilt from its arrays.
    """

    def __init__(self) -> None:
        # A second thread gains nothing on layers of this kind, and takes the window's core.
        torch.set_num_threads(1)
        self.environment = environment()
        self.version = str(torch.__version__)
        self.devices: tuple[Device, ...] = devices.available()
        self._snapshot: Snapshot | None = None
        self._names: Namespace | None = None
        self._replay = twin.Replay()

    def answer(self, question: Question, device: str, is_awaited: Callable[[], bool] = never) -> Answer | None:
        """Answer what a panel asks, where it has an answer; no state changes.

        `is_awaited` says whether something else waits for the worker: a second run gives way to it.

        Raises:
            Problem: memory that ran out, a device that failed.
            Interrupted: something else waits. Asked again, it goes on where it was.
        """
        try:
            match question:
                case Tally(snapshot):
                    return tallied(snapshot)
                case WholeBatch(snapshot):
                    return autograd.whole_batch(snapshot, device)
                case Judging(snapshot, whole):
                    return parts.compared(snapshot, whole)
                case Landscape():
                    return landscape.surface(question, device)
                case Comparison(entries):
                    return self._replay.compared(entries, device, is_awaited)
                case Check():
                    return checking.checked(question)
                case Walk(snapshot):
                    return graph.walked(snapshot, device)
                case ReadFile(path, dialect):
                    try:
                        return reading.read(path, dialect)
                    except Problem as refused:
                        return refused
        except Interrupted:
            raise
        except Exception as error:
            problem = devices.failure(error, device)
            if problem is None:
                raise
            raise problem from error

    def execute(self, task: Task, snapshot: Snapshot, device: str, control: Control | None = None) -> Outcome:
        """Do `task` on `snapshot` and return what became of it; PyTorch's refusal is an outcome, no exception.

        A Run goes on until one of its conditions, or `control`, ends it.

        Raises:
            Problem: an edit that cannot be done, memory that ran out, a device that failed.
        """
        is_large = memory.keep_blocks_of(max(snapshot.W.nbytes, snapshot.x.nbytes))
        if is_large:
            memory.give_back()
        if not snapshot.config.twin:
            self._replay.forget()
        try:
            outcome = self._do(task, snapshot, device, control or Control())
            finiteness.look_at(outcome.snapshot)
        except Exception as error:
            self._snapshot = self._names = None
            where = task.device if isinstance(task, SwitchDevice) else device
            problem = error if isinstance(error, Problem) else devices.failure(error, where)
            if problem is not None and problem.reason is Reason.OUT_OF_MEMORY:
                _log.warning("".join(traceback.format_exception(error)))
                ran_out = problem.values
                # What these frames hold is what has to be freed.
                for raised in (error, error.__cause__):
                    traceback.clear_frames(raised.__traceback__ if raised is not None else None)
            elif problem is None or problem is error:
                raise
            else:
                raise problem from error
        else:
            if is_large:
                memory.give_back()
            return outcome
        devices.release(where)
        raise Problem(Reason.OUT_OF_MEMORY, **ran_out)

    def _do(self, task: Task, snapshot: Snapshot, device: str, control: Control) -> Outcome:
        match task:
            case Operation():
                return self._run(task, snapshot, device)
            case Run():
                return self._repeat(task, snapshot, device, control)
            case Assign():
                return Outcome(task, assigned(snapshot, task), device)
            case AssignElements():
                return Outcome(task, elements_assigned(snapshot, task), device)
            case Paste():
                assignment = pasted(snapshot, task)
                return Outcome(assignment, assigned(snapshot, assignment), device)
            case Resize() | Insert() | Delete():
                return Outcome(task, resized(snapshot, task), device)
            case Import():
                return Outcome(task, imported(snapshot, task), device)
            case Randomize():
                return Outcome(task, randomized(snapshot), device)
            case SwitchDevice():
                return self._moved(task, snapshot, device)

    def _run(self, operation: Operation, snapshot: Snapshot, device: str) -> Outcome:
        names = self._live(snapshot, device, forget_forward=operation is Operation.FORWARD)
        after, refusal = phase(operation, snapshot, names)
        self._snapshot, self._names = after, names
        return Outcome(operation, after, device, refusal, names.printed(operation) if refusal is None else "")

    def _repeat(self, run: Run, snapshot: Snapshot, device: str, control: Control) -> Outcome:
        names = self._live(snapshot, device, forget_forward=True)
        self._snapshot = self._names = None
        frame, names = running.execute(run, snapshot, names, control)
        if not frame.ran.phases:
            return Outcome(run, snapshot, device)
        self._snapshot, self._names = frame.snapshot, names
        return Outcome(frame.ran, frame.snapshot, device, printed=names.printed(Operation.UPDATE))

    def revisit(self, ran: Ran, start: Snapshot, phases: int, device: str) -> tuple[Ran, Snapshot]:
        """Return a run as it was after so many of its phases, and the state then; `start` is what it began with.

        Raises:
            Problem: memory that ran out, a device that failed.
        """
        try:
            base = running.nearest(ran, start, phases)
            after, names = running.moment(ran.run, start, base, phases, device)
        except Exception as error:
            problem = devices.failure(error, device)
            if problem is None:
                raise
            raise problem from error
        self._snapshot, self._names = after, names
        return ran.first(phases), after

    def _live(self, snapshot: Snapshot, device: str, *, forget_forward: bool) -> Namespace:
        """Return the live tensors of a snapshot; where they have to be made, without a Forward that is of no use."""
        names = self._names
        if names is not None and snapshot is self._snapshot and names.device == torch.device(device):
            return names
        return Namespace(replace(snapshot, forward=None) if forget_forward else snapshot, device)

    def _moved(self, task: SwitchDevice, snapshot: Snapshot, current: str) -> Outcome:
        """W, b and their gradients move; the graph does not, so the forward is dropped."""
        device = task.device
        if not devices.works(device):
            raise Problem(Reason.NO_SUCH_DEVICE, device=device, current=current)
        after = replace(snapshot, forward=None)
        self._snapshot, self._names = after, Namespace(after, device)
        return Outcome(task, after, device)
