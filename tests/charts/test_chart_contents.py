"""What each chart shows, read from its cells."""

import itertools
import math

import numpy as np
import pytest

from tests.charts.chart_cases import layers
from tests.charts.chart_cells import dotted, found, plain, style_at
from tuidl.charts.bars import Bar, LayerSizes, bars, layer_bars
from tuidl.charts.confusion import cell_at, confusion, joined
from tuidl.charts.heat import Map, heat, heat_grid
from tuidl.charts.histogram import Distribution, histogram
from tuidl.charts.images import Tile, image, image_grid
from tuidl.charts.layer_list import LayerRow, layer_at, layer_list
from tuidl.charts.network import network, network_line, skipping
from tuidl.charts.network_paths import LayerBox
from tuidl.charts.palette import COLOR_BLIND, DEFAULT, MONOCHROME
from tuidl.charts.scatter import Field, Path, Points, by_class, scatter
from tuidl.charts.sequence import Trace, sequence


def test_images_put_two_pixels_in_a_cell() -> None:
    (line,) = image([[0.0, 1.0], [1.0, 1.0]], DEFAULT, 2, 1)
    assert line.plain == "▀ "
    assert line.spans[0].style.color.triplet == (0, 0, 0)
    assert line.spans[0].style.bgcolor.triplet == (252, 252, 252)
    assert plain(image(np.full((8, 8), 255, np.uint8), MONOCHROME, 8, 4)) == ["█" * 8] * 4
    assert plain(image(np.ones((8, 8)), MONOCHROME, 8, 4, unicode=False)) == ["@" * 8] * 4


def test_smaller_images_are_means_by_area() -> None:
    checks = np.indices((30, 30)).sum(0) % 2
    (line,) = {line.plain for line in image(checks, MONOCHROME, 10, 5, unicode=False)}
    assert set(line) == {"+"}


def test_image_grids_say_what_is_right() -> None:
    tiles = [Tile(np.eye(8), "3", True), Tile(np.eye(8), "5 not 8", False)]
    lines = image_grid(tiles, DEFAULT, 40, 5)
    assert plain(lines)[-1].split() == ["✓", "3", "✗", "5", "not", "8"]
    assert plain(image_grid(tiles, DEFAULT, 40, 5, unicode=False))[-1].split()[0::2] == [
        "+",
        "x",
        "not",
    ]


def test_points_stand_where_they_belong() -> None:
    groups = by_class([0, 1], [0, 1], [0, 1], ["low", "high"])
    lines = scatter(groups, DEFAULT, 40, 12)
    assert plain(lines)[0].split() == ["●", "low", "▲", "high"]
    low, high = (
        max(found(lines, "●"), key=lambda p: p[1]),
        max(found(lines, "▲"), key=lambda p: p[1]),
    )
    assert low[0] < high[0]
    assert low[1] > high[1]


def test_the_map_behind_has_its_lowest_row_below_and_shines_through() -> None:
    field = Field([[0, 0], [1, 1]], (0, 0), (1, 1))
    groups = by_class([0.5], [0.1], [1], ["one"]) + by_class([0.5], [0.1], [0], ["two"])
    lines = scatter(groups, DEFAULT, 40, 14, field=field)
    upper, lower = style_at(lines, 20, 2), style_at(lines, 20, 10)
    assert upper.bgcolor.triplet == DEFAULT.faded("series 2", 0.3)
    assert lower.bgcolor.triplet == DEFAULT.faded("series 1", 0.3)
    (x, y) = max(found(lines, "●"), key=lambda p: p[1])
    assert style_at(lines, x, y).bgcolor.triplet == DEFAULT.faded("series 1", 0.3)


def test_lines_are_drawn_over_points_without_classes() -> None:
    group = Points("examples", [0, 1, 2], [0, 1, 2], "muted", marked=False)
    path = Path("now", [0, 2], [0, 2], "accent")
    lines = scatter([group], DEFAULT, 40, 12, paths=[path])
    colors = {s.style.color.triplet for line in lines[1:-2] for s in line.spans if s.style.bold}
    assert colors == {DEFAULT.accent}


