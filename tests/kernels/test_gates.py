"""Sigmoid and tanh of recurrent layers' gates against double precision."""

import numpy as np
import pytest
from numba import njit

from tuidl.kernels.jit import FLAGS
from tuidl.kernels.oracles import logistic
from tuidl.kernels.simd.gru_units import close_gates, divide_gradient, open_gates, use_candidate
from tuidl.kernels.simd.intrinsics import data_of
from tuidl.kernels.simd.lstm_units import advance_lstm
from tuidl.kernels.simd.simple_units import advance_simple, retreat_simple

UNITS_IN_THE_LAST_PLACE = 4
NAMES = ("old", "i", "f", "c", "o", "cell", "state")


@njit(**FLAGS)
def _advance(old, i, f, c, o, cell, state, count):
    pointers = (data_of(old), data_of(i), data_of(f), data_of(c), data_of(o))
    advance_lstm(*pointers, data_of(cell), data_of(state), count)


def _step(gates: np.ndarray, count: int) -> dict[str, np.ndarray]:
    """A step of the first ``count`` units from cells of 1; all four gates are ``gates`` before."""
    known = {name: gates.copy() for name in NAMES}
    known["old"][:] = 1
    _advance(*known.values(), count)
    return known


def _error(actual: np.ndarray, exact: np.ndarray) -> float:
    """In units in the last place of float32."""
    smallest = np.finfo(np.float32).tiny
    relative = np.abs(actual.astype(np.float64) - exact) / np.maximum(np.abs(exact), smallest)
    return float(relative.max() / np.finfo(np.float32).eps)


def test_float32_is_within_a_few_units_in_the_last_place() -> None:
    x = np.concatenate(
        [
            np.linspace(-86, 86, 100_001),
            np.linspace(-1, 1, 100_001),
            np.logspace(-30, 1, 1001),
            -np.logspace(-30, 1, 1001),
        ]
    ).astype(np.float32)
    exact, known = x.astype(np.float64), _step(x, len(x))
    for name in ("i", "f", "o"):
        assert _error(known[name], 1 / (1 + np.exp(-exact))) < UNITS_IN_THE_LAST_PLACE
    assert _error(known["c"], np.tanh(exact)) < UNITS_IN_THE_LAST_PLACE


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("count", [1, 16, 45])
def test_values_that_are_not_finite_stay_visible(dtype: str, value: float, count: int) -> None:
    known = _step(np.full(count, value, dtype), count)
    i, c = logistic(known["i"].dtype.type(value)), np.tanh(value)
    np.testing.assert_allclose(known["i"], i, atol=1e-37)
    np.testing.assert_allclose(known["c"], c)
    np.testing.assert_allclose(known["state"], i * np.tanh(i + i * c), rtol=1e-6, atol=1e-37)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("count", [0, 1, 7, 8, 15, 16, 17, 33, 64])
def test_other_units_are_left_alone_and_all_have_the_same_bits(dtype: str, count: int) -> None:
    x = np.random.default_rng(3).normal(scale=3, size=80).astype(dtype)
    some, every = _step(x, count), _step(x, len(x))
    for name in NAMES:
        before = np.ones_like(x) if name == "old" else x
        np.testing.assert_array_equal(some[name][:count], every[name][:count])
        np.testing.assert_array_equal(some[name][count:], before[count:])


@njit(**FLAGS)
def _without_a_reset_behind(x, count):
    rows = [data_of(row) for row in x]
    open_gates(rows[0], rows[1], rows[2], rows[3], rows[4], rows[5], count)
    use_candidate(rows[0], rows[2], rows[3], rows[6], rows[7], count)
    divide_gradient(rows[2], rows[1], rows[0], rows[3], rows[6], rows[8], rows[9], count)
    close_gates(
        rows[5], rows[2], rows[9], rows[8], rows[0], rows[3], rows[4], rows[6], rows[1], count
    )


@njit(**FLAGS)
def _simple(x, count):
    advance_simple(data_of(x[0]), count)
    retreat_simple(data_of(x[0]), data_of(x[1]), data_of(x[2]), data_of(x[3]), count)


@pytest.mark.parametrize(("step", "rows"), [(_without_a_reset_behind, 10), (_simple, 4)])
@pytest.mark.parametrize(("dtype", "near"), [("float32", 2e-6), ("float64", 1e-13)])
@pytest.mark.parametrize("count", [0, 1, 7, 16, 17, 33, 64])
def test_compiled_steps_are_those_of_the_definition(
    step, rows: int, dtype: str, near: float, count: int
) -> None:
    x = np.random.default_rng(4).normal(size=(rows, 70)).astype(dtype)
    compiled, defined = x.copy(), x.copy()
    step(compiled, count)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(step.py_func.__globals__, "data_of", lambda row: row)
        step.py_func(defined, count)
    np.testing.assert_allclose(compiled, defined, rtol=near, atol=near)
    np.testing.assert_array_equal(compiled[:, count:], x[:, count:])
