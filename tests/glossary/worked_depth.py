"""Checks of worked examples: depth, generalisation, running."""

import math
import statistics

import numpy as np

import tuidl
from tests.glossary.worked import Numbers, agree, array, slope, worked
from tuidl.backends.numpy import ORACLES
from tuidl.compiler.graph import Graph
from tuidl.nn.initializers import initial_values
from tuidl.nn.layers import LAYERS
from tuidl.nn.monitoring import Patience, Watch
from tuidl.preset.library import load_preset
from tuidl.preset.training import Training

# --- depth ----------------------------------------------------------------------------------------


@worked
def vanishing_gradient(n: Numbers) -> None:
    steepest, layers, left = n
    agree([steepest], slope("activate_sigmoid", 0.0))
    agree([left], steepest**layers)


@worked
def exploding_gradient(n: Numbers) -> None:
    factor, layers, longer = n
    agree([longer], factor**layers)


@worked
def gradient_norm(n: Numbers) -> None:
    agree(n[2:], np.linalg.norm(n[:2]))


@worked
def initialization(n: Numbers) -> None:
    inputs, large, spread, small, level = n
    agree([spread, level], [math.sqrt(inputs) * large, math.sqrt(inputs) * small])


def first_values(name: str, inputs: float, outputs: float = 1000) -> np.ndarray:
    return initial_values(name, (int(inputs), int(outputs)), 0, "kernel")


@worked
def glorot(n: Numbers) -> None:
    inputs, outputs, low, high, deviation = n
    drawn = first_values("glorot_uniform", inputs, outputs)
    assert low <= drawn.min() < 0.99 * low
    assert 0.99 * high < drawn.max() <= high
    agree([deviation], math.sqrt(2 / (inputs + outputs)))
    assert abs(drawn.std() / deviation - 1) < 0.02


@worked
def he(n: Numbers) -> None:
    for inputs, deviation in (n[:2], n[2:]):
        agree([deviation], math.sqrt(2 / inputs))
        assert abs(first_values("he_normal", inputs).std() / deviation - 1) < 0.02


@worked
def orthogonal(n: Numbers) -> None:
    before, after, length = np.array(n[:2]), np.array(n[2:4]), n[4]
    assert (array(-before[1], before[0]) == after).all()
    q = first_values("orthogonal", 2, 2)
    agree([length] * 3, [np.linalg.norm(v) for v in (before, after, q @ before)])


@worked
def batch_normalization(n: Numbers) -> None:
    x, mean, variance, told = np.array(n[:3]), n[3], n[4], n[5:]
    agree([mean, variance], [x.mean(), x.var()])
    y, epsilon = np.zeros((3, 1)), LAYERS["batch_normalization"]().epsilon
    known = (np.ones(1), np.zeros(1), array(x.mean()), array(x.var()))
    ORACLES["normalize"](x.reshape(3, 1), *known, y, epsilon=epsilon)
    agree(told, y)


@worked
def layer_normalization(n: Numbers) -> None:
    x, mean, told = np.array([n[:4]]), n[4], n[5:]
    y, means, epsilon = np.zeros((1, 4)), np.zeros(1), LAYERS["layer_normalization"]().epsilon
    ORACLES["layer_normalization"](
        x, np.ones(4), np.zeros(4), y, means, np.zeros(1), epsilon=epsilon
    )
    agree([mean, *told], [*means, *y[0]])


@worked
def skip_connection(n: Numbers) -> None:
    plain, vanished, led_round, left = n
    agree([vanished, led_round, left], [plain**10, 1 + plain, led_round**10])


@worked
def concatenate(n: Numbers) -> None:
    assert n[:3] == n[3:6]
    first, second, both = (tuple(map(int, part)) for part in (n[6:9], n[9:12], n[12:]))
    assert LAYERS["concatenate"](inputs=("a", "b")).merged_shape((first, second)) == both


