"""The parts that charts are made of: cells, dots, strokes, scales, colours."""

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from tuidl.charts.bars import Bar, bars
from tuidl.charts.dots import Dots
from tuidl.charts.grid import Grid, fitted, layer_fitted
from tuidl.charts.palette import COLOR_BLIND, DEFAULT, MONOCHROME, PALETTES, Palette, contrast
from tuidl.charts.scale import LARGEST, Scale, readable, scaled, short, tick_labels
from tuidl.charts.strokes import DENSE, pieces, stroke

WORDS = st.text("aä数\u0301字\n─×🙂", max_size=8)


@given(st.lists(st.tuples(st.integers(-6, 14), st.integers(-1, 3), WORDS)), st.booleans())
def test_whatever_is_written_lines_keep_their_width(
    words: list[tuple[int, int, str]], unicode: bool
) -> None:
    grid = Grid(11, 3, unicode)
    for x, y, text in words:
        grid.put(x, y, text)
    lines = [line.plain for line in grid.lines()]
    assert [cell_len(line) for line in lines] == [11] * 3
    if not unicode:
        assert "".join(lines).isascii()


@given(WORDS, st.integers(0, 9))
def test_fitted_text_fits(text: str, size: int) -> None:
    assert cell_len(fitted(text, size)) <= size


@pytest.mark.parametrize("size", range(9, 40))
def test_layers_of_blocks_are_told_apart_however_short_their_names_are(size: int) -> None:
    names = [
        f"transformer_block_{block}_{layer}"
        for block in (1, 2)
        for layer in ("attention", "dense_1", "dense_2", "dense_sum", "normalization")
    ]
    shown = [layer_fitted(name, size) for name in names]
    assert len(set(shown)) == len(names)
    assert max(map(cell_len, shown)) <= size
    assert layer_fitted("positional_embedding_1", 12) == "posi…dding_1"


@pytest.mark.parametrize(
    ("name", "size", "short"),
    [
        ("transformer_block_2_dense_1", 18, "tb2_dense_1"),
        ("transformer_block_2_attention", 15, "tb2_attention"),
        ("transformer_block_1_attention_normalization", 15, "tb1_attn_norm"),
        ("transformer_block_1_attention_normalization", 18, "tb1_attention_norm"),
        ("transformer_block_1_attention_normalization", 9, "tb1_at_no"),
        ("position_embedding_1", 16, "position_emb_1"),
        ("transformer_block_1_attention.kernel", 24, "tb1_attention.kernel"),
        ("generator.dense_1", 14, "gener….dense_1"),
    ],
)
def test_of_a_layer_in_a_block_its_own_name_stays_longest(name: str, size: int, short: str) -> None:
    assert layer_fitted(name, size) == short


@given(st.integers(0, 9), st.integers(-3, 20), st.integers(-3, 20))
def test_columns_are_all_their_dots(x: int, low: int, high: int) -> None:
    at_once, each = Dots(5, 4), Dots(5, 4)
    at_once.column(x, low, high)
    for y in range(low, high + 1):
        each.add(x, y)
    assert {cell: bits for cell, bits in at_once.cells.items() if bits} == each.cells


