"""Starts the real program in a process of its own, and reads what it left."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
DRIVER = Path(__file__).with_name("driver.py")
LIMIT = 60


def run(
    *command: str, before: Sequence[str] = (), cwd: str | None = None, limit: int = LIMIT, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run Python offscreen, in a home of its own, and wait for its end."""
    own = {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT), "PYTHONFAULTHANDLER": "1", **environment}
    return subprocess.run(
        [*before, sys.executable, *command], env=os.environ | own, capture_output=True, text=True, timeout=limit,
        check=False, cwd=cwd,
    )  # fmt: skip


def drive(
    plan: str,
    *arguments: str,
    before: Sequence[str] = (),
    cwd: str | None = None,
    limit: int = LIMIT,
    **environment: str,
) -> subprocess.CompletedProcess[str]:
    """Run the program with a plan of the driver's."""
    return run(str(DRIVER), plan, *arguments, before=before, cwd=cwd, limit=limit, **environment)


def seen(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """Return what the driver saw in a program that ended well."""
    assert (done.returncode, unexpected(done.stderr)) == (0, [])
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def unexpected(stderr: str) -> list[str]:
    """Return the lines of stderr, but for what the offscreen platform always says."""
    usual = (
        "This plugin does not support",
        "QFontDatabase: Cannot find font directory",
        "Note that Qt no longer ships",
    )
    return [line for line in stderr.splitlines() if line and not line.startswith(usual)]
