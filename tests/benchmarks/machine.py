"""What a figure was measured on."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from perceptron_gui import __version__
from tests.benchmarks.processes import qt_platform

_CPU_INFO = Path("/proc/cpuinfo")


def described() -> dict[str, str]:
    """Return the machine and the versions that matter, by what they are."""
    return {
        "CPU": _cpu(),
        "cores": str(os.cpu_count()),
        "load": f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown",
        "system": platform.platform(),
        "Python": platform.python_version(),
        "torch": _version("torch"),
        "PySide6": _version("PySide6-Essentials"),
        "pyqtgraph": _version("pyqtgraph"),
        "matplotlib": _version("matplotlib"),
        "ipykernel": _version("ipykernel"),
        "Qt platform": qt_platform(),
        "perceptron-gui": __version__,
    }


def _cpu() -> str:
    lines = _CPU_INFO.read_text(encoding="utf-8").splitlines() if _CPU_INFO.exists() else []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, "") or platform.processor() or platform.machine()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"
