"""The packed product, and its parts, beside NumPy's in float64."""

import os
import platform
import subprocess
import sys
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pytest
from numba import njit

from tuidl.kernels.simd.gemm import START_BIAS, START_C, START_ZERO, Sizes
from tuidl.kernels.simd.intrinsics import data_of, pointer_at
from tuidl.kernels.simd.packed_gemm import (
    PACKED_GEMM,
    Strides,
    gemm_block,
    gemm_prepacked,
    pack_b,
    packed_size,
)
from tuidl.kernels.simd.packed_kernel import MR
from tuidl.kernels.simd.vectors import FEATURES, VECTOR_BYTES

CANARY = 77.0
TOLERANCE = {"float32": 4e-6, "float64": 1e-14}
"""Of a sum, as a part of the sum of its terms' sizes."""
ROWS, TERMS, COLUMNS = (0, 1, 2, 3, 5, 7, 27, 49, 97), (0, 1, 3, 255, 257), (0, 1, 15, 33, 193)
PASSING = [(49, 257, 300), (97, 3, 1043), (60, 192, 512), (150, 390, 529)]
KINDS = list(product((False, True), repeat=2))
STARTS = (START_ZERO, START_C, START_BIAS)


@pytest.fixture(scope="module", autouse=True)
def _provided() -> None:
    for bits in (32, 64):
        PACKED_GEMM.provide(bits)


def multiply(a, a_strides, b, b_strides, bias, start_with, memory, ldc, place):
    """C lies in ``memory`` from ``place`` on: (where, rows, terms, columns)."""
    first, m, k, n = place
    c = pointer_at(data_of(memory), first)
    left, right = Strides(*a_strides), Strides(*b_strides)
    sizes = Sizes(m, k, n)
    gemm_block(data_of(a), left, data_of(b), right, data_of(bias), start_with, c, ldc, sizes)


def multiply_packed(a, a_strides, b, b_strides, bias, start_with, memory, ldc, place, packed):
    """As ``multiply``, B packed before."""
    first, m, k, n = place
    c, space = pointer_at(data_of(memory), first), data_of(packed)
    pack_b(data_of(b), Strides(*b_strides), space, k, n)
    sizes, left = Sizes(m, k, n), Strides(*a_strides)
    gemm_prepacked(data_of(a), left, space, data_of(bias), start_with, c, ldc, sizes)


@cache
def compiled(function: Any) -> Any:
    return njit(function)


