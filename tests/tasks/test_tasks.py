"""Tasks: which one, what outputs mean, and the picture that always comes."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests import helpers
from tests.tasks.cases import CASES, LABELS, SHARES, X
from tuidl.charts.palette import DEFAULT
from tuidl.data.spec import ExampleSpec
from tuidl.inference.predictions import predict_file
from tuidl.model.model import Model
from tuidl.nn.losses.classification import BinaryCrossEntropy, CategoricalCrossEntropy, CrossEntropy
from tuidl.nn.losses.regression import Huber, MeanSquaredError
from tuidl.nn.metrics import METRICS
from tuidl.preset.library import load_preset
from tuidl.protocol.commands import Probe
from tuidl.tasks.choice import task_for, task_of
from tuidl.tasks.classification import Classification
from tuidl.tasks.decoding import decode
from tuidl.tasks.forecast import Forecast
from tuidl.tasks.multi_label import MultiLabel
from tuidl.tasks.regression import Regression
from tuidl.tasks.soft_targets import SoftTargets
from tuidl.training.trainer import Trainer
from tuidl.tui.widgets.picture import picture_of
from tuidl.worker.probes.answer import answer

NAMED = ExampleSpec((4,), 3, ("a", "b", "c"))
PLAIN = ExampleSpec((4,), 3)


def trained(name: str, folder: Path) -> Trainer:
    trainer = Trainer(CASES[name].preset(folder))
    list(trainer.run())
    return trainer


def test_data_and_loss_choose_the_task() -> None:
    assert type(task_for(NAMED, CrossEntropy())) is Classification
    assert type(task_for(NAMED, CategoricalCrossEntropy())) is Classification
    assert type(task_for(PLAIN, CategoricalCrossEntropy())) is SoftTargets
    assert type(task_for(PLAIN, BinaryCrossEntropy())) is MultiLabel
    assert type(task_for(PLAIN, Huber())) is Regression
    assert type(task_of(load_preset("gru_sine"))) is Forecast
    assert type(task_of(load_preset("linear_regression_gd"))) is Regression
    assert type(task_of(load_preset("logistic_regression"))) is Classification


@pytest.mark.parametrize(
    ("answer_kind", "outputs", "expected"),
    [
        ("scores", [0.0, 0.0], [0.5, 0.5]),
        ("scores", [1000.0, 0.0], [1.0, 0.0]),
        ("probabilities", [0.25, 0.75], [0.25, 0.75]),
        ("score", [0.0], [0.5, 0.5]),
        ("score", [-1000.0], [1.0, 0.0]),
        ("probability", [0.2], [0.8, 0.2]),
        ("label_scores", [0.0, 1000.0, -1000.0], [0.5, 1.0, 0.0]),
        ("labels", [0.3, 0.9], [0.3, 0.9]),
        ("numbers", [-3.0, 7.0], [-3.0, 7.0]),
    ],
)
def test_outputs_are_decoded_along_the_last_axis(
    answer_kind: str, outputs: list[float], expected: list[float]
) -> None:
    found = decode(answer_kind, np.array([outputs], np.float32))
    np.testing.assert_allclose(found, [expected], atol=1e-6)
    steps = decode(answer_kind, np.array([[outputs, outputs]], np.float32))
    np.testing.assert_allclose(steps, [[expected, expected]], atol=1e-6)


@pytest.mark.parametrize(
    ("spec", "loss", "fitting"),
    [
        (NAMED, CrossEntropy(), "accuracy"),
        (PLAIN, CategoricalCrossEntropy(), "accuracy"),
        (PLAIN, BinaryCrossEntropy(), "mae"),
        (PLAIN, MeanSquaredError(), "r2"),
    ],
)
def test_metrics_fit_a_task_or_say_why_not(spec: ExampleSpec, loss: object, fitting: str) -> None:
    task = task_for(spec, loss)
    assert not task.metric_problem(METRICS[fitting])
    wrong = [m for m in METRICS.values() if m.of_classes != METRICS[fitting].of_classes]
    assert all("does not fit" in task.metric_problem(metric) for metric in wrong)
    assert (task.metric_problem(METRICS["top_5_accuracy"]) != "") is True


@pytest.mark.parametrize("name", CASES)
def test_the_picture_always_comes_and_can_be_drawn(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    trainer = trained(name, tmp_path)
    picture = task_of(trainer.state.preset).picture
    assert picture.probe == case.probe
    for options in (picture.options, picture.fine):
        found = answer(trainer.state, Probe(id=1, kind=picture.probe, options=dict(options)))
        assert found.error is None
        assert type(found.answer).__name__ == case.answer
        if case.answer != "Predictions":
            lines = picture_of(found.answer, DEFAULT, 60, 14, True)
            assert len(lines) == 14
            assert any(line.plain.strip() for line in lines)


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith(("label", "share"))])
def test_what_is_plotted_and_predicted_are_probabilities(name: str, tmp_path: Path) -> None:
    trainer = trained(name, tmp_path)
    state = trainer.state
    for values in state.model.parameters.values():
        values *= 6  # logits far beyond 1
    found = answer(state, Probe(id=1, kind="values")).answer
    assert min(found.predicted) >= 0
    assert max(found.predicted) <= 1
    assert len(found.true) == len(found.predicted) == 3 * len(state.held_out["validation"])
    walk = answer(state, Probe(id=1, kind="walk", options={"examples": 16})).answer
    assert 0 <= np.min(walk.predicted) <= np.max(walk.predicted) <= 1
    assert np.mean(walk.losses) == pytest.approx(walk.loss, rel=2e-3)
    parameters = dict(state.model.parameters)
    told = predict_file(state.preset, parameters, tmp_path / "examples.npz", key="x")
    shares = [list(record["probabilities"].values()) for record in told.records]
    assert 0 <= np.min(shares) <= np.max(shares) <= 1
    if name.startswith("share"):
        np.testing.assert_allclose(np.sum(shares, axis=1), 1)
    else:
        for record in told.records:
            likely = [label for label, p in record["probabilities"].items() if p >= 0.5]
            assert record["labels"] == likely
    assert len(told.table()) == len(told.records) + 1
    json.dumps(told.records)


def test_labels_as_logits_are_those_of_the_closed_network(tmp_path: Path) -> None:
    """The same weights, with and without the sigmoid at the end."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    logits = Model(CASES["labels as logits"].preset(tmp_path / "a"), batch=8)
    closed = Model(CASES["labels as probabilities"].preset(tmp_path / "b"), batch=8)
    helpers.copy_parameters(logits, closed)
    task = task_of(logits.preset)
    found = task.decode(logits.predict(X), False)
    np.testing.assert_allclose(found, task.decode(closed.predict(X), True), atol=1e-6)


