"""Metrics look at what ``predict`` answers, whichever part of the network is left to the loss."""

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pytest
from sklearn import metrics as known

from tests import helpers
from tuidl.backends.base import BatchPlan, StepChunk
from tuidl.compiler.graph import Graph
from tuidl.core.errors import PresetError
from tuidl.model.model import Model
from tuidl.nn.layers.activations import ACTIVATIONS
from tuidl.tasks.choice import task_of
from tuidl.training.scores import confusion_of, scores_of

pytestmark = pytest.mark.usefixtures("test_sources")

NUMBERS = ("mae", "rmse", "r2")
TWO_CLASSES = ("accuracy", "precision", "recall", "f1", "confusion_matrix")
CLASSES = ("accuracy", "top_2_accuracy", "precision", "recall", "f1", "confusion_matrix")
SOFT = 'type = "binary_cross_entropy"'
ONE_OF_MANY = 'type = "categorical_cross_entropy"'


@dataclass(frozen=True)
class Kind:
    """A loss on a source of examples, and the metrics that fit."""

    loss: str
    source: str
    metrics: tuple[str, ...]

    @property
    def is_one_unit(self) -> bool:
        return self.source == "linear" or (self.source == "pairs" and self.loss == SOFT)

    def __str__(self) -> str:
        return f"{self.loss.split(chr(34))[1]}-{self.source}"


KINDS = [
    *(Kind(f'type = "{name}"', "linear", NUMBERS) for name in ("mse", "mae", "huber")),
    *(Kind(f'type = "{name}"', "shares", NUMBERS) for name in ("mse", "mae", "huber")),
    Kind(SOFT, "linear", NUMBERS),
    Kind(SOFT, "shares", NUMBERS),
    Kind(SOFT, "pairs", TWO_CLASSES),
    Kind('type = "cross_entropy"', "pairs", TWO_CLASSES),
    Kind('type = "cross_entropy"', "digits", (*CLASSES, "top_3_accuracy", "top_5_accuracy")),
    Kind(ONE_OF_MANY, "pairs", TWO_CLASSES),
    Kind(ONE_OF_MANY, "digits", CLASSES),
    Kind(ONE_OF_MANY, "shares", CLASSES),
]
ENDS = {
    "linear": '{type = "dense"}',
    **{name: f'{{type = "dense", activation = "{name}"}}' for name in ACTIVATIONS},
    "sigmoid layer": '{type = "dense"}, {type = "sigmoid"}',
    "softmax layer": '{type = "dense"}, {type = "softmax"}',
    "sigmoid, flattened": '{type = "dense"}, {type = "sigmoid"}, {type = "flatten"}',
    "sigmoid, then linear": '{type = "dense", activation = "sigmoid"}, {type = "linear"}',
}
"""How the network ends."""
SAYS = ("", ", from_logits = true", ", from_logits = false", ", label_smoothing = 0.2")


def _preset(kind: Kind, end: str, says: str) -> str:
    first = '{type = "flatten"}, ' if kind.source == "digits" else ""
    return f"""
        name = "answers"
        data = {{source = "{kind.source}"}}
        layers = [{first}{ENDS[end]}]
        loss = {{{kind.loss}{says}}}
        optimizer = {{type = "sgd"}}
        training = {{metrics = {list(kind.metrics)}}}
    """


def _fits(kind: Kind, end: str, says: str) -> bool:
    if says and "cross_entropy" not in kind.loss:
        return False
    try:
        Graph.build(helpers.preset(_preset(kind, end, says)))
    except PresetError:  # such as probabilities where logits are announced
        return False
    return True


def _data(model: Model, count: int) -> tuple[np.ndarray, np.ndarray]:
    x, y = helpers.examples(model, count, seed=3)
    if not model.program.graph.spec.classes:
        y = np.exp(y) / np.exp(y).sum(axis=1, keepdims=True) if y.shape[1] > 1 else y % 1
    return x, y.astype(np.float32)


def _totals_of_training(model: Model, feed: Any) -> np.ndarray:
    """Sums that steps of training make on the side, without updates."""
    batches = BatchPlan.of(model.program.train, model.program.batch, len(feed))
    slots = sum(size for _, size in model.program.statistics.values())
    steps = batches.steps(len(feed))
    stretch = StepChunk(0, np.zeros(steps), np.zeros(slots), np.zeros(steps), updates=False)
    assert model.engine.run(batches, feed, stretch) == steps
    return stretch.totals