def test_points_over_a_logarithmic_axis_are_as_far_as_their_factors() -> None:
    rates = Points("", [0.001, 0.01, 0.1, 1.0], [0.0, 0.0, 0.0, 0.0])
    near = [line for line in plain(scatter([rates], DEFAULT, 60, 9, log_x=True)) if "●" in line]
    columns = [column for column, cell in enumerate(near[0]) if cell == "●"]
    steps = {b - a for a, b in itertools.pairwise(columns)}
    assert len(columns) == 4
    assert max(steps) - min(steps) <= 1
    assert "0.001" in plain(scatter([rates], DEFAULT, 60, 9, log_x=True))[-1]


def test_bars_are_as_long_as_their_values_and_mark_the_truth() -> None:
    items = [Bar("a", 0.25), Bar("b", 0.5), Bar("c", 0.005, right=True)]
    rows = plain(bars(items, DEFAULT, 48, 3, most=1, percent=True, unicode=False))
    assert [row[0] for row in rows] == [" ", ">", "+"]
    lengths = [row.count("#") for row in rows]
    assert lengths[1] == pytest.approx(2 * lengths[0], abs=1)
    assert [row.split()[-1] for row in rows] == ["25%", "50%", "<1%"]


def test_too_many_bars_leave_the_largest_and_the_right_one() -> None:
    items = [Bar(str(i), i / 100, right=i == 3) for i in range(100)]
    *rows, last = plain(bars(items, DEFAULT, 40, 4))
    assert [row[1:5].split()[0] for row in rows] == ["3", "98", "99"]
    assert last.strip() == "97 more, at most 0.9700"
    assert [row[1:5].split()[0] for row in plain(bars(items, DEFAULT, 40, 2))] == ["3", "99"]


def test_layer_bars_grow_by_decades_and_warn() -> None:
    sizes = [1.0, 0.1, 0.01, 0.0, math.nan]
    made = [
        LayerSizes(f"dense_{i}", s, s, "62% dead" if i == 1 else "") for i, s in enumerate(sizes)
    ]
    rows = plain(layer_bars(made, DEFAULT, 80, 6, unicode=False))
    lengths = [row[45:].count("#") for row in rows[1:]]
    assert lengths[0] - lengths[1] == pytest.approx(lengths[1] - lengths[2], abs=1)
    assert lengths[3:] == [0, 0]
    assert "! 62% dead" in rows[2]
    assert "NaN" in rows[5]


def test_histograms_have_ends_zero_and_mean() -> None:
    lines = histogram(Distribution([1, 2, 8, 1], -1.0, 1.0, 0.25, "weights"), DEFAULT, 40, 10)
    rows = plain(lines)
    assert rows[0].split() == ["weights", "12", "values"]
    assert rows[-1].split() == ["-1", "mean", "0.25", "1"]
    assert rows[-2].index("▲") == 25
    tallest = [x for x, char in enumerate(rows[1]) if char == "█"]
    assert tallest == list(range(20, 30))


def test_bins_keep_their_shares_at_any_width() -> None:
    lines = histogram(Distribution([4, 2, 0, 4], 0, 4), DEFAULT, 7, 8)
    body = "".join(row[0] + row[6] for row in plain(lines)[1:-2])
    assert body == "██" * 5


COUNTS = [[90, 10, 0], [0, 50, 0], [3, 0, 97]]


def test_confusion_shows_counts_recall_and_the_chosen_cell() -> None:
    lines = confusion(COUNTS, ["cat", "dog", "eel"], DEFAULT, 40, 5, selected=(0, 1))
    rows = plain(lines)
    assert rows[0].split() == ["true", "cat", "dog", "eel", "right"]
    assert rows[1].split() == ["cat", "90", "[10]", "·", "90%"]
    assert rows[3].split() == ["eel", "3", "·", "97", "97%"]
    assert rows[4].strip() == "cat read as dog: 10 of 100"


def test_the_mouse_finds_a_cell_of_the_matrix() -> None:
    names = ["cat", "dog", "eel"]
    rows = plain(confusion(COUNTS, names, DEFAULT, 40, 5))
    assert cell_at(COUNTS, names, 40, 5, rows[1].index("10") + 1, 1) == (0, 1)
    assert cell_at(COUNTS, names, 40, 5, rows[3].index("97"), 3) == (2, 2)
    assert cell_at(COUNTS, names, 40, 5, 0, 1) is None
    assert cell_at(COUNTS, names, 40, 5, 39, 1) is None


