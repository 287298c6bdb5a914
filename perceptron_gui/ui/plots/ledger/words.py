"""What the ledger says in words: under the plot, and at the pointer."""

import numpy as np
from PySide6.QtCore import QCoreApplication

from perceptron_gui.core import lines
from perceptron_gui.core.parsing import display_text, full_text
from perceptron_gui.core.questions import Agreement, Judgement, Stage
from perceptron_gui.core.snapshot import Rows, Snapshot
from perceptron_gui.ui import sentences
from perceptron_gui.ui.plots.ledger.geometry import Ints, Ledger, element

translate = QCoreApplication.translate
NONE = "None"
OPPOSITE = "⇅"
"""The mark of a parameter whose stored and incoming gradients point opposite ways."""
WEIGHTED = "×"
"""The mark of the sum of the deposits that are weighted by their rows."""
_MOST_NAMED = 6


def short(number: float) -> str:
    """Return a number as the tables show it; fewer digits where they show it in scientific form."""
    text = display_text(number)
    return f"{number:.1e}" if "e" in text else text


def parts() -> tuple[str, str]:
    """Name the two bars of a parameter."""
    return (
        translate("GradientPlot", "stored .grad"),
        translate("GradientPlot", "incoming in the last Backward"),
    )


def tally(snapshot: Snapshot, agreement: Agreement | None) -> str:
    """Say whether the slabs add up to `.grad`; nothing of it before PyTorch's answer is there."""
    count = sum(deposit.count for deposit in snapshot.deposits)
    if snapshot.W_grad is None and snapshot.b_grad is None and not count:
        return translate("GradientPlot", ".grad is None: nothing has been added yet.")
    start = translate("GradientPlot", "zeros") if snapshot.grad_was_zeros else NONE
    if agreement is None:
        return translate("GradientPlot", "Backwards: {count}, from {start} on.").format(count=count, start=start)
    if not (agreement.W_grad and agreement.b_grad):
        tensors = ", ".join(
            name
            for name, agrees in (("W.grad", agreement.W_grad), ("b.grad", agreement.b_grad))
            if not agrees
        )  # fmt: skip
        return translate(
            "GradientPlot", "Backwards: {count}, from {start} on. Their sum is not what is stored in {tensors}."
        ).format(count=count, start=start, tensors=tensors)
    if not count:
        return translate("GradientPlot", ".grad holds the zeros that Zero grad left; nothing was added since.")
    return translate(
        "GradientPlot", "Backwards: {count}, from {start} on. Their sum is .grad, bit for bit."
    ).format(count=count, start=start)  # fmt: skip


def opposite(parameters: Ints, shape: tuple[int, int]) -> str:
    """Say of a layer (n, k) at which parameters the last Backward points against what is stored, if at any."""
    if not parameters.size:
        return ""
    names = [element(parameter, shape) for parameter in parameters[:_MOST_NAMED].tolist()]
    if parameters.size > _MOST_NAMED:
        names.append(
            translate("GradientPlot", "… ({count} of {all})").format(
                count=parameters.size, all=(shape[0] + 1) * shape[1]
            )
        )
    return translate("GradientPlot", "{mark} incoming against stored: {names}").format(
        mark=OPPOSITE, names=", ".join(names)
    )


def batch(judgement: Judgement | None) -> str:
    """Compare the stack with the gradient of the whole batch: the numbers first, what they are behind them."""
    if judgement is None:
        return ""
    difference, rest = (
        short(number) if number else "0" for number in (judgement.difference, judgement.weighted_difference)
    )
    match judgement.stage:
        case Stage.OLD:
            said = translate("GradientPlot", "Difference {difference} to the outline: all rows at the present values.")
        case Stage.PARTLY:
            said = translate(
                "GradientPlot", "{rows} of {m} rows are in: difference {difference} to the outline, the whole batch."
            )
        case Stage.ADDS_UP:
            said = translate(
                "GradientPlot", "Difference {difference}: the parts add up to the whole batch, the outline."
            )
        case Stage.MEANS:
            said = translate(
                "GradientPlot",
                "Off by {difference}: the sum of the means of the parts. "
                "Off by {rest}: {mark}, each of them weighted by rows/m.",
            )
        case Stage.REPEATED:
            said = translate(
                "GradientPlot", "Difference {difference} to the outline: all rows are in, some more than once."
            )
        case _:
            said = translate(
                "GradientPlot", "Difference {difference}: all rows are in, yet they do not add up to the outline."
            )
    return said.format(rows=judgement.rows, m=judgement.m, difference=difference, mark=WEIGHTED, rest=rest)


