"""`.npy` and `.safetensors`: what a header says is held against the file before anything is allocated."""

import math
import os
import re
from pathlib import Path
from typing import Annotated, BinaryIO

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import Meta

from perceptron_gui.core.importing.tensors import as_float32, check_size
from perceptron_gui.core.importing.values import TensorFile
from perceptron_gui.core.problems import Problem, Reason
from perceptron_gui.core.snapshot import FloatArray

_LONGEST_HEADER = 2**20
_MAGIC = re.compile(rb"\x93NUMPY(?:\x01\x00(?P<short>..)|[\x02\x03]\x00(?P<long>....))", re.DOTALL)
# All that numpy.save writes of numbers; `O` and structures, which could hold Python objects, are not among them.
_HEADER = re.compile(
    rb"\{'descr': '(?P<type>[<>|=]?(?:f[248]|[iu][1248]|b1))', 'fortran_order': (?P<fortran>True|False), "
    rb"'shape': \((?P<shape>(?:\d{1,18}, ?)*(?:\d{1,18})?)\), ?\}[ \n]*"
)
_TYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "<i1",
    "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "<u1", "BOOL": "|b1",
}  # fmt: skip


class _Info(msgspec.Struct):
    dtype: str
    shape: list[Annotated[int, Meta(ge=0, le=2**48)]]
    data_offsets: tuple[Annotated[int, Meta(ge=0)], Annotated[int, Meta(ge=0)]]


_decode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_decode_info = msgspec.json.Decoder(_Info).decode


def read_npy(path: Path) -> TensorFile:
    """Read the one array of a `.npy` file; its name is the file's.

    Raises:
        Problem: NOT_TENSORS, or what `tensors.as_float32` raises; OSError where the file cannot be read.
    """
    with path.open("rb") as file:
        start = file.read(12)
        magic = _MAGIC.match(start)
        if magic is None:
            raise Problem(Reason.NOT_TENSORS, file=path.name, detail="no .npy magic string")
        length = int.from_bytes(magic["short"] or magic["long"], "little")
        file.seek(magic.end())
        header = _HEADER.fullmatch(file.read(min(length, _LONGEST_HEADER)))
        if header is None:
            raise Problem(Reason.NOT_TENSORS, file=path.name, detail="not an array of numbers")
        shape = tuple(int(size) for size in header["shape"].replace(b" ", b"").split(b",") if size)
        dtype = np.dtype(header["type"].decode())
        size = math.prod(shape)
        if os.fstat(file.fileno()).st_size - file.tell() != size * dtype.itemsize:
            raise Problem(Reason.NOT_TENSORS, file=path.name, detail=f"{shape} {dtype} is not what the file holds")
        _check_shape(path.stem, shape, size)
        file.seek(0)
        return TensorFile({path.stem: as_float32(path.stem, np.load(file, allow_pickle=False))})


def read_safetensors(path: Path) -> TensorFile:
    """Read the arrays of a `.safetensors` file; those of more than two dimensions are left out.

    Raises:
        Problem: NOT_TENSORS, or what `tensors.as_float32` raises; OSError where the file cannot be read.
    """
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        room = os.fstat(file.fileno()).st_size - 8 - length
        if length > _LONGEST_HEADER or room < 0:
            raise Problem(Reason.NOT_TENSORS, file=path.name, detail="the header has no such length")
        try:
            header = _decode(file.read(length))
            header.pop("__metadata__", None)
            infos = {name: _decode_info(info) for name, info in header.items()}
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            raise Problem(Reason.NOT_TENSORS, file=path.name, detail=str(error)) from error
        if sum(info.data_offsets[1] - info.data_offsets[0] for info in infos.values()) > room:
            raise Problem(Reason.NOT_TENSORS, file=path.name, detail="tensors overlap, or end behind the file")
        wanted = {name: info for name, info in infos.items() if len(info.shape) <= 2 and info.dtype in _TYPES}
        for name, info in wanted.items():
            start, end = info.data_offsets
            size = math.prod(info.shape)
            if end - start != size * np.dtype(_TYPES[info.dtype]).itemsize or end > room or not size:
                raise Problem(Reason.NOT_TENSORS, file=path.name, detail=f"{info.shape} is not what the file holds")
            check_size(name, size)
        return TensorFile({name: as_float32(name, _values(file, 8 + length, info)) for name, info in wanted.items()})


def _check_shape(name: str, shape: tuple[int, ...], size: int) -> None:
    if len(shape) > 2 or not size:
        raise Problem(Reason.WRONG_SHAPE, tensor=name, shape=shape)
    check_size(name, size)


def _values(file: BinaryIO, offset: int, info: _Info) -> npt.NDArray[np.generic]:
    start, end = info.data_offsets
    file.seek(offset + start)
    values: npt.NDArray[np.generic] = np.frombuffer(file.read(end - start), _TYPES[info.dtype]).reshape(info.shape)
    return _from_bfloat16(values) if info.dtype == "BF16" else values


def _from_bfloat16(values: npt.NDArray[np.generic]) -> FloatArray:
    """A bfloat16 is the upper half of a float32."""
    return np.left_shift(values.astype(np.uint32), 16).view(np.float32)
