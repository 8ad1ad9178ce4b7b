"""Changing data and network while it trains: the same bits in every repetition."""

import random
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from tests.plane.drawn import drawn_state
from tests.runs.changed import Changer, Planned, drawn_plan, text_of
from tuidl.cli.headless import replay_headless
from tuidl.core.errors import PresetError
from tuidl.plane.presets import preset_of
from tuidl.plane.state import PlaneState
from tuidl.protocol.commands import PRESET
from tuidl.protocol.events import Edited, RunEnded
from tuidl.runs.listing import as_lines, look_at
from tuidl.runs.overview import Shelved
from tuidl.runs.reading import read_events
from tuidl.runs.recorder import RunRecorder, recorded
from tuidl.runs.results import load_run
from tuidl.runs.resuming import resumed
from tuidl.runs.verifying import verify_run
from tuidl.storage.contents import CHANGED
from tuidl.storage.folder import RunFolder
from tuidl.training.changing import changed
from tuidl.training.interruption import Interrupter, StopsAfter
from tuidl.training.start import trainer_for
from tuidl.training.trainer import Trainer
from tuidl.tui.catalog.run_entries import called
from tuidl.tui.previews.run_preview import RunPreview
from tuidl.worker.travel import TimeTravel

START = "2d:spiral:points=100"
PLAN = [
    (0, "2d:spiral:points=100:net=5-2"),
    (7, "2d:spiral:points=100:net=5-2-2"),
    (7, "2d:spiral:points=100:net=5-3-2:put=A+1+1"),
    (20, "2d:spiral:points=100:net=5-3-2:put=A+1+1:rate=0.02"),
    (25, "2d:plane:points=100:net=5-3:in=x,y,xy:rate=0.02:batch=20"),
    (40, "2d:xor:points=100:net=8-3:in=x,xy:act=relu:opt=sgd:l2=0.001"),
]
UNTIL = 60


def preset(line: str = START):  # type: ignore[no-untyped-def]
    return preset_of(PlaneState.parse(line))


def said(planned: Planned) -> str:
    return PlaneState.parse(planned[1]).line()


def whole(out: Path) -> tuple[Changer, RunEnded]:
    """A kept run with all changes of the plan."""
    recorder = RunRecorder.of_new(preset(), "cpu", out, every=4)
    changer = Changer(PLAN, UNTIL, recorder.handle)
    *_, last = recorded(trainer_for(preset(), interrupter=changer, checkpointer=recorder), recorder)
    assert isinstance(last, RunEnded)
    return changer, last


def test_a_changed_run_is_verified_and_its_network_can_be_used(tmp_path: Path) -> None:
    changer, ended = whole(tmp_path / "run")
    folder = RunFolder(tmp_path / "run")
    edits = [event for event in read_events(folder.log) if isinstance(event, Edited)]
    assert edits == changer.made
    assert [edit.key for edit in edits] == [PRESET] * len(PLAN)
    verdict = verify_run(folder, threads=1)
    assert verdict.holds
    assert verdict.recorded == ended.weights_sha256
    run = load_run(folder.path)
    assert run.preset.about == said(PLAN[-1])
    assert run.parameters["hidden_1.kernel"].shape == (2, 8)
    assert np.isfinite(run.predict(np.zeros((3, 2), np.float32))).all()
    before = load_run(folder.path, step=22)
    assert before.preset.about == said(PLAN[3])
    assert before.parameters["hidden_2.kernel"].shape == (5, 3)


class Noting(Changer):
    """Knows the weights after every step."""

    def allowed(self, left: int) -> int:
        super().allowed(left)
        self.known = getattr(self, "known", {})
        self.known[self._state.updates] = self._state.model.weights_sha256
        return 1


def test_any_step_of_a_run_that_was_changed_is_seen_from_its_present(tmp_path: Path) -> None:
    recorder = RunRecorder.of_new(preset(), "cpu", tmp_path / "run", every=4)
    changer = Noting(PLAN, UNTIL, recorder.handle)
    trainer = trainer_for(preset(), interrupter=changer, checkpointer=recorder)
    *_, last = recorded(trainer, recorder)
    assert isinstance(last, RunEnded)
    assert isinstance(trainer, Trainer)
    travel = TimeTravel(trainer.state, tmp_path / "run")
    steps = sorted(changer.known.keys() - {step for step, _ in PLAN})
    for step in random.Random(5).choices(steps, k=25):
        travel.go_to(step)
        assert travel.state.model.weights_sha256 == changer.known[step], step
    travel.back()
    assert trainer.state.model.weights_sha256 == last.weights_sha256


