"""float32 results beside float64: sums of a million numbers, and small and large arguments."""

import numpy as np
import pytest

from bench.accuracy import CASES, KINDS, Case, drawn, error_of, run_kernel

BOUND = 1e-6
ULPS = 4 * np.finfo(np.float32).eps
ROWS = 262_144
SHARDS = 16
WITHOUT_PROMISE = "gradient of one embedded word"
"""A row's places are added one after the other, in float32 (as in PyTorch)."""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "case", [case for case in CASES if case.name != WITHOUT_PROMISE], ids=lambda case: case.name
)
def test_sums_of_a_million_numbers_are_as_exact_as_float32_can_hold(case: Case, kind: str) -> None:
    x, d = drawn(kind)
    assert error_of(case, case.ours(x, d), x, d) < BOUND


def _batch(offset: float, columns: int) -> np.ndarray:
    values = offset + np.random.default_rng(1).standard_normal((ROWS, columns))
    return values.astype(np.float32)


def _statistics(x: np.ndarray, shards: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance as the shards of a batch have them together."""
    width = x.shape[1]
    known = {name: np.zeros((shards, width)) for name in ("means", "rests", "distances")}
    known["counts"] = np.zeros(shards)
    for lane, part in enumerate(np.array_split(x, shards)):
        found = run_kernel("batch_moments", {"x": part, **known}, lane=lane)
        known = {name: found[name].copy() for name in known}
    vectors = {name: np.ones(width) for name in ("gamma", "beta", "mean", "inverse")}
    operands = {"x": x[:3], "y": x[:3], **known, **vectors}
    found = run_kernel("batch_normalization", operands, epsilon=1e-30, rectified=0)
    return found["mean"], found["inverse"].astype(np.float64) ** -2


@pytest.mark.parametrize("shards", [1, 5, SHARDS])
@pytest.mark.parametrize("columns", [1, 3, 64])
@pytest.mark.parametrize("offset", [0.0, 1.0, 1e4, -1e6])
def test_batch_statistics_of_many_rows(offset: float, columns: int, shards: int) -> None:
    x = _batch(offset, columns)
    wide = x.astype(np.float64)
    mean, variance = _statistics(x, shards)
    size = np.abs(wide).mean(axis=0)
    assert (np.abs(mean - wide.mean(axis=0)) / size).max() < BOUND
    assert np.abs(variance / wide.var(axis=0) - 1).max() < BOUND


def test_statistics_of_equal_rows_have_no_variance() -> None:
    x = np.full((ROWS, 2), 0.1, np.float32)
    x[:, 1] = -12345.678
    mean, variance = _statistics(x, SHARDS)
    np.testing.assert_allclose(mean, x[0], rtol=2e-7)
    assert (variance < 1e-12 * x[0] ** 2).all()


@pytest.mark.parametrize("rows", [0, 1, 2, 3, 4, 5, 63, 64, 65, 127, 128, 129, 1000])
@pytest.mark.parametrize("columns", [1, 7, 16, 31, 255, 256, 257, 600])
def test_sums_of_rows_of_every_shape(rows: int, columns: int) -> None:
    """Blocks of rows, vectors of columns, and what is left of both."""
    x = np.random.default_rng(rows).standard_normal((rows, columns)).astype(np.float32)
    sums = run_kernel("bias_gradient", {"dy": x, "db": np.ones(columns)})["db"]
    np.testing.assert_allclose(sums, x.astype(np.float64).sum(axis=0), rtol=2e-6, atol=1e-5)
    error = {"prediction": x, "target": 0 * x, "statistics": np.ones(columns)}
    squares = run_kernel("sum_squared_error", error)["statistics"]
    np.testing.assert_allclose(squares, (x.astype(np.float64) ** 2).sum(axis=0), rtol=2e-6)


@pytest.mark.parametrize("offset", [0.0, 1e3])
@pytest.mark.parametrize(
    ("size", "stride"), [((9, 9), (3, 2)), ((40, 30), (40, 30)), ((8, 9), (1, 1))]
)
def test_means_of_large_windows(
    size: tuple[int, int], stride: tuple[int, int], offset: float
) -> None:
    x = (offset + np.random.default_rng(2).standard_normal((2, 40, 30, 19))).astype(np.float32)
    down, across = (
        (extent + 2 - window) // step + 1 if window < extent else 1
        for extent, window, step in zip(x.shape[1:3], size, stride, strict=True)
    )
    before = 1 if size[0] < 40 else 0
    options = {"size_y": size[0], "size_x": size[1], "stride_y": stride[0], "stride_x": stride[1]}
    operands = {"x": x, "y": np.zeros((2, down, across, 19))}
    found = run_kernel("average_pool2d", operands, **options, top=before, left=before)["y"]
    for p in range(down):
        for q in range(across):
            rows = slice(max(p * stride[0] - before, 0), p * stride[0] - before + size[0])
            columns = slice(max(q * stride[1] - before, 0), q * stride[1] - before + size[1])
            exact = x[:, rows, columns].mean(axis=(1, 2), dtype=np.float64)
            np.testing.assert_allclose(found[:, p, q], exact, rtol=2e-7, atol=2e-7)


@pytest.mark.parametrize("alpha", [0.25, 1.0, 100.0])
def test_elu_of_small_numbers_keeps_their_digits(alpha: float) -> None:
    x = -np.concatenate([np.logspace(-30, 2, 4001), np.linspace(0.3, 0.4, 1001)]).astype(np.float32)
    found = run_kernel("elu", {"y": x}, alpha=alpha)["y"].astype(np.float64)
    exact = alpha * np.expm1(x.astype(np.float64))
    assert np.abs(found / exact - 1).max() < ULPS


@pytest.mark.parametrize("alpha", [0.0, 1e-42, 1e-20, 1.0])
def test_the_gradient_of_elu_is_alpha_times_exp_below_0(alpha: float) -> None:
    """Also where alpha is 0, and what comes out no longer says on which side it was."""
    x = np.array([-80, -3, -1e-3, -1e-30, 0.0, 1e-30, 2], np.float32)
    y = run_kernel("elu", {"y": x}, alpha=alpha)["y"]
    d = run_kernel("elu_gradient", {"y": y, "d": np.ones(len(x))}, alpha=alpha)["d"]
    exact = np.where(x > 0, 1, alpha * np.exp(x.astype(np.float64)))
    np.testing.assert_allclose(d, exact, rtol=1e-6, atol=2e-7 * alpha + 3e-45)


@pytest.mark.parametrize("slope", [0.0, 1e-45, 0.5, 1.0])
def test_the_gradient_of_a_leaky_relu_at_the_ends_of_its_slope(slope: float) -> None:
    x = np.array([-1e30, -2, -1e-40, 0.0, 1e-40, 3], np.float32)
    y = run_kernel("leaky_relu", {"y": x}, negative_slope=slope)["y"]
    operands = {"y": y, "d": np.ones(len(x))}
    d = run_kernel("leaky_relu_gradient", operands, negative_slope=slope)["d"]
    np.testing.assert_allclose(d, np.where(x > 0, 1, np.float32(slope)), rtol=1e-6)


def test_gelu_keeps_the_digits_of_its_tail() -> None:
    from scipy.special import ndtr

    x = -np.concatenate([np.logspace(-30, 1.05, 2001)]).astype(np.float32)
    wide = x.astype(np.float64)
    exact = wide * ndtr(wide)
    found = run_kernel("gelu", {"y": x})["y"].astype(np.float64)
    assert np.abs(found / exact - 1)[np.abs(exact) > 1e-35].max() < ULPS
    both = run_kernel("gelu_with_slope", {"y": x, "slope": np.ones(len(x))})
    assert np.array_equal(both["y"], found.astype(np.float32))
    slope = both["slope"].astype(np.float64)
    density = np.exp(-(wide**2) / 2) / np.sqrt(2 * np.pi)
    exact, tail = ndtr(wide) + wide * density, (wide < -1) & (wide > -12)
    assert np.abs(slope / exact - 1)[tail].max() < ULPS


def test_softmax_and_cross_entropy_of_extreme_logits() -> None:
    logits = np.array([[1e4, -1e4, 0], [-1e4, -1e4, -1e4], [3e38, -3e38, 0]], np.float32)
    shares = run_kernel("softmax", {"y": logits})["y"]
    np.testing.assert_allclose(shares, [[1, 0, 0], [1 / 3] * 3, [1, 0, 0]], atol=1e-7)
    operands = {"logits": logits[:2], "label": np.array([1, 2]), "d": logits[:2]}
    found = run_kernel("softmax_cross_entropy", {**operands, "statistics": np.zeros(1)}, batch=1)
    assert found["statistics"][0] == pytest.approx(2e4 + np.log(3))
    assert np.isfinite(found["d"]).all()
    both = {"logits": np.array([[1e4], [-1e4]]), "target": np.array([[0.0], [1.0]])}
    written = {"d": np.zeros((2, 1)), "statistics": np.zeros(1)}
    found = run_kernel("binary_cross_entropy", {**both, **written}, smoothing=0.0, batch=1)
    assert found["statistics"][0] == pytest.approx(2e4)
    np.testing.assert_allclose(found["d"], [[1], [-1]])


def test_softmax_over_many_classes() -> None:
    x = np.random.default_rng(0).standard_normal((2, 100_003)).astype(np.float32)
    powers = np.exp(x.astype(np.float64))
    found = run_kernel("softmax", {"y": x})["y"].astype(np.float64)
    assert np.abs(found / (powers / powers.sum(axis=1, keepdims=True)) - 1).max() < 2 * ULPS


def test_huber_of_errors_beyond_what_can_be_squared() -> None:
    operands = {"prediction": np.array([[1e20], [-3e25]]), "target": np.zeros((2, 1))}
    written = {"d": np.zeros((2, 1)), "statistics": np.zeros(1)}
    found = run_kernel("huber", {**operands, **written}, delta=2.0, batch=1)
    assert found["statistics"][0] == pytest.approx(2 * (3e25 + 1e20))
    np.testing.assert_array_equal(found["d"], [[2], [-2]])
