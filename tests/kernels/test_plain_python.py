"""Every kernel and all that it calls is plain Python, too: any debugger steps through it."""

import importlib
import pkgutil
import sys
from collections.abc import Iterator
from itertools import product
from types import FrameType, ModuleType
from typing import Any

import numpy as np
import pytest
from numba import njit
from numba.core import event
from numba.core.dispatcher import Dispatcher
from numba.core.extending import _Intrinsic
from numba.extending import is_jitted

import tuidl.kernels
from tests import helpers
from tests.kernels.kernel_bench import TOLERANCE, Bench
from tests.kernels.kernel_cases import CASES, Case
from tuidl.kernels import elementary
from tuidl.kernels.jit import INTRINSICS, DeviceFunction
from tuidl.kernels.loop import run_steps
from tuidl.kernels.simd.gemm import MACRO_KERNEL, gemm_strided
from tuidl.kernels.simd.gemm_nt import gemm_nt, suits_gemm_nt
from tuidl.kernels.simd.intrinsics import data_of, float_bits
from tuidl.kernels.simd.memory import transpose
from tuidl.kernels.timing import LONG_STEP, MONOTONIC, OF_THREAD, clock_for, nanoseconds


@pytest.fixture
def compiled() -> Iterator[list[Any]]:
    """What Numba compiles while the test runs."""
    with event.install_recorder("numba:compile") as recorder:
        yield recorder.buffer


@pytest.mark.sample(350)
@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_kernel_in_plain_python_does_what_its_oracle_says(
    case: Case, dtype: str, compiled: list[Any]
) -> None:
    bench = Bench(case, dtype)
    bench.compare(case, bench.by_python(case))
    assert not compiled


def test_a_kernel_that_compiles_something_is_noticed(compiled: list[Any]) -> None:
    njit(lambda x: x + 1)(1)
    assert compiled


def names_stepped_into(case: Case) -> set[str]:
    """The functions that a debugger visits in a kernel."""
    found: set[str] = set()

    def trace(frame: FrameType, what: str, _: Any) -> None:
        found.add(frame.f_code.co_name)

    bench, before = Bench(case, "float64"), sys.gettrace()
    sys.settrace(trace)
    try:
        bench.by_python(case)
    finally:
        sys.settrace(before)
    return found


@pytest.mark.parametrize(
    ("kernel", "options", "functions"),
    [
        ("conv2d", {"stride": 2}, {"convolve", "_lay_out", "indexed_kernel", "indexed_tile"}),
        ("max_pool2d", {}, {"largest_of_windows", "windows_in"}),
        ("max_pool2d_gradient", {}, {"give_to_winners", "windows_in"}),
        ("gru", {}, {"advance_gru", "logistic"}),
        ("dense_weight_gradient", {}, {"gemm"}),
        ("batch_moments", {}, {"sum_rows", "sum_distances"}),
        ("adam", {}, {"reduce_shards", "bounded"}),
    ],
)
def test_a_debugger_steps_from_a_kernel_into_what_it_calls(
    kernel: str, options: dict[str, int], functions: set[str]
) -> None:
    case = next(
        c
        for c in CASES
        if c.kernel == kernel and 0 not in c.sizes.values() and options.items() <= c.options.items()
    )
    assert functions <= names_stepped_into(case)


@pytest.mark.parametrize(
    ("kernel", "height", "transforms"),
    [
        ("conv2d", 12, {"winograd"}),
        ("conv2d_weight_gradient", 12, {"winograd_weight_gradient", "add_products"}),
        ("conv2d_input_gradient", 12, {"winograd_input_gradient", "_convolve", "transpose"}),
        ("conv2d_input_gradient", 16, {"winograd_input_gradient", "_add_back", "transpose"}),
    ],
)
def test_a_debugger_steps_through_winograd(kernel: str, height: int, transforms: set[str]) -> None:
    case = next(c for c in CASES if c.kernel == kernel and c.sizes["h"] == height and c.sizes["n"])
    found = names_stepped_into(case)
    assert transforms | {"transform", "gemm_pointers", "micro_kernel"} <= found


def _modules() -> list[ModuleType]:
    found = pkgutil.walk_packages(tuidl.kernels.__path__, "tuidl.kernels.")
    return [importlib.import_module(info.name) for info in found]


