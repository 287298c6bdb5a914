"""The lesson without a window: values, PyTorch's phases, edits and history. Knows no Qt."""
