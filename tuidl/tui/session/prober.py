"""Sends probes for the visible panels, limited to a small share of the engine's time."""

import time

from tuidl.protocol import commands, events
from tuidl.tui.session.display import Probe, RunDisplay
from tuidl.tui.session.engine import Engine
from tuidl.tui.session.run import Phase, Run

SHARE = 0.02
"""The most of the engine's time that looking inside may take."""
FASTEST = 0.3
"""Seconds between two probes at least."""
DEAF = (Phase.LOADING, Phase.COMPILING, Phase.LOST, Phase.FAILED)
"""Phases without anything to probe."""


class Prober:
    """Sends the probes of a screen in turn, and only where the answer can have changed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._number = self._turn = 0
        self._sent = 0.0
        self.pause = FASTEST
        self._asked: dict[str, tuple[int, int, str]] = {}

    def begin(self) -> None:
        """Forget the answers of the run before."""
        self._asked.clear()
        self._sent = 0.0

    def handle(self, event: events.ProbeAnswer) -> None:
        """Adapt the pause to how long the answer took."""
        self.pause = max(event.seconds / SHARE, FASTEST)

    def ask(self, screen: RunDisplay) -> None:
        """Send the next probe that a visible panel wants, if it is time for one."""
        now, run = time.monotonic(), screen.shown
        if run.phase in DEAF or now - self._sent < self.pause or not self._engine.is_alive:
            return
        wanted = [probe for probe in screen.probes() if self._is_news(run, probe)]
        if not wanted:
            return
        self._sent, self._turn, self._number = now, self._turn + 1, self._number + 1
        kind, options = wanted[self._turn % len(wanted)]
        self._asked[kind] = (run.epoch, run.step, str(options))
        self._engine.send(commands.Probe(id=self._number, kind=kind, options=options))

    def _is_news(self, run: Run, probe: Probe) -> bool:
        """Whether the network has changed since the same was asked before."""
        place = (run.epoch, run.step, str(probe[1]))
        return run.phase is Phase.RUNNING or self._asked.get(probe[0]) != place
