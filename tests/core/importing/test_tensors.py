"""Tensor files against the libraries that write them: NumPy, safetensors and torch; and files that lie."""

import os
import pickle
import struct
import subprocess
import sys
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch
from hypothesis import given
from hypothesis import strategies as st

from perceptron_gui.core.importing import tensors
from perceptron_gui.core.importing.reading import read
from perceptron_gui.core.importing.values import DETECTED, TensorFile
from perceptron_gui.core.problems import Problem, Reason
from perceptron_gui.core.snapshot import FloatArray, TensorName, frozen
from tests.strategies import briefly

X, Y_TRUE, W, B = TensorName
TYPES = ("float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool")


def held(path: Path) -> TensorFile:
    found = read(path, DETECTED)
    assert isinstance(found, TensorFile)
    for array in found.arrays.values():
        assert array.dtype == np.float32
        assert array.flags.c_contiguous
        assert not array.flags.writeable
    return found


def refused(path: Path) -> Reason:
    with pytest.raises(Problem) as caught:
        read(path, DETECTED)
    return caught.value.reason


def values(kind: str) -> torch.Tensor:
    return torch.tensor([[0, 1, 2], [3, 4, 100]]).to(getattr(torch, kind))


class TestTypesAndShapes:
    @pytest.mark.parametrize("kind", [*TYPES, "bfloat16"])
    def test_any_real_type_becomes_float32_as_torch_makes_it(self, tmp_path: Path, kind: str) -> None:
        tensor = values(kind)
        safetensors.torch.save_file({"x": tensor}, tmp_path / "a.safetensors")
        torch.save({"x": tensor}, tmp_path / "a.pt")
        paths = [tmp_path / "a.safetensors", tmp_path / "a.pt"]
        if kind != "bfloat16":
            np.save(tmp_path / "x.npy", tensor.numpy())
            paths.append(tmp_path / "x.npy")
        for path in paths:
            assert held(path).arrays["x"].tobytes() == tensor.float().numpy().tobytes()

    @pytest.mark.parametrize("order", [">f4", ">f8", ">i2", "=f4"])
    def test_other_orders_of_bytes_and_of_axes(self, tmp_path: Path, order: str) -> None:
        array = np.asfortranarray(np.arange(6).reshape(2, 3).astype(order))
        np.save(tmp_path / "x.npy", array)
        assert held(tmp_path / "x.npy").arrays["x"].tolist() == [[0, 1, 2], [3, 4, 5]]

    @briefly
    @given(st.lists(st.floats(width=64, allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
    def test_float64_is_rounded_as_torch_rounds_or_refused(self, drawn: list[float]) -> None:
        array = np.array(drawn)
        expected = torch.from_numpy(array).float().numpy()
        if np.isfinite(expected).all():
            assert tensors.as_float32("x", array).tobytes() == expected.tobytes()
        else:
            with pytest.raises(Problem) as caught:
                tensors.as_float32("x", array)
            assert caught.value.reason is Reason.TENSOR_NOT_FINITE

    @pytest.mark.parametrize("bad", [np.nan, np.inf, 1e39])
    def test_what_is_not_finite_is_refused(self, tmp_path: Path, bad: float) -> None:
        np.save(tmp_path / "x.npy", np.array([1, bad]))
        torch.save(torch.tensor([1, bad], dtype=torch.float64), tmp_path / "x.pt")
        safetensors.torch.save_file({"x": torch.tensor([1, bad], dtype=torch.float64)}, tmp_path / "x.safetensors")
        assert {refused(tmp_path / f"x{kind}") for kind in (".npy", ".pt", ".safetensors")} == {
            Reason.TENSOR_NOT_FINITE
        }

    def test_what_has_no_fitting_shape(self, tmp_path: Path) -> None:
        np.save(tmp_path / "x.npy", np.zeros((2, 3, 4)))
        assert refused(tmp_path / "x.npy") is Reason.WRONG_SHAPE
        np.save(tmp_path / "x.npy", np.zeros((0, 3)))
        assert refused(tmp_path / "x.npy") is Reason.WRONG_SHAPE
        torch.save({"conv": torch.zeros(2, 3, 4), "epoch": 3}, tmp_path / "x.pt")
        assert refused(tmp_path / "x.pt") is Reason.NO_SUCH_TENSOR
        safetensors.torch.save_file({"conv": torch.zeros(2, 3, 4), "b": torch.zeros(2)}, tmp_path / "x.safetensors")
        assert list(held(tmp_path / "x.safetensors").arrays) == ["b"]

    def test_a_large_tensor_of_few_numbers(self, tmp_path: Path) -> None:
        torch.save(torch.zeros(1).expand(2**15, 2**15), tmp_path / "x.pt")
        assert refused(tmp_path / "x.pt") is Reason.TENSOR_TOO_LARGE


class TestWhichTensorItIs:
    @staticmethod
    def found(m: int = 1, **arrays: Any) -> dict[TensorName, FloatArray]:
        action = tensors.found(TensorFile({name: frozen(array) for name, array in arrays.items()}), "a.pt", m)
        return {} if action is None else dict(action.tensors)

    def test_by_its_name(self) -> None:
        found = self.found(y_true=[[1], [2]], x=[[1, 2], [3, 4]], W=[[5], [6]], b=[7], z=[[8]])
        assert list(found) == list(TensorName)
        assert found[X].tolist() == [[1, 2], [3, 4]]
        assert found[B].tolist() == [7]
        assert list(self.found(w=[[1]])) == [W]
        assert self.found(data=[[1]]) == {}

    def test_vectors_as_pytorch_takes_them(self) -> None:
        assert self.found(x=[1, 2, 3])[X].shape == (1, 3)
        assert self.found(y_true=[1, 2])[Y_TRUE].shape == (1, 2)
        assert self.found(m=2, y_true=[1, 2])[Y_TRUE].shape == (2, 1)
        assert self.found(x=[[1], [2], [3]], y_true=[1, 2, 3])[Y_TRUE].shape == (3, 1)
        assert self.found(W=[1, 2, 3])[W].shape == (3, 1)
        assert self.found(b=1)[B].shape == (1,)
        assert self.found(b=[[1, 2]])[B].shape == (2,)
        assert self.found(x=4)[X].shape == (1, 1)
        with pytest.raises(Problem) as caught:
            self.found(b=[[1], [2]])
        assert caught.value.reason is Reason.WRONG_SHAPE

    @pytest.mark.parametrize("prefix", ["", "0.", "model.head."])
    @pytest.mark.parametrize("bias", [True, False])
    def test_an_nn_linear_computes_the_same_when_transposed(self, tmp_path: Path, prefix: str, bias: bool) -> None:
        layer = torch.nn.Linear(3, 2, bias=bias)
        state = OrderedDict((prefix + name, tensor) for name, tensor in layer.state_dict().items())
        torch.save(state, tmp_path / "l.pt")
        safetensors.torch.save_file(dict(state), tmp_path / "l.safetensors")
        x = torch.rand(4, 3)
        for path in (tmp_path / "l.pt", tmp_path / "l.safetensors"):
            action = tensors.found(held(path), path.name, 1)
            assert action is not None
            assert action.is_transposed
            found = {name: torch.tensor(array) for name, array in action.tensors}
            assert found[W].numpy().tobytes() == layer.weight.detach().T.contiguous().numpy().tobytes()
            torch.testing.assert_close(x @ found[W] + found[B], layer(x).detach())

    def test_of_two_layers_a_person_chooses_one(self, tmp_path: Path) -> None:
        network = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.ReLU(), torch.nn.Linear(3, 2))
        torch.save({"model": network.state_dict(), "optimizer": {"lr": 0.1}, "epoch": 3}, tmp_path / "n.pt")
        found = held(tmp_path / "n.pt")
        assert tensors.found(found, "n.pt", 1) is None
        assert found.layers == ("model.0.", "model.2.")
        assert [array.shape for _, array in tensors.layer(found, "model.2.", "n.pt").tensors] == [(3, 2), (2,)]

    def test_what_only_looks_like_a_layer_is_none(self) -> None:
        odd = TensorFile({"weight": frozen([[1, 2]]), "bias": frozen([1, 2]), "myweight": frozen([[1]])})
        assert odd.layers == ()


class Payload:
    """Runs a command when it is unpickled."""

    def __init__(self, proof: Path) -> None:
        self._proof = proof

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {self._proof}",)


class TestHostileFiles:
    def test_no_payload_is_ever_run(self, tmp_path: Path) -> None:
        """Fault 44."""
        payload = Payload(tmp_path / "proof")
        torch.save(payload, tmp_path / "a.pt")
        torch.save({"x": torch.zeros(2), "y": payload}, tmp_path / "b.pt")
        (tmp_path / "c.pt").write_bytes(pickle.dumps(payload))
        torch.save(payload, tmp_path / "d.pt", _use_new_zipfile_serialization=False)
        np.save(tmp_path / "e.npy", np.array([payload], dtype=object), allow_pickle=True)
        (tmp_path / "f.npy").write_bytes(pickle.dumps(payload))
        (tmp_path / "g.safetensors").write_bytes(pickle.dumps(payload))
        found = [refused(path) for path in sorted(tmp_path.iterdir())]
        assert found == [Reason.RUNS_CODE, Reason.RUNS_CODE, *[Reason.NOT_TENSORS] * 5]
        assert not (tmp_path / "proof").exists()
        torch.load(tmp_path / "a.pt", weights_only=False)
        assert (tmp_path / "proof").exists(), "it would have run"

    def test_a_module_and_a_script_are_code(self, tmp_path: Path) -> None:
        torch.save(torch.nn.Linear(2, 2), tmp_path / "a.pt")
        with zipfile.ZipFile(tmp_path / "b.pt", "w") as archive:
            archive.writestr("b/data.pkl", b"")
            archive.writestr("b/code/__torch__.py", b"")
        assert {refused(tmp_path / "a.pt"), refused(tmp_path / "b.pt")} == {Reason.RUNS_CODE}

    def test_archives_as_torch_does_not_write_them(self, tmp_path: Path) -> None:
        torch.save({"x": torch.zeros(200, 200)}, tmp_path / "good.pt")
        with (
            zipfile.ZipFile(tmp_path / "good.pt") as good,
            zipfile.ZipFile(tmp_path / "packed.pt", "w", zipfile.ZIP_DEFLATED) as packed,
        ):
            for name in good.namelist():
                packed.writestr(name, good.read(name))
        data = (tmp_path / "good.pt").read_bytes()
        (tmp_path / "cut.pt").write_bytes(data[: len(data) // 2])
        with zipfile.ZipFile(tmp_path / "long.pt", "w") as archive:
            archive.writestr("a/data.pkl", b"\x80\x02" + b"(" * 2**21)
        (tmp_path / "empty.pt").write_bytes(b"")
        for name in ("packed", "cut", "long", "empty"):
            assert refused(tmp_path / f"{name}.pt") is Reason.NOT_TENSORS, name

    @given(data=st.data())
    @briefly
    def test_a_good_file_with_other_bytes_is_read_or_refused(
        self, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        folder = tmp_path_factory.getbasetemp()
        kind = data.draw(st.sampled_from([".npy", ".safetensors", ".pt"]))
        path = folder / f"x{kind}"
        tensor = torch.arange(6.0).reshape(2, 3)
        if kind == ".npy":
            np.save(path, tensor.numpy())
        elif kind == ".pt":
            torch.save({"x": tensor}, path)
        else:
            safetensors.torch.save_file({"x": tensor}, path)
        written = bytearray(path.read_bytes())
        for place, byte in data.draw(
            st.lists(st.tuples(st.integers(0, len(written) - 1), st.integers(0, 255)), min_size=1, max_size=4)
        ):
            written[place] = byte
        path.write_bytes(written)
        try:
            held(path)
        except Problem as problem:
            assert problem.reason.name in {  # noqa: PT017  either may come
                "NOT_TENSORS", "RUNS_CODE", "NO_SUCH_TENSOR", "TENSOR_NOT_FINITE", "WRONG_SHAPE", "TENSOR_TOO_LARGE",
                "FILE_UNREADABLE",
            }  # fmt: skip


def npy(header: str, data: bytes = b"") -> bytes:
    text = header.encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + data


def safe(header: str, data: bytes = b"") -> bytes:
    return struct.pack("<Q", len(header)) + header.encode() + data


LYING = {
    "a.npy": npy("{'descr': '<f4', 'fortran_order': False, 'shape': (4000000000, 4000000000), }", b"\0" * 64),
    "b.npy": npy("{'descr': '<f8', 'fortran_order': False, 'shape': (16777216, 1), }"),
    "c.npy": npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }", b"\0" * 15),
    "d.npy": npy("{'descr': '|O', 'fortran_order': False, 'shape': (2,), }", b"\0" * 16),
    "e.npy": npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", b"\0" * 4),
    "f.npy": npy("__import__('os').system('true')"),
    "g.npy": b"\x93NUMPY\x02\x00\xff\xff\xff\xff{",
    "h.npy": b"\x93NUMPY\x01\x00",
    "i.npy": npy("{'descr': '<f9', 'fortran_order': False, 'shape': (1,), }", b"\0" * 9),
    "a.safetensors": safe('{"x":{"dtype":"F32","shape":[1000000,1000000],"data_offsets":[0,4000000000000]}}'),
    "b.safetensors": safe('{"x":{"dtype":"F32","shape":[2,2],"data_offsets":[0,8]}}', b"\0" * 8),
    "c.safetensors": safe('{"x":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}', b"\0" * 8),
    "d.safetensors": safe('{"x":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}', b"\0" * 8),
    "e.safetensors": struct.pack("<Q", 2**63) + b"{}",
    "f.safetensors": safe("[" * 500_000),
    "g.safetensors": safe(
        "{" + ",".join(f'"{n}":{{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}' for n in range(9000)) + "}", b"\0" * 8
    ),
    "h.safetensors": b"",
    "i.safetensors": safe('{"x":{"dtype":"F32","shape":[' + "1," * 100_000 + '1],"data_offsets":[0,4]}}', b"\0" * 4),
}  # fmt: skip


@pytest.mark.parametrize("name", [name for name in LYING if name != "i.safetensors"])
def test_a_lying_header_is_refused(tmp_path: Path, name: str) -> None:
    """Fault 46."""
    (tmp_path / name).write_bytes(LYING[name])
    assert refused(tmp_path / name) is Reason.NOT_TENSORS


def test_refusing_takes_no_memory(tmp_path: Path) -> None:
    """Faults 44, 46 and 52: under 200 MB."""
    hostile = {
        **LYING,
        "junk.csv": b"x,y\n" * 1_000_000,
        "long.csv": b"9" * 10_000_000,
        "emoji.csv": ("\U0001f600" * 250_000 + "\n").encode() * 4,
        "blank.csv": b"1" + b"\n" * 10_000_000 + b"x",
        "wide.csv": b"," * 10_000_000,
        "quotes.csv": b'"' * 10_000_000,
        "huge.csv": b"1,2\n" * 5_000_000,
    }
    for name, data in hostile.items():
        (tmp_path / name).write_bytes(data)
    torch.save({"x": torch.zeros(1).expand(2**20, 2**10)}, tmp_path / "thin.pt")
    code = (
        "import resource, sys; from pathlib import Path;"
        "from perceptron_gui.core.importing.reading import read;"
        "from perceptron_gui.core.importing.values import DETECTED, Table;"
        "from perceptron_gui.core.problems import Problem;"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "for path in sorted(Path(sys.argv[1]).iterdir()):\n"
        "    try:\n"
        "        found = read(path, DETECTED)\n"
        "        ok = isinstance(found, Table) and all(isinstance(column, Problem) for column in found.columns)\n"
        "    except Problem:\n"
        "        ok = True\n"
        "    print(path.name, ok or 'ACCEPTED')\n"
        "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True, cwd=Path.cwd()
    )
    assert "ACCEPTED" not in done.stdout
    assert int(done.stdout.split()[-1]) < 200
