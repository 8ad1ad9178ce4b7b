"""Optimizers and clipping where gradients are very large, very small, always the same, or none."""

from typing import Any

import numpy as np
import pytest

from bench.accuracy import run_kernel
from tests import helpers
from tuidl.backends.numpy import ORACLES
from tuidl.core.errors import PresetError
from tuidl.kernels.registry import KERNELS
from tuidl.kernels.step_state import STEP_STATE_SIZE

RATE = 0.01
ADAM = {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8, "weight_decay": 0.0}
RMS = {"rho": 0.9, "momentum": 0.0, "epsilon": 1e-7}
STEPPERS: dict[str, tuple[str, dict[str, float]]] = {
    "adam": ("adam", ADAM),
    "rmsprop": ("rmsprop", {**RMS, "centered": 0}),
    "centred rmsprop": ("rmsprop", {**RMS, "centered": 1}),
    "adagrad": ("adagrad", {"epsilon": 1e-7}),
}


def _steps(name: str, gradients: list[float], backend: str = "cpu") -> np.ndarray:
    """A parameter that starts at 0, after each of the steps."""
    kernel, options = STEPPERS[name]
    signature = KERNELS[kernel].signature
    state = {o.name: np.zeros((1, 1) if o.name == "gradients" else 1) for o in signature.operands}
    seen = []
    for step, gradient in enumerate(gradients, 1):
        state["gradients"] = np.full((1, 1), gradient)
        slice_of_all: dict[str, Any] = {"start": 0, "stop": 1, **options}
        if backend == "cpu":
            step_state = (float(step), RATE)
            state = run_kernel(kernel, state, step_state, **slice_of_all)
        else:
            step_state = np.zeros(STEP_STATE_SIZE)
            step_state[:2] = step, RATE
            known = [slice_of_all[option.name] for option in signature.options]
            with np.errstate(all="ignore"):
                ORACLES[kernel](*state.values(), *known, step_state)
        seen.append(float(state["parameters"][0]))
    return np.array(seen)


@pytest.mark.parametrize("name", STEPPERS)
@pytest.mark.parametrize("gradient", [1.0, -0.1, 3.3e-3, 1e-3, 7e5, 1e18])
def test_gradients_that_never_change_leave_steps_finite(name: str, gradient: float) -> None:
    """The mean of squares and the square of the mean differ by nothing but rounding then."""
    seen = _steps(name, [gradient] * 300)
    assert np.isfinite(seen).all()
    assert (np.diff(seen) * -np.sign(gradient) > 0).all()


@pytest.mark.parametrize("name", STEPPERS)
@pytest.mark.parametrize("size", [1e19, 1e20, -3e25, 3e38])
def test_a_gradient_whose_square_overflows_makes_a_step_and_not_the_last(
    name: str, size: float
) -> None:
    gradients = [0.3, size, 0.2, *[0.3] * 5]
    seen = _steps(name, gradients)
    assert np.isfinite(seen).all()
    assert 0.1 * RATE < abs(seen[1] - seen[0]) < 10 * RATE
    rounding = 2 * np.spacing(np.abs(seen).max().astype(np.float32))
    np.testing.assert_allclose(seen, _steps(name, gradients, "numpy"), rtol=1e-4, atol=rounding)


@pytest.mark.parametrize("name", STEPPERS)
@pytest.mark.parametrize("gradient", [np.inf, -np.inf, np.nan])
def test_a_gradient_that_is_not_finite_shows_in_the_weights(name: str, gradient: float) -> None:
    assert not np.isfinite(_steps(name, [0.1, gradient])[-1])


@pytest.mark.parametrize("name", STEPPERS)
def test_no_gradient_is_no_step(name: str) -> None:
    assert (_steps(name, [0.0] * 5) == 0).all()


@pytest.mark.parametrize("kind", ["adam", "adamw", "rmsprop", "adagrad"])
def test_an_epsilon_that_float32_takes_for_0_is_refused(kind: str) -> None:
    text = helpers.LINE.replace('"sgd"}', f'"{kind}", epsilon = 1e-40}}')
    with pytest.raises(PresetError, match="epsilon"):
        helpers.preset(text)


def _clipped(values: list[float], limit: float, lanes: int = 1) -> np.ndarray:
    """The gradient after both kernels of global clipping, each lane with its slice."""
    size = len(values)
    bounds = [size * lane // lanes for lane in range(lanes + 1)]
    state = {"gradients": np.zeros((lanes, size)), "lengths": np.zeros(lanes)}
    state["gradients"][0] = values
    for lane in range(lanes):
        options = {"start": bounds[lane], "stop": bounds[lane + 1], "lane": lane, "limit": 0.0}
        state = run_kernel("sum_shards", state, **options)
    known = {"lengths": state["lengths"], "gradient": state["gradients"][0]}
    return run_kernel("clip_norm", known, start=0, stop=size, lanes=lanes, limit=limit)["gradient"]


@pytest.mark.parametrize("lanes", [1, 3])
@pytest.mark.parametrize("size", [1.5, 1e20, -1e30, 3e38])
def test_a_gradient_of_any_size_is_scaled_to_the_limit(size: float, lanes: int) -> None:
    values = [size, -size / 2, size / 3, 0.0, size / 1e3, 1.0]
    exact = np.array(values) / np.linalg.norm(values)
    np.testing.assert_allclose(_clipped(values, 1.0, lanes), exact, rtol=1e-6, atol=1e-37)


@pytest.mark.parametrize("size", [1e-30, 1e-20, 0.0])
def test_a_tiny_gradient_is_left_alone_and_clipped_to_tiny_limits(size: float) -> None:
    values = np.array([size, -size], np.float32)
    np.testing.assert_array_equal(_clipped(list(values), 1.0), values)
    np.testing.assert_allclose(_clipped(list(values), size / 2 or 1), values / 2**1.5, rtol=1e-5)


def test_clipping_hides_nothing_that_is_not_finite() -> None:
    assert np.isnan(_clipped([np.nan, 1.0], 0.5)).any()
    with_infinity = _clipped([np.inf, 1.0], 0.5)
    assert np.isnan(with_infinity[0])
    assert with_infinity[1] == 0  # nothing beside something infinite


def test_clipping_by_value_cuts_infinity_and_leaves_nan() -> None:
    state = {"gradients": np.array([[np.inf, -np.inf, 1e20, -0.2, np.nan]]), "lengths": np.zeros(1)}
    found = run_kernel("sum_shards", state, start=0, stop=5, lane=0, limit=0.5)["gradients"][0]
    np.testing.assert_array_equal(found, np.array([0.5, -0.5, 0.5, -0.2, np.nan], np.float32))
