"""The editing screen: form and text in step, every key, and everything that can be wrong."""

import asyncio
import threading
import tomllib
from pathlib import Path

import msgspec
import pytest
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import Input, Static

from tests.tui.quiet import loads, quiet
from tests.tui.waiting import SECONDS, until
from tuidl.data.catalog import SOURCES
from tuidl.preset.library import load_preset, shipped
from tuidl.preset.schema import Preset
from tuidl.preset.toml_lines import KeyPath
from tuidl.protocol.rate_curve import RateCurve
from tuidl.tui.app import Playground
from tuidl.tui.dialogs.choose import ChooseScreen
from tuidl.tui.dialogs.find_rate import FindRateScreen
from tuidl.tui.dialogs.save_as import SaveScreen
from tuidl.tui.dialogs.unsaved import UnsavedScreen
from tuidl.tui.screens.edit import EditScreen
from tuidl.tui.screens.home import HomeScreen
from tuidl.tui.screens.train import TrainScreen
from tuidl.tui.services import finding_rate


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Playground:
    monkeypatch.chdir(tmp_path)
    return quiet(monkeypatch, tmp_path)


def editing(app: Playground) -> EditScreen:
    assert isinstance(app.screen, EditScreen)
    return app.screen


async def edit(pilot: Pilot[int], name: str = "mlp_xor") -> EditScreen:
    """Open a shipped preset in the editor."""
    await pilot.pause()
    pilot.app.edit_file(shipped()[name])  # type: ignore[attr-defined]
    await pilot.pause()
    return editing(pilot.app)  # type: ignore[arg-type]


async def test_a_path_typed_in_a_shipped_preset_starts_where_the_user_is(
    app: Playground, tmp_path: Path
) -> None:
    """As with ``--set``; the preset's own table is still found, and a file of the user's next to
    its own preset too."""
    (tmp_path / "mine.csv").write_bytes(
        shipped()["series_bakery"].with_name("bakery.csv").read_bytes()
    )
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await edit(pilot, "series_bakery")
        assert screen.draft.preset == load_preset("series_bakery")
        text = screen.area.text
        own = str(shipped()["series_bakery"].with_name("bakery.csv"))
        assert own in text
        screen.area.become(text.replace(own, "mine.csv"))
        await until(pilot, lambda: str(tmp_path / "mine.csv") in str(screen.draft.preset))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, UnsavedScreen))


async def at(pilot: Pilot[int], screen: EditScreen, *path: str | int) -> None:
    """Go to the row of a path."""
    if path[0] == "layers" and len(path) > 2:
        screen.form.list.open(int(path[1]))
    screen.form.list.go_to(path)
    await pilot.pause()
    assert screen.form.list.row is not None
    assert screen.form.list.row.path == path


def said(screen: EditScreen, where: str = "problem") -> str:
    return str(screen.query_one(f"#{where}", Static).render())


def value(screen: EditScreen, path: KeyPath) -> object:
    place: object = tomllib.loads(screen.area.text)
    for step in path:
        place = place.get(step) if isinstance(place, dict) else place[step]  # type: ignore[index]
    return place


async def write(pilot: Pilot[int], screen: EditScreen, text: str) -> None:
    """Put another text into the text side, as typing does."""
    screen.area.focus()
    screen.area.become(text)
    await pilot.pause()


async def test_typing_a_number_changes_the_text_and_the_shapes(app: Playground) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await edit(pilot)
        await at(pilot, screen, "layers", 0, "units")
        await pilot.press("1", "6", "enter")
        assert value(screen, ("layers", 0, "units")) == 16
        assert screen.form.list.nodes[0].shape == (16,)
        assert "65 parameters" in said(screen)
        assert "about =" in screen.area.text.split("\n")[1]  # the rest is as it was written
        assert "not saved" in said(screen, "title")


async def test_the_text_changes_the_form(app: Playground) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await edit(pilot)
        await write(pilot, screen, screen.area.text.replace("units = 8", "units = 12"))
        await at(pilot, screen, "layers", 0, "units")
        row = screen.form.list.row
        assert row is not None
        assert row.value == 12
        assert screen.draft.preset is not None


