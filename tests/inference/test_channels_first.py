"""Files to predict are turned as the training data was."""

from pathlib import Path

import numpy as np
import pytest

from tests import helpers
from tuidl.inference.files import read_inputs
from tuidl.inference.preprocessing import Preparation

TEXT = """name = "t"
[data]
source = "npz"
path = "{path}"
channels = "first"
[optimizer]
type = "sgd"
[[layers]]
type = "flatten"
[[layers]]
type = "dense"
[loss]
type = "cross_entropy"
"""


@pytest.mark.parametrize("kind", ["npy", "npz"])
def test_channels_first(tmp_path: Path, kind: str) -> None:
    x = np.random.default_rng(0).random((20, 3, 8, 9), np.float32)
    np.savez(tmp_path / "d.npz", x=x, y=np.arange(20) % 2)
    np.save(tmp_path / "new.npy", x[:4])
    np.savez(tmp_path / "new.npz", x=x[:4])
    preset = helpers.preset(TEXT.format(path=tmp_path / "d.npz"))
    prepared = Preparation.of(preset)
    read = read_inputs(preset, prepared, tmp_path / f"new.{kind}")
    np.testing.assert_array_equal(read.x, np.moveaxis(x[:4], 1, -1))
    np.testing.assert_array_equal(preset.data.load().x[:4], read.x)
