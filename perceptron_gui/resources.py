"""Finds what is not code: icons and translations."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QDir, QLibraryInfo, QLocale, QTranslator

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

    def use(self, language: str) -> None:
        """Switch to a language live: Qt sends LanguageChange to every widget. English has no file."""
        for translator in self._installed:
            self._application.removeTranslator(translator)
            translator.deleteLater()
        qt_folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        self._installed = []
        for name, place in (("qtbase", qt_folder), ("perceptron_gui", str(folder() / "i18n"))):
            translator = QTranslator(self._application)
            if translator.load(f"{name}_{language}", place):
                self._installed.append(translator)
                self._application.installTranslator(translator)
        QLocale.setDefault(QLocale(language))
