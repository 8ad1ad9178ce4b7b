"""What Winograd's tiles do on the CPU: here convolutions like others.

``workspace`` stays unused.
"""

from tuidl.backends.cuda.kernels.conv2d import (
    conv2d,
    conv2d_input_gradient,
    conv2d_weight_gradient,
)
from tuidl.backends.cuda.kernels.conv2d_grouped import answers, pixels, weights
from tuidl.backends.cuda.registry import cuda_kernel


@cuda_kernel
def conv2d_winograd(x, w, b, y, workspace, stride, dilation, top, left, block_group):
    if dilation == 1:
        conv2d(x, w, b, y, workspace, stride, top, left, block_group)
    else:
        answers(x, w, b, y, stride, stride, dilation, dilation, top, left, 1, block_group)


@cuda_kernel
def conv2d_winograd_weight_gradient(x, dy, dw, workspace, stride, dilation, top, left, block_group):
    if dilation == 1:
        conv2d_weight_gradient(x, dy, dw, workspace, stride, top, left, block_group)
    else:
        weights(x, dy, dw, stride, stride, dilation, dilation, top, left, 1, block_group)


@cuda_kernel
def conv2d_winograd_input_gradient(dy, w, dx, workspace, stride, dilation, top, left, block_group):
    if dilation == 1:
        conv2d_input_gradient(dy, w, dx, workspace, stride, top, left, block_group)
    else:
        pixels(dy, w, dx, stride, stride, dilation, dilation, top, left, 1, block_group)
