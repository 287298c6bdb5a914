"""The parts of the contour plot: the loss over two parameters."""
