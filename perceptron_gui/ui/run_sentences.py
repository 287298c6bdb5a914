"""What a run does, did and will do, in a person's words."""

from PySide6.QtCore import QCoreApplication

from perceptron_gui.core.actions import Ending, Ran, Run
from perceptron_gui.core.control import Pace
from perceptron_gui.core.history import Entry
from perceptron_gui.core.parsing import display_text
from perceptron_gui.ui.phase_names import of_phase

translate = QCoreApplication.translate


def of_pace(pace: Pace) -> str:
    """Say how fast a run goes."""
    if pace.is_flat_out:
        return translate("Run", "flat out")
    # Each with words of its own: 2 is not followed by the same form as 5 in Russian.
    said = {
        (1.0, False): translate("Run", "1 phase/s"),
        (2.0, False): translate("Run", "2 phases/s"),
        (2.0, True): translate("Run", "2 steps/s"),
    }.get((pace.per_second, pace.whole_steps))
    many = translate("Run", "{count} steps/s") if pace.whole_steps else translate("Run", "{count} phases/s")
    return said or many.format(count=f"{pace.per_second:g}")


def going(run: Run, *, is_stopping: bool, is_awaited: bool) -> str:
    """Say what runs, and how it is stopped; of one that stops, whether something waits for that."""
    if is_stopping:
        said = translate("Run", "Stopping: the phase that is being computed is the last.")
        later = translate("Run", "What was pressed or edited meanwhile is done after it.")
        return f"{said}\n{later}" if is_awaited else said
    how = translate("Run", "Stop (F5) ends it after a whole phase. A press or an edit stops it first, then is done.")
    return f"{_until(run)} {' '.join(of_options(run))}".rstrip() + f"\n{how}"


def of_run(entry: Entry, ran: Ran) -> str:
    """Say what a run did, and why no more."""
    forward = entry.snapshot.forward
    said = translate("Run", "Run: updates done: {count}.").format(count=ran.updates)
    loss = "" if forward is None else f"loss = {display_text(float(forward.loss))}."
    return " ".join(filter(None, (said, loss, ended(ran), *of_options(ran.run))))


def ended(ran: Ran) -> str:
    """Say why a run ended, and after which phase; nothing of one that has not."""
    said = {
        Ending.GOES_ON: "",
        Ending.STOPPED: translate("Run", "Ended by Stop."),
        Ending.INTERRUPTED: translate("Run", "Ended by the press or edit that came next."),
        Ending.UPDATES: translate("Run", "Ended after as many updates as were set."),
        Ending.LOSS: translate("Run", "Ended because the loss is at most {limit}.").format(
            limit="" if ran.run.loss is None else repr(ran.run.loss)
        ),
        Ending.NOT_FINITE: translate("Run", "Ended at a number that is not finite (nan or inf)."),
    }[ran.ending]
    if not said or not ran.rest:
        return said
    last = translate("Run", "The last phase was {phase}.").format(phase=of_phase(ran.rest[-1]))
    return f"{said} {last}"


def of_options(run: Run) -> list[str]:
    """Say what is unusual in a run, a sentence each."""
    said: list[str] = []
    if not run.zeroes:
        said.append(translate("Run", "Without Zero grad."))
    if run.backwards > 1:
        said.append(translate("Run", "Backwards for each Update: {count}.").format(count=run.backwards))
    if run.seed is not None:
        said.append(translate("Run", "Rows shuffled, seed {seed}.").format(seed=run.seed))
    return said


def within(count: int, whole: int) -> str:
    """Say which moment of a run is shown."""
    return translate("Run", "Within the run: after update {count} of {all}.").format(count=count, all=whole)


def written(run: Run) -> str:
    """Write a run in signs: the numbers of its phases, and its conditions, a line each."""
    steps = "1→2" if run.backwards == 1 else f"(1→2)×{run.backwards}"
    conditions = [f"× {run.updates}" if run.updates else "", f"loss ≤ {run.loss!r}" if run.loss is not None else ""]
    return "\n".join(filter(None, (f"{steps}→3→4 …" if run.zeroes else f"{steps}→3 …", *conditions)))


def _until(run: Run) -> str:
    if run.updates and run.loss is not None:
        return translate("Run", "Run: until {count} updates are done, or the loss is at most {loss}.").format(
            count=run.updates, loss=repr(run.loss)
        )
    if run.updates:
        return translate("Run", "Run: until {count} updates are done.").format(count=run.updates)
    if run.loss is not None:
        return translate("Run", "Run: until the loss is at most {loss}.").format(loss=repr(run.loss))
    return translate("Run", "Run: until it is stopped.")
