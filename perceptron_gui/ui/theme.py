"""Colours: the Okabe–Ito palette, readable light and dark, and never the only carrier of a meaning."""

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette

from perceptron_gui.preferences import Theme


@dataclass(frozen=True, slots=True)
class Colors:
    """What the widgets and plots paint with, as `#rrggbb`."""

    window: str
    base: str
    alternate: str
    text: str
    muted: str
    button: str
    border: str
    accent: str
    on_accent: str
    changed: str
    invalid: str
    stale: str
    grid: str
    series: tuple[str, ...]


LIGHT = Colors(
    window="#f3f4f6",
    base="#ffffff",
    alternate="#f7f7f9",
    text="#16181d",
    muted="#5b6270",
    button="#ffffff",
    border="#c3c8d1",
    accent="#0072b2",
    on_accent="#ffffff",
    changed="#d55e00",
    invalid="#b00020",
    stale="#b9bec8",
    grid="#d5d9e0",
    series=("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"),
)
DARK = Colors(
    window="#2b2f36",
    base="#181a1f",
    alternate="#1e2127",
    text="#eceef2",
    muted="#a3abb8",
    button="#3a404a",
    border="#59606d",
    accent="#56b4e9",
    on_accent="#0b0d10",
    changed="#ff9140",
    invalid="#ff7a86",
    stale="#525966",
    grid="#3a3f49",
    series=("#56b4e9", "#ff9140", "#2fc998", "#e79fc6", "#f0c04a", "#7f9cf5", "#f0f0f0"),
)


def colors(theme: Theme) -> Colors:
    """Return the colours of a theme; `SYSTEM` follows what the desktop says."""
    if theme is Theme.SYSTEM:
        is_dark = QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark
    else:
        is_dark = theme is Theme.DARK
    return DARK if is_dark else LIGHT


def palette(chosen: Colors) -> QPalette:
    """Return a whole palette: `setColorScheme` alone does nothing on some platforms."""
    roles = QPalette.ColorRole
    made = QPalette(QColor(chosen.button), QColor(chosen.window))
    for role, color in (
        (roles.Window, chosen.window),
        (roles.WindowText, chosen.text),
        (roles.Base, chosen.base),
        (roles.AlternateBase, chosen.alternate),
        (roles.Text, chosen.text),
        (roles.PlaceholderText, chosen.muted),
        (roles.Button, chosen.button),
        (roles.ButtonText, chosen.text),
        (roles.ToolTipBase, chosen.base),
        (roles.ToolTipText, chosen.text),
        (roles.Highlight, chosen.accent),
        (roles.HighlightedText, chosen.on_accent),
        (roles.Accent, chosen.accent),
        (roles.Link, chosen.accent),
        (roles.Mid, chosen.border),
        (roles.BrightText, chosen.invalid),
    ):
        made.setColor(role, QColor(color))
    made.setColor(QPalette.ColorGroup.Inactive, roles.Highlight, QColor(chosen.grid))
    made.setColor(QPalette.ColorGroup.Inactive, roles.HighlightedText, QColor(chosen.text))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(chosen.muted))
    return made
