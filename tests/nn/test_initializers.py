"""First values drawn in pieces are those that are drawn at once, and take no second copy."""

import tracemalloc
import zlib
from math import prod, sqrt
from typing import Any

import numpy as np
import pytest

from tuidl.nn.initializers import PIECE, bytes_to_draw, fill_initial, initial_values

Array = np.ndarray[Any, np.dtype[Any]]
LARGE = (PIECE // 512 + 1, 1025)
"""More than two pieces, and not a whole number of them."""


def at_once(name: str, shape: tuple[int, ...], seed: int, key: str) -> Array:
    """The definition: everything in float64, drawn in one go."""
    keys = np.array([seed, zlib.crc32(key.encode())], dtype=np.uint64)
    random = np.random.Generator(np.random.Philox(key=keys))
    fans = {"he": shape[0], "glorot": sum(shape)}[name.partition("_")[0]]
    if name.endswith("uniform"):
        limit = sqrt(3.0 * (2.0 / fans))
        return random.uniform(-limit, limit, shape)
    values = random.standard_normal(shape)
    while (far := np.abs(values) > 2.0).any():
        values[far] = random.standard_normal(int(far.sum()))
    return values * (sqrt(2.0 / fans) / 0.87962566103423978)


@pytest.mark.parametrize("shape", [(3, 5), (1, PIECE), (1, PIECE + 1), LARGE], ids=str)
@pytest.mark.parametrize("name", ["he_uniform", "he_normal", "glorot_uniform", "glorot_normal"])
def test_the_bits_are_those_of_one_draw(name: Any, shape: tuple[int, ...]) -> None:
    expected = at_once(name, shape, 7, "dense_1.kernel")
    np.testing.assert_array_equal(initial_values(name, shape, 7, "dense_1.kernel"), expected)
    single = np.empty(shape, np.float32)
    fill_initial(single, name, 7, "dense_1.kernel")
    np.testing.assert_array_equal(single, expected.astype(np.float32))


@pytest.mark.parametrize("name", ["he_normal", "glorot_uniform", "zeros", "uniform", "orthogonal"])
def test_drawing_takes_no_more_than_is_predicted(name: Any) -> None:
    shape = (600, 500) if name == "orthogonal" else (4 * PIECE // 1000, 1000)
    values = np.empty(shape, np.float32)
    tracemalloc.start()
    try:
        fill_initial(values, name, 1, "k")
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most <= bytes_to_draw(name, shape)
    if name != "orthogonal":
        assert bytes_to_draw(name, shape) < 8 * prod(shape)
