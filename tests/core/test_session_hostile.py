"""Files that somebody made to do harm, or that something broke: each is refused with a reason. Faults 44, 45, 47."""

import json
import os
import pickle
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from perceptron_gui.core import storage
from perceptron_gui.core.actions import CPU
from perceptron_gui.core.history import History
from perceptron_gui.core.problems import Problem, Reason
from tests.core import opened_alone
from tests.core.play import BACKWARD, FORWARD
from tests.core.sessions import done, everything

BLOCK = {"do": "Assign", "tensor": "W", "row": 3, "column": 0, "gesture": "type"}
CLICK = {"do": "AssignElements", "values": [[{"name": "W", "row": 0, "column": 1}, 0.5]]}
CLICK_ON_X = {"do": "AssignElements", "values": [[{"name": "x", "row": 0, "column": 0}, 0.5]]}
DATA = storage.encoded(done(History.begin("notebook", CPU), FORWARD, BACKWARD)).data
HEADER, *ENTRIES, END = DATA.splitlines()
FIRST = ENTRIES[0].rstrip(b",")
START_OF_W = b'"shape":[3,1],"values":[-2.4852'


def refusal(data: bytes) -> Problem:
    with pytest.raises(Problem) as caught:
        storage.decoded(data, "a.perceptron")
    return caught.value


def document(*entries: bytes) -> bytes:
    head = re.sub(rb'"torch":"[^"]*"', b'"torch":""', HEADER.replace(b'"index":2', b'"index":0'))
    return b"\n".join((head, b",\n".join(entries), END))


def with_first(**changes: Any) -> bytes:
    """Return a document of one entry with some of its keys changed."""
    entry = json.loads(FIRST)
    return document(json.dumps(entry | changes).encode())


class Payload:
    """A pickle that runs code when it is read."""

    def __reduce__(self) -> tuple[Callable[[str], object], tuple[str]]:
        return os.mkdir, ("ran",)


def test_what_these_documents_are_made_of_is_good() -> None:
    assert len(storage.decoded(DATA).history.entries) == 3
    assert storage.decoded(with_first()).history.current.n == 3


# Fault 44.


