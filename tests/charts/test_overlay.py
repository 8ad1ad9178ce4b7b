"""Many curves over each other: the dots they go through, whose cells are whose, what is behind."""

import math

import numpy as np
import pytest

from tuidl.charts.dots import Dots
from tuidl.charts.overlay import FEW, Looks, Overlaid, Overlay, is_logarithmic
from tuidl.charts.palette import DEFAULT, MONOCHROME
from tuidl.charts.rasters import MANY, Columns, cells_of, cells_of_all, columns_of, dashed
from tuidl.charts.scale import Scale

X = np.arange(1.0, 41.0)


def lines(count: int, **more: object) -> list[Overlaid]:
    return [
        Overlaid(X, n + np.sin(X / 5 + n), f"series {n + 1}", **more)  # type: ignore[arg-type]
        for n in range(count)
    ]


def columns_in_plain_python(
    x: list[float], y: list[float], xs: Scale
) -> list[tuple[float, float] | None]:
    """Lowest and highest of many points on the straight lines, and of the points, by column."""
    found: list[list[float]] = [[] for _ in range(xs.size)]
    place = [(v - xs.low) / (xs.high - xs.low) * (xs.size - 1) for v in x]
    for p, v in zip(place, y, strict=True):
        if math.isfinite(v) and 0 <= math.floor(p + 0.5) < xs.size:
            found[math.floor(p + 0.5)].append(v)
    for p0, p1, y0, y1 in zip(place, place[1:], y, y[1:], strict=False):
        if not (math.isfinite(y0) and math.isfinite(y1)):
            continue
        for column in range(xs.size):
            for edge in (column - 0.5, column + 0.5):
                if p0 <= edge <= p1:
                    found[column].append(y0 + (y1 - y0) * (edge - p0) / (p1 - p0))
    return [(min(some), max(some)) if some else None for some in found]


@pytest.mark.parametrize("count", [2, 7, 40, 300])
def test_a_column_holds_all_of_the_line_within_it(count: int) -> None:
    rng = np.random.default_rng(count)
    x, y = np.sort(rng.uniform(0, 10, count)), rng.normal(size=count)
    y[rng.random(count) < 0.1] = np.nan
    xs = Scale(1.0, 9.0, 40)
    made = columns_of(x, y, xs, log=False)
    for n, wanted in enumerate(columns_in_plain_python(x.tolist(), y.tolist(), xs)):
        found = (made.low[n], made.high[n])
        assert np.isnan(found).all() if wanted is None else found == pytest.approx(wanted)


def test_on_a_log_scale_lines_are_straight_there() -> None:
    made = columns_of(np.array([0.0, 4.0]), np.array([1.0, 1e4]), Scale(0, 4, 5), log=True)
    assert (made.low + made.high)[2] / 2 == pytest.approx(2.0)
    assert np.isnan(columns_of(X, -X, Scale(1, 40, 8), log=True).low).all()


@pytest.mark.parametrize("unicode", [True, False])
def test_cells_hold_the_dots_from_lowest_to_highest(unicode: bool) -> None:
    rng = np.random.default_rng(1)
    low = rng.uniform(-2, 8, 12)
    made = Columns(low, low + rng.uniform(0, 4, 12))
    ys = Scale(0.0, 7.0, 8)
    dots = Dots(6 if unicode else 12, 2 if unicode else 8, unicode)
    for x, (bottom, top) in enumerate(zip(*made, strict=True)):
        if round(top) >= 0 and round(bottom) < 8:
            dots.column(x, round(bottom), round(top))
    cells = cells_of(made, ys, unicode)
    assert {(c, r): int(cells[r, c]) for r, c in np.argwhere(cells).tolist()} == dots.cells


def test_dashes_leave_steep_columns_whole() -> None:
    cells = np.zeros((4, 8), dtype=np.uint8)
    cells[0], cells[:, 3] = 1, 1
    gaps = np.array([(3, 1), (1, 0), (2, 2)]).T
    found = dashed(np.stack([cells] * 3), *gaps)
    assert found[:, 0].tolist() == [
        [1, 1, 1, 1, 1, 1, 1, 0], [1] * 8, [1, 1, 0, 1, 1, 1, 0, 0],
    ]  # fmt: skip
    assert found.dtype == np.uint8


@pytest.mark.parametrize("unicode", [True, False])
@pytest.mark.parametrize("count", [0, 1, MANY, 30])
def test_many_curves_at_once_are_as_one_after_the_other(count: int, unicode: bool) -> None:
    """Also where one is not there, leaves the scale, or is infinitely far."""
    rng = np.random.default_rng(count)
    low = rng.uniform(-30, 60, (count, 24))
    high = low + rng.uniform(0, 40, low.shape) ** 2
    for values in (low, high):
        values[rng.random(low.shape) < 0.2] = np.nan
    low[rng.random(low.shape) < 0.1] = -1e300
    high[rng.random(low.shape) < 0.1] = 1e300
    curves, ys = [*map(Columns, low, high)], Scale(-3.0, 44.0, 16)
    found = cells_of_all(curves, ys, unicode)
    assert len(found) == count
    for one, curve in zip(found, curves, strict=True):
        np.testing.assert_array_equal(one, cells_of(curve, ys, unicode))


