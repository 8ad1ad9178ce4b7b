"""One weight that is set while a run trains: an edit like any other, repeated to the same bits."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.runs.changed import Changer
from tuidl.cli.headless import replay_headless
from tuidl.core.errors import RunError
from tuidl.plane.presets import preset_of
from tuidl.plane.state import PlaneState
from tuidl.protocol import commands, events
from tuidl.protocol.commands import edit_in_words, weight_key, weight_of
from tuidl.runs.recorder import RunRecorder, recorded
from tuidl.runs.results import load_run
from tuidl.runs.resuming import edits_to_replay, resumed
from tuidl.runs.verifying import verify_run
from tuidl.storage.folder import RunFolder
from tuidl.training.interruption import Interrupter
from tuidl.training.start import trainer_for
from tuidl.training.trainer import Trainer
from tuidl.worker.control import Control

START = "2d:spiral:points=100"
PLAN = [
    (0, "weights.hidden_1.kernel[2]=1.5"),
    (7, "weights.hidden_1.bias[0]=-0.25"),
    (7, "weights.hidden_1.kernel[2]=0.1"),
    (9, "2d:spiral:points=100:net=6-2"),
    (9, "weights.hidden_1.kernel[11]=2"),
    (25, "weights.output.bias[0]=0.75"),
]
UNTIL = 40


def preset():  # type: ignore[no-untyped-def]
    return preset_of(PlaneState.parse(START))


def whole(out: Path) -> tuple[Changer, events.RunEnded]:
    recorder = RunRecorder.of_new(preset(), "cpu", out, every=4)
    changer = Changer(PLAN, UNTIL, recorder.handle)
    *_, last = recorded(trainer_for(preset(), interrupter=changer, checkpointer=recorder), recorder)
    assert isinstance(last, events.RunEnded)
    return changer, last


def test_it_is_verified_and_replayed_to_the_same_bits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changer, ended = whole(tmp_path / "run")
    folder = RunFolder(tmp_path / "run")
    assert [edit.key for edit in changer.made if edit.key != commands.PRESET] == [
        text.split("=")[0] for _, text in PLAN if text.startswith("weights")
    ]
    assert verify_run(folder, threads=1).holds
    assert replay_headless(folder, out=tmp_path / "again", threads=None, as_json=False) == 0
    assert "the same weights" in capsys.readouterr().err
    plain = Trainer(preset(), interrupter=Changer(PLAN[3:4], UNTIL))
    *_, other = plain.run()
    assert isinstance(other, events.RunEnded)
    assert other.weights_sha256 != ended.weights_sha256, "the edits did something"


def test_what_was_set_is_what_the_next_step_starts_from(tmp_path: Path) -> None:
    whole(tmp_path / "run")
    before = load_run(tmp_path / "run", step=6).parameters["hidden_1.bias"][0]
    after = load_run(tmp_path / "run", step=8).parameters["hidden_1.bias"][0]
    assert abs(after + 0.25) < 0.05, "a step of Adam moves it by about the rate"
    assert abs(before + 0.25) > 0.1


@pytest.mark.parametrize("count", [3, 6, 12])
def test_after_a_kill_it_goes_on_to_the_same_bits(tmp_path: Path, count: int) -> None:
    _, ended = whole(tmp_path / "whole")
    recorder = RunRecorder.of_new(preset(), "cpu", tmp_path / "run", every=4)
    changer = Changer(PLAN, UNTIL, recorder.handle)
    run = recorded(trainer_for(preset(), interrupter=changer, checkpointer=recorder), recorder)
    for number, _ in enumerate(run):
        if number == count:
            break
    run.close()  # type: ignore[attr-defined]
    recorder = RunRecorder(RunFolder(tmp_path / "run"), 4)
    rest = Changer(PLAN[len(changer.made) :], UNTIL, recorder.handle)
    training, problems = resumed(RunFolder(tmp_path / "run"), recorder, rest)
    *_, last = recorded(training, recorder)
    assert problems == []
    assert isinstance(last, events.RunEnded)
    assert last.weights_sha256 == ended.weights_sha256


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("weights.hidden_1.kernel[8]", 1.0, "cannot be changed"),
        ("weights.hidden_9.kernel[0]", 1.0, "cannot be changed"),
        ("weights.hidden_1.kernel[-1]", 1.0, "cannot be changed"),
        ("weights.hidden_1.kernel[x]", 1.0, "cannot be changed"),
        ("weights.hidden_1.kernel[0]", float("nan"), "expected a number between"),
        ("weights.hidden_1.kernel[0]", float("-inf"), "expected a number between"),
        ("weights.hidden_1.kernel[0]", 1e7, "expected a number between"),
    ],
)
def test_what_is_no_weight_is_refused(key: str, value: float, problem: str) -> None:
    heard: list[events.Event] = []
    control = Control(heard.append, None, lambda: None, lambda: None)  # type: ignore[arg-type]
    trainer = Trainer(preset(), interrupter=Interrupter())
    control.begin(paused=True)
    control.attach(trainer.state)
    before = {name: values.copy() for name, values in trainer.model.parameters.items()}
    control._set(key, value)
    (refused,) = heard
    assert isinstance(refused, events.Refused)
    assert problem in refused.error
    assert refused.key == key
    for name, values in trainer.model.parameters.items():
        assert np.array_equal(values, before[name])
    control._set("weights.hidden_1.kernel[0]", -3.0)
    assert isinstance(heard[-1], events.Edited)
    assert trainer.model.parameters["hidden_1.kernel"].reshape(-1)[0] == -3.0


def test_a_log_whose_weight_is_no_number_is_refused(tmp_path: Path) -> None:
    whole(tmp_path / "run")
    log = RunFolder(tmp_path / "run").log
    lines = log.read_text(encoding="utf-8").splitlines()
    broken = [
        json.dumps(json.loads(line) | {"value": 1e9}) if '"weights.output' in line else line
        for line in lines
    ]
    log.write_text("\n".join(broken) + "\n", encoding="utf-8")
    with pytest.raises(RunError, match="cannot be made again"):
        edits_to_replay(RunFolder(tmp_path / "run"))


def test_keys_of_weights_are_read_as_they_are_written() -> None:
    assert weight_of(weight_key("critic.dense_1.kernel", 12)) == ("critic.dense_1.kernel", 12)
    assert weight_of("optimizer.learning_rate") is None
    assert edit_in_words("weights.dense_1.bias[2]", 0.5) == "dense_1.bias[2] 0.5"
