"""A process of its own that opens files and says what became of each: run as a module, with the files as arguments.

It may take only so much memory; what it took is said at the end, and every file that it opened besides.
"""

import json
import sys
from pathlib import Path

from perceptron_gui.core import storage
from perceptron_gui.core.problems import Problem

MEMORY = 200 * 2**20


def taken() -> int:
    """Return the most bytes of memory so far, or 0 where the system does not say."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def limit() -> None:
    """Make what takes more than MEMORY besides what is there already fail."""
    try:
        import resource  # noqa: PLC0415  there is none on Windows
    except ImportError:
        return
    pages = Path("/proc/self/statm")
    if pages.exists():
        room = int(pages.read_text(encoding="ascii").split()[0]) * resource.getpagesize() + MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (room, room))


def main() -> None:
    """Open what the arguments name."""
    limit()
    before = taken()
    opened: list[str] = []
    said = {}
    sys.addaudithook(lambda event, values: opened.append(str(values[0])) if event == "open" else None)
    for file in sys.argv[1:]:
        try:
            storage.load(Path(file))
            said[file] = "opened"
        except Problem as problem:
            said[file] = problem.reason.name
    files = sorted({*opened} - {"/proc/self/status"})
    sys.stdout.write(json.dumps({"said": said, "memory": taken() - before, "files": files}))


if __name__ == "__main__":
    main()