@pytest.mark.parametrize("make", ["pickle", "object array"])
def test_code_in_a_file_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: str) -> None:
    """Fault 44."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "a.perceptron"
    if make == "pickle":
        path.write_bytes(pickle.dumps(Payload()))
    else:
        with path.open("wb") as file:
            np.save(file, np.array([Payload()], dtype=object), allow_pickle=True)
    with pytest.raises(Problem) as caught:
        storage.load(path)
    assert caught.value.reason is Reason.NOT_A_SESSION
    assert not (tmp_path / "ran").exists()


# Fault 45.

NO_SESSIONS = {
    "nothing": b"",
    "blank": b"\n\n",
    "no json": b"hello\nworld\n",
    "null": b"null",
    "a list": b"[]",
    "another format": DATA.replace(b"perceptron-gui session", b"something else"),
    "an older version": DATA.replace(b'"version":1', b'"version":0'),
    "a version below zero": DATA.replace(b'"version":1', b'"version":-1'),
    "a version of words": DATA.replace(b'"version":1', b'"version":"1"'),
    "a version of 5000 digits": DATA.replace(b'"version":1', b'"version":' + b"9" * 5000),
    "a number of 5000 digits": DATA.replace(b'"seed":0', b'"seed":' + b"9" * 5000),
    "a lone surrogate": DATA.replace(b'"program":"', b'"program":"\\ud800'),
    "no utf-8": DATA.replace(b'"program":"', b'"program":"\xff'),
    "a key twice": DATA.replace(b'"seed":0', b'"seed":0,"seed":0'),
    "a key twice, apart": DATA.replace(b'"seed":0', b'"seed" :0,"seed" :0'),
    "a key nobody knows": DATA.replace(b'"seed":0', b'"seed":0,"lesson":"../../x"'),
    "data behind": DATA + b"{}",
    "no entries": HEADER + b"\n" + END,
    "all on one line": DATA.replace(b"\n", b""),
    "index behind the last": DATA.replace(b'"index":2', b'"index":3'),
    "a device that is code": DATA.replace(b'"device":"cpu"', b'"device":"cpu\\"); import os"', 1),
    "a digest that is a path": DATA.replace(b"\n]", b'\n],"tensors":"../../x"'),
    "a header without end": HEADER[:-12] + b" " * 10**6 + DATA[len(HEADER) - 12 :],
}
DAMAGED = {
    "deep": document(FIRST[:-1] + b',"rows":' + b"[" * 200_000 + b"]" * 200_000 + b"}"),
    "a nan": document(FIRST.replace(b"-2.4852", b"NaN")),
    "beyond float32": document(FIRST.replace(b"-2.4852", b"1e39")),
    "beyond float64": document(FIRST.replace(b"-2.4852", b"1e999")),
    "5000 digits": document(FIRST.replace(b"-2.4852", b"9" * 5000)),
    "a text for a number": document(FIRST.replace(b"-2.4852", b'"-2.4852"')),
    "a key twice": document(FIRST.replace(b'"preset":', b'"preset":"twin","preset":')),
    "a key twice in an array": document(
        FIRST.replace(b'"shape":[3,1]', b'"shape":[9,9],"shape":[3,1]')
    ),
    "a key twice in an action": document(FIRST.replace(b'"do":', b'"do":"Start","do":')),
    "a key twice, apart": document(FIRST.replace(b'"preset":', b'"preset"\t:"twin","preset"\t:')),
    "two entries on a line": document(ENTRIES[0] + ENTRIES[1].rstrip(b",")),
    "a surrogate": with_first().replace(b'"Start"', b'"\\ud800"'),
    "a lone surrogate printed": document(FIRST[:-1] + b',"printed":"\\udfff"}'),
    "a key nobody knows": with_first(lesson="../../x"),
    "no device": document(FIRST.replace(b'"device":"cpu",', b"")),
    "a device that is code": with_first(device='cpu"); import os'),
    "a device that is a path": with_first(device="../../x"),
    "a list for an entry": document(b"[]"),
    "shape and numbers disagree": document(FIRST.replace(b'"shape":[3,1]', b'"shape":[3,2]')),
    "too many dimensions": document(FIRST.replace(b'"shape":[3,1]', b'"shape":[3,1,1]')),
    "a shape of 2^48": document(FIRST.replace(b'"shape":[3,1]', b'"shape":[16777216,16777216]')),
    "nothing to hold": document(FIRST.replace(b'"shape":[3,1]', b'"shape":[0,1]')),
    "an array of another part": with_first(W_grad=77),
    "an array given twice": with_first(W_grad={"id": 0, "shape": [3, 1], "values": [1, 2, 3]}),
    "an environment for a forward": with_first(forward=0),
    "no numbers": with_first(W_grad={"id": 9, "shape": [3, 1]}),
    "a gradient of another shape": with_first(W_grad={"id": 9, "shape": [1, 3], "values": [1, 2, 3]}),
    "rows that x does not have": with_first(rows=[1]),
    "all rows marked one by one": with_first(rows=[0]),
    "no rows": with_first(rows=[]),
    "a preset nobody knows": with_first(preset="../../x", action={"do": "update"}),
    "a preset of a Start": with_first(action={"do": "Start", "preset": "CON"}),
    "an action nobody knows": with_first(action={"do": "import", "path": "/etc/passwd"}),
    "a setting nobody knows": with_first(action={"do": "Configure", "field": "path", "value": "/etc/passwd"}),
    "a setting it is not": with_first(action={"do": "Configure", "field": "lr", "value": 0.5}),
    "lr beyond float32": with_first(config={"lr": 1e39, "seed": 0}),
    "a seed beyond 64 bits": with_first(config={"lr": 1, "seed": 2**64}),
    "an edit beside the tensor": with_first(action=BLOCK | {"values": {"id": 9, "shape": [1, 1], "values": [1]}}),
    "an edit without a block": with_first(action=BLOCK | {"row": 0, "values": {"id": 9, "shape": [1], "values": [1]}}),
    "a click beside the tensor": with_first(action=CLICK),
    "a click on x": with_first(action=CLICK_ON_X),
    "a device it is not on": with_first(action={"do": "SwitchDevice", "device": "cuda:1"}),
    "a refused edit": with_first(refusal={"exception": "RuntimeError", "text": ""}),
    "a refusal that is no exception": with_first(
        action={"do": "backward"}, refusal={"exception": "print", "text": ""}
    ),
    "a Forward that left nothing": with_first(action={"do": "forward"}),
    "another size than was wished": with_first(action={"do": "Resize", "axis": "n", "size": 4}),
    "a row marked that is not": with_first(action={"do": "MarkRows", "rows": [5]}),
}  # fmt: skip


@pytest.mark.parametrize("name", NO_SESSIONS)
def test_what_is_no_session_is_refused(name: str) -> None:
    """Fault 45."""
    assert refusal(NO_SESSIONS[name]).reason is Reason.NOT_A_SESSION


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_entry_is_refused_by_its_number(name: str) -> None:
    """Fault 45."""
    problem = refusal(DAMAGED[name])
    assert problem.reason is Reason.SESSION_DAMAGED
    assert problem.values["entry"] == 1
    assert problem.values["file"] == "a.perceptron"


def test_the_number_of_a_damaged_entry_counts_those_left_out() -> None:
    data = DATA.replace(b"\n]", b'\n],"left_out":40').replace(b'"do":"backward"', b'"do":"back"')
    assert refusal(data).values["entry"] == 43


def test_a_mark_before_a_session_is_let_through() -> None:
    """Fault 45: the mark that Windows puts before a text."""
    assert len(storage.decoded(b"\xef\xbb\xbf" + DATA).history.entries) == 3


def huge_documents(folder: Path) -> list[Path]:
    """Write files that would take much memory if they were believed."""
    cells = 10**7
    of_cells = b'"shape":[%d,1],"values":[' % (cells + 3)
    made = {
        "sparse": b"",
        "depth": b"[" * 200_000 + b"]" * 200_000,
        "depth of an entry": DAMAGED["deep"],
        "cells": document(FIRST.replace(b"[-2.4852", b"[" + b"0," * cells + b"-2.4852")),
        "cells as they should be": document(FIRST.replace(START_OF_W, of_cells + b"0," * cells + b"1")),
        "cells and a text": document(FIRST.replace(START_OF_W, of_cells + b'"no"' + b",0" * cells)),
        "entries": HEADER + b"\n" + b"{},\n" * cells + b"{}\n" + END,
        "entries on a line": HEADER + b"\n" + b"0," * cells + b"0\n" + END,
        "entries in the header": HEADER + b"0," * cells + b"0" + END,
        "shape": document(FIRST.replace(b'"shape":[3,1]', b'"shape":[' + b"1," * cells + b"1]")),
        "rows": with_first(rows=[0]).replace(b'"rows": [0]', b'"rows":[' + b"0," * cells + b"0]"),
        "deposits": with_first(deposits=[]).replace(b'"deposits": []', b'"deposits":[' + b"1," * cells + b"1]"),
        "lists": with_first(rows=[0]).replace(b'"rows": [0]', b'"rows":[' + b"[]," * cells + b"0]"),
        "blank": HEADER + b"\n" * cells,
        "a name": DATA.replace(b'"program":"', b'"program":"' + b"x" * cells),
        "what was printed": with_first(printed="x" * cells),
        "backslashes": with_first(printed="\\" * cells),
    }  # fmt: skip
    paths = []
    for name, data in made.items():
        paths.append(folder / f"{name}.perceptron")
        paths[-1].write_bytes(data)
    with paths[0].open("wb") as sparse:
        sparse.truncate(500 * 10**6)
    return paths


def test_huge_files_are_refused_soon_and_take_little(tmp_path: Path) -> None:
    """Fault 45: each within two seconds and 200 MB, in a process that has no more."""
    paths = huge_documents(tmp_path)
    run = subprocess.run(
        [sys.executable, "-m", "tests.core.opened_alone", *map(str, paths)],
        capture_output=True,
        check=False,
        timeout=150,
    )
    assert run.returncode == 0, run.stderr.decode()
    told = json.loads(run.stdout)
    assert {Path(path).stem: reason for path, reason in told["said"].items() if reason == "opened"} == {}
    assert told["memory"] < opened_alone.MEMORY


# Fault 47.

PATHS = ("../../x", "/etc/passwd", "\\\\\\\\server\\\\share", "CON", "C:\\\\Windows\\\\win.ini", "file:///etc/passwd")


def test_no_path_in_a_session_is_ever_opened(tmp_path: Path) -> None:
    """Fault 47: every text of a session that has every action is a path, one after the other."""
    data = storage.encoded(everything()).data
    files = []
    texts = sorted({json.dumps(text).encode() for text in _texts(json.loads(data))})
    for number, text in enumerate(texts):
        path = tmp_path / f"{number}.perceptron"
        path.write_bytes(data.replace(b":" + text, f':"{PATHS[number % len(PATHS)]}"'.encode()))
        files.append(str(path))
    run = subprocess.run(
        [sys.executable, "-m", "tests.core.opened_alone", *files], capture_output=True, check=False, timeout=60
    )
    assert run.returncode == 0, run.stderr.decode()
    opened = json.loads(run.stdout)["files"]
    assert {path for path in opened if path.startswith(str(tmp_path))} == {*files}
    assert not [path for path in opened if "passwd" in path or "CON" in path or "win.ini" in path or path.endswith("x")]


def _texts(values: Any) -> set[str]:
    """Return every text in a document, keys aside."""
    if isinstance(values, str):
        return {values}
    inside = values.values() if isinstance(values, dict) else values if isinstance(values, list) else ()
    return set().union(*map(_texts, inside))


def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    """Fault 47: a folder, a name with a NUL, a pipe that would never end."""
    names = [tmp_path, tmp_path / "missing", tmp_path / "a\0b"]
    if hasattr(os, "mkfifo"):
        names.append(tmp_path / "pipe")
        os.mkfifo(names[-1])
    for path in names:
        with pytest.raises(Problem) as caught:
            storage.load(path)
        assert caught.value.reason is Reason.FILE_UNREADABLE


# Fault 62.


@pytest.mark.parametrize(
    "data",
    [
        DATA.replace(b'"version":1', b'"version":3'),
        DATA.replace(b'"version":1', b'"version":3,"new":{}'),
        b'{"version":3,"format":"perceptron-gui session","other":[1,2]}',
    ],
)
def test_a_newer_version_is_refused_with_its_number(data: bytes) -> None:
    """Fault 62."""
    problem = refusal(data)
    assert problem.reason is Reason.SESSION_NEWER
    assert (problem.values["version"], problem.values["known"]) == (3, 2)
