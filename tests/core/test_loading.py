"""torch comes in the quiet way, or in the plain one, and Python's collector is as it was."""

import gc
import importlib
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from perceptron_gui.core import loading

_LOAD = """
import ctypes, gc, importlib.util, sys
from perceptron_gui.core import loading

how = sys.argv[1]
if how == "no dlopen":
    class Library:
        def __init__(self, name): raise OSError(name)
    ctypes.CDLL, kept = Library, ctypes.CDLL
    opened = loading._open_libraries()
    ctypes.CDLL = kept
elif how == "no folder":
    loading.Path = lambda _: loading.os and __import__("pathlib").Path("/nowhere/torch/__init__.py")
is_mapped = lambda: "libtorch_python" in open("/proc/self/maps").read()
loading._open_libraries() if how != "no dlopen" else None
before = is_mapped()
gc.enable()
torch = loading.load_with_torch("torch")
assert gc.isenabled()
assert torch is sys.modules["torch"]
assert torch.__file__ == importlib.util.find_spec("torch").origin
x = torch.ones(2, requires_grad=True)
torch.sigmoid(x @ x).backward()
assert x.grad is not None
print(before)
"""

_NAMES = """
import importlib, sys
from collections import deque
from perceptron_gui.core import loading

name, how = sys.argv[1:]
if how == "steps":
    deque(loading.load_in_steps(name), 0)
module = importlib.import_module(name)
parent, _, child = name.rpartition(".")
assert not parent or getattr(sys.modules[parent], child) is module
print(name in sys.modules, repr(module.__doc__), module.__spec__.name, module.__package__, module.__file__)
for name in sorted(vars(module)):
    value = getattr(module, name)
    print(name, type(value), getattr(value, "__module__", ""), getattr(value, "__qualname__", ""))
print(*sorted(sys.modules.keys() - {"ast", "_ast"}))
"""
_PACKAGE = '''"""What it is."""
from piecemeal.one import ONE

AGAIN = ONE
"""What this is."""


def two():
    return AGAIN + 1
'''


@pytest.fixture(autouse=True)
def _thaw() -> Iterator[None]:
    """The objects of the other tests are looked at again."""
    yield
    gc.unfreeze()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it is the plain import")
@pytest.mark.parametrize(("how", "is_open_before"), [("quiet", "True"), ("no dlopen", "False"), ("no folder", "False")])
def test_the_very_same_torch_is_loaded(how: str, is_open_before: str) -> None:
    ran = subprocess.run([sys.executable, "-c", _LOAD, how], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == is_open_before


@pytest.mark.parametrize("was_enabled", [True, False])
@pytest.mark.parametrize("name", ["this_module_is_nowhere", "json"])
def test_the_collector_is_as_it_was(name: str, *, was_enabled: bool) -> None:
    (gc.enable if was_enabled else gc.disable)()
    try:
        loading.load(name)
    except ModuleNotFoundError:
        assert name != "json"
    assert gc.isenabled() is was_enabled
    gc.disable()


def test_what_is_missing_is_said_as_the_import_says_it() -> None:
    with pytest.raises(ModuleNotFoundError, match="this_module_is_nowhere"):
        loading.load_with_torch("this_module_is_nowhere")


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of a package that can be imported."""
    folder = tmp_path / "piecemeal"
    folder.mkdir()
    (folder / "__init__.py").write_text(_PACKAGE, encoding="utf-8")
    (folder / "one.py").write_text("ONE = 1\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield folder
    for name in [name for name in sys.modules if name.partition(".")[0] == "piecemeal"]:
        del sys.modules[name]


@pytest.mark.usefixtures("package")
def test_in_steps_a_module_is_there_as_far_as_it_has_come() -> None:
    steps = loading.load_in_steps("piecemeal")
    assert "piecemeal" not in sys.modules
    list(islice(steps, 2))
    module = sys.modules["piecemeal"]
    assert (module.__dict__["ONE"], hasattr(module, "two")) == (1, False)
    assert len(list(steps)) == 3
    assert importlib.import_module("piecemeal") is module
    assert module.__dict__["two"]() == 2
    assert module.__doc__ == "What it is."
    assert list(loading.load_in_steps("piecemeal")) == []
    assert importlib.import_module("piecemeal") is module


def test_in_steps_what_fails_is_said_as_the_import_says_it_and_can_be_tried_again(package: Path) -> None:
    (package / "one.py").write_text("import this_module_is_nowhere\n", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(ModuleNotFoundError, match="this_module_is_nowhere"):
            list(loading.load_in_steps("piecemeal"))
        assert "piecemeal" not in sys.modules
    with pytest.raises(ModuleNotFoundError, match="another_module"):
        list(loading.load_in_steps("another_module"))


@pytest.mark.parametrize("name", ["pyqtgraph", "perceptron_gui.ui.plots.gradient", "math"])
def test_in_steps_there_is_all_that_the_import_brings(name: str) -> None:
    plain, steps = (
        subprocess.run([sys.executable, "-c", _NAMES, name, how], capture_output=True, text=True, check=True).stdout
        for how in ("plain", "steps")
    )
    assert steps == plain
    assert steps.startswith("True ")
