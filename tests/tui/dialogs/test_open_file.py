"""Opening a preset file: by its path, by the tree, and what is no preset."""

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Label

from tests.tui.quiet import quiet
from tests.tui.waiting import until
from tuidl.preset.library import shipped
from tuidl.tui.app import Playground
from tuidl.tui.dialogs.open_file import OpenFileScreen, PathSuggester, PresetTree
from tuidl.tui.screens.home import HomeScreen
from tuidl.tui.screens.train import TrainScreen
from tuidl.tui.widgets.preset_list import PresetList


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Playground:
    folder = tmp_path / "work"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "mine.toml").write_text(shipped()["mlp_xor"].read_text())
    (folder / "notes.txt").write_text("no preset")
    (folder / ".hidden.toml").write_text("")
    monkeypatch.chdir(folder)
    return quiet(monkeypatch, tmp_path)


async def opening(pilot: Pilot[int]) -> OpenFileScreen:
    await pilot.press("o")
    await pilot.pause()
    assert isinstance(pilot.app.screen, OpenFileScreen)
    return pilot.app.screen


async def names(pilot: Pilot[int], screen: OpenFileScreen) -> list[str]:
    """What the tree offers, once it has been read."""
    tree = screen.query_one(PresetTree)
    await until(pilot, lambda: tree.root.children)
    return [str(node.label) for node in tree.root.children]


async def test_a_path_opens_and_the_file_is_remembered(app: Playground) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opening(pilot)
        screen.query_one(Input).value = "inner/mine.toml"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, TrainScreen))
        assert app.state.recent == [str(Path.cwd() / "inner" / "mine.toml")]


async def test_a_file_with_an_error_is_shown_on_home(app: Playground) -> None:
    Path("broken.toml").write_text("name = ")
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opening(pilot)
        screen.query_one(Input).value = "broken.toml"
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, HomeScreen)
        chosen = app.screen.query_one(PresetList).chosen
        assert chosen is not None
        assert chosen.path.name == "broken.toml"


async def test_what_is_not_there_is_said_and_nothing_is_lost(app: Playground) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opening(pilot)
        screen.query_one(Input).value = "none.toml"
        await pilot.press("enter")
        assert app.screen is screen
        assert "no file" in str(screen.query_one("#question", Label).render())
        assert screen.query_one(Input).value == "none.toml"
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, HomeScreen)


async def test_the_tree_shows_folders_and_presets_only(app: Playground) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opening(pilot)
        assert await names(pilot, screen) == ["inner"]
        screen.query_one(Input).value = "inner"
        await pilot.press("enter")
        await pilot.pause()
        tree = screen.query_one(PresetTree)
        await until(pilot, lambda: [str(n.label) for n in tree.root.children] == ["mine.toml"])
        assert screen.focused is screen.query_one(PresetTree)
        await pilot.press("backspace")
        assert str(screen.query_one("#folder", Label).render()).endswith("work")


async def test_paths_are_completed(app: Playground) -> None:
    suggest = PathSuggester().get_suggestion
    assert await suggest("in") == "inner/"
    assert await suggest("inner/m") == "inner/mine.toml"
    assert await suggest("no") is None
    assert await suggest("nowhere/x") is None
