"""The vectorised exp, tanh and sigmoid against double precision."""

import numpy as np
import pytest
from numba import njit

from tuidl.kernels import elementary
from tuidl.kernels.jit import FLAGS
from tuidl.kernels.simd.exponentials import exponentials
from tuidl.kernels.simd.maxima import highest_of

UNITS_IN_THE_LAST_PLACE = 4
EXACT = {
    "exp": np.exp,
    "expm1": np.expm1,
    "tanh": np.tanh,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
}


def _compiled(name: str):
    function = getattr(elementary, name)

    @njit(**FLAGS)
    def apply(x, y):
        for i in range(x.shape[0]):
            y[i] = function(x[i])

    def run(values: np.ndarray) -> np.ndarray:
        out = np.empty_like(values)
        apply(values, out)
        return out

    return run


@pytest.mark.parametrize("name", EXACT)
def test_float32_is_within_a_few_units_in_the_last_place(name: str) -> None:
    x = np.concatenate(
        [
            np.linspace(-80, 80, 100_001),
            np.linspace(-1, 1, 100_001),
            np.logspace(-30, 1, 1001),
            -np.logspace(-30, 1, 1001),
        ]
    ).astype(np.float32)
    actual = _compiled(name)(x).astype(np.float64)
    exact = EXACT[name](x.astype(np.float64))
    error = np.abs(actual - exact) / np.maximum(np.abs(exact), np.finfo(np.float32).tiny)
    assert error.max() < UNITS_IN_THE_LAST_PLACE * np.finfo(np.float32).eps


@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize("length", [1, 64])
def test_not_finite_values_pass_through(name: str, length: int) -> None:
    for value in (np.nan, np.inf):
        x = np.full(length, value, np.float32)
        expected = EXACT[name](x.astype(np.float64))
        np.testing.assert_array_equal(_compiled(name)(x), expected.astype(np.float32))


@pytest.mark.parametrize("name", EXACT)
def test_float64_is_exact(name: str) -> None:
    x = np.linspace(-30, 30, 1001)
    np.testing.assert_allclose(_compiled(name)(x), EXACT[name](x), rtol=1e-14)
    np.testing.assert_allclose(getattr(elementary, name)(x), EXACT[name](x), rtol=1e-14)


def test_log1p_of_a_share_is_within_a_few_units_in_the_last_place() -> None:
    x = np.concatenate([np.linspace(0, 1, 100_001), np.logspace(-37, 0, 1001)]).astype(np.float32)
    exact = np.log1p(x.astype(np.float64))
    error = np.abs(_compiled("log1p")(x) - exact) / np.maximum(exact, np.finfo(np.float32).tiny)
    assert error.max() < UNITS_IN_THE_LAST_PLACE * np.finfo(np.float32).eps
    assert np.isnan(_compiled("log1p")(np.full(64, np.nan, np.float32))).all()
    doubles = np.linspace(0, 1, 101)
    np.testing.assert_allclose(_compiled("log1p")(doubles), np.log1p(doubles), rtol=1e-14)
    np.testing.assert_allclose(elementary.log1p(doubles), np.log1p(doubles), rtol=1e-14)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_the_largest_number_of_vectors_of_every_length(kind: type) -> None:
    """It may stand anywhere; NaN is passed over, and nothing has minus infinity."""

    @njit(**FLAGS)
    def found(x):
        return highest_of(x)

    draw = np.random.default_rng(3)
    for length in (*range(35), 200):
        x = (draw.standard_normal(length) - 9).astype(kind)
        assert found(x) == (x.max() if length else -np.inf) == highest_of(x)
        x[1::3] = np.nan
        assert found(x) == (np.nanmax(x) if length else -np.inf) == highest_of(x)
    assert found(np.full(40, np.nan, kind)) == -np.inf


@njit(**FLAGS)
def _exponentials_of(row, top, scale, lowest):
    return exponentials(row, top, scale, lowest)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("count", [16, 32, 48, 64, 144])
def test_exponentials_of_a_row_and_their_sum(kind: type, count: int) -> None:
    scores = np.random.default_rng(count).normal(size=count + 3).astype(kind) * 30
    scores[count // 2] = lowest = kind(-np.inf)
    row, scale = scores.copy(), kind(0.25)
    top = scores[:count].max(initial=-1e3) * scale
    total = _exponentials_of(row[:count], top, scale, lowest)
    exact = np.exp(scores[:count].astype(np.float64) * float(scale) - float(top))
    near = 64 * np.finfo(kind).eps  # exponents down to -40 are rounded before
    np.testing.assert_allclose(row[:count], exact, rtol=near, atol=np.finfo(kind).tiny)
    assert row[count // 2] == 0
    np.testing.assert_allclose(total, exact.sum(), rtol=near)
    np.testing.assert_array_equal(row[count:], scores[count:])


def test_a_score_that_is_no_number_stays_visible_among_exponentials() -> None:
    row = np.full(32, np.nan, np.float32)
    total = _exponentials_of(row, np.float32(0), np.float32(1), np.float32(-np.inf))
    assert np.isnan(row).all()
    assert np.isnan(total)
