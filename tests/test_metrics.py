"""Metrics against scikit-learn's, over batches and shards."""

import numpy as np
import pytest
from sklearn import metrics as known

from tests import helpers
from tuidl.training.scores import confusion_of, scores_of

pytestmark = pytest.mark.usefixtures("test_sources")

NAMES = (
    '["accuracy", "top_2_accuracy", "top_3_accuracy", "top_5_accuracy", "precision", "recall", '
    '"f1", "confusion_matrix"]'
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
    ):
        expected = score(true, given, average="macro", zero_division=0)
        assert scores[name] == pytest.approx(expected), name
    for k in (2, 3, 5):
        expected = known.top_k_accuracy_score(true, answers, k=k, labels=range(10))
        assert scores[f"top_{k}_accuracy"] == pytest.approx(expected)
    expected_table = known.confusion_matrix(true, given, labels=range(10))
    np.testing.assert_array_equal(confusion_of(model.program, totals), expected_table)


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
