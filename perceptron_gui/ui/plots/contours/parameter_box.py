"""Fields that take the names of parameters, as PyTorch indexes them."""

import re
from itertools import islice

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QWidget
from typing_extensions import override

from perceptron_gui.core.lines import parameter
from perceptron_gui.core.snapshot import Element, TensorName
from perceptron_gui.ui.wheel_guard import WheelGuard

translate = QCoreApplication.translate
MOST_LISTED = 100
"""Of each tensor so many elements can be picked from the list; any can be typed."""
_NAME = re.compile(
    r"\s*(?:(?P<W>[Ww])\s*\[\s*(?P<row>\d{1,9})\s*,\s*(?P<column>\d{1,9})\s*\]|b\s*\[\s*(?P<output>\d{1,9})\s*\])\s*",
    re.ASCII,
)


class ParameterBox(QComboBox):
    """It shows the element it is given, and asks for the one that is picked or typed: `W[1, 0]`, `b[0]`."""

    element_chosen = Signal(object)
    text_refused = Signal(str)
    """What was typed is no parameter of this layer; the field shows again what it showed."""

    def __init__(self, name: str) -> None:
        super().__init__(editable=True, insertPolicy=QComboBox.InsertPolicy.NoInsert)
        self.setObjectName(name)
        self._sizes = (0, 0)
        self._shown = ""
        self.setCompleter(None)  # type: ignore[arg-type]
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(7)
        WheelGuard(self)
        self.textActivated.connect(self._on_text_entered)
        line = self.lineEdit()
        if line is not None:
            line.editingFinished.connect(self._on_editing_finished)

    def display(self, element: Element, n: int, k: int) -> None:
        """Show an element of a layer of these sizes."""
        if (n, k) != self._sizes:
            self._sizes = n, k
            self.clear()
            self.addItems(_names(n, k))
        self._shown = parameter(element)
        # A text that is none of the list stays free text.
        self.setCurrentIndex(self.findText(self._shown))
        self.setEditText(self._shown)

    @override
    def showPopup(self) -> None:
        self.setCurrentIndex(self.findText(self._shown))
        super().showPopup()

    def _on_editing_finished(self) -> None:
        self._on_text_entered(self.currentText())

    def _on_text_entered(self, text: str) -> None:
        if text == self._shown:
            return
        self.setEditText(self._shown)
        element = element_named(text, *self._sizes)
        if element is None:
            self.text_refused.emit(text)
        elif parameter(element) != self._shown:
            self.element_chosen.emit(element)


class ParameterPair(QWidget):
    """Chooses the parameters of two axes, or of one where W is one number. The same one for both swaps the axes.

    A choice stays as long as the layer has such an element.
    """

    chosen = Signal()
    text_refused = Signal(str)

    def __init__(self, name: str) -> None:
        super().__init__()
        self._sizes = (0, 0)
        self._across = self._down = Element(TensorName.W.value, 0, 0)
        self.across_box = ParameterBox(f"{name}_across_box")
        self.down_box = ParameterBox(f"{name}_down_box")
        self._signs = QLabel("→"), QLabel("↑")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for sign, box in zip(self._signs, (self.across_box, self.down_box), strict=True):
            row.addWidget(sign)
            row.addWidget(box)
            box.text_refused.connect(self.text_refused)
        self._loss = QLabel("loss")
        row.addWidget(self._loss)
        row.addStretch(1)
        self.across_box.element_chosen.connect(self._on_across_chosen)
        self.down_box.element_chosen.connect(self._on_down_chosen)

    @property
    def is_single(self) -> bool:
        """Whether there is one axis only."""
        return self._sizes == (1, 1)

    @property
    def elements(self) -> tuple[Element, Element | None]:
        """The parameter to the right, and the one upwards."""
        return self._across, None if self.is_single else self._down

    def display(self, n: int, k: int) -> bool:
        """Take the sizes of a layer; return whether another parameter than before is shown."""
        if (n, k) == self._sizes:
            return False
        before = self.elements
        self._sizes = n, k
        across, down = Element(TensorName.W.value, 0, 0), Element(TensorName.W.value, 1, 0)
        if n == 1:
            down = Element(TensorName.B.value, 0, 0)
        if not exists(self._across, n, k):
            self._across = across if self._down != across else down
        if not exists(self._down, n, k) or self._down == self._across:
            self._down = down if self._across != down else across
        self._show()
        return self.elements != before

    def retranslate(self) -> None:
        """Say everything in the language of now."""
        across, down = translate("ContourPlot", "Parameter to the right"), translate("ContourPlot", "Parameter upwards")
        for box, said in ((self.across_box, across), (self.down_box, down)):
            box.setAccessibleName(said)
            box.setToolTip(translate("ContourPlot", "{axis}: an element of W or b").format(axis=said))

    def _show(self) -> None:
        self.across_box.display(self._across, *self._sizes)
        self.down_box.display(self._down, *self._sizes)
        self.down_box.setVisible(not self.is_single)
        self._loss.setVisible(self.is_single)

    def _on_across_chosen(self, element: Element) -> None:
        self._down = self._across if element == self._down else self._down
        self._across = element
        self._show()
        self.chosen.emit()

    def _on_down_chosen(self, element: Element) -> None:
        self._across = self._down if element == self._across else self._across
        self._down = element
        self._show()
        self.chosen.emit()


def element_named(text: str, n: int, k: int) -> Element | None:
    """Return the element of W (n, k) or b (k,) that a text names; None where it names none."""
    found = _NAME.fullmatch(text)
    if found is None:
        return None
    if found["W"] is None:
        output = int(found["output"])
        return Element(TensorName.B.value, 0, output) if output < k else None
    row, column = int(found["row"]), int(found["column"])
    return Element(TensorName.W.value, row, column) if row < n and column < k else None


def exists(element: Element, n: int, k: int) -> bool:
    """Whether a layer of these sizes has such an element."""
    return element.row < n and element.column < k


def _names(n: int, k: int) -> list[str]:
    weights = (Element(TensorName.W.value, row, column) for row in range(n) for column in range(k))
    biases = (Element(TensorName.B.value, 0, column) for column in range(k))
    return [parameter(element) for elements in (weights, biases) for element in islice(elements, MOST_LISTED)]
