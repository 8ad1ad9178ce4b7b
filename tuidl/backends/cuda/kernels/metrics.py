"""Sums over a shard's examples, on the GPU, from which an epoch's metrics are computed.

A label of -1 is no class: the answer is masked, and counts nowhere.
"""

from numba import cuda, float32, float64

from tuidl.backends.cuda.block_group import start, stride
from tuidl.backends.cuda.registry import cuda_kernel
from tuidl.backends.cuda.sums import COLUMNS, PARTS, column_sum, keep_sum
from tuidl.backends.cuda.target import THREADS, device
from tuidl.kernels.elementary import ONE, ZERO


@device
def class_of(scores, i, threshold):
    """The class with row ``i``'s highest score, the first of equals; of one score alone the second
    class where it is above ``threshold``."""
    top, best = scores[i, 0], 0
    if scores.shape[1] == 1:
        best = 1 if top > threshold else 0
    for j in range(1, scores.shape[1]):
        if scores[i, j] > top:
            top, best = scores[i, j], j
    return best


@cuda_kernel
def largest(target, label, block_group):
    """Targets that are weights of classes to class numbers: the argmax of each row."""
    for i in range(start(block_group), target.shape[0], stride(block_group)):
        label[i] = class_of(target, i, float32(0.5))


@cuda_kernel
def count_correct(scores, label, statistics, threshold, block_group):
    """How many examples are given their class."""
    if block_group.block == 0:
        correct = ZERO
        for i in range(cuda.threadIdx.x, scores.shape[0], THREADS):
            given = class_of(scores, i, float32(threshold))
            correct += ONE if given == int(label[i]) else ZERO
        keep_sum(correct, statistics, block_group.scratch)


@cuda_kernel
def count_in_top(scores, label, statistics, k, block_group):
    """How many examples have fewer than ``k`` classes with a higher score than the right one."""
    if block_group.block == 0:
        found = ZERO
        for i in range(cuda.threadIdx.x, scores.shape[0], THREADS):
            right, higher = int(label[i]), 0
            score = scores[i, max(right, 0)]
            for j in range(scores.shape[1]):
                if scores[i, j] > score or (scores[i, j] == score and j < right):
                    higher += 1
            found += ONE if right >= 0 and higher < k else ZERO
        keep_sum(found, statistics, block_group.scratch)


@cuda_kernel
def count_confusions(scores, label, statistics, threshold, block_group):
    """statistics[true * classes + given]: how often.

    Each thread classifies an example, then counts those of all that fall on places of its own.
    """
    thread, classes = cuda.threadIdx.x, max(scores.shape[1], 2)
    if block_group.block == 0:
        for place in range(thread, statistics.shape[0], THREADS):
            statistics[place] = ZERO
        for first in range(0, scores.shape[0], THREADS):
            i = first + thread
            cuda.syncthreads()
            if i < scores.shape[0]:
                block_group.scratch[thread] = class_of(scores, i, float32(threshold))
            cuda.syncthreads()
            for j in range(min(THREADS, scores.shape[0] - first)):
                place = int(label[first + j]) * classes + int(block_group.scratch[j])
                if place >= 0 and place % THREADS == thread:
                    statistics[place] += ONE


@cuda_kernel
def sum_absolute_error(prediction, target, statistics, block_group):
    """Of each output the sum of |error| over the examples."""
    sum_of_columns(prediction, target, statistics, False, block_group)


@cuda_kernel
def sum_squared_error(prediction, target, statistics, block_group):
    """Of each output the sum of error**2 over the examples."""
    sum_of_columns(prediction, target, statistics, True, block_group)


@device
def sum_of_columns(prediction, target, statistics, squared, block_group):
    """Of each output the sum over the examples of the error's square, or of its size."""
    part, columns = cuda.threadIdx.x // COLUMNS, prediction.shape[1]
    for first in range(block_group.block * COLUMNS, columns, block_group.blocks * COLUMNS):
        j = first + cuda.threadIdx.x % COLUMNS
        total = float64(0)
        if j < columns:
            for i in range(part, prediction.shape[0], PARTS):
                error = prediction[i, j] - target[i, j]
                total += error * error if squared else abs(error)
        found = column_sum(float32(total), block_group.scratch)
        if part == 0 and j < columns:
            statistics[j] = found


@cuda_kernel
def sum_weighted_absolute_error(prediction, target, weights, statistics, block_group):
    """Of each output the sum of weight * |error|."""
    sum_of_weighted(prediction, target, weights, statistics, False, block_group)


@cuda_kernel
def sum_weighted_squared_error(prediction, target, weights, statistics, block_group):
    """Of each output the sum of weight * error**2."""
    sum_of_weighted(prediction, target, weights, statistics, True, block_group)


@device
def sum_of_weighted(prediction, target, weights, statistics, squared, block_group):
    """As ``sum_of_columns``, with a weight for each answer; what has weight 0 may be anything."""
    part, columns = cuda.threadIdx.x // COLUMNS, prediction.shape[1]
    values = columns // weights.shape[1]
    for first in range(block_group.block * COLUMNS, columns, block_group.blocks * COLUMNS):
        j = first + cuda.threadIdx.x % COLUMNS
        total = float64(0)
        if j < columns:
            for i in range(part, prediction.shape[0], PARTS):
                weight = weights[i, j // values]
                if weight != ZERO:
                    error = prediction[i, j] - target[i, j]
                    total += float64(weight) * (error * error if squared else abs(error))
        found = column_sum(float32(total), block_group.scratch)
        if part == 0 and j < columns:
            statistics[j] = found
