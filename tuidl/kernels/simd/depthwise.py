"""Depthwise convolutions without any copies: each line of channels is read where it lies.

Numbers of all channels lie side by side, so one loop over them is a loop over vectors. Sums go
through memory once for every place of the kernel, which pays where there are few
(``grouped_room.in_place``); the other way lays a vector of channels out first (``grouped.py``).
"""

from tuidl.core import grouped_room
from tuidl.kernels.jit import device_function

_in_place = device_function(grouped_room.in_place)


@device_function
def is_in_place(x, w, y, groups):
    """Whether the products of this convolution are computed here."""
    pixels, answers = x.shape[1] * x.shape[2], y.shape[1] * y.shape[2]
    return _in_place(w.shape[0] * w.shape[1], w.shape[2], w.shape[3], groups, pixels, answers)


@device_function
def places_seeing(first, gap, size, length):
    """The first place of a kernel that sees an axis of ``length``, and the end of them; ``first``:
    what place 0 sees, ``gap``: from a place to the next."""
    low = min(max((gap - 1 - first) // gap, 0), size)
    return low, max(min((length - first + gap - 1) // gap, size), low)


@device_function
def convolve_in_place(x, w, b, y, stride, dilation, padding):
    """As the kernel ``conv2d_grouped``, with one channel and one filter to a group."""
    tall, wide, _, channels = w.shape
    for n in range(y.shape[0]):
        for p in range(y.shape[1]):
            top = p * stride[0] - padding[0]
            low, high = places_seeing(top, dilation[0], tall, x.shape[1])
            for q in range(y.shape[2]):
                left = q * stride[1] - padding[1]
                start, end = places_seeing(left, dilation[1], wide, x.shape[2])
                out = y[n, p, q]
                for c in range(channels):
                    out[c] = b[c]
                for i in range(low, high):
                    for j in range(start, end):
                        pixel = x[n, top + i * dilation[0], left + j * dilation[1]]
                        weight = w[i, j, 0]
                        for c in range(channels):
                            out[c] += pixel[c] * weight[c]


@device_function
def convolve_weights_in_place(x, dy, dw, stride, dilation, padding):
    """As ``conv2d_grouped_weight_gradient``."""
    tall, wide, _, channels = dw.shape
    dw[:] = 0
    for n in range(dy.shape[0]):
        for p in range(dy.shape[1]):
            top = p * stride[0] - padding[0]
            low, high = places_seeing(top, dilation[0], tall, x.shape[1])
            for q in range(dy.shape[2]):
                left = q * stride[1] - padding[1]
                start, end = places_seeing(left, dilation[1], wide, x.shape[2])
                d = dy[n, p, q]
                for i in range(low, high):
                    for j in range(start, end):
                        pixel = x[n, top + i * dilation[0], left + j * dilation[1]]
                        total = dw[i, j, 0]
                        for c in range(channels):
                            total[c] += pixel[c] * d[c]


@device_function
def convolve_back_in_place(dy, w, dx, stride, dilation, padding):
    """As ``conv2d_grouped_input_gradient``."""
    tall, wide, _, channels = w.shape
    dx[:] = 0
    for n in range(dy.shape[0]):
        for p in range(dy.shape[1]):
            top = p * stride[0] - padding[0]
            low, high = places_seeing(top, dilation[0], tall, dx.shape[1])
            for q in range(dy.shape[2]):
                left = q * stride[1] - padding[1]
                start, end = places_seeing(left, dilation[1], wide, dx.shape[2])
                d = dy[n, p, q]
                for i in range(low, high):
                    for j in range(start, end):
                        pixel = dx[n, top + i * dilation[0], left + j * dilation[1]]
                        weight = w[i, j, 0]
                        for c in range(channels):
                            pixel[c] += d[c] * weight[c]
