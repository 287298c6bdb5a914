"""Named starting snapshots."""

from collections.abc import Mapping
from types import MappingProxyType

from perceptron_gui.core.snapshot import Config, Snapshot, frozen

NOTEBOOK = "notebook"
_USUAL = Config()


def _notebook(y_true: float, config: Config = _USUAL) -> Snapshot:
    return Snapshot(
        x=frozen([[0.7049, 0.3144, 0.1697]]),
        y_true=frozen([[y_true]]),
        W=frozen([[-2.4852], [-0.1744], [1.1104]]),
        b=frozen([0.0]),
        config=config,
    )


PRESETS: Mapping[str, Snapshot] = MappingProxyType({
    # The teaching notebook's own example, and the target at which forgetting zero grad never settles.
    NOTEBOOK: _notebook(1.0),
    "notebook_half": _notebook(0.5),
    # The same two, with a second run beside them that forgets it.
    "twin": _notebook(1.0, Config(twin=True)),
    "twin_half": _notebook(0.5, Config(twin=True)),
    "or_gate": Snapshot(
        x=frozen([[0, 0], [0, 1], [1, 0], [1, 1]]),
        y_true=frozen([[0], [1], [1], [1]]),
        W=frozen([[0.3], [-0.2]]),
        b=frozen([0.0]),
    ),
    "layer_4x2": Snapshot(
        x=frozen([[0.9, -0.3, 0.5, 0.2], [-0.6, 0.8, 0.1, -0.4]]),
        y_true=frozen([[1, 0], [0, 1]]),
        W=frozen([[0.4, -0.7], [-0.2, 0.5], [0.6, 0.1], [-0.5, 0.3]]),
        b=frozen([0.0, 0.0]),
    ),
})  # fmt: skip
