"""The table of all runs: columns, order, filter, groups, marks, pins and what is done with them."""

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static

from tests.tui import folders, story
from tests.tui.quiet import quiet
from tests.tui.screens.test_run_list import notices
from tests.tui.waiting import until
from tuidl.protocol.events import RunEnded
from tuidl.runs.listing import Listed
from tuidl.runs.table import Heading
from tuidl.storage.labels import read_label
from tuidl.storage.locations import names
from tuidl.tui.app import Playground
from tuidl.tui.dialogs.delete import DeleteScreen
from tuidl.tui.dialogs.differences import DifferencesScreen, DifferenceTable
from tuidl.tui.dialogs.pick import PickScreen
from tuidl.tui.screens.compare import CompareScreen
from tuidl.tui.screens.help import HelpScreen
from tuidl.tui.screens.home import HomeScreen
from tuidl.tui.screens.results import ResultsScreen
from tuidl.tui.screens.viewer import ViewScreen
from tuidl.tui.screens.workspace import WorkspaceScreen
from tuidl.tui.state import State
from tuidl.tui.widgets.key_line import KeyLine
from tuidl.tui.widgets.run_table import RunTable

SIZES = [(80, 24), (120, 40), (200, 50)]


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Playground:
    return quiet(monkeypatch, tmp_path)


def ended(accuracy: float) -> list[object]:
    *before, last = story.whole()
    assert isinstance(last, RunEnded)
    scores = {"loss": round(1 - accuracy, 3), "accuracy": accuracy}
    return [*before, msgspec.structs.replace(last, validation=scores)]


def some() -> None:
    """Four runs: b is the best, d failed; b and c have the same rate."""
    for name, accuracy, rate in (("a", 0.9, 0.01), ("b", 0.95, 0.001), ("c", 0.85, 0.001)):
        folders.kept_run(name, ended(accuracy), f"optimizer.learning_rate={rate}")  # type: ignore[arg-type]
        folders.began(folders.runs_folder() / name, f"2026-01-0{ord(name) - 96}T00:00:00Z")
    folders.failed("d")
    folders.began(folders.runs_folder() / "d", "2026-01-04T00:00:00Z")


@asynccontextmanager
async def opened(
    app: Playground, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[tuple[Pilot[int], WorkspaceScreen]]:
    """The table, with all runs read."""
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: getattr(app.screen, "runs", None) is not None)
        await pilot.press("2", "w")
        screen = app.screen
        assert isinstance(screen, WorkspaceScreen)
        await until(pilot, lambda: screen._is_whole and not screen._is_reading)
        yield pilot, screen


def rows(screen: WorkspaceScreen) -> str:
    return " ".join(
        f"[{row.values[0]}]" if isinstance(row, Heading) else row.run
        for row in screen.table.view.rows
    )


def drawn(screen: WorkspaceScreen) -> list[str]:
    return screen.query_one(RunTable).render().plain.splitlines()


def said(screen: WorkspaceScreen, name: str) -> str:
    return str(screen.query_one(name).render())


async def typed(pilot: Pilot[int], text: str) -> None:
    pilot.app.screen.query_one(Input).value = text
    await pilot.pause()


@pytest.mark.sample(1)
@pytest.mark.parametrize("size", SIZES)
async def test_the_table_shows_runs_with_scores_and_settings(
    app: Playground, size: tuple[int, int]
) -> None:
    some(), folders.damaged("e")
    async with opened(app, size) as (pilot, screen):
        lines = drawn(screen)
        assert all(word in lines[0] for word in ("run", "accuracy", "loss"))
        (best,) = [line for line in lines if line.split()[1:2] == ["b"]]
        assert best.split()[:4] == ["✓", "b", "95.00%", "0.05"]
        assert any("✗ d" in line for line in lines)
        assert screen.table.choose("e")
        await pilot.pause()
        assert "run.json" in said(screen, "#about"), "why it cannot be read, whole"
        assert "5 runs" in said(screen, "#heading")
        assert all(len(line) <= size[0] for line in lines)
        hints = screen.query_one(KeyLine).render().plain
        assert all(word in hints for word in ("/ filter", "s sort", "esc back", "? help"))
        await pilot.press("question_mark")
        assert isinstance(app.screen, HelpScreen)
        assert "k        choose columns" in str(app.screen.query_one("#lines", Static).render())


