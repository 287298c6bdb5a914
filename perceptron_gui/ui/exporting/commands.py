"""The commands that write a session, or its tensors, for other programs."""

import importlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from perceptron_gui import files
from perceptron_gui.background import Background
from perceptron_gui.core import storage
from perceptron_gui.core.exporting import notebook, script, tables, tensors
from perceptron_gui.core.exporting.watching import Watch
from perceptron_gui.core.problems import Problem, Reason
from perceptron_gui.core.snapshot import Snapshot
from perceptron_gui.document import Document
from perceptron_gui.ui.actions import Commands
from perceptron_gui.ui.exporting.formats import Format, Made
from perceptron_gui.ui.exporting.progress import ProgressLine
from perceptron_gui.ui.panel import Panel
from perceptron_gui.ui.tensor_view import TensorView

if TYPE_CHECKING:
    from perceptron_gui.ui.plots.plot import Plot

translate = QCoreApplication.translate
_PLOT_NAMES = ("export_picture", "export_numbers")
"""The commands that a plot has in its own menu too."""
NAMES = (
    "export_script", "export_notebook", "export_history", "export_tensor", "export_tensors", "export_state_dict",
    "export_report", *_PLOT_NAMES,
)  # fmt: skip


class ExportCommands(QObject):
    """Does them: asks for a file, and has it written beside the window, one at a time."""

    problem_found = Signal(object)
    """A Problem: no file was written."""
    told = Signal(str)
    """What was done, in a sentence."""

    def __init__(self, window: QWidget, document: Document) -> None:
        super().__init__(window)
        self._window = window
        self._document = document
        self._session = document.session
        self._folder: Path | None = None
        self._path = Path()
        self._remark = ""
        self._commands: Commands | None = None
        self._progress: ProgressLine | None = None
        self._background = Background(ThreadPoolExecutor(max_workers=1, thread_name_prefix="export"), self)
        self._background.changed.connect(self._on_changed)
        self._background.finished.connect(self._on_finished)
        self._background.cancelled.connect(self._on_cancelled)
        self._background.failed.connect(self.problem_found)

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what to do for each command, by its name."""
        return {
            "export_script": self._export_script,
            "export_notebook": self._export_notebook,
            "export_history": self._export_history,
            "export_tensor": self._export_tensor,
            "export_tensors": self._export_tensors,
            "export_state_dict": self._export_state_dict,
            "export_report": self._export_report,
            "export_picture": partial(self._export_plot, "picture_formats"),
            "export_numbers": partial(self._export_plot, "number_formats"),
            "cancel_export": self._background.cancel,
        }

    def progress_for(self, commands: Commands) -> ProgressLine:
        """Return where it is seen how far an export is; from now on the commands are enabled as they can be used."""
        self._commands = commands
        self._progress = ProgressLine(commands["cancel_export"])
        self._on_changed()
        return self._progress

    @staticmethod
    def offer_on(panel: Panel, commands: Commands) -> None:
        """Give a plot a menu with the commands that write it."""
        plots = _late("plots")
        if isinstance(panel, plots.Plot):
            plots.PlotMenu(panel, [commands[name] for name in _PLOT_NAMES])

    def close(self, patience: float) -> bool:
        """End what is being written, without a file. Returns whether it has ended in so many seconds."""
        return self._background.close(patience)

    def _export_script(self) -> None:
        make = partial(script.script, self._session.history)
        self._ask(self._stem(), Format(".py", translate("Exporting", "Python script"), make))

    def _export_notebook(self) -> None:
        make = partial(notebook.notebook, self._session.history)
        self._ask(self._stem(), Format(".ipynb", translate("Exporting", "Jupyter notebook"), make))

    def _export_history(self) -> None:
        history = self._session.history
        remark = "" if tables.has_parameters(history) else translate(
            "Exporting", "W, b and their gradients have too many numbers for columns of their own: they are not in it."
        )  # fmt: skip
        make = partial(tables.history_csv, history)
        self._ask(self._stem(), Format(".csv", translate("Exporting", "Table of numbers"), make, remark))

    def _export_tensor(self) -> None:
        view: QWidget | None = self._window.focusWidget()
        if not isinstance(view, TensorView):
            self.problem_found.emit(Problem(Reason.NO_CELLS))
            return
        name = view.tensor_model.content.name
        array = tensors.tensors(self._session.history.current).get(name)
        if array is None:
            self.problem_found.emit(Problem(Reason.NO_TENSOR, tensor=name))
            return
        self._ask(
            name.replace(".", "_"),
            Format(".csv", translate("Exporting", "Table of numbers"), partial(tables.tensor_csv, array)),
            Format(".npy", translate("Exporting", "NumPy array"), lambda _: tensors.npy(array)),
            Format(".safetensors", "safetensors", lambda _: tensors.safetensors_file({name: array})),
        )

    def _export_tensors(self) -> None:
        arrays = tensors.tensors(self._session.history.current)
        remark = translate("Exporting", "In it are: {names}.").format(names=", ".join(arrays))
        make = partial(_unwatched, partial(tensors.safetensors_file, arrays))
        self._ask("tensors", Format(".safetensors", "safetensors", make, remark))

    def _export_state_dict(self) -> None:
        snapshot = self._session.history.current
        remark = translate(
            "Exporting", "weight is W transposed, ({k}, {n}), and bias is b, as torch.nn.Linear({n}, {k}) has them."
        ).format(n=snapshot.n, k=snapshot.k)
        name = translate("Exporting", "state_dict of an nn.Linear")
        self._ask("linear", Format(".pt", name, partial(_state_dict, snapshot), remark))

    def _export_report(self) -> None:
        """Take the pictures while the file is being chosen."""
        history = self._session.history
        report = _late("report")
        about = report.About(self._stem(), datetime.now(UTC).astimezone())
        taking = report.ReportPictures(self._session, history, self)
        self._ask(self._stem(), *report.report_formats(history, about, taking.pictures))

    def _export_plot(self, formats: str) -> None:
        plots = _late("plots")
        plot: Plot | None = plots.plot_of(self._window.focusWidget())
        if plot is None:
            self.problem_found.emit(Problem(Reason.NO_PLOT))
        else:
            self._ask(plot.plot_widget.objectName().removesuffix("_plot"), *getattr(plots, formats)(plot))

    def _stem(self) -> str:
        """Return the name of the session without its suffix."""
        path = self._document.path
        return translate("Documents", "session") if path is None else path.stem

    def _ask(self, stem: str, *formats: Format) -> None:
        """Ask for the file, without holding anything up, and then have it written in the form of its suffix."""
        of_document = self._document.path.parent if self._document.path is not None else Path.home()
        folder = self._folder or of_document
        dialog = QFileDialog(self._window, translate("Exporting", "Export"), str(folder))
        dialog.setObjectName("export_dialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([one.name_filter for one in formats])
        dialog.setDefaultSuffix(formats[0].suffix.removeprefix("."))
        by_filter = {one.name_filter: one for one in formats}
        dialog.filterSelected.connect(
            lambda chosen: dialog.setDefaultSuffix(by_filter[chosen].suffix.removeprefix("."))
        )
        dialog.selectFile(f"{stem}{formats[0].suffix}" if len(formats) == 1 else stem)
        dialog.fileSelected.connect(
            lambda file: self._write(Path(file), _chosen(Path(file), formats, by_filter[dialog.selectedNameFilter()]))
        )
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _write(self, path: Path, chosen: Format) -> None:
        if self._background.is_busy:
            return
        if _is_session(path, self._document.path):
            detail = translate("Exporting", "that is the name of a session")
            self.problem_found.emit(Problem(Reason.NOT_SAVED, file=str(path), detail=detail))
            return
        self._folder, self._path, self._remark = path.parent, path, chosen.remark
        self._background.start(partial(_written, path, chosen.make))

    @Slot()
    def _on_changed(self) -> None:
        if self._commands is None or self._progress is None:
            return
        is_busy = self._background.is_busy
        for name in NAMES:
            self._commands[name].setEnabled(not is_busy)
        self._commands["cancel_export"].setEnabled(is_busy)
        if is_busy:
            self._progress.display(self._path.name, self._background.share)
        else:
            self._progress.end()

    @Slot(object)
    def _on_finished(self) -> None:
        said = translate("Exporting", "{file} is written.").format(file=self._path)
        self.told.emit(f"{said}\n{self._remark}" if self._remark else said)

    @Slot()
    def _on_cancelled(self) -> None:
        self.told.emit(translate("Exporting", "Cancelled: {file} is not written.").format(file=self._path))


def _late(module: str) -> Any:
    """Import what the first window does without: the plots, and the report with them."""
    return importlib.import_module(f"perceptron_gui.ui.exporting.{module}")


def _is_session(path: Path, opened: Path | None) -> bool:
    """Whether a file is a session by its name, or the one that is open, by whatever name."""
    if path.suffix.lower() == storage.SUFFIX:
        return True
    return opened is not None and path.exists() and opened.exists() and path.samefile(opened)


def _written(path: Path, make: Made, watch: Watch) -> None:
    files.write(path, make(watch))


def _chosen(path: Path, formats: tuple[Format, ...], otherwise: Format) -> Format:
    return next((one for one in formats if one.suffix == path.suffix.lower()), otherwise)


def _unwatched(make: Callable[[], Iterator[bytes]], _watch: Watch) -> Iterator[bytes]:
    return make()


def _state_dict(snapshot: Snapshot, _watch: Watch) -> Iterator[bytes]:
    """Write it on the worker, where torch may be imported."""
    checkpoint = importlib.import_module("perceptron_gui.core.exporting.checkpoint")
    pieces: Iterator[bytes] = checkpoint.state_dict(snapshot)
    return pieces
