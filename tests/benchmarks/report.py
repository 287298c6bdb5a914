"""The measured rows as text and as JSON."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.row import Measured, Row

_COLUMNS = (("row", 18), ("must", 8), ("aim", 8), ("ratio", 8), ("spread", 17), ("", 8))


@dataclass(frozen=True, slots=True)
class Line:
    """A row, and what was measured; or why nothing was."""

    row: Row
    measured: Measured | None
    why_not: str = ""

    @property
    def has_met_must(self) -> bool:
        """What could not be measured meets nothing."""
        return self.measured is not None and self.row.meets(self.row.must, self.measured.ratio)

    @property
    def verdict(self) -> str:
        """How far it came: `aim`, `must`, `missed`, or `–`, where there is no figure."""
        if self.measured is None:
            return "–"
        if not self.has_met_must:
            return "missed"
        return "aim" if self.row.meets(self.row.aim, self.measured.ratio) else "must"


def head() -> str:
    return "".join(name.ljust(width) for name, width in _COLUMNS) + "program / other"


def text(line: Line) -> str:
    """Return a line of figures, and under it the goal."""
    row, measured = line.row, line.measured
    sign = "≥" if row.more_is_better else "≤"
    bounds = [f"{sign} {bound:g}" if bound is not None else "" for bound in (row.must, row.aim)]
    if measured is None:
        cells, figures = ["–", "", line.verdict], line.why_not
    else:
        low, high = measured.spread
        ours, theirs = measured.figures
        cells = [f"{measured.ratio:.3g}", f"{low:.3g} – {high:.3g}", line.verdict]
        figures = f"{ours:.4g} / {theirs:.4g} {measured.unit}, {len(measured.pairs)} ×"
        figures += f"; {measured.note}" if measured.note else ""
    widths = (width for _, width in _COLUMNS)
    whole = "".join(cell.ljust(width) for cell, width in zip([row.name, *bounds, *cells], widths, strict=True))
    return f"{whole}{figures}\n  {row.goal}"


def write(path: Path, machine: dict[str, str], lines: list[Line], *, is_short: bool) -> None:
    """Write everything that was measured as JSON."""
    values = {"machine": machine, "short": is_short, "rows": [_values(line) for line in lines]}
    path.write_text(json.dumps(values, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _values(line: Line) -> dict[str, Any]:
    row, measured = line.row, line.measured
    said: dict[str, Any] = {
        "name": row.name,
        "goal": row.goal,
        "must": row.must,
        "aim": row.aim,
        "more_is_better": row.more_is_better,
        "verdict": line.verdict,
    }
    if measured is None:
        return said | {"why_not": line.why_not}
    return said | {"ratio": measured.ratio, "spread": measured.spread, **asdict(measured)}
