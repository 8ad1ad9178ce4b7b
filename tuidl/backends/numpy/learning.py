"""The definition of losses, metrics and optimizers in plain NumPy."""

import numpy as np

from tuidl.backends.numpy.registry import Array, oracle
from tuidl.kernels.clock import LEARNING_RATE, STEP


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
