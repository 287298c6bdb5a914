"""Processes that do what a row asks, a call at a time: the real program with its window, or plain Python.

What is called is a function of these modules, with arguments and a result that JSON has. It runs in the other process,
in the program's case in the thread of its window; between the calls the process does what it does by itself.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar

from tests.e2e.processes import ROOT, unexpected

Given = ParamSpec("Given")
Result = TypeVar("Result")
SCREEN = 1366, 768
"""The size of the window, and of the screen where the platform has none of its own: a student's laptop."""
_CHILD = "tests.benchmarks.child"
_PATIENCE = 30


class CallError(Exception):
    """The other process raised, or ended."""


class Process:
    """A process of its own, in a home of its own; it ends with the `with` block."""

    def __init__(self, kind: str, before: Callable[[], None] | None = None) -> None:
        """Start it; `before` is called in it before anything else."""
        self._folder = tempfile.TemporaryDirectory(prefix="perceptron-benchmark-", ignore_cleanup_errors=True)
        home = Path(self._folder.name)
        self._errors = (home / "stderr").open("w+", encoding="utf-8")
        command = [sys.executable, "-m", _CHILD, kind, *([_name(before)] if before is not None else [])]
        self.started = time.time()
        """Seconds since the epoch, which both processes count alike."""
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=_environment(home), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self._errors, text=True, encoding="utf-8",
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._errors.close()
        self._folder.cleanup()

    def call(self, function: Callable[Given, Result], *given: Given.args, **_: Given.kwargs) -> Result:
        """Call a function there and return what it returned.

        Raises:
            CallError: it raised, or the process is gone; with the traceback or what stderr holds.
        """
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        try:
            stdin.write(json.dumps([_name(function), given]) + "\n")
            stdin.flush()
            line = stdout.readline()
        except OSError:
            line = ""
        if not line:
            raise CallError(f"the process has ended\n{self.stderr()}")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise CallError(answer["error"])
        result: Result = answer["result"]
        return result

    def stderr(self) -> str:
        """Return all that was written to stderr up to now."""
        return Path(self._errors.name).read_text(encoding="utf-8")

    def warnings(self) -> list[str]:
        """Return what stderr holds beyond the usual: Qt's warnings, tracebacks."""
        return unexpected(self.stderr())


def program(before: Callable[[], None] | None = None) -> Process:
    """Start the real program."""
    return Process("program", before)


def plain_python(before: Callable[[], None] | None = None) -> Process:
    """Start a Python that has nothing of the program."""
    return Process("plain", before)


def qt_platform() -> str:
    """Return which platform the windows are on: that of QT_QPA_PLATFORM, or none that is seen."""
    return os.environ.get("QT_QPA_PLATFORM", "offscreen")


def _environment(home: Path) -> dict[str, str]:
    """Return this environment with a home that is not the person's, and nothing that tunes the allocator."""
    platform = qt_platform()
    if platform == "offscreen":
        width, height = SCREEN
        screen = {"name": "laptop", "x": 0, "y": 0, "width": width, "height": height, "dpr": 1, "logicalDpi": 96}
        (home / "screens.json").write_text(json.dumps({"screens": [screen]}), encoding="utf-8")
        platform += f":configfile={home / 'screens.json'}"
    own = {name: str(home) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")}
    # Fonts are not looked for anew by every process.
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MALLOC_", "GLIBC_TUNABLES"))}
    return kept | own | {"XDG_CACHE_HOME": cache, "QT_QPA_PLATFORM": platform, "PYTHONFAULTHANDLER": "1"}


def _name(function: Callable[..., Any]) -> str:
    return f"{function.__module__}:{function.__qualname__}"
