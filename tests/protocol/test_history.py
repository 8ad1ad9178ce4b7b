"""Bounded series that lose no extreme."""

import math
import random

from tuidl.protocol.events import EpochEnded, Progress
from tuidl.protocol.history import History, Series


def test_a_short_series_is_kept_as_it_is() -> None:
    series = Series()
    for i in range(100):
        series.add(i, i * 0.5)
    assert [(p.x, p.low, p.high, p.last) for p in series.whole] == [
        (i, i * 0.5, i * 0.5, i * 0.5) for i in range(100)
    ]
    assert series.last == 49.5


def test_a_long_series_stays_bounded_and_keeps_extremes() -> None:
    values = [random.Random(1).gauss(0, 1) for _ in range(100_000)]
    values[54_321] = 1e6
    series = Series(capacity=64)
    for i, value in enumerate(values):
        series.add(i, value)
    assert len(series.whole) <= 64
    assert len(series.recent) == 64
    assert max(p.high for p in series.whole) == 1e6
    assert min(p.low for p in series.whole) == min(values)
    assert [p.x for p in series.whole] == sorted(p.x for p in series.whole)
    assert series.whole[-1].last == values[-1]


def test_nan_hides_no_neighbour() -> None:
    series = Series(capacity=2)
    for value in (1.0, math.nan, 3.0, math.nan, 5.0):
        series.add(len(series.recent), value)
    assert min(p.low for p in series.whole) == 1.0
    assert max(p.high for p in series.whole) == 5.0


SPEED = {"examples_per_second": 1.0, "learning_rate": 0.1}
ENDED = {"seconds": 1.0, "learning_rate": 0.1, "gradient_norms": {"dense_1": 2.5}}


def test_events_become_series() -> None:
    history = History()
    history.handle(Progress(epoch=2, step=3, steps=10, loss=0.5, **SPEED))
    history.handle(EpochEnded(epoch=2, **ENDED, train={"loss": 0.4}, validation=None))
    history.handle(EpochEnded(epoch=3, **ENDED, train={"loss": 0.3}, validation={"loss": 0.6}))
    assert list(history.series["step loss"].recent) == [(1.3, 0.5)]
    assert list(history.series["train loss"].recent) == [(2, 0.4), (3, 0.3)]
    assert list(history.series["validation loss"].recent) == [(3, 0.6)]
