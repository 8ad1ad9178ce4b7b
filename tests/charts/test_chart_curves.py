"""What the chart of curves shows, read from its cells."""

import math
from itertools import pairwise

import pytest

from tests.charts.chart_cases import series
from tests.charts.chart_cells import dotted, found, plain
from tuidl.charts.columns import best_x
from tuidl.charts.curve import Curve, Edit, Marks
from tuidl.charts.curves import curves, x_at
from tuidl.charts.palette import DEFAULT
from tuidl.charts.readout import _short_name
from tuidl.charts.window import Window
from tuidl.protocol.history import Series

TRAIN, VALIDATION = [4.0, 2.0, 1.0, 0.5], [5.0, 3.0, 2.0, 2.5]
BOTH = [Curve("train", series(TRAIN)), Curve("validation", series(VALIDATION), "validation")]


def test_curves_name_lines_and_last_values() -> None:
    heading = plain(curves(BOTH, DEFAULT, 80, 12))[0]
    assert heading.split() == ["loss", "━━", "train", "0.5000", "╍╍", "validation", "2.500"]


@pytest.mark.parametrize("width", [24, 30, 38, 60])
def test_narrow_headings_keep_names_and_values_of_the_two_main_lines(width: int) -> None:
    previous = Curve("previous", series([9.0, 8.0]), "muted")
    heading = plain(curves([*BOTH, previous], DEFAULT, width, 8))[0]
    assert "0.50" in heading
    assert "2.5" in heading


def test_the_cursor_tells_exact_values() -> None:
    lines = curves(BOTH, DEFAULT, 80, 12, marks=Marks(cursor=3))
    assert " ".join(plain(lines)[0].split()) == "epoch 3 ━━ train 1.000 ╍╍ validation 2.000"
    assert len({x for x, _ in found(lines, "●")}) == 1


def test_the_cursor_tells_the_range_of_values_that_were_merged() -> None:
    kept = Series(capacity=4)
    for i in range(1, 33):
        kept.add(i, float(i))
    heading = plain(curves([Curve("train", kept)], DEFAULT, 80, 12, marks=Marks(cursor=2)))[0]
    assert "1.000–8.000" in heading


def test_no_value_where_a_line_has_none() -> None:
    short = Curve("validation", series([1.0]), "validation")
    heading = plain(curves([BOTH[0], short], DEFAULT, 80, 12, marks=Marks(cursor=4)))[0]
    assert heading.rstrip().endswith("validation –")


def test_the_best_epoch_and_edits_are_marked() -> None:
    marks = Marks([Edit(2, "rate 0.1"), Edit(3, "dropout 0.2")], best=3)
    lines = curves(BOTH, DEFAULT, 80, 14, marks=marks)
    (place,) = [place for place in found(lines, "◆") if place[1] > 0]
    assert plain(lines)[0].rstrip().endswith("◆ best: 2.000 at epoch 3")
    assert plain(lines)[-1].rstrip() == "a rate 0.1   b dropout 0.2"
    letters = [row.index("b") for row in plain(lines)[1:2]]
    assert letters == [place[0]]


def test_of_many_edits_the_latest_are_explained() -> None:
    edits = [Edit(1 + i / 10, f"rate {i}") for i in range(20)]
    last = plain(curves(BOTH, DEFAULT, 40, 12, marks=Marks(edits)))[-1]
    assert "t rate 19" in last
    assert "a rate" not in last


def test_a_gap_where_values_are_not_finite() -> None:
    values = [1.0] * 10 + [math.nan, math.inf] * 5 + [1.0] * 10
    lines = curves([Curve("train", series(values))], DEFAULT, 66, 10)
    (row,) = [row for row in plain(lines)[1:-2] if dotted(row)]
    columns = dotted(row)
    steps = [b - a for a, b in pairwise(columns)]
    assert sorted(steps)[-2:] == [1, max(steps)]
    assert 20 < max(steps) < 30


def test_an_extreme_among_many_points_is_shown() -> None:
    values = [1.0] * 100_000
    values[70_000] = 50.0
    lines = curves([Curve("train", series(values))], DEFAULT, 80, 20)
    top = [x for y in range(1, 4) for x in dotted(plain(lines)[y])]
    assert top
    assert all(55 <= x <= 62 for x in top)


def test_log_leaves_out_what_has_no_logarithm() -> None:
    log = Window(log=True)
    lines = curves([Curve("train", series([-1.0, 0.0]))], DEFAULT, 60, 10, window=log)
    assert any("no positive values" in row for row in plain(lines))
    lines = curves(
        [Curve("train", series([1e-3, 0.0, 1e3]))], DEFAULT, 60, 12, window=Window(log=True)
    )
    labels = [row.split("┤")[0].strip() for row in plain(lines) if "┤" in row]
    assert labels == ["100", "1", "0.01"]


@pytest.mark.parametrize("width", [20, 38, 80, 200])
def test_the_mouse_finds_each_point_where_it_is_drawn(width: int) -> None:
    for x in (1.0, 2.0, 3.0, 4.0):
        lines = curves(BOTH[:1], DEFAULT, width, 12, marks=Marks(cursor=x))
        ((column, _),) = found(lines, "●")
        assert x_at(BOTH[:1], width, 12, column) == x
    assert x_at([Curve("train", series([]))], width, 12, 3) is None


def test_the_best_epoch_is_found_by_either_measure() -> None:
    scores = series([0.5, math.nan, 0.1, 0.9, 0.1, math.inf])
    assert best_x(scores, lowest=True) == 3
    assert best_x(scores, lowest=False) == 4
    assert best_x(series([math.nan]), lowest=True) is None


def test_short_names_of_several_words_stay_apart() -> None:
    assert [_short_name(n, 1) for n in ("steps", "fork train", "fork validation")] == [
        "s", "ft", "fv"
    ]  # fmt: skip
    assert _short_name("fork validation", 5) == "fo va"
    assert _short_name("validation", 5) == "valid"