def test_mistakes_stand_out_without_colours() -> None:
    lines = confusion(COUNTS, ["cat", "dog", "eel"], MONOCHROME, 40, 5)
    bold = [
        line.plain[s.start : s.end].strip() for line in lines for s in line.spans if s.style.bold
    ]
    assert bold == ["10", "3"]
    assert plain(lines)[4].strip() == "237 of 250 right (94.8%)"


@pytest.mark.parametrize("size", [(38, 8), (60, 20), (110, 101), (200, 50)])
def test_a_hundred_classes_keep_their_diagonal(size: tuple[int, int]) -> None:
    counts = [[100 * (i == j) for j in range(100)] for i in range(100)]
    lines = confusion(counts, [f"class {i}" for i in range(100)], MONOCHROME, *size)
    solid = found(lines, "█")
    assert solid
    rows = sorted({y for _, y in solid})
    firsts = [min(x for x, row in solid if row == y) for y in rows]
    assert firsts == sorted(firsts)
    assert len(set(firsts)) == len(rows) > 5


def test_joined_classes_lose_no_count() -> None:
    counts = [[i * 7 + j for j in range(10)] for i in range(10)]
    merged = joined(counts, 3)
    assert len(merged) == len(merged[0]) == 4
    assert sum(map(sum, merged)) == sum(map(sum, counts))


def test_sequences_mark_the_window_and_start_where_they_start() -> None:
    traces = [Trace("true", [0.0] * 100, "muted"), Trace("forecast", [5.0] * 20, "train", 80)]
    rows = plain(sequence(traces, DEFAULT, 84, 12, seen=(40, 60)))
    assert rows[0].split() == ["┈┈", "true", "━━", "forecast"]
    upper = [x for row in rows[1:4] for x in dotted(row)]
    axis = rows[-2]
    left = axis.index("└")
    room = 84 - left - 1
    assert min(upper) == pytest.approx(left + 1 + 0.8 * room, abs=1.5)
    assert axis.index("━") == pytest.approx(left + 1 + 0.4 * room, abs=1.5)
    assert " seen " in axis


BRANCHED = [
    LayerBox("examples", "input", "8"),
    LayerBox("dense_1", "dense 8", "8", 72, (), "relu"),
    LayerBox("dense_2", "dense 8", "8", 72),
    LayerBox("add_1", "add", "8", 0, ("dense_1", "dense_2")),
]


def test_diagrams_draw_skips_and_the_chosen_layer() -> None:
    rows = plain(network(BRANCHED, DEFAULT, 60, 4, selected="dense_2"))
    assert [row[:3] for row in rows] == ["  ○", "╭─●", "│ ◆", "╰▸○"]
    assert rows[1].split()[1:6] == ["dense_1", "dense", "8", "relu", "8"]
    assert "72" in rows[1]


MEETING = [
    LayerBox("user", "", "a single number"),
    LayerBox("film", "", "a single number"),
    LayerBox("tastes", "embedding", "3", 90, ("user",)),
    LayerBox("films", "embedding", "3", 60, ("film",)),
    LayerBox("liking", "dot", "1", 0, ("tastes", "films")),
    LayerBox("answer", "dense", "1", 2, ("liking",), "sigmoid"),
]


def test_layers_that_read_no_layer_above_say_what_they_read() -> None:
    """Neither a lane nor a rail says that the films come out of the tastes."""
    rows = plain(network(MEETING, DEFAULT, 60, 11))
    assert rows[4].split()[:5] == ["●", "tastes", "embedding", "←", "user"]
    assert rows[8].split()[:6] == ["○", "liking", "dot", "←", "tastes,", "films"]
    assert "←" not in rows[10], "it reads the layer above it"
    assert [row.strip() for row in rows[1::2]] == ["", "", "", "│", "│"]


