"""The training screen with an engine that the test plays: it says events and gives answers."""

from typing import Any

from textual.pilot import Pilot

from tests.tui import answers
from tuidl.preset.library import load_preset
from tuidl.preset.schema import Preset
from tuidl.protocol import events
from tuidl.protocol.commands import Command
from tuidl.tui.app import Playground
from tuidl.tui.screens.train import TrainScreen
from tuidl.tui.widgets.chart import Chart

STARTED = events.RunStarted(
    run="run", preset="a preset", seed=7, backend="cpu", threads=1, shards=1, parameters=2,
    epochs=15, batch_size=4, examples={"train": 100, "validation": 20, "test": 0},
)  # fmt: skip
PAUSED = events.Paused(epoch=1, step=0, steps=25, loss=None)


class Watched:
    """The playground on a preset that is ready to train, its engine played by the test."""

    def __init__(self, app: Playground, pilot: Pilot[Any]) -> None:
        self.app, self.pilot = app, pilot

    @property
    def screen(self) -> TrainScreen:
        assert isinstance(self.app.screen, TrainScreen)
        return self.app.screen

    @property
    def sent(self) -> list[Command]:
        sent: list[Command] = self.app.sent  # type: ignore[attr-defined]
        return sent

    async def handle(self, *given: events.Event) -> None:
        """Say these events, then show how the run stands, as an engine that is asked does."""
        for event in given:
            self.app.session.handle(event)
        self.show()
        await self.pilot.pause()

    def show(self) -> None:
        """A frame of the run as it stands."""
        show_frame(self.app)

    async def answer(self, kind: str, answer: answers.Answer, step: int = 0) -> None:
        await self.handle(events.ProbeAnswer(id=1, kind=kind, epoch=1, step=step, answer=answer))

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        self.show()
        await self.pilot.pause()

    def seen(self, panel: type[Chart]) -> str:
        return self.screen.query_one(panel).render().plain

    @property
    def asked(self) -> dict[str, dict[str, Any]]:
        return dict(self.screen.probes())


def show_frame(app: Playground) -> None:
    """Answer as an engine that is asked how the run stands, and have it drawn."""
    screen = app.run_display()
    if isinstance(screen, TrainScreen):
        run = screen.shown
        app.session.handle(events.Frame(
            id=1, epoch=run.epoch, step=run.step, steps=run.steps, fold=run.fold, loss=run.loss,
            learning_rate=run.learning_rate,
        ))  # fmt: skip
        screen.finish_frame()


class Opened:
    """``async with Opened(app, "cnn_digits") as watched``; also a preset itself."""

    def __init__(
        self, app: Playground, preset: str | Preset, size: tuple[int, int] = (120, 40)
    ) -> None:
        self._app, self._preset = app, preset
        self._test = app.run_test(size=size)

    async def __aenter__(self) -> Watched:
        pilot = await self._test.__aenter__()
        preset = self._preset
        self._app.open(load_preset(preset) if isinstance(preset, str) else preset)
        await pilot.pause()
        watched = Watched(self._app, pilot)
        await watched.handle(STARTED, events.Compiled(seconds=0.1, cached=True), PAUSED)
        return watched

    async def __aexit__(self, *error: Any) -> None:
        await self._test.__aexit__(*error)
