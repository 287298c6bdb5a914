"""What is kept between starts, as one frozen value."""

import hashlib
import json
import shutil
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from PySide6.QtCore import QByteArray, QSettings

SMALLEST_FONT, LARGEST_FONT = 7, 32
LANGUAGES = ("en", "ru")
MOST_RECENT = 8


class Theme(StrEnum):
    """Light or dark, or what the system has."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Preferences:
    """A person's choices. Empty language, zero font size (points) and empty bytes mean: the system's, the default."""

    language: str = ""
    theme: Theme = Theme.SYSTEM
    font_size: int = 0
    animated: bool = True
    geometry: bytes = b""
    layout: bytes = b""
    recent: tuple[str, ...] = ()
    """The documents opened or saved last, the latest first."""

    def with_recent(self, path: str) -> "Preferences":
        """Return the choices with one more document opened or saved."""
        others = (other for other in self.recent if other != path)
        return replace(self, recent=(path, *others)[:MOST_RECENT])

    @classmethod
    def load(cls, settings: QSettings) -> "Preferences":
        """Read the choices; whatever is damaged or of another type is the default."""
        # As text: a QByteArray in the file is equal to a str, but it is none.
        language = str(settings.value("language"))
        theme = str(settings.value("theme"))
        font_size = str(settings.value("font_size"))
        size = int(font_size) if font_size.isascii() and font_size.isdecimal() else 0
        return cls(
            language=language if language in LANGUAGES else "",
            theme=Theme(theme) if theme in list(Theme) else Theme.SYSTEM,
            font_size=size if SMALLEST_FONT <= size <= LARGEST_FONT else 0,
            animated=str(settings.value("animated")) != "False",
            geometry=_intact(settings, "geometry"),
            layout=_intact(settings, "layout"),
            recent=_paths(str(settings.value("recent") or "")),
        )

    def is_all_of(self, settings: QSettings) -> bool:
        """Whether the settings say nothing but these choices: nothing damaged, nothing unknown."""
        written = self._written()
        return all(settings.value(key) == written.get(key) for key in settings.allKeys())

    def save(self, settings: QSettings) -> None:
        """Write the choices in place of what stands there, each block of bytes with its hash."""
        settings.clear()
        for key, value in self._written().items():
            settings.setValue(key, value)
        settings.sync()

    def _written(self) -> dict[str, str | QByteArray]:
        written: dict[str, str | QByteArray] = {}
        for field in fields(self):
            value: Any = getattr(self, field.name)
            if isinstance(value, bytes):
                written |= {f"{field.name}_sha256": _digest(value), field.name: QByteArray(value)}
            else:
                written[field.name] = json.dumps(value) if isinstance(value, tuple) else str(value)
        return written


def keep_bad(settings: QSettings) -> str:
    """Copy the file of damaged settings beside itself before it is written anew; return the copy's path.

    Raises:
        OSError: it cannot be copied.
    """
    bad = f"{settings.fileName()}.bad"
    shutil.copyfile(settings.fileName(), bad)
    return bad


def _intact(settings: QSettings, key: str) -> bytes:
    """Return a block of bytes if its hash fits: QMainWindow.restoreState() can crash on damaged ones."""
    value = settings.value(key)
    data = bytes(value.data()) if isinstance(value, QByteArray) else b""
    return data if settings.value(f"{key}_sha256") == _digest(data) else b""


def _paths(text: str) -> tuple[str, ...]:
    """Read what `save` wrote of some paths; none where that is damaged."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return ()
    is_list = isinstance(found, list) and all(isinstance(path, str) and path for path in found)
    return tuple(found[:MOST_RECENT]) if is_list else ()


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
