"""Runs of networks against each other: steps out of turn, interruptions, repetitions."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tuidl.core.errors import RunError
from tuidl.preset.library import load_preset
from tuidl.protocol.commands import steps_key
from tuidl.protocol.events import Edited, Event, RunEnded
from tuidl.runs.reading import read_events
from tuidl.runs.recorder import RunRecorder, recorded
from tuidl.runs.results import load_run
from tuidl.runs.resuming import possible_edits, resumed
from tuidl.runs.verifying import verify_run
from tuidl.storage.folder import RunFolder
from tuidl.training.interruption import Interrupter, StopsAfter
from tuidl.training.start import trainer_for
from tuidl.training.trainer import Trainer

SHORT = ("data.points=1000", "training.epochs=6")
PLAN = [(3, "discriminator", 4), (3, "generator", 1), (9, "generator", 5), (14, "generator", 2),
        (25, "discriminator", 3)]  # fmt: skip
"""After how many steps, whose, how many."""


class Inserting(Interrupter):
    """Makes the planned steps as soon as their places are reached, as commands of a screen
    would, and stops after ``until`` steps. ``done``: the plan was made as far as this step."""

    def __init__(self, until: int, handle: Callable[[Event], None], done: int = -1) -> None:
        super().__init__()
        self.plan = [one for one in PLAN if one[0] > done]
        self.until, self.handle = until, handle

    def attach(self, state) -> None:  # type: ignore[no-untyped-def]
        self.state = state

    def allowed(self, left: int) -> int:
        here = self.state.updates
        while self.plan and self.plan[0][0] <= here:
            _, name, count = self.plan.pop(0)
            self.handle(self.state.insert_steps(steps_key(name), count))
        if here >= self.until:
            self.stop("stopped")
            return 1
        ends = [self.until, *(at for at, _, _ in self.plan)]
        return min(left, *(end - here for end in ends))


def begun(out: Path, until: int) -> Trainer:
    preset = load_preset("gan_points", SHORT)
    recorder = RunRecorder.of_new(preset, "cpu", out, every=5)
    trainer = trainer_for(
        preset, interrupter=Inserting(until, recorder.handle), checkpointer=recorder
    )
    list(recorded(trainer, recorder))
    return trainer


def moved_networks(run: Path, step: int) -> set[str]:
    """The networks whose parameters the step after so many others changed."""
    before, after = (load_run(run, step=at).parameters for at in (step, step + 1))
    return {name.partition(".")[0] for name in after if (after[name] != before[name]).any()}


def test_steps_out_of_turn_are_those_of_their_objective(tmp_path: Path) -> None:
    trainer = begun(tmp_path / "run", 20)
    rotation = trainer.state.rotation
    whose = [rotation.at(step)[0] for step in range(20)]
    assert whose == [0, 1, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 0, 1]
    steps = (2, 3, 6, 8, 15)
    moved = [moved_networks(tmp_path / "run", step) for step in steps]
    names = ("discriminator", "generator")
    assert moved == [{names[whose[step]]} for step in steps]


@pytest.mark.parametrize("until", [3, 4, 8, 11, 26])
def test_an_interrupted_run_ends_as_one_that_was_not(until: int, tmp_path: Path) -> None:
    whole = begun(tmp_path / "whole", 40)
    begun(tmp_path / "run", until)
    recorder = RunRecorder(RunFolder(tmp_path / "run"), 5)
    trainer, problems = resumed(
        RunFolder(tmp_path / "run"), recorder, Inserting(40, recorder.handle, until), 2
    )
    list(recorded(trainer, recorder))
    assert not problems
    assert trainer.state.rotation == whole.state.rotation
    assert trainer.model.weights_sha256 == whole.model.weights_sha256


def test_a_run_with_steps_out_of_turn_is_verified(tmp_path: Path) -> None:
    begun(tmp_path / "run", 1000)
    folder = RunFolder(tmp_path / "run")
    edits = [event for event in read_events(folder.log) if isinstance(event, Edited)]
    assert [(edit.key, edit.value) for edit in edits] == [(steps_key(n), c) for _, n, c in PLAN]
    assert verify_run(folder, threads=1).holds


@pytest.mark.parametrize(("key", "value"), [("critic", 1), ("generator", 0), ("generator", 1e9),
                                            ("generator", 1.5)])  # fmt: skip
def test_a_log_with_impossible_steps_is_refused(key: str, value: float, tmp_path: Path) -> None:
    from tuidl.protocol.edits import Timeline

    begun(tmp_path / "run", 5)
    timeline = Timeline()
    timeline.handle(Edited(epoch=1, step=1, key=steps_key(key), value=value, number=1))
    with pytest.raises(RunError, match="cannot be made again"):
        possible_edits(timeline, RunFolder(tmp_path / "run"))


@pytest.mark.parametrize("name", ["gan_points", "mode_collapse", "gan_digits"])
def test_a_run_is_verified_and_resumes_at_any_step_to_the_same_bits(
    name: str, tmp_path: Path
) -> None:
    shorter = ("training.epochs=2", "training.batch_size=128") if name == "gan_digits" else SHORT
    preset = load_preset(name, shorter)
    recorder = RunRecorder.of_new(preset, "cpu", tmp_path / "run", every=4)
    trainer = trainer_for(preset, interrupter=StopsAfter(17), checkpointer=recorder, threads=2)
    list(recorded(trainer, recorder))
    recorder = RunRecorder(RunFolder(tmp_path / "run"), 4)
    trainer, _ = resumed(RunFolder(tmp_path / "run"), recorder, Interrupter(), 4)
    *_, last = recorded(trainer, recorder)
    assert isinstance(last, RunEnded)
    *_, whole = trainer_for(preset, threads=1).run()
    assert last.weights_sha256 == whole.weights_sha256  # type: ignore[union-attr]
    assert last.validation == whole.validation  # type: ignore[union-attr]
    assert verify_run(RunFolder(tmp_path / "run"), threads=1).holds
