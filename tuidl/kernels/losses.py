"""Losses with their gradients in one pass.

Each writes the gradient of the batch's mean loss to ``d`` (``batch`` counts all shards' examples)
and the sum of the loss over the shard's own examples to ``statistics[0]``. Sums over examples are
float64 until then.
"""

import math

import numpy as np

from tuidl.kernels.elementary import ZERO
from tuidl.kernels.entropies import MOST_CLASSES, binary_entropies, narrow_softmax_entropies
from tuidl.kernels.jit import device_function
from tuidl.kernels.oracles import logistic, oracle
from tuidl.kernels.registry import kernel
from tuidl.kernels.rows import PART, exp_row
from tuidl.kernels.simd.intrinsics import flat
from tuidl.kernels.simd.maxima import highest_of
from tuidl.kernels.simd.tiles import LINE, boundary


@kernel("nf nf -> nf a", cost="4nf")
def mean_squared_error(prediction, target, d, statistics, batch):
    """(prediction - target)**2, its mean over the outputs."""
    outputs = prediction.shape[1]
    scale = prediction.dtype.type(2.0 / (outputs * max(batch, 1)))
    answers, wanted, slopes = flat(prediction), flat(target), flat(d)
    total = 0.0
    for i in range(answers.shape[0]):
        error = answers[i] - wanted[i]
        total += error * error
        slopes[i] = error * scale
    statistics[0] = total / outputs


@kernel("nf n -> nf a", cost="14nf")
def softmax_cross_entropy(logits, label, d, statistics, batch):
    """-log of the softmax probability of the right class, from logits, so nothing overflows."""
    scale = logits.dtype.type(1.0 / max(batch, 1))
    if logits.shape[1] <= MOST_CLASSES:
        statistics[0] = narrow_softmax_entropies(logits, label, d, scale)
        return
    loss = 0.0
    for i in range(logits.shape[0]):
        z, g = logits[i], d[i]
        right = int(label[i])
        top = highest_of(z)
        total = exp_row(z, top, g)
        loss += math.log(total) - (z[right] - top)
        share = scale / logits.dtype.type(total)
        for j in range(z.shape[0]):
            g[j] *= share
        g[right] -= scale
    statistics[0] = loss


@kernel("nf nf -> nf a", cost="4nf")
def mean_absolute_error(prediction, target, d, statistics, batch):
    """abs(prediction - target), its mean over the outputs; the slope of abs at 0 is taken as 0."""
    outputs = prediction.shape[1]
    scale = prediction.dtype.type(1.0 / (outputs * max(batch, 1)))
    answers, wanted, slopes = flat(prediction), flat(target), flat(d)
    total = 0.0
    for i in range(answers.shape[0]):
        error = answers[i] - wanted[i]
        total += abs(error)
        slope = scale if error > ZERO else -scale
        slopes[i] = ZERO if error == ZERO else slope
    statistics[0] = total / outputs


@kernel("nf nf -> nf a", cost="6nf")
def huber(prediction, target, d, statistics, batch, delta: float):
    """error**2 / 2 up to ``delta``, delta (abs(error) - delta / 2) beyond, mean over outputs."""
    outputs = prediction.shape[1]
    kind = prediction.dtype.type
    scale, limit, half = kind(1.0 / (outputs * max(batch, 1))), kind(delta), kind(0.5)
    answers, wanted, slopes = flat(prediction), flat(target), flat(d)
    total = 0.0
    for i in range(answers.shape[0]):
        error = answers[i] - wanted[i]
        size = abs(error)
        near = half * error * error
        far = limit * (size - half * limit)
        total += far if size > limit else near
        slope = limit if error > ZERO else -limit
        slopes[i] = scale * (slope if size > limit else error)
    statistics[0] = total / outputs


@kernel("nf nf -> nf a", cost="16nf")
def binary_cross_entropy(logits, target, d, statistics, smoothing: float, batch):
    """-t log p - (1 - t) log(1 - p) for p = sigmoid(z), as max(z, 0) - z t + log(1 + e**-abs(z)).

    ``smoothing`` moves that fraction of each target to 1/2.
    """
    outputs = logits.shape[1]
    kind = logits.dtype.type
    scale = kind(1.0 / (outputs * max(batch, 1)))
    kept, even = kind(1.0 - smoothing), kind(0.5 * smoothing)
    loss = binary_entropies(flat(logits), flat(target), flat(d), scale, kept, even)
    statistics[0] = loss / outputs


@kernel("n -> nf", cost="nf")
def one_hot(label, shares, smoothing: float):
    """1 at the right class and 0 elsewhere; ``smoothing`` is divided evenly among all classes."""
    kind = shares.dtype.type
    low = kind(smoothing / max(shares.shape[1], 1))
    for i in range(shares.shape[0]):
        for j in range(shares.shape[1]):
            shares[i, j] = low
        shares[i, int(label[i])] += kind(1.0 - smoothing)


@kernel("nf -> nf", cost="2nf")
def smooth_targets(target, shares, smoothing: float):
    """``one_hot``'s smoothing, for targets that are weights of classes already."""
    kind = shares.dtype.type
    kept, low = kind(1.0 - smoothing), kind(smoothing / max(shares.shape[1], 1))
    for i in range(shares.shape[0]):
        for j in range(shares.shape[1]):
            shares[i, j] = kept * target[i, j] + low


@device_function
def weighted_sums(z, t, top):
    """Sums over the classes of t, and of t (z - top)."""
    weight, inner = 0.0, 0.0
    for start in range(0, z.shape[0], PART):
        logits, shares = z[start : start + PART], t[start : start + PART]
        weights, products = ZERO, ZERO
        for j in range(logits.shape[0]):
            weights += shares[j]
            products += shares[j] * (logits[j] - top)
        weight += weights
        inner += products
    return weight, inner


