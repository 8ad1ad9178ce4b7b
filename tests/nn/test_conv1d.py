"""Convolutions along time with groups and gaps: images of height 1, by the same kernels."""

import numpy as np
import pytest

from tests import helpers
from tests.judges.networks import Table, answer
from tuidl.core.errors import PresetError
from tuidl.model.model import Model

TOML = """
name = "series"
data = {{source = "sine", points = 60, window = 12}}
layers = [{{type = "dense", units = 6}}, {layers}, {{type = "flatten", name = "f"}},
          {{type = "dense"}}]
loss = {{type = "mse"}}
optimizer = {{type = "sgd"}}
"""
TWINS = [
    ("groups = 2", 'groups = 2, padding = "valid"'),
    ('groups = 6, padding = "same"', "groups = 6, padding = [0, 1]"),
    ('dilation = 4, padding = "causal"', "dilation = [1, 4], padding = [0, 0, 8, 0]"),
    ("dilation = 2, stride = 3, groups = 3", "dilation = [1, 2], stride = [1, 3], groups = 3"),
    ('groups = 6, stride = 2, padding = "causal"', "groups = 6, stride = [1, 2], "
     "padding = [0, 0, 2, 0]"),
    ('stride = 2, padding = "causal"', "stride = 2, padding = [0, 0, 2, 0]"),
]  # fmt: skip
"""What a conv1d says, and a conv2d over a row of pixels."""


def _model(layers: str, **options: str) -> Model:
    return helpers.model(TOML.format(layers=layers), batch=9, **options)


@pytest.mark.parametrize(("along", "over"), TWINS)
def test_the_bits_are_those_of_an_image_of_height_1(along: str, over: str) -> None:
    sequence = _model(f'{{type = "conv1d", name = "c", filters = 6, {along}}}')
    image = _model(
        '{type = "reshape", shape = [1, 12, 6]}, '
        f'{{type = "conv2d", name = "c", filters = 6, kernel_size = [1, 3], {over}}}'
    )
    for mine, other in zip(sequence.parameters.values(), image.parameters.values(), strict=True):
        mine[...] = np.random.default_rng(mine.size).standard_normal(mine.shape)
        other[...] = mine.reshape(other.shape)
    x, y = helpers.examples(sequence, 9)
    loss, gradients = sequence.loss_and_gradients(x, y)
    expected, others = image.loss_and_gradients(x, y)
    assert loss == expected
    for mine, other in zip(gradients.values(), others.values(), strict=True):
        assert np.any(mine)
        np.testing.assert_array_equal(mine, other.reshape(mine.shape))


def test_no_step_of_a_tcn_sees_what_comes_after_it() -> None:
    """Three layers of two places, 1, 2 and 4 apart, see the last eight steps, and no others."""
    layers: list[Table] = [
        {"type": "conv1d", "name": f"c{gap}", "filters": 6, "kernel_size": 2, "dilation": gap,
         "groups": groups, "padding": "causal"}
        for gap, groups in ((1, 6), (2, 1), (4, 2))
    ]  # fmt: skip
    random = np.random.default_rng(0)
    x = np.repeat(random.standard_normal((1, 12, 6)), 13, axis=0)
    x[range(12), range(12)] += 1
    values = {f"c{gap}.kernel": random.standard_normal((2, 6 // groups, 6))
              for gap, groups in ((1, 6), (2, 1), (4, 2))}  # fmt: skip
    values |= {f"c{gap}.bias": random.standard_normal(6) for gap in (1, 2, 4)}
    *changed, before = answer(layers, x, values)
    for step, after in enumerate(changed):
        seen = np.flatnonzero((before != after).any(axis=1))
        assert seen.tolist() == list(range(step, min(step + 8, 12)))


@pytest.mark.parametrize(
    ("options", "said"),
    [("groups = 4, filters = 8", "groups: expected a number that divides 6 channels and 8 filters, "
      "got 4"),
     ("groups = 3, filters = 4", "groups: expected a number that divides 6 channels and 4 filters, "
      "got 3"),
     ("filters = 2, kernel_size = 13", "a window of 13 does not fit 12 steps"),
     ("filters = 2, kernel_size = 4, dilation = 4", "a window of 13 (4 places, 4 apart) does not "
      "fit 12 steps"),
     ("filters = 2, dilation = 0", "dilation: expected a whole number >= 1"),
     ("filters = 2, groups = 0", "groups: expected a whole number >= 1")],
)  # fmt: skip
def test_what_does_not_fit_is_said(options: str, said: str) -> None:
    with pytest.raises(PresetError) as found:
        _model(f'{{type = "conv1d", {options}}}')
    assert "layers[1]" in str(found.value)
    assert said in str(found.value)


def test_groups_take_fewer_parameters_and_operations() -> None:
    counted = [
        node
        for groups in (1, 6)
        for node in _model(
            f'{{type = "conv1d", filters = 6, groups = {groups}, dilation = 2}}'
        ).program.graph.nodes
        if node.layer.kind() == "conv1d"
    ]
    assert [node.shape for node in counted] == [(8, 6), (8, 6)]
    assert [sum(p.size for p in node.parameters) for node in counted] == [3 * 36 + 6, 3 * 6 + 6]
    assert [n.layer.flops(n.input_shape) for n in counted] == [2 * 8 * 6 * 18, 2 * 8 * 6 * 3]
