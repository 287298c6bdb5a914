"""The one door to torch's devices: which of them work, and what their failures mean."""

from dataclasses import dataclass

import torch

from perceptron_gui.core.actions import CPU
from perceptron_gui.core.problems import Problem, Reason


@dataclass(frozen=True, slots=True)
class Device:
    """A device that works: torch's name for it, and its maker's."""

    name: str
    description: str = ""


def candidates() -> tuple[str, ...]:
    """Return the names that this torch build says are there: cpu, each cuda, mps, each xpu."""
    return (
        CPU,
        *(f"cuda:{index}" for index in range(torch.cuda.device_count())),
        *(("mps",) if torch.backends.mps.is_available() else ()),
        *(f"xpu:{index}" for index in range(torch.xpu.device_count())),
    )


def describe(name: str) -> str:
    """Return the maker's name of a device that works, empty where torch knows none."""
    if name.startswith("cuda"):
        return torch.cuda.get_device_name(name)
    return torch.xpu.get_device_name(name) if name.startswith("xpu") else ""


def works(name: str) -> bool:
    """Whether a tiny forward and backward succeeds there. `torch.device("cuda:99")` alone raises nothing."""
    try:
        probe = torch.ones(2, device=torch.device(name), requires_grad=True)
        torch.sigmoid(probe @ probe).backward()  # type: ignore[no-untyped-call]
        return probe.grad is not None and bool(torch.isfinite(probe.grad.cpu()).all())
    except Exception:  # noqa: BLE001  whatever a driver raises: this device does not work
        return False


def available() -> tuple[Device, ...]:
    """Return the candidates that work; the CPU is always the first."""
    return tuple(Device(name, describe(name)) for name in candidates() if name == CPU or works(name))


def failure(error: Exception, device: str) -> Problem | None:
    """Return the problem that an error of a device stands for, or None when it is PyTorch refusing the step."""
    text = str(error)
    if (
        isinstance(error, MemoryError | torch.OutOfMemoryError)
        or "DefaultCPUAllocator" in text
        or "out of memory" in text.lower()
    ):
        return Problem(Reason.OUT_OF_MEMORY, device=device, detail=text)
    if isinstance(error, torch.AcceleratorError) or text.startswith("CUDA error"):
        return Problem(Reason.DEVICE_LOST, device=device, detail=text)
    return None


def release(device: str) -> None:
    """Give cached memory back to the device after it ran out."""
    if device.startswith("cuda"):
        torch.cuda.empty_cache()
    elif device == "mps":
        torch.mps.empty_cache()
    elif device.startswith("xpu"):
        torch.xpu.empty_cache()
