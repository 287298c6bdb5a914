"""The loss over one or two parameters, all else as it is: one batched call, without a graph."""

import torch

from perceptron_gui.core.questions import Landscape, Surface
from perceptron_gui.core.snapshot import Element, FloatArray, Reduction, TensorName, frozen


def surface(question: Landscape, device: str) -> Surface:
    """Return the loss at every place of the grid, (rows, columns).

    The largest tensor on the way has rows · columns · samples taken elements: whoever asks bounds them.
    """
    with torch.inference_mode():
        return Surface(frozen(_losses(question, device).cpu().numpy()))


def _losses(question: Landscape, device: str) -> torch.Tensor:
    snapshot = question.snapshot
    rows = slice(None) if snapshot.rows is None else list(snapshot.rows)

    def tensor(array: FloatArray) -> torch.Tensor:
        return torch.tensor(array, device=device)

    x, y_true, W, b = (tensor(array) for array in (snapshot.x[rows], snapshot.y_true[rows], snapshot.W, snapshot.b))
    # Two axes of the grid, and the samples along the third.
    chosen = [(question.across, tensor(question.first).reshape(1, -1, 1))]
    if question.down is not None:
        chosen.append((question.down, tensor(question.second).reshape(-1, 1, 1)))
    for element, _ in chosen:
        _parameter(element, W, b).zero_()
    z = x @ W + b
    terms = (y_true - torch.sigmoid(z)) ** 2
    outputs = sorted({element.column for element, _ in chosen})
    terms[:, outputs] = 0
    losses = terms.sum()
    for output in outputs:
        moved = z[:, output]
        for element, places in chosen:
            if element.column == output:
                moved = moved + (places * x[:, element.row] if element.name == TensorName.W else places)
        losses = losses + moved.sigmoid_().sub_(y_true[:, output]).square_().sum(-1)
    if snapshot.reduction is not Reduction.SUM:
        losses = losses / y_true.numel()
    if snapshot.reduction is Reduction.WEIGHTED:
        losses = losses * len(x) / snapshot.m
    return losses.expand(len(question.second), len(question.first))


def _parameter(element: Element, W: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return W[element.row, element.column] if element.name == TensorName.W else b[element.column]