@pytest.mark.slow
async def test_arrows_step_and_backspace_goes_back_to_the_default(app: Playground) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await edit(pilot)
        await at(pilot, screen, "layers", 0, "units")
        await pilot.press("right")
        assert value(screen, ("layers", 0, "units")) == 16
        await pilot.press("left", "left")
        assert value(screen, ("layers", 0, "units")) == 4
        await at(pilot, screen, "optimizer", "learning_rate")
        await pilot.press("right")
        assert value(screen, ("optimizer", "learning_rate")) == 0.1
        await at(pilot, screen, "training", "shuffle")
        await pilot.press("right")
        assert value(screen, ("training", "shuffle")) is False
        await pilot.press("backspace")
        assert value(screen, ("training", "shuffle")) is None


async def test_a_value_out_of_range_stays_in_the_entry_with_its_message(app: Playground) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await edit(pilot)
        before = screen.area.text
        await at(pilot, screen, "training", "epochs")
        await pilot.press("0", "enter")
        assert "training.epochs" in said(screen)
        assert screen.area.text == before
        assert screen.form.is_entering
        await pilot.press("escape")
        assert not screen.form.is_entering
        assert isinstance(app.screen, EditScreen)
        assert "parameters" in said(screen)
        await pilot.press("enter")
        entry = screen.query_one("#entry", Input)
        entry.value = "many"
        await pilot.press("enter")
        assert "whole number" in said(screen)
        assert screen.area.text == before


async def test_layers_are_added_moved_switched_off_and_deleted(app: Playground) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await edit(pilot)
        await at(pilot, screen, "layers", 0)
        await pilot.press("a")
        await pilot.pause()
        assert isinstance(app.screen, ChooseScreen)
        await pilot.press(*"dropout", "enter")
        await pilot.pause()
        assert [layer["type"] for layer in value(screen, ("layers",))] == [  # type: ignore[attr-defined]
            "dense", "dropout", "dense",
        ]  # fmt: skip
        row = screen.form.list.row
        assert row is not None
        assert row.path == ("layers", 1)
        await pilot.press("K")
        assert value(screen, ("layers", 0, "type")) == "dropout"
        await pilot.press("shift+down")
        assert value(screen, ("layers", 1, "type")) == "dropout"
        await pilot.press("space")
        assert value(screen, ("layers", 1, "enabled")) is False
        await pilot.press("space")
        assert value(screen, ("layers", 1, "enabled")) is None
        await pilot.press("d")
        assert len(value(screen, ("layers",))) == 2  # type: ignore[arg-type]
        assert screen.draft.preset == Preset.load(shipped()["mlp_xor"])


async def test_the_last_layer_cannot_be_deleted(app: Playground) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await edit(pilot, "rnn_sine")
        await at(pilot, screen, "layers", 0)
        await pilot.press("d")
        assert len(value(screen, ("layers",))) == 1  # type: ignore[arg-type]


async def test_enter_and_arrows_open_and_close_a_layer(app: Playground) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await edit(pilot)
        await at(pilot, screen, "layers", 1)
        for key, opened in (("enter", 1), ("enter", None), ("right", 1), ("left", None)):
            await pilot.press(key)
            await pilot.pause()
            assert screen.form.list.open_layer == opened


@pytest.mark.slow
async def test_kinds_are_chosen_from_a_list(app: Playground) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await edit(pilot)
        await at(pilot, screen, "optimizer", "type")
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press(*"sgd", "enter")
        await pilot.pause()
        assert value(screen, ("optimizer",)) == {"type": "sgd", "learning_rate": 0.05}
        await at(pilot, screen, "optimizer", "schedule")
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press(*"cosine", "enter")
        await pilot.pause()
        assert value(screen, ("optimizer", "schedule")) == {"type": "cosine"}
        await at(pilot, screen, "optimizer", "schedule", "final")
        await at(pilot, screen, "data", "source")
        await pilot.press("right")
        assert value(screen, ("data", "source")) in set(SOURCES) - {"xor"}
        await at(pilot, screen, "layers", 0, "activation")
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press(*"relux", "escape")
        assert value(screen, ("layers", 0, "activation")) == "tanh"


