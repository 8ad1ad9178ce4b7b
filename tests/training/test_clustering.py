"""Centres that begin on examples, clusters as scores, and that both are the same whenever."""

import math
from pathlib import Path

import numpy as np
import pytest

from tuidl.core.errors import DataError
from tuidl.preset.library import load_preset
from tuidl.preset.schema import Preset
from tuidl.protocol.events import EpochEnded, RunEnded
from tuidl.runs.recorder import RunRecorder, recorded
from tuidl.runs.resuming import resumed
from tuidl.runs.verifying import verify_run
from tuidl.storage.folder import RunFolder
from tuidl.tasks.agreement import adjusted_rand_index, normalized_mutual_information
from tuidl.training.first_centers import draw_centers, k_means, k_means_plus_plus
from tuidl.training.interruption import Interrupter, StopsAfter
from tuidl.training.start import trainer_for
from tuidl.training.trainer import Trainer

NAME = "clusters.centers_1.centers"
SHORT = ("data.points=200", "training.epochs=3")
BEHIND = """
name = "centres behind layers"
predicts = "distances"
data = {source = "digits", targets = "inputs", validation = 0.9}
[[networks]]
name = "encoder"
layers = [{type = "flatten"}, {type = "dense", units = 5, activation = "tanh"},
          {type = "reshape", shape = [5]}, {type = "centers", count = 4}]
[[outputs]]
name = "distances"
network = "encoder"
[[objectives]]
name = "grouping"
optimizer = {type = "adam", learning_rate = 0.01}
losses = [{output = "distances", loss = {type = "k_means"}}]
[training]
epochs = 2
batch_size = 30
"""


def trained(*settings: str, threads: int = 1) -> tuple[Trainer, RunEnded]:
    trainer = Trainer(load_preset("kmeans_points", (*SHORT, *settings)), threads=threads)
    end = list(trainer.run())[-1]
    assert isinstance(end, RunEnded)
    return trainer, end


def test_more_centres_than_examples_are_refused() -> None:
    few = ("data.points=20", "networks.0.layers.0.count=17", "data.validation=0.25")
    with pytest.raises(DataError, match="centers_1: 17 centres for 15 training examples"):
        Trainer(load_preset("kmeans_points", few), threads=1)
    Trainer(load_preset("kmeans_points", (*few, "networks.0.layers.0.count=15")), threads=1)


def test_centres_begin_on_training_examples_far_from_each_other() -> None:
    trainer = Trainer(load_preset("kmeans_points", SHORT), threads=1)
    draw_centers(trainer.state)
    centers = trainer.model.parameters[NAME]
    x = trainer.state.train_feed.x
    rows = {tuple(row) for row in x.tolist()}
    assert {tuple(row) for row in centers.tolist()} <= rows
    drawn = ((x[:, None] - centers) ** 2).sum(axis=2).min(axis=1).mean()
    random = np.random.default_rng(0)
    at_random = [
        ((x[:, None] - x[random.integers(len(x), size=5)]) ** 2).sum(axis=2).min(axis=1).mean()
        for _ in range(20)
    ]
    assert drawn < np.median(at_random)


def test_the_draw_follows_from_seed_and_name() -> None:
    x = np.random.default_rng(1).standard_normal((100, 3))
    first = k_means_plus_plus(x, 6, 7, "a")
    assert np.array_equal(first, k_means_plus_plus(x, 6, 7, "a"))
    assert not np.array_equal(first, k_means_plus_plus(x, 6, 8, "a"))
    assert not np.array_equal(first, k_means_plus_plus(x, 6, 7, "b"))
    assert len(np.unique(first, axis=0)) == 6


def test_k_means_rests_at_the_best_of_its_starts() -> None:
    random = np.random.default_rng(3)
    middles = 6.0 * random.standard_normal((7, 4))
    x = middles[random.integers(7, size=700)] + random.standard_normal((700, 4))
    found = k_means(x, 7, 1, "a")
    assert np.array_equal(found, k_means(x, 7, 1, "a"))

    def squares(centers: np.ndarray) -> np.ndarray:
        return ((x[:, None] - centers) ** 2).sum(axis=2)

    members = squares(found).argmin(axis=1)
    means = [x[members == number].mean(axis=0) for number in range(7)]
    np.testing.assert_allclose(found, means, rtol=1e-12)
    for number in range(20):  # no other start comes lower
        start = k_means_plus_plus(x, 7, number, "b")
        assert squares(found).min(axis=1).sum() < 1.01 * squares(start).min(axis=1).sum()


def test_k_means_of_more_centres_than_different_rows() -> None:
    x = np.repeat([[1.0, 2.0], [3.0, 4.0]], 3, axis=0)
    assert {tuple(row) for row in k_means(x, 5, 0, "a").tolist()} == {(1.0, 2.0), (3.0, 4.0)}


