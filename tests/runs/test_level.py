"""Every run is saved, whatever its loss does; one that diverges goes on from before that."""

from pathlib import Path

import numpy as np
import pytest

from tests import helpers
from tests.runs.edited import begun, gone_on_with, never_interrupted
from tests.runs.kept import resume, sha, start
from tuidl.preset.schema import Preset
from tuidl.protocol import events
from tuidl.protocol.events import Event, RunFailed
from tuidl.runs.recorder import RunRecorder, recorded
from tuidl.storage.folder import RunFolder
from tuidl.training.interruption import Interrupter
from tuidl.training.loss_level import PATIENCE, Level
from tuidl.training.start import trainer_for
from tuidl.training.state import TrainState

TABLE = """
name = "table"
data = {{source = "csv", path = "{path}", target = "y", task = "regression"}}
layers = [{{type = "dense", units = 1, kernel_initializer = "zeros"}}]
loss = {{type = "mse"}}
optimizer = {{type = "sgd", learning_rate = 0.01}}
training = {{epochs = 3, batch_size = {batch}, shuffle = false}}
"""
TARGETS = {
    "zero": lambda i: 0.0,
    "zero, then not": lambda i: 0.0 if i < 8 else 5.0 + i,
    "1e-12, then not": lambda i: 1e-6 if i < 8 else 1.0,
    "tiny": lambda i: 1e-7 * i,
    "huge, then small": lambda i: 1e4 if i < 8 else 0.1,
    "outliers": lambda i: 300.0 if i % 17 == 0 else 0.01,
}


def table(folder: Path, target: str, batch: int) -> Preset:
    path = folder / "table.csv"
    rows = (f"{i % 7 / 7},{TARGETS[target](i)}\n" for i in range(64))
    path.write_text("x,y\n" + "".join(rows))
    return helpers.preset(TABLE.format(path=path, batch=batch))


@pytest.mark.parametrize("batch", [1, 8, 64])
@pytest.mark.parametrize("target", TARGETS)
def test_whatever_its_first_loss_was_a_run_is_saved_whenever_that_is_due(
    target: str, batch: int, tmp_path: Path
) -> None:
    preset = table(tmp_path, target, batch)
    recorder = RunRecorder.of_new(preset, "cpu", tmp_path / "run", every=1)
    told = list(recorded(trainer_for(preset, checkpointer=recorder), recorder))
    steps = 3 * trainer_for(preset).state.steps
    places = [(e.epoch, e.step) for e in told if isinstance(e, events.Saved)]
    assert len(places) == steps, "once for each step"
    assert len(set(places)) == steps
    assert len(list((tmp_path / "run" / "checkpoints").glob("*.safetensors"))) <= 3


@pytest.mark.parametrize("target", TARGETS)
def test_it_goes_on_from_where_it_was_stopped(target: str, tmp_path: Path) -> None:
    preset = table(tmp_path, target, 8)
    *_, whole = trainer_for(preset).run()
    start(preset, tmp_path / "run", stop_after=13)
    snapshot, _ = RunFolder(tmp_path / "run").checkpoints.newest()
    assert snapshot is not None
    assert snapshot.state.updates == 13
    assert sha(resume(tmp_path / "run")) == sha(whole)


def test_nothing_is_saved_twice(tmp_path: Path) -> None:
    """Where a save is due at the last step, the run's end is saved, and that alone."""
    preset = helpers.preset(helpers.LINE, "training.epochs=2", "training.batch_size=35")
    recorder = RunRecorder.of_new(preset, "cpu", tmp_path / "run", every=2)
    told = list(recorded(trainer_for(preset, checkpointer=recorder), recorder))
    saved = [(e.epoch, e.step) for e in told if isinstance(e, events.Saved)]
    assert saved == [(1, 2), (2, 2)]
    before = sorted((tmp_path / "run" / "checkpoints").iterdir())
    resume(tmp_path / "run")
    assert sorted((tmp_path / "run" / "checkpoints").iterdir()) == before


class StopAt(Interrupter):
    def allowed(self, left: int) -> int:
        if self.state.updates == 4:
            self.stop("interrupted")
        return min(left, 2)

    def attach(self, state: TrainState) -> None:
        self.state = state


