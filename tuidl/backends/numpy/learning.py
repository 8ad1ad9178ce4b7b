"""The definition of losses, metrics and optimizers in plain NumPy."""

import numpy as np

from tuidl.backends.numpy.registry import Array, oracle, sigmoid
from tuidl.kernels.clipping import SCALE
from tuidl.kernels.clock import LEARNING_RATE, STEP
from tuidl.kernels.optimizers import LARGEST, LARGEST_STEEP


@oracle
def mean_squared_error(
    prediction: Array, target: Array, d: Array, statistics: Array, batch: int
) -> None:
    error = prediction - target
    d[...] = error * (2 / (error.shape[1] * max(batch, 1)))
    statistics[0] = (error**2).sum(dtype=np.float64) / error.shape[1]


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
def mean_absolute_error(
    prediction: Array, target: Array, d: Array, statistics: Array, batch: int
) -> None:
    error = prediction - target
    d[...] = np.sign(error) / (error.shape[1] * max(batch, 1))
    statistics[0] = np.abs(error).sum(dtype=np.float64) / error.shape[1]


@oracle
def huber(
    prediction: Array, target: Array, d: Array, statistics: Array, batch: int, delta: float
) -> None:
    error = prediction - target
    size = np.abs(error)
    d[...] = np.clip(error, -delta, delta) / (error.shape[1] * max(batch, 1))
    loss = np.where(size > delta, delta * (size - delta / 2), error**2 / 2)
    statistics[0] = loss.sum(dtype=np.float64) / error.shape[1]


@oracle
def binary_cross_entropy(
    logits: Array, target: Array, d: Array, statistics: Array, smoothing: float, batch: int
) -> None:
    t = (1 - smoothing) * target + smoothing / 2
    outputs = logits.shape[1]
    d[...] = (sigmoid(logits) - t) / (outputs * max(batch, 1))
    loss = np.logaddexp(0, logits) - logits * t
    statistics[0] = loss.sum(dtype=np.float64) / outputs


@oracle
def one_hot(label: Array, shares: Array, smoothing: float) -> None:
    classes = shares.shape[1]
    right = np.arange(classes) == label[:, None]
    shares[...] = (1 - smoothing) * right + smoothing / classes


@oracle
def smooth_targets(target: Array, shares: Array, smoothing: float) -> None:
    shares[...] = (1 - smoothing) * target + smoothing / shares.shape[1]


@oracle
def categorical_cross_entropy(
    logits: Array, target: Array, d: Array, statistics: Array, batch: int
) -> None:
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probability = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    weight = target.sum(axis=1, keepdims=True)
    d[...] = (weight * np.exp(log_probability) - target) / max(batch, 1)
    statistics[0] = -(target * log_probability).sum(dtype=np.float64)


@oracle
def penalty(w: Array, statistics: Array, l1: float, l2: float, examples: int) -> None:
    statistics[0] += examples * (l1 * np.abs(w) + l2 * w**2).sum(dtype=np.float64)


@oracle
def penalty_gradient(w: Array, dw: Array, l1: float, l2: float, examples: int, batch: int) -> None:
    dw += examples / max(batch, 1) * (l1 * np.sign(w) + 2 * l2 * w)


def _class_of(scores: Array, threshold: float) -> Array:
    if scores.shape[1] == 1:
        return np.asarray(scores[:, 0] > threshold, int)
    return np.asarray(scores.argmax(axis=1))


@oracle
def largest(target: Array, label: Array) -> None:
    label[...] = _class_of(target, 0.5)


@oracle
def count_correct(scores: Array, label: Array, statistics: Array, threshold: float) -> None:
    statistics[0] = (_class_of(scores, threshold) == label).sum()


@oracle
def count_in_top(scores: Array, label: Array, statistics: Array, k: int) -> None:
    order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    statistics[0] = (order == label[:, None]).sum()


@oracle
def count_confusions(scores: Array, label: Array, statistics: Array, threshold: float) -> None:
    classes = max(scores.shape[1], 2)
    given = label.astype(int) * classes + _class_of(scores, threshold)
    statistics[...] = np.bincount(given, minlength=classes**2)


@oracle
def sum_absolute_error(prediction: Array, target: Array, statistics: Array) -> None:
    statistics[0] = np.abs(prediction - target).sum(dtype=np.float64) / prediction.shape[1]


@oracle
def sum_squared_error(prediction: Array, target: Array, statistics: Array) -> None:
    statistics[...] = ((prediction - target) ** 2).sum(axis=0, dtype=np.float64)


# --- optimizers -----------------------------------------------------------------------------------


def _bounded(g: Array) -> Array:
    """Gradients whose squares a float32 can hold."""
    return np.where(np.isfinite(g), np.clip(g, -LARGEST_STEEP, LARGEST_STEEP), g)


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
    beta_1: float, beta_2: float, epsilon: float, weight_decay: float, clock: Array,
) -> None:  # fmt: skip
    g, t = _bounded(gradients[:, start:stop].sum(axis=0)), clock[STEP]
    m = beta_1 * first[start:stop] + (1 - beta_1) * g
    v = beta_2 * second[start:stop] + (1 - beta_2) * g**2
    first[start:stop], second[start:stop] = m, v
    m_hat, v_hat = m / (1 - beta_1**t), v / (1 - beta_2**t)
    w, rate = parameters[start:stop], clock[LEARNING_RATE]
    parameters[start:stop] = w - rate * weight_decay * w - rate * m_hat / (np.sqrt(v_hat) + epsilon)


@oracle
def rmsprop(
    gradients: Array, parameters: Array, mean_square: Array, mean: Array, velocity: Array,
    start: int, stop: int, rho: float, momentum: float, epsilon: float, centered: int,
    clock: Array,
) -> None:  # fmt: skip
    g, part = _bounded(gradients[:, start:stop].sum(axis=0)), slice(start, stop)
    mean_square[part] = rho * mean_square[part] + (1 - rho) * g**2
    mean[part] = rho * mean[part] + (1 - rho) * g
    spread = np.maximum(mean_square[part] - (mean[part] ** 2 if centered else 0), 0)
    velocity[part] = momentum * velocity[part] + clock[LEARNING_RATE] * g / np.sqrt(
        spread + epsilon
    )
    parameters[part] -= velocity[part]


@oracle
def adagrad(
    gradients: Array, parameters: Array, accumulator: Array, start: int, stop: int,
    epsilon: float, clock: Array,
) -> None:  # fmt: skip
    g, part = _bounded(gradients[:, start:stop].sum(axis=0)), slice(start, stop)
    accumulator[part] = np.minimum(accumulator[part] + g**2, LARGEST)
    parameters[part] -= clock[LEARNING_RATE] * g / np.sqrt(accumulator[part] + epsilon)


@oracle
def sum_shards(
    gradients: Array, lengths: Array, start: int, stop: int, lane: int, limit: float
) -> None:
    g = gradients[:, start:stop].sum(axis=0)
    g = np.clip(g, -limit, limit) if limit else g
    gradients[0, start:stop] = g
    lengths[lane] = np.linalg.norm(g.astype(np.float64)) * SCALE


@oracle
def clip_norm(
    lengths: Array, gradient: Array, start: int, stop: int, lanes: int, limit: float
) -> None:
    norm = np.linalg.norm(lengths[:lanes].astype(np.float64)) / SCALE
    if norm > limit:
        gradient[start:stop] = gradient[start:stop] * (limit / norm)
