"""Which trials go on."""

import math
import random

import pytest

from tuidl.sweeps.pruning import Curve, Pruner, value_of
from tuidl.sweeps.race import Race


def kept(pruner: Pruner, values: dict[int, float], earlier: list[float] = []) -> set[int]:  # noqa: B006
    """Of trials that have all come to a comparison."""
    on, out = pruner.decided(values, 0, earlier)
    assert set(on) | set(out) == set(values)
    assert not set(on) & set(out)
    return set(on)


def test_halving_keeps_the_best_third_at_each_rung() -> None:
    pruner = Pruner(type="halving", first=2, reduction=3)
    assert pruner.stops(20) == [2, 6, 18, 20]
    values = {n: float(n) for n in range(7)}
    assert kept(pruner, values) == {0, 1, 2}
    assert kept(pruner, {**values, 1: math.nan}) == {0, 2, 3}
    assert kept(pruner, dict.fromkeys((5, 3, 8, 1), 1.0)) == {1, 3}, "the first of those equal"
    assert pruner.planned(7, 20) == 7 * 2 + 3 * 4 + 1 * 12 + 1 * 2


def test_whoever_is_certain_to_go_on_or_to_end_need_not_wait() -> None:
    pruner = Pruner(type="halving", reduction=3)
    values = {n: float(n) for n in range(7)}
    assert pruner.decided(values, 2, []) == ([0], [3, 4, 5, 6]), "of nine, two may yet be better"
    assert pruner.decided(values, 20, []) == ([], []), "of 27 nine go on"


def test_the_median_is_that_of_earlier_batches() -> None:
    pruner = Pruner(type="median", first=1, every=2)
    assert pruner.stops(6) == [1, 3, 5, 6]
    values = {1: 0.5, 2: 0.3, 3: 0.2, 4: math.nan}
    assert kept(pruner, values) == {1, 2, 3, 4}, "nothing to compare with"
    assert kept(pruner, values, [0.2, 0.3, 0.9]) == {2, 3}
    assert kept(pruner, {1: 0.4}, [0.1]) == set()
    assert pruner.decided({1: 0.4}, 5, [0.1]) == ([], [1]), "no other one of the batch matters"


def test_without_a_pruner_all_epochs_are_one_stretch() -> None:
    assert Pruner().stops(7) == [7]


def test_a_value_is_of_the_best_or_the_last_epoch() -> None:
    assert value_of([3.0, 1.0, 2.0], "best") == 1.0
    assert value_of([3.0, 1.0, 2.0], "last") == 2.0
    assert math.isnan(value_of([], "best"))
    assert math.isnan(value_of([1.0, math.nan], "last"))


def in_step(
    pruner: Pruner, curves: dict[int, Curve], fails: dict[int, int], earlier: list[Curve]
) -> dict[int, int]:
    """The plain way: all come to a comparison before anybody goes on. Returns the epoch that each
    trial came to. ``fails``: epochs that trials fail before."""
    epochs = len(curves[0])
    alive, came = set(curves), dict.fromkeys(curves, 0)
    for stop in pruner.stops(epochs):
        alive -= {n for n in alive if fails.get(n, epochs + 1) <= stop}
        for n in alive:
            came[n] = stop
        known = [value_of(curve[:stop], "best") for curve in earlier if len(curve) >= stop]
        values = {n: value_of(curves[n][:stop], "best") for n in alive}
        alive = kept(pruner, values, known) if stop < epochs else alive
    return came


def in_any_order(
    race: Race, curves: dict[int, Curve], fails: dict[int, int], chance: random.Random
) -> dict[int, int]:
    epochs = len(curves[0])
    going, came, ended = set(curves), dict.fromkeys(curves, 0), set[int]()
    while going:
        n = chance.choice(sorted(going))
        going.remove(n)
        stop = race.stop_of(n)
        if fails.get(n, epochs + 1) <= stop:
            verdicts = race.leave(n)
        else:
            came[n] = stop
            verdicts = race.arrive(n, curves[n])
        for verdict in verdicts:
            assert verdict.trial not in ended, "nobody is judged twice at a comparison"
            (going if verdict.goes_on else ended).add(verdict.trial)
    return came


@pytest.mark.parametrize("kind", ["halving", "median", "none"])
def test_who_goes_on_does_not_depend_on_who_is_first(kind: str) -> None:
    chance = random.Random(5)
    for _ in range(150):
        trials, epochs = chance.randint(1, 20), chance.randint(1, 30)
        curves: dict[int, Curve] = {
            n: [chance.choice([chance.random(), 0.5, math.nan]) for _ in range(epochs)]
            for n in range(trials)
        }
        fails = {n: chance.randint(1, epochs) for n in range(trials) if chance.random() < 0.2}
        earlier: list[Curve] = [
            [chance.random() for _ in range(chance.randint(1, epochs))] for _ in range(4)
        ]
        pruner = Pruner(kind, chance.randint(1, 3), chance.randint(1, 4), chance.randint(2, 4))  # type: ignore[arg-type]
        race = Race(pruner, epochs, curves, earlier)
        assert in_any_order(race, curves, fails, chance) == in_step(pruner, curves, fails, earlier)
