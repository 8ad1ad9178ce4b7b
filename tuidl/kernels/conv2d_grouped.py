"""Convolutions with groups of channels, gaps between the kernel's places, or two strides.

What the windows of a row of answers see of a group is copied into a matrix, and that is multiplied.
Where each channel has a filter of its own (depthwise) there is nothing to multiply: numbers of all
channels lie side by side, and one loop over them is a loop over vectors.
"""

import numpy as np

from tuidl.kernels.blas import gemm
from tuidl.kernels.elementary import ZERO
from tuidl.kernels.jit import device_function
from tuidl.kernels.oracles import oracle
from tuidl.kernels.registry import kernel


@device_function
def _gather(x, place, seen, size, step, gap, channels):
    """seen[q, (i, j, c)] = what window q of a row sees; zeros outside the image.

    ``place``: row of the first place of the kernel, column of that of the first window, first
    channel. ``step``: columns from a window to the next; ``gap``: down and across.
    """
    height, width = x.shape[0], x.shape[1]
    top, left, first = place
    for q in range(seen.shape[0]):
        line = seen[q]
        term = 0
        for i in range(size[0]):
            row = top + i * gap[0]
            for j in range(size[1]):
                column = left + q * step + j * gap[1]
                if 0 <= row < height and 0 <= column < width:
                    pixel = x[row, column]
                    for c in range(channels):
                        line[term + c] = pixel[first + c]
                else:
                    for c in range(channels):
                        line[term + c] = ZERO
                term += channels


@device_function
def _scatter(seen, x, place, size, step, gap, channels):
    """The transpose of ``_gather``: adds to ``x``."""
    height, width = x.shape[0], x.shape[1]
    top, left, first = place
    for q in range(seen.shape[0]):
        line = seen[q]
        term = 0
        for i in range(size[0]):
            row = top + i * gap[0]
            for j in range(size[1]):
                column = left + q * step + j * gap[1]
                if 0 <= row < height and 0 <= column < width:
                    pixel = x[row, column]
                    for c in range(channels):
                        pixel[first + c] += line[term + c]
                term += channels


@device_function
def _columns(matrix, first, part):
    """Columns of ``matrix`` from ``first`` on, into ``part``."""
    for q in range(part.shape[0]):
        for f in range(part.shape[1]):
            part[q, f] = matrix[q, first + f]


@kernel("nhwc ijkf f -> npqf m", cost="2npqijkf")
def conv2d_grouped(
    x, w, b, y, workspace, stride_y, stride_x, dilation_y, dilation_x, top, left, groups
):
    """y[n,p,q] = b + sum of x[n, p stride - top + i gap, q stride - left + j gap] w[i,j], each
    group's channels by its own filters."""
    tall, wide, k, filters = w.shape
    across = y.shape[2]
    if k == 1 and groups == filters:
        for n in range(y.shape[0]):
            for p in range(y.shape[1]):
                for q in range(across):
                    out = y[n, p, q]
                    for c in range(filters):
                        out[c] = b[c]
                    for i in range(tall):
                        row = p * stride_y - top + i * dilation_y
                        for j in range(wide):
                            column = q * stride_x - left + j * dilation_x
                            if 0 <= row < x.shape[1] and 0 <= column < x.shape[2]:
                                pixel, weight = x[n, row, column], w[i, j, 0]
                                for c in range(filters):
                                    out[c] += pixel[c] * weight[c]
        return
    terms, each = tall * wide * k, filters // groups
    packed = workspace[: terms * filters].reshape(groups, terms, each)
    flat = w.reshape(terms, filters)
    for g in range(groups):
        _columns(flat, g * each, packed[g])
    free = terms * filters
    seen = workspace[free : free + across * terms].reshape(across, terms)
    found = workspace[free + across * terms : free + across * (terms + each)].reshape(across, each)
    for n in range(y.shape[0]):
        for p in range(y.shape[1]):
            for g in range(groups):
                place = (p * stride_y - top, -left, g * k)
                _gather(x[n], place, seen, (tall, wide), stride_x, (dilation_y, dilation_x), k)
                gemm(seen, 0, packed[g], 0, found, 0)
                first = g * each
                for q in range(across):
                    for f in range(each):
                        y[n, p, q, first + f] = found[q, f] + b[first + f]


@kernel("nhwc npqf -> ijkf m", cost="2npqijkf")
def conv2d_grouped_weight_gradient(
    x, dy, dw, workspace, stride_y, stride_x, dilation_y, dilation_x, top, left, groups
):
    """dw = patches' dy, summed over the examples, in each group."""
    tall, wide, k, filters = dw.shape
    across = dy.shape[2]
    if k == 1 and groups == filters:
        dw[:] = 0
        for n in range(dy.shape[0]):
            for p in range(dy.shape[1]):
                for q in range(across):
                    d = dy[n, p, q]
                    for i in range(tall):
                        row = p * stride_y - top + i * dilation_y
                        for j in range(wide):
                            column = q * stride_x - left + j * dilation_x
                            if 0 <= row < x.shape[1] and 0 <= column < x.shape[2]:
                                pixel, total = x[n, row, column], dw[i, j, 0]
                                for c in range(filters):
                                    total[c] += pixel[c] * d[c]
        return
    terms, each = tall * wide * k, filters // groups
    sums = workspace[: terms * filters].reshape(groups, terms, each)
    sums[:] = 0
    free = terms * filters
    seen = workspace[free : free + across * terms].reshape(across, terms)
    part = workspace[free + across * terms : free + across * (terms + each)].reshape(across, each)
    for n in range(dy.shape[0]):
        for p in range(dy.shape[1]):
            for g in range(groups):
                place = (p * stride_y - top, -left, g * k)
                _gather(x[n], place, seen, (tall, wide), stride_x, (dilation_y, dilation_x), k)
                _columns(dy[n, p], g * each, part)
                gemm(seen, 1, part, 0, sums[g], 1)
    flat = dw.reshape(terms, filters)
    for g in range(groups):
        for term in range(terms):
            for f in range(each):
                flat[term, g * each + f] = sums[g, term, f]


