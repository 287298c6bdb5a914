"""How large a document gets, what it leaves out where it would be too large, and the file beside it."""

import hashlib
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st

from perceptron_gui.core import storage
from perceptron_gui.core.actions import CPU, STEP, Assign, Gesture, Start
from perceptron_gui.core.history import History
from perceptron_gui.core.problems import Problem, Reason
from perceptron_gui.core.snapshot import TensorName, frozen
from perceptron_gui.core.storage import fitting as fit
from perceptron_gui.core.storage.numbers import written
from tests.core.play import BACKWARD, FORWARD, NOTEBOOK_START, UPDATE, of_size
from tests.core.sessions import begun, contents, done, everything
from tests.strategies import GoBack, briefly


def typed(value: float) -> Assign:
    return Assign(TensorName.B, 0, 0, frozen([[value]]), Gesture.TYPE)


def refused(path: Path) -> Problem:
    with pytest.raises(Problem) as caught:
        storage.load(path)
    return caught.value


def saved(folder: Path, encoded: storage.Encoded) -> Path:
    """Write a document and what belongs beside it, as a save does."""
    path = folder / "big.perceptron"
    path.write_bytes(encoded.data)
    if encoded.tensors is not None:
        (folder / storage.tensors_name(path, encoded.digest)).write_bytes(encoded.tensors)
    return path


def test_a_thousand_steps_take_under_two_megabytes() -> None:
    history = done(begun(NOTEBOOK_START), *STEP * 1000)
    assert len(history.entries) == 4001
    encoded = storage.encoded(history)
    assert encoded.left_out == 0
    assert len(encoded.data) < 2_000_000
    assert len(storage.decoded(encoded.data).history.entries) == 4001


def test_tensors_that_did_not_change_cost_nothing() -> None:
    lines = storage.encoded(done(begun(of_size(100, 100, 1)), typed(1), typed(2))).data.splitlines()
    assert max(map(len, lines[2:-1])) < 400


@pytest.fixture(scope="module")
def whole() -> History:
    return everything()


@given(limit=st.integers(1500, 40_000), index=st.integers(0, 40), before=st.sampled_from([0, 5, 10**9]))
@briefly
def test_the_oldest_entries_are_left_out_and_counted(whole: History, limit: int, index: int, before: int) -> None:
    history = whole.at(index)
    encoded = storage.encoded(history, before, limit=limit)
    if encoded.tensors is not None:
        return
    assert len(encoded.data) <= limit
    opened = storage.decoded(encoded.data)
    first = encoded.left_out - before
    end = len(history.entries) - encoded.undone_left_out
    assert opened.left_out == encoded.left_out
    assert first <= index < end
    assert len(opened.history.entries) == end - first
    # What could be undone or redone is given up in this order.
    assert first == index or end == len(history.entries)
    # The first is whole; those that follow, and where one stands, are as they were.
    kept = History(history.entries[first:end], index - first)
    for there, here in zip(opened.history.entries, kept.entries, strict=True):
        assert (there.updates, there.preset, there.printed) == (here.updates, here.preset, here.printed)
    assert [line[3:] for line in contents(opened.history)[1:]] == [line[3:] for line in contents(kept)[1:]]
    assert opened.history.index == kept.index


def test_as_much_is_kept_as_there_is_room_for(whole: History) -> None:
    limit = 10_000
    encoded = storage.encoded(whole, limit=limit)
    assert 0 < encoded.left_out < whole.index
    more = History(whole.entries[encoded.left_out - 3 :], whole.index - encoded.left_out + 3)
    assert len(storage.encoded(more, encoded.left_out - 3).data) > limit


