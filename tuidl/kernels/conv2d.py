"""Two-dimensional convolution as matrix products.

What a kernel sees along one row of answers is a matrix whose rows overlap in the image: it is
multiplied where it lies. Only images with zeros around them are copied first. In the gradient of
the input nothing overlaps, so that one makes the patches' gradients, a block of examples at a time,
and adds them back. Kernels of 3 x 3 on enough channels take fewer multiplications (winograd.py),
for the weights' gradient only on large images.
"""

import numpy as np

from tuidl.kernels.blas import gemm
from tuidl.kernels.jit import device_function, inline_ir
from tuidl.kernels.oracles import add_windows, oracle, windows_of
from tuidl.kernels.registry import kernel
from tuidl.kernels.simd.gemm import SegmentedRows, gemm_segmented
from tuidl.kernels.simd.intrinsics import data_of
from tuidl.kernels.simd.padding import seen_images
from tuidl.kernels.simd.winograd import (
    suits_winograd,
    suits_winograd_weights,
    winograd,
    winograd_input_gradient,
    winograd_weight_gradient,
)

NEAR = 16_384
"""Numbers that stay close to the processor while the weights' gradient reads them repeatedly."""


@inline_ir
def _seen(out, size, stride):
    """Height and width of what kernels see of an image."""
    return (out[0] - 1) * stride + size[0], (out[1] - 1) * stride + size[1]


@inline_ir
def _convolve(x, w, b, y, workspace, stride, top, left):
    out, size, channels = y.shape[1:3], w.shape[:2], x.shape[3]
    weights = w.reshape(size[0] * size[1] * channels, y.shape[3])
    seen = _seen(out, size, stride)
    for n in range(y.shape[0]):
        pixels, row, _ = seen_images(x, n, 1, seen, top, left, data_of(workspace))
        # a row of A is what the kernel sees at one answer: a segment for each of its own rows
        rows = SegmentedRows(
            0, stride * row, stride * channels, 0, row, 1, 1, size[0], size[1] * channels
        )
        gemm_segmented(pixels, rows, weights, b, y[n], 0)


@inline_ir
def _convolve_weights(x, dy, dw, workspace, stride, top, left):
    """As many examples at a time as the first-level cache holds: sums stay in registers so long."""
    out, size, channels = dy.shape[1:3], dw.shape[:2], x.shape[3]
    seen, filters = _seen(out, size, stride), dy.shape[3]
    framed = seen[0] * seen[1] * channels
    fitting = min(NEAR // (framed + out[0] * out[1] * filters), workspace.size // framed)
    block = max(fitting, 1)
    for first in range(0, dy.shape[0], block):
        count = min(block, dy.shape[0] - first)
        pixels, row, image = seen_images(x, first, count, seen, top, left, data_of(workspace))
        d = dy[first : first + count].reshape(count * out[0] * out[1], filters)
        for i in range(size[0]):
            # a row of A is all that one weight's pixel is at: a segment for each row of answers
            rows = SegmentedRows(
                i * row, 0, 1, image, stride * row, stride * channels, count, out[0], out[1]
            )
            part = dw[i].reshape(size[1] * channels, filters)
            gemm_segmented(pixels, rows, d, None, part, 1 if first else 0)


@device_function
def _add_patches(workspace, image, size, out_width, stride, top, left):
    """Every patch is added back to where it came from."""
    height, width, channels = image.shape
    pixels = image.reshape(height, width * channels)
    pixels[:] = 0
    kernel_height, kernel_width = size
    span = kernel_width * channels
    for position in range(workspace.shape[0]):
        p, q = position // out_width, position % out_width
        first = q * stride - left
        low = max(-first, 0) * channels
        high = min(width - first, kernel_width) * channels
        patch = workspace[position]
        for i in range(kernel_height):
            y = p * stride - top + i
            if y < 0 or y >= height:
                continue
            source = patch[i * span + low : i * span + high]
            target = pixels[y, first * channels + low : first * channels + high]
            for j in range(source.shape[0]):  # from 0 on: else each index might be negative
                target[j] += source[j]


@kernel("nhwc ijcf f -> npqf mz", cost="2npqijcf", inline=True)
def conv2d(x, w, b, y, workspace, stride, top, left):
    """y[n,p,q] = b + sum of x[n, p stride - top + i, q stride - left + j] w[i,j] over i and j."""
    if suits_winograd(w.shape, stride, y.shape, workspace.size):
        winograd(x, w, b, y, workspace, top, left)
        return
    _convolve(x, w, b, y, workspace, stride, top, left)


@kernel("nhwc npqf -> ijcf mz", cost="2npqijcf", inline=True)
def conv2d_weight_gradient(x, dy, dw, workspace, stride, top, left):
    """dw = patches' dy, summed over the examples."""
    if suits_winograd_weights(x, dy, dw.shape, stride, workspace.size):
        winograd_weight_gradient(x, dy, dw, workspace, top, left)
        return
    if dy.shape[0] == 0:
        dw[:] = 0
    _convolve_weights(x, dy, dw, workspace, stride, top, left)


@kernel("npqf ijcf -> nhwc mz", cost="2npqijcf", inline=True)
def conv2d_input_gradient(dy, w, dx, workspace, stride, top, left):
    """dx: the patches' gradients dy w', each added back to the pixels that it came from."""
    if suits_winograd(w.shape, stride, dy.shape, workspace.size):
        winograd_input_gradient(dy, w, dx, workspace, top, left)
        return
    examples, height, width, filters = dy.shape
    positions = height * width
    block = workspace.shape[0] // positions
    size = (w.shape[0], w.shape[1])
    weights = w.reshape(workspace.shape[1], filters)
    gradients = dy.reshape(examples * positions, filters)
    for first in range(0, examples, block):
        count = min(block, examples - first)
        d = gradients[first * positions : (first + count) * positions]
        gemm(d, 0, weights, 1, workspace[: count * positions], 0)
        for e in range(count):
            part = workspace[e * positions : (e + 1) * positions]
            _add_patches(part, dx[first + e], size, width, stride, top, left)


# --- the definition in plain NumPy ----------------------------------------------------------------


@oracle(conv2d)
def conv2d_oracle(x, w, b, y, workspace, stride, top, left):
    seen = windows_of(x, w.shape[:2], (stride, stride), (top, left), y.shape[1:3])
    y[...] = np.einsum("npqijc,ijcf->npqf", seen, w) + b


@oracle(conv2d_weight_gradient)
def conv2d_weight_gradient_oracle(x, dy, dw, workspace, stride, top, left):
    seen = windows_of(x, dw.shape[:2], (stride, stride), (top, left), dy.shape[1:3])
    dw[...] = np.einsum("npqijc,npqf->ijcf", seen, dy)


@oracle(conv2d_input_gradient)
def conv2d_input_gradient_oracle(dy, w, dx, workspace, stride, top, left):
    patches = np.einsum("npqf,ijcf->npqijc", dy, w)
    add_windows(patches, dx, (stride, stride), (top, left))
