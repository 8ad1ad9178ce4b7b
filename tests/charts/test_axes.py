"""What stands at the axes of a plot: numbers on both, and the name of x beside them."""

import pytest

from tuidl.charts.frame import framed
from tuidl.charts.grid import Grid
from tuidl.charts.palette import DEFAULT
from tuidl.charts.scale import Scale, log_ticks, round_ticks, scaled


def axis(low: float, high: float, width: int = 60, name: str = "epoch", whole: bool = True) -> str:
    """The line of numbers below a plot from ``low`` to ``high``."""
    grid = Grid(width, 10, unicode=True)
    framed(grid, DEFAULT, scaled((low, high), 1), Scale(0, 1, 1), x_name=name, whole=whole)
    return grid.lines()[-1].plain.rstrip()


@pytest.mark.parametrize("high", [3, 12, 60, 100, 1000, 12345])
@pytest.mark.parametrize("width", [34, 48, 60, 96])
def test_the_last_number_is_not_hidden_by_the_name(high: float, width: int) -> None:
    ticks = round_ticks(1, high, min(max(3, (width - 5) // 8), 10))
    shown = axis(1, high, width).split()
    assert "epoch" in shown
    assert f"{max(t for t in ticks if t == int(t)):.0f}" in shown


def test_a_first_epoch_has_fractions() -> None:
    assert axis(0.01, 0.61).split() == ["epoch", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6"]
    assert axis(0.5, 3.5).split() == ["1", "2", "3", "epoch"]


def test_a_long_name_takes_the_place_of_numbers_rather_than_none() -> None:
    shown = axis(0, 1, 40, "a_setting_of_a_layer", whole=False)
    assert shown.endswith("…")
    assert "0.0" in shown


@pytest.mark.parametrize(
    ("low", "high"), [(0.1, 1.6), (1.05, 1.42), (-2.8, 2.8), (0.3, 0.9), (7, 11), (1e-9, 3e-9)]
)
@pytest.mark.parametrize("about", [2, 3, 6])
def test_at_least_two_numbers_tell_of_the_scale(low: float, high: float, about: int) -> None:
    ticks = round_ticks(low, high, about)
    assert 2 <= len(ticks) <= about + 2
    assert all(low - 1e-12 <= tick <= high + 1e-12 for tick in ticks)


@pytest.mark.parametrize(("low", "high"), [(-0.9, 0.2), (-0.2, 0.1), (0.31, 0.65), (-3.4, 2.9)])
def test_a_log_scale_has_two_numbers_as_well(low: float, high: float) -> None:
    ticks = log_ticks(low, high, 2)
    assert len(ticks) >= 2
    assert all(10**low * 0.999 <= tick <= 10**high * 1.001 for tick in ticks)
