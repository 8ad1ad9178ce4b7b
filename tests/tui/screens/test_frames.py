"""Frames: when they are asked for, and that all panels show the same one."""

import asyncio
from pathlib import Path

import pytest

from tests.tui import story
from tests.tui.quiet import quiet
from tests.tui.screens.seen import Seen
from tests.tui.screens.test_train import opened, sent
from tests.tui.waiting import text_of
from tests.tui.watched import show_frame
from tuidl.preset.library import load_preset
from tuidl.protocol import commands, events
from tuidl.tui.app import Playground
from tuidl.tui.session import prober
from tuidl.tui.views.examples import ExamplesView, Matrix
from tuidl.tui.widgets.chart import Chart
from tuidl.tui.widgets.picture import Picture
from tuidl.tui.widgets.status import Status


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Playground:
    return quiet(monkeypatch, tmp_path, preset=load_preset("cnn_digits"))


async def test_a_frame_is_asked_for_what_is_seen_and_only_for_news(
    app: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(app.session.engine), "is_alive", True)
    monkeypatch.setattr(prober, "FASTEST", 0.0)
    monkeypatch.setattr(prober, "AT_REST", 0.0)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, story.middle())
        show_frame(app)
        app.sent.clear()  # type: ignore[attr-defined]
        for _ in range(3):
            app.session.ask()
        (look,) = sent(app, commands.Look)
        assert {kind for kind, _ in look.probes} == {"predictions", "layers"}
        show_frame(app)
        app.session.ask()
        assert len(sent(app, commands.Look)) == 2, "while it trains, one after the other"
        app.session.handle(events.Paused(epoch=9, step=20, steps=45, loss=0.2))
        app.sent.clear()  # type: ignore[attr-defined]
        for _ in range(8):
            show_frame(app)
            app.session.ask()
        assert len(sent(app, commands.Look)) == 1, "once: nothing moves while it is paused"


async def test_where_looking_inside_is_dear_panels_keep_answers_of_the_same_epoch(
    app: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(app.session.engine), "is_alive", True)
    monkeypatch.setattr(prober, "FASTEST", 0.0)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot, story.middle())
        app.session.ask()
        for answer in story.answers():
            app.session.handle(answer)
        app.session.handle(events.Frame(id=1, epoch=9, step=20, steps=45, cost=1000.0))
        screen.finish_frame()
        app.session.ask()
        assert sent(app, commands.Look)[-1].probes == ()
        app.session.handle(events.Frame(id=2, epoch=9, step=30, steps=45))
        screen.finish_frame()
        assert "step 30/45" in screen.query_one(Status).render().plain
        assert str(screen.query_one(Picture).border_subtitle) == "stale: as of epoch 9, step 20"
        app.session.handle(story.epoch(9))
        app.session.handle(events.Progress(epoch=10, step=1, steps=45, loss=0.1,
                                           examples_per_second=1.0, learning_rate=0.1))  # fmt: skip
        app.sent.clear()  # type: ignore[attr-defined]
        app.session.ask()
        assert not sent(app, commands.Look), "the header would be an epoch ahead of the panels"


async def test_a_frame_that_comes_between_a_key_and_its_painting_is_on_all_panels_at_once(
    app: Playground,
) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot, story.middle())
        await pilot.press("2")
        frame(app, 30)
        screen.finish_frame()
        await pilot.pause(0.1)
        for step in (31, 32, 33):
            for panel in screen.query("ExamplesView Chart").results(Chart):
                panel.changed()  # as a key does; it is painted later
            frame(app, step)
            text_of(app)
            check(app)


@pytest.mark.sample(1)
@pytest.mark.parametrize("turns", range(0, 8, 2))
async def test_all_panels_show_one_frame_at_every_turn_of_the_loop_after_a_key(
    app: Playground, turns: int
) -> None:
    """Where the examples have no room, ``v`` shows the matrix in the place of the closer look."""
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, story.middle())
        await pilot.press("2")
        frame(app, 30)
        await pilot.pause(0.1)
        for step in (31, 32):
            screen.query_one(ExamplesView).action_turn()
            await turn(turns)
            frame(app, step)
            for _ in range(12):
                await turn(1)
                check(app)
            screen.finish_frame()
            check(app)
            assert screen.frame.step == step
            assert screen.query_one(Matrix).display is (step == 31)


async def turn(times: int) -> None:
    for _ in range(times):
        await asyncio.sleep(0)


def check(app: Playground) -> None:
    seen = Seen.of(text_of(app))
    assert seen is not None
    assert seen.moments == {f"epoch 9, step {seen.step}"}, seen.text


def frame(app: Playground, step: int) -> None:
    """The answers of a step, and the frame that they belong to, which is not drawn yet."""
    for answer in story.answers():
        app.session.handle(answer)
    app.session.handle(events.Frame(id=1, epoch=9, step=step, steps=45))
