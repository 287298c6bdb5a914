"""How much a run of the tests does: what takes minutes is done on demand, with `THOROUGH=1` in the environment."""

import os

THOROUGH = bool(os.environ.get("THOROUGH"))


def many(usual: int, thorough: int) -> int:
    """Return how often to do something in this run."""
    return thorough if THOROUGH else usual
