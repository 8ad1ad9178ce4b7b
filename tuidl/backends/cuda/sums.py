"""Sums over a block's threads, over those that share a row, and over those that share a column.

What a single thread adds may be long, and is float64 (``float64`` in the kernels); its sum
and those of the other threads, of which there are few, are float32.

Each is worked out in shared memory, in an order that is always the same. All threads of the block
must call them, as they wait for each other in there.
"""

from numba import cuda, float64

from tuidl.backends.cuda.target import SIDE, THREADS, device
from tuidl.kernels.elementary import ZERO

COLUMNS = SIDE // 2
"""Columns that a block sums side by side: 8 are what memory hands over at a time."""
PARTS = THREADS // COLUMNS
"""Threads that share a column's rows."""


@device
def block_sum(value, scratch):
    """The sum of every thread's ``value``, on every thread; all of the block must call it.

    A tree of float32 additions: their order is always the same.
    """
    thread = cuda.threadIdx.x
    cuda.syncthreads()
    scratch[thread] = value
    cuda.syncthreads()
    half = THREADS // 2
    while half > 0:
        if thread < half:
            scratch[thread] += scratch[thread + half]
        cuda.syncthreads()
        half //= 2
    return scratch[0]


@device
def keep_sum(value, statistics, scratch):
    """statistics[0] = the sum of every thread's ``value``. Counts are exact up to 2**24."""
    total = block_sum(value, scratch)
    if cuda.threadIdx.x == 0:
        statistics[0] = total


@device
def row_sum(value, scratch):
    """The sum of ``value`` over the SIDE threads that share a row, on each of them; all of the
    block must call it. Neighbouring threads share a row: a block handles SIDE rows at a time."""
    cuda.syncthreads()
    scratch[cuda.threadIdx.x] = value
    cuda.syncthreads()
    first = cuda.threadIdx.x // SIDE * SIDE
    total = ZERO
    for i in range(SIDE):
        total += scratch[first + i]
    return total


@device
def column_sum(value, scratch):
    """The sum of ``value`` over the threads of a column, on each; all of the block must call it."""
    column = cuda.threadIdx.x % COLUMNS
    cuda.syncthreads()
    scratch[cuda.threadIdx.x] = value
    cuda.syncthreads()
    total = ZERO
    for part in range(PARTS):
        total += scratch[part * COLUMNS + column]
    return total


@device
def squared_errors(prediction, target):
    """This thread's part of the sum of error**2, where one block adds up all of them."""
    total = float64(0)
    for i in range(cuda.threadIdx.x, prediction.size, THREADS):
        error = prediction.flat[i] - target.flat[i]
        total += error * error
    return total


@device
def absolute_errors(prediction, target):
    """This thread's part of the sum of |error|."""
    total = float64(0)
    for i in range(cuda.threadIdx.x, prediction.size, THREADS):
        total += abs(prediction.flat[i] - target.flat[i])
    return total
