"""Checks of worked examples: data, activations, losses, metrics."""

import math

import numpy as np

from tests.glossary.worked import Numbers, agree, array, bent, loss, slope, worked
from tuidl.backends.numpy import ORACLES
from tuidl.data.catalog import SOURCES
from tuidl.data.scaling import Scaling
from tuidl.nn.layers import LAYERS
from tuidl.nn.metrics import METRICS, Sums
from tuidl.preset.library import load_preset
from tuidl.training.shuffling import balanced_order

# --- data and tasks -------------------------------------------------------------------------------


@worked
def dataset(n: Numbers) -> None:
    digits = SOURCES["digits"]()
    assert n[0] == digits.count()
    assert (*n[1:3], n[3] / (n[1] * n[2])) == digits.spec().shape
    assert n[4] == len(digits.spec().classes)


@worked
def regression(n: Numbers) -> None:
    x, y = np.reshape(n[:6], (3, 2)).T
    w, b = np.polyfit(x, y, 1)
    agree([*n[6:8], n[9]], [w, b, w * n[8] + b])


@worked
def classification(n: Numbers) -> None:
    probabilities, classes, answer, percent = n[:3], n[3:6], n[6], n[7]
    assert answer == classes[int(np.argmax(probabilities))]
    assert percent == 100 * max(probabilities)


@worked
def training_set(n: Numbers) -> None:
    examples, validation, test, left = n
    agree([left], examples * (1 - validation - test))


@worked
def validation_set(n: Numbers) -> None:
    training, validation, gap = n
    agree([gap], validation - training)


@worked
def test_set(n: Numbers) -> None:
    p, examples, wobble, low, high = n
    assert examples == len(load_preset("cnn_digits").data.split().validation)
    agree([wobble], math.sqrt(p * (1 - p) / examples))
    assert max(p - low, high - p) < 2 * wobble


@worked
def data_normalization(n: Numbers) -> None:
    values = np.array(n[:3]).reshape(3, 1)
    for kind, told in (("standard", n[3:6]), ("min_max", n[6:])):
        scaling = Scaling.fitted(values, kind)
        assert scaling is not None
        agree(told, scaling.apply(values))


@worked
def one_hot(n: Numbers) -> None:
    row = np.zeros((1, int(n[2] - n[1]) + 1))
    ORACLES["one_hot"](array(n[0]), row, smoothing=0.0)
    agree(n[3:], row)


@worked
def noise(n: Numbers) -> None:
    deviation, floor = n
    assert deviation == SOURCES["linear"]().noise
    agree([floor], deviation**2)


@worked
def time_window(n: Numbers) -> None:
    points, windows, length, deviation, floor = n
    assert windows == SOURCES["sine"](points=int(points), window=int(length)).count()
    agree([floor], deviation**2)


# --- activations ----------------------------------------------------------------------------------


@worked
def activation(n: Numbers) -> None:
    two, three, six, x, straight, x_again, bent_one = n
    assert two * three == six
    assert (straight, x) == (six * x, x_again)
    assert bent_one == three * bent("relu", two * x)[0]


@worked
def linear(n: Numbers) -> None:
    agree(n[1::2], n[0::2])


@worked
def sigmoid(n: Numbers) -> None:
    agree(n[1:6:2], bent("activate_sigmoid", *n[0:6:2]))
    agree(n[7:], slope("activate_sigmoid", n[6]))


@worked
def tanh(n: Numbers) -> None:
    agree(n[1:6:2], bent("activate_tanh", *n[0:6:2]))
    agree(n[7:], slope("activate_tanh", n[6]))


@worked
def relu(n: Numbers) -> None:
    x, y, negative, nothing, right, left = n
    agree([y, nothing], bent("relu", x, negative))
    agree([right, left], slope("relu", x, negative))


@worked
def leaky_relu(n: Numbers) -> None:
    assert n[0] == LAYERS["leaky_relu"]().negative_slope
    agree(n[2::2], bent("leaky_relu", *n[1::2], negative_slope=n[0]))


@worked
def elu(n: Numbers) -> None:
    assert n[0] == LAYERS["elu"]().alpha
    agree(n[2::2], bent("elu", *n[1::2], alpha=n[0]))


@worked
def gelu(n: Numbers) -> None:
    agree(n[1::2], bent("gelu", *n[0::2]))


@worked
def swish(n: Numbers) -> None:
    agree(n[1::2], bent("swish", *n[0::2]))


@worked
def gelu_tanh(n: Numbers) -> None:
    agree(n[1::3], bent("gelu_tanh", *n[0::3]))
    agree(n[2::3], bent("gelu", *n[0::3]))


@worked
def softmax(n: Numbers) -> None:
    scores = np.array([n[:3]])
    ORACLES["softmax"](scores)
    agree(n[3:], [*scores[0], scores.sum()])


@worked
def logits(n: Numbers) -> None:
    agree(n[0::2], bent("activate_sigmoid", *n[1::2]))
    agree(n[1::2], [math.log(p / (1 - p)) for p in n[0::2]])


# --- losses ---------------------------------------------------------------------------------------


@worked
def mse(n: Numbers) -> None:
    prediction, target = n[:5], n[5:10]
    agree(n[10:15], (np.array(prediction) - target) ** 2)
    agree(n[15:], loss("mean_squared_error", prediction, target))


@worked
def mae(n: Numbers) -> None:
    agree(n[10:], loss("mean_absolute_error", n[:5], n[5:10]))


