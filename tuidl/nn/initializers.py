"""First values of parameters, by the names that Keras gives them.

Each parameter draws from its own Philox stream, keyed by the seed and its name: adding a layer
does not change the first values of the others.
"""

import zlib
from collections.abc import Callable, Iterator
from math import prod, sqrt
from typing import Any

import numpy as np

from tuidl.nn.initializer_names import FROM_EXAMPLES, Start

Array = np.ndarray[Any, np.dtype[np.float64]]
Random = np.random.Generator
Shape = tuple[int, ...]

PIECE = 1 << 18
"""Numbers drawn at a time."""
ORTHOGONAL = 48
"""Bytes that the QR factorisation takes for each element: six matrices in float64."""
FAR = 1.2
"""Bytes for each element of a truncated normal: the 4.6% that are drawn again, and their places."""


def initial_values(name: Start, shape: tuple[int, ...], seed: int, key: str) -> Array:
    """float64 values of ``shape`` for the parameter called ``key``."""
    values = np.empty(shape)
    fill_initial(values, name, seed, key)
    return values


def fill_initial(values: Any, name: Start, seed: int, key: str) -> None:
    """Fill a contiguous array with the parameter's ``initial_values``, rounded to its dtype.

    Drawn in float64, a piece at a time: the stream of random numbers is the same.
    """
    stream = np.random.Philox(key=np.array([seed, zlib.crc32(key.encode())], dtype=np.uint64))
    _INITIALIZERS[name](np.random.Generator(stream), values.reshape(-1), values.shape)


def _fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """Inputs and outputs of one unit; convolution kernels are (height, width, in, out)."""
    field = prod(shape[:-2])
    return shape[-2] * field, shape[-1] * field


def _pieces(values: Any) -> Iterator[Any]:
    for start in range(0, len(values), PIECE):
        yield values[start : start + PIECE]


def _uniform(random: Random, values: Any, limit: float) -> None:
    for piece in _pieces(values):
        piece[:] = random.uniform(-limit, limit, len(piece))


def _truncated_normal(random: Random, values: Any, variance: float) -> None:
    """Normal, drawn anew beyond two deviations; the width is corrected for what that cuts off."""
    deviation_left_by_the_cut = 0.87962566103423978
    width = sqrt(variance) / deviation_left_by_the_cut
    far, start = [np.zeros(0, np.intp)], 0
    for piece in _pieces(values):
        drawn = random.standard_normal(len(piece))
        piece[:] = drawn * width
        far.append(np.flatnonzero(np.abs(drawn) > 2.0) + start)
        start += len(piece)
    wanted = np.concatenate(far)
    while len(wanted):
        drawn = random.standard_normal(len(wanted))
        is_near = np.abs(drawn) <= 2.0
        values[wanted[is_near]] = drawn[is_near] * width
        wanted = wanted[~is_near]


def _orthogonal(random: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """A random (semi-)orthogonal matrix (Saxe et al., 2014), from the QR of a normal one."""
    rows, columns = prod(shape[:-1]), shape[-1]
    q, r = np.linalg.qr(random.standard_normal((max(rows, columns), min(rows, columns))))
    q *= np.sign(np.diagonal(r))
    return (q if rows >= columns else q.T).reshape(shape)


def _filled(random: Random, values: Any, source: Any) -> None:
    values[:] = source.reshape(-1)


def _glorot(shape: Shape) -> float:
    """Variance of Glorot and Bengio (2010)."""
    return 2.0 / sum(_fans(shape))


def _he(shape: Shape) -> float:
    """Variance of He et al. (2015)."""
    return 2.0 / _fans(shape)[0]


_INITIALIZERS: dict[str, Callable[[Random, Any, Shape], None]] = {
    "glorot_uniform": lambda g, v, s: _uniform(g, v, sqrt(3.0 * _glorot(s))),
    "glorot_normal": lambda g, v, s: _truncated_normal(g, v, _glorot(s)),
    "he_uniform": lambda g, v, s: _uniform(g, v, sqrt(3.0 * _he(s))),
    "he_normal": lambda g, v, s: _truncated_normal(g, v, _he(s)),
    "orthogonal": lambda g, v, s: _filled(g, v, _orthogonal(g, s)),
    "uniform": lambda g, v, s: _uniform(g, v, 0.05),
    "zeros": lambda g, v, s: v.fill(0.0),
    "ones": lambda g, v, s: v.fill(1.0),
    "k_means_plus_plus": lambda g, v, s: _truncated_normal(g, v, 1.0),
    "quarter": lambda g, v, s: v.fill(0.25),
    "unit_forget": lambda g, v, s: _filled(g, v, np.repeat([0.0, 1.0, 0.0, 0.0], s[0] // 4)),
}


def bytes_to_draw(name: Start, shape: tuple[int, ...]) -> int:
    """Memory that ``fill_initial`` takes at most, besides the parameter's own."""
    elements = prod(shape)
    if name == "orthogonal":
        return ORTHOGONAL * elements
    normal = FAR * elements if name.endswith("_normal") or name == FROM_EXAMPLES else 0
    return int(normal + 16 * min(elements, PIECE))
