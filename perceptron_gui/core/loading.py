"""Imports large modules quickly, and torch so that a window in another thread goes on.

`import torch` opens 450 MB of shared libraries, and Python holds the interpreter lock while it does: 0.3 s in which no
other thread runs. On Linux they are opened before that by the C library's `dlopen`, called as a foreign function, which
lets the lock go (`ctypes.CDLL(path)` does not); the import then finds them there. Elsewhere it is the plain import.
"""

import ast
import ctypes
import gc
import importlib
import importlib.util
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

_log = logging.getLogger(__name__)


def load(name: str) -> ModuleType:
    """Import a module and return it.

    Python's garbage collector rests meanwhile: it would look again and again through objects that all stay. After that
    it looks no more at what there is by then.

    Raises:
        ImportError, OSError: as the plain import does.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        return importlib.import_module(name)
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()


def load_in_steps(name: str) -> Iterator[None]:
    """Import a module, with a pause after each of its statements; most of the time goes into those that import.

    Whoever imports it during a pause gets as much of it as there is by then. It may not import from `__future__`.

    Raises:
        ImportError, OSError: as the plain import does.
    """
    spec = None if name in sys.modules else importlib.util.find_spec(name)
    find_source = getattr(spec and spec.loader, "get_source", None)
    source = None if find_source is None else find_source(name)
    if spec is None or source is None:
        importlib.import_module(name)
        return
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    tree = ast.parse(source)
    try:
        for statement in tree.body:
            code = compile(ast.Module([statement], []), str(spec.origin), "exec", dont_inherit=True)
            exec(code, module.__dict__)  # noqa: S102  as the import does it
            yield
    except BaseException:
        del sys.modules[name]
        raise
    module.__doc__ = ast.get_docstring(tree, clean=False)
    parent, _, child = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], child, module)


def load_with_torch(name: str) -> ModuleType:
    """Import a module that imports torch as `load` does, in a thread beside that of a window.

    Raises:
        ImportError, OSError: as the plain import does.
    """
    if sys.platform == "linux" and "torch" not in sys.modules:
        _open_libraries()
    return load(name)


def _open_libraries() -> None:
    """Open torch's libraries without the interpreter lock; what does not open is left to the import, and its words."""
    try:
        found = importlib.util.find_spec("torch")
        open_library = ctypes.CDLL(None).dlopen
    except (ImportError, ValueError, OSError, AttributeError):
        return
    if found is None or found.origin is None:
        return
    open_library.argtypes, open_library.restype = (ctypes.c_char_p, ctypes.c_int), ctypes.c_void_p
    folder = Path(found.origin).parent / "lib"
    # In the order and the scope of the import; the second brings all the others with it.
    for name, scope in (("libtorch_global_deps.so", os.RTLD_GLOBAL), ("libtorch_python.so", os.RTLD_LOCAL)):
        if not open_library(os.fsencode(folder / name), os.RTLD_NOW | scope):
            _log.info("%s is left to the import of torch", name)
            return
