"""A run that is stopped anywhere and goes on ends with the same bits as one that never was."""

import random
from pathlib import Path

import pytest

from tests import helpers
from tests.helpers import presets_of_numbers
from tests.runs.kept import resume, sha, start
from tuidl.cli.reports import TerminalReport
from tuidl.core.errors import RunError
from tuidl.data.benchmark import BenchmarkSource
from tuidl.preset.library import load_preset, shipped
from tuidl.preset.schema import Preset
from tuidl.protocol import events
from tuidl.protocol.events import RunEnded
from tuidl.runs.reading import read_events
from tuidl.runs.recorder import RunRecorder, recorded
from tuidl.runs.resuming import resumed
from tuidl.storage.folder import RunFolder
from tuidl.training.interruption import Interrupter
from tuidl.training.start import trainer_for

PLATEAU = (
    'optimizer.schedule={type="reduce_on_plateau", multiplier=0.5, patience=1}',
    "data.validation=0.2",
    "training.epochs=6",
)
PRESETS = {
    "conv": helpers.preset(helpers.CONV, "training.epochs=3"),
    "every layer": helpers.preset(helpers.RESIDUAL, "training.epochs=3"),
    "plateau": helpers.preset(helpers.CONV, *PLATEAU),
    "early stopping": helpers.preset(
        helpers.CONV,
        "data.validation=0.3",
        "training.epochs=30",
        "optimizer.learning_rate=0.03",
        "training.early_stopping={patience=2}",
    ),
    "rmsprop": helpers.preset(helpers.CONV, 'optimizer={type="rmsprop", momentum=0.5}'),
    "adagrad": helpers.preset(helpers.CONV, 'optimizer={type="adagrad"}'),
    "momentum": helpers.preset(helpers.CONV, 'optimizer={type="sgd", momentum=0.9}'),
}


def whole(preset: Preset) -> RunEnded:
    *_, last = trainer_for(preset).run()
    assert isinstance(last, RunEnded)
    return last


