"""The playground: what keys and clicks change is on the screen at once and in the engine next."""

import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.events import Key
from textual.pilot import Pilot

from tests.plane.drawn import drawn_state
from tests.tui.waiting import until
from tuidl.data.plane_points import MOST_PUT
from tuidl.glossary import concept
from tuidl.plane.presets import preset_of
from tuidl.plane.state import PlaneState
from tuidl.protocol import commands, events
from tuidl.training.changing import changed
from tuidl.training.interruption import Interrupter
from tuidl.training.trainer import Trainer
from tuidl.tui.app import Playground
from tuidl.tui.playground.settings import shown_settings
from tuidl.tui.screens.playground import PlaygroundScreen
from tuidl.tui.session.run import Phase
from tuidl.tui.widgets.plane_line import PlaneLine
from tuidl.tui.widgets.plane_panels import PlanePanel, Settings
from tuidl.worker.probes.answer import answer

LINE = "2d:circles:points=50"


class Engine:
    """What an engine process does with the screen's commands, in this process."""

    def __init__(self, app: Playground) -> None:
        self.app, self.trainer = app, Trainer(app_preset(), interrupter=Interrupter())
        self.changes = 0
        app.session.send = self.take  # type: ignore[method-assign]

    def start(self) -> None:
        screen = self.screen
        screen.session.load = self.load  # type: ignore[method-assign]
        self.load(screen.preset)

    def load(self, preset: Any, paused: bool = True, **options: Any) -> None:
        self.trainer = Trainer(preset, interrupter=Interrupter())
        screen = self.screen
        screen.preset = preset
        screen.begin(type(screen.shown)())
        screen.handle(next(self.trainer.run()))
        screen.handle(events.Paused(epoch=1, step=0, steps=self.trainer.state.steps, loss=None))

    @property
    def screen(self) -> PlaygroundScreen:
        screen = self.app.screen
        assert isinstance(screen, PlaygroundScreen)
        return screen

    def take(self, command: commands.Command) -> None:
        state = self.trainer.state
        if isinstance(command, commands.Change):
            self.changes += 1
            for event in changed(state, command.preset):
                self.app.call_later(self.screen.handle, event)
        elif isinstance(command, commands.Set):
            self.app.call_later(self.screen.handle, state.edit(command.key, command.value))
        elif isinstance(command, commands.Probe):
            self.app.call_later(self.screen.handle, answer(state, command))


def app_preset():  # type: ignore[no-untyped-def]
    return preset_of(PlaneState.parse(LINE))


def on_screen(
    size: tuple[int, int] = (80, 24),
) -> Callable[[Callable[[Pilot[Any], Engine], Awaitable[None]]], Callable[[], Awaitable[None]]]:
    """A test of the screen with an engine in this process."""

    def decorate(
        test: Callable[[Pilot[Any], Engine], Awaitable[None]],
    ) -> Callable[[], Awaitable[None]]:
        async def run() -> None:
            app = Playground(preset=None)
            app.session.start = nothing  # type: ignore[method-assign, assignment]
            async with app.run_test(size=size) as pilot:
                engine = Engine(app)
                app.session.load = lambda *a, **k: None  # type: ignore[method-assign]
                app.open(app_preset())
                await pilot.pause()
                engine.start()
                await settled(pilot, engine)
                await test(pilot, engine)

        run.__name__ = test.__name__  # type: ignore[attr-defined]
        return run

    return decorate


async def nothing() -> None:
    """No engine process."""


async def settled(pilot: Pilot[Any], engine: Engine) -> None:
    """Until the screen shows the network that the engine has."""
    await pilot.pause()
    await until(pilot, lambda: not engine.screen.scene.is_behind)


def words(engine: Engine, name: str) -> str:
    return " ".join(text for text, _ in engine.screen.query_one(f"#{name}", PlaneLine).parts)


