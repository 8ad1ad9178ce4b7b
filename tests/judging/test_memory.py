"""Scores of many examples take little memory beside the examples themselves."""

import tracemalloc

import numpy as np
import pytest

from tuidl.judging.classes import Classes
from tuidl.judging.resampling import point, resampled

ROWS = 100_000
BYTES_A_ROW = {2: 230, 3: 280}
"""With what is kept for resampling; tables of examples by classes and bins took 385 and 467."""


@pytest.mark.parametrize("classes", BYTES_A_ROW)
def test_scores_of_classes(classes: int) -> None:
    random = np.random.default_rng(0)
    shares = random.dirichlet(np.ones(classes), ROWS)
    scored = Classes(shares, random.integers(0, classes, ROWS))
    tracemalloc.start()
    try:
        point(scored.scores, ROWS)
        resampled(scored.scores, ROWS, 4, seed=0)
        point(scored.baseline().scores, ROWS)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < BYTES_A_ROW[classes] * ROWS
