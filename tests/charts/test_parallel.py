"""Parallel coordinates: lines from value to value by an oracle, axes of every kind, many lines."""

import math

import numpy as np
import pytest
from rich.style import Style
from rich.text import Text

from tuidl.charts.dots import Dots
from tuidl.charts.palette import DEFAULT, MONOCHROME, PALETTES, contrast
from tuidl.charts.parallel import MANY, Parallel, Shown, axes_that_fit, raster, rising
from tuidl.charts.scatter import Points, scatter
from tuidl.charts.uprights import Upright, number_text

SIZES = [(76, 16), (116, 30), (196, 40)]


def drawn(
    axes: list[Upright], shown: Shown, size: tuple[int, int] = (76, 16), unicode: bool = True
) -> list[str]:
    lines = Parallel().draw(axes, shown, DEFAULT, *size, unicode)
    assert [line.cell_len for line in lines] == [size[0]] * size[1]
    return [line.plain for line in lines]


def hexes_of(lines: list[Text]) -> set[str]:
    """The colours of all characters."""
    styles = [span.style for line in lines for span in line.spans]
    return {s.color.get_truecolor().hex for s in styles if isinstance(s, Style) and s.color}


def all_of(count: int, **how: int) -> Shown:
    return Shown(np.linspace(0, 1, count), np.ones(count, bool), **how)


@pytest.mark.parametrize("unicode", [True, False])
def test_lines_go_straight_from_axis_to_axis(unicode: bool) -> None:
    """Against the dots of a straight line: those of its middle column, and nothing far from it."""
    heights = np.random.default_rng(3).random((20, 3))
    rows, columns = 11, (0, 17, 40)
    cells = raster(heights, columns, rows, unicode)
    assert cells.shape == (20, rows, 41)
    across, up = (2, 4) if unicode else (1, 1)
    for line, found in zip(heights, cells, strict=True):
        dots = Dots(41, rows, unicode)
        for n in range(2):
            ends = [round(c * across + (across - 1) / 2 + 0.01) for c in columns[n : n + 2]]
            tops = [round(h * (rows * up - 1)) for h in line[n : n + 2]]
            dots.line(ends[0], tops[0], ends[1], tops[1])
        wanted = np.zeros(found.shape, bool)
        for x, y in dots.cells:
            wanted[y, x] = True
        near = wanted.copy()
        for dy, dx in ((0, 1), (0, -1), (1, 0), (-1, 0)):
            near |= np.roll(wanted, (dy, dx), (0, 1))
        assert not (found > 0)[~near].any()
        assert (found > 0).any(0).all(), "no gap from the first axis to the last"


def test_a_line_meets_each_axis_at_its_value() -> None:
    heights = np.array([[0.0, 1.0, 0.5]])
    cells = raster(heights, (0, 10, 20), 9, True)[0] > 0
    assert cells[8, 0]
    assert cells[0, 10]
    assert cells[4, 20]


def test_numbers_lie_evenly_factors_of_log_axes_too_and_words_in_their_order() -> None:
    even = Upright("a", np.array([0.0, 5.0, 10.0]))
    assert even.heights == pytest.approx([0, 0.5, 1])
    log = Upright("a", np.array([1e-4, 1e-3, 1e-1]), log=True)
    assert log.heights == pytest.approx([0, 1 / 3, 1])
    words = Upright("a", np.array([2.0, 0.0, 1.0, 1.0]), ("adam", "lion", "sgd"))
    assert words.heights == pytest.approx([1, 0, 0.5, 0.5])
    assert words.ticks(2) == [(0.0, "adam"), (0.5, "lion"), (1.0, "sgd")]


def test_what_is_not_set_lies_below_all_that_is() -> None:
    axis = Upright("momentum", np.array([math.nan, 0.0, 0.9]))
    assert axis.heights[0] == 0 < axis.heights[1] < axis.heights[2] == 1
    assert axis.ticks(4)[0] == (0.0, "–")
    assert [axis.text(n) for n in range(3)] == ["–", "0", "0.9"]
    kept = Upright("momentum", axis.values, kept=(0.0, 0.5))
    assert kept.is_inside.tolist() == [False, True, False]
    alone = Upright("momentum", np.array([math.nan, 0.9, math.nan]))
    assert np.isfinite(alone.heights).all()


def test_few_numbers_have_a_tick_each_many_round_ones() -> None:
    few = Upright("units", np.array([16.0, 32.0, 64.0, 16.0]))
    assert [label for _, label in few.ticks(3)] == ["16", "32", "64"]
    many = Upright("rate", np.linspace(0, 1, 30))
    assert next(label for _, label in many.ticks(4)) in ("0.0", "0.00", "0")
    assert len(many.ticks(4)) <= 6


def test_whole_numbers_keep_their_digits() -> None:
    found = [number_text(v) for v in (123456.0, 1e12, 0.00012345, -3.0)]
    assert found == ["123456", "1e12", "0.0001234", "-3"]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("unicode", [True, False])
