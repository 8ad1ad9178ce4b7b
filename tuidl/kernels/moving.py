"""Moving values from buffer to buffer: copies, and the time axis to the front and back."""

import numpy as np

from tuidl.kernels.elementary import ZERO
from tuidl.kernels.oracles import oracle
from tuidl.kernels.registry import kernel
from tuidl.kernels.simd.intrinsics import data_of, flat
from tuidl.kernels.simd.memory import clear_values, copy_values, transpose
from tuidl.kernels.simd.tiles import LINE, boundary


@kernel("e -> e")
def copy(x, y):
    copy_values(y, x)


@kernel("ntk -> tnk")
def swap_time(x, y):
    """Examples and time change places: recurrent kernels walk through time, and want one step's
    examples side by side as a matrix. Undone by doing it again."""
    count, steps, width = x.shape
    if width == 1:
        transpose(data_of(x), data_of(y), count, steps)
        return
    for i in range(count):
        for t in range(steps):
            copy_values(y[t, i], x[i, t])


@kernel("nd -> tnd")
def last_step_gradient(dy, dh):
    """The gradient of a sequence of which only the last step was used."""
    before = dh.size - dy.size
    clear_values(flat(dh)[:before])
    copy_values(flat(dh)[before:], flat(dy))


@kernel("e -> e", cost="e")
def accumulate(x, total):
    """Add to what is there: the gradients of a value that several layers read."""
    for i in range(x.shape[0]):
        total[i] += x[i]


@kernel("f -> nf", cost="nf")
def add_bias(b, y):
    """y += b, to each row."""
    for i in range(y.shape[0]):
        for j in range(b.shape[0]):
            y[i, j] += b[j]


@kernel("nk -> nf")
def insert_columns(x, y, start):
    """The rows of ``x`` into those of ``y``, from column ``start`` on."""
    for i in range(x.shape[0]):
        copy_values(y[i, start : start + x.shape[1]], x[i])


@kernel("nf -> nk")
def extract_columns(x, y, start):
    """``insert_columns`` undone."""
    for i in range(x.shape[0]):
        copy_values(y[i], x[i, start : start + y.shape[1]])


@kernel("-> e")
def clear(y):
    y[:] = ZERO


@kernel("ntk -> ntk")
def reverse_time(x, y):
    """Each sequence from its end to its start."""
    last = x.shape[1] - 1
    for i in range(x.shape[0]):
        for t in range(x.shape[1]):
            copy_values(y[i, t], x[i, last - t])


@kernel("e -> e")
def copy_tile(x, y, part, parts):
    """A part of ``copy``."""
    first = boundary(part, parts, x.shape[0], LINE)
    end = boundary(part + 1, parts, x.shape[0], LINE)
    copy_values(y[first:end], x[first:end])


@kernel("ntk -> tnk")
def swap_time_tile(x, y, part, parts):
    """A part of ``swap_time``."""
    count, steps = x.shape[0] * x.shape[1], x.shape[1]
    for place in range(boundary(part, parts, count, 1), boundary(part + 1, parts, count, 1)):
        copy_values(y[place % steps, place // steps], x[place // steps, place % steps])


@kernel("nd -> tnd")
def last_step_gradient_tile(dy, dh, part, parts):
    """A part of ``last_step_gradient``."""
    steps = dh.shape[0]
    for t in range(boundary(part, parts, steps, 1), boundary(part + 1, parts, steps, 1)):
        if t < steps - 1:
            dh[t] = ZERO
        else:
            for i in range(dy.shape[0]):
                copy_values(dh[t, i], dy[i])


# --- the definition in plain NumPy ----------------------------------------------------------------


@oracle(copy)
def copy_oracle(x, y):
    y[...] = x


@oracle(accumulate)
def accumulate_oracle(x, total):
    total += x


@oracle(add_bias)
def add_bias_oracle(b, y):
    y += b


@oracle(insert_columns)
def insert_columns_oracle(x, y, start):
    y[:, start : start + x.shape[1]] = x


@oracle(extract_columns)
def extract_columns_oracle(x, y, start):
    y[...] = x[:, start : start + y.shape[1]]


@oracle(clear)
def clear_oracle(y):
    y[...] = 0


@oracle(reverse_time)
def reverse_time_oracle(x, y):
    y[...] = x[:, ::-1]


@oracle(swap_time)
def swap_time_oracle(x, y):
    y[...] = x.swapaxes(0, 1)


@oracle(last_step_gradient)
def last_step_gradient_oracle(dy, dh):
    dh[...] = 0
    dh[-1] = dy


@oracle(copy_tile)
def copy_tile_oracle(x, y, part, parts):
    mine = slice(*(boundary(n, parts, len(x), LINE) for n in (part, part + 1)))
    y[mine] = x[mine]


@oracle(swap_time_tile)
def swap_time_tile_oracle(x, y, part, parts):
    count = x.shape[0] * x.shape[1]
    mine = np.arange(*(boundary(n, parts, count, 1) for n in (part, part + 1)))
    examples, steps = np.divmod(mine, x.shape[1])
    y[steps, examples] = x[examples, steps]


@oracle(last_step_gradient_tile)
def last_step_gradient_tile_oracle(dy, dh, part, parts):
    mine = slice(*(boundary(n, parts, len(dh), 1) for n in (part, part + 1)))
    whole = np.zeros_like(dh)
    whole[-1] = dy
    dh[mine] = whole[mine]