@pytest.mark.parametrize("unicode", [True, False])
@pytest.mark.parametrize("size", [(4, 1), (20, 3), (50, 12), (150, 40)])
@pytest.mark.parametrize("count", [0, 1, 5, 50])
def test_every_size_is_filled(size: tuple[int, int], count: int, unicode: bool) -> None:
    drawn = Overlay().draw(lines(count), Looks("loss", cursor=20.0), DEFAULT, *size, unicode)
    assert [line.cell_len for line in drawn] == [size[0]] * size[1]
    assert unicode or "\n".join(line.plain for line in drawn).isascii()


def roles_drawn(drawn: list, role: str) -> int:  # type: ignore[type-arg]
    wanted = DEFAULT.style(role).color
    return sum(
        span.end - span.start for line in drawn for span in line.spans if span.style.color == wanted
    )


def test_lines_that_lie_on_each_other_are_all_seen_and_the_chosen_one_whole() -> None:
    same = [Overlaid(X, np.sin(X), f"series {n + 1}") for n in range(5)]
    drawn = Overlay().draw(same, Looks("x"), DEFAULT, 60, 15)
    counts = [roles_drawn(drawn, f"series {n + 1}") for n in range(5)]
    assert min(counts) > 0
    drawn = Overlay().draw(same, Looks("x", chosen=3), DEFAULT, 60, 15)
    assert [roles_drawn(drawn, f"series {n + 1}") > 0 for n in range(5)] == [False] * 3 + [
        True,
        False,
    ]


def test_what_lies_behind_is_faint_and_of_many_only_the_chosen_ones() -> None:
    noisy = np.sin(X) * 3
    few = Overlay().draw(lines(2, behind=noisy), Looks("x"), DEFAULT, 60, 15)
    alone = Overlay().draw(lines(2), Looks("x"), DEFAULT, 60, 15)
    assert few != alone
    many, looks = lines(FEW + 1, behind=noisy), Looks("x")
    assert Overlay().draw(many, looks, DEFAULT, 60, 15) == Overlay().draw(
        lines(FEW + 1), looks, DEFAULT, 60, 15
    )
    chosen = Looks("x", chosen=4)
    assert Overlay().draw(many, chosen, DEFAULT, 60, 15) != Overlay().draw(
        lines(FEW + 1), chosen, DEFAULT, 60, 15
    )


def test_a_band_is_drawn_to_its_ends_also_where_they_have_no_logarithm() -> None:
    band = Overlaid(X, np.full(40, 2.0), "series 1", low=np.full(40, -1.0), high=np.full(40, 3.0))
    even = Overlay().draw([band], Looks("x"), DEFAULT, 40, 12)
    assert sum("⣿" in line.plain for line in even) >= 6
    log = Overlay().draw([band], Looks("x", log=True), DEFAULT, 40, 12)
    assert sum("⣿" in line.plain for line in log) >= 4


def test_scales_follow_the_values() -> None:
    falling = [Overlaid(X, 100 / X**2, "series 1")]
    assert is_logarithmic(falling, Looks("loss"))
    assert not is_logarithmic(falling, Looks("accuracy"))
    assert not is_logarithmic(falling, Looks("loss", log=False))
    assert not is_logarithmic([Overlaid(X, X - 5, "series 1")], Looks("loss"))
    said = Overlay().draw([Overlaid(X, -X, "series 1")], Looks("loss", log=True), DEFAULT, 40, 9)
    assert "no positive values" in "".join(line.plain for line in said)


def test_the_last_part_and_nothing_finite() -> None:
    drawn = Overlay().draw(lines(1), Looks("x", last=1 / 10), MONOCHROME, 60, 12)
    assert " 10 " not in drawn[-1].plain
    nothing = [Overlaid(X, np.full(40, np.nan), "series 1"), Overlaid(X[:0], X[:0], "series 2")]
    assert "no values" in "".join(
        line.plain for line in Overlay().draw(nothing, Looks("x"), DEFAULT, 40, 9)
    )


def test_a_single_point_is_a_mark() -> None:
    one = [Overlaid(np.array([3.0]), np.array([1.0]), "series 1")]
    assert "●" in "".join(line.plain for line in Overlay().draw(one, Looks("x"), DEFAULT, 40, 9))


def test_what_was_made_is_kept_while_scales_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    monkeypatch.setattr(
        "tuidl.charts.overlay.columns_of", lambda *given: made.append(1) or columns_of(*given)
    )
    overlay, shown = Overlay(), lines(20)
    overlay.draw(shown, Looks("x"), DEFAULT, 60, 15)
    assert len(made) == 20
    overlay.draw(shown, Looks("x", cursor=7.0, chosen=3), DEFAULT, 60, 15)
    assert len(made) == 20
    overlay.draw(shown[:5], Looks("x"), DEFAULT, 60, 15)
    assert len(overlay._columns) == 5, "those of lines that are gone are forgotten"
