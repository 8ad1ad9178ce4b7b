"""A hundred steps of systems with several networks, heads or masks, beside PyTorch's."""

import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest

from tests.judges.packages import require
from tests.systems import SYSTEMS
from tuidl.backends.base import BatchPlan, StepChunk
from tuidl.kernels.noise import noise_normal_oracle
from tuidl.kernels.step_state import SEED, STEP, STEP_STATE_SIZE
from tuidl.model.model import Model
from tuidl.preset.schema import Preset
from tuidl.training.rotation import Rotation

SCRIPT = Path(__file__).with_name("torch_systems.py")
STEPS, BATCH = 100, 16
pytestmark = pytest.mark.usefixtures("test_sources")


SOURCE_OF_NOISE = {"gan": b"z", "vae": b"sampler.sample_normal_1"}
"""The input or layer that draws it."""


def _noise(model: Model, name: str, rotation: Rotation) -> np.ndarray:
    """What is drawn in each step: a step is counted by its own objective."""
    noise = np.zeros((STEPS, BATCH, 2))
    step_state = np.zeros(STEP_STATE_SIZE)
    source = zlib.crc32(SOURCE_OF_NOISE.get(name, b""))
    step_state[SEED] = model.preset.training.seed
    for step in range(STEPS):
        number, _ = rotation.at(step)
        step_state[STEP] = rotation.steps_of(number, step) + 1
        noise_normal_oracle(noise[step].reshape(-1), source, 0, 2, step_state)
    return noise


def _train(model: Model, x: np.ndarray, y: np.ndarray, rotation: Rotation) -> np.ndarray:
    """The loss of each step, as the trainer does them, at the optimizers' own rates."""
    program, engine = model.program, model.engine
    feed = model.feed(x, y)
    plans = [BatchPlan.of(o.train, BATCH, len(feed)) for o in program.objectives]
    rates = [o.optimizer.learning_rate for o in program.graph.objectives]
    statistics = sum(size for _, size in program.statistics.values())
    losses = np.zeros(STEPS)
    list(model.prepare())
    for step in range(STEPS):
        number, _ = rotation.at(step)
        engine.step_state[STEP] = rotation.steps_of(number, step)
        place = step % (len(feed) // BATCH)
        part = losses[step : step + 1]
        chunk = StepChunk(place, np.full(1, rates[number]), np.zeros(statistics), part)
        assert engine.run(plans[number], feed, chunk) == 1
    return losses


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_hundred_steps_are_those_of_pytorch(name: str, tmp_path: Path) -> None:
    require("torch")
    preset = Preset.parse(SYSTEMS[name], name)
    model = Model(preset, batch=BATCH, dtype="float64")
    rotation = Rotation(tuple(o.steps for o in model.program.graph.objectives))
    split = preset.data.split()
    count = len(split.train) // BATCH * BATCH
    x, y = split.train.x[:count].astype(float), split.train.y[:count].astype(float)
    first = {key: values.copy() for key, values in model.parameters.items()}
    arrays = {f"parameters/{key}": values for key, values in first.items()}
    np.savez(tmp_path / "arrays.npz", x=x, y=y, noise=_noise(model, name, rotation), **arrays)
    command = [sys.executable, str(SCRIPT), name, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    losses = _train(model, x, y, rotation)
    with np.load(tmp_path / "answers.npz") as expected:
        np.testing.assert_allclose(losses, expected["losses"], rtol=1e-9)
        for key, values in model.parameters.items():
            wanted = expected[f"parameters/{key}"]
            np.testing.assert_allclose(values, wanted, rtol=0, atol=1e-8, err_msg=key)
    moved = [np.abs(values - first[key]).max() for key, values in model.parameters.items()]
    assert min(moved) > 1e-3, "a parameter that has hardly moved proves nothing"