def turned_back(ledger: Ledger) -> str:
    """Say what columns side by side are; nothing where there are none."""
    if not (ledger.lanes > 1).any():
        return ""
    return translate("GradientPlot", "Next column: turned back.")


def hollow(ledger: Ledger) -> str:
    """Say which slabs are hollow, and since what."""
    names = dict.fromkeys(name for age in ledger.ages for name in age)
    if not names:
        return ""
    reduction = translate("GradientPlot", "sum or mean")
    listed = ", ".join(reduction if name == "reduction" else name for name in names)
    return translate("GradientPlot", "Hollow slabs: before {names} changed.").format(names=listed)


def hint() -> str:
    """Say that slabs can be selected."""
    return translate("GradientPlot", "Click a slab to see its Backward in every parameter; Esc: none")


def slab(ledger: Ledger, number: tuple[int, int], index: int, column: int) -> str:
    """Tell one slab in full: which Backward, which rows, its value, the sum so far, and how old it is."""
    name = ledger.element(column, ".grad")
    told = [
        f"{name} = {_stored(ledger, column)}",
        f"{_backward(ledger, number, index)}: += {full_text(ledger.added[index, column])}",
        translate("GradientPlot", "sum so far: {sum}").format(sum=full_text(ledger.after[index, column])),
    ]
    if ledger.lane[index, column] > 0:
        told.append(translate("GradientPlot", "In a column of its own: here the sum turned back."))
    if ledger.ages[index]:
        told.append(sentences.stale(ledger.ages[index]))
    return "\n".join(told)


def selected(ledger: Ledger, number: tuple[int, int], index: int, column: int) -> str:
    """Tell the selected slab in one line."""
    if not ledger.arrived[index, column]:
        return f"{_backward(ledger, number, index)}: {ledger.element(column, '.grad')} — {NONE}"
    return translate("GradientPlot", "{backward}: {element} += {added}, sum so far: {sum}").format(
        backward=_backward(ledger, number, index),
        element=ledger.element(column, ".grad"),
        added=full_text(ledger.added[index, column]),
        sum=full_text(ledger.after[index, column]),
    )


def stored(ledger: Ledger, column: int) -> str:
    """Tell the stored value of a parameter."""
    return f"{ledger.element(column, '.grad')} = {_stored(ledger, column)}\n{parts()[0]}"


def whole(outline: float, weighted: float) -> list[str]:
    """Tell the gradient of the whole batch and the weighted sum of one parameter, where they are not nan."""
    told: list[str] = []
    if not np.isnan(outline):
        told.append(translate("GradientPlot", "outline, the whole batch: {value}").format(value=full_text(outline)))
    if not np.isnan(weighted):
        said = translate("GradientPlot", "{mark} weighted by rows/m: {value}")
        told.append(said.format(mark=WEIGHTED, value=full_text(weighted)))
    return told


def incoming(ledger: Ledger, column: int) -> str:
    """Tell what the last Backward added to a parameter."""
    name = ledger.element(column, ".grad")
    value = NONE if ledger.incoming_is_none[column] else full_text(ledger.incoming[column])
    told = [f"{name} += {value}", parts()[1]]
    if ledger.is_opposite[column]:
        told.append(
            translate("GradientPlot", "{mark} opposite to what is stored: {value}").format(
                mark=OPPOSITE, value=_stored(ledger, column)
            )
        )
    return "\n".join(told)


def numbered(number: tuple[int, int]) -> str:
    """Return the number of a Backward since the last Zero grad, or of a merged run of them."""
    first, last = number
    return str(last) if first == last else f"{first}–{last}"


def rows_taken(rows: Rows) -> str:
    """Return what Forward took, `x`, `x[0]`, `x[[0, 2]]`; of many rows the first and the last."""
    taken = f"x{lines.taken_rows(rows)}"
    if rows is None or len(rows) < lines.MANY_ROWS:
        return taken
    return f"{taken}, rows = [{rows[0]}, {rows[1]}, …, {rows[-1]}]"


def _backward(ledger: Ledger, number: tuple[int, int], index: int) -> str:
    if number[0] != number[1]:
        return translate("GradientPlot", "Backwards {numbers}, merged").format(numbers=numbered(number))
    rows = rows_taken(ledger.deposits[index].forward.rows)
    return translate("GradientPlot", "Backward {number}, {rows}").format(number=numbered(number), rows=rows)


def _stored(ledger: Ledger, column: int) -> str:
    return NONE if ledger.is_none[column] else full_text(ledger.stored[column])
