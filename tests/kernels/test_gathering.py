"""Examples of a step, gathered from a matrix by whole vectors, and tables of calls."""

import numpy as np
import pytest
from numba import njit, types

from tests.kernels.kernel_bench import TOLERANCE
from tuidl.kernels.entries import Entry
from tuidl.kernels.jit import device_function
from tuidl.kernels.simd.gathering import gather_rows
from tuidl.kernels.simd.intrinsics import data_of, pointer_at

GUARD = 7.5
"""Behind what is written: it must be there afterwards."""


def gathered(target, start, source, chosen):
    """``gather_rows`` of arrays, to ``target`` from ``start`` on."""
    rows, width = source.shape
    to = pointer_at(data_of(target), start)
    gather_rows(to, data_of(source), rows, data_of(chosen), len(chosen), width)


COMPILED = njit(gathered)


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize(
    "width", [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 64, 65, 127, 128, 200]
)
@pytest.mark.parametrize("count", [0, 1, 2, 5, 33])
def test_chosen_rows_are_copied_and_nothing_else(width: int, count: int, dtype: str) -> None:
    random = np.random.default_rng(width + count)
    for rows in (1, 2, 3, 40):
        source = random.standard_normal((rows, width)).astype(dtype)
        chosen = random.integers(0, rows, count)
        chosen[-1:] = rows - 1  # the last row of all: nothing may be read behind it
        for gather in (COMPILED, gathered):
            target = np.full(3 + count * width + 20, GUARD, dtype)
            gather(target, 3, source, chosen)
            assert (target[3 : 3 + count * width].reshape(count, width) == source[chosen]).all()
            assert (target[:3] == GUARD).all()
            assert (target[3 + count * width :] == GUARD).all()


@pytest.mark.parametrize("width", [2, 5, 8, 20])
def test_nothing_is_read_outside_of_the_matrix(width: int) -> None:
    """NaN beside it: what was read too much would be seen in a row of another."""
    whole = np.full((12, width), np.nan, np.float32)
    whole[4:8] = np.arange(4 * width).reshape(4, width)
    source, chosen = whole[4:8], np.array([3, 0, 3, 3, 2, 3])
    target = np.zeros(6 * width, np.float32)
    COMPILED(target, 0, source, chosen)
    assert (target.reshape(6, width) == source[chosen]).all()


def _described(numbers, first, counts, last, values):
    """What came in, in one number."""
    found = 1000 * first + 10 * last + len(counts) + counts.shape[1]
    for i in range(len(numbers)):
        found += int(numbers[i]) + int(values[i])
    return found


def test_an_entry_gets_arrays_of_all_kinds_and_numbers_in_their_places() -> None:
    kinds = (
        types.float32[::1], types.int64, types.int64[:, ::1], types.int64, types.float64[::1],
    )  # fmt: skip
    entry = Entry("described-for-a-test", device_function(_described), types.int64(*kinds))
    numbers, values = np.array([1, 2], np.float32), np.array([30.0, 40.0])
    counts = np.zeros((3, 5), np.int64)
    for first, last in ((1, 2), (-3, 4), (2**40, 0)):
        arguments = (numbers, first, counts, last, values)
        assert entry(*arguments) == _described(*arguments)
    values[0] = 31.0  # read where it lies, not kept
    assert entry(numbers, 0, counts, 0, values) == 8 + 3 + 71
    other = np.array([5, 6, 7], np.float32)[:2]
    assert entry(other, 0, counts, 0, values) == 8 + 11 + 71
    with pytest.raises(TypeError, match="float32"):
        entry(values, 0, counts, 0, values)
    with pytest.raises(ValueError, match="4 arguments"):
        entry(numbers, 0, counts, 0)


def test_an_entry_takes_arrays_that_change_from_call_to_call() -> None:
    kinds = types.float32[::1], types.int64, types.int64[:, ::1], types.int64, types.float64[::1]
    entry = Entry("described-for-a-test", device_function(_described), types.int64(*kinds))
    tables = [np.zeros((3, 5), np.int64), np.zeros((2, 40), np.int64)]
    kept = [np.arange(n, dtype=np.float64) for n in (4, 9)]
    for step in range(80):  # an array may come to lie where one lay that is gone
        numbers = np.full(1 + step % 3, step, np.float32)
        values = kept[step // 2 % 2] if step % 5 else np.full(3, 7.0 * step)
        arguments = (numbers, step, tables[step % 2], -step, values)
        assert entry(*arguments) == entry(*arguments) == _described(*arguments)
    passed = [[*entry.passed(numbers, first, tables[0], 0, values)] for first in (1, 2, 1)]
    assert passed[0] == passed[2] != passed[1], "a call has numbers of its own"
    for wrong in (np.zeros((4, 6), np.int64)[:, ::2], np.zeros((5, 3), np.int64).T, kept[0]):
        with pytest.raises(TypeError, match="int64"):
            entry(numbers, 0, wrong, 0, values)


def test_a_prepared_call_takes_one_other_array_each_time() -> None:
    kinds = types.float32[::1], types.int64, types.int64[:, ::1], types.int64, types.float64[::1]
    entry = Entry("described-for-a-test", device_function(_described), types.int64(*kinds))
    counts, numbers = np.zeros((3, 5), np.int64), np.zeros(4, np.float32)
    call = entry.prepared(0, numbers, 7, counts, 2, np.arange(4.0))  # the last is kept by it alone
    for step in range(40):
        other = np.full(4, step, np.float32)
        assert call(other) == _described(other, 7, counts, 2, np.arange(4.0))
        entry(other, step, counts, 0, other.astype(np.float64))  # other calls change nothing of it
    wrong = (
        np.zeros(5, np.float32),
        np.zeros(4),
        np.zeros(8, np.float32)[::2],
        np.zeros((2, 2), "f"),
    )
    for array in wrong:
        with pytest.raises(TypeError, match="expected float32"):
            call(array)
    with pytest.raises(TypeError, match="int64"):
        entry.prepared(0, numbers, 7, numbers, 2, np.arange(4.0))
