"""Every preset and every verdict: which speaks, and which must not.

Each preset is trained once, to its end, but for those on MNIST and CIFAR-10, whose networks learn
600 enlarged digits for 4 epochs, and those on drawn shapes.
"""

from pathlib import Path

import pytest

from tests.verdicts import trainings
from tuidl.preset.library import shipped
from tuidl.verdicts import RULES, found

DOCUMENT = Path(__file__).parents[2] / "docs" / "verdicts.md"
TABLE: dict[str, set[str]] = {
    "autoencoder_digits": {"plateau"},
    "autoencoder_mnist": {"dead_units", "guessing", "still_falling"},
    "cifar10_cnn": {"gap", "still_falling"},
    "cifar10_cnn_logits": {"still_falling"},
    "cnn_digits": {"still_falling"},
    "deep_clusters": {"plateau"},
    "denoising": {"plateau"},
    "detect_shape": set(),
    "diffusion_points": {"plateau"},
    "gan_digits": set(),
    "gan_points": set(),
    "gru_sine": {"plateau"},
    "kmeans_points": {"plateau"},
    "linear_regression": {"plateau"},
    "linear_regression_gd": {"plateau"},
    "logistic_regression": {"plateau"},
    "lstm_rows": {"gap", "still_falling"},
    "mlp_xor": {"still_falling"},
    "mnist_cnn": {"gap", "still_falling"},
    "mnist_mlp_dropout": {"still_falling"},
    "mode_collapse": {"dead_units"},
    "overfitting": {"by_heart", "gap"},
    "recommend": {"plateau"},
    "rnn_sine": {"plateau"},
    "series_bakery": set(),
    "segment_shapes": set(),
    "simple_cnn": {"gap", "still_falling"},
    "vae_mnist": {"still_falling"},
    "vanishing_gradients": {"vanishing", "guessing", "plateau"},
    "vanishing_gradients_cured": {"still_falling"},
}
"""The verdicts that must be found, by preset; no other may."""
EITHER = {"vanishing_gradients_cured": {"still_falling"}}
"""Verdicts on whose margin a preset ends: processors round differently, and its validation loss
goes up and down from epoch to epoch by more than that."""
LEFT_OUT = {
    "char_rnn", "date_formats", "grokking", "movielens", "names_bigram", "names_gpt", "names_mlp",
    "shakespeare_char", "sms_spam", "sms_transformer", "tiny_gpt", "word_vectors",
}  # fmt: skip
"""Presets of text and tokens: their files are downloaded, or a training takes minutes."""
MADE: dict[tuple[str, ...], set[str]] = {
    ("linear_regression", trainings.DIVERGING): {"exploding"},
    ("overfitting", trainings.EARLY): {"gap"},
    (trainings.DEAD,): {"dead_units", "guessing"},
    (trainings.SATURATED,): {"saturated"},
}
"""Trainings that are made to raise what no preset does, or to be cured of it."""


def names(*training: str) -> set[str]:
    return {one.rule.name for one in found(trainings.evidence(*training))}


def test_the_table_has_every_preset_and_every_verdict() -> None:
    assert set(TABLE) | LEFT_OUT == set(shipped())
    raised = set().union(*TABLE.values(), *MADE.values())
    assert raised == {rule.name for rule in RULES}


def test_the_documentation_has_every_rule() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for rule in RULES:
        assert f"| **{rule.title}** | {rule.words} | {rule.cure} |" in text


@pytest.mark.sample(2)
@pytest.mark.parametrize("name", TABLE)
def test_a_preset_gets_its_verdicts_and_no_other(name: str) -> None:
    assert names(name) ^ TABLE[name] <= EITHER.get(name, set())


@pytest.mark.slow
@pytest.mark.parametrize("training", MADE, ids=lambda given: given[0].split()[0])
def test_a_training_that_goes_wrong_gets_its_verdict(training: tuple[str, ...]) -> None:
    assert names(*training) >= MADE[training]


@pytest.mark.slow
def test_the_cure_of_vanishing_gradients_is_named_and_cures() -> None:
    sick = found(trainings.evidence("vanishing_gradients"))[0]
    assert sick.rule.name == "vanishing"
    assert "dense_1 gets 1/" in sick.text
    for word in ("relu", "batch_normalization", "vanishing_gradients_cured"):
        assert word in sick.advice
    assert "vanishing" not in names("vanishing_gradients_cured")
