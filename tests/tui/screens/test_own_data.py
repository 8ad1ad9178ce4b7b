"""One's own data on the screen: its columns, the target, the proposed preset, training."""

import threading
from pathlib import Path

import numpy as np
import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from tests.proposing.files import pictures, table
from tests.tui.quiet import loads, quiet
from tests.tui.waiting import until
from tuidl.data.array_source import Npz
from tuidl.tui.app import Playground
from tuidl.tui.screens.home import HomeScreen
from tuidl.tui.screens.own_data import OwnDataScreen
from tuidl.tui.screens.train import TrainScreen
from tuidl.tui.widgets.class_counts import ClassCounts
from tuidl.tui.widgets.column_list import ColumnList
from tuidl.tui.widgets.proposal import ProposalPanel

SIZES = [(80, 24), (120, 40), (200, 50)]


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Playground:
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    table(folder / "people.csv", gaps=3)
    pictures(folder / "pets")
    return quiet(monkeypatch, tmp_path)


def lines(screen: OwnDataScreen) -> list[str]:
    """What is on the screen: the heading, the columns, the proposal."""
    columns = screen.query_one(ColumnList)
    shown = [str(option.prompt) for option in columns.options]
    heading = str(screen.query_one("#heading", Static).render())
    return [heading, *shown, screen.query_one(ProposalPanel).render().plain]


async def opened(pilot: Pilot[int], name: str) -> OwnDataScreen:
    """Open data by its path, and wait for the first proposal."""
    await pilot.press("o")
    await pilot.pause()
    pilot.app.screen.query_one(Input).value = name
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(pilot.app.screen, OwnDataScreen))
    screen = pilot.app.screen
    assert isinstance(screen, OwnDataScreen)
    await until(pilot, lambda: screen.proposed is not None)
    return screen


@pytest.mark.sample(1)
@pytest.mark.parametrize("size", SIZES)
async def test_a_table_is_shown_with_a_guess_and_a_preset(
    app: Playground, size: tuple[int, int]
) -> None:
    async with app.run_test(size=size) as pilot:
        heading, *columns, proposal = lines(await opened(pilot, "people.csv"))
        assert "200 rows, 4 columns" in heading
        assert "'fraud' is a guess" in heading
        assert [line.split()[2] for line in columns] == ["number", "category", "number", "target?"]
        assert "3 gaps; 20 to 69" in columns[0]
        assert columns[0].rstrip().endswith("→ 1 input, gaps: mean"), "what becomes of it"
        assert "clerk 67" in columns[1]
        assert "→ 2 classes" in columns[3]
        assert "2 classes from 5 inputs" in proposal
        for line in columns:
            assert len(line) < size[0]


async def test_a_short_table_leaves_its_room_to_the_proposal(app: Playground) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, "people.csv")
        await pilot.pause()
        assert screen.query_one(ColumnList).size.height == 4, "a line for each column"
        assert screen.query_one(ProposalPanel).size.height >= 11


async def test_another_target_is_ticked_and_trained(app: Playground) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, "people.csv")
        await pilot.press("up", "up", "space")
        await until(pilot, lambda: screen.proposed is not None)
        assert "target " in lines(screen)[2]
        assert "guess" not in lines(screen)[0]
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, TrainScreen))
        await until(pilot, lambda: bool(loads(app)))
        assert isinstance(app.screen, TrainScreen)
        assert app.screen.preset.data.target == "job"
        assert not loads(app)[-1].paused
        await pilot.press("q")
        await until(pilot, lambda: app.screen is screen)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))


async def test_columns_are_left_out_and_taken_in_again(app: Playground) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, "people.csv")
        await pilot.press("up", "i")
        await until(pilot, lambda: screen.proposed is not None)
        assert 'ignore = ["paid"]' in screen.proposed.text
        assert "left out" in lines(screen)[3]
        assert "→" not in lines(screen)[3]
        await pilot.press("i")
        await until(pilot, lambda: screen.proposed is not None)
        assert "ignore" not in screen.proposed.text


