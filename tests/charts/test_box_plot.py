"""Box plots: quartiles by an oracle, every size."""

from statistics import quantiles

import numpy as np
import pytest

from tuidl.charts.box_plot import box_of, box_plot, groups_that_fit
from tuidl.charts.palette import DEFAULT


@pytest.mark.parametrize("count", [2, 5, 12, 101])
def test_quartiles_whiskers_and_what_is_outside(count: int) -> None:
    values = np.random.default_rng(count).normal(size=count).tolist()
    values[0] = 40.0
    box = box_of(values)
    assert [box.first, box.median, box.third] == pytest.approx(
        quantiles(values, n=4, method="inclusive")
    )
    reach = 1.5 * (box.third - box.first)
    inside = [v for v in values if box.first - reach <= v <= box.third + reach]
    assert (box.low, box.high) == (min(inside), max(inside))
    assert sorted([*inside, *box.outside]) == sorted(values)
    assert (40.0 in box.outside) == (count > 4)


def test_one_value_is_a_box_of_no_width() -> None:
    assert box_of([2.0]) == (2.0, 2.0, 2.0, 2.0, 2.0, ())


@pytest.mark.parametrize("unicode", [True, False])
@pytest.mark.parametrize("size", [(4, 1), (30, 4), (76, 18), (150, 40)])
@pytest.mark.parametrize("groups", [0, 1, 3, 60])
def test_every_size_is_filled(size: tuple[int, int], groups: int, unicode: bool) -> None:
    named = [(f"rate={n}", [n + 0.1, n + 0.5, float("nan"), n + 9.0]) for n in range(groups)]
    drawn = box_plot(named, DEFAULT, *size, unicode)
    assert [line.cell_len for line in drawn] == [size[0]] * size[1]
    text = "\n".join(line.plain for line in drawn)
    assert unicode or text.isascii()
    if groups and size[0] > 70:
        assert "rate=0" in text
        assert "0.5000 (3)" in text, "what is not finite does not count"


def test_other_groups_come_on_the_same_scale_in_their_colours() -> None:
    named = [(f"rate={n}", [float(n), n + 1.0]) for n in range(40)]
    fit = groups_that_fit(12)
    top, low = (box_plot(named, DEFAULT, 76, 12, first=first) for first in (0, 40 - fit))
    assert [line.plain.split()[0] for line in low[:fit]] == [f"rate={n}" for n in range(30, 40)]
    assert [line.plain for line in top[-2:]] == [line.plain for line in low[-2:]]
    ninth = box_plot(named, DEFAULT, 76, 12, first=1)[8]
    assert ninth.spans == top[9].spans
    assert ninth.plain == top[9].plain


def test_on_a_log_scale_equal_factors_are_equally_far() -> None:
    named = [("a", [0.01] * 3), ("b", [0.1] * 3), ("c", [1.0] * 3)]
    lines = [line.plain for line in box_plot(named, DEFAULT, 76, 12, log=True)]
    places = [lines[row].index("┃") for row in (0, 2, 4)]
    assert abs((places[2] - places[1]) - (places[1] - places[0])) <= 1
    assert "0.1" in lines[7], "the axis stands right below the boxes"
