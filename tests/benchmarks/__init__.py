"""How fast the program is, against what a person would use or build instead: `python -m tests.benchmarks`."""
