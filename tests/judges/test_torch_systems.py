"""A hundred steps of systems with several networks, heads or masks, beside PyTorch's."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.judges.packages import require
from tests.judges.turns import noise_of, rotation_of, train_in_turns
from tests.systems import SYSTEMS
from tuidl.model.model import Model
from tuidl.model.noise import drawn
from tuidl.preset.schema import Preset

SCRIPT = Path(__file__).with_name("torch_systems.py")
STEPS, BATCH = 100, 16
pytestmark = pytest.mark.usefixtures("test_sources")


SOURCE_OF_NOISE = {"gan": "z", "vae": "sampler.sample_normal_1"}
"""The input or layer that draws it."""


def drawn_in(model: Model, name: str) -> np.ndarray:
    """(steps, batch, numbers) what is drawn in each step."""
    if name == "diffusion":
        inputs = [data for data in model.program.graph.inputs if data.noise]
        seed = model.preset.training.seed
        steps = [[drawn(data, BATCH, seed, step + 1) for data in inputs] for step in range(STEPS)]
        return np.array([np.concatenate(parts, axis=1) for parts in steps])
    source = SOURCE_OF_NOISE.get(name, "")
    return noise_of(model, source, (BATCH, 2), STEPS, rotation_of(model))


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_hundred_steps_are_those_of_pytorch(name: str, tmp_path: Path) -> None:
    require("torch")
    preset = Preset.parse(SYSTEMS[name], name)
    model = Model(preset, batch=BATCH, dtype="float64")
    noise = drawn_in(model, name)
    split = preset.data.split()
    count = len(split.train) // BATCH * BATCH
    x, y = split.train.x[:count].astype(float), split.train.y[:count].astype(float)
    first = {key: values.copy() for key, values in model.parameters.items()}
    arrays = {f"parameters/{key}": values for key, values in first.items()}
    np.savez(tmp_path / "arrays.npz", x=x, y=y, noise=noise, **arrays)
    command = [sys.executable, str(SCRIPT), name, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    losses = train_in_turns(model, x, y, BATCH, STEPS)
    with np.load(tmp_path / "answers.npz") as expected:
        np.testing.assert_allclose(losses, expected["losses"], rtol=1e-9)
        for key, values in model.parameters.items():
            wanted = expected[f"parameters/{key}"]
            np.testing.assert_allclose(values, wanted, rtol=0, atol=1e-8, err_msg=key)
    moved = [np.abs(values - first[key]).max() for key, values in model.parameters.items()]
    assert min(moved) > 1e-3, "a parameter that has hardly moved proves nothing"
