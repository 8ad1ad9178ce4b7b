"""Training without a screen: events become a progress bar and plots, plain lines, or JSON."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from tuidl.backends import choose
from tuidl.cli import reports
from tuidl.cli.alerting import Alerting, OnAlert
from tuidl.core.errors import RunError, SaveError
from tuidl.core.terminal import leave_at_once, output_problem, reader_is_gone
from tuidl.plane.presets import opened_as
from tuidl.preset.schema import Preset
from tuidl.protocol.events import Alert, Compiling, Event, RunEnded
from tuidl.protocol.snapshot import State
from tuidl.runs.recorder import RunRecorder, recorded
from tuidl.runs.resuming import edits_to_replay, resumed
from tuidl.storage.folder import RunFolder
from tuidl.training.interruption import Interrupter, StopsAfter
from tuidl.training.start import trainer_for

EXIT_CODES = {
    "completed": 0, "stopped_early": 0, "stopped": 0, "interrupted": 130, "terminated": 143,
}  # fmt: skip
FAILED, ALERTED = 1, 3
MOST_COLUMNS = 40
"""Columns of a table that are listed before training."""


def train_headless(
    preset: Preset,
    *,
    backend: str,
    threads: int | None,
    out: Path | None,
    as_json: bool,
    save_every: int | None = None,
    keep: bool = True,
    alert_command: str | None = None,
) -> int:
    """Train to the end, keep the run and report; returns the exit code.

    ``out``: the run's folder; without one it lies among the others. Raises TuidlError, before
    anything is trained, where the run cannot be kept, unless ``keep`` is False.
    """
    interrupter = Interrupter()
    with _signals(interrupter):
        chosen = _chosen(backend)
        recorder = RunRecorder.of_new(preset, chosen, out, save_every) if keep else None
        training = trainer_for(preset, chosen, threads, interrupter, recorder)
        for note in [*preset.data.report(MOST_COLUMNS), *training.notices()]:
            reports.say(note)
        if recorder is None:
            on_alert = Alerting(alert_command)
            return report_on(training.run(), as_json, None, interrupter, on_alert)
        on_alert = Alerting(alert_command, recorder.run)
        _begin(recorder, out, "; --no-keep trains without keeping it")
        run = recorded(training, recorder)
        return report_on(run, as_json, recorder.folder, interrupter, on_alert)


def _begin(recorder: RunRecorder, out: Path | None, instead: str = "") -> None:
    """Have the run's folder. Raises RunError where ``out`` cannot be had, else SaveError, which
    ends with what could be done ``instead``."""
    try:
        recorder.begin()
    except SaveError as error:
        recorder.close()
        if out:
            raise RunError(f"--out {error}") from None
        raise SaveError(f"the run cannot be kept: {error}{instead}") from None


def resume_headless(
    folder: RunFolder,
    *,
    backend: str | None,
    threads: int | None,
    learning_rate: float | None,
    as_json: bool,
    save_every: int | None = None,
    alert_command: str | None = None,
) -> int:
    """Go on with a run that is kept, to its end; returns the exit code. Raises TuidlError."""
    interrupter = Interrupter()
    with _signals(interrupter):
        recorder = RunRecorder(folder, save_every)
        chosen = _chosen(backend or folder.about.backend)
        training, problems = resumed(folder, recorder, interrupter, threads, chosen, learning_rate)
        for problem in problems:
            reports.say(f"passed over: {problem}")
        on_alert = Alerting(alert_command, recorder.run)
        return report_on(recorded(training, recorder), as_json, folder, interrupter, on_alert)


def replay_headless(
    folder: RunFolder, *, out: Path | None, threads: int | None, as_json: bool
) -> int:
    """Train a kept run again as a new one, live edits and all; returns the exit code: FAILED where
    it does not reach the same weights. A playground's run has no end of its own: it is repeated up
    to where it was last saved. Raises TuidlError."""
    before, until = folder.outcome, _last_of_playground(folder)
    interrupter = Interrupter() if until is None else StopsAfter(until.updates)
    with _signals(interrupter):
        backend = folder.about.backend
        recorder = RunRecorder.of_new(folder.preset, backend, out, start=folder.start)
        training = trainer_for(folder.preset, backend, threads, interrupter, recorder)
        training.edits.repeat(edits_to_replay(folder))
        _begin(recorder, out)
        code = report_on(recorded(training, recorder), as_json, recorder.folder, interrupter)
    if code not in (0, ALERTED):
        return code
    expected = before or until
    if expected is None:
        reports.say(f"{folder.called} itself has not ended: nothing to compare with")
        return code
    is_same = training.model.weights_sha256 == expected.weights_sha256
    reports.say(f"{'the same' if is_same else 'OTHER'} weights as {folder.called}")
    return code if is_same else FAILED


def _last_of_playground(folder: RunFolder) -> State | None:
    """Where a playground's run was last saved; None for other runs, and before that."""
    snapshot, _ = folder.checkpoints.newest()
    is_endless = folder.outcome is None and opened_as(folder.preset) is not None
    return snapshot.state if snapshot and is_endless else None


