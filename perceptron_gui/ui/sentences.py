"""What happened, in a person's words: one or two lines for an entry."""

from PySide6.QtCore import QCoreApplication

from perceptron_gui.core import freshness, guidance, lines, parts
from perceptron_gui.core.actions import (
    Action,
    Assign,
    AssignElements,
    Configure,
    Delete,
    Gesture,
    Import,
    Insert,
    MarkRows,
    Operation,
    Paste,
    Ran,
    Randomize,
    Resize,
    Run,
    Start,
    SwitchDevice,
)
from perceptron_gui.core.deposits import backwards_in
from perceptron_gui.core.finiteness import is_finite
from perceptron_gui.core.freshness import changed_in, stale_gradient
from perceptron_gui.core.history import Cause, Entry, History, Refusal
from perceptron_gui.core.parsing import display_text, full_text
from perceptron_gui.core.snapshot import FloatArray, GraphState, Reduction, Snapshot, TensorName, Zeroing
from perceptron_gui.ui import run_sentences
from perceptron_gui.ui.phase_names import of_phase

translate = QCoreApplication.translate
_MANY = 12


def of_history(history: History, cut: tuple[int, int] | None = None) -> str:
    """Say what the shown entry did, and what to press next; and of which entry `cut` off how many others."""
    entry, before = history.entry, history.before
    gone = _gone(*cut) if cut is not None else ""
    if entry.refusal is not None:
        return " ".join(filter(None, (of_refusal(entry.refusal), gone)))
    said = of_entry(entry, before)
    unsaid = not_finite(entry.snapshot, before) or remark(entry, before)
    following = translate("sentences", "Next: {phase}.").format(
        phase=of_action(guidance.next_operation(entry.snapshot))
    )
    return f"{said}\n{' '.join(filter(None, (_place(history), gone, unsaid, following)))}"


def _gone(number: int, count: int) -> str:
    """Say what became of the undone entries that another one stands in place of."""
    return translate(
        "sentences",
        "Undone entries that are gone now: {count}. Undoing In [{number}] brings them back while the program runs;"
        " they are not saved.",
    ).format(number=number, count=count)


def _place(history: History) -> str:
    """Say which moment of a run is shown, or that later entries were undone, where they were."""
    if history.moment is not None:
        whole = history.entries[history.index].action
        part = history.moment.action
        if isinstance(whole, Ran) and isinstance(part, Ran):
            return run_sentences.within(part.updates, whole.updates)
    last = len(history.entries)
    if history.index + 1 == last:
        return ""
    return translate("sentences", "This is In [{number}] of {last}: what came after is undone.").format(
        number=history.index + 1, last=last
    )


def of_action(action: Action) -> str:
    """Name an action."""
    match action:
        case Operation():
            return of_phase(action)
        case Start():
            return translate("sentences", "Start values")
        case AssignElements(values):
            return translate("sentences", "Edit of {tensor}").format(
                tensor=", ".join(dict.fromkeys(element.name for element, _ in values))
            )
        case Assign() | Paste():
            return translate("sentences", "Edit of {tensor}").format(tensor=action.tensor)
        case MarkRows():
            return translate("sentences", "Marking of rows")
        case Configure():
            return translate("sentences", "Setting of {name}").format(name=action.field)
        case Resize() | Insert() | Delete():
            return translate("sentences", "Change of size")
        case Import():
            return translate("sentences", "Import")
        case Randomize():
            return translate("sentences", "Randomize")
        case Run() | Ran():
            return translate("sentences", "Run")
        case SwitchDevice():
            return translate("sentences", "Change of device")


def of_refusal(refusal: Refusal) -> str:
    """Give PyTorch's own words, and under them what they mean here."""
    words = " ".join(str(refusal).split())
    return f"{words}\n{_cause(refusal.cause)}"


