"""Which networks answer to random numbers alone."""

import pytest

from tests.systems import SYSTEMS
from tuidl.compiler.codes import noise_of
from tuidl.preset.library import load_preset, shipped
from tuidl.preset.noise import answers_to_noise
from tuidl.preset.schema import Preset

GENERATORS = {"gan_points", "gan_digits", "mode_collapse", "diffusion_points"}
CHAINED = """
name = "a generator of two networks"
[data]
source = "point_cloud"
[[inputs]]
name = "noise"
shape = [2]
[[networks]]
name = "first"
layers = [{ type = "dense", units = 2 }]
[[networks]]
name = "second"
layers = [{ type = "dense", units = 2 }]
[[networks]]
name = "judge"
layers = [{ type = "dense", units = 1 }]
[[outputs]]
name = "between"
network = "first"
inputs = ["noise"]
[[outputs]]
name = "made"
network = "second"
inputs = [INPUTS]
[[outputs]]
name = "verdict"
network = "judge"
inputs = ["made"]
[[objectives]]
name = "only"
trains = ["first", "second", "judge"]
losses = [{ output = "verdict", target = 1, loss = { type = "mse" } }]
optimizer = { type = "adam" }
"""


@pytest.mark.parametrize("name", sorted(shipped()))
def test_of_the_presets_only_generators_do(name: str) -> None:
    assert answers_to_noise(load_preset(name)) is (name in GENERATORS)


@pytest.mark.parametrize("name", SYSTEMS)
@pytest.mark.usefixtures("test_sources")
def test_it_agrees_with_the_graph(name: str) -> None:
    preset = Preset.parse(SYSTEMS[name], name)
    assert answers_to_noise(preset) is bool(noise_of(preset))


@pytest.mark.parametrize(("inputs", "answers"), [('"between"', True), ('"input"', False)])
def test_an_output_that_reads_another_reads_what_that_reads(inputs: str, answers: bool) -> None:
    text = f'predicts = "made"\n{CHAINED.replace("INPUTS", inputs)}'
    assert answers_to_noise(Preset.parse(text, "chained")) is answers
