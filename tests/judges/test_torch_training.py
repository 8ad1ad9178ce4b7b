"""A hundred steps of every shipped preset's network, from equal weights on equal batches."""

import msgspec
import numpy as np
import pytest

from tests.judges.networks import Array
from tests.judges.packages import require
from tests.judges.torch_jobs import Jobs
from tuidl.backends.base import Batches, Stretch
from tuidl.layers.dropout import Dropout
from tuidl.library import load_preset, shipped
from tuidl.model import Model
from tuidl.preset import Preset

STEPS = 100
BATCHES = 10
"""Different ones; they come round again."""
NEAR = 1e-3
"""How far a weight may lie from PyTorch's after the last step."""


def _preset(name: str) -> Preset:
    """Without dropout, whose masks are each program's own."""
    preset = load_preset(name)
    layers = [
        msgspec.structs.replace(layer, rate=0.0) if isinstance(layer, Dropout) else layer
        for layer in preset.layers
    ]
    return msgspec.structs.replace(preset, layers=tuple(layers))


def _batch(preset: Preset) -> int:
    return preset.training.batch_for(preset.data.count())


def _examples(preset: Preset) -> tuple[Array, Array]:
    """Random ones of the preset's shapes; regression targets follow from the inputs."""
    spec, random = preset.data.spec(), np.random.default_rng(5)
    count = BATCHES * _batch(preset)
    x = random.standard_normal((count, *spec.shape)).astype(np.float32)
    if spec.classes:
        return x, random.integers(0, len(spec.classes), (count, 1))
    weights = random.standard_normal((x[0].size, spec.outputs)) / np.sqrt(x[0].size)
    return x, np.tanh(x.reshape(count, -1) @ weights).astype(np.float32)


def _model(preset: Preset) -> Model:
    return Model(preset, batch=_batch(preset))


def _train(model: Model, x: Array, y: Array) -> Array:
    """The loss of each step."""
    feed = model.feed(x, y)
    batches = Batches.of(model.program.train, model.program.batch, len(feed))
    list(model.prepare())
    statistics = sum(size for _, size in model.program.statistics.values())
    rates = np.full(BATCHES, model.preset.optimizer.learning_rate)
    losses = []
    for _ in range(STEPS // BATCHES):
        stretch = Stretch(0, rates, np.zeros(statistics), np.zeros(BATCHES))
        assert model.engine.run(batches, feed, stretch) == BATCHES
        losses.append(stretch.losses)
    return np.concatenate(losses)


@pytest.fixture(scope="session")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Jobs:
    """PyTorch's losses and last weights for all presets."""
    require("torch")
    jobs = Jobs()
    for name in shipped():
        preset = _preset(name)
        model, (x, y) = _model(preset), _examples(preset)
        jobs.add(name, "training", model, x, y, steps=STEPS, batch=_batch(preset))
    jobs.run(tmp_path_factory.mktemp("training"))
    return jobs


@pytest.mark.parametrize("name", shipped())
def test_a_preset_trains_as_it_does_in_torch(name: str, answers: Jobs) -> None:
    expected = answers.of(name)
    preset = _preset(name)
    model = _model(preset)
    first = {key: values.copy() for key, values in model.parameters.items()}
    losses = _train(model, *_examples(preset))
    np.testing.assert_allclose(losses, expected["losses"], rtol=1e-4)
    for key, values in model.parameters.items():
        np.testing.assert_allclose(
            values, expected[f"parameters/{key}"], rtol=0, atol=NEAR, err_msg=key
        )
    way = max(np.abs(values - first[key]).max() for key, values in model.parameters.items())
    assert way > 10 * NEAR, "weights that have hardly moved prove nothing"