@worked
def rmse(n: Numbers) -> None:
    prediction, target, misses, mean, root, absolute = n[:3], n[3:6], n[6:9], n[9], n[10], n[11]
    agree(misses, np.abs(np.subtract(prediction, target)))
    agree([mean, root], [np.square(misses).mean(), np.square(misses).mean() ** 0.5])
    agree([absolute], np.mean(misses, keepdims=True))


@worked
def huber(n: Numbers) -> None:
    delta, small, small_cost, large, large_cost, half_square = n
    costs = [loss("huber", [miss], [0.0], delta=delta) for miss in (small, large)]
    agree([small_cost, large_cost, half_square], [*costs, large**2 / 2])


@worked
def cross_entropy(n: Numbers) -> None:
    for p, cost in (n[0:2], n[2:4]):
        agree([cost], loss("softmax_cross_entropy", [math.log(p), math.log(1 - p)], 0))
    agree(n[5:], loss("softmax_cross_entropy", np.zeros(int(n[4])), 3))


@worked
def categorical_cross_entropy(n: Numbers) -> None:
    truth, prediction, p, cost = n[:2], n[2:4], n[4], n[5]
    assert p == prediction[0]
    agree([cost], loss("categorical_cross_entropy", np.log(prediction), truth))
    agree([cost], loss("softmax_cross_entropy", np.log(prediction), 0))


@worked
def binary_cross_entropy(n: Numbers) -> None:
    p, cost, truth, other_cost, other = n
    logit = math.log(p / (1 - p))
    for told, target in ((cost, truth), (other_cost, other)):
        agree([told], loss("binary_cross_entropy", [logit], [target], smoothing=0.0))


@worked
def class_weights(n: Numbers) -> None:
    examples, healthy, ill, common, rare, together = n
    assert healthy + ill == examples
    agree([common, rare], [examples / (2 * healthy), examples / (2 * ill)])
    agree([together, together], [common * healthy, rare * ill])


@worked
def balanced_sampling(n: Numbers) -> None:
    examples, healthy, ill, draws, fewest, most = map(int, n)
    labels = np.repeat([0, 1], [healthy, ill])
    order = balanced_order(labels, 0, 1)
    assert len(order) == examples
    assert np.bincount(labels[order]).tolist() == [draws, draws]
    times = np.bincount(order, minlength=examples)[labels == 1]
    assert (times.min(), times.max()) == (fewest, most)


@worked
def label_smoothing(n: Numbers) -> None:
    share, classes, right, others = n
    row = np.zeros((1, int(classes)))
    ORACLES["one_hot"](array(0), row, smoothing=share)
    agree([right, others, others, others], row)


# --- metrics --------------------------------------------------------------------------------------


def score(name: str, table: object, examples: int = 0) -> float:
    """A metric, read from the sums of its tally."""
    finish = METRICS[name].finish
    assert finish is not None
    return finish(Sums(np.array(table, float).reshape(-1), examples, spread=np.zeros(0)))


@worked
def metric(n: Numbers) -> None:
    first, second, percent, cost, other_cost = n
    assert percent == 100 * score("accuracy", [2.0], 2)
    agree([cost, other_cost], [-math.log(first), -math.log(second)])


@worked
def accuracy(n: Numbers) -> None:
    right, examples, percent = n
    agree([percent], 100 * score("accuracy", [right], int(examples)))


@worked
def top_k_accuracy(n: Numbers) -> None:
    scores, classes, truth, k, best = np.array([n[:3]]), n[3:6], n[6], int(n[7]), n[8:]
    assert classes == [0, 1, 2]
    hits = np.zeros(1)
    ORACLES["count_correct"](scores, array(truth), hits, 0.0)
    assert hits == 0
    ORACLES["count_in_top"](scores, array(truth), hits, k)
    assert hits == 1
    assert sorted(np.argsort(-scores[0])[:k]) == best


@worked
def confusion_matrix(n: Numbers) -> None:
    table = np.reshape(n[:4], (2, 2))
    total, diagonal, percent, false_alarms, missed = n[4:]
    assert (table.sum(), table.trace()) == (total, diagonal)
    assert (table[0, 1], table[1, 0]) == (false_alarms, missed)
    assert percent == 100 * diagonal / total


@worked
def mean_iou(n: Numbers) -> None:
    hits, more, missed, found = n
    assert score("mean_iou", [90, 0, 10, 0]) == 0.45
    one = np.array([[hits, missed], [more, 1e12]])
    agree([found], [2 * score("mean_iou", one) - 1])


@worked
def box_iou(n: Numbers) -> None:
    wide, high, moved, shared, covered, found = n
    first, second = (np.array([[x, 0.0, wide, high]]) for x in (0.0, moved))
    total = np.zeros(1)
    ORACLES["sum_box_iou"](first, second, total)
    agree([found], [shared / covered])
    agree([found], total.tolist())


@worked
def segmentation(n: Numbers) -> None:
    agree([n[2]], [-np.log(n[:2]).mean()])


@worked
def precision(n: Numbers) -> None:
    agree(n[2:], score("precision", [86, n[1], 0, n[0]]))


@worked
def recall(n: Numbers) -> None:
    agree(n[2:], score("recall", [86, 0, n[1], n[0]]))


@worked
def f1(n: Numbers) -> None:
    agree(n[3:], score("f1", [86, n[1], n[2], n[0]]))


@worked
def r2(n: Numbers) -> None:
    target, prediction = np.array(n[:3]), np.array(n[3:6])
    squares, spread = ((target - prediction) ** 2).sum(), ((target - target.mean()) ** 2).sum()
    finish = METRICS["r2"].finish
    assert finish is not None
    agree(n[6:], [squares, spread, finish(Sums(array(squares), 3, array(spread)))])
