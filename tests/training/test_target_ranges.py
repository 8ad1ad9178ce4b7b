"""Targets that a loss is not of, weights beyond float32, and what several networks cannot have."""

from pathlib import Path

import numpy as np
import pytest

import tuidl
from tests.systems import GAN, TWO_HEADS
from tuidl.core.errors import DataError, PresetError
from tuidl.preset.schema import Preset
from tuidl.protocol.events import RunEnded, RunFailed
from tuidl.training.trainer import Trainer

pytestmark = pytest.mark.usefixtures("test_sources")

TEXT = """
name = "ranges"
data = {source = "npz", path = "FILE", validation = 0.2MORE}
layers = [{type = "dense", units = 4, activation = "tanh"}, {type = "dense"}]
loss = {type = "LOSS"}
optimizer = {type = "adam"}
training = {epochs = 2, batch_size = 8}
"""
RANDOM = np.random.default_rng(5)
X = RANDOM.normal(size=(40, 3)).astype(np.float32)
LABELS = np.arange(40) % 3


def systems(text: str, *overrides: str) -> Preset:
    return Preset.parse(text, "system", overrides)


def preset_on(folder: Path, loss: str, y: np.ndarray, more: str = "", **beside: object) -> Preset:
    np.savez(folder / "own.npz", x=X, y=y, **beside)
    text = TEXT.replace("FILE", str(folder / "own.npz")).replace("LOSS", loss)
    return Preset.parse(text.replace("MORE", more))


@pytest.mark.parametrize("loss", ["binary_cross_entropy", "categorical_cross_entropy"])
@pytest.mark.parametrize("factor", [-1.0, 1.5])
def test_shares_are_from_0_to_1(tmp_path: Path, loss: str, factor: float) -> None:
    shares = RANDOM.dirichlet([1, 1, 1], 40)
    shares[0] = (1, 0, 0)
    with pytest.raises(PresetError) as caught:
        Trainer(preset_on(tmp_path, loss, shares * factor), threads=1)
    assert caught.value.key == "loss.type"
    assert f"{loss!r} is of targets from 0 to 1, got numbers from " in str(caught.value)
    assert Trainer(preset_on(tmp_path, loss, shares), threads=1)


def test_one_target_for_all_answers_is_in_the_range_of_its_loss() -> None:
    text = GAN.replace("target = 1.0", "target = 2.0")
    assert text != GAN
    with pytest.raises(PresetError, match=r"losses\[0\]\.target: .* from 0 to 1, got 2; use 'mse'"):
        tuidl.build(systems(text))


@pytest.mark.parametrize("value", [np.inf, np.nan])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_targets_that_are_not_finite_are_refused(
    tmp_path: Path, value: float, dtype: type[np.floating]
) -> None:
    with np.errstate(over="ignore"):
        y = np.where(np.arange(40) % 2, value, -value).astype(dtype)
    with pytest.raises(DataError, match="not finite"):
        Trainer(preset_on(tmp_path, "mse", y), threads=1)


@pytest.mark.parametrize("factor", [1e38, 1e-40])
def test_only_ratios_of_weights_matter_however_large_they_are(
    tmp_path: Path, factor: float
) -> None:
    weights = RANDOM.uniform(0.5, 1, 40)
    weights[3] = 1.0
    ends = []
    for scale in (1.0, factor):
        preset = preset_on(tmp_path, "cross_entropy", LABELS, ', weight = "w"', w=weights * scale)
        (*_, end) = Trainer(preset, threads=1).run()
        assert isinstance(end, RunEnded)
        ends.append(end.train["loss"])
    assert ends[1] == pytest.approx(ends[0], rel=1e-5)


@pytest.mark.parametrize(("name", "what"), [("x", "inputs"), ("y", "targets")])
def test_inputs_and_targets_are_no_weights(tmp_path: Path, name: str, what: str) -> None:
    preset = preset_on(tmp_path, "cross_entropy", LABELS, f', weight = "{name}"')
    with pytest.raises(DataError, match=rf"data\.weight: array '{name}' has the {what}"):
        Trainer(preset, threads=1)


@pytest.mark.parametrize(
    ("override", "error"),
    [
        ("training.early_stopping.monitor=accuracy", "training.early_stopping.monitor: 'accuracy'"),
        (
            "objectives.0.optimizer.schedule={type='reduce_on_plateau', monitor='mae'}",
            r"objectives\[0\].optimizer.schedule.monitor: 'mae' is not among those of several",
        ),
        ("training.metrics=['accuracy']", "training.metrics: stands in 'losses' of 'objectives'"),
    ],
)
def test_several_networks_watch_their_loss_alone(override: str, error: str) -> None:
    with pytest.raises(PresetError, match=error):
        systems(TWO_HEADS, override)
    assert systems(TWO_HEADS, "training.early_stopping.monitor=loss")


def test_the_rate_of_the_objective_that_diverged_is_named() -> None:
    preset = systems(GAN, "objectives.generator.losses.0.weight=1e38", "data.validation=0.25")
    (*_, end) = Trainer(preset, threads=1).run()
    assert isinstance(end, RunFailed)
    assert "--set objectives.generator.optimizer.learning_rate=" in end.advice
