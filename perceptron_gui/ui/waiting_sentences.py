"""What is said while somebody waits: torch loads, or the worker is busy."""

from PySide6.QtCore import QCoreApplication

from perceptron_gui.core.actions import Task
from perceptron_gui.ui.sentences import of_action

translate = QCoreApplication.translate


def loading(waiting: int) -> str:
    """Say that torch is being loaded, and that what is pressed now is not lost."""
    said = translate("sentences", "PyTorch is loading. What you press now is done as soon as it is ready.")
    return f"{said}\n{in_line(waiting)}" if waiting else said


def running(task: Task, waiting: int) -> str:
    """Say what the worker is busy with."""
    said = translate("sentences", "Running: {action}…").format(action=of_action(task))
    return f"{said}\n{in_line(waiting)}" if waiting else said


def in_line(waiting: int) -> str:
    """Say how many presses and edits wait."""
    return translate("sentences", "Waiting in line: {count}").format(count=waiting)
