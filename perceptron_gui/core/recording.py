"""The curves of a run: the loss and the parameters at every update count, and an overview of them to draw.

At full resolution within a bound of bytes, beyond that every second count, every fourth, and so on. The overview is
made of all counts, before any is left out, so that no peak is lost; its points are real ones, not means.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from perceptron_gui.core.snapshot import FloatArray, Snapshot, sealed

WIDEST = 40
"""So many parameters are kept of each count, W in row order and then b."""
MOST_BYTES = 64 * 2**20
"""Bytes of a run's numbers before every second one is left out."""
MOST_BUCKETS = 2048
_LEAST_KEPT = 64
"""Points of a curve that is never thinned."""
_STAGED = 4096
_FEWEST = 1024
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Some update counts of a run (points,), ascending; the loss (points,) and parameters (points, width) there."""

    counts: Counts
    losses: FloatArray
    parameters: FloatArray

    @property
    def nbytes(self) -> int:
        """Bytes of its arrays."""
        return self.counts.nbytes + self.losses.nbytes + self.parameters.nbytes

    def every(self, step: int) -> "Points":
        """Return every so many-th point, the first among them."""
        step = max(step, 1)
        return Points(self.counts[::step], self.losses[::step], self.parameters[::step])

    def first(self, count: int) -> "Points":
        """Return the points before an update count."""
        return self._between(0, int(np.searchsorted(self.counts, count)))

    def since(self, count: int) -> "Points":
        """Return the points from an update count on, and at least the last one."""
        start = min(int(np.searchsorted(self.counts, count)), len(self.counts) - 1)
        return self._between(max(start, 0), len(self.counts))

    def _between(self, start: int, end: int) -> "Points":
        return Points(self.counts[start:end], self.losses[start:end], self.parameters[start:end])

    def __add__(self, later: "Points") -> "Points":
        """Return these points and later ones."""
        counts = np.concatenate([self.counts, later.counts])
        losses, parameters = _joined(self.losses, later.losses), _joined(self.parameters, later.parameters)
        return Points(_fixed(counts), losses, parameters)


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """What is kept of a run at the update counts 0, stride, 2 · stride, … since it began.

    losses (points,) are those of the last Forward at a count, parameters (points, width) the first WIDEST of W and b
    there. The count at which it ended is not among them: it is in the snapshot. `overview` has the least and the
    largest loss in each of at most MOST_BUCKETS stretches.
    """

    losses: FloatArray
    parameters: FloatArray
    stride: int
    overview: Points

    @property
    def counts(self) -> Counts:
        """The update counts since the run began, (points,)."""
        return np.arange(len(self.losses), dtype=np.int64) * self.stride

    @property
    def points(self) -> Points:
        """Return all that is kept."""
        return Points(self.counts, self.losses, self.parameters)

    @property
    def nbytes(self) -> int:
        """Bytes of its arrays."""
        return self.losses.nbytes + self.parameters.nbytes + self.overview.nbytes

    @classmethod
    def empty(cls) -> "Curve":
        """Return one of which nothing is kept."""
        losses, parameters = np.empty(0, np.float32), np.empty((0, 0), np.float32)
        return cls(losses, parameters, 1, Points(np.empty(0, np.int64), losses, parameters))

    def first(self, count: int) -> "Curve":
        """Return what is kept of the counts before one."""
        kept = -(-count // self.stride)
        return Curve(self.losses[:kept], self.parameters[:kept], self.stride, self.overview.first(count))

    def since(self, count: int) -> "Curve":
        """Return what is kept of the counts from one on, and at least of the last: see `behind`."""
        start = max(min(-(-count // self.stride), len(self.losses) - 1), 0)
        return Curve(self.losses[start:], self.parameters[start:], self.stride, self.overview.since(count))

    def behind(self, earlier: "Curve", count: int) -> "Curve":
        """Return the whole curve of `count` updates, of which this is the end; `earlier` is what was kept before.

        Raises:
            ValueError: one does not go on where the other ends.
        """
        start, before = -(-count // self.stride) - len(self.losses), earlier
        if self.stride != earlier.stride:
            before = earlier.every(self.stride // earlier.stride)
        if before.stride != self.stride or not 0 <= start <= len(before.losses):
            raise ValueError("the end of a curve does not follow what was kept of it before")
        losses = _joined(before.losses[:start], self.losses)
        whole = replace(self, losses=losses, parameters=_joined(before.parameters[:start], self.parameters))
        seen = self.overview.counts
        known = before.overview.first(int(seen[0])) + self.overview if len(seen) and self.stride > 1 else whole.points
        return replace(whole, overview=overview(known))

    def every(self, step: int) -> "Curve":
        """Return every so many-th count of it, and the same overview."""
        losses, parameters = (sealed(array[::step].copy()) for array in (self.losses, self.parameters))
        return Curve(losses, parameters, step * self.stride, self.overview)

    def thinner(self) -> "Curve":
        """Return every second count of it, and an overview half as fine; itself where that is hardly less."""
        if len(self.losses) <= _LEAST_KEPT:
            return self
        return replace(self.every(2), overview=overview(self.overview, max(len(self.overview.counts) // 4, 1)))


class Recorder:
    """Writes a curve while a run goes on. Nothing that was handed out is written to again."""

    def __init__(self, start: Snapshot, most_bytes: int = MOST_BYTES) -> None:
        self.width = min(start.W.size + start.b.size, WIDEST)
        self.is_whole = self.width == start.W.size + start.b.size
        """Whether all of W and b is kept."""
        self._of_W = min(start.W.size, WIDEST)
        self._losses: list[float] = []
        self._parameters: list[float] = []
        self._most_bytes = most_bytes
        self._flushed = 0
        self._stride = 1
        self._length = 0
        self._kept_losses = np.empty(_FEWEST, np.float32)
        self._kept_parameters = np.empty((_FEWEST, self.width), np.float32)
        self._bucket = 1
        self._overview = Points(np.empty(0, np.int64), self._kept_losses[:0].copy(), self._kept_parameters[:0].copy())

    def kept(self, W: FloatArray, b: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return what is kept of W (n, k) and b (k,), as views."""
        return W.reshape(-1)[: self._of_W], b[: self.width - self._of_W]

    def put(self, loss: float, numbers: list[float]) -> None:
        """Write down the next update count: the loss there, and the numbers that are kept of W and b."""
        # A few numbers in a list are read and looked at sooner than in an array.
        self._parameters += numbers
        self._losses.append(loss)
        if len(self._losses) == _STAGED:
            self._flush()

    def curve(self) -> Curve:
        """Return what there is by now."""
        self._flush()
        return Curve(
            _view(self._kept_losses[: self._length]),
            _view(self._kept_parameters[: self._length]),
            self._stride,
            self._overview,
        )

    def end(self) -> None:
        """Give back the room for more: what is handed out from here on holds no more than its numbers."""
        self._flush()
        self._kept_losses = self._kept_losses[: self._length].copy()
        self._kept_parameters = self._kept_parameters[: self._length].copy()

    def _flush(self) -> None:
        """Put what was written where it is kept, and make room."""
        losses = np.array(self._losses, np.float32)
        parameters = np.array(self._parameters, np.float32).reshape(-1, self.width)
        counts = np.arange(self._flushed, self._flushed + len(losses))
        self._overview, self._bucket = _overview(self._overview, Points(counts, losses, parameters), self._bucket)
        self._flushed += len(losses)
        self._losses, self._parameters = [], []
        kept = counts % self._stride == 0
        self._keep(losses[kept], parameters[kept])
        while self._length * 4 * (1 + self.width) > self._most_bytes:
            self._stride *= 2
            self._kept_losses = self._kept_losses[: self._length : 2].copy()
            self._kept_parameters = self._kept_parameters[: self._length : 2].copy()
            self._length = len(self._kept_losses)

    def _keep(self, losses: FloatArray, parameters: FloatArray) -> None:
        end = self._length + len(losses)
        if end > len(self._kept_losses):
            room = max(2 * len(self._kept_losses), end)
            for name in ("_kept_losses", "_kept_parameters"):
                old: FloatArray = getattr(self, name)
                new = np.empty((room, *old.shape[1:]), np.float32)
                new[: self._length] = old[: self._length]
                setattr(self, name, new)
        self._kept_losses[self._length : end] = losses
        self._kept_parameters[self._length : end] = parameters
        self._length = end


