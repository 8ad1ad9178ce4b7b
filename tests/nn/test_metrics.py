"""Metrics against scikit-learn's, over batches and shards."""

import numpy as np
import pytest
from sklearn import metrics as known

from tests import helpers
from tuidl.backends.base import ArrayDataset
from tuidl.kernels import KERNELS
from tuidl.nn.metrics import METRICS, Sums
from tuidl.training.evaluation import evaluate
from tuidl.training.interruption import Interrupter
from tuidl.training.scores import confusion_of, scores_of

pytestmark = pytest.mark.usefixtures("test_sources")

NAMES = (
    '["accuracy", "top_2_accuracy", "top_3_accuracy", "top_5_accuracy", "precision", "recall", '
    '"f1", "mean_iou", "confusion_matrix"]'
)


@pytest.mark.parametrize("backend", ["cpu", "numpy"])
def test_of_many_classes(backend: str) -> None:
    model = helpers.model(helpers.CONV, f"training.metrics={NAMES}", backend=backend)
    x, y = helpers.examples(model, 300)
    feed = model.feed(x, y)
    totals = model.evaluate(feed)
    scores = scores_of(model.program, totals, feed)
    answers, true = model.predict(x), y[:, 0]
    given = answers.argmax(axis=1)
    assert scores["accuracy"] == pytest.approx(known.accuracy_score(true, given))
    for name, score in (
        ("precision", known.precision_score),
        ("recall", known.recall_score),
        ("f1", known.f1_score),
        ("mean_iou", known.jaccard_score),
    ):
        expected = score(true, given, average="macro", zero_division=0)
        assert scores[name] == pytest.approx(expected), name
    for k in (2, 3, 5):
        expected = known.top_k_accuracy_score(true, answers, k=k, labels=range(10))
        assert scores[f"top_{k}_accuracy"] == pytest.approx(expected)
    expected_table = known.confusion_matrix(true, given, labels=range(10))
    np.testing.assert_array_equal(confusion_of(model.program, totals), expected_table)


@pytest.mark.parametrize("classes", [2, 3, 9])
def test_mean_iou_is_the_macro_jaccard_score(classes: int) -> None:
    random = np.random.default_rng(classes)
    for size in (1, 7, 400):
        true, given = random.integers(0, classes, (2, size))
        table = known.confusion_matrix(true, given, labels=range(classes))
        score = known.jaccard_score(true, given, average="macro", zero_division=0)
        found = finish("mean_iou", _sums(list(table.reshape(-1)), size, []))
        assert found == pytest.approx(score, abs=1e-12)


@pytest.mark.parametrize("loss", ["binary_cross_entropy", "cross_entropy"])
def test_of_two_classes(loss: str) -> None:
    text = f"""
        name = "two classes"
        data = {{source = "pairs"}}
        layers = [{{type = "dense", units = 6, activation = "tanh"}}, {{type = "dense"}}]
        loss = {{type = "{loss}"}}
        optimizer = {{type = "sgd"}}
        training = {{metrics = ["accuracy", "precision", "recall", "f1", "confusion_matrix"]}}
    """
    model = helpers.model(text)
    x, y = helpers.examples(model, 100)
    feed = model.feed(x, y)
    totals = model.evaluate(feed)
    scores = scores_of(model.program, totals, feed)
    answers, true = model.predict(x), y[:, 0]
    given = answers[:, 0] > 0 if answers.shape[1] == 1 else answers.argmax(axis=1)
    assert scores["accuracy"] == pytest.approx(known.accuracy_score(true, given))
    assert scores["precision"] == pytest.approx(known.precision_score(true, given))
    assert scores["recall"] == pytest.approx(known.recall_score(true, given))
    assert scores["f1"] == pytest.approx(known.f1_score(true, given))
    np.testing.assert_array_equal(
        confusion_of(model.program, totals), known.confusion_matrix(true, given)
    )


def test_of_targets_that_are_shares_of_classes() -> None:
    text = """
        name = "shares"
        data = {source = "shares"}
        layers = [{type = "dense"}]
        loss = {type = "categorical_cross_entropy"}
        optimizer = {type = "sgd"}
        training = {metrics = ["accuracy"]}
    """
    model = helpers.model(text)
    x, y = helpers.examples(model, 50)
    feed = model.feed(x, y)
    scores = scores_of(model.program, model.evaluate(feed), feed)
    expected = (model.predict(x).argmax(axis=1) == y.argmax(axis=1)).mean()
    assert scores["accuracy"] == pytest.approx(expected)


def _sums(values: list[float], examples: int, spread: list[float]) -> Sums:
    return Sums(np.array(values, float), examples, np.array(spread, float))


def _r2(y: np.ndarray, answers: np.ndarray) -> float:
    """As an evaluation has it: a kernel's sums, and what the targets alone say."""
    errors = np.zeros(y.shape[1])
    KERNELS["sum_squared_error"].function(answers, y, errors)
    feed = ArrayDataset(np.zeros((len(y), 1)), y, np.arange(len(y)))
    return finish("r2", _sums(list(errors), len(y), list(feed.total_squares)))


