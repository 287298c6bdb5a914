"""Session documents: a history written down, and read back to the last bit."""

from perceptron_gui.core.storage.document import (
    LARGEST_DOCUMENT,
    SUFFIX,
    Encoded,
    Opened,
    decoded,
    encoded,
    load,
    read_bytes,
    tensors_beside,
    tensors_name,
    tensors_named,
)

__all__ = [
    "LARGEST_DOCUMENT",
    "SUFFIX",
    "Encoded",
    "Opened",
    "decoded",
    "encoded",
    "load",
    "read_bytes",
    "tensors_beside",
    "tensors_name",
    "tensors_named",
]
