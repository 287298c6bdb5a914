"""Writes a session document, and the file with its arrays where it needs one."""

import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from perceptron_gui import files
from perceptron_gui.core import storage
from perceptron_gui.core.history import History
from perceptron_gui.core.problems import Problem
from perceptron_gui.journal_file import Kept

_DIGEST = re.compile("[0-9a-f]{64}")


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
    clear(path)
    tensors = path.with_name(storage.tensors_name(path, encoded.digest)) if encoded.tensors is not None else None
    is_new = tensors is not None and not tensors.exists()
    before = storage.tensors_named(path)
    mark = _mark_of(path, encoded.digest)
    if is_new:
        with suppress(OSError):
            mark.touch()
    try:
        if tensors is not None and encoded.tensors is not None:
            # Under a name of its own: what the document of before needs stays until there is another document.
            files.write(tensors, encoded.tensors)
        files.write(path, encoded.data)
    except Problem:
        if tensors is not None and is_new:
            tensors.unlink(missing_ok=True)
            mark.unlink(missing_ok=True)
        raise
    kept = Kept.at(path, left_out)
    with suppress(OSError):
        mark.unlink(missing_ok=True)
        if before and before != encoded.digest:
            _drop_tensors(path, before)
    return kept


def clear(path: Path) -> None:
    """Take away what a program that was killed while it saved this document has left; nobody may be saving it."""
    with suppress(OSError):
        for one in tuple(path.parent.iterdir()):
            digest = one.suffix[1:]
            if _DIGEST.fullmatch(digest) is None or one != _mark_of(path, digest):
                continue
            tensors = path.with_name(storage.tensors_name(path, digest))
            files.clear(tensors)
            if tensors.exists() and storage.tensors_named(path) != digest:
                _drop_tensors(path, digest)
            one.unlink()
    files.clear(path)


def _mark_of(path: Path, digest: str) -> Path:
    """Return the empty file that is there while arrays lie beside a document which does not name them yet."""
    return path.with_name(f"{files.part_of(path).name}.{digest}")


def _drop_tensors(path: Path, digest: str) -> None:
    """Delete the file with the arrays of the document that was replaced, unless another document needs it."""
    others = (other for other in path.parent.glob(f"*{storage.SUFFIX}") if other != path)
    old = storage.tensors_beside(path, digest)
    if old is not None and all(storage.tensors_named(other) != digest for other in others):
        old.unlink(missing_ok=True)