@kernel("nf nf -> nf a", cost="16nf")
def categorical_cross_entropy(logits, target, d, statistics, batch):
    """-sum of target * log softmax(logits) over the classes; targets may be any weights."""
    scale = logits.dtype.type(1.0 / max(batch, 1))
    loss = 0.0
    for i in range(logits.shape[0]):
        z, t, g = logits[i], target[i], d[i]
        top = highest_of(z)
        total = exp_row(z, top, g)
        weight, inner = weighted_sums(z, t, top)
        loss += weight * math.log(total) - inner
        share = logits.dtype.type(weight / total)
        for j in range(z.shape[0]):
            g[j] = scale * (share * g[j] - t[j])
    statistics[0] = loss


@kernel("e -> a", cost="4e")
def penalty(w, statistics, l1: float, l2: float, examples):
    """Add l1 * sum of abs(w) + l2 * sum of w**2 to the mean loss: once for each example."""
    total = 0.0
    for i in range(w.shape[0]):
        total += l1 * abs(w[i]) + l2 * (w[i] * w[i])
    statistics[0] += total * examples


@device_function
def _add_penalty_gradient(w, dw, l1, l2):
    for i in range(w.shape[0]):
        slope = l1 if w[i] > ZERO else -l1
        dw[i] += l2 * w[i] + (ZERO if w[i] == ZERO else slope)


@kernel("e -> e", cost="4e")
def penalty_gradient(w, dw, l1: float, l2: float, examples, batch):
    """Add the penalty's gradient, each shard by the fraction of the batch that its examples are."""
    share = examples / max(batch, 1)
    kind = w.dtype.type
    _add_penalty_gradient(w, dw, kind(share * l1), kind(2.0 * share * l2))


@kernel("e -> e", cost="4e")
def penalty_gradient_tile(w, dw, l1: float, l2: float, part, parts):
    """Add a part of the penalty's gradient, that of the whole batch."""
    first = boundary(part, parts, w.shape[0], LINE)
    end = boundary(part + 1, parts, w.shape[0], LINE)
    kind = w.dtype.type
    _add_penalty_gradient(w[first:end], dw[first:end], kind(l1), kind(2.0 * l2))


# --- the definition in plain NumPy ----------------------------------------------------------------


@oracle(mean_squared_error)
def mean_squared_error_oracle(prediction, target, d, statistics, batch):
    error = prediction - target
    d[...] = error * (2 / (error.shape[1] * max(batch, 1)))
    statistics[0] = (error**2).sum(dtype=np.float64) / error.shape[1]


@oracle(softmax_cross_entropy)
def softmax_cross_entropy_oracle(logits, label, d, statistics, batch):
    right = np.arange(logits.shape[1]) == label[:, None]
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probability = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    d[...] = (np.exp(log_probability) - right) / max(batch, 1)
    statistics[0] = -log_probability[right].sum(dtype=np.float64)


@oracle(mean_absolute_error)
def mean_absolute_error_oracle(prediction, target, d, statistics, batch):
    error = prediction - target
    d[...] = np.sign(error) / (error.shape[1] * max(batch, 1))
    statistics[0] = np.abs(error).sum(dtype=np.float64) / error.shape[1]


@oracle(huber)
def huber_oracle(prediction, target, d, statistics, batch, delta):
    error = prediction - target
    size = np.abs(error)
    d[...] = np.clip(error, -delta, delta) / (error.shape[1] * max(batch, 1))
    loss = np.where(size > delta, delta * (size - delta / 2), error**2 / 2)
    statistics[0] = loss.sum(dtype=np.float64) / error.shape[1]


@oracle(binary_cross_entropy)
def binary_cross_entropy_oracle(logits, target, d, statistics, smoothing, batch):
    t = (1 - smoothing) * target + smoothing / 2
    outputs = logits.shape[1]
    d[...] = (logistic(logits) - t) / (outputs * max(batch, 1))
    loss = np.logaddexp(0, logits) - logits * t
    statistics[0] = loss.sum(dtype=np.float64) / outputs


@oracle(one_hot)
def one_hot_oracle(label, shares, smoothing):
    classes = shares.shape[1]
    right = np.arange(classes) == label[:, None]
    shares[...] = (1 - smoothing) * right + smoothing / classes


@oracle(smooth_targets)
def smooth_targets_oracle(target, shares, smoothing):
    shares[...] = (1 - smoothing) * target + smoothing / shares.shape[1]


@oracle(categorical_cross_entropy)
def categorical_cross_entropy_oracle(logits, target, d, statistics, batch):
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probability = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    weight = target.sum(axis=1, keepdims=True)
    d[...] = (weight * np.exp(log_probability) - target) / max(batch, 1)
    statistics[0] = -(target * log_probability).sum(dtype=np.float64)


@oracle(penalty)
def penalty_oracle(w, statistics, l1, l2, examples):
    statistics[0] += examples * (l1 * np.abs(w) + l2 * w**2).sum(dtype=np.float64)


@oracle(penalty_gradient)
def penalty_gradient_oracle(w, dw, l1, l2, examples, batch):
    dw += examples / max(batch, 1) * (l1 * np.sign(w) + 2 * l2 * w)


@oracle(penalty_gradient_tile)
def penalty_gradient_tile_oracle(w, dw, l1, l2, part, parts):
    own = slice(*(boundary(n, parts, len(w), LINE) for n in (part, part + 1)))
    penalty_gradient_oracle(w[own], dw[own], l1, l2, 1, 1)
