"""Tensors that a file holds, by their names in it, and which of the layer's tensors they become.

A file may hold x, y_true, W and b by these names, or an `nn.Linear`, whose weight (k, n) is W transposed; of anything
else a person says which tensor it is.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from perceptron_gui.core.actions import Import
from perceptron_gui.core.editing import AXES, LARGEST
from perceptron_gui.core.importing.values import BIAS, WEIGHT, TensorFile
from perceptron_gui.core.problems import Problem, Reason
from perceptron_gui.core.snapshot import FloatArray, TensorName, frozen, sealed


def found(held: TensorFile, source: str, m: int) -> Import | None:
    """Return the import of what a file names, or None where a person has to choose.

    Args:
        held: what the file holds.
        source: its bare name.
        m: the number of samples now, which decides whether a vector is a column.

    Raises:
        Problem: WRONG_SHAPE.
    """
    named = {TensorName.X: "x", TensorName.Y_TRUE: "y_true", TensorName.W: "w", TensorName.B: "b"}
    by_name = {name.lower(): array for name, array in held.arrays.items()}
    chosen = {tensor: by_name[name] for tensor, name in named.items() if name in by_name}
    layers = held.layers
    if len(layers) == 1 and not {TensorName.W, TensorName.B} & set(chosen):
        of_layer = layer(held, layers[0], source)
        return Import(source, (*fitted(chosen, m), *of_layer.tensors), is_transposed=True)
    return Import(source, fitted(chosen, m)) if chosen else None


def layer(held: TensorFile, prefix: str, source: str) -> Import:
    """Return the import of an `nn.Linear`: W = weight.T, and b = bias, or zeros without one."""
    weight = held.arrays[prefix + WEIGHT]
    bias = held.arrays.get(prefix + BIAS)
    b = sealed(np.zeros(len(weight), np.float32)) if bias is None else bias
    return Import(source, ((TensorName.W, frozen(weight.T)), (TensorName.B, b)), is_transposed=True)


def fitted(chosen: Mapping[TensorName, FloatArray], m: int) -> tuple[tuple[TensorName, FloatArray], ...]:
    """Return arrays as the layer's tensors: x (m, n), y_true (m, k), W (n, k), b (k,).

    A vector is a single sample, as in PyTorch; y_true is a column where there are as many samples, and a vector W is
    the column of a single output.

    Raises:
        Problem: WRONG_SHAPE.
    """
    x = chosen.get(TensorName.X)
    samples = m if x is None else len(x) if x.ndim == 2 else 1
    return tuple((name, _fitted(name, chosen[name], samples)) for name in TensorName if name in chosen)


def _fitted(name: TensorName, array: FloatArray, samples: int) -> FloatArray:
    is_column = name is TensorName.W or (name is TensorName.Y_TRUE and samples > 1 and array.shape == (samples,))
    if array.ndim < 2 and name is not TensorName.B:
        array = array.reshape(-1, 1) if is_column else array.reshape(1, -1)
    elif name is TensorName.B and (array.ndim < 2 or len(array) == 1):
        array = array.reshape(-1)
    if array.ndim != len(AXES[name]) or not array.size:
        raise Problem(Reason.WRONG_SHAPE, tensor=name, shape=array.shape)
    return array if array.flags.c_contiguous and not array.flags.writeable else frozen(array)


def as_float32(name: str, array: npt.NDArray[np.generic]) -> FloatArray:
    """Return numbers of any real type as float32.

    Raises:
        Problem: TENSOR_TOO_LARGE before anything is allocated, TENSOR_NOT_FINITE also for what float32 cannot hold.
    """
    check_size(name, array.size)
    with np.errstate(over="ignore", invalid="ignore"):
        values = array.astype(np.float32, order="C", copy=True)
    if not np.isfinite(values).all():
        raise Problem(Reason.TENSOR_NOT_FINITE, tensor=shortened(name))
    return sealed(values)


def check_size(name: str, size: int) -> None:
    """Raise TENSOR_TOO_LARGE unless a tensor has at most LARGEST elements."""
    if size > LARGEST:
        raise Problem(Reason.TENSOR_TOO_LARGE, tensor=shortened(name), size=size, limit=LARGEST)


def shortened(name: str) -> str:
    """Return a name in a file as one line that is not too long."""
    name = " ".join(name[:200].split())
    return name if len(name) <= 60 else name[:59] + "…"
