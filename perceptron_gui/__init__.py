"""Step through the training of one layer by hand, on real PyTorch autograd."""

__version__ = "0.1.0"
