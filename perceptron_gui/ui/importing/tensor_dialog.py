"""What a person chooses of a file whose tensors have other names than the layer's."""

from PySide6.QtCore import QCoreApplication, QEvent, Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QFormLayout, QLabel, QWidget
from typing_extensions import override

from perceptron_gui.core.actions import Import
from perceptron_gui.core.editing import sizes_after_import
from perceptron_gui.core.importing import tensors
from perceptron_gui.core.importing.values import TensorFile
from perceptron_gui.core.problems import Problem
from perceptron_gui.core.snapshot import Snapshot, TensorName
from perceptron_gui.ui import problem_sentences
from perceptron_gui.ui.elided_label import ElidedLabel
from perceptron_gui.ui.importing import words

translate = QCoreApplication.translate


class TensorDialog(QDialog):
    """Asks which array, or which `nn.Linear`, becomes which tensor."""

    import_chosen = Signal(object)
    """The Import that a person chose; the dialog has closed."""

    def __init__(self, held: TensorFile, file: str, current: Snapshot, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("import_tensor_dialog")
        self._held = held
        self._file = file
        self._current = current
        self._layers = held.layers
        self._names = list(held.arrays)
        self._source, self._target = QComboBox(), QComboBox()
        self._source.setObjectName("import_array_combo_box")
        self._target.setObjectName("import_tensor_combo_box")
        self._source.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._source.setMinimumContentsLength(36)
        for prefix in self._layers:
            k, n = held.arrays[f"{prefix}weight"].shape
            self._source.addItem(f"{tensors.shortened(prefix)}weight.T: nn.Linear({n}, {k})")
        for name in self._names:
            self._source.addItem(f"{tensors.shortened(name)} {held.arrays[name].shape}")
        self._source_label, self._target_label = QLabel(), QLabel()
        self._result = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self._result.setObjectName("import_result_label")
        self._result.setMinimumHeight(2 * self.fontMetrics().lineSpacing() + 4)
        self._box = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self._ok = self._box.button(QDialogButtonBox.StandardButton.Ok)
        self._ok.setObjectName("import_ok_button")
        self._cancel = self._box.button(QDialogButtonBox.StandardButton.Cancel)
        layout = QFormLayout(self)
        layout.addRow(ElidedLabel(file))
        layout.addRow(self._source_label, self._source)
        layout.addRow(self._target_label, self._target)
        layout.addRow(self._result)
        layout.addRow(self._box)
        self._source_label.setBuddy(self._source)
        self._target_label.setBuddy(self._target)
        self._source.currentIndexChanged.connect(self._say)
        self._box.accepted.connect(self._on_accepted)
        self._box.rejected.connect(self.reject)
        self.retranslate()
        self._target.currentIndexChanged.connect(self._say)
        self.resize(520, self.sizeHint().height())

    def retranslate(self) -> None:
        """Say everything in the language of now."""
        self.setWindowTitle(translate("ImportDialog", "Import tensors"))
        self._source_label.setText(translate("ImportDialog", "&In the file:"))
        self._target_label.setText(translate("ImportDialog", "&Becomes:"))
        self._ok.setText(translate("ImportDialog", "Import"))
        self._cancel.setText(translate("ImportDialog", "Cancel"))
        self._say()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    @Slot()
    def _say(self) -> None:
        """Offer what the chosen array can become, and say what the import would make or why it cannot be done."""
        index = self._source.currentIndex()
        self._offer([None] if index < len(self._layers) else list(TensorName))
        try:
            text = words.shapes_after(sizes_after_import(self._current, self._chosen()))
            self._ok.setEnabled(True)
        except Problem as problem:
            text = problem_sentences.of_problem(problem)
            self._ok.setEnabled(False)
        self._result.setText(text)

    def _offer(self, targets: list[TensorName | None]) -> None:
        if [self._target.itemData(row) for row in range(self._target.count())] == targets:
            return
        self._target.clear()
        for target in targets:
            self._target.addItem("W, b" if target is None else target.value, target)
        self._target.setEnabled(len(targets) > 1)

    def _chosen(self) -> Import:
        index = self._source.currentIndex()
        if index < len(self._layers):
            return tensors.layer(self._held, self._layers[index], self._file)
        array = self._held.arrays[self._names[index - len(self._layers)]]
        target = TensorName(self._target.currentData() or TensorName.X)
        return Import(self._file, tensors.fitted({target: array}, self._current.m))

    @Slot()
    def _on_accepted(self) -> None:
        action = self._chosen()
        self.accept()
        self.import_chosen.emit(action)
