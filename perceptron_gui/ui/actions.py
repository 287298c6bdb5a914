"""Every command of the window as one table, and the loop that makes QActions and menus of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication
from PySide6.QtGui import QAction, QActionGroup, QIcon, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

translate = QCoreApplication.translate


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One command: `name` is its objectName, its icon and the key of its handler; texts are to be translated.

    Keys are portable texts, or one of Qt's standard keys. Actions of one `group` are checkable, one at a
    time; `checkable` ones each by itself.
    """

    name: str
    menu: str
    text: object
    tip: object
    keys: tuple[str | QKeySequence.StandardKey, ...]
    group: str = ""
    icon: str = ""
    starts_section: bool = False
    checkable: bool = False


@dataclass(frozen=True, slots=True)
class SubmenuSpec:
    """A menu within another; it stands where its first action would."""

    name: str
    menu: str
    text: object


MENUS: tuple[tuple[str, object], ...] = (
    ("file", QT_TRANSLATE_NOOP("actions", "&File")),
    ("edit", QT_TRANSLATE_NOOP("actions", "&Edit")),
    ("train", QT_TRANSLATE_NOOP("actions", "&Train")),
    ("presets", QT_TRANSLATE_NOOP("actions", "&Presets")),
    ("view", QT_TRANSLATE_NOOP("actions", "&View")),
)
SUBMENUS: tuple[SubmenuSpec, ...] = (SubmenuSpec("export", "file", QT_TRANSLATE_NOOP("actions", "&Export")),)
_Std = QKeySequence.StandardKey
SPECS: tuple[ActionSpec, ...] = (
    ActionSpec(
        "new", "file", QT_TRANSLATE_NOOP("actions", "&New"),
        QT_TRANSLATE_NOOP("actions", "Begin a session without a name, at the notebook's own example"), (_Std.New,),
    ),
    ActionSpec(
        "open", "file", QT_TRANSLATE_NOOP("actions", "&Open…"),
        QT_TRANSLATE_NOOP("actions", "Open a saved session"), (_Std.Open,),
    ),
    ActionSpec(
        "save", "file", QT_TRANSLATE_NOOP("actions", "&Save"),
        QT_TRANSLATE_NOOP("actions", "Save the session with every press and edit"), (_Std.Save,), starts_section=True,
    ),
    ActionSpec(
        "save_as", "file", QT_TRANSLATE_NOOP("actions", "Save &as…"),
        QT_TRANSLATE_NOOP("actions", "Save the session under another name"), ("Ctrl+Shift+S",),
    ),
    ActionSpec(
        "import", "file", QT_TRANSLATE_NOOP("actions", "&Import…"),
        QT_TRANSLATE_NOOP("actions", "Take x and y_true from a table, or tensors from .npy, .safetensors or .pt"),
        ("Ctrl+I",), starts_section=True,
    ),
    ActionSpec(
        "export_script", "export", QT_TRANSLATE_NOOP("actions", "&Script…"),
        QT_TRANSLATE_NOOP("actions", "Write all that was done as a Python script that needs torch alone"), ("Ctrl+E",),
    ),
    ActionSpec(
        "export_notebook", "export", QT_TRANSLATE_NOOP("actions", "&Notebook…"),
        QT_TRANSLATE_NOOP("actions", "Write all that was done as a Jupyter notebook, with what PyTorch printed"),
        ("Ctrl+Shift+E",),
    ),
    ActionSpec(
        "export_history", "export", QT_TRANSLATE_NOOP("actions", "&History as a table…"),
        QT_TRANSLATE_NOOP("actions", "Write a row for each press and edit, with the loss and every parameter, as CSV"),
        ("Ctrl+Alt+H",),
    ),
    ActionSpec(
        "export_tensor", "export", QT_TRANSLATE_NOOP("actions", "&Tensor of this table…"),
        QT_TRANSLATE_NOOP("actions", "Write the table that has the keyboard, in full, as CSV, .npy or .safetensors"),
        ("Ctrl+Alt+X",), starts_section=True,
    ),
    ActionSpec(
        "export_tensors", "export", QT_TRANSLATE_NOOP("actions", "&All tensors…"),
        QT_TRANSLATE_NOOP("actions", "Write every tensor that there is now, by its name, as .safetensors"),
        ("Ctrl+Alt+Shift+X",),
    ),
    ActionSpec(
        "export_state_dict", "export", QT_TRANSLATE_NOOP("actions", "Weights for nn.&Linear…"),
        QT_TRANSLATE_NOOP("actions", "Write W, transposed, and b as torch.nn.Linear loads them, as .pt"),
        ("Ctrl+Alt+N",),
    ),
    ActionSpec(
        "export_report", "export", QT_TRANSLATE_NOOP("actions", "&Report…"),
        QT_TRANSLATE_NOOP("actions", "Write the start, all that was done, the numbers and the plots, as PDF or HTML"),
        ("Ctrl+Alt+P",), starts_section=True,
    ),
    ActionSpec(
        "export_picture", "export", QT_TRANSLATE_NOOP("actions", "Save &picture of this plot…"),
        QT_TRANSLATE_NOOP("actions", "Write the plot that has the keyboard as a picture: PNG or SVG"),
        ("Ctrl+Alt+I",), starts_section=True,
    ),
    ActionSpec(
        "export_numbers", "export", QT_TRANSLATE_NOOP("actions", "Save n&umbers of this plot (CSV)…"),
        QT_TRANSLATE_NOOP("actions", "Write the numbers that are drawn in the plot that has the keyboard, in full"),
        ("Ctrl+Alt+V",),
    ),
    ActionSpec(
        "cancel_export", "export", QT_TRANSLATE_NOOP("actions", "&Cancel export"),
        QT_TRANSLATE_NOOP("actions", "End the export that is running; no file is written"), ("Esc",),
        starts_section=True,
    ),
    ActionSpec(
        "quit", "file", QT_TRANSLATE_NOOP("actions", "&Quit"),
        QT_TRANSLATE_NOOP("actions", "Close the program"), ("Ctrl+Q",), starts_section=True,
    ),
    ActionSpec(
        "undo", "edit", QT_TRANSLATE_NOOP("actions", "&Undo"),
        QT_TRANSLATE_NOOP("actions", "Go back to the state before the last press or edit"), (_Std.Undo,),
    ),
    ActionSpec(
        "redo", "edit", QT_TRANSLATE_NOOP("actions", "&Redo"),
        QT_TRANSLATE_NOOP("actions", "Go on to the state that was undone"), (_Std.Redo, "Ctrl+Shift+Z"),
    ),
    ActionSpec(
        "cut", "edit", QT_TRANSLATE_NOOP("actions", "Cu&t"),
        QT_TRANSLATE_NOOP("actions", "Copy the selected cells and write 0 into them"), (_Std.Cut,), starts_section=True,
    ),
    ActionSpec(
        "copy", "edit", QT_TRANSLATE_NOOP("actions", "&Copy"),
        QT_TRANSLATE_NOOP("actions", "Copy the selected cells with all their digits, for a spreadsheet"), (_Std.Copy,),
    ),
    ActionSpec(
        "paste", "edit", QT_TRANSLATE_NOOP("actions", "&Paste"),
        QT_TRANSLATE_NOOP("actions", "Paste numbers from a spreadsheet or from a printed tensor"), (_Std.Paste,),
    ),
    ActionSpec(
        "clear", "edit", QT_TRANSLATE_NOOP("actions", "C&lear"),
        QT_TRANSLATE_NOOP("actions", "Write 0 into the selected cells"), (_Std.Delete,),
    ),
    ActionSpec(
        "insert_rows", "edit", QT_TRANSLATE_NOOP("actions", "Insert rows"),
        QT_TRANSLATE_NOOP("actions", "Insert rows before the selected ones: samples, or inputs in W"),
        ("Ctrl+Alt+R",), starts_section=True,
    ),
    ActionSpec(
        "insert_columns", "edit", QT_TRANSLATE_NOOP("actions", "Insert columns"),
        QT_TRANSLATE_NOOP("actions", "Insert columns before the selected ones: inputs, or outputs"), ("Ctrl+Alt+C",),
    ),
    ActionSpec(
        "delete_rows", "edit", QT_TRANSLATE_NOOP("actions", "Delete rows"),
        QT_TRANSLATE_NOOP("actions", "Delete the selected rows: samples, or inputs in W"), ("Ctrl+Alt+Shift+R",),
    ),
    ActionSpec(
        "delete_columns", "edit", QT_TRANSLATE_NOOP("actions", "Delete columns"),
        QT_TRANSLATE_NOOP("actions", "Delete the selected columns: inputs, or outputs"), ("Ctrl+Alt+Shift+C",),
    ),
    ActionSpec(
        "mark_rows", "edit", QT_TRANSLATE_NOOP("actions", "&Take only these rows"),
        QT_TRANSLATE_NOOP("actions", "Forward takes the selected samples alone"), ("Ctrl+M",), starts_section=True,
    ),
    ActionSpec(
        "mark_all_rows", "edit", QT_TRANSLATE_NOOP("actions", "Take &all rows"),
        QT_TRANSLATE_NOOP("actions", "Forward takes all samples"), ("Ctrl+Shift+M",),
    ),
    ActionSpec(
        "forward", "train", QT_TRANSLATE_NOOP("actions", "&Forward"),
        QT_TRANSLATE_NOOP("actions", "Compute z, y_pred and loss; PyTorch builds the graph"), ("F6", "Ctrl+1"),
    ),
    ActionSpec(
        "backward", "train", QT_TRANSLATE_NOOP("actions", "&Backward"),
        QT_TRANSLATE_NOOP("actions", "Add the gradients of the loss to W.grad and b.grad"), ("F7", "Ctrl+2"),
    ),
    ActionSpec(
        "update", "train", QT_TRANSLATE_NOOP("actions", "&Update"),
        QT_TRANSLATE_NOOP("actions", "Move W and b against their gradients"), ("F8", "Ctrl+3"),
    ),
    ActionSpec(
        "zero_grad", "train", QT_TRANSLATE_NOOP("actions", "&Zero grad"),
        QT_TRANSLATE_NOOP("actions", "Zero the gradients: Backward adds, it never replaces"), ("F9", "Ctrl+4"),
    ),
    ActionSpec(
        "step", "train", QT_TRANSLATE_NOOP("actions", "&Whole step"),
        QT_TRANSLATE_NOOP("actions", "Forward, Backward, Update and Zero grad, one after the other"), ("F10",),
    ),
    ActionSpec(
        "run", "train", QT_TRANSLATE_NOOP("actions", "Ru&n"),
        QT_TRANSLATE_NOOP("actions", "Repeat whole steps until a condition holds or you stop it"), ("F5",),
    ),
    ActionSpec(
        "run_options", "train", QT_TRANSLATE_NOOP("actions", "Run &options…"),
        QT_TRANSLATE_NOOP("actions", "When Run stops, whether it zeroes, and which rows it takes"), ("Shift+F5",),
    ),
    ActionSpec(
        "twin", "train", QT_TRANSLATE_NOOP("actions", "Forgetful &twin"),
        QT_TRANSLATE_NOOP("actions", "Show a second run beside this one that treats Zero grad the other way"),
        ("Ctrl+T",), starts_section=True, checkable=True,
    ),
    ActionSpec(
        "randomize", "train", QT_TRANSLATE_NOOP("actions", "&Randomize"),
        QT_TRANSLATE_NOOP("actions", "Make x, W and b anew from the seed shown, as the notebook does"), ("Ctrl+R",),
        starts_section=True,
    ),
    ActionSpec(
        "reset", "train", QT_TRANSLATE_NOOP("actions", "Re&set"),
        QT_TRANSLATE_NOOP("actions", "Return to the start values of the last preset"), ("Ctrl+Backspace",),
    ),
    ActionSpec(
        "preset_notebook", "presets", QT_TRANSLATE_NOOP("actions", "Notebook, y_true = 1"),
        QT_TRANSLATE_NOOP("actions", "Start with the notebook's own example"), ("Ctrl+Shift+1",), icon="preset",
    ),
    ActionSpec(
        "preset_notebook_half", "presets", QT_TRANSLATE_NOOP("actions", "Notebook, y_true = 0.5"),
        QT_TRANSLATE_NOOP("actions", "The same neuron with a target at which forgetting Zero grad never settles"),
        ("Ctrl+Shift+2",), icon="preset",
    ),
    ActionSpec(
        "preset_or_gate", "presets", QT_TRANSLATE_NOOP("actions", "OR gate: 4 samples, 2 inputs"),
        QT_TRANSLATE_NOOP("actions", "Learn the logical OR from its four rows"), ("Ctrl+Shift+3",), icon="preset",
    ),
    ActionSpec(
        "preset_layer_4x2", "presets", QT_TRANSLATE_NOOP("actions", "Layer 4 × 2: 2 samples"),
        QT_TRANSLATE_NOOP("actions", "A layer with four inputs and two outputs"), ("Ctrl+Shift+4",), icon="preset",
    ),
    ActionSpec(
        "preset_twin", "presets", QT_TRANSLATE_NOOP("actions", "Forgetful twin, y_true = 1"),
        QT_TRANSLATE_NOOP("actions", "A second run forgets Zero grad, and learns faster"), ("Ctrl+Shift+5",),
        icon="twin",
    ),
    ActionSpec(
        "preset_twin_half", "presets", QT_TRANSLATE_NOOP("actions", "Forgetful twin, y_true = 0.5"),
        QT_TRANSLATE_NOOP("actions", "A second run forgets Zero grad, and never settles"), ("Ctrl+Shift+6",),
        icon="twin",
    ),
    ActionSpec(
        "language_en", "view", "English",
        QT_TRANSLATE_NOOP("actions", "Show the window in English"), ("Ctrl+Alt+E",), group="language", icon="language",
    ),
    ActionSpec(
        "language_ru", "view", "Русский",
        QT_TRANSLATE_NOOP("actions", "Show the window in Russian"), ("Ctrl+Alt+U",), group="language", icon="language",
    ),
    ActionSpec(
        "theme_system", "view", QT_TRANSLATE_NOOP("actions", "Colours of the system"),
        QT_TRANSLATE_NOOP("actions", "Light or dark, as the desktop is"), ("Ctrl+Alt+0",),
        group="theme", icon="theme", starts_section=True,
    ),
    ActionSpec(
        "theme_light", "view", QT_TRANSLATE_NOOP("actions", "Light"),
        QT_TRANSLATE_NOOP("actions", "Dark text on light ground"), ("Ctrl+Alt+L",), group="theme", icon="theme",
    ),
    ActionSpec(
        "theme_dark", "view", QT_TRANSLATE_NOOP("actions", "Dark"),
        QT_TRANSLATE_NOOP("actions", "Light text on dark ground"), ("Ctrl+Alt+D",), group="theme", icon="theme",
    ),
    ActionSpec(
        "larger_font", "view", QT_TRANSLATE_NOOP("actions", "&Larger text"),
        QT_TRANSLATE_NOOP("actions", "Larger text, for a projector"), (_Std.ZoomIn, "Ctrl+="), starts_section=True,
    ),
    ActionSpec(
        "smaller_font", "view", QT_TRANSLATE_NOOP("actions", "&Smaller text"),
        QT_TRANSLATE_NOOP("actions", "Smaller text"), (_Std.ZoomOut,),
    ),
    ActionSpec(
        "default_font", "view", QT_TRANSLATE_NOOP("actions", "&Usual text"),
        QT_TRANSLATE_NOOP("actions", "Text of the usual size"), ("Ctrl+0",),
    ),
    ActionSpec(
        "animations", "view", QT_TRANSLATE_NOOP("actions", "&Movements"),
        QT_TRANSLATE_NOOP("actions", "Show how Forward and Backward run through the graph, and how Zero grad sweeps"),
        ("Ctrl+Alt+M",), starts_section=True, checkable=True,
    ),
    ActionSpec(
        "lecture_layout", "view", QT_TRANSLATE_NOOP("actions", "&Lecture"),
        QT_TRANSLATE_NOOP("actions", "The phases, the gradients and one table, large, for a projector"), ("F11",),
        starts_section=True, checkable=True,
    ),
    ActionSpec(
        "default_layout", "view", QT_TRANSLATE_NOOP("actions", "Usual &arrangement"),
        QT_TRANSLATE_NOOP("actions", "Put all panels back where they were at first"), ("Ctrl+Alt+Home",),
    ),
)  # fmt: skip


