"""Scores of clusters: with classes that nobody learned, without any, and of a file."""

from pathlib import Path

import numpy as np
import pytest

from tuidl.inference.preprocessing import Preparation
from tuidl.judging.clusters import Clustered
from tuidl.judging.evaluating import Options, evaluated
from tuidl.judging.file_subject import of_file
from tuidl.judging.judged import Judged
from tuidl.judging.network import Network
from tuidl.judging.records import Judgement
from tuidl.judging.sections import sections
from tuidl.judging.subject import Subject, of_part
from tuidl.preset.library import load_preset
from tuidl.training.trainer import Trainer

metrics = pytest.importorskip("sklearn.metrics")
RANDOM = np.random.default_rng(4)
SQUARES = RANDOM.random((60, 4)) * 5
TRUE = RANDOM.integers(0, 3, 60)
SHORT = ("data.points=200", "training.epochs=3", "data.validation=0.4")


def test_scores_of_counted_examples_are_those_of_repeated_ones() -> None:
    scored = Clustered(SQUARES, TRUE)
    weights = RANDOM.integers(0, 4, (5, 60)).astype(float)
    found = scored.scores(weights)
    for row, counts in enumerate(weights.astype(int)):
        true, given = np.repeat(TRUE, counts), np.repeat(SQUARES.argmin(axis=1), counts)
        assert found["ari"][row] == pytest.approx(metrics.adjusted_rand_score(true, given))
        assert found["nmi"][row] == pytest.approx(metrics.normalized_mutual_info_score(true, given))
        inertia = np.repeat(SQUARES.min(axis=1), counts)
        assert found["inertia"][row] == pytest.approx(inertia.sum())
        assert found["squared_distance"][row] == pytest.approx(inertia.mean())
    np.testing.assert_array_equal(scored.main(weights), found["ari"])


def test_without_classes_the_distance_is_the_main_score() -> None:
    judged = Judged("clusters", Clustered(SQUARES))
    assert judged.main == "squared_distance"
    assert not judged.rises
    assert judged.scored.scores(np.ones((1, 60))).keys() == {"squared_distance", "inertia"}
    assert Judged("clusters", Clustered(SQUARES, TRUE)).rises


def judged(subject: Subject | None, path: Path | None = None) -> tuple[Judgement, Trainer]:
    preset = load_preset("kmeans_points", SHORT)
    trainer = Trainer(preset, threads=1)
    list(trainer.run())
    prepared = Preparation.of(preset)
    parameters = trainer.model.parameters.copy()
    network = Network("run", "final", preset, parameters, prepared)
    subject = subject or (of_file(preset, prepared, path) if path else of_part(preset, prepared))
    return evaluated(network, subject, Options(resamples=50)), trainer


def test_a_run_is_judged_on_what_it_held_out() -> None:
    found, trainer = judged(None)
    feed = trainer.state.held_out["validation"]
    squares = trainer.model.predict(feed.x)
    assert feed.labels is not None
    ari = metrics.adjusted_rand_score(feed.labels, squares.argmin(axis=1))
    score = found.score("ari")
    assert score.value == pytest.approx(ari)
    assert score.low is not None
    assert score.high is not None
    assert score.low <= ari <= score.high
    assert score.baseline == 0
    assert found.baseline == "one cluster for all"
    assert found.score("inertia").value == pytest.approx(squares.min(axis=1).sum(), rel=1e-5)
    farthest = squares.min(axis=1).argmax()
    labels = trainer.state.preset.source.full_spec().labels
    assert found.worst[0].true == labels[int(feed.labels[farthest])]
    assert found.worst[0].predicted == f"cluster {squares[farthest].argmin() + 1}"


def test_a_file_without_classes_is_judged_by_distance(tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    path.write_text("x,y\n1,2\n3,4\n-5,6\n")
    found, trainer = judged(None, path)
    squares = trainer.model.predict(np.array([[1, 2], [3, 4], [-5, 6]], np.float32))
    assert [score.name for score in found.scores] == ["squared_distance", "inertia"]
    assert found.score("inertia").value == pytest.approx(squares.min(axis=1).sum(), rel=1e-5)
    worst = next(part for part in sections(found) if part.title == "Worst examples")
    assert worst.rows[0] == ["example", "predicted", "squared distance"]
