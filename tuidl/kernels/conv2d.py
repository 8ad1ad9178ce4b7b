"""Two-dimensional convolution as matrix products.

What a window sees of an image is a row of a matrix, and so is all that a weight meets: they are
multiplied where they lie (simd/convolution.py). Kernels of 3 x 3 on enough channels take fewer
multiplications (simd/winograd.py), for the weights' gradient only on large images.
"""

import numpy as np

from tuidl.kernels.oracles import add_windows, oracle, windows_of
from tuidl.kernels.registry import kernel
from tuidl.kernels.simd.convolution import convolve, convolve_back, convolve_weights
from tuidl.kernels.simd.winograd import (
    winograd,
    winograd_input_gradient,
    winograd_weight_gradient,
)
from tuidl.kernels.simd.winograd_choice import suits_winograd, suits_winograd_weights


@kernel("nhwc ijcf f -> npqf m", cost="2npqijcf", inline=True)
def conv2d(x, w, b, y, workspace, stride, top, left):
    """y[n,p,q] = b + sum of x[n, p stride - top + i, q stride - left + j] w[i,j] over i and j."""
    if suits_winograd(w.shape, stride, y.shape, workspace.size):
        winograd(x, w, b, y, workspace, top, left)
        return
    convolve(x, w, b, y, workspace, stride, top, left)


@kernel("nhwc npqf -> ijcf m", cost="2npqijcf", inline=True)
def conv2d_weight_gradient(x, dy, dw, workspace, stride, top, left):
    """dw = patches' dy, summed over the examples."""
    if suits_winograd_weights(x, dy, dw.shape, stride, workspace.size):
        winograd_weight_gradient(x, dy, dw, workspace, top, left)
        return
    convolve_weights(x, dy, dw, workspace, stride, top, left, 0, 1)


@kernel("npqf ijcf -> nhwc m", cost="2npqijcf", inline=True)
def conv2d_input_gradient(dy, w, dx, workspace, stride, top, left):
    """dx: for each pixel, the gradients of the answers that see it, by their weights there."""
    if suits_winograd(w.shape, stride, dy.shape, workspace.size):
        winograd_input_gradient(dy, w, dx, workspace, top, left)
        return
    convolve_back(dy, w, dx, workspace, stride, top, left)


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
