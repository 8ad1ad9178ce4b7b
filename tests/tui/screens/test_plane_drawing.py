"""What a key of the two-dimensional playground draws, and how looks come to be seen."""

from collections import Counter
from typing import Any

import pytest
from textual.events import Key
from textual.pilot import Pilot

from tests.tui.screens.test_playground import Engine, on_screen, words
from tuidl.protocol import commands
from tuidl.tui.terminal import plain_app
from tuidl.tui.widgets.plane_panels import NeuronBoard, PlaneMap, PlanePanel, Settings
from tuidl.worker.probes.answer import answer


def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each panel is drawn from now on."""
    found: Counter[str] = Counter()
    for panel in (Settings, NeuronBoard, PlaneMap):

        def draw_of(self: Any, *rest: Any, before: Any = panel.draw_of) -> Any:
            found[self.id] += 1
            return before(self, *rest)

        monkeypatch.setattr(panel, "draw_of", draw_of)
    return found


@pytest.mark.parametrize(
    ("keys", "drawn"),
    [
        ("right", {"settings"}), ("right " * 7 + "up", {"settings"}),  # the learning rate
        ("up", {"settings", "map"}), ("plus", {"settings", "board"}),
        ("a", {"settings", "map"}), ("v", {"map"}), ("z", {"map"}),
    ],
)  # fmt: skip
async def test_a_key_draws_only_panels_that_it_changes(
    monkeypatch: pytest.MonkeyPatch, keys: str, drawn: set[str]
) -> None:
    @on_screen()
    async def test(pilot: Pilot[Any], engine: Engine) -> None:
        engine.app.session.send = lambda command: None  # type: ignore[method-assign]
        found = counted(monkeypatch)
        await pilot.press(*keys.split())
        await pilot.pause(0.1)
        assert set(found) == drawn
        assert found["board"] <= 1
        assert found["map"] <= 1

    await test()


async def test_a_look_is_seen_whole_and_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, object]] = []

    @on_screen()
    async def test(pilot: Pilot[Any], engine: Engine) -> None:
        screen = engine.screen
        board, plane = screen.query_one(NeuronBoard), screen.query_one(PlaneMap)
        before = screen.scene.look

        def prepare_for(self: PlanePanel, scene: Any) -> None:
            seen.append((words(engine, "standing"), screen.scene.look))
            plain(self, scene)

        plain = PlanePanel.prepare_for
        monkeypatch.setattr(PlanePanel, "prepare_for", prepare_for)
        said = words(engine, "standing")
        found = counted(monkeypatch)
        engine.trainer.state.edit("optimizer.learning_rate", 0.5)
        engine.take(commands.Probe(id=0, kind="neurons", options=options(screen)))
        await pilot.pause(0.1)
        assert [look for _, look in seen] == [before, before]  # while its panels are drawn
        assert {text for text, _ in seen} == {said}
        assert screen.scene.look is not before
        assert found == {"board": 1, "map": 1}  # and not once more to be painted
        assert board._painted[0] is plane._painted[0] is screen.scene.look

    await test()


def options(screen: Any) -> dict[str, Any]:
    wide, high = screen.map_size
    return {"columns": 16, "rows": 16, "wide": wide, "high": 2 * high, "at": screen.scene.cursor}


async def test_a_look_of_a_run_that_began_anew_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    @on_screen()
    async def test(pilot: Pilot[Any], engine: Engine) -> None:
        screen = engine.screen
        screen.handle(answer(engine.trainer.state, commands.Probe(0, "neurons", options(screen))))
        screen.begin(type(screen.shown)())
        await pilot.pause(0.1)
        assert screen.scene.look is None

    await test()


async def test_a_key_that_came_while_a_panel_was_drawn_is_answered_before_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(plain_app, "ANSWERED_WITHIN", 0.5)

    @on_screen()
    async def test(pilot: Pilot[Any], engine: Engine) -> None:
        screen, order = engine.screen, []
        paint, prepare = Settings.render_line, PlanePanel.prepare_for

        def render_line(self: Settings, y: int) -> Any:
            order.append("settings")
            return paint(self, y)

        def prepare_for(self: PlanePanel, scene: Any) -> None:
            if not order:
                engine.app.post_message(Key("right", None))
            order.append(str(self.id))
            prepare(self, scene)

        monkeypatch.setattr(Settings, "render_line", render_line)
        monkeypatch.setattr(PlanePanel, "prepare_for", prepare_for)
        screen.handle(answer(engine.trainer.state, commands.Probe(0, "neurons", options(screen))))
        await pilot.pause(0.7)
        assert list(dict.fromkeys(order)) == ["map", "settings", "board"]

    await test()
