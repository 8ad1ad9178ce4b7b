"""Scores of small sets that were worked out by hand, and what is not defined."""

import math

import numpy as np
import pytest
from sklearn.metrics import jaccard_score

from tuidl.judging import ranking
from tuidl.judging.calibration import Bins
from tuidl.judging.classes import Classes
from tuidl.judging.counts import confusion
from tuidl.judging.labels import Labels
from tuidl.judging.pairs import chance_of_no_difference, mcnemar, two_sided
from tuidl.judging.places import Masks, Places
from tuidl.judging.regression import Numbers, median
from tuidl.judging.resampling import interval, point, resampled, resamples
from tuidl.judging.thresholds import Thresholds

TRUE = np.array([1, 1, 1, 0, 0, 0, 0, 0])
SHARES = np.array([0.9, 0.8, 0.3, 0.7, 0.2, 0.2, 0.1, 0.0])
TWO = Classes(np.stack([1 - SHARES, SHARES], axis=1), TRUE)


def test_two_classes() -> None:
    scores = point(TWO.scores, 8)
    assert confusion(TRUE, TWO.chosen, 2).tolist() == [[4, 1], [1, 2]]
    assert scores["accuracy"] == 6 / 8
    assert scores["balanced_accuracy"] == pytest.approx((4 / 5 + 2 / 3) / 2)
    assert scores["precision"].tolist() == pytest.approx([4 / 5, 2 / 3])
    assert scores["recall"].tolist() == pytest.approx([4 / 5, 2 / 3])
    assert scores["f1_weighted"] == pytest.approx((5 * 4 / 5 + 3 * 2 / 3) / 8)
    assert scores["matthews"] == pytest.approx((2 * 4 - 1 * 1) / 15)
    assert scores["kappa"] == pytest.approx((6 / 8 - 34 / 64) / (1 - 34 / 64))
    assert scores["brier"] == pytest.approx((0.01 + 0.04 + 0.49 + 0.49 + 0.04 + 0.04 + 0.01) / 8)
    # Of the 15 pairs of a positive and a negative one, 0.3 against 0.7 is the wrong way round.
    assert scores["roc_area"].tolist() == pytest.approx([14 / 15, 14 / 15])
    assert scores["average_precision"][1] == pytest.approx(1 / 3 + 1 / 3 + 1 / 3 * 3 / 4)


def test_a_baseline_knows_frequencies_alone() -> None:
    scores = point(TWO.baseline().scores, 8)
    assert scores["accuracy"] == 5 / 8
    assert scores["roc_area"].tolist() == [0.5, 0.5]
    assert scores["average_precision"].tolist() == pytest.approx([5 / 8, 3 / 8])
    assert scores["log_loss"] == pytest.approx(-(5 * math.log(5 / 8) + 3 * math.log(3 / 8)) / 8)
    assert scores["kappa"] == 0
    assert scores["calibration_error"] == pytest.approx(0)


def test_an_absent_class_has_no_area() -> None:
    shares = np.array([[0.6, 0.3, 0.1], [0.1, 0.8, 0.1]])
    scores = point(Classes(shares, np.array([0, 1])).scores, 2)
    assert np.isnan(scores["roc_area"][2])
    assert scores["roc_area_macro"] == 1
    assert scores["f1_macro"] == 1  # over those that occur
    assert "top_2_accuracy" in scores
    assert "top_3_accuracy" not in scores


def test_curves_of_ties() -> None:
    ranked = ranking.Ranking.of(np.array([0.5, 0.5, 0.2]), np.array([True, False, False]))
    false, true, thresholds = ranking.roc_curve(ranked)
    assert false.tolist() == [0, 0.5, 1]
    assert true.tolist() == [0, 1, 1]
    assert thresholds.tolist() == [math.inf, 0.5, 0.2]


def test_calibration_by_hand() -> None:
    said, happened = np.array([0.1, 0.05, 0.95, 0.85]), np.array([0.0, 1.0, 1.0, 1.0])
    bins = Bins.of(said, happened, np.ones((1, 4)))
    assert bins.count[0].tolist() == [2, 0, 0, 0, 0, 0, 0, 0, 1, 1]
    assert bins.error()[0] == pytest.approx((abs(0.15 - 1) + 0.15 + 0.05) / 4)


def test_thresholds() -> None:
    found = Thresholds.of(SHARES, TRUE == 1, costs=(1, 10))
    assert found.threshold[0] == math.inf
    assert found.cost[0] == 30 / 8
    best = found.best("cost")
    assert found.threshold[best] == 0.3
    assert (found.true_positives[best], found.false_positives[best]) == (3, 1)
    assert found.threshold[found.best("f1")] == 0.3
    assert found.f1[found.best("f1")] == pytest.approx(6 / 7)
    assert found.youden[found.best("youden")] == pytest.approx(1 - 1 / 5)
    assert found.threshold[found.at(0.5)] == 0.7


def test_numbers() -> None:
    predicted, true = np.array([[1.0], [2.0], [4.0], [9.0]]), np.array([[1.0], [3.0], [2.0], [4.0]])
    scores = point(Numbers(predicted, true).scores, 4)
    assert scores["mae"] == 2
    assert scores["rmse"] == pytest.approx(math.sqrt(30 / 4))
    assert scores["median_absolute_error"] == 1.5
    assert scores["max_error"] == 5
    assert scores["mape"] == pytest.approx((1 / 3 + 1 + 5 / 4) / 4)
    assert scores["r2"] == 1 - 30 / 5
    assert scores["explained_variance"] == pytest.approx(1 - (30 - 4 * 1.5**2) / 5)