def _chosen(backend: str) -> str:
    """The name of the backend to use; says so where it was tuidl that chose it."""
    choice = choose(backend)
    if choice.note:
        reports.say(choice.note)
    return choice.name


def report_on(
    run: Iterator[Event],
    as_json: bool,
    folder: RunFolder | None,
    interrupter: Interrupter,
    on_alert: OnAlert | None = None,
) -> int:
    """Report a run to its end; returns the exit code: ALERTED where a rule of the preset's alerts
    was broken on the way to an end that is otherwise good.

    A reader of stdout that goes away ends the run, which is saved first, as SIGTERM does. A disk
    that is full does not: what happens is in the run's own log, and the exit code is not 0.
    """
    last: Event | None = None
    has_alerts = False
    watch = _Watch(interrupter)
    with _report(as_json, folder) as report:
        for event in run:
            report.handle(event)
            last = event
            if isinstance(event, Alert):
                has_alerts = True
                (on_alert or Alerting(None))(event)
            watch.look()
            if watch.is_alone and isinstance(event, Compiling):
                reports.say("stopped while it compiled: its output is no longer read")
                return EXIT_CODES["terminated"]
    code = EXIT_CODES[last.reason] if isinstance(last, RunEnded) else FAILED
    return code or (ALERTED if has_alerts else 0)


class _Watch:
    """Looks after each event whether stdout still takes what is written."""

    def __init__(self, interrupter: Interrupter) -> None:
        self._interrupter = interrupter
        self._problem: OSError | None = None
        self.is_alone = False
        """Whether stdout is no longer read."""

    def look(self) -> None:
        """Ask the run to stop where its reader went away; of other problems, say so once."""
        if self._problem is not None or (problem := output_problem()) is None:
            return
        self._problem = problem
        self.is_alone = reader_is_gone()
        if self.is_alone:
            self._interrupter.stop("terminated")
        else:
            reports.say(f"stdout: {problem.strerror}: the run goes on without it")


def _report(as_json: bool, folder: RunFolder | None) -> reports.Report:
    name = "" if folder is None else folder.called
    if as_json:
        return reports.JsonReport(name)
    log = None if folder is None else folder.log
    if sys.stdout.isatty():
        return reports.TerminalReport(in_color=reports.wants_color(), run=name, log=log)
    return reports.LineReport(name, log)


@contextmanager
def _signals(interrupter: Interrupter) -> Iterator[None]:
    """Ask the trainer to stop at the first signal; at the second, or while it compiles, stop.

    No exception is raised for that: it could land inside the compiler's callbacks.
    """

    def handle(number: int, frame: FrameType | None) -> None:
        again = interrupter.reason is not None
        interrupter.stop("interrupted" if number == signal.SIGINT else "terminated")
        if again or not interrupter.listening:
            leave_at_once(EXIT_CODES[interrupter.reason or "interrupted"])

    names = ("SIGINT", "SIGTERM", "SIGHUP")
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    # A hangup that is ignored already stays ignored: nohup means it. Shells also let what runs in
    # the background ignore interrupts, but one that is sent to this process by name is meant.
    ignored = {number for number in numbers if signal.getsignal(number) == signal.SIG_IGN}
    numbers = [number for number in numbers if number == signal.SIGINT or number not in ignored]
    before = {number: signal.signal(number, handle) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
