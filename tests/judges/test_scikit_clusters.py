"""k-means by gradient steps ends where Lloyd's algorithm does that begins with the same centres."""

import numpy as np
import pytest

from tests.judges.packages import require

require("scikit-learn")

from sklearn.cluster import KMeans  # noqa: E402

from tuidl.preset.library import load_preset  # noqa: E402
from tuidl.training.first_centers import draw_centers  # noqa: E402
from tuidl.training.trainer import Trainer  # noqa: E402

NAME = "clusters.centers_1.centers"
SETTINGS: dict[str, tuple[str, ...]] = {
    "the preset": (),
    "fewer centres than clouds": ("networks.0.layers.0.count=3",),
    "more centres than clouds": (
        "networks.0.layers.0.count=8",
        "training.epochs=400",
        "training.batch_size=full",
        "objectives.0.optimizer.learning_rate=1",
    ),
    "one centre": ("networks.0.layers.0.count=1",),
    "clouds of eight features": ("data.features=8", "data.deviation=3", "data.seed=2"),
    "another seed": ("training.seed=11", "data.seed=4"),
    "Adam": ("objectives.0.optimizer.type=adam", "objectives.0.optimizer.learning_rate=0.05"),
}


@pytest.mark.sample(len(SETTINGS))
@pytest.mark.parametrize("name", SETTINGS)
def test_the_inertia_is_that_of_lloyd_from_the_same_start(name: str) -> None:
    trainer = Trainer(load_preset("kmeans_points", SETTINGS[name]), threads=1)
    draw_centers(trainer.state)
    x, first = trainer.state.train_feed.x, trainer.model.parameters[NAME].copy()
    theirs = KMeans(len(first), init=first, n_init=1, max_iter=1000, tol=0).fit(x)
    before = inertia(x, first)
    list(trainer.run())
    ours = inertia(x, trainer.model.parameters[NAME])
    assert ours == pytest.approx(theirs.inertia_, rel=1e-3)
    assert ours < 0.99 * before, "a start that is the end proves nothing"


def inertia(x: np.ndarray, centers: np.ndarray) -> float:
    squares = ((x[:, None].astype(float) - centers) ** 2).sum(axis=2)
    return float(squares.min(axis=1).sum())
