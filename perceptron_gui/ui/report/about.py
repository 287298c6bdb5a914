"""What a report says of itself."""

from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QDateTime, QLocale

from perceptron_gui import __version__


@dataclass(frozen=True, slots=True)
class About:
    """`title` may be any text; `written` is in local time."""

    title: str
    written: datetime
    program: str = __version__

    @property
    def date(self) -> str:
        """When it was written, as one writes it in the language of now."""
        moment = QDateTime.fromSecsSinceEpoch(int(self.written.timestamp()))
        return f"{QLocale().toString(moment.date(), QLocale.FormatType.LongFormat)}, {moment.toString('HH:mm')}"
