"""Tensors made from a seed, as the notebook makes them."""

from dataclasses import replace

import torch

from perceptron_gui.core.actions import Import, Reshape
from perceptron_gui.core.editing import LARGEST_SEED, reshaped, sizes_after, sizes_after_import, with_tensors
from perceptron_gui.core.snapshot import Config, FloatArray, Snapshot, TensorName, frozen


def randomized(snapshot: Snapshot) -> Snapshot:
    """`torch.manual_seed(seed); x = torch.rand(n); W = torch.randn(n, k); b = torch.zeros(k)`, y_true as it is.

    x is (m, n) where there are several samples. The numbers are those of the CPU generator on every device.
    """
    generator = torch.Generator().manual_seed(snapshot.config.seed)
    x = torch.rand(snapshot.m, snapshot.n, generator=generator)
    return Snapshot(
        x=_read(x),
        y_true=snapshot.y_true,
        W=_read(torch.randn(snapshot.n, snapshot.k, generator=generator)),
        b=_read(torch.zeros(snapshot.k)),
        rows=snapshot.rows,
        config=_next_seed(snapshot.config),
    )


def resized(snapshot: Snapshot, edit: Reshape) -> Snapshot:
    """Resize, insert or delete; new places of W come from `torch.manual_seed(seed); torch.randn(n, k)`.

    A Resize to the size that is there changes nothing.

    Raises:
        Problem: what `editing.sizes_after` raises, before anything is allocated.
    """
    m, n, k = sizes_after(snapshot, edit).values()
    if (m, n, k) == (snapshot.m, snapshot.n, snapshot.k):
        return snapshot
    if n <= snapshot.n and k <= snapshot.k:
        return reshaped(snapshot, edit, frozen(torch.zeros(n, k).numpy()))
    generator = torch.Generator().manual_seed(snapshot.config.seed)
    after = reshaped(snapshot, edit, _read(torch.randn(n, k, generator=generator)))
    return replace(after, config=_next_seed(snapshot.config))


def imported(snapshot: Snapshot, action: Import) -> Snapshot:
    """Make new tensors of what a file held; new places of W, where it is not among them, come from the seed.

    Raises:
        Problem: what `editing.sizes_after_import` raises, before anything is allocated.
    """
    _, n, k = sizes_after_import(snapshot, action).values()
    has_W = any(name is TensorName.W for name, _ in action.tensors)
    if has_W or (n <= snapshot.n and k <= snapshot.k):
        return with_tensors(snapshot, action, None)
    generator = torch.Generator().manual_seed(snapshot.config.seed)
    after = with_tensors(snapshot, action, _read(torch.randn(n, k, generator=generator)))
    return replace(after, config=_next_seed(after.config))


def _next_seed(config: Config) -> Config:
    """Return the settings after new random tensors: the twin, which goes on from the old ones, ends."""
    return replace(config, twin=False, seed=config.seed + 1 if config.seed < LARGEST_SEED else 0)


def _read(tensor: torch.Tensor) -> FloatArray:
    return frozen(tensor.numpy())
