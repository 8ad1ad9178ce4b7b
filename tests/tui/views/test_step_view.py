"""One step in slow motion: its phases, the step itself, and what comes in between."""

from pathlib import Path

import pytest

from tests.tui import answers
from tests.tui.quiet import quiet
from tests.tui.watched import Opened
from tuidl.protocol import commands, events
from tuidl.tui.app import Playground
from tuidl.tui.session.run import Phase
from tuidl.tui.views.step import Code, Numbers, StepView, Words


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Playground:
    return quiet(monkeypatch, tmp_path)


async def test_a_step_is_walked_through_and_then_done(app: Playground) -> None:
    async with Opened(app, "linear_regression") as watched:
        await watched.press("4")
        await watched.answer("walk", answers.step_trace())
        assert watched.asked == {}
        told = []
        for _ in range(4):
            told.append(watched.seen(Words).split()[0:2])
            await watched.press("n")
        assert len({tuple(words) for words in told}) == 4
        assert "take the step for real" in watched.seen(Numbers)
        assert "▸     weights = weights - 0.1 · g" in watched.seen(Code)
        assert not any(isinstance(command, commands.Step) for command in watched.sent)
        await watched.press("n")
        assert isinstance(watched.sent[-1], commands.Step)
        await watched.handle(events.Paused(epoch=1, step=1, steps=25, loss=0.5))
        assert set(watched.asked) == {"walk"}
        await watched.answer("walk", answers.step_trace(weight=1.525), step=1)
        assert "1.5 - 0.1 · (-0.25) = 1.525" in watched.seen(Numbers)
        await watched.press("n")
        assert "now 2" in watched.seen(Code)
        assert "#12" in watched.seen(Numbers)


async def test_going_back_and_stepping_past_the_walk(app: Playground) -> None:
    async with Opened(app, "linear_regression") as watched:
        await watched.press("4")
        await watched.answer("walk", answers.step_trace())
        await watched.press("n", "n", "p")
        view = watched.screen.query_one(StepView)
        assert view.phase == 1
        await watched.press("p", "p", "p")
        assert view.phase == 0
        await watched.press("s")
        await watched.handle(events.Paused(epoch=1, step=1, steps=25, loss=0.5))
        await watched.answer("walk", answers.step_trace(weight=9.0), step=1)
        assert view.trace is not None
        assert view.trace.update[0].values == [9.0]
        assert view.after is None


@pytest.mark.slow
async def test_opening_the_walk_pauses_and_space_goes_on(app: Playground) -> None:
    async with Opened(app, "linear_regression") as watched:
        await watched.press("space")
        await watched.handle(events.Resumed())
        await watched.press("4")
        assert isinstance(watched.sent[-1], commands.Pause)
        await watched.handle(events.Paused(epoch=1, step=9, steps=25, loss=0.5))
        await watched.answer("walk", answers.step_trace(), step=9)
        await watched.press("space")
        await watched.handle(events.Resumed())
        assert watched.screen.shown.phase is Phase.RUNNING
        assert "space pauses" in watched.seen(Numbers)
        assert watched.asked == {}


@pytest.mark.slow
async def test_a_run_that_is_over_has_no_step_left(app: Playground) -> None:
    async with Opened(app, "linear_regression") as watched:
        await watched.handle(events.RunEnded(
            reason="completed", epochs=15, seconds=1.0, train=None, validation=None, test=None,
            weights_sha256="",
        ))  # fmt: skip
        await watched.press("4")
        await watched.answer("walk", answers.step_trace())
        await watched.press("n", "n", "n", "n", "n")
        assert not any(isinstance(command, commands.Step) for command in watched.sent)
        assert "the run is over" in watched.seen(Numbers)
