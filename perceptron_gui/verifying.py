"""`perceptron-gui verify`: session documents done again with PyTorch and compared, a line a file."""

import argparse
import importlib
import io
import json
import math
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from perceptron_gui.core import storage
from perceptron_gui.core.comparison import Difference, Kind
from perceptron_gui.core.parsing import full_text
from perceptron_gui.core.presets import PRESETS
from perceptron_gui.core.problems import Problem, Reason
from perceptron_gui.ui.problem_sentences import of_problem
from perceptron_gui.ui.sentences import of_action

if TYPE_CHECKING:
    from perceptron_gui.core.operations import Engine
    from perceptron_gui.core.verification import StartState, Verification

MANY = 16
"""From so many files on, several processes share them: each of them takes a while to load PyTorch."""
LIMIT = 600
"""Seconds that a file may take, unless somebody says otherwise: a run takes as long as it took."""
_LONGEST = 60
"""Characters of a text from a file that are shown."""


@dataclass(frozen=True, slots=True)
class Found:
    """The first difference of a file: which entry, `In [n]` from 1, and its action; and what differs in it.

    `what` is a number as PyTorch indexes it, a setting, `printed` or `refusal`; `stored` and `recomputed` are its
    values as texts. `sentence` says it all.
    """

    entry: int
    action: str
    what: str
    stored: str
    recomputed: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Report:
    """What is said of one file: an object of `--json`. Entries are counted as the window does, `In [n]`, from 1.

    `problem` is why a file could not be verified, also that it `took_too_long`; what follows is None or 0 then. `shown`
    is the entry that the file opens at, `entries` the last one, `left_out` how many before the first are not in it;
    `loss`, `updates` and `preset` are those of the shown one. `in_bits` entries were compared to the last bit,
    `within_bounds` within 1e-5 of the sum of the absolute terms. `starts` is None unless --preset or --start asks.
    """

    file: str
    holds: bool
    problem: str | None = None
    took_too_long: bool = False
    loss: float | str | None = None
    updates: int = 0
    shown: int = 0
    entries: int = 0
    left_out: int = 0
    preset: str | None = None
    in_bits: int = 0
    within_bounds: int = 0
    starts: bool | None = None
    difference: Found | None = None

    def line(self, width: int) -> str:
        """Return it as a line; the name of the file takes `width` characters."""
        name = self.file.ljust(width)
        if self.problem is not None:
            return f"{name}  {'too long' if self.took_too_long else 'unreadable':11}  {self.problem}"
        status = "holds" if self.holds else "differs" if self.difference is not None else "other start"
        loss = "no loss" if self.loss is None else f"loss {_number(self.loss)}"
        return f"{name}  {status:11}  {loss:19}  {_count(self.updates, 'update'):12}  {'; '.join(self._remarks())}"

    def _remarks(self) -> Iterator[str]:
        if self.difference is not None:
            yield self.difference.sentence
        elif not self.within_bounds:
            yield f"{_count(self.in_bits, 'entry', 'entries')} to the last bit"
        else:
            yield f"{self.within_bounds} of {_count(self.entries - self.left_out, 'entry', 'entries')} within bounds"
        if self.preset is not None:
            yield f"from the preset {self.preset}"
        if self.starts is False:
            yield "not from where it was to start"
        if self.left_out:
            yield f"{_count(self.left_out, 'entry', 'entries')} before it not in the file"
        if self.shown < self.entries:
            yield f"opens at In [{self.shown}] of {self.entries}"


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the others; its `run` takes the options and returns the exit status."""
    parser = commands.add_parser(
        "verify",
        help="check that sessions are what PyTorch makes of their actions",
        description=(
            "Do every entry of a session again with PyTorch and compare it with what the file holds: to the last bit "
            "where it was made with the same torch on the same kind of machine, else within 1e-5 of the sum of the "
            "absolute terms. One line a file; the exit status is 0 only if all hold. It cannot tell who pressed the "
            "keys."
        ),
    )
    start = parser.add_mutually_exclusive_group()
    start.add_argument("--preset", choices=tuple(PRESETS), metavar="NAME", help=f"start values: {', '.join(PRESETS)}")
    start.add_argument(
        "--start", type=Path, metavar="FILE", help="a session that was handed out: the others go on from what it shows"
    )
    parser.add_argument("--json", action="store_true", help="print a JSON array, an object a file")
    parser.add_argument(
        "--limit", type=_seconds, default=LIMIT, metavar="SECONDS",
        help=f"what a file may take, {LIMIT} without this; one that takes longer does not hold",
    )  # fmt: skip
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help=f"sessions, or folders that hold *{storage.SUFFIX}"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Verify the files, and print. Returns the exit status.

    Raises:
        Problem: the file to start from cannot be read.
    """
    if options.start is not None:
        storage.load(options.start)
    files = list(_files(options.files))
    reports = reported(files, options.preset, options.start, options.limit)
    if options.json:
        all_of_them = list(reports)
        _print(json.dumps([asdict(report) for report in all_of_them], indent=1))
        return int(not all(report.holds for report in all_of_them))
    width = max(len(_plain(str(file))) for file in files)
    holds = True
    for report in reports:
        holds = holds and report.holds
        _print(report.line(width))
    return int(not holds)


