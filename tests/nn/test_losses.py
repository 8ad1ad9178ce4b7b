"""Losses: the numbers that tutorials print, and what the field's formulas say."""

import numpy as np
import pytest

from tests import helpers
from tuidl.compiler.graph import Graph
from tuidl.core.errors import PresetError
from tuidl.model.model import Model

pytestmark = pytest.mark.usefixtures("test_sources")


def answer_of(
    data: str, loss: str, answers: list[list[float]], targets: list[list[float]]
) -> float:
    """The loss of a network that answers with its input."""
    width = len(answers[0])
    text = f"""
        name = "identity"
        data = {{{data}}}
        layers = [{{type = "dense", units = {width}}}]
        loss = {{{loss}}}
        optimizer = {{type = "sgd"}}
    """
    model = Model(helpers.preset(text), batch=8, dtype="float64")
    model.parameters["dense_1.kernel"][...] = 0
    total = 0.0
    for answer, target in zip(answers, targets, strict=True):
        model.parameters["dense_1.bias"][...] = answer
        x = np.zeros((1, *model.program.graph.spec.shape))
        total += model.loss_and_gradients(x, [target])[0]
    return total / len(answers)


def test_mean_squared_error_of_the_tutorial() -> None:
    predictions, targets = [1.2, 2.1, 2.9, 4.1, 4.9], [1, 2, 3, 4, 5]
    rows = [[p] for p in predictions], [[t] for t in targets]
    assert answer_of('source = "linear"', 'type = "mse"', *rows) == pytest.approx(0.016)
    assert answer_of('source = "linear"', 'type = "mae"', *rows) == pytest.approx(0.12)


def test_huber_is_half_the_square_near_and_straight_far_off() -> None:
    loss = 'type = "huber", delta = 0.5'
    assert answer_of('source = "linear"', loss, [[0.2]], [[0.0]]) == pytest.approx(0.02)
    far = 0.5 * (3.0 - 0.25)
    assert answer_of('source = "linear"', loss, [[3.0]], [[0.0]]) == pytest.approx(far)


@pytest.mark.parametrize("kind", ["cross_entropy", "categorical_cross_entropy"])
def test_cross_entropy_of_the_tutorial(kind: str) -> None:
    """-ln 0.8 = 0.223 for the target [1, 0] and the probabilities [0.8, 0.2]."""
    logits = [list(np.log([0.8, 0.2]))]
    loss = answer_of('source = "pairs"', f'type = "{kind}"', logits, [[0]])
    assert loss == pytest.approx(-np.log(0.8))


def test_binary_cross_entropy_of_the_tutorial() -> None:
    logit = [[np.log(0.8 / 0.2)]]
    loss = 'type = "binary_cross_entropy"'
    assert answer_of('source = "pairs"', loss, logit, [[1]]) == pytest.approx(-np.log(0.8))
    assert answer_of('source = "pairs"', loss, logit, [[0]]) == pytest.approx(-np.log(0.2))


def test_label_smoothing_spreads_a_share_over_all_classes() -> None:
    logits = np.array([0.3, -1.0])
    log_p = logits - np.log(np.exp(logits).sum())
    expected = -(0.95 * log_p[0] + 0.05 * log_p[1])
    for kind in ("cross_entropy", "categorical_cross_entropy"):
        loss = f'type = "{kind}", label_smoothing = 0.1'
        got = answer_of('source = "pairs"', loss, [list(logits)], [[0]])
        assert got == pytest.approx(expected)


@pytest.mark.parametrize("kind", ["cross_entropy", "categorical_cross_entropy"])
def test_logits_far_apart_do_not_overflow(kind: str) -> None:
    loss = answer_of('source = "pairs"', f'type = "{kind}"', [[5000.0, -5000.0]], [[1]])
    assert loss == pytest.approx(10_000)
    binary = 'type = "binary_cross_entropy"'
    assert answer_of('source = "pairs"', binary, [[5000.0]], [[0]]) == pytest.approx(5000)


def test_a_penalty_is_part_of_the_loss() -> None:
    plain = helpers.model(helpers.LINE, dtype="float64")
    held = helpers.model(helpers.LINE, "layers.0.l2=0.5", "layers.0.l1=0.1", dtype="float64")
    x, y = helpers.examples(plain, 20)
    w = float(plain.parameters["dense_1.kernel"][0, 0])
    difference = held.loss_and_gradients(x, y)[0] - plain.loss_and_gradients(x, y)[0]
    assert difference == pytest.approx(0.5 * w**2 + 0.1 * abs(w))


def test_probabilities_where_logits_are_expected_are_refused() -> None:
    text = helpers.CONV.replace(
        'type = "cross_entropy"', 'type = "cross_entropy"\nfrom_logits = {}'
    )
    with pytest.raises(PresetError, match="told to take logits"):
        Graph.build(helpers.preset(text.format("true")))
    with pytest.raises(PresetError, match="must end in softmax"):
        Graph.build(helpers.preset(text.format("false"), "layers.3.activation='linear'"))