def test_the_line_form_tells_one_way_after_the_other() -> None:
    rows = plain(network_line(MEETING, DEFAULT, 48, 4))
    assert [row.strip() for row in rows if row.strip()] == [
        "user ─embedding─▶ tastes 3;",
        "film ─embedding─▶ films 3;",
        "tastes + films ─dot─▶ 1 ─dense sigmoid─▶",
    ]
    narrow = " ".join(" ".join(row.split()) for row in plain(network_line(MEETING, DEFAULT, 20, 9)))
    assert "tastes + films ─dot─▶ 1" in narrow, "nothing is cut off where a line is too short"


def test_crossing_skips_take_lanes_of_their_own() -> None:
    made = [LayerBox(str(i), "dense", "8") for i in range(6)]
    made[3] = LayerBox("3", "add", "8", 0, ("1", "2"))
    made[5] = LayerBox("5", "add", "8", 0, ("0", "4"))
    assert [(s.start, s.end, s.lane) for s in skipping(made)] == [(1, 3, 0), (0, 5, 1)]


def test_the_list_of_layers_says_what_it_leaves_out_and_what_shared_names_are() -> None:
    names = ["real.dense_1", "judge.dense_1", "judge@fake.dense_1", "judge@fake.dense_2"]
    rows = [LayerRow(name, "8", 3, 0.2, None if i == 1 else 0.1) for i, name in enumerate(names)]
    whole = plain(layer_list(rows, DEFAULT, 38, 8))
    assert whole[6].strip() == "@fake: judge again, the same weights"
    assert whole[2].split()[-1] == "none", "no gradient comes back: that is no number that is lost"
    assert "NaN" not in "".join(whole)
    short = plain(layer_list(rows, DEFAULT, 38, 4))
    assert short[3].strip() == "2 more: up, down"
    assert [layer_at(rows, 0, 4, y) for y in range(5)] == [None, 0, 1, None, None]
    assert "judge used again for that output" in plain(layer_list(rows, DEFAULT, 90, 8))[6]


def test_of_a_deep_network_the_chosen_part_is_shown() -> None:
    rows = plain(network(layers(50), DEFAULT, 60, 9, selected="dense_25"))
    assert any("◆ dense_25" in row for row in rows)
    assert rows[0].startswith("⋮ 22 more")
    assert rows[-1].startswith("⋮ 21 more")


def test_the_line_form_says_each_change_of_shape() -> None:
    made = [
        LayerBox("examples", "input", "28×28×1"),
        LayerBox("conv2d_1", "conv 32 3×3", "26×26×32", 320),
        LayerBox("dropout_1", "dropout 0.2", "26×26×32"),
    ]
    (row,) = plain(network_line(made, DEFAULT, 70, 1))
    assert row.strip() == "28×28×1 ─conv 32 3×3─▶ 26×26×32 ─dropout 0.2─▶"
    assert len([row for row in plain(network_line(made, DEFAULT, 30, 5)) if row.strip()]) == 3
    assert plain(network_line(made, DEFAULT, 30, 2))[-1].endswith("…")


def test_heat_has_zero_in_the_middle() -> None:
    lines = heat([[-2.0, 0.0, 1.0]], DEFAULT, 3, 1)
    low, middle, high = (style_at(lines, x, 0).bgcolor.triplet for x in range(3))
    assert low == DEFAULT.diverging[0]
    assert all(abs(a - b) <= 2 for a, b in zip(middle, DEFAULT.diverging[1], strict=True))
    assert high[0] > low[0]
    assert plain(heat([[-2.0, 0.0, 2.0]], MONOCHROME, 3, 1, unicode=False)) == ["= #"]


def test_large_squares_carry_their_sign_and_nan_is_named() -> None:
    rows = plain(heat_grid([Map([[-1.0, 1.0]]), Map([[math.nan, 0.0]])], DEFAULT, 50, 6))
    assert "−" in "".join(rows[:-1])
    assert "+" in "".join(rows[:-1])
    assert "NaN" in rows[-1]
    assert "?" in plain(heat([[math.nan, 1.0]], MONOCHROME, 20, 5))[0]


def test_the_colour_blind_heat_rises_in_brightness() -> None:
    lines = heat([[-1.0, -0.5, 0.0, 0.5, 1.0]], COLOR_BLIND, 5, 1)
    sums = [sum(style_at(lines, x, 0).bgcolor.triplet) for x in range(5)]
    assert sums == sorted(sums)
    assert len(set(sums)) == 5
