"""The user's own pictures, one folder a class."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tuidl.core.errors import DataError, PresetError
from tuidl.data import SOURCES, decoded_pictures


def write_pictures(base: Path, classes: tuple[str, ...] = ("cat", "dog"), count: int = 6) -> None:
    random = np.random.default_rng(0)
    for label, name in enumerate(classes):
        folder = base / name
        folder.mkdir(parents=True)
        for i in range(count):
            pixels = random.integers(0, 256, (9 + i, 12, 3), np.uint8)
            pixels[..., 0] = 200 * (label % 2)
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


def test_pictures_that_are_given_back_need_no_classes(tmp_path: Path) -> None:
    write_pictures(tmp_path)
    flat = tmp_path / "cat"
    source = pictures(flat, targets_are="inputs")
    spec, split = source.full_spec(), source.split()
    assert (spec.shape, spec.labels, spec.classes) == ((8, 10, 3), (), ())
    assert len(split.train) + len(split.validation) == 6
    np.testing.assert_array_equal(split.train.y, split.train.x.reshape(len(split.train), -1))
    with pytest.raises(DataError, match="a picture outside of the classes"):
        pictures(flat).split()
    (flat / "0.png").rename(tmp_path / "0.png")
    with pytest.raises(DataError, match="a picture outside"):  # folders beside it
        pictures(tmp_path, targets_are="inputs").split()
    (tmp_path / "none").mkdir()
    with pytest.raises(DataError, match="none: no pictures"):
        pictures(tmp_path / "none", targets_are="inputs").split()


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


def _only_a_table(base: Path) -> None:
    shutil.rmtree(base / "cat")
    shutil.rmtree(base / "dog")
    (base / "pets.csv").write_text("a,b\n1,2\n")


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
        (_one_class, "1 folder, expected 2 to 1000"),
        (_only_a_table, "/pets.csv"),
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


@pytest.mark.parametrize(
    ("validation", "test"),
    [("val", None), ("valid", None), ("Validation", "testing"), ("val", "test"), (None, "Test")],
)
@pytest.mark.parametrize("train", ["train", "Training"])
def test_folders_of_parts(
    tmp_path: Path, train: str, validation: str | None, test: str | None
) -> None:
    write_pictures(tmp_path / train)
    for name, count in ((validation, 3), (test, 2)):
        if name:
            write_pictures(tmp_path / name, count=count)
    source = pictures(tmp_path)
    source.check()
    split = source.split()
    sizes = [len(part) for part in (split.train, split.validation, split.test)]
    if validation:
        assert sizes == [12, 6, 4 if test else 0]
        assert sizes == [*source.part_sizes()]
        folds = source.folds(3)
        assert [len(fold.train) + len(fold.validation) for fold in folds] == [18] * 3
        with pytest.raises(PresetError, match=r"data.validation: .* is the validation part"):
            pictures(tmp_path, validation=0.5).check()
    else:
        assert (sum(sizes[:2]), sizes[2]) == (12, 4)


def test_train_alone_is_a_part_and_classes_may_be_called_so(tmp_path: Path) -> None:
    write_pictures(tmp_path / "a" / "train")
    assert len(pictures(tmp_path / "a").spec().classes) == 2
    write_pictures(tmp_path / "b", classes=("bus", "test", "train"))
    assert pictures(tmp_path / "b").spec().classes == ("bus", "test", "train")
    write_pictures(tmp_path / "c" / "train")
    write_pictures(tmp_path / "c" / "val")
    write_pictures(tmp_path / "c" / "valid")
    with pytest.raises(DataError, match=r"valid: the validation part is .*val already"):
        pictures(tmp_path / "c").spec()


def test_classes_of_parts_are_held_against_each_other(tmp_path: Path) -> None:
    write_pictures(tmp_path / "train")
    write_pictures(tmp_path / "val", classes=("cat",))
    (tmp_path / "extra").mkdir()
    said = pictures(tmp_path).notices()
    assert said[0] == f"folders beside the parts are passed over: {tmp_path}/extra"
    assert said[1] == f"{tmp_path}/val has no pictures of dog"
    write_pictures(tmp_path / "val", classes=("dogs",))
    with pytest.raises(DataError, match=r"'dogs' is no class of the training part; did you mean"):
        pictures(tmp_path).split()


@pytest.mark.parametrize("suffix", ["png", "pgm", "tif"])
@pytest.mark.parametrize("turned", [False, True])
def test_pictures_of_16_bits(tmp_path: Path, suffix: str, turned: bool) -> None:
    write_pictures(tmp_path, count=1)
    deep = np.random.default_rng(1).integers(0, 65536, (8, 10), np.uint16)
    if turned and suffix == "pgm":  # the format knows no orientation
        return
    stored = np.ascontiguousarray(np.rot90(deep)) if turned else deep
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise
    more = {"exif": exif} if turned else {}
    Image.fromarray(stored).save(tmp_path / "cat" / f"0.{suffix}", **more)
    if suffix != "png":
        (tmp_path / "cat" / "0.png").unlink()
    x = pictures(tmp_path).load().x
    np.testing.assert_array_equal(x[0, :, :, 0], ((deep >> 8) / 255).astype(np.float32))


def test_pgm_of_12_bits_reaches_white(tmp_path: Path) -> None:
    write_pictures(tmp_path, count=1)
    rows = np.full((8, 10), 4095, ">u2").tobytes()
    (tmp_path / "cat" / "0.png").unlink()
    (tmp_path / "cat" / "0.pgm").write_bytes(b"P5 10 8 4095\n" + rows)
    assert (pictures(tmp_path).load().x[0] == 1).all()


def test_numbers_without_a_known_white_are_refused(tmp_path: Path) -> None:
    write_pictures(tmp_path, count=1)
    Image.fromarray(np.zeros((8, 10), np.float32)).save(tmp_path / "cat" / "1.tif")
    with pytest.raises(DataError, match=r"1.tif: .* 32 bits a pixel"):
        pictures(tmp_path).split()


@pytest.mark.parametrize("mode", ["P", "LA", "RGBA", "CMYK", "1"])
def test_other_kinds_of_pixels(tmp_path: Path, mode: str) -> None:
    write_pictures(tmp_path, count=1)
    grey = Image.fromarray(np.repeat(np.uint8([[0, 255]]), 8, 0).repeat(5, 1))
    suffix = "tif" if mode == "CMYK" else "png"
    (tmp_path / "cat" / "0.png").unlink()
    grey.convert("RGB").convert(mode).save(tmp_path / "cat" / f"0.{suffix}")
    x = pictures(tmp_path, channels=1).load().x[0, :, :, 0]
    np.testing.assert_allclose(x, np.repeat([[0.0, 1.0]], 8, 0).repeat(5, 1))


def test_broken_pictures_are_skipped_by_key_and_counted(tmp_path: Path) -> None:
    write_pictures(tmp_path)
    whole = pictures(tmp_path).load()
    _truncate(tmp_path)
    _not_a_picture(tmp_path)
    with pytest.raises(DataError) as caught:
        pictures(tmp_path).split()
    assert f"{tmp_path}/cat/0.png: broken" in str(caught.value)
    assert "data.broken = 'skip'" in str(caught.value)
    source = pictures(tmp_path, broken="skip")
    x = source.load()
    np.testing.assert_array_equal(x.x, whole.x[2:])
    np.testing.assert_array_equal(x.y, whole.y[2:])
    (said,) = source.notices()
    assert said.startswith("2 of 12 pictures are broken and left out")
    assert "cat/0.png: broken" in said
    for path in (tmp_path / "dog").iterdir():
        path.write_bytes(b"")
    with pytest.raises(DataError, match="all pictures of 'dog' are broken"):
        source.split()


class TestKept:
    @pytest.fixture(autouse=True)
    def _cache(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TUIDL_CACHE_DIR", str(tmp_path / "cache"))
        monkeypatch.setattr(decoded_pictures, "SECONDS_WORTH_KEEPING", -1.0)
        self.read: list[str] = []
        read = decoded_pictures.read_among

        def counted(path: Path, *given: Any) -> Any:
            self.read.append(path.name)
            return read(path, *given)

        monkeypatch.setattr(decoded_pictures, "read_among", counted)

    def load(self, base: Path, **options: Any) -> np.ndarray:
        decoded_pictures._decoded.cache_clear()
        self.read.clear()
        return pictures(base, **options).load().x

    def test_a_picture_is_decoded_once(self, tmp_path: Path) -> None:
        write_pictures(tmp_path / "p")
        first = self.load(tmp_path / "p")
        assert len(self.read) == 12
        np.testing.assert_array_equal(self.load(tmp_path / "p"), first)
        assert not self.read
        self.load(tmp_path / "p", cache=False)
        assert len(self.read) == 12
        assert self.load(tmp_path / "p", size=(4, 4)).shape == (12, 4, 4, 3)
        assert len(self.read) == 12

    def test_only_what_changed_is_decoded_again(self, tmp_path: Path) -> None:
        write_pictures(tmp_path / "p")
        self.load(tmp_path / "p")
        Image.new("RGB", (5, 5), "white").save(tmp_path / "p" / "cat" / "1.jpg")
        (tmp_path / "p" / "cat" / "2.bmp").unlink()
        Image.new("RGB", (5, 5), "white").save(tmp_path / "p" / "dog" / "0a.png")
        x = self.load(tmp_path / "p")
        assert sorted(self.read) == ["0a.png", "1.jpg"]
        assert (x[1] == 1).all()
        np.testing.assert_array_equal(x, self.load(tmp_path / "p", cache=False))

    def test_broken_ones_are_known(self, tmp_path: Path) -> None:
        write_pictures(tmp_path / "p")
        _truncate(tmp_path / "p")
        x = self.load(tmp_path / "p", broken="skip")
        np.testing.assert_array_equal(self.load(tmp_path / "p", broken="skip"), x)
        assert not self.read
        assert len(pictures(tmp_path / "p", broken="skip").notices()) == 1
        with pytest.raises(DataError, match=r"1\.jpg: broken"):
            self.load(tmp_path / "p")

    def test_a_damaged_file_is_made_anew(self, tmp_path: Path) -> None:
        write_pictures(tmp_path / "p")
        first = self.load(tmp_path / "p")
        (kept,) = (tmp_path / "cache" / "pictures").iterdir()
        data = bytearray(kept.read_bytes())
        data[-1] ^= 255
        kept.write_bytes(data)
        np.testing.assert_array_equal(self.load(tmp_path / "p"), first)
        assert len(self.read) == 12
