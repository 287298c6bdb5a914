"""torch comes in the quiet way, or in the plain one, and Python's collector is as it was."""

import gc
import subprocess
import sys
from collections.abc import Iterator

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