def test_nothing_that_kernels_call_has_no_plain_python() -> None:
    assert len(INTRINSICS) > 20
    for module in _modules():
        for name, value in vars(module).items():
            assert not isinstance(value, _Intrinsic), (module.__name__, name)
            if isinstance(value, Dispatcher):
                assert isinstance(value, DeviceFunction), (module.__name__, name)
    assert not any(is_jitted(function) for function in INTRINSICS)


# --- intrinsics whose plain Python no kernel calls ------------------------------------------------


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("accumulate", [0, 1])
@pytest.mark.parametrize("has_bias", [False, True])
def test_gemm_strided_is_the_same_in_plain_python(
    has_bias: bool, accumulate: int, dtype: str
) -> None:
    MACRO_KERNEL.provide(32 if dtype == "float32" else 64)
    random = np.random.default_rng(1)
    a, b = (random.standard_normal(s).astype(dtype) for s in ((9, 5), (5, 37)))
    bias = random.standard_normal(37).astype(dtype) if has_bias else None
    plain, fast = np.ones((9, 37), dtype), np.ones((9, 37), dtype)
    gemm_strided(a, b, bias, plain, accumulate)
    njit(lambda a, b, bias, c, accumulate: gemm_strided(a, b, bias, c, accumulate))(
        a, b, bias, fast, accumulate
    )
    np.testing.assert_allclose(plain, fast, **TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", TOLERANCE)
def test_gemm_nt_is_the_same_in_plain_python(dtype: str) -> None:
    random = np.random.default_rng(1)
    a, b = (random.standard_normal(s).astype(dtype) for s in ((16, 16), (32, 16)))
    if not suits_gemm_nt(a, b):
        pytest.skip("no masks on this processor")
    plain, fast = np.zeros((16, 32), dtype), np.zeros((16, 32), dtype)
    gemm_nt(a, b, plain)
    njit(lambda a, b, c: gemm_nt(a, b, c))(a, b, fast)
    np.testing.assert_allclose(plain, fast, **TOLERANCE[dtype])


def test_transposing_in_plain_python() -> None:
    for rows, columns in product((0, 1, 7, 8, 9, 16, 21), repeat=2):
        a = np.arange(rows * columns, dtype=np.float32).reshape(rows, columns)
        b = np.full((columns, rows), -1, np.float32)
        transpose(data_of(a), data_of(b), rows, columns)
        np.testing.assert_array_equal(b, a.T)


@pytest.mark.parametrize("name", ["exp", "expm1", "tanh"])
def test_float32_forms_are_the_same_in_plain_python(name: str) -> None:
    form = getattr(elementary, f"_{name}32")
    # from 2**127 on compiled code may double a factor too early (expm1 is used below 0)
    x = np.linspace(-95, 88, 381, dtype=np.float32)
    fast = njit(lambda x: [form(value) for value in x])(x)
    with np.errstate(over="ignore"):
        plain = [form(value) for value in x]
    np.testing.assert_allclose(plain, fast, rtol=1e-6, atol=1e-37)


def test_bits_of_options_in_plain_python() -> None:
    for value in (0.0, -1.5, 1e-300, np.inf):
        assert float_bits(np.float64(value).view(np.int64)) == value


@pytest.mark.parametrize("clock", [MONOTONIC, OF_THREAD])
def test_the_clock_in_plain_python(clock: int) -> None:
    first = nanoseconds(clock, np.zeros(2, np.int64))
    assert nanoseconds(clock, np.zeros(2, np.int64)) >= first


def test_short_steps_are_timed_by_the_clock_that_is_read_at_once() -> None:
    assert [clock_for(step) for step in (1e-7, LONG_STEP / 2)] == [MONOTONIC, MONOTONIC]
    assert [clock_for(step) for step in (LONG_STEP, 1.0)] == [OF_THREAD, OF_THREAD]


def test_the_training_loop_in_plain_python_trains_to_the_same_bits() -> None:
    fast, plain = helpers.model(helpers.CONV, threads=1), helpers.model(helpers.CONV, threads=1)
    list(plain.engine.prepare())
    plain.engine._loop = run_steps  # type: ignore[attr-defined]
    np.testing.assert_allclose(helpers.train(fast), helpers.train(plain), rtol=1e-12)
    assert fast.weights_sha256 == plain.weights_sha256
