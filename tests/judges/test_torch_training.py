"""A hundred steps of every shipped preset's network, from equal weights on equal batches."""

import numpy as np
import pytest

from tests.helpers import changed, presets_of_numbers, wanted
from tests.judges.networks import Array, set_parameters
from tests.judges.packages import require
from tests.judges.torch_jobs import Jobs
from tests.judges.trajectories import EXACT, NEAR, STEPS, check_trajectory
from tests.judges.turns import ask, in_turns
from tuidl.compiler.graph import Graph
from tuidl.core.errors import DataError
from tuidl.model.model import Model
from tuidl.nn.layers.base import Layer
from tuidl.nn.layers.dropout import Dropout
from tuidl.preset.library import load_preset
from tuidl.preset.schema import Preset

BATCHES = 10
"""Different ones, at most; they come round again."""

DTYPES = ("float32", "float64")
ELSEWHERE = ("diffusion_points",)
"""Judged as a system of ``tests/systems.py``: what is drawn is its input and its target."""
NAMES = [name for name in presets_of_numbers() if name not in ELSEWHERE]
SHORTER = {"detect_shape": 50}
"""Steps of presets that cannot be compared for longer: where boxes' edges change places within a
step's rounding, Adam takes another way from there on, here after some seventy steps."""
STOPS = [0, 10, 50, 99]
"""Steps before which gradients are looked at."""
FOLLOWS, WEIGHTS_FOLLOW = 1e-5, NEAR.weight / 2
"""How far PyTorch's losses and last weights in float32 may lie from those in float64 for float32 to
be compared."""
WHOLE = 256
"""Examples of a whole data set that is not there."""


def _preset(name: str) -> Preset:
    """Without dropout, whose masks are each program's own, and changes of examples in each step."""
    preset = load_preset(name)
    if preset.data.augment:
        preset = changed(preset, data=changed(preset.data, augment=None))
    networks = tuple(changed(net, layers=_undropped(net.layers)) for net in preset.networks)
    return changed(preset, layers=_undropped(preset.layers), networks=networks)


def _undropped(layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
    return tuple(
        changed(layer, rate=0.0) if isinstance(layer, Dropout) else layer for layer in layers
    )


def _examples(preset: Preset) -> tuple[Array, Array, int]:
    """The first whole batches of the preset's training data, and how large they are.

    Where the data is not on this machine, random numbers of its shapes.
    """
    try:
        train = preset.data.split().train
    except DataError:
        size = preset.training.batch_size
        batch = WHOLE if size == "full" else size
        return *_random_examples(preset, BATCHES * batch), batch
    batch = preset.training.batch_for(len(train))
    count = min(len(train) // batch, BATCHES) * batch
    return train.x[:count], train.y[:count], batch


def _random_examples(preset: Preset, count: int) -> tuple[Array, Array]:
    """Labels at random; numbers that follow from the inputs; the inputs themselves, from 0 to 1."""
    spec, random = preset.data.spec(), np.random.default_rng(5)
    x = random.standard_normal((count, *spec.shape)).astype(np.float32)
    if preset.spec().reconstructs:
        x = 1 / (1 + np.exp(-x))
        return x, x.reshape(count, -1)
    if spec.classes:
        return x, random.integers(0, len(spec.classes), (count, 1))
    weights = random.standard_normal((x[0].size, spec.outputs)) / np.sqrt(x[0].size)
    return x, np.tanh(x.reshape(count, -1) @ weights).astype(np.float32)


def _model(preset: Preset, batch: int, dtype: str) -> Model:
    """The same first weights in both precisions."""
    model, single = Model(preset, batch=batch, dtype=dtype), Model(preset, batch=batch)
    set_parameters(model, single.parameters)
    return model


@pytest.fixture(scope="session")
def answers(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Jobs:
    """PyTorch's way with the presets that are asked for, in both precisions."""
    require("torch")
    jobs = Jobs()
    for name in wanted(request, "name"):
        preset = _preset(name)
        x, y, batch = _examples(preset)
        for dtype in DTYPES:
            model = _model(preset, batch, dtype)
            steps = SHORTER.get(name, STEPS)
            _ask(jobs, f"{name} {dtype}", model, x.astype(dtype), y, steps)
    jobs.run(tmp_path_factory.mktemp("training"))
    return jobs


def _ask(jobs: Jobs, name: str, model: Model, x: Array, y: Array, steps: int) -> None:
    batch = model.program.batch
    if in_turns(model.program.graph):
        ask(jobs, name, model, x, y.astype(x.dtype), batch, steps)
    else:
        jobs.add(name, "training", model, x, y, steps=steps, batch=batch, stops=STOPS)


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_trains_as_it_does_in_torch(name: str, answers: Jobs) -> None:
    preset = _preset(name)
    x, y, batch = _examples(preset)
    model, expected = _model(preset, batch, "float64"), answers.of(f"{name} float64")
    check_trajectory(model, x, y, expected, EXACT)


@pytest.mark.parametrize("name", NAMES)
def test_single_precision_trains_so_where_torch_can_say(name: str, answers: Jobs) -> None:
    """ReLU and Adam blow up float32's rounding, in PyTorch as here, in some networks within a
    hundred steps; then two ways that are both right part."""
    single, double = (answers.of(f"{name} {dtype}") for dtype in DTYPES)
    parted = np.abs(single["losses"] / double["losses"] - 1) > FOLLOWS
    if parted.any():
        pytest.skip(f"PyTorch's own float32 and float64 part at step {parted.argmax()}")
    for key in (key for key in single if key.startswith("parameters/")):
        if np.abs(single[key] - double[key]).max() > WEIGHTS_FOLLOW:
            pytest.skip(f"PyTorch's own {key} part between float32 and float64")
    preset = _preset(name)
    x, y, batch = _examples(preset)
    check_trajectory(_model(preset, batch, "float32"), x, y, single)


SINGLE = [name for name in NAMES if not in_turns(Graph.build(load_preset(name)))]
"""Of several losses the noise differs from step to step; what they add up to is judged above."""


@pytest.mark.parametrize("name", SINGLE)
def test_single_precision_has_the_gradients_of_torch_on_the_way(name: str, answers: Jobs) -> None:
    """On the weights that PyTorch has in float64 after so many steps."""
    preset = _preset(name)
    x, y, batch = _examples(preset)
    model, expected = _model(preset, batch, "float32"), answers.of(f"{name} float64")
    for stop in STOPS:
        known = {key: expected[f"weights/{stop}/{key}"] for key in model.parameters}
        set_parameters(model, known)
        first = stop * batch % len(x)
        part = slice(first, first + batch)
        loss, gradients = model.loss_and_gradients(x[part], y[part])
        np.testing.assert_allclose(loss, expected["losses"][stop], rtol=1e-4)
        for key in model.parameters:
            name = f"gradients/{stop}/{key}"
            if name in expected:
                _assert_near(gradients[key], expected[name], name)


def _assert_near(actual: np.ndarray, expected: np.ndarray, name: str) -> None:
    """Equal within float32's rounding, but for a few entries that are off by little: what lies at
    a kink (ReLU's zero, two equal winners of a pool) falls to either side by that rounding."""
    off = np.abs(actual - expected)
    beyond = np.count_nonzero(off > 1e-4 + 1e-3 * np.abs(expected))
    assert beyond <= 1 + expected.size // 1000, f"{name}: {beyond} of {expected.size} are off"
    assert off.max(initial=0.0) <= 1e-3, f"{name}: off by {off.max()}"
