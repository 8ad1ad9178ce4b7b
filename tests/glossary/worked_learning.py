"""Checks of worked examples: networks, and how they learn."""

import math

import numpy as np

from tests.glossary.worked import Numbers, agree, bent, worked
from tuidl.backends.numpy import ORACLES
from tuidl.compiler.graph import Graph
from tuidl.nn.layers import LAYERS
from tuidl.preset.library import load_preset


def parameters(kind: str, shape: tuple[float, ...], **options: object) -> int:
    """How many numbers a layer learns for inputs of ``shape``."""
    found = LAYERS[kind](**options).parameters(tuple(map(int, shape)))
    return sum(parameter.size for parameter in found)


# --- what a network is ----------------------------------------------------------------------------


@worked
def neural_network(n: Numbers) -> None:
    added, x, middle, end, factor, added_again = n
    assert middle == factor * x
    assert end == middle + added
    assert added == added_again


@worked
def neuron(n: Numbers) -> None:
    x_1, x_2, w_1, w_2, b, first, second, third, total, bent_total = n
    agree([first, second, third], [w_1 * x_1, -w_2 * x_2, b])
    agree([total, bent_total], [w_1 * x_1 + w_2 * x_2 + b] * 2)


@worked
def weight(n: Numbers) -> None:
    w, x, product, nothing = n
    agree([product, nothing], [w * x, 0])


@worked
def bias(n: Numbers) -> None:
    factor, b, b_again, x, y, not_this = n
    assert b == b_again == y == factor * x + b
    assert not_this == factor * x


@worked
def layer(n: Numbers) -> None:
    units, inputs, rows, columns, biases, total = n
    assert (rows, columns, biases) == (inputs, units, units)
    assert total == parameters("dense", (inputs,), units=int(units))


@worked
def dense(n: Numbers) -> None:
    y = np.zeros((1, 2))
    ORACLES["dense"](np.array([n[:2]]), np.reshape(n[2:6], (2, 2)), np.array(n[6:8]), y)
    agree(n[8:10], y)
    assert n[10] == n[2]


@worked
def shape(n: Numbers) -> None:
    height, width, channels, numbers, batch, all_numbers = n
    agree([numbers, all_numbers], [height * width * channels, height * width * channels * batch])


@worked
def input_(n: Numbers) -> None:
    layer = LAYERS["input"](shape=tuple(map(int, n[:3])))
    assert n[3] == math.prod(layer.output_shape((28, 28, 1)))


@worked
def flatten(n: Numbers) -> None:
    agree(n[3:], LAYERS["flatten"]().output_shape(tuple(map(int, n[:3]))))


@worked
def reshape(n: Numbers) -> None:
    assert math.prod(n[:3]) == math.prod(n[3:5]) == n[5]
    LAYERS["reshape"](shape=tuple(map(int, n[3:5]))).output_shape(tuple(map(int, n[:3])))


@worked
def forward_propagation(n: Numbers) -> None:
    x, w_1, b_1, hidden, w_2, b_2, y = n
    agree([hidden, y], [bent("relu", w_1 * x + b_1)[0], w_2 * hidden + b_2])


@worked
def parameters_(n: Numbers) -> None:
    inputs, units, counted, whole = n
    assert counted == parameters("dense", (inputs,), units=int(units))
    assert whole == Graph.build(load_preset("cnn_digits")).parameter_count


@worked
def flops(n: Numbers) -> None:
    inputs, units, two, a, b, total = n
    assert (a, b, two * a * b) == (inputs, units, total)
    assert total == LAYERS["dense"](units=int(units)).flops((int(inputs),))


# --- how it learns --------------------------------------------------------------------------------


@worked
def loss_(n: Numbers) -> None:
    agree(n[3:], np.mean(n[:3]))


@worked
def gradient(n: Numbers) -> None:
    w, right, high, left, low, rise, run, g = n
    agree([high, low, rise, run], [right**2, left**2, high - low, right - left])
    agree([g, g], [rise / run, 2 * w])


@worked
def chain_rule(n: Numbers) -> None:
    w, x, z, slope, factor, output, y, two, error, first, again, second, *rest = n
    assert (z, output, slope) == (w * x, factor * w * x, 1)
    assert (two, error, first) == (2, output - y, 2 * (output - y))
    assert (again, second) == (factor, factor * first)
    slope_again, third, x_again, slope_of_weight = rest
    assert (slope_again, third, x_again) == (1, second, x)
    loss = [(factor * max(w_now * x, 0) - y) ** 2 for w_now in (w - 1e-6, w + 1e-6)]
    assert slope_of_weight == third * x
    agree([slope_of_weight], [(loss[1] - loss[0]) / 2e-6])


@worked
def loss_landscape(n: Numbers) -> None:
    w0, w1, length, r0, r1, size, d0, d1, a, b, moved0, moved1 = n
    agree([length, size], [np.hypot(w0, w1), np.hypot(r0, r1)])
    agree([d0, d1], [r0 / size * length, r1 / size * length])
    agree([moved0, moved1, b], [w0 + a * d0, w1 + a * d1, 0])


@worked
def backpropagation(n: Numbers) -> None:
    w, x, y, answer, miss, d_answer, d_w = n
    agree([answer, miss, d_answer, d_w], [w * x, w * x - y, 2 * miss, 2 * miss * x])


@worked
def gradient_descent(n: Numbers) -> None:
    w, rate, g, first, second = n
    agree([g, first, second], [2 * w, w - rate * g, first - rate * 2 * first])


@worked
def full_batch(n: Numbers) -> None:
    points, theta = np.reshape(n[:6], (3, 2)), np.array(n[6:8])
    x, y = np.column_stack([np.ones(3), points[:, 0]]), points[:, 1]
    slope_of_loss = x.T @ (x @ theta - y) / 3
    agree(n[8:10], slope_of_loss)
    agree(n[11:13], theta - n[10] * slope_of_loss)
    agree(n[13:], np.linalg.lstsq(x, y, rcond=None)[0])


@worked
def mini_batch(n: Numbers) -> None:
    large, small, one, a, noise, one_again, b, more_noise = n
    assert (one, one_again, a, b) == (1, 1, large, small)
    agree([noise, more_noise], [large**-0.5, small**-0.5])
    assert more_noise == 2 * noise


@worked
def batch_size(n: Numbers) -> None:
    examples, batch, steps, last = n
    assert examples == len(load_preset("cnn_digits").data.split().train)
    agree([steps, last], [math.ceil(examples / batch), examples - (steps - 1) * batch])


@worked
def epoch(n: Numbers) -> None:
    epochs, steps, updates = n
    assert updates == epochs * steps


@worked
def learning_rate(n: Numbers) -> None:
    w, g, rate, nearer, valley, high_rate, farther = n
    agree([g, nearer, farther], [2 * w, w - rate * g, w - high_rate * g])
    assert abs(nearer - valley) < abs(w - valley) < abs(farther - valley)


@worked
def shuffling(n: Numbers) -> None:
    agree([n[1], n[3]], [math.factorial(int(n[0])), math.factorial(int(n[2]))])


@worked
def divergence(n: Numbers) -> None:
    rate, w, *path, steps, largest = n
    for value in path:
        w = (1 - 2 * rate) * w
        assert value == w
    assert largest.shows(float(np.finfo(np.float32).max))
    with np.errstate(over="ignore"):
        squares = [np.float32(2.0) ** np.float32(2 * s) for s in (int(steps) - 1, int(steps))]
    assert np.isfinite(squares).tolist() == [True, False]
