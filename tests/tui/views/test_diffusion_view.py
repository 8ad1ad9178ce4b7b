"""The steps back from noise: what keys do there."""

from pathlib import Path

import pytest

from tests.tui import answers
from tests.tui.quiet import quiet
from tests.tui.watched import Opened, Watched
from tuidl.tui.app import Playground
from tuidl.tui.views.diffusion import DiffusionView, StepsBack


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Playground:
    return quiet(monkeypatch, tmp_path)


async def opened(watched: Watched) -> StepsBack:
    await watched.press("2")
    await watched.answer("diffused", answers.diffused(), step=3)
    return watched.screen.query_one(StepsBack)


async def test_it_begins_with_the_points_and_names_its_keys(app: Playground) -> None:
    async with Opened(app, "diffusion_points") as watched:
        panel = await opened(watched)
        assert panel.border_title == "steps back from noise to points, after training step 120"
        assert "enter: play" in str(panel.border_subtitle)
        seen = watched.seen(StepsBack)
        assert "t = 0: all 50 steps back are done; dots: points of validation" in seen
        assert "to less noise" not in seen


async def test_arrows_go_through_the_steps_and_stop_at_both_ends(app: Playground) -> None:
    async with Opened(app, "diffusion_points") as watched:
        await opened(watched)
        await watched.press("right")
        assert "t = 0:" in watched.seen(StepsBack)
        await watched.press("left")
        assert "t = 25 of 50: 51.0% of the variance is noise" in watched.seen(StepsBack)
        assert "to less noise" in watched.seen(StepsBack)
        await watched.press("left", "left")
        assert "t = 50: noise alone" in watched.seen(StepsBack)
        await watched.press("end")
        assert "t = 0:" in watched.seen(StepsBack)
        await watched.press("home")
        assert "t = 50:" in watched.seen(StepsBack)


async def test_the_step_stays_when_another_answer_comes(app: Playground) -> None:
    async with Opened(app, "diffusion_points") as watched:
        await opened(watched)
        await watched.press("left")
        await watched.answer("diffused", answers.diffused(), step=4)
        assert "t = 25 of 50" in watched.seen(StepsBack)


@pytest.mark.slow
async def test_enter_plays_from_noise_to_the_points_and_a_key_stops_it(
    app: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tuidl.tui.views.diffusion.FRAMES_A_SECOND", 1e-4)  # only when asked
    async with Opened(app, "diffusion_points") as watched:
        panel = await opened(watched)
        view = watched.screen.query_one(DiffusionView)
        await watched.press("enter")
        assert (view.here, view.plays) == (0, True)
        assert "enter: stop" in panel.subtitle_now()
        view.go_on()
        assert view.here == 1
        view.go_on()
        assert (view.here, view.plays) == (2, False)
        await watched.press("enter", "left")
        assert not view.plays
        await watched.press("enter", "1")
        assert not view.plays
        assert "enter: play" in panel.subtitle_now()


@pytest.mark.slow
async def test_v_leaves_the_arrows_out(app: Playground) -> None:
    async with Opened(app, "diffusion_points") as watched:
        await opened(watched)
        await watched.press("left", "v")
        assert "to less noise" not in watched.seen(StepsBack)
        await watched.press("v")
        assert "to less noise" in watched.seen(StepsBack)


@pytest.mark.sample(1)
@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
async def test_the_small_picture_shows_the_points_at_the_end(
    app: Playground, size: tuple[int, int]
) -> None:
    async with Opened(app, "diffusion_points", size) as watched:
        await watched.answer("diffused", answers.diffused(), step=3)
        assert "t = 0" in "".join(
            chart.render().plain for chart in watched.screen.query("#picture").results()
        )  # type: ignore[attr-defined]
