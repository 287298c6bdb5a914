"""Which devices work, and what their failures mean."""

import pytest
import torch

from perceptron_gui.core import devices
from perceptron_gui.core.actions import CPU
from perceptron_gui.core.devices import Device, available, candidates, failure, works
from perceptron_gui.core.problems import Reason


@pytest.fixture
def two_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda name: f"GPU {name[-1]}")
    monkeypatch.setattr(torch.xpu, "device_count", lambda: 0)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)


def test_the_cpu_works() -> None:
    assert works(CPU)


@pytest.mark.parametrize("name", ["cuda:99", "xpu:99", "gpu", "meta", "", "cpu:banana"])
def test_a_device_that_is_not_there_does_not_work(name: str) -> None:
    assert not works(name)


@pytest.mark.usefixtures("two_gpus")
def test_every_device_that_torch_names_is_a_candidate() -> None:
    assert candidates() == (CPU, "cuda:0", "cuda:1")


@pytest.mark.usefixtures("two_gpus")
def test_only_candidates_that_work_are_available(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "works", lambda name: name != "cuda:0")
    assert available() == (Device(CPU), Device("cuda:1", "GPU 1"))


def test_the_cpu_is_the_first() -> None:
    assert available()[0] == Device(CPU)


@pytest.mark.parametrize(
    "error", [RuntimeError("boom"), AssertionError("no driver"), torch.AcceleratorError("CUDA error")]
)
def test_a_device_whose_driver_raises_does_not_work(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(_: torch.Tensor) -> torch.Tensor:
        raise error

    monkeypatch.setattr(torch, "sigmoid", fail)
    assert not works(CPU)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"), Reason.OUT_OF_MEMORY),
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."), Reason.OUT_OF_MEMORY),
        (RuntimeError("MPS backend out of memory"), Reason.OUT_OF_MEMORY),
        (MemoryError(), Reason.OUT_OF_MEMORY),
        (torch.AcceleratorError("CUDA error: device-side assert triggered"), Reason.DEVICE_LOST),
        (RuntimeError("CUDA error: an illegal memory access was encountered"), Reason.DEVICE_LOST),
    ],
    ids=["cpu", "cuda", "mps", "python", "accelerator", "runtime"],
)
def test_a_failure_of_the_device_is_a_problem(error: Exception, reason: Reason) -> None:
    problem = failure(error, "cuda:1")
    assert problem is not None
    assert problem.reason is reason
    assert problem.values == {"device": "cuda:1", "detail": str(error)}


def test_memory_that_really_runs_out_is_a_problem() -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**60)
    problem = failure(caught.value, CPU)
    assert problem is not None
    assert problem.reason is Reason.OUT_OF_MEMORY


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("Trying to backward through the graph a second time"),
        TypeError("unsupported operand"),
        NameError("name 'loss' is not defined"),
    ],
)
def test_a_refusal_of_the_step_is_no_failure_of_the_device(error: Exception) -> None:
    assert failure(error, CPU) is None


@pytest.mark.parametrize(
    ("device", "cache"), [("cuda:1", torch.cuda), ("mps", torch.mps), ("xpu:0", torch.xpu)], ids=["cuda", "mps", "xpu"]
)
def test_release_empties_the_cache_of_the_device(monkeypatch: pytest.MonkeyPatch, device: str, cache: object) -> None:
    emptied = []
    monkeypatch.setattr(cache, "empty_cache", lambda: emptied.append(device))
    devices.release(device)
    devices.release(CPU)
    assert emptied == [device]
