"""How fast a run goes, and how far it is: the speed, the updates done, updates a second, and the time left."""

import time

from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt, QTimer
from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QGridLayout, QLabel, QProgressBar, QSizePolicy, QSlider, QToolBar, QToolButton, QWidget
from typing_extensions import override

from perceptron_gui.core.actions import Run
from perceptron_gui.core.control import FLAT_OUT, Pace
from perceptron_gui.session import Session
from perceptron_gui.ui import run_sentences
from perceptron_gui.ui.actions import Commands
from perceptron_gui.ui.meter import Meter, duration_text, rate_text
from perceptron_gui.ui.steady import Steady
from perceptron_gui.ui.wheel_guard import WheelGuard

translate = QCoreApplication.translate
PACES = (
    *(Pace(rate, whole_steps=False) for rate in (1, 2, 5)),
    *(Pace(rate) for rate in (2, 5, 10, 20, 50, 100, 500)),
    FLAT_OUT,
)
"""The speeds that can be chosen, slowest first."""
LOOK_EVERY_MS = 200
_DIGITS = "0" * 9
_SLIDER = 100
_MARGINS = 12
_IN_ONE_LINE = ((0, 0, 0, 1), (0, 0, 1, 1), (1, 0, 0, 1), (1, 0, 1, 1), (2, 0, 0, 1), (2, 0, 1, 1))
"""Part, row, column and columns of the widgets. The last part is the first to go behind the arrow."""
_IN_THREE_LINES = ((2, 0, 0, 1), (2, 0, 1, 1), (1, 0, 0, 1), (1, 1, 0, 1), (2, 1, 0, 2), (2, 2, 0, 2))


