"""Every checkpoint is written once, however epochs, intervals and ends fall together."""

from itertools import product
from pathlib import Path

import pytest

from tests import helpers
from tests.runs.kept import sha, start
from tuidl.protocol.snapshot import Snapshot
from tuidl.runs.recorder import RunRecorder, recorded
from tuidl.runs.resuming import resumed
from tuidl.storage.folder import RunFolder
from tuidl.training.checkpointer import Checkpointer
from tuidl.training.interruption import Interrupter
from tuidl.training.start import trainer_for

STEPS = 3
"""Of an epoch: 70 examples in batches of 32."""
Place = tuple[int | None, int]


class Counting(Checkpointer):
    """Every snapshot that it gets, by its fold and the steps done."""

    keeps = True

    def __init__(self, every: int | None) -> None:
        self.every = every
        self.saved: list[Place] = []
        self.epochs: list[int] = []

    def allowed(self, updates: int, left: int) -> int:
        return min(left, self.every - updates % self.every) if self.every else left

    def is_due(self, updates: int) -> bool:
        return bool(self.every) and updates % self.every == 0

    def save(self, snapshot: Snapshot) -> None:
        self.saved.append((snapshot.state.fold, snapshot.state.updates))
        self.epochs.append(snapshot.state.epochs)


class Noting(RunRecorder):
    """A recorder that also notes after how many steps it saves."""

    def save(self, snapshot: Snapshot) -> None:
        self.saved = [*getattr(self, "saved", []), snapshot.state.updates]
        super().save(snapshot)


class StopAt(Interrupter):
    """Stops the run once so many steps of it are done."""

    def __init__(self, step: int) -> None:
        super().__init__()
        self.left = step

    def allowed(self, left: int) -> int:
        return max(min(left, self.left), 1)

    def did(self, steps: int, loss: float) -> None:
        self.left -= steps
        if self.left <= 0:
            self.stop("interrupted")


def due(every: int, last: int) -> list[int]:
    """The steps after which a run of ``last`` steps is saved."""
    return sorted({*range(every, last + 1, every), last})


@pytest.mark.parametrize(("epochs", "every"), list(product((1, 2, 3), (1, 2, 3, 4, 6, 9, 100))))
def test_to_the_end(epochs: int, every: int) -> None:
    counting = Counting(every)
    list(trainer_for(helpers.preset(helpers.LINE, f"training.epochs={epochs}"),
                     checkpointer=counting).run())  # fmt: skip
    assert [updates for _, updates in counting.saved] == due(every, STEPS * epochs)
    whole = [updates // STEPS for _, updates in counting.saved]
    assert counting.epochs == whole, "at an epoch's last step, its scores are in it"


@pytest.mark.parametrize(("stop", "every"), list(product((1, 2, 3, 4, 5, 6), (1, 2, 3, 6, 100))))
def test_with_a_stop(stop: int, every: int) -> None:
    counting = Counting(every)
    preset = helpers.preset(helpers.LINE, "training.epochs=4")
    *_, last = trainer_for(preset, interrupter=StopAt(stop), checkpointer=counting).run()
    assert last.reason == "interrupted"
    assert [updates for _, updates in counting.saved] == due(every, stop)


@pytest.mark.parametrize("every", [1, 2, 3, 6, 100])
def test_with_early_stopping(every: int) -> None:
    counting = Counting(every)
    preset = helpers.preset(
        helpers.LINE, "training.epochs=9",
        'training.early_stopping={monitor="loss", patience=1, min_delta=1e9}',
    )  # fmt: skip
    *_, last = trainer_for(preset, checkpointer=counting).run()
    assert (last.reason, last.epochs) == ("stopped_early", 2)
    assert [updates for _, updates in counting.saved] == due(every, 2 * STEPS)


@pytest.mark.parametrize("every", [1, 2, 3, 4, 100])
def test_in_every_fold(every: int) -> None:
    counting = Counting(every)
    preset = helpers.preset(
        helpers.LINE, "training.epochs=2", "training.folds=3", "data.validation=0", "data.test=0",
    )  # fmt: skip
    training = trainer_for(preset, checkpointer=counting)
    list(training.run())
    last = 2 * training._trainer.state.steps
    assert counting.saved == [(fold, step) for fold in (1, 2, 3) for step in due(every, last)]


@pytest.mark.parametrize("stop", [2, 3, 4, 6])
def test_a_run_that_goes_on_writes_no_second_one_where_it_stands(stop: int, tmp_path: Path) -> None:
    preset = helpers.preset(helpers.LINE, "training.epochs=3")
    start(preset, tmp_path / "run", stop_after=stop, every=stop)
    recorder = Noting(RunFolder(tmp_path / "run"), every=stop)
    training, _ = resumed(RunFolder(tmp_path / "run"), recorder, Interrupter())
    *_, last = recorded(training, recorder)
    assert recorder.saved == [step for step in due(stop, 3 * STEPS) if step > stop]
    *_, expected = trainer_for(preset).run()
    assert sha(last) == sha(expected)


@pytest.mark.parametrize("every", [1, 2, 3, 9])
def test_the_files_that_are_written(every: int, tmp_path: Path) -> None:
    preset = helpers.preset(helpers.LINE, "training.epochs=3")
    recorder = RunRecorder.of_new(preset, "cpu", tmp_path / "run", every=every)
    list(recorded(trainer_for(preset, checkpointer=recorder), recorder))
    names = sorted(path.stem for path in (tmp_path / "run" / "checkpoints").glob("*.safetensors"))
    count = len(due(every, 3 * STEPS))
    assert names == [f"{number:06}" for number in range(max(count - 1, 1), count + 1)]
