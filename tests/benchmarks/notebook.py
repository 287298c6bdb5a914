"""A Jupyter notebook that steps and plots the loss anew in a cell: what a person would use instead of the program."""

import atexit
import importlib
import importlib.util
import subprocess
import time
from functools import cache
from statistics import median
from typing import Any

_NEEDED = ("ipykernel", "jupyter_client", "matplotlib")
_PATIENCE = 60
_FIRST = """\
%matplotlib inline
import matplotlib.pyplot as plt
import torch
torch.set_num_threads(1)
torch.manual_seed(0)
lr = 0.1
"""
_LAYER = """\
x = torch.rand({n})
y_true = torch.ones({k})
W = torch.randn({n}, {k}, requires_grad=True)
b = torch.zeros({k}, requires_grad=True)
losses = []
"""
_CELL = """\
y_pred = torch.sigmoid(x @ W + b)
loss = ((y_true - y_pred) ** 2).sum()
loss.backward()
with torch.no_grad():
    W -= lr * W.grad
    b -= lr * b.grad
W.grad.zero_()
b.grad.zero_()
losses.append(loss.item())
plt.plot(losses)
plt.xlabel("step")
plt.ylabel("loss")
plt.show()
"""
_WARM_UP = 3


class Kernel:
    """A kernel as a notebook has it, and the end of the line that a front end holds. It ends with this process."""

    def __init__(self) -> None:
        # Here: a benchmark without it says so.
        client: Any = importlib.import_module("jupyter_client.manager")
        # A socket of the system, for the kernel warns about one of the network; it says nothing else that is asked for.
        manager = client.KernelManager(transport="ipc")
        manager.start_kernel(stderr=subprocess.DEVNULL)
        atexit.register(manager.shutdown_kernel, now=True)
        self._channels: Any = manager.client()
        self._channels.start_channels()
        self._channels.wait_for_ready(_PATIENCE)
        self.run(_FIRST)

    def run(self, code: str) -> int:
        """Run a cell to its end; return how many pictures it showed. Raises RuntimeError with its traceback."""
        asked, pictures = self._channels.execute(code), 0
        while True:
            message = self._channels.get_iopub_msg(timeout=_PATIENCE)
            if message["parent_header"].get("msg_id") != asked:
                continue
            content = message["content"]
            match message["msg_type"]:
                case "error":
                    raise RuntimeError("\n".join(content["traceback"]))
                case "display_data":
                    pictures += "image/png" in content["data"]
                case "status" if content["execution_state"] == "idle":
                    return pictures


def is_there() -> bool:
    """Whether there is all that a notebook needs."""
    return all(importlib.util.find_spec(name) is not None for name in _NEEDED)


def cells(n: int, k: int, times: int) -> float:
    """Run the cell so often; return the median of the seconds from asking for it to its picture and its end.

    What the browser adds, which shows the picture, is left out.
    """
    kernel = _kernel()
    kernel.run(_LAYER.format(n=n, k=k))
    took = []
    for _ in range(times + _WARM_UP):
        begin = time.perf_counter()
        pictures = kernel.run(_CELL)
        took.append(time.perf_counter() - begin)
        assert pictures == 1
    return median(took[_WARM_UP:])


@cache
def _kernel() -> Kernel:
    return Kernel()
