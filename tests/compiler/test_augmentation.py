"""Augmentation: what is done to examples, to whom, and that the same is done again."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from msgspec.structs import replace as replace_struct

import tuidl
from tests import helpers
from tuidl.compiler.augmentation import HALF
from tuidl.core.errors import PresetError, RunError
from tuidl.kernels.augmentation import (
    add_noise_oracle,
    augment_images_oracle,
    augment_masks_oracle,
)
from tuidl.preset.schema import Preset
from tuidl.training import snapshots
from tuidl.training.gradcheck import check_gradients
from tuidl.training.interruption import Interrupter
from tuidl.training.trainer import Trainer

TEXT = """
name = "t"
[data]
source = "digits"
{augment}
[[layers]]
type = "conv2d"
filters = 2
[[layers]]
type = "flatten"
[[layers]]
type = "dense"
activation = "softmax"
[loss]
type = "cross_entropy"
[optimizer]
type = "adam"
[training]
epochs = 2
batch_size = 96
"""
ALL = 'augment = {flip = "both", shift = 2, crop = 0.7, noise = 0.1}'


def preset(augment: str = ALL) -> Preset:
    return helpers.preset(TEXT.format(augment=augment))


# what is done to examples

STATE = np.array([3.0, 0.1, 7.0, 2.0])
EPOCH = np.eye(4)[3]
X = np.random.default_rng(0).random((400, 5, 6, 2))
NUMBERS = np.stack([np.arange(400) % 65536, np.arange(400) % 3], axis=1).astype(float)


def moved(flip: int = 0, shift: int = 0, crop: float = 1.0) -> np.ndarray:
    y = np.full_like(X, np.nan)
    augment_images_oracle(X, NUMBERS, y, flip, shift, crop, 11, 0, STATE)
    return y


def test_nothing_asked_is_nothing_done() -> None:
    np.testing.assert_array_equal(moved(), X)


@pytest.mark.parametrize(
    ("flip", "ways"),
    [
        (1, [X, X[:, :, ::-1]]),
        (2, [X, X[:, ::-1]]),
        (3, [X, X[:, :, ::-1], X[:, ::-1], X[:, ::-1, ::-1]]),
    ],
)
def test_each_way_of_mirroring_is_as_frequent(flip: int, ways: list[np.ndarray]) -> None:
    is_one = np.array([(moved(flip) == way).all(axis=(1, 2, 3)) for way in ways])
    assert (is_one.sum(axis=0) == 1).all()
    np.testing.assert_allclose(is_one.mean(axis=1), 1 / len(ways), atol=0.07)


def test_pictures_move_by_whole_pixels_and_borders_are_repeated() -> None:
    padded = np.pad(X, ((0, 0), (2, 2), (2, 2), (0, 0)), mode="edge")
    counts = np.zeros((5, 5))
    for before, after in zip(padded, moved(shift=2), strict=True):
        ways = [[(before[r : r + 5, c : c + 6] == after).all() for c in range(5)] for r in range(5)]
        assert np.sum(ways) == 1
        counts += ways
    assert (counts > 0).all()


def test_windows_are_scaled_to_the_size_of_the_picture() -> None:
    slope = np.broadcast_to(np.arange(6.0)[:, None], X.shape[1:])
    x = np.broadcast_to(slope, X.shape)
    y = np.empty_like(x)
    augment_images_oracle(x, NUMBERS, y, 0, 0, 0.5, 11, 0, STATE)
    steps = np.diff(y[:, 2, :, 0], axis=1)[:, 1:-1]  # borders may be repeated
    scale = steps.mean(axis=1)
    np.testing.assert_allclose(steps, np.broadcast_to(scale[:, None], steps.shape), atol=1e-9)
    assert 0.5 <= scale.min() < 0.52
    assert 0.98 < scale.max() <= 1
    assert y.min() >= 0
    assert y.max() <= 5


def test_a_picture_changes_with_its_number_and_the_epoch_alone() -> None:
    whole, some = moved(3, 1, 0.8), np.random.default_rng(1).permutation(400)[:90]
    y = np.empty_like(X[some])
    augment_images_oracle(X[some], NUMBERS[some], y, 3, 1, 0.8, 11, 0, STATE)
    np.testing.assert_array_equal(y, whole[some])
    later = STATE + np.array([5.0, 1.0, 0.0, 0.0])  # another step, at another rate
    augment_images_oracle(X[some], NUMBERS[some], y, 3, 1, 0.8, 11, 0, later)
    np.testing.assert_array_equal(y, whole[some])
    augment_images_oracle(X[some], NUMBERS[some], y, 3, 1, 0.8, 11, 0, STATE + EPOCH)
    assert (y != whole[some]).any(axis=(1, 2, 3)).all()


def test_noise_is_added() -> None:
    x, y = np.ones((400, 10)), np.empty((400, 10))
    add_noise_oracle(x, NUMBERS, y, 0.5, 11, 0, STATE)
    noise = (y - 1) / 0.5
    assert len(np.unique(noise)) > 3990
    assert abs(noise.mean()) < 0.05
    assert abs(noise.std() - 1) < 0.05
    assert abs(np.corrcoef(noise.T) - np.eye(10)).max() < 0.25
    again = np.empty((10, 10))
    add_noise_oracle(x[:10], NUMBERS[90:100], again, 0.5, 11, 0, STATE)
    np.testing.assert_array_equal(again, y[90:100])


@pytest.mark.parametrize(("flip", "shift", "crop"), [(3, 2, 1.0), (0, 0, 0.5), (3, 1, 0.7)])
def test_masks_move_as_their_pictures_do(flip: int, shift: int, crop: float) -> None:
    """A mask that says in which column and row each pixel was, beside a picture that does."""
    rows, columns = np.mgrid[:5, :6].astype(float)
    picture = np.broadcast_to(np.stack([rows, columns], axis=-1), X.shape)
    targets = np.concatenate([np.tile(np.r_[rows.ravel(), columns.ravel()], (400, 1)), NUMBERS], 1)
    seen, moved = np.empty_like(X), np.empty_like(targets)
    augment_images_oracle(picture, targets, seen, flip, shift, crop, 11, 60, STATE)
    augment_masks_oracle(targets, moved, 5, 6, flip, shift, crop, 11, 60, STATE)
    masks = moved[:, :60].reshape(400, 2, 5, 6).transpose(0, 2, 3, 1)
    assert (abs(masks - seen) <= (0 if crop == 1 else 0.5)).all()
    assert (moved[:, :60] != targets[:, :60]).any()
    np.testing.assert_array_equal(moved[:, 60:], NUMBERS)


# to whom


MASKS = """
name = "t"
[data]
source = "shapes"
pictures = 40
size = 16
{augment}
[[layers]]
type = "conv2d"
filters = 4
kernel_size = 1
activation = "softmax"
[loss]
type = "cross_entropy"
{weights}
[optimizer]
type = "adam"
[training]
epochs = 1
batch_size = 8
"""


@pytest.mark.parametrize(
    "weights", ["", pytest.param("class_weights = 'balanced'", marks=pytest.mark.slow)]
)
def test_a_mask_is_learned_where_its_picture_went(weights: str) -> None:
    """Of a network that looks at single pixels, pixels that change places together change nothing
    of the loss: but it is another one where masks stay behind."""
    plain, changed = (
        helpers.preset(MASKS.format(augment=text, weights=weights))
        for text in ("", "augment = {flip = 'both'}")
    )
    part = plain.data.split().train
    models = [tuidl.build(each) for each in (plain, changed)]
    for name, values in models[0].parameters.items():
        values[...] = models[1].parameters[name]
    (loss, gradients), (other, others) = (
        model.loss_and_gradients(part.x, part.y) for model in models
    )
    assert other == pytest.approx(loss, rel=1e-6)
    for name, values in gradients.items():
        np.testing.assert_allclose(others[name], values, atol=1e-6)
    assert len({sha(Trainer(changed, threads=threads).run()) for threads in (1, 2)}) == 1


def test_only_training_sees_it() -> None:
    plain, changed = (tuidl.build(preset(text)) for text in ("", ALL))
    for name, values in plain.parameters.items():
        values[...] = changed.parameters[name]
    part = preset().data.split().validation
    np.testing.assert_array_equal(changed.predict(part.x), plain.predict(part.x))
    feeds = [model.feed(part.x, part.y) for model in (plain, changed)]
    np.testing.assert_array_equal(plain.evaluate(feeds[0]), changed.evaluate(feeds[1]))
    losses = [model.loss_and_gradients(part.x, part.y)[0] for model in (plain, changed)]
    assert losses[0] != losses[1]


@pytest.mark.slow
def test_gradients_are_those_of_the_changed_examples() -> None:
    assert all(check.missed == 0 for check in check_gradients(preset(), examples=8, entries=6))


def test_it_is_of_the_example_whatever_the_batch_and_the_others_are() -> None:
    """The gradient of a batch is the mean of those of its examples, each alone."""
    model, part = tuidl.build(preset()), preset().data.split().train
    objective = model.program.objective(None)

    def gradient(chosen: list[int], epoch: int) -> np.ndarray:
        feed = model.feed(part.x[chosen], part.y[chosen], numbers=np.array(chosen) + 70_000)
        feed = replace(feed, epoch=epoch)
        batches = model._plan(objective.train, len(feed))
        model._run(batches, feed, model._stretch(model._statistics))
        return model.summed_gradients(objective)

    alone = [gradient([i], 1) for i in (3, 8, 5)]
    together = gradient([3, 8, 5], 1)
    np.testing.assert_allclose(together, np.mean(alone, axis=0), atol=1e-6)
    np.testing.assert_array_equal(gradient([3, 8, 5], 1), together)
    assert not np.allclose(gradient([3, 8, 5], 2), together, atol=1e-6)


def test_numbers_are_the_rows_of_the_source() -> None:
    trainer = Trainer(preset())
    state, rows = trainer.state, preset().data.split().rows
    assert rows is not None
    numbers = state.train_feed.y[:, -2] + HALF * state.train_feed.y[:, -1]
    np.testing.assert_array_equal(numbers, rows)
    assert state.ordered(3).epoch == 3


def test_a_run_that_drew_by_places_is_not_gone_on_with() -> None:
    first = Trainer(preset(), interrupter=_StopsAt(9))
    [*first.run()]
    taken = snapshots.take(first.state)
    before = first.state.data_sha256_before_numbers
    old = replace_struct(taken.state, data_sha256=before)
    with pytest.raises(RunError, match=r"data\.augment: an older tuidl drew"):
        Trainer(preset()).resume(replace(taken, state=old))
    other = replace_struct(old, preprocessing_sha256="0" * 64)
    with pytest.raises(RunError, match="the data has changed"):
        Trainer(preset()).resume(replace(taken, state=other))


# that the same is done again


class _StopsAt(Interrupter):
    def __init__(self, step: int) -> None:
        super().__init__()
        self.left = step

    def allowed(self, left: int) -> int:
        return min(left, self.left)

    def did(self, steps: int, loss: float) -> None:
        self.left -= steps
        if not self.left:
            self.stop("interrupted")


def sha(events: Iterator[object]) -> str:
    return str([*events][-1].weights_sha256)  # type: ignore[attr-defined]


def test_the_same_bits_on_any_number_of_threads() -> None:
    assert len({sha(Trainer(preset(), threads=threads).run()) for threads in (1, 2)}) == 1
    assert sha(Trainer(preset("")).run()) != sha(Trainer(preset()).run())


def test_a_run_that_goes_on_sees_the_same() -> None:
    whole = sha(Trainer(preset()).run())
    first = Trainer(preset(), interrupter=_StopsAt(9))
    assert [*first.run()][-1].reason == "interrupted"
    assert first.state.updates == 9
    second = Trainer(preset())
    second.resume(snapshots.take(first.state))
    assert sha(second.run()) == whole


# what makes no sense


@pytest.mark.parametrize(
    ("source", "augment", "message"),
    [
        ("moons", "{flip = 'horizontal'}", r"data\.augment\.flip: is for pictures .* are 2;"),
        ("sine", "{shift = 1}", r"data\.augment\.shift: is for pictures .* are 32 x 1;"),
        ("iris", "{crop = 0.9}", r"data\.augment\.crop: is for pictures"),
        ("digits", "{flip = 'sideways'}", r"data\.augment\.flip"),
        ("digits", "{crop = 0}", r"data\.augment\.crop"),
        ("digits", "{noise = -1}", r"data\.augment\.noise"),
        ("digits", "{shifts = 1}", r"data\.augment\.shifts.*did you mean 'shift'"),
    ],
)
def test_what_makes_no_sense_is_refused(source: str, augment: str, message: str) -> None:
    text = TEXT.replace('"digits"', f'"{source}"')
    with pytest.raises(PresetError, match=message):
        helpers.preset(text.format(augment=f"augment = {augment}"))


def test_boxes_would_stay_behind() -> None:
    text = MASKS.replace("size = 16", 'task = "detection"').format(
        augment="augment = {flip = 'both'}", weights=""
    )
    with pytest.raises(
        PresetError, match=r"data\.augment: would move pictures and not their boxes"
    ):
        helpers.preset(text)


def test_noise_is_for_any_numbers() -> None:
    text = TEXT.replace('"digits"', '"moons"').replace(
        '[[layers]]\ntype = "conv2d"\nfilters = 2\n', ""
    )
    told = [*Trainer(helpers.preset(text.format(augment="augment = {noise = 0.2}"))).run()]
    assert told[-1].reason == "completed"
