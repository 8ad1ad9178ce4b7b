"""Convolutions with groups of channels, gaps between the kernel's places, or two strides.

``simd/grouped.py`` has the way in which all three are computed, ``simd/depthwise.py`` that of
depthwise ones of many channels.
"""

import numpy as np

from tuidl.kernels.oracles import oracle
from tuidl.kernels.registry import kernel
from tuidl.kernels.simd.depthwise import (
    convolve_back_in_place,
    convolve_in_place,
    convolve_weights_in_place,
    is_in_place,
)
from tuidl.kernels.simd.grouped import (
    convolve_back_grouped,
    convolve_grouped,
    convolve_weights_grouped,
)


@kernel("nhwc ijkf f -> npqf m", cost="2npqijkf", inline=True)
def conv2d_grouped(
    x, w, b, y, workspace, stride_y, stride_x, dilation_y, dilation_x, top, left, groups
):
    """y[n,p,q] = b + sum of x[n, p stride - top + i gap, q stride - left + j gap] w[i,j], each
    group's channels by its own filters."""
    stride, dilation, padding = (stride_y, stride_x), (dilation_y, dilation_x), (top, left)
    if is_in_place(w, groups):
        convolve_in_place(x, w, b, y, stride, dilation, padding)
        return
    convolve_grouped(x, w, b, y, workspace, stride, dilation, padding, groups)


@kernel("nhwc npqf -> ijkf m", cost="2npqijkf", inline=True)
def conv2d_grouped_weight_gradient(
    x, dy, dw, workspace, stride_y, stride_x, dilation_y, dilation_x, top, left, groups
):
    """dw = patches' dy, summed over the examples, in each group."""
    stride, dilation, padding = (stride_y, stride_x), (dilation_y, dilation_x), (top, left)
    if is_in_place(dw, groups):
        convolve_weights_in_place(x, dy, dw, stride, dilation, padding)
        return
    convolve_weights_grouped(x, dy, dw, workspace, stride, dilation, padding, groups)


@kernel("npqf ijkf -> nhwc m", cost="2npqijkf", inline=True)
def conv2d_grouped_input_gradient(
    dy, w, dx, workspace, stride_y, stride_x, dilation_y, dilation_x, top, left, groups
):
    """dx: for each pixel, the gradients of the answers that see it, by their weights there."""
    stride, dilation, padding = (stride_y, stride_x), (dilation_y, dilation_x), (top, left)
    if is_in_place(w, groups):
        convolve_back_in_place(dy, w, dx, stride, dilation, padding)
        return
    convolve_back_grouped(dy, w, dx, workspace, stride, dilation, padding, groups)


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
