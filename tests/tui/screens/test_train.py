"""The training screen: every key, what it shows of every state, and how it looks."""

import os
from pathlib import Path

import msgspec
import pytest
from textual.pilot import Pilot
from textual.widget import Widget

from tests.tui import answers, story
from tests.tui.quiet import loads, quiet
from tests.tui.waiting import until
from tests.tui.watched import show_frame
from tuidl.preset.library import load_preset
from tuidl.protocol import commands, events
from tuidl.tui.app import Playground
from tuidl.tui.screens.train import TrainScreen
from tuidl.tui.session.run import Phase
from tuidl.tui.widgets.status import Status

SIZES = [(80, 24), (120, 40), (200, 50)]
SNAPSHOTS = Path(__file__).parents[1] / "snapshots"


def screen_of(app: Playground) -> TrainScreen:
    assert isinstance(app.screen, TrainScreen)
    return app.screen


async def opened(pilot: Pilot[int], told: list[events.Event]) -> TrainScreen:
    """The training screen, once it has heard these events."""
    await until(pilot, lambda: loads(pilot.app))  # type: ignore[arg-type]
    screen = screen_of(pilot.app)  # type: ignore[arg-type]
    for event in told:
        pilot.app.session.handle(event)  # type: ignore[attr-defined]
    show_frame(pilot.app)  # type: ignore[arg-type]
    await pilot.pause(0.25)
    return screen


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Playground:
    return quiet(monkeypatch, tmp_path, preset=load_preset("cnn_digits"))


def sent(app: Playground, kind: type[commands.Command]) -> list[commands.Command]:
    return [command for command in app.sent if isinstance(command, kind)]  # type: ignore[attr-defined]


async def test_keys_become_commands(app: Playground) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot, story.beginning())
        assert screen.shown.phase is Phase.PAUSED
        await pilot.press("space")
        assert sent(app, commands.Resume)
        screen.handle(events.Resumed())
        await pilot.press("space")
        assert sent(app, commands.Pause)
        await pilot.press("s", "e")
        assert sent(app, commands.Step) == [commands.Step()]
        assert sent(app, commands.Epoch) == [commands.Epoch()]
        await pilot.press("plus", "minus")
        factors = [command.factor for command in sent(app, commands.Scale)]
        assert factors == pytest.approx([1.25, 0.8])


@pytest.mark.parametrize("start", [False, True])
async def test_it_trains_at_once_if_asked_to(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, start: bool
) -> None:
    app = quiet(monkeypatch, tmp_path, preset=load_preset("cnn_digits"), start=start)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: loads(app))
        assert [load.paused for load in loads(app)] == [not start]


async def test_a_short_run_is_slowed_down_until_told_otherwise(app: Playground) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot, story.beginning())
        assert sent(app, commands.Pace)[-1].steps_per_second == pytest.approx(15 * 45 / 8)
        await pilot.press("f")
        assert sent(app, commands.Pace)[-1].steps_per_second is None
        await pilot.press("less_than_sign")
        assert sent(app, commands.Pace)[-1].steps_per_second == 1024
        await pilot.press("greater_than_sign")
        assert screen.pace is None


async def test_reset_keeps_the_seed_and_a_new_seed_does_not(app: Playground) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, story.middle())
        await pilot.press("r")
        await pilot.press("R")
        seeds = [load.preset.count("seed = 8") for load in loads(app)]
        assert seeds == [0, 0, 1]


async def test_the_run_before_stays_behind_the_curves(app: Playground) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot, story.whole())
        first = screen.shown
        await pilot.press("space")
        assert loads(app)[-1].paused is False
        assert screen.previous is first
        late = events.Progress(epoch=1, step=1, steps=45, loss=9.0, examples_per_second=1.0,
                               learning_rate=0.1)  # fmt: skip
        app.session.handle(late)
        assert screen.shown.loss is None, "what the run before still says is not the new one's"
        for event in story.beginning():
            app.session.handle(event)
        assert screen.shown.phase is Phase.PAUSED


