"""Runs as lines over axes: order of axes, ranges, the chosen run."""

import math
from statistics import median

import numpy as np
import pytest

from tuidl.runs.coordinates import Coordinates, ranked

RATES = [1e-4, 1e-3, 1e-2, 1e-1]
TABLES = [
    {
        "optimizer.learning_rate": rate,
        "optimizer.type": kind,
        "training.seed": seed,
        "optimizer.momentum": 0.9 if kind == "sgd" else None,
    }
    for rate in RATES
    for kind in ("adam", "sgd")
    for seed in (0, 1)
]
TABLES = [{key: v for key, v in table.items() if v is not None} for table in TABLES]
LOSSES = [
    abs(math.log10(t["optimizer.learning_rate"]) + 3) + (0.1 if t["optimizer.type"] == "sgd" else 0)
    + 0.001 * t["training.seed"]
    for t in TABLES
]  # fmt: skip
KEYS = ["training.seed", "optimizer.learning_rate", "optimizer.type", "optimizer.momentum"]


@pytest.fixture
def found() -> Coordinates:
    return Coordinates(KEYS, TABLES, "validation loss", LOSSES)


def test_axes_that_say_most_of_the_score_are_next_to_it_and_seeds_are_first(
    found: Coordinates,
) -> None:
    assert found.order[0] == "training.seed"
    assert found.order[-1] == "optimizer.learning_rate"
    names = [axis.name for axis in found.shown(10)]
    assert names == ["seed", "momentum", "type", "learning_rate", "validation loss"] or names == [
        "seed", "type", "momentum", "learning_rate", "validation loss",
    ]  # fmt: skip
    by_name = dict(zip(names, found.shown(10), strict=True))
    assert by_name["learning_rate"].log
    assert not by_name["seed"].log
    assert by_name["type"].words == ("adam", "sgd")
    assert by_name["momentum"].has_unset


def test_a_share_is_never_logarithmic_but_a_setting_may_be() -> None:
    tables = [{"a": 0.001}, {"a": 1.0}]
    found = Coordinates(["a"], tables, "validation accuracy", [0.01, 0.9])
    assert [axis.log for axis in found.shown(9)] == [True, False]


def test_ranks_go_from_the_worst_to_the_best() -> None:
    scores = np.array([3.0, 1.0, math.nan, 1.0, math.inf])
    up, down = (ranked(scores, way).tolist() for way in ("highest", "lowest"))
    assert up == pytest.approx([1, 0.25, math.nan, 0.25, math.nan], nan_ok=True)
    assert down == pytest.approx([0, 0.75, math.nan, 0.75, math.nan], nan_ok=True)
    assert ranked(np.array([5.0]), "lowest").tolist() == [1.0]
    assert np.isnan(ranked(np.array([math.nan]), "lowest")).all()


def test_runs_are_chosen_from_the_best_on(found: Coordinates) -> None:
    order = sorted(range(len(LOSSES)), key=LOSSES.__getitem__)
    seen = []
    for _ in range(len(LOSSES) + 3):
        found.choose(1)
        seen.append(found.chosen)
    assert seen == [*order, *[order[-1]] * 3]
    found.choose(-100)
    assert found.chosen == order[0]


def test_a_range_leaves_what_lies_in_it_and_only_that_is_chosen(found: Coordinates) -> None:
    assert found.key == "optimizer.learning_rate"
    assert found.words == ""
    found.narrow(0, 1)
    found.narrow(1, -1)
    assert found.ranges == {"optimizer.learning_rate": (1e-3, 1e-2)}
    inside = [n for n, t in enumerate(TABLES) if t["optimizer.learning_rate"] in (1e-3, 1e-2)]
    assert np.flatnonzero(found.inside).tolist() == inside
    assert found.words.startswith("8 of 16 in range, median 0.5505")
    assert f"{median(LOSSES):.4g}"[:4] in found.words
    for _ in range(9):
        found.narrow(1, -1)
    assert found.ranges["optimizer.learning_rate"] == (1e-3, 1e-3), "a value stays"
    found.choose(1)
    assert TABLES[found.chosen or 0]["optimizer.learning_rate"] == 1e-3
    for _ in range(9):
        found.narrow(1, 1)
        found.narrow(0, -1)
    assert found.ranges == {}, "the whole length is no range"


def test_ranges_of_several_axes_and_of_the_score_hold_together(found: Coordinates) -> None:
    found.narrow(1, -1)
    found.step(1)
    assert found.key == ""
    found.narrow(1, -6)
    limit = found.ranges[""][1]
    wanted = [
        n for n, (t, loss) in enumerate(zip(TABLES, LOSSES, strict=True))
        if t["optimizer.learning_rate"] < 0.1 and loss <= limit
    ]  # fmt: skip
    assert np.flatnonzero(found.inside).tolist() == wanted
    found.take("best validation loss", [2 * v for v in LOSSES])
    assert list(found.ranges) == ["optimizer.learning_rate"], "that of another score is gone"
    found.whole()
    assert found.ranges == {}


def test_a_range_on_an_axis_with_gaps_can_leave_out_what_is_not_set(found: Coordinates) -> None:
    found.place = found.order.index("optimizer.momentum")
    found.narrow(0, 1)
    assert found.ranges == {}, "one value only: nothing to narrow"
    tables = [{"m": 0.5}, {"m": 0.9}, {}]
    other = Coordinates(["m"], tables, "loss", [1.0, 2.0, 3.0])
    other.narrow(0, -1)
    assert other.inside.tolist() == [True, True, False]
    other.clear()
    assert other.inside.all()


def test_an_axis_of_many_values_is_narrowed_in_steps() -> None:
    values = np.linspace(0, 1, 100).tolist()
    found = Coordinates(["a"], [{"a": v} for v in values], "loss", values)
    found.narrow(0, 1)
    assert found.ranges["a"] == pytest.approx((1 / 12, 1.0))
    log = (10 ** np.linspace(-6, 0, 100)).tolist()
    found = Coordinates(["a"], [{"a": v} for v in log], "loss", values)
    found.narrow(0, 1)
    assert found.ranges["a"] == pytest.approx((10 ** (-6 + 0.5), 1.0))


def test_axes_are_moved_left_out_and_come_back(found: Coordinates) -> None:
    before = list(found.order)
    assert found.move(-1)
    assert found.order == [before[0], before[1], before[3], before[2]]
    assert found.key == before[3], "it stays the chosen one"
    assert found.move(1)
    assert (found.order, found.move(1)) == (before, False)
    while found.drop():
        pass
    assert len(found.order) == 1
    found.step(5)
    assert (found.key, found.drop(), found.move(-1)) == ("", False, False)
    found.whole()
    assert found.order == before


def test_a_dropped_axis_restricts_nothing(found: Coordinates) -> None:
    found.narrow(0, 1)
    found.drop()
    assert found.inside.all()


def test_where_not_all_axes_fit_those_next_to_the_score_are_seen_or_the_chosen_one(
    found: Coordinates,
) -> None:
    assert found.window(3) == (2, 4)
    found.step(-9)
    assert found.window(3) == (0, 2)
    assert len(found.shown(3)) == 3
    assert found.window(99) == (0, 4)


def test_runs_without_a_score_are_in_nothing() -> None:
    found = Coordinates(["a"], [{"a": 1}, {"a": 2}, {}], "loss", [math.nan] * 3)
    found.choose(1)
    found.narrow(0, 1)
    assert found.chosen is None
    assert not found.inside.any()
    assert Coordinates([], [], "", []).count == 1