@pytest.mark.parametrize("unicode", [True, False])
@pytest.mark.parametrize("size", [(2, 2), (10, 4), (57, 13)])
def test_plotext_puts_each_dot_where_it_is_told(size: tuple[int, int], unicode: bool) -> None:
    """Bands and marks are drawn beside its strokes: they must agree to the dot."""
    wide, high = Dots(*size, unicode).wide, Dots(*size, unicode).high
    for x, y in [(0, 0), (wide - 1, high - 1), (0, high - 1), (wide // 2, high // 3), (1, 1)]:
        own = Dots(*size, unicode)
        own.add(x, y)
        assert stroke(((x, y),), *size, unicode).cells == own.cells


def test_strokes_are_connected_and_break_at_gaps() -> None:
    whole = stroke(((0, 0), (39, 15)), 20, 4, True)
    assert {x for x, _ in whole.cells} == set(range(20))
    broken = stroke(((0, 0), (9, 0), None, (30, 0), (39, 0)), 20, 4, True)
    assert {x for x, _ in broken.cells} == set(range(5)) | set(range(15, 20))
    assert pieces((None, (1, 1), None, None, (2, 2))) == [[(1, 1)], [(2, 2)]]


@pytest.mark.parametrize("unicode", [True, False])
def test_dense_strokes_are_the_lines_that_plotext_draws(unicode: bool) -> None:
    """The same cells, whichever of the two draws, but where a line passes between two."""
    height = 20
    dots = Dots(60, height, unicode)
    ys = [round((math.sin(x / 9) + 1) / 2 * (dots.high - 1)) for x in range(dots.wide)]
    points = tuple(enumerate(ys))
    assert len(points) > DENSE
    drawn = {
        cell
        for first in range(0, len(points), DENSE - 1)
        for cell in stroke(points[first : first + DENSE], 60, height, unicode).cells
    }
    own = set(stroke(points, 60, height, unicode).cells)
    assert len(own ^ drawn) <= 0.1 * len(own)
    for cells, others in ((own, drawn), (drawn, own)):
        around = {(x, y + up) for x, y in others for up in (-1, 0, 1)}
        assert cells <= around


@given(st.lists(st.floats(), max_size=9), st.floats(-1e3, 1e3), st.floats(1e-3, 1e3), st.booleans())
def test_many_places_are_those_of_the_formula(
    values: list[float], low: float, span: float, log: bool
) -> None:
    scale = Scale(low, low + span, 50, log)
    for value, place in zip(values, scale.places(values), strict=True):
        if not math.isfinite(value) or (log and value <= 0):
            assert place is None
            continue
        held = min(max(value, -LARGEST), LARGEST)
        share = ((math.log10(held) if log else held) - low) / (low + span - low)
        assert place == scale.place(value) == round(min(max(share, -9.0), 9.0) * 49)


@given(st.lists(st.floats(), max_size=9), st.booleans())
@example([5e-324], True)
def test_scales_place_all_they_were_made_of(values: list[float], log: bool) -> None:
    scale = scaled(values, 50, log=log)
    for value in values:
        place = scale.place(value)
        known = math.isfinite(value) and (value > 0 or not log)
        assert (place is not None) == known
        assert place is None or 0 <= place < 50
    ticks = scale.ticks(5)
    assert len(tick_labels(ticks)) == len(ticks)


@pytest.mark.parametrize(
    ("ticks", "labels"),
    [
        ([0.0, 0.5, 1.0], ["0.0", "0.5", "1.0"]),
        ([5.0, 10.0], ["5", "10"]),
        ([0.01, 0.1, 1.0], ["0.01", "0.10", "1.00"]),
        ([-1e30, 0.0, 1e30], ["-1e30", "0", "1e30"]),
        ([1e-7, 2e-7], ["1e-7", "2e-7"]),
        ([], []),
    ],
)
def test_ticks_are_labelled_alike(ticks: list[float], labels: list[str]) -> None:
    assert tick_labels(ticks) == labels


def test_numbers_are_short_and_steady() -> None:
    assert [short(v) for v in (0.03125, 1e30, -1.2e-7, math.nan)] == [
        "0.0312",
        "1e30",
        "-1.2e-7",
        "NaN",
    ]
    assert [readable(v) for v in (0.5, 12.3456, 1234.5, 0.0)] == ["0.5000", "12.35", "1234", "0"]


@pytest.mark.parametrize(
    "palette", [p for p in PALETTES.values() if p.colors], ids=lambda p: p.name
)
def test_what_a_palette_writes_can_be_read(palette: Palette) -> None:
    for role in ("text", "muted", "train", "validation", "good", "bad", "accent"):
        least = 4.5 if palette.name != "color-blind" or role != "bad" else 4.2
        assert contrast(palette.rgb(role), palette.ground) >= least, role
    for number in range(1, 9):
        assert contrast(palette.rgb(f"series {number}"), palette.ground) >= 3
    for color in (*palette.diverging, *palette.series):
        assert contrast(palette.ink(color), color) >= 3


def test_contrast_is_as_it_is_defined() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((90, 90, 90), (90, 90, 90)) == 1
    assert contrast((118, 118, 118), (255, 255, 255)) == pytest.approx(4.54, abs=0.01)


def test_palettes_have_eight_series_that_go_round() -> None:
    for palette in PALETTES.values():
        assert len(palette.series) == 8
        assert palette.rgb("series 9") == palette.rgb("series 1")
    assert COLOR_BLIND.series[:2] == ((86, 180, 233), (230, 159, 0))
    assert len(set(DEFAULT.series)) == 8


@pytest.mark.parametrize(("height", "shown"), [(10, 10), (6, 5), (3, 2)])
def test_what_bars_have_no_room_for_is_counted(height: int, shown: int) -> None:
    items = [Bar(str(i), 0.5 if i == 9 else 0.002 * i, i == 3) for i in range(10)]
    drawn = bars(items, MONOCHROME, 40, height, most=1.0, percent=True)
    told = [line.plain.strip() for line in drawn if "more" in line.plain]
    most = "2%" if shown < 5 else "1%"
    assert told == ([] if shown == 10 else [f"{10 - shown} more, at most {most}"])
