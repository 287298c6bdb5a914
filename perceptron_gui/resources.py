"""Finds what is not code: icons and translations."""

import hashlib
import logging
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QDir, QLibraryInfo, QLocale, QTranslator

ENGLISH = "en"
_log = logging.getLogger(__name__)
_PACKAGE = Path(__file__).resolve().parent


def folder() -> Path:
    """Return the resources folder: inside the package when installed, beside it in a checkout."""
    places = (_PACKAGE / "resources", _PACKAGE.parent / "resources")
    return next((place for place in places if place.is_dir()), places[0])


def register() -> None:
    """Make `icons:forward.svg` a path that Qt finds."""
    QDir.addSearchPath("icons", str(folder() / "icons"))


def system_language(spoken: Sequence[str]) -> str:
    """Return the first of the system's languages that is in `spoken`, or else the first of `spoken`."""
    wanted = (name.split("-")[0] for name in QLocale.system().uiLanguages())
    return next((language for language in wanted if language in spoken), spoken[0])


class Translations:
    """The translators that are installed now: the program's own, and Qt's for its standard menus and dialogs."""

    def __init__(self, application: QCoreApplication) -> None:
        self._application = application
        self._installed: list[QTranslator] = []
        self._data = b""

    def use(self, language: str) -> str:
        """Switch to a language live: Qt sends LanguageChange to every widget.

        Returns the language: English, which has no file, in place of one whose file is missing or damaged.
        """
        for translator in self._installed:
            self._application.removeTranslator(translator)
            translator.deleteLater()
        # Kept here: Qt does not copy it.
        self._data = b"" if language == ENGLISH else _intact(translation(language))
        used = language if self._data else ENGLISH
        qt_translator, translator = QTranslator(self._application), QTranslator(self._application)
        qt_translator.load(f"qtbase_{used}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
        translator.load(self._data)
        self._installed = [qt_translator, translator]
        for installed in self._installed:
            self._application.installTranslator(installed)
        QLocale.setDefault(QLocale(used))
        return used


def translation(language: str) -> Path:
    """Return the file of a language."""
    return folder() / "i18n" / f"perceptron_gui_{language}.qm"


def _intact(file: Path) -> bytes:
    """Return what is in a file, or nothing if `SHA256SUMS` beside it says that it is damaged: Qt can crash on that."""
    try:
        data = file.read_bytes()
        sums = (file.parent / "SHA256SUMS").read_text(encoding="utf-8")
    except (OSError, UnicodeError):
        _log.exception("a translation cannot be read")
        return b""
    if f"{hashlib.sha256(data).hexdigest()}  {file.name}" in sums.splitlines():
        return data
    _log.error("%s is damaged", file)
    return b""