@pytest.mark.parametrize("name", PRESETS)
def test_stopped_anywhere_it_ends_with_the_same_bits_and_scores(name: str, tmp_path: Path) -> None:
    preset, chance = PRESETS[name], random.Random(name)
    expected = whole(preset)
    steps = expected.epochs * trainer_for(preset).state.steps
    places = [1, steps // expected.epochs, steps - 1, chance.randrange(1, steps)]
    for place in places:
        out = tmp_path / f"{place}"
        stopped = start(preset, out, stop_after=place, threads=chance.choice([1, 2, 4]))
        assert isinstance(stopped, RunEnded)
        assert stopped.reason == "interrupted"
        ended = resume(out, threads=chance.choice([1, 2, 4]))
        assert isinstance(ended, RunEnded)
        for part in ("weights_sha256", "epochs", "train", "validation", "test", "best_epoch"):
            assert getattr(ended, part) == getattr(expected, part), (place, part)


@pytest.mark.slow
def test_stopped_again_and_again(tmp_path: Path) -> None:
    preset = PRESETS["every layer"]
    steps = 3 * trainer_for(preset).state.steps
    start(preset, tmp_path / "run", stop_after=5)
    for place in range(10, steps, 17):
        resume(tmp_path / "run", stop_after=place)
    assert sha(resume(tmp_path / "run")) == whole(preset).weights_sha256


@pytest.mark.parametrize("fold", [1, 2, 3])
def test_a_cross_validation_goes_on_in_its_fold(fold: int, tmp_path: Path) -> None:
    preset = helpers.preset(
        helpers.CONV, "data.validation=0", "training.folds=3", "training.epochs=2"
    )
    expected = whole(preset)
    start(preset, tmp_path / "run", stop_after=3, fold=fold)
    ended = resume(tmp_path / "run", threads=1)
    assert isinstance(ended, RunEnded)
    assert ended.weights_sha256 == expected.weights_sha256
    assert (ended.folds, ended.validation) == (3, expected.validation)
    told = read_events(tmp_path / "run" / "events.jsonl")
    folds = [event.fold for event in told if isinstance(event, events.FoldEnded)]
    assert folds == [1, 2, 3]


def test_the_log_tells_each_epoch_once(tmp_path: Path) -> None:
    preset = helpers.preset(helpers.CONV, "training.epochs=5")
    steps = trainer_for(preset).state.steps
    start(preset, tmp_path / "run", stop_after=steps)
    resume(tmp_path / "run", stop_after=2 * steps + 3)
    resume(tmp_path / "run")
    told = read_events(tmp_path / "run" / "events.jsonl")
    epochs = [event.epoch for event in told if isinstance(event, events.EpochEnded)]
    assert epochs == [1, 2, 3, 4, 5]
    losses = [e.train["loss"] for e in told if isinstance(e, events.EpochEnded)]
    again = [e for e in trainer_for(preset).run() if isinstance(e, events.EpochEnded)]
    assert losses == [event.train["loss"] for event in again]


def test_without_a_checkpoint_it_begins_anew(tmp_path: Path) -> None:
    preset = PRESETS["conv"]
    start(preset, tmp_path / "run", stop_after=2)
    for path in (tmp_path / "run" / "checkpoints").iterdir():
        path.unlink()
    assert sha(resume(tmp_path / "run")) == whole(preset).weights_sha256


def test_a_lower_rate_from_here_on_is_an_edit_that_a_repetition_makes_too(tmp_path: Path) -> None:
    preset = PRESETS["conv"]
    start(preset, tmp_path / "run", stop_after=40)
    ended = resume(tmp_path / "run", learning_rate=1e-4)
    assert sha(ended) != whole(preset).weights_sha256
    edits = [
        e for e in read_events(RunFolder(tmp_path / "run").log) if isinstance(e, events.Edited)
    ]
    again = trainer_for(preset)
    again.edits.repeat(edits)
    *_, last = again.run()
    assert sha(last) == sha(ended)


def test_an_edit_after_the_checkpoint_is_not_lost(tmp_path: Path) -> None:
    """As where the process was killed after the edit, and before it could save again."""
    preset = PRESETS["conv"]
    start(preset, tmp_path / "run", stop_after=10)
    edit = events.Edited(epoch=2, step=3, key="optimizer.learning_rate", value=1e-4)
    with (tmp_path / "run" / "events.jsonl").open("a") as log:
        log.write(events.to_json(edit) + "\n")
    again = trainer_for(preset)
    again.edits.repeat([edit])
    *_, last = again.run()
    assert sha(resume(tmp_path / "run")) == sha(last)


def test_other_data_is_refused(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("a,b\n" + "".join(f"{i},{2 * i}\n" for i in range(40)))
    text = f"""
    name = "table"
    data = {{source = "csv", path = "{table}", target = "b", task = "regression"}}
    layers = [{{type = "dense", units = 1}}]
    loss = {{type = "mse"}}
    optimizer = {{type = "sgd", learning_rate = 0.0001}}
    training = {{epochs = 4, batch_size = 8}}
    """
    start(helpers.preset(text), tmp_path / "run", stop_after=3)
    table.write_text("a,b\n" + "".join(f"{i},{3 * i}\n" for i in range(40)))
    before = (tmp_path / "run" / "summary.json").read_bytes()
    with pytest.raises(RunError, match="data has changed"):
        resume(tmp_path / "run")
    assert (tmp_path / "run" / "summary.json").read_bytes() == before


def test_a_preset_that_was_changed_is_refused(tmp_path: Path) -> None:
    start(PRESETS["conv"], tmp_path / "run", stop_after=3)
    path = tmp_path / "run" / "preset.toml"
    path.write_text(path.read_text().replace("epochs = 3", "epochs = 4"))
    with pytest.raises(RunError, match="changed since the run began"):
        resume(tmp_path / "run")


def test_two_processes_cannot_train_the_same_run(tmp_path: Path) -> None:
    start(PRESETS["conv"], tmp_path / "run", stop_after=3)
    folder = RunFolder(tmp_path / "run")
    assert not folder.is_running
    with folder.locked():
        assert folder.is_running
        with pytest.raises(RunError, match="another process"):
            resume(tmp_path / "run")


OFFLINE = [
    name for name in presets_of_numbers() if not isinstance(load_preset(name).data, BenchmarkSource)
]
OFFLINE.append("grokking")


@pytest.mark.parametrize("name", OFFLINE)
def test_every_preset_that_needs_no_download(name: str, tmp_path: Path) -> None:
    """Short; all of them whole are tried by ``python -m bench.survival``."""
    preset = Preset.load(shipped()[name], ("training.epochs=2",))
    start(preset, tmp_path / "run", stop_after=3, threads=2)
    assert sha(resume(tmp_path / "run", threads=1)) == whole(preset).weights_sha256


def test_plots_after_a_resumption_show_the_whole_run(tmp_path: Path) -> None:
    preset = PRESETS["conv"]
    steps = trainer_for(preset).state.steps
    start(preset, tmp_path / "run", stop_after=2 * steps + 1)
    folder = RunFolder(tmp_path / "run")
    recorder = RunRecorder(folder)
    training, _ = resumed(folder, recorder, Interrupter())
    with TerminalReport(in_color=False, log=folder.log) as report:
        for event in recorded(training, recorder):
            report.handle(event)
        epochs = [x for x, _ in report._history.series["train loss"].recent]
    assert sorted(epochs) == list(range(1, preset.training.epochs + 1))
