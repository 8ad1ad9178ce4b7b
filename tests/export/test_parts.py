"""One of several networks alone: encoder, decoder, generator, or by its name."""

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from tests.export.exports import perturbed
from tuidl.cli.using import export as command
from tuidl.compiler.codes import decoder_of, encoder_of
from tuidl.compiler.parts import part_names, part_of
from tuidl.core.errors import TuidlError
from tuidl.export import export
from tuidl.export.proof import missing, outputs_of
from tuidl.inference.trained import model_of, read_parameters
from tuidl.model.model import Model
from tuidl.preset.library import load_preset

FILES = {"numpy": "model.py", "torch": "model.py", "onnx": "model.onnx"}
NEEDS = {"torch": ["torch"], "onnx": ["onnx", "onnxruntime"]}


@pytest.fixture(scope="module")
def whole() -> Model:
    model = Model(load_preset("autoencoder_digits"), batch=8, backend="numpy")
    perturbed(model)
    return model


def answers(model: Model, kind: str, part: str, folder: Path, x: np.ndarray) -> np.ndarray:
    """Of the exported part."""
    export(model.preset, model.parameters, kind, folder, part=part)
    return outputs_of(folder / FILES[kind], x)


@pytest.mark.parametrize("kind", ["numpy", "torch", "onnx"])
def test_encoder_and_decoder_together_are_the_whole(
    whole: Model, kind: str, tmp_path: Path
) -> None:
    if lacking := missing(tuple(NEEDS.get(kind, ()))):
        pytest.skip(f"{lacking} not installed")
    x = np.random.default_rng(0).random((5, *whole.program.graph.spec.shape), np.float32)
    codes = answers(whole, kind, "encoder", tmp_path / "encoder", x)
    back = answers(whole, kind, "decoder", tmp_path / "decoder", codes)
    assert codes.shape[0] == 5
    np.testing.assert_allclose(back, whole.predict(x), atol=2e-5)


def test_weights_of_a_part_are_its_own(whole: Model, tmp_path: Path) -> None:
    export(whole.preset, whole.parameters, "safetensors", tmp_path, part="decoder")
    names = {*read_parameters(tmp_path / "model.safetensors")}
    assert names
    assert names < {*whole.parameters}
    assert all(name.startswith("decoder") for name in names)


@pytest.mark.parametrize(
    ("preset", "names"),
    [
        ("autoencoder_digits", ["encoder", "decoder"]),
        ("vae_mnist", ["encoder", "decoder", "generator", "sampler"]),
        ("gan_points", ["generator", "discriminator"]),
        ("deep_clusters", ["encoder", "decoder", "clusters"]),
        ("cnn_digits", []),
    ],
)
def test_parts_of_presets(preset: str, names: list[str]) -> None:
    assert part_names(load_preset(preset)) == names


def test_what_a_part_answers_is_what_the_whole_computes() -> None:
    """Every part of every kind, against the whole's parameters in a network of its own."""
    preset = load_preset("deep_clusters")
    model = Model(preset, batch=4, backend="numpy")
    perturbed(model)
    x = np.random.default_rng(1).random((4, *model.program.graph.spec.shape), np.float32)

    def of(name: str, given: np.ndarray) -> np.ndarray:
        part = part_of(preset, name)
        return model_of(part, model.parameters, examples=4, backend="numpy").predict(given)

    codes = of("encoder", x)
    np.testing.assert_allclose(of("clusters", codes), model.predict(x), rtol=1e-5, atol=1e-5)
    assert of("decoder", codes).shape == (4, *model.program.graph.spec.shape)
    assert part_of(preset, "encoder") == encoder_of(preset)


def test_generators() -> None:
    gan, vae = load_preset("gan_points"), load_preset("vae_mnist")
    assert part_of(gan, "generator").predicted == "points"
    assert part_of(gan, "discriminator").predicted == "real"
    assert part_of(vae, "generator") == decoder_of(vae)


@pytest.mark.parametrize(
    ("preset", "part", "message"),
    [
        ("cnn_digits", "encoder", "no part 'encoder': the preset is one network"),
        ("gan_points", "genrator", "no part 'genrator'.*did you mean 'generator'"),
        ("autoencoder_digits", "generator", "no part 'generator'.*encoder"),
    ],
)
def test_no_such_part(preset: str, part: str, message: str) -> None:
    with pytest.raises(TuidlError, match=message):
        part_of(load_preset(preset), part)


def test_the_programs_say_what_they_are_given(whole: Model, tmp_path: Path) -> None:
    export(whole.preset, whole.parameters, "numpy", tmp_path, part="decoder")
    text = (tmp_path / "model.py").read_text()
    assert "numbers, what the part before answers" in text
    assert "the other part answers them" in text
    assert "--part NAME" in CliRunner().invoke(command, ["--help"]).output
