"""Depthwise convolutions without any copies: each line of channels is read where it lies.

Numbers of all channels lie side by side, so sums are of whole vectors (``depthwise_sums.py``):

    answers    for each, the lines that its window sees by the kernel's
    pixels     for each, the lines of the answers that see it by the kernel's, the last place first
    weights    for each place of the kernel, rows of pixels by rows of answers

Where lines are short, a vector of channels is laid out first (``grouped.py``).
"""

from tuidl.core import grouped_room
from tuidl.kernels.jit import device_function
from tuidl.kernels.simd.depthwise_sums import Lines, line_products, window_sum
from tuidl.kernels.simd.intrinsics import clear_elements, data_of, pointer_at

_in_place = device_function(grouped_room.in_place)
_phase_back = device_function(grouped_room.phase_back)


@device_function
def is_in_place(w, groups):
    """Whether the products of this convolution are computed here."""
    return _in_place(w.shape[2], w.shape[3], groups)


@device_function
def places_seeing(first, gap, size, length):
    """The first place of a kernel that sees an axis of ``length``, and the end of them; ``first``:
    what place 0 sees, ``gap``: from a place to the next."""
    low = min(max((gap - 1 - first) // gap, 0), size)
    return low, max(min((length - first + gap - 1) // gap, size), low)


@device_function
def convolve_in_place(x, w, b, y, stride, dilation, padding):
    """As the kernel ``conv2d_grouped``, with one channel and one filter to a group."""
    (tall, wide, _, channels), (_, height, width, _) = w.shape, x.shape
    line, row = channels, width * channels
    for n in range(y.shape[0]):
        for p in range(y.shape[1]):
            top = p * stride[0] - padding[0]
            low, high = places_seeing(top, dilation[0], tall, height)
            for q in range(y.shape[2]):
                left = q * stride[1] - padding[1]
                start, end = places_seeing(left, dilation[1], wide, width)
                here = (n * height + top + low * dilation[0]) * row
                here += (left + start * dilation[1]) * line
                there = ((n * y.shape[1] + p) * y.shape[2] + q) * line
                window_sum(
                    Lines(data_of(x), here, dilation[0] * row, dilation[1] * line),
                    Lines(data_of(w), (low * wide + start) * line, wide * line, line),
                    (high - low, end - start),
                    data_of(b), 1, pointer_at(data_of(y), there), channels,
                )  # fmt: skip


@device_function
def convolve_weights_in_place(x, dy, dw, stride, dilation, padding):
    """As ``conv2d_grouped_weight_gradient``."""
    (tall, wide, _, channels), (_, height, width, _) = dw.shape, x.shape
    _, down, across, _ = dy.shape
    clear_elements(data_of(dw), dw.size)
    for n in range(dy.shape[0]):
        for p in range(down):
            top = p * stride[0] - padding[0]
            low, high = places_seeing(top, dilation[0], tall, height)
            for i in range(low, high):
                row = n * height + top + i * dilation[0]
                for j in range(wide):
                    # answers as places: that with number q sees column q stride + left
                    left = j * dilation[1] - padding[1]
                    first, end = places_seeing(left, stride[1], across, width)
                    if end > first:
                        pixel = (row * width + left + first * stride[1]) * channels
                        answer = ((n * down + p) * across + first) * channels
                        line_products(
                            pointer_at(data_of(x), pixel), stride[1] * channels,
                            pointer_at(data_of(dy), answer), channels, end - first,
                            pointer_at(data_of(dw), (i * wide + j) * channels), channels,
                        )  # fmt: skip


@device_function
def _answers_seeing(size, stride, dilation, padding, pixel, length):
    """Of the places of a kernel that see a pixel: the first, from one to the next, how many; the
    answer that sees it by the first one, and from that to the next, backwards."""
    phase = _phase_back(size, stride, dilation, padding, pixel % stride)
    last = pixel // stride + phase.base
    # answers are last - t distance for t in 0 ... size, of which some are none
    low = min(max((last - length + phase.distance) // phase.distance, 0), phase.size)
    end = max(min(last // phase.distance + 1, phase.size), low) if last >= 0 else low
    first = phase.first + low * phase.step
    return first, phase.step, end - low, last - low * phase.distance, phase.distance


@device_function
def convolve_back_in_place(dy, w, dx, stride, dilation, padding):
    """As ``conv2d_grouped_input_gradient``."""
    (tall, wide, _, channels), (_, height, width, _) = w.shape, dx.shape
    _, down, across, _ = dy.shape
    line, row = channels, across * channels
    for n in range(dx.shape[0]):
        for y in range(height):
            i, step_i, rows, p, back_p = _answers_seeing(
                tall, stride[0], dilation[0], padding[0], y, down
            )
            for x in range(width):
                j, step_j, columns, q, back_q = _answers_seeing(
                    wide, stride[1], dilation[1], padding[1], x, across
                )
                seen = ((n * down + p) * across + q) * line
                there = pointer_at(data_of(dx), ((n * height + y) * width + x) * line)
                window_sum(
                    Lines(data_of(dy), seen, -back_p * row, -back_q * line),
                    Lines(data_of(w), (i * wide + j) * line, step_i * wide * line, step_j * line),
                    (rows, columns), there, 0, there, channels,
                )  # fmt: skip
