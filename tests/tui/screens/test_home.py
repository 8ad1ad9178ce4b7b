"""Home: the list, its filter, the preview and every key."""

import copy
from pathlib import Path

import pytest

from tests.tui.quiet import loads, quiet
from tests.tui.waiting import SECONDS, until
from tuidl.charts.palette import PALETTES
from tuidl.plane.presets import START
from tuidl.preset.library import shipped
from tuidl.preset.schema import Preset
from tuidl.tui.app import Playground
from tuidl.tui.catalog import preset_entries, preset_loader
from tuidl.tui.dialogs.open_file import OpenFileScreen
from tuidl.tui.previews.preview import Preview, in_words
from tuidl.tui.previews.preview_lines import for_the_screen, preview_lines
from tuidl.tui.previews.samples import Samples, informative_columns
from tuidl.tui.screens.edit import EditScreen
from tuidl.tui.screens.home import HomeScreen, PreviewPanel
from tuidl.tui.screens.train import TrainScreen
from tuidl.tui.state import State
from tuidl.tui.widgets.preset_list import PresetList

SIZES = [(80, 24), (120, 40), (200, 50)]
ALL = 1 + len(shipped())
"""The playground is listed first."""


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Playground:
    return quiet(monkeypatch, tmp_path)


def presets(app: Playground) -> PresetList:
    return app.screen.query_one(PresetList)


def chosen(app: Playground) -> str:
    entry = presets(app).chosen
    return entry.path.stem if entry else ""


def seen(app: Playground) -> str:
    panel = app.screen.query_one(PreviewPanel)
    return panel.render().plain


def test_every_shipped_preset_has_its_shelf() -> None:
    placed = {name for names in preset_entries.CATALOG.values() for name in names}
    assert placed == set(shipped())


def test_a_preset_that_no_shelf_knows_is_listed_too(tmp_path: Path) -> None:
    file = tmp_path / "new.toml"
    file.write_text("broken")
    _, entry = preset_entries.entries({"new": file}, [])
    assert (entry.section, entry.title) == (preset_entries.OTHERS, "new")


@pytest.mark.parametrize("name", shipped())
@pytest.mark.sample(4)
def test_the_title_is_the_name_that_the_preset_has(name: str) -> None:
    path = shipped()[name]
    assert preset_entries.title_of(path) == Preset.load(path).name


def test_a_title_is_read_again_when_its_file_changes(tmp_path: Path) -> None:
    file = tmp_path / "file.toml"
    assert preset_entries.title_of(file) == "file"
    for text, title in (
        ('name = "One"', "One"), ('name = "Another"', "Another"), ("name = 3", "file"),
        ("name = ", "file"), ("", "file"), ("x = " + "[" * 5000, "file"),
    ):  # fmt: skip
        file.write_text(text)
        assert preset_entries.title_of(file) == title
    file.write_bytes(b'name = "\xff"')
    assert preset_entries.title_of(file) == "file"


@pytest.mark.parametrize("size", SIZES)
async def test_all_presets_are_listed_in_the_learners_order(
    app: Playground, size: tuple[int, int]
) -> None:
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        assert isinstance(app.screen, HomeScreen)
        assert chosen(app) == START.stem
        titles = [str(option.prompt).strip() for option in presets(app).options if option.prompt]
        assert titles[0] == "Build it live"
        assert titles[2] == "Regression"
        assert len(presets(app)._shown) == ALL
        await until(pilot, lambda: "25 parameters" in seen(app))


async def test_letters_filter_at_once_and_escape_shows_all_again(app: Playground) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*"sine")
        assert [entry.path.stem for entry in presets(app)._shown] == ["rnn_sine", "gru_sine"]
        assert "sine" in str(presets(app).border_title)
        await pilot.press("down")
        assert chosen(app) == "gru_sine"
        await pilot.press("escape")
        assert len(presets(app)._shown) == ALL
        assert chosen(app) == "gru_sine"


async def test_slash_lets_letters_that_are_keys_filter(app: Playground) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("/", *"mnist")
        assert isinstance(app.screen, HomeScreen)
        assert {entry.path.stem for entry in presets(app)._shown} >= {"mnist_cnn"}
        await pilot.press("backspace", "backspace", "backspace", "backspace", "backspace")
        assert len(presets(app)._shown) == ALL


