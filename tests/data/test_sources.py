"""Sources of examples and how they are split."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from tests import helpers
from tuidl.core.errors import DataError
from tuidl.data import SOURCES


def test_digits_are_those_of_scikit_learn() -> None:
    known = load_digits()
    examples = SOURCES["digits"]().load()
    np.testing.assert_array_equal(examples.x.reshape(-1, 64), known.data / 16)
    np.testing.assert_array_equal(examples.y[:, 0], known.target)


def test_linear_is_the_line_of_the_tutorials() -> None:
    examples = SOURCES["linear"](noise=0.0).load()
    assert examples.x.shape == (100, 1)
    assert (examples.x[0, 0], examples.x[-1, 0]) == (-1.0, 1.0)
    np.testing.assert_allclose(examples.y, 2 * examples.x + 1, atol=1e-6)
    noisy = SOURCES["linear"](points=100_000).load()
    assert np.std(noisy.y - 2 * noisy.x - 1) == pytest.approx(0.33, rel=0.02)


def test_sine_windows_are_followed_by_their_target() -> None:
    source = SOURCES["sine"](points=50, window=8, noise=0.0, period=20.0)
    examples = source.load()
    assert examples.x.shape == (42, 8, 1)
    np.testing.assert_array_equal(examples.x[1:, -1, 0], examples.y[:-1, 0])
    series = np.sin(2 * np.pi * np.arange(50) / 20)
    np.testing.assert_allclose(examples.y[:, 0], series[8:], atol=1e-6)


def test_classes_keep_their_shares_in_every_part() -> None:
    split = SOURCES["digits"](validation=0.2, test=0.1).split()
    sizes = [len(part) for part in (split.train, split.validation, split.test)]
    assert sum(sizes) == 1797
    for part, share in ((split.validation, 0.2), (split.test, 0.1)):
        counts = np.bincount(part.y[:, 0].astype(int))
        whole = np.bincount(load_digits().target)
        assert np.abs(counts - share * whole).max() <= 0.5


def test_parts_have_no_example_in_common() -> None:
    split = SOURCES["linear"](validation=0.3, test=0.2).split()
    values = np.concatenate([part.x for part in (split.train, split.validation, split.test)])
    assert len(np.unique(values)) == 100


def test_the_seed_decides_the_split() -> None:
    first, again, other = (SOURCES["digits"](seed=seed).split() for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.validation.x, again.validation.x)
    assert not np.array_equal(first.validation.x, other.validation.x)


def test_time_is_held_out_at_its_end() -> None:
    source = SOURCES["sine"](points=200, window=5, validation=0.1, test=0.2)
    split, whole = source.split(), source.load()
    joined = np.concatenate([split.train.y, split.validation.y, split.test.y])
    np.testing.assert_array_equal(joined, whole.y)


def test_examples_of_the_wrong_shape_are_refused() -> None:
    model = helpers.model(helpers.CONV)
    x, y = helpers.examples(model, 4)
    with pytest.raises(DataError, match=r"x: expected shape \(examples, 8, 8, 1\)"):
        model.loss_and_gradients(x[:, :7], y)
    with pytest.raises(DataError, match=r"y: expected shape"):
        model.loss_and_gradients(x, y[:3])
    with pytest.raises(DataError, match="classes from 0 to 9"):
        model.loss_and_gradients(x, y + 10)


def test_an_empty_training_part_is_refused() -> None:
    from tuidl.training.trainer import Trainer

    with pytest.raises(DataError, match="nothing to train on"):
        Trainer(
            helpers.preset(helpers.LINE, "data.points=2", "data.validation=0.5", "data.test=0.4")
        )
