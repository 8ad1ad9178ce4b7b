"""Pooling over windows of an image; what lies outside the image counts for nothing."""

from tuidl.kernels.elementary import ONE
from tuidl.kernels.jit import kernel, spliced
from tuidl.kernels.vectors import clear_values
from tuidl.kernels.windows import give_to_winner, largest_of_window


@spliced
def _cells(image, row, column, size_y, size_x):
    """A window and what of it lies within the image, for the functions of ``windows.py``."""
    rows = max(-row, 0), min(image.shape[0] - row, size_y)
    columns = max(-column, 0), min(image.shape[1] - column, size_x)
    return row, column, rows[0], rows[1], columns[0], columns[1], size_x


@spliced
def _largest(image, best, place, size, stride, before):
    """``max_pool2d`` of one image."""
    for p in range(best.shape[0]):
        for q in range(best.shape[1]):
            row, column = p * stride[0] - before[0], q * stride[1] - before[1]
            cells = _cells(image, row, column, size[0], size[1])
            largest_of_window(image, cells, best[p, q], place[p, q])


@spliced
def _give_back(place, d, image, size, stride, before, adds):
    """``max_pool2d_gradient`` of one image."""
    for p in range(d.shape[0]):
        for q in range(d.shape[1]):
            row, column = p * stride[0] - before[0], q * stride[1] - before[1]
            cells = _cells(image, row, column, size[0], size[1])
            give_to_winner(place[p, q], d[p, q], image, cells, adds)


@kernel("nhwc -> npqc npqc", cost="4npqc", only_calls=True)
def max_pool2d(x, y, winner, size_y, size_x, stride_y, stride_x, top, left):
    """The largest value of each window; ``winner`` keeps its place there, the first of equals."""
    for n in range(y.shape[0]):
        size, stride, before = (size_y, size_x), (stride_y, stride_x), (top, left)
        _largest(x[n], y[n], winner[n], size, stride, before)


@kernel("npqc npqc -> nhwc", cost="4npqc", only_calls=True)
def max_pool2d_gradient(winner, dy, dx, size_y, size_x, stride_y, stride_x, top, left):
    """The gradient of each window goes to its winner; windows that tile the image just write it."""
    height, width = dx.shape[1:3]
    is_tiled = size_y == stride_y and size_x == stride_x
    covers = dy.shape[1] * size_y >= height + top and dy.shape[2] * size_x >= width + left
    for n in range(dy.shape[0]):
        if not (is_tiled and covers):
            clear_values(dx[n].reshape(-1))
        size, stride, before = (size_y, size_x), (stride_y, stride_x), (top, left)
        _give_back(winner[n], dy[n], dx[n], size, stride, before, 0 if is_tiled else 1)


@kernel("nhwc -> npqc", cost="4npqc")
def average_pool2d(x, y, size_y, size_x, stride_y, stride_x, top, left):
    """The mean of each window's pixels that lie inside the image."""
    for n in range(y.shape[0]):
        for p in range(y.shape[1]):
            rows = range(max(p * stride_y - top, 0), min(p * stride_y - top + size_y, x.shape[1]))
            for q in range(y.shape[2]):
                start = q * stride_x - left
                columns = range(max(start, 0), min(start + size_x, x.shape[2]))
                out = y[n, p, q]
                out[:] = 0
                for row in rows:
                    for column in columns:
                        value = x[n, row, column]
                        for c in range(out.shape[0]):
                            out[c] += value[c]
                share = ONE / y.dtype.type(len(rows) * len(columns))
                for c in range(out.shape[0]):
                    out[c] *= share


@kernel("npqc -> nhwc", cost="4npqc")
def average_pool2d_gradient(dy, dx, size_y, size_x, stride_y, stride_x, top, left):
    """The gradient of each window, in equal parts to its pixels."""
    dx[:] = 0
    for n in range(dy.shape[0]):
        for p in range(dy.shape[1]):
            rows = range(max(p * stride_y - top, 0), min(p * stride_y - top + size_y, dx.shape[1]))
            for q in range(dy.shape[2]):
                start = q * stride_x - left
                columns = range(max(start, 0), min(start + size_x, dx.shape[2]))
                share = ONE / dx.dtype.type(len(rows) * len(columns))
                d = dy[n, p, q]
                for row in rows:
                    for column in columns:
                        target = dx[n, row, column]
                        for c in range(d.shape[0]):
                            target[c] += d[c] * share
