"""A loss for targets of the other kind names the key that takes one's own targets so."""

from pathlib import Path

import numpy as np
import pytest

from tests import helpers
from tuidl.compiler.graph import Graph
from tuidl.core.errors import PresetError

TEXT = """name = "t"
[data]
source = "npz"
path = "{path}"
[optimizer]
type = "sgd"
[[layers]]
type = "dense"
[loss]
type = "{loss}"
"""


@pytest.mark.parametrize(
    ("y", "loss", "task"),
    [
        (np.arange(20) % 2 * 1.0, "mse", "regression"),
        (np.arange(20) % 2 + 0.5, "cross_entropy", "classification"),
    ],
)
def test_the_key_is_named(tmp_path: Path, y: np.ndarray, loss: str, task: str) -> None:
    np.savez(tmp_path / "d.npz", x=np.ones((20, 2)), y=y)
    text = TEXT.format(path=tmp_path / "d.npz", loss=loss)
    with pytest.raises(PresetError, match=rf", or say data\.task = '{task}'$"):
        Graph.build(helpers.preset(text))
