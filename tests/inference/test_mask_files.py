"""Masks that a network gives, as PNG files."""

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from tests.helpers import preset
from tests.inference.predicted import predicted, save_picture, trained_on
from tuidl.cli.predicting import predict
from tuidl.core.errors import DataError, RunError
from tuidl.data import SOURCES
from tuidl.inference.mask_files import write_masks
from tuidl.inference.predictions import Predictions
from tuidl.model.model import Model

TEXT = """
name = "t"
[data]
source = "shapes"
size = 16
pictures = 8
[[layers]]
type = "conv2d"
filters = 4
kernel_size = 1
activation = "softmax"
[loss]
type = "cross_entropy"
[optimizer]
type = "sgd"
[training]
epochs = 1
batch_size = 4
"""
RANDOM = np.random.default_rng(0)


@pytest.fixture(scope="module")
def model() -> Model:
    return trained_on(preset(TEXT))


def given(model: Model, folder: Path, names: list[str], size: tuple[int, int]) -> Predictions:
    paths = [save_picture(folder / n, RANDOM.integers(0, 256, size, np.uint8)) for n in names]
    return Predictions.joined([predicted(model, path) for path in paths])


def test_masks_of_the_pictures_sizes_are_read_again(model: Model, tmp_path: Path) -> None:
    found = given(model, tmp_path, ["a.png", "b.bmp"], (16, 32))
    assert write_masks(found, [(16, 32), None], tmp_path / "deep" / "masks") == 2
    classes = found.decoded.argmax(axis=-1)
    with (
        Image.open(tmp_path / "deep/masks/a.png") as first,
        Image.open(tmp_path / "deep/masks/b.png") as second,
    ):
        np.testing.assert_array_equal(np.asarray(first), classes[0].repeat(2, axis=1))
        np.testing.assert_array_equal(np.asarray(second), classes[1])
        assert first.mode == "P"
        assert first.getpalette()[3:9] == [128, 0, 0, 0, 128, 0]
    (tmp_path / "images").mkdir()
    (tmp_path / "deep" / "masks").rename(tmp_path / "masks")
    for name in ("a.png", "b.bmp"):
        (tmp_path / name).rename(tmp_path / "images" / name)
    (tmp_path / "masks" / "b.png").unlink()
    (tmp_path / "images" / "b.bmp").unlink()
    source = SOURCES["masks"](path=str(tmp_path), size=(16, 32), classes=tuple("abcd"))
    np.testing.assert_array_equal(source.load().y[0], classes[0].repeat(2, axis=1).ravel())


def test_the_same_name_twice_is_numbered(model: Model, tmp_path: Path) -> None:
    found = given(model, tmp_path, ["a.png", "a.bmp"], (16, 16))
    write_masks(found, [None, None], tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.png", "a_2.png"]


def test_what_is_there_stays_unless_it_is_to_be_replaced(model: Model, tmp_path: Path) -> None:
    found = given(model, tmp_path, ["a.png", "b.png"], (16, 16))
    out = tmp_path / "out"
    out.mkdir()
    (out / "b.png").write_text("mine")
    with pytest.raises(RunError, match=r"b\.png: is there already; --force"):
        write_masks(found, [None, None], out)
    assert [path.name for path in out.iterdir()] == ["b.png"]
    write_masks(found, [None, None], out, force=True)
    with Image.open(out / "b.png") as written:
        assert written.size == (16, 16)


def test_other_networks_have_no_masks(tmp_path: Path) -> None:
    text = TEXT.replace('"shapes"', '"digits"').replace("size = 16\npictures = 8\n", "")
    text = text.replace('[[layers]]\ntype = "conv2d"\nfilters = 4\nkernel_size = 1\n', "")
    text = text.replace(
        "[loss]", '[[layers]]\ntype = "flatten"\n[[layers]]\ntype = "dense"\n[loss]'
    )
    text = text.replace('activation = "softmax"\n', "", 1)
    other = trained_on(preset(text))
    found = given(other, tmp_path, ["a.png"], (8, 8))
    with pytest.raises(DataError, match="gives pixels no classes"):
        write_masks(found, [None], tmp_path / "out")


def test_a_folder_goes_with_no_option_of_another_kind(tmp_path: Path) -> None:
    done = CliRunner().invoke(predict, ["last", "a.png", "--out", str(tmp_path), "--csv"])
    assert done.exit_code == 2
    assert "no kind of file" in done.output
