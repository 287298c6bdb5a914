"""One cell of the code view: what an entry did, as lines of text that fit a width."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QCoreApplication

from perceptron_gui.core import lines
from perceptron_gui.core.actions import Operation, Ran, Start
from perceptron_gui.core.deposits import backwards_in
from perceptron_gui.core.history import Entry
from perceptron_gui.core.snapshot import GraphState, Snapshot
from perceptron_gui.ui import sentences

translate = QCoreApplication.translate
MOST_PRINTED = 24
"""Lines of one printed result that are shown; of a longer one its beginning and its end."""
_KEPT_AT_END = 4
_INDENT = 4
_BEFORE_NUMBERS = re.compile(r"[^\[]*\[+")


class LineKind(Enum):
    """What a line of text is."""

    CODE = "code"
    PRINTED = "printed"
    REFUSAL = "refusal"
    COMMENT = "comment"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A line as it would be in a wide window. `prompt` is "In", "Out" or nothing."""

    kind: LineKind
    text: str
    prompt: str = ""


def paragraphs(entry: Entry, before: Snapshot | None) -> tuple[Paragraph, ...]:
    """Return what there is to read of an entry: its code, what PyTorch printed or raised, and what it did unsaid."""
    code = lines.shown(entry, before)
    said = comments(entry, before)
    if not code:
        code, said = f"# {said[0]}", said[1:]
    found = [_code(line) for line in code.split("\n")]
    found[0] = Paragraph(found[0].kind, found[0].text, "In")
    if entry.printed:
        first, *others = _shortened(_aligned(entry.printed))
        found += [Paragraph(LineKind.PRINTED, first, "Out"), *(_printed(line) for line in others)]
    if entry.refusal is not None:
        found.append(Paragraph(LineKind.REFUSAL, " ".join(str(entry.refusal).split())))
    found += [Paragraph(LineKind.COMMENT, f"# {text}") for text in said]
    return tuple(found)


def code_of(entry: Entry, before: Snapshot | None) -> str:
    """Return what is copied of an entry: runnable lines, or a comment where it has none."""
    code = lines.runnable(entry, before)
    if code:
        return code
    return "\n".join(f"# {text}" for text in comments(entry, before))


def comments(entry: Entry, before: Snapshot | None) -> list[str]:
    """Say what an entry means where PyTorch has no line for it or says nothing; one sentence or two each."""
    after = entry.snapshot
    said: list[str] = []
    if not lines.shown(entry, before):
        said += sentences.of_entry(entry, before).split("\n")
    match entry.action:
        case Start(preset):
            said.append(sentences.of_preset(preset))
        case Operation.BACKWARD if entry.refusal is None:
            said.append(_backward(after))
        case Ran():
            said.append(sentences.of_entry(entry, before))
    if entry.refusal is not None:
        said += _changed_all_the_same(after, before)
    elif unsaid := sentences.remark(entry, before):
        said.append(unsaid)
    if before is not None:
        if entry.action is Operation.BACKWARD and before.rows != after.rows:
            said += _next_rows(after)
        said += _gone(after, before)
    not_finite = sentences.not_finite(after, before)
    return [*said, not_finite] if not_finite else said


def wrapped(paragraph: Paragraph, columns: int) -> Iterator[str]:
    """Yield the text of a paragraph in lines of at most so many characters, broken at spaces where there are any.

    A continued line is indented; a comment's begins with its mark again.
    """
    text = paragraph.text
    lead = ""
    while len(lead) + len(text) > columns:
        room = columns - len(lead)
        start = len(text) - len(text.lstrip())
        cut = text.rfind(" ", start + 1, room + 1)
        cut = cut if cut > start else room
        yield lead + text[:cut].rstrip()
        if not lead:
            lead = _lead(paragraph, start, columns)
        text = text[cut:].lstrip()
    yield lead + text


def _lead(paragraph: Paragraph, indent: int, columns: int) -> str:
    """Return what a continued line begins with: numbers stand below the first number, as PyTorch breaks them."""
    if paragraph.kind is LineKind.COMMENT:
        return "# "
    if paragraph.kind is LineKind.REFUSAL:
        return "  "
    width = indent if indent and paragraph.kind is LineKind.PRINTED else indent + _INDENT
    numbers = _BEFORE_NUMBERS.match(paragraph.text) if paragraph.kind is LineKind.PRINTED else None
    if numbers is not None and numbers.end() <= columns * 2 // 5:
        width = numbers.end()
    return " " * min(width, columns // 2)


def _code(line: str) -> Paragraph:
    is_comment = line.startswith("#")
    return Paragraph(LineKind.COMMENT if is_comment else LineKind.CODE, line)


def _printed(line: str) -> Paragraph:
    return Paragraph(LineKind.COMMENT if line.startswith("#") else LineKind.PRINTED, line)


def _aligned(printed: str) -> list[str]:
    """Return the lines of `W = tensor([[…` with the rows of a matrix below one another again, behind the name."""
    found: list[str] = []
    indent = ""
    for line in printed.split("\n"):
        if not line.startswith(" "):
            indent = " " * (line.find("=") + 2)
        found.append(indent + line if line.startswith(" ") else line)
    return found


def _shortened(printed: list[str]) -> list[str]:
    left_out = len(printed) - MOST_PRINTED
    if left_out <= 0:
        return printed
    said = translate("CodeCell", "{count} lines more: copy what PyTorch printed to read them").format(count=left_out)
    return [*printed[: MOST_PRINTED - _KEPT_AT_END], f"# … {said}", *printed[-_KEPT_AT_END:]]


def _backward(after: Snapshot) -> str:
    of_W, of_b = backwards_in(after)
    is_spent = after.forward is not None and after.forward.graph is GraphState.FREED
    graph = translate("CodeCell", "The graph is spent.") if is_spent else translate("CodeCell", "The graph is kept.")
    if of_W != of_b:
        added = translate("CodeCell", "Backwards summed in W.grad: {W}, in b.grad: {b}.").format(W=of_W, b=of_b)
    elif of_W > 1:
        added = translate("CodeCell", "Added to what was there: the sum of {count} Backwards.").format(count=of_W)
    else:
        return graph
    return f"{added} {graph}"


def _next_rows(after: Snapshot) -> list[str]:
    """Return the list that the next Forward calls `rows`."""
    rows = after.rows
    return [] if rows is None or len(rows) < lines.MANY_ROWS else [f"rows = {lines.list_of_rows(rows)}"]


def _changed_all_the_same(after: Snapshot, before: Snapshot | None) -> list[str]:
    """Name what a refused phase had changed before it was refused."""
    if before is None:
        return []
    pairs = {
        "W": (before.W, after.W),
        "b": (before.b, after.b),
        "W.grad": (before.W_grad, after.W_grad),
        "b.grad": (before.b_grad, after.b_grad),
    }
    changed = ", ".join(name for name, (old, new) in pairs.items() if old is not new)
    return [translate("CodeCell", "Changed all the same: {names}.").format(names=changed)] if changed else []


def _gone(after: Snapshot, before: Snapshot) -> list[str]:
    """Say what went with the old tensors."""
    said: list[str] = []
    if before.forward is not None and after.forward is None:
        said.append(translate("CodeCell", "The last Forward is dropped."))
    if before.W is not after.W and before.W_grad is not None and after.W_grad is None:
        said.append(translate("CodeCell", "New tensors: .grad is None."))
    return said
