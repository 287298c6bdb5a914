"""The names of the phases."""

from PySide6.QtCore import QCoreApplication

from perceptron_gui.core.actions import Operation

translate = QCoreApplication.translate


def of_phase(operation: Operation) -> str:
    """Name a phase."""
    match operation:
        case Operation.FORWARD:
            return translate("sentences", "Forward")
        case Operation.BACKWARD:
            return translate("sentences", "Backward")
        case Operation.UPDATE:
            return translate("sentences", "Update")
        case Operation.ZERO_GRAD:
            return translate("sentences", "Zero grad")
