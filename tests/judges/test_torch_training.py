"""A hundred steps of every shipped preset's network, from equal weights on equal batches."""

import msgspec
import numpy as np
import pytest

from tests.judges.networks import Array
from tests.judges.packages import require
from tests.judges.torch_jobs import Jobs
from tests.judges.trajectories import STEPS, check_trajectory
from tuidl.errors import DataError
from tuidl.layers.dropout import Dropout
from tuidl.library import load_preset, shipped
from tuidl.model import Model
from tuidl.preset import Preset

BATCHES = 10
"""Different ones, at most; they come round again."""


def _preset(name: str) -> Preset:
    """Without dropout, whose masks are each program's own."""
    preset = load_preset(name)
    layers = [
        msgspec.structs.replace(layer, rate=0.0) if isinstance(layer, Dropout) else layer
        for layer in preset.layers
    ]
    return msgspec.structs.replace(preset, layers=tuple(layers))


def _examples(preset: Preset) -> tuple[Array, Array, int]:
    """The first whole batches of the preset's training data, and how large they are.

    Where the data is not on this machine, random numbers of its shapes.
    """
    try:
        train = preset.data.split().train
    except DataError:
        batch = preset.training.batch_for(preset.data.count())
        return *_random_examples(preset, BATCHES * batch), batch
    batch = preset.training.batch_for(len(train))
    count = min(len(train) // batch, BATCHES) * batch
    return train.x[:count], train.y[:count], batch


def _random_examples(preset: Preset, count: int) -> tuple[Array, Array]:
    """Labels at random; numbers that follow from the inputs."""
    spec, random = preset.data.spec(), np.random.default_rng(5)
    x = random.standard_normal((count, *spec.shape)).astype(np.float32)
    if spec.classes:
        return x, random.integers(0, len(spec.classes), (count, 1))
    weights = random.standard_normal((x[0].size, spec.outputs)) / np.sqrt(x[0].size)
    return x, np.tanh(x.reshape(count, -1) @ weights).astype(np.float32)


@pytest.fixture(scope="session")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Jobs:
    """PyTorch's losses and last weights for all presets."""
    require("torch")
    jobs = Jobs()
    for name in shipped():
        preset = _preset(name)
        x, y, batch = _examples(preset)
        jobs.add(name, "training", Model(preset, batch=batch), x, y, steps=STEPS, batch=batch)
    jobs.run(tmp_path_factory.mktemp("training"))
    return jobs


@pytest.mark.parametrize("name", shipped())
def test_a_preset_trains_as_it_does_in_torch(name: str, answers: Jobs) -> None:
    expected = answers.of(name)
    preset = _preset(name)
    x, y, batch = _examples(preset)
    check_trajectory(Model(preset, batch=batch), x, y, expected)
