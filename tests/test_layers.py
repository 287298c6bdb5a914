"""The layers of README.md, "Decisions", as contracts."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
QT = {"PySide6", "shiboken6", "pyqtgraph"}


def test_the_contracts_are_kept() -> None:
    # A process of its own: import-linter turns off every logger that is there.
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 kept, 0 broken" in done.stdout


def imported_by(module: Path) -> set[str]:
    """Return the packages that a module imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def test_no_module_of_the_core_imports_qt() -> None:
    modules = sorted((ROOT / "perceptron_gui" / "core").rglob("*.py"))
    assert len(modules) >= 14
    assert {module.name: sorted(imported_by(module) & QT) for module in modules if imported_by(module) & QT} == {}


def loaded_after(statement: str, *names: str) -> set[str]:
    """Return which of the packages are loaded after a statement in a new interpreter."""
    code = f"import sys; {statement}; print(*({set(names)!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_window_can_be_shown_before_torch_is_imported() -> None:
    assert loaded_after("import perceptron_gui.app", "torch", "PySide6") == {"PySide6"}


def test_the_core_runs_without_qt() -> None:
    assert loaded_after("import perceptron_gui.core.operations", "torch", *QT) == {"torch"}
