"""The runs on Home: listed without delay, previewed, and all that can be done with them."""

import shutil
import sys
import threading
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.tui import folders, story
from tests.tui.quiet import loads, quiet
from tests.tui.waiting import SECONDS, until
from tuidl.charts.palette import PALETTES
from tuidl.core.errors import RunError
from tuidl.preset.library import load_preset
from tuidl.protocol import events
from tuidl.runs.overview import Overview, Shelved, delete, glance
from tuidl.storage.folder import RunFolder
from tuidl.storage.locations import runs_folder
from tuidl.tui.app import Playground
from tuidl.tui.catalog.run_entries import RUNNING, RunEntries
from tuidl.tui.dialogs.delete import DeleteScreen
from tuidl.tui.dialogs.output import OutputScreen
from tuidl.tui.previews.run_preview import RunPreview
from tuidl.tui.renderers.run_preview import run_lines
from tuidl.tui.screens.edit import EditScreen
from tuidl.tui.screens.home import HomeScreen, PreviewPanel
from tuidl.tui.screens.train import TrainScreen
from tuidl.tui.screens.viewer import ViewScreen
from tuidl.tui.services import child_output
from tuidl.tui.widgets.key_line import KeyLine
from tuidl.tui.widgets.run_list import RunList
from tuidl.tui.widgets.tabs import Tabs

SIZES = [(80, 24), (120, 40), (200, 50)]
MANY = 1000


LOOK = Overview.look


def overview() -> list[Shelved]:
    return LOOK(Overview())


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Playground:
    return quiet(monkeypatch, tmp_path)


def home(app: Playground) -> HomeScreen:
    assert isinstance(app.screen, HomeScreen)
    return app.screen


def seen(app: Playground) -> str:
    return app.screen.query_one(PreviewPanel).render().plain


def listed(app: Playground) -> list[str]:
    return [str(option.prompt).strip() for option in app.screen.query_one(RunList).options]


async def to_runs(pilot: Pilot[int], name: str = "") -> None:
    """The list of runs, the cursor on the one whose name holds ``name``."""
    app: Playground = pilot.app  # type: ignore[assignment]
    await until(pilot, lambda: home(app).runs is not None)
    await pilot.press("tab")
    for _ in range(20):
        chosen = app.screen.query_one(RunList).chosen
        if chosen is not None and name in chosen.path.name:
            break
        await pilot.press("down")
    await until(pilot, lambda: "reading" not in seen(app))


def notices(app: Playground) -> str:
    return "\n".join(str(notice.message) for notice in app._notifications)


@pytest.mark.sample(1)
@pytest.mark.parametrize("size", SIZES)
async def test_runs_are_listed_the_newest_first_with_their_state(
    app: Playground, size: tuple[int, int]
) -> None:
    folders.done(), folders.unfinished(), folders.failed(), folders.damaged()
    async with app.run_test(size=size) as pilot:
        await to_runs(pilot)
        names = [entry.path.name[11:19] for entry in app.screen.query_one(RunList)._shown]
        assert names == ["20260104", "20260103", "20260102", "20260101"]
        signs = [line[0] for line in listed(app) if "CNN" in line or "cnn" in line]
        assert signs == ["✗", "✗", "Ⅱ", "✓"]
        assert "damaged" in seen(app)
        assert "[2] runs (4)" in app.screen.query_one(Tabs).render().plain
        border = app.screen.query_one(RunList).border_subtitle
        assert border == "space marks, c compares", "at 80 columns the line of keys has no room"