def _seconds(text: str) -> float:
    with suppress(ValueError):
        if (seconds := float(text)) >= 0:
            return seconds
    raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds from 0 on")


def reported(
    files: Sequence[Path], preset: str | None = None, start: Path | None = None, limit: float = LIMIT
) -> Iterator[Report]:
    """Return what is to be said of each file, in their order; as soon as it is known."""
    verify = partial(report_on, preset=preset, start=start, limit=limit)
    workers = min(os.cpu_count() or 1, len(files) // MANY)
    if workers < 2:
        yield from map(verify, files)
        return
    left = list(files)
    while left:
        done = 0
        # A process that dies takes with it what the others were at.
        with suppress(BrokenProcessPool), _processes(workers) as pool:
            for report in pool.map(verify, left):
                done += 1
                yield report
        left = left[done:]
        if left:
            yield _alone(verify, left.pop(0))


def _processes(count: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(count, multiprocessing.get_context("spawn"))


def _alone(verify: Callable[[Path], Report], file: Path) -> Report:
    """Verify a file in a process of its own, which it may end: by the memory it takes, or a fault of PyTorch."""
    try:
        with _processes(1) as pool:
            return pool.submit(verify, file).result()
    except BrokenProcessPool:
        return Report(_plain(str(file)), holds=False, problem="It cannot be done again: the process died of it, twice.")


def report_on(file: Path, preset: str | None = None, start: Path | None = None, limit: float = LIMIT) -> Report:
    """Verify one file, whatever is in it; it may take so many seconds."""
    name = _plain(str(file))
    try:
        if file.is_dir():
            return Report(name, holds=False, problem=f"No *{storage.SUFFIX} in this folder.")
        opened = storage.load(file)
        wanted = _start(preset, start)
        engine, verification = _engine(), _verification()
        until = time.monotonic() + limit
        return _report(name, verification.verified(opened.history, opened.left_out, engine, wanted, until))
    except TimeoutError:
        said = f"It takes longer than {limit:g} s to do its runs again: not verified. --limit gives it more."
        return Report(name, holds=False, problem=said, took_too_long=True)
    except Problem as problem:
        return Report(name, holds=False, problem=_plain(of_problem(problem)))
    except Exception as error:  # noqa: BLE001  one file must not take the others with it
        return Report(name, holds=False, problem=_plain(f"It cannot be done again: {type(error).__name__}: {error}"))


def _report(name: str, verified: "Verification") -> Report:
    difference, loss = verified.difference, verified.loss
    return Report(
        file=name,
        holds=verified.holds,
        loss=loss if loss is None or math.isfinite(loss) else str(loss),
        updates=verified.updates,
        shown=verified.shown,
        entries=verified.last,
        left_out=verified.left_out,
        preset=verified.preset,
        in_bits=verified.in_bits,
        within_bounds=verified.within_bounds,
        starts=verified.starts,
        difference=None if difference is None else _found(difference),
    )


def _found(difference: Difference) -> Found:
    action = "" if difference.action is None else of_action(difference.action)
    stored, recomputed = _plain(difference.stored), _plain(difference.recomputed)
    if difference.problem is not None:
        sentence = f"cannot be done: {_plain(of_problem(difference.problem))}"
    elif difference.kind is Kind.IDENTITY:
        sentence = f"{difference.what} is a new tensor where it was to be the one before, or the other way round"
    else:
        sentence = f"{difference.what} is stored as {_shortened(stored)}, recomputed as {_shortened(recomputed)}"
    where = f"In [{difference.entry}], {action}"
    return Found(difference.entry, action, difference.what, stored, recomputed, f"{where}: {sentence}")


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    """Return the files, and of the folders what is in them; a folder that holds none is itself returned."""
    for path in paths:
        inside = sorted(path.rglob(f"*{storage.SUFFIX}")) if path.is_dir() else []
        yield from [file for file in inside if not file.is_dir()] or [path]


def _verification() -> Any:
    """Import what needs PyTorch. Raises Problem TORCH_MISSING."""
    try:
        return importlib.import_module("perceptron_gui.core.verification")
    except (ImportError, OSError) as error:
        raise Problem(Reason.TORCH_MISSING, detail=f"{type(error).__name__}: {error}") from error


@lru_cache(maxsize=1)
def _engine() -> "Engine":
    engine: Engine = importlib.import_module("perceptron_gui.core.operations").Engine()
    return engine


@lru_cache(maxsize=1)
def _start(preset: str | None, file: Path | None) -> "StartState | None":
    verification = _verification()
    start: StartState | None = None if preset is None else verification.start_of_preset(preset)
    if file is not None:
        opened = storage.load(file)
        start = verification.start_of_history(opened.history, opened.left_out)
    return start


def _plain(text: str) -> str:
    """Return a text on one line, with what would steer a terminal as escapes."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _number(value: float | str) -> str:
    return value if isinstance(value, str) else full_text(value)


def _count(count: int, one: str, several: str = "") -> str:
    return f"{count} {one if count == 1 else several or one + 's'}"


def _print(text: str) -> None:
    """Write to stdout; a program without a console (a gui-script on Windows) has none."""
    if sys.stdout is None:
        return
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
