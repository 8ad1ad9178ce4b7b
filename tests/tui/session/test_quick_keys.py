"""Keys faster than the engine's answers: what was meant happens, and the screen names it."""

import io
import queue
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import helpers
from tests.tui import story
from tests.tui.quiet import quiet
from tuidl.preset.library import load_preset
from tuidl.preset.schema import Preset
from tuidl.protocol import commands, events
from tuidl.tui.app import Playground
from tuidl.tui.screens.train import TrainScreen
from tuidl.tui.session.engine import Engine
from tuidl.tui.session.run import Phase
from tuidl.tui.state import State
from tuidl.worker.process import Worker

SECONDS = 400.0
ENDLESS = Preset.parse(helpers.LINE.replace("epochs = 3", "epochs = 1000000"))


class InThread:
    """A real engine in a thread of this process, whose events the screen hears when told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, app: Playground) -> None:
        self.heard: queue.SimpleQueue[events.Event] = queue.SimpleQueue()
        self.worker, self.app = Worker(io.BytesIO()), app
        self.worker._send = self.heard.put  # type: ignore[method-assign]
        self.worker._control._send = self.heard.put

        def send(engine: Engine, command: commands.Command) -> bool:
            self.worker.submit(command)
            return True

        monkeypatch.setattr(Engine, "send", send)
        threading.Thread(target=self.worker.run, daemon=True).start()

    def deliver(self, count: int) -> None:
        while count and not self.heard.empty():
            self.app.session.handle(self.heard.get())
            count -= 1

    def until(self, holds: Callable[[], bool]) -> None:
        end = time.monotonic() + SECONDS
        while not holds():
            assert time.monotonic() < end, "the screen never named it so"
            if self.heard.empty():
                time.sleep(0.001)
            self.deliver(1)

    @property
    def trains(self) -> bool:
        return self.worker._control._goal is None


@pytest.mark.sample(1)
@pytest.mark.parametrize("seed", range(4))
async def test_the_screen_names_what_the_engine_does_after_any_keys(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, seed: int
) -> None:
    drawn = random.Random(seed)
    app = quiet(monkeypatch, tmp_path, backend="numpy", state=State(full_speed=True))
    engine = InThread(monkeypatch, app)
    async with app.run_test(size=(80, 24)) as pilot:
        app.open(ENDLESS)
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, TrainScreen)
        is_meant = False
        for _ in range(6):
            for _ in range(drawn.randint(1, 6)):
                if drawn.random() < 0.3:
                    screen.action_reset()
                    is_meant = False
                else:
                    screen.action_go()
                    is_meant = not is_meant
                engine.deliver(drawn.choice((0, 0, 1, 5)))
            wanted = Phase.RUNNING if is_meant else Phase.PAUSED

            def are_so(wanted: Phase = wanted, is_meant: bool = is_meant) -> bool:
                return screen.shown.phase is wanted and engine.trains is is_meant

            engine.until(are_so)  # an earlier pause may be heard before the last key is done
        engine.worker.submit(commands.Quit())


async def test_every_plus_counts_whatever_the_screen_has_heard(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Of a rate by a schedule, too: the factor is that of what the schedule starts from."""
    app = quiet(monkeypatch, tmp_path, backend="numpy")
    engine = InThread(monkeypatch, app)
    scheduled = ENDLESS.to_toml().replace("[optimizer]", '[optimizer]\nschedule.type = "cosine"')
    async with app.run_test(size=(80, 24)) as pilot:
        app.open(Preset.parse(scheduled))
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, TrainScreen)
        engine.until(lambda: screen.shown.phase is Phase.PAUSED)
        for way in (1, 1, 1, 1, -1):
            screen.action_rate(way)
        engine.until(lambda: len(screen.shown.edits) == 5)
        last = screen.shown.edits[-1].value
        assert last == pytest.approx(ENDLESS.optimizer.learning_rate * 1.25**3)
        engine.worker.submit(commands.Quit())


@pytest.mark.slow
async def test_full_speed_is_remembered_and_a_pace_chosen_stays_on_its_screen(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    state = State()
    app = quiet(monkeypatch, tmp_path, state=state)
    paused = events.Paused(epoch=1, step=0, steps=25, loss=None)
    async with app.run_test(size=(80, 24)) as pilot:
        paces = []
        for keys in (["f"], [], ["f", "less_than_sign"], []):
            app.open(Preset.parse(helpers.LINE))
            await pilot.pause()
            screen = app.screen
            assert isinstance(screen, TrainScreen)
            screen.handle(paused)
            await pilot.press(*keys)
            chosen = screen.pace
            app.session.load(screen.preset)
            screen.handle(paused)
            assert screen.pace == chosen, "restarted"
            paces.append(chosen)
            await pilot.press("q")
        assert paces[:2] == [None, None]
        assert paces[2] is not None
        assert not state.full_speed


async def test_slowing_a_run_down_before_it_begins_gives_it_a_pace_to_be_watched_at(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = quiet(monkeypatch, tmp_path, state=State(full_speed=True))
    async with app.run_test(size=(80, 24)) as pilot:
        app.open(load_preset("cnn_digits"))
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, TrainScreen)
        await pilot.press("f")
        assert not app.state.full_speed
        for event in story.beginning():
            app.session.handle(event)
        assert screen.pace is not None
        assert screen.pace > 50  # 15 epochs of 45 steps in some seconds