# --- learning what matters ------------------------------------------------------------------------


@worked
def overfitting(n: Numbers) -> None:
    counted, points, each = n
    preset = load_preset("overfitting")
    assert counted == Graph.build(preset).parameter_count
    assert points == len(preset.data.split().train)
    agree([each], counted / points)


@worked
def generalization(n: Numbers) -> None:
    agree(n[2:], n[0] - n[1])


@worked
def underfitting(n: Numbers) -> None:
    x, y = np.reshape(n[:6], (3, 2)).T
    line = np.polyfit(x, y, 1)
    agree([n[6], n[6]], np.polyval(line, [0, 1]))
    agree([n[7]], ((np.polyval(line, x) - y) ** 2).mean())


@worked
def more_data(n: Numbers) -> None:
    few, many, one, before, after = n
    assert one == 1
    agree([before, after], [few**-0.5, many**-0.5])


@worked
def regularization(n: Numbers) -> None:
    data_loss, penalty, strength, total = n
    agree([total], data_loss + strength * penalty)


def penalty(n: Numbers, l1: float, l2: float) -> None:
    w, cost, gradient = np.array(n[:2]), np.zeros(1), np.zeros(2)
    ORACLES["penalty"](w, cost, l1=l1, l2=l2, examples=1)
    ORACLES["penalty_gradient"](w, gradient, l1=l1, l2=l2, examples=1, batch=1)
    agree(n[3:], [*cost, *gradient])


@worked
def l1(n: Numbers) -> None:
    penalty(n, n[2], 0.0)


@worked
def l2(n: Numbers) -> None:
    penalty(n, 0.0, n[2])


@worked
def dropout(n: Numbers) -> None:
    rate, x, nothing, percent, kept, mean = n
    step_state, y = np.zeros(8), np.full(100_000, float(x))
    ORACLES["dropout"](y, rate=rate, layer=1, first=0, width=1, step_state=step_state)
    assert sorted(set(y.tolist())) == [nothing, kept]
    assert percent == 100 * rate
    assert abs((y == 0).mean() - rate) < 0.01
    assert abs(y.mean() - mean) < 0.01


@worked
def early_stopping(n: Numbers) -> None:
    losses, patience, end, kept = n[:5], int(n[5]), n[6], n[7]
    watch = Watch(Patience(patience=patience))
    better = [watch.is_better({"loss": value}) for value in losses]
    assert max(i + 1 for i, is_better in enumerate(better) if is_better) == kept
    assert (watch.is_over, len(losses)) == (True, end)


@worked
def cross_validation(n: Numbers) -> None:
    scores, mean, spread = n[:5], n[5], n[6]
    assert Training(folds=5).folds == len(scores)
    agree([mean, spread], [statistics.fmean(scores), statistics.stdev(scores)])


@worked
def transfer_learning(n: Numbers) -> None:
    anew, everything, percent = n
    graph = Graph.build(load_preset("cnn_digits"))
    assert (graph.nodes[-1].parameter_count, graph.parameter_count) == (anew, everything)
    agree([percent], 100 * anew / everything)


# --- running and trusting it ----------------------------------------------------------------------


@worked
def seed(n: Numbers) -> None:
    for weight, number in (n[:2], n[2:]):
        preset = load_preset("linear_regression", (f"training.seed={int(number)}",))
        model = tuidl.build(preset, backend="numpy")
        agree([weight], model.parameters["dense_1.kernel"])


@worked
def shards(n: Numbers) -> None:
    a, b, c, one_way, a_again, b_again, c_again, other_way = map(float, n)
    assert [a, b, c] == [a_again, b_again, c_again]
    assert (a + b) + c == one_way != other_way == a + (b + c)


@worked
def gradient_check(n: Numbers) -> None:
    w, h, measured, exact = n
    agree([measured, exact], [((w + h) ** 3 - (w - h) ** 3) / (2 * h), 3 * w**2])
