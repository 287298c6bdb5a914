"""The graph that autograd built."""
