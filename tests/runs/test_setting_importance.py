"""How much a setting says of a score, by plain oracles and known cases."""

import math
from statistics import fmean

import numpy as np
import pytest

from tuidl.runs.setting_importance import (
    as_numbers,
    corrected,
    explained,
    importances,
    in_parts,
    rank_correlation,
    ranks,
    settings_that_differ,
)


def ranks_in_plain_python(values: list[float]) -> list[float]:
    order = sorted(values)
    return [fmean(n for n, other in enumerate(order, 1) if other == value) for value in values]


def correlation(a: list[float], b: list[float]) -> float:
    x, y = fmean(a), fmean(b)
    top = sum((p - x) * (q - y) for p, q in zip(a, b, strict=True))
    return top / math.sqrt(sum((p - x) ** 2 for p in a) * sum((q - y) ** 2 for q in b))


def test_ranks_and_their_correlation() -> None:
    rng = np.random.default_rng(3)
    for count in (3, 10, 41):
        x, y = rng.integers(0, 6, count).astype(float), rng.normal(size=count)
        assert ranks(x).tolist() == ranks_in_plain_python(x.tolist())
        wanted = correlation(ranks_in_plain_python(x.tolist()), ranks_in_plain_python(y.tolist()))
        assert rank_correlation(x, y) == pytest.approx(wanted)
    x = np.arange(9.0)
    assert rank_correlation(x, np.exp(x)) == pytest.approx(1)
    assert rank_correlation(x, -(x**3)) == pytest.approx(-1)
    assert math.isnan(rank_correlation(x, np.ones(9)))


def test_what_lies_between_groups() -> None:
    assert explained(["a", "a", "b", "b"], np.array([1.0, 1.0, 3.0, 3.0])) == 1
    assert explained(["a", "b", "a", "b"], np.array([1.0, 1.0, 3.0, 3.0])) == 0
    assert explained(["a", "a", "b", "b"], np.array([0.0, 2.0, 2.0, 4.0])) == 0.5
    assert math.isnan(explained(["a", "b"], np.ones(2)))


def test_chance_explains_nothing_on_average() -> None:
    rng = np.random.default_rng(0)
    groups = [str(n % 5) for n in range(20)]
    shares = [explained(groups, rng.normal(size=20)) for _ in range(400)]
    raw = [1 - (1 - share) * 19 / 15 for share in shares]
    assert np.mean(shares) > 0.15, "as they are, groups explain much of nothing"
    assert abs(np.mean(raw)) < 0.03
    assert [corrected(share, 20, 5) for share in shares[:9]] == [max(one, 0.0) for one in raw[:9]]
    assert math.isnan(corrected(1.0, 5, 5)), "a group for each run says nothing"


def test_the_setting_that_matters_comes_first() -> None:
    rng = np.random.default_rng(1)
    tables = [
        {"rate": rate, "kind": kind, "seed": seed, "x": rng.random(), "name": str(rng.random())}
        for rate in (0.1, 0.01, 0.001) for kind in ("a", "b") for seed in range(4)
    ]  # fmt: skip
    scores = [math.log10(t["rate"]) + 0.2 * (t["kind"] == "b") for t in tables]
    found = {one.key: one for one in importances(tables, scores)}
    assert next(iter(found)) == "rate"
    assert found["rate"].share > 0.95
    assert found["rate"].rank == pytest.approx(0.94, abs=0.05)
    assert math.isnan(found["kind"].rank)
    assert found["seed"].share == 0
    assert found["x"].values == 24
    assert found["x"].share < 0.3
    assert "name" not in found


def test_runs_without_a_score_or_settings_do_not_count() -> None:
    tables = [{"a": 1}, {"a": 1}, {"a": 2}, {"a": 2}, {"a": 3}, {}]
    scores = [1.0, 1.1, 2.0, 2.1, math.nan, 5.0]
    (one,) = importances(tables, scores)
    assert (one.runs, one.values) == (4, 2)
    assert importances([], []) == []
    assert importances([{"a": 1}], [1.0]) == []


def test_numbers_are_numbers() -> None:
    assert as_numbers([1, 2.5]) == [1, 2.5]
    assert as_numbers([True, False]) is None
    assert as_numbers(["a", 1]) is None
    assert as_numbers([None, None]) is None
    found = as_numbers([None, 2])
    assert found is not None
    assert math.isnan(found[0])


def test_a_setting_whose_middle_is_best_counts() -> None:
    rng = np.random.default_rng(4)
    tables = [{"rate": rate, "other": rng.random()} for rate in rng.permutation(60) / 60.0]
    scores = [(t["rate"] - 0.5) ** 2 for t in tables]
    found = {one.key: one for one in importances(tables, scores)}
    assert abs(found["rate"].rank) < 0.2
    assert found["rate"].share > 0.8
    assert found["other"].share < 0.2


def test_very_bad_runs_do_not_drown_the_ranks() -> None:
    tables = [{"kind": kind} for kind in ("a", "b") for _ in range(20)]
    scores = [float(t["kind"] == "b") + 0.01 * n for n, t in enumerate(tables)]
    scores[3] = 1000.0
    (one,) = importances(tables, scores)
    assert one.share < 0.05
    assert one.of_ranks > 0.5


@pytest.mark.parametrize("count", [3, 14, 15, 41, 400])
def test_parts_are_equally_large_and_in_order(count: int) -> None:
    numbers = np.random.default_rng(count).permutation(count) * 1.0
    found = in_parts(np.append(numbers, math.nan))
    if count < 15:
        assert found == []
        return
    parts = [int(part) for part in found[:-1]]
    assert found[-1] == "-1", "what is not set"
    assert sorted(set(parts)) == list(range(min(count // 5, 8)))
    sizes = [parts.count(n) for n in set(parts)]
    assert max(sizes) - min(sizes) <= 1
    assert [parts[n] for n in np.argsort(numbers)] == sorted(parts)


def test_what_can_be_read_on_an_axis_comes_first() -> None:
    tables = [
        {"about": f"run {i} of many", "training.seed": i, "data.path": f"a/long/path{i}",
         "optimizer.type": kind, "rate": 0.1 * i}
        for i, kind in enumerate(("sgd", "adam", "sgd"))
    ]  # fmt: skip
    assert settings_that_differ(tables) == ["rate", "optimizer.type", "data.path", "training.seed"]
