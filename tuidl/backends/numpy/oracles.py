"""The definition of every kernel in plain NumPy.

Arguments are those of the kernel of the same name; shapes are in its ``@kernel`` line.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from tuidl.backends.numpy import windows
from tuidl.kernels.clock import LEARNING_RATE, SEED, STEP

Array = np.ndarray[Any, np.dtype[Any]]

ORACLES: dict[str, Callable[..., None]] = {}
"""By the kernel's name."""


def oracle(function: Callable[..., None]) -> Callable[..., None]:
    ORACLES[function.__name__] = function
    return function


def _sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def _erf(x: Array) -> Array:
    from scipy.special import erf

    return np.asarray(erf(x))


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
    db[...] = dy.sum(axis=0)


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
    stride_y: int, stride_x: int, top: int, left: int,
) -> None:  # fmt: skip
    strides, before = (stride_y, stride_x), (top, left)
    seen = windows.of(x, (size_y, size_x), strides, before, y.shape[1:3], fill=-np.inf)
    flat = seen.reshape(*seen.shape[:3], size_y * size_x, seen.shape[-1])
    y[...] = flat.max(axis=3)
    winner[...] = flat.argmax(axis=3)


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
    y[...] = seen.sum(axis=(3, 4)) / _inside(x, y, (size_y, size_x), strides, before)


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


# --- recurrent ------------------------------------------------------------------------------------


@oracle
def gru(
    recurrent: Array, bias: Array, gates: Array, states: Array, candidates: Array, scratch: Array
) -> None:
    units = states.shape[2]
    states[0] = 0
    for t in range(len(gates)):
        part = states[t] @ recurrent + bias
        z = _sigmoid(gates[t, :, :units] + part[:, :units])
        r = _sigmoid(gates[t, :, units : 2 * units] + part[:, units : 2 * units])
        candidates[t] = part[:, 2 * units :]
        c = np.tanh(gates[t, :, 2 * units :] + r * candidates[t])
        gates[t] = np.concatenate([z, r, c], axis=1)
        states[t + 1] = z * states[t] + (1 - z) * c


@oracle
def gru_gradient(
    recurrent: Array, states: Array, candidates: Array, d_states: Array,
    gates: Array, d_recurrent: Array, carry: Array,
) -> None:  # fmt: skip
    carry[...] = 0
    for t in reversed(range(len(gates))):
        z, r, c = np.split(gates[t], 3, axis=1)
        dh = d_states[t] + carry
        d_candidate = dh * (1 - z) * (1 - c**2)
        d_update = dh * (states[t] - c) * z * (1 - z)
        d_reset = d_candidate * candidates[t] * r * (1 - r)
        d_recurrent[t] = np.concatenate([d_update, d_reset, d_candidate * r], axis=1)
        carry[...] = dh * z + d_recurrent[t] @ recurrent.T
        gates[t] = np.concatenate([d_update, d_reset, d_candidate], axis=1)


@oracle
def lstm(recurrent: Array, gates: Array, states: Array, cells: Array) -> None:
    states[0], cells[0] = 0, 0
    for t in range(len(gates)):
        i, f, c, o = np.split(gates[t] + states[t] @ recurrent, 4, axis=1)
        i, f, c, o = _sigmoid(i), _sigmoid(f), np.tanh(c), _sigmoid(o)
        gates[t] = np.concatenate([i, f, c, o], axis=1)
        cells[t + 1] = f * cells[t] + i * c
        states[t + 1] = o * np.tanh(cells[t + 1])


@oracle
def lstm_gradient(
    recurrent: Array, cells: Array, d_states: Array, gates: Array, carry: Array, cell_carry: Array
) -> None:
    carry[...], cell_carry[...] = 0, 0
    for t in reversed(range(len(gates))):
        i, f, c, o = np.split(gates[t], 4, axis=1)
        dh, squashed = d_states[t] + carry, np.tanh(cells[t + 1])
        dc = cell_carry + dh * o * (1 - squashed**2)
        d_i, d_f = dc * c * i * (1 - i), dc * cells[t] * f * (1 - f)
        d_c, d_o = dc * i * (1 - c**2), dh * squashed * o * (1 - o)
        cell_carry[...] = dc * f
        gates[t] = np.concatenate([d_i, d_f, d_c, d_o], axis=1)
        carry[...] = gates[t] @ recurrent.T


