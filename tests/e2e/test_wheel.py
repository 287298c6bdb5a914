"""The built wheel, installed in a new environment outside the checkout, has all it needs."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from perceptron_gui import __version__

ROOT = Path(__file__).parent.parent.parent
OWN = "perceptron"
LOOK = """
import json, sys
import perceptron_gui
from PySide6.QtCore import QTranslator
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication
from perceptron_gui import resources
from perceptron_gui.ui.actions import SPECS

application = QApplication([])
resources.register()
missing = [spec.name for spec in SPECS if QIcon(f"icons:{spec.icon or spec.name}.svg").pixmap(24, 24).isNull()]
translator = QTranslator()
loaded = translator.load("perceptron_gui_ru", str(resources.folder() / "i18n"))
print(json.dumps({
    "package": perceptron_gui.__file__,
    "resources": str(resources.folder()),
    "icons": len(SPECS),
    "missing": missing,
    "loaded": loaded,
    "backward": translator.translate("actions", "&Backward"),
}))
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment with the wheel, and with this one's packages but for the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    build = ["-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run([sys.executable, *build], check=True, capture_output=True, text=True)
    wheels = list(folder.glob("*.whl"))
    assert len(wheels) == 1
    place = folder / "environment"
    venv.create(place, with_pip=False)
    site = next((place / "lib").glob("python*/site-packages"))
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        # One by one: a path to the whole folder would bring the checkout of an editable installation along.
        if OWN not in entry.name and entry.suffix != ".pth" and not entry.name.startswith("__editable__"):
            (site / entry.name).symlink_to(entry)
    python = place / "bin" / "python"
    install = ["-m", "pip", "install", "--no-deps", "--no-index", "--disable-pip-version-check", str(wheels[0])]
    subprocess.run([python, *install], check=True, capture_output=True, text=True, env=clean())
    return place


def clean() -> dict[str, str]:
    """Return an environment in which nothing points to the checkout."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON") and key != "VIRTUAL_ENV"}
    return kept | {"QT_QPA_PLATFORM": "offscreen"}


def test_icons_and_translations_come_from_the_installed_package(environment: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [environment / "bin" / "python", "-c", LOOK], cwd=tmp_path, env=clean(), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert Path(found["package"]).is_relative_to(environment)
    assert Path(found["resources"]).is_relative_to(environment)
    assert found["icons"] > 30
    assert found["missing"] == []
    assert found["loaded"]
    assert any("а" <= letter <= "я" for letter in found["backward"])


def test_the_command_is_installed(environment: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [environment / "bin" / "perceptron-gui", "--version"], cwd=tmp_path, env=clean(), capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, f"perceptron-gui {__version__}\n", "")


def test_nothing_of_tests_or_sources_is_installed_beside_it(environment: Path) -> None:
    site = next((environment / "lib").glob("python*/site-packages"))
    own = {entry.name for entry in site.iterdir() if not entry.is_symlink()}
    assert {name for name in own if not name.startswith(("__pycache__", "_virtualenv"))} == {
        "perceptron_gui",
        f"perceptron_gui-{__version__}.dist-info",
    }
