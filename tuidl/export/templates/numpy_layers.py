"""What layers do, in plain NumPy. An exported program gets those of these that it calls.

Nothing here is run by tuidl itself. Images are (n, height, width, channels), sequences (n, time,
features). ``padding``: how much is added before and after, for each dimension that windows slide
along.
"""

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def relu(x):
    return np.maximum(x, 0)


def leaky_relu(x, slope):
    return np.where(x < 0, slope * x, x)


def elu(x, alpha):
    return np.where(x < 0, alpha * np.expm1(np.minimum(x, 0)), x)


def gelu(x):
    """x times the normal distribution's probability up to x; NumPy has no erf."""
    erf = np.vectorize(math.erf, otypes=[x.dtype])
    return 0.5 * x * (1 + erf(x / np.float32(math.sqrt(2))))


def sigmoid(x):
    """1 / (1 + exp(-x)), said so that nothing overflows."""
    return 0.5 * (1 + np.tanh(0.5 * x))


def softmax(x):
    """Scores to probabilities; the largest score is taken off so that nothing overflows."""
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def dense(x, kernel, bias=0):
    return x @ kernel + bias


def embedding(x, embeddings):
    """The table's row for each number; a number that has none is an error."""
    numbers = np.floor(x + 0.5).astype(int)
    if numbers.size and numbers.min() < 0:
        raise IndexError("a negative number has no row in the embedding")
    return embeddings[numbers]


def conv2d(x, kernel, bias=0, stride=1, padding=((0, 0), (0, 0))):
    """The kernel (height, width, channels, filters) at every place of the images."""
    x = np.pad(x, ((0, 0), *padding, (0, 0)))
    windows = sliding_window_view(x, kernel.shape[:2], axis=(1, 2))[:, ::stride, ::stride]
    # windows: (n, rows, columns, channels, kernel height, kernel width)
    return np.tensordot(windows, kernel, axes=((4, 5, 3), (0, 1, 2))) + bias


def conv1d(x, kernel, bias=0, stride=1, padding=(0, 0)):
    """The kernel (size, features, filters) at every step of the sequences."""
    x = np.pad(x, ((0, 0), padding, (0, 0)))
    windows = sliding_window_view(x, len(kernel), axis=1)[:, ::stride]
    # windows: (n, steps, features, size)
    return np.tensordot(windows, kernel, axes=((3, 2), (0, 1))) + bias


def max_pool2d(x, size, stride, padding=((0, 0), (0, 0))):
    """The largest value of each window."""
    x = np.pad(x, ((0, 0), *padding, (0, 0)), constant_values=-np.inf)
    windows = sliding_window_view(x, (size, size), axis=(1, 2))[:, ::stride, ::stride]
    return windows.max(axis=(4, 5))


def max_pool1d(x, size, stride, padding=(0, 0)):
    """The largest value of each window."""
    x = np.pad(x, ((0, 0), padding, (0, 0)), constant_values=-np.inf)
    return sliding_window_view(x, size, axis=1)[:, ::stride].max(axis=3)


def average_pool2d(x, size, stride, padding=((0, 0), (0, 0))):
    """The mean of each window; padding is NaN, and so left out."""
    x = np.pad(x, ((0, 0), *padding, (0, 0)), constant_values=np.nan)
    windows = sliding_window_view(x, (size, size), axis=(1, 2))[:, ::stride, ::stride]
    return np.nanmean(windows, axis=(4, 5))


def average_pool1d(x, size, stride, padding=(0, 0)):
    """The mean of each window; padding is NaN, and so left out."""
    x = np.pad(x, ((0, 0), padding, (0, 0)), constant_values=np.nan)
    return np.nanmean(sliding_window_view(x, size, axis=1)[:, ::stride], axis=3)


def batch_normalization(x, gamma, beta, moving_mean, moving_variance, epsilon):
    """Each feature or channel by the mean and variance that training has left behind."""
    return gamma * (x - moving_mean) / np.sqrt(moving_variance + epsilon) + beta


def layer_normalization(x, gamma, beta, epsilon):
    """Each example, step or pixel by the mean and variance of its own features."""
    mean, variance = x.mean(axis=-1, keepdims=True), x.var(axis=-1, keepdims=True)
    return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta


def simple_rnn(x, kernel, recurrent_kernel, bias):
    """The states h after each step: (n, time, features) -> (n, time, units)."""
    h, states = np.zeros((len(x), len(recurrent_kernel)), x.dtype), []
    for x_t in np.moveaxis(x, 1, 0):
        h = np.tanh(x_t @ kernel + h @ recurrent_kernel + bias)
        states.append(h)
    return np.stack(states, axis=1)


def lstm(x, kernel, recurrent_kernel, bias):
    """The states h after each step; weights have the gates side by side: i, f, c, o."""
    h = c = np.zeros((len(x), len(recurrent_kernel)), x.dtype)
    states = []
    for x_t in np.moveaxis(x, 1, 0):
        gates = x_t @ kernel + h @ recurrent_kernel + bias
        write, keep, candidate, read = np.split(gates, 4, axis=-1)
        c = sigmoid(keep) * c + sigmoid(write) * np.tanh(candidate)
        h = sigmoid(read) * np.tanh(c)
        states.append(h)
    return np.stack(states, axis=1)


def gru(x, kernel, recurrent_kernel, bias):
    """The states h after each step; weights have the gates side by side: z, r, h.

    The reset gate acts behind the product with the state, so both products have a bias.
    """
    h, states = np.zeros((len(x), len(recurrent_kernel)), x.dtype), []
    for x_t in np.moveaxis(x, 1, 0):
        x_z, x_r, x_h = np.split(x_t @ kernel + bias[0], 3, axis=-1)
        h_z, h_r, h_h = np.split(h @ recurrent_kernel + bias[1], 3, axis=-1)
        update, reset = sigmoid(x_z + h_z), sigmoid(x_r + h_r)
        h = update * h + (1 - update) * np.tanh(x_h + reset * h_h)
        states.append(h)
    return np.stack(states, axis=1)


def gru_reset_before(x, kernel, recurrent_kernel, bias):
    """The states h after each step; weights have the gates side by side: z, r, h.

    The reset gate acts on the state, before its product: the unit as first published.
    """
    h, states = np.zeros((len(x), len(recurrent_kernel)), x.dtype), []
    u_z, u_r, u_h = np.split(recurrent_kernel, 3, axis=-1)
    for x_t in np.moveaxis(x, 1, 0):
        x_z, x_r, x_h = np.split(x_t @ kernel + bias, 3, axis=-1)
        update, reset = sigmoid(x_z + h @ u_z), sigmoid(x_r + h @ u_r)
        h = update * h + (1 - update) * np.tanh(x_h + (reset * h) @ u_h)
        states.append(h)
    return np.stack(states, axis=1)


def both_ways(layer, x, weights):
    """The states of one layer that reads forward and of one that reads backward, both in time."""
    ahead = {n.removeprefix("forward_"): w for n, w in weights.items() if n.startswith("f")}
    back = {n.removeprefix("backward_"): w for n, w in weights.items() if n.startswith("b")}
    return layer(x, **ahead), layer(x[:, ::-1], **back)[:, ::-1]


def load_weights(path):
    """Every layer's weights by name: ``W["dense_1"]["kernel"]``."""
    weights = {}
    with np.load(path, allow_pickle=False) as file:
        for key in file.files:
            layer, name = key.split(".")
            weights.setdefault(layer, {})[name] = file[key]
    return weights
