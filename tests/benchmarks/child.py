"""The other side of `processes`: `python -m tests.benchmarks.child program|plain [BEFORE]`.

Reads a call a line from stdin and writes an answer a line to stdout, both JSON; it ends with its stdin.
"""

import importlib
import json
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any


def answer(line: bytes) -> None:
    """Do a call, and say what came of it."""
    name, given = json.loads(line)
    try:
        said = {"result": named(name)(*given)}
    except Exception:  # noqa: BLE001  it is raised where it was called from
        said = {"error": traceback.format_exc()}
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


def named(name: str) -> Callable[..., Any]:
    """Return a function by its module and its name there."""
    module, _, function = name.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), function)
    return found


def run_program() -> int:
    """Run the program as a person does; calls are done in the thread of its window, in a turn of its event loop."""
    # Here, since a plain Python has neither, and what is imported before has its time.
    from perceptron_gui import __main__ as program  # noqa: PLC0415

    program.import_as_python_does()
    from PySide6.QtCore import QObject, Signal, Slot  # noqa: PLC0415

    class Ear(QObject):
        heard = Signal(bytes)

        @Slot(bytes)
        def answer(self, line: bytes) -> None:
            if line:
                answer(line)
                return
            # Not before: the program imports its window itself.
            window = importlib.import_module("tests.benchmarks.hands").window()
            window.documents.document.forget()
            window.close()

        def listen(self) -> None:
            # Without a buffer there is no lock that a thread could hold when the process ends.
            with open(0, "rb", buffering=0, closefd=False) as calls:
                for line in calls:
                    self.heard.emit(line)
            self.heard.emit(b"")

    ear = Ear()
    ear.heard.connect(ear.answer)
    threading.Thread(target=ear.listen, daemon=True).start()
    return program.main(["--lang", "en"])


def main() -> int:
    kind, *before = sys.argv[1:]
    for name in before:
        named(name)()
    if kind == "program":
        return run_program()
    for line in sys.stdin.buffer:
        answer(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
