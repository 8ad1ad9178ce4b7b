"""Charts of all sorts of series, as text."""

import math

import pytest

from tuidl.charts.report import loss_chart
from tuidl.charts.scale import round_ticks
from tuidl.protocol.history import Series


def series(values: list[float]) -> Series:
    made = Series()
    for i, value in enumerate(values, 1):
        made.add(i, value)
    return made


EDGES = {
    "empty": [],
    "one": [0.5],
    "constant": [2.0] * 20,
    "zeros": [0.0] * 5,
    "nan": [1.0, math.nan, 0.5],
    "all nan": [math.nan] * 3,
    "infinite": [1.0, math.inf, 0.5],
    "huge": [1e30, -1e30, 0.0],
    "tiny": [1e-30, 2e-30],
    "many": [math.sin(i / 500) for i in range(1_000_00)],
}


@pytest.mark.parametrize("values", EDGES.values(), ids=EDGES)
@pytest.mark.parametrize("size", [(80, 12), (20, 5), (200, 40)])
def test_every_series_gives_lines_that_fit(values: list[float], size: tuple[int, int]) -> None:
    width, height = size
    lines = loss_chart("loss", series(values), None, width, height, color=False)
    assert lines[0].startswith("loss")
    assert all(len(line) <= max(width, len(lines[0])) for line in lines)
    assert len(lines) <= height + 1


def test_colour_codes_only_on_request() -> None:
    plain = loss_chart("loss", series([3, 2, 1]), series([3, 3, 2]), 60, 10, color=False)
    coloured = loss_chart("loss", series([3, 2, 1]), series([3, 3, 2]), 60, 10, color=True)
    assert "\x1b" not in "".join(plain)
    assert "\x1b" in "".join(coloured)


def test_ascii_where_the_terminal_knows_no_more() -> None:
    lines = loss_chart(
        "loss", series([3, 2, 1]), series([3, 3, 2]), 60, 10, color=False, unicode=False
    )
    assert "".join(lines).isascii()


def test_ticks_are_round_and_inside() -> None:
    assert round_ticks(0.0, 1.0, 4) == [0.0, 0.5, 1.0]
    assert round_ticks(1, 15, 6) == [5, 10, 15]
    assert round_ticks(0.913, 0.987, 4) == [0.92, 0.94, 0.96, 0.98]
    assert round_ticks(1, 1, 4) == [1]
