"""Keys that control the run on the screen: train, pause, step, rate, pace."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from tuidl.compiler.pacing import watchable_pace
from tuidl.core.printable import printable_lines
from tuidl.preset.noise import answers_to_noise
from tuidl.preset.schema import Preset
from tuidl.protocol import commands, events
from tuidl.tui.dialogs.output import text_screen
from tuidl.tui.services.services import Services
from tuidl.tui.session.display import FULL_SPEED, RunDisplay
from tuidl.tui.session.pacing import PACES, next_pace
from tuidl.tui.session.rates import Rate, rates_of
from tuidl.tui.session.run import Phase
from tuidl.tui.session.session import Session
from tuidl.tui.widgets.key_line import KeyLine
from tuidl.tui.widgets.status import Status

RATE_STEP = 1.25
LAST_WORDS = 40
"""Lines of the log of an engine that is gone."""
ENDINGS = {Phase.FAILED: "failed", Phase.LOST: "lost its engine"}
WHILE_IT_LASTS = frozenset(("step", "epoch", "rate", "objective", "full_speed", "pace"))
"""Actions that mean nothing once a run is over; their keys are not offered then."""


class SteeringScreen(RunDisplay):
    """A run at ``pace`` steps a second, which ``session`` trains."""

    services: Services
    session: Session
    pace: float | None = None
    objective: int = 0
    """The number of the one whose learning rate keys change."""
    _has_chosen_pace: bool = False
    _told: tuple[str, ...] = ()
    """What was said of the error that ended the run, a paragraph each."""

    def pace_changed(self) -> None:
        """Show the new pace at once."""

    def hint(self, action: str) -> str | None:
        """What the key of an action does in this state of the run."""
        run = self.shown
        match action:
            case "go" if run.phase is Phase.LOST:
                return "start again"
            case "go":
                return "train again" if run.is_over else "pause" if run.goes else "train"
            case "full_speed":
                return "full speed" if self.pace else "slow down"
            case "objective":
                return f"rate of {rates_of(self.preset)[self._next_objective].objective}"
            case "reset" if self.session.silence:
                return "another engine"
        return None

    def renew_keys(self) -> None:
        """Name what the keys do now."""
        for line in self.walk_children(KeyLine):
            line.renew()

    def action_go(self) -> None:
        if self.shown.phase is Phase.LOST:
            self.session.go_on()
        elif self.shown.is_over:
            self.session.load(self.preset, paused=False)
        else:
            self.shown.asked = not self.shown.goes
            self.session.send(commands.Resume() if self.shown.asked else commands.Pause())
            self.renew_keys()

    def action_step(self) -> None:
        self._some(commands.Step())

    def action_epoch(self) -> None:
        self._some(commands.Epoch())

    def _some(self, command: commands.Command) -> None:
        """Some steps, and a pause."""
        if not self.shown.is_over:
            self.shown.asked = None
            self.session.send(command)
            self.renew_keys()

    def action_reset(self) -> None:
        """Start anew; a silent engine is replaced."""
        if self.session.silence:
            self.session.restart()
        else:
            self.session.load(self.preset)

    def action_new_seed(self) -> None:
        self.session.load(with_new_seed(self.preset))

    def action_rate(self, way: int) -> None:
        if not self.shown.is_over:
            self.session.send(commands.Scale(key=self.rate.key, factor=RATE_STEP**way))

    @property
    def rate(self) -> Rate:
        """The rate that keys change."""
        return rates_of(self.preset)[self.objective]

    def action_objective(self) -> None:
        """Choose the next objective's learning rate."""
        self.objective = self._next_objective
        self.pace_changed()
        self.renew_keys()

    @property
    def _next_objective(self) -> int:
        return (self.objective + 1) % len(rates_of(self.preset))

    def action_full_speed(self) -> None:
        """Switch to full speed, or back to a pace that can be watched, which a run that has not
        begun finds when it does."""
        if not self.pace and not self.shown.steps:
            self._has_chosen_pace = self.services.state.full_speed = False
            return
        self._choose_pace(None if self.pace else self._watchable() or PACES[-1])

    def action_pace(self, way: int) -> None:
        if (pace := next_pace(self.pace, way)) != self.pace:
            self._choose_pace(pace)

    def _choose_pace(self, pace: float | None) -> None:
        """The user's choice, which holds for later runs: of a pace on this screen, of full speed
        ever after."""
        self._has_chosen_pace, self.services.state.full_speed = True, pace is None
        self._set_pace(pace)

    @property
    def first_pace(self) -> float | None:
        if self._has_chosen_pace:
            return self.pace or FULL_SPEED
        return FULL_SPEED if self.services.state.full_speed else None

    def begin_pace(self) -> None:
        """The pace of a run that begins: the one chosen, else slow enough to watch a short one."""
        if not self._has_chosen_pace:
            self.pace = None if self.services.state.full_speed else self._watchable()
        self._set_pace(self.pace)

    def _watchable(self) -> float | None:
        run, steps = self.shown, self.shown.steps * self.shown.epochs
        batch = run.started.batch_size if run.started else 1
        return watchable_pace(self.preset, batch, steps)

    def _set_pace(self, pace: float | None) -> None:
        self.pace = pace
        self.session.send(commands.Pace(steps_per_second=pace))
        self.pace_changed()

    @property
    def slower_rate(self) -> float | None:
        """A tenth of the learning rate, for a failed run that can be resumed."""
        run = self.shown
        has_failed = run.phase is Phase.FAILED and run.started is not None
        if not has_failed or run.resume or not self.session.run_folder(run):
            return None
        if self.preset.objectives:
            return None  # which one's rate was too high is not known
        rates = [edit.value for edit in run.edits if edit.key == commands.LEARNING_RATE]
        return slower(rates[-1] if rates else self.preset.optimizer.learning_rate)

    def _show_failure(self, event: events.Refused | events.RunFailed) -> None:
        """Show why the run ended, and how to go on."""
        status = self.query_one(Status)
        known = event.advice if isinstance(event, events.RunFailed) else ""
        status.advice = f"m: {known}" if known else advice(self.slower_rate, self.shown.resume)
        self.tell_error(event.error, status.advice)
        self.refresh_bindings()

    def tell_error(self, *words: str) -> None:
        """Show a notice of the error that ended the run, which a key shows again, in full."""
        self._told = tuple(filter(None, words))
        self.notify("\n".join(self._told), severity="error", timeout=10, markup=False)

    def action_error(self) -> None:
        """The error that ended the run, all of it, and what was advised."""
        title = f"why {self.preset.name} {ENDINGS.get(self.shown.phase, 'ended')}"
        is_lost = self.shown.phase is Phase.LOST
        last = "\n".join(self.session.engine.last_words(LAST_WORDS)) if is_lost else ""
        words = (*(self._told or (self.shown.error,)), last and f"Its last words:\n{last}")
        text = "\n\n".join(filter(None, words))
        self.app.push_screen(text_screen(title, printable_lines(text)))

    def action_retry(self) -> None:
        """Go on from the last good checkpoint at a tenth of the rate."""
        rate = self.slower_rate
        if rate is not None:
            folder = self.session.run_folder(self.shown)
            self.app.clear_notifications()
            self.session.load(self.preset, paused=False, run=folder, learning_rate=rate)

    def action_edit(self) -> None:
        self.services.navigator.edit(self.preset)

    def action_compare(self) -> None:
        """Put a stored run behind the curves of this one."""
        raise NotImplementedError

    @property
    def palette_commands(self) -> tuple[tuple[str, str, Callable[[], None]], ...]:
        """Title, explanation and action of what the command palette offers here."""
        return (
            ("Train or pause", "space", self.action_go),
            ("One step", "s", self.action_step),
            ("One epoch", "e", self.action_epoch),
            ("Reset", "r: the same seed from the start", self.action_reset),
            ("New seed", "R: other first weights", self.action_new_seed),
            ("Full speed", "f: or slow enough to watch", self.action_full_speed),
            ("Modify the preset", "m", self.action_edit),
            ("Compare", "c: another run's curves behind these", self.action_compare),
            ("Choose an objective", "o: whose learning rate + and - change", self.action_objective),
            *(
                (("Its error in full", "w: why it failed", self.action_error),)
                if self.shown.error
                else ()
            ),
            ("Go on slower", "t: a failed run, at a tenth of its rate", self.action_retry),
        )

    def action_leave(self) -> None:
        """Leave the run; ask first where something was trained."""
        from tuidl.tui.dialogs.leave import LeaveScreen

        if self.shown.phase in (Phase.RUNNING, Phase.PAUSED) and self.shown.epochs_done:
            self.session.send(commands.Pause())
            started, folder = self.shown.started, self.session.run_folder(self.shown)
            is_resumed = started is not None and started.resumed is not None
            self.app.push_screen(LeaveScreen(folder is not None, is_resumed), self._left)
        else:
            self._left("leave")

    def _left(self, choice: str | None) -> None:
        if choice is None:
            return
        self.session.send(commands.Stop())
        if choice == "keep":
            return
        folder = self.session.run_folder(self.shown)
        self.services.navigator.leave_run()
        if choice == "discard" and folder is not None:
            self.services.changes.discard(folder)

    @property
    def kept(self) -> Path | None:
        """The folder of a run that came to its end; None before, or where nothing is kept."""
        ended = self.shown.phase is Phase.ENDED
        return self.session.run_folder(self.shown) if ended else None

    def action_use(self, how: str) -> None:
        """Evaluate the run, predict with it or export it."""
        if (folder := self.kept) is not None:
            runs = self.services.runs
            ways = {"evaluate": runs.evaluate, "predict": runs.predict, "export": runs.export}
            ways[how](folder)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "use":
            is_asked = parameters == ("export",) or not answers_to_noise(self.preset)
            return self.kept is not None and is_asked
        if action == "objective" and len(self.preset.objectives) < 2:
            return False
        if action == "error":
            return bool(self.shown.error)
        if action in WHILE_IT_LASTS:
            return not self.shown.is_over
        return action != "retry" or self.slower_rate is not None


def with_new_seed(preset: Preset) -> Preset:
    training = msgspec.structs.replace(preset.training, seed=preset.training.seed + 1)
    return msgspec.structs.replace(preset, training=training)


def slower(rate: float) -> float:
    """A tenth, without the digits that binary fractions leave."""
    return float(f"{rate / 10:.6g}")


def advice(rate: float | None, resume: str) -> str:
    """How to go on with a failed run; empty where that is impossible."""
    if resume:
        return f"once that is corrected: tuidl resume {resume}"
    if rate is None:
        return ""
    return f"t: go on from the last good checkpoint at a tenth of the rate, {rate:g}"
