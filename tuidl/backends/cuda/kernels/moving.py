"""Moving values from buffer to buffer on the GPU.

Where values move by rows, SIDE threads take a row: neighbours in a row are neighbours in memory,
and a row's own place is worked out once.
"""

from numba import cuda

from tuidl.backends.cuda.block_group import start as first_of
from tuidl.backends.cuda.block_group import stride
from tuidl.backends.cuda.registry import cuda_kernel
from tuidl.backends.cuda.target import SIDE, device
from tuidl.kernels.elementary import ZERO


@device
def first_row(block_group):
    """The first of the rows that are dealt out to all groups of SIDE threads."""
    return first_of(block_group) // SIDE


@device
def row_stride(block_group):
    """From one such row to the next."""
    return stride(block_group) // SIDE


@device
def copy_row(to, source):
    """By the SIDE threads that share the row."""
    for j in range(cuda.threadIdx.x % SIDE, to.shape[0], SIDE):
        to[j] = source[j]


@cuda_kernel
def copy(x, y, block_group):
    for i in range(first_of(block_group), x.shape[0], stride(block_group)):
        y[i] = x[i]


@cuda_kernel
def swap_time(x, y, block_group):
    """Examples and time change places."""
    steps = x.shape[1]
    for row in range(first_row(block_group), x.shape[0] * steps, row_stride(block_group)):
        i = row // steps
        copy_row(y[row - i * steps, i], x[i, row - i * steps])


@cuda_kernel
def last_step_gradient(dy, dh, block_group):
    """The gradient of a sequence of which only the last step was used."""
    examples = dh.shape[1]
    for row in range(first_row(block_group), dh.shape[0] * examples, row_stride(block_group)):
        t = row // examples
        i = row - t * examples
        for j in range(cuda.threadIdx.x % SIDE, dh.shape[2], SIDE):
            dh[t, i, j] = dy[i, j] if t == dh.shape[0] - 1 else ZERO


@cuda_kernel
def accumulate(x, total, block_group):
    """Add to what is there."""
    for i in range(first_of(block_group), x.shape[0], stride(block_group)):
        total[i] += x[i]


@cuda_kernel
def insert_columns(x, y, start, block_group):
    """The rows of ``x`` into those of ``y``, from column ``start`` on."""
    for i in range(first_row(block_group), x.shape[0], row_stride(block_group)):
        copy_row(y[i, start : start + x.shape[1]], x[i])


@cuda_kernel
def extract_columns(x, y, start, block_group):
    """``insert_columns`` undone."""
    for i in range(first_row(block_group), x.shape[0], row_stride(block_group)):
        copy_row(y[i], x[i, start : start + y.shape[1]])


@cuda_kernel
def clear(y, block_group):
    for i in range(first_of(block_group), y.shape[0], stride(block_group)):
        y[i] = ZERO


@cuda_kernel
def reverse_time(x, y, block_group):
    """Each sequence from its end to its start."""
    steps = x.shape[1]
    for row in range(first_row(block_group), x.shape[0] * steps, row_stride(block_group)):
        i = row // steps
        t = row - i * steps
        copy_row(y[i, t], x[i, steps - 1 - t])


@cuda_kernel
def add_bias(b, y, block_group):
    for i in range(first_row(block_group), y.shape[0], row_stride(block_group)):
        for j in range(cuda.threadIdx.x % SIDE, y.shape[1], SIDE):
            y[i, j] += b[j]
