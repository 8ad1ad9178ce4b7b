"""The picture of a generator: what keys and mouse do there."""

from pathlib import Path

import pytest

from tests.tui import answers
from tests.tui.quiet import quiet
from tests.tui.watched import Opened, Watched
from tuidl.charts.palette import DEFAULT
from tuidl.data.point_cloud import PointCloud
from tuidl.preset.schema import Preset
from tuidl.protocol import commands, events
from tuidl.tui.app import Playground
from tuidl.tui.renderers.generated import VARIANTS, place_of, points
from tuidl.tui.session.run import Phase
from tuidl.tui.views.generated import GeneratedPoints

RING = 8


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Playground:
    return quiet(monkeypatch, tmp_path)


async def opened(watched: Watched) -> GeneratedPoints:
    await watched.press("2")
    await watched.answer("generated", answers.generated(), step=3)
    watched.sent.clear()
    return watched.screen.query_one(GeneratedPoints)


async def test_it_names_its_step_and_its_keys(app: Playground) -> None:
    async with Opened(app, "gan_points") as watched:
        panel = await opened(watched)
        assert panel.border_title == "real and generated points after step 120"
        assert "d: step of discriminator" in str(panel.border_subtitle)
        assert "g: step of generator" in str(panel.border_subtitle)
        assert "distance 0.125 to validation, 3 of 8 clouds; map: judge 0.4 to 0.6" in watched.seen(
            GeneratedPoints
        )
        assert "gradient" in watched.seen(GeneratedPoints)
        assert "the generator's grid" in watched.seen(GeneratedPoints)


async def test_d_and_g_are_steps_of_one_network(app: Playground) -> None:
    async with Opened(app, "gan_points") as watched:
        await opened(watched)
        await watched.press("d", "g", "g")
        assert [one.objective for one in watched.sent if isinstance(one, commands.Turn)] == [
            "discriminator", "generator", "generator",
        ]  # fmt: skip


@pytest.mark.slow
async def test_v_shows_other_parts(app: Playground) -> None:
    async with Opened(app, "gan_points") as watched:
        await opened(watched)
        seen = [watched.seen(GeneratedPoints)]
        for _ in range(4):
            await watched.press("v")
            seen.append(watched.seen(GeneratedPoints))
        assert len(set(seen)) == 4
        assert seen[0] == seen[4]
        assert "the generator's grid" not in seen[1]
        assert "gradient" not in seen[3]


def changes(watched: Watched) -> list[PointCloud]:
    """The data of the presets that were sent."""
    sent = [Preset.parse(one.preset) for one in watched.sent if isinstance(one, commands.Change)]
    return [preset.data for preset in sent if isinstance(preset.data, PointCloud)]


async def test_clouds_are_put_and_taken_by_keys_also_before_the_engine_answers(
    app: Playground,
) -> None:
    async with Opened(app, "gan_points") as watched:
        panel = await opened(watched)
        await watched.press("right", "up", "a", "left", "a", "backspace", "right_square_bracket")
        ring = [list(one) for one in PointCloud().centres().round(2)]
        found = changes(watched)
        assert [len(one.put) for one in found] == [RING + 1, RING + 2, RING + 1, RING + 1]
        assert [list(one) for one in found[0].put[:RING]] == ring
        assert found[1].put[-1] not in found[2].put
        assert found[3].noise == 0.15
        assert panel.view.hand.cursor is not None
        await watched.handle(events.Refused(key=commands.PRESET, error="no"))
        await watched.press("a")
        assert len(changes(watched)[-1].put) == RING + 1, "what was refused does not count"


@pytest.mark.slow
async def test_a_click_puts_a_cloud_where_it_is(app: Playground) -> None:
    async with Opened(app, "gan_points") as watched:
        panel = await opened(watched)
        await watched.pilot.click(GeneratedPoints, offset=(panel.size.width // 2, 9))
        (found,) = changes(watched)
        x, y = found.put[-1]
        (low_x, low_y), (high_x, high_y) = answers.generated().low, answers.generated().high
        assert low_x < x < high_x  # type: ignore[operator]
        assert low_y < y < high_y  # type: ignore[operator]
        await watched.pilot.click(GeneratedPoints, offset=(1, 1))
        assert len(changes(watched)) == 1, "beside the plane nothing is put"


async def test_points_of_a_run_that_is_over_stay(app: Playground) -> None:
    async with Opened(app, "gan_points") as watched:
        panel = await opened(watched)
        panel.view.shown.phase = Phase.ENDED
        await watched.press("a", "backspace", "right_square_bracket")
        assert changes(watched) == []


def test_places_of_cells_are_those_that_are_drawn() -> None:
    shown = answers.generated()
    for size in ((40, 12), (80, 24)):
        for y in range(0, size[1], 3):
            for x in range(0, size[0], 13):
                place = place_of(shown, *size, x, y, True)
                if place is None:
                    continue
                before, after = (
                    points(shown, DEFAULT, *size, True, VARIANTS[3], cursor)
                    for cursor in (None, place)
                )
                assert before[y].plain[x] != after[y].plain[x] or after[y].plain[x] != " "
