"""A run as code: a `for` loop with the lines of the buttons in it, and the phases of a cycle that did not end."""

from collections.abc import Callable

from perceptron_gui.core import parts
from perceptron_gui.core.actions import Operation, Ran
from perceptron_gui.core.snapshot import Reduction, Rows, Snapshot

MOST_WRITTEN = 64
"""Of a larger batch, parts that follow each other are written as a rule."""


def written(ran: Ran, before: Snapshot, line: Callable[[Operation], str], in_loop: Callable[[str], str]) -> str:
    """Return the lines of a run.

    Args:
        ran: what was done.
        before: the state that it began with.
        line: gives the lines of a phase that takes the rows marked there.
        in_loop: gives those of a Forward that takes `rows`, from a text for how many they are; "" for no weight.
    """
    part = parts.first(before.config.part, before.m)
    is_constant = part is None and (not before.config.part or before.rows is None)
    taking = "" if is_constant else _taking(ran, before)
    is_shuffled = ran.run.seed is not None and part is not None
    forward = line(Operation.FORWARD) if is_constant else _forward(before, in_loop, is_shuffled=is_shuffled)
    code = [] if is_constant or is_shuffled else [_parts(before)]

    def taken(index: str) -> str:
        return f"{taking.replace('#', index)}\n{forward}" if taking else forward

    backwards, backward = ran.run.backwards, line(Operation.BACKWARD)
    if ran.cycles and backwards == 1:
        code += [f"for step in range({ran.cycles}):", _inside(taken("step")), _inside(backward)]
    elif ran.cycles:
        code += [f"for step in range({ran.cycles}):", f"    for turn in range({backwards}):"]
        code += [_inside(_inside(taken(f"({backwards} * step + turn)"))), _inside(_inside(backward))]
    if ran.cycles:
        code += [_inside(line(operation)) for operation in ran.run.cycle[2 * backwards :]]
    for place, operation in enumerate(ran.rest):
        index = ran.cycles * backwards + place // 2
        code.append(taken(str(index)) if operation is Operation.FORWARD else line(operation))
    return "\n".join(code)


def _taking(ran: Ran, before: Snapshot) -> str:
    """Return the lines that say which rows the Forward `#` takes."""
    part, m, seed = before.config.part, before.m, ran.run.seed
    if seed is None or parts.first(part, m) is None:
        lead, rounds = _in_order(before)
        if not lead:
            return f"rows = parts[# % {len(rounds)}]"
        return f"rows = lead[#] if # < {len(lead)} else parts[(# - {len(lead)}) % {len(rounds)}]"
    order = f"order = torch.randperm({m}, generator=torch.Generator().manual_seed({seed} + # // {-(-m // part)}))"
    rows = f"rows = sorted(order.tolist()[{part} * (# % {-(-m // part)}):][:{part}])"
    single = "rows = rows[0] if len(rows) == 1 else rows"
    return "\n".join([order, rows, single] if part == 1 or m % part == 1 else [order, rows])


def _parts(before: Snapshot) -> str:
    """Return the lines that name the parts that follow each other."""
    part, m = before.config.part, before.m
    lead, rounds = _in_order(before)
    code = [f"lead = [{', '.join(map(_rows, lead))}]"] if lead else []
    if m <= MOST_WRITTEN or len(rounds) == 1:
        code.append(f"parts = [{', '.join(map(_rows, rounds))}]")
    elif part == 1:
        code.append(f"parts = list(range({m}))")
    else:
        code.append(f"parts = [list(range(row, min(row + {part}, {m}))) for row in range(0, {m}, {part})]")
        code += [f"parts[-1] = {m - 1}"] if m % part == 1 else []
    return "\n".join(code)


def _in_order(before: Snapshot) -> tuple[list[Rows], list[Rows]]:
    return parts.in_order(before.rows, before.config.part, before.m)


def _rows(rows: Rows) -> str:
    if rows is None:
        return "slice(None)"
    if len(rows) == 1:
        return str(rows[0])
    is_range = len(rows) > MOST_WRITTEN and rows[-1] - rows[0] == len(rows) - 1
    return f"list(range({rows[0]}, {rows[-1] + 1}))" if is_range else str(list(rows))


def _forward(before: Snapshot, in_loop: Callable[[str], str], *, is_shuffled: bool) -> str:
    """Return the lines of a Forward that takes `rows`; where those may be all of them first, that has no weight."""
    if before.reduction is not Reduction.WEIGHTED:
        return in_loop("")
    lead, rounds = _in_order(before)
    taken = rounds if is_shuffled else [*lead, *rounds]
    sizes = {len(rows) for rows in taken if rows is not None}
    size = str(sizes.pop()) if len(sizes) == 1 else "torch.tensor(rows).numel()"
    if None not in taken:
        return in_loop(size)
    return f"{in_loop('')}\nif rows != slice(None):\n    loss = loss * {size}/{before.m}"


def _inside(code: str) -> str:
    return "\n".join(f"    {line}" for line in code.split("\n"))
