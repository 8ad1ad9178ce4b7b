"""Asks for one frame after the other, at a small share of the engine's time."""

import time

from tuidl.protocol import commands, events
from tuidl.tui.session.display import Display, Probe
from tuidl.tui.session.engine import Engine
from tuidl.tui.session.run import Phase, Run

SHARE, SHARE_WHILE_IT_WAITS = 0.03, 0.5
"""The most of the engine's time that looking inside may take: at full speed, and while it waits
anyway, as the run is slowed down or paused."""
FASTEST, AT_REST = 0.18, 0.04
"""Seconds between two frames at least: while it trains, and otherwise."""
DEAF = (Phase.LOADING, Phase.COMPILING, Phase.LOST, Phase.FAILED)
"""Phases without anything to probe."""
LOST_AFTER = 30.0
"""Seconds after which a frame that did not come is asked for once more."""


class Prober:
    """Asks for what the visible panels of a screen show, all of one moment, and only where it can
    have changed. Where looking inside would cost too much, a frame has no answers, and panels keep
    older ones of the same epoch."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._number = 0
        self.begin()

    def begin(self) -> None:
        """Forget the answers of the run before."""
        self._awaited: int | None = None
        self._sent = self._looked = 0.0
        self._cost = 0.0
        self._epoch_seen = 0
        self._is_whole = False
        """Whether the frame that is awaited has all answers."""
        self._asked: tuple[int, int, Phase, str] | None = None
        self._hurried: int | None = None
        """The frame that a key waits for."""
        self._hurries_again = False

    def renew(self) -> None:
        """Something was asked of the engine: how it stands may be another."""
        self._asked = None

    def handle(self, frame: events.Frame) -> None:
        """A frame has come: the next may be asked for, and known is what it cost."""
        self._awaited = None
        if self._hurried is not None and frame.id >= self._hurried:
            self._hurried = None
        if self._is_whole:
            self._cost, self._epoch_seen = frame.cost, frame.epoch

    def hurry(self, screen: Display) -> None:
        """A key wants an answer: ask for a frame now, whatever looking inside takes. While one
        that was asked for so is on its way, the next follows it."""
        now, run = time.monotonic(), screen.shown
        if run.phase in DEAF or not self._engine.is_alive:
            return
        if self._hurried is not None and now - self._sent < LOST_AFTER:
            self._hurries_again = True
            return
        probes = screen.probes()
        self._is_whole, self._hurries_again = True, False
        self._send(probes, now)
        self._hurried = self._number
        self._asked = (run.epoch, run.step, run.phase, str(probes))

    @property
    def hurries(self) -> bool:
        """Whether a key waits whose frame was not asked for yet."""
        return self._hurries_again and self._hurried is None

    def ask(self, screen: Display) -> None:
        """Ask for the next frame, if the screen is ready for one and it is time."""
        now, run = time.monotonic(), screen.shown
        if run.phase in DEAF or not self._engine.is_alive or not screen.is_ready:
            return
        fastest = FASTEST if run.phase is Phase.RUNNING else AT_REST
        if now - self._sent < (fastest if self._awaited is None else LOST_AFTER):
            return
        probes = screen.probes()
        place = (run.epoch, run.step, run.phase, str(probes))
        has_changed = self._asked is None or self._asked[3] != place[3]
        if run.phase is not Phase.RUNNING and place == self._asked:
            return
        self._is_whole = has_changed or not probes or self._may_look(run, now)
        is_of_same_epoch = run.phase is Phase.RUNNING and run.epoch == self._epoch_seen
        if self._is_whole or is_of_same_epoch:
            self._send(probes if self._is_whole else [], now)
            self._asked = place

    def _may_look(self, run: Run, now: float) -> bool:
        """Whether looking inside has taken little enough of the engine's time."""
        waits = run.phase is not Phase.RUNNING or run.pace is not None
        return now - self._looked >= self._cost / (SHARE_WHILE_IT_WAITS if waits else SHARE)

    def _send(self, probes: list[Probe], now: float) -> None:
        self._number += 1
        self._awaited, self._sent = self._number, now
        if self._is_whole:
            self._looked = now
        self._engine.send(commands.Look(id=self._number, probes=tuple(probes)))
