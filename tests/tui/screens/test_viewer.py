"""The viewer: logs of any program and our own, every key, at every size."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.tui import folders
from tests.tui.pseudo_terminal import Terminal
from tests.tui.quiet import loads, quiet
from tests.tui.waiting import until
from tuidl.charts.window import Window
from tuidl.logs.log import Log
from tuidl.logs.source import StreamSource, source_of, source_of_run
from tuidl.tui.app import Playground
from tuidl.tui.screens.help import HelpScreen
from tuidl.tui.screens.train import TrainScreen
from tuidl.tui.screens.viewer import ViewScreen
from tuidl.tui.widgets.heading import Heading
from tuidl.tui.widgets.measures import MeasureChart, MeasureList

SIZES = [(80, 24), (120, 40), (200, 50)]


def foreign(path: Path, steps: int = 50) -> Path:
    """What another program may write."""
    lines = [
        {"step": s, "train_loss": 2 / (s + 1), "val_loss": 3 / (s + 1), "acc": s / steps, "lr": 0.1}
        for s in range(steps)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines) + "oops\n")
    return path


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Playground:
    source = source_of(foreign(tmp_path / "log.jsonl"))
    return quiet(monkeypatch, tmp_path, view=source)


def view_of(app: Playground) -> ViewScreen:
    assert isinstance(app.screen, ViewScreen)
    return app.screen


async def read(pilot: Pilot[int]) -> ViewScreen:
    """The viewer, once it has read all that is there."""
    app: Playground = pilot.app  # type: ignore[assignment]
    states = ("following", "completed", "unfinished")
    await until(pilot, lambda: any(state in texts(app) for state in states))
    return view_of(app)


def texts(app: Playground) -> str:
    """All that the viewer says."""
    screen = app.screen
    panels = [*screen.query(Heading), *screen.query(MeasureList), *screen.query(MeasureChart)]
    return "\n".join(panel.render().plain for panel in panels if panel.display)  # type: ignore[attr-defined]


def shown(app: Playground) -> list[str]:
    """The measures whose charts are seen."""
    return [chart.name_shown for chart in app.screen.query(MeasureChart) if chart.display]


@pytest.mark.sample(1)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("unicode", [True, False])
async def test_every_number_of_a_foreign_log_is_drawn(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, size: tuple[int, int], unicode: bool
) -> None:
    source = source_of(foreign(tmp_path / "log.jsonl"))
    app = quiet(monkeypatch, tmp_path, view=source, unicode=unicode)
    async with app.run_test(size=size) as pilot:
        await read(pilot)
        said = texts(app)
        assert "log.jsonl  51 lines" in said
        assert "1 line was no JSON" in said
        for value in ("0.0400", "0.0600", "0.980", "0.100"):
            assert value in said
        assert shown(app)[0] == "loss"
        assert unicode or said.isascii()


async def test_up_and_down_choose_and_turn_the_page(app: Playground) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await read(pilot)
        assert shown(app) == ["loss", "acc"]
        await pilot.press("down", "down")
        assert shown(app) == ["lr"]
        assert screen.query_one(MeasureList).border_subtitle == "chart 3 of 3"
        await pilot.press("tab")
        assert shown(app) == ["loss", "acc"]
        await pilot.press("up")
        assert shown(app) == ["lr"]


async def test_the_cursor_shows_exact_values_in_all_charts(app: Playground) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await read(pilot)
        await pilot.press("left", "left", "shift+left")
        assert screen.shown.cursor == ("step", 38.0)
        assert "at step 38" in str(screen.query_one(MeasureList).border_title)
        assert f"{2 / 39:.5g}" in texts(app)
        assert texts(app).count("step 38") == 3, "in each chart"
        await pilot.press("home")
        assert screen.shown.cursor == ("step", 0.0)
        await pilot.press("right")
        assert screen.shown.cursor == ("step", 1.0)
        await pilot.press("end")
        assert screen.shown.cursor == ("step", 49.0)
        await pilot.press("escape")
        assert screen.shown.cursor is None


async def test_enter_enlarges_and_l_is_for_the_chosen_chart(app: Playground) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await read(pilot)
        await pilot.press("down", "enter")
        assert shown(app) == ["acc"]
        await pilot.press("l")
        assert screen.shown.windows["acc"].log
        await pilot.press("l", "z", "escape")
        assert screen.shown.windows["acc"] == Window(log=False, last=1 / 3)
        assert len(shown(app)) == 3


async def test_a_click_chooses_a_measure_or_places_the_cursor(app: Playground) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await read(pilot)
        await pilot.click(MeasureList, offset=(6, 5))
        assert screen.shown.chosen == 1
        chart = next(chart for chart in screen.query(MeasureChart) if chart.display)
        await pilot.click(chart, offset=(40, 5))
        assert screen.shown.chosen == 0
        assert screen.shown.cursor is not None
        assert 0 < screen.shown.cursor[1] < 49


async def test_help_explains_the_measure_and_has_the_viewers_keys(app: Playground) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await read(pilot)
        await pilot.press("question_mark")
        assert isinstance(app.screen, HelpScreen)
        await pilot.press("k")
        assert "cursor: exact values" in app.screen.query_one("#lines").render().plain  # type: ignore[attr-defined]
        await pilot.press("escape", "down", "question_mark")
        await pilot.press("escape", "q")
    assert app.return_code == 0


async def test_a_log_that_grows_is_followed(app: Playground, tmp_path: Path) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await read(pilot)
        with (tmp_path / "log.jsonl").open("a") as file:
            file.write('{"step": 50, "train_loss": 7.5, "new": 3}\n')
        await until(pilot, lambda: "7.5000" in texts(app) and "new" in texts(app))


async def test_all_is_read_is_said_with_all_of_the_log_alone(
    app: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However late the reading ends; a run that has ended was called unfinished for a moment."""
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await read(pilot)
        follower, log = screen._follower, screen._follower.log

        def read_meanwhile() -> Log:
            found = log()
            follower.state = "following"
            return found

        monkeypatch.setattr(follower, "log", read_meanwhile)
        follower.state = "reading"
        for state in ("reading", "following"):
            follower.version += 1
            while screen._seen != follower.version:
                screen._look()
            assert state in texts(app)