class Case:
    """Two random factors, each contiguous or the transpose of such, in larger matrices."""

    def __init__(self, m: int, k: int, n: int, turned: tuple[bool, bool], dtype: str) -> None:
        random = np.random.default_rng(m + 100 * k + 10_000 * n)
        self.size, self.dtype = (m, k, n), dtype
        self.a, self.a_strides, self.whole_a = self._factor(random, m, k, turned[0])
        self.b, self.b_strides, self.whole_b = self._factor(random, k, n, turned[1])
        self.bias = random.standard_normal(max(n, 1)).astype(dtype)

    def _factor(self, random: Any, rows: int, columns: int, turned: bool) -> Any:
        shape = (columns, rows) if turned else (rows, columns)
        whole = random.standard_normal((shape[0] + 1, shape[1] + 3)).astype(self.dtype)
        part, ld = whole[: shape[0], : shape[1]], whole.shape[1]
        return (part.T, (1, ld), whole) if turned else (part, (ld, 1), whole)

    def run(self, function: Any, start: int, *more: Any, part: Any = None) -> np.ndarray:
        """C, or the ``part`` of it: (first row, rows, first column, columns); the rest is 0.5."""
        (m, k, n), ldc = self.size, self.size[2] + 5
        i, rows, j, columns = part or (0, m, 0, n)
        memory = np.full((m + 2) * ldc, CANARY, self.dtype)
        frame = memory.reshape(-1, ldc)
        c = frame[1 : m + 1, 2 : n + 2]
        c[...] = 0.5
        a = self.whole_a.ravel()[i * self.a_strides[0] :]
        b = self.whole_b.ravel()[j * self.b_strides[1] :]
        place = ((i + 1) * ldc + 2 + j, rows, k, columns)
        operands = (a, self.a_strides, b, self.b_strides, self.bias[j:], start, memory, ldc, place)
        function(*operands, *more)
        result = c.copy()
        c[...] = CANARY
        assert (memory == CANARY).all()
        return result

    def expected(self, start: int) -> tuple[np.ndarray, np.ndarray]:
        """C in float64, and how far off it may be."""
        first = {START_ZERO: 0.0, START_C: 0.5, START_BIAS: self.bias[: self.size[2]].astype("f8")}
        a, b = self.a.astype("f8"), self.b.astype("f8")
        tolerance = TOLERANCE[self.dtype] * (np.abs(a) @ np.abs(b) + np.abs(first[start]) + 1e-30)
        return a @ b + first[start], tolerance

    def check(self, result: np.ndarray, start: int) -> None:
        expected, tolerance = self.expected(start)
        assert (np.abs(result - expected) <= tolerance).all()


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("turned", KINDS, ids=str)
def test_products(turned: tuple[bool, bool], dtype: str) -> None:
    for number, size in enumerate(product(ROWS, TERMS, COLUMNS)):
        case, start = Case(*size, turned, dtype), STARTS[number % 3]
        result = case.run(compiled(multiply), start)
        case.check(result, start)
        packed = np.full(packed_size(*size[1:]) + 9, CANARY, dtype)
        again = case.run(compiled(multiply_packed), start, packed)
        np.testing.assert_array_equal(result, again)
        assert (packed[-9:] == CANARY).all()


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("turned", KINDS, ids=str)
def test_any_number_of_rows(turned: tuple[bool, bool], dtype: str) -> None:
    for rows in range(4, 3 * MR):
        case, start = Case(rows, 70, 211, turned, dtype), STARTS[rows % 3]
        result = case.run(compiled(multiply), start)
        case.check(result, start)
        packed = np.empty(packed_size(70, 211), dtype)
        again = case.run(compiled(multiply_packed), start, packed)
        np.testing.assert_array_equal(result, again)
        case = Case(rows, 70, 211, turned, dtype)
        part = case.run(compiled(multiply), start, part=(1, rows - 1, 0, 211))
        np.testing.assert_array_equal(part[1:], result[1:])


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("turned", KINDS, ids=str)
def test_parts_of_c_have_the_bits_of_the_whole(turned: tuple[bool, bool], dtype: str) -> None:
    m, k, n = 61, 700, 230
    case = Case(m, k, n, turned, dtype)
    whole = case.run(compiled(multiply), START_BIAS)
    case.check(whole, START_BIAS)
    for part in [
        (0, 61, 0, 115),
        (0, 61, 115, 115),
        (17, 3, 0, 230),
        (30, 31, 33, 1),
        (60, 1, 7, 90),
        (9, 1, 0, 230),
        (20, 2, 0, 230),
        (3, 7, 5, 200),
        (8, 47, 0, 230),
    ]:
        i, rows, j, columns = part
        result = case.run(compiled(multiply), START_BIAS, part=part)
        inside = (slice(i, i + rows), slice(j, j + columns))
        np.testing.assert_array_equal(result[inside], whole[inside])
        result[inside] = 0.5
        assert (result == 0.5).all()


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("turned", KINDS, ids=str)
def test_blocks_that_pass_by_packed_rows(turned: tuple[bool, bool], dtype: str) -> None:
    """Many columns: both factors are packed, and B by blocks of columns. Parts with few columns or
    few rows go the other way, and have the same bits."""
    for number, size in enumerate(PASSING):
        case, start = Case(*size, turned, dtype), STARTS[number % 3]
        (m, k, n), whole = size, case.run(compiled(multiply), start)
        case.check(whole, start)
        packed = np.full(packed_size(k, n), CANARY, dtype)
        np.testing.assert_array_equal(whole, case.run(compiled(multiply_packed), start, packed))
        for i, rows, j, columns in [
            (0, m, 0, 100),
            (0, m, 17, n - 17),
            (5, 40, 0, n),
            (9, 1, 3, 9),
        ]:
            part = case.run(compiled(multiply), start, part=(i, rows, j, columns))
            inside = (slice(i, i + rows), slice(j, j + columns))
            np.testing.assert_array_equal(part[inside], whole[inside])


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("turned", KINDS, ids=str)
def test_factors_that_tiles_pack(turned: tuple[bool, bool], dtype: str) -> None:
    """Rows from which on tiles pack, panels that are not whole, B near and far apart (more than 512
    numbers a row), blocks of terms: the bits of a B that was packed before, and of parts."""
    sizes = [(24, 193, 32), (36, 400, 63), (47, 9, 100), (61, 192, 255), (132, 388, 96)]
    for number, size in enumerate([*sizes, (100, 30, 519), (23, 200, 64), (60, 200, 31)]):
        case, start = Case(*size, turned, dtype), STARTS[number % 3]
        (m, k, n), whole = size, case.run(compiled(multiply), start)
        case.check(whole, start)
        packed = np.full(packed_size(k, n), CANARY, dtype)
        np.testing.assert_array_equal(whole, case.run(compiled(multiply_packed), start, packed))
        part = case.run(compiled(multiply), start, part=(1, m - 2, 3, n - 5))
        inside = (slice(1, m - 1), slice(3, n - 2))
        np.testing.assert_array_equal(part[inside], whole[inside])


