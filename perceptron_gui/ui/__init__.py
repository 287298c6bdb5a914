"""The window: a function of the history. Widgets get values in `render`, send wishes by signal, own no state."""
