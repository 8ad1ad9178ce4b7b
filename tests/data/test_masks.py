"""Pictures with a mask for each."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tuidl.core.errors import DataError
from tuidl.data import SOURCES

MASK = np.array([[0, 1, 2, 2], [0, 1, 1, 2], [2, 0, 0, 0]], np.uint8)


def write(base: Path, masks: list[Any], kind: str = "png", size: tuple[int, int] = (3, 4)) -> Path:
    """A picture of noise for each mask, which is an image or its pixels."""
    for name in ("images", "masks"):
        (base / name).mkdir(parents=True)
    random = np.random.default_rng(0)
    for i, mask in enumerate(masks):
        pixels = random.integers(0, 256, (*size, 3), np.uint8)
        Image.fromarray(pixels).save(base / "images" / f"p{i}.{kind}")
        image = mask if isinstance(mask, Image.Image) else Image.fromarray(mask)
        image.save(base / "masks" / f"p{i}.png")
    return base


def masks(base: Path, **options: Any) -> Any:
    return SOURCES["masks"](path=str(base), **{"size": (3, 4), **options})


def palette() -> Image.Image:
    image = Image.fromarray(MASK)
    image.putpalette([0, 0, 0, 250, 10, 10, 10, 10, 250])
    return image


@pytest.mark.parametrize(
    "mask",
    [
        MASK,
        palette(),
        MASK.astype(np.uint16),
        np.stack([MASK] * 3, axis=-1),
        np.stack([MASK, np.full_like(MASK, 255)], axis=-1),
    ],
)
def test_numbers_of_classes_in_every_mode(tmp_path: Path, mask: Any) -> None:
    source = masks(write(tmp_path, [mask, MASK]))
    spec = source.spec()
    assert (spec.classes, spec.target_shape, spec.shape) == (("0", "1", "2"), (3, 4), (3, 4, 3))
    examples = source.load()
    np.testing.assert_array_equal(examples.y, [MASK.ravel()] * 2)
    assert examples.x.max() <= 1
    assert source.count() == 2
    assert source.origin().names[1].endswith("p1.png")


@pytest.mark.parametrize("values", [(0, 255), (3, 7), (0, 1)])
def test_two_values_are_two_classes(tmp_path: Path, values: tuple[int, int]) -> None:
    two = np.array(values, np.uint8)[np.minimum(MASK, 1)]
    source = masks(write(tmp_path, [two, two]))
    assert source.spec().classes == ("background", "foreground")
    np.testing.assert_array_equal(source.load().y[0], np.minimum(MASK, 1).ravel())
    assert masks(tmp_path, classes=("sea", "ship")).spec().classes == ("sea", "ship")


def test_one_bit_a_pixel(tmp_path: Path) -> None:
    source = masks(write(tmp_path, [MASK > 0]))
    np.testing.assert_array_equal(source.load().y[0], MASK.ravel() > 0)


def test_values_in_the_order_that_is_said(tmp_path: Path) -> None:
    grey = np.array([0, 128, 255], np.uint8)[MASK]
    write(tmp_path, [grey])
    with pytest.raises(DataError, match=r"values 0, 128, 255, expected .*\n.*data\.values lists"):
        masks(tmp_path).spec()
    source = masks(tmp_path, values=(0, 255, 128), classes=("a", "b", "c"))
    np.testing.assert_array_equal(source.load().y[0], np.array([0, 2, 1])[MASK].ravel())
    with pytest.raises(DataError, match=r"p0\.png: value 128, expected 0, 255\n.*data\.ignore"):
        masks(tmp_path, values=(0, 255)).load()


def test_pixels_that_do_not_count(tmp_path: Path) -> None:
    mask = np.where(MASK == 2, 255, MASK).astype(np.uint8)
    source = masks(write(tmp_path, [mask]), ignore=255)
    y = source.load().y[0]
    assert source.spec().weighted
    assert len(y) == source.spec().target_width
    np.testing.assert_array_equal(y[:12], np.where(MASK == 2, 0, MASK).ravel())
    np.testing.assert_array_equal(y[12:], (MASK != 2).ravel())
    with pytest.raises(DataError, match="all pixels of all masks are 0"):
        masks(write(tmp_path / "other", [MASK * 0]), ignore=0).spec()


def test_named_classes_may_be_absent(tmp_path: Path) -> None:
    write(tmp_path, [MASK])
    assert masks(tmp_path, classes=tuple("abcde")).load().y.max() == 2
    with pytest.raises(DataError, match=r"p0\.png: value 2, expected 0, 1"):
        masks(tmp_path, classes=("a", "b"), values=(0, 1)).load()


def test_masks_are_scaled_by_nearest_pixels(tmp_path: Path) -> None:
    big = MASK.repeat(4, axis=0).repeat(3, axis=1)
    source = masks(write(tmp_path, [big], size=big.shape))
    np.testing.assert_array_equal(source.load().y[0], MASK.ravel())
    larger = masks(tmp_path, size=(6, 8)).load().y[0].reshape(6, 8)
    np.testing.assert_array_equal(larger, MASK.repeat(2, axis=0).repeat(2, axis=1))


def test_the_split_is_seeded(tmp_path: Path) -> None:
    write(tmp_path, [np.roll(MASK, i, axis=1) for i in range(4)] * 3)
    first, same, other = (masks(tmp_path, seed=seed, test=0.25).split() for seed in (1, 1, 2))
    assert [len(p) for p in (first.train, first.validation, first.test)] == [7, 2, 3]
    np.testing.assert_array_equal(first.train.x, same.train.x)
    assert (first.train.x != other.train.x).any()


def test_a_change_of_a_mask_is_seen(tmp_path: Path) -> None:
    source = masks(write(tmp_path, [MASK]))
    assert source.load().y.max() == 2
    Image.fromarray(np.minimum(MASK, 1).repeat(1, 0)).save(tmp_path / "masks" / "p0.png", bits=8)
    assert masks(tmp_path, classes=("a", "b")).load().y.max() == 1


def _other_size(base: Path) -> None:
    Image.fromarray(MASK[:2]).save(base / "masks" / "p1.png")


def _no_mask(base: Path) -> None:
    (base / "masks" / "p1.png").rename(base / "masks" / "q1.png")


def _colour(base: Path) -> None:
    Image.fromarray(np.arange(36, dtype=np.uint8).reshape(3, 4, 3)).save(base / "masks" / "p1.png")


def _jpeg(base: Path) -> None:
    (base / "masks" / "p1.png").unlink()
    Image.fromarray(MASK).save(base / "masks" / "p1.jpg")


def _twice(base: Path) -> None:
    Image.fromarray(MASK).save(base / "images" / "p1.bmp")


def _broken(base: Path) -> None:
    (base / "masks" / "p1.png").write_bytes(b"\x89PNG\r\n")


def _text(base: Path) -> None:
    (base / "masks" / "about.txt").write_text("x")


def _no_folder(base: Path) -> None:
    (base / "masks").rename(base / "labels")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (_other_size, r"masks/p1\.png: 2 x 4 pixels .*images/p1\.png has 3 x 4"),
        (_no_mask, r"images/p1\.png: nothing of that name in .*masks"),
        (_colour, r"masks/p1\.png: a mask in colour \(RGB\)"),
        (_jpeg, r"masks/p1\.jpg: JPEG changes the numbers"),
        (_twice, r"images/p1\.png: .*images/p1\.bmp has the same name"),
        (_broken, r"masks/p1\.png: broken, or no picture"),
        (_text, r"about\.txt: no picture"),
        (_no_folder, "expected folders 'images' and 'masks'"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, spoil: Any, message: str) -> None:
    spoil(write(tmp_path, [MASK, MASK]))
    with pytest.raises(DataError, match=message):
        masks(tmp_path).load()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"classes": ("a", "a")}, "classes: two are the same"),
        ({"values": (0, 1), "classes": tuple("abc")}, "values: 2 for 3 classes"),
        ({"values": (0, 255), "ignore": 255}, "ignore: 255 is the value of a class"),
        ({"classes": ("a", "\x1b")}, "classes: expected printable names"),
    ],
)
def test_keys_that_contradict_each_other(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        masks(Path("x"), **options)