@on_screen()
async def test_keys_change_network_and_data(pilot: Pilot[Any], engine: Engine) -> None:
    for key, line in (
        ("plus", "2d:circles:points=50:net=4-3"),
        ("right_square_bracket", "2d:circles:points=50:net=4-3-3"),
        ("6", "2d:circles:points=50:in=x,y,sinx:net=4-3-3"),
        ("left_square_bracket", "2d:circles:points=50:in=x,y,sinx:net=4-3"),
        ("up", "2d:spiral:points=50:in=x,y,sinx:net=4-3"),
        ("b", "2d:spiral:points=50:put=B+0+0:in=x,y,sinx:net=4-3"),
        ("x", "2d:spiral:points=50:in=x,y,sinx:net=4-3"),
        ("d", "2d:spiral:points=50:draw=1:in=x,y,sinx:net=4-3"),
    ):
        await pilot.press(key)
        assert engine.screen.scene.state.line() == line
        await settled(pilot, engine)
        assert engine.trainer.state.preset.about == line
    assert words(engine, "standing").endswith(line)
    assert engine.changes == 8


@on_screen()
async def test_a_key_that_can_change_nothing_says_why(pilot: Pilot[Any], engine: Engine) -> None:
    screen = engine.screen
    for line, keys, said in (
        ("2d:circles:net=8", ["plus"], "layer 1 has 8 neurons, the most"),
        ("2d:circles:net=8-1", ["minus"], "layer 2 keeps its last neuron"),
        ("2d:circles:net=2-2-2-2-2-2", ["right_square_bracket"], "6 hidden layers are the most"),
        ("2d:circles:net=none", ["left_square_bracket"], "no hidden layer left"),
        ("2d:circles:in=y", ["2"], "y is the only input"),
        ("2d:circles:noise=0", ["right", "down"], "noise 0 is the lowest"),
        ("2d:circles:points=5000", ["right", "right", "up"], "points 5000 is the highest"),
        ("2d:circles", ["x"], "no point was put by hand"),
        ("2d:circles:put=A+5+5", ["x"], "no point put by hand is within"),
        (f"2d:own:put={'A+5+5' * MOST_PUT}", ["b"], f"{MOST_PUT} points put by hand are the most"),
        ("2d:own:put=A+5+5B-5-5", ["d"], "there are no others to draw"),
        ("2d:circles", ["w"], "select a neuron first"),
        ("2d:circles", ["tab", "full_stop", "shift+tab"], "w chooses a weight"),
    ):
        screen.scene.state = screen._in_force = PlaneState.parse(line)
        screen.scene.setting, screen.scene.selected = 0, None
        engine.load(preset_of(screen.scene.state))
        await settled(pilot, engine)
        heard = []
        for key in keys:
            await pilot.press(key)
            heard.append(words(engine, "readout"))
        assert any(said in text for text in heard), (line, heard)
        assert screen.scene.state.line() == line
    await pilot.press("left")
    assert "w chooses" not in words(engine, "readout"), "the next key takes the words away"


@on_screen()
async def test_a_key_while_a_look_is_drawn_adds_to_the_one_before(
    pilot: Pilot[Any], engine: Engine
) -> None:
    kernel = engine.trainer.model.parameters["hidden_1.kernel"]
    await pilot.press("tab", "w", "w")
    before = float(kernel[1, 0])
    pressed: list[float] = []

    async def turn_for_keys(app: object) -> None:
        if not pressed:
            pressed.append(float(kernel[1, 0]))
            engine.screen.action_change_weight(1)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tuidl.tui.screens.plane_run.turn_for_keys", turn_for_keys)
        await pilot.press("full_stop")
        await until(pilot, lambda: pressed)
        await pilot.pause()
    assert pressed == [pytest.approx(before + 0.1, abs=1e-3)]
    assert float(kernel[1, 0]) == pytest.approx(before + 0.2, abs=1e-3)


@on_screen()
async def test_keys_change_one_weight_of_the_selected_neuron(
    pilot: Pilot[Any], engine: Engine
) -> None:
    kernel = engine.trainer.model.parameters["hidden_1.kernel"]
    bias = engine.trainer.model.parameters["hidden_1.bias"]
    before = float(kernel[1, 0])
    await pilot.press("full_stop")
    assert float(kernel[1, 0]) == before, "none is chosen"
    await pilot.press("tab", "w", "w", "full_stop", "full_stop", "full_stop", "comma")
    assert float(kernel[1, 0]) == pytest.approx(before + 0.2, abs=1e-3), "quick keys add up"
    await until(pilot, lambda: f"y {before + 0.2:+.2f}" in words(engine, "readout"))
    await pilot.press("w", "comma")
    assert float(bias[0]) == pytest.approx(-0.1)
    await pilot.press("w", "full_stop")
    assert float(bias[0]) == pytest.approx(-0.1), "behind the bias none is chosen"
    await pilot.press("down", "w", "full_stop")
    assert float(kernel[1, 0]) == pytest.approx(before + 0.2, abs=1e-3)
    assert "neuron 2" in words(engine, "readout")


