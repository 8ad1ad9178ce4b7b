"""Points that are made by diffusion are those of a plain loop in NumPy with the same noise."""

import re
import zlib
from pathlib import Path

import numpy as np
import pytest

from tests.systems import DIFFUSION
from tuidl.compiler.graph import Graph
from tuidl.compiler.reverse import reverse_of
from tuidl.inference.generated_pictures import Maker
from tuidl.inference.preprocessing import prepared_for
from tuidl.kernels.noise import noise_normal_oracle
from tuidl.kernels.step_state import SEED, STEP, STEP_STATE_SIZE
from tuidl.model.model import Model
from tuidl.model.sampling import generated, is_generator
from tuidl.preset.schema import Preset

DOCUMENT = Path(__file__).parents[2] / "docs" / "generating.md"
LINEAR = ("networks.0.layers.0.schedule=linear",)
IMAGES = ("inputs.0.shape=[8, 8, 1]", "data={source='digits', targets='inputs'}")


def model_of(*settings: str) -> Model:
    return Model(Preset.parse(DIFFUSION, "d", settings), batch=16, threads=1)


class Counted:
    """A random generator that draws what inputs of noise would be in a step."""

    def __init__(self, seed: int, steps: int) -> None:
        self.state = np.zeros(STEP_STATE_SIZE)
        self.state[SEED] = seed
        self.steps = [0, *range(steps, 1, -1)]

    def standard_normal(self, shape: tuple[int, int]) -> np.ndarray:
        self.state[STEP] = self.steps.pop(0)
        drawn = np.empty(shape[0] * shape[1])
        source = zlib.crc32(b"noise")
        noise_normal_oracle(drawn, source, 0, shape[1], self.state)
        return drawn.reshape(shape)


def denoised(model: Model, scale: float = 10.0) -> object:
    """The network in plain NumPy, float64: rows (x, y, t / T)."""
    p = {name: np.asarray(values, float) for name, values in model.parameters.items()}

    def predict(rows: np.ndarray) -> np.ndarray:
        x, step = rows[:, :2].astype(float), rows[:, 2:].astype(float)
        waves = [f(step * scale / 10000 ** (2 * i / 6)) for i in range(3) for f in (np.sin, np.cos)]
        seen = np.concatenate([x, *waves], axis=1)
        hidden = np.tanh(seen @ p["denoiser.dense_1.kernel"] + p["denoiser.dense_1.bias"])
        return hidden @ p["denoiser.dense_2.kernel"] + p["denoiser.dense_2.bias"]

    return predict


def documented() -> dict[str, object]:
    """The loop that the documentation has, for a preset of 12 steps."""
    (text,) = re.findall(r"```python\n(import numpy.*?)```", DOCUMENT.read_text(), re.DOTALL)
    scope: dict[str, object] = {}
    exec(text.replace("T = 50", "T = 12"), scope)
    return scope


@pytest.mark.parametrize("schedule", ["cosine", "linear"])
def test_the_steps_back_are_those_of_a_plain_loop(schedule: str) -> None:
    model = model_of(*(LINEAR if schedule == "linear" else ()))
    scope = documented()
    if schedule == "linear":
        s = np.arange(13) / 12
        scope["a2"] = np.exp(-0.1 * s - 9.95 * s * s)
    expected = scope["generate"](denoised(model), 300, Counted(5, 12))  # type: ignore[operator]
    np.testing.assert_allclose(generated(model, 300, seed=5), expected, rtol=1e-4, atol=1e-5)


def test_a_smaller_sample_is_the_start_of_a_larger_one_and_another_seed_another() -> None:
    model = model_of()
    many = generated(model, 200)
    np.testing.assert_allclose(many[:7], generated(model, 7), rtol=1e-5)
    assert not np.allclose(many[:7], generated(model, 7, seed=1))


def test_the_linear_schedule_is_that_of_a_thousand_small_variances() -> None:
    """Ho et al.: 0.0001 to 0.02 in a straight line."""
    shares = reverse_of(model_of(*LINEAR, "inputs.1.steps=1000").program.graph).shares()  # type: ignore[union-attr]
    betas = 1 - shares[1:] / shares[:-1]
    usual = np.linspace(1e-4, 0.02, 1000)
    np.testing.assert_allclose(betas, usual, rtol=0.11)
    np.testing.assert_allclose(betas[100:], usual[100:], rtol=0.015)


@pytest.mark.parametrize(
    ("settings", "is_diffusion"),
    [
        ((), True),
        (LINEAR, True),
        (("predicts=predicted",), False),
        (("objectives.0.losses.0.target=0.0",), False),
        (("networks.0.layers.0.enabled=false",), False),
    ],
)
def test_what_is_taken_for_diffusion(settings: tuple[str, ...], is_diffusion: bool) -> None:
    graph = Graph.build(Preset.parse(DIFFUSION, "d", settings))
    assert (reverse_of(graph) is not None) == is_diffusion
    assert is_generator(graph) == (settings != ("predicts=predicted",))


def test_examples_of_any_shape_are_made() -> None:
    text = DIFFUSION.replace('type = "dense"\n[[outputs]]', 'type = "dense"\nunits = 64\n'
        '[[networks.layers]]\ntype = "reshape"\nshape = [8, 8, 1]\n[[outputs]]', 1)  # fmt: skip
    flat = '[[networks.layers]]\ntype = "flatten"\ninputs = ["noisy"]\nname = "flat"\n'
    text = text.replace('inputs = ["noisy", "step"]\n', 'inputs = ["noisy", "step"]\n' + flat, 1)
    text = text.replace('inputs = ["noisy", "time"]', 'inputs = ["flat", "time"]')
    preset = Preset.parse(text, "d", IMAGES)
    model = Model(preset, batch=16, threads=1)
    made = generated(model, 3)
    assert made.shape == (3, 8, 8, 1)
    assert np.isfinite(made).all()
    prepared = prepared_for(preset, None, preset.data.split())
    maker = Maker(preset, dict(model.parameters), prepared)
    np.testing.assert_allclose(maker.drawn(3, 0), made, rtol=1e-5)
