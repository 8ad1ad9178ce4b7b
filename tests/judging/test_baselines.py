"""Baselines that need the training data."""

import numpy as np

from tests.inference.predicted import trained_on
from tuidl.inference.preprocessing import Preparation
from tuidl.judging.baselines import BIASES, baseline_of, regularised_means
from tuidl.judging.judged import judged_of
from tuidl.judging.network import Network
from tuidl.preset.library import load_preset


def test_regularised_means_are_those_of_a_plain_loop() -> None:
    random = np.random.default_rng(0)
    pairs = np.stack([random.integers(0, 5, 40), random.integers(0, 7, 40)], axis=1)
    ratings = random.uniform(1, 5, 40)
    wanted = np.array([[0, 0], [4, 6], [9, 1], [2, 8]])
    mean = ratings.mean()
    item = {i: sum(ratings[n] - mean for n in range(40) if pairs[n, 1] == i)
            / (25 + (pairs[:, 1] == i).sum()) for i in range(9)}  # fmt: skip
    user = {u: sum(ratings[n] - mean - item[pairs[n, 1]] for n in range(40) if pairs[n, 0] == u)
            / (10 + (pairs[:, 0] == u).sum()) for u in range(10)}  # fmt: skip
    expected = [mean + item[i] + user[u] for u, i in wanted]
    np.testing.assert_allclose(regularised_means(pairs, ratings, wanted), expected)
    assert item[8] == user[9] == 0


def test_ratings_are_held_against_the_biases_of_users_and_items() -> None:
    preset = load_preset("recommend")
    model = trained_on(preset)
    prepared = Preparation.of(preset)
    network = Network("r", "final", preset, dict(model.parameters), prepared)
    part = preset.data.split().validation
    true = prepared.decode(part.y)
    judged = judged_of(network.task, np.zeros_like(true), true)
    scores, text = baseline_of(network, part.x, judged)
    assert text == BIASES
    assert float(scores["rmse"]) < float(judged.baseline()["rmse"]) < float(true.std() * 1.01)
