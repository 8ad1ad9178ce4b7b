"""Legends name every line and mark, with less of each where there is little room."""

import numpy as np
import pytest

from tests.charts.chart_cases import series
from tuidl.charts.curve import Curve
from tuidl.charts.curves import curves
from tuidl.charts.landscape import Walk, landscape
from tuidl.charts.palette import DEFAULT
from tuidl.charts.scatter import Points, scatter


@pytest.mark.parametrize("width", [44, 54, 80, 120])
def test_every_mark_of_a_landscape_is_named(width: int) -> None:
    losses = np.linspace(0.01, 4, 25).reshape(5, 5)
    walks = [Walk("this run", [(0, 0)]), Walk("cnn_digits-20261130-184618", [(1, 1)], "x")]
    side = [-1, -0.5, 0, 0.5, 1]
    legend = landscape(losses, DEFAULT, width, 12, first=side, second=side, walks=walks)[0].plain
    assert len(legend) <= width
    for sign, start in (("◆", "ce"), ("●", "th"), ("x", "cn")):
        assert f"{sign} {start}" in legend
    assert "4" in legend


def test_every_line_of_a_narrow_race_is_named() -> None:

    names = ("train", "validation", "fork validation", "fork train")
    lines = [Curve(name, series([4.0, 0.25]), "train") for name in names]
    heading = curves(lines, DEFAULT, 38, 12)[0].plain
    assert heading.split()[-1].startswith("tr")
    assert len(heading) <= 38


@pytest.mark.parametrize(("width", "legend"), [
    (70, "● meat   ▲ plants   ○ meat held out   △ plants held out"),
    (36, "●meat ▲plants ○△ held out"),
])  # fmt: skip
def test_where_names_would_be_cut_hollow_signs_share_theirs(width: int, legend: str) -> None:
    groups = [
        Points(f"{name}{' held out' * hollow}", [0.0], [1.0], f"series {n}", hollow=hollow)
        for hollow in (False, True)
        for n, name in enumerate(("meat", "plants"), 1)
    ]
    assert scatter(groups, DEFAULT, width, 9)[0].plain.rstrip() == legend
