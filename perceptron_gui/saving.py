"""Writes a session document, and the file with its arrays where it needs one."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from perceptron_gui import files
from perceptron_gui.core import storage
from perceptron_gui.core.history import History
from perceptron_gui.core.problems import Problem
from perceptron_gui.journal import Kept


@dataclass(frozen=True, slots=True)
class LeaveOut:
    """A question: to keep the file at `path` openable, the oldest `count` entries would not be in it; save it so?

    `undone` is how many of the last ones, which were undone, would not be in it either; `may_overwrite` is what the
    person has agreed to already.
    """

    path: Path
    count: int
    undone: int = 0
    may_overwrite: bool = False


def written(
    history: History, left_out: int, path: Path, *, may_overwrite: bool, may_leave_out: bool
) -> Kept | LeaveOut:
    """Write a document, and the file with its arrays where it needs one: both or neither.

    Returns:
        Where it is kept; or a question where entries would have to be left out that nobody has agreed to: nothing is
        written then.

    Raises:
        Problem: NOT_SAVED.
    """
    encoded = storage.encoded(history, left_out)
    question = LeaveOut(path, encoded.left_out - left_out, encoded.undone_left_out, may_overwrite)
    if (question.count or question.undone) and not may_leave_out:
        return question
    files.clear(path)
    tensors = path.with_name(storage.tensors_name(path, encoded.digest)) if encoded.tensors is not None else None
    is_new = tensors is not None and not tensors.exists()
    before = storage.tensors_named(path)
    if tensors is not None and encoded.tensors is not None:
        # Under a name of its own: what the document of before needs stays until there is another document.
        files.write(tensors, encoded.tensors)
    try:
        files.write(path, encoded.data)
    except Problem:
        if tensors is not None and is_new:
            tensors.unlink(missing_ok=True)
        raise
    kept = Kept.at(path, left_out)
    if before and before != encoded.digest:
        with suppress(OSError):
            _drop_tensors(path, before)
    return kept


def _drop_tensors(path: Path, digest: str) -> None:
    """Delete the file with the arrays of the document that was replaced, unless another document needs it."""
    others = (other for other in path.parent.glob(f"*{storage.SUFFIX}") if other != path)
    old = storage.tensors_beside(path, digest)
    if old is not None and all(storage.tensors_named(other) != digest for other in others):
        old.unlink(missing_ok=True)