async def test_sorting_by_a_column_and_the_other_way_round(app: Playground) -> None:
    some()
    async with opened(app) as (pilot, screen):
        assert rows(screen) == "d c b a"
        await pilot.press("right", "s")
        assert rows(screen) == "b a c d", "the failed one has no score"
        assert screen.table.view.cursor == 0
        assert "by accuracy, the largest first" in said(screen, "#heading")
        await pilot.press("s")
        assert rows(screen) == "c a b d"
        assert "▲" in drawn(screen)[0]
        assert app.state.table.sort == "accuracy"
        assert app.state.table.reversed


async def test_the_filter_takes_words_and_conditions_and_keeps_what_was_found(
    app: Playground,
) -> None:
    some()
    async with opened(app) as (pilot, screen):
        await pilot.press("slash", *"failed")
        assert rows(screen) == "d"
        await typed(pilot, "optimizer.learning_rate < 0.01 and accuracy > 0.8")
        assert rows(screen) == "c b"
        await typed(pilot, "optimizer.learning_rate < 0.01 and")
        assert "no condition" in said(screen, "#problem")
        assert rows(screen) == "c b"
        await typed(pilot, "accurcy > 1")
        assert "did you mean 'accuracy'?" in said(screen, "#problem")
        assert rows(screen) == "c b"
        await typed(pilot, "state == 'done' and accuracy > 0.87")
        assert said(screen, "#problem") == ""
        assert rows(screen) == "b a"
        await pilot.press("enter", "s")
        assert screen.table.has_focus
        assert "4 runs, 2 shown" in said(screen, "#heading")
        await pilot.press("escape")
        assert rows(screen).count(" ") == 3
        await pilot.press("escape")
        assert isinstance(app.screen, HomeScreen)


async def test_keys_that_type_are_no_commands(app: Playground) -> None:
    some()
    async with opened(app) as (pilot, screen):
        hints = screen.query_one(KeyLine)
        await pilot.press("slash")
        assert "enter to the table" in hints.render().plain
        assert "sort" not in hints.render().plain
        await pilot.press(*"dq")
        assert app.screen is screen
        assert screen.filter_line.text == "dq"
        assert rows(screen) == ""
        await pilot.press("escape")
        assert rows(screen) == "d c b a"
        assert app.screen is screen


async def test_groups_open_and_close(app: Playground) -> None:
    some()
    async with opened(app) as (pilot, screen):
        await pilot.press("g")
        await pilot.pause()
        assert isinstance(app.screen, PickScreen)
        await pilot.press(*"learning", "space", "enter")
        await pilot.pause()
        assert app.state.table.groups == ["optimizer.learning_rate"]
        assert rows(screen) == "[0.001] [0.01]"
        line = drawn(screen)[1]
        assert "learning_rate 0.001" in line
        assert "accuracy" in line
        assert "±" in line
        screen.table.action_end(-1)
        await pilot.press("enter")
        assert rows(screen) == "[0.001] d c b [0.01]"
        await pilot.press("o")
        assert set(rows(screen).split()) == {"[0.001]", "[0.01]", "a", "b", "c", "d"}
        await pilot.press("o", "space")
        assert screen.marked == {"b", "c", "d"}


@pytest.mark.slow
async def test_columns_are_chosen_moved_taken_away_and_remembered(app: Playground) -> None:
    some()
    async with opened(app) as (pilot, screen):
        await pilot.press("k")
        await pilot.pause()
        options = app.screen.query_one(OptionList)
        assert [str(option.prompt).split()[:2] for option in options.options[:2]] == [
            ["1", "accuracy"], ["2", "loss"]
        ]  # fmt: skip
        await pilot.press(*"filters")
        assert [option.id for option in options.options] == [
            "layers[0].filters", "layers[2].filters"
        ]  # fmt: skip
        await pilot.press("space", "enter")
        await pilot.pause()
        assert screen.columns[-1] == "layers[0].filters"
        assert app.state.table.columns == list(screen.columns)
        await pilot.press("right", "greater_than_sign")
        assert screen.columns[:2] == ("loss", "accuracy")
        assert screen.table.view.key == "accuracy"
        await pilot.press("minus")
        assert "accuracy" not in screen.columns
        await pilot.press("k")
        await pilot.pause()
        await pilot.press("space", "escape")
        assert screen.columns[0] == "loss", "escape changes nothing"


