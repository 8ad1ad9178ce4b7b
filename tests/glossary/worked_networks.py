"""Checks of worked examples: pictures, sequences."""

import math

import numpy as np

from tests.glossary.worked import Numbers, agree, array, bent, worked
from tests.glossary.worked_learning import parameters
from tuidl.backends.numpy import ORACLES
from tuidl.nn.initializers import initial_values
from tuidl.nn.layers import LAYERS
from tuidl.nn.layers.diffusion import kept_share

# --- pictures -------------------------------------------------------------------------------------

NOTHING = np.zeros(0)
"""Room for packed weights, which definitions in NumPy do not use."""


def convolved(row: list[float], kernel: list[float]) -> np.ndarray:
    """A convolution without padding along one row."""
    y = np.zeros((1, 1, len(row) - len(kernel) + 1, 1))
    x, w = np.reshape(row, (1, 1, -1, 1)), np.reshape(kernel, (1, -1, 1, 1))
    ORACLES["conv2d"](x, w, np.zeros(1), y, np.zeros((1, 1)), stride=1, top=0, left=0)
    return y


def pooled(kernel: str, window: list[float]) -> np.ndarray:
    y, x = np.zeros((1, 1, 1, 1)), np.reshape(window, (1, 2, 2, 1))
    winner = [np.zeros_like(y)] if kernel == "max_pool2d" else []
    names = ("size_y", "size_x", "stride_y", "stride_x")
    which = {"rectified": 0} if winner else {}
    ORACLES[kernel](x, y, *winner, **dict.fromkeys(names, 2), top=0, left=0, **which)
    return y


def side(kind: str, length: float, **options: object) -> int:
    """Side of what a layer makes of a square picture."""
    return int(LAYERS[kind](**options).output_shape((int(length), int(length), 1))[0])


@worked
def convolutional_network(n: Numbers) -> None:
    shape, units, by_dense, filters, size, size_again, by_convolution = n[:3], *n[3:]
    assert by_dense == parameters("dense", (math.prod(shape),), units=int(units))
    assert size == size_again
    options = {"filters": int(filters), "kernel_size": int(size)}
    assert by_convolution == parameters("conv2d", tuple(shape), **options)


@worked
def convolution(n: Numbers) -> None:
    agree(n[6:], convolved(n[:4], n[4:6]))


@worked
def kernel(n: Numbers) -> None:
    filters, size, size_again, channels, counted = n
    assert size == size_again
    options = {"filters": int(filters), "kernel_size": int(size)}
    assert counted == parameters("conv2d", (28, 28, channels), **options)


@worked
def feature_map(n: Numbers) -> None:
    filters, size, size_again, *shapes = map(int, n)
    assert size == size_again
    known = LAYERS["conv2d"](filters=filters, kernel_size=size)
    assert known.output_shape(tuple(shapes[:3])) == tuple(shapes[3:])


@worked
def stride(n: Numbers) -> None:
    size, length, *told = map(int, n)
    for places, step in zip(told[0::2], told[1::2], strict=True):
        assert places == side("conv2d", length, filters=1, kernel_size=size, stride=step)


@worked
def padding(n: Numbers) -> None:
    size, length, valid, same, zeros = map(int, n)
    for told, choice in ((valid, "valid"), (same, "same")):
        assert told == side("conv2d", length, filters=1, kernel_size=size, padding=choice)
    assert zeros == size - 1 == same - valid


@worked
def conv1d(n: Numbers) -> None:
    agree(n[6:], convolved(n[:4], n[4:6]))


@worked
def pooling(n: Numbers) -> None:
    length, width, half, half_width, before, after = n
    assert (length, half) == (width, half_width)
    assert half == side("max_pool2d", length)
    agree([before, after], [length**2, half**2])


@worked
def max_pooling(n: Numbers) -> None:
    agree(n[4:], pooled("max_pool2d", n[:4]))


@worked
def average_pooling(n: Numbers) -> None:
    agree(n[4:], pooled("average_pool2d", n[:4]))


@worked
def global_pooling(n: Numbers) -> None:
    shape = tuple(map(int, n[:3]))
    for kind in ("global_average_pool2d", "global_max_pool2d"):
        assert LAYERS[kind]().output_shape(shape) == (n[3],)
    assert n[4] == math.prod(shape)
    agree([n[9]], pooled("average_pool2d", n[5:9]))
    agree([n[10]], pooled("max_pool2d", n[5:9]))


@worked
def upsampling(n: Numbers) -> None:
    row, repeated, factor, drawn = n[:2], n[2:6], int(n[6]), n[7:]
    x = np.reshape(row, (1, 1, 2, 1))
    larger = LAYERS["upsample2d"].reference
    agree(repeated, larger(x, (1, factor)))
    agree(drawn, larger(x, (1, factor), "bilinear"))


@worked
def transposed_convolution(n: Numbers) -> None:
    row, weights, stride, larger = n[:2], n[2:4], int(n[4]), n[5:9]
    length, size, step, valid, same = map(int, n[9:])
    x, w = np.reshape(row, (1, 1, 2, 1)), np.reshape(weights, (1, 2, 1, 1))
    agree(larger, LAYERS["conv2d_transpose"].reference(x, w, stride=stride))
    options = {"filters": 1, "kernel_size": size, "stride": step}
    for told, choice in ((valid, "valid"), (same, "same")):
        assert told == side("conv2d_transpose", length, padding=choice, **options)


