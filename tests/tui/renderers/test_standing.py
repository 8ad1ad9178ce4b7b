"""The table of runs beside their curves: settings in columns, as many as there is room for."""

import pytest

from tuidl.charts.palette import DEFAULT
from tuidl.tui.renderers.standing import Heads, Standing, standing_lines

NAMES = ("learning_rate", "units", "type", "momentum")
ROWS = [
    Standing("series 1", "learning_rate=0.01 …", ("0.1", "0.1"), ("0.01", "32", "adam", "-")),
    Standing("series 2", "learning_rate=0.02 …", ("0.2", "0.2"), ("0.02", "64", "sgd", "0.9")),
    Standing("series 3", "log.csv of another program", ("0.3", "–")),
]


def drawn(width: int, rows: list[Standing], names: tuple[str, ...] = NAMES) -> list[str]:
    heads = Heads(("value", "best"), names)
    lines = standing_lines(rows, heads, DEFAULT, width, 6, chosen=1)
    assert [line.cell_len for line in lines] == [width] * 6
    return [line.plain for line in lines]


def test_names_stand_once_above_the_values() -> None:
    lines = drawn(76, ROWS)
    assert lines[0].split() == ["value", "best", *NAMES]
    assert lines[1].split()[1:] == ["0.1", "0.1", "0.01", "32", "adam", "-"]
    assert lines[2].split()[-6:] == ["0.2", "0.2", "0.02", "64", "sgd", "0.9"]
    assert "log.csv of another program" in lines[3]
    for name, value in zip(NAMES, ROWS[0].settings, strict=True):
        assert lines[1][lines[0].index(name) :].startswith(value)


@pytest.mark.parametrize("width", [10, 24, 30, 34, 40, 50])
def test_values_are_whole_as_far_as_there_is_room_for_columns(width: int) -> None:
    lines = drawn(width, ROWS)
    seen = lines[1].split()
    values = [value for value in ROWS[0].settings if value in seen]
    assert values == list(ROWS[0].settings[: len(values)]), "the first ones"
    if width >= 24:
        assert values
        assert "…" not in lines[1]


def test_a_long_value_is_cut_alone() -> None:
    rows = [Standing("series 1", "", ("0.1", "0.1"), ("x" * 60, "32", "adam", "-"))]
    line = drawn(76, rows)[1]
    assert "x…" in line
    assert line.split()[-3:] == ["32", "adam", "-"]


def test_runs_without_settings_have_their_names() -> None:
    lines = drawn(40, [ROWS[2]], ())
    assert "log.csv of another" in lines[1]
    assert lines[0].split() == ["value", "best"]


NAMED = [row._replace(name=f"xor-20261201-17{n}") for n, row in enumerate(ROWS)]


def test_every_run_is_named_beside_its_values() -> None:
    heads, *lines = drawn(60, NAMED)
    assert heads.split()[:3] == ["value", "best", "run"]
    for line, row in zip(lines, NAMED, strict=False):
        assert row.name in line
    assert "0.01" in lines[0]
    assert "log.csv" not in lines[2], "its label says the same"


@pytest.mark.parametrize("width", range(24, 90))
def test_names_are_kept_before_the_best_value_and_most_settings(width: int) -> None:
    heads, *lines = drawn(width, NAMED)
    values = lines[0].split()
    assert values[1] == "0.1"
    assert "0.01" in values, "the setting that tells most"
    ends = [row.name[-2:] for row in NAMED[:2]]
    for line, end in zip(lines, ends, strict=False):
        assert f"{end} " in f"{line} ", "what differs between the names"
    if "best" in heads:
        assert NAMED[0].name in lines[0]


def test_long_names_without_a_common_start_lose_their_middle() -> None:
    names = ["autoencoder_of_digits-20261201-172710", "网络结构网络结构网络结构-20261201-172749"]
    rows = [row._replace(name=name) for row, name in zip(ROWS, names, strict=False)]
    lines = drawn(46, rows)
    assert "autoenc" in lines[1]
    assert "-172710" in lines[1]
    assert "-172749" in lines[2]


def test_groups_have_no_names_of_runs() -> None:
    assert "run" not in drawn(76, ROWS[:2])[0].split()
