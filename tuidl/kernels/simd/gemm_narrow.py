"""Products of ``gemm_indexed`` with few columns, of which a vector would be mostly empty.

Such are a convolution to one channel or three, and the gradient of its weights. Vectors lie along
another side there, wherever places follow one another in memory:

    dots       along the terms of a sum: what a row of a window sees. Lanes are added up at the end.
    by rows    along the rows of A, with a number of B in all lanes: rows are weights' places, that
               is channels, and terms are positions.
"""

from numba import types

from tuidl.kernels.jit import device_function, intrinsic_for
from tuidl.kernels.simd.intrinsics import pointer_at, stack_of
from tuidl.kernels.simd.lanes import vectors_for
from tuidl.kernels.simd.narrow_tiles import DOTS, TALL, WIDE, dot_tile, tall_tile, wide_tile
from tuidl.kernels.simd.routines import Routine
from tuidl.kernels.simd.vectors import SIZE, VECTOR_BYTES

START_ZERO, START_C, START_BIAS = range(3)
"""What the sums of C start with: 0, its old content, or a bias for each column."""
MOST_COLUMNS = 4
"""Columns of C up to which dots are tried."""
ADDING_UP = 6
"""Vectors whose products take as long as adding up the lanes of one."""
TERMS = 1024
"""Terms that are added up before C is read and written again."""
MOST_VECTORS = 256
"""Vectors along the rows of A; of a block's terms there are no more."""

_weights = stack_of(8 * MOST_COLUMNS * TERMS)
_sums = stack_of(12 * VECTOR_BYTES)
_first_table, _second_table, _third_table = (stack_of(4 * (MOST_VECTORS + 16)) for _ in range(3))


@device_function
def _run_end(table, first, end):
    """The end of the places from ``first`` on that follow one another."""
    last = first
    while last + 1 < end and table[last + 1] == table[last] + 1:
        last += 1
    return last + 1


@device_function
def suits_dots(columns, k, n, lanes):
    """Whether dots take fewer products of vectors than a vector of columns, and runs are long."""
    if n > min(MOST_COLUMNS, lanes):
        return False
    vectors, first = 0, 0
    while first < k:
        end = _run_end(columns, first, k)
        if end - first < min(4, k):
            return False
        vectors += vectors_for(end - first, lanes)
        first = end
    return n * (vectors + ADDING_UP) < k


@device_function
def multiply_dots(a, rows, columns, b, c, places, bias, start_with, m, k, n, lanes):
    """C = A B where it ``suits_dots``; B in slivers of one vector."""
    weights, sums = _weights(a), _sums(a)
    starts, lengths = _first_table(rows), _second_table(rows)
    for begin in range(0, k, TERMS):
        count = min(TERMS, k - begin)
        here, runs, first = pointer_at(columns, begin), 0, 0
        while first < count:
            end = _run_end(here, first, count)
            starts[runs], lengths[runs] = here[first], end - first
            first, runs = end, runs + 1
        for f in range(n):
            for t in range(count):
                weights[f * count + t] = b[(begin + t) * lanes + f]
        begin_with = start_with if begin == 0 else START_C
        for i in range(0, m, DOTS):
            for f in range(n):
                dot_tile(
                    a, pointer_at(rows, i), starts, lengths, runs, pointer_at(weights, f * count),
                    sums,
                )  # fmt: skip
                for j in range(min(DOTS, m - i)):
                    place = places[i + j] + f
                    if begin_with == START_C:
                        c[place] += sums[j]
                    elif begin_with == START_BIAS:
                        c[place] = bias[f] + sums[j]
                    else:
                        c[place] = sums[j]


@device_function
def _vectors_of(rows, m, lanes, firsts, distances, known):
    """Vectors that cover runs of rows: the number of the first row, its place, and how many rows
    the vector before has too. Returns their number, 0 where some run is shorter than a vector."""
    count, first = 0, 0
    while first < m:
        end = _run_end(rows, first, m)
        if end - first < lanes or count + vectors_for(end - first, lanes) > MOST_VECTORS:
            return 0
        for i in range(first, end, lanes):
            start = min(i, end - lanes)
            firsts[count], distances[count], known[count] = start, rows[start], i - start
            count += 1
        first = end
    for i in range(TALL[0]):
        distances[count + i] = distances[count - 1]
    return count


@device_function
def _store(sums, vectors, width, firsts, known, c, places, keeps, lanes):
    """Put (or add) a tile into C."""
    for v in range(vectors):
        for lane in range(known[v], lanes):
            place = places[firsts[v] + lane]
            for f in range(width):
                value = sums[(v * width + f) * lanes + lane]
                c[place + f] = c[place + f] + value if keeps else value


def rows_kernel(a, rows, columns, b, c, places, start_with, m, k, n, step, lanes):
    """C = A B with vectors along the rows of A, for contiguous B; 0 and nothing done where that is
    not worth it beside tiles of ``step`` rows. Sums start with 0 or C."""
    if m < lanes or n > lanes or k == 0:
        return 0
    firsts, distances, known = _first_table(rows), _second_table(rows), _third_table(rows)
    count = _vectors_of(rows, m, lanes, firsts, distances, known)
    tall, wide = (count + TALL[0] - 1) // TALL[0] * TALL[0], (count + 2) // WIDE[0] * WIDE[0]
    work = tall * (n % WIDE[1]) + wide * (n // WIDE[1] * WIDE[1])
    if count == 0 or work >= (m + step - 1) // step * step:
        return 0
    sums = _sums(a)
    for begin in range(0, k, TERMS):
        terms, here, there = min(TERMS, k - begin), pointer_at(columns, begin), begin * n
        keeps, f = begin > 0 or start_with == START_C, 0
        while f < n:
            width = WIDE[1] if n - f >= WIDE[1] else TALL[1]
            high, line = WIDE[0] if width > 1 else TALL[0], pointer_at(b, there + f)
            for v in range(0, count, high):
                if width > 1:
                    wide_tile(a, pointer_at(distances, v), here, terms, line, n, sums)
                else:
                    tall_tile(a, pointer_at(distances, v), here, terms, line, n, sums)
                _store(
                    sums, min(high, count - v), width, pointer_at(firsts, v), pointer_at(known, v),
                    pointer_at(c, f), places, keeps, lanes,
                )  # fmt: skip
            f += width
    return 1


def _rows_signature(numbers):
    table, size = types.CPointer(types.int32), types.int64
    return size(numbers, table, table, numbers, numbers, table, *(size,) * 6)


ROWS_KERNEL = Routine(rows_kernel, _rows_signature)


def gemm_by_rows(a, rows, columns, b, c, places, start_with, m, k, n, step):
    """As ``rows_kernel``."""
    return rows_kernel(
        a, rows, columns, b, c, places, start_with, m, k, n, step, VECTOR_BYTES // a.itemsize
    )


@intrinsic_for(gemm_by_rows)
def _gemm_by_rows(typing_context, a, rows, columns, b, c, places, start_with, m, k, n, step):
    bits, size = a.dtype.bitwidth, types.int64

    def codegen(context, builder, signature, arguments):
        operands = [*arguments, SIZE(VECTOR_BYTES * 8 // bits)]
        return ROWS_KERNEL.call(builder, bits, operands, SIZE)

    pointers = (a, rows, columns, b, c, places)
    return size(*pointers, *(size,) * 5), codegen
