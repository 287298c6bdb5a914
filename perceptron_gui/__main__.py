"""`perceptron-gui`, and `python -m perceptron_gui`: the window, or one of the commands that need none."""

import builtins
import importlib
import sys
from collections.abc import Callable, Sequence

from perceptron_gui.core import loading

_WITHOUT_WINDOW = frozenset({"export", "verify"})
"""The first words that are commands of `headless`; a session file of such a name is opened as `./export`."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program. Returns the exit status. Only what is needed is imported: no widgets for a command."""
    words = list(sys.argv[1:] if argv is None else argv)
    has_window = not words or words[0] not in _WITHOUT_WINDOW
    if has_window:
        import_as_python_does()
    run: Callable[[Sequence[str]], int] = loading.load(f"perceptron_gui.{'app' if has_window else 'headless'}").main
    return run(words)


def import_as_python_does() -> None:
    """Take PySide's own `import` away.

    It reads, and keeps, the source of every module that is imported after PySide, torch's 45 MB included, to see
    whether the module uses PySide's `__feature__` switches. Nothing here does.
    """
    importlib.import_module("PySide6.QtCore")
    builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)


if __name__ == "__main__":
    sys.exit(main())
