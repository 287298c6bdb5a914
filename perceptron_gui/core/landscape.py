"""The loss over one or two parameters, all else as it is: one batched call."""

from perceptron_gui.core.questions import Landscape, Surface


def surface(question: Landscape, device: str) -> Surface:
    """Return the loss at every place of the grid."""
    raise NotImplementedError