@pytest.mark.parametrize("name", ["mnist", "Mnist", "o", "q", "1"])
async def test_whatever_is_typed_behind_a_slash_is_a_filter(app: Playground, name: str) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("slash", *name, "alt+2", "space", "question_mark")
        screen = app.screen
        assert isinstance(screen, HomeScreen)
        assert screen._list.wanted == f"{name} ?"


async def test_a_filter_that_fits_nothing_opens_nothing(app: Playground) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*"zz[=/z]", "enter", "ctrl+m")
        assert "zz[=/z]" in presets(app).render_str(presets(app).border_title).plain
        assert isinstance(app.screen, HomeScreen)
        assert presets(app).chosen is None
        assert seen(app).strip() == ""
        (line,) = presets(app).options
        assert "nothing here has that" in str(line.prompt)
        await pilot.press("down", "enter")
        assert isinstance(app.screen, HomeScreen)


async def test_enter_opens_and_the_preset_is_remembered(app: Playground) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*"gru", "enter")
        await pilot.pause()
        assert isinstance(app.screen, TrainScreen)
        assert "gru" in loads(app)[-1].preset
        assert app.state.last_preset == "gru_sine"


@pytest.mark.parametrize("name", ["gru_sine", "2d playground"])
async def test_a_key_pressed_before_the_screen_is_drawn_trains(app: Playground, name: str) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("slash", *name[:2])
        app.screen.action_open()  # type: ignore[attr-defined]
        app.run_display().action_go()  # type: ignore[union-attr]
        assert not loads(app), "the engine comes after the screen"
        await pilot.pause()
        assert [one.paused for one in loads(app)] == [False]
        assert app.run_display().shown.goes  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["recommend", "2d playground", "mine"])
