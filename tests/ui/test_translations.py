"""Russian is complete: the committed .ts is what lupdate makes of the sources, the .qm what lrelease makes of it."""

import ast
import hashlib
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from PySide6.QtCore import QCoreApplication, QTranslator
from PySide6.QtWidgets import QApplication

from perceptron_gui import resources
from tests.thorough import many

ROOT = Path(__file__).parent.parent.parent
FOLDER = ROOT / "resources" / "i18n"
TS, QM = FOLDER / "perceptron_gui_ru.ts", FOLDER / "perceptron_gui_ru.qm"
PLACEHOLDER = re.compile(r"\{[^}]*\}|%n|%L?\d")
Message = tuple[str, str, str]
"""Context, source and disambiguation."""


def tool(name: str) -> str:
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    assert found is not None, f"{name} comes with PySide6-Essentials"
    return found


def messages(ts: Path) -> dict[Message, ET.Element]:
    root = ET.fromstring(ts.read_text(encoding="utf-8"))  # noqa: S314  our own file
    return {
        (context.findtext("name", ""), message.findtext("source", ""), message.findtext("comment", "")): message
        for context in root.iter("context")
        for message in context.iter("message")
    }


def translations(message: ET.Element) -> list[str]:
    """Return the translation of a message, or all its plural forms."""
    translation = message.find("translation")
    assert translation is not None
    forms = translation.findall("numerusform")
    return ["".join(form.itertext()) for form in forms] if forms else ["".join(translation.itertext())]


@pytest.fixture(scope="module")
def committed() -> dict[Message, ET.Element]:
    return messages(TS)


def test_lupdate_finds_nothing_new_and_nothing_that_is_gone(
    committed: dict[Message, ET.Element], tmp_path: Path
) -> None:
    fresh = tmp_path / "fresh.ts"
    sources = sorted(str(path) for path in (ROOT / "perceptron_gui").rglob("*.py"))
    options = ["-locations", "none", "-source-language", "en", "-target-language", "ru"]
    subprocess.run(
        [tool("pyside6-lupdate"), *options, *sources, "-ts", str(fresh)], check=True, capture_output=True, cwd=ROOT
    )
    wanted = messages(fresh).keys()
    assert len(wanted) > 100
    assert {"missing": wanted - committed.keys(), "gone": committed.keys() - wanted} == {
        "missing": set(),
        "gone": set(),
    }


def test_every_text_that_is_asked_for_is_there(committed: dict[Message, ET.Element]) -> None:
    """lupdate reads no f-strings, and misses what is asked for within one."""
    known = {(context, source) for context, source, _ in committed}
    asked = set()
    for path in (ROOT / "perceptron_gui").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "translate":
                given = [one.value for one in node.args[:2] if isinstance(one, ast.Constant)]
                asked |= {tuple(given)} if len(given) == 2 else set()
    assert len(asked) > 100
    assert asked - known == set()


def test_every_entry_is_finished(committed: dict[Message, ET.Element]) -> None:
    unfinished = [key for key, message in committed.items() if message.find("translation[@type]") is not None]
    empty = [key for key, message in committed.items() if not all(text.strip() for text in translations(message))]
    assert (unfinished, empty) == ([], [])


def test_placeholders_are_the_same_in_both_languages(committed: dict[Message, ET.Element]) -> None:
    different = {
        key: translations(message)
        for key, message in committed.items()
        if any(set(PLACEHOLDER.findall(text)) != set(PLACEHOLDER.findall(key[1])) for text in translations(message))
    }
    assert different == {}


def test_menus_keep_their_letters_and_end_alike(committed: dict[Message, ET.Element]) -> None:
    different = {
        key: translations(message)
        for key, message in committed.items()
        for text in translations(message)
        if ("&" in key[1]) != ("&" in text) or key[1].endswith((".", ":")) != text.endswith((".", ":"))
    }
    assert different == {}


def test_the_program_knows_the_committed_qm() -> None:
    """Fault 23: what does not fit its sum is taken for damaged and not loaded."""
    data = QM.read_bytes()
    sums = (FOLDER / "SHA256SUMS").read_text(encoding="utf-8")
    assert sums == f"{hashlib.sha256(data).hexdigest()}  {QM.name}\n", "cd resources/i18n; sha256sum *.qm > SHA256SUMS"


@pytest.mark.parametrize("seed", range(many(20, 2000)))
def test_a_damaged_qm_is_never_loaded(
    seed: int, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault 23: cut short, with one other bit, or gone; Qt alone can crash on it."""
    draw = random.Random(seed)  # noqa: S311  no secret
    place = tmp_path / "i18n"
    shutil.copytree(FOLDER, place)
    monkeypatch.setattr(resources, "folder", lambda: tmp_path)
    data = bytearray(QM.read_bytes())
    at = draw.randrange(len(data))
    if seed % 3 == 0:
        del data[at:]
    else:
        data[at] ^= 1 << draw.randrange(8)
    (place / QM.name).write_bytes(data)
    if seed == 1:
        (place / QM.name).unlink()
    if seed == 2:
        (place / "SHA256SUMS").unlink()
    translations = resources.Translations(qapp)
    assert translations.use("ru") == "en"
    assert QCoreApplication.translate("actions", "&Backward") == "&Backward"


def test_the_committed_qm_says_what_the_ts_does(committed: dict[Message, ET.Element], tmp_path: Path) -> None:
    fresh = tmp_path / "fresh.qm"
    subprocess.run([tool("pyside6-lrelease"), str(TS), "-qm", str(fresh)], check=True, capture_output=True)
    made, kept = QTranslator(), QTranslator()
    assert made.load(str(fresh))
    assert kept.load(str(QM))
    assert kept.language().startswith("ru")
    for (context, source, comment), message in committed.items():
        expected = translations(message)[0]
        for translator in (made, kept):
            said = translator.translate(context, source, comment or None)
            assert said == expected or message.get("numerus") == "yes", (context, source)


def test_russian_is_russian(committed: dict[Message, ET.Element]) -> None:
    without = {
        key[1] for key, message in committed.items() if not re.search("[а-яё]", translations(message)[0].lower())
    }
    assert without <= {"English", "Русский", "loss", "seed"}, "names in PyTorch stay as they are"
