"""Why something was not done, in a person's words: one line for a problem."""

from collections.abc import Sequence
from typing import cast

from PySide6.QtCore import QCoreApplication

from perceptron_gui.core.actions import Action
from perceptron_gui.core.problems import Problem, Reason
from perceptron_gui.ui.sentences import of_action

translate = QCoreApplication.translate


def of_problem(problem: Problem) -> str:
    """Say why something was not done."""
    values = dict(problem.values)
    if problem.reason is Reason.SEVERAL:
        return "\n".join(of_problem(each) for each in cast("Sequence[Problem]", values["problems"]))
    sentence = _problems()[problem.reason]
    if "action" in values:
        values["action"] = of_action(cast("Action", values["action"]))
    return sentence.format(**values)


def _problems() -> dict[Reason, str]:
    return {
        Reason.NOT_A_NUMBER: translate("sentences", "“{text}” is not a number. Nothing was changed."),
        Reason.TWO_SEPARATORS: translate(
            "sentences",
            "“{text}” has two separators; a number has one, and it is the decimal point. Nothing was changed.",
        ),
        Reason.NOT_FINITE: translate("sentences", "“{text}” is not a finite number. Nothing was changed."),
        Reason.OUT_OF_FLOAT32: translate(
            "sentences", "“{text}” is beyond float32 (about ±3.4e38). Nothing was changed."
        ),
        Reason.NOTHING_TO_PASTE: translate("sentences", "The clipboard holds no numbers."),
        Reason.PASTE_TOO_LONG: translate(
            "sentences", "The text is longer than {limit} characters. Nothing was changed."
        ),
        Reason.RAGGED: translate(
            "sentences", "Line {line} has {found} numbers and the first has {expected}. Nothing was changed."
        ),
        Reason.CUT_SHORT: translate(
            "sentences", "PyTorch cut this printout short with “...”, so numbers are missing. Nothing was changed."
        ),
        Reason.DOES_NOT_FIT: translate(
            "sentences",
            "{rows} × {columns} values do not fit; there is room for {room_rows} × {room_columns}. Nothing changed.",
        ),
        Reason.READ_ONLY: translate("sentences", "{tensor} is computed by PyTorch and cannot be edited."),
        Reason.NO_PLOT: translate("sentences", "Click on a plot first."),
        Reason.NO_CELLS: translate("sentences", "Select cells in a table first."),
        Reason.NO_SAMPLES: translate(
            "sentences", "Samples are the rows of x, y_true, z and y_pred: select some there."
        ),
        Reason.TOO_MANY_CELLS: translate(
            "sentences", "{size} at once are too many: at most {limit} cells or rows at a time."
        ),
        Reason.NO_AXIS: translate("sentences", "The rows and columns of {tensor} are set by the other tables."),
        Reason.TOO_LARGE: translate(
            "sentences", "{product} would be {size}; a table holds at most {limit} numbers. Nothing was changed."
        ),
        Reason.NOT_A_SIZE: translate("sentences", "m, n and k are whole numbers from 1 up. Nothing was changed."),
        Reason.LAST_ONE: translate("sentences", "At least one has to stay ({axis} = 1). Nothing was changed."),
        Reason.NO_ROWS: translate("sentences", "Forward needs at least one sample. Nothing was changed."),
        Reason.NOT_A_SEED: translate(
            "sentences", "“{text}” is no seed: a whole number from 0 to {largest}. Nothing was changed."
        ),
        Reason.NOT_A_PART: translate(
            "sentences", "A part has fewer rows than the batch: 1 to {most}, or all. Nothing was changed."
        ),
        Reason.NO_SUCH_DEVICE: translate(
            "sentences", "The device {device} does not work on this machine. The computation stays on {current}."
        ),
        Reason.NOT_A_SESSION: translate(
            "sentences", "{file} is no session of this program, so it is not opened. ({detail})"
        ),
        Reason.SESSION_NEWER: translate(
            "sentences",
            "{file} is of a newer version of the program (format {version}; this one reads up to {known}): not opened.",
        ),
        Reason.SESSION_DAMAGED: translate(
            "sentences", "{file} is damaged at entry {entry}, so it is not opened; the session is as it was. ({detail})"
        ),
        Reason.TENSORS_MISSING: translate(
            "sentences", "{file} needs the file {tensors} beside it, as it was saved; without it, it is not opened."
        ),
        Reason.FILE_UNREADABLE: translate("sentences", "{file} cannot be read: {detail}"),
        Reason.FILE_TOO_LARGE: translate("sentences", "{file} is larger than {limit} MiB, so it is not opened."),
        Reason.NOT_SAVED: translate("sentences", "{file} is not saved, and what it held is as it was: {detail}"),
        Reason.HELD_ELSEWHERE: translate(
            "sentences",
            "{file} is open in another window of the program (process {owner}) and not written from here: "
            "save under another name.",
        ),
        Reason.NO_RECOVERY: translate(
            "sentences", "Nothing can be recovered if the program ends without a word: {detail}. Save now and then."
        ),
        Reason.NOT_RECOVERED: translate(
            "sentences", "The unsaved work cannot be read any more; it is kept. The session is as it was. ({detail})"
        ),
        Reason.FILE_FAILED: translate("sentences", "The file failed inside the program, nothing was changed: {detail}"),
        Reason.SIZES_DIFFER: translate(
            "sentences",
            "{first} and {second} do not agree on {axis}: {first_size} and {second_size}. Nothing was changed.",
        ),
        Reason.NOT_IMPORTABLE: translate(
            "sentences", "{file} is not imported: it is neither a table (.csv, .tsv) nor .npy, .safetensors or .pt."
        ),
        Reason.NOT_A_TABLE: translate("sentences", "{file} is not imported: it is no text with rows of cells."),
        Reason.TABLE_TOO_LARGE: translate(
            "sentences",
            "{file}: rows {rows}, columns {columns}. At most {most_rows} × {most_columns} are read, and {limit} cells.",
        ),
        Reason.RAGGED_LINE: translate(
            "sentences", "Line {line} has another number of cells ({found}) than the first line ({expected})."
        ),
        Reason.BROKEN_QUOTES: translate("sentences", "The quotation marks of line {line} do not match."),
        Reason.BAD_CELL: translate(
            "sentences", "Line {line}, column {column}: “{text}” is no finite number of float32 (at most ±3.4e38)."
        ),
        Reason.WRONG_MARK: translate(
            "sentences", "Line {line}, column {column}: “{text}” is no number where the decimal mark is “{mark}”."
        ),
        Reason.WHICH_COMMA: translate(
            "sentences", "“{text}” can be read in more than one way: choose the separator or the decimal mark."
        ),
        Reason.NO_COLUMNS: translate("sentences", "Choose at least one column as x or y_true."),
        Reason.NOT_TENSORS: translate("sentences", "{file} is damaged or holds no tensors: not imported. ({detail})"),
        Reason.RUNS_CODE: translate(
            "sentences",
            "{file} is not imported: more than tensors is in it, and to load that would run code. Save the state_dict"
            " alone. ({detail})",
        ),
        Reason.NO_SUCH_TENSOR: translate(
            "sentences", "{file} is not imported: it holds no tensor of one or two dimensions."
        ),
        Reason.TENSOR_TOO_LARGE: translate(
            "sentences", "{tensor} has {size} numbers; a tensor may have at most {limit}. Nothing was changed."
        ),
        Reason.TENSOR_NOT_FINITE: translate(
            "sentences", "{tensor} holds nan, inf or a number beyond float32. Nothing was changed."
        ),
        Reason.WRONG_SHAPE: translate("sentences", "The shape {shape} does not suit {tensor}. Nothing was changed."),
        Reason.NO_TENSOR: translate("sentences", "{tensor} has no values yet: there is nothing to write."),
        Reason.OUT_OF_MEMORY: translate(
            "sentences",
            "Out of memory on {device}; nothing was changed. Choose smaller sizes or the device cpu. {detail}",
        ),
        Reason.DEVICE_LOST: translate(
            "sentences", "The device {device} failed. Work continues on the CPU from the last state. {detail}"
        ),
        Reason.UNEXPECTED: translate("sentences", "{action} failed inside the program, nothing was changed: {detail}"),
        Reason.TORCH_MISSING: translate(
            "sentences", "PyTorch cannot be loaded, so nothing can be computed. Install it again. {detail}"
        ),
        Reason.RUN_CRASHED: translate(
            "sentences", "The program was not closed the last time, it broke off. What is known of it is in {file}."
        ),
        Reason.NOT_WRITABLE: translate(
            "sentences",
            "Nothing can be written to {folder}. Everything works, but is not kept there for the next start.",
        ),
        Reason.SETTINGS_DAMAGED: translate(
            "sentences", "Settings that could not be read are the usual ones now. The old file is kept as {kept}."
        ),
        Reason.NO_TRANSLATION: translate(
            "sentences",
            "The translation {file} is missing or damaged, so the texts are English. Installing again brings it back.",
        ),
    }
