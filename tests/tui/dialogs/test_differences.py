"""In what runs differ: what is scrolled and what stays."""

from pathlib import Path

import pytest

from tests.tui.quiet import quiet
from tuidl.charts.palette import DEFAULT
from tuidl.runs.listing import Listed
from tuidl.tui.app import Playground
from tuidl.tui.dialogs.differences import DifferencesScreen, DifferenceTable
from tuidl.tui.renderers.differences import (
    Differences,
    difference_lines,
    differences_of,
    last_column,
    last_row,
)


def runs(count: int, settings: int = 30) -> list[Listed]:
    return [
        Listed(
            run=f"run-{n}", preset="p", created="", state="done", epochs=n, seconds=1.0,
            part="test", weights_sha256=None,
            scores={"loss": n + 0.5},
            settings={f"layers[{i}].units": 100 * n + i for i in range(settings)},
        )
        for n in range(count)
    ]  # fmt: skip


def drawn(table: Differences, row: int, column: int, size: tuple[int, int]) -> list[str]:
    lines = difference_lines(table, row, column, DEFAULT, *size, unicode=True)
    assert [line.cell_len for line in lines] == [size[0]] * size[1]
    return [line.plain for line in lines]


@pytest.mark.parametrize("size", [(70, 12), (110, 30), (190, 40)])
@pytest.mark.parametrize("count", [2, 5, 60])
def test_letters_and_names_stay_while_values_are_scrolled(
    size: tuple[int, int], count: int
) -> None:
    table = differences_of(runs(count))
    top = drawn(table, 0, 0, size)
    assert top[0].split()[:2] == ["A", "B"]
    assert top[1].split()[:2] == ["state", "done"]
    row = last_row(table, size[1])
    assert drawn(table, row, 0, size)[0] == top[0]
    assert "run-" in drawn(table, row, 0, size)[-1]
    column = last_column(table, size[0])
    right = drawn(table, 6, column, size)
    assert right[0].split()[-1] == drawn(table, 0, column, size)[0].split()[-1]
    assert right[2].split()[0].startswith("layers[")
    number = int(right[2].split()[0][7:-7])
    assert int(right[2].split()[-1]) == 100 * (count - 1) + number, "the last run is seen whole"


def test_what_is_the_same_is_said() -> None:
    table = differences_of([*runs(1), *runs(1)])
    assert any("their settings are the same" in line for line in drawn(table, 0, 0, (70, 20)))


def test_a_long_value_or_name_leaves_room_for_the_others() -> None:
    table = Differences(("a", "b"), (("k" * 90, ("v" * 90, "w")),), 0)
    line = drawn(table, 0, 0, (40, 6))[2]
    assert "…" in line
    assert last_column(table, 40) == 1
    assert "w" in "".join(drawn(table, 0, 1, (40, 6)))


@pytest.mark.slow
async def test_keys_scroll_as_far_as_there_is_something(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app: Playground = quiet(monkeypatch, tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(DifferencesScreen(runs(40)))
        await pilot.pause()
        panel = app.screen.query_one(DifferenceTable)
        head = panel.render().plain.split("\n")[0]
        assert "A is run-0, 1 of 40" in str(panel.border_subtitle)
        await pilot.press("end")
        assert panel.render().plain.split("\n")[0] == head
        assert "run-39" in panel.render().plain.split("\n")[-1]
        await pilot.press("home", *["right"] * 3)
        assert panel.render().plain.split("\n")[0].split()[0] == "D"
        await pilot.press(*["right"] * 60)
        assert "40" in str(panel.border_subtitle)
        assert panel.render().plain.split("\n")[0].split()[-1] == "40"
        await pilot.press("home", "escape")
        assert not isinstance(app.screen, DifferencesScreen)
