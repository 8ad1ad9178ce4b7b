"""Two-dimensional convolution as products in tiles, on the GPU.

The factors are read where they lie: a term's number says which kernel pixel meets which pixel of
the image, so no patch matrix is laid out. ``workspace``, the CPU's, stays unused.
"""

from typing import Any, NamedTuple

from numba import cuda, float32

from tuidl.backends.cuda.arithmetic import quotient
from tuidl.backends.cuda.product import product
from tuidl.backends.cuda.registry import cuda_kernel
from tuidl.backends.cuda.target import SIDE, SIMULATED, THREADS, device

FEW_WEIGHTS = 50 if SIMULATED else 4 * THREADS
"""Weights up to which their gradients are summed one by one; they would fill no tile of a product,
and hardly a block."""


class Convolution(NamedTuple):
    """Arrays (n, h, w, c), (i, j, c, f), (n, p, q, f), or their gradients; options; the bias.

    Where no bias is needed, ``bias`` is any array.
    """

    image: Any
    kernel: Any
    output: Any
    stride: int
    top: int
    left: int
    bias: Any


@device
def _patch(conv, position, tap):
    """The number at ``tap`` (i, j, c) of the patch at ``position`` (n, p, q); 0 outside the image.

    What j and c count lies side by side in the image as in the kernel: one place tells both.
    """
    _, height, width, channels = conv.image.shape
    _, out_height, out_width, _ = conv.output.shape
    line = quotient(position, out_width)
    n = quotient(line, out_height)
    p, q = line - n * out_height, position - line * out_width
    span = conv.kernel.shape[1] * channels
    i = quotient(tap, span)
    row = p * conv.stride - conv.top + i
    place = (q * conv.stride - conv.left) * channels + tap - i * span
    if 0 <= row < height and 0 <= place < width * channels:
        return conv.image.flat[(n * height + row) * width * channels + place]
    return float32(0)


@device
def _patch_transposed(conv, tap, position):
    return _patch(conv, position, tap)


@device
def _weight(conv, tap, f):
    return conv.kernel.flat[tap * conv.kernel.shape[3] + f]


@device
def _output(conv, position, f):
    return conv.output.flat[position * conv.output.shape[3] + f]


@device
def _put_output(conv, position, f, total):
    conv.output.flat[position * conv.output.shape[3] + f] = total + conv.bias[f]


@device
def _put_weight(conv, tap, f, total):
    conv.kernel.flat[tap * conv.kernel.shape[3] + f] = total


@device
def _line_sum(conv, tap, f, line):
    """Pixels under ``tap`` (i, j, c), times the output's numbers f, along its line (n, p)."""
    _, height, width, channels = conv.image.shape
    _, out_height, out_width, filters = conv.output.shape
    n, i = quotient(line, out_height), quotient(tap, conv.kernel.shape[1] * channels)
    row = (line - n * out_height) * conv.stride - conv.top + i
    total = float32(0)
    if 0 <= row < height:
        place = tap - i * conv.kernel.shape[1] * channels - conv.left * channels
        pixels, behind = (n * height + row) * width * channels, width * channels
        number = line * out_width * filters + f
        for _ in range(out_width):
            if 0 <= place < behind:
                total += conv.image.flat[pixels + place] * conv.output.flat[number]
            place += conv.stride * channels
            number += filters
    return total


@device
def _few_weights(conv, block_group):
    """Sums for SIDE weights a block, with SIDE threads for each of them to share the lines."""
    part, column = cuda.threadIdx.x // SIDE, cuda.threadIdx.x % SIDE
    weights, filters = conv.kernel.size, conv.kernel.shape[3]
    for first in range(block_group.block * SIDE, weights, block_group.blocks * SIDE):
        weight, total = first + column, float32(0)
        if weight < weights:
            tap = quotient(weight, filters)
            for line in range(part, conv.output.shape[0] * conv.output.shape[1], SIDE):
                total += _line_sum(conv, tap, weight - tap * filters, line)
        cuda.syncthreads()
        block_group.scratch[cuda.threadIdx.x] = total
        cuda.syncthreads()
        if part == 0 and weight < weights:
            total = float32(0)
            for i in range(SIDE):
                total += block_group.scratch[i * SIDE + column]
            conv.kernel.flat[weight] = total


@device
def _place(distance, stride):
    """Of the kernel's places along an axis, the one ``distance`` pixels from the first."""
    return distance if stride == 1 else distance // stride


@device
def _seen_by(conv, pixel, term):
    """The output's number f at which kernel pixel (i, j) is on the pixel (n, y, x); else 0.

    ``term`` counts (i, j, f).
    """
    _, height, width, _ = conv.image.shape
    _, out_height, out_width, filters = conv.output.shape
    line = quotient(pixel, width)
    n = quotient(line, height)
    tap = quotient(term, filters)
    i = quotient(tap, conv.kernel.shape[1])
    down = line - n * height + conv.top - i
    right = pixel - line * width + conv.left - (tap - i * conv.kernel.shape[1])
    p, q = _place(down, conv.stride), _place(right, conv.stride)
    is_place = p * conv.stride == down and q * conv.stride == right
    if is_place and 0 <= p < out_height and 0 <= q < out_width:
        position = (n * out_height + p) * out_width + q
        return conv.output.flat[position * filters + term - tap * filters]
    return float32(0)


@device
def _weight_transposed(conv, term, c):
    """The weight at (i, j, c, f); ``term`` counts (i, j, f)."""
    _, _, channels, filters = conv.kernel.shape
    tap = quotient(term, filters)
    return conv.kernel.flat[(tap * channels + c) * filters + term - tap * filters]


@device
def _put_pixel(conv, pixel, c, total):
    conv.image.flat[pixel * conv.image.shape[3] + c] = total


_forward = product(_patch, _weight, _put_output)
_weights = product(_patch_transposed, _output, _put_weight, a_is_tall=True)
_pixels = product(_seen_by, _weight_transposed, _put_pixel)


@cuda_kernel
def conv2d(x, w, b, y, workspace, stride, top, left, block_group):
    """y[n,p,q] = b + sum of x[n, p stride - top + i, q stride - left + j] w[i,j] over i and j."""
    examples, height, width, filters = y.shape
    taps = w.shape[0] * w.shape[1] * w.shape[2]
    conv = Convolution(x, w, y, stride, top, left, b)
    _forward(examples * height * width, filters, taps, conv, block_group)


@cuda_kernel
def conv2d_weight_gradient(x, dy, dw, workspace, stride, top, left, block_group):
    """dw = patches' dy, summed over the examples."""
    examples, height, width, filters = dy.shape
    taps = dw.shape[0] * dw.shape[1] * dw.shape[2]
    conv = Convolution(x, dw, dy, stride, top, left, dw)
    if dw.size <= FEW_WEIGHTS:
        _few_weights(conv, block_group)
    else:
        _weights(taps, filters, examples * height * width, conv, block_group)


@cuda_kernel
def conv2d_input_gradient(dy, w, dx, workspace, stride, top, left, block_group):
    """dx: for each pixel the sum of dy w over all outputs that saw it."""
    examples, height, width, channels = dx.shape
    terms = w.shape[0] * w.shape[1] * w.shape[3]
    conv = Convolution(dx, w, dy, stride, top, left, w)
    _pixels(examples * height * width, channels, terms, conv, block_group)
