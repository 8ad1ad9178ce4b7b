"""The training screen as a person sees it: its lines, and the numbers in them with their moment."""

import re
from dataclasses import dataclass, field
from typing import Any

from tuidl.protocol import commands, events
from tuidl.tui.app import Playground
from tuidl.tui.screens.train import TrainScreen

HEADER = re.compile(r"(Ⅱ paused|▶ training|■ ended).*epoch (\d+)/(\d+) .* step (\d+)/(\d+)")
PHASES: dict[type[events.Event], str] = {
    events.RunStarted: "",
    events.Paused: "paused",
    events.Resumed: "training",
    events.RunEnded: "ended",
}
NUMBER = r"([\d.e-]+%?)"


@dataclass
class Seen:
    """What the lines say. ``moments``: of the panels of answers, as their frames say."""

    text: str
    word: str
    epoch: int
    step: int
    moments: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, text: str) -> "Seen | None":
        found = HEADER.search(text)
        if found is None:
            return None
        moments = set(
            re.findall(r"((?:stale: as of )?epoch \d+, step \d+|weights of epoch \d+) ─", text)
        )
        return cls(text, found[1].split()[1], int(found[2]), int(found[4]), moments)

    @property
    def place(self) -> tuple[int, int]:
        return self.epoch, self.step

    def number(self, before: str, line: str = "") -> str | None:
        """The number behind these words, in the line that holds ``line``."""
        for one in self.text.splitlines():
            if line in one and (found := re.search(before + " " + NUMBER, one)):
                return found[1]
        return None


@dataclass
class Witness:
    """What the engine says of itself, heard beside the screen."""

    heard: list[events.Event] = field(default_factory=list)
    sent: list[commands.Command] = field(default_factory=list)
    phase: str = ""
    """In the screen's word."""

    @classmethod
    def of(cls, app: Playground) -> "Witness":
        witness, engine = cls(), app.session.engine
        handle, send = engine._on_event, engine.send

        def hear(event: events.Event) -> None:
            witness.heard.append(event)
            witness.phase = PHASES.get(type(event), witness.phase)
            handle(event)

        def note(command: commands.Command) -> bool:
            witness.sent.append(command)
            return send(command)

        engine._on_event, engine.send = hear, note  # type: ignore[method-assign]
        return witness

    def last(self, *kinds: type[events.Event]) -> Any:
        return next((one for one in reversed(self.heard) if isinstance(one, kinds)), None)

    @property
    def logged(self) -> dict[tuple[int, int], events.Progress]:
        """By epoch and step, of the run that is on the screen."""
        return {(e.epoch, e.step): e for e in self._of_this_run(events.Progress)}

    @property
    def epochs(self) -> dict[int, events.EpochEnded]:
        return {e.epoch: e for e in self._of_this_run(events.EpochEnded)}

    def _of_this_run(self, kind: type[Any]) -> list[Any]:
        starts = [i for i, e in enumerate(self.heard) if isinstance(e, events.RunStarted)]
        return [e for e in self.heard[starts[-1] if starts else 0 :] if isinstance(e, kind)]


def is_settled(app: Playground) -> bool:
    """Whether the screen shows the last frame that was asked for, and nothing more is due."""
    screen, prober = app.run_display(), app.session.prober
    assert isinstance(screen, TrainScreen)
    return prober._awaited is None and prober._asked is not None and not screen._drawer.is_drawing
