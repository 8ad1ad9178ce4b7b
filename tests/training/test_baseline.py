"""What always saying the same would cost, which scores are held against."""

import pytest

from tuidl.preset.library import load_preset
from tuidl.training.baseline import baseline_of
from tuidl.training.trainer import Trainer


def test_what_stands_behind_the_targets_is_no_target() -> None:
    """Augmented examples carry their numbers there."""
    state = Trainer(load_preset("denoising", ("data.augment.noise=0.1",)), threads=1).state
    assert state.train_feed.y.shape[1] > 64
    baseline = baseline_of(state)
    assert baseline is not None
    targets = state.train_feed.y[:, :64].astype(float)
    spread = ((targets - targets.mean(axis=0)) ** 2).mean()
    assert baseline.loss["train"] == pytest.approx(spread, rel=1e-6)
