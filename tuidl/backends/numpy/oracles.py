"""The definition in plain NumPy of the kernels that move, multiply and bend numbers.

Arguments are those of the kernel of the same name; shapes are in its ``@kernel`` line.
"""

import numpy as np

from tuidl.backends.numpy import windows
from tuidl.backends.numpy.registry import Array, oracle, sigmoid
from tuidl.kernels.clock import SEED, STEP


def _normal_probability(x: Array) -> Array:
    """The share of the normal distribution up to x; 1 + erf would lose a small one's digits."""
    from scipy.special import erfc

    return np.asarray(0.5 * erfc(-x / np.sqrt(2)))


def _softmax(x: Array) -> Array:
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.asarray(e / e.sum(axis=-1, keepdims=True))


# --- products -------------------------------------------------------------------------------------


@oracle
def dense(x: Array, w: Array, b: Array, y: Array) -> None:
    y[...] = x @ w + b


@oracle
def dense_weight_gradient(x: Array, dy: Array, dw: Array) -> None:
    dw[...] = x.T @ dy


@oracle
def dense_input_gradient(dy: Array, w: Array, dx: Array) -> None:
    dx[...] = dy @ w.T


@oracle
def bias_gradient(dy: Array, db: Array) -> None:
    db[...] = dy.sum(axis=0, dtype=np.float64)


@oracle
def conv2d(
    x: Array, w: Array, b: Array, y: Array, patches: Array, stride: int, top: int, left: int
) -> None:
    seen = windows.of(x, w.shape[:2], (stride, stride), (top, left), y.shape[1:3])
    y[...] = np.einsum("npqijc,ijcf->npqf", seen, w) + b


@oracle
def conv2d_weight_gradient(
    x: Array, dy: Array, dw: Array, patches: Array, stride: int, top: int, left: int
) -> None:
    seen = windows.of(x, dw.shape[:2], (stride, stride), (top, left), dy.shape[1:3])
    dw[...] = np.einsum("npqijc,npqf->ijcf", seen, dy)


@oracle
def conv2d_input_gradient(
    dy: Array, w: Array, dx: Array, patches: Array, stride: int, top: int, left: int
) -> None:
    spread = np.einsum("npqf,ijcf->npqijc", dy, w)
    windows.add_back(spread, dx, (stride, stride), (top, left))


# --- pooling --------------------------------------------------------------------------------------


@oracle
def max_pool2d(
    x: Array, y: Array, winner: Array, size_y: int, size_x: int,
    stride_y: int, stride_x: int, top: int, left: int, rectified: int,
) -> None:  # fmt: skip
    strides, before = (stride_y, stride_x), (top, left)
    seen = windows.of(x, (size_y, size_x), strides, before, y.shape[1:3], fill=-np.inf)
    flat = seen.reshape(*seen.shape[:3], size_y * size_x, seen.shape[-1])
    y[...] = flat.max(axis=3)
    winner[...] = flat.argmax(axis=3)
    if rectified:
        winner[y <= 0] = -1
        y[y <= 0] = 0


@oracle
def max_pool2d_gradient(
    winner: Array, dy: Array, dx: Array, size_y: int, size_x: int,
    stride_y: int, stride_x: int, top: int, left: int,
) -> None:  # fmt: skip
    place = np.arange(size_y * size_x).reshape(size_y, size_x)[:, :, None]
    spread = (winner[:, :, :, None, None, :] == place) * dy[:, :, :, None, None, :]
    windows.add_back(spread, dx, (stride_y, stride_x), (top, left))


@oracle
def average_pool2d(
    x: Array, y: Array, size_y: int, size_x: int, stride_y: int, stride_x: int, top: int, left: int
) -> None:
    strides, before = (stride_y, stride_x), (top, left)
    seen = windows.of(x, (size_y, size_x), strides, before, y.shape[1:3])
    y[...] = seen.sum(axis=(3, 4), dtype=np.float64) / _inside(
        x, y, (size_y, size_x), strides, before
    )


@oracle
def average_pool2d_gradient(
    dy: Array, dx: Array, size_y: int, size_x: int, stride_y: int, stride_x: int,
    top: int, left: int,
) -> None:  # fmt: skip
    strides, before = (stride_y, stride_x), (top, left)
    share = dy / _inside(dx, dy, (size_y, size_x), strides, before)
    spread = np.broadcast_to(
        share[:, :, :, None, None, :], (*dy.shape[:3], size_y, size_x, dy.shape[3])
    )
    windows.add_back(spread, dx, strides, before)


