"""Failures that are expected, as typed exceptions without sentences: the user interface says them in words."""

from enum import Enum, auto


class Reason(Enum):
    """Why something was not done. Each names the values that its sentence needs."""

    NOT_A_NUMBER = auto()  # text
    TWO_SEPARATORS = auto()  # text
    NOT_FINITE = auto()  # text
    OUT_OF_FLOAT32 = auto()  # text
    NOTHING_TO_PASTE = auto()
    PASTE_TOO_LONG = auto()  # limit
    RAGGED = auto()  # line, found, expected
    CUT_SHORT = auto()
    DOES_NOT_FIT = auto()  # rows, columns, room_rows, room_columns
    READ_ONLY = auto()  # tensor
    NO_CELLS = auto()
    NO_PLOT = auto()
    NO_SAMPLES = auto()
    TOO_MANY_CELLS = auto()  # size, limit
    NO_AXIS = auto()  # tensor
    TOO_LARGE = auto()  # product, size, limit
    NOT_A_SIZE = auto()
    SIZES_DIFFER = auto()  # axis, first, first_size, second, second_size
    LAST_ONE = auto()  # axis
    NO_ROWS = auto()
    NOT_A_SEED = auto()  # text, largest
    NOT_A_PART = auto()  # most
    NO_SUCH_DEVICE = auto()  # device, current
    NOT_A_SESSION = auto()  # file, detail
    SESSION_NEWER = auto()  # file, version, known
    SESSION_DAMAGED = auto()  # file, entry, detail
    TENSORS_MISSING = auto()  # file, tensors
    FILE_UNREADABLE = auto()  # file, detail
    FILE_TOO_LARGE = auto()  # file, limit
    NOT_SAVED = auto()  # file, detail
    HELD_ELSEWHERE = auto()  # file, owner
    NO_RECOVERY = auto()  # detail
    NOT_RECOVERED = auto()  # detail
    FILE_FAILED = auto()  # detail
    NOT_IMPORTABLE = auto()  # file
    NOT_A_TABLE = auto()  # file
    TABLE_TOO_LARGE = auto()  # file, rows, columns, limit, most_rows, most_columns
    RAGGED_LINE = auto()  # line, found, expected
    BROKEN_QUOTES = auto()  # line
    BAD_CELL = auto()  # line, column, text
    WRONG_MARK = auto()  # line, column, text, mark
    WHICH_COMMA = auto()  # text
    NO_COLUMNS = auto()
    NOT_TENSORS = auto()  # file, detail
    RUNS_CODE = auto()  # file, detail
    NO_SUCH_TENSOR = auto()  # file
    TENSOR_TOO_LARGE = auto()  # tensor, size, limit
    TENSOR_NOT_FINITE = auto()  # tensor
    WRONG_SHAPE = auto()  # tensor, shape
    NO_TENSOR = auto()  # tensor
    OUT_OF_MEMORY = auto()  # device, detail
    DEVICE_LOST = auto()  # device, detail
    UNEXPECTED = auto()  # action, detail
    TORCH_MISSING = auto()  # detail
    RUN_CRASHED = auto()  # file
    NOT_WRITABLE = auto()  # folder
    SETTINGS_DAMAGED = auto()  # kept
    NO_TRANSLATION = auto()  # file
    SEVERAL = auto()  # problems


class Problem(Exception):  # noqa: N818  it is said to a person; an Error it is only to Python
    """Something that was not done, why, and the values that say it exactly. The state is as it was."""

    def __init__(self, reason: Reason, **values: object) -> None:
        super().__init__(reason, values)
        self.reason = reason
        self.values = values