def of_preset(preset: str) -> str:
    """Name a preset."""
    names = {
        "notebook": translate("sentences", "Notebook, y_true = 1"),
        "notebook_half": translate("sentences", "Notebook, y_true = 0.5"),
        "twin": translate("sentences", "Forgetful twin, y_true = 1"),
        "twin_half": translate("sentences", "Forgetful twin, y_true = 0.5"),
        "or_gate": translate("sentences", "OR gate: 4 samples, 2 inputs"),
        "layer_4x2": translate("sentences", "Layer 4 × 2: 2 samples"),
    }
    return names[preset]


def before_and_after(before: str, after: str) -> str:
    """Say what the last action made of a number, as the notebook prints it."""
    return translate("sentences", "before: {before} → after: {after}").format(before=before, after=after)


def stale(names: tuple[str, ...], history: History | None = None, table: str = "") -> str:
    """Say that a number no longer follows from what the tables show: why, and, with its history, since when."""
    said = translate("sentences", "From an earlier state. Changed since: {names}.").format(names=_listed(names))
    index = None if history is None else freshness.stale_since(history, table)
    if history is None or index is None:
        return said
    since = translate("sentences", "Stale since In [{number}], {action}.").format(
        number=index + 1, action=of_action(history.entries[index].action)
    )
    return f"{said} {since}"


def of_entry(entry: Entry, before: Snapshot | None) -> str:
    """Say what an action did, with the numbers it left."""
    after = entry.snapshot
    match entry.action:
        case Operation.FORWARD if after.forward is not None:
            return translate("sentences", "Forward: loss = {loss}. PyTorch built a new graph for {x}.").format(
                loss=display_text(float(after.forward.loss)), x=f"x{lines.taken_rows(after.rows)}"
            )
        case Operation.BACKWARD:
            return _backward(after)
        case Operation.UPDATE:
            return translate(
                "sentences", "Update: lr · grad is subtracted from W and b, lr = {lr}. .grad stays as it is."
            ).format(lr=repr(after.config.lr))
        case Operation.ZERO_GRAD if after.config.zeroing is Zeroing.NONE:
            return translate("sentences", "Zero grad: W.grad and b.grad are None again.")
        case Operation.ZERO_GRAD:
            return translate("sentences", "Zero grad: W.grad and b.grad are zeros now, in place.")
        case Start(preset):
            return translate("sentences", "{preset}: the start values. .grad is None, nothing is computed yet.").format(
                preset=of_preset(preset)
            )
        case Assign() | AssignElements():
            return _assign(entry.action, after.m)
        case MarkRows(rows):
            return translate("sentences", "The samples that Forward takes: {x}.").format(x=f"x{lines.taken_rows(rows)}")
        case Configure():
            return _configure(entry.action)
        case Randomize():
            seed = after.config.seed if before is None else before.config.seed
            return translate(
                "sentences", "Randomize, seed {seed}: x from torch.rand, W from torch.randn, b zeros. .grad is None."
            ).format(seed=seed)
        case SwitchDevice(device):
            return translate(
                "sentences", "x, y_true, W, b and the gradients are on {device} now; the last Forward is dropped."
            ).format(device=device)
        case Ran():
            return run_sentences.of_run(entry, entry.action)
        case Import():
            return f"{_imported(entry.action)} {_new_tensors(after, before)}"
        case _:
            return _new_tensors(after, before)


def _imported(action: Import) -> str:
    names = ", ".join(name for name, _ in action.tensors)
    said = translate("sentences", "Imported from {source}: {names}.").format(source=action.source, names=names)
    if not action.is_transposed:
        return said
    turned = translate("sentences", "W is the weight of an nn.Linear, transposed: there it is (k, n), here (n, k).")
    return f"{said} {turned}"


def _listed(names: tuple[str, ...]) -> str:
    words = {
        "rows": translate("sentences", "the marked rows"),
        "reduction": translate("sentences", "sum or mean"),
    }
    return ", ".join(words.get(name, name) for name in names)


def _new_tensors(after: Snapshot, before: Snapshot | None) -> str:
    shapes = ", ".join(f"{name} {after.shape(name)}" for name in TensorName)
    said = translate("sentences", "New tensors: {shapes}. .grad is None.").format(shapes=shapes)
    if before is None or before.config.seed == after.config.seed:
        return said
    weights = translate("sentences", "New weights: torch.randn, seed {seed}.").format(seed=before.config.seed)
    return f"{said} {weights}"


