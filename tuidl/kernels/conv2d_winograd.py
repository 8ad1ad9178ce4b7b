"""Convolutions with kernels, strides or dilations for which Winograd's tiles pay, piece by piece.

The layer chooses them by their sizes (``core/winograd_room.py``); ``simd/winograd_pieces.py`` has
the way. Kernels of 3 x 3 without stride and dilation are ``conv2d``'s own.
"""

from tuidl.kernels.conv2d_grouped import (
    conv2d_grouped_input_gradient_oracle,
    conv2d_grouped_oracle,
    conv2d_grouped_weight_gradient_oracle,
)
from tuidl.kernels.oracles import oracle
from tuidl.kernels.registry import kernel
from tuidl.kernels.simd.grouped import convolve_weights_grouped
from tuidl.kernels.simd.winograd_choice import is_varied
from tuidl.kernels.simd.winograd_pieces import convolve_pieces, convolve_pieces_back
from tuidl.kernels.simd.winograd_pieces_weights import convolve_pieces_weights


@kernel("nhwc ijcf f -> npqf m", cost="2npqijcf", inline=True)
def conv2d_winograd(x, w, b, y, workspace, stride, dilation, top, left):
    """y[n,p,q] = b + sum of x[n, p stride - top + i gap, q stride - left + j gap] w[i,j]."""
    convolve_pieces(x, w, b, y, workspace, stride, dilation, top, left)


@kernel("nhwc npqf -> ijcf m", cost="2npqijcf", inline=True)
def conv2d_winograd_weight_gradient(x, dy, dw, workspace, stride, dilation, top, left):
    """dw = patches' dy, summed over the examples."""
    if is_varied(x, dy):
        convolve_pieces_weights(x, dy, dw, workspace, stride, dilation, top, left)
        return
    strides, gaps, padding = (stride, stride), (dilation, dilation), (top, left)
    convolve_weights_grouped(x, dy, dw, workspace, strides, gaps, padding, 1)


@kernel("npqf ijcf -> nhwc m", cost="2npqijcf", inline=True)
def conv2d_winograd_input_gradient(dy, w, dx, workspace, stride, dilation, top, left):
    """dx: for each pixel, the gradients of the answers that see it, by their weights there."""
    convolve_pieces_back(dy, w, dx, workspace, stride, dilation, top, left)


# --- the definition in plain NumPy: as that of grouped ones ---------------------------------------


@oracle(conv2d_winograd)
def conv2d_winograd_oracle(x, w, b, y, workspace, stride, dilation, top, left):
    both = (stride, stride, dilation, dilation)
    conv2d_grouped_oracle(x, w, b, y, workspace, *both, top, left, 1)


@oracle(conv2d_winograd_weight_gradient)
def conv2d_winograd_weight_gradient_oracle(x, dy, dw, workspace, stride, dilation, top, left):
    both = (stride, stride, dilation, dilation)
    conv2d_grouped_weight_gradient_oracle(x, dy, dw, workspace, *both, top, left, 1)


@oracle(conv2d_winograd_input_gradient)
def conv2d_winograd_input_gradient_oracle(dy, w, dx, workspace, stride, dilation, top, left):
    both = (stride, stride, dilation, dilation)
    conv2d_grouped_input_gradient_oracle(dy, w, dx, workspace, *both, top, left, 1)
