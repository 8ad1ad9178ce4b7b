"""Which trials go on."""

import math

from tuidl.sweeps.pruning import Pruner, value_of


def test_halving_keeps_the_best_third_at_each_rung() -> None:
    pruner = Pruner(type="halving", first=2, reduction=3)
    assert pruner.stops(20) == [2, 6, 18, 20]
    curves = {n: [9.0, float(n), 0.0] for n in range(7)}
    assert pruner.kept(2, curves, [], "best") == {0, 1, 2}, "the third epoch is not looked at"
    curves[0] = [9.0, math.nan]
    curves[1] = [math.nan, math.nan]
    assert pruner.kept(2, curves, [], "best") == {2, 3, 4}
    equal = {n: [1.0, 1.0] for n in (5, 3, 8, 1)}
    assert pruner.kept(2, equal, [], "best") == {1, 3}, "the first of those that are equal"


def test_the_median_is_that_of_earlier_batches() -> None:
    pruner = Pruner(type="median", first=1, every=2)
    assert pruner.stops(6) == [1, 3, 5, 6]
    batch = {1: [0.5], 2: [0.3], 3: [0.2], 4: [math.nan]}
    assert pruner.kept(1, batch, [], "best") == {1, 2, 3, 4}, "nothing to compare with"
    earlier = [[0.2], [0.3], [0.9, 0.1]]
    assert pruner.kept(1, batch, earlier, "best") == {2, 3}
    assert pruner.kept(2, {1: [0.5, 0.4]}, earlier, "best") == set(), "only one is that long"


def test_without_a_pruner_all_epochs_are_one_stretch() -> None:
    assert Pruner().stops(7) == [7]


def test_a_value_is_of_the_best_or_the_last_epoch() -> None:
    assert value_of([3.0, 1.0, 2.0], "best") == 1.0
    assert value_of([3.0, 1.0, 2.0], "last") == 2.0
    assert math.isnan(value_of([], "best"))
    assert math.isnan(value_of([1.0, math.nan], "last"))