async def test_home_is_there_before_the_runs_are(
    app: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_go_on = threading.Event()

    def slow(known: Overview) -> list[Shelved]:
        may_go_on.wait(SECONDS)
        return overview()

    monkeypatch.setattr(Overview, "look", slow)
    folders.done()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("down", "down")
        assert home(app)._list.chosen is not None
        assert home(app).runs is None
        await pilot.press("2")
        assert listed(app) == []
        may_go_on.set()
        await until(pilot, lambda: len(listed(app)) > 0)


async def test_a_listing_that_ends_after_a_later_one_is_dropped(
    app: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else runs would be listed that were deleted meanwhile, and no longer be chosen."""
    folders.done(), folders.failed()
    may_go_on, old = threading.Event(), threading.Event()
    delivered: list[int] = []

    def slow(known: Overview) -> list[Shelved]:
        found = overview()
        if not old.is_set():
            old.set()
            may_go_on.wait(SECONDS)
        return found

    def noted(screen: HomeScreen, runs: list[Shelved], number: int) -> None:
        delivered.append(len(runs))
        found(screen, runs, number)

    found = HomeScreen._found
    async with app.run_test(size=(120, 40)) as pilot:
        await to_runs(pilot)
        monkeypatch.setattr(Overview, "look", slow)
        monkeypatch.setattr(HomeScreen, "_found", noted)
        home(app).list_runs()
        await until(pilot, old.is_set)
        delete(runs_folder() / "cnn_digits-20260103-120000")
        app.changes._tell(runs_folder() / "cnn_digits-20260101-120000")
        await until(pilot, lambda: delivered == [1])
        may_go_on.set()
        await until(pilot, lambda: delivered == [1, 2])
        assert len(app.screen.query_one(RunList)._shown) == 1
        assert [run.path.name[11:19] for run in home(app).runs or []] == ["20260101"]


@pytest.mark.slow
async def test_a_thousand_runs_are_listed_and_filtered(app: Playground) -> None:
    first = folders.done()
    for number in range(MANY - 1):
        name = f"cnn_digits-2025{number % 12 + 1:02}{number % 28 + 1:02}-{number:06}"
        shutil.copytree(first, runs_folder() / name)
    started = time.thread_time()
    assert len(overview()) == MANY
    assert time.thread_time() - started < 10, "more than 10 ms of the processor a run"
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("down")
        assert home(app)._list.chosen is not None, "usable while they are looked at"
        await until(pilot, lambda: home(app).runs is not None)
        await pilot.press("tab", "slash", *"000123")
        assert len(app.screen.query_one(RunList)._shown) == 1


async def test_the_filter_knows_states(app: Playground) -> None:
    folders.done(), folders.failed()
    async with app.run_test(size=(120, 40)) as pilot:
        await to_runs(pilot)
        await pilot.press("slash", *"failed")
        assert [e.path.name for e in app.screen.query_one(RunList)._shown] == [
            "cnn_digits-20260103-120000"
        ]
        await pilot.press("escape")
        assert len(app.screen.query_one(RunList)._shown) == 2


async def test_the_preview_tells_scores_differences_and_curves(app: Playground) -> None:
    folders.done("cnn_digits-20260101-120000", "layers.0.filters=5", "training.epochs=3")
    async with app.run_test(size=(120, 40)) as pilot:
        await to_runs(pilot)
        await until(pilot, lambda: "layers[0].filters" in seen(app))
        said = seen(app)
        for text in ("done", "15 epochs in 7.50 s", "validation", "training.epochs  15 → 3",
                     "loss", "accuracy", "cnn_digits-20260101-120000"):  # fmt: skip
            assert text in said, said


async def test_enter_goes_on_with_what_is_unfinished_and_views_what_is_done(
    app: Playground,
) -> None:
    path = folders.unfinished()
    folders.done()
    async with app.run_test(size=(120, 40)) as pilot:
        await to_runs(pilot, "20260102")
        await pilot.press("enter")
        await until(pilot, lambda: bool(loads(app)))
        assert isinstance(app.screen, TrainScreen)
        assert loads(app)[-1].run == str(path)
        assert loads(app)[-1].paused
        assert app.screen.shown.epochs_done == 8, "what its log tells is there at once"
        await pilot.press("q")
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(app.screen, ViewScreen))


async def test_a_damaged_run_shows_why_and_nothing_happens_on_enter(app: Playground) -> None:
    folders.damaged()
    async with app.run_test(size=(80, 24)) as pilot:
        await to_runs(pilot)
        assert "damaged" in seen(app)
        for key in ("enter", "r", "m"):
            await pilot.press(key)
            assert isinstance(app.screen, HomeScreen)
        assert "damaged" in notices(app)


async def test_a_run_of_another_process_is_shown_as_such_and_opens_in_the_viewer(
    app: Playground,
) -> None:
    path = folders.unfinished()
    with RunFolder(path).locked():
        async with app.run_test(size=(120, 40)) as pilot:
            await to_runs(pilot)
            assert listed(app)[0] == RUNNING
            assert "running" in seen(app)
            await pilot.press("r")
            assert "being trained by another process" in notices(app)
            await pilot.press("d", "y")
            await until(pilot, lambda: notices(app).count("another process") >= 2)
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(app.screen, ViewScreen))
    assert path.exists()


@pytest.mark.sample(1)
@pytest.mark.parametrize(("key", "stays"), [("y", False), ("d", True), ("escape", True)])
async def test_deleting_asks_first(app: Playground, key: str, stays: bool) -> None:
    path = folders.done()
    async with app.run_test(size=(120, 40)) as pilot:
        await to_runs(pilot)
        await pilot.press("d")
        assert isinstance(app.screen, DeleteScreen)
        await pilot.press(key)
        await until(pilot, lambda: path.exists() is stays)
        if key == "d":
            assert isinstance(app.screen, DeleteScreen), "pressed twice by mistake"
            await pilot.press("c")
        await until(pilot, lambda: bool(listed(app)) is stays)


@pytest.mark.slow
async def test_m_trains_the_presets_modified_copy_as_a_run_of_its_own(app: Playground) -> None:
    path = folders.done()
    before = (path / "preset.toml").read_bytes()
    async with app.run_test(size=(120, 40)) as pilot:
        await to_runs(pilot)
        await pilot.press("m")
        await pilot.pause()
        assert isinstance(app.screen, EditScreen)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: bool(loads(app)))
        assert loads(app)[-1].run is None
    assert (path / "preset.toml").read_bytes() == before


@pytest.mark.slow
async def test_c_puts_curves_behind_the_next_training_and_the_one_on_the_screen(
    app: Playground,
) -> None:
    folders.done()
    async with app.run_test(size=(120, 40)) as pilot:
        await to_runs(pilot)
        await pilot.press("c")
        await until(pilot, lambda: app.runs.behind is not None)
        app.open(load_preset("cnn_digits"))
        await pilot.pause()
        assert isinstance(app.screen, TrainScreen)
        assert app.screen.previous is not None
        assert app.screen.previous.epochs_done == 15
        app.screen._put_behind(app.screen.shown)
        await pilot.press("c")
        await pilot.pause()
        await pilot.press("enter")
        await until(pilot, lambda: app.screen.previous.epochs_done == 15)  # type: ignore[attr-defined]


@pytest.mark.slow
@pytest.mark.parametrize("status", [0, 1])
async def test_exporting_runs_the_command_and_tells_its_last_line(
    app: Playground, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, status: int
) -> None:
    said: list[tuple[str, ...]] = []
    script = f"print('first'); print('tuidl: proved equal'); raise SystemExit({status})"

    def stub(*arguments: str) -> list[str]:
        said.append(arguments)
        return [sys.executable, "-c", script]

    monkeypatch.setattr(child_output, "command_line", stub)
    path = folders.done()
    async with app.run_test(size=(120, 40)) as pilot:
        await to_runs(pilot)
        await pilot.press("x", "n", "x", "enter")
        await pilot.pause()
        app.screen.query_one(Input).value = str(tmp_path / "there")
        await pilot.press("enter")
        await until(pilot, lambda: "proved equal" in notices(app))
        (notice,) = [one for one in app._notifications if "proved" in str(one.message)]
        assert notice.severity == ("error" if status else "information")
    out = str(tmp_path / "there")
    assert said == [("export", str(path), "--to", "onnx", "--out", out)]


async def test_predicting_shows_what_the_command_says_and_writes_it(
    app: Playground, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    said: list[tuple[str, ...]] = []

    def stub(*arguments: str) -> list[str]:
        said.append(arguments)
        return [sys.executable, "-c", "print('tuidl: row 1: cat')"]

    monkeypatch.setattr(child_output, "command_line", stub)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "new.csv").write_text("a,b\n1,2\n")
    path = folders.done()
    async with app.run_test(size=(80, 24)) as pilot:
        await to_runs(pilot)
        await pilot.press("p")
        await pilot.pause()
        app.screen.query_one(Input).value = "new.csv"
        await pilot.press("enter")
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, OutputScreen)
        await until(pilot, lambda: "row 1: cat" in str(screen.query_one("#output").render()))
        await pilot.press("w")
        await until(pilot, lambda: len(said) == 2)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
    table, out = str(tmp_path / "new.csv"), str(tmp_path / "new-predicted.csv")
    assert said == [
        ("predict", str(path), table), ("predict", str(path), table, "--out", out)
    ]  # fmt: skip


@pytest.mark.parametrize("key", ["p", "E"])
async def test_a_generator_is_neither_given_examples_nor_judged_by_them(
    app: Playground, key: str
) -> None:
    folders.kept_run("gan-20260101-120000", story.whole(), preset="gan_points")
    async with app.run_test(size=(80, 24)) as pilot:
        await to_runs(pilot)
        await pilot.press(key)
        await pilot.pause()
        assert isinstance(app.screen, HomeScreen)
        [notice] = app._notifications
        assert "tuidl generate gan-20260101-120000" in str(notice.message)


async def test_export_cannot_go_into_a_file_and_escape_cancels(
    app: Playground, tmp_path: Path
) -> None:
    folders.done()
    (tmp_path / "file").touch()
    async with app.run_test(size=(80, 24)) as pilot:
        await to_runs(pilot)
        await pilot.press("x", "enter")
        await pilot.pause()
        app.screen.query_one(Input).value = str(tmp_path / "file")
        await pilot.press("enter")
        assert not isinstance(app.screen, HomeScreen)
        await pilot.press("escape")
        assert isinstance(app.screen, HomeScreen)


async def test_the_command_palette_has_it_all(app: Playground) -> None:
    folders.done()
    async with app.run_test(size=(120, 40)) as pilot:
        names = {command.title for command in app.get_system_commands(app.screen)}
        assert "Delete the run" not in names
        await to_runs(pilot)
        names = {command.title for command in app.get_system_commands(app.screen)}
        assert names >= {"Resume the run", "View the run", "Compare", "Export the network",
                         "Start again", "Delete the run"}  # fmt: skip


async def test_no_runs_at_all_are_no_problem(app: Playground) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: home(app).runs == [])
        await pilot.press("2", "enter", "r", "v", "c", "x", "d", "m")
        assert isinstance(app.screen, HomeScreen)
        await pilot.press("1")
        await until(pilot, lambda: home(app)._list.chosen is not None)


@pytest.mark.slow
async def test_a_failed_run_goes_on_at_a_tenth_of_its_rate(app: Playground) -> None:
    path = folders.failed("run")
    async with app.run_test(size=(120, 40)) as pilot:
        app.open_run(path, load_preset("cnn_digits"))
        await until(pilot, lambda: bool(loads(app)))
        screen = app.screen
        assert isinstance(screen, TrainScreen)
        assert not screen.check_action("retry", ())
        for event in [*story.middle(), folders.FAILED]:
            app.session.handle(event)
        await pilot.pause()
        assert "a tenth of the rate, 0.0001" in notices(app)
        await pilot.press("t")
        await until(pilot, lambda: len(loads(app)) == 2)
        command = loads(app)[-1]
        assert (command.run, command.learning_rate) == (str(path), pytest.approx(1e-4))
        assert not command.paused


@pytest.mark.slow
async def test_a_run_that_is_not_kept_offers_no_such_thing(app: Playground) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        app.open(load_preset("cnn_digits"))
        await until(pilot, lambda: bool(loads(app)))
        for event in [*story.middle(), folders.FAILED]:
            app.session.handle(event)
        await pilot.press("t")
        assert len(loads(app)) == 1
        assert "tenth" not in notices(app)


@pytest.mark.slow
async def test_notices_are_told_before_the_run_begins(app: Playground) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        app.open(load_preset("cnn_digits"))
        await pilot.pause()
        app.session.handle(events.Notice(text="Runs are not kept: [disk] full"))
        await pilot.pause()
        assert "Runs are not kept: [disk] full" in notices(app)


@pytest.mark.slow
async def test_what_comes_again_after_resuming_is_drawn_once(app: Playground) -> None:
    path = folders.unfinished("run")
    async with app.run_test(size=(120, 40)) as pilot:
        app.open_run(path, load_preset("cnn_digits"))
        await until(pilot, lambda: bool(loads(app)))
        started = story.beginning()[0]
        assert isinstance(started, events.RunStarted)
        again = {name: getattr(started, name) for name in started.__struct_fields__}
        again["resumed"] = events.Place(epoch=6, step=0)
        for event in [events.RunStarted(**again), *map(story.epoch, (6, 7))]:
            app.session.handle(event)
        run = app.screen.shown  # type: ignore[attr-defined]
        assert [x for x, _ in run.history.series["train loss"].recent] == [1, 2, 3, 4, 5, 6, 7]


def test_deleting_leaves_alone_what_is_no_run(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(RunError, match="left alone"):
        delete(tmp_path)
    assert (tmp_path / "thesis.txt").exists()


def test_days_have_names(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(tmp_path))
    sections = []
    for number, when in enumerate(("2026-11-21", "2026-11-20", "2026-03-01", "2024-12-31")):
        path = folders.done(f"run-{number}")
        folders.began(path, f"{when}T12:00:00Z")
        (entry,) = RunEntries().of([glance(path)], date(2026, 11, 21))
        sections.append(entry.section)
    assert sections == ["Today", "Yesterday", "Sunday, 1 March", "Tuesday, 31 December 2024"]


@pytest.mark.parametrize("unicode", [True, False])
@pytest.mark.parametrize(
    "make", [folders.done, folders.unfinished, folders.failed, folders.damaged]
)
def test_previews_of_runs_fit_their_panel(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, make: Callable[[], Path], unicode: bool
) -> None:
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(tmp_path))
    preview = RunPreview.of(make())
    for width, height in ((44, 18), (44, 21), (70, 34), (150, 45), (20, 5)):
        lines = run_lines(preview, PALETTES["default"], width, height, unicode)
        assert len(lines) <= height
        assert all(len(line.plain) <= width for line in lines), (width, height)
        assert unicode or all(line.plain.isascii() for line in lines)


async def test_who_marks_runs_is_told_how_to_compare_them(app: Playground) -> None:
    folders.done(), folders.failed()
    async with app.run_test(size=(80, 24)) as pilot:
        await to_runs(pilot)
        await pilot.press("space", "space")
        assert "c compare " in app.screen.query_one(KeyLine).render().plain