def test_mape_needs_targets_other_than_zero() -> None:
    scores = point(Numbers(np.ones((2, 1)), np.array([[0.0], [1.0]])).scores, 2)
    assert np.isnan(scores["mape"])


def test_medians_of_counted_values() -> None:
    values = np.array([3.0, 1.0, 2.0])
    assert median(values, np.array([[1.0, 1, 1], [2, 1, 0], [2, 2, 0]])).tolist() == [2, 3, 2]


def test_labels() -> None:
    judged = Labels(np.array([[0.9, 0.2], [0.6, 0.5]]), np.array([[1.0, 0.0], [0.0, 1.0]]))
    scores = point(judged.scores, 2)
    assert scores["exact_match"] == 0.5
    assert scores["hamming_loss"] == 0.25
    assert scores["precision"].tolist() == [0.5, 1]
    assert judged.baseline().shares.tolist() == [[0.5, 0.5], [0.5, 0.5]]


def test_places_that_do_not_count() -> None:
    shares = np.array([[[0.9, 0.1], [0.2, 0.8]], [[0.4, 0.6], [0.7, 0.3]]])
    judged = Places(shares, np.array([[0, 1], [0, 1]]), np.array([[True, True], [True, False]]))
    scores = point(judged.scores, 2)
    assert scores["accuracy"] == pytest.approx(2 / 3)
    assert scores["overlap"].tolist() == [0.5, 0.5]


def test_a_sequence_is_right_where_all_that_counts_is() -> None:
    shares = np.array(
        [[[0.9, 0.1], [0.2, 0.8]], [[0.4, 0.6], [0.7, 0.3]], [[0.6, 0.4], [0.7, 0.3]]]
    )
    true = np.array([[0, 1], [0, 1], [0, 1]])
    counted = np.array([[True, True], [True, False], [True, False]])
    judged = Places(shares, true, counted, is_whole=True)
    assert judged.right.tolist() == [True, False, True]
    assert point(judged.scores, 3)["sequence_accuracy"] == pytest.approx(2 / 3)
    assert judged.baseline().is_whole
    assert "sequence_accuracy" not in point(Places(shares, true, counted).scores, 3)


def test_the_worst_masks_are_those_that_overlap_least() -> None:
    true = np.array([[0, 0, 0, 1], [0, 0, 2, 2], [0, 0, 0, 0]])
    given = np.array([[0, 0, 0, 0], [0, 0, 1, 2], [0, 0, 0, 0]])
    judged = Masks(np.eye(3)[given], true)
    assert judged.overlaps == pytest.approx([(3 / 4 + 0) / 2, (1 + 0 + 1 / 2) / 3, 1.0])
    assert judged.losses == pytest.approx(1 - judged.overlaps)
    whole = jaccard_score(true.ravel(), given.ravel(), average="macro")
    assert judged.main(np.ones((1, 3))) == pytest.approx([whole], abs=1e-12)
    cut = Masks(judged.shares, true, np.array([[True] * 3 + [False], [True] * 4, [False] * 4]))
    assert cut.overlaps[0] == 1
    assert np.isnan(cut.overlaps[2])


def test_resamples_are_seeded_and_keep_groups_together() -> None:
    first, again, other = (np.concatenate(list(resamples(9, 50, seed))) for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()
    assert (first.sum(axis=1) == 9).all()
    groups = np.array([5, 5, 5, 7, 7, 7, 9, 9, 9])
    whole = np.concatenate(list(resamples(9, 50, 1, groups)))
    assert (whole.reshape(50, 3, 3) == whole.reshape(50, 3, 3)[:, :, :1]).all()


def test_the_interval_of_a_share_is_that_of_the_binomial() -> None:
    """400 examples, 80% right: 0.8 +- 1.96 * sqrt(0.8 * 0.2 / 400), to what 4,000 resamples say."""
    right = np.arange(400) % 5 > 0
    values = resampled(lambda w: {"share": w @ right / 400}, 400, 4000, seed=0)["share"]
    low, high = interval(values) or (0, 0)
    assert low == pytest.approx(0.8 - 0.0392, abs=0.003)
    assert high == pytest.approx(0.8 + 0.0392, abs=0.003)


def test_no_interval_where_a_score_is_rarely_defined() -> None:
    assert interval(np.array([1.0, math.nan, math.nan])) is None
    assert interval(np.array([])) is None


def test_mcnemar_by_hand() -> None:
    first = np.array([True] * 9 + [False] * 1 + [True] * 5)
    second = np.array([False] * 9 + [True] * 1 + [True] * 5)
    assert mcnemar(first, second) == (9, 1, pytest.approx(2 * (1 + 10) / 2**10))
    assert two_sided(0, 0) == 1
    assert two_sided(5, 10) == 1
    assert two_sided(0, 2000) == pytest.approx(0, abs=1e-300)


def test_p_of_differences() -> None:
    assert chance_of_no_difference(np.ones(999)) == 2 / 1000
    assert chance_of_no_difference(np.tile([-1.0, 1.0], 500)) == 1
    assert math.isnan(chance_of_no_difference(np.array([math.nan])))
