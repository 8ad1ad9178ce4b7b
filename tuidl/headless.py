"""Training without a screen: events become a progress bar and plots, plain lines, or JSON."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from tuidl import reports
from tuidl.events import Event, RunEnded, RunFailed
from tuidl.preset import Preset
from tuidl.runs import RunFolder
from tuidl.terminal import leave_at_once
from tuidl.training.interruption import Interrupter
from tuidl.training.start import trainer_for

EXIT_CODES = {"completed": 0, "stopped_early": 0, "interrupted": 130, "terminated": 143}
FAILED = 1


def train_headless(
    preset: Preset,
    *,
    backend: str,
    threads: int | None,
    out: Path | None,
    as_json: bool,
) -> int:
    """Train to the end and report; returns the exit code. Raises TuidlError."""
    interrupter = Interrupter()
    with _signals(interrupter):
        trainer = trainer_for(preset, backend, threads, interrupter)
        folder = RunFolder(out) if out else None
        report = _report(as_json)
        if folder:
            folder.write_preset(preset)
        last: Event | None = None
        try:
            with report:
                for event in trainer.run():
                    report.handle(event)
                    if folder:
                        folder.write_event(event)
                    last = event
            if folder and not isinstance(last, RunFailed):
                folder.write_weights(trainer.model)
        finally:
            if folder:
                folder.close()
    return EXIT_CODES[last.reason] if isinstance(last, RunEnded) else FAILED


def _report(as_json: bool) -> reports.Report:
    if as_json:
        return reports.JsonReport()
    if sys.stdout.isatty():
        return reports.TerminalReport(in_color=reports.wants_color())
    return reports.LineReport()


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
    # the background ignore interrupts, but whoever sends one to us by name means it.
    ignored = {number for number in numbers if signal.getsignal(number) == signal.SIG_IGN}
    numbers = [number for number in numbers if number == signal.SIGINT or number not in ignored]
    before = {number: signal.signal(number, handle) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
