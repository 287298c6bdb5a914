"""`perceptron-gui`, and `python -m perceptron_gui`: the window, or one of the commands that need none."""

import importlib
import sys
from collections.abc import Callable, Sequence

_WITHOUT_WINDOW = frozenset({"export", "verify"})
"""The first words that are commands of `headless`; a session file of such a name is opened as `./export`."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program. Returns the exit status. Only what is needed is imported: no widgets for a command."""
    words = list(sys.argv[1:] if argv is None else argv)
    module = "headless" if words and words[0] in _WITHOUT_WINDOW else "app"
    run: Callable[[Sequence[str]], int] = importlib.import_module(f"perceptron_gui.{module}").main
    return run(words)


if __name__ == "__main__":
    sys.exit(main())