def test_a_history_that_does_not_fit_by_far_is_written_little_of(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = 0

    def counted(values: Any) -> Any:
        nonlocal numbers
        numbers += np.size(values)
        return written(values)

    monkeypatch.setattr(fit, "written", counted)
    history = begun(of_size(1, 1, 1))
    for _ in range(300):
        history = history.push(Start("notebook"), of_size(30, 30, 1), CPU)
    limit = 40_000
    encoded = storage.encoded(history, limit=limit)
    assert encoded.tensors is None
    assert 290 < encoded.left_out < 300
    assert numbers < limit


def test_ten_thousand_entries_near_the_limit_are_written_a_few_times_only(monkeypatch: pytest.MonkeyPatch) -> None:
    history = begun(of_size(3, 2, 1, 0.5))
    for number in range(10_000):
        # Presets are shared by all that start from them: what is left out has to be written out later.
        action = Start("or_gate") if number % 500 == 0 else typed(number / 7)
        history = done(history, action)
    wrote = 0
    write = fit._lines

    def counted(entries: Any, texts: Any) -> list[bytes]:
        nonlocal wrote
        wrote += 1
        return write(entries, texts)

    monkeypatch.setattr(fit, "_lines", counted)
    size = len(storage.encoded(history).data)
    for limit in (size, size - 1, size // 2):
        wrote = 0
        encoded = storage.encoded(history, limit=limit)
        assert len(encoded.data) <= limit
        assert wrote <= 4
        assert encoded.left_out == pytest.approx(10_000 * (1 - limit / size), rel=0.02, abs=10)


def test_an_undone_future_is_left_out_where_no_older_entry_is_left() -> None:
    history = done(begun(NOTEBOOK_START), *(FORWARD, BACKWARD) * 30).at(0)
    encoded = storage.encoded(history, limit=10_000)
    assert (encoded.left_out, encoded.tensors) == (0, None)
    opened = storage.decoded(encoded.data).history
    assert opened.index == 0
    assert len(opened.entries) == 61 - encoded.undone_left_out
    assert 1 < len(opened.entries) < 61


def test_no_more_entries_are_written_than_are_read() -> None:
    history = done(begun(NOTEBOOK_START), *(FORWARD,) * 20)
    first, lines = fit.fitting(history.entries, 20, 10**6, most=5)
    assert (first, len(lines)) == (16, 5)
    assert fit.fitting(history.entries, 3, 10**6, most=5)[0] == 3


def test_what_does_not_fit_lies_beside_the_document(tmp_path: Path) -> None:
    history = done(begun(of_size(30, 30, 1, 0.1)), FORWARD, BACKWARD, typed(np.nan), UPDATE, FORWARD, GoBack(1))
    encoded = storage.encoded(history, limit=5000)
    assert encoded.tensors is not None
    assert len(encoded.data) < 5000
    assert (encoded.left_out, encoded.undone_left_out) == (4, 1)
    assert encoded.digest == hashlib.sha256(encoded.tensors).hexdigest()
    opened = storage.load(saved(tmp_path, encoded))
    assert opened.left_out == 4
    assert contents(opened.history)[1][2:] == contents(History((history.entry,)))[1][2:]
    assert opened.history.entry.updates == 1


def test_the_file_beside_is_found_under_another_name(tmp_path: Path) -> None:
    encoded = storage.encoded(begun(of_size(30, 30, 1)), limit=2000)
    path = saved(tmp_path, encoded)
    assert storage.load(path.rename(tmp_path / "renamed.perceptron")).history.current.m == 30


# Fault 46, where it is a session's: the file beside it is missing, another, or lies.


def test_a_document_without_its_file_is_refused(tmp_path: Path) -> None:
    """Fault 46."""
    path = saved(tmp_path, storage.encoded(begun(of_size(30, 30, 1)), limit=2000))
    beside = next(tmp_path.glob("*.safetensors"))
    whole = beside.read_bytes()
    beside.write_bytes(whole[:-1] + b"\1")
    assert refused(path).reason is Reason.TENSORS_MISSING
    beside.unlink()
    problem = refused(path)
    assert problem.reason is Reason.TENSORS_MISSING
    assert str(problem.values["tensors"]).endswith(".safetensors")
    beside.mkdir()
    assert refused(path).reason is Reason.FILE_UNREADABLE


def lying(arrays: bytes) -> tuple[bytes, bytes]:
    """Return a document that names this very file, whatever is in it, and its name's digest."""
    encoded = storage.encoded(begun(of_size(30, 30, 1)), limit=2000)
    digest = hashlib.sha256(arrays).hexdigest()
    return encoded.data.replace(encoded.digest.encode(), digest.encode()), digest.encode()


def headed(text: bytes) -> bytes:
    """Return a file of safetensors with this header and a few bytes of numbers."""
    return len(text).to_bytes(8, "little") + text + bytes(4)


HEADERS = {
    "a header of 2^63 bytes": (2**63 - 1).to_bytes(8, "little"),
    "a header that ends nowhere": (100).to_bytes(8, "little") + b"{",
    "a tensor of 2^40 numbers": headed(
        b'{"0":{"dtype":"F32","shape":[1048576,1048576],"data_offsets":[0,4398046511104]}}'
    ),
    "a tensor that overflows": headed(b'{"0":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}'),
    "nothing": b"",
    "depth": headed(b"[" * 200_000),
}


@pytest.mark.parametrize("name", HEADERS)
def test_a_file_beside_that_lies_is_refused(tmp_path: Path, name: str) -> None:
    """Fault 46."""
    data, digest = lying(HEADERS[name])
    path = tmp_path / "a.perceptron"
    path.write_bytes(data)
    (tmp_path / f"a.{digest[:16].decode()}.safetensors").write_bytes(HEADERS[name])
    assert refused(path).reason is Reason.TENSORS_MISSING


@pytest.mark.parametrize("wrong", [np.zeros((30, 30), np.float64), np.zeros((30, 31), np.float32), None])
def test_a_tensor_of_another_kind_is_refused(tmp_path: Path, wrong: Any) -> None:
    """Fault 46."""
    encoded = storage.encoded(begun(of_size(30, 30, 1)), limit=2000)
    assert encoded.tensors is not None
    arrays = safetensors.numpy.load(encoded.tensors)
    del arrays["0"]
    arrays |= {} if wrong is None else {"0": wrong}
    tensors = safetensors.numpy.save(arrays)
    data, digest = lying(tensors)
    path = tmp_path / "a.perceptron"
    path.write_bytes(data)
    (tmp_path / f"a.{digest[:16].decode()}.safetensors").write_bytes(tensors)
    assert refused(path).reason is Reason.SESSION_DAMAGED


def test_of_the_file_beside_only_what_the_document_names_is_read(tmp_path: Path) -> None:
    """Fault 46: the tensor that nobody names would take 64 MiB."""
    encoded = storage.encoded(begun(of_size(30, 30, 1)), limit=2000)
    assert encoded.tensors is not None
    arrays = safetensors.numpy.load(encoded.tensors)
    tensors = safetensors.numpy.save(arrays | {"junk": np.zeros(2**24, np.float32)})
    data, digest = lying(tensors)
    path = tmp_path / "a.perceptron"
    path.write_bytes(data)
    (tmp_path / f"a.{digest[:16].decode()}.safetensors").write_bytes(tensors)
    del tensors
    tracemalloc.start()
    try:
        opened = storage.load(path)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert np.array_equal(opened.history.current.x, arrays["0"])
    assert most < 2**23