def _backward(after: Snapshot) -> str:
    of_W, of_b = backwards_in(after)
    spent = after.forward is not None and after.forward.graph is GraphState.FREED
    if of_W != of_b:
        apart = translate("sentences", "Backward: Backwards summed in W.grad: {W}, in b.grad: {b}.")
        said = apart.format(W=of_W, b=of_b)
    elif of_W == 1:
        said = translate("sentences", "Backward: the gradients are in W.grad and b.grad.")
    else:
        summed = translate("sentences", "Backward: added to what was there. Backwards summed in .grad: {count}.")
        said = summed.format(count=of_W)
    end = translate("sentences", "The graph is spent.")
    return f"{said} {end}" if spent else said


def _assign(action: Assign | AssignElements, m: int) -> str:
    said = _assigned(action, m)
    has_gradient = isinstance(action, AssignElements) or action.tensor in {TensorName.W, TensorName.B}
    kept = translate("sentences", ".grad stays.")
    return f"{said} {kept}" if has_gradient else said


def _assigned(action: Assign | AssignElements, m: int) -> str:
    single = translate("sentences", "{elements}, in place under torch.no_grad().")
    if isinstance(action, AssignElements):
        values = [(lines.element(one.name, one.row, one.column, m), value) for one, value in action.values]
        return single.format(elements=", ".join(f"{element} = {full_text(value)}" for element, value in values))
    rows, columns = action.values.shape
    if rows == columns == 1:
        element = lines.element(action.tensor, action.row, action.column, m)
        return single.format(elements=f"{element} = {full_text(action.values[0, 0])}")
    texts = {
        Gesture.PASTE: translate("sentences", "Pasted {rows} × {columns} values into {tensor}, in place."),
        Gesture.CUT: translate("sentences", "Cut {rows} × {columns} values out of {tensor}, in place."),
    }
    cleared = translate("sentences", "Cleared {rows} × {columns} values of {tensor}, in place.")
    return texts.get(action.gesture, cleared).format(rows=rows, columns=columns, tensor=action.tensor)


def _configure(action: Configure) -> str:
    match action.field, action.value:
        case "lr", value:
            return translate("sentences", "The learning rate is {lr}.").format(lr=repr(value))
        case "retain_graph", True:
            return translate("sentences", "Backward keeps the graph from now on.")
        case "retain_graph", _:
            return translate("sentences", "Backward frees the graph from now on.")
        case "reduction", Reduction.SUM:
            return translate("sentences", "The loss is the sum over all rows and outputs from now on.")
        case "reduction", Reduction.MEAN:
            return translate("sentences", "The loss is the mean over all rows and outputs from now on.")
        case "reduction", _:
            return translate(
                "sentences",
                "The loss of a part is its mean, weighted by its rows over the batch's rows, from now on.",
            )
        case "part", 0:
            return translate("sentences", "Forward takes all rows from now on.")
        case "part", value:
            return translate(
                "sentences", "Forward takes the batch in parts, rows at a time: {count}. Backward marks the next part."
            ).format(count=value)
        case "twin", True:
            return translate(
                "sentences", "From here on a second run takes the same presses, with Zero grad the other way."
            )
        case "twin", _:
            return translate("sentences", "The comparison with the second run has ended.")
        case "zeroing", value:
            return translate("sentences", "Zero grad means {code} from now on.").format(
                code=f".grad.{value}" if value == Zeroing.ZERO else ".grad = None"
            )
        case _, value:
            return translate("sentences", "The next random numbers come from seed {seed}.").format(seed=value)