async def test_what_was_left_is_there_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    state = State()
    state.table.columns, state.table.sort = ["loss", "no.such.key"], "loss"
    state.save(tmp_path)
    app = quiet(monkeypatch, tmp_path, state=State.load(tmp_path))
    some()
    async with opened(app) as (_, screen):
        assert screen.columns == ("loss", "no.such.key")
        assert rows(screen).startswith("b")
        assert "-" in drawn(screen)[1].split()


async def test_a_pinned_run_stays_on_top_and_keeps_its_pin(app: Playground) -> None:
    some()
    async with opened(app) as (pilot, screen):
        await pilot.press("end", "asterisk")
        await until(pilot, lambda: rows(screen) == "a d c b")
        assert "★" in drawn(screen)[1]
        assert read_label(folders.runs_folder() / "a").pinned
        await pilot.press("right", "s", "s")
        assert rows(screen).split()[0] == "a"
        await pilot.press("home", "asterisk")
        await until(pilot, lambda: rows(screen).split()[0] != "a")
        assert not read_label(folders.runs_folder() / "a").pinned


async def test_marked_runs_are_compared_deleted_and_put_back(app: Playground) -> None:
    some()
    async with opened(app) as (pilot, screen):
        await pilot.press("equals_sign")
        assert "Mark two runs" in notices(app)
        await pilot.press("end", "space", "up", "space", "equals_sign")
        await pilot.pause()
        assert isinstance(app.screen, DifferencesScreen)
        text = app.screen.query_one(DifferenceTable).render().plain
        (line,) = [line for line in text.splitlines() if line.startswith("optimizer.")]
        assert sorted(line.split()[1:]) == ["0.001", "0.01"]
        assert "training.seed" not in text
        await pilot.press("escape", "d")
        await pilot.pause()
        assert isinstance(app.screen, DeleteScreen)
        await pilot.press("y")
        await until(pilot, lambda: rows(screen) == "d c")
        assert sorted(names()) == ["c", "d"]
        assert screen.marked == set()
        await pilot.press("u")
        await until(pilot, lambda: rows(screen) == "d c b a")


async def test_runs_that_are_read_while_the_screen_closes_are_not_shown(app: Playground) -> None:
    some()
    async with opened(app) as (pilot, screen):
        await until(pilot, lambda: bool(screen.runs))
        before = list(screen.runs)
    screen._found(before[:1], screen.known)
    screen._have_read(0.1)
    assert screen.runs == before


async def test_the_curves_of_the_marked_runs_open_and_escape_comes_back(app: Playground) -> None:
    some()
    async with opened(app) as (pilot, screen):
        await pilot.press("end", "space", "up", "space", "c")
        await until(pilot, lambda: isinstance(app.screen, CompareScreen))
        await pilot.press("q")
        await until(pilot, lambda: app.screen is screen)
        assert screen.marked == {"a", "b"}


@pytest.mark.slow
async def test_marks_that_the_filter_hides_are_counted(app: Playground) -> None:
    some()
    async with opened(app) as (pilot, screen):
        await pilot.press("a", "slash", *"failed", "enter")
        assert "4 runs, 1 shown, 4 marked (3 not shown)" in said(screen, "#heading")
        await pilot.press("a")
        assert "3 marked (3 not shown)" in said(screen, "#heading")
        await pilot.press("escape", "escape")
        assert screen.marked == set()
        assert app.screen is screen


async def test_the_keys_of_one_run(app: Playground) -> None:
    some()
    async with opened(app) as (pilot, screen):
        await pilot.press("end", "f2")
        await pilot.pause()
        await typed(pilot, "the first")
        await pilot.press("enter")
        await until(pilot, lambda: "the first" in rows(screen))
        chosen = screen.table.chosen
        assert isinstance(chosen, Listed)
        assert chosen.run == "the first", "the cursor stays on it"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ViewScreen))
        await pilot.press("q")
        await until(pilot, lambda: app.screen is screen)
        await pilot.press("q")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))