@on_screen()
async def test_every_number_is_of_the_step_that_is_named(pilot: Pilot[Any], engine: Engine) -> None:
    look = engine.screen.scene.look
    assert look is not None
    training = look.answer.scores["training"]
    assert f"training loss {training['loss']:.3f}" in words(engine, "scores")
    assert "step 0" in words(engine, "standing")
    await pilot.press("tab", "tab", "right")
    await until(pilot, lambda: "% sure" in words(engine, "readout"))
    assert words(engine, "readout").startswith("at (+0.")


@on_screen((120, 40))
async def test_the_mouse_puts_points_and_changes_settings(
    pilot: Pilot[Any], engine: Engine
) -> None:
    await pilot.click("#map", offset=(3, 2))
    await settled(pilot, engine)
    assert ":put=B-" in engine.screen.scene.state.line()
    await pilot.click("#map", offset=(8, 2), button=3)
    await settled(pilot, engine)
    assert "A-" in engine.screen.scene.state.put
    await pilot.click("#settings", offset=(8, 0))
    await settled(pilot, engine)
    assert engine.screen.scene.state.shape == "spiral"
    await pilot.click("#board", offset=(0, 3))
    await settled(pilot, engine)
    assert engine.screen.scene.state.features != ("x", "y")


@on_screen()
async def test_help_explains_every_panel_and_setting(pilot: Pilot[Any], engine: Engine) -> None:
    screen = engine.screen
    for number, setting in enumerate(shown_settings(screen.scene.state)):
        screen.scene.setting = number
        screen.draw()
        assert concept(screen.query_one(Settings).concept), setting
    for panel in screen.query(PlanePanel):
        assert concept(panel.concept)


@on_screen()
async def test_own_points_begin_with_none(pilot: Pilot[Any], engine: Engine) -> None:
    screen = engine.screen
    screen.set_state(screen.scene.state.with_(shape="own"))
    await pilot.pause()
    assert words(engine, "readout").startswith("no points yet")
    assert engine.changes == 0
    await pilot.press("a")
    await settled(pilot, engine)
    assert engine.trainer.state.preset.about == "2d:own:points=50:put=A+0+0"


@on_screen()
async def test_a_change_that_is_refused_is_taken_back(pilot: Pilot[Any], engine: Engine) -> None:
    screen = engine.screen
    before = screen.scene.state
    screen.session.send = lambda command: None  # type: ignore[method-assign]
    await pilot.press("plus")
    screen.handle(events.Refused(key=commands.PRESET, error="no memory"))
    assert screen.scene.state == before


@pytest.mark.sample(1)
@pytest.mark.parametrize("seed", range(3))
async def test_random_changes_leave_screen_and_engine_in_step(seed: int) -> None:
    @on_screen()
    async def run(pilot: Pilot[Any], engine: Engine) -> None:
        draw, screen = random.Random(seed), engine.screen
        for number in range(40):
            other = drawn_state(100 * seed + number).with_(seed=0)
            screen.set_state(other)
            if draw.random() < 0.5:
                await pilot.pause()
        await settled(pilot, engine)
        assert engine.trainer.state.preset.about == screen.scene.state.line()
        assert screen.shown.phase is Phase.PAUSED

    await run()


@on_screen()
async def test_keys_that_come_all_at_once_reach_the_panel_that_is_turned_to(
    pilot: Pilot[Any], engine: Engine
) -> None:
    for _ in range(2):
        pilot.app.post_message(Key("tab", None))
    for _ in range(50):
        await pilot.pause()
        if engine.screen.focused is engine.screen.query_one("#map"):
            break
    assert engine.screen.focused is engine.screen.query_one("#map")
    await pilot.press("right")
    assert engine.screen.scene.cursor[0] > 0
