"""What a training screen does about the past of its run: forks, and texts about it."""

import math
from pathlib import Path

from tuidl.protocol import commands
from tuidl.protocol.moments import Forked
from tuidl.tasks.choice import task_of
from tuidl.tui.dialogs.ask_text import AskTextScreen
from tuidl.tui.dialogs.output import text_screen
from tuidl.tui.messages import ForkWanted, RaceJoined, RunToCompareWanted, TextFound, TextWanted
from tuidl.tui.screens.steering import SteeringScreen
from tuidl.tui.session.rival import Rival
from tuidl.tui.views.time import TimeView
from tuidl.tui.views.view import View

FORKED = "the run so far stays as it is"


class PastScreen(SteeringScreen):
    """``fork_rate``: at which the fork that was asked for will train; None for that of its run."""

    fork_rate: float | None = None
    _hurries = False
    """Whether a key waits for the next frame."""

    def on_view_hurry(self, event: View.Hurry) -> None:
        """A key of a view waits for the engine's answer."""
        self._hurries = True
        self.session.ask(hurries=True)

    def was_hurried(self) -> bool:
        """Whether a key waits for the frame that has come, which is then drawn at once."""
        hurries, self._hurries = self._hurries, False
        return hurries

    def on_text_found(self, message: TextFound) -> None:
        self.app.push_screen(text_screen(message.title, message.text))

    def on_text_wanted(self, message: TextWanted) -> None:
        def typed(text: str | None) -> None:
            if text is not None:
                message.then(text)

        dialog = AskTextScreen(message.title, message.text, message.hint, message.check)
        self.app.push_screen(dialog, typed)

    def on_run_to_compare_wanted(self, message: RunToCompareWanted) -> None:
        self.services.runs.choose(message.then)

    def on_fork_wanted(self, message: ForkWanted) -> None:
        """Ask for its rate."""
        title = f"another run from step {message.updates:,} on, at the learning rate"
        start = "" if message.rate is None else f"{message.rate:g}"
        check = _rate_problem if message.is_free else _no_rate

        def chosen(text: str | None) -> None:
            if text is not None:
                self.fork_rate = float(text) if text.strip() else None
                self.session.send(commands.Fork(updates=message.updates))

        self.app.push_screen(AskTextScreen(title, start, FORKED, check), chosen)

    def begin_fork(self, event: Forked) -> None:
        """Train it beside the run that it comes from, which is seen at the same steps."""
        self.notify(f"{event.run}: from {event.origin}", markup=False)
        picture = task_of(self.preset).picture
        wanted = [(picture.probe, dict(picture.options))]
        host, folder = self.session.host, Path(event.folder)
        rival = Rival(host, self.preset, folder, self.fork_rate, wanted)
        self.query_one(TimeView).race(rival)

    def on_race_joined(self, message: RaceJoined) -> None:
        """Train this run, too, as fast as its fork, which has caught up with it."""
        if not self.shown.goes and not self.shown.is_over:
            self._set_pace(message.pace)
            self.action_go()


def _rate_problem(text: str) -> str:
    try:
        value = float(text or "1")
    except ValueError:
        value = math.nan
    return "" if value > 0 and math.isfinite(value) else "a number > 0, or nothing: as it was there"


def _no_rate(text: str) -> str:
    return "leave it empty: of several objectives, change rates while it trains" if text else ""
