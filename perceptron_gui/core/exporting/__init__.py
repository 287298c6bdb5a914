"""A history, or the tensors of one moment, in the forms that other programs read."""