async def test_home_begins_on_the_preset_that_the_command_opened(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(shipped()["mlp_xor"].read_text())
    file = {"2d playground": START, "mine": mine}.get(name, shipped().get(name))
    assert file is not None
    app = quiet(
        monkeypatch, tmp_path, preset=Preset.load(file), file=file,
        state=State(last_preset="gru_sine"),
    )  # fmt: skip
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.press("q")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
        entry = app.screen.query_one(PresetList).chosen
        assert entry is not None
        assert entry.path == file


async def test_m_modifies(app: Playground) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("m")
        await pilot.pause()
        assert isinstance(app.screen, EditScreen)


async def test_o_asks_for_a_file_and_q_quits(app: Playground) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("o")
        await pilot.pause()
        assert isinstance(app.screen, OpenFileScreen)
        await pilot.press("escape")
        await pilot.press("q")
    assert app.return_code == 0


async def test_a_click_chooses_and_opens(app: Playground) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.click(PresetList, offset=(6, 5))
        await pilot.pause()
        assert isinstance(app.screen, TrainScreen)


async def test_a_broken_file_shows_its_line_and_can_be_mended(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = shipped()["mlp_xor"].read_text().replace("units = 8", "unitz = 8")
    file = tmp_path / "mine.toml"
    file.write_text(text)
    app = quiet(monkeypatch, tmp_path, state=State(recent=[str(file)], last_preset=str(file)))
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "layers[0].unitz" in seen(app))
        line = text.split("\n").index("unitz = 8") + 1
        assert f"▶{line:>5}"[:1] in seen(app)
        assert any("▶" in row and str(line) in row for row in seen(app).split("\n"))
        await pilot.press("enter")
        assert isinstance(app.screen, HomeScreen)
        await pilot.press("m")
        await pilot.pause()
        assert isinstance(app.screen, EditScreen)


async def test_data_that_is_not_here_is_told_of_with_the_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TUIDL_DATA_DIR", str(tmp_path))
    app = quiet(monkeypatch, tmp_path, state=State(last_preset="mnist_cnn"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "tuidl download mnist" in seen(app))
        assert chosen(app) == "mnist_cnn"
        await pilot.press("down")
        assert chosen(app) == "simple_cnn"


async def test_examples_follow_and_running_down_the_list_loads_none_on_the_way(
    app: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[str] = []
    made = Samples.of

    def noted(preset: object) -> Samples:
        loaded.append(preset.name)  # type: ignore[attr-defined]
        return made(preset)  # type: ignore[arg-type]

    monkeypatch.setattr(Samples, "of", noted)
    monkeypatch.setattr(preset_loader, "PATIENCE", SECONDS)  # on a busy machine keys come late
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("down", "down", "down", "down", "down")
        assert chosen(app) == "cnn_digits"
        assert "27,562 parameters" in seen(app) or "parameters" in seen(app)
        assert loaded == []
        worker = app.screen._loader._worker  # type: ignore[attr-defined]
        worker._patience = 0.0
        worker.request(copy.copy(worker._latest))  # another one, for which it waits no more
        await until(pilot, lambda: loaded)
    assert loaded == ["CNN digits"]


@pytest.mark.parametrize("name", sorted(shipped()))
@pytest.mark.parametrize("palette", ["default", "monochrome"])
def test_previews_fit_their_panel(name: str, palette: str) -> None:
    preview = Preview.of(shipped()[name])
    preview.samples = Samples("not here\n  get it with: tuidl download x")
    for width, height in ((44, 18), (70, 34), (150, 45), (20, 5)):
        for unicode in (True, False):
            lines = preview_lines(preview, PALETTES[palette], width, height, unicode)
            assert len(lines) <= height
            assert all(len(line.plain) <= width for line in lines), name
            if not unicode:
                assert all(line.plain.isascii() for line in lines)


def test_two_columns_that_tell_most_are_shown() -> None:
    import numpy as np

    random = np.random.default_rng(0)
    target = random.integers(0, 2, 200)
    noise = random.normal(size=(200, 2))
    telling = target[:, None] + 0.1 * random.normal(size=(200, 1))
    x = np.concatenate([noise[:, :1], telling, telling * 2, np.ones((200, 1))], 1)
    assert 1 in informative_columns(x, np.eye(2)[target]) or 2 in informative_columns(
        x, np.eye(2)[target]
    )
    assert informative_columns(x[:, :1], np.eye(2)[target]) == [0]
    two = np.eye(3)[target + np.arange(200) % 2]  # categories, of which points would be two lines
    assert informative_columns(np.concatenate([two, x[:, :2]], 1), np.eye(2)[target]) == [3, 4]
    assert 3 in informative_columns(np.concatenate([two, x[:, 1:2]], 1), np.eye(2)[target])
    assert len(set(informative_columns(two, np.eye(2)[target]))) == 2


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.1, "a second"), (3.2, "3 seconds"), (42, "40 seconds"), (61, "a minute"), (600, "10")],
)
def test_times_are_rough(seconds: float, words: str) -> None:
    assert in_words(seconds).startswith(words)


async def test_ctrl_q_quits_from_any_dialog_and_any_size(app: Playground) -> None:
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        assert not isinstance(app.screen, HomeScreen)
        await pilot.press("ctrl+q")
    assert app.return_code == 0


@pytest.mark.parametrize("name", sorted(shipped()))
def test_what_to_try_is_said_in_terms_of_the_screen(name: str) -> None:
    about = Preset.load(shipped()[name]).about
    shown = for_the_screen(about)
    assert "--set" not in shown
    assert shown.count("(key m)") == ("--set" in about)
    assert for_the_screen('or --set a.b="full".') == 'or a.b = "full" (key m).'
    assert for_the_screen("--set a.0.l2=0.01 and --set c=2000.") == (
        "a.0.l2 = 0.01 (key m) and c = 2000."
    )


@pytest.mark.slow
async def test_without_unicode_scrollbars_are_ascii_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = quiet(monkeypatch, tmp_path, unicode=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*["down"] * 12)
        await pilot.pause(0.3)
        assert app.screen.query_one(PresetList).max_scroll_y > 0
        strips = app.screen._compositor.render_strips()
        text = "".join(segment.text for strip in strips for segment in strip)
        assert text.isascii(), {char for char in text if not char.isascii()}