def finish(name: str, sums: Sums) -> float:
    metric = METRICS[name]
    assert metric.finish is not None
    return metric.finish(sums)


def test_r2_of_several_outputs_is_the_mean_over_them() -> None:
    random = np.random.default_rng(0)
    y = random.standard_normal((50, 3)) * [1, 100, 0.01]
    answers = y + random.standard_normal((50, 3)) * [0.5, 3, 0.02]
    assert _r2(y, answers) == pytest.approx(known.r2_score(y, answers))
    pooled = known.r2_score(y, answers, multioutput="variance_weighted")
    assert _r2(y, answers) != pytest.approx(pooled, abs=0.01)


@pytest.mark.parametrize("off", [0.0, 1e-3, 5.0])
def test_r2_of_constant_targets_is_1_where_all_is_right_and_else_0(off: float) -> None:
    y = np.full((7, 1), 0.125)
    assert _r2(y, y + off) == known.r2_score(y, y + off) == float(off == 0)
    mixed = np.stack([y[:, 0], np.arange(7.0)], axis=1)
    assert _r2(mixed, mixed + off) == pytest.approx(known.r2_score(mixed, mixed + off))


def test_r2_of_constant_targets_far_from_0_is_not_rounding() -> None:
    y = np.full((999, 1), 0.1)  # whose mean is not 0.1
    assert _r2(y, y) == 1.0
    assert _r2(y, y + 0.5) == 0.0


@pytest.mark.filterwarnings("ignore:R.2 score is not well-defined")
def test_r2_of_a_single_example_is_none() -> None:
    y = np.ones((1, 1))
    assert np.isnan(_r2(y, y))
    assert np.isnan(known.r2_score(y, y))


@pytest.mark.parametrize("name", ["precision", "recall", "f1"])
@pytest.mark.parametrize(
    ("true", "given"),
    [
        ([0, 1, 2, 2], [0, 1, 2, 2]),  # class 3 occurs nowhere
        ([0, 0, 2, 2], [0, 2, 2, 2]),  # nor does 1
        ([0, 0, 0, 0], [3, 3, 3, 3]),  # one has no answers, one no targets
        ([1, 1, 1, 1], [1, 1, 1, 1]),
        ([0, 1, 2, 3], [1, 2, 3, 0]),
    ],
)
def test_macro_scores_are_means_over_the_classes_that_occur(
    name: str, true: list[int], given: list[int]
) -> None:
    table = known.confusion_matrix(true, given, labels=range(4))
    score = getattr(known, f"{name}_score")(true, given, average="macro", zero_division=0)
    assert finish(name, _sums(list(table.reshape(-1)), 4, [])) == pytest.approx(score)


@pytest.mark.parametrize("name", ["precision", "recall", "f1"])
@pytest.mark.parametrize(("true", "given"), [([0, 0], [0, 0]), ([1, 1], [0, 0]), ([0, 1], [1, 1])])
def test_of_two_classes_an_absent_second_one_has_0(
    name: str, true: list[int], given: list[int]
) -> None:
    table = known.confusion_matrix(true, given, labels=range(2))
    score = getattr(known, f"{name}_score")(true, given, zero_division=0)
    assert finish(name, _sums(list(table.reshape(-1)), 2, [])) == score


def test_of_equal_scores_the_class_with_the_lowest_number_comes_first() -> None:
    """As argmax has it. In scikit-learn's top k the highest one does."""
    scores, count = np.zeros((5, 5)), np.zeros(1)
    label = np.arange(5.0)
    for k in (1, 2, 3):
        KERNELS["count_in_top"].function(scores, label, count, k)
        assert count[0] == k  # the first k classes
    KERNELS["count_correct"].function(scores, label, count, 0.0)
    assert count[0] == (scores.argmax(axis=1) == label).sum() == 1
    partly = np.array([[1.0, 3.0, 3.0, 3.0, 0.0]])
    for right, found in ((1, True), (2, True), (3, False)):
        KERNELS["count_in_top"].function(partly, np.array([float(right)]), count, 2)
        assert bool(count[0]) == found


@pytest.mark.parametrize("threshold", [0.0, 0.5])
def test_a_single_score_at_the_threshold_stands_for_the_first_class(threshold: float) -> None:
    scores, count = np.full((1, 1), threshold), np.zeros(1)
    KERNELS["count_correct"].function(scores, np.zeros(1), count, threshold)
    assert count[0] == 1


def test_an_empty_part_has_no_scores() -> None:
    text = helpers.CONV.replace("validation = 0.1\ntest = 0.1", "validation = 0\ntest = 0")
    model = helpers.model(text)
    feed = model.feed(np.zeros((0, 8, 8, 1)), np.zeros((0, 1)))
    found = evaluate(model, feed, Interrupter())
    assert (found.scores, found.confusion, found.was_stopped) == (None, None, False)