def overview(points: Points, most: int = MOST_BUCKETS) -> Points:
    """Return the least and the largest loss of each of at most `most` equal stretches of counts, in their order."""
    empty = Points(points.counts[:0], points.losses[:0], points.parameters[:0])
    return _overview(empty, points, 1, most)[0]


def _overview(known: Points, new: Points, bucket: int, most: int = MOST_BUCKETS) -> tuple[Points, int]:
    """Add points to an overview; return it with the width of its buckets, which doubles as they become too many."""
    counts = np.concatenate([known.counts, new.counts])
    if not counts.size:
        return known, bucket
    losses = np.concatenate([known.losses, new.losses])
    parameters = np.concatenate([known.parameters, new.parameters])
    while counts[-1] // bucket - counts[0] // bucket >= most:
        bucket *= 2
    if bucket > 1:
        chosen = _extremes(counts // bucket, losses)
        counts, losses, parameters = counts[chosen], losses[chosen], parameters[chosen]
    return Points(_fixed(counts), sealed(losses), sealed(parameters)), bucket


def _extremes(buckets: Counts, losses: FloatArray) -> Counts:
    """Return where, in each bucket, the least and the largest loss is first; one that is nan counts as largest."""
    starts = np.flatnonzero(np.diff(buckets, prepend=buckets[0] - 1))
    sizes = np.diff(starts, append=len(buckets))
    heights = np.where(np.isnan(losses), np.float32(np.inf), losses)
    chosen = [
        _first_in_each(heights == np.repeat(extreme.reduceat(heights, starts), sizes), starts, sizes)
        for extreme in (np.minimum, np.maximum)
    ]
    return np.unique(np.concatenate(chosen))


def _first_in_each(mask: npt.NDArray[np.bool_], starts: Counts, sizes: Counts) -> Counts:
    """Return the first place in each bucket where the mask is set; it is set somewhere in each."""
    places = np.flatnonzero(mask)
    owners = np.repeat(np.arange(len(starts)), sizes)[places]
    return places[np.flatnonzero(np.diff(owners, prepend=-1))]


def _joined(first: FloatArray, then: FloatArray) -> FloatArray:
    return sealed(np.concatenate([first, then]))


def _fixed(counts: Counts) -> Counts:
    counts.flags.writeable = False
    return counts


def _view(array: FloatArray) -> FloatArray:
    view = array.view()
    view.flags.writeable = False
    return view