@pytest.mark.slow
async def test_early_stopping_is_switched_on_with_all_its_keys(app: Playground) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await edit(pilot, "cnn_digits")
        await at(pilot, screen, "training", "early_stopping")
        await pilot.press("enter")
        assert value(screen, ("training", "early_stopping")) == {}
        await at(pilot, screen, "training", "early_stopping", "patience")
        await pilot.press("3", "enter")
        assert screen.draft.preset is not None
        assert screen.draft.preset.training.stopping is not None
        assert screen.draft.preset.training.stopping.patience == 3


async def test_text_that_is_no_toml_keeps_the_form_and_says_the_line(app: Playground) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await edit(pilot)
        rows = list(screen.form.list.rows)
        broken = screen.area.text.replace("units = 8", "units = = 8")
        line = broken.split("\n").index("units = = 8")
        await write(pilot, screen, broken)
        assert screen.area.marked == line
        assert f"line {line + 1}:" in said(screen)
        assert screen.form.list.rows == rows
        assert screen.form.list.is_stale
        screen.form.list.focus()
        await at(pilot, screen, "training", "epochs")
        await pilot.press("right", "enter")
        assert screen.area.text == broken
        await pilot.press("ctrl+r")
        assert isinstance(app.screen, EditScreen)


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("units = 8", "unitz = 8", "layers[0].unitz"),
        ('type = "adam"', 'type = "adamm"', "optimizer.type"),
        ("learning_rate = 0.05", "learning_rate = -1", "optimizer.learning_rate"),
        ("points = 4", 'points = "four"', "data.points"),
        ('activation = "tanh"', 'activation = "tanhh"', "layers[0].activation"),
    ],
)
async def test_a_wrong_key_or_value_is_named_with_its_line_and_marked(
    app: Playground, old: str, new: str, key: str
) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await edit(pilot)
        text = screen.area.text.replace(old, new)
        await write(pilot, screen, text)
        line = text.split("\n").index(new)
        assert screen.area.marked == line
        assert f"line {line + 1}: {key}" in said(screen)
        assert screen.area.text == text
        await pilot.press("ctrl+s")
        assert isinstance(app.screen, EditScreen)


async def test_shapes_that_do_not_fit_are_marked_at_their_layer(app: Playground) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await edit(pilot, "cnn_digits")
        await at(pilot, screen, "layers", 2, "kernel_size")
        await at(pilot, screen, "layers", 2, "padding")
        await pilot.press("right")
        await at(pilot, screen, "layers", 2, "kernel_size")
        await pilot.press("9", "enter")
        assert value(screen, ("layers", 2, "kernel_size")) == 9  # it may be mended elsewhere
        assert "does not fit" in said(screen)
        assert screen.form.list.wrong == ("layers", 2)
        heads = [i for i, s in enumerate(screen.area.text.split("\n")) if s == "[[layers]]"]
        assert screen.area.marked == heads[2]


async def test_train_hands_the_preset_on(app: Playground) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await edit(pilot)
        await at(pilot, screen, "training", "epochs")
        await pilot.press("7", "enter", "ctrl+r")
        await pilot.pause()
        assert isinstance(app.screen, TrainScreen)
        assert app.screen.preset.training.epochs == 7
        assert "epochs = 7" in loads(app)[-1].preset


@pytest.mark.slow
async def test_save_asks_before_it_writes_over_and_reads_again_as_the_same(
    app: Playground, tmp_path: Path
) -> None:
    target = tmp_path / "mine.toml"
    target.write_text("old")
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await edit(pilot)
        await at(pilot, screen, "layers", 0, "units")
        await pilot.press("9", "enter", "ctrl+s")
        await pilot.pause()
        assert isinstance(app.screen, SaveScreen)
        app.screen.query_one(Input).value = str(target)
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, SaveScreen)
        assert target.read_text() == "old"
        await pilot.press("enter")
        await pilot.pause()
        assert editing(app) is screen
        assert Preset.load(target) == screen.draft.preset
        assert not screen.is_changed
        assert app.state.recent == [str(target)]
        assert [path.name for path in tmp_path.glob("*mine*")] == ["mine.toml"]
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, HomeScreen)


