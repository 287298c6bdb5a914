"""The graph that autograd built, walked from `loss.grad_fn` along `next_functions`."""

from perceptron_gui.core.questions import Graph
from perceptron_gui.core.snapshot import Snapshot


def walked(snapshot: Snapshot, device: str) -> Graph:
    """Return the graph of the Forward of a state."""
    raise NotImplementedError
