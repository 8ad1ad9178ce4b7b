"""The playground's points: shapes, features, parts, points by hand."""

import numpy as np
import pytest

from tuidl.core.errors import DataError
from tuidl.data.plane import FEATURES, NUMBERS, SHAPES, Plane
from tuidl.data.plane_points import placed, put_points, put_text


@pytest.mark.parametrize("shape", [name for name in SHAPES if name != "own"])
def test_points_lie_in_the_plane_and_classes_are_balanced(shape: str) -> None:
    source = Plane(shape=shape, points=301, noise=0.0, validation=0.0)
    places, held = source.places()
    assert len(places) == 301
    assert not len(held)
    assert np.abs(places[:, :2]).max() < 6.5
    if shape in NUMBERS:
        assert np.abs(places[:, 2]).max() <= 1
    else:
        assert abs(places[:, 2].mean() - 0.5) < 0.02


def test_features_are_what_they_are_called() -> None:
    split = Plane(shape="xor", features=FEATURES, put="A+1.5-2").split()
    x, y, *others = split.train.x[-1].tolist()
    assert (x, y) == (1.5, -2.0)
    expected = [2.25, 4.0, -3.0, np.sin(1.5), np.sin(-2.0)]
    assert others == pytest.approx(expected, abs=1e-6)
    assert split.train.y[-1] == 0


def test_a_point_by_hand_leaves_the_others_as_they_are() -> None:
    before = Plane(shape="moons", points=100).split()
    after = Plane(shape="moons", points=100, put="B+1+1A-2+0.25").split()
    assert np.array_equal(after.train.x[:-2], before.train.x)
    assert np.array_equal(after.validation.x, before.validation.x)
    assert after.train.y[-2:, 0].tolist() == [1, 0]
    regression = Plane(shape="plane", put="B+1+1A-2+0.25").split()
    assert regression.train.y[-2:, 0].tolist() == [1, -1]


def test_own_points_alone() -> None:
    assert len(Plane(shape="own", put="A+1+1").split().train) == 1
    with pytest.raises(DataError, match="no points to train on"):
        Plane(shape="own").split()


def test_points_as_text() -> None:
    points = (placed(1.004, -0.0, 0), placed(9.0, -9.0, 1), placed(0.25, 3.1, 0))
    assert put_text(points) == "A+1+0B+6-6A+0.25+3.1"
    assert put_points(put_text(points)) == points
