"""Codes and decoded codes of the moment, beside what the whole network answers."""

import numpy as np
import pytest

from tests.systems import GAN, VAE
from tuidl.compiler.codes import code_of, has_plane, is_normal, noise_of
from tuidl.core.errors import DataError
from tuidl.inference.generated_pictures import Maker, are_pictures, grid_of
from tuidl.inference.preprocessing import prepared_for
from tuidl.preset.library import load_preset
from tuidl.preset.schema import Preset
from tuidl.protocol.commands import Probe
from tuidl.protocol.picture_answers import DecodedCode, LatentPlane, Reconstructions
from tuidl.training.trainer import Trainer
from tuidl.worker.probes.answer import answer


@pytest.fixture(scope="module")
def trainer() -> Trainer:
    made = Trainer(Preset.parse(VAE, "vae", ("training.epochs=1",)))
    list(made.run())
    return made


def asked(trainer: Trainer, kind: str, **options: object) -> object:
    found = answer(trainer.state, Probe(id=1, kind=kind, options=options))
    assert found.error is None
    return found.answer


def test_a_code_decodes_to_what_the_whole_network_gives_back(trainer: Trainer) -> None:
    plane = asked(trainer, "latent_plane", count=3)
    assert isinstance(plane, LatentPlane)
    back = asked(trainer, "reconstructions", count=3)
    assert isinstance(back, Reconstructions)
    for point, example in zip(plane.points, back.examples, strict=True):
        one = asked(trainer, "decoded_code", cursor=tuple(point))
        assert isinstance(one, DecodedCode)
        np.testing.assert_allclose(one.decoded, example.back, atol=0.003)  # points are rounded
    assert plane.labels[plane.classes[0]] == str(back.examples[0].label)


def test_halves_follow_the_network_and_leave_it_as_it_is(trainer: Trainer) -> None:
    before = trainer.model.weights_sha256
    first = asked(trainer, "decoded_code", cursor=(0.5, 0.5))
    assert trainer.model.weights_sha256 == before
    bias = trainer.model.parameters["decoder.dense_2.bias"]
    bias += 3.0
    second = asked(trainer, "decoded_code", cursor=(0.5, 0.5))
    bias -= 3.0
    assert isinstance(first, DecodedCode)
    assert isinstance(second, DecodedCode)
    assert min(v or 0.0 for v in second.decoded) > min(v or 0.0 for v in first.decoded)


def test_what_has_no_plane_says_so() -> None:
    made = Trainer(load_preset("autoencoder_digits", ["training.epochs=1"]))
    list(made.run())
    assert "two numbers" in str(answer(made.state, Probe(id=1, kind="latent_plane")).error)


def test_pictures_are_made_of_random_numbers_and_between_examples(trainer: Trainer) -> None:
    preset = trainer.state.preset
    parameters = {name: values.copy() for name, values in trainer.model.parameters.items()}
    maker = Maker(preset, parameters, prepared_for(preset))
    made = maker.drawn(5, seed=3)
    assert made.shape == (5, 8, 8, 1)
    assert are_pictures(made)
    np.testing.assert_array_equal(made, maker.drawn(5, seed=3))
    assert not np.array_equal(made, maker.drawn(5, seed=4))
    assert 0 <= made.min() < made.max() <= 1
    x = trainer.state.held_out["validation"].x[:2].reshape(2, 8, 8, 1)
    way = maker.between(x[0], x[1], 7)
    np.testing.assert_allclose(way[[0, -1]], trainer.model.predict(x), atol=1e-6)
    assert grid_of(made, across=3).shape == (2 * 66 - 2, 3 * 66 - 2)


@pytest.mark.usefixtures("test_sources")
def test_only_what_is_trained_for_it_makes_something_of_random_numbers() -> None:
    vae, plain = Preset.parse(VAE, "vae"), load_preset("autoencoder_digits")
    assert (code_of(vae), code_of(plain)) == ("sample", "code")
    assert is_normal(vae)
    assert not is_normal(plain)
    assert has_plane(vae)
    assert not has_plane(plain)
    assert [field.name for field in noise_of(Preset.parse(GAN, "gan"))] == ["z"]
    assert noise_of(vae) == ()
    trainer = Trainer(plain)
    maker = Maker(plain, dict(trainer.model.parameters), prepared_for(plain))
    with pytest.raises(DataError, match="nothing of random numbers"):
        maker.drawn(1, seed=0)
