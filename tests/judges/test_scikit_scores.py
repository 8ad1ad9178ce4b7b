"""Scores, curves and resamples of ``tuidl.judging`` are scikit-learn's, to 1e-9."""

import warnings
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tests.judges.packages import require

require("scikit-learn")

from sklearn import metrics as sk  # noqa: E402
from sklearn.calibration import calibration_curve  # noqa: E402

from tuidl.compiler.nodes import Head  # noqa: E402
from tuidl.data.spec import ExampleSpec  # noqa: E402
from tuidl.judging import ranking  # noqa: E402
from tuidl.judging.classes import Classes  # noqa: E402
from tuidl.judging.counts import confusion  # noqa: E402
from tuidl.judging.labels import Labels  # noqa: E402
from tuidl.judging.places import Places  # noqa: E402
from tuidl.judging.regression import Numbers  # noqa: E402
from tuidl.judging.resampling import point, resamples  # noqa: E402
from tuidl.model.weighing import class_weights  # noqa: E402
from tuidl.nn.losses.classification import CrossEntropy  # noqa: E402

SETS = range(50)
Array = np.ndarray[Any, np.dtype[Any]]


@pytest.fixture(autouse=True)
def _quiet() -> Any:
    """scikit-learn warns where a class is absent, which is what is tried here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def near(ours: Any, theirs: Any) -> None:
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9)


def classified(seed: int, classes: int | None = None) -> Classes:
    """Predictions of 2 to 7 classes: lopsided ones, some absent among the true ones or the given
    ones, some probabilities equal, some 0 and 1."""
    random = np.random.default_rng(seed)
    count = classes or int(random.integers(2, 8))
    n = int(random.integers(5, 300))
    frequencies = random.dirichlet(np.full(count, [0.2, 1.0, 5.0][seed % 3]))
    true = random.choice(count, n, p=frequencies)
    scores = random.normal(size=(n, count)) + 2 * np.eye(count)[true] * random.random()
    if seed % 4 == 0:
        scores = np.round(scores)  # ties
    if seed % 5 == 0:
        scores[:, 0] -= 50  # never given, and a probability of almost 0
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    return Classes(shares / shares.sum(axis=1, keepdims=True), true)


def drawn(n: int, seed: int) -> list[Array]:
    """The examples as they are, and for some sets a resample, which leaves some out."""
    return [np.ones(n), *np.concatenate(list(resamples(n, 1, seed)))][: 2 if seed < 12 else 1]


def scores_of(judged: Any, weights: Array) -> dict[str, Array]:
    return {name: values[0] for name, values in judged.scores(weights[None]).items()}


@pytest.mark.parametrize("seed", SETS)
def test_scores_of_classes(seed: int) -> None:
    judged = classified(seed)
    true, given, labels = judged.true, judged.shares.argmax(axis=1), np.arange(judged.count)
    for w in drawn(len(true), seed):
        ours, more = scores_of(judged, w), {"sample_weight": w}
        kept = w > 0
        near(ours["accuracy"], sk.accuracy_score(true, given, **more))
        near(
            ours["balanced_accuracy"],
            sk.balanced_accuracy_score(true[kept], given[kept], sample_weight=w[kept]),
        )
        near(ours["matthews"], sk.matthews_corrcoef(true, given, **more))
        near(ours["kappa"], sk.cohen_kappa_score(true, given, labels=labels, **more))
        near(ours["log_loss"], sk.log_loss(true, judged.shares, labels=labels, **more))
        near(
            ours["brier"],
            sk.brier_score_loss(true, judged.shares, labels=labels, **more)
            if judged.count > 2
            else sk.brier_score_loss(true, judged.shares[:, 1], labels=labels, pos_label=1, **more),
        )
        for k in (2, 3, 5):
            assert (f"top_{k}_accuracy" in ours) == (k < judged.count)
            if k < judged.count:
                top = sk.top_k_accuracy_score(true, judged.shares, k=k, labels=labels, **more)
                near(ours[f"top_{k}_accuracy"], top)
        by_class = sk.precision_recall_fscore_support(
            true, given, labels=labels, zero_division=0, **more
        )
        for name, values in zip(("precision", "recall", "f1"), by_class, strict=False):
            near(ours[name], values)
        for average in ("macro", "micro", "weighted"):
            theirs = sk.precision_recall_fscore_support(
                true[kept], given[kept], average=average, zero_division=0, sample_weight=w[kept]
            )
            for name, value in zip(("precision", "recall", "f1"), theirs, strict=False):
                near(ours[f"{name}_{average}"], value)


@pytest.mark.parametrize("seed", SETS)
def test_areas_of_classes(seed: int) -> None:
    """A class that is absent, or the only one, has none: scikit-learn warns, and says 0 or NaN."""
    judged = classified(seed)
    for w in drawn(len(judged.true), seed):
        ours = scores_of(judged, w)
        areas, precisions = [], []
        for i in range(judged.count):
            positive, shares = judged.true == i, judged.shares[:, i]
            has = {bool(p) for p in positive[w > 0]}
            if len(has) == 2:
                areas.append(sk.roc_auc_score(positive, shares, sample_weight=w))
                near(ours["roc_area"][i], areas[-1])
            else:
                assert np.isnan(ours["roc_area"][i])
            if True in has:
                precisions.append(sk.average_precision_score(positive, shares, sample_weight=w))
                near(ours["average_precision"][i], precisions[-1])
            else:
                assert np.isnan(ours["average_precision"][i])
        near(ours["average_precision_macro"], np.mean(precisions))
        near(ours["roc_area_macro"], np.mean(areas) if areas else np.nan)
        if len(areas) == judged.count > 2:
            multi = sk.roc_auc_score(judged.true, judged.shares, multi_class="ovr", sample_weight=w)
            near(ours["roc_area_macro"], multi)


@pytest.mark.parametrize("seed", SETS)
def test_curves(seed: int) -> None:
    judged = classified(seed)
    near(
        confusion(judged.true, judged.chosen, judged.count),
        sk.confusion_matrix(judged.true, judged.chosen, labels=np.arange(judged.count)),
    )
    for i in range(judged.count):
        positive, shares = judged.true == i, judged.shares[:, i]
        ranked = ranking.Ranking.of(shares, positive)
        ours = ranking.roc_curve(ranked)
        for mine, theirs in zip(ours, sk.roc_curve(positive, shares, drop_intermediate=False),
                                strict=True):  # fmt: skip
            near(mine, theirs)
        mine = ranking.precision_recall_curve(ranked)
        for own, theirs in zip(mine, sk.precision_recall_curve(positive, shares), strict=True):
            near(own, theirs)


@pytest.mark.parametrize("seed", SETS)
def test_calibration(seed: int) -> None:
    """The curve is scikit-learn's; the error, which it has not, is the curve's weighted by bin."""
    judged = classified(seed, classes=2)
    bins = judged.bins(np.ones((1, len(judged.true))))
    said, happened = (part[0] for part in bins.curve())
    shares, positive = judged.shares[:, 1], judged.true == 1
    theirs = calibration_curve(positive, shares, n_bins=10)
    filled = bins.count[0] > 0
    near(happened[filled], theirs[0])
    near(said[filled], theirs[1])
    error = np.sum(bins.count[0][filled] * np.abs(theirs[0] - theirs[1])) / len(shares)
    near(bins.error()[0], error)


@pytest.mark.parametrize("seed", SETS)
def test_scores_of_numbers(seed: int) -> None:
    random = np.random.default_rng(seed)
    n, outputs = int(random.integers(2, 200)), int(random.integers(1, 4))
    true = random.normal(size=(n, outputs)) * 10.0 ** random.integers(-3, 6)
    predicted = true + random.standard_t(2, size=(n, outputs)) * np.abs(true).mean()
    if seed % 5 == 0:
        true[:, 0] = 3.0  # no spread
    if seed % 10 == 0:
        predicted[:, 0] = 3.0  # and exactly right
    if seed % 7 == 0:
        true += 1.7e9  # spread far from zero
    judged = Numbers(predicted, true)
    for w in drawn(n, seed):
        ours, more, kept = scores_of(judged, w), {"sample_weight": w}, w > 0
        near(ours["mae"], sk.mean_absolute_error(true, predicted, **more))
        near(ours["rmse"], sk.root_mean_squared_error(true, predicted, **more))
        repeated = np.repeat(np.arange(n), w.astype(int))
        near(
            ours["median_absolute_error"],
            sk.median_absolute_error(true[repeated], predicted[repeated]),
        )
        near(ours["mape"], sk.mean_absolute_percentage_error(true, predicted, **more))
        pairs = zip(true[kept].T, predicted[kept].T, strict=True)
        near(ours["max_error"], max(sk.max_error(*pair) for pair in pairs))
        if seed % 7:  # scikit-learn's weighted mean of 1.7e9 loses more than this
            near(ours["r2"], sk.r2_score(true, predicted, **more))
            near(ours["explained_variance"], sk.explained_variance_score(true, predicted, **more))


@pytest.mark.parametrize("seed", SETS)
def test_scores_of_labels(seed: int) -> None:
    random = np.random.default_rng(seed)
    n, count = int(random.integers(3, 200)), int(random.integers(1, 6))
    true = (random.random((n, count)) < random.random(count) ** 2).astype(float)
    shares = np.clip(random.random((n, count)) * 0.7 + 0.3 * true, 0, 1)
    judged = Labels(shares, true)
    given = shares >= 0.5
    ours = point(judged.scores, n)
    near(ours["exact_match"], (given == true).all(axis=1).mean())
    near(ours["hamming_loss"], np.mean(given != true))
    near(ours["log_loss"], np.mean([sk.log_loss(true[:, i], shares[:, i], labels=[0, 1])
                                    for i in range(count)]))  # fmt: skip
    near(ours["brier"], np.mean((shares - true) ** 2))
    if count > 1:
        near(ours["exact_match"], sk.accuracy_score(true, given))
        near(ours["hamming_loss"], sk.hamming_loss(true, given))
        for average in (None, "macro", "micro", "weighted"):
            theirs = sk.precision_recall_fscore_support(
                true, given, average=average, zero_division=0
            )
            for name, value in zip(("precision", "recall", "f1"), theirs, strict=False):
                near(ours[f"{name}_{average}" if average else name], value)
    for i in range(count):
        if 0 < true[:, i].sum() < n:
            near(ours["roc_area"][i], sk.roc_auc_score(true[:, i], shares[:, i]))
            near(ours["average_precision"][i], sk.average_precision_score(true[:, i], shares[:, i]))
        else:
            assert np.isnan(ours["roc_area"][i])


@pytest.mark.parametrize("seed", SETS)
def test_scores_of_places(seed: int) -> None:
    random = np.random.default_rng(seed)
    n, places, count = int(random.integers(2, 40)), 12, int(random.integers(2, 5))
    true = random.choice(count, (n, places), p=random.dirichlet(np.ones(count)))
    shares = random.dirichlet(np.ones(count), (n, places))
    counted = random.random((n, places)) < 0.7
    judged = Places(shares, true, counted if seed % 2 else None)
    kept = judged.valid > 0
    flat, given, probabilities = true[kept], shares.argmax(axis=2)[kept], shares[kept]
    ours, labels = point(judged.scores, n), np.arange(count)
    near(ours["accuracy"], sk.accuracy_score(flat, given))
    near(ours["balanced_accuracy"], sk.balanced_accuracy_score(flat, given))
    near(ours["matthews"], sk.matthews_corrcoef(flat, given))
    near(ours["kappa"], sk.cohen_kappa_score(flat, given, labels=labels))
    near(ours["log_loss"], sk.log_loss(flat, probabilities, labels=labels))
    near(ours["overlap_macro"], sk.jaccard_score(flat, given, average="macro", zero_division=0))
    overlaps = sk.jaccard_score(flat, given, labels=labels, average=None, zero_division=0)
    near(ours["overlap"], overlaps)
    near(ours["f1_macro"], sk.f1_score(flat, given, average="macro", zero_division=0))
    one = np.eye(count)[flat]
    halves = 0.5 if count == 2 else 1.0
    near(ours["brier"], halves * ((probabilities - one) ** 2).sum(axis=1).mean())


@pytest.mark.parametrize("seed", range(5))
def test_balanced_class_weights_are_those_of_scikit_learn(seed: int) -> None:
    from sklearn.utils.class_weight import compute_class_weight

    random = np.random.default_rng(seed)
    y = random.choice(4, 200, p=[0.7, 0.2, 0.07, 0.03]).astype(np.float32)
    y[:4] = range(4)
    names = ("a", "b", "c", "d")
    head = Head(
        "", 0, CrossEntropy(class_weights="balanced"), ExampleSpec((1,), 4, names), weights=1
    )
    graph: Any = SimpleNamespace(heads=(head,))
    theirs = compute_class_weight("balanced", classes=np.arange(4), y=y.astype(int))
    near(class_weights(graph, y[:, None])[""], theirs)