@worked
def grouped_convolution(n: Numbers) -> None:
    size, _, channels, filters, whole, groups, fewer = map(int, n)
    options = {"filters": filters, "kernel_size": size, "use_bias": False}
    shape = (28, 28, channels)
    assert whole == parameters("conv2d", shape, **options)
    assert fewer == parameters("conv2d", shape, groups=groups, **options)


@worked
def dilation(n: Numbers) -> None:
    size, *told = map(int, n)
    for span, gap in zip(told[0::2], told[1::2], strict=True):
        assert side("conv2d", span, filters=1, kernel_size=size, dilation=gap) == 1


# --- sequences ------------------------------------------------------------------------------------


@worked
def recurrent_network(n: Numbers) -> None:
    units, features, counted = n
    assert counted == parameters("simple_rnn", (32, features), units=int(units))


@worked
def hidden_state(n: Numbers) -> None:
    start, *states, steps, last = n
    agree([*states, last], [start / 2**t for t in (1, 2, 3, int(steps))])


@worked
def simple_rnn(n: Numbers) -> None:
    w, u, b, inputs, told, remembered = n[0], n[1], n[2], np.array(n[3:6]), n[6:9], n[9]
    assert remembered == inputs[0]
    states = np.zeros((4, 1, 1))
    ORACLES["simple_rnn"](
        array(u).reshape(1, 1), (inputs * w + b).reshape(3, 1, 1), states, NOTHING
    )
    agree(told, states[1:])


@worked
def bptt(n: Numbers) -> None:
    steps, small, vanished, large, exploded = n
    agree([vanished, exploded], [small**steps, large**steps])


def logit(p: float) -> float:
    return math.log(p / (1 - p))


@worked
def lstm(n: Numbers) -> None:
    cell, f, i, u, o, new_cell, answer = n
    gates = np.zeros((2, 1, 4))
    # Two steps: the first one fills the cell (as nearly as gates can), the second is the example.
    gates[0, 0] = [40, 0, np.arctanh(min(cell, 1 - 1e-12)), 0]
    gates[1, 0] = [logit(i), logit(f), np.arctanh(u), logit(o)]
    states, cells = np.zeros((3, 1, 1)), np.zeros((3, 1, 1))
    ORACLES["lstm"](np.zeros((1, 4)), gates, states, cells, NOTHING)
    agree([cell, new_cell, answer], [*cells[1:, 0, 0], states[2, 0, 0]])


@worked
def lstm_gates(n: Numbers) -> None:
    bias, gate, steps, left, no_bias, half, half_left = n
    agree([gate, half], bent("activate_sigmoid", bias, no_bias))
    agree([left, half_left], bent("activate_sigmoid", bias, no_bias) ** steps)
    assert initial_values("unit_forget", (4,), 0, "bias").tolist() == [0, bias, 0, 0]


def gru_state(before: float, z: float, r: float, from_input: float, from_past: float) -> float:
    """One step of a GRU with one unit from state ``before``."""
    gates = np.zeros((2, 1, 3))
    # As above: the first step makes the state, with an update gate that keeps nothing.
    gates[0, 0] = [-40, 0, np.arctanh(min(before, 1 - 1e-12))]
    gates[1, 0] = [z, r, from_input]
    states, recurrent = np.zeros((3, 1, 1)), array(0, 0, from_past / before).reshape(1, 3)
    scratch = (np.zeros((2, 1, 1)), np.zeros((1, 3)))
    ORACLES["gru"](recurrent, np.zeros(3), gates, states, *scratch, NOTHING)
    return float(states[2, 0, 0])


@worked
def gru(n: Numbers) -> None:
    z, before, candidate, after = n
    agree([after], gru_state(before, logit(z), 0, float(np.arctanh(candidate)), 0))


@worked
def gru_gates(n: Numbers) -> None:
    from_input, from_past, closed, alone, opened, together = n
    for r, told in ((closed, alone), (opened, together)):
        gate = 40 if r else -40
        agree([told], gru_state(0.5, -40, gate, from_input, from_past))


@worked
def return_sequences(n: Numbers) -> None:
    steps, units, whole, last = map(int, n)
    for told, choice in ((whole, True), (last, False)):
        known = LAYERS["lstm"](units=units, return_sequences=choice)
        assert told == math.prod(known.output_shape((steps, 28)))


@worked
def bidirectional(n: Numbers) -> None:
    units, features, counted, twice, outputs = map(int, n)
    inner = LAYERS["lstm"](units=units)
    assert counted == parameters("lstm", (28, features), units=units)
    assert twice == parameters("bidirectional", (28, features), layer=inner)
    assert LAYERS["bidirectional"](layer=inner).output_shape((28, features)) == (outputs,)


@worked
def embedding(n: Numbers) -> None:
    words, width, counted = map(int, n)
    assert counted == parameters("embedding", (5,), input_dim=words, output_dim=width)


@worked
def noise_schedule(n: Numbers) -> None:
    """The example's part of the variance, of both schedules."""
    agree(n[-2:], [kept_share(n[0], name) ** 2 for name in ("linear", "cosine")])