async def test_runs_that_begin_appear(app: Playground) -> None:
    some()
    async with opened(app) as (pilot, screen):
        folders.unfinished("late")
        screen._next_look = 0.0
        screen._look_again()
        await until(pilot, lambda: "late" in rows(screen))


async def test_the_mouse_chooses_sorts_and_scrolls(app: Playground) -> None:
    some()
    async with opened(app) as (pilot, screen):
        await pilot.click(RunTable, offset=(10, 4))
        chosen = screen.table.chosen
        assert isinstance(chosen, Listed)
        assert chosen.run == "b"
        x = drawn(screen)[0].index("accuracy") + 2
        await pilot.click(RunTable, offset=(x, 1))
        assert screen.order.key == "accuracy"


async def test_only_the_rows_that_are_seen_are_drawn(
    app: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    some()
    async with opened(app, (80, 24)) as (pilot, screen):
        one = next(run for run in screen.runs if run.run == "a")
        many = [msgspec.structs.replace(one, run=f"n{i:05}") for i in range(10_000)]
        looked: list[str] = []
        from tuidl.tui.renderers import run_table

        def cell(run: Listed, key: str, then: Callable[[Listed, str], str] = run_table.cell) -> str:
            looked.append(run.run)
            return then(run, key)

        monkeypatch.setattr(run_table, "cell", cell)
        monkeypatch.setattr(screen, "reread", lambda: None)  # it would find the four again
        screen._found(many, screen.known)
        await pilot.press("end")
        assert "n09999" in "".join(drawn(screen))
        assert 0 < len(set(looked)) < 60
        await pilot.press("slash", *"n00007")
        await until(pilot, lambda: rows(screen) == "n00007")


@pytest.mark.parametrize("key", ["enter", "v", "r", "m", "c", "asterisk"])
async def test_a_run_that_another_shell_deleted_meanwhile_is_said_to_be_gone(
    app: Playground, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    some()
    async with opened(app) as (pilot, screen):
        monkeypatch.setattr(screen, "reread", lambda: None)  # it has not looked again yet
        for name in "abcd":
            shutil.rmtree(folders.runs_folder() / name)
        await pilot.press(key)
        await until(pilot, lambda: notices(app))
        said_so = notices(app)
        if key == "asterisk":
            assert said_so == "d is not there any more: deleted or moved"
        else:
            assert "runs/d" in said_so
            assert "no run" in said_so or "No such file" in said_so
        assert app.screen is screen


async def test_runs_that_are_deleted_while_they_are_compared_stay_as_they_were_read(
    app: Playground,
) -> None:
    some()
    async with opened(app) as (pilot, _):
        await pilot.press("a", "c")
        compared = app.screen
        assert isinstance(compared, CompareScreen)
        await until(pilot, lambda: compared.is_read and compared.compared.runs.members)
        for name in "abcd":
            shutil.rmtree(folders.runs_folder() / name)
        await pilot.press("x", "s", "l", "z", "right", "down", "p")
        await until(pilot, lambda: isinstance(app.screen, ResultsScreen))
        await pilot.press("1", "2", "3", "4", "down", "enter")
        await until(pilot, lambda: notices(app))
        said_so = notices(app)
        assert "No such file" in said_so
        assert isinstance(app.screen, ResultsScreen)


async def test_no_runs_are_no_problem(app: Playground) -> None:
    async with opened(app, (80, 24)) as (pilot, screen):
        for key in ("enter", "space", "a", "s", "d", "asterisk", "equals_sign", "o", "v", "end"):
            await pilot.press(key)
        assert app.screen is screen
        assert "0 runs" in said(screen, "#heading")


async def test_in_ascii(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    app = quiet(monkeypatch, tmp_path, unicode=False)
    some()
    async with opened(app, (80, 24)) as (pilot, screen):
        app.state.table.groups = ["optimizer.learning_rate"]
        await pilot.press("space", "asterisk", "o")
        await until(pilot, lambda: "!" in "".join(drawn(screen)))
        assert "".join(drawn(screen)).isascii()
