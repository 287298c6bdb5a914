"""What is dragged over the window and dropped on it."""

from pathlib import Path

from PySide6.QtCore import QMimeData


def file_in(dropped: QMimeData) -> Path | None:
    """Return the file that is dragged or dropped; None where it is not exactly one on this machine."""
    urls = dropped.urls() if dropped.hasUrls() else []
    return Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None
