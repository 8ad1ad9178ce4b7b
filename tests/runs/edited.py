"""Runs with live edits that are interrupted anywhere, as a kill would interrupt them."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tuidl.preset.schema import Preset
from tuidl.protocol.commands import LEARNING_RATE
from tuidl.protocol.edits import At
from tuidl.protocol.events import Edited, Event, RunStarted
from tuidl.runs.recorder import RunRecorder, recorded
from tuidl.runs.resuming import resumed
from tuidl.storage.folder import RunFolder
from tuidl.training.interruption import Interrupter
from tuidl.training.start import trainer_for

if TYPE_CHECKING:
    from tuidl.training.state import TrainState

Planned = tuple[At, float]


@dataclass
class Editor(Interrupter):
    """Makes planned edits as soon as their places are reached, as commands of a screen would."""

    plan: list[Planned]
    recorder: RunRecorder | None = None
    made: list[Edited] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def attach(self, state: "TrainState") -> None:
        self.state = state

    def allowed(self, left: int) -> int:
        fold, epoch, step = here = self.state.here
        while self.plan and self.plan[0][0] <= here:
            edited = self.state.edit(LEARNING_RATE, self.plan.pop(0)[1])
            if self.recorder is not None:
                self.recorder.handle(edited)
            self.made.append(edited)
        if self.plan and self.plan[0][0][:2] == (fold, epoch):
            return min(left, self.plan[0][0][2] - step)
        return left


def never_interrupted(preset: Preset, plan: list[Planned]) -> Event:
    """The last event of a run with these edits, which must be in the order of their places."""
    *_, last = trainer_for(preset, interrupter=Editor(list(plan))).run()
    return last


def begun(
    preset: Preset, out: Path, plan: list[Planned], every: int
) -> tuple[Editor, Iterator[Event]]:
    recorder = RunRecorder.of_new(preset, "cpu", out, every)
    editor = Editor(plan, recorder)
    return editor, recorded(
        trainer_for(preset, interrupter=editor, checkpointer=recorder), recorder
    )


def gone_on_with(
    out: Path, plan: list[Planned], every: int, learning_rate: float | None = None
) -> tuple[Editor, Iterator[Event]]:
    recorder = RunRecorder(RunFolder(out), every)
    editor = Editor(plan, recorder)
    training, _ = resumed(RunFolder(out), recorder, editor, learning_rate=learning_rate)
    return editor, recorded(training, recorder)


def killed_at(run: Iterator[Event], count: int, out: Path, left: Path) -> list[Event]:
    """Events up to the ``count``-th after the start, where the folder is taken as it is then: what
    a kill at that moment leaves. All of them where there are not as many."""
    told: list[Event] = []
    for event in run:
        told.append(event)
        if len(told) > count and not isinstance(event, RunStarted):
            if out.exists():
                shutil.copytree(out, left)
            run.close()  # type: ignore[attr-defined]
            break
    return told
