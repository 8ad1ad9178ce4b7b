"""The matrix product that kernels call, on every rest of rows and columns, beside NumPy's."""

from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pytest
from numba import njit

from tuidl.kernels.blas import affine, gemm, load
from tuidl.kernels.simd.gemm import MACRO_KERNEL
from tuidl.kernels.simd.gemm_few import DOTS_OF_ROWS
from tuidl.kernels.simd.intrinsics import data_of
from tuidl.kernels.simd.memory import transpose
from tuidl.kernels.simd.packed_gemm import PACKED_GEMM

CANARY = 77.0
TOLERANCE = {"float32": 2e-5, "float64": 1e-12}
SHAPES = [
    (1, 1, 1), (1, 5, 7), (2, 3, 31), (3, 1, 32), (5, 9, 33), (7, 16, 64), (8, 27, 65), (9, 2, 15),
    (11, 70, 100), (16, 128, 10), (19, 4, 96), (33, 65, 17), (0, 4, 5), (4, 0, 5), (300, 5, 40),
    (20, 6, 32), (21, 6, 40), (22, 6, 33), (1100, 1000, 3), (3, 1000, 1100), (16, 8, 32),
    (8, 9, 1), (7, 30, 1), (16, 21, 1), (17, 6, 1), (15, 4, 1), (1, 9, 1), (2, 70, 1),
    (300, 9, 40), (8, 20, 24), (8, 24, 20), (61, 400, 97), (770, 769, 768), (40, 9, 1), (13, 40, 1),
    (0, 4, 1), (5, 0, 1), (3000, 30, 1), (30, 1030, 5), (24, 33, 8), (23, 33, 3), (47, 12, 11),
    (128, 64, 2), (64, 128, 2), (17, 33, 2), (3, 40, 3), (66, 50, 4), (5, 1024, 4), (16, 100, 3),
    (1, 64, 2), (256, 9, 4), (257, 30, 4), (21, 1025, 2), (0, 64, 2), (512, 20, 2),
    (1, 20, 200), (2, 41, 130), (2, 7, 64),
]  # fmt: skip
"""Rows, terms and columns of a product, on both sides of where another way of it takes over."""


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    load()
    for bits, routine in product((32, 64), (MACRO_KERNEL, PACKED_GEMM, DOTS_OF_ROWS)):
        routine.provide(bits)


@cache
def compiled_affine() -> Any:
    return njit(lambda a, b, shift, c: affine(a, b, shift, c))


@cache
def compiled_gemm(turn_a: int, turn_b: int, keep: int) -> Any:
    return njit(lambda a, b, c: gemm(a, turn_a, b, turn_b, c, keep))


def framed(rows: int, columns: int, dtype: str) -> tuple[np.ndarray, np.ndarray]:
    """A contiguous matrix, and the memory around it, which nobody may write to."""
    memory = np.full(rows * columns + 128, CANARY, dtype)
    return memory[64 : 64 + rows * columns].reshape(rows, columns), memory


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_products(shape: tuple[int, int, int], dtype: str) -> None:
    rows, terms, columns = shape
    random = np.random.default_rng(sum(shape))
    a, b = (random.standard_normal(s).astype(dtype) for s in ((rows, terms), (terms, columns)))
    tolerance = TOLERANCE[dtype] * max(terms, 1)
    for turn_a, turn_b, keep in [(0, 0, 0), (0, 0, 1), (1, 0, 0), (1, 0, 1), (0, 1, 0), (0, 1, 1)]:
        c, memory = framed(rows, columns, dtype)
        c[:] = 0.5
        left, right = (np.ascontiguousarray(m.T) if t else m for m, t in ((a, turn_a), (b, turn_b)))
        compiled_gemm(turn_a, turn_b, keep)(left, right, c)
        np.testing.assert_allclose(c, a @ b + 0.5 * keep, rtol=0, atol=tolerance)
        assert (memory[:64] == CANARY).all()
        assert (memory[-64:] == CANARY).all()


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_products_with_a_shift(shape: tuple[int, int, int], dtype: str) -> None:
    rows, terms, columns = shape
    random = np.random.default_rng(sum(shape))
    a, b = (random.standard_normal(s).astype(dtype) for s in ((rows, terms), (terms, columns)))
    shift = random.standard_normal(columns).astype(dtype)
    c, memory = framed(rows, columns, dtype)
    compiled_affine()(a, b, shift, c)
    tolerance = TOLERANCE[dtype] * max(terms, 1)
    np.testing.assert_allclose(c, a @ b + shift, rtol=0, atol=tolerance)
    assert (memory[:64] == CANARY).all()
    assert (memory[-64:] == CANARY).all()


def test_a_number_that_is_none_stays_visible() -> None:
    a, b, c = np.ones((9, 5), np.float32), np.ones((5, 33), np.float32), np.zeros((9, 33), "f")
    a[8, 4], b[2, 32] = np.nan, np.inf
    compiled_gemm(0, 0, 0)(a, b, c)
    assert np.isnan(c[8]).all()
    assert np.isinf(c[:8, 32]).all()
    assert np.isfinite(c[:8, :32]).all()


@pytest.mark.parametrize("dtype", TOLERANCE)
def test_matrices_are_turned_whatever_their_rests(dtype: str) -> None:
    turn = njit(lambda a, b: transpose(data_of(a), data_of(b), a.shape[0], a.shape[1]))
    for rows, columns in product((0, 1, 7, 8, 9, 16, 21), repeat=2):
        a = np.arange(rows * columns, dtype=dtype).reshape(rows, columns)
        b, memory = framed(columns, rows, dtype)
        turn(a, b)
        np.testing.assert_array_equal(b, a.T)
        assert (memory[:64] == CANARY).all()
        assert (memory[-64:] == CANARY).all()


@pytest.mark.parametrize("columns", [40, 64])
@pytest.mark.parametrize("rows", range(27))
def test_rows_that_are_left_over(rows: int, columns: int) -> None:
    random = np.random.default_rng(rows)
    a, b = random.standard_normal((rows, 3)), random.standard_normal((3, columns))
    c, memory = framed(rows, columns, "float64")
    compiled_gemm(0, 0, 0)(a, b, c)
    np.testing.assert_allclose(c, a @ b, rtol=0, atol=1e-12)
    assert (memory[:64] == CANARY).all()
    assert (memory[-64:] == CANARY).all()
