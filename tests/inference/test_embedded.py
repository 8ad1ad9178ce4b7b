"""Numbers that an embedding has no row for are a problem of their example alone."""

from pathlib import Path

import numpy as np

import tuidl
from tests import helpers
from tuidl.inference.predictions import predict_file

TEXT = """name = "t"
[data]
source = "npz"
path = "{path}"
task = "regression"
[optimizer]
type = "sgd"
[[layers]]
type = "embedding"
input_dim = 10
output_dim = 3
[[layers]]
type = "flatten"
[[layers]]
type = "dense"
[loss]
type = "mse"
"""


def test_only_the_others_are_predicted(tmp_path: Path) -> None:
    x = np.arange(40.0).reshape(20, 2) % 10
    np.savez(tmp_path / "d.npz", x=x, y=np.arange(20.0))
    preset = helpers.preset(TEXT.format(path=tmp_path / "d.npz"))
    new = x[:5].copy()
    new[1, 0], new[3, 1] = 2.5, 10
    np.save(tmp_path / "new.npy", new)
    parameters = tuidl.build(preset).parameters
    found = predict_file(preset, parameters, tmp_path / "new.npy")
    assert [*found.problems] == [1, 3]
    assert "2.5 is no whole number" in found.problems[1]
    assert "has no row 10" in found.problems[3]
    assert len(found.decoded) == 3
    assert np.isfinite(found.decoded).all()
