"""SIGINT and SIGTERM end the program in order, and a second one at once."""

import signal
import socket
from types import FrameType

from PySide6.QtCore import QCoreApplication, QObject, QSocketNotifier, Slot

NUMBERS = (signal.SIGINT, signal.SIGTERM)


class Interruption(QObject):
    """Sees the signals while Qt's loop runs, in which Python's own handlers would wait for the next event.

    `exit_code` is 0, or what a shell gives to a process that the signal ended: 128 and its number.
    """

    def __init__(self) -> None:
        super().__init__()
        self.exit_code = 0
        self._ends = socket.socketpair()
        for end in self._ends:
            end.setblocking(False)
        self._notifier = QSocketNotifier(self._ends[0].fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_woken)
        # One that is ignored already (nohup, a job in the background) stays so.
        usual = {number: signal.getsignal(number) for number in NUMBERS}
        self._usual = {number: handler for number, handler in usual.items() if handler is not signal.SIG_IGN}
        for number in self._usual:
            signal.signal(number, self._handle)
        signal.set_wakeup_fd(self._ends[1].fileno(), warn_on_full_buffer=False)

    def end(self) -> None:
        """Leave the signals as they were before; one that came has no second chance to be seen."""
        signal.set_wakeup_fd(-1)
        self._notifier.setEnabled(False)
        for number, usual in self._usual.items():
            signal.signal(number, signal.SIG_DFL if self.exit_code else usual)
        for end in self._ends:
            end.close()

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        self.exit_code = 128 + number
        for either in self._usual:
            # The system's own answer needs no interpreter that still listens.
            signal.signal(either, signal.SIG_DFL)

    @Slot()
    def _on_woken(self) -> None:
        self._ends[0].recv(64)
        if self.exit_code:
            # Unlike quit(), this asks no window whether it wants to be closed.
            QCoreApplication.exit(self.exit_code)
