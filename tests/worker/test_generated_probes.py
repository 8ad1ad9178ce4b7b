"""What probes say of generators is what their networks answer."""

import numpy as np
import pytest

from tuidl.model.sampling import generated, latents
from tuidl.preset.library import load_preset
from tuidl.protocol.commands import Probe
from tuidl.tasks.distributions import sliced_wasserstein
from tuidl.training.interruption import StopsAfter
from tuidl.training.trainer import Trainer
from tuidl.worker.probes.answer import answer
from tuidl.worker.probes.critics import critic_of
from tuidl.worker.probes.generated import Options, points

SHORT = ("data.points=1000", "training.epochs=6")


def trained(*settings: str, name: str = "gan_points", steps: int = 30) -> Trainer:
    preset = load_preset(name, (*SHORT, *settings))
    trainer = Trainer(preset, interrupter=StopsAfter(steps), threads=1)
    list(trainer.run())
    return trainer


def layers(trainer: Trainer, name: str, x: np.ndarray) -> np.ndarray:
    """A network of three dense layers in NumPy, up to the last sum."""
    p = {key: np.asarray(values, float) for key, values in trainer.model.parameters.items()}
    for number in (1, 2, 3):
        x = x @ p[f"{name}.dense_{number}.kernel"] + p[f"{name}.dense_{number}.bias"]
        slope = 0.0 if name == "generator" else 0.2
        x = np.where(x > 0, x, slope * x) if number < 3 else x
    return x


def test_points_map_and_gradients_are_those_of_the_networks() -> None:
    trainer = trained()
    before = trainer.model.weights_sha256
    found = points(trainer.state, Options(points=50, columns=7, rows=5, lines=3))
    assert found.updates == 30
    made = layers(trainer, "generator", latents(trainer.model.program.graph, 50))
    assert np.array(found.made) == pytest.approx(made, rel=1e-3, abs=2e-3)
    xs = np.linspace(found.low[0], found.high[0], 7)
    ys = np.linspace(found.low[1], found.high[1], 5)
    places = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    said = 1 / (1 + np.exp(-layers(trainer, "discriminator", places)))
    assert np.array(found.shares) == pytest.approx(said.reshape(5, 7), abs=2e-3)
    assert len(found.lattice) == 6
    assert np.array(found.lattice[0][0]) == pytest.approx(
        layers(trainer, "generator", np.array([[-2.5, -2.5]]))[0], abs=2e-3
    )
    feed = trainer.state.held_out["validation"]
    sample = generated(trainer.model, 1000)
    assert found.distance == pytest.approx(sliced_wasserstein(feed.x, sample), rel=0.03)
    assert trainer.model.weights_sha256 == before
    assert trainer.state.updates == 30


def test_arrows_point_where_the_generators_loss_falls() -> None:
    trainer = trained()
    found = points(trainer.state, Options(points=60))
    critic = critic_of(trainer.model)
    assert critic is not None
    arrows = np.array(found.arrows)
    assert np.linalg.norm(arrows[:, 2:], axis=1).max() == pytest.approx(1.0, abs=1e-3)
    step = 1e-4
    for x, y, dx, dy in arrows[np.linalg.norm(arrows[:, 2:], axis=1) > 0.1]:
        here, there = (
            np.log1p(np.exp(-layers(trainer, "discriminator", np.array([place]))[0, 0]))
            for place in ((x, y), (x + step * dx, y + step * dy))
        )
        assert there < here


def test_the_critic_has_the_parameters_of_now() -> None:
    trainer = trained()
    first = critic_of(trainer.model)
    assert first is not None
    said = first.says(np.zeros((1, 2)))[0]
    trainer.model.parameters["discriminator.dense_3.bias"][...] += 1.0
    second = critic_of(trainer.model)
    assert second is first
    assert second.says(np.zeros((1, 2)))[0] > said


def test_a_generator_without_a_critic_on_the_data_has_no_map() -> None:
    alone = 'inputs=["latent"], layers=[{type="dense", units=2}]'
    loss = 'output="points", target="target", loss={type="mse"}'
    settings = (
        'outputs=[{name="points", network="generator", inputs=["latent"]}]',
        f'networks=[{{name="generator", {alone}}}]',
        f'objectives=[{{name="o", optimizer={{type="adam"}}, losses=[{{{loss}}}]}}]',
    )
    trainer = trained(*settings)
    found = answer(trainer.state, Probe(id=1, kind="generated"))
    assert found.error is None
    assert found.answer.critic == ""  # type: ignore[union-attr]
    assert found.answer.shares == []  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", ["generated", "generated_pictures"])
def test_networks_that_generate_nothing_are_refused(kind: str) -> None:
    trainer = Trainer(load_preset("mlp_xor", ("training.epochs=1",)), threads=1)
    assert "needs a network that makes" in (
        answer(trainer.state, Probe(id=1, kind=kind)).error or ""
    )