@kernel("npqf ijkf -> nhwc m", cost="2npqijkf")
def conv2d_grouped_input_gradient(
    dy, w, dx, workspace, stride_y, stride_x, dilation_y, dilation_x, top, left, groups
):
    """dx: for each pixel, the gradients of the answers that see it, by their weights there."""
    tall, wide, k, filters = w.shape
    across = dy.shape[2]
    dx[:] = 0
    if k == 1 and groups == filters:
        for n in range(dy.shape[0]):
            for p in range(dy.shape[1]):
                for q in range(across):
                    d = dy[n, p, q]
                    for i in range(tall):
                        row = p * stride_y - top + i * dilation_y
                        for j in range(wide):
                            column = q * stride_x - left + j * dilation_x
                            if 0 <= row < dx.shape[1] and 0 <= column < dx.shape[2]:
                                pixel, weight = dx[n, row, column], w[i, j, 0]
                                for c in range(filters):
                                    pixel[c] += d[c] * weight[c]
        return
    terms, each = tall * wide * k, filters // groups
    turned = workspace[: terms * filters].reshape(groups, each, terms)
    flat = w.reshape(terms, filters)
    for g in range(groups):
        for term in range(terms):
            for f in range(each):
                turned[g, f, term] = flat[term, g * each + f]
    free = terms * filters
    seen = workspace[free : free + across * terms].reshape(across, terms)
    part = workspace[free + across * terms : free + across * (terms + each)].reshape(across, each)
    for n in range(dy.shape[0]):
        for p in range(dy.shape[1]):
            for g in range(groups):
                place = (p * stride_y - top, -left, g * k)
                _columns(dy[n, p], g * each, part)
                gemm(part, 0, turned[g], 0, seen, 0)
                _scatter(seen, dx[n], place, (tall, wide), stride_x, (dilation_y, dilation_x), k)


# --- the definition in plain NumPy ----------------------------------------------------------------


def _places(length, count, stride, gap, before, tap):
    """Answers that see a pixel under place ``tap`` of the kernel, and these pixels."""
    answers = np.arange(count)
    pixels = answers * stride - before + tap * gap
    inside = (pixels >= 0) & (pixels < length)
    return answers[inside], pixels[inside]


def _taps(x, y, w, strides, gaps, before):
    """For each place (i, j) of the kernel: index of the answers, and of the pixels they see."""
    for i in range(w.shape[0]):
        for j in range(w.shape[1]):
            (p, row), (q, column) = (
                _places(x.shape[a + 1], y.shape[a + 1], strides[a], gaps[a], before[a], tap)
                for a, tap in ((0, i), (1, j))
            )
            yield (i, j), np.ix_(range(len(x)), p, q), np.ix_(range(len(x)), row, column)


def _grouped(array, groups):
    """(..., groups, channels of a group)."""
    return array.reshape(*array.shape[:-1], groups, array.shape[-1] // groups)


@oracle(conv2d_grouped)
def conv2d_grouped_oracle(
    x, w, b, y, workspace, stride_y, stride_x, dilation_y, dilation_x, top, left, groups
):
    y[...] = b
    strides, gaps = (stride_y, stride_x), (dilation_y, dilation_x)
    for tap, answers, pixels in _taps(x, y, w, strides, gaps, (top, left)):
        seen, part = _grouped(x[pixels], groups), _grouped(w[tap], groups)
        y[answers] += np.einsum("npqgk,kgf->npqgf", seen, part).reshape(y[answers].shape)


@oracle(conv2d_grouped_weight_gradient)
def conv2d_grouped_weight_gradient_oracle(
    x, dy, dw, workspace, stride_y, stride_x, dilation_y, dilation_x, top, left, groups
):
    strides, gaps = (stride_y, stride_x), (dilation_y, dilation_x)
    for tap, answers, pixels in _taps(x, dy, dw, strides, gaps, (top, left)):
        seen, part = _grouped(x[pixels], groups), _grouped(dy[answers], groups)
        dw[tap] = np.einsum("npqgk,npqgf->kgf", seen, part).reshape(dw[tap].shape)


@oracle(conv2d_grouped_input_gradient)
def conv2d_grouped_input_gradient_oracle(
    dy, w, dx, workspace, stride_y, stride_x, dilation_y, dilation_x, top, left, groups
):
    dx[...] = 0
    strides, gaps = (stride_y, stride_x), (dilation_y, dilation_x)
    for tap, answers, pixels in _taps(dx, dy, w, strides, gaps, (top, left)):
        part, weights = _grouped(dy[answers], groups), _grouped(w[tap], groups)
        dx[pixels] += np.einsum("npqgf,kgf->npqgk", part, weights).reshape(dx[pixels].shape)
