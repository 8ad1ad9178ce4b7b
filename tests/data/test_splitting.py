"""How examples are parted, folded and scaled."""

import numpy as np
import pytest
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from tests import helpers
from tuidl.core.errors import DataError, PresetError
from tuidl.data import SOURCES, Split
from tuidl.data.dataset import Examples, Whole
from tuidl.data.scaling import Scaling
from tuidl.data.splitting import balanced

SCALERS = {"standard": StandardScaler, "min_max": MinMaxScaler}


def sizes(split: Split) -> list[int]:
    return [len(part) for part in (split.train, split.validation, split.test)]


def test_folds_hold_every_example_out_once() -> None:
    source = SOURCES["linear"](points=103, test=0.1)
    splits = list(source.folds(4))
    for split in splits:
        together = np.concatenate([split.train.x, split.validation.x, split.test.x])
        assert len(np.unique(together)) == 103
        np.testing.assert_array_equal(split.test.x, splits[0].test.x)
    held_out = np.concatenate([split.validation.x for split in splits])
    assert len(np.unique(held_out)) == len(held_out) == 93
    assert {len(split.validation) for split in splits} == {23, 24}


def test_folds_test_on_what_the_split_tests_on() -> None:
    source = SOURCES["digits"](test=0.2, seed=5)
    np.testing.assert_array_equal(source.folds(3)[1].test.x, source.split().test.x)


def test_folds_keep_the_shares_of_classes() -> None:
    counts = [
        np.bincount(split.validation.y[:, 0].astype(int)) for split in SOURCES["digits"]().folds(5)
    ]
    assert np.ptp(counts, axis=0).max() <= 1


def test_folds_in_time_are_blocks() -> None:
    source = SOURCES["sine"](points=205, window=5, test=0.25)
    series = source.load().y[:150, 0]
    splits = source.folds(3)
    np.testing.assert_array_equal(np.concatenate([s.validation.y[:, 0] for s in splits]), series)
    np.testing.assert_array_equal(splits[0].train.y[:, 0], series[50:])


def test_folds_are_decided_by_the_seed() -> None:
    first, again, other = (SOURCES["digits"](seed=seed).folds(3)[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.validation.x, again.validation.x)
    assert not np.array_equal(first.validation.x, other.validation.x)


@pytest.mark.parametrize(("k", "most"), [(1, 90), (91, 90)])
def test_folds_that_cannot_be_had_are_refused(k: int, most: int) -> None:
    with pytest.raises(DataError, match=f"^{k} folds: there are 90 .* expected 2 to {most} folds"):
        SOURCES["linear"](test=0.1).folds(k)
    with pytest.raises(DataError, match="the smallest class has 174 examples"):
        SOURCES["digits"]().folds(175)


def test_more_parts_than_everything_are_refused_by_the_source() -> None:
    with pytest.raises(PresetError, match=r"data\.validation: .*leave nothing to train on"):
        helpers.preset(helpers.LINE, "data.validation=0.6", "data.test=0.4")


@pytest.mark.parametrize("kind", SCALERS)
def test_scales_are_those_of_scikit_learn_and_of_the_training_part(kind: str) -> None:
    plain, scaled = (SOURCES["digits"](test=0.2, normalize=n).split() for n in ("none", kind))
    flat = plain.train.x.reshape(-1, 1)  # one channel
    known = SCALERS[kind]().fit(flat.astype(np.float64))
    for part in ("train", "validation", "test"):
        before, after = getattr(plain, part), getattr(scaled, part)
        expected = known.transform(before.x.reshape(-1, 1).astype(np.float64))
        np.testing.assert_allclose(after.x.reshape(-1, 1), expected, rtol=1e-6, atol=1e-6)
        np.testing.assert_array_equal(after.y, before.y)
    assert scaled.inputs is not None
    np.testing.assert_allclose(scaled.inputs.apply(plain.test.x), scaled.test.x)


@pytest.mark.parametrize("kind", SCALERS)
def test_every_feature_has_its_own_scale(kind: str) -> None:
    random = np.random.default_rng(0)
    table = random.standard_normal((9000, 4)) * [1, 1e6, 1e-6, 0] + [0, 3e7, 5, 0.1]
    values = table.astype(np.float32)
    scaling = Scaling.fitted(values, kind)
    expected = SCALERS[kind]().fit_transform(values.astype(np.float64))
    np.testing.assert_allclose(scaling.apply(values)[:, :3], expected[:, :3], atol=1e-5)
    np.testing.assert_array_equal(scaling.apply(values)[:, 3], 0)


def test_folds_are_scaled_each_by_its_own_training_part() -> None:
    for split in SOURCES["sine"](points=300, window=4, noise=0.5, normalize="min_max").folds(4):
        assert (split.train.x.min(), split.train.x.max()) == (0, 1)


def test_a_held_out_value_beyond_all_bounds_is_refused() -> None:
    values = np.array([[0.0], [1e-30]], np.float32)
    examples = Examples(np.concatenate([values, [[3e38]]]), np.zeros((3, 1)))
    parts = np.arange(2), np.arange(2, 3), np.arange(0)
    with pytest.raises(DataError, match="not finite"):
        SOURCES["linear"](normalize="min_max").prepared(Whole(examples), parts)


def test_balanced_takes_as_many_of_each_class_as_there_are() -> None:
    labels = np.repeat([0.0, 1.0, 2.0], [50, 3, 20])
    candidates = np.arange(len(labels))
    for count, expected in ((9, [3, 3, 3]), (20, [9, 3, 8]), (73, [50, 3, 20])):
        chosen = balanced(candidates, labels, count, seed=1)
        assert len(np.unique(chosen)) == count
        assert np.abs(np.bincount(labels[chosen].astype(int)) - expected).max() <= 1
    some = balanced(candidates, labels, 9, seed=1)
    np.testing.assert_array_equal(some, balanced(candidates, labels, 9, seed=1))
    assert not np.array_equal(some, balanced(candidates, labels, 9, seed=2))
