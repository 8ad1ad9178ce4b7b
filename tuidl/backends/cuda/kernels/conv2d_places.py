"""What leaves out padding on the CPU: here convolutions like others.

``workspace`` stays unused.
"""

from tuidl.backends.cuda.kernels.conv2d_grouped import answers, pixels, weights
from tuidl.backends.cuda.registry import cuda_kernel


@cuda_kernel
def conv2d_places(
    x, w, b, y, workspace, stride_y, stride_x, dilation_y, dilation_x, top, left, block_group
):
    answers(
        x, w, b, y, stride_y, stride_x, dilation_y, dilation_x, top, left, 1, block_group
    )  # fmt: skip


@cuda_kernel
def conv2d_places_weight_gradient(
    x, dy, dw, workspace, stride_y, stride_x, dilation_y, dilation_x, top, left, block_group
):
    weights(x, dy, dw, stride_y, stride_x, dilation_y, dilation_x, top, left, 1, block_group)


@cuda_kernel
def conv2d_places_input_gradient(
    dy, w, dx, workspace, stride_y, stride_x, dilation_y, dilation_x, top, left, block_group
):
    pixels(dy, w, dx, stride_y, stride_x, dilation_y, dilation_x, top, left, 1, block_group)