async def test_our_own_run_says_what_it_is_and_goes_on_with_r(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = quiet(monkeypatch, tmp_path)
    path = folders.unfinished()
    async with app.run_test(size=(120, 40)) as pilot:
        app.view(source_of_run(path))
        await read(pilot)
        assert "13,706 parameters" in texts(app)
        assert "unfinished, r resumes it" in texts(app)
        await pilot.press("r")
        await until(pilot, lambda: loads(app))
        assert isinstance(app.screen, TrainScreen)
        assert loads(app)[-1].run == str(path)
        assert loads(app)[-1].paused


async def test_a_run_that_ended_shows_its_scores_and_cannot_go_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = quiet(monkeypatch, tmp_path)
    path = folders.done()
    async with app.run_test(size=(120, 40)) as pilot:
        app.view(source_of_run(path))
        await read(pilot)
        assert "completed  a preset" in texts(app) or "completed  CNN digits" in texts(app)
        assert "validation loss" in texts(app)
        await pilot.press("r")
        assert isinstance(app.screen, ViewScreen)
        assert "came to its end" in str(list(app._notifications)[-1].message)


async def test_another_run_stands_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    app = quiet(monkeypatch, tmp_path)
    path, other = folders.done(), folders.done("cnn_digits-20250505-101010")
    async with app.run_test(size=(120, 40)) as pilot:
        app.view(source_of_run(path))
        screen = await read(pilot)
        await pilot.press("c")
        await pilot.pause()
        await pilot.press("enter")
        await until(pilot, lambda: bool(screen.shown.behind))
        assert {curve.name for curve in screen.shown.behind.values()} == {other.name}
        assert ("epoch", "loss") in screen.shown.behind
        await pilot.press("escape")
        assert screen.shown.behind == {}


async def test_what_turns_out_to_be_no_log_ends_with_a_message(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"hello\nworld\n")
    os.close(writing)
    app = quiet(monkeypatch, tmp_path, view=StreamSource("stdin", reading))
    async with app.run_test(size=(80, 24)) as pilot:
        for _ in range(9000):
            if app.return_code == 2:
                break
            await pilot.pause(0.02)
    assert app.return_code == 2


async def test_the_viewer_starts_no_engine(app: Playground) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await read(pilot)
        assert app.sent == []  # type: ignore[attr-defined]


@pytest.fixture
def piped(tmp_path: Path) -> Iterator[tuple[Terminal, int]]:
    reading, writing = os.pipe()
    os.set_inheritable(reading, True)
    with Terminal("view", "-", home=tmp_path, stdin=reading) as terminal:
        os.close(reading)
        yield terminal, writing


@pytest.mark.slow
def test_a_pipe_is_viewed_with_keys_from_the_terminal(piped: tuple[Terminal, int]) -> None:
    terminal, writing = piped
    os.write(writing, b'{"step": 1, "loss": 4.25}\n{"step": 2, "loss": 3.125}\n')
    terminal.until("2 lines")
    os.write(writing, b'{"step": 3, "loss": 2.0625}\n')
    terminal.until("2.0625")
    os.close(writing)
    terminal.until("ended")
    terminal.press("q")
    assert terminal.ended() == 0
    assert terminal.is_as_before


def test_garbage_in_a_pipe_ends_with_2_and_a_message(piped: tuple[Terminal, int]) -> None:
    terminal, writing = piped
    os.write(writing, b"\x00\x01\x02\n" * 100)
    assert terminal.ended() == 2
    assert terminal.said("no UTF-8 text")
    assert terminal.is_as_before
    os.close(writing)
