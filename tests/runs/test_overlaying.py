"""What is said of many runs at once: values between points, groups, labels; by plain oracles."""

import json
import math
from pathlib import Path
from statistics import fmean, stdev

import numpy as np
import pytest

from tuidl.charts.smoothing import smoothed
from tuidl.core.errors import RunError
from tuidl.runs.curve_groups import MOST_PLACES, at, common_places, spread
from tuidl.runs.labelling import (
    Groups,
    Told,
    group_keys,
    labels,
    short_keys,
    told_apart,
    usual_group,
)
from tuidl.runs.overlaying import Member, Overlaying, View, member


def value_in_plain_python(x: list[float], y: list[float], place: float) -> float:
    for x0, y0 in zip(x, y, strict=True):
        if x0 == place:
            return y0
    for x0, x1, y0, y1 in zip(x, x[1:], y, y[1:], strict=False):
        if x0 < place < x1:
            return y0 + (y1 - y0) * (place - x0) / (x1 - x0)
    return math.nan


def curves(count: int) -> list[tuple[np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(count)
    found = []
    for n in range(count):
        x = np.unique(rng.integers(0, 30, 5 + 5 * n)).astype(float)
        y = rng.normal(size=len(x))
        y[rng.random(len(x)) < 0.15] = np.nan
        found.append((x, y))
    return found


def test_values_lie_on_the_straight_lines_between_points() -> None:
    places = np.linspace(-2, 32, 137)
    for x, y in [*curves(6), (np.array([3.0]), np.array([1.0])), (np.zeros(0), np.zeros(0))]:
        wanted = [value_in_plain_python(x.tolist(), y.tolist(), p) for p in places.tolist()]
        np.testing.assert_allclose(at(x, y, places), wanted, rtol=1e-12)
        np.testing.assert_array_equal(at(x, y, x), y)


def test_mean_and_deviation_are_of_those_that_have_come_there() -> None:
    those = curves(7)
    found = spread(those)
    assert found.x.tolist() == sorted({v for x, _ in those for v in x.tolist()})
    for n, place in enumerate(found.x.tolist()):
        values = [value_in_plain_python(x.tolist(), y.tolist(), place) for x, y in those]
        known = [value for value in values if not math.isnan(value)]
        assert found.count[n] == len(known)
        assert found.mean[n] == pytest.approx(fmean(known) if known else math.nan, nan_ok=True)
        wanted = stdev(known) if len(known) > 1 else math.nan
        assert found.deviation[n] == pytest.approx(wanted, nan_ok=True)


def test_far_from_zero_the_deviation_is_still_right() -> None:
    x = np.arange(3.0)
    found = spread([(x, x + 1e9), (x, x + 1e9 + 1e-3)])
    assert found.deviation == pytest.approx(np.full(3, stdev([0, 1e-3])), rel=1e-3)


def test_places_are_thinned_evenly_from_the_first_to_the_last() -> None:
    x = np.arange(10.0 * MOST_PLACES)
    places = common_places([(x, x)])
    assert len(places) == MOST_PLACES
    assert (places[0], places[-1]) == (0, x[-1])
    assert len(common_places([])) == 0


TABLES = [
    {"name": "a", "training.seed": s, "optimizer.learning_rate": lr, "data.source": "digits"}
    for lr in (0.1, 0.01) for s in (0, 1)
]  # fmt: skip


def test_runs_are_named_by_what_differs() -> None:
    names = ["w", "x", "y", "z"]
    assert labels(names, TABLES)[2] == "learning_rate=0.01 seed=0"
    assert labels(names[:2], [TABLES[0], TABLES[0]]) == ["w", "x"]
    same = labels(names[:3], [TABLES[0], TABLES[0], TABLES[1]])
    assert same == ["seed=0  w", "seed=0  x", "seed=1"]
    assert labels(["w", "log.jsonl"], [TABLES[0], {}]) == ["w", "log.jsonl"]


def test_what_tells_runs_apart_comes_first_and_seeds_last() -> None:
    tables = [
        {"training.seed": n, "optimizer.type": ("sgd", "adam")[n % 2], "a.rate": 0.1234567891 * k}
        for n in range(4) for k in range(3)
    ]  # fmt: skip
    told = told_apart([f"run{n}" for n in range(12)], tables)
    assert told.names == ("rate", "type", "seed")
    assert told.values[2] == ("0.2469", "sgd", "0")
    twice = told_apart(["a", "b", "c", "log"], [tables[0], tables[0], tables[1], {}])
    called = ("a", "b", "c", "log")
    assert twice == Told(("rate",), (("0.0",), ("0.0",), ("0.1235",), ()), called)
    assert told_apart(["a", "b"], [{}, {}]) == Told((), ((), ()), ("a", "b"))
    some = told_apart(["a"] * 12, tables, ["optimizer.type"])
    assert some.names == ("type",)
    assert not some.runs, "groups are not named by their runs"
    assert told_apart(["a", "b"], [{"x": 1}, {"y": None}]).values == (("1", "-"), ("-", "None"))


def test_keys_are_shortened_as_far_as_they_stay_apart() -> None:
    keys = ["layers[0].units", "layers[1].units", "optimizer.type", "a.b.type", "type"]
    assert list(short_keys(keys).values()) == [
        "layers[0].units", "layers[1].units", "optimizer.type", "b.type", "type",
    ]  # fmt: skip


def test_groups_are_by_a_setting_or_by_all_but_seeds() -> None:
    assert group_keys(TABLES) == [
        Groups.BUT_SEEDS, "training.seed", "optimizer.learning_rate",
    ]  # fmt: skip
    by_seed = Groups("training.seed", TABLES)
    assert by_seed.members == {"seed=0": [0, 2], "seed=1": [1, 3]}
    but_seeds = Groups(Groups.BUT_SEEDS, [*TABLES, {}])
    assert list(but_seeds.members.values()) == [[2, 3], [0, 1], [4]], "numbers first, in order"
    assert Groups(Groups.BUT_SEEDS, [{"training.seed": 1}, {"training.seed": 2}]).members == {
        "all runs": [0, 1]
    }
    assert group_keys([{"a": 1}, {"a": 2}]) == [], "as many groups as runs say nothing"


def test_groups_at_first_are_of_several_runs_each() -> None:
    assert usual_group(TABLES) == Groups.BUT_SEEDS
    tables = [{"training.seed": n % 2, "rate": n / 7, "type": "ab"[n % 2]} for n in range(8)]
    assert usual_group(tables) == "training.seed", "all but seeds would be a run each"
    assert usual_group([{"type": t} for t in "aab"]) == "type", "no better one"
    assert usual_group([{"a": 1}, {"a": 2}]) == ""
    assert usual_group([]) == ""
    many = [{"type": "ab"[n % 2], "rate": n} for n in range(6)]
    assert Groups(Groups.BUT_SEEDS, many).keys == ["rate", "type"], "what differs most comes first"


def logs(tmp_path: Path, tables: list[dict[str, object]] | None = None) -> list[Member]:
    found = []
    for n in range(4):
        path = tmp_path / f"{n}.jsonl"
        lines = [
            {"step": s, "epoch": s / 10, "loss": 1 / s + n, "val_acc": n * s} for s in range(1, 20)
        ]
        lines = lines[: 10 + 3 * n]
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
        one = member(path)
        one.settings = tables[n] if tables else {}
        one.read()
        found.append(one)
    return found


def test_lines_of_runs_and_of_groups(tmp_path: Path) -> None:
    runs = Overlaying(logs(tmp_path, TABLES))
    view = runs.settled(View(axis="step"))
    assert (view.measure, view.axis) == ("loss", "step")
    lines = runs.lines(view)
    assert runs.lines(view) is lines, "they are kept"
    assert [line.value(2.5) for line in lines] == pytest.approx(
        [n + (1 / 2 + 1 / 3) / 2 for n in range(4)]
    )
    assert math.isnan(lines[0].value(10.5))
    assert lines[0].value(None) == pytest.approx(0.1)
    standing = runs.standing(lines, "loss", 12.0)
    assert [line.numbers for line, _ in standing] == [(1,), (2,), (3,), (0,)], "those there first"
    upward = runs.standing(runs.lines(View("validation acc", "step")), "validation acc", 5.0)
    assert [line.numbers for line, _ in upward] == [(3,), (2,), (1,), (0,)]

    groups = runs.lines(View("loss", "step", group="optimizer.learning_rate"))
    assert [line.numbers for line in groups] == [(2, 3), (0, 1)]
    assert groups[1].value(4.0) == pytest.approx(0.75)
    assert groups[1].deviation(4.0) == pytest.approx(stdev([0.25, 1.25]))


def test_smoothed_lines_keep_what_they_were(tmp_path: Path) -> None:
    runs = Overlaying(logs(tmp_path))
    plain, smooth = (runs.lines(View("loss", "epoch", weight)) for weight in (0.0, 0.9))
    for before, after in zip(plain, smooth, strict=True):
        assert before.raw is None
        np.testing.assert_array_equal(after.raw, before.y)
        np.testing.assert_array_equal(after.y, smoothed([before.y], 0.9)[0])
        assert after.best("lowest") == before.best("lowest") == before.y.min()
        assert math.isnan(after.best(""))


def test_what_is_missing_is_said_and_the_others_go_on(tmp_path: Path) -> None:
    found = logs(tmp_path)
    (tmp_path / "other").write_text('{"step": 1, "reward": 1}\n')
    other = member(tmp_path / "other")
    other.read()
    runs = Overlaying([*found, other])
    assert len(runs.lines(View("loss", "step"))) == 4
    assert runs.settled(View("no such", "time")).measure == "loss"
    with pytest.raises(RunError):
        member(tmp_path / "nothing" / "here")
    (tmp_path / "run").mkdir()
    with pytest.raises(RunError, match="no run or log in it"):
        member(tmp_path / "run")