@pytest.mark.slow
@pytest.mark.parametrize("features", ["+avx,+avx2,+fma", ""], ids=["avx2", "sse2"])
def test_processors_with_shorter_vectors(features: str) -> None:
    if platform.machine().lower() not in ("x86_64", "amd64"):
        pytest.skip("features of another processor")
    variables = {"NUMBA_CPU_NAME": "x86-64", "NUMBA_CPU_FEATURES": features}
    code = "from tests.kernels.test_packed_gemm import check_briefly; check_briefly()"
    command = [sys.executable, "-c", code]
    subprocess.run(command, env={**os.environ, **variables, "NUMBA_NUM_THREADS": "1"}, check=True)


def check_briefly() -> None:
    """The products of one dtype, each way, in a process that compiles for another processor."""
    expected = 32 if "+avx2" in FEATURES else 16
    assert expected == VECTOR_BYTES
    PACKED_GEMM.provide(32)
    for turned, start in zip(KINDS, (0, 1, 2, 0), strict=True):
        for size in [(5, 3, 7), (11, 40, 193), (49, 257, 193), (97, 200, 33), (97, 257, 600)]:
            case = Case(*size, turned, "float32")
            result = case.run(compiled(multiply), start)
            case.check(result, start)
            packed = np.zeros(packed_size(*size[1:]), "float32")
            np.testing.assert_array_equal(
                result, case.run(compiled(multiply_packed), start, packed)
            )


def test_a_number_that_is_none_stays_visible() -> None:
    case = Case(40, 300, 50, (False, False), "float32")
    case.whole_a[8, 4], case.whole_b[299, 48] = np.nan, np.inf
    result = case.run(compiled(multiply), START_ZERO)
    assert np.isnan(result[8]).all()
    rest = np.delete(result, 8, axis=0)
    assert np.isinf(rest[:, 48]).all()
    assert np.isfinite(np.delete(rest, 48, axis=1)).all()


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("turned", KINDS, ids=str)
def test_plain_python_does_the_same(turned: tuple[bool, bool], dtype: str) -> None:
    for size, start in zip(
        [(0, 3, 2), (3, 0, 2), (18, 9, 37), (33, 2, 65), (1, 5, 150), (3, 5, 90), (50, 2, 257)],
        (0, 1, 2, 1, 2, 0, 1),
        strict=True,
    ):
        case = Case(*size, turned, dtype)
        case.check(case.run(multiply, start), start)
        packed = np.zeros(packed_size(*size[1:]), dtype)
        case.check(case.run(multiply_packed, start, packed), start)
