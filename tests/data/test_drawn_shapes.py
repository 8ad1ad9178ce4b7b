"""Pictures of shapes: what is drawn, and what is known of it."""

import numpy as np
import pytest

from tuidl.data.drawn_shapes import DrawnShapes
from tuidl.data.shape_drawing import KINDS

SEGMENTED = DrawnShapes(pictures=60, noise=0.0).load()
FOUND = DrawnShapes(task="detection", pictures=60, noise=0.0).load()


def test_a_picture_follows_from_seed_and_number_alone() -> None:
    some, more, other = (
        DrawnShapes(pictures=count, seed=seed).load() for count, seed in ((8, 1), (12, 1), (8, 2))
    )
    assert np.array_equal(some.x, more.x[:8])
    assert np.array_equal(some.y, more.y[:8])
    assert not np.array_equal(some.x, other.x)


def test_noise_has_its_deviation_and_pixels_stay_between_0_and_1() -> None:
    noisy = DrawnShapes(pictures=60, noise=0.05).load()
    assert np.array_equal(noisy.y, SEGMENTED.y)
    assert noisy.x.min() >= 0
    assert noisy.x.max() <= 1
    inner = (SEGMENTED.x > 0.2) & (SEGMENTED.x < 0.8)
    assert (noisy.x - SEGMENTED.x)[inner].std() == pytest.approx(0.05, rel=0.05)


def test_a_mask_is_where_pixels_differ_from_their_ground() -> None:
    for x, y in zip(SEGMENTED.x[..., 0], SEGMENTED.y.reshape(-1, 32, 32), strict=True):
        rows, columns = np.indices(x.shape)
        plane = np.column_stack([np.ones(x.size), rows.ravel(), columns.ravel()])
        ground = y.ravel() == 0
        fitted = plane @ np.linalg.lstsq(plane[ground], x.ravel()[ground], rcond=None)[0]
        off = np.abs(x.ravel() - fitted)
        assert off[ground].max() < 1e-4
        assert off[~ground].min() > 0.1


@pytest.mark.parametrize("most", [1, 2, 5])
def test_there_are_one_to_as_many_shapes_as_are_asked_for(most: int) -> None:
    y = DrawnShapes(pictures=60, shapes=most, size=48).load().y.reshape(-1, 48, 48)
    counts = [_pieces(mask > 0) for mask in y]
    assert min(counts) == 1
    assert 1 < max(counts) <= most if most > 1 else max(counts) == 1
    assert set(np.unique(y)) == {0, 1, 2, 3}


def test_a_box_lies_around_its_shape() -> None:
    """Of the only shape, which is all that differs much from the corner's brightness."""
    for x, (kind, cx, cy, width, height) in zip(FOUND.x[..., 0], FOUND.y, strict=True):
        assert kind in range(len(KINDS))
        left, right = (round(32 * (cx + side * width / 2)) for side in (-1, 1))
        top, bottom = (round(32 * (cy + side * height / 2)) for side in (-1, 1))
        assert 0 <= left < right <= 32
        assert 0 <= top < bottom <= 32
        inside = x[top:bottom, left:right]
        steps = np.abs(np.diff(x, axis=0)).max(), np.abs(np.diff(x, axis=1)).max()
        assert max(steps) > 0.2
        outside = x.copy()
        outside[top:bottom, left:right] = np.nan
        assert np.nanmax(np.abs(np.diff(outside, axis=0))) < 0.02
        assert np.nanmax(np.abs(np.diff(outside, axis=1))) < 0.02
        for edge in (inside[0], inside[-1], inside[:, 0], inside[:, -1]):
            assert np.abs(edge - np.nanmean(outside)).max() > 0.1


def test_boxes_of_circles_are_squares_about_their_middle() -> None:
    circles = FOUND.y[FOUND.y[:, 0] == 0]
    assert len(circles) > 10
    assert np.abs(circles[:, 3] - circles[:, 4]).max() <= 1 / 32
    shares = {
        kind: (DrawnShapes(pictures=400, shapes=1).load().y == number).sum()
        for number, kind in enumerate(KINDS, 1)
    }
    assert shares["circle"] > shares["square"] > shares["triangle"] > 0


def test_what_is_learned_is_said_before_anything_is_drawn() -> None:
    masks, boxes = DrawnShapes(size=24), DrawnShapes(task="detection", size=24)
    assert masks.spec().answer_shape == (24, 24, 4)
    assert masks.spec().classes[0] == "background"
    assert [field.name for field in boxes.spec().named_targets] == ["shape", "box"]
    for source in (masks, boxes):
        few = DrawnShapes(task=source.task, size=24, pictures=4).load()
        assert few.x.shape == (4, *source.spec().shape)
        assert few.y.shape == (4, source.spec().target_width)


def test_detection_has_one_shape() -> None:
    with pytest.raises(ValueError, match="one in a picture, got 3"):
        DrawnShapes(task="detection", shapes=3)


def _pieces(mask: np.ndarray) -> int:
    """Parts of a mask that hang together, corners included."""
    left, found = mask.copy(), 0
    while left.any():
        found += 1
        front = [tuple(place) for place in np.argwhere(left)[:1]]
        while front:
            row, column = front.pop()
            if left[row, column]:
                left[row, column] = False
                near = [(row + i, column + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
                front += [(i, j) for i, j in near if 0 <= i < len(left) and 0 <= j < len(left)]
    return found
