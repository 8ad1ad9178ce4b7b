"""Planes through the weights of a network: directions to look along, and where other weights lie.

Weights are the vector of all parameters that are trained, one behind the other; what is not trained
(moving averages, frozen layers) has no part in directions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tuidl.compiler.arena import ParameterSlot
from tuidl.compiler.program import Program
from tuidl.core.errors import DataError
from tuidl.core.lazy import Array

FEWEST = 3
"""Different weights of which two principal components can be had."""


@dataclass(frozen=True)
class Plane:
    """All ``centre + a * first + b * second``, float64.

    ``shares``: of the path's variance that the two directions explain, where they are its
    principal components.
    """

    centre: Array
    first: Array
    second: Array
    shares: tuple[float, float] | None = None

    def at(self, a: float, b: float) -> Array:
        """The weights there."""
        return self.centre + a * self.first + b * self.second

    def project(self, weights: Array) -> tuple[float, float, float]:
        """The nearest point of the plane, and how far from it the weights lie."""
        offset = weights - self.centre
        basis = np.stack([self.first, self.second])
        place = np.linalg.solve(basis @ basis.T, basis @ offset)
        distance = float(np.linalg.norm(offset - place @ basis))
        return float(place[0]), float(place[1]), distance


def trained_slots(program: Program) -> list[ParameterSlot]:
    """The parameters that are trained, in program order."""
    return [slot for slot in program.parameters if slot.trainable]


def vector_of(slots: Sequence[ParameterSlot], parameters: Mapping[str, Array]) -> Array:
    """The weights as one vector, float64."""
    parts = [np.asarray(parameters[slot.name], np.float64).reshape(-1) for slot in slots]
    return np.concatenate(parts) if parts else np.zeros(0)


def random_plane(slots: Sequence[ParameterSlot], centre: Array, seed: int) -> Plane:
    """Two filter-normalised random directions.

    Each direction is drawn from a normal distribution; then each filter of a kernel (what makes one
    output of its layer) is scaled to the length that the filter has in ``centre``. Biases and the
    scales of normalisation layers stay as they are. Li et al., Visualizing the Loss Landscape of
    Neural Nets, 2018, section 4.
    """
    random = np.random.Generator(np.random.Philox(key=seed))
    first, second = (_direction(slots, centre, random) for _ in range(2))
    if not first.any() or not second.any():
        raise DataError("the network has no weights with filters to look along")
    return Plane(centre, first, second)


def _direction(slots: Sequence[ParameterSlot], centre: Array, random: np.random.Generator) -> Array:
    parts, start = [], 0
    for slot in slots:
        weights = centre[start : start + slot.size].reshape(slot.shape)
        start += slot.size
        drawn = random.normal(size=slot.shape)
        parts.append(_normalised(drawn, weights).reshape(-1))
    return np.concatenate(parts) if parts else np.zeros(0)


def _normalised(drawn: Array, weights: Array) -> Array:
    """Filters lie along the last dimension; zeros where there are none."""
    if weights.ndim < 2:
        return np.zeros_like(drawn)
    inner = tuple(range(weights.ndim - 1))
    lengths = np.sqrt((drawn**2).sum(axis=inner, keepdims=True))
    wanted = np.sqrt((weights**2).sum(axis=inner, keepdims=True))
    return np.asarray(drawn * (wanted / np.maximum(lengths, 1e-300)))


def path_plane(path: Array, centre: Array) -> Plane:
    """The two principal components of a path, (points, weights), through ``centre``: unit vectors.

    Raises DataError where the path has fewer than three different points, or lies on a line.
    """
    offsets = path - path.mean(axis=0)
    values, vectors = np.linalg.eigh(offsets @ offsets.T)  # (points, points): the path is short
    total = float(values.clip(min=0).sum())
    if len(path) < FEWEST or not values[-2] > 1e-12 * total:
        raise DataError(
            "the weights that are kept lie on a line or are fewer than three: they span no plane; "
            "random directions do"
        )
    first, second = (offsets.T @ vectors[:, i] / np.sqrt(values[i]) for i in (-1, -2))
    shares = (float(values[-1] / total), float(values[-2] / total))
    return Plane(centre, _signed(first), _signed(second), shares)


def _signed(direction: Array) -> Array:
    """The one of two opposite directions whose largest number is positive."""
    sign = np.sign(direction[np.abs(direction).argmax()])
    return np.asarray(direction * sign)


def grid_axis(low: float, high: float, points: int) -> Array:
    """``points`` evenly from about ``low`` to about ``high``, with an exact 0 among them."""
    step = (high - low) / (points - 1)
    zero = min(max(round(-low / step), 0), points - 1)
    return (np.arange(points) - zero) * step
