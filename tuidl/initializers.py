"""First values of parameters, by the names that Keras gives them.

Each parameter draws from its own Philox stream, keyed by the seed and its name: adding a layer
does not change the first values of the others.
"""

import zlib
from collections.abc import Callable
from math import prod, sqrt
from typing import Any

import numpy as np

from tuidl.starts import Start

Array = np.ndarray[Any, np.dtype[np.float64]]


def initial_values(name: Start, shape: tuple[int, ...], seed: int, key: str) -> Array:
    """float64 values of ``shape`` for the parameter called ``key``."""
    stream = np.random.Philox(key=np.array([seed, zlib.crc32(key.encode())], dtype=np.uint64))
    return _INITIALIZERS[name](np.random.Generator(stream), shape)


def _fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """Inputs and outputs of one unit; convolution kernels are (height, width, in, out)."""
    field = prod(shape[:-2])
    return shape[-2] * field, shape[-1] * field


def _uniform(random: np.random.Generator, shape: tuple[int, ...], variance: float) -> Array:
    limit = sqrt(3.0 * variance)
    return random.uniform(-limit, limit, shape)


def _truncated_normal(
    random: np.random.Generator, shape: tuple[int, ...], variance: float
) -> Array:
    """Normal, drawn anew beyond two deviations; the width is corrected for what that cuts off."""
    values = random.standard_normal(shape)
    while (far := np.abs(values) > 2.0).any():
        values[far] = random.standard_normal(int(far.sum()))
    deviation_left_by_the_cut = 0.87962566103423978
    return values * (sqrt(variance) / deviation_left_by_the_cut)


def _orthogonal(random: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """A random (semi-)orthogonal matrix (Saxe et al., 2014), from the QR of a normal one."""
    rows, columns = prod(shape[:-1]), shape[-1]
    q, r = np.linalg.qr(random.standard_normal((max(rows, columns), min(rows, columns))))
    q *= np.sign(np.diagonal(r))
    return (q if rows >= columns else q.T).reshape(shape)


_INITIALIZERS: dict[str, Callable[[np.random.Generator, tuple[int, ...]], Array]] = {
    "glorot_uniform": lambda g, s: _uniform(g, s, 2.0 / sum(_fans(s))),
    "glorot_normal": lambda g, s: _truncated_normal(g, s, 2.0 / sum(_fans(s))),
    "he_uniform": lambda g, s: _uniform(g, s, 2.0 / _fans(s)[0]),
    "he_normal": lambda g, s: _truncated_normal(g, s, 2.0 / _fans(s)[0]),
    "orthogonal": _orthogonal,
    "uniform": lambda g, s: g.uniform(-0.05, 0.05, s),
    "zeros": lambda g, s: np.zeros(s),
    "ones": lambda g, s: np.ones(s),
    "unit_forget": lambda g, s: np.repeat([0.0, 1.0, 0.0, 0.0], s[0] // 4),
}
