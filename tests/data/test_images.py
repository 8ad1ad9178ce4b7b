"""The user's own pictures, one folder a class."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tuidl.core.errors import DataError, PresetError
from tuidl.data import SOURCES


def write_pictures(base: Path, classes: tuple[str, ...] = ("cat", "dog"), count: int = 6) -> None:
    random = np.random.default_rng(0)
    for label, name in enumerate(classes):
        folder = base / name
        folder.mkdir(parents=True)
        for i in range(count):
            pixels = random.integers(0, 256, (9 + i, 12, 3), np.uint8)
            pixels[..., 0] = 200 * label
            suffix = ("png", "jpg", "bmp", "webp", "gif", "ppm")[i % 6]
            Image.fromarray(pixels).save(folder / f"{i}.{suffix}")


def pictures(base: Path, **options: Any) -> Any:
    return SOURCES["images"](path=str(base), **{"size": (8, 10), **options})


def test_pictures_of_every_kind(tmp_path: Path) -> None:
    write_pictures(tmp_path)
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "cat" / ".DS_Store").write_bytes(b"x")
    (tmp_path / "cat" / "Thumbs.db").write_bytes(b"x")
    (tmp_path / "README.txt").write_text("about")
    source = pictures(tmp_path, test=0.5)
    assert source.spec().classes == ("cat", "dog")
    split = source.split()
    assert [len(p) for p in (split.train, split.validation, split.test)] == [4, 2, 6]
    parts = (split.train, split.validation, split.test)
    x, y = (np.concatenate([getattr(part, key) for part in parts]) for key in "xy")
    assert x.shape == (12, 8, 10, 3)
    assert x.dtype == np.float32
    assert 0 <= x.min() < x.max() <= 1
    np.testing.assert_allclose(x[..., 0].mean(axis=(1, 2)), y[:, 0] * 200 / 255, atol=0.1)
    assert pictures(tmp_path, channels=1).load().x.shape == (12, 8, 10, 1)


def test_a_picture_of_the_right_size_keeps_its_pixels(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    colour = random.integers(0, 256, (8, 10, 3), np.uint8)
    deep = random.integers(0, 65536, (8, 10), np.uint16)
    write_pictures(tmp_path, count=1)
    Image.fromarray(colour).save(tmp_path / "cat" / "0.png")
    Image.fromarray(deep).save(tmp_path / "dog" / "0.png")
    x = pictures(tmp_path).load().x
    np.testing.assert_array_equal(x[0], (colour / 255).astype(np.float32))
    np.testing.assert_allclose(x[1, :, :, 0], deep / 65535, atol=1 / 200)


def test_parts_of_pictures_in_folders(tmp_path: Path) -> None:
    write_pictures(tmp_path / "train")
    write_pictures(tmp_path / "test", count=2)
    split = pictures(tmp_path, validation="test").split()
    assert (len(split.train), len(split.test)) == (12, 4)
    assert split.validation is split.test
    assert len(pictures(tmp_path, validation=0.5).split().train) == 6
    with pytest.raises(PresetError, match=r"data.test: .* has a folder 'test' for that already"):
        pictures(tmp_path, test=0.1).check()
    with pytest.raises(PresetError, match=r"data.validation: .* has no folders 'train' and 'test'"):
        pictures(tmp_path / "train", validation="test").check()
    (tmp_path / "test" / "bird").mkdir()
    with pytest.raises(DataError, match="'bird' is no class of the training part"):
        pictures(tmp_path).split()


def _truncate(base: Path) -> None:
    path = base / "cat" / "1.jpg"
    path.write_bytes(path.read_bytes()[:300])


def _not_a_picture(base: Path) -> None:
    (base / "cat" / "0.png").write_text("<html>")


def _notes(base: Path) -> None:
    (base / "cat" / "notes.txt").write_text("x")


def _nested(base: Path) -> None:
    (base / "cat" / "more").mkdir()


def _outside(base: Path) -> None:
    (base / "0.png").write_bytes((base / "cat" / "0.png").read_bytes())


def _one_class(base: Path) -> None:
    for path in (base / "dog").iterdir():
        path.unlink()
    (base / "dog").rmdir()


def _no_pictures(base: Path) -> None:
    (base / "eel").mkdir()


def _bomb(base: Path) -> None:
    Image.new("1", (20_000, 20_000)).save(base / "cat" / "0.png")


def _fifo(base: Path) -> None:
    os.mkfifo(base / "cat" / "9.png")


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (_truncate, "1.jpg: broken, or no picture"),
        (_not_a_picture, "0.png: broken, or no picture"),
        (_notes, "notes.txt: no picture (expected .bmp"),
        (_nested, "more: no picture"),
        (_outside, "0.png: a picture outside of the classes' folders"),
        (_one_class, "1 folders, expected 2 to 1000"),
        (_no_pictures, "eel: no pictures"),
        (_bomb, "0.png: "),
        (_fifo, "9.png: no picture"),
    ],
)
def test_what_is_wrong_with_pictures_is_said(
    tmp_path: Path, harm: Callable[[Path], None], message: str
) -> None:
    write_pictures(tmp_path)
    harm(tmp_path)
    with pytest.raises(DataError) as caught:
        pictures(tmp_path).split()
    assert message in str(caught.value)
