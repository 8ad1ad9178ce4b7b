"""A second run beside the one on the screen, trained by an engine process of its own."""

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from textual.notifications import SeverityLevel

from tuidl.compiler.pacing import WATCHABLE_SECONDS
from tuidl.preset.schema import Preset
from tuidl.protocol import commands, events
from tuidl.tui.session.display import FULL_SPEED, Host, Probe
from tuidl.tui.session.run import Run
from tuidl.tui.session.session import Session

Shown = Callable[[Run, list[events.ProbeAnswer]], None]
"""Gets each frame of the run, with the answers of that moment."""


class Rival:
    """``shown``: the run as it is, ``frame``: as it was drawn last. It is slowed down to ``pace``
    steps a second, so that what is left of it takes some seconds."""

    previous: Run | None = None
    is_ready = True
    first_pace = FULL_SPEED

    def __init__(
        self, host: Host, preset: Preset, folder: Path, rate: float | None, wanted: list[Probe]
    ) -> None:
        self.preset, self.name = preset, folder.name
        self.shown = self.frame = Run()
        self.on_frame: Shown = lambda frame, answers: None
        self._wanted = wanted
        self._answers: list[events.ProbeAnswer] = []
        self.pace: float | None = None
        self.session = Session(_Beside(host, self), 1, None, log="rival")
        self.session.load(preset, paused=True, run=folder, learning_rate=rate)

    def begin(self, run: Run) -> None:
        self.shown = self.frame = run

    def handle(self, event: events.Event) -> None:
        """Take in an event of its engine."""
        if isinstance(event, events.ProbeAnswer):
            self._answers.append(event)
            return
        self.shown.handle(event)
        if isinstance(event, events.Paused) and self.pace is None:
            done = (event.epoch - 1) * event.steps + event.step
            left = max(self.shown.epochs * event.steps - done, 1)
            self.pace = max(left / WATCHABLE_SECONDS, 1.0)
            self.session.send(commands.Pace(steps_per_second=self.pace))
            self.session.send(commands.Resume())
        if isinstance(event, events.Frame | events.RunEnded | events.Refused | events.RunFailed):
            self.frame = self.shown.frozen()
            answers, self._answers = self._answers, []
            self.on_frame(self.frame, answers)

    def lost(self, reason: str, advice: str, *more: str) -> None:
        self.shown.lost(reason)

    def probes(self) -> list[Probe]:
        return self._wanted

    async def close(self) -> None:
        """End its engine; the run is saved first, and can go on."""
        self.on_frame = lambda frame, answers: None
        self.session.close()
        await self.session.engine.stop()
        self.session.engine.output.close()


class _Beside:
    """What the rival's session needs of the application: it is its own display."""

    def __init__(self, host: Host, rival: Rival) -> None:
        self._host, self._rival = host, rival

    def run_display(self) -> Rival:
        return self._rival

    def front_run_display(self) -> Rival:
        return self._rival

    def report(self, error: Exception) -> None:
        self._host.report(error)

    def warn(self, problem: object) -> None:
        self._host.warn(problem)

    def alarm(self, text: str) -> None:
        self._host.alarm(text)

    def notify(
        self, message: str, *, severity: SeverityLevel = "information", timeout: float | None = None
    ) -> None:
        self._host.notify(message, severity=severity, timeout=timeout)

    def clear_notifications(self) -> None:
        """Those are of the run on the screen."""

    def start_worker(self, work: Coroutine[Any, Any, None], group: str = "default") -> None:
        self._host.start_worker(work, group if group == "default" else f"rival {group}")
