"""What of curves is seen: both of two lines, the part that matters, what cannot be drawn."""

import math
from itertools import combinations

import pytest

from tests.charts.chart_cases import series
from tests.charts.chart_cells import dotted, found, plain, style_at
from tuidl.charts.curve import Curve
from tuidl.charts.curves import curves
from tuidl.charts.line_styles import look, told_apart
from tuidl.charts.palette import DEFAULT, MONOCHROME, PALETTES
from tuidl.charts.window import Window
from tuidl.protocol.history import Series


def both(train: list[float], validation: list[float]) -> list[Curve]:
    return [
        Curve("train", series(train)),
        Curve("validation", series(validation), "validation"),
    ]


def cells_of(role: str, lines: list[Curve], **options: object) -> int:
    """How many cells of the plot have the role's style."""
    drawn = curves(lines, DEFAULT, 100, 20, **options)  # type: ignore[arg-type]
    return sum(
        style_at(drawn, x, y) == DEFAULT.style(role)
        for y, row in enumerate(plain(drawn)[1:-2], 1)
        for x in dotted(row)
    )


@pytest.mark.parametrize(
    ("train", "validation"),
    [
        ([2.0 / i for i in range(1, 60)],) * 2,
        ([2.0 / i for i in range(1, 60)], [2.01 / i for i in range(1, 60)]),
        ([1.0] * 40, [1.001] * 40),
    ],
)
def test_two_lines_through_the_same_cells_are_both_seen(
    train: list[float], validation: list[float]
) -> None:
    seen = {role: cells_of(role, both(train, validation)) for role in ("train", "validation")}
    assert min(seen.values()) >= 0.3 * sum(seen.values()), seen


def test_lines_through_the_same_cells_are_told_apart_in_ascii() -> None:
    drawn = curves(both([1.0] * 40, [1.0] * 40), MONOCHROME, 60, 12, unicode=False)
    assert len(found(drawn, "*")) > 15
    assert len(found(drawn, "o")) > 15


@pytest.mark.parametrize("palette", PALETTES.values(), ids=lambda palette: palette.name)
def test_no_two_lines_look_the_same(palette: object) -> None:
    roles = ["train", "validation", "series 1", "accent", "train", "good", "series 2"]
    shown = told_apart(roles, palette.rgb)  # type: ignore[attr-defined]
    looks = [(palette.rgb(r), look(r).on, look(r).off) for r in shown]  # type: ignore[attr-defined]
    alike = sum(a == b for a, b in combinations(looks, 2))
    assert alike == 0 or palette is MONOCHROME  # which has five dashes and no colours
    assert shown[:2] == roles[:2]
    assert told_apart(["muted", "muted"], MONOCHROME.rgb) == ["muted", "muted"]


def test_32_series_of_a_log_differ() -> None:
    looks = {
        (DEFAULT.rgb(role), look(role).on, look(role).off)
        for role in (f"series {n}" for n in range(1, 33))
    }
    assert len(looks) == 32


@pytest.mark.parametrize(
    ("values", "title", "is_log"),
    [
        ([2.0, 0.09], "loss", True),
        ([2.0, 0.11], "loss", False),
        ([0.02, 0.99], "accuracy", False),
        ([0.02, 0.99], "critic.loss", True),
        ([2.0, 0.0], "loss", False),
        ([-30.0, 0.9], "r2", False),
        ([math.nan, math.inf], "loss", False),
        ([], "loss", False),
    ],
)
def test_the_scale_is_logarithmic_where_values_span_a_factor_of_20(
    values: list[float], title: str, is_log: bool
) -> None:
    lines = [Curve("train", series(values))]
    assert Window().settled(title, lines).log == is_log
    assert Window().turned(title, lines).log != is_log
    assert Window(log=not is_log).settled(title, lines).log != is_log


@pytest.mark.parametrize(
    "values",
    [
        [-40.0, -9.0, *(0.1 + 0.01 * i for i in range(60))],
        [15.0, 3.0, *(1.0 - 0.003 * i for i in range(80))],
        [0.0, *(100.0 + 0.1 * math.sin(i) for i in range(80))],
    ],
)
def test_the_first_epochs_do_not_squeeze_the_rest(values: list[float]) -> None:
    drawn = plain(curves([Curve("train", series(values))], DEFAULT, 90, 20))
    late = [y for y, row in enumerate(drawn[1:-2]) for x in dotted(row) if x > 40]
    assert max(late) - min(late) >= 5
    assert any("▲ to" in row or "▼ to" in row for row in drawn)


def test_the_last_part_is_shown_alone_and_exactly() -> None:
    lines = [Curve("train", series([1000.0 / i for i in range(1, 2001)]))]
    whole, third = Window(), Window().zoomed()
    drawn = plain(curves(lines, DEFAULT, 90, 16, window=third))
    assert "from epoch 1334" in drawn[0]
    numbers = [int(word) for word in drawn[-1].split() if word.isdigit()]
    assert min(numbers) >= 1334
    assert max(numbers) >= 1900
    assert third.zoomed().zoomed() == whole


def test_values_that_are_not_finite_are_marked_and_counted() -> None:
    values = [1.0] * 10 + [math.nan, math.inf, -math.inf] + [0.5] * 10
    drawn = curves([Curve("train", series(values))], DEFAULT, 90, 14)
    assert any("× 3 not finite" in row for row in plain(drawn))
    bottom = len(drawn) - 3
    assert 1 <= len([place for place in found(drawn, "×") if place[1] == bottom]) <= 3
    only = plain(curves([Curve("train", series([math.nan] * 7))], DEFAULT, 60, 10))
    assert any("none of 7 values is finite" in row for row in only)


def test_merged_values_count_what_is_not_finite() -> None:
    kept = Series(capacity=8)
    for i in range(1000):
        kept.add(i, math.nan if i % 10 == 0 else 1.0)
    assert sum(point.not_finite for point in kept.whole) == 100