def test_more_centres_than_different_examples() -> None:
    x = np.repeat([[1.0, 2.0], [3.0, 4.0]], 3, axis=0)
    drawn = k_means_plus_plus(x, 5, 0, "a")
    assert {tuple(row) for row in drawn.tolist()} == {(1.0, 2.0), (3.0, 4.0)}


def test_centres_behind_other_layers_begin_on_what_these_answer() -> None:
    trainer = Trainer(Preset.parse(BEHIND), threads=1)
    state, p = trainer.state, trainer.model.parameters
    before = {name: values.copy() for name, values in p.items()}
    draw_centers(state)
    seen = np.tanh(
        state.train_feed.x.reshape(len(state.train_feed), -1) @ p["encoder.dense_1.kernel"]
        + p["encoder.dense_1.bias"]
    )
    for center in p["encoder.centers_1.centers"]:
        assert np.abs(seen - center).max(axis=1).min() < 1e-5
    for name in before.keys() - {"encoder.centers_1.centers"}:
        assert np.array_equal(before[name], p[name]), name
    assert isinstance(list(trainer.run())[-1], RunEnded)


def test_centres_of_another_model_are_trained_on() -> None:
    trainer, _ = trained()
    known = trainer.model.parameters[NAME].copy()
    again = Trainer(load_preset("kmeans_points", SHORT), trainer.model, interrupter=StopsAfter(1))
    list(again.run())
    moved = np.abs(again.model.parameters[NAME] - known).max()
    draw_centers(again.state)
    assert 0 < moved < np.abs(again.model.parameters[NAME] - known).max() / 4


def test_scores_are_of_all_examples_of_each_part() -> None:
    trainer = Trainer(load_preset("kmeans_points", SHORT), threads=1)
    last = [event for event in trainer.run() if isinstance(event, EpochEnded)][-1]
    state = trainer.state
    for scores, feed in (
        (last.train, state.train_feed),
        (last.validation, state.held_out["validation"]),
    ):
        distances = trainer.model.predict(feed.x)
        clusters, classes = distances.argmin(axis=1), feed.labels
        assert scores is not None
        assert classes is not None
        assert scores["ari"] == adjusted_rand_index(classes.astype(int), clusters)
        assert scores["nmi"] == normalized_mutual_information(classes.astype(int), clusters)


def test_without_classes_there_is_no_agreement() -> None:
    table = 'source = "point_cloud", targets = "inputs"'
    text = BEHIND.replace('source = "digits", targets = "inputs"', table)
    text = text.replace('{type = "flatten"}, ', "")
    end = list(Trainer(Preset.parse(text), threads=1).run())[-1]
    assert isinstance(end, RunEnded)
    assert set(end.train or {}) == {"loss"}
    assert math.isfinite((end.train or {})["loss"])


@pytest.mark.parametrize("threads", [2, 4])
def test_the_same_bits_on_any_number_of_threads(threads: int) -> None:
    one, many = trained()[1], trained(threads=threads)[1]
    assert one.weights_sha256 == many.weights_sha256
    assert (one.train, one.validation) == (many.train, many.validation)


def test_centres_are_drawn_again_after_the_epochs_that_the_layer_says() -> None:
    preset = Preset.parse(BEHIND.replace("count = 4", "count = 4, redrawn_after = 1"))
    trainer, name = Trainer(preset, threads=1), "encoder.centers_1.centers"
    for event in trainer.run():
        if isinstance(event, EpochEnded) and event.epoch == 1:
            other = Trainer(preset, threads=1)
            other.model.parameters.update(trainer.model.parameters.copy())
            draw_centers(other.state, 1)
            expected = other.model.parameters[name].copy()
            trainer.state.learning_rates[0].base = 1e-9
    np.testing.assert_allclose(trainer.model.parameters[name], expected, atol=1e-5)
    draw_centers(trainer.state, 2)
    np.testing.assert_allclose(trainer.model.parameters[name], expected, atol=1e-5)


def test_runs_verify_and_resume_on_both_sides_of_a_draw_to_the_same_bits(tmp_path: Path) -> None:
    text = BEHIND.replace("count = 4", "count = 4, redrawn_after = 1")
    preset = Preset.parse(text)
    *_, whole = trainer_for(preset, threads=1).run()
    for steps in (0, 1, 5, 6, 7):
        folder = tmp_path / str(steps)
        recorder = RunRecorder.of_new(preset, "cpu", folder, every=4)
        stops = StopsAfter(steps)
        list(recorded(trainer_for(preset, interrupter=stops, checkpointer=recorder), recorder))
        recorder = RunRecorder(RunFolder(folder), 4)
        trainer, _ = resumed(RunFolder(folder), recorder, Interrupter(), 2)
        *_, last = recorded(trainer, recorder)
        assert last.weights_sha256 == whole.weights_sha256, steps  # type: ignore[union-attr]
        assert last.validation == whole.validation  # type: ignore[union-attr]
    assert verify_run(RunFolder(folder), threads=1).holds
