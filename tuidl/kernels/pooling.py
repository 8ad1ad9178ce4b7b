"""Pooling over windows of an image; what lies outside the image counts for nothing."""

from tuidl.kernels.elementary import ONE, ZERO
from tuidl.kernels.jit import kernel


@kernel("nhwc -> npqc npqc", cost="4npqc")
def max_pool2d(x, y, winner, size_y, size_x, stride_y, stride_x, top, left):
    """The largest value of each window; ``winner`` keeps its place there, the first of equals."""
    for n in range(y.shape[0]):
        for p in range(y.shape[1]):
            for q in range(y.shape[2]):
                best, place = y[n, p, q], winner[n, p, q]
                untouched = True
                for i in range(size_y):
                    for j in range(size_x):
                        row, column = p * stride_y - top + i, q * stride_x - left + j
                        if row < 0 or row >= x.shape[1] or column < 0 or column >= x.shape[2]:
                            continue
                        value, number = x[n, row, column], y.dtype.type(i * size_x + j)
                        if untouched:
                            untouched = False
                            for c in range(best.shape[0]):
                                best[c] = value[c]
                                place[c] = number
                        else:
                            for c in range(best.shape[0]):
                                # NaN wins, so that it stays visible
                                wins = (value[c] > best[c]) | (value[c] != value[c])
                                best[c] = value[c] if wins else best[c]
                                place[c] = number if wins else place[c]


@kernel("npqc npqc -> nhwc", cost="4npqc")
def max_pool2d_gradient(winner, dy, dx, size_y, size_x, stride_y, stride_x, top, left):
    """The gradient of each window goes to its winner."""
    dx[:] = 0
    for n in range(dy.shape[0]):
        for p in range(dy.shape[1]):
            for q in range(dy.shape[2]):
                d, place = dy[n, p, q], winner[n, p, q]
                for i in range(size_y):
                    for j in range(size_x):
                        row, column = p * stride_y - top + i, q * stride_x - left + j
                        if row < 0 or row >= dx.shape[1] or column < 0 or column >= dx.shape[2]:
                            continue
                        target, number = dx[n, row, column], dx.dtype.type(i * size_x + j)
                        for c in range(d.shape[0]):
                            target[c] += d[c] if place[c] == number else ZERO


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