@pytest.mark.parametrize("count", [1, 5, 50, 500])
def test_names_labels_and_values_of_the_chosen_are_there(
    size: tuple[int, int], unicode: bool, count: int
) -> None:
    rng = np.random.default_rng(count)
    axes = [
        Upright("learning_rate", 10 ** rng.uniform(-4, -1, count), log=True),
        Upright("type", rng.integers(0, 3, count) * 1.0, ("adam", "rmsprop", "sgd")),
        Upright("validation loss", rng.random(count)),
    ]
    lines = drawn(axes, all_of(count, chosen=count - 1, axis=1), size, unicode)
    text = "\n".join(lines)
    assert unicode or text.replace("–", "").isascii()
    for word in ("learning_rate", "type", "validation loss", "adam", "rmsprop", "sgd"):
        assert word in text
    for axis in axes:
        assert axis.text(count - 1) in lines[-1]


def test_the_better_line_is_above_and_brighter() -> None:
    """Of two lines through the same cells those of the better one are seen."""
    axes = [Upright("a", np.array([0.0, 0.0, 1.0])), Upright("b", np.array([0.0, 0.0, 1.0]))]
    ranks = np.array([0.0, 1.0, 0.5])
    shown = Shown(ranks, np.ones(3, bool))
    lines = Parallel().draw(axes, shown, DEFAULT, 60, 12)
    hexes = hexes_of(lines)
    best, worst = ("#{:02x}{:02x}{:02x}".format(*rising(DEFAULT, rank)) for rank in (1.0, 0.0))
    assert best in hexes
    assert worst not in hexes


@pytest.mark.parametrize("palette", [p for p in PALETTES.values() if p.colors])
def test_colours_stand_out_more_the_better_a_line_is(palette: object) -> None:
    found = [contrast(rising(palette, n / 10), palette.ground) for n in range(11)]  # type: ignore[arg-type, attr-defined]
    assert found == sorted(found)
    assert found[0] > 1.5
    assert found[-1] > 7


def test_of_many_lines_the_best_tenth_is_drawn_and_the_others_are_the_ground() -> None:
    count = 10 * MANY
    axes = [Upright("a", np.linspace(0, 1, count)), Upright("b", np.linspace(0, 1, count))]
    lines = Parallel().draw(axes, all_of(count), DEFAULT, 60, 30)
    text = [line.plain for line in lines]
    braille = [any("\u2800" < char <= "\u28ff" for char in row) for row in text]
    assert any(braille[1:5])
    assert not any(braille[6:]), "only the best tenth, which is above"
    grounds = {s.style.bgcolor for line in lines[6:-1] for s in line.spans if s.style.bgcolor}
    assert grounds
    plain = Parallel().draw(axes, all_of(count), MONOCHROME, 60, 30)
    assert "░" in plain[20].plain or "▒" in plain[20].plain or "▓" in plain[20].plain


def test_lines_outside_a_range_are_faint_and_not_on_top() -> None:
    axes = [Upright("a", np.array([0.0, 1.0]), kept=(0.5, 1.0)), Upright("b", np.array([0.0, 1.0]))]
    shown = Shown(np.array([1.0, 0.0]), axes[0].is_inside)
    lines = Parallel().draw(axes, shown, DEFAULT, 60, 12)
    worst, best = ("#{:02x}{:02x}{:02x}".format(*rising(DEFAULT, rank)) for rank in (0.0, 1.0))
    assert worst in hexes_of(lines)
    assert best not in hexes_of(lines)
    assert any("┃" in line.plain for line in lines)


def test_names_never_run_into_each_other() -> None:
    axes = [Upright("a_long_name_of_a_setting", np.array([1.0, 2.0])) for _ in range(8)]
    lines = drawn(axes, all_of(2), (76, 16))
    for line in lines[:2]:
        assert all(word.startswith("a_l") for word in line.split())
        assert len(line.split()) == 4


def test_points_on_a_log_scale_upwards_are_equally_far_by_factors() -> None:
    lines = scatter(
        [Points("", (0.0, 1.0, 2.0), (0.01, 0.1, 1.0))], DEFAULT, 60, 21, log_y=True
    )  # fmt: skip
    rows = [y for y, line in enumerate(lines) if "●" in line.plain]
    assert len(rows) == 3
    assert abs((rows[2] - rows[1]) - (rows[1] - rows[0])) <= 1


def test_how_many_axes_fit() -> None:
    assert axes_that_fit(76) >= 6
    assert axes_that_fit(5) == 2
    assert axes_that_fit(196) > 18


def test_nothing_is_said_where_there_is_nothing() -> None:
    one = [Upright("score", np.array([1.0]))]
    assert "no axes" in "\n".join(drawn(one, all_of(1)))
    two = [Upright("a", np.array([1.0])), *one]
    none = Shown(np.array([math.nan]), np.zeros(1, bool))
    assert "no scores yet" in "\n".join(drawn(two, none))
