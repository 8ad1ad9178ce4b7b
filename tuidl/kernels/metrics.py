"""Sums over a shard's examples, from which the metrics of an epoch are computed at its end."""

from tuidl.kernels.jit import kernel


@kernel("nf n -> a")
def count_correct(scores, label, statistics):
    """How many examples have their highest score (the first of equals) at the right class."""
    correct = 0
    for i in range(scores.shape[0]):
        row = scores[i]
        best = 0
        for j in range(1, row.shape[0]):
            if row[j] > row[best]:
                best = j
        correct += best == int(label[i])
    statistics[0] = correct


@kernel("nf nf -> a", cost="2nf")
def sum_absolute_error(prediction, target, statistics):
    """Sum over the examples of |error|, its mean over the outputs."""
    total = 0.0
    for i in range(prediction.shape[0]):
        for j in range(prediction.shape[1]):
            total += abs(prediction[i, j] - target[i, j])
    statistics[0] = total / prediction.shape[1]


@kernel("nf nf -> a", cost="3nf")
def sum_squared_error(prediction, target, statistics):
    """Sum of error**2 over examples and outputs."""
    total = 0.0
    for i in range(prediction.shape[0]):
        for j in range(prediction.shape[1]):
            total += (prediction[i, j] - target[i, j]) ** 2
    statistics[0] = total