def test_lists_name_what_a_run_is_by_now_and_what_it_began_as(tmp_path: Path) -> None:
    whole(tmp_path / "run")
    listed = look_at(RunFolder(tmp_path / "run"))
    assert (listed.preset, listed.changed_to) == ("2d spiral", "2d xor")
    assert "now 2d xor" in as_lines([listed])[1]
    assert {"spiral", "xor"} <= set(listed.searched.split())
    preview = RunPreview.of(tmp_path / "run")
    assert preview.run is not None
    assert called(Shelved(tmp_path / "run-20260101-120000", listed)) == "2d xor"
    facts = dict(preview.facts)
    assert facts["is now"] == said(PLAN[-1])
    assert facts["began as"] == preset().about


def test_a_run_that_was_left_before_it_was_saved_names_its_change(tmp_path: Path) -> None:
    recorder = RunRecorder.of_new(preset(), "cpu", tmp_path / "run", every=1000)
    changer = Changer(PLAN[4:5], 30, recorder.handle)
    run = recorded(trainer_for(preset(), interrupter=changer, checkpointer=recorder), recorder)
    while not changer.made:
        next(run)
    run.close()  # type: ignore[attr-defined]
    assert look_at(RunFolder(tmp_path / "run")).changed_to == "2d plane"
    (tmp_path / "run" / CHANGED).write_text("[")
    assert look_at(RunFolder(tmp_path / "run")).changed_to == ""


def test_replay_repeats_a_playground_up_to_where_it_was_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, ended = whole(tmp_path / "run")
    code = replay_headless(
        RunFolder(tmp_path / "run"), out=tmp_path / "again", threads=None, as_json=False
    )
    assert code == 0
    assert "the same weights" in capsys.readouterr().err
    summary = RunFolder(tmp_path / "again").summary
    assert summary is not None
    assert isinstance(summary.ended, RunEnded)
    assert summary.ended.weights_sha256 == ended.weights_sha256


@pytest.mark.parametrize("count", [3, 7, 12, 20, 33])
def test_a_changed_run_that_was_killed_goes_on_to_the_same_bits(tmp_path: Path, count: int) -> None:
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
    assert isinstance(last, RunEnded)
    assert last.weights_sha256 == ended.weights_sha256


def _replayed(seed: int, count: int, most: int) -> None:
    plan = drawn_plan(seed, count, most)
    until = plan[-1][0] + 10
    first = preset_of(drawn_state(seed).with_(optimizer="adam", rate=0.01))
    changer = Changer(plan, until)
    trainer = Trainer(first, interrupter=changer)
    *_, last = trainer.run()
    assert len(changer.made) == count
    assert trainer.state.preset.about == plan[-1][1]
    again = Trainer(first, interrupter=StopsAfter(until))
    again.edits.repeat([replace(edit, again=True) for edit in changer.made])
    *_, other = again.run()
    assert again.state.updates == trainer.state.updates
    assert isinstance(last, RunEnded)
    assert isinstance(other, RunEnded)
    assert other.weights_sha256 == last.weights_sha256


def test_random_changes_replay_to_the_same_bits() -> None:
    _replayed(0, count=30, most=5)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 11))
def test_a_thousand_random_changes_replay_to_the_same_bits(seed: int) -> None:
    _replayed(seed, count=100, most=9)


def test_a_rate_alone_goes_on_in_the_same_epoch_and_network() -> None:
    trainer = Trainer(preset(), interrupter=Interrupter())
    state, model = trainer.state, trainer.state.model
    state.progress.step = 3
    list(changed(state, text_of(f"{START}:rate=0.5")))
    assert state.rates.base == 0.5
    assert state.model is model
    assert state.place == (1, 3)
    list(changed(state, text_of(f"{START}:rate=0.5:put=A+1+1")))
    assert state.model is model
    assert len(state.train_feed) == 71
    assert state.place == (2, 0)


@pytest.mark.parametrize(
    ("line", "key"), [("2d:spiral:seed=1", "training.seed"), ("2d:own", "data.put")]
)
def test_what_cannot_be_changed_changes_nothing(line: str, key: str) -> None:
    trainer = Trainer(preset())
    before = trainer.model.weights_sha256
    with pytest.raises(Exception, match=key):
        list(changed(trainer.state, text_of(line)))
    with pytest.raises(PresetError, match="TOML"):
        list(changed(trainer.state, "no preset"))
    assert trainer.state.preset == preset()
    assert trainer.model.weights_sha256 == before