def remark(entry: Entry, before: Snapshot | None) -> str:
    """Say what PyTorch lets through in silence."""
    after = entry.snapshot
    match entry.action:
        case Operation.BACKWARD if before is not None and before.stale:
            return translate(
                "sentences",
                "Edited after Forward: {names}. This is the gradient of the old point; PyTorch says nothing.",
            ).format(names=_listed(before.stale))
        case Operation.BACKWARD if before is not None and after.config.part and entry.refusal is None:
            return _next_part(after)
        case Operation.UPDATE if before is not None and (old := stale_gradient(before)):
            return _old_gradient(before, old)
        case Operation.UPDATE if before is not None and before.config.part:
            return _part_of_the_batch(before)
        case Assign() | AssignElements() | MarkRows() if after.stale:
            return translate("sentences", "z, y_pred and loss are of the old values until the next Forward.")
    return ""


def _next_part(after: Snapshot) -> str:
    """Say which rows come next; when all parts are in `.grad`, what they are together."""
    if parts.make_the_batch(after) and after.reduction is Reduction.MEAN:
        return translate(
            "sentences",
            "All parts are in .grad, but the sum of their means is no mean: each wants the weight rows/m.",
        )
    if parts.make_the_batch(after):
        return translate("sentences", "All parts are in .grad: together they are the gradient of the batch.")
    twice = sorted(row for row, count in parts.covered(after).items() if count > 1)
    if twice:
        return translate("sentences", "More than once in .grad: {x}. It is not the gradient of the batch.").format(
            x=", ".join(f"x[{row}]" for row in twice[:_MANY])
        )
    return translate("sentences", "Marked as the next part: {x}.").format(x=f"x{lines.taken_rows(after.rows)}")


def _part_of_the_batch(before: Snapshot) -> str:
    """Say that an Update took a gradient that lacks rows."""
    rows = len(parts.covered(before))
    if rows in {0, before.m}:
        return ""
    return translate("sentences", "The gradient was of {rows} of {m} rows.").format(rows=rows, m=before.m)


def _old_gradient(before: Snapshot, changed: tuple[str, ...]) -> str:
    """Say how much of a gradient that was used is of an older state."""
    count = sum(deposit.count for deposit in before.deposits)
    old = sum(deposit.count for deposit in before.deposits if changed_in(deposit, before))
    if old == count:
        return translate(
            "sentences", "The gradient was of an older state ({names} changed since); PyTorch says nothing."
        ).format(names=_listed(changed))
    return translate(
        "sentences", "Of {count} Backwards in .grad, {old} came from an older state ({names}); PyTorch says nothing."
    ).format(count=count, old=old, names=_listed(changed))


def not_finite(after: Snapshot, before: Snapshot | None) -> str:
    """Name what an action left not finite; only what it changed is looked at."""

    def tensors(snapshot: Snapshot) -> dict[str, FloatArray | None]:
        forward = snapshot.forward
        return {
            "loss": None if forward is None else forward.loss,
            "W": snapshot.W,
            "b": snapshot.b,
            "W.grad": snapshot.W_grad,
            "b.grad": snapshot.b_grad,
        }

    earlier = {} if before is None else tensors(before)
    bad = [
        name
        for name, array in tensors(after).items()
        if array is not None and array is not earlier.get(name) and not is_finite(array)
    ]
    if not bad:
        return ""
    return translate("sentences", "Not finite any more (nan or inf): {names}. Undo takes it back.").format(
        names=", ".join(bad)
    )


def _cause(cause: Cause) -> str:
    sentences = {
        Cause.NO_GRADIENT: translate(
            "sentences", "There is no gradient to use: .grad is None, which is not 0. Press Forward, then Backward."
        ),
        Cause.NO_LOSS: translate("sentences", "There is no loss to go back from yet. Press Forward first."),
        Cause.GRAPH_FREED: translate(
            "sentences",
            "The graph of this Forward is spent: an earlier Backward freed it. Press Forward for a new one.",
        ),
        Cause.X_CHANGED: translate(
            "sentences",
            "x changed after Forward, and W.grad needs the old x. b.grad had its share already. Press Forward again.",
        ),
        Cause.OTHER: translate("sentences", "PyTorch refused. What it left is in the tables; Undo takes it back."),
    }
    return sentences[cause]
