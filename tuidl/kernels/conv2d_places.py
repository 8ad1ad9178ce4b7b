"""Convolutions that mostly meet padding, without what would be multiplied by it.

The layer chooses them by their sizes (``core/places_room.py``); ``simd/places.py`` has the way.
"""

import numpy as np

from tuidl.kernels.conv2d_grouped import (
    conv2d_grouped_input_gradient_oracle,
    conv2d_grouped_oracle,
    conv2d_grouped_weight_gradient_oracle,
)
from tuidl.kernels.oracles import oracle
from tuidl.kernels.registry import kernel
from tuidl.kernels.simd.places import (
    convolve_places,
    convolve_places_back,
    convolve_places_weights,
)
from tuidl.kernels.simd.tiles import columns_of


@kernel("nhwc ijcf f -> npqf m", cost="2npqijcf", inline=True)
def conv2d_places(x, w, b, y, workspace, stride_y, stride_x, dilation_y, dilation_x, top, left):
    """y[n,p,q] = b + sum of x[n, p stride - top + i gap, q stride - left + j gap] w[i,j]."""
    stride, dilation, padding = (stride_y, stride_x), (dilation_y, dilation_x), (top, left)
    convolve_places(x, w, b, y, workspace, stride, dilation, padding, 0, 0)


@kernel("nhwc npqf -> ijcf m", cost="2npqijcf", inline=True)
def conv2d_places_weight_gradient(
    x, dy, dw, workspace, stride_y, stride_x, dilation_y, dilation_x, top, left
):
    """dw = patches' dy, summed over the examples."""
    stride, dilation, padding = (stride_y, stride_x), (dilation_y, dilation_x), (top, left)
    convolve_places_weights(x, dy, dw, workspace, stride, dilation, padding, 0, 0)


@kernel("npqf ijcf -> nhwc m", cost="2npqijcf", inline=True)
def conv2d_places_input_gradient(
    dy, w, dx, workspace, stride_y, stride_x, dilation_y, dilation_x, top, left
):
    """dx: for each pixel, the gradients of the answers that see it, by their weights there."""
    stride, dilation, padding = (stride_y, stride_x), (dilation_y, dilation_x), (top, left)
    convolve_places_back(dy, w, dx, workspace, stride, dilation, padding, 0, 0)


@kernel("nhwc ijcf f -> npqf m", cost="2npqijcf")
def conv2d_places_tile(
    x, w, b, y, workspace, stride_y, stride_x, dilation_y, dilation_x, top, left, part, parts
):
    """Some filters of the same."""
    stride, dilation, padding = (stride_y, stride_x), (dilation_y, dilation_x), (top, left)
    convolve_places(x, w, b, y, workspace, stride, dilation, padding, part, parts)


@kernel("nhwc npqf -> ijcf m", cost="2npqijcf")
def conv2d_places_weight_gradient_tile(
    x, dy, dw, workspace, stride_y, stride_x, dilation_y, dilation_x, top, left, part, parts
):
    """Some filters of dw."""
    stride, dilation, padding = (stride_y, stride_x), (dilation_y, dilation_x), (top, left)
    convolve_places_weights(x, dy, dw, workspace, stride, dilation, padding, part, parts)


@kernel("npqf ijcf -> nhwc m", cost="2npqijcf")
def conv2d_places_input_gradient_tile(
    dy, w, dx, workspace, stride_y, stride_x, dilation_y, dilation_x, top, left, part, parts
):
    """Some channels of dx."""
    stride, dilation, padding = (stride_y, stride_x), (dilation_y, dilation_x), (top, left)
    convolve_places_back(dy, w, dx, workspace, stride, dilation, padding, part, parts)


# --- the definition in plain NumPy: as that of grouped ones ---------------------------------------


@oracle(conv2d_places)
def conv2d_places_oracle(
    x, w, b, y, workspace, stride_y, stride_x, dilation_y, dilation_x, top, left
):
    options = (stride_y, stride_x, dilation_y, dilation_x, top, left)
    conv2d_grouped_oracle(x, w, b, y, workspace, *options, 1)


@oracle(conv2d_places_weight_gradient)
def conv2d_places_weight_gradient_oracle(
    x, dy, dw, workspace, stride_y, stride_x, dilation_y, dilation_x, top, left
):
    options = (stride_y, stride_x, dilation_y, dilation_x, top, left)
    dw[...] = 0
    conv2d_grouped_weight_gradient_oracle(x, dy, dw, workspace, *options, 1)


@oracle(conv2d_places_input_gradient)
def conv2d_places_input_gradient_oracle(
    dy, w, dx, workspace, stride_y, stride_x, dilation_y, dilation_x, top, left
):
    options = (stride_y, stride_x, dilation_y, dilation_x, top, left)
    conv2d_grouped_input_gradient_oracle(dy, w, dx, workspace, *options, 1)


def _some_columns(found, part, parts, compute):
    """What a part has of what ``compute`` leaves in an array like ``found``."""
    whole, columns = np.empty_like(found), slice(*columns_of(part, parts, found.shape[3]))
    compute(whole)
    found[..., columns] = whole[..., columns]


@oracle(conv2d_places_tile)
def conv2d_places_tile_oracle(
    x, w, b, y, workspace, stride_y, stride_x, dilation_y, dilation_x, top, left, part, parts
):
    rest = (workspace, stride_y, stride_x, dilation_y, dilation_x, top, left)
    _some_columns(y, part, parts, lambda y: conv2d_places_oracle(x, w, b, y, *rest))


@oracle(conv2d_places_weight_gradient_tile)
def conv2d_places_weight_gradient_tile_oracle(
    x, dy, dw, workspace, stride_y, stride_x, dilation_y, dilation_x, top, left, part, parts
):
    rest = (workspace, stride_y, stride_x, dilation_y, dilation_x, top, left)
    compute = conv2d_places_weight_gradient_oracle
    _some_columns(dw, part, parts, lambda dw: compute(x, dy, dw, *rest))


@oracle(conv2d_places_input_gradient_tile)
def conv2d_places_input_gradient_tile_oracle(
    dy, w, dx, workspace, stride_y, stride_x, dilation_y, dilation_x, top, left, part, parts
):
    rest = (workspace, stride_y, stride_x, dilation_y, dilation_x, top, left)
    compute = conv2d_places_input_gradient_oracle
    _some_columns(dx, part, parts, lambda dx: compute(dy, w, dx, *rest))
