"""The window: a function of the history. Widgets get values in `display`, send wishes by signal, own no state."""
