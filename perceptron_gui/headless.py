"""What is done on the command line, without a window or a display."""

import argparse
import importlib
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from perceptron_gui import files, verifying
from perceptron_gui.core import lines, storage
from perceptron_gui.core.exporting.notebook import notebook
from perceptron_gui.core.exporting.script import script
from perceptron_gui.core.exporting.tables import has_parameters, history_csv
from perceptron_gui.core.history import History
from perceptron_gui.core.problems import Problem, Reason
from perceptron_gui.preferences import LANGUAGES
from perceptron_gui.ui.problem_sentences import of_problem

NAME = "perceptron-gui"


def _write_report(history: History, options: argparse.Namespace) -> None:
    # Widgets are for this one alone.
    command = importlib.import_module("perceptron_gui.ui.report.command")
    command.write(history, options.file.stem, options.out, options.lang)


EXPORTS: Mapping[str, Callable[[History, argparse.Namespace], None]] = MappingProxyType(
    {
        "script": lambda history, options: files.write(options.out, script(history)),
        "notebook": lambda history, options: files.write(options.out, notebook(history)),
        "csv": lambda history, options: files.write(options.out, history_csv(history)),
        "report": _write_report,
    }
)
"""What `export --to` takes, and how it is written; raises Problem where it is not."""


def main(argv: Sequence[str]) -> int:
    """Do a command. Returns its exit status, or 1 with a line on stderr that says what was not done, and why."""
    options = _parser().parse_args(argv)
    try:
        status: int = options.run(options)
    except Problem as problem:
        _say(of_problem(problem))
        return 1
    except Exception as error:  # noqa: BLE001  who calls it from a script reads a line and a status
        _say(f"It cannot be done: {type(error).__name__}: {error}")
        return 1
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=NAME)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    export = commands.add_parser(
        "export",
        help="write a session for other programs",
        description="Write a session, up to the moment it was saved at, for other programs. The session is only read.",
        epilog=(
            "script: Python that needs torch alone and leaves the same numbers, to the last bit. "
            "notebook: the same as a Jupyter notebook, with what PyTorch printed. "
            "csv: a row for each press and edit, with the loss and, where the layer has at most "
            f"{lines.MOST_SHOWN} parameters, a column for each of them and for its gradient. "
            "report: the start, all that was done, the numbers and the plots; HTML where PATH ends in .html, else PDF."
        ),
    )
    export.add_argument("file", type=Path, metavar="FILE", help=f"the session, *{storage.SUFFIX}")
    export.add_argument("--to", required=True, choices=tuple(EXPORTS), help="what to write")
    export.add_argument("--out", required=True, type=Path, metavar="PATH", help="the file to write; one there goes")
    export.add_argument("--lang", choices=LANGUAGES, default="", help="language of a report; usually the window's")
    export.set_defaults(run=_export)
    verifying.add_to(commands)
    return parser


def _export(options: argparse.Namespace) -> int:
    opened = storage.load(options.file)
    if options.out.suffix.lower() == storage.SUFFIX or _are_one(options.file, options.out):
        raise Problem(Reason.NOT_SAVED, file=str(options.out), detail="that is the name of a session")
    EXPORTS[options.to](opened.history, options)
    if opened.left_out:
        _say(f"{options.out} begins at entry {opened.left_out + 1}: the session does not hold the earlier ones.")
    if options.to == "csv" and not has_parameters(opened.history):
        _say(f"{options.out} has no columns for the parameters: there are more than {lines.MOST_SHOWN}.")
    return 0


def _are_one(file: Path, out: Path) -> bool:
    """Whether two paths are one file, by whatever name."""
    return out.exists() and out.samefile(file)


def _say(text: str) -> None:
    """Write a line to the console; a program without one (a gui-script on Windows) has no stderr at all."""
    if sys.stderr is not None:
        sys.stderr.write(f"{NAME}: {' '.join(text.split())}\n")
