"""A Python of its own that has torch but not the program, and runs one script after another in empty namespaces."""

import json
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.core.notebook import State

_LOOP = """
import contextlib, io, json, sys
sys.modules["perceptron_gui"] = None
import torch

def bits(tensor):
    return None if tensor is None else [float(value).hex() for value in tensor.detach().reshape(-1).tolist()]

for line in sys.stdin:
    names, printed = {}, io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(json.loads(line), "script", "exec"), names)
    left = {name: bits(names.get(name)) for name in ("x", "y_true", "W", "b", "z", "y_pred", "loss")}
    left |= {name + ".grad": bits(names[name].grad) for name in ("W", "b")}
    print(json.dumps([left, printed.getvalue()]), flush=True)
"""


class PlainPython:
    """The process; `run` a script in it."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", _LOOP], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=folder
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def run(self, script: bytes) -> tuple[State, str]:
        """Run a script; return every number it leaves, and what it prints."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(script.decode()) + "\n")
        self._process.stdin.flush()
        answer: Any = json.loads(self._process.stdout.readline())
        return answer[0], answer[1]
