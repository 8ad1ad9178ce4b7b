"""Sums over a shard's examples, from which the metrics of an epoch are computed at its end.

A label of -1 is no class: the answer is masked, and counts nowhere.
"""

import numpy as np

from tuidl.kernels.entropies import FILL_VECTORS
from tuidl.kernels.jit import device_function
from tuidl.kernels.oracles import oracle
from tuidl.kernels.registry import kernel
from tuidl.kernels.simd.maxima import highest_of
from tuidl.kernels.simd.sums import sum_squared_errors


@device_function
def _class_of(scores, threshold):
    """The class with the highest score, the first of equals; of one score alone the second class
    where it is above ``threshold``. Which one that is cannot be foreseen: selections, no jumps."""
    top = scores[0]
    if scores.shape[0] == 1:
        return 1 if top > threshold else 0
    best = 0
    if scores.shape[0] >= FILL_VECTORS:
        top = highest_of(scores)
        for j in range(scores.shape[0]):
            if scores[j] == top:
                return j
        return 0
    for j in range(1, scores.shape[0]):
        score = scores[j]
        is_higher = score > top
        best = j if is_higher else best
        top = score if is_higher else top
    return best


@kernel("nf -> n")
def largest(target, label):
    """Targets that are weights of classes to class numbers: the argmax of each row."""
    for i in range(target.shape[0]):
        label[i] = _class_of(target[i], 0.5)


@kernel("nf n -> a")
def count_correct(scores, label, statistics, threshold: float):
    """How many examples are given their class. ``threshold``: see ``_class_of``."""
    correct = 0
    for i in range(scores.shape[0]):
        correct += _class_of(scores[i], threshold) == int(label[i])
    statistics[0] = correct


@kernel("nf n -> a")
def count_in_top(scores, label, statistics, k):
    """How many examples have fewer than ``k`` classes with a higher score than the right one."""
    found = 0
    for i in range(scores.shape[0]):
        row, right = scores[i], int(label[i])
        if right < 0:
            continue
        higher = 0
        for j in range(row.shape[0]):
            higher += (row[j] > row[right]) | ((row[j] == row[right]) & (j < right))
        found += higher < k
    statistics[0] = found


@kernel("nf n -> a")
def count_confusions(scores, label, statistics, threshold: float):
    """statistics[true * classes + given]: how often."""
    statistics[:] = 0
    classes = max(scores.shape[1], 2)
    for i in range(scores.shape[0]):
        if label[i] >= 0:
            statistics[int(label[i]) * classes + _class_of(scores[i], threshold)] += 1


@kernel("nf nf -> f", cost="2nf")
def sum_absolute_error(prediction, target, statistics):
    """Of each output the sum of |error| over the examples."""
    for j in range(prediction.shape[1]):
        total = 0.0
        for i in range(prediction.shape[0]):
            total += abs(prediction[i, j] - target[i, j])
        statistics[j] = total


@kernel("nf nf -> f", cost="3nf", inline=True)
def sum_squared_error(prediction, target, statistics):
    """Of each output the sum of error**2 over the examples."""
    sum_squared_errors(prediction, target, statistics)


@kernel("nf nf nk -> f", cost="3nf")
def sum_weighted_absolute_error(prediction, target, weights, statistics):
    """Of each output the sum of weight * |error|. ``weights``: of the k answers of an example,
    each of as many outputs that follow each other; what has weight 0 may be anything."""
    values = prediction.shape[1] // weights.shape[1]
    for j in range(prediction.shape[1]):
        total = 0.0
        for i in range(prediction.shape[0]):
            weight = weights[i, j // values]
            if weight != 0:
                total += weight * abs(prediction[i, j] - target[i, j])
        statistics[j] = total


@kernel("nf nf nk -> f", cost="4nf")
def sum_weighted_squared_error(prediction, target, weights, statistics):
    """Of each output the sum of weight * error**2; operands as above."""
    values = prediction.shape[1] // weights.shape[1]
    for j in range(prediction.shape[1]):
        total = 0.0
        for i in range(prediction.shape[0]):
            weight = weights[i, j // values]
            if weight != 0:
                error = prediction[i, j] - target[i, j]
                total += weight * error * error
        statistics[j] = total


# --- the definition in plain NumPy ----------------------------------------------------------------


def _class_of_oracle(scores, threshold):
    if scores.shape[1] == 1:
        return np.asarray(scores[:, 0] > threshold, int)
    return np.asarray(scores.argmax(axis=1))


@oracle(largest)
def largest_oracle(target, label):
    label[...] = _class_of_oracle(target, 0.5)


@oracle(count_correct)
def count_correct_oracle(scores, label, statistics, threshold):
    statistics[0] = (_class_of_oracle(scores, threshold) == label).sum()


@oracle(count_in_top)
def count_in_top_oracle(scores, label, statistics, k):
    order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    statistics[0] = (order == label[:, None]).sum()


@oracle(count_confusions)
def count_confusions_oracle(scores, label, statistics, threshold):
    classes = max(scores.shape[1], 2)
    given = label.astype(int) * classes + _class_of_oracle(scores, threshold)
    statistics[...] = np.bincount(given[label >= 0], minlength=classes**2)


@oracle(sum_absolute_error)
def sum_absolute_error_oracle(prediction, target, statistics):
    statistics[...] = np.abs(prediction - target).sum(axis=0, dtype=np.float64)


@oracle(sum_squared_error)
def sum_squared_error_oracle(prediction, target, statistics):
    statistics[...] = ((prediction - target) ** 2).sum(axis=0, dtype=np.float64)


def _weighted_oracle(sizes, weights):
    wide = np.repeat(weights, sizes.shape[1] // weights.shape[1], axis=1)
    return np.where(wide != 0, wide * sizes, 0).sum(axis=0, dtype=np.float64)


@oracle(sum_weighted_absolute_error)
def sum_weighted_absolute_error_oracle(prediction, target, weights, statistics):
    statistics[...] = _weighted_oracle(np.abs(prediction - target), weights)


@oracle(sum_weighted_squared_error)
def sum_weighted_squared_error_oracle(prediction, target, weights, statistics):
    statistics[...] = _weighted_oracle((prediction - target) ** 2, weights)
