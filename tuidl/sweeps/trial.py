"""A trial in a worker: its run is begun, or goes on from where it was saved, to the epoch asked."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

from tuidl.core.errors import SaveError, TuidlError, is_of_memory
from tuidl.core.own_files import is_there
from tuidl.preset.schema import Preset
from tuidl.protocol.events import EpochEnded, RunEnded, RunFailed
from tuidl.runs.recorder import RunRecorder, recorded
from tuidl.runs.resuming import resumed
from tuidl.storage.contents import RUN, is_beginning
from tuidl.storage.folder import RunFolder
from tuidl.sweeps.jobs import Answer, Job, Reached
from tuidl.training.folds import CrossValidation
from tuidl.training.interruption import Interrupter
from tuidl.training.start import trainer_for
from tuidl.training.trainer import Trainer

BACKEND = "cpu"
SECONDS_BETWEEN = 0.25
"""Between two times that it is told how far a run is."""
Tell = Callable[[Reached], object]


def _nobody(reached: Reached) -> None:
    """Nobody wants to know."""


def carry_out(job: Job, interrupter: Interrupter, tell: Tell = _nobody) -> Answer:
    """Train; nothing that goes wrong with one trial ends the worker. ``tell``: of epochs."""
    recorder = None
    try:
        recorder, training = _prepared(job, interrupter)
        return _train(job, interrupter, recorder, training, tell)
    except TuidlError as error:
        return Answer(error=str(error), is_outside=isinstance(error, SaveError))
    finally:
        if recorder is not None:
            recorder.close()


def _prepared(job: Job, interrupter: Interrupter) -> tuple[RunRecorder, Trainer | CrossValidation]:
    """A new run, or the one that is there from where it was saved. Raises TuidlError."""
    path = Path(job.run)
    if is_there(path / RUN):
        recorder = RunRecorder(RunFolder(path))
        training, _ = resumed(RunFolder(path), recorder, interrupter, job.threads)
        return recorder, training
    if path.exists() and is_beginning(path):  # a worker died while it made the folder
        shutil.rmtree(path)
    preset = Preset.parse(job.preset, folder=Path(job.folder))
    recorder = RunRecorder.of_new(preset, BACKEND, path)
    new = trainer_for(preset, BACKEND, job.threads, interrupter, recorder)
    recorder.begin()
    return recorder, new


def _train(
    job: Job,
    interrupter: Interrupter,
    recorder: RunRecorder,
    training: Trainer | CrossValidation,
    tell: Tell,
) -> Answer:
    """Train up to the job's epochs, and stop there without ending the run: a later job goes on. An
    error outside the trial (a full disk, too little memory) leaves it to be done again."""
    last: RunEnded | RunFailed | None = None
    has_all, told = False, time.monotonic()
    for event in recorded(training, recorder):
        if isinstance(event, EpochEnded) and event.fold is None:
            if event.epoch >= job.epochs:
                has_all = True
                interrupter.stop("interrupted")
            elif time.monotonic() - told > SECONDS_BETWEEN:
                told = time.monotonic()
                tell(Reached(epochs=event.epoch))
        if isinstance(event, RunEnded | RunFailed):
            last = event
    if isinstance(last, RunFailed):
        is_outside = bool(last.resume) and not is_of_memory(last.error)
        return Answer(error=last.error, is_outside=is_outside)
    is_stopped = isinstance(last, RunEnded) and last.reason == "interrupted" and not has_all
    return Answer(is_stopped=is_stopped)
