"""One derivative in three ways: autograd, the chain rule, the central difference."""

from perceptron_gui.core.questions import Checked
from perceptron_gui.core.snapshot import Element, Snapshot


def checked(snapshot: Snapshot, element: Element, device: str) -> Checked:
    """Return the derivative of the loss by `element` in three ways."""
    raise NotImplementedError