class RunBar(QToolBar):
    """Beside the phases in three lines, or in one line of its own. What has no room is behind an arrow at the end."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setObjectName("run_bar")
        # Its line is no higher than that of the settings.
        self.setIconSize(QSize(16, 16))
        self.setMovable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._session = session
        self._meter = Meter()
        self._run: Run | None = None
        self._first = 0
        self._speed = QSlider(Qt.Orientation.Horizontal)
        self._speed.setRange(0, len(PACES) - 1)
        self._speed.setPageStep(1)
        self._speed.setObjectName("speed_slider")
        self._speed.setFixedWidth(_SLIDER)
        self._speed.setValue(PACES.index(session.pace))
        WheelGuard(self._speed)
        self._pace = Steady("pace_label")
        self._count_label = QLabel()
        self._count = Steady("update_count_label", _DIGITS)
        self._rate = Steady("update_rate_label")
        self._progress = QProgressBar(maximum=100)
        self._progress.setObjectName("run_progress_bar")
        self._progress.setAlignment(Qt.AlignmentFlag.AlignCenter)
        policy = self._progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._progress.setSizePolicy(policy)
        self._progress.hide()
        self._parts = [QWidget() for _ in range(3)]
        self._grids = [QGridLayout(part) for part in self._parts]
        for part, grid in zip(self._parts, self._grids, strict=True):
            grid.setContentsMargins(_MARGINS // 2, 2, _MARGINS // 2, 2)
            grid.setHorizontalSpacing(6)
            grid.setVerticalSpacing(3)
            part.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._buttons: list[QAction] = []
        self._only_in_line, *_ = [self.addWidget(part) for part in self._parts]
        arrow = self.findChild(QToolButton, "qt_toolbar_ext_button")
        if arrow is not None:
            arrow.setIcon(QIcon("icons:more.svg"))
        self._is_in_one_line = True
        self.arrange(in_one_line=False)
        self._look = QTimer(self, interval=LOOK_EVERY_MS)
        self._look.timeout.connect(self._on_look)
        self._speed.valueChanged.connect(self._on_speed_changed)
        self.retranslate()

    def take(self, commands: Commands) -> None:
        """Take the commands that have small buttons here, where there is no room for the large ones."""
        for name in ("run", "run_options"):
            button = QToolButton()
            button.setDefaultAction(commands[name])
            # A click takes no focus: what is being typed elsewhere is committed by the press itself.
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self._buttons.append(self.insertWidget(self._only_in_line, button))
        self.show_buttons(is_shown=False)

    def show_buttons(self, *, is_shown: bool) -> None:
        """Show buttons of its own, or leave them to the phases."""
        for button in self._buttons:
            button.setVisible(is_shown)

    @property
    def width_beside_phases(self) -> int:
        """The width it takes in three lines."""
        speed = max(_SLIDER, self._pace.sizeHint().width())
        count = self._count_label.sizeHint().width() + 6 + self._count.sizeHint().width()
        return speed + max(count, self._rate.sizeHint().width(), self._progress.width()) + 2 * _MARGINS + 10

    def arrange(self, *, in_one_line: bool) -> None:
        """Stand beside the phases, as high as they are, or in one line."""
        if in_one_line is self._is_in_one_line:
            return
        self._is_in_one_line = in_one_line
        widgets = (self._count_label, self._count, self._speed, self._pace, self._rate, self._progress)
        for widget, place in zip(widgets, _IN_ONE_LINE if in_one_line else _IN_THREE_LINES, strict=True):
            part, row, column, columns = place
            self._grids[part].addWidget(widget, row, column, 1, columns)
        self._only_in_line.setVisible(in_one_line)

    def follow(self) -> None:
        """Show how far the session is, also while it runs on."""
        is_running = self._session.is_running
        if is_running and not self._look.isActive():
            task = self._session.running
            self._run = task if isinstance(task, Run) else None
            self._first = self._session.history.entry.updates
            self._meter.restart(self._session.updates)
            self._progress.setValue(0)
            self._progress.setVisible(self._run is not None and self._run.updates > 0)
            self._look.start()
            self._show_progress(self._session.updates)
        elif not is_running and self._look.isActive():
            self._look.stop()
            self._run = None
            self._progress.hide()
            self._rate.say("")
        self._count.say(str(self._session.updates))

    def retranslate(self) -> None:
        """Say everything in the language of now."""
        tip = translate(
            "RunBar", "How fast Run goes: from one phase a second up to as fast as PyTorch can. It may change meanwhile"
        )
        self._speed.setToolTip(tip)
        self._speed.setAccessibleName(translate("RunBar", "Speed of Run"))
        self._pace.setToolTip(tip)
        self._pace.set_widest(*map(run_sentences.of_pace, PACES))
        self._count_label.setText(translate("RunBar", "updates:"))
        self._count.setToolTip(translate("RunBar", "Updates done since the tensors were made"))
        self._rate.setToolTip(translate("RunBar", "Updates a second, measured over the last second"))
        self._rate.set_widest(self._rate_said("0" * 7))
        self._progress.setToolTip(translate("RunBar", "How many of the updates are done, and how long the others take"))
        self._take_font()
        self._show_pace()
        self._rate.say("")

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.Type.FontChange:
            self._take_font()
        super().changeEvent(event)

    def _take_font(self) -> None:
        self._progress.setFixedWidth(self._progress.fontMetrics().horizontalAdvance(_left("0:00:00")) + 20)

    def _show_pace(self) -> None:
        said = run_sentences.of_pace(PACES[self._speed.value()])
        self._pace.say(said)
        # Else an assistive tool reads the number of the place.
        self._speed.setAccessibleDescription(said)

    def _show_progress(self, updates: int) -> None:
        run = self._run
        if run is None or not run.updates:
            return
        done = updates - self._first
        left = self._meter.seconds_for(run.updates - done)
        self._progress.setValue(100 * done // run.updates)
        self._progress.setFormat("%p%" if left is None else _left(duration_text(left)))

    @staticmethod
    def _rate_said(rate: str) -> str:
        return translate("RunBar", "{rate} updates/s").format(rate=rate)

    def _on_look(self) -> None:
        updates = self._session.updates
        self._meter.see(time.monotonic(), updates)
        rate = self._meter.per_second
        self._count.say(str(updates))
        self._rate.say(self._rate_said(rate_text(rate)) if rate else "")
        self._show_progress(updates)

    def _on_speed_changed(self, place: int) -> None:
        self._show_pace()
        self._session.set_pace(PACES[place])
        # What was measured was another speed.
        self._meter.restart(self._session.updates)
        self._rate.say("")


def _left(duration: str) -> str:
    return translate("RunBar", "{time} left").format(time=duration)