@pytest.mark.slow
async def test_saving_where_no_folder_is_says_so(app: Playground, tmp_path: Path) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await edit(pilot)
        await pilot.press("ctrl+s")
        await pilot.pause()
        for text in (str(tmp_path / "none" / "x.toml"), ""):
            app.screen.query_one(Input).value = text
            await pilot.press("enter")
            assert isinstance(app.screen, SaveScreen)
        assert "Which" in str(app.screen.query_one("#question", Static).render())
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, EditScreen)


@pytest.mark.slow
async def test_a_path_of_data_still_leads_there_from_another_folder(
    app: Playground, tmp_path: Path
) -> None:
    folder, other = tmp_path / "a", tmp_path / "b"
    folder.mkdir()
    other.mkdir()
    (folder / "table.csv").write_text("x,y\n" + "".join(f"{i},{i * 2}.5\n" for i in range(30)))
    text = shipped()["linear_regression"].read_text()
    start = text.index("[data]")
    table = '[data]\nsource = "csv"\npath = "table.csv"\ntarget = "y"\n\n'
    source = folder / "mine.toml"
    source.write_text(text[:start] + table + text[text.index("[[layers]]") :])
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        app.edit_file(source)
        await pilot.pause()
        screen = editing(app)
        assert screen.draft.preset is not None, screen.draft.problem
        await pilot.press("ctrl+s")
        await pilot.pause()
        app.screen.query_one(Input).value = str(other / "moved.toml")
        await pilot.press("enter")
        await pilot.pause()
        assert Preset.load(other / "moved.toml") == Preset.load(source)


@pytest.mark.slow
async def test_leaving_with_changes_asks(app: Playground) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await edit(pilot)
        await at(pilot, screen, "training", "epochs")
        await pilot.press("5", "enter", "escape")
        await pilot.pause()
        assert isinstance(app.screen, UnsavedScreen)
        await pilot.press("c")
        await pilot.pause()
        assert editing(app) is screen
        await pilot.press("escape")
        await pilot.pause()
        await pilot.press("s")
        await pilot.pause()
        assert isinstance(app.screen, SaveScreen)
        await pilot.press("escape")
        await pilot.pause()
        await pilot.press("escape")
        await pilot.pause()
        await pilot.press("d")
        await pilot.pause()
        assert isinstance(app.screen, HomeScreen)


@pytest.mark.slow
async def test_changes_may_be_saved_on_leaving(app: Playground, tmp_path: Path) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await edit(pilot)
        await at(pilot, screen, "training", "epochs")
        await pilot.press("5", "enter", "escape", "s")
        await pilot.pause()
        app.screen.query_one(Input).value = str(tmp_path / "left")
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, HomeScreen)
        assert Preset.load(tmp_path / "left.toml").training.epochs == 5


async def test_escape_twice_at_once_closes_one_screen(app: Playground) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await edit(pilot)
        for _ in range(3):
            app.post_message(Key("escape", None))
        for _ in range(5):
            await pilot.pause()
        assert isinstance(app.screen, HomeScreen)


async def test_undo_takes_a_change_of_the_form_back(app: Playground) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await edit(pilot)
        before = screen.area.text
        await at(pilot, screen, "training", "epochs")
        await pilot.press("right")
        assert screen.area.text != before
        await pilot.press("f2", "ctrl+z")
        await pilot.pause()
        assert screen.area.text == before
        assert not screen.is_changed


async def test_on_a_small_terminal_one_side_is_seen_at_a_time(app: Playground) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await edit(pilot)
        assert screen.form.display
        assert not screen.area.display
        await pilot.press("f2")
        await pilot.pause()
        assert screen.focused is screen.area
        assert screen.area.display
        assert not screen.form.display
        await pilot.press("f2")
        await pilot.pause()
        assert screen.form.display


async def test_the_mouse_chooses_and_opens(app: Playground) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await edit(pilot)
        place = next(i for i, row in enumerate(screen.form.list.rows) if row.kind == "layer")
        await pilot.click("#rows", offset=(10, place - screen.form.list.top))
        await pilot.pause()
        assert screen.form.list.open_layer == 0


async def test_a_preset_without_sense_can_be_mended_from_nothing(
    app: Playground, tmp_path: Path
) -> None:
    file = tmp_path / "empty.toml"
    file.write_text("")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        app.edit_file(file)
        await pilot.pause()
        screen = editing(app)
        assert "missing" in said(screen)
        await write(pilot, screen, shipped()["mlp_xor"].read_text())
        assert screen.draft.preset is not None


