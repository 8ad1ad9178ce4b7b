"""The picture of a generator: what keys and mouse do there."""

from pathlib import Path

import pytest

from tests.tui import answers
from tests.tui.quiet import quiet
from tests.tui.watched import Opened, Watched
from tuidl.data.point_cloud import PointCloud
from tuidl.preset.schema import Preset
from tuidl.protocol import commands
from tuidl.tui.app import Playground
from tuidl.tui.renderers.generated import place_at
from tuidl.tui.views.generated import GeneratedPoints


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Playground:
    return quiet(monkeypatch, tmp_path)


async def opened(watched: Watched) -> GeneratedPoints:
    await watched.press("2")
    await watched.answer("generated", answers.generated(), step=3)
    watched.sent.clear()
    return watched.screen.query_one(GeneratedPoints)


def sources(watched: Watched) -> list[PointCloud]:
    """Of the presets that the engine was asked to go on with."""
    changes = [one for one in watched.sent if isinstance(one, commands.Change)]
    return [Preset.parse(one.preset, "changed").data for one in changes]  # type: ignore[misc]


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


async def test_own_points_replace_the_shape_one_after_the_other(app: Playground) -> None:
    async with Opened(app, "gan_points") as watched:
        await opened(watched)
        await watched.press("a")
        assert not sources(watched)  # there is no cursor yet
        await watched.press("right", "up", "a", "left", "left", "a")
        first, second = sources(watched)
        assert (first.shape, len(first.put)) == ("own", 1)
        assert second.put[0] == first.put[0]
        assert second.put[1][0] < first.put[0][0]
        assert first.put[0] == (0.575, 0.65)
        await watched.press("x")
        assert sources(watched)[-1].put == first.put
        await watched.press("x")
        assert len(sources(watched)) == 3  # the last one stays


async def test_a_click_puts_a_point_there(app: Playground) -> None:
    async with Opened(app, "gan_points") as watched:
        panel = await opened(watched)
        size = panel.content_size
        await watched.pilot.click(GeneratedPoints, offset=(30, 12))
        await watched.pilot.pause()
        (source,) = sources(watched)
        place = place_at(answers.generated(), size.width, size.height, (28, 11))
        assert place is not None
        assert source.put[0] == pytest.approx(place, abs=1e-3)
        await watched.pilot.click(GeneratedPoints, offset=(1, 1))
        assert len(sources(watched)) == 1  # beside the plane


def test_the_corners_of_the_plane_are_found_from_cells() -> None:
    answer = answers.generated()
    inside = [(place_at(answer, 60, 20, (x, y)), x, y) for x in range(60) for y in range(20)]
    known = [(place, x, y) for place, x, y in inside if place is not None]
    xs, ys = [place[0] for place, _, _ in known], [place[1] for place, _, _ in known]
    assert min(xs) == pytest.approx(-1, abs=0.05)
    assert max(xs) == pytest.approx(2, abs=0.05)
    assert min(ys) == pytest.approx(-1, abs=0.15)
    assert max(ys) == pytest.approx(2, abs=0.15)
    assert known[0][0][1] > known[-1][0][1]  # from above
