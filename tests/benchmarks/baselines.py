"""What the program is measured against, as plain Python does it. torch comes with the first call, never before."""

import importlib
import time
from pathlib import Path
from typing import Any

LR = 0.1
_STATM = Path("/proc/self/statm")
_PAGE = 4096


def import_torch() -> None:
    """Do as the obvious build does: torch before anything else."""
    importlib.import_module("torch")


def bare_loop(n: int, k: int, seconds: float) -> float:
    """Do the literal step for so many seconds on one thread; return how many there were a second."""
    names = _layer(n, k)
    few = 1 if n * k > 10**6 else 50
    for _ in range(few):
        _step(names)
    steps = 0
    begin = time.perf_counter()
    while (now := time.perf_counter()) - begin < seconds:
        for _ in range(few):
            _step(names)
        steps += few
    return steps / (now - begin)


def clones(steps: int) -> float:
    """Record W of 3 × 1 as a clone a step in a list; return by how many bytes the process has grown."""
    names = _layer(3, 1)
    kept = [names["W"].detach().clone() for _ in range(1000)]
    before = resident()
    kept += [names["W"].detach().clone() for _ in range(steps)]
    return resident() - before


def resident() -> int:
    """Return the bytes of memory that the process holds; 0 where the system does not say it so."""
    return int(_STATM.read_text(encoding="ascii").split()[1]) * _PAGE if _STATM.exists() else 0


def _layer(n: int, k: int) -> dict[str, Any]:
    torch: Any = importlib.import_module("torch")
    torch.set_num_threads(1)
    torch.manual_seed(0)
    return {
        "torch": torch,
        "x": torch.rand(n),
        "y_true": torch.ones(k),
        "W": torch.randn(n, k, requires_grad=True),
        "b": torch.zeros(k, requires_grad=True),
    }


def _step(names: dict[str, Any]) -> Any:
    """Do one whole step and return its loss, a tensor."""
    torch, x, y_true, W, b = names.values()
    z = x @ W + b
    y_pred = torch.sigmoid(z)
    loss = ((y_true - y_pred) ** 2).sum()
    loss.backward()
    with torch.no_grad():
        W -= LR * W.grad
        b -= LR * b.grad
    W.grad.zero_()
    b.grad.zero_()
    return loss