async def test_an_epoch_is_taken_in_without_a_search_for_widgets(
    app: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Searching took 0.4 ms, and thousands of epochs may come in a second."""
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, story.beginning())
        searches: list[object] = []
        monkeypatch.setattr(TrainScreen, "query", lambda *wanted: searches.append(wanted))
        app.session.handle(story.epoch(1))
        assert not searches
        monkeypatch.undo()


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("key", "stops", "stays"), [("k", 1, True), ("l", 1, False), ("c", 0, True)]
)
async def test_leaving_asks_what_becomes_of_the_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, key: str, stops: int, stays: bool
) -> None:
    app = quiet(monkeypatch, tmp_path, preset=load_preset("cnn_digits"))
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, story.middle())
        await pilot.press("q")
        await pilot.pause()
        await pilot.press(key)
        await pilot.pause()
        assert len(sent(app, commands.Stop)) == stops
        assert isinstance(app.screen, TrainScreen) is stays


@pytest.mark.slow
async def test_events_may_come_while_the_screen_is_taken_down(app: Playground) -> None:
    answer = events.ProbeAnswer(
        id=1, kind="layers", epoch=1, step=1, answer=answers.layers(), seconds=0.0
    )
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot, story.beginning())
        await screen.query("*").remove()
        for event in (answer, events.Resumed(), events.RunFailed(error="no", where={})):
            screen.handle(event)
        assert screen.shown.phase is Phase.FAILED


async def test_events_may_come_while_the_app_is_taken_down(
    app: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At any moment of it, when some widgets are gone and others are not."""
    heard: list[bool] = []
    paused = events.Paused(epoch=1, step=3, steps=45, loss=1.0)

    def hear(widget: Widget) -> None:
        app.session.handle(paused)
        heard.append(app.is_running)

    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, [*story.beginning(), paused])
        for kind in {type(widget) for widget in app.screen.walk_children(Widget)}:
            monkeypatch.setattr(kind, "on_unmount", hear, raising=False)
    assert heard
    assert not any(heard)


async def test_an_engine_that_dies_is_told_of(app: Playground) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot, story.middle())
        app.session._engine_ended(-9)
        await pilot.pause(0.2)
        assert screen.shown.phase is Phase.LOST
        assert "signal 9" in screen.query_one(Status).render().plain
        await pilot.press("space")
        assert loads(app)[-1].paused is True


async def test_a_failure_and_a_refusal_are_told_of(app: Playground) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot, story.middle())
        screen.handle(events.RunFailed(error="the loss is nan at epoch 9", where={}))
        await pilot.pause(0.2)
        assert screen.shown.phase is Phase.FAILED
        assert "the loss is nan" in screen.query_one(Status).render().plain


@pytest.mark.slow
async def test_a_terminal_that_is_too_small_is_told_so(app: Playground) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, story.middle())
        await pilot.resize_terminal(60, 20)
        await pilot.pause(0.1)
        assert type(app.screen).__name__ == "TooSmallScreen"
        await pilot.resize_terminal(80, 24)
        await pilot.pause(0.1)
        assert isinstance(app.screen, TrainScreen)


@pytest.mark.sample(1)
@pytest.mark.parametrize("key", ["question_mark", "f1"])
async def test_help_explains_the_focused_panel(app: Playground, key: str) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, story.middle())
        await pilot.press(key)
        await pilot.pause(0.1)
        text = str(app.screen.query_one("#lines").render())
        assert "One number for how wrong the network is" in text
        await pilot.press("k")
        assert "learning rate, live" in str(app.screen.query_one("#lines").render())
        await pilot.press("slash", *"dropout", "enter")
        await pilot.pause(0.1)
        assert "dropout" in str(app.screen.query_one("#lines").render()).lower()
        await pilot.press("escape")
        assert isinstance(app.screen, TrainScreen)


@pytest.mark.slow
async def test_the_theme_is_remembered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from tuidl.tui.state import State

    app = quiet(monkeypatch, tmp_path, preset=load_preset("cnn_digits"))
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, story.middle())
        app.theme = "color-blind"
        await pilot.pause()
        assert app.palette_name == "color-blind"
    assert State.load().theme == "color-blind"


def test_a_damaged_state_counts_as_none(tmp_path: Path) -> None:
    from tuidl.tui.state import FILE, State

    (tmp_path / FILE).write_bytes(b"\x00{")
    assert State.load(tmp_path) == State()
    state = State()
    for number in range(20):
        state.opened(f"{number}.toml")
    state.opened("5.toml")
    state.save(tmp_path)
    again = State.load(tmp_path)
    assert msgspec.to_builtins(again) == msgspec.to_builtins(state)
    assert (len(again.recent), again.recent[0]) == (10, "5.toml")


@pytest.mark.sample(2)
@pytest.mark.parametrize("unicode", [True, False], ids=["unicode", "ascii"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_screen_looks_as_it_did(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, size: tuple[int, int], unicode: bool
) -> None:
    """Compared as text; set UPDATE_SNAPSHOTS=1 to accept how it looks now."""
    app = quiet(monkeypatch, tmp_path, preset=load_preset("cnn_digits"), unicode=unicode)
    async with app.run_test(size=size) as pilot:
        await opened(pilot, [*story.middle(), *story.answers()])
        app.cost = 0.0
        await pilot.pause(0.3)
        lines = [
            "".join(segment.text for segment in strip).rstrip()
            for strip in app.screen._compositor.render_strips()
        ]
    text = "\n".join(lines) + "\n"
    file = SNAPSHOTS / f"train-{size[0]}x{size[1]}-{'unicode' if unicode else 'ascii'}.txt"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")
    if not unicode:
        body = "\n".join(lines[:-1])  # the footer is Textual's own
        assert body.isascii(), sorted({c for c in body if not c.isascii()})