class Commands:
    """The QActions of a window, by name, and its menus."""

    def __init__(self, window: QMainWindow, handlers: Mapping[str, Callable[[], object]]) -> None:
        self._actions: dict[str, QAction] = {}
        self._menus: dict[str, QMenu] = {}
        self._groups: dict[str, QActionGroup] = {}
        for name, _ in MENUS:
            self._menus[name] = window.menuBar().addMenu("")
        submenus = {spec.name: spec for spec in SUBMENUS}
        for spec in SPECS:
            if spec.menu not in self._menus:
                self._menus[spec.menu] = self._menus[submenus[spec.menu].menu].addMenu("")
            action = QAction(QIcon(f"icons:{spec.icon or spec.name}.svg"), "", window)
            action.setObjectName(spec.name)
            # Each once: a key that the platform gives too would be ambiguous with itself.
            keys = {QKeySequence(key).toString(): QKeySequence(key) for key in spec.keys}
            action.setShortcuts(list(keys.values()))
            action.triggered.connect(lambda _checked=False, handle=handlers[spec.name]: handle())
            action.setCheckable(spec.checkable)
            if spec.group:
                group = self._groups.setdefault(spec.group, QActionGroup(window))
                action.setCheckable(True)
                group.addAction(action)
            if spec.starts_section:
                self._menus[spec.menu].addSeparator()
            self._menus[spec.menu].addAction(action)
            self._actions[spec.name] = action
        self.retranslate()

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def menu(self, name: str) -> QMenu:
        """Return a menu by its name in MENUS."""
        return self._menus[name]

    def say(self, name: str, text: str, tip: str) -> None:
        """Give a command another text and tip until the next `retranslate`. A tip ends with its key."""
        action = self._actions[name]
        action.setText(text)
        key = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(f"{tip} ({key})" if key else tip)

    def retranslate(self) -> None:
        """Say everything in the language of now."""
        for name, text in MENUS:
            self._menus[name].setTitle(translate("actions", str(text)))
        for submenu in SUBMENUS:
            self._menus[submenu.name].setTitle(translate("actions", str(submenu.text)))
        for spec in SPECS:
            self.say(spec.name, translate("actions", str(spec.text)), translate("actions", str(spec.tip)))
