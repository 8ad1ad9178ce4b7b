"""Large targets: scaled by default and said, with metrics in the unit of the file, or advised."""

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from tests import helpers
from tuidl.data.scaling import far_from_one
from tuidl.preset.schema import Preset
from tuidl.protocol.events import RunEnded, RunFailed
from tuidl.storage.learned import as_trained
from tuidl.training.trainer import Trainer

TABLE = """
name = "prices"
[data]
source = "csv"
path = "d.csv"
target = "price"
normalize = "standard"
[[layers]]
type = "dense"
units = 8
activation = "tanh"
[[layers]]
type = "dense"
[loss]
type = "mse"
[optimizer]
type = "adam"
learning_rate = 0.01
[training]
epochs = 3
batch_size = 16
metrics = ["r2", "mae"]
"""


def table(folder: Path, scale: float = 1e5, shift: float = 5e5, count: int = 120) -> Path:
    random = np.random.default_rng(1)
    a, b = random.normal(size=(2, count))
    price = shift + scale * (a - 0.5 * b)
    rows = [f"{x:.6f},{y:.6f},{p!r}" for x, y, p in zip(a, b, price.tolist(), strict=True)]
    (folder / "d.csv").write_text("\n".join(["a,b,price", *rows]))
    return folder


def prices(folder: Path, *overrides: str) -> Preset:
    return Preset.parse(TABLE, "test", overrides, table(folder))


def ended(preset: Preset) -> tuple[Trainer, RunEnded]:
    trainer = Trainer(preset)
    last = list(trainer.run())[-1]
    assert isinstance(last, RunEnded)
    return trainer, last


def test_large_targets_are_scaled_as_if_asked_and_said(tmp_path: Path) -> None:
    trainer, last = ended(prices(tmp_path))
    _, asked = ended(prices(tmp_path, "data.normalize_targets=true"))
    assert last.weights_sha256 == asked.weights_sha256
    assert last.train == asked.train
    (note,) = trainer.notices()
    assert "targets are far from 1 and were scaled, (target - " in note
    assert "data.normalize_targets = false" in note


def test_mae_is_in_the_unit_of_the_file_and_r2_as_without_scaling(tmp_path: Path) -> None:
    preset = prices(tmp_path)
    trainer, last = ended(preset)
    raw = prices(tmp_path, "data.normalize_targets=false").source.split()
    scaling = trainer.state.preprocessing.targets
    assert scaling is not None
    answers = trainer.model.predict(raw.validation.x) * scaling.scale[0] + scaling.offset[0]
    errors = answers - raw.validation.y
    assert last.validation is not None
    assert last.validation["mae"] == pytest.approx(np.abs(errors).mean(), rel=1e-4)
    r2 = 1 - (errors**2).sum() / ((raw.validation.y - raw.validation.y.mean()) ** 2).sum()
    assert last.validation["r2"] == pytest.approx(r2, rel=1e-4)


def test_mae_of_outputs_in_several_units_is_the_mean_of_each_in_its_own(tmp_path: Path) -> None:
    random = np.random.default_rng(2)
    x = random.normal(size=(90, 3))
    y = x @ random.normal(size=(3, 2)) * [1e3, 0.5] + [1e4, 1.0]
    np.savez(tmp_path / "d.npz", x=x, y=y)
    text = helpers.LINE.replace(
        'source = "linear"', f"source = 'npz', path = '{tmp_path / 'd.npz'}'"
    )
    preset = helpers.preset(text)
    trainer, last = ended(preset)
    scaling = trainer.state.preprocessing.targets
    assert scaling is not None
    data = msgspec.structs.replace(preset.data, normalize_targets=False)
    held = data.split().validation
    answers = trainer.model.predict(held.x) * scaling.scale + scaling.offset
    assert last.validation is not None
    assert last.validation["mae"] == pytest.approx(np.abs(answers - held.y).mean(), rel=1e-4)


@pytest.mark.parametrize(
    ("low", "high", "far"),
    [(0, 1, False), (-3, 3, False), (0, 18, False), (0, 300, True), (1e4, 1e4 + 1, True),
     (0, 1e-4, True), (5, 5, False)],
)  # fmt: skip
def test_the_rule_looks_at_mean_and_deviation(low: float, high: float, far: bool) -> None:
    assert far_from_one(np.linspace(low, high, 100, dtype=np.float32)[:, None]) == far


@pytest.mark.parametrize(
    "override",
    ["layers.1.activation=relu", "layers.1.activation=sigmoid", "data.normalize_targets=false"],
)
def test_what_cannot_answer_with_any_number_is_not_scaled_but_said(
    tmp_path: Path, override: str
) -> None:
    trainer = Trainer(prices(tmp_path, override))
    assert trainer.state.preprocessing.targets is None
    notes = [note for note in trainer.notices() if note.startswith("targets are as large as")]
    assert len(notes) == 1
    cure = "normalize_targets = true" if "data" in override else "activation = 'linear'"
    assert cure in notes[0]


def test_moderate_targets_stay_as_they_are(tmp_path: Path) -> None:
    table(tmp_path, scale=2.0, shift=1.0)
    trainer = Trainer(Preset.parse(TABLE, "test", (), tmp_path))
    assert trainer.state.preprocessing.targets is None
    assert trainer.notices() == []


def test_a_kept_run_stays_as_it_was_made(tmp_path: Path) -> None:
    preset = prices(tmp_path)
    scaled = Trainer(preset).state.preprocessing
    for known, wanted in (
        (None, False),
        (scaled, True),
        (helpers.changed(scaled, targets=None), False),
    ):
        data: Any = as_trained(preset, known).data
        assert data.normalize_targets is wanted
    chosen: Any = as_trained(prices(tmp_path, "data.normalize_targets=false"), scaled).data
    assert chosen.normalize_targets is False


def failed(preset: Preset) -> RunFailed:
    last = list(Trainer(preset).run())[-1]
    assert isinstance(last, RunFailed)
    return last


DIVERGES = ("optimizer.type=sgd", "optimizer.learning_rate=10.0", "training.epochs=60")


def test_the_advice_after_a_divergence_is_one_that_helps(tmp_path: Path) -> None:
    large = failed(
        prices(tmp_path, "data.normalize_targets=false", "layers.0.activation=relu", *DIVERGES)
    )
    assert "data.normalize_targets = true brings them near 1" in large.advice
    table(tmp_path, scale=1.0, shift=0.0)
    text = (tmp_path / "d.csv").read_text().splitlines()
    rows = [f"{1e4 * float(row.split(',')[0])},{row.partition(',')[2]}" for row in text[1:]]
    (tmp_path / "d.csv").write_text("\n".join([text[0], *rows]))
    options = ("layers.0.activation=relu", *DIVERGES)
    inputs = failed(Preset.parse(TABLE, "test", ("data.normalize=none", *options), tmp_path))
    assert (
        "inputs are as large as 1e+04" in inputs.advice or "inputs are as large as" in inputs.advice
    )
    assert "data.normalize = 'standard'" in inputs.advice
    rate = failed(Preset.parse(TABLE, "test", options, tmp_path))
    assert (rate.advice, rate.learning_rate) == ("", 10.0)
