"""What keys do to the run on the screen: train, pause, step, another rate, another pace."""

from typing import TYPE_CHECKING

from textual.screen import Screen

from tuidl.preset.schema import Preset
from tuidl.protocol import commands
from tuidl.protocol.commands import LEARNING_RATE
from tuidl.tui.pacing import PACES, next_pace, watchable_pace
from tuidl.tui.run import Phase, Run

if TYPE_CHECKING:
    from tuidl.tui.app import Playground

RATE_STEP = 1.25


class SteeringScreen(Screen[None]):
    """A screen with a run on it: ``shown``, of ``preset``, at ``pace`` steps a second."""

    app: "Playground"
    preset: Preset
    shown: Run
    pace: float | None = None

    def pace_changed(self) -> None:
        """Say so at once."""

    def action_go(self) -> None:
        if self.shown.phase is Phase.LOST:
            self.app.session.go_on()
        elif self.shown.is_over:
            self.app.session.load(self.preset, paused=False)
        elif self.shown.phase is Phase.RUNNING:
            self.app.session.send(commands.Pause())
        else:
            self.app.session.send(commands.Resume())

    def action_step(self) -> None:
        if not self.shown.is_over:
            self.app.session.send(commands.Step())

    def action_epoch(self) -> None:
        if not self.shown.is_over:
            self.app.session.send(commands.Epoch())

    def action_reset(self) -> None:
        """Start anew; an engine that says nothing is replaced."""
        if self.app.session.silence:
            self.app.session.restart()
        else:
            self.app.session.load(self.preset)

    def action_new_seed(self) -> None:
        self.app.session.load(self.app.with_new_seed(self.preset))

    def action_rate(self, way: int) -> None:
        if self.shown.is_over:
            return
        rate = self.shown.learning_rate or self.preset.optimizer.learning_rate
        value = rate * RATE_STEP**way
        self.app.session.send(commands.Set(key=LEARNING_RATE, value=value))

    def action_full_speed(self) -> None:
        """As fast as it goes, or back to what eyes can follow."""
        self._set_pace(None if self.pace else self._watchable() or PACES[-1])

    def action_pace(self, way: int) -> None:
        if (pace := next_pace(self.pace, way)) != self.pace:
            self._set_pace(pace)

    def choose_pace(self) -> None:
        """A run that would be over in a blink is slowed down so that it can be watched."""
        self._set_pace(self._watchable())

    def _watchable(self) -> float | None:
        run, steps = self.shown, self.shown.steps * self.shown.epochs
        batch = run.started.batch_size if run.started else 1
        return watchable_pace(steps, self.app.flops_of(self.preset) * batch * steps)

    def _set_pace(self, pace: float | None) -> None:
        self.pace = pace
        self.app.session.send(commands.Pace(steps_per_second=pace))
        self.pace_changed()

    @property
    def slower_rate(self) -> float | None:
        """A tenth of the learning rate, for a run that failed and can be gone on with."""
        run = self.shown
        has_failed = run.phase is Phase.FAILED and run.started is not None
        if not has_failed or run.resume or not self.app.session.run_folder(run):
            return None
        return slower(run.edits[-1].value if run.edits else self.preset.optimizer.learning_rate)

    def action_retry(self) -> None:
        """Go on from the last good checkpoint at a tenth of the rate."""
        rate = self.slower_rate
        if rate is not None:
            folder = self.app.session.run_folder(self.shown)
            self.app.clear_notifications()
            self.app.session.load(self.preset, paused=False, run=folder, learning_rate=rate)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "retry" or self.slower_rate is not None


def slower(rate: float) -> float:
    """A tenth, without the digits that binary fractions leave."""
    return float(f"{rate / 10:.6g}")


def advice(rate: float | None, resume: str) -> str:
    """What can be done about a run that failed; nothing where there is nothing."""
    if resume:
        return f"once that is mended, it goes on: tuidl resume {resume}"
    if rate is None:
        return ""
    return f"t: go on from the last good checkpoint at a tenth of the rate, {rate:g}"