async def test_a_proposal_is_made_without_a_look_at_the_screen(
    app: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which may be gone when the thread begins."""
    columns = OwnDataScreen._columns.fget  # type: ignore[attr-defined]

    def here(screen: OwnDataScreen) -> object:
        assert threading.current_thread() is threading.main_thread()
        return columns(screen)

    monkeypatch.setattr(OwnDataScreen, "_columns", property(here))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, "people.csv")
        await pilot.press("up", "i")
        await until(pilot, lambda: screen.proposed is not None)
        assert 'ignore = ["paid"]' in screen.proposed.text


async def test_what_cannot_be_a_preset_is_said_and_not_trained(app: Playground) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, "people.csv")
        await pilot.press("up", "i", "up", "i", "up", "i")
        await until(pilot, lambda: screen.proposed is not None)
        assert "leaves no column to learn from" in lines(screen)[-1]
        await pilot.press("enter", "m")
        await pilot.pause()
        assert app.screen is screen


async def test_pictures_are_proposed_at_once(app: Playground) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, "pets")
        assert "conv2d" in screen.proposed.text
        counts = screen.query_one(ClassCounts).render().plain
        assert all(word in counts for word in ("cat  6", "dog  6", "50%"))
        assert "12 examples of 40 x 60 x 3; 2 classes" in lines(screen)[0]
        await pilot.press("space", "i", "enter")
        await until(pilot, lambda: isinstance(app.screen, TrainScreen))


async def test_a_broken_table_is_said(app: Playground) -> None:
    Path("broken.csv").write_text("a,b\n1,2\n1,2,3\n")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("o")
        await pilot.pause()
        app.screen.query_one(Input).value = "broken.csv"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, OwnDataScreen))
        await until(pilot, lambda: "line 3" in lines(app.screen)[-1])  # type: ignore[arg-type]
        await pilot.press("enter", "space")
        assert isinstance(app.screen, OwnDataScreen)


async def test_what_is_guessed_is_marked_and_the_key_that_overrules_it_is_said(
    app: Playground,
) -> None:
    rows = [f"{i % 3},{i}," + ("no" if i % 2 else "yes") for i in range(100)]
    Path("codes.csv").write_text("code,size,sold\n" + "\n".join(rows) + "\n")
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, "codes.csv")
        assert "?" in lines(screen)[1]
        await pilot.press("up", "up")
        guess = " ".join(str(screen.query_one("#guess", Static).render()).split())
        assert 'if they are codes, kind = "category" (data.columns.code = {...}' in guess


async def test_a_file_of_the_command_line_is_opened_with_its_settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = table(tmp_path / "people.csv")
    given = ("training.epochs=3", "data.validation=0.5")
    app = quiet(monkeypatch, tmp_path, data=(file, given))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, OwnDataScreen))
        screen = app.screen
        assert isinstance(screen, OwnDataScreen)
        await until(pilot, lambda: screen.proposed is not None)
        assert screen.proposed is not None
        assert screen.proposed.preview is not None
        preset = screen.proposed.preview.preset
        assert preset is not None
        assert (preset.training.epochs, preset.data.validation) == (3, 0.5)
        assert "# " in screen.proposed.text, "reasons stay"
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))


async def test_arrays_are_chosen_by_their_names_or_ticked(app: Playground) -> None:
    rows = np.random.default_rng(0).normal(size=(60, 8))
    np.savez("named.npz", x=rows, y=np.arange(60) % 3)
    np.savez("odd.npz", one=rows, two=rows[:, :2], three=rows[:, 0])
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, "named.npz")
        heading, x, y, _ = lines(screen)
        assert "60 examples of 8; 3 classes" in heading
        assert "60 x 8, float64" in x
        assert "target?" in y
        assert "0  20" in screen.query_one(ClassCounts).render().plain
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
        screen = await opened(pilot, "odd.npz")
        assert "one array holds the inputs, but these are left: one, two" in lines(screen)[-1]
        await pilot.press("up", "i")
        await until(pilot, lambda: screen.proposed is not None)
        assert screen.proposed is not None
        assert screen.proposed.preview is not None, screen.proposed.problem
        data = screen.proposed.preview.preset.data  # type: ignore[union-attr]
        assert isinstance(data, Npz)
        assert (data.x, data.y) == ("one", "three")
