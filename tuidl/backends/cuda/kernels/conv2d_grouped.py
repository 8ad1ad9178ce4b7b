"""Convolutions with groups, gaps or two strides, on the GPU; a thread works out one number."""

from numba import float32

from tuidl.backends.cuda.arithmetic import quotient
from tuidl.backends.cuda.block_group import start, stride
from tuidl.backends.cuda.kernels.pooling import place_of
from tuidl.backends.cuda.registry import cuda_kernel
from tuidl.backends.cuda.target import device


@device
def _answer(pixel, before, tap, gap, step, count):
    """The answer along an axis that sees the pixel under place ``tap`` of the kernel, or -1."""
    reach = pixel + before - tap * gap
    place = quotient(max(reach, 0), step)
    return place if reach >= 0 and place * step == reach and place < count else -1


@device
def answers(
    x, w, b, y, stride_y, stride_x, dilation_y, dilation_x, top, left, groups,
    block_group,
):  # fmt: skip
    """y = b + windows of x by w."""
    tall, wide, k, filters = w.shape
    for e in range(start(block_group), y.size, stride(block_group)):
        n, p, q, f = place_of(e, y.shape)
        first = quotient(f, filters // groups) * k
        total = float32(0)
        for i in range(tall):
            row = p * stride_y - top + i * dilation_y
            for j in range(wide):
                column = q * stride_x - left + j * dilation_x
                if 0 <= row < x.shape[1] and 0 <= column < x.shape[2]:
                    for c in range(k):
                        total += x[n, row, column, first + c] * w[i, j, c, f]
        y.flat[e] = total + b[f]


@device
def weights(
    x, dy, dw, stride_y, stride_x, dilation_y, dilation_x, top, left, groups,
    block_group,
):  # fmt: skip
    """dw: what each weight meets, times dy."""
    _, _, k, filters = dw.shape
    for e in range(start(block_group), dw.size, stride(block_group)):
        i, j, c, f = place_of(e, dw.shape)
        channel = quotient(f, filters // groups) * k + c
        total = float32(0)
        for n in range(dy.shape[0]):
            for p in range(dy.shape[1]):
                row = p * stride_y - top + i * dilation_y
                for q in range(dy.shape[2]):
                    column = q * stride_x - left + j * dilation_x
                    if 0 <= row < x.shape[1] and 0 <= column < x.shape[2]:
                        total += x[n, row, column, channel] * dy[n, p, q, f]
        dw.flat[e] = total


@device
def pixels(
    dy, w, dx, stride_y, stride_x, dilation_y, dilation_x, top, left, groups,
    block_group,
):  # fmt: skip
    """dx: the gradients of the answers that see each pixel, by their weights."""
    tall, wide, k, filters = w.shape
    each = filters // groups
    for e in range(start(block_group), dx.size, stride(block_group)):
        n, row, column, channel = place_of(e, dx.shape)
        group = quotient(channel, k)
        total = float32(0)
        for i in range(tall):
            p = _answer(row, top, i, dilation_y, stride_y, dy.shape[1])
            for j in range(wide):
                q = _answer(column, left, j, dilation_x, stride_x, dy.shape[2])
                if p >= 0 and q >= 0:
                    for f in range(group * each, (group + 1) * each):
                        total += dy[n, p, q, f] * w[i, j, channel - group * k, f]
        dx.flat[e] = total


@cuda_kernel
def conv2d_grouped(
    x, w, b, y, workspace, stride_y, stride_x, dilation_y, dilation_x, top, left, groups,
    block_group,
):  # fmt: skip
    sizes = (stride_y, stride_x, dilation_y, dilation_x, top, left, groups)
    answers(x, w, b, y, *sizes, block_group)


@cuda_kernel
def conv2d_grouped_weight_gradient(
    x, dy, dw, workspace, stride_y, stride_x, dilation_y, dilation_x, top, left, groups,
    block_group,
):  # fmt: skip
    sizes = (stride_y, stride_x, dilation_y, dilation_x, top, left, groups)
    weights(x, dy, dw, *sizes, block_group)


@cuda_kernel
def conv2d_grouped_input_gradient(
    dy, w, dx, workspace, stride_y, stride_x, dilation_y, dilation_x, top, left, groups,
    block_group,
):  # fmt: skip
    sizes = (stride_y, stride_x, dilation_y, dilation_x, top, left, groups)
    pixels(dy, w, dx, *sizes, block_group)
