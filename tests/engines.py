"""Fake machines: real PyTorch on the CPU that says it is another device, or fails when told."""

from collections import deque
from collections.abc import Callable
from dataclasses import replace

import torch
from typing_extensions import override

from perceptron_gui.core.actions import CPU, Operation, SwitchDevice
from perceptron_gui.core.devices import Device
from perceptron_gui.core.operations import Engine, Outcome, environment
from perceptron_gui.core.questions import Answer, Question, never
from perceptron_gui.core.snapshot import Snapshot
from perceptron_gui.core.twin import Replay


class FakeEngine(Engine):
    """Computes on the CPU whatever the device is called; of the next phases, some raise what is in `failures`."""

    def __init__(self, *devices: str) -> None:
        self.environment = environment()
        self.version = torch.__version__
        self.devices = tuple(Device(name) for name in devices or (CPU,))
        self.failures: deque[Exception | None] = deque()
        self.ran_on: list[str] = []
        self._snapshot = None
        self._names = None
        self._replay = Replay()

    @override
    def answer(self, question: Question, device: str, is_awaited: Callable[[], bool] = never) -> Answer | None:
        return super().answer(question, CPU, is_awaited)

    @override
    def _run(self, operation: Operation, snapshot: Snapshot, device: str) -> Outcome:
        self.ran_on.append(device)
        error = self.failures.popleft() if self.failures else None
        if error is not None:
            raise error
        return replace(super()._run(operation, snapshot, CPU), device=device)

    @override
    def _moved(self, task: SwitchDevice, snapshot: Snapshot, current: str) -> Outcome:
        return Outcome(task, replace(snapshot, forward=None), task.device)
