"""Networks that answer to noise alone have nothing to be judged by, and read no examples."""

from pathlib import Path

import pytest

from tuidl.core.errors import DataError
from tuidl.inference.files import read_inputs
from tuidl.inference.predictions import answered
from tuidl.inference.preprocessing import prepared_for
from tuidl.inference.trained import model_of
from tuidl.judging.evaluating import Options, evaluated
from tuidl.judging.network import Network
from tuidl.judging.subject import of_part
from tuidl.preset.library import load_preset
from tuidl.training.trainer import Trainer


@pytest.mark.parametrize("name", ["gan_points", "diffusion_points"])
def test_an_answer_to_noise_is_not_judged(name: str) -> None:
    preset = load_preset(name, ("training.epochs=1", "data.points=200"))
    prepared = prepared_for(preset, None)
    parameters = Trainer(preset, threads=1).model.parameters
    network = Network(name, name, preset, parameters, prepared)
    with pytest.raises(DataError, match=r"makes its answers of random numbers"):
        evaluated(network, of_part(preset, prepared), Options(resamples=50))


def test_examples_for_a_network_of_noise_are_refused_by_name(tmp_path: Path) -> None:
    preset = load_preset("diffusion_points", ("training.epochs=1", "data.points=200"))
    (path := tmp_path / "points.csv").write_text("x,y\n1,2\n")
    prepared = prepared_for(preset, None)
    model = model_of(preset, Trainer(preset, threads=1).model.parameters, examples=1)
    message = r"random numbers \(noise, step: 3 in all\), not to examples; 'tuidl generate RUN'"
    with pytest.raises(DataError, match=message):
        answered(model, prepared, read_inputs(preset, prepared, path))
