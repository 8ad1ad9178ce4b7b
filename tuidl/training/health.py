"""How a training is doing inside: numbers about the next step, its noise, its curvature.

Every function leaves parameters, optimizers, counters and moving averages as they were. All look at
the first objective and the training part.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tuidl.backends.base import ArrayDataset
from tuidl.core.lazy import Array
from tuidl.training.gradient_norms import square_of
from tuidl.training.inspection import Inspected, inspect
from tuidl.training.next_step import taken_back
from tuidl.training.state import TrainState

BATCHES = 8
"""Batches whose gradients are compared."""
MOST_FLOPS = 2e9
"""Of all steps that the sharpness takes; networks that would need more are given fewer examples,
or none."""
ROUNDS, FEWEST_EXAMPLES = 12, 8
"""Multiplications by the Hessian matrix, and examples that it is of at least."""
NEAR = 3e-3
"""How far weights are moved to see how their gradient changes, of their length (at least of 1)."""


@dataclass(frozen=True)
class Noise:
    """``scale``: examples from which on a larger batch hardly makes a gradient better; None where
    the gradient is lost in its noise. ``small``, ``large``: sizes of the batches compared."""

    scale: float | None
    small: int
    large: int


def noise_scale(gradients: list[Mapping[str, Array]], small: int) -> Noise:
    """The gradient noise scale tr(S) / |G|^2 (S. McCandlish and others, "An Empirical Model of
    Large-Batch Training", 2018, appendix A.1) from the gradients of batches of ``small`` examples:

        |G|^2 ~ (large |g_large|^2 - small |g_small|^2) / (large - small)
        tr(S) ~ (|g_small|^2 - |g_large|^2) / (1 / small - 1 / large)

    where g_large is the mean of all batches' gradients and |g_small|^2 the mean of their squared
    lengths. Both are unbiased; with few batches the first may be negative, and nothing is known.
    """
    count = len(gradients)
    large = small * count
    vectors = [_flat(one) for one in gradients]
    of_small = float(np.mean([vector @ vector for vector in vectors]))
    mean = np.mean(vectors, axis=0)
    of_large = float(mean @ mean)
    if count < 2:
        return Noise(None, small, large)
    signal = (large * of_large - small * of_small) / (large - small)
    noise = (of_small - of_large) / (1 / small - 1 / large)
    return Noise(noise / signal if signal > 0 else None, small, large)


def effective_rank(outputs: Array) -> float:
    """In how many directions the outputs (examples, features) vary: exp of the entropy of their
    singular values as shares, exp(-sum p log p) with p = s / sum(s), of the outputs less their mean
    (O. Roy and M. Vetterli, "The effective rank", 2007). From 1 to the smaller side; 0 where all
    examples have the same outputs."""
    x = outputs.reshape(len(outputs), -1).astype(np.float64)
    x = x - x.mean(axis=0)
    small = x @ x.T if len(x) <= x.shape[1] else x.T @ x
    values = np.sqrt(np.maximum(np.linalg.eigvalsh(small), 0.0))
    kept = values[values > 1e-6 * values.max(initial=0.0)]
    if not kept.size:
        return 0.0
    shares = kept / kept.sum()
    return math.exp(-float((shares * np.log(shares)).sum()))


def sharpness(state: TrainState, feed: ArrayDataset) -> tuple[float | None, int]:
    """The largest eigenvalue (by size) of the loss's Hessian matrix on the feed's first examples,
    and how many those are; None where it would take too long. By power iteration, each product
    from two gradients, H v ~ (g(w + e v) - g(w - e v)) / 2e (B. Pearlmutter, 1994). Gradient
    descent at rate r is stable below 2 / r (J. Cohen and others, "Gradient Descent on Neural
    Networks Typically Occurs at the Edge of Stability", 2021)."""
    each = 3 * max(state.program.graph.flops, 1) * 2 * ROUNDS
    examples = min(len(feed), state.program.train.capacity, int(MOST_FLOPS // each))
    if examples < min(FEWEST_EXAMPLES, len(feed)):
        return None, 0
    part = ArrayDataset(feed.x, feed.y, feed.order[:examples])
    parameters = state.model.parameters
    with state.model.lock.hold(), taken_back(state), state.counting(0):
        first = inspect(state.model, part).parameters
        names = list(first)
        origin = {name: parameters[name].copy() for name in names}
        length = max(np.sqrt(sum(map(_square, origin.values()))), 1.0)
        direction = _flat(first)
        value = 0.0
        for _ in range(ROUNDS):
            size = float(np.sqrt(direction @ direction))
            if not size > 0:
                return 0.0, examples
            direction /= size
            moved = []
            for sign in (1.0, -1.0):
                _move(parameters, origin, direction, sign * NEAR * length)
                moved.append(_flat(inspect(state.model, part).parameters))
            product = (moved[0] - moved[1]) / (2 * NEAR * length)
            value, direction = float(direction @ product), product
    return (value if np.isfinite(value) else None), examples


def batches_of(state: TrainState) -> tuple[list[ArrayDataset], int]:
    """Disjoint batches spread over the training part, all of one size, which is at most that of the
    run; fewer than two where there are too few examples."""
    feed = state.train_feed
    size = min(state.batches.batch, max(len(feed) // BATCHES, 1))
    count = min(BATCHES, len(feed) // size)
    order = np.random.default_rng(state.preset.training.seed).permutation(len(feed))
    parts = order[: size * count].reshape(count, size)
    zero_on = np.arange(size, dtype=np.int64)
    return [ArrayDataset(feed.x[part], feed.y[part], zero_on) for part in parts], size


def looked_into(state: TrainState, feeds: list[ArrayDataset]) -> list[Inspected]:
    """A step on each of the feeds, without its update."""
    with state.counting(0):
        return [inspect(state.model, feed) for feed in feeds]


def _move(
    parameters: Mapping[str, Array], origin: Mapping[str, Array], direction: Array, far: float
) -> None:
    """Set the parameters to ``origin`` and ``far`` along a direction."""
    start = 0
    for name, values in origin.items():
        part = direction[start : start + values.size].reshape(values.shape)
        parameters[name][...] = values + (far * part).astype(values.dtype)
        start += values.size


def _flat(arrays: Mapping[str, Array]) -> Array:
    """All numbers as one vector in float64."""
    parts = [array.astype(np.float64).reshape(-1) for array in arrays.values()]
    return np.concatenate(parts) if parts else np.zeros(0)


def _square(array: Array) -> float:
    return square_of(array.reshape(-1))