def _inside(
    x: Array, y: Array, size: tuple[int, int], strides: tuple[int, int], before: tuple[int, int]
) -> Array:
    """(1, p, q, 1): how many pixels of each window lie inside the image."""
    ones = np.ones((1, *x.shape[1:3], 1))
    seen = windows.of(ones, size, strides, before, y.shape[1:3])
    return np.asarray(seen.sum(axis=(3, 4)))


# --- moving ---------------------------------------------------------------------------------------


@oracle
def copy(x: Array, y: Array) -> None:
    y[...] = x


@oracle
def accumulate(x: Array, total: Array) -> None:
    total += x


@oracle
def insert_columns(x: Array, y: Array, start: int) -> None:
    y[:, start : start + x.shape[1]] = x


@oracle
def extract_columns(x: Array, y: Array, start: int) -> None:
    y[...] = x[:, start : start + y.shape[1]]


@oracle
def clear(y: Array) -> None:
    y[...] = 0


@oracle
def reverse_time(x: Array, y: Array) -> None:
    y[...] = x[:, ::-1]


@oracle
def embedding(x: Array, table: Array, y: Array) -> None:
    number = np.floor(x + 0.5)
    known = (number >= 0) & (number < len(table))
    y[...] = np.nan
    y[known] = table[number[known].astype(int)]


@oracle
def embedding_gradient(x: Array, dy: Array, d_table: Array) -> None:
    number = np.floor(x + 0.5)
    known = (number >= 0) & (number < len(d_table))
    d_table[...] = 0
    np.add.at(d_table, number[known].astype(int), dy[known])


@oracle
def swap_time(x: Array, y: Array) -> None:
    y[...] = x.swapaxes(0, 1)


@oracle
def last_step_gradient(dy: Array, dh: Array) -> None:
    dh[...] = 0
    dh[-1] = dy


# --- activations, in place ------------------------------------------------------------------------


@oracle
def relu(y: Array) -> None:
    y[...] = np.where(y < 0, 0, y)


@oracle
def relu_gradient(y: Array, d: Array) -> None:
    d *= y > 0


@oracle
def leaky_relu(y: Array, negative_slope: float) -> None:
    y[...] = np.where(y < 0, negative_slope * y, y)


@oracle
def leaky_relu_gradient(y: Array, d: Array, negative_slope: float) -> None:
    d *= np.where(y > 0, 1, negative_slope)


@oracle
def elu(y: Array, alpha: float) -> None:
    y[...] = np.where(y < 0, alpha * np.expm1(y), y)


@oracle
def elu_gradient(y: Array, d: Array, alpha: float) -> None:
    d *= np.where(y <= 0, y + alpha, 1)


@oracle
def gelu(y: Array) -> None:
    y *= _normal_probability(y)


@oracle
def gelu_gradient(x: Array, d: Array) -> None:
    density = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
    d *= _normal_probability(x) + x * density


@oracle
def activate_sigmoid(y: Array) -> None:
    y[...] = sigmoid(y)


@oracle
def activate_sigmoid_gradient(y: Array, d: Array) -> None:
    d *= y * (1 - y)


@oracle
def activate_tanh(y: Array) -> None:
    y[...] = np.tanh(y)


@oracle
def activate_tanh_gradient(y: Array, d: Array) -> None:
    d *= 1 - y**2


@oracle
def softmax(y: Array) -> None:
    y[...] = _softmax(y)


@oracle
def softmax_gradient(y: Array, d: Array) -> None:
    d[...] = y * (d - (y * d).sum(axis=1, keepdims=True))


def _mixed(x: Array) -> Array:
    """MurmurHash3's finishing steps, on uint32."""
    u = np.uint32
    x = (x ^ (x >> u(16))) * u(0x85EBCA6B)
    x = (x ^ (x >> u(13))) * u(0xC2B2AE35)
    return np.asarray(x ^ (x >> u(16)))


@oracle
def dropout(y: Array, rate: float, layer: int, first: int, width: int, clock: Array) -> None:
    key = np.zeros(1, np.uint32)
    for part in (clock[SEED], clock[STEP], layer):
        key = _mixed(key ^ np.uint32(part))
    place = np.arange(len(y), dtype=np.uint32) + np.uint32(first * width)
    drawn = _mixed(_mixed(place * np.uint32(0x9E3779B9) + key) ^ key)
    y[...] = np.where(drawn < np.uint32(rate * 2**32), 0, y / (1 - rate))