@pytest.mark.slow
async def test_all_shipped_presets_walk_through_the_form(app: Playground) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        for name in ("vanishing_gradients_cured", "gru_sine", "mnist_cnn"):
            screen = await edit(pilot, name)
            await pilot.press(*["down"] * 12, "end", "pageup", "home", "pagedown")
            assert screen.area.text == shipped()[name].read_text()
            await pilot.press("escape")
            await asyncio.sleep(0)
            await pilot.pause()
            assert isinstance(app.screen, HomeScreen)


async def test_a_letter_that_finds_nothing_is_not_taken(app: Playground) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await edit(pilot)
        await at(pilot, screen, "layers", 0, "activation")
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press(*"x9elu", "backspace", *"u", "enter")
        await pilot.pause()
        assert value(screen, ("layers", 0, "activation")) == "elu"


async def test_keys_that_come_all_at_once_keep_their_order(app: Playground) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await edit(pilot)
        await at(pilot, screen, "layers", 0, "units")
        screen.form.list.action_move(-1)
        for key in ("down", "2", "4", "enter"):
            app.post_message(Key(key, key if key.isdigit() else None))
        for _ in range(50):
            await pilot.pause()
            if value(screen, ("layers", 0, "units")) == 24:
                break
        assert value(screen, ("layers", 0, "units")) == 24


@pytest.mark.slow
async def test_a_large_table_is_read_while_one_goes_on_typing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from tuidl.preset.toml_edit import dumps
    from tuidl.tui.editor import draft

    monkeypatch.setattr(draft, "LARGE", 10)
    rows = "\n".join(f"{i},{i * 1.5 + 0.25}" for i in range(50))
    (tmp_path / "table.csv").write_text(f"a,y\n{rows}\n")
    table = msgspec.to_builtins(load_preset("linear_regression"))
    table["data"] = {"source": "csv", "path": "table.csv", "target": "y"}
    file = tmp_path / "mine.toml"
    file.write_text(dumps(table))
    may_read, check = threading.Event(), draft.Draft.of
    monkeypatch.setattr(draft.Draft, "of", lambda *given: may_read.wait(SECONDS) and check(*given))
    app = quiet(monkeypatch, tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        app.edit_file(file)
        await until(pilot, lambda: isinstance(app.screen, EditScreen))
        screen = app.screen
        assert isinstance(screen, EditScreen)
        problem = screen.query_one("#problem")
        await until(pilot, lambda: "reading table.csv" in str(problem.render()))
        await pilot.press("down", "ctrl+r")
        assert app.screen is screen, "there is nothing to train yet"
        may_read.set()
        await until(pilot, lambda: "2 parameters" in str(problem.render()))


CURVE = RateCurve(
    "optimizer.learning_rate", 0.05, 200, [1e-6 * 1.08**i for i in range(200)],
    [2.0 - i / 200 for i in range(200)], [2.0 - i / 200 for i in range(200)],
    1e-3, 1e-2, 0.0016, True,
)  # fmt: skip


@pytest.mark.slow
async def test_a_rate_is_suggested_and_taken(
    app: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, ...]] = []

    async def answered(*arguments: str) -> tuple[bytes, str]:
        asked.append(arguments)
        return msgspec.json.encode(CURVE), ""

    monkeypatch.setattr(finding_rate, "json_of", answered)
    size = (80, 24)
    async with app.run_test(size=size) as pilot:
        screen = await edit(pilot)
        await pilot.press("ctrl+l")
        await pilot.pause()
        await pilot.pause()
        assert isinstance(app.screen, FindRateScreen)
        words = str(app.screen.query_one("#words", Static).render())
        assert "suggested (a guess): 0.0016" in words
        assert app.screen.query_one(".hint").region.bottom <= size[1]
        await pilot.press("enter")
        await pilot.pause()
        assert value(screen, ("optimizer", "learning_rate")) == 0.0016
        await pilot.press("ctrl+z")
        assert value(screen, ("optimizer", "learning_rate")) == 0.05
    assert asked[0][0] == "find-rate"
    assert asked[0][2:] == ("--json",)
