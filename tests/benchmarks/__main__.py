"""Measure the program against what a person would use or build instead, and print each goal with its ratio.

Every row is measured in processes of its own, the program and what it is compared with in turn. The window is the real
one, offscreen unless QT_QPA_PLATFORM names another platform. The exit status is 1 where a *must* was missed or could
not be measured; `--short` does less of it, and does not judge.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks import machine, memory, press, repaint, report, run_mode, scale, startup, tables, travel
from tests.benchmarks.processes import CallError
from tests.benchmarks.report import Line
from tests.benchmarks.row import SHORT, THOROUGH, Effort, NotThereError, Row

ROWS = tuple(row for theme in (run_mode, startup, press, travel, repaint, tables, scale, memory) for row in theme.ROWS)


def main(argv: Sequence[str] | None = None) -> int:
    options = _options(argv)
    rows = [row for row in ROWS if row.name in options.names] if options.names else _usual(is_short=options.short)
    measured_on = machine.described()
    _say(", ".join(f"{what} {value}" for what, value in measured_on.items()))
    _say(report.head())
    begin = time.monotonic()
    lines = []
    for row in rows:
        lines.append(_measured(row, SHORT if options.short else THOROUGH))
        _say(report.text(lines[-1]))
    _say(f"{time.monotonic() - begin:.0f} s")
    if options.json:
        report.write(options.json, measured_on, lines, is_short=options.short)
    return 0 if options.short or all(line.has_met_must for line in lines) else 1


def _measured(row: Row, effort: Effort) -> Line:
    try:
        return Line(row, row.measure(effort))
    except NotThereError as reason:
        return Line(row, None, str(reason))
    except CallError as error:
        sys.stderr.write(f"{row.name}: {error}\n")
        return Line(row, None, f"failed: {str(error).strip().splitlines()[-1]}")


def _usual(*, is_short: bool) -> list[Row]:
    return [row for row in ROWS if row.is_quick or not is_short]


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = [row.name for row in ROWS]
    # An empty list is not among the choices for argparse, so they are looked at here.
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"rows; all without one: {', '.join(names)}")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write everything that was measured to a file")
    parser.add_argument("--short", action="store_true", help="the quick rows, once each, without judging")
    options = parser.parse_args(argv)
    if unknown := set(options.names) - set(names):
        parser.error(f"no such row: {', '.join(sorted(unknown))}")
    return options


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
