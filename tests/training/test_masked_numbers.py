"""Metrics of numbers under a mask are scikit-learn's with weights of examples."""

import numpy as np
import pytest
from sklearn.metrics import mean_absolute_error, r2_score

from tests.systems import TWO_HEADS
from tuidl.nn.metrics import METRICS, Sums
from tuidl.preset.schema import Preset
from tuidl.training.scores import _weighted_squares
from tuidl.training.start import trainer_for

pytestmark = pytest.mark.usefixtures("test_sources")

MASKED = TWO_HEADS.replace(
    'target = "box"\n',
    'target = "box"\nmask = "shape"\n',  # boxes of crosses alone
).replace('metrics = ["mae"]', 'metrics = ["mae", "r2"]')


@pytest.mark.parametrize("backend", ["cpu", "numpy"])
def test_scores_of_what_counts(backend: str) -> None:
    preset = Preset.parse(MASKED.replace('predicts = "shape"', 'predicts = "box"'), "t")
    trainer = trainer_for(preset, backend, 1)
    *_, last = trainer.run()
    part = preset.data.split().validation
    found, counts = trainer.model.predict(part.x), part.y[:, 0]
    assert 0 < counts.sum() < len(counts)
    expected = {
        "box.mae": mean_absolute_error(part.y[:, 1:], found, sample_weight=counts),
        "box.r2": r2_score(part.y[:, 1:], found, sample_weight=counts),
    }
    for name, value in expected.items():
        assert last.validation[name] == pytest.approx(value, rel=1e-5)
    everything = mean_absolute_error(part.y[:, 1:], found)
    assert last.validation["box.mae"] != pytest.approx(everything, rel=1e-3)


@pytest.mark.parametrize("seed", range(5))
def test_weights_between_0_and_1_weigh(seed: int) -> None:
    random = np.random.default_rng(seed)
    y, found = random.normal(size=(2, 30, 3))
    weights = random.choice([0.0, 0.25, 1.0], 30)
    errors = found - y
    spread = _weighted_squares(y, weights[:, None])
    absolute, squared = (weights @ np.abs(errors)), weights @ errors**2
    mae = METRICS["mae"].finish(Sums(absolute, weights.sum(), spread))  # type: ignore[misc]
    r2 = METRICS["r2"].finish(Sums(squared, weights.sum(), spread))  # type: ignore[misc]
    assert mae == pytest.approx(mean_absolute_error(y, found, sample_weight=weights), rel=1e-9)
    assert r2 == pytest.approx(r2_score(y, found, sample_weight=weights), rel=1e-9)
