"""Pictures as the inputs of a network that was trained on pictures."""

from pathlib import Path

import numpy as np
import pytest

from tests.data.data_files import write_mnist
from tests.helpers import CONV, LINE, preset
from tests.inference.predicted import predicted, save_picture, trained_on
from tuidl.core.errors import DataError
from tuidl.inference.files import read_inputs
from tuidl.inference.preprocessing import Preparation, split_of
from tuidl.model.model import Model
from tuidl.preset.schema import Preset


def _digit() -> np.ndarray:
    """A seven, light on dark, 28 x 28 bytes."""
    pixels = np.zeros((28, 28), np.uint8)
    pixels[4:7, 6:22] = 250
    pixels[7:25, 15:18] = 250
    return pixels


def _mnist_model(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Model:
    write_mnist(folder)
    monkeypatch.setenv("TUIDL_DATA_DIR", str(folder))
    return trained_on(preset(CONV.replace('"digits"', '"mnist"').replace("test = 0.1\n", "")))


def test_a_picture_is_what_its_pixels_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = _mnist_model(tmp_path, monkeypatch)
    path = save_picture(tmp_path / "seven.png", _digit())
    prepared = Preparation.of(model.preset)
    inputs = read_inputs(model.preset, prepared, path)
    np.testing.assert_array_equal(inputs.x[0, :, :, 0], _digit() / np.float32(255))
    assert (inputs.names, inputs.notes) == (("seven.png",), ())
    np.save(tmp_path / "seven.npy", _digit())
    found, same = predicted(model, path), predicted(model, tmp_path / "seven.npy")
    assert found.records[0]["probabilities"] == same.records[0]["probabilities"]


def test_dark_on_light_is_exchanged_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A photograph of a pen's stroke on paper is the other way round than MNIST."""
    model = _mnist_model(tmp_path, monkeypatch)
    prepared = Preparation.of(model.preset)
    path = save_picture(tmp_path / "paper.png", 255 - _digit())
    seen = read_inputs(model.preset, prepared, path)
    np.testing.assert_allclose(seen.x[0, :, :, 0], _digit() / 255, atol=1e-6)
    (note,) = seen.notes
    assert note.startswith("paper.png: light and dark were exchanged")
    kept = read_inputs(model.preset, prepared, path, invert=False)
    np.testing.assert_allclose(kept.x, 1 - seen.x, atol=1e-6)
    assert kept.notes == ()
    light = save_picture(tmp_path / "seven.png", _digit())
    forced = read_inputs(model.preset, prepared, light, invert=True)
    np.testing.assert_allclose(forced.x, kept.x, atol=1e-6)


def test_what_is_transparent_is_paper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Black ink on nothing, as drawing programs save it."""
    model = _mnist_model(tmp_path, monkeypatch)
    pixels = np.zeros((28, 28, 4), np.uint8)
    pixels[..., 3] = _digit()
    path = save_picture(tmp_path / "ink.png", pixels)
    seen = read_inputs(model.preset, Preparation.of(model.preset), path)
    np.testing.assert_allclose(seen.x[0, :, :, 0], _digit() / 255, atol=0.01)


def test_pictures_are_scaled_and_squeezing_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = _mnist_model(tmp_path, monkeypatch)
    prepared = Preparation.of(model.preset)
    large = save_picture(
        tmp_path / "large.jpg", np.kron(_digit(), np.ones((10, 10), np.uint8)), "RGB"
    )
    seen = read_inputs(model.preset, prepared, large)
    assert seen.notes == ()
    np.testing.assert_allclose(seen.x[0, 1:-1, 1:-1, 0], (_digit() / 255)[1:-1, 1:-1], atol=0.3)
    wide = save_picture(tmp_path / "wide.png", np.zeros((28, 60), np.uint8))
    (note,) = read_inputs(model.preset, prepared, wide).notes
    assert note == "wide.png: 28 x 60 pixels were squeezed into 28 x 28"


def test_pictures_of_a_folder_are_read_as_in_training(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    for name in ("cat", "dog"):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for i in range(4):
            pixels = random.integers(0, 256, (9, 14, 3), np.uint8)
            save_picture(tmp_path / "pets" / name / f"{i}.png", pixels)
    text = CONV.replace('source = "digits"', 'source = "images"\npath = "pets"\nsize = [6, 6]'
                        '\nnormalize = "standard"')  # fmt: skip
    text = text.replace("test = 0.1", "test = 0.0").replace("validation = 0.1", "validation = 0.25")
    model = trained_on(Preset.parse(text, folder=tmp_path))
    split = split_of(model.preset)
    prepared = Preparation.of(model.preset)
    paths = [tmp_path / "pets" / name / f"{i}.png" for name in ("cat", "dog") for i in range(4)]
    for place, row in enumerate(split.rows):
        x = read_inputs(model.preset, prepared, paths[row]).x
        np.testing.assert_array_equal(x[0], split.train.x[place])
    assert {r["class"] for r in predicted(model, paths[0]).records} <= {"cat", "dog"}


def test_a_picture_for_a_network_of_numbers_is_refused(tmp_path: Path) -> None:
    path = save_picture(tmp_path / "x.png", _digit())
    with pytest.raises(DataError, match=r"a picture, but this network reads 1 numbers \(linear\)"):
        predicted(trained_on(preset(LINE)), path)
