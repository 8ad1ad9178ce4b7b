"""Depthwise convolutions without any copies: each line of channels is read where it lies.

Numbers of all channels lie side by side, so sums are of whole vectors (``depthwise_sums.py``):

    answers    for each, the lines that its window sees by the kernel's
    pixels     for each, the lines of the answers that see it by the kernel's, the last place first
    weights    for each place of the kernel, rows of pixels by rows of answers

Where lines are short, a vector of channels is laid out first (``grouped.py``).
"""

from tuidl.core import grouped_room
from tuidl.kernels.jit import device_function
from tuidl.kernels.simd.depthwise_sums import (
    PIXELS,
    Lines,
    line_products,
    three_line_products,
    two_line_products,
    window_sum,
    window_sums,
)
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
    if gap == 1:  # without a division, which takes as long as many products
        low = min(max(-first, 0), size)
        return low, max(min(length - first, size), low)
    low = min(max((gap - 1 - first) // gap, 0), size)
    return low, max(min((length - first + gap - 1) // gap, size), low)


@device_function
def _whole(first, step, gap, size, length, count):
    """Of ``count`` windows ``step`` apart the first one that sees an axis of ``length`` by all
    ``size`` places, and the end of them; ``first``: what the first window sees by place 0."""
    low = min(max((step - 1 - first) // step, 0), count)
    return low, min(max((length - 1 - (size - 1) * gap - first) // step + 1, low), count)


@device_function
def convolve_in_place(x, w, b, y, stride, dilation, padding):
    """As the kernel ``conv2d_grouped``, with one channel and one filter to a group."""
    (tall, wide, _, channels), (_, height, width, _) = w.shape, x.shape
    (_, across, _), line, row = y.shape[1:], channels, width * channels
    inner, outer = _whole(-padding[1], stride[1], dilation[1], wide, width, across)
    for number in range(y.shape[0] * y.shape[1]):
        n, p = number // y.shape[1], number % y.shape[1]
        top = p * stride[0] - padding[0]
        low, high = places_seeing(top, dilation[0], tall, height)
        above, q = (n * height + top + low * dilation[0]) * row, 0
        while q < across:
            left = q * stride[1] - padding[1]
            is_many = inner <= q and q + PIXELS <= outer
            start, end = 0, wide
            if not is_many:
                start, end = places_seeing(left, dilation[1], wide, width)
            here = above + (left + start * dilation[1]) * line
            seen = Lines(data_of(x), here, dilation[0] * row, dilation[1] * line)
            weights = Lines(data_of(w), (low * wide + start) * line, wide * line, line)
            shape, there = (high - low, end - start), (number * across + q) * line
            target = pointer_at(data_of(y), there)
            if is_many:
                window_sums(
                    seen, stride[1] * line, weights, shape, data_of(b), 1, target, line, channels
                )
                q += PIXELS
            else:
                window_sum(seen, weights, shape, data_of(b), 1, target, channels)
                q += 1


@device_function
def _add_products(x, pixel, step, d, answer, seen, dw, channels):
    """Add to a place's weights what the answers ``seen``, the first and the end, read by it.

    ``pixel``, ``answer``: where a row's first answer reads, and is; ``step``: from one to the next.
    """
    first, end = seen
    if end > first:
        line_products(
            pointer_at(x, pixel + first * step), step, pointer_at(d, answer + first * channels),
            channels, end - first, dw, channels,
        )  # fmt: skip


@device_function
def _convolve_weights_line(x, pixel, dy, answer, dw, sizes, stride, dilation, padding):
    """dw: of a row of the kernel, from a row of pixels at ``pixel`` and of answers at ``answer``.
    ``sizes``: columns of the kernel, of pixels and of answers, channels. All pointers."""
    wide, width, across, channels = sizes
    step, j = stride * channels, 0
    while j < wide:
        count = 3 if wide - j >= 3 else wide - j
        # answers as places: that with number q sees column q stride + left
        left = j * dilation - padding
        low, high = places_seeing(left, stride, across, width)
        last_low, last_high = places_seeing(left + (count - 1) * dilation, stride, across, width)
        # places further right are seen from the same answers, or from ones further left
        begin, end = max(low, last_low), min(high, last_high)
        is_joint = count > 1 and end > begin
        for place in range(count):
            own = left + place * dilation
            first, stop = places_seeing(own, stride, across, width)
            if is_joint:
                stop = begin
            there = pointer_at(dw, (j + place) * channels)
            here = pixel + own * channels
            _add_products(x, here, step, dy, answer, (first, stop), there, channels)
        if is_joint:
            here = pointer_at(x, pixel + left * channels + begin * step)
            there = pointer_at(dw, j * channels)
            beside, seen = dilation * channels, pointer_at(dy, answer + begin * channels)
            if count == 3:
                three_line_products(
                    here, beside, step, seen, channels, end - begin, there, channels
                )
            else:
                two_line_products(here, beside, step, seen, channels, end - begin, there, channels)
            for place in range(count):
                own = left + place * dilation
                _, stop = places_seeing(own, stride, across, width)
                there = pointer_at(dw, (j + place) * channels)
                here = pixel + own * channels
                _add_products(x, here, step, dy, answer, (end, stop), there, channels)
        j += count


@device_function
def convolve_weights_in_place(x, dy, dw, stride, dilation, padding):
    """As ``conv2d_grouped_weight_gradient``."""
    (tall, wide, _, channels), (_, height, width, _) = dw.shape, x.shape
    _, down, across, _ = dy.shape
    sizes = (wide, width, across, channels)
    clear_elements(data_of(dw), dw.size)
    for number in range(dy.shape[0] * down):
        n, p = number // down, number % down
        top = p * stride[0] - padding[0]
        low, high = places_seeing(top, dilation[0], tall, height)
        for i in range(low, high):
            pixel = (n * height + top + i * dilation[0]) * width * channels
            there = pointer_at(data_of(dw), i * wide * channels)
            _convolve_weights_line(
                data_of(x), pixel, data_of(dy), number * across * channels, there, sizes,
                stride[1], dilation[1], padding[1],
            )  # fmt: skip


@device_function
def _answers_seeing(phase, number, length):
    """Of a phase's places of a kernel those that see its pixel ``number``, by ``length`` answers:
    the first, and how many; the answer that sees it by the first one."""
    last = number + phase.base
    if phase.distance == 1:
        low = min(max(last - length + 1, 0), phase.size)
        end = max(min(last + 1, phase.size), low)
        return phase.first + low * phase.step, end - low, last - low
    # answers are last - t distance for t in 0 ... size, of which some are none
    low = min(max((last - length + phase.distance) // phase.distance, 0), phase.size)
    end = max(min(last // phase.distance + 1, phase.size), low) if last >= 0 else low
    return phase.first + low * phase.step, end - low, last - low * phase.distance


@device_function
def _convolve_back_line(dy, w, dx, rows, level, count, sizes, leap):
    """dx: a pointer to the first of ``count`` pixels of a phase; ``dy``, ``w``: Lines, the first
    row of answers that sees them and the weights by which, and from it to the next of ``rows``.
    ``sizes``: answers across, channels; ``leap``: from one of the pixels to the next.
    """
    (across, channels), x = sizes, 0
    # those that all places see, by answers that there are
    inner = max((level.size - 1) * level.distance - level.base, 0)
    outer = min(across - level.base, count)
    while x < count:
        is_many = inner <= x and x + PIXELS <= outer
        j, columns, q = level.first, level.size, x + level.base
        if not is_many:
            j, columns, q = _answers_seeing(level, x, across)
        seen = Lines(dy.data, dy.start + q * channels, dy.down, dy.across)
        weights = Lines(w.data, w.start + j * channels, w.down, w.across)
        there = pointer_at(dx, x * leap)
        if is_many:
            window_sums(seen, channels, weights, (rows, columns), there, 0, there, leap, channels)
            x += PIXELS
        else:
            window_sum(seen, weights, (rows, columns), there, 0, there, channels)
            x += 1


@device_function
def _convolve_back_rows(dy, w, dx, stride, dilation, padding, remainder, vertical):
    """The rows of pixels with a ``remainder``, by this phase."""
    (_, wide, _, channels), (examples, height, width, _) = w.shape, dx.shape
    _, down, across, _ = dy.shape
    high = (height - remainder + stride[0] - 1) // stride[0]
    row, line, sizes = across * channels, wide * channels, (across, channels)
    for number in range(examples * high):
        n, t = number // high, number % high
        i, rows, p = _answers_seeing(vertical, t, down)
        start = (n * height + remainder + t * stride[0]) * width * channels
        if stride[1] > 1:
            # written from the first number to the last it is in the cache when phases leave gaps
            clear_elements(pointer_at(data_of(dx), start), width * channels)
        for x in range(stride[1]):
            level = _phase_back(wide, stride[1], dilation[1], padding[1], x)
            seen = Lines(
                data_of(dy), (n * down + p) * row, -vertical.distance * row,
                -level.distance * channels,
            )  # fmt: skip
            weights = Lines(data_of(w), i * line, vertical.step * line, level.step * channels)
            _convolve_back_line(
                seen, weights, pointer_at(data_of(dx), start + x * channels), rows, level,
                (width - x + stride[1] - 1) // stride[1], sizes, stride[1] * channels,
            )  # fmt: skip


@device_function
def convolve_back_in_place(dy, w, dx, stride, dilation, padding):
    """As ``conv2d_grouped_input_gradient``."""
    for y in range(stride[0]):
        vertical = _phase_back(w.shape[0], stride[0], dilation[0], padding[0], y)
        _convolve_back_rows(dy, w, dx, stride, dilation, padding, y, vertical)
