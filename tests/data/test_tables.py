"""The classic tables and the generated shapes, beside scikit-learn's."""

import numpy as np
import pytest
from sklearn import datasets

from tests import helpers
from tuidl.core.errors import PresetError
from tuidl.data import SOURCES, classics, digits

LOADERS = {
    "iris": datasets.load_iris,
    "wine": datasets.load_wine,
    "breast_cancer": datasets.load_breast_cancer,
    "diabetes": lambda: datasets.load_diabetes(scaled=False),
}


@pytest.mark.parametrize("moved", [False, True], ids=["file", "loader"])
@pytest.mark.parametrize("name", LOADERS)
def test_tables_are_those_of_scikit_learn(
    name: str, moved: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if moved:
        monkeypatch.setattr(classics, "bundled", lambda name: None)
    source, known = SOURCES[name](), LOADERS[name]()
    examples = source.load()
    np.testing.assert_array_equal(examples.x, known.data.astype(np.float32))
    np.testing.assert_array_equal(examples.y[:, 0], known.target.astype(np.float32))
    assert source.spec().classes == tuple(getattr(known, "target_names", ()))
    assert examples.x.shape == (source.count(), *source.spec().shape)


def test_digits_survive_a_move_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = SOURCES["digits"]().load()
    monkeypatch.setattr(digits, "bundled", lambda name: None)
    np.testing.assert_array_equal(SOURCES["digits"]().load().x, expected.x)


def test_targets_are_scaled_when_asked() -> None:
    for options, low, high in (({"normalize": "min_max"}, 0, 1), ({}, None, None)):
        split = SOURCES["diabetes"](normalize_targets=True, **options).split()
        if low is None:
            assert abs(split.train.y.mean()) < 1e-6
            assert split.train.y.std() == pytest.approx(1, rel=1e-5)
            assert split.inputs is None
            continue
        assert (split.train.y.min(), split.train.y.max()) == (low, high)
        assert split.targets is not None
        plain = SOURCES["diabetes"](normalize_targets=False).split()
        np.testing.assert_allclose(split.targets.apply(plain.test.y), split.test.y)
    assert SOURCES["diabetes"](normalize_targets=False).split().targets is None


@pytest.mark.parametrize(
    ("name", "options", "known"),
    [
        ("moons", {}, datasets.make_moons(100, shuffle=False)),
        ("circles", {"factor": 0.3}, datasets.make_circles(100, shuffle=False, factor=0.3)),
    ],
)
def test_outlines_are_those_of_scikit_learn(name: str, options: dict, known: tuple) -> None:
    examples = SOURCES[name](points=100, noise=0.0, **options).load()
    np.testing.assert_allclose(examples.x, known[0], atol=1e-6)
    np.testing.assert_array_equal(examples.y[:, 0], known[1])
    assert SOURCES[name](points=101).spec().classes == ("0", "1")
    assert np.bincount(SOURCES[name](points=101).load().y[:, 0].astype(int)).tolist() == [51, 50]


def test_noise_has_its_deviation() -> None:
    plain, noisy = (SOURCES["moons"](points=50_000, noise=n).load().x for n in (0.0, 0.2))
    assert np.std(noisy - plain) == pytest.approx(0.2, rel=0.02)


def test_blobs_are_clouds_round_their_centres() -> None:
    source = SOURCES["blobs"](points=30_001, classes=4, features=3, deviation=0.5)
    examples = source.load()
    labels = examples.y[:, 0].astype(int)
    assert np.bincount(labels).tolist() == [7501, 7500, 7500, 7500]
    centres = np.array([examples.x[labels == label].mean(axis=0) for label in range(4)])
    theirs, their_labels = datasets.make_blobs(30_001, centers=centres, cluster_std=0.5)
    assert np.abs(centres).max() < 10
    for label in range(4):
        ours, cloud = examples.x[labels == label], theirs[their_labels == label]
        assert ours.shape == cloud.shape
        np.testing.assert_allclose(ours.std(axis=0), cloud.std(axis=0), rtol=0.05)
        np.testing.assert_allclose(ours.mean(axis=0), cloud.mean(axis=0), atol=0.05)


def test_spirals_turn_by_their_class() -> None:
    source = SOURCES["spiral"](points=300, classes=3, noise=0.0, turns=1.5)
    examples = source.load()
    arms = [examples.x[examples.y[:, 0] == label] for label in range(3)]
    assert [len(arm) for arm in arms] == [100] * 3
    np.testing.assert_allclose(np.linalg.norm(arms[1], axis=1), np.linspace(0, 1, 100), atol=1e-6)
    third = np.exp(2j * np.pi / 3)
    as_complex = [arm[:, 0] + 1j * arm[:, 1] for arm in arms]
    np.testing.assert_allclose(as_complex[1], as_complex[0] * third, atol=1e-6)


def test_xor_is_the_four_points_or_clouds() -> None:
    examples = SOURCES["xor"]().load()
    table = {tuple(x): y for x, (y,) in zip(examples.x.tolist(), examples.y, strict=True)}
    assert table == {(0, 0): 0, (1, 1): 0, (0, 1): 1, (1, 0): 1}
    assert len(SOURCES["xor"]().split().train) == 4
    clouds = SOURCES["xor"](points=400, noise=0.1).load()
    assert len(np.unique(np.round(clouds.x), axis=0)) == 4
    expected = np.logical_xor(*np.round(clouds.x).T)
    np.testing.assert_array_equal(clouds.y[:, 0], expected)


MOONS = (1.1012294, 0.0753697)
BLOBS = (8.914085, -8.084349)
SPIRAL = (-0.9572651, 0.0118410)


@pytest.mark.parametrize("name", ["moons", "circles", "blobs", "spiral", "xor"])
def test_shapes_are_decided_by_their_seed(name: str) -> None:
    options = {"points": 60} if name == "blobs" else {"points": 60, "noise": 0.3}
    first, again, other = (SOURCES[name](seed=seed, **options).load() for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.x, again.x)
    assert not np.array_equal(first.x, other.x)
    assert first.x.shape == (60, *SOURCES[name]().spec().shape)


def test_shapes_stay_what_they_are() -> None:
    """Figures of the version that first drew them: presets promise the same points for ever."""
    assert SOURCES["moons"](seed=3).load().x[0] == pytest.approx(MOONS, abs=1e-6)
    assert SOURCES["blobs"](seed=3).load().x[0] == pytest.approx(BLOBS, abs=1e-5)
    assert SOURCES["spiral"](seed=3).load().x[-1] == pytest.approx(SPIRAL, abs=1e-6)


def test_a_column_of_ones_beside_the_line() -> None:
    plain, with_ones = (SOURCES["linear"](ones=ones).load() for ones in (False, True))
    np.testing.assert_array_equal(with_ones.x[:, 0], 1)
    np.testing.assert_array_equal(with_ones.x[:, 1:], plain.x)
    np.testing.assert_array_equal(with_ones.y, plain.y)
    assert SOURCES["linear"](ones=True).spec().shape == (2,)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("{source='spiral', points=5, classes=6}", "data.points: 5 points for 6 classes"),
        ("{source='blobs', points=5, classes=6}", "data.points: 5 points for 6 classes"),
        ("{source='circles', factor=1.0}", "data.factor: expected a number < 1.0, got 1.0"),
        ("{source='iris', noise=1}", "data.noise: unknown key"),
        ("{source='iris', normalize_targets=true}", "data.normalize_targets: unknown key"),
    ],
)
def test_wrong_keys_are_refused(data: str, message: str) -> None:
    with pytest.raises(PresetError) as caught:
        helpers.preset(helpers.CONV, f"data={data}")
    assert message in str(caught.value)
