"""Sets that are larger than the memory: parts lie in files, and are the same."""

from pathlib import Path

import numpy as np
import pytest

from tests import helpers
from tests.data.test_arrays import source_of
from tuidl.core import limits
from tuidl.core.errors import BackendError
from tuidl.core.spilling import is_in_file
from tuidl.data import memory
from tuidl.data.memory import demand
from tuidl.training.trainer import Trainer


@pytest.mark.parametrize(
    ("dtype", "normalize"),
    [(np.float32, "none"), (np.float32, "standard"), (np.float64, "min_max")],
)
def test_parts_that_do_not_fit_lie_in_a_file_and_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dtype: type, normalize: str
) -> None:
    x = np.random.default_rng(0).random((1000, 500)).astype(dtype)
    source = source_of(tmp_path, "npy", x, np.arange(1000) % 2, normalize=normalize)
    whole = source.split()
    left = demand(source, spilled=True).height + 1000
    assert left < demand(source).height
    monkeypatch.setattr(memory, "memory_left", lambda: left)
    monkeypatch.setattr(limits, "memory_left", lambda: left)
    split = source.split()
    assert is_in_file(split.train.x)
    assert not is_in_file(whole.train.x)
    np.testing.assert_array_equal(split.train.x, whole.train.x)
    np.testing.assert_array_equal(split.validation.x, whole.validation.x)
    preset = helpers.preset(
        f"""
        name = "large"
        data = {{source = "npy", x = "{source.x}", y = "{source.y}", normalize = "{normalize}"}}
        layers = [{{type = "dense"}}]
        loss = {{type = "cross_entropy"}}
        optimizer = {{type = "sgd"}}
        training = {{epochs = 2}}
        """
    )
    trainers = [Trainer(preset, split=one, threads=1) for one in (whole, split)]
    for trainer in trainers:
        list(trainer.run())
    assert trainers[0].model.weights_sha256 == trainers[1].model.weights_sha256
    assert any("do not fit into memory" in note for note in trainers[1].notices())
    monkeypatch.setattr(memory, "room_on_disk", lambda: 1000)
    with pytest.raises(BackendError, match="the data needs"):
        source.split()
