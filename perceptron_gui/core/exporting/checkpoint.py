"""W and b as the state_dict of an `nn.Linear`."""

import io
from collections.abc import Iterator

import torch

from perceptron_gui.core.snapshot import Snapshot


def state_dict(snapshot: Snapshot) -> Iterator[bytes]:
    """Yield what `torch.load(…, weights_only=True)` reads and `nn.Linear(n, k).load_state_dict` takes.

    `nn.Linear` computes x @ weight.T + bias: weight is W transposed, (k, n), and bias is b, (k,).
    """
    file = io.BytesIO()
    weight = torch.tensor(snapshot.W).T.contiguous()
    torch.save({"weight": weight, "bias": torch.tensor(snapshot.b)}, file)
    yield file.getvalue()