def test_a_stop_right_after_a_save_writes_no_second_one(tmp_path: Path) -> None:
    preset = helpers.preset(helpers.LINE, "training.epochs=4")
    recorder = RunRecorder.of_new(preset, "cpu", tmp_path / "run", every=2)
    training = trainer_for(preset, interrupter=StopAt(), checkpointer=recorder)
    told = list(recorded(training, recorder))
    assert [(e.epoch, e.step) for e in told if isinstance(e, events.Saved)] == [(1, 2), (2, 1)]


@pytest.mark.parametrize(("rate", "every"), [(1.5, 1), (1.5, 2), (4.0, 1), (4.0, 3), (1e3, 2),
                                             (1e30, 1), (1e30, 5)])  # fmt: skip
def test_a_run_that_diverges_goes_on_from_before_its_loss_exploded(
    rate: float, every: int, tmp_path: Path
) -> None:
    """At a lower rate it learns what a run without the fatal change learns. At 1.5 it takes a
    hundred steps until values are no longer finite, at 1e30 two."""
    preset = helpers.preset(
        helpers.LINE, "training.epochs=30", "training.batch_size=16", "data.noise=0.1",
        "optimizer.learning_rate=0.05",
    )  # fmt: skip
    _, run = begun(preset, tmp_path / "run", [((1, 4, 1), rate)], every)
    *_, failed = run
    assert isinstance(failed, RunFailed)
    snapshot, problems = RunFolder(tmp_path / "run").checkpoints.newest()
    assert snapshot is not None
    assert problems == []
    largest = max(abs(snapshot.arrays[name].read()).max() for name in snapshot.arrays
                  if name.startswith("parameters/"))  # fmt: skip
    assert largest < 1e3
    _, run = gone_on_with(tmp_path / "run", [], every, learning_rate=0.05)
    *_, last = run
    assert _loss(last) < 2 * _loss(never_interrupted(preset, []))


def _loss(event: Event) -> float:
    assert isinstance(event, events.RunEnded)
    assert event.train is not None
    return event.train["loss"]


def test_where_all_that_was_saved_is_unsound_it_begins_anew(tmp_path: Path) -> None:
    preset = helpers.preset(helpers.LINE, "optimizer.learning_rate=1e12", "training.batch_size=16")
    assert isinstance(start(preset, tmp_path / "run", every=1), RunFailed)
    assert RunFolder(tmp_path / "run").checkpoints.newest() == (None, [])
    assert sha(resume(tmp_path / "run", learning_rate=0.01))


# --- the level itself -----------------------------------------------------------------------------


def levels(*means: float) -> Level:
    level = Level()
    for mean in means:
        level.did(np.full(3, mean))
        level.look()
    return level


@pytest.mark.parametrize(
    ("means", "jumped"),
    [
        ([1.0, 0.5, 0.1, 0.01], 0),
        ([1.0, 9.0], 0),
        ([1.0, 11.0], 1),
        ([1.0, 11.0, 12.0, 13.0], 3),
        ([1.0, 11.0, 1.0], 0),
        ([1.0, 6.0, 36.0], 1),  # its level follows no more than twofold
        ([0.0, 0.0], 0),
        ([0.0, 1e-30], 1),
        ([0.0, *[1.0] * (PATIENCE + 1)], 0),
        ([1e-12, *[0.3] * PATIENCE], PATIENCE),
        ([1e-12, *[0.3] * (PATIENCE + 1)], 0),
        ([-5.0, -4.0, 3.0], 0),
        ([-5.0, 60.0], 1),
    ],
)
def test_when_the_loss_has_jumped(means: list[float], jumped: int) -> None:
    assert levels(*means).jumped == jumped


def test_a_loss_that_goes_on_rising_has_jumped_however_long_that_takes() -> None:
    level = levels(1.0, 20.0)
    for i in range(300):
        level.did(np.array([20.0 * 1.2**i]))
        level.look()
        assert level.jumped, i


def test_single_steps_of_a_noisy_loss_do_not_count_but_their_mean() -> None:
    """Batches of one example: the loss of a step is anything from 1e-6 to 30."""
    chance = np.random.default_rng(1)
    level = Level()
    for _ in range(200):
        level.did(chance.gamma(0.1, 10.0, size=500))
        level.look()
        assert level.jumped == 0


def test_losses_that_are_not_finite_count_for_nothing() -> None:
    level = levels(1.0)
    level.did(np.array([np.nan, np.inf]))
    assert not level.has_held
    level.did(np.array([2.0, np.nan]))
    assert level.has_held
