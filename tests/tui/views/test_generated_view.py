"""The picture of a generator: what keys and mouse do there."""

from pathlib import Path

import pytest

from tests.tui import answers
from tests.tui.quiet import quiet
from tests.tui.watched import Opened, Watched
from tuidl.protocol import commands
from tuidl.tui.app import Playground
from tuidl.tui.views.generated import GeneratedPoints


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
