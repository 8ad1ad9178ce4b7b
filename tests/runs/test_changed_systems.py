"""Changing the examples of several networks while they train: the same bits in every repetition."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.runs.changed import Changer
from tests.systems import GAN
from tuidl.core.errors import PresetError
from tuidl.data.point_cloud import PointCloud
from tuidl.preset.library import load_preset
from tuidl.preset.schema import Preset
from tuidl.protocol.commands import editable_rate
from tuidl.protocol.events import Edited, EpochEnded, Event, RunEnded
from tuidl.runs.reading import read_events
from tuidl.runs.recorder import RunRecorder, recorded
from tuidl.runs.results import load_run
from tuidl.runs.resuming import resumed
from tuidl.runs.verifying import verify_run
from tuidl.storage.folder import RunFolder
from tuidl.training.changing import changed
from tuidl.training.interruption import Interrupter
from tuidl.training.start import trainer_for
from tuidl.training.trainer import Trainer

SMALL = ("training.epochs=6", "data.points=300", "training.batch_size=20")
OTHER = PointCloud(points=300, shape="own", put=((1.0, 1.0), (-2.0, 0.5), (0.0, -1.5)), noise=0.2)
UNTIL = 40


class ByPreset(Changer):
    """Changes to presets that are texts; ``rate``: of the generator, from step 3 on."""

    def _change(self, text: str):  # type: ignore[no-untyped-def]
        if text.startswith("rate"):
            edit = self._state.edit(editable_rate("generator"), float(text[4:]))
            return iter([edit])
        return changed(self._state, text)


def preset() -> Preset:
    return load_preset("gan_points", SMALL)


def plan() -> list[tuple[int, str]]:
    fewer = replace(preset(), data=PointCloud(points=200, shape="moons"))
    own = replace(preset(), data=OTHER)
    return [(3, "rate0.0004"), (5, own.to_toml()), (20, fewer.to_toml()), (31, own.to_toml())]


def trained(out: Path, stop_after: int | None = None) -> tuple[list[Event], Changer]:
    recorder = RunRecorder.of_new(preset(), "cpu", out, every=4)
    changer = ByPreset(plan(), UNTIL, recorder.handle)
    run = recorded(trainer_for(preset(), interrupter=changer, checkpointer=recorder), recorder)
    events = []
    for event in run:
        events.append(event)
        if stop_after is not None and len(events) == stop_after:
            run.close()  # type: ignore[attr-defined]
            break
    return events, changer


def test_a_gan_whose_points_change_is_verified_and_seen_at_any_step(tmp_path: Path) -> None:
    events, changer = trained(tmp_path / "run")
    folder = RunFolder(tmp_path / "run")
    assert [edit.kept for edit in changer.made[1:]] == ["all of it"] * 3
    edits = [event for event in read_events(folder.log) if isinstance(event, Edited)]
    assert edits == changer.made
    ended = events[-1]
    assert isinstance(ended, RunEnded)
    verdict = verify_run(folder, threads=1)
    assert verdict.holds
    assert verdict.recorded == ended.weights_sha256
    assert load_run(folder.path).preset.data == OTHER
    assert load_run(folder.path, step=25).preset.data.shape == "moons"  # type: ignore[union-attr]
    assert load_run(folder.path, step=4).preset.data == preset().data
    scored = [event for event in events if isinstance(event, EpochEnded)]
    assert {name for event in scored for name in event.train} >= {"modes_covered"}


@pytest.mark.parametrize("count", [6, 11])
def test_one_that_was_killed_goes_on_to_the_same_bits(tmp_path: Path, count: int) -> None:
    whole, _ = trained(tmp_path / "whole")
    _, changer = trained(tmp_path / "run", stop_after=count)
    recorder = RunRecorder(RunFolder(tmp_path / "run"), 4)
    rest = ByPreset(plan()[len(changer.made) :], UNTIL, recorder.handle)
    training, problems = resumed(RunFolder(tmp_path / "run"), recorder, rest)
    *_, last = recorded(training, recorder)
    assert problems == []
    assert isinstance(last, RunEnded)
    assert isinstance(whole[-1], RunEnded)
    assert last.weights_sha256 == whole[-1].weights_sha256


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("points = 300", "points = 10", "too few examples"),
        ("batch_size = 20", "batch_size = 10", "only its data"),
        ("units = 64", "units = 63", "cannot change"),
        ("learning_rate = 0.001", "learning_rate = 0.002", "cannot change"),
        ('source = "point_cloud"', 'source = "spheres"', "spheres"),
    ],
)
def test_nothing_but_examples_of_the_same_kind_can_change(old: str, new: str, problem: str) -> None:
    trainer = trainer_for(preset(), interrupter=Interrupter())
    assert isinstance(trainer, Trainer)
    before = trainer.state.preset
    text = preset().to_toml()
    assert old in text
    with pytest.raises(PresetError, match=problem):
        list(changed(trainer.state, text.replace(old, new, 1)))
    assert trainer.state.preset is before


@pytest.mark.usefixtures("test_sources")
def test_examples_of_another_shape_are_refused() -> None:
    trainer = trainer_for(Preset.parse(GAN), interrupter=Interrupter())
    assert isinstance(trainer, Trainer)
    other = replace(Preset.parse(GAN), data=PointCloud())
    with pytest.raises(PresetError, match="another kind"):
        list(changed(trainer.state, other.to_toml()))