def test_captions_name_what_is_true() -> None:
    assert task_for(NAMED, CrossEntropy()).caption([2.0]) == "c"
    assert task_for(PLAIN, BinaryCrossEntropy()).caption([1.0, 0.0, 1.0]) == "1 3"
    assert task_for(PLAIN, BinaryCrossEntropy()).caption([0.0, 0.0, 0.0]) == "none"
    assert task_for(PLAIN, MeanSquaredError()).caption([0.12345, 2.0, -3.0]) == "0.123 2 -3"


def test_random_targets_are_such_as_the_task_has() -> None:
    random = np.random.default_rng(0)
    assert set(task_for(NAMED, CrossEntropy()).random_targets(random, 99)[:, 0]) == {0, 1, 2}
    soft = task_for(PLAIN, CategoricalCrossEntropy()).random_targets(random, 9)
    np.testing.assert_allclose(soft.sum(axis=1), 1)
    assert set(task_for(PLAIN, BinaryCrossEntropy()).random_targets(random, 9).ravel()) == {0, 1}
    assert task_for(PLAIN, Huber()).random_targets(random, 9).shape == (9, 3)


def test_smoothed_losses_are_not_worked_out() -> None:
    smoothed = task_for(PLAIN, CategoricalCrossEntropy(label_smoothing=0.1))
    assert smoothed.losses(SHARES, SHARES) is None
    assert task_for(PLAIN, BinaryCrossEntropy()).losses(SHARES, LABELS) is not None


@pytest.mark.parametrize("name", ["labels as logits", "labels as probabilities"])
def test_errors_of_labels_are_those_of_their_probabilities(name: str, tmp_path: Path) -> None:
    trainer = Trainer(
        helpers.changed(
            CASES[name].preset(tmp_path),
            training=helpers.changed(CASES[name].preset(tmp_path).training, metrics=("mae",)),
        )
    )
    ended = list(trainer.run())[-1]
    state = trainer.state
    feed = state.held_out["validation"]
    task = task_of(state.preset)
    found = task.decode(state.model.predict(feed.x), state.program.graph.is_closed)
    assert ended.validation["mae"] == pytest.approx(np.abs(found - feed.y).mean(), rel=1e-4)
