"""`.pt`: tensors and state_dicts, `weights_only`, so that nothing in the file is ever run."""

import pickle
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import torch

from perceptron_gui.core.importing.tensors import as_float32, check_size, shortened
from perceptron_gui.core.importing.values import TensorFile
from perceptron_gui.core.problems import Problem, Reason
from perceptron_gui.core.snapshot import FloatArray, TensorName

_LONGEST_PICKLE = 2**20
_MOST_FILES = 4096
_DEEPEST = 4


def read_pt(path: Path) -> TensorFile:
    """Read the tensors of a `.pt` file, those of nested dictionaries as `model.0.weight`.

    Tensors of more than two dimensions, and what is none, are left out.

    Raises:
        Problem: NOT_TENSORS, RUNS_CODE, or what `tensors.as_float32` raises; OSError where it cannot be read.
    """
    _check_archive(path)
    try:
        held = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except pickle.UnpicklingError as error:
        detail = str(error).rpartition("WeightsUnpickler error: ")[2]
        raise Problem(Reason.RUNS_CODE, file=path.name, detail=shortened(detail)) from error
    except Exception as error:
        # What a damaged file makes of it is anything.
        raise Problem(Reason.NOT_TENSORS, file=path.name, detail=shortened(str(error))) from error
    named = dict(_tensors(held, path.stem))
    check_size(path.name, sum(tensor.numel() for tensor in named.values()) // len(TensorName))
    return TensorFile({name: _float32(name, tensor) for name, tensor in named.items()})


def _check_archive(path: Path) -> None:
    """Raise NOT_TENSORS unless a file is an archive as `torch.save` has made it since 1.6, nothing in it compressed."""
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise Problem(Reason.NOT_TENSORS, file=path.name, detail=shortened(str(error))) from error
    names = [member.filename for member in members]
    if any("/code/" in name or name.endswith("/constants.pkl") for name in names):
        raise Problem(Reason.RUNS_CODE, file=path.name, detail="TorchScript")
    pickled = [member for member in members if member.filename.endswith("data.pkl")]
    if (
        len(pickled) != 1
        or len(members) > _MOST_FILES
        or pickled[0].file_size > _LONGEST_PICKLE
        or any(member.compress_type != zipfile.ZIP_STORED for member in members)
    ):
        raise Problem(Reason.NOT_TENSORS, file=path.name, detail="not as torch.save writes it")


def _tensors(held: object, name: str, depth: int = 0) -> Iterator[tuple[str, torch.Tensor]]:
    """Yield the tensors that could be one of the layer's."""
    if isinstance(held, torch.Tensor):
        is_plain = held.layout is torch.strided and not held.is_complex() and not held.is_quantized
        if is_plain and held.ndim <= 2 and held.numel():
            yield name, held
    elif isinstance(held, Mapping) and depth < _DEEPEST:
        for key, value in held.items():
            if isinstance(key, str):
                yield from _tensors(value, f"{name}.{key}" if depth else key, depth + 1)


def _float32(name: str, tensor: torch.Tensor) -> FloatArray:
    check_size(name, tensor.numel())
    is_half = tensor.dtype is torch.bfloat16
    return as_float32(name, (tensor.detach().float() if is_half else tensor.detach()).numpy())
