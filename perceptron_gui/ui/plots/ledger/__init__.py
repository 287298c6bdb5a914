"""The parts of the gradient plot: how `.grad` came to be."""
