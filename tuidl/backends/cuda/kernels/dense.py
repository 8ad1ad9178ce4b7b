"""Products of examples and weights, forward and backward, on the GPU."""

from numba import cuda, float32, float64

from tuidl.backends.cuda.product import product
from tuidl.backends.cuda.registry import cuda_kernel
from tuidl.backends.cuda.target import SIDE, device


@device
def _x(operands, n, k):
    return operands[0][n, k]


@device
def _w(operands, k, f):
    return operands[1][k, f]


@device
def _put_with_bias(operands, n, f, total):
    operands[3][n, f] = total + operands[2][f]


@device
def _put(operands, i, j, total):
    operands[2][i, j] = total


@device
def _first_transposed(operands, i, j):
    return operands[0][j, i]


@device
def _second_transposed(operands, i, j):
    return operands[1][j, i]


_forward = product(_x, _w, _put_with_bias)
_weights = product(_first_transposed, _w, _put, a_is_tall=True)
_inputs = product(_x, _second_transposed, _put)


@cuda_kernel
def dense(x, w, b, y, block_group):
    """y = x w + b."""
    _forward(x.shape[0], w.shape[1], x.shape[1], (x, w, b, y), block_group)


@cuda_kernel
def dense_weight_gradient(x, dy, dw, block_group):
    """dw = x' dy."""
    _weights(dw.shape[0], dw.shape[1], x.shape[0], (x, dy, dw), block_group)


@cuda_kernel
def dense_input_gradient(dy, w, dx, block_group):
    """dx = dy w'."""
    _inputs(dx.shape[0], dx.shape[1], dy.shape[1], (dy, w, dx), block_group)


@cuda_kernel
def bias_gradient(dy, db, block_group):
    """db = the sum of dy over its rows: SIDE columns a block, SIDE threads for each of them."""
    part, column = cuda.threadIdx.x // SIDE, cuda.threadIdx.x % SIDE
    for first in range(block_group.block * SIDE, db.shape[0], block_group.blocks * SIDE):
        f = first + column
        total = float64(0)
        if f < db.shape[0]:
            for n in range(part, dy.shape[0], SIDE):
                total += dy[n, f]
        cuda.syncthreads()
        block_group.scratch[cuda.threadIdx.x] = float32(total)
        cuda.syncthreads()
        if part == 0 and f < db.shape[0]:
            found = float32(0)
            for i in range(SIDE):
                found += block_group.scratch[i * SIDE + column]
            db[f] = found
