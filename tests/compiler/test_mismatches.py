"""Networks that build and cannot learn are refused, with the way out."""

import pytest

from tests import helpers
from tuidl.compiler.graph import Graph
from tuidl.core.errors import PresetError

HEAD = """name = "t"
[data]
source = "{data}"
[optimizer]
type = "sgd"
[training]
batch_size = {batch}
[loss]
type = "{loss}"
"""


def build(layers: str, loss: str, data: str = "moons", batch: int = 8, more: str = "") -> Graph:
    return Graph.build(
        helpers.preset(HEAD.format(data=data, batch=batch, loss=loss) + more + layers)
    )


def dense(units: int, activation: str) -> str:
    return f'\n[[layers]]\ntype = "dense"\nunits = {units}\nactivation = "{activation}"\n'


NORM = '\n[[layers]]\ntype = "batch_normalization"\n'


@pytest.mark.parametrize("loss", ["binary_cross_entropy", "mse"])
@pytest.mark.parametrize(
    "layers",
    [
        dense(1, "softmax"),
        dense(1, "softmax") + dense(1, "linear"),
        dense(1, "linear") + '\n[[layers]]\ntype = "softmax"\n',
    ],
)
def test_a_softmax_over_one_unit_is_refused(layers: str, loss: str) -> None:
    data = "moons" if loss != "mse" else "linear"
    with pytest.raises(PresetError, match=r"a softmax over one unit is always 1.*'sigmoid'"):
        build(layers, loss, data)


@pytest.mark.parametrize(
    ("activation", "units", "loss"),
    [
        ("sigmoid", 2, "cross_entropy"),
        ("tanh", 2, "cross_entropy"),
        ("sigmoid", 2, "categorical_cross_entropy"),
        ("tanh", 1, "binary_cross_entropy"),
    ],
)
def test_squashed_answers_are_no_logits(activation: str, units: int, loss: str) -> None:
    layers = dense(units, activation)
    with pytest.raises(PresetError, match=rf"loss\.type: .* but the network ends in {activation}"):
        build(layers, loss)
    with pytest.raises(PresetError, match="ends in"):
        build(layers + '\n[[layers]]\ntype = "flatten"\n', loss)
    assert build(layers, loss, more="from_logits = true\n").nodes


@pytest.mark.parametrize(
    ("activation", "units", "loss"),
    [("softmax", 2, "cross_entropy"), ("linear", 2, "cross_entropy"), ("relu", 2, "cross_entropy"),
     ("sigmoid", 1, "binary_cross_entropy")],
)  # fmt: skip
def test_what_fits_is_built(activation: str, units: int, loss: str) -> None:
    assert build(dense(units, activation), loss).nodes


def test_moments_of_one_example_are_refused() -> None:
    layers = dense(4, "relu") + NORM + dense(1, "sigmoid")
    with pytest.raises(PresetError, match=r"training\.batch_size: 1: 'batch_normalization_1'"):
        build(layers, "binary_cross_entropy", batch=1)
    assert build(layers, "binary_cross_entropy", batch=2).nodes


def test_the_pixels_of_one_picture_have_moments() -> None:
    layers = NORM + '\n[[layers]]\ntype = "flatten"\n' + dense(10, "softmax")
    assert build(layers, "cross_entropy", data="digits", batch=1).nodes


def test_a_trained_run_that_would_be_refused_now_still_loads() -> None:
    text = HEAD.format(data="moons", batch=1, loss="binary_cross_entropy") + dense(1, "tanh")
    spec = helpers.preset(text).spec()
    assert Graph.build(type(helpers.preset(text)).parse(text, examples=spec)).nodes
