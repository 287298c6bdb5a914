"""The tensors of one moment, as NumPy and safetensors read them. Shapes are those that they have in PyTorch."""

import io
from collections.abc import Iterator, Mapping

import numpy as np
import safetensors.numpy

from perceptron_gui import __version__
from perceptron_gui.core.snapshot import FloatArray, Snapshot, TensorName


def tensors(snapshot: Snapshot) -> dict[str, FloatArray]:
    """Return the tensors that there are: x, y_true, W, b, then W.grad, b.grad, z, y_pred, loss.

    A single sample is a vector: x (n,), y_true, z and y_pred (k,). z and y_pred have a row for each row taken.
    """
    forward = snapshot.forward
    found: dict[str, FloatArray | None] = {
        name.value: snapshot.tensor(name).reshape(snapshot.shape(name)) for name in TensorName
    }
    found |= {"W.grad": snapshot.W_grad, "b.grad": snapshot.b_grad}
    if forward is not None:
        taken = forward.z[0] if len(forward.z) == 1 else forward.z
        found |= {"z": taken, "y_pred": forward.y_pred.reshape(taken.shape), "loss": forward.loss}
    return {name: array for name, array in found.items() if array is not None}


def npy(array: FloatArray) -> Iterator[bytes]:
    """Yield a tensor as `numpy.load` reads it."""
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    yield file.getvalue()


def safetensors_file(arrays: Mapping[str, FloatArray]) -> Iterator[bytes]:
    """Yield tensors, by their names, as `safetensors.torch.load_file` reads them."""
    yield safetensors.numpy.save(dict(arrays), {"program": f"perceptron-gui {__version__}"})
