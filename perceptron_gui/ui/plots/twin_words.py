"""What is said of the second run."""

from PySide6.QtCore import QCoreApplication

from perceptron_gui.core.actions import Configure, Start
from perceptron_gui.core.history import Entry, History
from perceptron_gui.core.parsing import display_text
from perceptron_gui.core.questions import MOST_PHASES, Incomparable, Twin
from perceptron_gui.ui.plots.twin_asking import TwinAsking

translate = QCoreApplication.translate


def legend(twin: Twin | None) -> tuple[str, str]:
    """Return the names of this run and of the twin: what it does, once that has told the two apart."""
    if twin is None or not twin.is_apart:
        name = translate("twin_words", "twin")
    elif twin.forgets:
        name = translate("twin_words", "twin: never Zero grad")
    else:
        name = translate("twin_words", "twin: always Zero grad")
    return translate("twin_words", "this run"), name


def caption(twin: Twin | None) -> str:
    """Say in two lines which run forgets Zero grad, once that is seen, and what PyTorch's own optimizer says to it."""
    if twin is None or not twin.is_apart:
        subject = translate("twin_words", "The run without Zero grad:")
    elif twin.forgets:
        subject = translate("twin_words", "The run without Zero grad (the twin ■):")
    else:
        subject = translate("twin_words", "The run without Zero grad (this run ●):")
    return f"{subject}\n{_verdict(twin)}" if twin is not None else f"{subject}\n"


def tip() -> str:
    """Explain the twin at length."""
    return translate(
        "twin_words",
        "The twin takes the same presses from the marked moment on. If Zero grad was pressed since, it leaves every"
        " one out; else it zeroes the gradients after every Update. The run that forgets is compared in all of W and b"
        " with torch.optim.SGD(momentum=1), which runs beside it with its own gradients zeroed every time.",
    )


def end(history: History) -> str:
    """Say that a comparison has ended with the entry that is shown, where it has."""
    before = history.before
    if before is None or not before.config.twin or history.current.config.twin:
        return ""
    if history.entry.makes_new_tensors:
        return translate("twin_words", "The comparison has ended: new tensors.")
    return translate("twin_words", "The comparison has ended.")


def trouble(asking: TwinAsking) -> str:
    """Say what is not as a person would expect it of the second run."""
    if asking.has_failed:
        return translate("twin_words", "The twin could not be computed.")
    match asking.mark:
        case None | Entry(action=Start() | Configure("twin")):
            return ""
        case Entry(updates=count):
            said = translate("twin_words", "The twin starts at update {count}: what was before is no longer kept.")
            return said.format(count=count)


def _verdict(twin: Twin) -> str:
    if twin.momentum_difference == 0:
        return translate("twin_words", "= torch.optim.SGD(momentum=1), bit for bit")
    if twin.momentum_difference is not None:
        return translate("twin_words", "= torch.optim.SGD(momentum=1) to within {number}").format(
            number=display_text(twin.momentum_difference)
        )
    reasons = {
        Incomparable.NO_UPDATE: translate("twin_words", "compared with SGD(momentum=1) at each Update"),
        Incomparable.NOT_ONE_BACKWARD: translate("twin_words", "not compared: one Backward an Update is needed"),
        Incomparable.EDITED: translate("twin_words", "not compared any more: a number was edited"),
        Incomparable.REFUSED: translate("twin_words", "not compared any more: PyTorch refused"),
        Incomparable.LONG_RUN: translate("twin_words", "the twin ends in a run of more than {phases} phases"),
    }
    return "" if twin.incomparable is None else reasons[twin.incomparable].format(phases=MOST_PHASES)
