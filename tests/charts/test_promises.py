"""What all charts promise: exactly their size, ASCII where asked, the same for the same data."""

import math

import pytest
from rich.cells import cell_len
from rich.text import Text

from tests.charts.chart_cases import CHARTS
from tuidl.charts.palette import COLOR_BLIND, DEFAULT, MONOCHROME

EDGES = {
    "empty": [],
    "one": [0.5],
    "zero": [0.0],
    "two": [1.0, 2.0],
    "constant": [2.0] * 20,
    "negative": [-1.0, -2.0, -3.0],
    "nan": [1.0, math.nan, 0.5, 3.0],
    "all nan": [math.nan] * 3,
    "infinite": [1.0, math.inf, -math.inf, 0.5],
    "huge": [1e30, -1e30, 0.0],
    "largest": [1.7e308, -1.7e308],
    "tiny": [1e-30, 2e-30, 5e-324],
    "hundred": [math.sin(i) * 9 for i in range(100)],
}
SIZES = [(0, 0), (1, 1), (2, 2), (1, 9), (9, 1), (7, 4), (38, 8), (80, 24)]


def exact(lines: list[Text], width: int, height: int) -> None:
    assert len(lines) == height
    assert {cell_len(line.plain) for line in lines} <= {width}
    assert "\n" not in "".join(line.plain for line in lines)


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("values", EDGES.values(), ids=EDGES)
@pytest.mark.parametrize("unicode", [True, False], ids=["unicode", "ascii"])
def test_any_data_fill_any_size_exactly(name: str, values: list[float], unicode: bool) -> None:
    for width, height in SIZES:
        lines = CHARTS[name](values, DEFAULT, width, height, unicode)
        exact(lines, width, height)
        if not unicode:
            assert all(line.plain.isascii() for line in lines)


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("size", [(200, 50), (400, 120)])
def test_large_sizes_are_filled_exactly(name: str, size: tuple[int, int]) -> None:
    exact(CHARTS[name](EDGES["hundred"], COLOR_BLIND, *size, True), *size)


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("unicode", [True, False], ids=["unicode", "ascii"])
def test_without_colours_there_are_none(name: str, unicode: bool) -> None:
    lines = CHARTS[name](EDGES["hundred"], MONOCHROME, 60, 16, unicode)
    exact(lines, 60, 16)
    styles = [span.style for line in lines for span in line.spans]
    assert not any(style.color or style.bgcolor for style in styles)


@pytest.mark.parametrize("name", CHARTS)
def test_equal_data_give_equal_cells(name: str) -> None:
    values = EDGES["nan"]
    first, second = (CHARTS[name](list(values), DEFAULT, 50, 14, True) for _ in range(2))
    assert [(a.plain, a.spans) for a in first] == [(b.plain, b.spans) for b in second]


@pytest.mark.parametrize("name", CHARTS)
def test_something_is_shown_of_usual_data(name: str) -> None:
    filled, empty = (
        CHARTS[name](values, DEFAULT, 60, 16, True) for values in (EDGES["hundred"], [])
    )
    assert [line.plain for line in filled] != [line.plain for line in empty]


LONG = (
    "plain_curves",
    "classes",
    "soft_field",
    "columns",
    "forecast",
    "weights",
    "diagram",
)


@pytest.mark.slow
@pytest.mark.parametrize("name", LONG)
def test_a_million_values(name: str) -> None:
    values = [math.sin(i / 5000) for i in range(1_000_000)]
    exact(CHARTS[name](values, DEFAULT, 120, 30, True), 120, 30)