@oracle
def simple_rnn(recurrent: Array, inputs: Array, states: Array) -> None:
    states[0] = 0
    for t in range(len(inputs)):
        states[t + 1] = np.tanh(inputs[t] + states[t] @ recurrent)


@oracle
def simple_rnn_gradient(
    recurrent: Array, states: Array, d_states: Array, d_inputs: Array, carry: Array
) -> None:
    carry[...] = 0
    for t in reversed(range(len(d_states))):
        d_inputs[t] = (d_states[t] + carry) * (1 - states[t + 1] ** 2)
        carry[...] = d_inputs[t] @ recurrent.T


# --- moving ---------------------------------------------------------------------------------------


@oracle
def copy(x: Array, y: Array) -> None:
    y[...] = x


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
    d *= np.where(y < 0, y + alpha, 1)


@oracle
def gelu(y: Array) -> None:
    y *= 0.5 * (1 + _erf(y / np.sqrt(2)))


@oracle
def gelu_gradient(x: Array, d: Array) -> None:
    density = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
    d *= 0.5 * (1 + _erf(x / np.sqrt(2))) + x * density


@oracle
def activate_sigmoid(y: Array) -> None:
    y[...] = _sigmoid(y)


@oracle
def sigmoid_gradient(y: Array, d: Array) -> None:
    d *= y * (1 - y)


@oracle
def activate_tanh(y: Array) -> None:
    y[...] = np.tanh(y)


@oracle
def tanh_gradient(y: Array, d: Array) -> None:
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


# --- losses and metrics ---------------------------------------------------------------------------


@oracle
def mean_squared_error(
    prediction: Array, target: Array, d: Array, statistics: Array, batch: int
) -> None:
    error = prediction - target
    d[...] = error * (2 / (error.shape[1] * max(batch, 1)))
    statistics[0] = (error**2).sum() / error.shape[1]


@oracle
def softmax_cross_entropy(
    logits: Array, label: Array, d: Array, statistics: Array, batch: int
) -> None:
    right = np.arange(logits.shape[1]) == label[:, None]
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probability = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    d[...] = (np.exp(log_probability) - right) / max(batch, 1)
    statistics[0] = -log_probability[right].sum(dtype=np.float64)


@oracle
def count_correct(scores: Array, label: Array, statistics: Array) -> None:
    statistics[0] = (scores.argmax(axis=1) == label).sum()


@oracle
def sum_absolute_error(prediction: Array, target: Array, statistics: Array) -> None:
    statistics[0] = np.abs(prediction - target).sum(dtype=np.float64) / prediction.shape[1]


@oracle
def sum_squared_error(prediction: Array, target: Array, statistics: Array) -> None:
    statistics[0] = ((prediction - target) ** 2).sum(dtype=np.float64)


# --- optimizers -----------------------------------------------------------------------------------


@oracle
def sgd(gradients: Array, parameters: Array, start: int, stop: int, clock: Array) -> None:
    g = gradients[:, start:stop].sum(axis=0)
    parameters[start:stop] -= clock[LEARNING_RATE].astype(g.dtype) * g


@oracle
def sgd_momentum(
    gradients: Array, parameters: Array, velocity: Array, start: int, stop: int,
    momentum: float, nesterov: int, clock: Array,
) -> None:  # fmt: skip
    step = clock[LEARNING_RATE].astype(gradients.dtype) * gradients[:, start:stop].sum(axis=0)
    v = momentum * velocity[start:stop] - step
    velocity[start:stop] = v
    parameters[start:stop] += momentum * v - step if nesterov else v


@oracle
def adam(
    gradients: Array, parameters: Array, first: Array, second: Array, start: int, stop: int,
    beta_1: float, beta_2: float, epsilon: float, clock: Array,
) -> None:  # fmt: skip
    g, t = gradients[:, start:stop].sum(axis=0), clock[STEP]
    m = beta_1 * first[start:stop] + (1 - beta_1) * g
    v = beta_2 * second[start:stop] + (1 - beta_2) * g**2
    first[start:stop], second[start:stop] = m, v
    m_hat, v_hat = m / (1 - beta_1**t), v / (1 - beta_2**t)
    parameters[start:stop] -= clock[LEARNING_RATE] * m_hat / (np.sqrt(v_hat) + epsilon)
