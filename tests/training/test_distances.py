"""Distances as scores: where they are, what they are of, and that they change nothing."""

import math

import numpy as np
import pytest

from tuidl.model.model import Model
from tuidl.model.sampling import generated, is_generator, latents
from tuidl.preset.library import load_preset
from tuidl.protocol.events import EpochEnded, RunEnded
from tuidl.protocol.formatting import ending_lines
from tuidl.tasks.distributions import covered, sliced_wasserstein
from tuidl.training.distances import SAMPLE
from tuidl.training.trainer import Trainer

SHORT = ("training.epochs=2", "data.points=1000")


def test_each_epoch_says_how_far_the_generated_points_are_from_both_parts() -> None:
    trainer = Trainer(load_preset("gan_points", SHORT), threads=1)
    said = list(trainer.run())
    last = [event for event in said if isinstance(event, EpochEnded)][-1]
    made = generated(trainer.model, SAMPLE)
    source = trainer.state.preset.data
    for scores, feed in (
        (last.train, trainer.state.train_feed),
        (last.validation, trainer.state.held_out["validation"]),
    ):
        assert scores is not None
        assert scores["sliced_wasserstein"] == pytest.approx(
            sliced_wasserstein(feed.x, made), rel=0.02
        )
        assert scores["modes_covered"] == covered(made, source.centres(), source.noise)  # type: ignore[attr-defined]
    assert said[-1].validation == last.validation  # type: ignore[union-attr]
    assert {"discriminator.loss", "generator.loss"} <= last.train.keys()


def test_latents_are_counted_and_a_smaller_sample_is_the_start_of_a_larger_one() -> None:
    graph = Model(load_preset("gan_points"), batch=8).program.graph
    assert is_generator(graph)
    many = latents(graph, 5000)
    assert np.array_equal(many[:10], latents(graph, 10))
    assert not np.array_equal(many[:10], latents(graph, 10, seed=1))
    assert many.mean() == pytest.approx(0.0, abs=0.03)
    assert many.std() == pytest.approx(1.0, abs=0.03)
    assert not is_generator(Model(load_preset("mlp_xor"), batch=4).program.graph)


def test_shapes_without_clouds_have_a_distance_alone() -> None:
    for setting, names in (("data.shape=moons", 1), ("data.noise=0", 1), ("data.shape=grid", 2)):
        trainer = Trainer(load_preset("gan_points", (*SHORT, setting)), threads=1)
        end = list(trainer.run())[-1]
        assert isinstance(end, RunEnded)
        found = {"sliced_wasserstein", "modes_covered"} & end.train.keys()  # type: ignore[union-attr]
        assert len(found) == names


def test_without_a_validation_part_the_training_part_has_the_scores() -> None:
    trainer = Trainer(load_preset("gan_points", (*SHORT, "data.validation=0")), threads=1)
    end = list(trainer.run())[-1]
    assert isinstance(end, RunEnded)
    assert end.validation is None
    assert math.isfinite(end.train["sliced_wasserstein"])  # type: ignore[index]


@pytest.mark.parametrize("threads", [2, 4])
def test_scores_and_weights_are_the_same_on_any_number_of_threads(threads: int) -> None:
    ends = []
    for count in (1, threads):
        trainer = Trainer(load_preset("gan_points", SHORT), threads=count)
        ends.append(list(trainer.run())[-1])
    assert ends[0].weights_sha256 == ends[1].weights_sha256  # type: ignore[union-attr]
    assert ends[0].validation == ends[1].validation  # type: ignore[union-attr]
    assert ends[0].train == ends[1].train  # type: ignore[union-attr]


def test_the_end_says_what_to_judge_a_generator_by() -> None:
    lines = ending_lines(list(Trainer(load_preset("gan_points", SHORT), threads=1).run())[-1])  # type: ignore[arg-type]
    assert any(line.startswith("Of the generator: ") for line in lines)
    plain = ending_lines(list(Trainer(load_preset("mlp_xor", ("training.epochs=1",))).run())[-1])  # type: ignore[arg-type]
    assert not any("generator" in line for line in plain)
