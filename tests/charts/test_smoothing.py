"""Smoothing against TensorBoard's own loop, one value after the other."""

import math

import numpy as np
import pytest

from tuidl.charts.smoothing import smoothed


def tensorboard(values: list[float], weight: float) -> list[float]:
    """What its line chart does (``resmoothDataset``)."""
    if all(value == values[0] for value in values):
        return values
    last, count, found = 0.0, 0, []
    for value in values:
        if math.isfinite(value):
            last = last * weight + (1 - weight) * value
            count += 1
            debias = 1.0 if weight == 1 else 1 - weight**count
            found.append(last / debias)
        else:
            found.append(value)
    return found


CURVES = [
    [3.0, 2.0, 1.0, 4.0, 0.5],
    [1.0],
    [0.1] * 7,
    [math.nan, 2.0, math.nan, 1.0, math.inf, 0.0],
    [math.nan, math.nan],
    [1e-30, 1e30, -1e30],
    [math.sin(i) for i in range(200)],
]


@pytest.mark.parametrize("weight", [0.0, 0.3, 0.6, 0.9, 0.99, 0.999])
def test_it_is_tensorboards(weight: float) -> None:
    found = smoothed([np.array(curve) for curve in CURVES], weight)
    for curve, smooth in zip(CURVES, found, strict=True):
        np.testing.assert_allclose(smooth, tensorboard(curve, weight), rtol=1e-12, atol=0)


def test_a_curve_that_stays_stays_to_the_last_digit() -> None:
    curve = np.full(500, 0.1)
    assert np.array_equal(smoothed([curve], 0.9)[0], curve)


def test_the_first_value_is_the_first_and_nothing_is_nothing() -> None:
    assert smoothed([np.array([5.0, 1.0])], 0.99)[0][0] == pytest.approx(5.0, rel=1e-12)
    assert smoothed([], 0.5) == []
    assert len(smoothed([np.zeros(0), np.array([1.0, 2.0])], 0.5)[0]) == 0