def _classes(model: Model, answers: np.ndarray) -> np.ndarray:
    if answers.shape[1] == 1:
        return (answers[:, 0] > (0.5 if model.program.graph.is_closed else 0)).astype(int)
    return np.asarray(answers.argmax(axis=1))


def _in_top(answers: np.ndarray, true: np.ndarray, k: int) -> float:
    first = np.argsort(-answers, axis=1, kind="stable")[:, :k]
    return float((first == true[:, None]).any(axis=1).mean())


def _expected(model: Model, x: np.ndarray, y: np.ndarray) -> dict[str, float]:
    answers, graph = model.predict(x), model.program.graph
    if not model.preset.loss.classifies(graph.spec):
        wide = task_of(model.preset).decode(answers, graph.is_closed)  # labels: probabilities
        return {
            "mae": known.mean_absolute_error(y, wide),
            "rmse": known.mean_squared_error(y, wide) ** 0.5,
            "r2": known.r2_score(y, wide),
        }
    true = y[:, 0].astype(int) if model.program.graph.spec.classes else y.argmax(axis=1)
    given, two = _classes(model, answers), max(answers.shape[1], 2) == 2
    options = {"average": "binary" if two else "macro", "zero_division": 0}
    return {
        "accuracy": known.accuracy_score(true, given),
        "precision": known.precision_score(true, given, **options),
        "recall": known.recall_score(true, given, **options),
        "f1": known.f1_score(true, given, **options),
        **{f"top_{k}_accuracy": _in_top(answers, true, k) for k in (2, 3, 5)},
    }


@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize("end", ENDS)
def test_every_metric_of_every_loss_and_end_is_that_of_the_answers(kind: Kind, end: str) -> None:
    """Also where weights are so large that probabilities are 0, 1 and equal."""
    fitting = [says for says in SAYS if _fits(kind, end, says)]
    is_constant = end == "softmax" and kind.is_one_unit  # refused
    if end in ("linear", "sigmoid", "softmax", "tanh"):
        assert bool(fitting) != is_constant, "nothing was tried"
    for says, size in product(fitting, (1, 300)):
        model = helpers.model(_preset(kind, end, says), batch=16)
        for values in model.parameters.values():
            values *= size
        x, y = _data(model, 60)
        feed, expected = model.feed(x, y), _expected(model, x, y)
        model.require_prepared()
        for totals in (model.evaluate(feed), _totals_of_training(model, feed)):
            assert totals is not None
            scores = scores_of(model.program, totals, feed)
            for name in (name for name in kind.metrics if name != "confusion_matrix"):
                assert scores[name] == pytest.approx(expected[name], rel=1e-5), (says, size, name)
            if "confusion_matrix" in kind.metrics:
                table = np.array(confusion_of(model.program, totals))
                assert np.trace(table) == round(60 * expected["accuracy"])


def test_the_answers_of_metrics_change_no_gradient() -> None:
    """Training reads logits, whatever metrics look at."""
    kind = KINDS[7]
    text = _preset(kind, "sigmoid", "")
    with_metrics = helpers.model(text, batch=16)
    without = helpers.model(text, "training.metrics=[]", batch=16)
    x, y = _data(with_metrics, 40)
    (loss, gradients), (other, others) = (
        model.loss_and_gradients(x, y) for model in (with_metrics, without)
    )
    assert loss == other
    assert all(np.array_equal(gradients[name], others[name]) for name in gradients)


@pytest.mark.parametrize("backend", ["cpu", "numpy"])
def test_mae_is_of_probabilities_where_a_sigmoid_belongs_to_the_loss(backend: str) -> None:
    """A logit of 3 against a target of 1: 0.05 apart as probabilities, 2 as logits."""
    model = helpers.model(_preset(KINDS[6], "sigmoid", ""), batch=4, backend=backend)
    model.parameters["dense_1.kernel"][...] = 0
    model.parameters["dense_1.bias"][...] = 3
    feed = model.feed(np.zeros((4, 1)), np.ones((4, 1)))
    totals = model.evaluate(feed)
    assert totals is not None
    mae = scores_of(model.program, totals, feed)["mae"]
    assert mae == pytest.approx(1 - 1 / (1 + np.exp(-3)), rel=1e-6)
